/* daemon/engine/eval_calls.c: the commands about eval jobs: for people, and for who runs them. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "codec/eval_report.h"
#include "codec/token.h"
#include "domain/eval_suite.h"
#include "engine/call.h"
#include "engine/rows.h"

enum { WAIT_MAX_SEC = 60, RUNNER_NAME_MAX = 128 };

/* ---- for people ---- */

/* What stands in no row, for it is of this moment. */
static void say_why_it_waits(const struct bw_engine *engine, struct bw_eval_job *job)
{
    bool queued = job->state == BW_JOB_QUEUED && bw_str_equal(job->starter, BW_STARTER_RUNNER);
    bool offered = false;
    BW_VEC_EACH(char *, suite, &engine->offered)
    {
        offered = offered || strcmp(*suite, job->suite) == 0;
    }
    if (job->reason[0] != '\0') {
        return;
    }
    if (queued && !offered) {
        free(job->reason);
        job->reason = bw_xasprintf("no runner has offered the suite '%s' since the daemon started",
                                   job->suite);
    } else if (job->state == BW_JOB_RUNNING && job->token_hash == NULL &&
               bw_str_equal(job->starter, BW_STARTER_CI)) {
        bw_replace(&job->reason, "no CI has taken it yet: basewatch evals token");
    }
}

enum bw_err bw_api_evals(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs jobs = { 0 };
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    BW_CLEANUP(bw_freep) char *verdict = bw_call_query(call, "verdict");
    BW_CLEANUP(bw_freep) char *deployment = bw_call_query(call, "deployment");
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_freep) char *suite = bw_call_query(call, "suite");
    const struct bw_eval_filter filter = { state, verdict, deployment, owner, suite };
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_evals_page(call->engine->db, &filter, &page, &jobs, err);
    bw_call_begin_list(call, "evals");
    BW_VEC_EACH(struct bw_eval_job, job, &jobs)
    {
        say_why_it_waits(call->engine, job);
        bw_row_eval(&call->w, job, NULL);
    }
    bw_call_end_page(call, &page);
    return rc;
}

static enum bw_err read_job(struct bw_call *call, struct bw_eval_job *out, struct bw_error *err)
{
    return bw_evals_get(call->engine->db, call->id, out, err);
}

/* What one run came to. */
static void run_line(struct bw_call *call, const struct bw_json *run)
{
    struct bw_str text = { 0 };
    double cost_usd = bw_json_double(bw_json_get(run, "cost_usd"), -1);
    int64_t skipped = bw_json_i64(bw_json_get(run, "skipped"), 0);
    bw_str_appendf(&text, "%s %s: %" PRId64 " of %" PRId64 " cases passed, %" PRId64 " errors",
                   bw_json_text(bw_json_get(run, "role"), ""),
                   bw_json_text(bw_json_get(run, "model"), ""),
                   bw_json_i64(bw_json_get(run, "passed"), 0),
                   bw_json_i64(bw_json_get(run, "cases"), 0),
                   bw_json_i64(bw_json_get(run, "errors"), 0));
    if (skipped > 0) {
        bw_str_appendf(&text, ", %" PRId64 " skipped", skipped);
    }
    bw_str_appendf(&text, "; exit code %" PRId64 ", %.1f s",
                   bw_json_i64(bw_json_get(run, "exit"), 0),
                   bw_json_double(bw_json_get(run, "duration_ms"), 0) / 1000);
    if (cost_usd >= 0) {
        bw_str_appendf(&text, ", $%.2f", cost_usd);
    }
    if (bw_json_size(bw_json_get(run, "models_seen")) == 0) {
        bw_str_append(&text, "; it names no model");
    }
    bw_call_line(call, "%s", text.text);
    bw_str_clear(&text);
}

/* Where it stands, for people. */
static void job_lines(struct bw_call *call, const struct bw_eval_job *job)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *result = NULL;
    const char *verdict =
        job->state == BW_JOB_FINISHED ? bw_eval_verdict_word(job->verdict) : NULL;
    bw_call_line(call, "%s: %s%s%s", job->deployment,
                 verdict == NULL ? bw_job_state_word(job->state) : verdict,
                 job->reason[0] == '\0' ? "" : ": ", job->reason);
    bw_call_line(call, "suite %s on %s against %s, %s %s", job->suite,
                 job->tuned == NULL ? job->candidate : job->tuned, job->baseline,
                 job->runner == NULL ? "for" : "run by",
                 job->runner == NULL ? job->starter : job->runner);
    if (job->result == NULL ||
        bw_json_parse(job->result, strlen(job->result), &result, NULL) != BW_OK) {
        return;
    }
    for (const struct bw_json *run = bw_json_first(bw_json_get(result, "runs")); run != NULL;
         run = bw_json_next(run)) {
        run_line(call, run);
    }
}

enum bw_err bw_api_eval(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc = read_job(call, &job, err);
    if (rc != BW_OK) {
        return rc;
    }
    say_why_it_waits(call->engine, &job);
    bw_call_begin(call, "eval");
    bw_json_array_begin(&call->w, "evals");
    bw_row_eval(&call->w, &job, NULL);
    bw_json_array_end(&call->w);
    bw_json_array_begin(&call->w, "lines");
    job_lines(call, &job);
    bw_json_array_end(&call->w);
    bw_call_end(call);
    return BW_OK;
}

/* The live notice of a newer base, if there is one: it gets the answer. */
static enum bw_err find_notice(struct bw_call *call, const char *deployment,
                               const char *candidate, struct bw_notice *out, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(call->engine->db, deployment, false, &live, err);
    BW_VEC_EACH(struct bw_notice, notice, &live)
    {
        if (rc == BW_OK && out->id == 0 && bw_str_equal(notice->candidate, candidate) &&
            strcmp(bw_notice_matter(notice->kind), "succession") == 0) {
            *out = *notice;
            *notice = (struct bw_notice){ 0 };
        }
    }
    return rc;
}

/* Open one, or hurry the one that is queued. */
static enum bw_err start_by_hand(struct bw_call *call, const struct bw_member *member,
                                 const struct bw_cohort *cohort, struct bw_eval_job *job,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    const char *name = member->deployment.name;
    const char *tuned = bw_json_text(bw_json_get(call->json, "tuned"), NULL);
    enum bw_err rc = find_notice(call, name, cohort->candidate, &notice, err);
    const struct bw_eval_wish wish = { .deployment = &member->deployment,
                                       .cohort = cohort,
                                       .notice = notice.id == 0 ? NULL : &notice,
                                       .candidate = cohort->candidate,
                                       .tuned = tuned,
                                       .by_hand = true };
    if (rc == BW_OK && job->id != 0 && job->state != BW_JOB_FINISHED) {
        return bw_engine_hurry_eval(call->engine, &wish, job, err);
    }
    bw_eval_job_clear(job);
    return rc == BW_OK ? bw_engine_open_eval(call->engine, &wish, job, err) : rc;
}

/* What can begin does, so that the answer already says so. */
static enum bw_err begin_at_once(struct bw_call *call, int64_t id, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    bool more = false;
    enum bw_err rc = bw_engine_evals_due(call->engine, &more, err);
    if (rc == BW_OK) {
        rc = bw_evals_get(call->engine->db, id, &job, err);
    }
    if (rc == BW_OK) {
        bw_row_eval(&call->w, &job, NULL);
    }
    return rc;
}

enum bw_err bw_api_eval_start(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    const char *name = bw_json_text(bw_json_get(call->json, "deployment"), NULL);
    if (name == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "deployment is missing: say which");
    }
    enum bw_err rc = bw_call_member(call, name, &member, &cohort, err);
    if (rc == BW_OK) {
        rc = bw_evals_latest(call->engine->db, name, &job, err);
    }
    if (rc == BW_OK || (rc == BW_ERR_NOTFOUND && member.deployment.name != NULL)) {
        rc = start_by_hand(call, &member, &cohort, &job, err);
    }
    return rc == BW_OK ? begin_at_once(call, job.id, err) : rc;
}

enum bw_err bw_api_eval_cancel(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    BW_CLEANUP(bw_freep) char *actor = bw_call_actor(call);
    const char *why = bw_json_text(bw_json_get(call->json, "reason"), "");
    if (why[0] == '\0') {
        return bw_fail(err, BW_ERR_INVALID, "reason is missing: say why");
    }
    enum bw_err rc = read_job(call, &job, err);
    if (rc == BW_OK && job.state == BW_JOB_FINISHED) {
        rc = bw_fail(err, BW_ERR_CONFLICT, "eval %s is finished already: %s", call->args[0],
                     bw_eval_verdict_word(job.verdict));
    }
    BW_CLEANUP(bw_freep) char *reason = bw_xasprintf("cancelled by %s: %.500s", actor, why);
    if (rc == BW_OK) {
        rc = bw_engine_end_eval(call->engine, &job, BW_EVAL_CANCELLED, reason, err);
    }
    if (rc == BW_OK) {
        bw_row_eval(&call->w, &job, NULL);
    }
    return rc;
}

/* ---- for who runs them ---- */

static void note_offer(struct bw_engine *engine, const char *suite)
{
    BW_VEC_EACH(char *, known, &engine->offered)
    {
        if (strcmp(*known, suite) == 0) {
            return;
        }
    }
    if (engine->offered.count < BW_EVAL_SUITES_MAX) {
        BW_VEC_PUSH(&engine->offered, bw_xstrdup(suite));
    }
}

static enum bw_err read_offer(struct bw_call *call, struct bw_lessee *out, struct bw_error *err)
{
    const struct bw_json *json = call->json;
    const char *runner = bw_json_text(bw_json_get(json, "runner"), "");
    int64_t wait_sec = bw_json_i64(bw_json_get(json, "wait_seconds"), 0);
    const struct bw_json *suites = bw_json_get(json, "suites");
    if (runner[0] == '\0' || strlen(runner) > RUNNER_NAME_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "runner is not a name of at most %d bytes",
                       RUNNER_NAME_MAX);
    }
    if (!bw_json_is_array(suites) || bw_json_size(suites) > BW_EVAL_SUITES_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "suites is not a list of at most %d names",
                       BW_EVAL_SUITES_MAX);
    }
    for (const struct bw_json *suite = bw_json_first(suites); suite != NULL;
         suite = bw_json_next(suite)) {
        BW_VEC_PUSH(&out->suites, bw_xstrdup(bw_json_text(suite, "")));
        note_offer(call->engine, bw_json_text(suite, ""));
    }
    wait_sec = wait_sec < 0 ? 0 : wait_sec > WAIT_MAX_SEC ? WAIT_MAX_SEC : wait_sec;
    out->request = call->request->id;
    out->runner = bw_xstrdup(runner);
    out->token = bw_xstrdup(call->request->token);
    out->until_ms = call->engine->now_ms + wait_sec * BW_SECOND_MS;
    return BW_OK;
}

enum bw_err bw_api_eval_lease(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_lessee_clear) struct bw_lessee lessee = { 0 };
    enum bw_err rc = read_offer(call, &lessee, err);
    if (rc == BW_OK) {
        call->answered_later = true;
        rc = bw_engine_serve_lessee(call->engine, &lessee, err);
    }
    return rc;
}

/* May this job's token be given out? again: one that was, and is lost. */
static enum bw_err may_give_token(struct bw_call *call, const struct bw_eval_job *job, bool again,
                                  struct bw_error *err)
{
    int64_t running = 0;
    int64_t most = call->engine->settings->evals.running;
    if (!bw_str_equal(job->starter, BW_STARTER_CI)) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "eval %s is run by %s; a token is for evals.trigger: ci", call->args[0],
                       job->starter);
    }
    if (job->state != BW_JOB_RUNNING) {
        return bw_fail(err, BW_ERR_CONFLICT, "eval %s is %s", call->args[0],
                       bw_job_state_word(job->state));
    }
    if (job->token_hash != NULL) {
        return again ? BW_OK
                     : bw_fail(err, BW_ERR_CONFLICT,
                               "the token of eval %s has been given out; `basewatch evals token "
                               "%s --again` makes another, and the first is void then",
                               call->args[0], call->args[0]);
    }
    enum bw_err rc = bw_evals_running(call->engine->db, &running, err);
    return rc != BW_OK || running < most
               ? rc
               : bw_fail(err, BW_ERR_CONFLICT,
                         "eval %s has to wait: %lld run, which is evals.running; ask again",
                         call->args[0], (long long)running);
}

enum bw_err bw_api_eval_token(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    BW_CLEANUP(bw_freep) char *actor = bw_call_actor(call);
    char hash[BW_TOKEN_HASH_TEXT];
    bool again = bw_json_bool(bw_json_get(call->json, "again"), false);
    enum bw_err rc = read_job(call, &job, err);
    if (rc == BW_OK) {
        rc = may_give_token(call, &job, again, err);
    }
    if (rc == BW_OK) {
        bw_replace(&job.token_hash, bw_token_hash(call->request->token, hash));
        bw_replace(&job.runner, actor);
        rc = bw_engine_save_eval(call->engine, &job, err);
    }
    if (rc == BW_OK) {
        bw_row_eval_order(&call->w, &job, call->request->token,
                          job.lease_until_ms - call->engine->now_ms);
    }
    return rc;
}

/* The running job of the path, shown its token. 410: it is over, whoever asks. */
static enum bw_err read_leased(struct bw_call *call, struct bw_eval_job *out, struct bw_error *err)
{
    enum bw_err rc = read_job(call, out, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (out->state == BW_JOB_FINISHED) {
        return bw_fail(err, BW_ERR_GONE, "eval %s is over: %s: %s", call->args[0],
                       bw_eval_verdict_word(out->verdict), out->reason);
    }
    if (!bw_token_fits(bw_json_text(bw_json_get(call->json, "token"), NULL), out->token_hash)) {
        return bw_fail(err, BW_ERR_DENIED, "this is not the token of eval %s", call->args[0]);
    }
    bw_engine_note_runner(call->engine, out->id);
    return BW_OK;
}

enum bw_err bw_api_eval_renew(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    const struct bw_eval_settings *settings = &call->engine->settings->evals;
    enum bw_err rc = read_leased(call, &job, err);
    if (rc == BW_OK && bw_str_equal(job.starter, BW_STARTER_RUNNER)) {
        job.lease_until_ms = call->engine->now_ms + settings->lease_ms;
        rc = bw_evals_save(call->engine->db, &job, err);
    }
    if (rc == BW_OK) {
        int64_t left_ms = job.lease_until_ms - call->engine->now_ms;
        bw_json_object_begin(&call->w, NULL);
        bw_json_add_i64(&call->w, "lease_seconds", left_ms / BW_SECOND_MS);
        bw_json_object_end(&call->w);
    }
    return rc;
}

enum bw_err bw_api_eval_report(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { 0 };
    enum bw_err rc = read_leased(call, &job, err);
    if (rc == BW_OK) {
        rc = bw_eval_report_from_json(call->json, &report, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_report_eval(call->engine, &job, &report, err);
    }
    if (rc == BW_OK) {
        bw_row_eval(&call->w, &job, NULL);
    }
    return rc;
}
