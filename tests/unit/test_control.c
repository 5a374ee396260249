#include "io/control.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"
#include "io/peers.h"

/* The control runs in a thread of its own; the test is its client. */
struct world {
    char path[100];
    struct bw_control_options options;
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t stop;
    uv_timer_t later;
    struct bw_control *control;
    struct bw_reply delayed; /* of GET /later, sent by the timer */
    int held;                /* requests to GET /held, never answered */
};

static struct world w;

static void on_later(uv_timer_t *timer)
{
    (void)timer;
    bw_control_reply(w.control, &w.delayed);
}

static void on_request(void *context, struct bw_request *request)
{
    (void)context;
    struct bw_reply reply = {
        .id = request->id,
        .status = 200,
        .content_type = "application/json",
        .body = bw_xasprintf("%s %s uid=%d write=%d size=%zu body=%.20s", request->method,
                             request->target, (int)request->peer_uid, request->may_write,
                             strlen(request->body), request->body),
    };
    if (strcmp(request->target, "/later") == 0) {
        w.delayed = reply;
        uv_timer_start(&w.later, on_later, 50, 0);
    } else if (strcmp(request->target, "/held") == 0) {
        free(reply.body);
        w.held++;
    } else {
        bw_control_reply(w.control, &reply);
    }
    bw_request_clear(request);
}

static void on_stop(uv_async_t *stop)
{
    bw_control_close(w.control);
    uv_close((uv_handle_t *)stop, NULL);
    uv_close((uv_handle_t *)&w.later, NULL);
}

static void *run_loop(void *argument)
{
    (void)argument;
    uv_run(&w.loop, UV_RUN_DEFAULT);
    return NULL;
}

static void begin(void)
{
    struct bw_error err = { 0 };
    if (w.path[0] == '\0') {
        snprintf(w.path, sizeof(w.path), "/tmp/basewatch-control-%d.sock", getpid());
        w.options = (struct bw_control_options){ .path = w.path, .inherited_fd = -1 };
    }
    uv_loop_init(&w.loop);
    cr_assert(
        eq(int, bw_control_new(&w.loop, &w.options, on_request, NULL, &w.control, &err), BW_OK),
        "%s", err.text);
    uv_async_init(&w.loop, &w.stop, on_stop);
    uv_timer_init(&w.loop, &w.later);
    pthread_create(&w.thread, NULL, run_loop, NULL);
}

static void end(void)
{
    uv_async_send(&w.stop);
    pthread_join(w.thread, NULL);
    cr_expect(eq(int, uv_loop_close(&w.loop), 0));
    cr_expect(ne(int, access(w.path, F_OK), 0), "the socket file is gone");
    free(w.delayed.body);
}

static int dial(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    memcpy(at.sun_path, w.path, strlen(w.path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(eq(int, connect(fd, (struct sockaddr *)&at, sizeof(at)), 0));
    struct timeval limit = { .tv_sec = 5 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return fd;
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* All that comes until the peer hangs up. */
static char *hear(int fd)
{
    struct bw_str heard = { 0 };
    char block[4096];
    ssize_t got = 0;
    while ((got = recv(fd, block, sizeof(block), 0)) > 0) {
        bw_str_append_bytes(&heard, block, (size_t)got);
    }
    close(fd);
    return bw_str_take(&heard);
}

static char *ask(const char *request)
{
    int fd = dial();
    say(fd, request);
    return hear(fd);
}

static int times(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part)) {
        count++;
    }
    return count;
}

#define CLOSE "Host: localhost\r\nConnection: close\r\n"

static void expect_alive(void)
{
    BW_CLEANUP(bw_freep) char *heard = ask("GET /alive HTTP/1.1\r\n" CLOSE "\r\n");
    cr_expect(eq(int, times(heard, "GET /alive uid="), 1), "%s", heard);
}

Test(control, a_request_becomes_an_event_and_its_reply_an_answer)
{
    begin();
    BW_CLEANUP(bw_freep)
    char *heard = ask("POST /v1/a%20b?x=%2F&y HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\n\r\nhello");
    cr_expect(bw_str_starts_with(heard, "HTTP/1.1 200 OK\r\n"), "%s", heard);
    cr_expect(eq(int, times(heard, "Content-Type: application/json\r\n"), 1));
    char wanted[128];
    snprintf(wanted, sizeof(wanted),
             "\r\n\r\nPOST /v1/a%%20b?x=%%2F&y uid=%d write=1 size=5 body=hello", getuid());
    cr_expect(bw_str_ends_with(heard, wanted), "%s", heard);
    end();
}

Test(control, http_1_0_and_any_method_are_served)
{
    begin();
    BW_CLEANUP(bw_freep) char *old = ask("GET /old HTTP/1.0\r\n\r\n");
    cr_expect(eq(int, times(old, "GET /old uid="), 1), "%s", old);
    BW_CLEANUP(bw_freep) char *del = ask("DELETE /x HTTP/1.1\r\n" CLOSE "\r\n");
    cr_expect(eq(int, times(del, "DELETE /x uid="), 1), "%s", del);
    BW_CLEANUP(bw_freep) char *head = ask("HEAD /x HTTP/1.1\r\n" CLOSE "\r\n");
    cr_expect(bw_str_starts_with(head, "HTTP/1.1 200"));
    cr_expect(bw_str_ends_with(head, "\r\n\r\n"));
    end();
}

Test(control, a_reply_may_come_later_and_pipelined_requests_in_order)
{
    begin();
    BW_CLEANUP(bw_freep)
    char *heard = ask("GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n"
                      "POST /three HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                      "GET /four HTTP/1.1\r\n" CLOSE "\r\n");
    const char *one = strstr(heard, "GET /one ");
    const char *later = strstr(heard, "GET /later ");
    const char *three = strstr(heard, "POST /three ");
    const char *four = strstr(heard, "GET /four ");
    cr_expect(one != NULL && later > one && three > later && four > three, "%s", heard);
    end();
}

Test(control, a_body_is_capped_however_it_comes)
{
    begin();
    BW_CLEANUP(bw_freep)
    char *said = ask("POST /x HTTP/1.1\r\n" CLOSE "Content-Length: 16777217\r\n\r\n");
    cr_expect(bw_str_starts_with(said, "HTTP/1.1 413"), "%s", said);
    cr_expect(eq(int, times(said, "Content-Type: application/problem+json\r\n"), 1));
    cr_expect(eq(int, times(said, "\"status\":413"), 1));

    static char chunk[1 << 20];
    memset(chunk, 'x', sizeof(chunk));
    int fd = dial();
    say(fd, "POST /x HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; i++) {
        say(fd, "100000\r\n");
        (void)!send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL);
        say(fd, "\r\n");
    }
    say(fd, "0\r\n\r\n");
    BW_CLEANUP(bw_freep) char *grown = hear(fd);
    cr_expect(bw_str_starts_with(grown, "HTTP/1.1 413"), "%s", grown);

    fd = dial();
    say(fd, "POST /x HTTP/1.1\r\n" CLOSE "Content-Length: 16777216\r\n\r\n");
    for (int i = 0; i < 16; i++) {
        (void)!send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL);
    }
    BW_CLEANUP(bw_freep) char *full = hear(fd);
    cr_expect(eq(int, times(full, "size=16777216"), 1), "exactly the cap is fine");
    end();
}

Test(control, a_nul_byte_does_not_cut_a_body)
{
    begin();
    int fd = dial();
    static const char request[] = "POST /x HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\n\r\nab\0cd";
    (void)!send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
    BW_CLEANUP(bw_freep) char *heard = hear(fd);
    cr_expect(bw_str_starts_with(heard, "HTTP/1.1 400"), "%s", heard);
    end();
}

Test(control, garbage_is_answered_or_hung_up_on)
{
    begin();
    static char large[200 * 1024];
    memset(large, 'a', sizeof(large) - 1);
    memcpy(large, "GET /", 5);
    const char *const garbage[] = {
        "\r\n\r\n\r\n\r\nfoo\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "GET\r\n\r\n",
        "GET /x\r\n\r\n",
        "GET /x HTTP/9.9\r\nHost: a\r\n\r\n",
        large,
        "GET /x HTTP/1.1\r\n" CLOSE ": empty\r\nno colon\r\n\r\n",
        "POST /x HTTP/1.1\r\n" CLOSE "Content-Length: -1\r\n\r\n",
        "POST /x HTTP/1.1\r\n" CLOSE "Content-Length: 99999999999999999999999\r\n\r\n",
        "POST /x HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /x HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };
    for (size_t i = 0; i < BW_COUNT(garbage); i++) {
        int fd = dial();
        say(fd, garbage[i]);
        shutdown(fd, SHUT_WR);
        free(hear(fd));
    }
    expect_alive();
    end();
}

Test(control, a_byte_at_a_time_is_a_request_too)
{
    begin();
    int fd = dial();
    for (const char *c = "POST /slow HTTP/1.1\r\n" CLOSE "Content-Length: 3\r\n\r\nabc"; *c != '\0';
         c++) {
        (void)!send(fd, c, 1, MSG_NOSIGNAL);
        usleep(1000);
    }
    BW_CLEANUP(bw_freep) char *heard = hear(fd);
    cr_expect(eq(int, times(heard, "POST /slow uid="), 1), "%s", heard);
    end();
}

Test(control, who_takes_forever_is_hung_up_on)
{
    begin();
    int silent = dial();
    int half = dial();
    int drips = dial();
    int held = dial();
    say(half, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Le");
    say(held, "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
    int64_t begun_ms = bw_clock_monotonic_ms();
    bool open = true;
    while (open && bw_clock_monotonic_ms() - begun_ms < 30 * BW_SECOND_MS) {
        open = send(drips, "G", 1, MSG_NOSIGNAL) == 1;
        usleep(200 * 1000);
    }
    int64_t lasted_ms = bw_clock_monotonic_ms() - begun_ms;
    cr_expect(ge(i64, lasted_ms, (BW_PEERS_RECEIVE_SEC - 1) * BW_SECOND_MS));
    cr_expect(lt(i64, lasted_ms, (BW_PEERS_RECEIVE_SEC + 3) * BW_SECOND_MS));
    char byte;
    cr_expect(eq(int, recv(silent, &byte, 1, MSG_DONTWAIT), 0));
    cr_expect(ne(int, recv(half, &byte, 1, MSG_DONTWAIT), -1));
    cr_expect(eq(int, recv(held, &byte, 1, MSG_DONTWAIT), -1), "waiting for us is no silence");
    expect_alive();
    close(silent);
    close(half);
    close(drips);
    end();
    cr_expect(eq(int, recv(held, &byte, 1, 0), 0), "closing drops it");
    close(held);
}

Test(control, peers_that_leave_are_forgotten)
{
    begin();
    for (int i = 0; i < 90; i++) {
        int fd = dial();
        say(fd, i % 3 == 0   ? "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
                : i % 3 == 1 ? "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf"
                             : "");
        close(fd);
        if (i % 3 == 0) {
            usleep(60 * 1000); /* the one delayed reply has been sent */
        }
    }
    expect_alive();
    end();
}

Test(control, more_connections_than_the_cap_are_served_in_turn)
{
    begin();
    enum { CLIENTS = 100 };
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = dial();
        say(fds[i], "GET /many HTTP/1.1\r\n" CLOSE "\r\n");
    }
    for (int i = 0; i < CLIENTS; i++) {
        BW_CLEANUP(bw_freep) char *heard = hear(fds[i]);
        cr_expect(eq(int, times(heard, "GET /many uid="), 1));
    }
    end();
}

Test(control, a_full_house_of_silent_peers_costs_no_time)
{
    begin();
    enum { CLIENTS = BW_PEERS_MAX + 20 };
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = dial();
        say(fds[i], i % 2 == 0 ? "" : "GET /x HTT");
    }
    usleep(200 * 1000);
    clock_t before = clock();
    usleep(1000 * 1000);
    cr_expect(lt(dbl, (double)(clock() - before) / CLOCKS_PER_SEC, 0.2));
    for (int i = 0; i < CLIENTS; i++) {
        close(fds[i]);
    }
    expect_alive();
    end();
}

Test(control, thousands_of_connections_in_a_row_leave_nothing)
{
    begin();
    for (int i = 0; i < 3000; i++) {
        int fd = dial();
        if (i % 2 == 0) {
            say(fd, "GET /x HTTP/1.1\r\n");
        }
        close(fd);
    }
    expect_alive();
    end();
}

Test(control, the_socket_file_is_for_owner_and_group)
{
    mode_t before = umask(0);
    begin();
    umask(before);
    struct stat st;
    cr_assert(eq(int, lstat(w.path, &st), 0));
    cr_expect(eq(u32, st.st_mode, S_IFSOCK | 0660));
    end();
}

Test(control, a_stale_socket_is_replaced_and_a_live_one_left_alone)
{
    begin();
    struct bw_error err = { 0 };
    struct bw_control *second = NULL;
    uv_loop_t loop;
    uv_loop_init(&loop);
    cr_expect(
        eq(int, bw_control_new(&loop, &w.options, on_request, NULL, &second, &err), BW_ERR_EXISTS));
    cr_expect(ne(ptr, strstr(err.text, w.path), NULL), "%s", err.text);
    expect_alive();
    char kept[120];
    snprintf(kept, sizeof(kept), "%s.kept", w.path);
    cr_assert(eq(int, link(w.path, kept), 0));
    end();
    cr_assert(eq(int, rename(kept, w.path), 0));
    begin();
    expect_alive();
    end();
    FILE *file = fopen(w.path, "w");
    fclose(file);
    cr_expect(
        eq(int, bw_control_new(&loop, &w.options, on_request, NULL, &second, &err), BW_ERR_EXISTS));
    cr_expect(eq(int, access(w.path, F_OK), 0), "somebody's file is left alone");
    unlink(w.path);
    uv_loop_close(&loop);
}

Test(control, what_cannot_be_bound_is_named)
{
    struct bw_error err = { 0 };
    struct bw_control *control = NULL;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct bw_control_options options = { .path = "/no/such/folder/c.sock", .inherited_fd = -1 };
    cr_expect(
        eq(int, bw_control_new(&loop, &options, on_request, NULL, &control, &err), BW_ERR_IO));
    cr_expect(eq(str, err.text, "socket '/no/such/folder/c.sock': No such file or directory"));
    char path[200];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    options.path = path;
    cr_expect(
        eq(int, bw_control_new(&loop, &options, on_request, NULL, &control, &err), BW_ERR_IO));
    options.read_group = "no-such-group";
    cr_expect(eq(int, bw_control_new(&loop, &options, on_request, NULL, &control, &err),
                 BW_ERR_NOTFOUND));
    cr_expect(eq(str, err.text, "control socket: there is no group 'no-such-group'"));
    uv_loop_close(&loop);
}

/* What a child of that user and these groups hears; only root can play others. */
static char *ask_as(uid_t uid, gid_t gid, size_t further_count, const gid_t *further,
                    const char *request)
{
    int pipes[2];
    cr_assert(eq(int, pipe(pipes), 0));
    pid_t child = fork();
    if (child == 0) {
        close(pipes[0]);
        if (setgroups(further_count, further) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
            _exit(1);
        }
        char *heard = ask(request);
        (void)!write(pipes[1], heard, strlen(heard));
        _exit(0);
    }
    close(pipes[1]);
    struct bw_str heard = { 0 };
    char block[4096];
    ssize_t got = 0;
    while ((got = read(pipes[0], block, sizeof(block))) > 0) {
        bw_str_append_bytes(&heard, block, (size_t)got);
    }
    close(pipes[0]);
    waitpid(child, NULL, 0);
    return bw_str_take(&heard);
}

#define WHO "GET /who HTTP/1.1\r\n" CLOSE "\r\n"

Test(control, groups_decide_who_reads_and_who_writes)
{
    const struct group *group = getgrnam("mail");
    gid_t reads = group == NULL ? 0 : group->gr_gid;
    group = getgrnam("games");
    gid_t writes = group == NULL ? 0 : group->gr_gid;
    if (geteuid() != 0 || reads == 0 || writes == 0) {
        cr_skip_test("needs root, to become others\n");
    }
    snprintf(w.path, sizeof(w.path), "/tmp/basewatch-control-%d.sock", getpid());
    w.options = (struct bw_control_options){
        .path = w.path,
        .read_group = "mail",
        .write_group = "games",
        .inherited_fd = -1,
    };
    begin();
    struct stat st;
    cr_assert(eq(int, lstat(w.path, &st), 0));
    cr_expect(eq(u32, st.st_gid, reads));
    cr_assert(eq(int, chmod(w.path, 0666), 0), "so that a stranger can reach it");
    gid_t further[] = { 12345, writes };
    BW_CLEANUP(bw_freep) char *stranger = ask_as(65534, 65534, 0, NULL, WHO);
    cr_expect(bw_str_starts_with(stranger, "HTTP/1.1 403"), "%s", stranger);
    cr_expect(eq(int, times(stranger, "Content-Type: application/problem+json\r\n"), 1));
    BW_CLEANUP(bw_freep) char *reader = ask_as(65534, reads, 1, further, WHO);
    cr_expect(eq(int, times(reader, "uid=65534 write=0"), 1), "%s", reader);
    BW_CLEANUP(bw_freep) char *writer = ask_as(65534, 65534, 2, further, WHO);
    cr_expect(eq(int, times(writer, "uid=65534 write=1"), 1), "%s", writer);
    BW_CLEANUP(bw_freep)
    char *large =
        ask_as(65534, reads, 0, NULL, "POST /x HTTP/1.1\r\n" CLOSE "Content-Length: 65537\r\n\r\n");
    cr_expect(bw_str_starts_with(large, "HTTP/1.1 413"), "%s", large);
    BW_CLEANUP(bw_freep) char *root = ask_as(0, 0, 0, NULL, WHO);
    cr_expect(eq(int, times(root, "uid=0 write=1"), 1), "%s", root);
    end();
}

/* A child of that user that opens so many connections, says half a request on each, and holds them
 * until *held is closed. */
static pid_t hold_as(uid_t uid, gid_t gid, int connections, int *held)
{
    int told[2];
    int holds[2];
    cr_assert(eq(int, pipe(told), 0));
    cr_assert(eq(int, pipe(holds), 0));
    pid_t child = fork();
    if (child == 0) {
        char byte = 0;
        close(holds[1]);
        if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
            _exit(1);
        }
        for (int i = 0; i < connections; i++) {
            say(dial(), i % 2 == 0 ? "" : "GET /x HTT");
        }
        (void)!write(told[1], &byte, 1);
        (void)!read(holds[0], &byte, 1);
        _exit(0);
    }
    char byte;
    close(told[1]);
    close(holds[0]);
    cr_expect(eq(int, read(told[0], &byte, 1), 1), "none of its connections had to wait");
    close(told[0]);
    *held = holds[1];
    return child;
}

Test(control, who_holds_many_connections_keeps_nobody_else_waiting)
{
    const struct group *group = getgrnam("mail");
    if (geteuid() != 0 || group == NULL) {
        cr_skip_test("needs root, to become others\n");
    }
    snprintf(w.path, sizeof(w.path), "/tmp/basewatch-control-%d.sock", getpid());
    w.options = (struct bw_control_options){ .path = w.path, .read_group = "mail",
                                             .inherited_fd = -1 };
    begin();
    int held[2];
    int64_t begun_ms = bw_clock_monotonic_ms();
    pid_t greedy = hold_as(65534, group->gr_gid, 200, &held[0]);
    pid_t second = hold_as(65533, group->gr_gid, 60, &held[1]);
    BW_CLEANUP(bw_freep) char *reader = ask_as(65532, group->gr_gid, 0, NULL, WHO);
    cr_expect(eq(int, times(reader, "uid=65532 write=0"), 1), "%s", reader);
    BW_CLEANUP(bw_freep) char *again = ask_as(65534, group->gr_gid, 0, NULL, WHO);
    cr_expect(eq(int, times(again, "uid=65534 write=0"), 1), "%s", again);
    expect_alive();
    cr_expect(lt(i64, bw_clock_monotonic_ms() - begun_ms, 5 * BW_SECOND_MS));
    close(held[0]);
    close(held[1]);
    waitpid(greedy, NULL, 0);
    waitpid(second, NULL, 0);
    expect_alive();
    end();
}

Test(control, our_own_silent_connections_yield_too)
{
    begin();
    enum { CLIENTS = 200 };
    int fds[CLIENTS];
    int64_t begun_ms = bw_clock_monotonic_ms();
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = dial();
        say(fds[i], i % 2 == 0 ? "" : "GET /x HTT");
    }
    expect_alive();
    cr_expect(lt(i64, bw_clock_monotonic_ms() - begun_ms, 5 * BW_SECOND_MS));
    char byte;
    cr_expect(eq(int, recv(fds[0], &byte, 1, 0), 0), "the oldest was hung up on");
    cr_expect(eq(int, recv(fds[CLIENTS - 1], &byte, 1, MSG_DONTWAIT), -1), "the newest was not");
    for (int i = 0; i < CLIENTS; i++) {
        close(fds[i]);
    }
    end();
}
