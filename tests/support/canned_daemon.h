/* tests/support/canned_daemon.h: a Unix socket that speaks HTTP in a thread of the test: real bytes on
 * a real socket, answers by the script. */
#ifndef BW_TESTS_CANNED_DAEMON_H
#define BW_TESTS_CANNED_DAEMON_H

struct canned_reply {
    const char *request; /* "GET /v1/status"; NULL ends the script */
    const char *answer;  /* a JSON body for a 200, or a whole answer that begins with "HTTP/", or
                          * CANNED_HANG, CANNED_FLOOD, CANNED_RAW and the bytes */
};

#define CANNED_HANG "hang"   /* read, and never answer */
#define CANNED_FLOOD "flood" /* a body without end */
#define CANNED_RAW "raw:"    /* the bytes that follow, as they are */

struct canned_daemon;

/* Listen on a socket in a new folder and name it in $BASEWATCH_SOCKET. The script is borrowed.
 * A request that is not in the script is answered with a 404 problem. */
struct canned_daemon *canned_start(const struct canned_reply *script);
const char *canned_folder(const struct canned_daemon *daemon);
/* All bytes of the requests so far. */
const char *canned_received(const struct canned_daemon *daemon);
void canned_stop(struct canned_daemon *daemon);
#endif
