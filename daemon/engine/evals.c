/* daemon/engine/evals.c: the life of eval jobs: from the notice that opens one to the verdict that
 * comes back to it. */
#include "engine/state.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "codec/eval_report.h"
#include "engine/pricing.h"
#include "engine/rows.h"

/* What evaluating is expected to cost, as the estimate of the swap has it for two models; a tune is
 * a third. What it refuses only a person may have run. */
static enum bw_err expect_cost(struct bw_engine *engine, const struct bw_eval_wish *wish,
                               struct bw_eval_job *job, struct bw_error *err)
{
    struct bw_pricing pricing = { 0 };
    struct bw_estimate estimate = { 0 };
    enum bw_err rc = bw_pricing_init(engine, wish->cohort, wish->deployment, wish->candidate,
                                     engine->now_ms, &pricing, err);
    if (rc != BW_OK) {
        return rc;
    }
    job->expected = (struct bw_money){ 0 };
    rc = bw_pricing_prompt(&pricing, &estimate, err);
    BW_VEC_EACH(const struct bw_term, term, &estimate.terms)
    {
        job->expected = strcmp(term->name, "evaluation") == 0 ? term->cost.expected : job->expected;
    }
    job->expected.micros += wish->tuned == NULL ? 0 : job->expected.micros / 2;
    bw_estimate_clear(&estimate);
    bw_pricing_clear(&pricing);
    return rc == BW_ERR_REFUSED && wish->by_hand ? BW_OK : rc;
}

static const char *baseline_of(const struct bw_deployment *deployment)
{
    return deployment->model == NULL ? deployment->base : deployment->model;
}

static enum bw_err check_wish(const struct bw_eval_wish *wish, const char *baseline,
                              struct bw_error *err)
{
    const char *const models[] = { baseline, wish->candidate, wish->tuned };
    const char *name = wish->deployment->name;
    if (wish->deployment->evals.suite == NULL) {
        return bw_fail(err, BW_ERR_REFUSED, "deployment '%s' names no eval suite; set evals.suite",
                       name);
    }
    if (wish->deployment->model == NULL && wish->deployment->match != NULL) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "no model that '%s' stands for has been found yet: '%s' cannot be compared",
                       wish->deployment->match, name);
    }
    if (wish->candidate == NULL) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "nothing newer is offered for '%s': there is nothing to judge", name);
    }
    for (size_t i = 0; i < BW_COUNT(models); i++) {
        if (models[i] != NULL && !bw_eval_model_is_plain(models[i])) {
            return bw_fail(err, BW_ERR_REFUSED,
                           "model '%.200s' of '%s' is not run: no command line should hold it",
                           models[i], name);
        }
    }
    return BW_OK;
}

enum bw_err bw_engine_open_eval(struct bw_engine *engine, const struct bw_eval_wish *wish,
                                struct bw_eval_job *out, struct bw_error *err)
{
    const struct bw_deployment *deployment = wish->deployment;
    const char *baseline = baseline_of(deployment);
    const char *starter = deployment->evals.trigger;
    enum bw_err rc = check_wish(wish, baseline, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_eval_job job = {
        .reason = bw_xstrdup(""),
        .deployment = bw_xstrdup(deployment->name),
        .owner = bw_xstrdup(deployment->owner),
        .notice = wish->notice == NULL ? 0 : wish->notice->id,
        .suite = bw_xstrdup(deployment->evals.suite),
        .starter = bw_xstrdup(starter == NULL ? BW_STARTER_RUNNER : starter),
        .baseline = bw_xstrdup(baseline),
        .candidate = bw_xstrdup(wish->candidate),
        .tuned = bw_xstrdup(wish->tuned),
        .by_hand = wish->by_hand,
        .created_ms = engine->now_ms,
    };
    bool held = false;
    rc = expect_cost(engine, wish, &job, err);
    if (rc == BW_OK) {
        rc = bw_engine_hold_back(engine, &job, &held, err);
    }
    if (rc == BW_OK) {
        rc = bw_evals_insert(engine->db, &job, err);
    }
    if (rc == BW_OK && wish->notice != NULL) {
        bw_replace(&wish->notice->eval, NULL);
        wish->notice->eval = bw_eval_brief(&job);
        rc = bw_notices_save(engine->db, wish->notice, err);
    }
    *out = job;
    return rc;
}

/* What waits for the budget, or without a tune that there is by now, need not. */
enum bw_err bw_engine_hurry_eval(struct bw_engine *engine, const struct bw_eval_wish *wish,
                                 struct bw_eval_job *job, struct bw_error *err)
{
    bool waits = job->due_ms > engine->now_ms;
    bool retuned = wish->tuned != NULL && !bw_str_equal(wish->tuned, job->tuned);
    if (job->state != BW_JOB_QUEUED || !(waits || retuned)) {
        return bw_fail(err, BW_ERR_CONFLICT, "eval %lld of '%s' is %s already", (long long)job->id,
                       job->deployment, bw_job_state_word(job->state));
    }
    enum bw_err rc = check_wish(wish, job->baseline, err);
    if (rc == BW_OK && retuned) {
        bw_replace(&job->tuned, wish->tuned);
        rc = expect_cost(engine, wish, job, err);
    }
    job->by_hand = true;
    job->due_ms = 0;
    bw_replace(&job->reason, "");
    return rc == BW_OK ? bw_engine_save_eval(engine, job, err) : rc;
}

/* ---- what a notice does to its job ---- */

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
    starter = starter == NULL ? BW_STARTER_RUNNER : starter;
    if (deployment->evals.suite == NULL || !bw_str_equal(job->baseline, baseline_of(deployment))) {
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
                 bw_str_equal(latest.baseline, baseline_of(deployment));
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

/* ---- what a job does to its notice ---- */

/* BW_ERR_NOTFOUND: it has none. */
static enum bw_err read_notice(struct bw_engine *engine, const struct bw_eval_job *job,
                               struct bw_notice *out, struct bw_error *err)
{
    enum bw_err rc = job->notice == 0 ? BW_ERR_NOTFOUND
                                      : bw_notices_get(engine->db, job->notice, out, err);
    if (rc == BW_OK) {
        free(out->eval);
        out->eval = bw_eval_brief(job);
    }
    return rc;
}

enum bw_err bw_engine_save_eval(struct bw_engine *engine, const struct bw_eval_job *job,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    enum bw_err rc = bw_evals_save(engine->db, job, err);
    if (rc != BW_OK) {
        return rc;
    }
    rc = read_notice(engine, job, &notice, err);
    return rc == BW_OK              ? bw_notices_save(engine->db, &notice, err)
           : rc == BW_ERR_NOTFOUND ? BW_OK
                                    : rc;
}

static enum bw_err answer_notice(struct bw_engine *engine, const struct bw_eval_job *job,
                                 struct bw_notice *notice, bool *moved, struct bw_error *err)
{
    enum bw_eval_role judged = job->tuned == NULL ? BW_EVAL_CANDIDATE : BW_EVAL_TUNED;
    enum bw_notice_state to =
        bw_eval_consequence(job->verdict, notice->kind, judged, notice->state);
    BW_CLEANUP(bw_freep) char *reason = bw_xasprintf("eval %lld: %s", (long long)job->id,
                                                     job->reason);
    const struct bw_move_notice how = {
        .to = to,
        .event = job->verdict == BW_EVAL_PASS ? "verified"
                 : to == BW_NOTICE_WAIVED     ? "rejected"
                                              : bw_eval_verdict_word(job->verdict),
        .actor = "basewatch",
        .reason = reason,
    };
    *moved = to != notice->state;
    return *moved ? bw_engine_move(engine, notice, &how, err)
                  : bw_engine_note(engine, notice, &how, err);
}

enum bw_err bw_engine_end_eval(struct bw_engine *engine, struct bw_eval_job *job,
                               enum bw_eval_verdict verdict, const char *reason,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    bool moved = false;
    assert(bw_job_may_move(job->state, BW_JOB_FINISHED));
    job->state = BW_JOB_FINISHED;
    job->verdict = verdict;
    job->finished_ms = engine->now_ms;
    job->lease_until_ms = 0;
    job->due_ms = 0;
    bw_replace(&job->reason, reason);
    bw_replace(&job->token_hash, NULL);
    bw_engine_note_runner(engine, job->id);
    enum bw_err rc = bw_evals_save(engine->db, job, err);
    if (rc == BW_OK) {
        rc = read_notice(engine, job, &notice, err);
    }
    if (rc == BW_OK) {
        rc = answer_notice(engine, job, &notice, &moved, err);
    }
    rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    return rc == BW_OK && verdict != BW_EVAL_CANCELLED
               ? bw_engine_announce_eval(engine, job, &notice, moved, err)
               : rc;
}

/* ---- reports ---- */

static const struct bw_eval_result *result_of(const struct bw_eval_results *results,
                                              enum bw_eval_role role)
{
    BW_VEC_EACH(const struct bw_eval_result, result, results)
    {
        if (result->role == role) {
            return result;
        }
    }
    return NULL;
}

/* Why these are not the runs that were asked for; NULL: they are. Ownership: the caller's. */
static char *misses(const struct bw_eval_job *job, const struct bw_eval_results *results)
{
    const char *const models[] = { [BW_EVAL_BASELINE] = job->baseline,
                                   [BW_EVAL_CANDIDATE] = job->candidate,
                                   [BW_EVAL_TUNED] = job->tuned };
    for (size_t i = 0; i < BW_COUNT(models); i++) {
        enum bw_eval_role role = (enum bw_eval_role)i;
        const struct bw_eval_result *result = result_of(results, role);
        if (models[i] != NULL && result == NULL) {
            return bw_xasprintf("%s was not run", bw_eval_role_word(role));
        }
        if (result != NULL && !bw_str_equal(result->model, models[i])) {
            return bw_xasprintf("%s was run on '%s' in place of '%s'", bw_eval_role_word(role),
                                result->model, models[i] == NULL ? "nothing" : models[i]);
        }
    }
    return NULL;
}

static enum bw_err judge(struct bw_engine *engine, struct bw_eval_job *job,
                         const struct bw_eval_report *report, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    struct bw_eval_rule rule = report->rule;
    enum bw_err rc = bw_inventory_get(engine->db, job->deployment, &member, err);
    if (rc != BW_OK && rc != BW_ERR_NOTFOUND) {
        return rc;
    }
    rule.cases = member.deployment.evals.cases;
    struct bw_eval_judgement judgement = { .verdict = BW_EVAL_INCONCLUSIVE,
                                           .reason = misses(job, &report->results) };
    if (judgement.reason == NULL) {
        bw_eval_judge(&report->results, rule, &judgement);
    }
    job->result = bw_eval_result_text(&report->results, &judgement);
    rc = bw_engine_end_eval(engine, job, judgement.verdict, judgement.reason, err);
    bw_eval_judgement_clear(&judgement);
    return rc;
}

enum bw_err bw_engine_report_eval(struct bw_engine *engine, struct bw_eval_job *job,
                                  const struct bw_eval_report *report, struct bw_error *err)
{
    switch (report->outcome) {
    case BW_EVAL_FINISHED:
        return judge(engine, job, report, err);
    case BW_EVAL_TIMED_OUT:
    case BW_EVAL_FAILED:
        break;
    }
    bool late = report->outcome == BW_EVAL_TIMED_OUT;
    const char *reason = report->reason != NULL ? report->reason
                         : late                 ? "the suite did not end in time"
                                                : "the suite could not be run";
    job->result = bw_eval_result_text(&report->results, NULL);
    return bw_engine_end_eval(engine, job, late ? BW_EVAL_TIMEOUT : BW_EVAL_INCONCLUSIVE, reason,
                              err);
}
