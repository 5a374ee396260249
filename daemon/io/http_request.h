/* daemon/io/http_request.h: what is asked of an HTTP server. */
#ifndef BW_IO_HTTP_REQUEST_H
#define BW_IO_HTTP_REQUEST_H
#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/error.h"
#include "base/vec.h"

enum { BW_HTTP_CONNECT_MS = 10 * 1000 };

struct bw_http_request {
    char *method;             /* GET, POST, ... */
    char *url;                /* http or https */
    struct bw_names headers;  /* "Name: value" */
    char *body;               /* NULL: none */
    size_t body_bytes;
    char *userpwd;            /* basic, or "key:secret" for sigv4; NULL: none */
    char *sigv4; /* CURLOPT_AWS_SIGV4, e.g. "aws:amz:us-east-1:bedrock"; NULL: none. The
                  * query has to come sorted and encoded as AWS signs it */
    int64_t timeout_ms;       /* whole transfer, from the moment it no longer waits for its turn */
    int64_t max_bytes;        /* above 0; a larger body, unpacked, fails the transfer */
    bool follow_in_origin;    /* redirects inside scheme, host and port are followed; else never */
    bool allow_private;       /* link-local and cloud metadata addresses; else refused */
};

/* Ownership: a zeroed value may be cleared. */
void bw_http_request_clear(struct bw_http_request *request);

/* Refuse what must not be sent: a scheme other than http and https, a header of two lines, a
 * private address. *origin: scheme://host[:port], in lower case, with the port only when it is not
 * the scheme's. Ownership: *origin is the caller's. Errors: BW_ERR_INVALID, BW_ERR_DENIED; the
 * sentence names nothing of the URL but its origin. */
BW_MUST_CHECK enum bw_err bw_http_request_check(const struct bw_http_request *request,
                                                char **origin, struct bw_error *err);

/* Set all that the request says on a fresh easy handle.
 * Ownership: request is borrowed for the transfer; *headers is the caller's, who keeps it as long
 * and releases it with curl_slist_free_all(). */
void bw_http_request_prepare(const struct bw_http_request *request, CURL *easy,
                             struct curl_slist **headers);

/* The request goes on to target when that lies inside origin; false, and unchanged, when not. */
bool bw_http_request_redirect(struct bw_http_request *request, const char *origin, int status,
                              const char *target);
#endif
