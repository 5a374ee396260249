/* daemon/cli/backtest/fleet.h: the inventory that a history is played against. */
#ifndef BW_CLI_BACKTEST_FLEET_H
#define BW_CLI_BACKTEST_FLEET_H
#include "cli/backtest/history.h"
#include "domain/settings.h"

struct bw_fleet_member {
    const struct bw_deployment *deployment; /* borrowed from the settings */
    char *platform;                         /* as the inventory spells it */
};

struct bw_fleet {
    struct bw_settings *settings; /* a source for each recorded platform that is in use */
    struct { struct bw_fleet_member *items; size_t count, capacity; } members; /* by name */
};

/* Read a `deployments:` file. A recorded platform has one list for everybody, so accounts and
 * regions are left out. Ownership: *out is the caller's.
 * Errors: BW_ERR_INVALID: "file:line:col: error: what", also for a platform without history. */
BW_MUST_CHECK enum bw_err bw_fleet_read(const char *path, const struct bw_history *history,
                                        struct bw_fleet *out, struct bw_error *err);
void bw_fleet_clear(struct bw_fleet *fleet);

/* The member of that name; NULL: there is none. */
const struct bw_fleet_member *bw_fleet_find(const struct bw_fleet *fleet, const char *name);
#endif
