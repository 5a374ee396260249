/* daemon/engine/subject.c: see subject.h. */
#include "engine/subject.h"

void bw_subject_clear(struct bw_subject *subject)
{
    bw_pricing_clear(&subject->pricing);
    bw_cohort_clear(&subject->embedder);
    bw_cohort_clear(&subject->cohort);
    bw_member_clear(&subject->member);
}

enum bw_err bw_subject_judge_at(struct bw_engine *engine, int64_t at_ms, struct bw_cohort *cohort,
                                struct bw_error *err)
{
    int64_t now_ms = engine->now_ms;
    if (at_ms == now_ms) {
        return BW_OK;
    }
    engine->now_ms = at_ms;
    enum bw_err rc = bw_engine_judge(engine, cohort, err);
    engine->now_ms = now_ms;
    return rc;
}

static enum bw_err read_embedder(struct bw_call *call, struct bw_subject *out,
                                 struct bw_error *err)
{
    if (out->member.embedder == 0) {
        return BW_OK;
    }
    enum bw_err rc = bw_cohorts_get(call->engine->db, out->member.embedder, &out->embedder, err);
    return rc == BW_OK ? bw_subject_judge_at(call->engine, out->at_ms, &out->embedder, err) : rc;
}

enum bw_err bw_subject_read(struct bw_call *call, struct bw_subject *out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *to = bw_call_query(call, "to");
    enum bw_err rc = bw_call_time(call, "at", call->engine->now_ms, &out->at_ms, err);
    if (rc == BW_OK) {
        rc = bw_call_member(call, call->args[0], &out->member, &out->cohort, err);
    }
    if (rc == BW_OK) {
        rc = bw_subject_judge_at(call->engine, out->at_ms, &out->cohort, err);
    }
    if (rc == BW_OK) {
        rc = read_embedder(call, out, err);
    }
    if (rc == BW_OK) {
        rc = bw_pricing_init(call->engine, &out->cohort, &out->member.deployment,
                             to != NULL ? to : out->cohort.candidate, out->at_ms, &out->pricing,
                             err);
    }
    return rc;
}
