/* daemon/cli/hook_request.h: one HTTP/1.x request that brings a webhook, read from the bytes that
 * have come so far. No sockets here. */
#ifndef BW_CLI_HOOK_REQUEST_H
#define BW_CLI_HOOK_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

#include "codec/webhook_sign.h"

enum { BW_HOOK_HEAD_MAX = 16 * 1024, BW_HOOK_BODY_MAX = 1024 * 1024 };

enum bw_hook_outcome {
    BW_HOOK_MORE,  /* not yet whole */
    BW_HOOK_WHOLE, /* status is 0 */
    BW_HOOK_BAD,   /* answer with status and close */
};

struct bw_hook_request {
    int status;
    const char *why; /* BAD: for the operator */
    char *head;      /* owned; the headers point into it */
    struct bw_webhook_headers headers;
    char *body; /* owned, NUL-terminated beyond body_bytes */
    size_t body_bytes;
    size_t used;         /* bytes that the request took */
    bool keep_alive;
    bool wants_continue; /* MORE: the peer waits for "100 Continue" */
};

/* Read a request from the start of bytes. Strict: what two readers could read in two ways (both
 * lengths, a repeated header, a folded line) is refused.
 * Ownership: *out is overwritten and the caller's, to release with bw_hook_request_clear(). */
enum bw_hook_outcome bw_hook_request_read(const char *bytes, size_t size,
                                          struct bw_hook_request *out);
void bw_hook_request_clear(struct bw_hook_request *request);
#endif
