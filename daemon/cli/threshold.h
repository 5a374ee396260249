/* daemon/cli/threshold.h: ranges of monitoring plugins: [@][start:]end, `~` without a lower end. */
#ifndef BW_CLI_THRESHOLD_H
#define BW_CLI_THRESHOLD_H
#include <stdbool.h>

#include "base/error.h"

struct bw_threshold {
    double start;
    double end;
    bool inside; /* alert inside the range instead of outside */
};

/* Errors: BW_ERR_INVALID, also when start is above end. */
BW_MUST_CHECK enum bw_err bw_threshold_parse(const char *text, struct bw_threshold *out,
                                             struct bw_error *err);
bool bw_threshold_alerts(const struct bw_threshold *threshold, double value);
#endif
