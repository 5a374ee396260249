/* daemon/codec/webhook_sign.h: signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over
 * `webhook-id.webhook-timestamp.body`, spelled "v1,<base64>". */
#ifndef BW_CODEC_WEBHOOK_SIGN_H
#define BW_CODEC_WEBHOOK_SIGN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    BW_WEBHOOK_KEY_MIN = 24, /* bytes of a decoded key */
    BW_WEBHOOK_KEY_MAX = 64,
    BW_WEBHOOK_SIGNATURE_TEXT = 48, /* "v1," and 44 characters and a NUL */
    BW_WEBHOOK_TOLERANCE_SEC = 300, /* of a timestamp, either way */
};

struct bw_webhook_secret {
    unsigned char key[BW_WEBHOOK_KEY_MAX];
    size_t size;
};

/* The three headers as received; NULL: missing. */
struct bw_webhook_headers {
    const char *id;
    const char *timestamp; /* seconds since 1970 */
    const char *signature; /* one or more, separated by a blank */
};

/* Read "whsec_" + base64 of 24 to 64 bytes.
 * Errors: BW_ERR_INVALID; the sentence never quotes the secret. */
BW_MUST_CHECK enum bw_err bw_webhook_secret_parse(const char *text, size_t size,
                                                  struct bw_webhook_secret *out,
                                                  struct bw_error *err);
/* Wipe the key. */
void bw_webhook_secret_clear(struct bw_webhook_secret *secret);

/* Sign exactly the bytes that are sent. Returns out, BW_WEBHOOK_SIGNATURE_TEXT bytes. */
const char *bw_webhook_sign(const struct bw_webhook_secret *secret, const char *id,
                            int64_t timestamp_sec, const void *body, size_t size, char *out);

/* Is one of the v1 signatures ours, and the timestamp near now_sec? Compared in constant time.
 * Errors: BW_ERR_INVALID (a header is missing or malformed), BW_ERR_DENIED (no signature fits, or
 * the timestamp is too far off). */
BW_MUST_CHECK enum bw_err bw_webhook_verify(const struct bw_webhook_secret *secret,
                                            const struct bw_webhook_headers *headers,
                                            const void *body, size_t size, int64_t now_sec,
                                            struct bw_error *err);
#endif
