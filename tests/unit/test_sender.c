#include "io/sender.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "codec/webhook_sign.h"
#include "support/http_server.h"

static const char SECRET[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char OLD_SECRET[] = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk";
static const char BODY[] = "{\"specversion\":\"1.0\",\"id\":\"msg_1\"}";

struct world {
    uv_loop_t loop;
    struct bw_http *http;
    struct bw_mailer *mailer;
    struct bw_keyring *keyring;
    struct bw_sender *sender;
    struct http_server *server;
    struct bw_sink_settings sink;
    const char *memory;         /* of the sink; NULL: none */
    struct bw_delivered result; /* the last */
    int done;
    char secret_file[64];
    char old_file[64];
    struct http_call call; /* the last */
};

static struct world w;

static void receive(struct http_call *call, void *context)
{
    (void)context;
    w.call = *call;
    int status = 0;
    char answer[256];
    if (sscanf(call->head, "POST /%d ", &status) == 1) {
        snprintf(answer, sizeof(answer),
                 "HTTP/1.1 %d X\r\nRetry-After: 3\r\nLocation: /200\r\nContent-Length: 0\r\n\r\n",
                 status);
        http_send(call, answer);
    } else if (http_call_is(call, "POST /chatty")) {
        http_send(call, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    } else if (http_call_is(call, "POST /echo/v2/change/enqueue")) { /* says what it was given, as some do */
        snprintf(answer, sizeof(answer),
                 "HTTP/1.1 400 X\r\nContent-Length: %zu\r\n\r\n", call->body_bytes);
        http_send(call, answer);
        http_send_bytes(call, call->body, call->body_bytes);
    } else if (http_call_is(call, "POST /hang")) {
        http_wait(call, -1);
    }
}

static void on_done(void *context, struct bw_delivered *result)
{
    (void)context;
    free(w.result.error);
    free(w.result.memory);
    w.result = *result;
    w.done++;
}

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    fputs(text, out);
    fclose(out);
}

static void setup(void)
{
    struct bw_error err = { 0 };
    uv_loop_init(&w.loop);
    cr_assert(eq(int, bw_http_new(&w.loop, 16, 4, &w.http, &err), BW_OK));
    w.keyring = bw_keyring_new(&w.loop);
    cr_assert(eq(int, bw_mailer_new(&w.loop, &w.mailer, &err), BW_OK));
    BW_CLEANUP(bw_freep) char *plugins = bw_xasprintf("%s/plugins", getenv("BW_BIN"));
    w.sender = bw_sender_new(&w.loop, BW_VERB_DELIVER, w.http, w.mailer, w.keyring, plugins, on_done, NULL);
    w.server = http_server_start(receive, NULL);
    snprintf(w.secret_file, sizeof(w.secret_file), "/tmp/basewatch-sender-%d", getpid());
    snprintf(w.old_file, sizeof(w.old_file), "/tmp/basewatch-sender-%d.old", getpid());
    put(w.secret_file, SECRET);
    put(w.old_file, OLD_SECRET);
    w.sink = (struct bw_sink_settings){
        .name = "ops",
        .plugin = "webhook",
        .secret = { .kind = BW_SECRET_FILE, .file = w.secret_file },
    };
}

static void teardown(void)
{
    if (w.sender != NULL) {
        bw_sender_close(w.sender);
    }
    bw_keyring_close(w.keyring);
    bw_mailer_close(w.mailer);
    bw_http_close(w.http);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    cr_expect(eq(int, uv_loop_close(&w.loop), 0));
    http_server_stop(w.server);
    unlink(w.secret_file);
    unlink(w.old_file);
    free(w.result.error);
    free(w.result.memory);
}

TestSuite(sender, .init = setup, .fini = teardown);

static void start(const char *path)
{
    BW_CLEANUP(bw_freep)
    char *url = bw_xasprintf("%s%s", path[0] == '/' ? http_server_url(w.server) : "", path);
    w.sink.url = url;
    struct bw_deliver deliver = {
        .delivery_id = 42,
        .sink = "ops",
        .message_id = "msg_1",
        .body = (char *)BODY,
        .memory = (char *)w.memory,
    };
    bw_sender_send(w.sender, &w.sink, &deliver);
    w.sink.url = NULL;
}

static void send_to(const char *path)
{
    int before = w.done;
    start(path);
    cr_assert(eq(int, w.done, before), "done is never called from inside");
    cr_assert(eq(sz, bw_sender_in_flight(w.sender), 1));
    while (w.done == before && uv_run(&w.loop, UV_RUN_ONCE) != 0) {
    }
    cr_assert(eq(int, w.done, before + 1));
    cr_assert(eq(sz, bw_sender_in_flight(w.sender), 0));
    cr_expect(eq(i64, w.result.delivery_id, 42));
}

static enum bw_err verify_with(const char *text)
{
    static char values[3][512];
    struct bw_webhook_headers headers = {
        .id = http_call_header(&w.call, "webhook-id", values[0]),
        .timestamp = http_call_header(&w.call, "webhook-timestamp", values[1]),
        .signature = http_call_header(&w.call, "webhook-signature", values[2]),
    };
    struct bw_webhook_secret secret = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_webhook_secret_parse(text, strlen(text), &secret, &err), BW_OK));
    return bw_webhook_verify(&secret, &headers, w.call.body, w.call.body_bytes, time(NULL), &err);
}

Test(sender, a_receiver_can_verify_what_it_got)
{
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE));
    cr_expect(eq(int, w.result.status, 200));
    cr_expect(eq(ptr, w.result.error, NULL));
    char value[512];
    cr_expect(eq(str, (char *)http_call_header(&w.call, "Content-Type", value),
                 "application/cloudevents+json; charset=utf-8"));
    cr_expect(
        eq(str, (char *)http_call_header(&w.call, "User-Agent", value), "basewatch/" BW_VERSION));
    cr_expect(eq(str, (char *)http_call_header(&w.call, "webhook-id", value), "msg_1"));
    cr_expect(eq(sz, w.call.body_bytes, strlen(BODY)));
    cr_expect(eq(int, memcmp(w.call.body, BODY, strlen(BODY)), 0));
    cr_expect(eq(int, verify_with(SECRET), BW_OK));
    cr_expect(ne(int, verify_with(OLD_SECRET), BW_OK));
}

Test(sender, during_a_rotation_both_secrets_sign)
{
    w.sink.old_secret = (struct bw_secret_ref){ .kind = BW_SECRET_FILE, .file = w.old_file };
    send_to("/204");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE));
    cr_expect(eq(int, verify_with(SECRET), BW_OK));
    cr_expect(eq(int, verify_with(OLD_SECRET), BW_OK));
}

Test(sender, a_secret_may_come_from_a_command)
{
    char *argv[] = { "sh", "-c", "echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
    w.sink.secret = (struct bw_secret_ref){ .kind = BW_SECRET_COMMAND, .argv = { argv, 3, 3 } };
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE));
    cr_expect(eq(int, verify_with(SECRET), BW_OK));
}

Test(sender, statuses_map_to_outcomes)
{
    static const struct {
        int status;
        enum bw_delivery_outcome outcome;
        int64_t retry_after_ms;
    } cases[] = {
        { 200, BW_DELIVERY_DONE, 0 },     { 202, BW_DELIVERY_DONE, 0 },
        { 301, BW_DELIVERY_REFUSED, 0 },  { 307, BW_DELIVERY_REFUSED, 0 },
        { 400, BW_DELIVERY_REFUSED, 0 },  { 404, BW_DELIVERY_REFUSED, 0 },
        { 408, BW_DELIVERY_RETRY, 0 },    { 410, BW_DELIVERY_DISABLED, 0 },
        { 429, BW_DELIVERY_RETRY, 3000 }, { 500, BW_DELIVERY_RETRY, 0 },
        { 502, BW_DELIVERY_RETRY, 3000 }, { 503, BW_DELIVERY_RETRY, 3000 },
        { 504, BW_DELIVERY_RETRY, 3000 },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        char path[16];
        snprintf(path, sizeof(path), "/%d", cases[i].status);
        send_to(path);
        cr_expect(eq(int, w.result.outcome, cases[i].outcome), "%s", path);
        cr_expect(eq(int, w.result.status, cases[i].status), "%s", path);
        cr_expect(eq(i64, w.result.retry_after_ms, cases[i].retry_after_ms), "%s", path);
        cr_expect(eq(int, w.result.error == NULL, cases[i].outcome == BW_DELIVERY_DONE));
    }
    cr_expect(eq(int, http_server_calls(w.server), (int)BW_COUNT(cases)),
              "no redirect is followed");
}

Test(sender, a_chatty_receiver_has_received_all_the_same)
{
    send_to("/chatty");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE));
    cr_expect(eq(ptr, w.result.error, NULL));
}

Test(sender, no_connection_is_a_retry_that_tells_no_secret)
{
    send_to("http://127.0.0.1:1/T000/B000/token");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(eq(int, w.result.status, 0));
    cr_expect(eq(str, w.result.error,
                 "sink 'ops': http://127.0.0.1:1: cannot connect: Connection refused"));
}

Test(sender, what_may_not_be_called_is_refused)
{
    send_to("http://169.254.169.254/latest");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_REFUSED));
    send_to("ftp://example.org/");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_REFUSED));
    cr_expect(eq(int, http_server_calls(w.server), 0));
}

static void use_plugin(const char *name)
{
    w.sink.plugin = (char *)name;
    w.sink.secret = (struct bw_secret_ref){ 0 };
}

Test(sender, a_plugin_that_is_not_there_is_a_retry)
{
    use_plugin("fax");
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(ne(ptr, strstr(w.result.error, "/fax"), NULL), "%s", w.result.error);
}

Test(sender, a_plugin_carries_the_message_to_an_address_that_is_a_secret)
{
    BW_CLEANUP(bw_freep) char *url = bw_xasprintf("%s/200\n", http_server_url(w.server));
    use_plugin("slack");
    put(w.secret_file, url);
    w.sink.url_secret = (struct bw_secret_ref){ .kind = BW_SECRET_FILE, .file = w.secret_file };
    char plain[] = "http://127.0.0.1:1/never";
    w.sink.url = plain; /* start() puts another in its place; the secret wins */
    start("/200");
    while (w.done == 0 && uv_run(&w.loop, UV_RUN_ONCE) != 0) {
    }
    cr_assert(eq(int, w.result.outcome, BW_DELIVERY_DONE), "%s", w.result.error);
    cr_expect(http_call_is(&w.call, "POST /200"));
    cr_expect(ne(ptr, strstr(w.call.body, "\"blocks\""), NULL), "%s", w.call.body);
}

Test(sender, what_a_plugin_makes_of_statuses_is_what_it_comes_to)
{
    static const struct {
        int status;
        enum bw_delivery_outcome outcome;
        int64_t retry_after_ms;
    } cases[] = {
        { 200, BW_DELIVERY_DONE, 0 },     { 202, BW_DELIVERY_DONE, 0 },
        { 307, BW_DELIVERY_REFUSED, 0 },  { 400, BW_DELIVERY_REFUSED, 0 },
        { 410, BW_DELIVERY_DISABLED, 0 }, { 429, BW_DELIVERY_RETRY, 3000 },
        { 500, BW_DELIVERY_RETRY, 3000 }, { 503, BW_DELIVERY_RETRY, 3000 },
    };
    use_plugin("teams");
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        char path[16];
        snprintf(path, sizeof(path), "/%d", cases[i].status);
        send_to(path);
        cr_expect(eq(int, w.result.outcome, cases[i].outcome), "%s", path);
        cr_expect(eq(int, w.result.status, cases[i].status), "%s", path);
        cr_expect(eq(i64, w.result.retry_after_ms, cases[i].retry_after_ms), "%s", path);
        cr_expect(eq(int, w.result.error == NULL, cases[i].outcome == BW_DELIVERY_DONE));
    }
}

Test(sender, a_secret_is_filled_in_on_the_way_out_and_told_nobody)
{
    use_plugin("pagerduty");
    put(w.secret_file, "R0UT\"ING\n");
    w.sink.secret = (struct bw_secret_ref){ .kind = BW_SECRET_FILE, .file = w.secret_file };
    send_to("/echo");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_REFUSED));
    cr_expect(ne(ptr, strstr(w.call.body, "\"routing_key\":\"R0UT\\\"ING\""), NULL), "%s",
              w.call.body);
    cr_expect(eq(ptr, strstr(w.result.error, "R0UT"), NULL), "%s", w.result.error);
}

static void use_script(const char *name)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/tests/data/%s", getenv("BW_SOURCE"), name);
    use_plugin(path);
}

Test(sender, what_a_plugin_remembers_comes_back_even_when_it_fails)
{
    use_script("sinks/half-done.sh");
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(eq(i64, w.result.retry_after_ms, 1500));
    cr_expect(eq(str, w.result.error, "sink 'ops': half done"));
    cr_assert(eq(str, w.result.memory, "{\"number\":7}"));
    use_script("sinks/told-before.sh");
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DISABLED));
    w.memory = "{\"number\":7}";
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE), "%s", w.result.error);
}

Test(sender, closing_drops_a_mail_that_is_on_its_way)
{
    BW_CLEANUP(bw_freep)
    char *url = bw_xasprintf("smtp%s", strchr(http_server_url(w.server), ':'));
    char settings[] = "{\"from\":\"a@example.org\",\"to\":\"b@example.org\"}";
    use_plugin("email");
    w.sink.options = settings;
    start(url); /* which waits for a greeting that never comes */
    for (int64_t until_ms = bw_clock_now_ms() + 300; bw_clock_now_ms() < until_ms;) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    cr_expect(eq(int, w.done, 0));
    bw_sender_close(BW_TAKE(w.sender));
    cr_expect(eq(int, w.done, 0));
}

Test(sender, a_plugin_that_misbehaves_is_a_retry_that_says_what_it_did)
{
    static const char *const cases[][2] = {
        { "sinks/lists-and-delivers.sh", "a line that its verb does not have" },
        { "plugins/no-done.sh", "a line that its verb does not have" },
        { "plugins/not-json.sh", "bad line" },
        { "plugins/crash.sh", "signal" },
        { "plugins/flood-line.sh", "a line of more than" },
        { "plugins/twice.sh", "twice" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        use_script(cases[i][0]);
        send_to("/200");
        cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY), "%s", cases[i][0]);
        cr_expect(ne(ptr, strstr(w.result.error, cases[i][1]), NULL), "%s: %s", cases[i][0],
                  w.result.error);
    }
}

Test(sender, a_plugin_without_a_server_for_its_mail_is_refused)
{
    char settings[] = "{\"from\":\"a@example.org\",\"to\":\"b@example.org\"}";
    use_plugin("email");
    w.sink.options = settings;
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_REFUSED));
    cr_expect(ne(ptr, strstr(w.result.error, "no mail server"), NULL), "%s", w.result.error);
    send_to("smtp://127.0.0.1:1");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(ne(ptr, strstr(w.result.error, "smtp://127.0.0.1:1"), NULL), "%s", w.result.error);
}

Test(sender, an_unreadable_secret_is_a_retry_and_nothing_is_sent_unsigned)
{
    put(w.secret_file, "whsec_tooshort");
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(eq(ptr, strstr(w.result.error, "tooshort"), NULL), "%s", w.result.error);
    unlink(w.secret_file);
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_RETRY));
    cr_expect(ne(ptr, strstr(w.result.error, "sink 'ops': "), NULL), "%s", w.result.error);
    cr_expect(eq(int, http_server_calls(w.server), 0));
    put(w.secret_file, SECRET);
    send_to("/200");
    cr_expect(eq(int, w.result.outcome, BW_DELIVERY_DONE), "and the next attempt sees it mended");
}

Test(sender, closing_drops_attempts_in_every_state)
{
    char *argv[] = { "sleep", "0.1" };
    use_plugin("slack");
    for (int i = 0; i < 6; i++) {
        start("/hang");
    }
    int before = http_server_calls(w.server);
    while (http_server_calls(w.server) == before) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    w.sink.plugin = "webhook";
    start("/hang");
    while (http_server_calls(w.server) == 0) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    for (int i = 0; i < 10; i++) {
        start("/hang");
    }
    start("nonsense");
    w.sink.secret = (struct bw_secret_ref){ .kind = BW_SECRET_COMMAND, .argv = { argv, 2, 2 } };
    start("/200");
    cr_expect(eq(sz, bw_sender_in_flight(w.sender), 19));
    bw_sender_close(BW_TAKE(w.sender));
    cr_expect(eq(int, w.done, 0));
}
