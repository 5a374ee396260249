/* daemon/io/child.c: see child.h. */
#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/sandbox.h"

#define CLOSE_ON_EXEC 4U /* CLOSE_RANGE_CLOEXEC, since Linux 5.11 */

enum { FILES_MAX = 65536 }; /* descriptors looked at where close_range(2) is missing */

struct pipes {
    int in[2];
    int out[2];
    int err[2];
    int report[2]; /* how the child says why it could not start; closed by exec */
};

/* Written in one piece; short enough to be atomic on a pipe. */
struct report {
    char step[24];
    int error;
};

static bool pipes_open(struct pipes *pipes);
static void pipes_close(struct pipes *pipes);
static _Noreturn void become(const char *program, const struct bw_sandbox *sandbox,
                             const struct pipes *pipes);
static const char *prepare(const struct bw_sandbox *sandbox, const struct pipes *pipes);
static void keep_only_pipes(void);
static void reset_signals(void);
static enum bw_err await_exec(const char *program, int fd, struct bw_error *err);
static void take(int *from, int *to);

enum bw_err bw_child_start(const char *program, struct bw_child *out, struct bw_error *err)
{
    BW_CLEANUP(bw_sandbox_freep) struct bw_sandbox *sandbox = NULL;
    enum bw_err rc = bw_sandbox_new(program, &sandbox, err);
    if (rc != BW_OK) {
        return rc;
    }
    BW_CLEANUP(pipes_close) struct pipes pipes = {
        { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 }
    };
    if (!pipes_open(&pipes)) {
        return bw_fail(err, BW_ERR_PLUGIN, "cannot start '%s': pipe: %s", program, strerror(errno));
    }
    /* Until exec the child has our handlers, and they write into our event loop. */
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    struct bw_child child = { .pid = fork(), .pidfd = -1 };
    if (child.pid == 0) {
        become(program, sandbox, &pipes);
    }
    int fork_error = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child.pid < 0) {
        return bw_fail(err, BW_ERR_PLUGIN, "cannot start '%s': fork: %s", program,
                       strerror(fork_error));
    }
    (void)close(pipes.report[1]);
    pipes.report[1] = -1;
    rc = await_exec(program, pipes.report[0], err);
    if (rc == BW_OK) {
        child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
        if (child.pidfd < 0) {
            rc = bw_fail(err, BW_ERR_PLUGIN, "cannot start '%s': pidfd_open: %s", program,
                         strerror(errno));
        }
    }
    if (rc != BW_OK) {
        (void)kill(child.pid, SIGKILL);
        (void)bw_child_reap(&child);
        return rc;
    }
    take(&pipes.in[1], &child.in);
    take(&pipes.out[0], &child.out);
    take(&pipes.err[0], &child.err);
    *out = child;
    return BW_OK;
}

void bw_child_kill(const struct bw_child *child)
{
    (void)kill(-child->pid, SIGKILL);
}

int bw_child_reap(const struct bw_child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static bool pipes_open(struct pipes *pipes)
{
    return pipe2(pipes->in, O_CLOEXEC) == 0 && pipe2(pipes->out, O_CLOEXEC) == 0 &&
           pipe2(pipes->err, O_CLOEXEC) == 0 && pipe2(pipes->report, O_CLOEXEC) == 0;
}

static void pipes_close(struct pipes *pipes)
{
    int *const ends[] = { pipes->in, pipes->out, pipes->err, pipes->report };
    for (size_t i = 0; i < BW_COUNT(ends); i++) {
        for (int end = 0; end < 2; end++) {
            if (ends[i][end] >= 0) {
                (void)close(ends[i][end]);
            }
        }
    }
}

/* From here to exec only system calls: another thread may have held any lock when we forked. */
static _Noreturn void become(const char *program, const struct bw_sandbox *sandbox,
                             const struct pipes *pipes)
{
    static char path[] = "PATH=/usr/bin:/bin";
    static char lang[] = "LANG=C.UTF-8";
    char *const argv[] = { (char *)program, NULL };
    char *const environment[] = { path, lang, NULL };
    const char *step = prepare(sandbox, pipes);
    if (step == NULL) {
        (void)execve(program, argv, environment);
        step = "exec";
    }
    struct report report = { .error = errno };
    for (size_t i = 0; i + 1 < sizeof(report.step) && step[i] != '\0'; i++) {
        report.step[i] = step[i];
    }
    ssize_t written = write(pipes->report[1], &report, sizeof(report));
    _exit(written < 0 ? 126 : 127);
}

/* Returns the step that failed, with errno, or NULL. */
static const char *prepare(const struct bw_sandbox *sandbox, const struct pipes *pipes)
{
    reset_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return "pdeathsig";
    }
    if (setsid() < 0) {
        return "setsid";
    }
    if (dup2(pipes->in[0], STDIN_FILENO) < 0 || dup2(pipes->out[1], STDOUT_FILENO) < 0 ||
        dup2(pipes->err[1], STDERR_FILENO) < 0) {
        return "dup2";
    }
    keep_only_pipes();
    if (chdir("/") != 0) {
        return "chdir";
    }
    return bw_sandbox_enter(sandbox);
}

/* What the daemon has open is not handed on, whoever forgot to say so. */
static void keep_only_pipes(void)
{
    bool done = syscall(SYS_close_range, 3U, ~0U, CLOSE_ON_EXEC) == 0;
    for (int fd = 3; fd < FILES_MAX && !done; fd++) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

static void reset_signals(void)
{
    const struct sigaction fresh = { .sa_handler = SIG_DFL };
    for (int number = 1; number < NSIG; number++) {
        (void)sigaction(number, &fresh, NULL); /* refused for SIGKILL, SIGSTOP and libc's own */
    }
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Wait until the pipe is closed by exec, or says what went wrong. */
static enum bw_err await_exec(const char *program, int fd, struct bw_error *err)
{
    struct report report = { 0 };
    ssize_t size = 0;
    do {
        size = read(fd, &report, sizeof(report));
    } while (size < 0 && errno == EINTR);
    if (size == 0) {
        return BW_OK;
    }
    if (size != (ssize_t)sizeof(report)) {
        return bw_fail(err, BW_ERR_PLUGIN, "cannot start '%s'", program);
    }
    report.step[sizeof(report.step) - 1] = '\0';
    return bw_fail(err, BW_ERR_PLUGIN, "cannot start '%s': %s: %s", program, report.step,
                   strerror(report.error));
}

static void take(int *from, int *to)
{
    (void)fcntl(*from, F_SETFL, O_NONBLOCK);
    *to = *from;
    *from = -1;
}
