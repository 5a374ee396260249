/* daemon/engine/eval_follow.c: which job a deployment's notice, or a change of the deployment,
 * opens, adjusts or cancels. */
#include "engine/state.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "engine/rows.h"

static bool is_unfinished(const struct bw_eval_job *job)
{
    return job->id != 0 && job->state != BW_JOB_FINISHED;
}

static enum bw_err drop_unwanted(struct bw_engine *engine, struct bw_notice *notice,
                                 struct bw_eval_job *latest, struct bw_error *err)
{
    if (!is_unfinished(latest) || latest->notice != notice->id) {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep) char *reason = bw_xasprintf("its notice %lld is %s", (long long)notice->id,
                                                     bw_notice_state_word(notice->state));
    enum bw_err rc = bw_engine_end_eval(engine, latest, BW_EVAL_CANCELLED, reason, err);
    free(notice->eval);
    notice->eval = bw_eval_brief(latest);
    return rc;
}

/* One answer a notice, unless nobody waited for it. */
static bool is_answered(const struct bw_notice *notice, const struct bw_eval_job *latest)
{
    return latest->id != 0 && latest->notice == notice->id &&
           (latest->state != BW_JOB_FINISHED || latest->verdict != BW_EVAL_CANCELLED);
}

/* state: of the notice that was answered, which need not be the one that asks. */
static enum bw_err open_by_policy(struct bw_engine *engine, struct bw_notice *notice,
                                  enum bw_notice_state state, struct bw_eval_job *latest,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc = bw_inventory_get(engine->db, notice->subject, &member, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    enum bw_eval_start start = engine->settings->evals.start;
    (void)bw_eval_start_parse(member.deployment.evals.start, &start);
    if (member.deployment.evals.suite == NULL || !bw_eval_opens(start, state)) {
        return BW_OK;
    }
    if (is_unfinished(latest)) {
        if (bw_str_equal(latest->candidate, notice->candidate)) {
            return BW_OK; /* somebody was quicker */
        }
        rc = bw_engine_end_eval(engine, latest, BW_EVAL_CANCELLED, "there is a newer candidate",
                                err);
    }
    if (rc == BW_OK) {
        rc = bw_cohorts_get(engine->db, member.cohort, &cohort, err);
    }
    const struct bw_eval_wish wish = { .deployment = &member.deployment,
                                       .cohort = &cohort,
                                       .notice = notice,
                                       .candidate = notice->candidate };
    if (rc == BW_OK) {
        rc = bw_engine_open_eval(engine, &wish, &job, err);
    }
    if (rc == BW_ERR_REFUSED || rc == BW_ERR_NOTFOUND) {
        bw_log(BW_LOG_WARNING, "no eval of '%s': %s", notice->subject, err->text);
        return BW_OK;
    }
    return rc;
}

static enum bw_err follow_succession(struct bw_engine *engine, struct bw_notice *notice,
                                     enum bw_notice_state state, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job latest = { 0 };
    enum bw_err rc = bw_evals_latest(engine->db, notice->subject, &latest, err);
    if (rc != BW_OK && rc != BW_ERR_NOTFOUND) {
        return rc;
    }
    if (!bw_eval_is_wanted(notice->state)) {
        return drop_unwanted(engine, notice, &latest, err);
    }
    return is_answered(notice, &latest) ? BW_OK
                                        : open_by_policy(engine, notice, state, &latest, err);
}

/* state NULL: of each notice its own. */
static enum bw_err follow_live(struct bw_engine *engine, const char *deployment,
                               const enum bw_notice_state *state, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, deployment, BW_ABOUT_DEPLOYMENT, &live, err);
    BW_VEC_EACH(struct bw_notice, notice, &live)
    {
        if (rc == BW_OK && notice->candidate != NULL &&
            strcmp(bw_notice_matter(notice->kind), "succession") == 0) {
            rc = follow_succession(engine, notice, state == NULL ? notice->state : *state, err);
        }
    }
    return rc;
}

/* Where a base comes to its end, that is the notice which people hear of and answer. */
static enum bw_err follow_end(struct bw_engine *engine, const struct bw_notice *notice,
                              struct bw_error *err)
{
    return notice->state == BW_NOTICE_ACKNOWLEDGED
               ? follow_live(engine, notice->subject, &notice->state, err)
               : BW_OK;
}

/* A queued job is of the deployment as it is now. */
static enum bw_err adjust(struct bw_engine *engine, const struct bw_deployment *deployment,
                          struct bw_eval_job *job, struct bw_error *err)
{
    const char *starter = deployment->evals.trigger;
    const char *baseline = bw_deployment_calls(deployment);
    starter = starter == NULL ? BW_STARTER_RUNNER : starter;
    if (deployment->evals.suite == NULL || !bw_str_equal(job->baseline, baseline)) {
        return bw_engine_end_eval(engine, job, BW_EVAL_CANCELLED,
                                  deployment->evals.suite == NULL
                                      ? "its deployment names no suite any more"
                                      : "its deployment has another model by now",
                                  err);
    }
    if (bw_str_equal(job->suite, deployment->evals.suite) && bw_str_equal(job->starter, starter)) {
        return BW_OK;
    }
    bw_replace(&job->suite, deployment->evals.suite);
    bw_replace(&job->starter, starter);
    return bw_engine_save_eval(engine, job, err);
}

enum bw_err bw_engine_follow_deployment(struct bw_engine *engine,
                                        const struct bw_deployment *deployment,
                                        struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job latest = { 0 };
    enum bw_err rc = bw_evals_latest(engine->db, deployment->name, &latest, err);
    if (rc == BW_OK && latest.state == BW_JOB_QUEUED) {
        rc = adjust(engine, deployment, &latest, err);
    }
    /* What was judged, or cancelled, of this suite and this model stays so. */
    bool asked = latest.id != 0 && bw_str_equal(latest.suite, deployment->evals.suite) &&
                 bw_str_equal(latest.baseline, bw_deployment_calls(deployment));
    if ((rc != BW_OK && rc != BW_ERR_NOTFOUND) || asked || deployment->evals.suite == NULL) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    return follow_live(engine, deployment->name, NULL, err);
}

enum bw_err bw_engine_follow_notice(struct bw_engine *engine, struct bw_notice *notice,
                                    struct bw_error *err)
{
    const char *matter = bw_notice_matter(notice->kind);
    if (notice->candidate == NULL) {
        return BW_OK;
    }
    return strcmp(matter, "succession") == 0
               ? follow_succession(engine, notice, notice->state, err)
           : strcmp(matter, "life") == 0 ? follow_end(engine, notice, err)
                                          : BW_OK;
}

enum bw_err bw_engine_abandon_eval(struct bw_engine *engine, const char *deployment,
                                   const char *reason, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job latest = { 0 };
    enum bw_err rc = bw_evals_latest(engine->db, deployment, &latest, err);
    if (rc == BW_OK && is_unfinished(&latest)) {
        rc = bw_engine_end_eval(engine, &latest, BW_EVAL_CANCELLED, reason, err);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}
