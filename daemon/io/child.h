/* daemon/io/child.h: start a program inside a sandbox with three pipes and nothing else. Own
 * fork() and exec(), since the sandbox is entered between the two. */
#ifndef BW_IO_CHILD_H
#define BW_IO_CHILD_H
#include <sys/types.h>

#include "base/error.h"

struct bw_child {
    pid_t pid; /* also its process group, which it cannot leave */
    int pidfd; /* readable once it has ended */
    int in;    /* write end of its stdin; the three are non-blocking */
    int out;
    int err;
};

/* Start the program, an absolute path: own session, root directory, environment of PATH and LANG.
 * Ownership: the descriptors are the caller's. Errors: BW_ERR_PLUGIN names the step; nothing is
 * left behind then. */
BW_MUST_CHECK enum bw_err bw_child_start(const char *program, struct bw_child *out,
                                         struct bw_error *err);

/* Kill everything in its group. */
void bw_child_kill(const struct bw_child *child);

/* Collect it once it has ended. Returns the wait status as of waitpid(2). */
int bw_child_reap(const struct bw_child *child);
#endif
