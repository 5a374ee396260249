/* daemon/cli/simulate/what_if.h: a change of the catalogs that has not happened, played to a copy
 * of the daemon's database through the daemon's own engine. */
#ifndef BW_CLI_SIMULATE_WHAT_IF_H
#define BW_CLI_SIMULATE_WHAT_IF_H
#include "cli/backtest/stage.h"
#include "domain/settings.h"

struct bw_what_if { /* all borrowed */
    const char *release;  /* a new id; NULL: none */
    const char *platform; /* as a person spells it; NULL: wherever the model that ends is listed */
    const char *like;     /* what it is like; NULL: nothing is known of it */
    const char *shutdown; /* a model that is to end; NULL: none */
    int64_t end_ms;       /* when */
    int64_t now_ms;
};

/* Bring the copy up to now by these settings, sinks left out; then let it happen. What was told
 * from then on was heard by the stage. Takes db.
 * Errors: BW_ERR_NOTFOUND for a platform without a list and for models that no list has;
 * BW_ERR_EXISTS for a release that is listed already; BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_what_if_play(const struct bw_what_if *what, struct bw_db *db,
                                          const char *config, struct bw_settings *settings,
                                          struct bw_stage *stage, struct bw_error *err);
#endif
