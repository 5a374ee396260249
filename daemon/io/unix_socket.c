/* daemon/io/unix_socket.c: see unix_socket.h. */
#include "io/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128, MODE = 0660 };

static enum bw_err listen_at(int fd, const struct sockaddr_un *address, gid_t group,
                             struct bw_error *err);
static bool belongs_to(const char *path, gid_t group);
static enum bw_err remove_stale(const struct sockaddr_un *address, struct bw_error *err);
static void closep(int *fd);

enum bw_err bw_unix_socket_listen(const char *path, gid_t group, int *out, struct bw_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(address.sun_path)) {
        return bw_fail(err, BW_ERR_IO, "socket '%s': the path is longer than %zu bytes", path,
                       sizeof(address.sun_path) - 1);
    }
    memcpy(address.sun_path, path, strlen(path));
    BW_CLEANUP(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enum bw_err rc = fd < 0 ? bw_fail(err, BW_ERR_IO, "%s", strerror(errno))
                            : listen_at(fd, &address, group, err);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "socket '%s': ", path);
    }
    *out = fd;
    fd = -1;
    return BW_OK;
}

bool bw_unix_socket_peer(int fd, uid_t *uid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return false;
    }
    *uid = peer.uid;
    return true;
}

bool bw_unix_socket_peer_in(int fd, gid_t group)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (group == BW_NO_GROUP || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return false;
    }
    if (peer.gid == group) {
        return true;
    }
    socklen_t bytes = 0; /* too few: the kernel says how many it needs */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &bytes) == 0 || errno != ERANGE) {
        return false;
    }
    gid_t *groups = bw_xcalloc(1, bytes);
    bool found = false;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) == 0) {
        for (size_t i = 0; i < bytes / sizeof(gid_t); i++) {
            found = found || groups[i] == group;
        }
    }
    free(groups);
    return found;
}

static enum bw_err listen_at(int fd, const struct sockaddr_un *address, gid_t group,
                             struct bw_error *err)
{
    const char *path = address->sun_path;
    const struct sockaddr *at = (const struct sockaddr *)address;
    /* On Linux the file takes the mode of the descriptor, less the umask. */
    (void)fchmod(fd, MODE);
    int rc = bind(fd, at, sizeof(*address));
    if (rc != 0 && errno == EADDRINUSE) {
        enum bw_err removed = remove_stale(address, err);
        if (removed != BW_OK) {
            return removed;
        }
        rc = bind(fd, at, sizeof(*address));
    }
    if (rc != 0) {
        return bw_fail(err, BW_ERR_IO, "%s", strerror(errno));
    }
    const char *failed = !belongs_to(path, group) && lchown(path, (uid_t)-1, group) != 0
                             ? "the file cannot be given to its group"
                         : chmod(path, MODE) != 0   ? "the mode cannot be set"
                         : listen(fd, BACKLOG) != 0 ? "nobody can listen there"
                                                    : NULL;
    if (failed != NULL) {
        enum bw_err code = bw_fail(err, BW_ERR_IO, "%s: %s", failed, strerror(errno));
        (void)unlink(path);
        return code;
    }
    return BW_OK;
}

/* A service whose own group is the right one needs no right to change it. */
static bool belongs_to(const char *path, gid_t group)
{
    struct stat st;
    return group == BW_NO_GROUP || (lstat(path, &st) == 0 && st.st_gid == group);
}

/* Only a socket that refuses a connection is stale: one whose line is full, or that we may not
 * reach, has somebody behind it. */
static enum bw_err remove_stale(const struct sockaddr_un *address, struct bw_error *err)
{
    struct stat st;
    if (lstat(address->sun_path, &st) != 0) {
        return bw_fail(err, BW_ERR_IO, "%s", strerror(errno));
    }
    if (!S_ISSOCK(st.st_mode)) {
        return bw_fail(err, BW_ERR_EXISTS, "a file that is no socket stands there");
    }
    BW_CLEANUP(closep) int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) {
        return bw_fail(err, BW_ERR_IO, "%s", strerror(errno));
    }
    if (connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno != ECONNREFUSED) {
        return bw_fail(err, BW_ERR_EXISTS, "another process listens there");
    }
    return unlink(address->sun_path) == 0 ? BW_OK : bw_fail(err, BW_ERR_IO, "%s", strerror(errno));
}

static void closep(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}
