/* daemon/io/loopback.c: see loopback.h. */
#include "io/loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 16 };

enum bw_err bw_loopback_listen(int port, int *out, struct bw_error *err)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) },
    };
    const int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, BACKLOG) != 0) {
        enum bw_err rc = bw_fail(err, BW_ERR_IO, "port %d of the loopback: %s", port,
                                 strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    *out = fd;
    return BW_OK;
}
