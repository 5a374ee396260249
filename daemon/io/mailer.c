/* daemon/io/mailer.c: see mailer.h. */
#include "io/mailer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/multi.h"

enum { CONNECTIONS_MAX = 4, PER_HOST_MAX = 2, CONNECT_MS = 10 * 1000 };

struct bw_mail_job {
    struct bw_mailer *mailer;
    CURL *easy;
    struct curl_slist *to;
    struct bw_str text; /* as it is sent */
    size_t sent;
    curl_socket_t socket; /* that was opened last */
    char *host; /* scheme://host[:port], for messages */
    bw_mail_done done;
    void *context;
    char why[CURL_ERROR_SIZE];
};

struct bw_mailer {
    struct bw_multi *multi;
    struct bw_ids sockets; /* those that libcurl has not closed yet */
};

static void on_finished(void *context, CURL *easy, CURLcode result);
static void on_closed(void *context);
static size_t on_read(char *out, size_t size, size_t count, void *context);
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address);
static int on_close_socket(void *context, curl_socket_t socket);
static void hang_up(const struct bw_mail_job *job);
static char *url_with_our_name(const char *url);
static bool is_this_host(const char *host);
static void prepare(struct bw_mail_job *job, const struct bw_mail_order *order);
static void append_address(struct curl_slist **list, const char *text);
static void set(CURLcode rc);
static void job_free(struct bw_mail_job *job);

enum bw_err bw_mailer_new(uv_loop_t *loop, struct bw_mailer **out, struct bw_error *err)
{
    struct bw_mailer *mailer = bw_xcalloc(1, sizeof(*mailer));
    enum bw_err rc = bw_multi_new(loop, CONNECTIONS_MAX, PER_HOST_MAX, on_finished, mailer,
                                  &mailer->multi, err);
    if (rc != BW_OK) {
        free(mailer);
        return rc;
    }
    *out = mailer;
    return BW_OK;
}

struct bw_mail_job *bw_mailer_send(struct bw_mailer *mailer, const struct bw_mail_order *order,
                                   bw_mail_done done, void *context)
{
    struct bw_mail_job *job = bw_xcalloc(1, sizeof(*job));
    const char *host = strstr(order->url, "://");
    size_t scheme = host == NULL ? 0 : (size_t)(host - order->url) + 3;
    job->mailer = mailer;
    job->socket = CURL_SOCKET_BAD;
    job->host = bw_xstrndup(order->url, scheme + strcspn(order->url + scheme, "/?#"));
    job->done = done;
    job->context = context;
    bw_mail_compose(order->mail, order->message_id, order->instance, bw_clock_now_ms(),
                    &job->text);
    job->easy = curl_easy_init();
    if (job->easy == NULL) {
        abort();
    }
    prepare(job, order);
    bw_multi_add(mailer->multi, job->easy);
    return job;
}

void bw_mailer_cancel(struct bw_mail_job *job)
{
    hang_up(job);
    bw_multi_remove(job->mailer->multi, job->easy);
    job_free(job);
}

void bw_mailer_close(struct bw_mailer *mailer)
{
    bw_multi_close(mailer->multi, on_closed, mailer);
}

static void on_finished(void *context, CURL *easy, CURLcode result)
{
    (void)context;
    struct bw_mail_job *job = NULL;
    long code = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&job);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    int status = result == CURLE_OK ? 250 : code >= 400 ? (int)code : 0;
    BW_CLEANUP(bw_freep) char *error = NULL;
    if (result != CURLE_OK && status != 0) {
        error = bw_xasprintf("%s: the mail server answered %d", job->host, status);
    } else if (result != CURLE_OK) {
        error = bw_xasprintf("%s: %s", job->host,
                             job->why[0] != '\0' ? job->why : curl_easy_strerror(result));
    }
    bw_mail_done done = job->done;
    void *owner = job->context;
    hang_up(job);
    job_free(job);
    done(owner, status, error);
}

static void on_closed(void *context)
{
    struct bw_mailer *mailer = context;
    bw_ids_clear(&mailer->sockets);
    free(mailer);
}

static size_t on_read(char *out, size_t size, size_t count, void *context)
{
    struct bw_mail_job *job = context;
    size_t left = job->text.size - job->sent;
    size_t take = size * count < left ? size * count : left;
    memcpy(out, job->text.text + job->sent, take);
    job->sent += take;
    return take;
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    (void)purpose;
    struct bw_mail_job *job = context;
    job->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (job->socket != CURL_SOCKET_BAD) {
        BW_VEC_PUSH(&job->mailer->sockets, job->socket);
    }
    return job->socket;
}

static int on_close_socket(void *context, curl_socket_t socket)
{
    struct bw_mailer *mailer = context;
    BW_VEC_EACH(int64_t, open, &mailer->sockets)
    {
        if (*open == socket) {
            *open = mailer->sockets.items[--mailer->sockets.count];
            break;
        }
    }
    return close(socket);
}

/* Before it lets go of a connection libcurl says QUIT and waits for the answer, with the whole
 * loop, for up to two minutes. To a socket that is shut down it does not. */
static void hang_up(const struct bw_mail_job *job)
{
    BW_VEC_EACH(int64_t, open, &job->mailer->sockets)
    {
        if (*open == job->socket) {
            (void)shutdown(job->socket, SHUT_RDWR);
        }
    }
}

/* The path of an SMTP URL is what EHLO says; libcurl would say "localhost". */
static char *url_with_our_name(const char *url)
{
    char name[256] = "localhost";
    const char *host = strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    if (path != NULL && path[1] != '\0') {
        return bw_xstrdup(url);
    }
    (void)gethostname(name, sizeof(name) - 1);
    return bw_xasprintf("%s%s%s", url, path == NULL ? "/" : "", name);
}

static bool is_this_host(const char *host)
{
    const char *name = strstr(host, "://");
    name = name == NULL ? host : name + 3;
    size_t size = name[0] == '[' ? strcspn(name, "]") + 1 : strcspn(name, ":");
    return strncmp(name, "localhost", size > 9 ? size : 9) == 0 ||
           strncmp(name, "[::1]", size > 5 ? size : 5) == 0 ||
           (strncmp(name, "127.", 4) == 0 && strspn(name, "0123456789.") == size);
}

static void prepare(struct bw_mail_job *job, const struct bw_mail_order *order)
{
    CURL *easy = job->easy;
    bool lax = order->mail->plain && (order->userpwd == NULL || is_this_host(job->host));
    BW_CLEANUP(bw_freep) char *url = url_with_our_name(order->url);
    BW_CLEANUP(bw_freep) char *from = bw_mail_address(order->mail->from);
    BW_VEC_EACH(char *, address, &order->mail->to)
    {
        append_address(&job->to, *address);
    }
    set(curl_easy_setopt(easy, CURLOPT_URL, url));
    set(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps"));
    set(curl_easy_setopt(easy, CURLOPT_PROXY, ""));
    set(curl_easy_setopt(easy, CURLOPT_USE_SSL, lax ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL));
    set(curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from));
    set(curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, job->to));
    set(curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L));
    set(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket));
    set(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job));
    set(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket));
    set(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, job->mailer));
    set(curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read));
    set(curl_easy_setopt(easy, CURLOPT_READDATA, job));
    set(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    set(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L)); /* as for HTTP: no wait for a resolver */
    set(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS));
    set(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)order->timeout_ms));
    set(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->why));
    set(curl_easy_setopt(easy, CURLOPT_PRIVATE, job));
    if (order->userpwd != NULL) {
        set(curl_easy_setopt(easy, CURLOPT_USERPWD, order->userpwd));
    }
}

static void append_address(struct curl_slist **list, const char *text)
{
    BW_CLEANUP(bw_freep) char *bare = bw_mail_address(text);
    *list = curl_slist_append(*list, bare);
    if (*list == NULL) {
        abort();
    }
}

/* As with a request over HTTP: what comes from outside has been bounded, so only memory is missing.
 */
static void set(CURLcode rc)
{
    if (rc != CURLE_OK) {
        abort();
    }
}

static void job_free(struct bw_mail_job *job)
{
    curl_easy_cleanup(job->easy);
    curl_slist_free_all(job->to);
    bw_str_clear(&job->text);
    free(job->host);
    free(job);
}
