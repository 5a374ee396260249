/* daemon/engine/eval_trigger.c: runs elsewhere, started and looked after by a trigger's plugin
 * until it has a report. */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"
#include "codec/eval_report.h"
#include "engine/rows.h"

enum { LOOKS_MAX = 16 }; /* plugins at work at once */
#define LOOK_FIRST_MS (3 * BW_SECOND_MS)
#define LOOK_MOST_MS (5 * BW_MINUTE_MS)

static bool is_at_work(const struct bw_engine *engine, int64_t job)
{
    BW_VEC_EACH(const int64_t, id, &engine->triggering)
    {
        if (*id == job) {
            return true;
        }
    }
    return false;
}

enum bw_err bw_engine_look_after(struct bw_engine *engine, struct bw_commands *commands,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs due = { 0 };
    enum bw_err rc =
        bw_evals_to_look_after(engine->db, engine->now_ms, 2 * LOOKS_MAX, &due, err);
    BW_VEC_EACH(struct bw_eval_job, job, &due)
    {
        if (engine->triggering.count >= LOOKS_MAX || is_at_work(engine, job->id)) {
            continue;
        }
        struct bw_str body = { 0 };
        struct bw_json_writer w = { .out = &body };
        bw_row_eval_order(&w, job, NULL, engine->settings->evals.ci_timeout_ms);
        struct bw_command command = { .type = BW_COMMAND_TRIGGER };
        command.deliver = (struct bw_deliver){ .delivery_id = job->id,
                                               .sink = BW_TAKE(job->starter),
                                               .body = bw_str_take(&body),
                                               .memory = BW_TAKE(job->memory) };
        BW_VEC_PUSH(&engine->triggering, job->id);
        BW_VEC_PUSH(commands, command);
    }
    return rc;
}

/* A run that has gone on for long is looked at less often. */
static int64_t pause_ms(const struct bw_engine *engine, const struct bw_eval_job *job,
                        int64_t asked_ms)
{
    int64_t pause = (engine->now_ms - job->started_ms) / 8;
    pause = pause < LOOK_FIRST_MS ? LOOK_FIRST_MS : pause > LOOK_MOST_MS ? LOOK_MOST_MS : pause;
    return asked_ms > pause ? asked_ms : pause;
}

/* Not over yet. One that was refused for now was not started: `{}` remembers that. */
static enum bw_err look_again(struct bw_engine *engine, struct bw_eval_job *job,
                              const struct bw_delivered *result, struct bw_error *err)
{
    job->due_ms = engine->now_ms + pause_ms(engine, job, result->retry_after_ms);
    bw_replace(&job->reason, result->error == NULL ? "" : result->error);
    if (job->memory == NULL) {
        job->memory = bw_xstrdup("{}");
    }
    return bw_engine_save_eval(engine, job, err);
}

static enum bw_err take_report(struct bw_engine *engine, struct bw_eval_job *job,
                               const struct bw_json *json, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { 0 };
    struct bw_error why = { 0 };
    if (bw_eval_report_from_json(json, &report, &why) != BW_OK) {
        (void)bw_error_prefix(&why, "its report: ");
        return bw_engine_end_eval(engine, job, BW_EVAL_INCONCLUSIVE, why.text, err);
    }
    return bw_engine_report_eval(engine, job, &report, err);
}

/* Memory is the plugin's own, but for the member that ends the job. */
static struct bw_json *memory_of(const struct bw_delivered *result)
{
    struct bw_json *memory = NULL;
    bool there = result->memory != NULL && bw_json_parse(result->memory, strlen(result->memory),
                                                         &memory, NULL) == BW_OK;
    return there ? memory : NULL;
}

static enum bw_err take_result(struct bw_engine *engine, const struct bw_delivered *result,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc = bw_evals_get(engine->db, result->delivery_id, &job, err);
    if (rc != BW_OK || job.state != BW_JOB_RUNNING) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc; /* cancelled, or given up, in the meantime */
    }
    if (result->memory != NULL) {
        bw_replace(&job.memory, result->memory);
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *memory = memory_of(result);
    const struct bw_json *report = bw_json_get(memory, "report");
    if (report != NULL) {
        return take_report(engine, &job, report, err);
    }
    switch (result->outcome) {
    case BW_DELIVERY_RETRY:
    case BW_DELIVERY_DONE:
        return look_again(engine, &job, result, err);
    case BW_DELIVERY_REFUSED:
    case BW_DELIVERY_DISABLED:
        break;
    }
    return bw_engine_end_eval(engine, &job, BW_EVAL_INCONCLUSIVE, result->error, err);
}

enum bw_err bw_engine_triggered(struct bw_engine *engine, const struct bw_results *results,
                                struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_delivered, result, results)
    {
        rc = rc == BW_OK ? take_result(engine, result, err) : rc;
    }
    return rc;
}
