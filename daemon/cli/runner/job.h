/* daemon/cli/runner/job.h: a job from its lease to its report: the suite is run once a model, one
 * after the other, while the lease is renewed. */
#ifndef BW_CLI_RUNNER_JOB_H
#define BW_CLI_RUNNER_JOB_H
#include "cli/runner/desk.h"

/* Run the suite, which must be the order's; NULL: we have none of that name, which is reported.
 * Once stop_fd is readable the run is stopped, and reported as failed; once the lease is lost it
 * is stopped, and nothing is reported. What happens is logged. */
void bw_job_run(struct bw_order *order, const struct bw_eval_suite *suite, int stop_fd);
#endif
