#include "io/seccomp_filter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNKNOWN_CALL = 9999 };

static struct bw_seccomp filter;

/* The number of the first attempt that went other than it should; 0: none. */
static int attempts(bool read_only)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !bw_seccomp_install(&filter)) {
        return 1;
    }
    struct rlimit limit;
    const int errors[] = {
        socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0,
        kill(getppid(), 0) < 0 ? errno : 0,
        setsid() < 0 ? errno : 0,
        syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0 ? errno : 0,
        prlimit(getppid(), RLIMIT_CORE, NULL, &limit) < 0 ? errno : 0,
        mkdirat(AT_FDCWD, "/tmp/bw-never", 0700) < 0 ? errno : 0,
    };
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i] != EPERM) {
            return 10 + (int)i;
        }
    }
    if (syscall(UNKNOWN_CALL) != -1 || errno != ENOSYS) {
        return 2;
    }
    if (syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS) {
        return 3;
    }
    if (open("/dev/null", O_RDONLY) < 0 || prlimit(0, RLIMIT_CORE, NULL, &limit) != 0) {
        return 4;
    }
    errno = 0;
    bool wrote = open("/dev/null", O_WRONLY) >= 0;
    return wrote == !read_only && errno == (read_only ? EPERM : 0) ? 0 : 5;
}

static int first_wrong(bool read_only)
{
    bw_seccomp_build(&filter, read_only);
    pid_t child = fork();
    if (child == 0) {
        _exit(attempts(read_only));
    }
    int status = 0;
    cr_assert(eq(int, waitpid(child, &status, 0), child));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

Test(seccomp_filter, refuses_by_errno_and_lets_the_rest_pass)
{
    cr_expect(eq(int, first_wrong(false), 0));
}

Test(seccomp_filter, without_landlock_nothing_is_opened_for_writing)
{
    cr_expect(eq(int, first_wrong(true), 0));
}
