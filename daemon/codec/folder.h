/* daemon/codec/folder.h: the folders of YAML files beside a configuration file, in which the user's
 * own word stands: lineages, prices. */
#ifndef BW_CODEC_FOLDER_H
#define BW_CODEC_FOLDER_H
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"

/* The folder of that name beside config. Ownership: the caller's; NULL: there is none. */
char *bw_folder_beside(const char *config, const char *name);

/* The names of its *.yaml files, in order; folder NULL: none. Errors: BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_folder_list(const char *folder, struct bw_names *out,
                                         struct bw_error *err);

/* One of them, at most 4 MiB. Ownership: *path and *text are the caller's.
 * Errors: BW_ERR_IO and those of bw_file_read(), with the path. */
BW_MUST_CHECK enum bw_err bw_folder_read(const char *folder, const char *name, char **path,
                                         char **text, size_t *size, struct bw_error *err);
#endif
