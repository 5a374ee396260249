#include "cli/hook_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"

static enum bw_hook_outcome parse(const char *text, struct bw_hook_request *out)
{
    return bw_hook_request_read(text, strlen(text), out);
}

static const char WHOLE[] = "POST /hook HTTP/1.1\r\nHost: h\r\nWebhook-Id: msg_1\r\n"
                            "webhook-timestamp:5 \r\nWEBHOOK-SIGNATURE: v1,a v1,b\r\n"
                            "Content-Length: 2\r\n\r\n{}GET";
static const char CHUNKED[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nnext";

Test(hook_request, reads_headers_and_body)
{
    struct bw_hook_request got;
    cr_assert(eq(int, parse(WHOLE, &got), BW_HOOK_WHOLE));
    cr_expect(eq(str, (char *)got.headers.id, "msg_1"));
    cr_expect(eq(str, (char *)got.headers.timestamp, "5"));
    cr_expect(eq(str, (char *)got.headers.signature, "v1,a v1,b"));
    cr_expect(eq(str, got.body, "{}"));
    cr_expect(eq(sz, got.used, strlen(WHOLE) - 3));
    cr_expect(got.keep_alive);
    bw_hook_request_clear(&got);
}

Test(hook_request, reads_chunks)
{
    struct bw_hook_request got;
    cr_assert(eq(int, parse(CHUNKED, &got), BW_HOOK_WHOLE));
    cr_expect(eq(str, got.body, "abc0123456789"));
    cr_expect(eq(sz, got.used, strlen(CHUNKED) - 4));
    bw_hook_request_clear(&got);
}

Test(hook_request, every_beginning_asks_for_more)
{
    const char *const whole[] = { WHOLE, CHUNKED };
    for (size_t i = 0; i < BW_COUNT(whole); i++) {
        size_t size = strlen(whole[i]) - (i == 0 ? 3 : 4);
        for (size_t cut = 0; cut < size; cut++) {
            struct bw_hook_request got;
            char *part = bw_xmemdup(whole[i], cut); /* so that a read too far is seen */
            cr_expect(eq(int, bw_hook_request_read(part, cut, &got), BW_HOOK_MORE), "%zu", cut);
            bw_hook_request_clear(&got);
            free(part);
        }
    }
}

Test(hook_request, refuses_what_can_be_read_in_two_ways)
{
    const struct {
        const char *text;
        int status;
    } cases[] = {
        { "hello\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n\r\n", 405 },
        { "POST / HTTP/2\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n\r\n", 411 },
        { "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nA : b\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nwebhook-id: a\r\nwebhook-id: b\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n", 413 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400 },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_hook_request got;
        cr_expect(eq(int, parse(cases[i].text, &got), BW_HOOK_BAD), "%s", cases[i].text);
        cr_expect(eq(int, got.status, cases[i].status), "%s", cases[i].text);
        bw_hook_request_clear(&got);
    }
}

Test(hook_request, headers_have_an_end)
{
    struct bw_str text = { 0 };
    bw_str_append(&text, "POST / HTTP/1.1\r\nA: ");
    while (text.size < BW_HOOK_HEAD_MAX) {
        bw_str_append(&text, "aaaaaaaa");
    }
    struct bw_hook_request got;
    cr_expect(eq(int, bw_hook_request_read(text.text, text.size, &got), BW_HOOK_BAD));
    cr_expect(eq(int, got.status, 431));
    bw_hook_request_clear(&got);
    bw_str_clear(&text);
}

Test(hook_request, knows_who_waits_for_continue)
{
    struct bw_hook_request got;
    cr_expect(eq(int, parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                            &got), BW_HOOK_MORE));
    cr_expect(got.wants_continue);
    cr_expect(not(got.keep_alive));
    bw_hook_request_clear(&got);
}
