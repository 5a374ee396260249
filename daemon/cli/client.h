/* daemon/cli/client.h: one question to the daemon, one answer: HTTP/1.0 over its Unix socket. */
#ifndef BW_CLI_CLIENT_H
#define BW_CLI_CLIENT_H
#include "codec/json.h"

#define BW_CLIENT_TIMEOUT_MS INT64_C(30000)

enum {
    BW_CLIENT_HEAD_MAX = 16 * 1024,
    BW_CLIENT_BODY_MAX = 64 * 1024 * 1024,
};

struct bw_client_request {
    const char *method;
    const char *target; /* path and query, percent-encoded */
    const char *type;   /* of the body; NULL: application/json */
    const char *body;   /* NULL: none */
    int64_t timeout_ms; /* for the whole exchange; 0: BW_CLIENT_TIMEOUT_MS */
    int wake_fd;        /* give up once it is readable; 0: none */
};

/* Where the daemon listens: what was set, else $BASEWATCH_SOCKET, else its usual place. The path
 * set goes into the environment, so that helper programs find the same daemon. */
void bw_client_set_socket(const char *path);
const char *bw_client_socket(void);

/* Ask. *out is the answer's document, NULL when the daemon answered without one.
 * Ownership: *out is the caller's.
 * Errors: BW_ERR_NET no daemon answers, BW_ERR_DENIED, BW_ERR_TIMEOUT (also when woken),
 * BW_ERR_TOOBIG, BW_ERR_INVALID for an answer that is none; what the daemon refuses comes in its
 * own words: BW_ERR_INVALID, BW_ERR_DENIED, BW_ERR_NOTFOUND, BW_ERR_CONFLICT, else
 * BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_client_ask(const struct bw_client_request *request,
                                        struct bw_json **out, struct bw_error *err);

/* Append text percent-encoded, as one segment of a path. */
void bw_client_add_segment(struct bw_str *target, const char *text);
/* Append a query parameter; NULL appends nothing. */
void bw_client_add_query(struct bw_str *target, const char *name, const char *text);
#endif
