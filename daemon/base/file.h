/* daemon/base/file.h: a whole file at once. */
#ifndef BW_BASE_FILE_H
#define BW_BASE_FILE_H
#include <stddef.h>

#include "base/error.h"

/* Read path, a regular file, to its end; one that could make us wait (a FIFO, a device) is refused.
 * Ownership: *out is the caller's, NUL-terminated beyond *size bytes.
 * Errors: BW_ERR_NOTFOUND, BW_ERR_DENIED, BW_ERR_IO, BW_ERR_TOOBIG above max_bytes; the sentence
 * says why and leaves the name to the caller. */
BW_MUST_CHECK enum bw_err bw_file_read(const char *path, size_t max_bytes, char **out, size_t *size,
                                       struct bw_error *err);

/* The same for a file that says what is run: its owner must be root or ourselves, and nobody else
 * may write it. Errors: BW_ERR_DENIED as well. */
BW_MUST_CHECK enum bw_err bw_file_read_trusted(const char *path, size_t max_bytes, char **out,
                                               size_t *size, struct bw_error *err);
/* May nobody but root and ourselves change what is listed in this folder? Errors: as above. */
BW_MUST_CHECK enum bw_err bw_file_trust_folder(const char *path, struct bw_error *err);
#endif
