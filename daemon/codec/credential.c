/* daemon/codec/credential.c: see token.h. Forms as documented in 2026: RFC 6749 5.1, `az account
 * get-access-token`, `gcloud config config-helper`, client.authentication.k8s.io ExecCredential,
 * credential_process of the AWS CLI; a JWT's exp is RFC 7519 4.1.4. */
#include "codec/credential.h"

#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/mem.h"
#include "base/str.h"
#include "codec/json.h"

static const struct bw_json *first_of(const struct bw_json *json, const char *const *names)
{
    const struct bw_json *found = NULL;
    for (; found == NULL && *names != NULL; names++) {
        const struct bw_json *value = bw_json_get(json, *names);
        found = bw_json_is_null(value) ? NULL : value;
    }
    return found;
}

/* An instant, a number of seconds since 1970, or, as az writes expiresOn, local time. */
static int64_t time_of(const struct bw_json *value)
{
    int64_t at_ms = 0;
    struct tm local = { .tm_isdst = -1 };
    struct bw_error no_instant = { 0 };
    if (bw_json_read_time(value, "expiry", &at_ms, &no_instant) == BW_OK) {
        return at_ms;
    }
    int64_t seconds = bw_json_i64(value, 0);
    if (seconds > 0) {
        return seconds < INT64_MAX / BW_SECOND_MS ? seconds * BW_SECOND_MS : 0;
    }
    return strptime(bw_json_text(value, ""), "%Y-%m-%d %H:%M:%S", &local) != NULL
               ? (int64_t)mktime(&local) * BW_SECOND_MS
               : 0;
}

static int64_t expiry_of(const struct bw_json *json, int64_t now_ms)
{
    static const char *const moments[] = { "expires_on", "expirationTimestamp", "expiration",
                                           "Expiration", "token_expiry", "expires_at", "expiresOn",
                                           NULL };
    int64_t left_sec = bw_json_i64(bw_json_get(json, "expires_in"), 0);
    return left_sec > 0 && left_sec < BW_YEAR_MS / BW_SECOND_MS ? now_ms + left_sec * BW_SECOND_MS
                                                                : time_of(first_of(json, moments));
}

static char *aws_key(const struct bw_json *json)
{
    const char *id = bw_json_text(bw_json_get(json, "AccessKeyId"), NULL);
    const char *secret = bw_json_text(bw_json_get(json, "SecretAccessKey"), NULL);
    const char *token = bw_json_text(bw_json_get(json, "SessionToken"), NULL);
    return id == NULL || secret == NULL ? NULL
                                        : bw_xasprintf("%s:%s%s%s", id, secret,
                                                       token == NULL ? "" : ":",
                                                       token == NULL ? "" : token);
}

static bool read_object(const char *output, int64_t now_ms, struct bw_credential *out)
{
    static const char *const tokens[] = { "access_token", "accessToken", "token", "id_token",
                                          NULL };
    static const char *const inside[] = { "status", "credential", NULL };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    if (bw_json_parse(output, strlen(output), &root, NULL) != BW_OK || !bw_json_is_object(root)) {
        return false;
    }
    const struct bw_json *part = first_of(root, inside);
    const struct bw_json *json = bw_json_is_object(part) ? part : root;
    out->text = bw_xstrdup(bw_json_text(first_of(json, tokens), NULL));
    out->text = out->text == NULL ? aws_key(json) : out->text;
    out->expires_ms = out->text == NULL ? 0 : expiry_of(json, now_ms);
    return out->text != NULL;
}

static int digit_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '-'             ? 62
           : c == '_'             ? 63
                                  : -1;
}

/* The claims between the dots of HEADER.CLAIMS.SIGNATURE; NULL: it is no such token.
 * Ownership: the caller's. */
static char *claims_of(const char *text)
{
    const char *from = strchr(text, '.');
    const char *to = from == NULL ? NULL : strchr(from + 1, '.');
    struct bw_str out = { 0 };
    unsigned bits = 0;
    int count = 0;
    for (const char *c = from == NULL ? to : from + 1; to != NULL && c < to; c++) {
        int digit = digit_of(*c);
        if (digit < 0) {
            bw_str_clear(&out);
            return NULL;
        }
        bits = (bits << 6 | (unsigned)digit) & 0xffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            char byte = (char)(bits >> count & 0xffU);
            bw_str_append_bytes(&out, &byte, 1);
        }
    }
    return out.size == 0 ? NULL : bw_str_take(&out);
}

static int64_t jwt_expiry(const char *text)
{
    BW_CLEANUP(bw_freep) char *claims = claims_of(text);
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    return claims != NULL && bw_json_parse(claims, strlen(claims), &json, NULL) == BW_OK
               ? time_of(bw_json_get(json, "exp"))
               : 0;
}

struct bw_credential bw_credential_read(const char *output, int64_t now_ms)
{
    struct bw_credential said = { 0 };
    if (!read_object(output, now_ms, &said)) {
        said.text = bw_xstrdup(output);
    }
    said.expires_ms = said.expires_ms != 0 ? said.expires_ms : jwt_expiry(said.text);
    return said;
}

void bw_credential_clear(struct bw_credential *said)
{
    if (said->text != NULL) {
        explicit_bzero(said->text, strlen(said->text));
    }
    free(said->text);
    *said = (struct bw_credential){ 0 };
}
