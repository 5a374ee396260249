/* daemon/io/control.h: the control socket: HTTP/1.1 on a Unix socket (libmicrohttpd), peers known
 * by SO_PEERCRED. It knows nothing of the API: a request becomes an event, a reply an answer. */
#ifndef BW_IO_CONTROL_H
#define BW_IO_CONTROL_H
#include <uv.h>

#include "base/error.h"
#include "engine/event.h"

struct bw_control;

/* request is owned by the callback, which may reply from inside; it may not close the control. The
 * peer may read; whether it may write is for the router to ask. */
typedef void (*bw_control_request)(void *context, struct bw_request *request);

struct bw_control_options {
    const char *path;        /* of the socket */
    const char *read_group;  /* NULL: only root and our own user */
    const char *write_group; /* NULL: only root and our own user; writers may read */
                             /* The file has one group: read_group, else write_group. Where both
                              * are given, a writer has to be a member of both to reach it. */
    int inherited_fd;        /* a listening socket that is there already; -1: bind path */
    const char *metrics_token; /* inherited_fd is a TCP socket: whoever shows the token may GET
                                * /metrics, and that is all. NULL: a Unix socket, peers have uids */
    uint64_t first_id;         /* of requests: two controls keep theirs apart */
};

enum {
    BW_CONTROL_BODY_MAX = 16 * 1024 * 1024,
    BW_CONTROL_READER_BODY_MAX = 64 * 1024, /* of who may not write: memory is for the trusted */
    BW_CONTROL_IDLE_SEC = 10, /* a silent connection is closed; a waiting reply is not silence */
};

/* Bind with mode 0660 (a stale socket file is replaced, a live one is BW_ERR_EXISTS) and listen.
 * Ownership: loop is borrowed; an inherited_fd is closed with the control, its file stays.
 * Errors: BW_ERR_IO, BW_ERR_EXISTS, BW_ERR_NOTFOUND (a group); the sentence names the path. */
BW_MUST_CHECK enum bw_err bw_control_new(uv_loop_t *loop, const struct bw_control_options *options,
                                         bw_control_request on_request, void *context,
                                         struct bw_control **out, struct bw_error *err);

/* Answer; takes the reply's body. False: the peer has left, and nobody will read it. */
bool bw_control_reply(struct bw_control *control, struct bw_reply *reply);

/* Stop accepting, drop connections, remove the socket file we made; freed in the last close
 * callback. */
void bw_control_close(struct bw_control *control);
#endif
