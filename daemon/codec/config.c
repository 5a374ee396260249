/* daemon/codec/config.c: see config.h. All files become trees first; then each option of the table
 * is read from all of them, so that the fleet's policy is known before the deployments. */
#include "codec/config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "codec/config_files.h"

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

static void add_folder_beside(struct bw_config_reader *reader, const char *name,
                              bool deployments_only)
{
    BW_CLEANUP(bw_freep) char *folder = bw_xasprintf("%s/%s", reader->folder, name);
    struct stat st;
    if (stat(folder, &st) == 0 || errno != ENOENT) {
        bw_config_add_folder(reader, folder, deployments_only);
    }
}

enum bw_err bw_config_check(const char *path, struct bw_settings **out, struct bw_names *problems)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = bw_xcalloc(1, sizeof(*settings));
    BW_CLEANUP(bw_config_reader_clear) struct bw_config_reader reader = { .settings = settings };
    settings->file = bw_xstrdup(path);
    reader.folder = folder_of(path);
    bw_config_add_file(&reader, path, false);
    add_folder_beside(&reader, "conf.d", false);
    add_folder_beside(&reader, "deployments.d", true);
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
    bw_config_add_file(&reader, path, true);
    if (read_files(&reader, &bw_config_deployments_section, &problems) != BW_OK) {
        return first_problem(&problems, err);
    }
    *out = settings->deployments;
    settings->deployments = (struct bw_deployments){ 0 };
    return BW_OK;
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

static enum bw_err read_files(struct bw_config_reader *reader,
                              const struct bw_config_section *options, struct bw_names *problems)
{
    if (bw_config_complaints(reader) > 0) {
        /* Of half the files, half the complaints would be wrong. */
        return bw_config_report(reader, problems);
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
    return bw_config_report(reader, problems);
}
