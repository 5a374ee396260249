/* daemon/cli/hook_request.c: see hook_request.h (RFC 9112). */
#include "cli/hook_request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum { CHUNK_DIGITS_MAX = 6, CHUNK_LINE_MAX = 256 };

struct head { /* what the header lines say beside the webhook's own three */
    const char *length;
    const char *encoding;
    const char *connection;
    const char *expect;
};

static bool read_request_line(char *line, struct bw_hook_request *out);
static bool read_headers(char *at, struct head *head, struct bw_hook_request *out);
static enum bw_hook_outcome read_sized(const char *bytes, size_t size, const char *length,
                                       struct bw_hook_request *out);
static enum bw_hook_outcome read_chunked(const char *bytes, size_t size,
                                         struct bw_hook_request *out);

static bool refuse(struct bw_hook_request *out, int status, const char *why)
{
    out->status = status;
    out->why = why;
    return false;
}

static enum bw_hook_outcome bad(struct bw_hook_request *out, int status, const char *why)
{
    (void)refuse(out, status, why);
    return BW_HOOK_BAD;
}

enum bw_hook_outcome bw_hook_request_read(const char *bytes, size_t size,
                                          struct bw_hook_request *out)
{
    *out = (struct bw_hook_request){ 0 };
    const char *end =
        memmem(bytes, size < BW_HOOK_HEAD_MAX ? size : BW_HOOK_HEAD_MAX, "\r\n\r\n", 4);
    if (end == NULL) {
        return size < BW_HOOK_HEAD_MAX ? BW_HOOK_MORE : bad(out, 431, "the headers are too long");
    }
    size_t head_bytes = (size_t)(end - bytes);
    if (memchr(bytes, '\0', head_bytes) != NULL) {
        return bad(out, 400, "a NUL byte in the headers");
    }
    out->head = bw_xstrndup(bytes, head_bytes);
    out->used = head_bytes + 4;
    struct head head = { 0 };
    char *lines = strstr(out->head, "\r\n");
    if (lines != NULL) {
        *lines = '\0';
        lines += 2;
    }
    if (!read_request_line(out->head, out) || (lines != NULL && !read_headers(lines, &head, out))) {
        return BW_HOOK_BAD;
    }
    if (head.connection != NULL) {
        out->keep_alive = out->keep_alive && strcasecmp(head.connection, "close") != 0;
    }
    if (head.encoding != NULL &&
        (head.length != NULL || strcasecmp(head.encoding, "chunked") != 0)) {
        return bad(out, 400, "an ambiguous or unknown transfer encoding");
    }
    if (head.encoding == NULL && head.length == NULL) {
        return bad(out, 411, "neither a length nor chunks");
    }
    const char *rest = bytes + out->used;
    enum bw_hook_outcome outcome = head.encoding != NULL
                                       ? read_chunked(rest, size - out->used, out)
                                       : read_sized(rest, size - out->used, head.length, out);
    out->wants_continue = outcome == BW_HOOK_MORE && head.expect != NULL &&
                          strcasecmp(head.expect, "100-continue") == 0;
    return outcome;
}

void bw_hook_request_clear(struct bw_hook_request *request)
{
    free(request->head);
    free(request->body);
    *request = (struct bw_hook_request){ 0 };
}

/* METHOD SP TARGET SP HTTP/1.x */
static bool read_request_line(char *line, struct bw_hook_request *out)
{
    char *target = strchr(line, ' ');
    char *version = target == NULL ? NULL : strchr(target + 1, ' ');
    if (version == NULL || version == target + 1 ||
        (strcmp(version, " HTTP/1.1") != 0 && strcmp(version, " HTTP/1.0") != 0)) {
        return refuse(out, 400, "not an HTTP/1.1 request");
    }
    out->keep_alive = strcmp(version, " HTTP/1.1") == 0;
    return bw_str_starts_with(line, "POST ") || refuse(out, 405, "a webhook comes with POST");
}

static bool is_token(const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("!#$%&'*+-.^_`|~", name[i]) == NULL) {
            return false;
        }
    }
    return size > 0;
}

static char *trimmed(char *value)
{
    value += strspn(value, " \t");
    size_t size = strlen(value);
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t')) {
        value[--size] = '\0';
    }
    return value;
}

/* Keep the value where it is wanted; a second one of the same name is refused. */
static bool keep(const char *name, const char *value, struct head *head,
                 struct bw_hook_request *out)
{
    const struct {
        const char *name;
        const char **slot;
    } wanted[] = {
        { "webhook-id", &out->headers.id },
        { "webhook-timestamp", &out->headers.timestamp },
        { "webhook-signature", &out->headers.signature },
        { "content-length", &head->length },
        { "transfer-encoding", &head->encoding },
        { "connection", &head->connection },
        { "expect", &head->expect },
    };
    for (size_t i = 0; i < BW_COUNT(wanted); i++) {
        if (strcasecmp(name, wanted[i].name) == 0) {
            if (*wanted[i].slot != NULL) {
                return refuse(out, 400, "a header stands there twice");
            }
            *wanted[i].slot = value;
        }
    }
    return true;
}

static bool read_headers(char *at, struct head *head, struct bw_hook_request *out)
{
    while (at != NULL) {
        char *line = at;
        char *end = strstr(line, "\r\n");
        at = end == NULL ? NULL : end + 2;
        if (end != NULL) {
            *end = '\0';
        }
        char *colon = strchr(line, ':');
        if (colon == NULL || strpbrk(line, "\r\n") != NULL) {
            return refuse(out, 400, "a header line without a colon or with a stray line end");
        }
        *colon = '\0';
        if (!is_token(line)) {
            return refuse(out, 400, "a header with a strange name");
        }
        if (!keep(line, trimmed(colon + 1), head, out)) {
            return false;
        }
    }
    return true;
}

static enum bw_hook_outcome read_sized(const char *bytes, size_t size, const char *length,
                                       struct bw_hook_request *out)
{
    size_t digits = strspn(length, "0123456789");
    if (digits == 0 || length[digits] != '\0') {
        return bad(out, 400, "Content-Length is not a number");
    }
    unsigned long long want = digits > 9 ? BW_HOOK_BODY_MAX + 1ULL : strtoull(length, NULL, 10);
    if (want > BW_HOOK_BODY_MAX) {
        return bad(out, 413, "the body is too large");
    }
    if (size < want) {
        return BW_HOOK_MORE;
    }
    out->body = bw_xcalloc(1, (size_t)want + 1);
    memcpy(out->body, bytes, (size_t)want);
    out->body_bytes = (size_t)want;
    out->used += (size_t)want;
    return BW_HOOK_WHOLE;
}

/* The size that stands at the start of a chunk; extensions are skipped. */
static bool chunk_size(const char *line, size_t line_bytes, size_t *out)
{
    char digits[CHUNK_DIGITS_MAX + 1] = { 0 };
    size_t count = 0;
    while (count < line_bytes && isxdigit((unsigned char)line[count])) {
        if (count == CHUNK_DIGITS_MAX) {
            return false;
        }
        digits[count] = line[count];
        count++;
    }
    *out = strtoul(digits, NULL, 16);
    return count > 0 && (count == line_bytes || line[count] == ';' || line[count] == ' ');
}

static enum bw_hook_outcome read_chunked(const char *bytes, size_t size,
                                         struct bw_hook_request *out)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    size_t at = 0;
    for (;;) {
        const char *line = bytes + at;
        const char *end = memmem(line, size - at, "\r\n", 2);
        size_t chunk = 0;
        if (end == NULL) {
            return size - at < CHUNK_LINE_MAX ? BW_HOOK_MORE
                                              : bad(out, 400, "a chunk without a size");
        }
        if (!chunk_size(line, (size_t)(end - line), &chunk)) {
            return bad(out, 400, "a chunk without a size");
        }
        at += (size_t)(end - line) + 2;
        if (body.size + chunk > BW_HOOK_BODY_MAX) {
            return bad(out, 413, "the body is too large");
        }
        if (size - at < chunk + 2) {
            return BW_HOOK_MORE;
        }
        if (memcmp(bytes + at + chunk, "\r\n", 2) != 0) {
            return bad(out, 400,
                       chunk == 0 ? "trailers are not supported" : "a chunk longer than its size");
        }
        bw_str_append_bytes(&body, bytes + at, chunk);
        at += chunk + 2;
        if (chunk == 0) {
            break;
        }
    }
    out->used += at;
    out->body_bytes = body.size;
    out->body = bw_str_take(&body);
    return BW_HOOK_WHOLE;
}
