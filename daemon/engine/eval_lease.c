/* daemon/engine/eval_lease.c: runners that ask for a job, and wait for one; in memory alone. */
#include "engine/state.h"

#include "base/str.h"
#include "codec/token.h"
#include "engine/rows.h"

void bw_lessee_clear(struct bw_lessee *lessee)
{
    free(lessee->runner);
    free(lessee->token);
    bw_names_clear(&lessee->suites);
}

void bw_engine_note_runner(struct bw_engine *engine, int64_t job)
{
    for (size_t i = engine->grants.count; i-- > 0;) {
        if (engine->grants.items[i].job == job) {
            engine->grants.items[i] = engine->grants.items[--engine->grants.count];
        }
    }
}

enum bw_err bw_engine_take_back(struct bw_engine *engine, uint64_t request, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    const struct bw_grant *grant = NULL;
    BW_VEC_EACH(const struct bw_grant, given, &engine->grants)
    {
        grant = given->request == request ? given : grant;
    }
    enum bw_err rc =
        grant == NULL ? BW_ERR_NOTFOUND : bw_evals_get(engine->db, grant->job, &job, err);
    if (rc != BW_OK || !bw_job_may_move(job.state, BW_JOB_QUEUED)) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    bw_engine_note_runner(engine, job.id);
    job.state = BW_JOB_QUEUED;
    job.started_ms = 0;
    job.lease_until_ms = 0;
    bw_replace(&job.runner, NULL);
    bw_replace(&job.token_hash, NULL);
    return bw_engine_save_eval(engine, &job, err);
}

static void answer(struct bw_engine *engine, struct bw_lessee *lessee,
                   const struct bw_eval_job *job)
{
    if (job != NULL) {
        bw_engine_note_runner(engine, job->id);
        BW_VEC_PUSH(&engine->grants, (struct bw_grant){ lessee->request, job->id });
    }
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_row_eval_order(&w, job, lessee->token, engine->settings->evals.lease_ms);
    bw_engine_reply(engine, lessee->request, 200, bw_str_take(&body));
    lessee->answered = true;
}

static enum bw_err serve(struct bw_engine *engine, struct bw_lessee *lessee, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc =
        bw_engine_next_eval(engine, BW_STARTER_RUNNER, &lessee->suites, &job, err);
    if (rc == BW_OK) {
        char hash[BW_TOKEN_HASH_TEXT];
        bw_replace(&job.token_hash, bw_token_hash(lessee->token, hash));
        rc = bw_engine_begin_eval(engine, &job, lessee->runner, engine->settings->evals.lease_ms,
                                  err);
    }
    if (rc == BW_OK || (rc == BW_ERR_NOTFOUND && lessee->until_ms <= engine->now_ms)) {
        answer(engine, lessee, rc == BW_OK ? &job : NULL);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_engine_serve_lessee(struct bw_engine *engine, struct bw_lessee *lessee,
                                   struct bw_error *err)
{
    BW_VEC_PUSH(&engine->lessees, *lessee);
    *lessee = (struct bw_lessee){ 0 };
    return serve(engine, &engine->lessees.items[engine->lessees.count - 1], err);
}

enum bw_err bw_engine_serve_lessees(struct bw_engine *engine, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(struct bw_lessee, lessee, &engine->lessees)
    {
        rc = rc == BW_OK ? serve(engine, lessee, err) : rc;
    }
    return rc;
}

void bw_engine_forget_lessee(struct bw_engine *engine, uint64_t request)
{
    BW_VEC_EACH(struct bw_lessee, lessee, &engine->lessees)
    {
        if (lessee->request == request) {
            bw_lessee_clear(lessee);
            *lessee = engine->lessees.items[--engine->lessees.count];
            return;
        }
    }
}

void bw_engine_settle_lessees(struct bw_engine *engine, bool committed)
{
    for (size_t i = 0; i < engine->lessees.count;) {
        struct bw_lessee *lessee = &engine->lessees.items[i];
        if (lessee->answered && committed) {
            bw_lessee_clear(lessee);
            *lessee = engine->lessees.items[--engine->lessees.count];
            continue;
        }
        lessee->answered = false;
        i++;
    }
}
