/* daemon/codec/config.c: see config.h. All files become trees first; then each option of the table
 * is read from all of them, so that the fleet's policy is known before the deployments. */
#include "codec/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "codec/config_reader.h"

static void add_file(struct bw_config_reader *reader, const char *path, bool deployments_only);
static void add_folder(struct bw_config_reader *reader, const char *name, bool deployments_only);
static enum bw_err read_files(struct bw_config_reader *reader,
                              const struct bw_config_section *options, struct bw_names *problems);

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return bw_xstrdup(".");
    }
    return bw_xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

enum bw_err bw_config_check(const char *path, struct bw_settings **out, struct bw_names *problems)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = bw_xcalloc(1, sizeof(*settings));
    BW_CLEANUP(bw_config_reader_clear) struct bw_config_reader reader = { .settings = settings };
    settings->file = bw_xstrdup(path);
    reader.folder = folder_of(path);
    add_file(&reader, path, false);
    add_folder(&reader, "conf.d", false);
    add_folder(&reader, "deployments.d", true);
    enum bw_err rc = read_files(&reader, &bw_config_section, problems);
    if (rc == BW_OK) {
        *out = BW_TAKE(settings);
    }
    return rc;
}

static enum bw_err first_problem(const struct bw_names *problems, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_INVALID, "%s", problems->items[0]);
}

enum bw_err bw_config_read(const char *path, struct bw_settings **out, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    enum bw_err rc = bw_config_check(path, out, &problems);
    return rc == BW_OK ? BW_OK : first_problem(&problems, err);
}

enum bw_err bw_config_read_deployments(const char *path, struct bw_deployments *out,
                                       struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = bw_xcalloc(1, sizeof(*settings));
    BW_CLEANUP(bw_config_reader_clear) struct bw_config_reader reader = { .settings = settings };
    reader.folder = folder_of(path);
    add_file(&reader, path, true);
    if (read_files(&reader, &bw_config_deployments_section, &problems) != BW_OK) {
        return first_problem(&problems, err);
    }
    *out = settings->deployments;
    settings->deployments = (struct bw_deployments){ 0 };
    return BW_OK;
}

/* --- from files to trees --- */

static enum bw_err parse_file(const char *path, struct bw_yaml **out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    enum bw_err rc = bw_file_read(path, BW_CONFIG_FILE_BYTES_MAX, &text, &size, err);
    if (rc == BW_ERR_TOOBIG) {
        return bw_fail(err, rc, "%s:1:1: error: larger than %d MiB; %s", path,
                       BW_CONFIG_FILE_BYTES_MAX >> 20,
                       bw_config_option_find(&bw_config_section, "deployments")->overflow);
    }
    if (rc != BW_OK) {
        return bw_error_prefix(err, "%s:1:1: error: ", path);
    }
    if (size == 0) { /* cut off while it was written, and a reload would drop all that it said */
        return bw_fail(err, BW_ERR_INVALID,
                       "%s:1:1: error: the file is empty; a comment in it shows that this is meant",
                       path);
    }
    return bw_yaml_parse(path, text, size, out, err);
}

static void add_file(struct bw_config_reader *reader, const char *path, bool deployments_only)
{
    struct bw_config_file file = { .path = bw_xstrdup(path), .deployments_only = deployments_only };
    struct bw_error err = { 0 };
    if (parse_file(path, &file.root, &err) != BW_OK) {
        bw_config_complain_of_file(reader, reader->files.count, err.text);
    }
    BW_VEC_PUSH(&reader->files, file);
}

static int is_yaml(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && bw_str_ends_with(entry->d_name, ".yaml");
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct bw_config_reader *reader, const char *name, bool deployments_only)
{
    BW_CLEANUP(bw_freep) char *folder = bw_xasprintf("%s/%s", reader->folder, name);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_yaml, compare_names);
    if (count < 0 && errno == ENOENT) {
        return;
    }
    if (count < 0 || count > BW_CONFIG_FILES_MAX) {
        BW_CLEANUP(bw_freep)
        char *text = bw_xasprintf("%s:1:1: error: %s", folder,
                                  count < 0 ? strerror(errno) : "more than 1000 files; join some");
        bw_config_complain_of_file(reader, reader->files.count, text);
    }
    for (int i = 0; i < count; i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", folder, entries[i]->d_name);
        if (count <= BW_CONFIG_FILES_MAX) {
            add_file(reader, path, deployments_only);
        }
        free(entries[i]);
    }
    free(entries);
}

/* --- from trees to settings --- */

/* Keys that would be fine elsewhere are not unknown, but misplaced. */
static bool holds_deployments_alone(struct bw_config_reader *reader,
                                    const struct bw_config_file *file)
{
    size_t before = bw_config_complaints(reader);
    for (const struct bw_yaml *yaml = file->root->first; yaml != NULL; yaml = yaml->next) {
        if (yaml->key != NULL && strcmp(yaml->key, "deployments") != 0 &&
            bw_config_option_find(&bw_config_section, yaml->key) != NULL) {
            bw_config_complain_of_key(reader, &(struct bw_config_node){ file, yaml },
                                      "only `deployments:` may stand in this file; "
                                      "the rest belongs to the main file or conf.d");
        }
    }
    return bw_config_complaints(reader) == before;
}

static int compare_complaints(const void *left, const void *right)
{
    const struct bw_complaint *a = left;
    const struct bw_complaint *b = right;
    if (a->file != b->file) {
        return a->file < b->file ? -1 : 1;
    }
    return a->line != b->line ? a->line - b->line : a->column - b->column;
}

static enum bw_err report(struct bw_config_reader *reader, struct bw_names *problems)
{
    if (reader->complaints.count == 0) {
        return BW_OK;
    }
    qsort(reader->complaints.items, reader->complaints.count, sizeof(*reader->complaints.items),
          compare_complaints);
    BW_VEC_EACH(struct bw_complaint, complaint, &reader->complaints)
    {
        BW_VEC_PUSH(problems, BW_TAKE(complaint->text));
    }
    if (reader->more > 0) {
        BW_VEC_PUSH(problems, bw_xasprintf("and %zu more", reader->more));
    }
    return BW_ERR_INVALID;
}

static enum bw_err read_files(struct bw_config_reader *reader,
                              const struct bw_config_section *options, struct bw_names *problems)
{
    if (bw_config_complaints(reader) > 0) {
        return report(reader, problems); /* of half the files, half the complaints would be wrong */
    }
    struct bw_config_nodes roots = { 0 };
    BW_VEC_EACH(const struct bw_config_file, file, &reader->files)
    {
        if (!file->deployments_only || holds_deployments_alone(reader, file)) {
            BW_VEC_PUSH(&roots, (struct bw_config_node){ file, file->root });
        }
    }
    bw_config_defaults(&bw_config_section, reader->settings);
    bw_config_read_map(reader, options, &roots, reader->settings);
    bw_config_check_claims(reader);
    BW_VEC_CLEAR(&roots, BW_VEC_PLAIN);
    return report(reader, problems);
}
