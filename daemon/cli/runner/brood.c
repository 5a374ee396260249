/* daemon/cli/runner/brood.c: see brood.h. */
#include "cli/runner/brood.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/instant.h"

enum { PATIENCE_MS = 5000, PAUSE_MS = 2 };

void bw_brood_adopt(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* proc(5): the children of this thread, of which there is one. */
static void kill_children(void)
{
    FILE *list = fopen("/proc/thread-self/children", "re");
    for (int pid = 0; list != NULL && fscanf(list, "%d", &pid) == 1;) {
        (void)kill(pid, SIGKILL);
    }
    if (list != NULL) {
        (void)fclose(list);
    }
}

void bw_brood_kill(void)
{
    const int64_t deadline_ms = bw_clock_monotonic_ms() + PATIENCE_MS;
    pid_t ended = 0;
    do {
        kill_children(); /* again each time: the dead leave us their children */
        ended = waitpid(-1, NULL, WNOHANG);
        if (ended == 0) {
            (void)poll(NULL, 0, PAUSE_MS);
        }
    } while (ended >= 0 && bw_clock_monotonic_ms() < deadline_ms);
}
