/* daemon/engine/subject.h: the deployment that a question is about, judged for the day in question.
 */
#ifndef BW_ENGINE_SUBJECT_H
#define BW_ENGINE_SUBJECT_H
#include "engine/call.h"
#include "engine/pricing.h"

struct bw_subject {
    struct bw_member member;
    struct bw_cohort cohort;
    struct bw_cohort embedder; /* of its embedding model; id 0: it has none */
    struct bw_pricing pricing; /* of the move to ?to=, else to its candidate */
    int64_t at_ms;             /* ?at=, else now */
};

/* The deployment that the call's path names. Ownership: *out is the caller's, to release with
 * bw_subject_clear() also after a failure, as it borrows from itself.
 * Errors: BW_ERR_NOTFOUND, BW_ERR_INVALID, BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_subject_read(struct bw_call *call, struct bw_subject *out,
                                          struct bw_error *err);
void bw_subject_clear(struct bw_subject *subject);

/* The judgement on a cohort for another day than today, made anew and kept nowhere. */
BW_MUST_CHECK enum bw_err bw_subject_judge_at(struct bw_engine *engine, int64_t at_ms,
                                              struct bw_cohort *cohort, struct bw_error *err);
#endif
