/* daemon/domain/eval_job.h: one run of a deployment's suite on a candidate, and the life it may
 * have. */
#ifndef BW_DOMAIN_EVAL_JOB_H
#define BW_DOMAIN_EVAL_JOB_H
#include <stdbool.h>

#include "domain/eval_verdict.h"
#include "domain/notice.h"

/*     queued --leased, dispatched--> running --reported, lost, timed out--> finished
 *       ^ '------------ cancelled ----' | '---------- cancelled --------------^
 *       '--- the lease reached nobody --'
 * Otherwise a job is never queued again: what was lost may still be running somewhere. */
enum bw_job_state {
    BW_JOB_QUEUED,
    BW_JOB_RUNNING,
    BW_JOB_FINISHED,
};

bool bw_job_may_move(enum bw_job_state from, enum bw_job_state to);

enum bw_eval_start { /* when a job is opened by itself */
    BW_START_AUTOMATIC,    /* with the notice of a newer base */
    BW_START_ACKNOWLEDGED, /* once somebody has taken the notice up */
    BW_START_OFF,
};

/* Who runs a job, besides the triggers of the configuration: the team's own runner; or a CI that
 * hears of it by webhook and reports with a token. */
#define BW_STARTER_RUNNER "runner"
#define BW_STARTER_CI "ci"

/* Does a notice that has come into this state open a job? */
bool bw_eval_opens(enum bw_eval_start start, enum bw_notice_state state);
/* Is the answer of a job still wanted by a notice in this state? */
bool bw_eval_is_wanted(enum bw_notice_state state);
/* What the verdict on the model of that role makes of a notice: pass verifies it, fail waives it
 * (for its candidate; a newer one is a notice of its own), anything else leaves it. That a newer
 * base does worse when prompted is why there is a fine-tune: only its new tune can fail it. */
enum bw_notice_state bw_eval_consequence(enum bw_eval_verdict verdict, enum bw_notice_kind kind,
                                         enum bw_eval_role judged, enum bw_notice_state state);

/* May this model id stand in a command line? It is of A-Z a-z 0-9 . _ : / @ + = ~ , - alone, which
 * every id of the platforms known in 2026 is (fine-tunes, ARNs and resource names as well), so that
 * no shell finds anything in it; and it is no option. */
bool bw_eval_model_is_plain(const char *model);

const char *bw_job_state_word(enum bw_job_state state);
bool bw_job_state_parse(const char *word, enum bw_job_state *out);
const char *bw_eval_start_word(enum bw_eval_start start);
bool bw_eval_start_parse(const char *word, enum bw_eval_start *out);
#endif
