/* daemon/codec/webhook_sign.c: see webhook_sign.h. */
#include "codec/webhook_sign.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/str.h"

static const char PREFIX[] = "whsec_";

enum {
    DIGEST_BYTES = 32,
    BASE64_MAX = (BW_WEBHOOK_KEY_MAX + 2) / 3 * 4,
    TIMESTAMP_DIGITS_MAX = 18,
};

static bool base64_decode(const char *text, size_t size, unsigned char *out, size_t *out_size);
static bool timestamp_parse(const char *text, int64_t *out);
static bool any_fits(const char *signatures, const char *want);

enum bw_err bw_webhook_secret_parse(const char *text, size_t size, struct bw_webhook_secret *out,
                                    struct bw_error *err)
{
    const size_t prefix = sizeof(PREFIX) - 1;
    if (size < prefix || memcmp(text, PREFIX, prefix) != 0) {
        return bw_fail(err, BW_ERR_INVALID,
                       "a webhook secret begins with whsec_; "
                       "make one with: echo whsec_$(openssl rand -base64 32)");
    }
    unsigned char key[BASE64_MAX];
    size_t key_size = 0;
    bool good = base64_decode(text + prefix, size - prefix, key, &key_size) &&
                key_size >= BW_WEBHOOK_KEY_MIN && key_size <= BW_WEBHOOK_KEY_MAX;
    if (good) {
        *out = (struct bw_webhook_secret){ .size = key_size };
        memcpy(out->key, key, key_size);
    }
    OPENSSL_cleanse(key, sizeof(key));
    return good ? BW_OK
                : bw_fail(err, BW_ERR_INVALID,
                          "after whsec_ a webhook secret holds the base64 of %d to %d bytes",
                          BW_WEBHOOK_KEY_MIN, BW_WEBHOOK_KEY_MAX);
}

void bw_webhook_secret_clear(struct bw_webhook_secret *secret)
{
    OPENSSL_cleanse(secret, sizeof(*secret));
}

const char *bw_webhook_sign(const struct bw_webhook_secret *secret, const char *id,
                            int64_t timestamp_sec, const void *body, size_t size, char *out)
{
    struct bw_str content = { 0 };
    bw_str_appendf(&content, "%s.%" PRId64 ".", id, timestamp_sec);
    bw_str_append_bytes(&content, body, size);
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (HMAC(EVP_sha256(), secret->key, (int)secret->size, (const unsigned char *)content.text,
             content.size, digest, NULL) == NULL) {
        abort(); /* only without memory or without SHA-256 */
    }
    bw_str_clear(&content);
    memcpy(out, "v1,", 3);
    (void)EVP_EncodeBlock((unsigned char *)out + 3, digest, DIGEST_BYTES);
    return out;
}

enum bw_err bw_webhook_verify(const struct bw_webhook_secret *secret,
                              const struct bw_webhook_headers *headers, const void *body,
                              size_t size, int64_t now_sec, struct bw_error *err)
{
    if (headers->id == NULL || headers->id[0] == '\0' || headers->timestamp == NULL ||
        headers->signature == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "header %s is missing",
                       headers->id == NULL || headers->id[0] == '\0' ? "webhook-id"
                       : headers->timestamp == NULL                  ? "webhook-timestamp"
                                                                     : "webhook-signature");
    }
    int64_t sent_sec = 0;
    if (!timestamp_parse(headers->timestamp, &sent_sec)) {
        return bw_fail(err, BW_ERR_INVALID, "webhook-timestamp is not a number of seconds");
    }
    char want[BW_WEBHOOK_SIGNATURE_TEXT];
    if (!any_fits(headers->signature,
                  bw_webhook_sign(secret, headers->id, sent_sec, body, size, want))) {
        return bw_fail(err, BW_ERR_DENIED, "no signature fits; is it the same secret?");
    }
    if (sent_sec < now_sec - BW_WEBHOOK_TOLERANCE_SEC ||
        sent_sec > now_sec + BW_WEBHOOK_TOLERANCE_SEC) {
        return bw_fail(err, BW_ERR_DENIED, "signed %" PRId64 " s %s, more than the %d s allowed",
                       sent_sec < now_sec ? now_sec - sent_sec : sent_sec - now_sec,
                       sent_sec < now_sec ? "ago" : "ahead of our clock", BW_WEBHOOK_TOLERANCE_SEC);
    }
    return BW_OK;
}

/* Strictly: four characters make three bytes, `=` only at the end. out has BASE64_MAX bytes. */
static bool base64_decode(const char *text, size_t size, unsigned char *out, size_t *out_size)
{
    size_t padding = size >= 2 && text[size - 1] == '=' ? (text[size - 2] == '=' ? 2 : 1) : 0;
    bool good = size > 0 && size % 4 == 0 && size <= BASE64_MAX;
    for (size_t i = 0; good && i < size - padding; i++) {
        good = isalnum((unsigned char)text[i]) || text[i] == '+' || text[i] == '/';
    }
    int decoded = good ? EVP_DecodeBlock(out, (const unsigned char *)text, (int)size) : -1;
    if (decoded < 0) {
        return false;
    }
    *out_size = (size_t)decoded - padding;
    return true;
}

static bool timestamp_parse(const char *text, int64_t *out)
{
    size_t size = strlen(text);
    if (size == 0 || size > TIMESTAMP_DIGITS_MAX || strspn(text, "0123456789") != size) {
        return false;
    }
    *out = strtoll(text, NULL, 10);
    return true;
}

static bool any_fits(const char *signatures, const char *want)
{
    const size_t size = strlen(want);
    bool fits = false;
    for (const char *at = signatures; *at != '\0';) {
        size_t length = strcspn(at, " ");
        fits |= length == size && CRYPTO_memcmp(at, want, size) == 0;
        at += length;
        at += strspn(at, " ");
    }
    return fits;
}
