/* daemon/io/unix_socket.h: a listening Unix socket with a file of its own, and who calls on it. */
#ifndef BW_IO_UNIX_SOCKET_H
#define BW_IO_UNIX_SOCKET_H
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

#define BW_NO_GROUP ((gid_t)-1)

/* Listen on path without blocking, mode 0660, owned by group unless that is BW_NO_GROUP; at no
 * moment is the file open to more. The file of a socket that nobody listens on is replaced.
 * Ownership: *out is the caller's to close and path the caller's to unlink.
 * Errors: BW_ERR_EXISTS (somebody listens there, or it is no socket), BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_unix_socket_listen(const char *path, gid_t group, int *out,
                                                struct bw_error *err);

/* The peer of a connected socket, as it was when it connected. False: not to be had. */
bool bw_unix_socket_peer(int fd, uid_t *uid);
bool bw_unix_socket_peer_in(int fd, gid_t group); /* as main or further group */
#endif
