#include "io/http_answer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/instant.h"

static struct bw_http_answer answer;

static void teardown(void)
{
    bw_http_answer_clear(&answer);
}

TestSuite(http_answer, .fini = teardown);

static void line(const char *text)
{
    bw_http_answer_add_line(&answer, text, strlen(text));
}

static int64_t retry(const char *first, const char *second)
{
    bw_http_answer_clear(&answer);
    line(first);
    line(second);
    bw_http_answer_read_retry(&answer, INT64_C(784111777000)); /* Sun, 06 Nov 1994 08:49:37 GMT */
    return answer.retry_after_ms;
}

Test(http_answer, names_are_lowered_and_values_trimmed)
{
    line("HTTP/1.1 200 OK\r\n");
    line("Content-TYPE: \t a: B \t\r\n");
    line("Empty:\r\n");
    line("\r\n");
    cr_expect(eq(sz, answer.headers.count, 2));
    cr_expect(eq(str, (char *)bw_http_header(&answer, "content-type"), "a: B"));
    cr_expect(eq(str, (char *)bw_http_header(&answer, "empty"), ""));
    cr_expect(eq(ptr, (void *)bw_http_header(&answer, "content"), NULL));
}

Test(http_answer, the_first_of_two_headers_counts_and_odd_lines_do_not)
{
    const char *const lines[] = { "A: 1", "A: 2", ": none", "no colon", "", " folded", ":" };
    for (size_t i = 0; i < BW_COUNT(lines); i++) {
        line(lines[i]);
    }
    cr_expect(eq(sz, answer.headers.count, 2));
    cr_expect(eq(str, (char *)bw_http_header(&answer, "a"), "1"));
}

Test(http_answer, a_new_status_line_forgets_the_head_before)
{
    line("HTTP/1.1 103 Early Hints\r\n");
    line("Link: </x>\r\n");
    line("HTTP/1.1 200 OK\r\n");
    cr_expect(eq(sz, answer.headers.count, 0));
}

Test(http_answer, the_larger_wait_counts)
{
    cr_expect(eq(i64, retry("Retry-After: 7", "retry-after-ms: 250"), 7000));
    cr_expect(eq(i64, retry("Retry-After: 0", "Retry-After-Ms: 250"), 250));
    cr_expect(eq(i64, retry("Retry-After: 1.5", ""), 1500));
    cr_expect(eq(i64, retry("Retry-After: Sun, 06 Nov 1994 08:50:37 GMT", ""), 60000));
    cr_expect(eq(i64, retry("Retry-After: Sunday, 06-Nov-94 08:50:37 GMT", ""), 60000));
    cr_expect(eq(i64, retry("Retry-After: Sun, 06 Nov 1994 08:00:00 GMT", ""), 0));
    cr_expect(eq(i64, retry("Retry-After: Sun, 06 Nov 2094 08:50:37 GMT", ""), BW_DAY_MS));
    const char *const silly[] = { "Retry-After: -5",   "Retry-After:",     "Retry-After: soon",
                                  "Retry-After: 0x10", "Retry-After: nan", "Retry-After: 1e9" };
    for (size_t i = 0; i < BW_COUNT(silly); i++) {
        cr_expect(eq(i64, retry(silly[i], ""), 0), "%s", silly[i]);
    }
}

static int64_t retry_of_body(int status, const char *body)
{
    bw_http_answer_clear(&answer);
    answer.status = status;
    answer.body = bw_xstrdup(body);
    answer.body_bytes = strlen(body);
    bw_http_answer_read_retry(&answer, 1);
    return answer.retry_after_ms;
}

#define RETRY_INFO(delay)                                                                          \
    "{\"error\":{\"code\":429,\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.Help\"},"      \
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" delay "\"}]}}"

Test(http_answer, google_says_in_the_body_how_long_to_wait)
{
    cr_expect(eq(i64, retry_of_body(429, RETRY_INFO("34.5s")), 34500));
    cr_expect(eq(i64, retry_of_body(503, "[" RETRY_INFO("7s") "]"), 7000));
    cr_expect(eq(i64, retry_of_body(200, RETRY_INFO("7s")), 0));
    cr_expect(eq(i64, retry_of_body(429, RETRY_INFO("soon")), 0));
    cr_expect(eq(i64, retry_of_body(429, "retryDelay"), 0));
    cr_expect(eq(i64, retry_of_body(429, ""), 0));
}
