/* daemon/io/peers.h: who is connected to the control socket: what each may do, how long each may
 * take, and who yields when many hold on to what there is. */
#ifndef BW_IO_PEERS_H
#define BW_IO_PEERS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "base/error.h"

enum {
    BW_PEERS_MAX = 64,          /* connections; one is kept free, to hear who comes */
    BW_PEERS_OF_A_USER_MAX = 32,
    BW_PEERS_RESERVED = 8,      /* for root and our own user, whom the above does not bind */
    BW_PEERS_RECEIVE_SEC = 15,  /* a request has to be complete, however it trickles in */
};

struct bw_peer { /* one connection */
    TAILQ_ENTRY(bw_peer) link;
    int fd;
    uid_t uid;
    bool trusted; /* root, or our own user */
    bool may_read;
    bool may_write;
    bool leaving;          /* we have hung up */
    int64_t receive_by_ms; /* of the loop's clock; INT64_MAX: a request is being answered */
};

struct bw_peers {
    TAILQ_HEAD(, bw_peer) all; /* in order of arrival */
    gid_t read_group;
    gid_t write_group;
    bool anonymous; /* nobody has a uid: a TCP socket */
};

/* Either group may be NULL: only root and our own user. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_peers_init(struct bw_peers *peers, const char *read_group,
                                        const char *write_group, bool anonymous,
                                        struct bw_error *err);

/* Somebody came: who that is, and with whom we hang up for it. A user with more than its share, or
 * else the one with the most, loses the connection that has been silent since it came first.
 * Ownership: until bw_peers_remove(). */
struct bw_peer *bw_peers_add(struct bw_peers *peers, int fd, int64_t now_ms);
void bw_peers_remove(struct bw_peers *peers, struct bw_peer *peer);

/* It sends its next request; it waits for our answer. */
void bw_peer_receives(struct bw_peer *peer, int64_t now_ms);
void bw_peer_waits(struct bw_peer *peer);

/* Hang up on who is overdue. Returns when the next one will be; INT64_MAX: nobody. */
int64_t bw_peers_hang_up_overdue(struct bw_peers *peers, int64_t now_ms);
#endif
