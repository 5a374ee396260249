/* daemon/io/multi.c: see multi.h. The wiring follows libcurl's multi_socket interface: libcurl says
 * which sockets and which instant to wait for, we say what has happened, and after each word to
 * libcurl we read what has finished. */
#include "io/multi.h"

#include <assert.h>
#include <stdbool.h>

struct bw_multi {
    uv_loop_t *loop;
    CURLM *curl;
    uv_timer_t timer;
    size_t handles; /* libuv handles not yet closed */
    bool closing;
    bw_multi_finished on_finished;
    void *context;
    bw_multi_closed on_closed;
    void *closed_context;
};

struct watch { /* of one socket */
    uv_poll_t poll;
    curl_socket_t socket;
    struct bw_multi *multi;
};

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned);
static int on_timeout_wanted(CURLM *curl, long timeout_ms, void *context);
static void on_ready(uv_poll_t *poll, int status, int events);
static void on_timeout(uv_timer_t *timer);
static void read_finished(struct bw_multi *multi);
static struct watch *watch_new(struct bw_multi *multi, curl_socket_t socket);
static void on_watch_closed(uv_handle_t *handle);
static void on_timer_closed(uv_handle_t *handle);
static void handle_gone(struct bw_multi *multi);

enum bw_err bw_multi_new(uv_loop_t *loop, long connections, long per_host,
                         bw_multi_finished on_finished, void *context, struct bw_multi **out,
                         struct bw_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return bw_fail(err, BW_ERR_NET, "libcurl does not start");
    }
    CURLM *curl = curl_multi_init();
    if (curl == NULL) {
        curl_global_cleanup();
        return bw_fail(err, BW_ERR_NET, "libcurl does not start");
    }
    struct bw_multi *multi = bw_xcalloc(1, sizeof(*multi));
    *multi = (struct bw_multi){
        .loop = loop,
        .curl = curl,
        .handles = 1,
        .on_finished = on_finished,
        .context = context,
    };
    (void)uv_timer_init(loop, &multi->timer);
    multi->timer.data = multi;
    (void)curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, multi);
    (void)curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
    (void)curl_multi_setopt(curl, CURLMOPT_TIMERDATA, multi);
    (void)curl_multi_setopt(curl, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    (void)curl_multi_setopt(curl, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
    (void)curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, connections);
    *out = multi;
    return BW_OK;
}

void bw_multi_add(struct bw_multi *multi, CURL *easy)
{
    CURLMcode rc = curl_multi_add_handle(multi->curl, easy);
    assert(rc == CURLM_OK);
    (void)rc;
}

void bw_multi_remove(struct bw_multi *multi, CURL *easy)
{
    (void)curl_multi_remove_handle(multi->curl, easy);
}

void bw_multi_close(struct bw_multi *multi, bw_multi_closed on_closed, void *context)
{
    assert(!multi->closing);
    multi->closing = true;
    multi->on_closed = on_closed;
    multi->closed_context = context;
    (void)curl_multi_cleanup(multi->curl);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&multi->timer, on_timer_closed);
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
    (void)easy;
    struct bw_multi *multi = context;
    struct watch *watch = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            (void)curl_multi_assign(multi->curl, socket, NULL);
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = watch_new(multi, socket);
        if (watch == NULL) {
            return 0; /* -1 would end all transfers; this one runs into its timeout */
        }
        (void)curl_multi_assign(multi->curl, socket, watch);
    }
    int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                 ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
    (void)uv_poll_start(&watch->poll, events, on_ready);
    return 0;
}

static int on_timeout_wanted(CURLM *curl, long timeout_ms, void *context)
{
    (void)curl;
    struct bw_multi *multi = context;
    if (timeout_ms < 0) {
        (void)uv_timer_stop(&multi->timer);
    } else if (!multi->closing) {
        (void)uv_timer_start(&multi->timer, on_timeout, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    struct bw_multi *multi = watch->multi;
    int flags = status < 0 ? CURL_CSELECT_ERR
                           : ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                                 ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
    int running = 0;
    (void)curl_multi_socket_action(multi->curl, watch->socket, flags, &running);
    read_finished(multi);
}

static void on_timeout(uv_timer_t *timer)
{
    struct bw_multi *multi = timer->data;
    int running = 0;
    (void)curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running);
    read_finished(multi);
}

static void read_finished(struct bw_multi *multi)
{
    while (!multi->closing) {
        int left = 0;
        CURLMsg *message = curl_multi_info_read(multi->curl, &left);
        if (message == NULL) {
            return;
        }
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        /* Removing the handle frees the message. */
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        (void)curl_multi_remove_handle(multi->curl, easy);
        multi->on_finished(multi->context, easy, result);
    }
}

static struct watch *watch_new(struct bw_multi *multi, curl_socket_t socket)
{
    struct watch *watch = bw_xcalloc(1, sizeof(*watch));
    watch->socket = socket;
    watch->multi = multi;
    if (uv_poll_init_socket(multi->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    multi->handles++;
    return watch;
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;
    struct bw_multi *multi = watch->multi;
    free(watch);
    handle_gone(multi);
}

static void on_timer_closed(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

static void handle_gone(struct bw_multi *multi)
{
    if (--multi->handles > 0) {
        return;
    }
    bw_multi_closed on_closed = multi->on_closed;
    void *context = multi->closed_context;
    free(multi);
    on_closed(context);
}
