/* daemon/cli/rewrite.h: a file's new content in the old one's place, at once or not at all. */
#ifndef BW_CLI_REWRITE_H
#define BW_CLI_REWRITE_H
#include <stddef.h>

#include "base/error.h"

/* Is the file fit to take its place? It stands beside the old one, under another name. */
typedef enum bw_err bw_rewrite_check(const char *path, struct bw_error *err);

/* Write bytes[size] beside path and rename it; mode and owner stay those of the old file. `check`
 * may be NULL. On any error the old file stays as it is. Errors: BW_ERR_IO and those of `check`. */
BW_MUST_CHECK enum bw_err bw_rewrite(const char *path, const char *bytes, size_t size,
                                     bw_rewrite_check *check, struct bw_error *err);
#endif
