/* daemon/cli/runner/job.c: see job.h.
 *
 *     a model --started--> RUNNING --ended--> the next model ... --> reported
 *                             |--stop_fd---> reported as failed
 *                             '--lost------> given up
 */
#include "cli/runner/job.h"

#include <poll.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "cli/runner/run.h"
#include "domain/eval_job.h"

enum { RENEWALS = 3 }; /* in the time of a lease */

struct job {
    struct bw_order *order;
    const struct bw_eval_suite *suite;
    int stop_fd;
    bool lost;
    struct bw_eval_report report;
};

static bool run_models(struct job *job);
static void hand_in(struct job *job);

void bw_job_run(struct bw_order *order, const struct bw_eval_suite *suite, int stop_fd)
{
    struct job job = { .order = order, .suite = suite, .stop_fd = stop_fd,
                       .report = { .outcome = BW_EVAL_FAILED, .rule = BW_EVAL_RULE } };
    if (suite == NULL) {
        job.report.reason = bw_xasprintf("the runner has no suite '%s'", order->suite);
    } else {
        job.report.rule = suite->rule;
        bw_log(BW_LOG_INFO, "eval %lld: suite '%s' for '%s' begins", (long long)order->id,
               order->suite, order->deployment);
        if (run_models(&job)) {
            job.report.outcome = BW_EVAL_FINISHED;
        }
    }
    if (!job.lost) {
        hand_in(&job);
    }
    bw_eval_report_clear(&job.report);
}

static void renew(struct job *job)
{
    struct bw_error err = { 0 };
    if (bw_desk_renew(job->order, &err) != BW_OK) {
        bw_log(BW_LOG_WARNING, "eval %lld is no longer ours, the suite is stopped: %s",
               (long long)job->order->id, err.text);
        job->lost = true;
    }
}

/* Until the run has ended, or must end. */
static void attend(struct job *job, const struct bw_run *run)
{
    struct pollfd pollers[] = { { run->guard.fd, POLLIN, 0 }, { job->stop_fd, POLLIN, 0 } };
    while (!job->lost) {
        int64_t due_ms = job->order->renewed_ms + job->order->lease_ms / RENEWALS;
        int64_t left_ms = due_ms - bw_clock_monotonic_ms();
        if (left_ms <= 0) {
            renew(job);
            if (job->order->renewed_ms + job->order->lease_ms / RENEWALS <= due_ms) {
                left_ms = BW_SECOND_MS; /* nobody answers: not so often */
            }
        }
        if (left_ms > 0 && poll(pollers, BW_COUNT(pollers), (int)left_ms) > 0) {
            return;
        }
    }
}

static bool run_model(struct job *job, const struct bw_ordered_model *model)
{
    const struct bw_run_subject subject = { .suite = job->suite, .role = model->role,
                                            .model = model->model,
                                            .notice = job->order->notice };
    struct bw_run run = { 0 };
    struct bw_eval_result result = { 0 };
    struct bw_error err = { 0 };
    if (!bw_eval_model_is_plain(model->model)) {
        job->report.reason = bw_xasprintf("'%.100s' is no model id for a command line",
                                          model->model);
        return false;
    }
    renew(job); /* so that nothing begins that was taken from us while we were held up */
    if (job->lost) {
        return false;
    }
    if (bw_run_start(&subject, &run, &err) != BW_OK) {
        job->report.reason = bw_xstrdup(err.text);
        return false;
    }
    attend(job, &run);
    enum bw_eval_outcome outcome = bw_run_finish(&run, &subject, &result, &job->report.reason);
    if (outcome != BW_EVAL_FINISHED) {
        job->report.outcome = outcome;
        bw_eval_result_clear(&result);
        return false;
    }
    bw_log(BW_LOG_INFO, "eval %lld: %s '%s': %lld of %lld cases passed, %lld errors, exit code %d",
           (long long)job->order->id, bw_eval_role_word(result.role), result.model,
           (long long)result.passed, (long long)result.cases, (long long)result.errors,
           result.exit);
    BW_VEC_PUSH(&job->report.results, result);
    return true;
}

static bool run_models(struct job *job)
{
    BW_VEC_EACH(const struct bw_ordered_model, model, &job->order->models)
    {
        if (!run_model(job, model)) {
            return false;
        }
    }
    return true;
}

static void hand_in(struct job *job)
{
    long long id = (long long)job->order->id;
    struct bw_error err = { 0 };
    if (job->report.reason != NULL) {
        bw_log(BW_LOG_WARNING, "eval %lld: %s", id, job->report.reason);
    }
    if (bw_desk_report(job->order, &job->report, job->stop_fd, &err) != BW_OK) {
        bw_log(BW_LOG_WARNING, "eval %lld: its report was not taken, and is dropped: %s", id,
               err.text);
    } else {
        bw_log(BW_LOG_INFO, "eval %lld: reported", id);
    }
}
