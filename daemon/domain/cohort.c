/* daemon/domain/cohort.c: see cohort.h. */
#include "domain/cohort.h"

#include "base/str.h"
#include "base/words.h"

static const char *const STATE_WORDS[] = {
    [BW_COHORT_UNKNOWN] = "unknown",   [BW_COHORT_CURRENT] = "current",
    [BW_COHORT_STALE] = "stale",       [BW_COHORT_RETIRING] = "retiring",
    [BW_COHORT_ORPHANED] = "orphaned", [BW_COHORT_RETIRED] = "retired",
};
BW_DEFINE_WORDS(bw_cohort_state, STATE_WORDS)

static const char *const CONFIDENCE_WORDS[] = {
    [BW_CONFIDENCE_NONE] = "none",
    [BW_CONFIDENCE_UNCONFIRMED] = "unconfirmed",
    [BW_CONFIDENCE_CONFIRMED] = "confirmed",
};
BW_DEFINE_WORDS(bw_confidence, CONFIDENCE_WORDS)

void bw_cohort_clear(struct bw_cohort *cohort)
{
    char *const texts[] = {
        cohort->platform, cohort->scope, cohort->base, cohort->lineage,  cohort->candidate,
        cohort->relation, cohort->via,   cohort->why,  cohort->train_on, cohort->route,
        cohort->moved,    cohort->redated,
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        free(texts[i]);
    }
    bw_policy_clear(&cohort->policy);
    *cohort = (struct bw_cohort){ 0 };
}

bool bw_cohort_differs(const struct bw_cohort *a, const struct bw_cohort *b)
{
    return a->state != b->state || a->unlisted != b->unlisted ||
           !bw_str_equal(a->moved, b->moved) || !bw_str_equal(a->redated, b->redated) ||
           a->train_by_ms != b->train_by_ms || a->serve_until_ms != b->serve_until_ms ||
           !bw_str_equal(a->candidate, b->candidate) || !bw_str_equal(a->relation, b->relation) ||
           !bw_str_equal(a->via, b->via) || !bw_str_equal(a->train_on, b->train_on) ||
           !bw_str_equal(a->route, b->route);
}
