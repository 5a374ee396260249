#include "io/sdnotify.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Listens on name ('@': abstract) and points $NOTIFY_SOCKET at it. */
static int listen_on(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    memcpy(at.sun_path, name, strlen(name));
    at.sun_path[0] = name[0] == '@' ? '\0' : name[0];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    cr_assert(eq(int, bind(fd, (struct sockaddr *)&at, size), 0));
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static const char *received(int fd)
{
    static char text[256];
    ssize_t got = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[got < 0 ? 0 : got] = '\0';
    return text;
}

Test(sdnotify, words_arrive_at_path_and_abstract_sockets)
{
    char names[2][64];
    snprintf(names[0], sizeof(names[0]), "@basewatch-test-%d", getpid());
    snprintf(names[1], sizeof(names[1]), "/tmp/basewatch-test-%d.sock", getpid());
    for (int i = 0; i < 2; i++) {
        int fd = listen_on(names[i]);
        bw_sdnotify("READY=1");
        cr_expect(eq(str, (char *)received(fd), "READY=1"));
        bw_sdnotify("STATUS=%d sources\nSTOPPING=1", 3);
        cr_expect(eq(str, (char *)received(fd), "STATUS=3 sources STOPPING=1"));
        close(fd);
    }
    unlink(names[1]);
}

Test(sdnotify, without_a_manager_nothing_happens)
{
    unsetenv("NOTIFY_SOCKET");
    bw_sdnotify("READY=1");
    const char *const bad[] = { "", "/", "relative", "/no/such/folder/notify" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        bw_sdnotify("READY=1");
    }
    char large[300];
    memset(large, '/', sizeof(large));
    large[299] = '\0';
    setenv("NOTIFY_SOCKET", large, 1);
    bw_sdnotify("READY=1");
}

Test(sdnotify, a_manager_that_does_not_read_stops_nobody)
{
    char name[64];
    snprintf(name, sizeof(name), "@basewatch-test-%d", getpid());
    int fd = listen_on(name);
    for (int i = 0; i < 10000; i++) {
        bw_sdnotify("WATCHDOG=1");
    }
    close(fd);
}

Test(sdnotify, the_watchdog_is_ours_or_nobodys)
{
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    cr_expect(eq(i64, bw_sdnotify_watchdog_ms(), 0));
    setenv("WATCHDOG_USEC", "30000000", 1);
    cr_expect(eq(i64, bw_sdnotify_watchdog_ms(), 15000));
    setenv("WATCHDOG_PID", "1", 1);
    cr_expect(eq(i64, bw_sdnotify_watchdog_ms(), 0));
    char pid[16];
    snprintf(pid, sizeof(pid), "%d", getpid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_expect(eq(i64, bw_sdnotify_watchdog_ms(), 15000));
    const char *const bad[] = { "", "-5", "soon", "99999999999999999999" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        setenv("WATCHDOG_USEC", bad[i], 1);
        cr_expect(eq(i64, bw_sdnotify_watchdog_ms(), 0));
    }
}
