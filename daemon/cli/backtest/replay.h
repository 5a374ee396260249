/* daemon/cli/backtest/replay.h: a history played against a fleet, through the very engine of the
 * daemon, on a database in memory. */
#ifndef BW_CLI_BACKTEST_REPLAY_H
#define BW_CLI_BACKTEST_REPLAY_H
#include "cli/backtest/fleet.h"
#include "cli/backtest/history.h"
#include "store/notice_events.h"

struct bw_replay { /* all borrowed for the call */
    const struct bw_history *history;
    const struct bw_fleet *fleet;
    int64_t from_ms; /* first day: its lists are the baseline; midnight, UTC */
    int64_t to_ms;   /* last day, played to its end */
    /* Something happened to a notice about a deployment, which is shown as it is afterwards. */
    void (*heard)(void *context, const struct bw_notice_event *event,
                  const struct bw_notice *notice);
    void *context;
    size_t accepted; /* out: lists that an operator would have had to let through */
};

/* Each day at noon, UTC, each platform is polled, and answers what its history says it listed. A
 * list that the engine holds back is accepted at once, as an operator would. Errors: BW_ERR_STORE,
 * BW_ERR_INVALID (shipped data that cannot be read). */
BW_MUST_CHECK enum bw_err bw_replay_run(struct bw_replay *replay, struct bw_error *err);
#endif
