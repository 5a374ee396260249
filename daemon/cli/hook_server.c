/* daemon/cli/hook_server.c: see hook_server.h. */
#include "cli/hook_server.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"

enum {
    PEERS_MAX = 32,
    READ_BYTES = 64 * 1024,
    BUFFER_MAX = BW_HOOK_HEAD_MAX + 2 * BW_HOOK_BODY_MAX, /* chunk lines included */
    REQUEST_MS = 30 * 1000, /* from the first byte, or from the last answer, to the whole request */
};

struct peer {
    int fd; /* -1: this place is free */
    struct bw_str in;
    int64_t deadline_ms;
    bool told_to_continue;
};

struct bw_hook_server {
    int fd;
    int port;
    bool stopped;
    bw_hook_handler handler;
    void *context; /* borrowed */
    struct peer peers[PEERS_MAX];
};

static enum bw_err listen_on(struct bw_hook_server *server, const struct addrinfo *address,
                             struct bw_error *err);
static int64_t next_deadline(const struct bw_hook_server *server);
static void accept_peer(struct bw_hook_server *server);
static void serve(struct bw_hook_server *server, struct peer *peer);
static void drop(struct peer *peer);

enum bw_err bw_hook_server_new(const char *address, int port, bw_hook_handler handler,
                               void *context, struct bw_hook_server **out, struct bw_error *err)
{
    BW_CLEANUP(bw_hook_server_freep) struct bw_hook_server *server = bw_xcalloc(1, sizeof(*server));
    *server = (struct bw_hook_server){ .fd = -1, .handler = handler, .context = context };
    for (size_t i = 0; i < PEERS_MAX; i++) {
        server->peers[i].fd = -1;
    }
    char service[16];
    (void)snprintf(service, sizeof(service), "%d", port);
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                    .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(address, service, &hints, &found) != 0) {
        return bw_fail(err, BW_ERR_INVALID, "'%s' is not a numeric address, like 127.0.0.1 or ::1",
                       address);
    }
    enum bw_err rc = listen_on(server, found, err);
    freeaddrinfo(found);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "cannot listen on %s port %d: ", address, port);
    }
    *out = BW_TAKE(server);
    return BW_OK;
}

static enum bw_err listen_on(struct bw_hook_server *server, const struct addrinfo *address,
                             struct bw_error *err)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t size = sizeof(bound);
    char service[16];
    const int yes = 1;
    server->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0 ||
        setsockopt(server->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(server->fd, address->ai_addr, address->ai_addrlen) != 0 ||
        listen(server->fd, PEERS_MAX) != 0 ||
        getsockname(server->fd, (struct sockaddr *)&bound, &size) != 0) {
        return bw_fail(err, BW_ERR_IO, "%s", strerror(errno));
    }
    if (getnameinfo((struct sockaddr *)&bound, size, NULL, 0, service, sizeof(service),
                    NI_NUMERICSERV) != 0) {
        return bw_fail(err, BW_ERR_IO, "the port is not known");
    }
    server->port = atoi(service);
    return BW_OK;
}

void bw_hook_server_free(struct bw_hook_server *server)
{
    if (server == NULL) {
        return;
    }
    for (size_t i = 0; i < PEERS_MAX; i++) {
        drop(&server->peers[i]);
    }
    if (server->fd >= 0) {
        (void)close(server->fd);
    }
    free(server);
}

int bw_hook_server_port(const struct bw_hook_server *server)
{
    return server->port;
}

void bw_hook_server_stop(struct bw_hook_server *server)
{
    server->stopped = true;
}

enum bw_err bw_hook_server_run(struct bw_hook_server *server, int stop_fd, struct bw_error *err)
{
    struct pollfd fds[PEERS_MAX + 2];
    while (!server->stopped) {
        bool full = true;
        for (size_t i = 0; i < PEERS_MAX; i++) {
            fds[i] = (struct pollfd){ server->peers[i].fd, POLLIN, 0 };
            full &= server->peers[i].fd >= 0;
        }
        fds[PEERS_MAX] = (struct pollfd){ full ? -1 : server->fd, POLLIN, 0 };
        fds[PEERS_MAX + 1] = (struct pollfd){ stop_fd, POLLIN, 0 };
        if (poll(fds, BW_COUNT(fds), (int)next_deadline(server)) < 0 && errno != EINTR) {
            return bw_fail(err, BW_ERR_IO, "poll: %s", strerror(errno));
        }
        if (fds[PEERS_MAX + 1].revents != 0) {
            return BW_OK;
        }
        int64_t now_ms = bw_clock_monotonic_ms();
        for (size_t i = 0; i < PEERS_MAX && !server->stopped; i++) {
            if (fds[i].revents != 0) {
                serve(server, &server->peers[i]);
            } else if (server->peers[i].fd >= 0 && now_ms >= server->peers[i].deadline_ms) {
                drop(&server->peers[i]);
            }
        }
        if (fds[PEERS_MAX].revents != 0) {
            accept_peer(server);
        }
    }
    return BW_OK;
}

/* Milliseconds until a peer must be dropped; -1: there is none. */
static int64_t next_deadline(const struct bw_hook_server *server)
{
    int64_t least_ms = -1;
    int64_t now_ms = bw_clock_monotonic_ms();
    for (size_t i = 0; i < PEERS_MAX; i++) {
        if (server->peers[i].fd >= 0) {
            int64_t left_ms = server->peers[i].deadline_ms - now_ms;
            left_ms = left_ms < 0 ? 0 : left_ms;
            least_ms = least_ms < 0 || left_ms < least_ms ? left_ms : least_ms;
        }
    }
    return least_ms;
}

static void accept_peer(struct bw_hook_server *server)
{
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (size_t i = 0; fd >= 0 && i < PEERS_MAX; i++) {
        if (server->peers[i].fd < 0) {
            server->peers[i] =
                (struct peer){ .fd = fd, .deadline_ms = bw_clock_monotonic_ms() + REQUEST_MS };
            return;
        }
    }
}

static void drop(struct peer *peer)
{
    if (peer->fd >= 0) {
        (void)close(peer->fd);
    }
    peer->fd = -1;
    bw_str_clear(&peer->in);
}

/* An answer fits the socket's buffer unless the peer never reads; such a one is dropped. */
static bool send_all(struct peer *peer, const char *text)
{
    size_t size = strlen(text);
    return send(peer->fd, text, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool answer(struct peer *peer, int status, bool keep_alive)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        { 204, "No Content" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 405, "Method Not Allowed" },
        { 411, "Length Required" },
        { 413, "Content Too Large" },
        { 431, "Request Header Fields Too Large" },
    };
    const char *reason = "Error";
    for (size_t i = 0; i < BW_COUNT(reasons); i++) {
        reason = reasons[i].status == status ? reasons[i].reason : reason;
    }
    char text[160];
    (void)snprintf(text, sizeof(text), "HTTP/1.1 %d %s\r\n%s%s%s\r\n", status, reason,
                   status == 204 ? "" : "Content-Length: 0\r\n",
                   status == 405 ? "Allow: POST\r\n" : "",
                   keep_alive ? "" : "Connection: close\r\n");
    return send_all(peer, text) && keep_alive;
}

/* Answer what has come so far. False: the connection ends. */
static bool answer_requests(struct bw_hook_server *server, struct peer *peer)
{
    while (peer->in.size > 0 && !server->stopped) {
        BW_CLEANUP(bw_hook_request_clear) struct bw_hook_request request = { 0 };
        switch (bw_hook_request_read(peer->in.text, peer->in.size, &request)) {
        case BW_HOOK_MORE:
            if (request.wants_continue && !peer->told_to_continue) {
                peer->told_to_continue = true;
                return send_all(peer, "HTTP/1.1 100 Continue\r\n\r\n");
            }
            return peer->in.size <= BUFFER_MAX || answer(peer, 413, false);
        case BW_HOOK_BAD:
            (void)fprintf(stderr, "refused: %s\n", request.why);
            return answer(peer, request.status, false);
        case BW_HOOK_WHOLE:
            break;
        }
        int status = server->handler(server->context, &request);
        if (!answer(peer, status, request.keep_alive)) {
            return false;
        }
        memmove(peer->in.text, peer->in.text + request.used, peer->in.size - request.used);
        peer->in.size -= request.used;
        peer->told_to_continue = false;
        peer->deadline_ms = bw_clock_monotonic_ms() + REQUEST_MS;
    }
    return true;
}

static void serve(struct bw_hook_server *server, struct peer *peer)
{
    static char block[READ_BYTES];
    ssize_t got = recv(peer->fd, block, sizeof(block), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        drop(peer);
        return;
    }
    bw_str_append_bytes(&peer->in, block, (size_t)got);
    if (!answer_requests(server, peer)) {
        /* What is still unread would turn close() into a reset that may overtake the answer. */
        (void)shutdown(peer->fd, SHUT_WR);
        while (recv(peer->fd, block, sizeof(block), MSG_DONTWAIT) > 0) {
        }
        drop(peer);
    }
}
