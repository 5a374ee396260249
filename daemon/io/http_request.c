/* daemon/io/http_request.c: see http_request.h. */
#include "io/http_request.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "io/address.h"

enum { METHOD_MAX = 32, SIGV4_MAX = 512, USERPWD_MAX = 256 * 1024 };

static enum bw_err read_origin(const char *url, char **out, bool *private_host,
                               struct bw_error *err);
static void prepare_body(const struct bw_http_request *request, CURL *easy);
static void prepare_auth(const struct bw_http_request *request, CURL *easy);
static void set(CURLcode rc);
static void append(struct curl_slist **headers, const char *header);

void bw_http_request_clear(struct bw_http_request *request)
{
    free(request->method);
    free(request->url);
    bw_names_clear(&request->headers);
    free(request->body);
    free(request->userpwd);
    free(request->sigv4);
    *request = (struct bw_http_request){ 0 };
}

enum bw_err bw_http_request_check(const struct bw_http_request *request, char **origin,
                                  struct bw_error *err)
{
    assert(request->max_bytes > 0);
    assert(request->timeout_ms > 0);
    BW_CLEANUP(bw_freep) char *text = NULL;
    bool private_host = false;
    enum bw_err rc = read_origin(request->url, &text, &private_host, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (private_host && !request->allow_private) {
        return bw_fail(err, BW_ERR_DENIED, "%s: link-local and metadata addresses are refused",
                       text);
    }
    size_t method = strlen(request->method);
    if (method == 0 || method > METHOD_MAX ||
        strspn(request->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != method) {
        return bw_fail(err, BW_ERR_INVALID, "%s: the method is not a word in capitals", text);
    }
    if (request->sigv4 != NULL &&
        (request->userpwd == NULL || strlen(request->sigv4) > SIGV4_MAX)) {
        return bw_fail(err, BW_ERR_INVALID, "%s: sigv4 needs a key and a name to sign for", text);
    }
    if (request->userpwd != NULL && strlen(request->userpwd) > USERPWD_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "%s: the credential is too long", text);
    }
    BW_VEC_EACH(char *, header, &request->headers) {
        if (strpbrk(*header, "\r\n") != NULL || strchr(*header, ':') == NULL) {
            return bw_fail(err, BW_ERR_INVALID, "%s: a header is not one line of 'Name: value'",
                           text);
        }
    }
    *origin = BW_TAKE(text);
    return BW_OK;
}

void bw_http_request_prepare(const struct bw_http_request *request, CURL *easy,
                             struct curl_slist **headers)
{
    set(curl_easy_setopt(easy, CURLOPT_URL, request->url));
    set(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    set(curl_easy_setopt(easy, CURLOPT_USERAGENT, "basewatch/" BW_VERSION));
    set(curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip"));
    set(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    /* Without it a cancelled transfer would stop the loop until its name is resolved. */
    set(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
    set(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)BW_HTTP_CONNECT_MS));
    set(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms));
    set(curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max_bytes));
    set(curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
    /* A connection that was let through must not serve a request that would not be. */
    set(curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, request->allow_private ? 1L : 0L));

    *headers = NULL;
    /* curl would sign this header, although it only says not to send it. */
    if (request->sigv4 == NULL) {
        append(headers, "Expect:");
    }
    BW_VEC_EACH(char *, header, &request->headers) {
        append(headers, *header);
    }
    set(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers));
    prepare_body(request, easy);
    prepare_auth(request, easy);
}

bool bw_http_request_redirect(struct bw_http_request *request, const char *origin, int status,
                              const char *target)
{
    bool same_method = status == 307 || status == 308 || strcmp(request->method, "GET") == 0 ||
                       strcmp(request->method, "HEAD") == 0;
    BW_CLEANUP(bw_freep) char *there = NULL;
    bool private_host = false;
    if (!request->follow_in_origin || !same_method ||
        read_origin(target, &there, &private_host, NULL) != BW_OK || strcmp(there, origin) != 0) {
        return false;
    }
    bw_replace(&request->url, target);
    return true;
}

/* *out is written on success alone; a message names no part of a URL that may hold a secret. */
static enum bw_err read_origin(const char *url, char **out, bool *private_host,
                               struct bw_error *err)
{
    CURLU *parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    CURLUcode rc =
        parts == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(parts, CURLUPART_URL, url, 0);
    rc = rc != CURLUE_OK ? rc : curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
    rc = rc != CURLUE_OK ? rc : curl_url_get(parts, CURLUPART_HOST, &host, 0);
    if (rc == CURLUE_OK && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
        rc = CURLUE_UNSUPPORTED_SCHEME;
    }
    if (rc == CURLUE_OK) {
        for (char *c = host; *c != '\0'; c++) {
            *c = (char)tolower((unsigned char)*c);
        }
        (void)curl_url_get(parts, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
        *private_host = bw_address_host_is_private(host);
        *out = bw_xasprintf("%s://%s%s%s", scheme, host, port == NULL ? "" : ":",
                            port == NULL ? "" : port);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return rc == CURLUE_OK ? BW_OK
                           : bw_fail(err, BW_ERR_INVALID,
                                     "the URL cannot be used: %s; http://HOST or "
                                     "https://HOST is expected",
                                     curl_url_strerror(rc));
}

/* A method that usually has a body says so when it has none: Content-Length: 0. */
static void prepare_body(const struct bw_http_request *request, CURL *easy)
{
    const char *method = request->method;
    bool has_body = request->body != NULL || strcmp(method, "POST") == 0 ||
                    strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    if (has_body) {
        set(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes));
        set(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body));
    }
    if (strcmp(method, "HEAD") == 0) {
        set(curl_easy_setopt(easy, CURLOPT_NOBODY, 1L));
    } else {
        set(curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method));
    }
}

/* With sigv4 the secret signs and is not sent. */
static void prepare_auth(const struct bw_http_request *request, CURL *easy)
{
    if (request->sigv4 != NULL) {
        set(curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, request->sigv4));
    } else if (request->userpwd != NULL) {
        set(curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC));
    }
    if (request->userpwd != NULL) {
        set(curl_easy_setopt(easy, CURLOPT_USERPWD, request->userpwd));
    }
}

/* A request that lacks one of its options would be another request. The check has bounded what
 * comes from outside, so only memory can be missing, and then we end as bw_xcalloc() does. */
static void set(CURLcode rc)
{
    if (rc != CURLE_OK) {
        abort();
    }
}

static void append(struct curl_slist **headers, const char *header)
{
    *headers = curl_slist_append(*headers, header);
    if (*headers == NULL) {
        abort();
    }
}
