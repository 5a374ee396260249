/* daemon/cli/backtest/stage.h: the very engine of the daemon on a database in memory: events go in,
 * what it says of deployments comes out, and nothing reaches the world. */
#ifndef BW_CLI_BACKTEST_STAGE_H
#define BW_CLI_BACKTEST_STAGE_H
#include "engine/engine.h"
#include "store/notice_events.h"

struct bw_stage {
    struct bw_db *db;
    struct bw_lineage_rules *rules;
    struct bw_price_book book;
    struct bw_engine *engine;
    int64_t wake_ms; /* when the engine asked to be woken */
    int64_t told;    /* the last notice event that was passed on */
    int status;      /* of the last reply */
    /* Something happened to a notice about a deployment, which is shown as it is afterwards. */
    void (*heard)(void *context, const struct bw_notice_event *event,
                  const struct bw_notice *notice);
    void *context;
};

/* Set it up over a database, which it takes, with the conventions and prices that ship, and those
 * beside a configuration file (NULL: none). Errors: BW_ERR_INVALID, BW_ERR_STORE, BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_stage_set(struct bw_stage *stage, struct bw_db *db,
                                       const char *config, struct bw_error *err);
void bw_stage_clear(struct bw_stage *stage);

/* Hand one event to the engine. */
BW_MUST_CHECK enum bw_err bw_stage_step(struct bw_stage *stage, struct bw_event *event,
                                        struct bw_error *err);
/* Wake the engine whenever it asks to be, up to an instant. */
BW_MUST_CHECK enum bw_err bw_stage_carry_on(struct bw_stage *stage, int64_t until_ms,
                                            struct bw_error *err);
#endif
