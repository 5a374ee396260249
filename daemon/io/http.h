/* daemon/io/http.h: HTTP transfers on the loop: libcurl's multi interface driven by libuv. */
#ifndef BW_IO_HTTP_H
#define BW_IO_HTTP_H
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "base/error.h"
#include "base/vec.h"

struct bw_http;     /* one per loop */
struct bw_transfer; /* one request in flight or waiting */

struct bw_http_request {
    char *method;             /* GET, POST, ... */
    char *url;                /* http or https */
    struct bw_names headers;  /* "Name: value" */
    char *body;               /* NULL: none */
    size_t body_bytes;
    char *userpwd;            /* basic, or "key:secret" for sigv4; NULL: none */
    char *sigv4;              /* CURLOPT_AWS_SIGV4, e.g. "aws:amz:us-east-1:bedrock"; NULL: none */
    int64_t timeout_ms;       /* whole transfer */
    int64_t max_bytes;        /* a larger body fails the transfer */
    bool follow_in_origin;    /* redirects inside scheme, host and port are followed; else never */
    bool allow_private;       /* link-local and cloud metadata addresses; else refused */
};

struct bw_http_answer {
    enum bw_err code;       /* BW_OK: an answer came, whatever its status */
    int status;
    struct bw_names headers; /* "name: value", names in lower case */
    char *body;              /* NUL-terminated as a courtesy; body_bytes counts */
    size_t body_bytes;
    int64_t retry_after_ms;  /* Retry-After, seconds or date, or retry-after-ms; 0: not said */
    char error[256];         /* code != BW_OK: one line with scheme and host only, no secret */
};

/* The answer belongs to the callback, to release with bw_http_answer_clear(). */
typedef void (*bw_http_done)(void *context, struct bw_http_answer *answer);

/* Ownership: loop is borrowed. At most `parallel` transfers run at once (PERF: 16), and `per_host`
 * to one host; others wait in order. Errors: BW_ERR_NET when libcurl does not start. */
BW_MUST_CHECK enum bw_err bw_http_new(uv_loop_t *loop, int parallel, int per_host,
                                      struct bw_http **out, struct bw_error *err);

/* Start, or queue. done is called once, never from inside this call. Takes the request's contents.
 * Ownership: the transfer is gone when done returns or bw_http_cancel() does. */
struct bw_transfer *bw_http_start(struct bw_http *http, struct bw_http_request *request,
                                  bw_http_done done, void *context);
void bw_http_cancel(struct bw_transfer *transfer); /* done is not called */

/* Close the handles; the object is freed in the last close callback. Transfers still in flight are
 * cancelled. */
void bw_http_close(struct bw_http *http);

void bw_http_request_clear(struct bw_http_request *request);
void bw_http_answer_clear(struct bw_http_answer *answer);
const char *bw_http_header(const struct bw_http_answer *answer, const char *name); /* lower case */
#endif
