/* tests/e2e/die_at.c: preloaded into the daemon, it kills the process at one chosen transaction,
 * as the database's log shows them: BW_DIE_AT=begin:N dies in place of the first write of the Nth, which
 * is lost with it; BW_DIE_AT=commit:N as soon as the Nth is safe, when nothing has followed from it. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
    bool at_begin;
    bool at_commit;
    atomic_long left;
    atomic_bool writing; /* a transaction has begun, and its sync has not come */
} death;

__attribute__((constructor)) static void read_order(void)
{
    const char *order = getenv("BW_DIE_AT");
    const char *colon = order == NULL ? NULL : strchr(order, ':');
    if (colon != NULL) {
        death.at_begin = order[0] == 'b';
        death.at_commit = order[0] == 'c';
        death.left = strtol(colon + 1, NULL, 10);
    }
}

static bool is_log(int fd)
{
    char link[64];
    char path[4096];
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof(path) - 1);
    path[size < 0 ? 0 : size] = '\0';
    return strstr(path, ".db-wal") != NULL;
}

static void die_when_due(void)
{
    if (atomic_fetch_sub(&death.left, 1) == 1) {
        (void)kill(getpid(), SIGKILL);
    }
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    static ssize_t (*next)(int, const void *, size_t, off64_t);
    if (next == NULL) {
        *(void **)&next = dlsym(RTLD_NEXT, "pwrite64");
    }
    if (is_log(fd) && !atomic_exchange(&death.writing, true) && death.at_begin) {
        die_when_due();
    }
    return next(fd, bytes, size, offset);
}

int fdatasync(int fd)
{
    static int (*next)(int);
    if (next == NULL) {
        *(void **)&next = dlsym(RTLD_NEXT, "fdatasync");
    }
    int rc = next(fd);
    if (is_log(fd) && atomic_exchange(&death.writing, false) && death.at_commit) {
        die_when_due();
    }
    return rc;
}
