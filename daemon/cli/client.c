/* daemon/cli/client.c: see client.h. */
#include "cli/client.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/instant.h"

#define SOCKET_VARIABLE "BASEWATCH_SOCKET"
#define USUAL_SOCKET "/run/basewatch/control.sock"

enum { READ_BYTES = 32 * 1024 };

struct exchange { /* one connection */
    const char *path;
    int fd;
    int wake_fd; /* -1: none */
    int64_t timeout_ms;
    int64_t deadline_ms; /* monotonic */
};

struct answer {
    struct bw_str bytes; /* head and body as they came */
    size_t head_size;    /* with its empty line; 0: not complete yet */
    int64_t body_size;   /* as announced; -1: up to the end */
    int status;
};

static enum bw_err connect_to(struct exchange *exchange, struct bw_error *err);
static enum bw_err send_request(const struct exchange *exchange,
                                const struct bw_client_request *request, struct bw_error *err);
static enum bw_err read_answer(const struct exchange *exchange, struct answer *answer,
                               struct bw_error *err);
static enum bw_err understand(const struct answer *answer, const char *path, struct bw_json **out,
                              struct bw_error *err);

static void exchange_close(struct exchange *exchange)
{
    if (exchange->fd >= 0) {
        (void)close(exchange->fd);
    }
}

static void answer_clear(struct answer *answer)
{
    bw_str_clear(&answer->bytes);
}

void bw_client_set_socket(const char *path)
{
    (void)setenv(SOCKET_VARIABLE, path, 1);
}

const char *bw_client_socket(void)
{
    const char *path = getenv(SOCKET_VARIABLE);
    return path == NULL || path[0] == '\0' ? USUAL_SOCKET : path;
}

enum bw_err bw_client_ask(const struct bw_client_request *request, struct bw_json **out,
                          struct bw_error *err)
{
    int64_t timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : BW_CLIENT_TIMEOUT_MS;
    BW_CLEANUP(exchange_close)
    struct exchange exchange = {
        .path = bw_client_socket(),
        .fd = -1,
        .wake_fd = request->wake_fd > 0 ? request->wake_fd : -1,
        .timeout_ms = timeout_ms,
        .deadline_ms = bw_clock_monotonic_ms() + timeout_ms,
    };
    BW_CLEANUP(answer_clear) struct answer answer = { .body_size = -1 };
    enum bw_err rc = connect_to(&exchange, err);
    if (rc == BW_OK) {
        rc = send_request(&exchange, request, err);
    }
    if (rc == BW_OK) {
        rc = read_answer(&exchange, &answer, err);
    }
    return rc != BW_OK ? rc : understand(&answer, exchange.path, out, err);
}

void bw_client_add_segment(struct bw_str *target, const char *text)
{
    for (; *text != '\0'; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text) != NULL) {
            bw_str_append_bytes(target, text, 1);
        } else {
            bw_str_appendf(target, "%%%02X", (unsigned)(unsigned char)*text);
        }
    }
}

void bw_client_add_query(struct bw_str *target, const char *name, const char *text)
{
    if (text != NULL) {
        bw_str_appendf(target, "%c%s=", strchr(target->text, '?') == NULL ? '?' : '&', name);
        bw_client_add_segment(target, text);
    }
}

/* Who may connect is written on the socket, or on the folder that hides it. */
static enum bw_err denied(const char *path, struct bw_error *err)
{
    struct stat st = { 0 };
    BW_CLEANUP(bw_freep) char *copy = bw_xstrdup(path);
    const char *what = "it";
    if (stat(path, &st) != 0) {
        what = "its folder";
        if (stat(dirname(copy), &st) != 0) {
            return bw_fail(err, BW_ERR_DENIED, "permission denied for '%s'", path);
        }
    }
    if ((st.st_mode & S_IRWXG) == 0) {
        return bw_fail(err, BW_ERR_DENIED,
                       "permission denied for '%s': %s is open to its owner alone", path, what);
    }
    const struct group *group = getgrgid(st.st_gid);
    return bw_fail(err, BW_ERR_DENIED,
                   "permission denied for '%s': %s is open to members of the group '%s'", path,
                   what, group == NULL ? "?" : group->gr_name);
}

static enum bw_err absent(const char *path, int why, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_NET,
                   "no daemon answers at '%s': %s; is basewatchd running? (--socket "
                   "names another place)",
                   path, strerror(why));
}

static enum bw_err late(const struct exchange *exchange, struct bw_error *err)
{
    char limit[BW_INSTANT_TEXT];
    return bw_fail(err, BW_ERR_TIMEOUT, "the daemon at '%s' has not answered within %s",
                   exchange->path, bw_duration_format(exchange->timeout_ms, limit));
}

static enum bw_err broken(const struct exchange *exchange, int why, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_NET, "the daemon at '%s' broke the connection: %s", exchange->path,
                   strerror(why));
}

static enum bw_err connect_to(struct exchange *exchange, struct bw_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(exchange->path) >= sizeof(address.sun_path)) {
        return bw_fail(err, BW_ERR_INVALID, "'%.200s' is too long for a socket's path (%zu bytes)",
                       exchange->path, sizeof(address.sun_path) - 1);
    }
    (void)strcpy(address.sun_path, exchange->path);
    exchange->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (exchange->fd < 0) {
        return absent(exchange->path, errno, err);
    }
    /* A full backlog makes connect() wait: this limits it (unix(7)). */
    struct timeval limit = { .tv_sec = exchange->timeout_ms / 1000,
                             .tv_usec = exchange->timeout_ms % 1000 * 1000 };
    (void)setsockopt(exchange->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(exchange->fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        return BW_OK;
    }
    int why = errno;
    if (why == EACCES || why == EPERM) {
        return denied(exchange->path, err);
    }
    return why == EAGAIN ? late(exchange, err) : absent(exchange->path, why, err);
}

static enum bw_err wait_for(const struct exchange *exchange, short events, struct bw_error *err)
{
    for (;;) {
        int64_t left_ms = exchange->deadline_ms - bw_clock_monotonic_ms();
        if (left_ms <= 0) {
            return late(exchange, err);
        }
        struct pollfd pollers[] = { { .fd = exchange->fd, .events = events },
                                    { .fd = exchange->wake_fd, .events = POLLIN } };
        int ready = poll(pollers, 2, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
        if (ready > 0 && pollers[0].revents == 0) {
            return bw_fail(err, BW_ERR_TIMEOUT, "a signal came before the daemon's answer");
        }
        if (ready > 0) {
            return BW_OK;
        }
        if (ready < 0 && errno != EINTR) {
            return broken(exchange, errno, err);
        }
    }
}

static enum bw_err send_request(const struct exchange *exchange,
                                const struct bw_client_request *request, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_str_appendf(&text, "%s %s HTTP/1.0\r\nHost: localhost\r\nUser-Agent: basewatch/%s\r\n",
                   request->method, request->target, BW_VERSION);
    if (request->body != NULL) {
        bw_str_appendf(&text, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                       request->type != NULL ? request->type : "application/json",
                       strlen(request->body));
    }
    bw_str_append(&text, "\r\n");
    bw_str_append(&text, request->body != NULL ? request->body : "");
    for (size_t at = 0; at < text.size;) {
        ssize_t sent =
            send(exchange->fd, text.text + at, text.size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            at += (size_t)sent;
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET) {
            return BW_OK; /* it may have answered before it hung up: too large, not permitted */
        }
        if (errno != EAGAIN && errno != EINTR) {
            return broken(exchange, errno, err);
        }
        enum bw_err rc = wait_for(exchange, POLLOUT, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err not_basewatchd(const char *path, const char *why, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_INVALID, "what answers at '%s' is not basewatchd: %s", path, why);
}

/* Take note of the head once its empty line is there. */
static enum bw_err read_head(struct answer *answer, const char *path, struct bw_error *err)
{
    const struct bw_str *bytes = &answer->bytes;
    const char *end = memmem(bytes->text, bytes->size, "\r\n\r\n", 4);
    if (end == NULL) {
        return bytes->size <= BW_CLIENT_HEAD_MAX ? BW_OK
                                                 : not_basewatchd(path, "no HTTP answer", err);
    }
    BW_CLEANUP(bw_freep) char *head = bw_xstrndup(bytes->text, (size_t)(end - bytes->text));
    if (sscanf(head, "HTTP/1.%*1[01] %3d", &answer->status) != 1 || answer->status < 100) {
        return not_basewatchd(path, "no HTTP answer", err);
    }
    if (strcasestr(head, "\r\ntransfer-encoding:") != NULL) {
        return not_basewatchd(path, "it answers HTTP/1.0 in chunks", err);
    }
    const char *announced = strcasestr(head, "\r\ncontent-length:");
    if (announced != NULL) {
        announced += strlen("\r\ncontent-length:");
        answer->body_size = strtoll(announced, NULL, 10);
        if (answer->body_size < 0 || strpbrk(announced, "0123456789") == NULL) {
            return not_basewatchd(path, "its Content-Length is no size", err);
        }
    }
    answer->head_size = (size_t)(end - bytes->text) + 4;
    return BW_OK;
}

static bool is_complete(const struct answer *answer)
{
    return answer->head_size > 0 && answer->body_size >= 0 &&
           answer->bytes.size - answer->head_size >= (size_t)answer->body_size;
}

static enum bw_err check_size(const struct answer *answer, const char *path, struct bw_error *err)
{
    if (answer->body_size > BW_CLIENT_BODY_MAX ||
        answer->bytes.size > (size_t)BW_CLIENT_HEAD_MAX + BW_CLIENT_BODY_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "the answer of the daemon at '%s' is above %d MiB", path,
                       BW_CLIENT_BODY_MAX / 1024 / 1024);
    }
    return BW_OK;
}

/* An end that comes early: with nothing said, after half a head, or inside the body. */
static enum bw_err check_whole(const struct answer *answer, const char *path, struct bw_error *err)
{
    if (answer->bytes.size == 0) {
        return bw_fail(err, BW_ERR_NET, "the daemon at '%s' hung up without an answer", path);
    }
    if (answer->head_size == 0) {
        return not_basewatchd(path, "no HTTP answer", err);
    }
    if (answer->body_size >= 0 && !is_complete(answer)) {
        return bw_fail(err, BW_ERR_NET, "the answer of the daemon at '%s' was cut short", path);
    }
    return BW_OK;
}

static enum bw_err read_answer(const struct exchange *exchange, struct answer *answer,
                               struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && !is_complete(answer)) {
        char some[READ_BYTES];
        ssize_t got = recv(exchange->fd, some, sizeof(some), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) {
            return check_whole(answer, exchange->path, err);
        }
        if (got > 0) {
            bw_str_append_bytes(&answer->bytes, some, (size_t)got);
            rc = answer->head_size == 0 ? read_head(answer, exchange->path, err) : BW_OK;
            rc = rc == BW_OK ? check_size(answer, exchange->path, err) : rc;
        } else if (errno == EAGAIN || errno == EINTR) {
            rc = wait_for(exchange, POLLIN, err);
        } else {
            rc = broken(exchange, errno, err);
        }
    }
    return rc;
}

/* RFC 9457: the detail for people, then the first place that is complained about. */
static enum bw_err problem(int status, const struct bw_json *document, struct bw_error *err)
{
    enum bw_err code = status == 400 || status == 422 ? BW_ERR_INVALID
                       : status == 403                ? BW_ERR_DENIED
                       : status == 404                ? BW_ERR_NOTFOUND
                       : status == 409                ? BW_ERR_CONFLICT
                                                      : BW_ERR_REFUSED;
    const char *title = bw_json_text(bw_json_get(document, "title"), NULL);
    const char *detail = bw_json_text(bw_json_get(document, "detail"), title);
    if (detail == NULL) {
        return bw_fail(err, code, "the daemon answered with status %d", status);
    }
    const struct bw_json *first = bw_json_first(bw_json_get(document, "errors"));
    const char *where = bw_json_text(bw_json_get(first, "pointer"), NULL);
    if (where == NULL) {
        return bw_fail(err, code, "%s", detail);
    }
    return bw_fail(err, code, "%s; %s: %s", detail, where,
                   bw_json_text(bw_json_get(first, "detail"), "not valid"));
}

static enum bw_err understand(const struct answer *answer, const char *path, struct bw_json **out,
                              struct bw_error *err)
{
    size_t size =
        answer->body_size >= 0 ? (size_t)answer->body_size : answer->bytes.size - answer->head_size;
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    enum bw_err rc = BW_OK;
    if (size > 0) {
        rc = bw_json_parse(answer->bytes.text + answer->head_size, size, &document, err);
    }
    if (answer->status < 200 || answer->status > 299) {
        return problem(answer->status, document, err);
    }
    if (rc != BW_OK) {
        return not_basewatchd(path, "its answer is not JSON", err);
    }
    *out = BW_TAKE(document);
    return BW_OK;
}
