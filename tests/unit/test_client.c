#include "cli/client.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "support/canned_daemon.h"

static enum bw_err ask(const char *target, int64_t timeout_ms, struct bw_json **out,
                       struct bw_error *err)
{
    const struct bw_client_request request = {
        .method = "GET",
        .target = target,
        .timeout_ms = timeout_ms,
    };
    return bw_client_ask(&request, out, err);
}

static const struct canned_reply SCRIPT[] = {
    { "GET /good", "{\"a\":1}" },
    { "GET /to-the-end", "HTTP/1.0 200 OK\r\n\r\n{\"a\":2}" },
    { "GET /empty", "HTTP/1.1 204 No Content\r\n\r\n" },
    { "GET /hang", CANNED_HANG },
    { "GET /flood", CANNED_FLOOD },
    { "GET /huge", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" },
    { "GET /short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":1}" },
    { "GET /nothing", CANNED_RAW },
    { "GET /half", CANNED_RAW "HTTP/1.1 200 OK\r\nContent-" },
    { "GET /garbage", CANNED_RAW "SSH-2.0-OpenSSH\r\n\r\n" },
    { "GET /chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" },
    { "GET /negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}" },
    { "GET /html", "HTTP/1.1 200 OK\r\n\r\n<html>" },
    { "GET /denied",
      "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\n\r\n"
      "{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"only members of 'ops' may write\"}" },
    { "GET /invalid",
      "HTTP/1.1 400 Bad Request\r\n\r\n{\"title\":\"Bad Request\",\"detail\":\"not a deployment\","
      "\"errors\":[{\"pointer\":\"/technique\",\"detail\":\"unknown\\u001b[2J word\"}]}" },
    { "GET /broken", "HTTP/1.1 500 Internal Server Error\r\n\r\nboom" },
    { NULL, NULL },
};

static struct canned_daemon *server;

static void setup(void)
{
    server = canned_start(SCRIPT);
}

static void teardown(void)
{
    canned_stop(server);
}

TestSuite(client, .init = setup, .fini = teardown);

Test(client, an_answer_ends_with_its_length_or_with_the_connection)
{
    struct bw_json *document = NULL;
    cr_assert(eq(int, ask("/good", 0, &document, NULL), BW_OK));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(document, "a"), 0), 1));
    bw_json_free(document);
    cr_assert(eq(int, ask("/to-the-end", 0, &document, NULL), BW_OK));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(document, "a"), 0), 2));
    bw_json_free(document);
    cr_assert(eq(int, ask("/empty", 0, &document, NULL), BW_OK));
    cr_expect(eq(ptr, document, NULL));
}

Test(client, what_goes_wrong_is_one_sentence)
{
    const struct {
        const char *target;
        enum bw_err code;
        const char *part;
    } rows[] = {
        { "/huge", BW_ERR_TOOBIG, "is above 64 MiB" },
        { "/flood", BW_ERR_TOOBIG, "is above 64 MiB" },
        { "/short", BW_ERR_NET, "was cut short" },
        { "/nothing", BW_ERR_NET, "hung up without an answer" },
        { "/half", BW_ERR_INVALID, "is not basewatchd: no HTTP answer" },
        { "/garbage", BW_ERR_INVALID, "is not basewatchd: no HTTP answer" },
        { "/chunks", BW_ERR_INVALID, "in chunks" },
        { "/negative", BW_ERR_INVALID, "its Content-Length is no size" },
        { "/html", BW_ERR_INVALID, "its answer is not JSON" },
        { "/denied", BW_ERR_DENIED, "only members of 'ops' may write" },
        { "/invalid", BW_ERR_INVALID, "not a deployment; /technique: unknown [2J word" },
        { "/broken", BW_ERR_REFUSED, "the daemon answered with status 500" },
        { "/unknown", BW_ERR_NOTFOUND, "not in the script" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        struct bw_json *document = NULL;
        struct bw_error err = { 0 };
        cr_expect(eq(int, ask(rows[i].target, 0, &document, &err), rows[i].code), "%s", rows[i].target);
        cr_expect(strstr(err.text, rows[i].part) != NULL, "%s: %s", rows[i].target, err.text);
        cr_expect(eq(ptr, document, NULL));
    }
}

Test(client, a_daemon_that_hangs_is_left_in_time)
{
    struct bw_json *document = NULL;
    struct bw_error err = { 0 };
    int64_t began_ms = bw_clock_monotonic_ms();
    cr_expect(eq(int, ask("/hang", 200, &document, &err), BW_ERR_TIMEOUT));
    int64_t took_ms = bw_clock_monotonic_ms() - began_ms;
    cr_expect(took_ms >= 200 && took_ms < 5000);
    cr_expect(strstr(err.text, "has not answered within 200ms") != NULL, "%s", err.text);
}

Test(client, an_absent_daemon_is_named_by_its_socket)
{
    struct bw_json *document = NULL;
    struct bw_error err = { 0 };
    bw_client_set_socket("/nonexistent/control.sock");
    cr_expect(eq(int, ask("/good", 0, &document, &err), BW_ERR_NET));
    cr_expect(eq(str, err.text, "no daemon answers at '/nonexistent/control.sock': No such file or "
                                "directory; is basewatchd running? (--socket names another place)"));
    char *path = bw_xasprintf("/%0120d", 1);
    bw_client_set_socket(path);
    cr_expect(eq(int, ask("/good", 0, &document, &err), BW_ERR_INVALID));
    cr_expect(strstr(err.text, "is too long for a socket's path") != NULL);
    free(path);
}

static void expect_denied(const char *part)
{
    struct bw_json *document = NULL;
    struct bw_error err = { 0 };
    bool root = geteuid() == 0; /* who passes every door, so it steps down */
    if (root) {
        cr_assert(setgroups(0, NULL) == 0 && setegid(65534) == 0 && seteuid(65534) == 0);
    }
    cr_expect(eq(int, ask("/good", 0, &document, &err), BW_ERR_DENIED));
    cr_expect(strstr(err.text, part) != NULL, "%s", err.text);
    if (root) {
        cr_assert(seteuid(0) == 0 && setegid(0) == 0);
    }
}

Test(client, a_closed_door_names_the_group_that_may_enter)
{
    char *path = bw_xasprintf("%s/s", canned_folder(server));
    cr_assert(chmod(canned_folder(server), 0711) == 0);
    cr_assert(chmod(path, 0060) == 0);
    expect_denied("it is open to members of the group '");
    cr_assert(chmod(path, 0) == 0);
    expect_denied("it is open to its owner alone");
    cr_assert(chmod(canned_folder(server), 0010) == 0);
    expect_denied("its folder is open to members of the group '");
    cr_assert(chmod(canned_folder(server), 0700) == 0);
    free(path);
}

Test(client, names_travel_percent_encoded)
{
    struct bw_str target = { 0 };
    bw_str_append(&target, "/v1/models/");
    bw_client_add_segment(&target, "ft:a/b c?\xc3\xbc%");
    bw_client_add_query(&target, "at", "2026-01-01");
    bw_client_add_query(&target, "to", NULL);
    bw_client_add_query(&target, "to", "a&b");
    cr_expect(eq(str, target.text,
                 "/v1/models/ft%3Aa%2Fb%20c%3F%C3%BC%25?at=2026-01-01&to=a%26b"));
    bw_str_clear(&target);
}
