#include "cli/cmd_listen.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/webhook_sign.h"

static const char SECRET[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
static const char BODY[] = "{\"type\":\"io.basewatch.test\",\"subject\":\"triage\\u001b[2J\",\"time\":"
                           "\"2026-11-23T18:00:00Z\",\"data\":{\"summary\":\"hello\"}}";

static char secret_file[64];
static pid_t child;
static FILE *out; /* of the child */
static FILE *said;
static int port;

static void start(const char *count, const char *json)
{
    int outs[2];
    int errs[2];
    (void)snprintf(secret_file, sizeof(secret_file), "/tmp/basewatch-listen-XXXXXX");
    int fd = mkstemp(secret_file);
    cr_assert(eq(sz, (size_t)write(fd, SECRET, strlen(SECRET)), strlen(SECRET)));
    (void)close(fd);
    cr_assert(eq(int, pipe(outs), 0));
    cr_assert(eq(int, pipe(errs), 0));
    child = fork();
    if (child == 0) {
        (void)dup2(outs[1], STDOUT_FILENO);
        (void)dup2(errs[1], STDERR_FILENO);
        char *argv[] = { "listen", "--port=0", "--secret", secret_file, "--count", (char *)count,
                         (char *)json };
        int code = bw_cmd_listen(json == NULL ? 6 : 7, argv);
        (void)fflush(NULL);
        _exit(code);
    }
    (void)close(outs[1]);
    (void)close(errs[1]);
    out = fdopen(outs[0], "r");
    said = fdopen(errs[0], "r");
    char line[100];
    cr_assert(ne(ptr, fgets(line, sizeof(line), said), NULL));
    cr_assert(eq(int, sscanf(line, "listening on http://127.0.0.1:%d/", &port), 1));
}

static int end(void)
{
    int status = 0;
    cr_assert(eq(int, (int)waitpid(child, &status, 0), (int)child));
    (void)unlink(secret_file);
    (void)fclose(out);
    (void)fclose(said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int dial(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = { .tv_sec = 10 };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    cr_assert(eq(int, connect(fd, (struct sockaddr *)&to, sizeof(to)), 0));
    return fd;
}

static int status_of(int fd)
{
    char text[512] = { 0 };
    int status = 0;
    if (recv(fd, text, sizeof(text) - 1, 0) <= 0) {
        return -1;
    }
    (void)sscanf(text, "HTTP/1.1 %d", &status);
    return status;
}

static void say(int fd, const char *text)
{
    cr_assert(eq(sz, (size_t)send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text)));
}

/* A request signed at an age; chunked in pieces of 7 bytes, or with a length. */
static char *message(const char *body, int64_t age_sec, bool chunked)
{
    struct bw_webhook_secret secret = { 0 };
    struct bw_error err = { 0 };
    struct bw_str text = { 0 };
    char signature[BW_WEBHOOK_SIGNATURE_TEXT];
    int64_t at_sec = bw_clock_now_ms() / 1000 - age_sec;
    cr_assert(eq(int, bw_webhook_secret_parse(SECRET, strlen(SECRET), &secret, &err), BW_OK));
    bw_webhook_sign(&secret, "msg_1", at_sec, body, strlen(body), signature);
    bw_str_appendf(&text, "POST /x HTTP/1.1\r\nHost: h\r\nwebhook-id: msg_1\r\n"
                          "webhook-timestamp: %lld\r\nwebhook-signature: %s\r\n",
                   (long long)at_sec, signature);
    if (!chunked) {
        bw_str_appendf(&text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
        return bw_str_take(&text);
    }
    bw_str_append(&text, "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < strlen(body); at += 7) {
        bw_str_appendf(&text, "%zx\r\n%.7s\r\n", strnlen(body + at, 7), body + at);
    }
    bw_str_append(&text, "0\r\n\r\n");
    return bw_str_take(&text);
}

static int post(int fd, const char *body, int64_t age_sec, bool chunked)
{
    BW_CLEANUP(bw_freep) char *text = message(body, age_sec, chunked);
    say(fd, text);
    return status_of(fd);
}

Test(cmd_listen, prints_genuine_messages_and_ends_after_count, .timeout = 20)
{
    char line[256];
    start("3", NULL);
    int fd = dial();
    cr_expect(eq(int, post(fd, BODY, 0, false), 204));
    cr_expect(eq(int, post(fd, BODY, 290, true), 204)); /* the same connection */
    cr_assert(ne(ptr, fgets(line, sizeof(line), out), NULL));
    cr_expect(eq(str, line, "2026-11-23T18:00:00Z  io.basewatch.test  triage [2J  hello\n"));
    int other = dial();
    cr_expect(eq(int, post(other, BODY, 0, false), 204));
    cr_expect(eq(int, end(), 0));
    (void)close(fd);
    (void)close(other);
}

Test(cmd_listen, prints_bodies_as_they_came, .timeout = 20)
{
    char line[256];
    start("1", "--json");
    int fd = dial();
    cr_expect(eq(int, post(fd, BODY, 0, false), 204));
    cr_assert(ne(ptr, fgets(line, sizeof(line), out), NULL));
    line[strcspn(line, "\n")] = '\0';
    cr_expect(eq(str, line, (char *)BODY));
    cr_expect(eq(int, end(), 0));
    (void)close(fd);
}

Test(cmd_listen, refuses_forgeries_and_says_why, .timeout = 20)
{
    char line[256];
    start("1", NULL);
    int fd = dial();
    BW_CLEANUP(bw_freep) char *forged = message(BODY, 0, false);
    *strstr(forged, "hello") = 'j';
    say(fd, forged);
    cr_expect(eq(int, status_of(fd), 401));
    cr_assert(ne(ptr, fgets(line, sizeof(line), said), NULL));
    cr_expect(eq(str, line, "refused: no signature fits; is it the same secret?\n"));
    cr_expect(eq(int, post(fd, BODY, 400, false), 401));
    cr_assert(ne(ptr, fgets(line, sizeof(line), said), NULL));
    cr_expect(ne(ptr, strstr(line, "more than the 300 s allowed"), NULL));
    cr_expect(eq(int, post(fd, "not json", 0, false), 400));
    say(fd, "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    cr_expect(eq(int, status_of(fd), 401));
    say(fd, "\x16\x03\x01 tls?\r\n\r\n");
    cr_expect(eq(int, status_of(fd), 400));
    cr_expect(eq(int, status_of(fd), -1)); /* and closed */
    (void)close(fd);
    (void)kill(child, SIGTERM);
    cr_expect(eq(int, end(), 0));
}

Test(cmd_listen, slow_and_rude_peers_do_not_disturb_others, .timeout = 20)
{
    start("2", NULL);
    int rude[32];
    for (size_t i = 0; i < 31; i++) {
        rude[i] = dial();
        say(rude[i], "POST / HTTP/1.1\r\nContent-Le");
    }
    int fd = dial();
    BW_CLEANUP(bw_freep) char *text = message(BODY, 0, true);
    for (size_t i = 0; i < strlen(text); i++) { /* byte by byte */
        cr_assert(eq(sz, (size_t)send(fd, text + i, 1, 0), 1));
    }
    cr_expect(eq(int, status_of(fd), 204));
    for (size_t i = 0; i < 31; i++) {
        (void)close(rude[i]);
    }
    int gone = dial();
    say(gone, text);
    (void)close(gone);
    cr_expect(eq(int, end(), 0));
    (void)close(fd);
}

Test(cmd_listen, says_what_it_needs)
{
    char *none[] = { "listen" };
    char *port_bad[] = { "listen", "--secret", "x", "--port", "70000" };
    char *unknown[] = { "listen", "--prot", "1" };
    char *no_file[] = { "listen", "--secret", "/none" };
    cr_expect(eq(int, bw_cmd_listen(1, none), 2));
    cr_expect(eq(int, bw_cmd_listen(5, port_bad), 2));
    cr_expect(eq(int, bw_cmd_listen(3, unknown), 2));
    cr_expect(eq(int, bw_cmd_listen(3, no_file), 1));
}
