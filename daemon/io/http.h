/* daemon/io/http.h: HTTP transfers on the loop. http and https only; the proxy is what the usual
 * environment variables say. One per loop; SIGPIPE is ignored from its creation on. */
#ifndef BW_IO_HTTP_H
#define BW_IO_HTTP_H
#include <uv.h>

#include "base/error.h"
#include "io/http_answer.h"
#include "io/http_request.h"

struct bw_http;
struct bw_transfer; /* one request in flight or waiting */

enum {
    BW_HTTP_HEAD_MAX = 64 * 1024, /* a longer head fails the transfer */
    BW_HTTP_REDIRECTS_MAX = 5,
};

/* The answer belongs to the callback, to release with bw_http_answer_clear(). Its code:
 * BW_ERR_INVALID (the request), BW_ERR_DENIED (a private address), BW_ERR_TOOBIG, BW_ERR_TIMEOUT,
 * BW_ERR_NET. A redirect that is not followed is an answer like any other. */
typedef void (*bw_http_done)(void *context, struct bw_http_answer *answer);

/* Ownership: loop is borrowed. At most `parallel` transfers run at once, and `per_host` to one
 * origin; others wait in the order of their origin, and the origins take turns.
 * Errors: BW_ERR_NET when libcurl does not start. */
BW_MUST_CHECK enum bw_err bw_http_new(uv_loop_t *loop, int parallel, int per_host,
                                      struct bw_http **out, struct bw_error *err);

/* Start, or queue. done is called once, never from inside this call. Takes the request's contents.
 * Ownership: the transfer is gone when done is called or bw_http_cancel() returns. */
struct bw_transfer *bw_http_start(struct bw_http *http, struct bw_http_request *request,
                                  bw_http_done done, void *context);

/* A transfer that fails before it begins: done gets err in one of the next turns of the loop, so
 * that a caller whose preparations fail has one way of ending only. */
struct bw_transfer *bw_http_fail(struct bw_http *http, const struct bw_error *err,
                                 bw_http_done done, void *context);

void bw_http_cancel(struct bw_transfer *transfer); /* done is not called */

/* Close the handles; the object is freed in the last close callback. Transfers still in flight are
 * cancelled. */
void bw_http_close(struct bw_http *http);
#endif
