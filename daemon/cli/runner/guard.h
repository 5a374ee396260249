/* daemon/cli/runner/guard.h: one run of a suite's program, watched by a process of its own: it
 * holds the time limit and the output's, and ends whatever is left when the program has ended, when
 * it is told to stop, or when the runner dies. */
#ifndef BW_CLI_RUNNER_GUARD_H
#define BW_CLI_RUNNER_GUARD_H
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/vec.h"

enum {
    BW_GUARD_GRACE_MS = 10 * 1000, /* from SIGTERM to SIGKILL */
    BW_GUARD_TAIL_BYTES = 2000,    /* of the output, that is kept */
};

struct bw_guard_order { /* borrowed for the call */
    const struct bw_names *argv;
    const struct bw_names *environment; /* NAME=text */
    const char *cwd;
    int64_t timeout_ms;
};

struct bw_guard {
    pid_t pid;
    int fd; /* readable once the run has ended */
};

struct bw_guard_report {
    int start_error; /* errno of what kept the program from starting; 0: it ran */
    int status;      /* as of waitpid(2) */
    bool timed_out;
    bool stopped;
    char tail[BW_GUARD_TAIL_BYTES + 1]; /* the end of what it printed, on both outputs */
};

/* Start: argv without a shell, searched for in the PATH of its environment, in a session and
 * process group of its own, with nothing on its standard input. Ownership: end it with bw_guard_finish().
 * Errors: BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_guard_start(const struct bw_guard_order *order, struct bw_guard *out,
                                         struct bw_error *err);
/* SIGTERM, and SIGKILL after BW_GUARD_GRACE_MS; returns at once. */
void bw_guard_stop(const struct bw_guard *guard);
/* Wait until it has ended, stopping it if need be, and leave nothing behind.
 * Errors: BW_ERR_IO when the guard itself came to harm. */
BW_MUST_CHECK enum bw_err bw_guard_finish(struct bw_guard *guard, struct bw_guard_report *out,
                                          struct bw_error *err);
#endif
