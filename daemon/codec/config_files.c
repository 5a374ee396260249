/* daemon/codec/config_files.c: see config_files.h. */
#include "codec/config_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "codec/config.h"

static enum bw_err parse_file(const struct bw_config_reader *reader, const char *path,
                              struct bw_yaml **out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    enum bw_err rc =
        reader->trusted ? bw_file_read_trusted(path, BW_CONFIG_FILE_BYTES_MAX, &text, &size, err)
                        : bw_file_read(path, BW_CONFIG_FILE_BYTES_MAX, &text, &size, err);
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

void bw_config_add_file(struct bw_config_reader *reader, const char *path, bool deployments_only)
{
    struct bw_config_file file = { .path = bw_xstrdup(path), .deployments_only = deployments_only };
    struct bw_error err = { 0 };
    if (parse_file(reader, path, &file.root, &err) != BW_OK) {
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

static void complain_of_folder(struct bw_config_reader *reader, const char *folder,
                               const char *what)
{
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf("%s:1:1: error: %s", folder, what);
    bw_config_complain_of_file(reader, reader->files.count, text);
}

void bw_config_add_folder(struct bw_config_reader *reader, const char *folder,
                          bool deployments_only)
{
    struct bw_error err = { 0 };
    struct dirent **entries = NULL;
    if (reader->trusted && bw_file_trust_folder(folder, &err) != BW_OK) {
        complain_of_folder(reader, folder, err.text);
        return;
    }
    int count = scandir(folder, &entries, is_yaml, compare_names);
    if (count < 0 || count > BW_CONFIG_FILES_MAX) {
        complain_of_folder(reader, folder,
                           count < 0 ? strerror(errno) : "more than 1000 files; join some");
    }
    for (int i = 0; i < count; i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", folder, entries[i]->d_name);
        if (count <= BW_CONFIG_FILES_MAX) {
            bw_config_add_file(reader, path, deployments_only);
        }
        free(entries[i]);
    }
    free(entries);
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

enum bw_err bw_config_report(struct bw_config_reader *reader, struct bw_names *problems)
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
