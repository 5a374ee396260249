/* daemon/codec/secret.h: the text behind a struct bw_secret_ref. It is read where it is used and
 * wiped right after; no error, warning or log holds any of it. */
#ifndef BW_CODEC_SECRET_H
#define BW_CODEC_SECRET_H
#include "base/error.h"
#include "domain/settings.h"

enum {
    BW_SECRET_BYTES_MAX = 64 * 1024,
    BW_SECRET_COMMAND_MS = 10 * 1000,
};

struct bw_secret {
    char *text; /* NUL-terminated; holds no other NUL */
    size_t size;
    char *warning; /* what the operator ought to change; NULL: nothing */
};

/* Read the secret; one newline at its end does not count.
 * file: a relative name is looked for in $CREDENTIALS_DIRECTORY, then beside the configuration. A
 * file that everybody may write is refused; one that everybody may read earns a warning, unless its
 * mount is read-only or in memory.
 * command: argv without a shell, standard error discarded. This blocks for up to
 * BW_SECRET_COMMAND_MS: an event loop calls it in a thread, and a caller who needs the secret often
 * keeps it.
 * Ownership: *out is the caller's. Errors: BW_ERR_NOTFOUND, BW_ERR_DENIED, BW_ERR_IO,
 * BW_ERR_TOOBIG, BW_ERR_TIMEOUT; BW_ERR_INVALID when it is empty or holds a NUL byte. */
BW_MUST_CHECK enum bw_err bw_secret_read(const struct bw_secret_ref *ref, struct bw_secret *out,
                                         struct bw_error *err);
/* Wipe and release; a zeroed value may be cleared. */
void bw_secret_clear(struct bw_secret *secret);
#endif
