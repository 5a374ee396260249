/* daemon/codec/folder.c: see folder.h. */
#include "codec/folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024 };

char *bw_folder_beside(const char *config, const char *name)
{
    const char *slash = strrchr(config, '/');
    int size = slash == NULL ? 0 : (int)(slash - config) + 1;
    char *folder = bw_xasprintf("%.*s%s", size, config, name);
    struct stat st;
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        free(BW_TAKE(folder));
    }
    return folder;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum bw_err bw_folder_list(const char *folder, struct bw_names *out, struct bw_error *err)
{
    DIR *directory = folder == NULL ? NULL : opendir(folder);
    if (directory == NULL) {
        return folder == NULL ? BW_OK
                              : bw_fail(err, BW_ERR_IO, "open directory '%s': %s", folder,
                                        strerror(errno));
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && bw_str_ends_with(entry->d_name, ".yaml")) {
            BW_VEC_PUSH(out, bw_xstrdup(entry->d_name));
        }
    }
    (void)closedir(directory);
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof(*out->items), by_name);
    }
    return BW_OK;
}

enum bw_err bw_folder_read(const char *folder, const char *name, char **path, char **text,
                           size_t *size, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *file = bw_xasprintf("%s/%s", folder, name);
    enum bw_err rc = bw_file_read(file, FILE_BYTES_MAX, text, size, err);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "'%s': ", file);
    }
    *path = BW_TAKE(file);
    return BW_OK;
}
