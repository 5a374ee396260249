/* daemon/cli/history_days.h: the versions of models that were listed, as the days of a recorded
 * history (cli/backtest/history.h tells the format). */
#ifndef BW_CLI_HISTORY_DAYS_H
#define BW_CLI_HISTORY_DAYS_H
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

struct bw_listing { /* a model as it was listed for a while; owned */
    char *id;
    char *model;     /* JSON */
    int64_t from_ms; /* the first day; midnight, UTC */
    int64_t until_ms; /* the first day without it; INT64_MAX: it is listed still */
};
struct bw_listings BW_VEC(struct bw_listing);
void bw_listings_clear(struct bw_listings *listings);

/* Append the lines of one platform: the first day's list, then each day on which something was
 * added, removed or changed. Of two listings of one id on one day the earlier in the vector counts.
 * Sorts listings. */
void bw_history_days_append(struct bw_str *out, const char *platform, struct bw_listings *listings);
#endif
