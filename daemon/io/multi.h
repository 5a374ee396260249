/* daemon/io/multi.h: libcurl's multi handle driven by a libuv loop: one poll handle for each socket
 * that libcurl waits on, and one timer. */
#ifndef BW_IO_MULTI_H
#define BW_IO_MULTI_H
#include <curl/curl.h>
#include <uv.h>

#include "base/error.h"

struct bw_multi;

/* An easy handle has finished and been removed. It may be added again, others may be added and
 * removed, and the multi closed, from inside. */
typedef void (*bw_multi_finished)(void *context, CURL *easy, CURLcode result);
typedef void (*bw_multi_closed)(void *context);

/* Ownership: loop is borrowed; *out is the caller's, to give up with bw_multi_close().
 * Errors: BW_ERR_NET when libcurl does not start. */
BW_MUST_CHECK enum bw_err bw_multi_new(uv_loop_t *loop, long connections, long per_host,
                                       bw_multi_finished on_finished, void *context,
                                       struct bw_multi **out, struct bw_error *err);

/* Start a prepared easy handle, which stays the caller's. on_finished is never called from inside.
 */
void bw_multi_add(struct bw_multi *multi, CURL *easy);
void bw_multi_remove(struct bw_multi *multi, CURL *easy);

/* Close connections and handles; no easy handle may be left in it. on_closed comes from the loop
 * when all is gone. */
void bw_multi_close(struct bw_multi *multi, bw_multi_closed on_closed, void *context);
#endif
