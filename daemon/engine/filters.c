/* daemon/engine/filters.c: the filters of lists that take one of a few words. A word that is none
 * finds nothing, which would look like an answer. */
#include <string.h>

#include "base/str.h"
#include "engine/call.h"

/* The word of a place in an enum; NULL behind its last one. */
#define WORD_AT(noun, last)                                                                        \
    static const char *noun##_at(unsigned at)                                                      \
    {                                                                                              \
        return at > (unsigned)(last) ? NULL : bw_##noun##_word((enum bw_##noun)at);                \
    }
WORD_AT(cohort_state, BW_COHORT_RETIRED)
WORD_AT(technique, BW_TECHNIQUE_FINE_TUNED_RAG)
WORD_AT(notice_state, BW_NOTICE_CANCELLED)
WORD_AT(notice_kind, BW_NOTICE_SINK_FAILING)
WORD_AT(severity, BW_SEVERITY_OVERDUE)
WORD_AT(delivery_state, BW_DELIVERY_WITHDRAWN)
WORD_AT(job_state, BW_JOB_FINISHED)
WORD_AT(eval_verdict, BW_EVAL_CANCELLED)

static const struct {
    const char *path;
    const char *name;
    const char *(*word_at)(unsigned at);
    const char *more; /* one beyond the enum; NULL */
} FILTERS[] = {
    { "/v1/deployments", "state", cohort_state_at, NULL },
    { "/v1/deployments", "technique", technique_at, NULL },
    { "/v1/notices", "state", notice_state_at, "live" },
    { "/v1/notices", "kind", notice_kind_at, NULL },
    { "/v1/notices", "severity", severity_at, NULL },
    { "/v1/notices", "technique", technique_at, NULL },
    { "/v1/deliveries", "state", delivery_state_at, NULL },
    { "/v1/evals", "state", job_state_at, NULL },
    { "/v1/evals", "verdict", eval_verdict_at, NULL },
};

static enum bw_err check(size_t filter, const char *value, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str words = { 0 };
    const char *word = NULL;
    for (unsigned at = 0; (word = FILTERS[filter].word_at(at)) != NULL; at++) {
        if (strcmp(word, value) == 0) {
            return BW_OK;
        }
        bw_str_appendf(&words, "%s%s", at == 0 ? "" : ", ", word);
    }
    if (FILTERS[filter].more != NULL) {
        if (strcmp(FILTERS[filter].more, value) == 0) {
            return BW_OK;
        }
        bw_str_appendf(&words, ", %s", FILTERS[filter].more);
    }
    return bw_fail(err, BW_ERR_INVALID, "%s: '%.40s' is none of %s", FILTERS[filter].name, value,
                   words.text);
}

enum bw_err bw_call_check_filters(const struct bw_call *call, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(FILTERS); i++) {
        if (strcmp(FILTERS[i].path, call->path) == 0) {
            BW_CLEANUP(bw_freep) char *value = bw_call_query(call, FILTERS[i].name);
            rc = value == NULL ? BW_OK : check(i, value, err);
        }
    }
    return rc;
}
