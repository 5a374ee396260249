/* daemon/io/keyring.h: secrets for callers on the loop. A file is read at once; a command runs in a
 * thread, and what it prints is kept for a while, since it may be a call to a distant vault. */
#ifndef BW_IO_KEYRING_H
#define BW_IO_KEYRING_H
#include <uv.h>

#include "codec/secret.h"

struct bw_keyring;
struct bw_key_wait; /* one caller waiting for a command */

enum {
    BW_KEYRING_KEEP_MS = 5 * 60 * 1000,  /* where it does not say for how long it counts */
    BW_KEYRING_EARLY_MS = 60 * 1000,     /* before its end it is fetched anew */
    BW_KEYRING_MOST_MS = 24 * 60 * 60 * 1000,
};

/* secret is NULL when it cannot be had, and err then says why. Both are borrowed for the call. */
typedef void (*bw_key_ready)(void *context, const struct bw_secret *secret,
                             const struct bw_error *err);

/* Ownership: loop is borrowed. */
struct bw_keyring *bw_keyring_new(uv_loop_t *loop);

/* Get a secret; ref, which is not BW_SECRET_NONE, is borrowed for the call. ready is called once:
 * from inside when the secret is at hand, and NULL is returned; else later, and the wait may be
 * cancelled until then. Callers that ask for one command share its run; a failure is not kept.
 * What a command prints counts until it expires, if it says so. What is worth a warning is logged
 * once. */
struct bw_key_wait *bw_keyring_get(struct bw_keyring *keyring, const struct bw_secret_ref *ref,
                                   bw_key_ready ready, void *context);
/* It was refused: what a command printed is not given out again. */
void bw_keyring_refuse(struct bw_keyring *keyring, const struct bw_secret_ref *ref,
                       const char *secret);
void bw_keyring_cancel(struct bw_key_wait *wait); /* ready is not called */

/* Wipe all; freed when the last command has ended (BW_SECRET_COMMAND_MS at most). Nobody may be
 * waiting any more; not from inside ready. */
void bw_keyring_close(struct bw_keyring *keyring);
#endif
