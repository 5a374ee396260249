/* daemon/io/control.c: see control.h. libmicrohttpd runs inside our loop: we poll its epoll
 * descriptor and its next timeout, and call it on both. A request goes through
 *
 *     HEAD --allowed--> BODY --complete--> WAITING --reply--> REPLIED --> gone
 *        \                 \ (connection suspended)            /
 *         +--- 403, 413 ----+--- 400, 413 --------------------+
 */
#include "io/control.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "codec/json.h"
#include "io/peers.h"
#include "io/unix_socket.h"

enum exchange_state { HEAD, BODY, WAITING, REPLIED };

struct exchange { /* one request on it */
    LIST_ENTRY(exchange) link; /* WAITING */
    enum exchange_state state;
    struct MHD_Connection *connection;
    uint64_t id;
    struct bw_request request; /* its head; the body is added once it is complete */
    struct bw_str body;
    size_t body_max;
    bool too_big;
    struct bw_reply reply;
};

struct bw_control {
    uv_loop_t *loop;
    struct MHD_Daemon *mhd;
    uv_poll_t poll;
    uv_timer_t timer;
    int handles; /* libuv handles not yet closed */
    bool running; /* inside MHD_run() */
    bool resumed; /* a connection waits for MHD_run(), and no descriptor says so */
    bw_control_request on_request;
    void *context;
    char *path; /* NULL: the socket was inherited */
    dev_t device; /* of the file we made */
    ino_t inode;
    char *metrics_token; /* NULL: peers are known by their uid */
    uint64_t last_id;
    struct bw_peers peers;
    LIST_HEAD(, exchange) waiting;
};

static enum bw_err open_socket(struct bw_control *control, const struct bw_control_options *options,
                               int *out, struct bw_error *err);
static enum bw_err start(struct bw_control *control, int fd, struct bw_error *err);
static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what);
static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection);
static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_bytes, void **request);
static enum MHD_Result on_head(const struct bw_control *control, struct exchange *exchange,
                               const char *method);
static char *header_of(const struct exchange *exchange, const char *name);
static bool shows_token(const struct bw_control *control, const struct exchange *exchange);
static void on_upload(struct exchange *exchange, const char *bytes, size_t size);
static enum MHD_Result on_complete(struct bw_control *control, struct exchange *exchange);
static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode why);
static void make_token(char *out);
static struct bw_peer *peer_of(struct MHD_Connection *connection);
static enum MHD_Result send_reply(struct exchange *exchange);
static enum MHD_Result send_too_big(struct exchange *exchange);
static enum MHD_Result send_problem(struct exchange *exchange, int status, const char *title,
                                    const char *detail);
static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(uv_timer_t *timer);
static void run(struct bw_control *control);
static void schedule(struct bw_control *control);
static void remove_file(const struct bw_control *control);
static void control_free(struct bw_control *control);
static void on_handle_closed(uv_handle_t *handle);

enum bw_err bw_control_new(uv_loop_t *loop, const struct bw_control_options *options,
                           bw_control_request on_request, void *context, struct bw_control **out,
                           struct bw_error *err)
{
    struct bw_control *control = bw_xcalloc(1, sizeof(*control));
    control->loop = loop;
    control->on_request = on_request;
    control->context = context;
    control->metrics_token = bw_xstrdup(options->metrics_token);
    control->last_id = options->first_id;
    int fd = -1;
    enum bw_err rc = bw_peers_init(&control->peers, options->read_group, options->write_group,
                                   options->metrics_token != NULL, err);
    rc = rc != BW_OK ? rc : open_socket(control, options, &fd, err);
    rc = rc != BW_OK ? rc : start(control, fd, err);
    if (rc != BW_OK) {
        control_free(control);
        return rc;
    }
    *out = control;
    return BW_OK;
}

/* A peer that only says no more still reads; one that has hung up does not. */
static bool has_left(const struct exchange *exchange)
{
    struct pollfd peer = { .fd = peer_of(exchange->connection)->fd };
    return poll(&peer, 1, 0) == 1 && (peer.revents & POLLHUP) != 0;
}

bool bw_control_reply(struct bw_control *control, struct bw_reply *reply)
{
    struct exchange *exchange = NULL;
    LIST_FOREACH(exchange, &control->waiting, link) {
        if (exchange->id == reply->id) {
            break;
        }
    }
    bool heard = exchange != NULL && !has_left(exchange);
    if (exchange == NULL) {
        bw_reply_clear(reply);
    } else {
        LIST_REMOVE(exchange, link);
        exchange->state = REPLIED;
        exchange->reply = *reply;
        MHD_resume_connection(exchange->connection);
        control->resumed = true;
        if (!control->running) {
            (void)uv_timer_start(&control->timer, on_timer, 0, 0);
        }
    }
    *reply = (struct bw_reply){ 0 };
    return heard;
}

void bw_control_close(struct bw_control *control)
{
    assert(!control->running);
    (void)uv_poll_stop(&control->poll);
    /* libmicrohttpd does not stop while a connection is suspended. */
    struct exchange *exchange = NULL;
    LIST_FOREACH(exchange, &control->waiting, link) {
        MHD_resume_connection(exchange->connection);
    }
    MHD_stop_daemon(control->mhd);
    control->mhd = NULL;
    remove_file(control);
    uv_close((uv_handle_t *)&control->poll, on_handle_closed);
    uv_close((uv_handle_t *)&control->timer, on_handle_closed);
}

static enum bw_err open_socket(struct bw_control *control, const struct bw_control_options *options,
                               int *out, struct bw_error *err)
{
    if (options->inherited_fd >= 0) {
        *out = options->inherited_fd;
        return fcntl(*out, F_SETFL, O_NONBLOCK) == 0
                   ? BW_OK
                   : bw_fail(err, BW_ERR_IO, "inherited control socket: %s", strerror(errno));
    }
    const struct bw_peers *peers = &control->peers;
    gid_t group = peers->read_group != BW_NO_GROUP ? peers->read_group : peers->write_group;
    enum bw_err rc = bw_unix_socket_listen(options->path, group, out, err);
    struct stat st;
    if (rc == BW_OK && lstat(options->path, &st) == 0) {
        control->path = bw_xstrdup(options->path);
        control->device = st.st_dev;
        control->inode = st.st_ino;
    }
    return rc;
}

static enum bw_err start(struct bw_control *control, int fd, struct bw_error *err)
{
    control->mhd = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, control,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)BW_PEERS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)BW_CONTROL_IDLE_SEC,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, control,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, control,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, control,
        MHD_OPTION_END);
    if (control->mhd == NULL) {
        (void)close(fd);
        remove_file(control);
        return bw_fail(err, BW_ERR_IO, "control socket: libmicrohttpd does not start");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(control->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    (void)uv_poll_init(control->loop, &control->poll, info->epoll_fd);
    (void)uv_timer_init(control->loop, &control->timer);
    control->poll.data = control;
    control->timer.data = control;
    control->handles = 2;
    (void)uv_poll_start(&control->poll, UV_READABLE, on_poll);
    return BW_OK;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct bw_control *control = context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        bw_peers_remove(&control->peers, *socket_context);
        return;
    }
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *socket_context = bw_peers_add(&control->peers, fd, (int64_t)uv_now(control->loop));
}

/* The one place where the target is seen as it was sent; what we return follows the request. */
static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)context;
    struct exchange *exchange = bw_xcalloc(1, sizeof(*exchange));
    exchange->connection = connection;
    exchange->request.target = bw_xstrdup(uri);
    return exchange;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_bytes, void **request)
{
    (void)connection;
    (void)url;
    (void)version;
    struct exchange *exchange = *request;
    switch (exchange->state) {
    case HEAD:
        return on_head(context, exchange, method);
    case BODY:
        if (*upload_bytes == 0) {
            return on_complete(context, exchange);
        }
        on_upload(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    case WAITING:
        return MHD_YES;
    case REPLIED:
        return send_reply(exchange);
    }
    return MHD_NO;
}

/* Ownership: the caller's; NULL where there is none. */
static char *header_of(const struct exchange *exchange, const char *name)
{
    return bw_xstrdup(MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name));
}

static enum MHD_Result on_head(const struct bw_control *control, struct exchange *exchange,
                               const char *method)
{
    exchange->state = BODY;
    exchange->request.method = bw_xstrdup(method);
    exchange->request.if_match = header_of(exchange, MHD_HTTP_HEADER_IF_MATCH);
    exchange->request.if_none_match = header_of(exchange, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const struct bw_peer *peer = peer_of(exchange->connection);
    exchange->body_max = peer->may_write ? BW_CONTROL_BODY_MAX : BW_CONTROL_READER_BODY_MAX;
    if (control->metrics_token != NULL) {
        exchange->body_max = 0;
        if (!shows_token(control, exchange)) {
            return send_problem(exchange, 401, "Unauthorized",
                                "send `Authorization: Bearer` and the token of control.metrics");
        }
        bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
                     strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
        if (!reads || strcmp(exchange->request.target, "/metrics") != 0) {
            return send_problem(exchange, 404, "Not Found",
                                "here is GET /metrics and nothing else");
        }
    } else if (!peer->may_read) {
        return send_problem(exchange, 403, "Forbidden",
                            "your user is in none of the groups that may ask; "
                            "see control.read_group and control.write_group");
    }
    const char *length = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (length != NULL && strtoull(length, NULL, 10) > exchange->body_max) {
        return send_too_big(exchange);
    }
    return MHD_YES;
}

/* In a time that does not tell how much of it is right. */
static bool shows_token(const struct bw_control *control, const struct exchange *exchange)
{
    const char *shown = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_AUTHORIZATION);
    BW_CLEANUP(bw_freep) char *wanted = bw_xasprintf("Bearer %s", control->metrics_token);
    size_t size = strlen(wanted);
    volatile unsigned char wrong = 0;
    if (shown == NULL || strlen(shown) != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        wrong |= (unsigned char)(shown[i] ^ wanted[i]);
    }
    return wrong == 0;
}

/* libmicrohttpd takes no answer before a body of unknown length has ended: the rest is let through
 * to nowhere. */
static void on_upload(struct exchange *exchange, const char *bytes, size_t size)
{
    if (exchange->too_big || size > exchange->body_max - exchange->body.size) {
        exchange->too_big = true;
        bw_str_clear(&exchange->body);
        return;
    }
    bw_str_append_bytes(&exchange->body, bytes, size);
}

static enum MHD_Result on_complete(struct bw_control *control, struct exchange *exchange)
{
    if (exchange->too_big) {
        return send_too_big(exchange);
    }
    if (exchange->body.size > 0 &&
        memchr(exchange->body.text, '\0', exchange->body.size) != NULL) {
        return send_problem(exchange, 400, "Bad Request", "the body holds a NUL byte");
    }
    struct bw_peer *peer = peer_of(exchange->connection);
    bw_peer_waits(peer);
    exchange->state = WAITING;
    exchange->id = ++control->last_id;
    LIST_INSERT_HEAD(&control->waiting, exchange, link);
    MHD_suspend_connection(exchange->connection);
    struct bw_request request = exchange->request;
    exchange->request = (struct bw_request){ 0 };
    request.id = exchange->id;
    request.body = bw_str_take(&exchange->body);
    request.peer_uid = peer->uid;
    request.may_write = peer->may_write;
    make_token(request.token);
    control->on_request(control->context, &request);
    return MHD_YES;
}

static void make_token(char *out)
{
    unsigned char bytes[(BW_REQUEST_TOKEN_TEXT - 1) / 2];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        abort(); /* the kernel gives that much, once it is up */
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode why)
{
    (void)why;
    struct bw_control *control = context;
    struct exchange *exchange = *request;
    if (exchange == NULL) {
        return;
    }
    bw_peer_receives(peer_of(connection), (int64_t)uv_now(control->loop));
    if (exchange->state == WAITING) {
        LIST_REMOVE(exchange, link);
    }
    bw_request_clear(&exchange->request);
    bw_str_clear(&exchange->body);
    bw_reply_clear(&exchange->reply);
    free(exchange);
    *request = NULL;
}

static struct bw_peer *peer_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
    struct bw_reply *reply = &exchange->reply;
    char *body = reply->body == NULL ? bw_xstrdup("") : BW_TAKE(reply->body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(body);
        return MHD_NO;
    }
    const struct {
        const char *name;
        const char *value; /* NULL, "": it is not sent */
    } headers[] = {
        { MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type },
        { MHD_HTTP_HEADER_ETAG, reply->etag },
        { MHD_HTTP_HEADER_ALLOW, reply->allow },
    };
    for (size_t i = 0; i < BW_COUNT(headers); i++) {
        if (headers[i].value != NULL && headers[i].value[0] != '\0') {
            (void)MHD_add_response_header(response, headers[i].name, headers[i].value);
        }
    }
    enum MHD_Result rc =
        MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result send_too_big(struct exchange *exchange)
{
    BW_CLEANUP(bw_freep) char *detail = bw_xasprintf(
        "a request of yours has at most %zu KiB; split it", exchange->body_max / 1024);
    return send_problem(exchange, 413, "Content Too Large", detail);
}

static enum MHD_Result send_problem(struct exchange *exchange, int status, const char *title,
                                    const char *detail)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "type", "about:blank");
    bw_json_add_text(&w, "title", title);
    bw_json_add_i64(&w, "status", status);
    bw_json_add_text(&w, "detail", detail);
    bw_json_object_end(&w);
    exchange->state = REPLIED;
    exchange->reply = (struct bw_reply){
        .status = status,
        .content_type = "application/problem+json",
        .body = bw_str_take(&text),
    };
    return send_reply(exchange);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run(poll->data);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

static bool is_full(const struct bw_control *control)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(control->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info != NULL && info->num_connections >= BW_PEERS_MAX;
}

/* While it is full, libmicrohttpd does not listen, and it begins again only at the start of a run:
 * the one after that in which somebody left. */
static void run(struct bw_control *control)
{
    bool was_full = is_full(control);
    control->running = true;
    control->resumed = false;
    (void)MHD_run(control->mhd);
    control->running = false;
    control->resumed = control->resumed || (was_full && !is_full(control));
    schedule(control);
}

/* Hang up on who is overdue, and come back for the next who may be. */
static void schedule(struct bw_control *control)
{
    int64_t now_ms = (int64_t)uv_now(control->loop);
    int64_t next_ms = bw_peers_hang_up_overdue(&control->peers, now_ms);
    MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
    bool wanted = control->resumed || MHD_get_timeout(control->mhd, &timeout_ms) == MHD_YES;
    if (wanted && (int64_t)timeout_ms < next_ms - now_ms) {
        next_ms = now_ms + (int64_t)timeout_ms;
    }
    if (next_ms == INT64_MAX) {
        (void)uv_timer_stop(&control->timer);
    } else {
        (void)uv_timer_start(&control->timer, on_timer, (uint64_t)(next_ms - now_ms), 0);
    }
}

/* A successor may have put its own socket there. */
static void remove_file(const struct bw_control *control)
{
    struct stat st;
    if (control->path != NULL && lstat(control->path, &st) == 0 &&
        st.st_dev == control->device && st.st_ino == control->inode) {
        (void)unlink(control->path);
    }
}

static void control_free(struct bw_control *control)
{
    free(control->path);
    free(control->metrics_token);
    free(control);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct bw_control *control = handle->data;
    if (--control->handles == 0) {
        control_free(control);
    }
}
