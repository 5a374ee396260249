/* daemon/cli/hook_server.h: a small HTTP server for webhooks: one process, poll(2), nothing to set
 * up. At most 32 peers at once; one that stalls is dropped after 30 seconds. */
#ifndef BW_CLI_HOOK_SERVER_H
#define BW_CLI_HOOK_SERVER_H
#include "base/error.h"
#include "cli/hook_request.h"

struct bw_hook_server;

/* Judge a whole request; returns the status to answer with: 204, 400 or 401. */
typedef int (*bw_hook_handler)(void *context, const struct bw_hook_request *request);

/* Listen on a numeric address; port 0 picks a free one. Requests that are no requests are answered
 * here and named on stderr. Ownership: *out is the caller's. Errors: BW_ERR_INVALID, BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_hook_server_new(const char *address, int port, bw_hook_handler handler,
                                             void *context, struct bw_hook_server **out,
                                             struct bw_error *err);
void bw_hook_server_free(struct bw_hook_server *server);
BW_DEFINE_FREEP(bw_hook_server)
int bw_hook_server_port(const struct bw_hook_server *server);

/* Serve until stop_fd is readable or a handler has called bw_hook_server_stop(). */
BW_MUST_CHECK enum bw_err bw_hook_server_run(struct bw_hook_server *server, int stop_fd,
                                             struct bw_error *err);
void bw_hook_server_stop(struct bw_hook_server *server);
#endif
