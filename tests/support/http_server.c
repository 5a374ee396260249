/* tests/support/http_server.c: see http_server.h. */
#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096 };

struct http_server {
    int listener;
    int stop; /* an eventfd: readable once the server stops */
    char url[64];
    http_handler handler;
    void *context;
    pthread_t acceptor;
    pthread_t connections[CONNECTIONS_MAX];
    int started;
    atomic_int calls;
    atomic_int now;
    atomic_int peak;
};

static void must(bool good, const char *what)
{
    if (!good) {
        perror(what);
        abort();
    }
}

/* False when the server stops. */
static bool wait_readable(const struct http_server *server, int fd)
{
    struct pollfd fds[] = { { .fd = server->stop, .events = POLLIN },
                            { .fd = fd, .events = POLLIN } };
    return poll(fds, 2, -1) > 0 && fds[0].revents == 0;
}

static bool read_call(struct http_call *call)
{
    size_t size = 0;
    char *end = NULL;
    while (end == NULL) {
        ssize_t got = -1;
        if (size + 1 >= sizeof(call->head) || !wait_readable(call->server, call->fd) ||
            (got = recv(call->fd, call->head + size, sizeof(call->head) - 1 - size, 0)) <= 0) {
            return false;
        }
        size += (size_t)got;
        call->head[size] = '\0';
        end = strstr(call->head, "\r\n\r\n");
    }
    char length[512];
    size_t want = (size_t)atoi(http_call_header(call, "Content-Length", length));
    call->body_bytes = size - (size_t)(end + 4 - call->head);
    must(want < sizeof(call->body) && call->body_bytes <= want, "request body");
    memcpy(call->body, end + 4, call->body_bytes);
    end[4] = '\0';
    while (call->body_bytes < want) {
        ssize_t got = -1;
        if (!wait_readable(call->server, call->fd) ||
            (got = recv(call->fd, call->body + call->body_bytes, want - call->body_bytes, 0)) <=
                0) {
            return false;
        }
        call->body_bytes += (size_t)got;
    }
    return true;
}

static void *serve(void *argument)
{
    struct http_call *call = argument;
    struct http_server *server = call->server;
    if (read_call(call)) {
        server->calls++;
        int now = ++server->now;
        int peak = server->peak;
        while (peak < now && !atomic_compare_exchange_weak(&server->peak, &peak, now)) {
        }
        server->handler(call, server->context);
        server->now--;
    }
    close(call->fd);
    free(call);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct http_server *server = argument;
    while (wait_readable(server, server->listener)) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            continue;
        }
        must(server->started < CONNECTIONS_MAX, "connections");
        struct http_call *call = calloc(1, sizeof(*call));
        must(call != NULL, "memory");
        call->server = server;
        call->fd = fd;
        must(pthread_create(&server->connections[server->started++], NULL, serve, call) == 0,
             "thread");
    }
    return NULL;
}

struct http_server *http_server_start(http_handler handler, void *context)
{
    struct http_server *server = calloc(1, sizeof(*server));
    must(server != NULL, "memory");
    server->handler = handler;
    server->context = context;
    server->stop = eventfd(0, EFD_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    must(bind(server->listener, (struct sockaddr *)&at, size) == 0, "bind");
    must(listen(server->listener, 1024) == 0, "listen");
    must(getsockname(server->listener, (struct sockaddr *)&at, &size) == 0, "getsockname");
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", ntohs(at.sin_port));
    must(pthread_create(&server->acceptor, NULL, accept_all, server) == 0, "thread");
    return server;
}

void http_server_stop(struct http_server *server)
{
    must(eventfd_write(server->stop, 1) == 0, "eventfd");
    pthread_join(server->acceptor, NULL);
    for (int i = 0; i < server->started; i++) {
        pthread_join(server->connections[i], NULL);
    }
    close(server->listener);
    close(server->stop);
    free(server);
}

const char *http_server_url(const struct http_server *server)
{
    return server->url;
}

int http_server_calls(const struct http_server *server)
{
    return server->calls;
}

int http_server_peak(const struct http_server *server)
{
    return server->peak;
}

void http_send(struct http_call *call, const char *text)
{
    http_send_bytes(call, text, strlen(text));
}

void http_send_bytes(struct http_call *call, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        struct pollfd fds[] = { { .fd = call->server->stop, .events = POLLIN },
                                { .fd = call->fd, .events = POLLOUT } };
        ssize_t sent = -1;
        if (poll(fds, 2, -1) <= 0 || fds[0].revents != 0 ||
            (sent = send(call->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0) {
            return; /* the peer has had enough */
        }
        at += sent;
        size -= (size_t)sent;
    }
}

void http_wait(struct http_call *call, int wait_ms)
{
    struct pollfd stop = { .fd = call->server->stop, .events = POLLIN };
    (void)poll(&stop, 1, wait_ms);
}

bool http_call_is(const struct http_call *call, const char *method_and_path)
{
    size_t size = strlen(method_and_path);
    return strncmp(call->head, method_and_path, size) == 0 &&
           (call->head[size] == ' ' || call->head[size] == '?');
}

const char *http_call_header(const struct http_call *call, const char *name, char out[512])
{
    char wanted[128];
    snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
    const char *at = strcasestr(call->head, wanted);
    size_t size = at == NULL ? 0 : strcspn(at + strlen(wanted), "\r\n");
    snprintf(out, 512, "%.*s", (int)size, at == NULL ? "" : at + strlen(wanted));
    return out;
}
