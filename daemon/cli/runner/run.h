/* daemon/cli/runner/run.h: what one run of a suite needs and leaves: its environment, its folder,
 * its result file. */
#ifndef BW_CLI_RUNNER_RUN_H
#define BW_CLI_RUNNER_RUN_H
#include "cli/runner/guard.h"
#include "domain/eval_suite.h"

struct bw_run_subject { /* borrowed */
    const struct bw_eval_suite *suite;
    enum bw_eval_role role;
    const char *model;
    const char *notice;
};

struct bw_run {
    char *folder; /* of its own, empty at first */
    char *result; /* the file it is to write, in there */
    struct bw_guard guard;
    int64_t began_ms; /* monotonic */
};

/* Start the suite's program on a model. Ownership: end it with bw_run_finish().
 * Errors: those of bw_secret_read(), BW_ERR_IO; nothing is left behind then. */
BW_MUST_CHECK enum bw_err bw_run_start(const struct bw_run_subject *subject, struct bw_run *out,
                                       struct bw_error *err);

/* Wait until it has ended, stopping it if need be; read what it wrote into *out; remove its folder.
 * Ownership: *out, empty before, is the caller's. Returns how it ended; *reason says why it was not
 * BW_EVAL_FINISHED, one line, the caller's. */
enum bw_eval_outcome bw_run_finish(struct bw_run *run, const struct bw_run_subject *subject,
                                   struct bw_eval_result *out, char **reason);
#endif
