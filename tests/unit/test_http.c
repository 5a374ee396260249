#include "io/http.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "support/http_server.h"

enum { MANY = 200 };

struct world {
    uv_loop_t loop;
    uv_timer_t guard;
    struct bw_http *http;
    struct http_server *server;
    struct bw_http_answer answer; /* the last one */
    int done;
    int good; /* of them, 200 */
};

static struct world w;

static void on_guard(uv_timer_t *guard)
{
    (void)guard;
    fputs("the test takes too long\n", stderr);
    abort();
}

static void begin(http_handler handler)
{
    struct bw_error err = { 0 };
    cr_assert(eq(int, uv_loop_init(&w.loop), 0));
    uv_timer_init(&w.loop, &w.guard);
    uv_timer_start(&w.guard, on_guard, 20000, 0);
    uv_unref((uv_handle_t *)&w.guard);
    cr_assert(eq(int, bw_http_new(&w.loop, 16, 4, &w.http, &err), BW_OK));
    w.server = http_server_start(handler, NULL);
}

/* Every handle is closed: uv_loop_close() says so. */
static void end(void)
{
    bw_http_answer_clear(&w.answer);
    uv_close((uv_handle_t *)&w.guard, NULL);
    if (w.http != NULL) {
        bw_http_close(w.http);
    }
    uv_run(&w.loop, UV_RUN_DEFAULT);
    cr_assert(eq(int, uv_loop_close(&w.loop), 0));
    http_server_stop(w.server);
}

static void on_done(void *context, struct bw_http_answer *answer)
{
    struct world *world = context;
    bw_http_answer_clear(&world->answer);
    world->answer = *answer;
    world->done++;
    world->good += answer->code == BW_OK && answer->status == 200;
}

static struct bw_http_request get(const char *path)
{
    return (struct bw_http_request){
        .method = bw_xstrdup("GET"),
        .url = bw_xasprintf("%s%s", path[0] == '/' ? http_server_url(w.server) : "", path),
        .timeout_ms = 10000,
        .max_bytes = 1024 * 1024,
        .follow_in_origin = true,
    };
}

static struct bw_transfer *start(struct bw_http_request request)
{
    return bw_http_start(w.http, &request, on_done, &w);
}

static void run_until(int done)
{
    while (w.done < done && uv_run(&w.loop, UV_RUN_ONCE) != 0) {
    }
    cr_assert(eq(int, w.done, done));
}

static void fetch(struct bw_http_request request)
{
    int before = w.done;
    start(request);
    cr_assert(eq(int, w.done, before), "done is never called from inside start");
    run_until(before + 1);
}

static void put_bits(unsigned char *out, size_t *at, const char *bits)
{
    for (; *bits != '\0'; bits++, (*at)++) {
        out[*at / 8] |= (unsigned char)((*bits - '0') << *at % 8);
    }
}

/* RFC 1951 by hand: one literal zero, then copies of 258 zeros at 13 bits each: 8 MiB in 53 kB. */
static void send_gzip_bomb(struct http_call *call)
{
    static const unsigned char head[10] = { 0x1f, 0x8b, 8 };
    unsigned char packed[64 * 1024] = { 0 };
    size_t bits = 0;
    put_bits(packed, &bits,
             "110"
             "00110000");
    for (int i = 0; i < 8 * 1024 * 1024 / 258; i++) {
        put_bits(packed, &bits,
                 "11000101"
                 "00000");
    }
    put_bits(packed, &bits, "0000000");
    http_send(call, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
    http_send_bytes(call, head, sizeof(head));
    http_send_bytes(call, packed, bits / 8 + 1);
}

static void send_retry_date(struct http_call *call)
{
    char text[256];
    time_t at = time(NULL) + 90;
    strftime(text, sizeof(text),
             "HTTP/1.1 429 Slow\r\nRetry-After: %a, %d %b %Y %H:%M:%S GMT\r\n"
             "Content-Length: 0\r\n\r\n",
             gmtime(&at));
    http_send(call, text);
}

static void site(struct http_call *call, void *context)
{
    (void)context;
    if (http_call_is(call, "GET /ok")) {
        http_send(call, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nX-Two:  padded \r\n"
                        "Content-Length: 5\r\n\r\nhello");
    } else if (http_call_is(call, "GET /same")) {
        char tag[512];
        http_call_header(call, "If-None-Match", tag);
        http_send(call, strcmp(tag, "\"v1\"") == 0 ? "HTTP/1.1 304 Not Modified\r\n\r\n"
                                                   : "HTTP/1.1 500 No\r\n\r\n");
    } else if (http_call_is(call, "GET /interim")) {
        http_send(call, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /cut")) {
        http_send(call, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    } else if (http_call_is(call, "GET /cut-chunk")) {
        http_send(call, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nonly this");
    } else if (http_call_is(call, "GET /hang")) {
        http_wait(call, -1);
    } else if (http_call_is(call, "GET /drip")) {
        http_send(call, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            http_send(call, ".");
            http_wait(call, 20);
        }
    } else if (http_call_is(call, "GET /500")) {
        http_send(call, "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops");
    } else if (http_call_is(call, "GET /429")) {
        http_send(call, "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nretry-after-ms: 7250\r\n"
                        "Content-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /429-date")) {
        send_retry_date(call);
    } else if (http_call_is(call, "GET /429-silly")) {
        http_send(call,
                  "HTTP/1.1 429 Slow\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /hop")) {
        http_send(call, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nX-Hop: 1\r\n"
                        "Content-Length: 3\r\n\r\nhop");
    } else if (http_call_is(call, "GET /away")) {
        http_send(call, "HTTP/1.1 302 Found\r\nLocation: http://localhost:1/ok\r\n"
                        "Content-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /loop")) {
        http_send(call, "HTTP/1.1 301 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /bomb")) {
        send_gzip_bomb(call);
    } else if (http_call_is(call, "GET /said-large")) {
        http_send(call, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        http_wait(call, -1);
    } else if (http_call_is(call, "GET /large")) {
        http_send(call, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        char block[4096];
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 1024; i++) {
            http_send_bytes(call, block, sizeof(block));
        }
    } else if (http_call_is(call, "GET /head")) {
        http_send(call, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 4000; i++) {
            http_send(call, "X-Padding: 0123456789012345678901234567890123456789\r\n");
        }
        http_send(call, "Content-Length: 0\r\n\r\n");
    } else if (http_call_is(call, "GET /garbage")) {
        http_send(call, "SSH-2.0-OpenSSH_9.2\r\n");
    } else if (http_call_is(call, "GET /nothing")) {
        return;
    } else if (http_call_is(call, "GET /busy")) {
        http_wait(call, 20);
        http_send(call, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    } else if (strncmp(call->head, "POST /echo", 10) == 0) {
        char head[128];
        snprintf(head, sizeof(head), "HTTP/1.1 201 Made\r\nContent-Length: %zu\r\n\r\n",
                 strlen(call->head) + call->body_bytes);
        http_send(call, head);
        http_send(call, call->head);
        http_send_bytes(call, call->body, call->body_bytes);
    } else {
        http_send(call, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    }
}

Test(http, an_answer_has_status_headers_and_body)
{
    begin(site);
    fetch(get("/ok"));
    cr_expect(eq(int, w.answer.code, BW_OK));
    cr_expect(eq(int, w.answer.status, 200));
    cr_expect(eq(str, w.answer.body, "hello"));
    cr_expect(eq(sz, w.answer.body_bytes, 5));
    cr_expect(eq(str, (char *)bw_http_header(&w.answer, "etag"), "\"v1\""));
    cr_expect(eq(str, (char *)bw_http_header(&w.answer, "x-two"), "padded"));
    cr_expect(eq(ptr, (void *)bw_http_header(&w.answer, "x-t"), NULL));
    end();
}

Test(http, a_conditional_request_gets_304)
{
    begin(site);
    struct bw_http_request request = get("/same");
    BW_VEC_PUSH(&request.headers, bw_xstrdup("If-None-Match: \"v1\""));
    fetch(request);
    cr_expect(eq(int, w.answer.code, BW_OK));
    cr_expect(eq(int, w.answer.status, 304));
    cr_expect(eq(str, w.answer.body, ""));
    end();
}

Test(http, a_post_sends_its_body_and_names_us)
{
    begin(site);
    struct bw_http_request request = get("/echo?x=1");
    bw_replace(&request.method, "POST");
    request.body = bw_xstrdup("{\"a\":1}");
    request.body_bytes = 7;
    request.userpwd = bw_xstrdup("user:pass");
    BW_VEC_PUSH(&request.headers, bw_xstrdup("Content-Type: application/json"));
    fetch(request);
    cr_expect(eq(int, w.answer.status, 201));
    cr_expect(ne(ptr, strstr(w.answer.body, "User-Agent: basewatch/" BW_VERSION "\r\n"), NULL));
    cr_expect(ne(ptr, strstr(w.answer.body, "Authorization: Basic dXNlcjpwYXNz\r\n"), NULL));
    cr_expect(ne(ptr, strstr(w.answer.body, "Content-Type: application/json\r\n"), NULL));
    cr_expect(ne(ptr, strstr(w.answer.body, "\r\n\r\n{\"a\":1}"), NULL));
    end();
}

Test(http, sigv4_signs_instead_of_sending_the_secret)
{
    begin(site);
    struct bw_http_request request = get("/echo");
    bw_replace(&request.method, "POST");
    request.userpwd = bw_xstrdup("AKID:topsecret");
    request.sigv4 = bw_xstrdup("aws:amz:us-east-1:bedrock");
    fetch(request);
    cr_expect(eq(int, w.answer.status, 201));
    cr_expect(
        ne(ptr, strstr(w.answer.body, "Authorization: AWS4-HMAC-SHA256 Credential=AKID/"), NULL));
    cr_expect(ne(ptr, strstr(w.answer.body, "/us-east-1/bedrock/aws4_request"), NULL));
    cr_expect(eq(ptr, strstr(w.answer.body, "topsecret"), NULL));
    end();
}

Test(http, a_secret_that_cannot_sign_is_not_sent_instead)
{
    begin(site);
    const char *const bad[] = { "", ":", "aws", "aws:amz:us-east-1:bedrock" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        struct bw_http_request request = get("/echo");
        bw_replace(&request.method, "POST");
        request.userpwd = i == 3 ? NULL : bw_xstrdup("AKID:topsecret");
        request.sigv4 = bw_xstrdup(bad[i]);
        fetch(request);
        cr_expect(w.answer.body == NULL || (strstr(w.answer.body, "topsecret") == NULL &&
                                            strstr(w.answer.body, "Basic ") == NULL),
                  "%s: %s", bad[i], w.answer.body);
    }
    cr_expect(eq(int, w.answer.code, BW_ERR_INVALID));
    end();
}

Test(http, an_interim_answer_leaves_no_header)
{
    begin(site);
    fetch(get("/interim"));
    cr_expect(eq(int, w.answer.status, 200));
    cr_expect(eq(ptr, (void *)bw_http_header(&w.answer, "x-early"), NULL));
    end();
}

Test(http, a_kept_connection_that_the_server_closed_is_no_failure)
{
    begin(site);
    for (int i = 0; i < 50; i++) {
        fetch(get("/ok"));
    }
    cr_expect(eq(int, w.good, 50));
    end();
}

Test(http, a_cut_body_is_no_answer)
{
    begin(site);
    const char *const paths[] = { "/cut", "/cut-chunk", "/garbage", "/nothing" };
    for (size_t i = 0; i < BW_COUNT(paths); i++) {
        fetch(get(paths[i]));
        cr_expect(eq(int, w.answer.code, BW_ERR_NET), "%s", paths[i]);
        cr_expect(eq(int, w.answer.status, i < 2 ? 200 : 0), "%s", paths[i]);
        cr_expect(eq(ptr, w.answer.body, NULL));
        cr_expect(eq(sz, w.answer.headers.count, 0));
    }
    end();
}

Test(http, hanging_and_dripping_servers_time_out)
{
    begin(site);
    const char *const paths[] = { "/hang", "/drip" };
    for (size_t i = 0; i < BW_COUNT(paths); i++) {
        struct bw_http_request request = get(paths[i]);
        request.timeout_ms = 200;
        int64_t before_ms = bw_clock_monotonic_ms();
        fetch(request);
        cr_expect(eq(int, w.answer.code, BW_ERR_TIMEOUT));
        cr_expect(ge(i64, bw_clock_monotonic_ms() - before_ms, 190));
        cr_expect(lt(i64, bw_clock_monotonic_ms() - before_ms, 1500));
    }
    end();
}

Test(http, server_errors_are_answers)
{
    begin(site);
    fetch(get("/500"));
    cr_expect(eq(int, w.answer.code, BW_OK));
    cr_expect(eq(int, w.answer.status, 500));
    cr_expect(eq(str, w.answer.body, "oops"));
    cr_expect(eq(i64, w.answer.retry_after_ms, 0));
    end();
}

Test(http, retry_after_is_read_in_all_its_forms)
{
    begin(site);
    fetch(get("/429"));
    cr_expect(eq(int, w.answer.status, 429));
    cr_expect(eq(i64, w.answer.retry_after_ms, 7250));
    fetch(get("/429-date"));
    cr_expect(gt(i64, w.answer.retry_after_ms, 80000));
    cr_expect(le(i64, w.answer.retry_after_ms, 90000));
    fetch(get("/429-silly"));
    cr_expect(eq(i64, w.answer.retry_after_ms, BW_DAY_MS));
    end();
}

Test(http, redirects_are_followed_inside_the_origin_only)
{
    begin(site);
    fetch(get("/hop"));
    cr_expect(eq(int, w.answer.status, 200));
    cr_expect(eq(str, w.answer.body, "hello"));
    cr_expect(eq(ptr, (void *)bw_http_header(&w.answer, "x-hop"), NULL));
    fetch(get("/away"));
    cr_expect(eq(int, w.answer.status, 302));
    int before = http_server_calls(w.server);
    fetch(get("/loop"));
    cr_expect(eq(int, w.answer.status, 301));
    cr_expect(eq(int, http_server_calls(w.server) - before, 1 + BW_HTTP_REDIRECTS_MAX));
    struct bw_http_request request = get("/hop");
    request.follow_in_origin = false;
    fetch(request);
    cr_expect(eq(int, w.answer.status, 302));
    cr_expect(eq(str, w.answer.body, "hop"));
    end();
}

Test(http, oversize_answers_are_cut_off)
{
    begin(site);
    const char *const paths[] = { "/bomb", "/said-large", "/large", "/head" };
    for (size_t i = 0; i < BW_COUNT(paths); i++) {
        fetch(get(paths[i]));
        cr_expect(eq(int, w.answer.code, BW_ERR_TOOBIG), "%s: %s", paths[i], w.answer.error);
        cr_expect(eq(ptr, w.answer.body, NULL));
    }
    struct bw_http_request request = get("/ok");
    request.max_bytes = 5;
    fetch(request);
    cr_expect(eq(str, w.answer.body, "hello"), "exactly the cap is fine");
    end();
}

Test(http, errors_name_the_host_and_nothing_behind_it)
{
    begin(site);
    fetch(get("http://127.0.0.1:1/hook/secret?key=secret"));
    cr_expect(eq(int, w.answer.code, BW_ERR_NET));
    cr_expect(eq(str, w.answer.error, "http://127.0.0.1:1: cannot connect: Connection refused"));
    fetch(get("http://user:secret@no-such-host.invalid/secret"));
    cr_expect(eq(int, w.answer.code, BW_ERR_NET));
    cr_expect(eq(ptr, strstr(w.answer.error, "secret"), NULL));
    const char *const bad[] = { "ftp://secret/", "file:///etc/secret", "secret",
                                "http://",       "http://a b/secret",  "http://x\r\ny/secret" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        fetch(get(bad[i]));
        cr_expect(eq(int, w.answer.code, BW_ERR_INVALID), "%s", bad[i]);
        cr_expect(eq(ptr, strstr(w.answer.error, "secret"), NULL));
    }
    end();
}

Test(http, requests_that_smuggle_are_refused)
{
    begin(site);
    struct bw_http_request request = get("/ok");
    BW_VEC_PUSH(&request.headers, bw_xstrdup("X-A: 1\r\nX-B: 2"));
    fetch(request);
    cr_expect(eq(int, w.answer.code, BW_ERR_INVALID));
    request = get("/ok");
    bw_replace(&request.method, "GET /x HTTP/1.1\r\n");
    fetch(request);
    cr_expect(eq(int, w.answer.code, BW_ERR_INVALID));
    cr_expect(eq(int, http_server_calls(w.server), 0));
    end();
}

Test(http, private_addresses_are_refused_before_connecting)
{
    begin(site);
    const char *const urls[] = {
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
    };
    for (size_t i = 0; i < BW_COUNT(urls); i++) {
        fetch(get(urls[i]));
        cr_expect(eq(int, w.answer.code, BW_ERR_DENIED), "%s: %s", urls[i], w.answer.error);
    }
    end();
}

Test(http, at_most_per_host_at_once_and_all_come_through)
{
    begin(site);
    for (int i = 0; i < MANY; i++) {
        start(get("/busy"));
    }
    run_until(MANY);
    cr_expect(eq(int, w.good, MANY));
    cr_expect(eq(int, http_server_peak(w.server), 4));
    end();
}

Test(http, a_slow_host_does_not_hold_up_another)
{
    begin(site);
    struct http_server *other = http_server_start(site, NULL);
    for (int i = 0; i < MANY; i++) {
        start(get("/hang"));
    }
    BW_CLEANUP(bw_freep) char *url = bw_xasprintf("%s/ok", http_server_url(other));
    fetch(get(url));
    cr_expect(eq(int, w.answer.status, 200));
    end();
    http_server_stop(other);
}

Test(http, at_most_parallel_at_once_over_all_hosts)
{
    begin(site);
    enum { HOSTS = 8 };
    struct http_server *hosts[HOSTS];
    for (int i = 0; i < HOSTS; i++) {
        hosts[i] = http_server_start(site, NULL);
        BW_CLEANUP(bw_freep) char *url = bw_xasprintf("%s/hang", http_server_url(hosts[i]));
        for (int j = 0; j < 4; j++) {
            struct bw_http_request request = get(url);
            request.timeout_ms = 300;
            start(request);
        }
    }
    for (int64_t until_ms = bw_clock_monotonic_ms() + 200; bw_clock_monotonic_ms() < until_ms;) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    int calls = 0;
    for (int i = 0; i < HOSTS; i++) {
        calls += http_server_calls(hosts[i]);
        cr_expect(eq(int, http_server_calls(hosts[i]), 2), "origins take turns");
    }
    cr_expect(eq(int, calls, 16));
    run_until(HOSTS * 4);
    end();
    for (int i = 0; i < HOSTS; i++) {
        http_server_stop(hosts[i]);
    }
}

Test(http, a_cancelled_transfer_is_silent_and_frees_its_slot)
{
    begin(site);
    struct bw_transfer *hanging[4];
    for (int i = 0; i < 4; i++) {
        hanging[i] = start(get("/hang"));
    }
    struct bw_transfer *waiting = start(get("/ok"));
    start(get("/ok"));
    while (http_server_calls(w.server) < 4) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    bw_http_cancel(waiting);
    for (int i = 0; i < 4; i++) {
        bw_http_cancel(hanging[i]);
    }
    run_until(1);
    cr_expect(eq(int, w.answer.status, 200));
    end();
    cr_expect(eq(int, w.done, 1));
}

Test(http, what_fails_before_it_begins_is_told_later_and_may_be_cancelled)
{
    begin(site);
    struct bw_error err = { .code = BW_ERR_IO, .text = "no credential" };
    struct bw_transfer *cancelled = bw_http_fail(w.http, &err, on_done, &w);
    bw_http_fail(w.http, &err, on_done, &w);
    bw_http_cancel(cancelled);
    cr_expect(eq(int, w.done, 0));
    run_until(1);
    cr_expect(eq(int, w.answer.code, BW_ERR_IO));
    cr_expect(eq(str, w.answer.error, "no credential"));
    end();
    cr_expect(eq(int, w.done, 1));
}

static void close_on_done(void *context, struct bw_http_answer *answer)
{
    bw_http_answer_clear(answer);
    struct world *world = context;
    world->done++;
    bw_http_close(BW_TAKE(world->http));
}

Test(http, closing_from_inside_an_answer_drops_all_others)
{
    begin(site);
    struct bw_http_request first = get("/ok");
    bw_http_start(w.http, &first, close_on_done, &w);
    for (int i = 0; i < MANY; i++) {
        start(get("/hang"));
    }
    while (w.done == 0) {
        uv_run(&w.loop, UV_RUN_ONCE);
    }
    end();
    cr_expect(eq(int, w.done, 1));
}

Test(http, closing_with_transfers_in_flight_leaves_nothing)
{
    begin(site);
    struct bw_error err = { .code = BW_ERR_IO };
    for (int i = 0; i < MANY; i++) {
        start(get("/hang"));
    }
    bw_http_fail(w.http, &err, on_done, &w);
    while (http_server_calls(w.server) < 4) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    start(get("not a url"));
    w.done = 0;
    end();
    cr_expect(eq(int, w.done, 0));
}
