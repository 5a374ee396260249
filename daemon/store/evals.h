/* daemon/store/evals.h: eval jobs, of which a deployment has at most one that is not finished. */
#ifndef BW_STORE_EVALS_H
#define BW_STORE_EVALS_H
#include <stdbool.h>
#include <stdint.h>

#include "base/money.h"
#include "base/vec.h"
#include "domain/eval_job.h"
#include "store/list_page.h"

struct bw_eval_job { /* one row; times UTC ms, 0: none; texts NULL where not known */
    int64_t id;
    enum bw_job_state state;
    enum bw_eval_verdict verdict; /* of a finished one */
    char *reason;                 /* why it waits, or why the verdict; "" */
    char *deployment;
    char *owner;
    int64_t notice; /* 0: none */
    char *suite;
    char *starter;   /* runner, ci, or the name of a trigger */
    char *baseline;  /* models */
    char *candidate;
    char *tuned;
    bool by_hand;
    char *runner;
    char *token_hash;
    int64_t lease_until_ms;
    int64_t due_ms;
    char *memory; /* JSON, the trigger plugin's own */
    struct bw_money expected;
    char *result; /* JSON */
    int64_t created_ms;
    int64_t started_ms;
    int64_t finished_ms;
};
struct bw_eval_jobs BW_VEC(struct bw_eval_job);
void bw_eval_job_clear(struct bw_eval_job *job);
void bw_eval_jobs_clear(struct bw_eval_jobs *jobs);

struct bw_eval_filter { /* NULL: any */
    const char *state;
    const char *verdict;
    const char *deployment;
    const char *owner;
    const char *suite;
};

/* Insert; job->id is set. BW_ERR_EXISTS: the deployment has an unfinished one. */
BW_MUST_CHECK enum bw_err bw_evals_insert(struct bw_db *db, struct bw_eval_job *job,
                                          struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_evals_save(struct bw_db *db, const struct bw_eval_job *job,
                                        struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_evals_get(struct bw_db *db, int64_t id, struct bw_eval_job *out,
                                       struct bw_error *err);
/* The newest of a deployment. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_evals_latest(struct bw_db *db, const char *deployment,
                                          struct bw_eval_job *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_evals_page(struct bw_db *db, const struct bw_eval_filter *filter,
                                        struct bw_list_page *page, struct bw_eval_jobs *out,
                                        struct bw_error *err);

/* The queued one of a starter that may begin at now_ms and has waited longest; suite NULL: any.
 * Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_evals_ready(struct bw_db *db, const char *starter, const char *suite,
                                         int64_t now_ms, struct bw_eval_job *out,
                                         struct bw_error *err);
/* When the next queued one of a starter may begin; INT64_MAX: none waits. */
BW_MUST_CHECK enum bw_err bw_evals_next_ready(struct bw_db *db, const char *starter,
                                              int64_t *out_ms, struct bw_error *err);
/* Running ones whose lease has ended by now_ms, and those to look after; and when the next of
 * either is due (INT64_MAX: never). */
BW_MUST_CHECK enum bw_err bw_evals_lost(struct bw_db *db, int64_t now_ms, int64_t limit,
                                        struct bw_eval_jobs *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_evals_to_look_after(struct bw_db *db, int64_t now_ms, int64_t limit,
                                                 struct bw_eval_jobs *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_evals_next_due(struct bw_db *db, int64_t now_ms, int64_t *out_ms,
                                            struct bw_error *err);

/* What held queued ones back may have changed: all may be looked at again. */
BW_MUST_CHECK enum bw_err bw_evals_release(struct bw_db *db, struct bw_error *err);
/* The leases of runners, or the time of all others, count anew from now_ms: nobody could renew them
 * while we were down, or the clock was set. What is looked after is looked at now. */
BW_MUST_CHECK enum bw_err bw_evals_extend(struct bw_db *db, bool runners, int64_t now_ms,
                                          int64_t lease_ms, struct bw_error *err);

/* Those that somebody runs: of those for a CI the ones it has taken. */
BW_MUST_CHECK enum bw_err bw_evals_running(struct bw_db *db, int64_t *out, struct bw_error *err);
/* What those begun since then are expected to cost, in micro-USD. */
BW_MUST_CHECK enum bw_err bw_evals_spent(struct bw_db *db, int64_t since_ms, int64_t *out,
                                         struct bw_error *err);
/* counts has one place for each enum bw_job_state, verdicts for each verdict; zeroed before. */
BW_MUST_CHECK enum bw_err bw_evals_count(struct bw_db *db, int64_t *counts, int64_t *verdicts,
                                         struct bw_error *err);
#endif
