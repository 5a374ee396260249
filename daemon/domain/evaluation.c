/* daemon/domain/evaluation.c: see evaluation.h. */
#include "domain/evaluation.h"

#include <math.h>

struct bw_range bw_evaluation_usd(struct bw_range cases, struct bw_range trials,
                                  const struct bw_variant *variants, size_t count)
{
    double once = 0;
    for (size_t i = 0; i < count; i++) {
        once += variants[i].call_usd + variants[i].judge_usd;
    }
    return bw_range_scale(bw_range_times(cases, trials), once);
}

double bw_evaluation_cases_needed(double pass_rate, double drop)
{
    return ceil(16 * pass_rate * (1 - pass_rate) / (drop * drop) - 1e-9);
}
