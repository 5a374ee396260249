/* daemon/store/evals.c: see evals.h. */
#include "store/evals.h"

#define COLUMNS                                                                                    \
    "id, state, verdict, reason, deployment, owner, notice, suite, starter, baseline, candidate,"  \
    " tuned, by_hand, runner, token_hash, lease_until_ms, due_ms, memory, expected_usd, result,"   \
    " created_ms, started_ms, finished_ms"

static const char INSERT_SQL[] =
    "INSERT INTO eval_job (state, reason, deployment, owner, notice, suite, starter, baseline,"
    " candidate, tuned, by_hand, due_ms, expected_usd, created_ms)"
    " VALUES ('queued', $1, $2, $3, nullif($4, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13)";
static const char SAVE_SQL[] =
    "UPDATE eval_job SET state = $2, verdict = $3, reason = $4, by_hand = $5, runner = $6,"
    " token_hash = $7, lease_until_ms = $8, due_ms = $9, memory = $10, result = $11,"
    " started_ms = $12, finished_ms = $13, tuned = $14, expected_usd = $15, suite = $16,"
    " starter = $17 WHERE id = $1";
static const char GET_SQL[] = "SELECT " COLUMNS " FROM eval_job WHERE id = $1";
static const char LATEST_SQL[] =
    "SELECT " COLUMNS " FROM eval_job WHERE deployment = $1 ORDER BY id DESC LIMIT 1";
static const char PAGE_SQL[] =
    "SELECT " COLUMNS " FROM eval_job WHERE " BW_LIST_WINDOW("id") " AND ($2 IS NULL OR state = $2)"
    " AND ($3 IS NULL OR verdict = $3) AND ($4 IS NULL OR deployment = $4)"
    " AND ($5 IS NULL OR owner = $5) AND ($6 IS NULL OR suite = $6) ORDER BY id LIMIT $7";
static const char NEWEST_ID_SQL[] = "SELECT max(id) FROM eval_job";
static const char READY_SQL[] =
    "SELECT " COLUMNS " FROM eval_job WHERE state = 'queued' AND starter = $1"
    " AND ($2 IS NULL OR suite = $2) AND due_ms <= $3 ORDER BY due_ms, id LIMIT 1";
static const char NEXT_READY_SQL[] =
    "SELECT min(due_ms) FROM eval_job WHERE state = 'queued' AND starter = $1";
static const char LOST_SQL[] =
    "SELECT " COLUMNS " FROM eval_job WHERE state = 'running' AND lease_until_ms <= $1"
    " ORDER BY id LIMIT $2";
static const char LOOK_SQL[] =
    "SELECT " COLUMNS " FROM eval_job WHERE state = 'running' AND due_ms > 0 AND due_ms <= $1"
    " ORDER BY id LIMIT $2";
static const char NEXT_LOST_SQL[] =
    "SELECT min(lease_until_ms) FROM eval_job WHERE state = 'running'";
static const char NEXT_LOOK_SQL[] =
    "SELECT min(due_ms) FROM eval_job WHERE state = 'running' AND due_ms > $1";
static const char RELEASE_SQL[] =
    "UPDATE eval_job SET due_ms = 0, reason = '' WHERE state = 'queued' AND due_ms > 0";
static const char EXTEND_SQL[] =
    "UPDATE eval_job SET lease_until_ms = $2 + $3,"
    " due_ms = CASE WHEN due_ms > 0 THEN $2 ELSE 0 END"
    " WHERE state = 'running' AND (starter = 'runner') = $1";
/* A CI that has not taken its job may never do so. */
static const char RUNNING_SQL[] = "SELECT count(*) FROM eval_job WHERE state = 'running'"
                                  " AND (starter <> 'ci' OR token_hash IS NOT NULL)";
static const char SPENT_SQL[] = "SELECT sum(expected_usd) FROM eval_job WHERE started_ms >= $1"
                                " AND started_ms > 0";
static const char COUNT_SQL[] =
    "SELECT state, verdict, count(*) FROM eval_job GROUP BY state, verdict";

void bw_eval_job_clear(struct bw_eval_job *job)
{
    char *const texts[] = { job->reason,   job->deployment, job->owner,  job->suite,
                            job->starter,  job->baseline,   job->candidate, job->tuned,
                            job->runner,   job->token_hash, job->memory, job->result };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        free(texts[i]);
    }
    *job = (struct bw_eval_job){ 0 };
}

void bw_eval_jobs_clear(struct bw_eval_jobs *jobs)
{
    BW_VEC_CLEAR(jobs, bw_eval_job_clear);
}

static struct bw_eval_job from_row(struct bw_stmt *row)
{
    struct bw_eval_job job = {
        .id = bw_stmt_i64(row, 0),
        .reason = bw_stmt_text_dup(row, 3),
        .deployment = bw_stmt_text_dup(row, 4),
        .owner = bw_stmt_text_dup(row, 5),
        .notice = bw_stmt_i64(row, 6),
        .suite = bw_stmt_text_dup(row, 7),
        .starter = bw_stmt_text_dup(row, 8),
        .baseline = bw_stmt_text_dup(row, 9),
        .candidate = bw_stmt_text_dup(row, 10),
        .tuned = bw_stmt_text_dup(row, 11),
        .by_hand = bw_stmt_i64(row, 12) != 0,
        .runner = bw_stmt_text_dup(row, 13),
        .token_hash = bw_stmt_text_dup(row, 14),
        .lease_until_ms = bw_stmt_i64(row, 15),
        .due_ms = bw_stmt_i64(row, 16),
        .memory = bw_stmt_text_dup(row, 17),
        .expected = { bw_stmt_i64(row, 18) },
        .result = bw_stmt_text_dup(row, 19),
        .created_ms = bw_stmt_i64(row, 20),
        .started_ms = bw_stmt_i64(row, 21),
        .finished_ms = bw_stmt_i64(row, 22),
    };
    (void)bw_job_state_parse(bw_stmt_text(row, 1), &job.state);
    (void)bw_eval_verdict_parse(bw_stmt_text(row, 2), &job.verdict);
    return job;
}

static enum bw_err one_job(struct bw_stmt *row, struct bw_eval_job *out, struct bw_error *err)
{
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
    }
    return rc;
}

static enum bw_err jobs_from_rows(struct bw_stmt *row, struct bw_eval_jobs *out,
                                  struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, from_row(row));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_evals_insert(struct bw_db *db, struct bw_eval_job *job, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, job->reason);
    BW_BIND(stmt, 2, job->deployment);
    BW_BIND(stmt, 3, job->owner);
    BW_BIND(stmt, 4, job->notice);
    BW_BIND(stmt, 5, job->suite);
    BW_BIND(stmt, 6, job->starter);
    BW_BIND(stmt, 7, job->baseline);
    BW_BIND(stmt, 8, job->candidate);
    BW_BIND(stmt, 9, job->tuned);
    BW_BIND(stmt, 10, (int64_t)job->by_hand);
    BW_BIND(stmt, 11, job->due_ms);
    BW_BIND(stmt, 12, job->expected.micros);
    BW_BIND(stmt, 13, job->created_ms);
    enum bw_err rc = bw_stmt_run(stmt, err);
    if (rc == BW_OK) {
        job->id = bw_db_last_id(db);
    }
    return rc;
}

enum bw_err bw_evals_save(struct bw_db *db, const struct bw_eval_job *job, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SAVE_SQL);
    BW_BIND(stmt, 1, job->id);
    BW_BIND(stmt, 2, bw_job_state_word(job->state));
    if (job->state == BW_JOB_FINISHED) {
        BW_BIND(stmt, 3, bw_eval_verdict_word(job->verdict));
    }
    BW_BIND(stmt, 4, job->reason);
    BW_BIND(stmt, 5, (int64_t)job->by_hand);
    BW_BIND(stmt, 6, job->runner);
    BW_BIND(stmt, 7, job->token_hash);
    BW_BIND(stmt, 8, job->lease_until_ms);
    BW_BIND(stmt, 9, job->due_ms);
    BW_BIND(stmt, 10, job->memory);
    BW_BIND(stmt, 11, job->result);
    BW_BIND(stmt, 12, job->started_ms);
    BW_BIND(stmt, 13, job->finished_ms);
    BW_BIND(stmt, 14, job->tuned);
    BW_BIND(stmt, 15, job->expected.micros);
    BW_BIND(stmt, 16, job->suite);
    BW_BIND(stmt, 17, job->starter);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_evals_get(struct bw_db *db, int64_t id, struct bw_eval_job *out,
                         struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_BIND(row, 1, id);
    enum bw_err rc = one_job(row, out, err);
    return rc == BW_ERR_NOTFOUND
               ? bw_fail(err, rc, "there is no eval job %lld", (long long)id)
               : rc;
}

enum bw_err bw_evals_latest(struct bw_db *db, const char *deployment, struct bw_eval_job *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, LATEST_SQL);
    BW_BIND(row, 1, deployment);
    return one_job(row, out, err);
}

enum bw_err bw_evals_page(struct bw_db *db, const struct bw_eval_filter *filter,
                          struct bw_list_page *page, struct bw_eval_jobs *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, filter->state);
    BW_BIND(row, 3, filter->verdict);
    BW_BIND(row, 4, filter->deployment);
    BW_BIND(row, 5, filter->owner);
    BW_BIND(row, 6, filter->suite);
    BW_BIND(row, 7, page->limit);
    enum bw_err rc = jobs_from_rows(row, out, err);
    int64_t last = out->count == 0 ? 0 : out->items[out->count - 1].id;
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last, page, err) : rc;
}

enum bw_err bw_evals_ready(struct bw_db *db, const char *starter, const char *suite,
                           int64_t now_ms, struct bw_eval_job *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, READY_SQL);
    BW_BIND(row, 1, starter);
    BW_BIND(row, 2, suite);
    BW_BIND(row, 3, now_ms);
    return one_job(row, out, err);
}

enum bw_err bw_evals_next_ready(struct bw_db *db, const char *starter, int64_t *out_ms,
                                struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, NEXT_READY_SQL);
    BW_BIND(stmt, 1, starter);
    return bw_stmt_one_i64(stmt, INT64_MAX, out_ms, err);
}

static enum bw_err due_jobs(struct bw_db *db, const char *sql, int64_t now_ms, int64_t limit,
                            struct bw_eval_jobs *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, sql);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    return jobs_from_rows(row, out, err);
}

enum bw_err bw_evals_lost(struct bw_db *db, int64_t now_ms, int64_t limit,
                          struct bw_eval_jobs *out, struct bw_error *err)
{
    return due_jobs(db, LOST_SQL, now_ms, limit, out, err);
}

enum bw_err bw_evals_to_look_after(struct bw_db *db, int64_t now_ms, int64_t limit,
                                   struct bw_eval_jobs *out, struct bw_error *err)
{
    return due_jobs(db, LOOK_SQL, now_ms, limit, out, err);
}

enum bw_err bw_evals_next_due(struct bw_db *db, int64_t now_ms, int64_t *out_ms,
                              struct bw_error *err)
{
    int64_t look_ms = INT64_MAX;
    enum bw_err rc = bw_stmt_one_i64(bw_db_query(db, NEXT_LOST_SQL), INT64_MAX, out_ms, err);
    struct bw_stmt *stmt = bw_db_query(db, NEXT_LOOK_SQL);
    BW_BIND(stmt, 1, now_ms);
    if (rc == BW_OK) {
        rc = bw_stmt_one_i64(stmt, INT64_MAX, &look_ms, err);
    }
    *out_ms = look_ms < *out_ms ? look_ms : *out_ms;
    return rc;
}

enum bw_err bw_evals_release(struct bw_db *db, struct bw_error *err)
{
    return bw_stmt_run(bw_db_query(db, RELEASE_SQL), err);
}

enum bw_err bw_evals_extend(struct bw_db *db, bool runners, int64_t now_ms, int64_t lease_ms,
                            struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, EXTEND_SQL);
    BW_BIND(stmt, 1, (int64_t)runners);
    BW_BIND(stmt, 2, now_ms);
    BW_BIND(stmt, 3, lease_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_evals_running(struct bw_db *db, int64_t *out, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, RUNNING_SQL), 0, out, err);
}

enum bw_err bw_evals_spent(struct bw_db *db, int64_t since_ms, int64_t *out, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SPENT_SQL);
    BW_BIND(stmt, 1, since_ms);
    return bw_stmt_one_i64(stmt, 0, out, err);
}

enum bw_err bw_evals_count(struct bw_db *db, int64_t *counts, int64_t *verdicts,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, COUNT_SQL);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        enum bw_job_state state = BW_JOB_QUEUED;
        enum bw_eval_verdict verdict = BW_EVAL_PASS;
        int64_t count = bw_stmt_i64(row, 2);
        (void)bw_job_state_parse(bw_stmt_text(row, 0), &state);
        counts[state] += count;
        if (bw_eval_verdict_parse(bw_stmt_text(row, 1), &verdict)) {
            verdicts[verdict] += count;
        }
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}
