/* daemon/domain/eval_job.c: see eval_job.h. */
#include "domain/eval_job.h"

#include <string.h>

#include "base/words.h"

static const char *const STATE_WORDS[] = {
    [BW_JOB_QUEUED] = "queued",
    [BW_JOB_RUNNING] = "running",
    [BW_JOB_FINISHED] = "finished",
};
BW_DEFINE_WORDS(bw_job_state, STATE_WORDS)

static const char *const START_WORDS[] = {
    [BW_START_AUTOMATIC] = "automatic",
    [BW_START_ACKNOWLEDGED] = "acknowledged",
    [BW_START_OFF] = "off",
};
BW_DEFINE_WORDS(bw_eval_start, START_WORDS)

#define TO(state) (1u << BW_JOB_##state)

static const unsigned MOVES[] = {
    [BW_JOB_QUEUED] = TO(RUNNING) | TO(FINISHED),
    [BW_JOB_RUNNING] = TO(QUEUED) | TO(FINISHED),
    [BW_JOB_FINISHED] = 0,
};

bool bw_job_may_move(enum bw_job_state from, enum bw_job_state to)
{
    return (MOVES[from] & (1u << to)) != 0;
}

bool bw_eval_opens(enum bw_eval_start start, enum bw_notice_state state)
{
    switch (start) {
    case BW_START_AUTOMATIC:
        return state == BW_NOTICE_OPEN || state == BW_NOTICE_ACKNOWLEDGED;
    case BW_START_ACKNOWLEDGED:
        return state == BW_NOTICE_ACKNOWLEDGED;
    case BW_START_OFF:
        return false;
    }
    return false;
}

bool bw_eval_is_wanted(enum bw_notice_state state)
{
    return bw_notice_is_live(state) && state != BW_NOTICE_WAIVED;
}

enum bw_notice_state bw_eval_consequence(enum bw_eval_verdict verdict, enum bw_notice_kind kind,
                                         enum bw_eval_role judged, enum bw_notice_state state)
{
    bool rejects = verdict == BW_EVAL_FAIL && (kind != BW_NOTICE_STALE || judged == BW_EVAL_TUNED);
    enum bw_notice_state to = verdict == BW_EVAL_PASS ? BW_NOTICE_VERIFIED
                              : rejects               ? BW_NOTICE_WAIVED
                                                      : state;
    return bw_notice_may_move(state, to) ? to : state;
}

bool bw_eval_model_is_plain(const char *model)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._:/@+=~,-";
    return model[0] != '\0' && model[0] != '-' && model[strspn(model, PLAIN)] == '\0';
}
