/* daemon/io/sdnotify.c: see sdnotify.h. */
#include "io/sdnotify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int64_t number_of(const char *variable);

void bw_sdnotify(const char *format, ...)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t size = path == NULL ? 0 : strlen(path);
    if (size < 2 || size > sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    memcpy(address.sun_path, path, size);
    if (path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *text = bw_xvasprintf(format, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    (void)sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
    (void)close(fd);
}

int64_t bw_sdnotify_watchdog_ms(void)
{
    int64_t pid = number_of("WATCHDOG_PID");
    int64_t waits_usec = number_of("WATCHDOG_USEC");
    return pid == 0 || pid == getpid() ? waits_usec / 2000 : 0;
}

/* 0: unset, or no positive number. */
static int64_t number_of(const char *variable)
{
    const char *text = getenv(variable);
    if (text == NULL) {
        return 0;
    }
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && value > 0 ? value : 0;
}
