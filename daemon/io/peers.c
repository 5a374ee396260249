/* daemon/io/peers.c: see peers.h. */
#include "io/peers.h"

#include <grp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/mem.h"
#include "io/unix_socket.h"

static enum bw_err find_group(const char *name, gid_t *out, struct bw_error *err)
{
    *out = BW_NO_GROUP;
    if (name == NULL) {
        return BW_OK;
    }
    const struct group *group = getgrnam(name);
    if (group == NULL) {
        return bw_fail(err, BW_ERR_NOTFOUND, "control socket: there is no group '%s'", name);
    }
    *out = group->gr_gid;
    return BW_OK;
}

enum bw_err bw_peers_init(struct bw_peers *peers, const char *read_group, const char *write_group,
                          bool anonymous, struct bw_error *err)
{
    TAILQ_INIT(&peers->all);
    peers->anonymous = anonymous;
    enum bw_err rc = find_group(read_group, &peers->read_group, err);
    return rc == BW_OK ? find_group(write_group, &peers->write_group, err) : rc;
}

static void identify(const struct bw_peers *peers, struct bw_peer *peer)
{
    bool known = !peers->anonymous && bw_unix_socket_peer(peer->fd, &peer->uid);
    peer->trusted = known && (peer->uid == 0 || peer->uid == geteuid());
    peer->may_write =
        peer->trusted || (known && bw_unix_socket_peer_in(peer->fd, peers->write_group));
    peer->may_read =
        peer->may_write || (known && bw_unix_socket_peer_in(peer->fd, peers->read_group));
}

/* A request that is there and not yet read is no silence. */
static bool is_silent(const struct bw_peer *peer)
{
    struct pollfd fd = { .fd = peer->fd, .events = POLLIN };
    return peer->receive_by_ms != INT64_MAX && poll(&fd, 1, 0) == 0;
}

static int count(const struct bw_peers *peers, bool common, const uid_t *uid)
{
    int held = 0;
    const struct bw_peer *peer = NULL;
    TAILQ_FOREACH(peer, &peers->all, link) {
        held += !peer->leaving && (!common || !peer->trusted) && (uid == NULL || peer->uid == *uid);
    }
    return held;
}

/* The oldest silent connection of the user that has the most of them; common: not of the trusted.
 * NULL: everybody is at work. */
static struct bw_peer *of_the_greediest(struct bw_peers *peers, bool common)
{
    struct bw_peer *found = NULL;
    int most = 0;
    struct bw_peer *peer = NULL;
    TAILQ_FOREACH(peer, &peers->all, link) {
        if (peer->leaving || (common && peer->trusted) || !is_silent(peer)) {
            continue;
        }
        int held = count(peers, false, &peer->uid);
        found = held > most ? peer : found;
        most = held > most ? held : most;
    }
    return found;
}

static struct bw_peer *oldest_of(struct bw_peers *peers, uid_t uid)
{
    struct bw_peer *peer = NULL;
    TAILQ_FOREACH(peer, &peers->all, link) {
        if (!peer->leaving && peer->uid == uid && is_silent(peer)) {
            return peer;
        }
    }
    return NULL;
}

/* NULL: there is room for all. Who is bound by the limits and finds nobody silent goes again. */
static struct bw_peer *who_yields(struct bw_peers *peers, struct bw_peer *newcomer)
{
    struct bw_peer *found = NULL;
    if (!newcomer->trusted && count(peers, true, &newcomer->uid) > BW_PEERS_OF_A_USER_MAX) {
        found = oldest_of(peers, newcomer->uid);
        return found == NULL ? newcomer : found;
    }
    if (!newcomer->trusted && count(peers, true, NULL) > BW_PEERS_MAX - BW_PEERS_RESERVED) {
        found = of_the_greediest(peers, true);
        return found == NULL ? newcomer : found;
    }
    if (count(peers, false, NULL) < BW_PEERS_MAX) {
        return NULL;
    }
    found = of_the_greediest(peers, true);
    return found == NULL ? of_the_greediest(peers, false) : found;
}

static void hang_up(struct bw_peer *peer)
{
    (void)shutdown(peer->fd, SHUT_RDWR);
    peer->leaving = true;
}

struct bw_peer *bw_peers_add(struct bw_peers *peers, int fd, int64_t now_ms)
{
    struct bw_peer *peer = bw_xcalloc(1, sizeof(*peer));
    peer->fd = fd;
    identify(peers, peer);
    bw_peer_receives(peer, now_ms);
    TAILQ_INSERT_TAIL(&peers->all, peer, link);
    struct bw_peer *yields = who_yields(peers, peer);
    if (yields != NULL) {
        hang_up(yields);
    }
    return peer;
}

void bw_peers_remove(struct bw_peers *peers, struct bw_peer *peer)
{
    TAILQ_REMOVE(&peers->all, peer, link);
    free(peer);
}

void bw_peer_receives(struct bw_peer *peer, int64_t now_ms)
{
    peer->receive_by_ms = now_ms + BW_PEERS_RECEIVE_SEC * BW_SECOND_MS;
}

void bw_peer_waits(struct bw_peer *peer)
{
    peer->receive_by_ms = INT64_MAX;
}

int64_t bw_peers_hang_up_overdue(struct bw_peers *peers, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;
    struct bw_peer *peer = NULL;
    TAILQ_FOREACH(peer, &peers->all, link) {
        if (!peer->leaving && peer->receive_by_ms <= now_ms) {
            hang_up(peer);
        }
        if (!peer->leaving && peer->receive_by_ms < next_ms) {
            next_ms = peer->receive_by_ms;
        }
    }
    return next_ms;
}
