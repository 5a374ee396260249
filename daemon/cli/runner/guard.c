/* daemon/cli/runner/guard.c: see guard.h. The guard is a fork of the runner; the program is its
 * child, and whatever the program starts becomes the guard's when its parent ends. */
#include "cli/runner/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "cli/runner/brood.h"

#define CLOSE_ON_EXEC 4U /* CLOSE_RANGE_CLOEXEC, since Linux 5.11 */

enum {
    BLOCK_BYTES = 16 * 1024,
    LAST_BLOCKS = 8, /* more than a pipe holds */
    MARGIN_MS = 10 * 1000,
};

struct watch { /* in the guard */
    pid_t pid;
    int ended;  /* pidfd */
    int output;
    int signals;
    int64_t deadline_ms; /* of the next step: stop, then kill */
    struct bw_guard_report report;
    size_t tail_bytes;
};

extern char **environ;

static _Noreturn void guard(const struct bw_guard_order *order, pid_t runner, int report_fd);
static bool start_program(const struct bw_guard_order *order, struct watch *watch);
static void follow(struct watch *watch);

enum bw_err bw_guard_start(const struct bw_guard_order *order, struct bw_guard *out,
                           struct bw_error *err)
{
    int ends[2];
    pid_t runner = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return bw_fail(err, BW_ERR_IO, "pipe: %s", strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        guard(order, runner, ends[1]);
    }
    int why = errno;
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return bw_fail(err, BW_ERR_IO, "fork: %s", strerror(why));
    }
    *out = (struct bw_guard){ .pid = pid, .fd = ends[0] };
    return BW_OK;
}

void bw_guard_stop(const struct bw_guard *guard)
{
    (void)kill(guard->pid, SIGTERM);
}

/* It reports in one piece, right before it ends. */
static bool await_report(const struct bw_guard *guard, struct bw_guard_report *out)
{
    struct pollfd poller = { .fd = guard->fd, .events = POLLIN };
    size_t size = 0;
    bw_guard_stop(guard); /* says nothing to one that has ended */
    while (size < sizeof(*out) && poll(&poller, 1, BW_GUARD_GRACE_MS + MARGIN_MS) > 0) {
        ssize_t got = read(guard->fd, (char *)out + size, sizeof(*out) - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
    }
    return size == sizeof(*out);
}

enum bw_err bw_guard_finish(struct bw_guard *guard, struct bw_guard_report *out,
                            struct bw_error *err)
{
    bool reported = await_report(guard, out);
    (void)close(guard->fd);
    if (!reported) {
        (void)kill(guard->pid, SIGKILL);
    }
    (void)waitpid(guard->pid, NULL, 0);
    bw_brood_kill(); /* nothing, unless the guard came to harm */
    return reported ? BW_OK : bw_fail(err, BW_ERR_IO, "the guard of the run was killed");
}

/* --- in the guard --- */

static _Noreturn void guard(const struct bw_guard_order *order, pid_t runner, int report_fd)
{
    struct watch watch = { 0 };
    sigset_t stops;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGINT);
    (void)sigprocmask(SIG_SETMASK, &stops, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    bw_brood_adopt();
    watch.signals = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    watch.deadline_ms = bw_clock_monotonic_ms() + order->timeout_ms;
    if (getppid() == runner && start_program(order, &watch)) {
        follow(&watch);
    }
    bw_brood_kill();
    ssize_t written = write(report_fd, &watch.report, sizeof(watch.report));
    _exit(written < 0 ? 1 : 0);
}

/* Between fork and exec; returns only to say what failed. */
static void become(const struct bw_guard_order *order, char **argv, char **environment, int output)
{
    const struct rlimit none = { 0, 0 };
    sigset_t empty;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)sigemptyset(&empty);
    (void)sigprocmask(SIG_SETMASK, &empty, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setrlimit(RLIMIT_CORE, &none);
    if (setsid() < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || chdir(order->cwd) != 0) {
        return;
    }
    (void)syscall(SYS_close_range, 3U, ~0U, CLOSE_ON_EXEC);
    environ = environment;
    (void)execvp(argv[0], argv);
}

static char **ended_by_null(const struct bw_names *names)
{
    char **list = bw_xcalloc(names->count + 1, sizeof(*list));
    memcpy(list, names->items, names->count * sizeof(*list));
    return list;
}

static bool start_program(const struct bw_guard_order *order, struct watch *watch)
{
    int output[2];
    int failure[2]; /* closed by exec, else it says why there was none */
    char **argv = ended_by_null(order->argv);
    char **environment = ended_by_null(order->environment);
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(failure, O_CLOEXEC) != 0 ||
        (watch->pid = fork()) < 0) {
        watch->report.start_error = errno;
        return false;
    }
    if (watch->pid == 0) {
        become(order, argv, environment, output[1]);
        int why = errno;
        _exit(write(failure[1], &why, sizeof(why)) < 0 ? 126 : 127);
    }
    free(argv);
    free(environment);
    (void)close(output[1]);
    (void)close(failure[1]);
    (void)fcntl(output[0], F_SETFL, O_NONBLOCK);
    watch->output = output[0];
    watch->ended = pidfd_open(watch->pid, 0);
    ssize_t got = read(failure[0], &watch->report.start_error, sizeof(int));
    return got <= 0 && watch->ended >= 0;
}

/* Keep the end of it, whatever its length. */
static void keep_tail(struct watch *watch, const char *bytes, size_t size)
{
    char *tail = watch->report.tail;
    size_t fresh = size < BW_GUARD_TAIL_BYTES ? size : BW_GUARD_TAIL_BYTES;
    size_t old = watch->tail_bytes < BW_GUARD_TAIL_BYTES - fresh ? watch->tail_bytes
                                                                 : BW_GUARD_TAIL_BYTES - fresh;
    memmove(tail, tail + watch->tail_bytes - old, old);
    memcpy(tail + old, bytes + size - fresh, fresh);
    watch->tail_bytes = old + fresh;
    tail[watch->tail_bytes] = '\0';
}

/* One block at a time, so that a flood of output cannot keep us from the clock. */
static void read_output(struct watch *watch)
{
    char block[BLOCK_BYTES];
    ssize_t got = read(watch->output, block, sizeof(block));
    if (got > 0) {
        keep_tail(watch, block, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        (void)close(watch->output);
        watch->output = -1;
    }
}

static bool is_ending(const struct watch *watch)
{
    return watch->report.stopped || watch->report.timed_out;
}

/* First the group is asked, then it is killed. */
static void press(struct watch *watch, bool late)
{
    (void)kill(-watch->pid, is_ending(watch) ? SIGKILL : SIGTERM);
    watch->report.timed_out |= late && !watch->report.stopped;
    watch->report.stopped |= !late;
    watch->deadline_ms = bw_clock_monotonic_ms() + BW_GUARD_GRACE_MS;
}

static void take_signal(struct watch *watch)
{
    struct signalfd_siginfo signal;
    if (read(watch->signals, &signal, sizeof(signal)) > 0 && !is_ending(watch)) {
        press(watch, false);
    }
}

/* Until the program itself has ended; what its own children still hold open does not count. */
static void follow(struct watch *watch)
{
    bool running = true;
    while (running) {
        struct pollfd pollers[] = { { watch->ended, POLLIN, 0 },
                                    { watch->signals, POLLIN, 0 },
                                    { watch->output, POLLIN, 0 } };
        int64_t left_ms = watch->deadline_ms - bw_clock_monotonic_ms();
        if (left_ms <= 0) {
            press(watch, true);
            continue;
        }
        if (poll(pollers, BW_COUNT(pollers), (int)left_ms) <= 0) {
            continue;
        }
        if (pollers[1].revents != 0) {
            take_signal(watch);
        }
        if (pollers[2].revents != 0) {
            read_output(watch);
        }
        running = pollers[0].revents == 0;
    }
    for (int blocks = 0; blocks < LAST_BLOCKS && watch->output >= 0; blocks++) {
        read_output(watch);
    }
    (void)waitpid(watch->pid, &watch->report.status, 0);
}
