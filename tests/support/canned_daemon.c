/* tests/support/canned_daemon.c: see canned_daemon.h. */
#include "support/canned_daemon.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

struct canned_daemon {
    const struct canned_reply *script;
    char folder[64];
    int listener;
    int stop[2]; /* its write end is closed to end the thread */
    pthread_t thread;
    struct bw_str received;
};

static void *serve(void *context);

struct canned_daemon *canned_start(const struct canned_reply *script)
{
    struct canned_daemon *daemon = bw_xcalloc(1, sizeof(*daemon));
    daemon->script = script;
    strcpy(daemon->folder, "/tmp/basewatch-canned-XXXXXX");
    cr_assert(mkdtemp(daemon->folder) != NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", daemon->folder);
    daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(bind(daemon->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    cr_assert(listen(daemon->listener, 16) == 0);
    cr_assert(pipe(daemon->stop) == 0);
    setenv("BASEWATCH_SOCKET", address.sun_path, 1);
    bw_str_append(&daemon->received, "");
    cr_assert(pthread_create(&daemon->thread, NULL, serve, daemon) == 0);
    return daemon;
}

const char *canned_folder(const struct canned_daemon *daemon)
{
    return daemon->folder;
}

const char *canned_received(const struct canned_daemon *daemon)
{
    return daemon->received.text;
}

void canned_stop(struct canned_daemon *daemon)
{
    close(daemon->stop[1]);
    pthread_join(daemon->thread, NULL);
    close(daemon->stop[0]);
    close(daemon->listener);
    char path[80];
    snprintf(path, sizeof(path), "%s/s", daemon->folder);
    unlink(path);
    rmdir(daemon->folder);
    bw_str_clear(&daemon->received);
    free(daemon);
}

/* True when fd is ready, false when the thread has to end. */
static bool ready(const struct canned_daemon *daemon, int fd)
{
    struct pollfd pollers[2] = { { .fd = fd, .events = POLLIN },
                                 { .fd = daemon->stop[0], .events = POLLIN } };
    while (poll(pollers, 2, -1) < 0) {
    }
    return pollers[1].revents == 0;
}

static bool is_whole(const char *request, size_t size)
{
    const char *end = memmem(request, size, "\r\n\r\n", 4);
    const char *length = end == NULL ? NULL : strstr(request, "Content-Length: ");
    size_t body = length == NULL || length > end ? 0 : strtoul(length + 16, NULL, 10);
    return end != NULL && size >= (size_t)(end - request) + 4 + body;
}

static void say(int peer, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(peer, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void flood(int peer)
{
    static char some[65536];
    memset(some, 'x', sizeof(some));
    say(peer, "HTTP/1.0 200 OK\r\n\r\n", 19);
    while (send(peer, some, sizeof(some), MSG_NOSIGNAL) > 0) {
    }
}

static const char *answer_to(const struct canned_daemon *daemon, const char *request)
{
    for (const struct canned_reply *reply = daemon->script; reply->request != NULL; reply++) {
        size_t size = strlen(reply->request);
        if (strncmp(request, reply->request, size) == 0 && request[size] == ' ') {
            return reply->answer;
        }
    }
    return "HTTP/1.0 404 Not Found\r\nContent-Type: application/problem+json\r\n\r\n"
           "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"detail\":\"not in the script\"}";
}

static void answer(struct canned_daemon *daemon, int peer, const char *request)
{
    const char *text = answer_to(daemon, request);
    if (strcmp(text, CANNED_HANG) == 0) {
        while (ready(daemon, peer) && recv(peer, (char[16]){ 0 }, 16, 0) > 0) {
        }
    } else if (strcmp(text, CANNED_FLOOD) == 0) {
        flood(peer);
    } else if (bw_str_starts_with(text, CANNED_RAW)) {
        say(peer, text + strlen(CANNED_RAW), strlen(text) - strlen(CANNED_RAW));
    } else if (bw_str_starts_with(text, "HTTP/")) {
        say(peer, text, strlen(text));
    } else {
        char *whole = bw_xasprintf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(text), text);
        say(peer, whole, strlen(whole));
        free(whole);
    }
}

static void *serve(void *context)
{
    struct canned_daemon *daemon = context;
    while (ready(daemon, daemon->listener)) {
        int peer = accept4(daemon->listener, NULL, NULL, SOCK_CLOEXEC);
        size_t from = daemon->received.size;
        while (peer >= 0 && ready(daemon, peer)) {
            char some[4096];
            ssize_t got = recv(peer, some, sizeof(some), 0);
            if (got <= 0) {
                break;
            }
            bw_str_append_bytes(&daemon->received, some, (size_t)got);
            if (is_whole(daemon->received.text + from, daemon->received.size - from)) {
                answer(daemon, peer, daemon->received.text + from);
                break;
            }
        }
        close(peer);
    }
    return NULL;
}
