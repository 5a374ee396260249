/* daemon/domain/evaluation.h: what comparing variants of a model on a suite of cases costs. */
#ifndef BW_DOMAIN_EVALUATION_H
#define BW_DOMAIN_EVALUATION_H
#include "domain/call_cost.h"
#include "domain/range.h"

/* One variant under test: a call of it, and one of the judge that reads the answer. */
struct bw_variant {
    double call_usd;
    double judge_usd;
};

/* Cases x trials x the calls of every variant. */
struct bw_range bw_evaluation_usd(struct bw_range cases, struct bw_range trials,
                                  const struct bw_variant *variants, size_t count);

/* Cases needed to see a pass rate drop by `drop` (a share, > 0) with 95 % / 80 %: above that the
 * difference is noise. */
double bw_evaluation_cases_needed(double pass_rate, double drop);
#endif
