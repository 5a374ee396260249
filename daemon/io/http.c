/* daemon/io/http.c: see http.h.
 *
 *     start --> WAITING --turn--> RUNNING --finished--> gone (done is called)
 *        \         |                |  ^
 *         \        |                +--+ redirect inside the origin
 *          +----> FAILED --next turn of the loop--> gone (done is called)
 */
#include "io/http.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"
#include "io/address.h"
#include "io/multi.h"

TAILQ_HEAD(transfers, bw_transfer);

struct origin {
    TAILQ_ENTRY(origin) link;
    char *text; /* scheme://host[:port], the port only when it is not the scheme's */
    struct transfers waiting;
    int running;
};

enum transfer_state { WAITING, RUNNING, FAILED };

struct bw_transfer {
    TAILQ_ENTRY(bw_transfer) link; /* in the list of its state */
    enum transfer_state state;
    struct bw_http *http;
    struct origin *origin; /* NULL when FAILED */
    struct bw_http_request request;
    bw_http_done done;
    void *context;
    struct bw_http_answer answer; /* FAILED: what to say; RUNNING: the head so far */

    CURL *easy; /* RUNNING */
    struct curl_slist *header_list;
    struct bw_str body;
    size_t head_bytes;
    int redirects;
    int64_t deadline_ms; /* monotonic */
    int64_t cap_broken;  /* the one that ended it; 0: none */
    bool denied;
    bool fresh; /* a new connection was insisted on */
    char tls_error[CURL_ERROR_SIZE];
};

struct bw_http {
    struct bw_multi *multi;
    uv_timer_t turn; /* due when something waits that could go on */
    int parallel;
    int per_host;
    int running;
    bool closing;
    int handles;                         /* the multi and the timer, until they are closed */
    TAILQ_HEAD(origins, origin) origins; /* those with transfers; the next to have its turn first */
    struct transfers in_flight;
    struct transfers failed;
    CURL **idle; /* easy handles to use again, at most `parallel` */
    int idle_count;
};

static struct bw_transfer *transfer_new(struct bw_http *http, bw_http_done done, void *context);
static void transfer_free(struct bw_transfer *transfer);
static void fail(struct bw_transfer *transfer, const struct bw_error *err);
static struct origin *origin_of(struct bw_http *http, const char *text);
static void origin_release(struct bw_http *http, struct origin *origin);
static void want_turn(struct bw_http *http);
static void on_turn(uv_timer_t *timer);
static struct bw_transfer *next_waiting(struct bw_http *http);
static void run(struct bw_transfer *transfer);
static void prepare(struct bw_transfer *transfer);
static size_t on_head(char *bytes, size_t one, size_t size, void *context);
static size_t on_body(char *bytes, size_t one, size_t size, void *context);
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address);
static void on_finished(void *context, CURL *easy, CURLcode result);
static bool follow(struct bw_transfer *transfer);
static bool try_fresh(struct bw_transfer *transfer, CURLcode result);
static bool keep_deadline(struct bw_transfer *transfer);
static void read_answer(struct bw_transfer *transfer);
static void explain(struct bw_transfer *transfer, CURLcode result);
static void finish(struct bw_transfer *transfer);
static void detach(struct bw_transfer *transfer);
static void on_timer_closed(uv_handle_t *handle);
static void on_multi_closed(void *context);
static void handle_gone(struct bw_http *http);

enum bw_err bw_http_new(uv_loop_t *loop, int parallel, int per_host, struct bw_http **out,
                        struct bw_error *err)
{
    struct bw_http *http = bw_xcalloc(1, sizeof(*http));
    enum bw_err rc = bw_multi_new(loop, parallel, per_host, on_finished, http, &http->multi, err);
    if (rc != BW_OK) {
        free(http);
        return rc;
    }
    /* OpenSSL writes with write(2), and CURLOPT_NOSIGNAL keeps libcurl from guarding it. */
    (void)signal(SIGPIPE, SIG_IGN);
    http->parallel = parallel;
    http->per_host = per_host;
    http->handles = 2;
    http->idle = bw_xcalloc((size_t)parallel, sizeof(CURL *));
    TAILQ_INIT(&http->origins);
    TAILQ_INIT(&http->in_flight);
    TAILQ_INIT(&http->failed);
    (void)uv_timer_init(loop, &http->turn);
    http->turn.data = http;
    *out = http;
    return BW_OK;
}

struct bw_transfer *bw_http_start(struct bw_http *http, struct bw_http_request *request,
                                  bw_http_done done, void *context)
{
    struct bw_transfer *transfer = transfer_new(http, done, context);
    transfer->request = *request;
    *request = (struct bw_http_request){ 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *origin = NULL;
    if (bw_http_request_check(&transfer->request, &origin, &err) != BW_OK) {
        fail(transfer, &err);
        return transfer;
    }
    transfer->state = WAITING;
    transfer->origin = origin_of(http, origin);
    TAILQ_INSERT_TAIL(&transfer->origin->waiting, transfer, link);
    want_turn(http);
    return transfer;
}

struct bw_transfer *bw_http_fail(struct bw_http *http, const struct bw_error *err,
                                 bw_http_done done, void *context)
{
    struct bw_transfer *transfer = transfer_new(http, done, context);
    fail(transfer, err);
    return transfer;
}

void bw_http_cancel(struct bw_transfer *transfer)
{
    detach(transfer);
    transfer_free(transfer);
}

void bw_http_close(struct bw_http *http)
{
    assert(!http->closing);
    http->closing = true;
    while (!TAILQ_EMPTY(&http->in_flight)) {
        bw_http_cancel(TAILQ_FIRST(&http->in_flight));
    }
    while (!TAILQ_EMPTY(&http->failed)) {
        bw_http_cancel(TAILQ_FIRST(&http->failed));
    }
    while (!TAILQ_EMPTY(&http->origins)) {
        bw_http_cancel(TAILQ_FIRST(&TAILQ_FIRST(&http->origins)->waiting));
    }
    while (http->idle_count > 0) {
        curl_easy_cleanup(http->idle[--http->idle_count]);
    }
    uv_close((uv_handle_t *)&http->turn, on_timer_closed);
    bw_multi_close(http->multi, on_multi_closed, http);
}

static struct bw_transfer *transfer_new(struct bw_http *http, bw_http_done done, void *context)
{
    assert(!http->closing);
    struct bw_transfer *transfer = bw_xcalloc(1, sizeof(*transfer));
    transfer->http = http;
    transfer->done = done;
    transfer->context = context;
    return transfer;
}

static void transfer_free(struct bw_transfer *transfer)
{
    bw_http_request_clear(&transfer->request);
    bw_http_answer_clear(&transfer->answer);
    bw_str_clear(&transfer->body);
    free(transfer);
}

static void fail(struct bw_transfer *transfer, const struct bw_error *err)
{
    transfer->state = FAILED;
    transfer->answer.code = err->code;
    (void)snprintf(transfer->answer.error, sizeof(transfer->answer.error), "%s", err->text);
    TAILQ_INSERT_TAIL(&transfer->http->failed, transfer, link);
    want_turn(transfer->http);
}

static struct origin *origin_of(struct bw_http *http, const char *text)
{
    struct origin *origin = NULL;
    TAILQ_FOREACH(origin, &http->origins, link)
    {
        if (strcmp(origin->text, text) == 0) {
            return origin;
        }
    }
    origin = bw_xcalloc(1, sizeof(*origin));
    origin->text = bw_xstrdup(text);
    TAILQ_INIT(&origin->waiting);
    TAILQ_INSERT_TAIL(&http->origins, origin, link);
    return origin;
}

static void origin_release(struct bw_http *http, struct origin *origin)
{
    if (origin->running > 0 || !TAILQ_EMPTY(&origin->waiting)) {
        return;
    }
    TAILQ_REMOVE(&http->origins, origin, link);
    free(origin->text);
    free(origin);
}

static void want_turn(struct bw_http *http)
{
    if (!http->closing) {
        (void)uv_timer_start(&http->turn, on_turn, 0, 0);
    }
}

static void on_turn(uv_timer_t *timer)
{
    struct bw_http *http = timer->data;
    struct bw_transfer *transfer = NULL;
    while ((transfer = next_waiting(http)) != NULL) {
        run(transfer);
    }
    if (!TAILQ_EMPTY(&http->failed)) {
        want_turn(http);
        finish(TAILQ_FIRST(&http->failed));
    }
}

static struct bw_transfer *next_waiting(struct bw_http *http)
{
    if (http->running == http->parallel) {
        return NULL;
    }
    struct origin *origin = NULL;
    TAILQ_FOREACH(origin, &http->origins, link)
    {
        if (!TAILQ_EMPTY(&origin->waiting) && origin->running < http->per_host) {
            TAILQ_REMOVE(&http->origins, origin, link);
            TAILQ_INSERT_TAIL(&http->origins, origin, link);
            return TAILQ_FIRST(&origin->waiting);
        }
    }
    return NULL;
}

static void run(struct bw_transfer *transfer)
{
    struct bw_http *http = transfer->http;
    TAILQ_REMOVE(&transfer->origin->waiting, transfer, link);
    TAILQ_INSERT_TAIL(&http->in_flight, transfer, link);
    transfer->state = RUNNING;
    transfer->origin->running++;
    http->running++;
    transfer->easy = http->idle_count > 0 ? http->idle[--http->idle_count] : curl_easy_init();
    if (transfer->easy == NULL) {
        abort(); /* memory is gone */
    }
    transfer->deadline_ms = bw_clock_monotonic_ms() + transfer->request.timeout_ms;
    prepare(transfer);
    bw_multi_add(http->multi, transfer->easy);
}

static void prepare(struct bw_transfer *transfer)
{
    CURL *easy = transfer->easy;
    bw_http_request_prepare(&transfer->request, easy, &transfer->header_list);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->tls_error);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
}

static size_t on_head(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    struct bw_transfer *transfer = context;
    transfer->head_bytes += size;
    if (transfer->head_bytes > BW_HTTP_HEAD_MAX) {
        transfer->cap_broken = BW_HTTP_HEAD_MAX;
        return 0;
    }
    bw_http_answer_add_line(&transfer->answer, bytes, size);
    return size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    struct bw_transfer *transfer = context;
    if (size > (size_t)transfer->request.max_bytes - transfer->body.size) {
        transfer->cap_broken = transfer->request.max_bytes;
        return 0;
    }
    bw_str_append_bytes(&transfer->body, bytes, size);
    return size;
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    (void)purpose;
    struct bw_transfer *transfer = context;
    if (!transfer->request.allow_private && bw_address_is_private(&address->addr)) {
        transfer->denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void on_finished(void *context, CURL *easy, CURLcode result)
{
    struct bw_http *http = context;
    struct bw_transfer *transfer = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    if (result == CURLE_OK ? follow(transfer) : try_fresh(transfer, result)) {
        bw_multi_add(http->multi, easy);
        return;
    }
    if (result == CURLE_OK) {
        read_answer(transfer);
    } else {
        explain(transfer, result);
    }
    finish(transfer);
}

/* Take a redirect that stays inside the origin. False: the answer stands. */
static bool follow(struct bw_transfer *transfer)
{
    long status = 0;
    char *target = NULL;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
    if (target == NULL || transfer->redirects == BW_HTTP_REDIRECTS_MAX ||
        !keep_deadline(transfer) ||
        !bw_http_request_redirect(&transfer->request, transfer->origin->text, (int)status,
                                  target)) {
        return false;
    }
    transfer->redirects++;
    transfer->head_bytes = 0;
    bw_str_reset(&transfer->body);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->request.url);
    return true;
}

/* A kept connection that the server closed just when we used it says nothing about the server;
 * libcurl 7.88 retries that for some of the errors only. False: the error stands. */
static bool try_fresh(struct bw_transfer *transfer, CURLcode result)
{
    long connects = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    bool dropped =
        result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR || result == CURLE_GOT_NOTHING;
    if (!dropped || connects > 0 || transfer->head_bytes > 0 || transfer->fresh ||
        !keep_deadline(transfer)) {
        return false;
    }
    transfer->fresh = true;
    (void)curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
    return true;
}

/* A second go has what is left of the time; false: nothing. */
static bool keep_deadline(struct bw_transfer *transfer)
{
    int64_t left_ms = transfer->deadline_ms - bw_clock_monotonic_ms();
    (void)curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
    return left_ms > 0;
}

static void read_answer(struct bw_transfer *transfer)
{
    struct bw_http_answer *answer = &transfer->answer;
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    answer->code = BW_OK;
    answer->status = (int)status;
    answer->body_bytes = transfer->body.size;
    answer->body = bw_str_take(&transfer->body);
    bw_http_answer_read_retry(answer, bw_clock_now_ms());
}

static void explain(struct bw_transfer *transfer, CURLcode result)
{
    struct bw_error err = { 0 };
    const char *origin = transfer->origin->text;
    long os_error = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
    if (transfer->denied) {
        (void)bw_fail(&err, BW_ERR_DENIED, "%s: link-local and metadata addresses are refused",
                      origin);
    } else if (transfer->cap_broken > 0 || result == CURLE_FILESIZE_EXCEEDED) {
        int64_t cap = transfer->cap_broken > 0 ? transfer->cap_broken : transfer->request.max_bytes;
        (void)bw_fail(&err, BW_ERR_TOOBIG, "%s: the answer is larger than %" PRId64 " bytes",
                      origin, cap);
    } else if (result == CURLE_OPERATION_TIMEDOUT) {
        (void)bw_fail(&err, BW_ERR_TIMEOUT, "%s: timed out", origin);
    } else if (result == CURLE_COULDNT_CONNECT && os_error != 0) {
        (void)bw_fail(&err, BW_ERR_NET, "%s: cannot connect: %s", origin, strerror((int)os_error));
    } else if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CONNECT_ERROR) {
        (void)bw_fail(&err, BW_ERR_NET, "%s: %s", origin, transfer->tls_error);
    } else {
        (void)bw_fail(&err, BW_ERR_NET, "%s: %s", origin, curl_easy_strerror(result));
    }
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    bw_http_answer_clear(&transfer->answer);
    transfer->answer.code = err.code;
    transfer->answer.status = status >= 200 ? (int)status : 0;
    (void)snprintf(transfer->answer.error, sizeof(transfer->answer.error), "%s", err.text);
}

/* The one end of a transfer that was not cancelled. */
static void finish(struct bw_transfer *transfer)
{
    struct bw_http_answer answer = transfer->answer;
    transfer->answer = (struct bw_http_answer){ 0 };
    bw_http_done done = transfer->done;
    void *context = transfer->context;
    detach(transfer);
    transfer_free(transfer);
    done(context, &answer);
}

/* Take the transfer out of its list and give back what it holds there. */
static void detach(struct bw_transfer *transfer)
{
    struct bw_http *http = transfer->http;
    switch (transfer->state) {
    case WAITING:
        TAILQ_REMOVE(&transfer->origin->waiting, transfer, link);
        origin_release(http, transfer->origin);
        break;
    case RUNNING:
        TAILQ_REMOVE(&http->in_flight, transfer, link);
        transfer->origin->running--;
        http->running--;
        origin_release(http, transfer->origin);
        bw_multi_remove(http->multi, transfer->easy);
        curl_easy_reset(transfer->easy);
        http->idle[http->idle_count++] = transfer->easy;
        curl_slist_free_all(transfer->header_list);
        want_turn(http);
        break;
    case FAILED:
        TAILQ_REMOVE(&http->failed, transfer, link);
        break;
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

static void on_multi_closed(void *context)
{
    handle_gone(context);
}

static void handle_gone(struct bw_http *http)
{
    if (--http->handles == 0) {
        free(http->idle);
        free(http);
    }
}
