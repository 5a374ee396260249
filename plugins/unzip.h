/* plugins/unzip.h: one file out of a ZIP archive that came from a stranger (PKWARE APPNOTE 6.3.10;
 * stored and deflated members of archives below 4 GiB). */
#ifndef BW_PLUGINS_UNZIP_H
#define BW_PLUGINS_UNZIP_H
#include <stddef.h>

#include "base/error.h"

/* Read the member called name, whatever folder it lies in; the first of several.
 * Ownership: *out, with a NUL behind its *out_bytes, is the caller's.
 * Errors: BW_ERR_NOTFOUND; BW_ERR_TOOBIG above max_bytes; BW_ERR_INVALID for what is no archive, is
 * cut short, lies about its sizes or fails its checksum. */
BW_MUST_CHECK enum bw_err bw_unzip(const void *archive, size_t bytes, const char *name,
                                   size_t max_bytes, char **out, size_t *out_bytes,
                                   struct bw_error *err);
#endif
