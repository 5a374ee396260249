/* daemon/engine/eval_queue.c: which eval job runs when, and for how long it may be silent. */
#include "engine/state.h"

#include <assert.h>

#include "base/str.h"

enum bw_err bw_engine_hold_back(struct bw_engine *engine, struct bw_eval_job *job, bool *held,
                                struct bw_error *err)
{
    const struct bw_money budget = engine->settings->evals.budget;
    struct bw_money spent = { 0 };
    *held = false;
    if (budget.micros == 0 || job->by_hand) {
        return BW_OK;
    }
    enum bw_err rc = bw_evals_spent(engine->db, bw_instant_month(engine->now_ms, 0),
                                    &spent.micros, err);
    if (rc != BW_OK || bw_money_add(spent, job->expected).micros <= budget.micros) {
        return rc;
    }
    char texts[3][BW_MONEY_TEXT];
    char day[BW_INSTANT_TEXT];
    *held = true;
    job->due_ms = bw_instant_month(engine->now_ms, 1);
    free(job->reason);
    job->reason = bw_xasprintf("waits until %s, or for `basewatch evals start`: $%s expected, and "
                               "$%s of this month's $%s are taken",
                               bw_instant_format_day(job->due_ms, day),
                               bw_money_format(job->expected, texts[0]),
                               bw_money_format(spent, texts[1]),
                               bw_money_format(budget, texts[2]));
    return BW_OK;
}

enum bw_err bw_engine_begin_eval(struct bw_engine *engine, struct bw_eval_job *job,
                                 const char *runner, int64_t lease_ms, struct bw_error *err)
{
    assert(bw_job_may_move(job->state, BW_JOB_RUNNING));
    job->state = BW_JOB_RUNNING;
    job->started_ms = engine->now_ms;
    job->lease_until_ms = engine->now_ms + lease_ms;
    job->due_ms = 0;
    bw_replace(&job->runner, runner);
    bw_replace(&job->reason, "");
    return bw_engine_save_eval(engine, job, err);
}

/* The longest waiting one over all suites offered. */
static enum bw_err first_ready(struct bw_engine *engine, const char *starter,
                               const struct bw_names *suites, struct bw_eval_job *out,
                               struct bw_error *err)
{
    if (suites == NULL) {
        return bw_evals_ready(engine->db, starter, NULL, engine->now_ms, out, err);
    }
    BW_VEC_EACH(char *, suite, suites)
    {
        struct bw_eval_job job = { 0 };
        enum bw_err rc =
            bw_evals_ready(engine->db, starter, *suite, engine->now_ms, &job, err);
        if (rc != BW_OK && rc != BW_ERR_NOTFOUND) {
            return rc;
        }
        if (rc == BW_OK && (out->id == 0 || job.id < out->id)) {
            bw_eval_job_clear(out);
            *out = job;
        } else {
            bw_eval_job_clear(&job);
        }
    }
    return out->id == 0 ? BW_ERR_NOTFOUND : BW_OK;
}

enum bw_err bw_engine_next_eval(struct bw_engine *engine, const char *starter,
                                const struct bw_names *suites, struct bw_eval_job *out,
                                struct bw_error *err)
{
    int64_t running = 0;
    enum bw_err rc = bw_evals_running(engine->db, &running, err);
    if (rc == BW_OK && running >= engine->settings->evals.running) {
        return BW_ERR_NOTFOUND;
    }
    for (int looked = 0; rc == BW_OK && looked < BW_DUE_CHUNK; looked++) {
        bool held = false;
        rc = first_ready(engine, starter, suites, out, err);
        if (rc == BW_OK) {
            rc = bw_engine_hold_back(engine, out, &held, err);
        }
        if (rc != BW_OK || !held) {
            return rc;
        }
        rc = bw_engine_save_eval(engine, out, err);
        bw_eval_job_clear(out);
    }
    return rc == BW_OK ? BW_ERR_NOTFOUND : rc;
}

/* ---- what time does ---- */

static enum bw_err give_up(struct bw_engine *engine, struct bw_eval_job *job, struct bw_error *err)
{
    char text[BW_INSTANT_TEXT];
    bool ours = bw_str_equal(job->starter, BW_STARTER_RUNNER);
    BW_CLEANUP(bw_freep)
    char *reason =
        ours ? bw_xasprintf("the runner '%s' was lost: its lease ended without a word", job->runner)
             : bw_xasprintf("no result came within %s",
                            bw_duration_format(engine->settings->evals.ci_timeout_ms, text));
    return bw_engine_end_eval(engine, job, ours ? BW_EVAL_INCONCLUSIVE : BW_EVAL_TIMEOUT, reason,
                              err);
}

static enum bw_err end_lost(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs lost = { 0 };
    enum bw_err rc = bw_evals_lost(engine->db, engine->now_ms, BW_DUE_CHUNK, &lost, err);
    *more = *more || lost.count == BW_DUE_CHUNK;
    BW_VEC_EACH(struct bw_eval_job, job, &lost)
    {
        rc = rc == BW_OK ? give_up(engine, job, err) : rc;
    }
    return rc;
}

/* What may run elsewhere begins to run. A trigger's plugin is called once that is committed; a CI
 * hears of it by webhook. */
static enum bw_err begin_all(struct bw_engine *engine, const char *starter, bool by_plugin,
                             struct bw_error *err)
{
    int64_t timeout_ms = engine->settings->evals.ci_timeout_ms;
    enum bw_err rc = BW_OK;
    while (rc == BW_OK) {
        BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
        rc = bw_engine_next_eval(engine, starter, NULL, &job, err);
        if (rc == BW_OK) {
            rc = bw_engine_begin_eval(engine, &job, starter, timeout_ms, err);
        }
        if (rc == BW_OK && by_plugin) {
            job.due_ms = engine->now_ms;
            rc = bw_evals_save(engine->db, &job, err);
        } else if (rc == BW_OK) {
            rc = bw_engine_announce_request(engine, &job, err);
        }
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

static enum bw_err begin_elsewhere(struct bw_engine *engine, struct bw_error *err)
{
    enum bw_err rc = begin_all(engine, BW_STARTER_CI, false, err);
    BW_VEC_EACH(const struct bw_sink_settings, trigger, &engine->settings->triggers)
    {
        rc = rc == BW_OK ? begin_all(engine, trigger->name, true, err) : rc;
    }
    return rc;
}

enum bw_err bw_engine_evals_due(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    enum bw_err rc = end_lost(engine, more, err);
    if (rc == BW_OK) {
        rc = begin_elsewhere(engine, err);
    }
    return rc == BW_OK ? bw_engine_serve_lessees(engine, err) : rc;
}

/* Nobody could renew a lease while we were down. Of a run elsewhere that was being started then it
 * is not known whether it was: it is not started again. */
static enum bw_err resume_running(struct bw_engine *engine, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs looked_after = { 0 };
    enum bw_err rc = bw_evals_extend(engine->db, true, engine->now_ms,
                                     engine->settings->evals.lease_ms, err);
    if (rc == BW_OK) {
        rc = bw_evals_to_look_after(engine->db, INT64_MAX, INT64_MAX, &looked_after, err);
    }
    BW_VEC_EACH(struct bw_eval_job, job, &looked_after)
    {
        if (rc == BW_OK && job->memory == NULL) {
            rc = bw_engine_end_eval(engine, job, BW_EVAL_INCONCLUSIVE,
                                    "the daemon ended while the run was being started; whether it "
                                    "was is not known",
                                    err);
        }
    }
    return rc;
}

enum bw_err bw_engine_evals_resume(struct bw_engine *engine, bool started, struct bw_error *err)
{
    enum bw_err rc = started ? resume_running(engine, err) : BW_OK;
    return rc == BW_OK ? bw_evals_release(engine->db, err) : rc;
}

enum bw_err bw_engine_evals_clock_set(struct bw_engine *engine, struct bw_error *err)
{
    if (engine->settings == NULL) {
        return BW_OK;
    }
    const struct bw_eval_settings *settings = &engine->settings->evals;
    enum bw_err rc = bw_evals_extend(engine->db, true, engine->now_ms, settings->lease_ms, err);
    return rc == BW_OK ? bw_evals_extend(engine->db, false, engine->now_ms,
                                         settings->ci_timeout_ms, err)
                       : rc;
}

static enum bw_err next_start(struct bw_engine *engine, const char *starter, int64_t *out_ms,
                              struct bw_error *err)
{
    int64_t at_ms = INT64_MAX;
    enum bw_err rc = bw_evals_next_ready(engine->db, starter, &at_ms, err);
    /* What could begin by now waits for another to end, and that will be an event. */
    if (rc == BW_OK && at_ms > engine->now_ms && at_ms < *out_ms) {
        *out_ms = at_ms;
    }
    return rc;
}

enum bw_err bw_engine_evals_next_due(struct bw_engine *engine, int64_t *out_ms,
                                     struct bw_error *err)
{
    enum bw_err rc = bw_evals_next_due(engine->db, engine->now_ms, out_ms, err);
    BW_VEC_EACH(const struct bw_lessee, lessee, &engine->lessees)
    {
        *out_ms = lessee->until_ms < *out_ms ? lessee->until_ms : *out_ms;
        rc = rc == BW_OK ? next_start(engine, BW_STARTER_RUNNER, out_ms, err) : rc;
    }
    rc = rc == BW_OK ? next_start(engine, BW_STARTER_CI, out_ms, err) : rc;
    for (size_t i = 0; engine->settings != NULL && i < engine->settings->triggers.count; i++) {
        const char *name = engine->settings->triggers.items[i].name;
        rc = rc == BW_OK ? next_start(engine, name, out_ms, err) : rc;
    }
    return rc;
}
