/* daemon/io/http_answer.c: see http_answer.h. */
#include "io/http_answer.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/json.h"

static int64_t retry_from_number(const char *value, double unit_ms);
static int64_t retry_from_date(const char *value, int64_t now_ms);
static int64_t retry_from_body(const struct bw_http_answer *answer);

void bw_http_answer_clear(struct bw_http_answer *answer)
{
    bw_names_clear(&answer->headers);
    free(answer->body);
    *answer = (struct bw_http_answer){ 0 };
}

const char *bw_http_header(const struct bw_http_answer *answer, const char *name)
{
    size_t size = strlen(name);
    BW_VEC_EACH(char *, header, &answer->headers) {
        if (strncmp(*header, name, size) == 0 && strncmp(*header + size, ": ", 2) == 0) {
            return *header + size + 2;
        }
    }
    return NULL;
}

void bw_http_answer_add_line(struct bw_http_answer *answer, const char *line, size_t size)
{
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        bw_names_clear(&answer->headers);
        return;
    }
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || colon == line) {
        return;
    }
    const char *value = colon + 1;
    const char *end = line + size;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && isspace((unsigned char)end[-1])) {
        end--;
    }
    char *header = bw_xasprintf("%.*s: %.*s", (int)(colon - line), line, (int)(end - value), value);
    for (char *c = header; *c != '\0' && *c != ':'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    BW_VEC_PUSH(&answer->headers, header);
}

void bw_http_answer_read_retry(struct bw_http_answer *answer, int64_t now_ms)
{
    int64_t longest = 0;
    const char *after = bw_http_header(answer, "retry-after");
    if (after != NULL) {
        int64_t wait_ms = retry_from_number(after, 1000);
        longest = wait_ms >= 0 ? wait_ms : retry_from_date(after, now_ms);
    }
    const char *after_ms = bw_http_header(answer, "retry-after-ms");
    if (after_ms != NULL) {
        int64_t wait_ms = retry_from_number(after_ms, 1);
        longest = wait_ms > longest ? wait_ms : longest;
    }
    longest = longest > 0 ? longest : retry_from_body(answer);
    answer->retry_after_ms = longest < BW_DAY_MS ? longest : BW_DAY_MS;
}

/* Some servers say "1.5". -1: not a number. */
static int64_t retry_from_number(const char *value, double unit_ms)
{
    size_t size = strlen(value);
    if (size == 0 || size > 15 || strspn(value, "0123456789.") != size) {
        return -1;
    }
    return (int64_t)(strtod(value, NULL) * unit_ms);
}

static int64_t retry_from_date(const char *value, int64_t now_ms)
{
    time_t at = curl_getdate(value, NULL);
    int64_t wait_ms = (int64_t)at * 1000 - now_ms;
    return at != -1 && wait_ms > 0 ? wait_ms : 0;
}

/* Google says it in the body: {"error":{"details":[{"@type":".../google.rpc.RetryInfo",
 * "retryDelay":"34.07s"}]}}, some of its calls as the first of an array. */
static int64_t retry_from_body(const struct bw_http_answer *answer)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    if (answer->status < 400 || answer->body == NULL ||
        strstr(answer->body, "retryDelay") == NULL ||
        bw_json_parse(answer->body, answer->body_bytes, &root, NULL) != BW_OK) {
        return 0;
    }
    const struct bw_json *top = bw_json_is_array(root) ? bw_json_first(root) : root;
    const struct bw_json *detail =
        bw_json_first(bw_json_get(bw_json_get(top, "error"), "details"));
    int64_t wait_ms = 0;
    for (; detail != NULL && wait_ms <= 0; detail = bw_json_next(detail)) {
        const char *delay = bw_json_text(bw_json_get(detail, "retryDelay"), "");
        size_t size = strlen(delay);
        BW_CLEANUP(bw_freep) char *number = bw_xstrndup(delay, size == 0 ? 0 : size - 1);
        bool seconds = size > 1 && delay[size - 1] == 's';
        wait_ms = seconds ? retry_from_number(number, 1000) : 0;
    }
    return wait_ms > 0 ? wait_ms : 0;
}
