/* daemon/cli/cmds.h: the descriptors of the commands that ask the daemon. */
#ifndef BW_CLI_CMDS_H
#define BW_CLI_CMDS_H
#include "cli/cmd_backtest.h"
#include "cli/cmd_backup.h"
#include "cli/cmd_runner.h"
#include "cli/cmd_simulate.h"
#include "cli/command.h"

extern const struct bw_cmd bw_status_cmd;
extern const struct bw_cmd bw_deployments_cmd;
extern const struct bw_cmd bw_deployments_add_cmd;    /* of deployments */
extern const struct bw_cmd bw_deployments_import_cmd; /* of deployments */
extern const struct bw_cmd bw_findings_cmd;
extern const struct bw_cmd bw_notices_cmd;
extern const struct bw_cmd bw_events_cmd;
extern const struct bw_cmd bw_sources_cmd;
extern const struct bw_cmd bw_models_cmd;
extern const struct bw_cmd bw_history_cmd;
extern const struct bw_cmd bw_sinks_cmd;
extern const struct bw_cmd bw_deliveries_cmd;
extern const struct bw_cmd bw_evals_report_cmd; /* of evals */
extern const struct bw_cmd bw_explain_cmd;
extern const struct bw_cmd bw_estimate_cmd;
extern const struct bw_cmd bw_worth_cmd;
extern const struct bw_cmd bw_treadmill_cmd;
extern const struct bw_cmd bw_actuals_cmd;
extern const struct bw_cmd bw_swap_cmd;
extern const struct bw_cmd bw_check_cmd;
extern const struct bw_cmd bw_evals_cmd; /* reads result files */
extern const struct bw_cmd bw_scan_cmd; /* needs no daemon when it is given a catalog */

/* What `basewatch` itself is able to, in the order of its help. */
#define BW_FRONT_CMDS                                                                              \
    &bw_status_cmd, &bw_deployments_cmd, &bw_findings_cmd, &bw_notices_cmd, &bw_events_cmd,        \
        &bw_sources_cmd, &bw_models_cmd, &bw_history_cmd, &bw_sinks_cmd, &bw_deliveries_cmd,       \
        &bw_explain_cmd, &bw_estimate_cmd, &bw_worth_cmd, &bw_treadmill_cmd, &bw_actuals_cmd,      \
        &bw_swap_cmd, &bw_check_cmd, &bw_backtest_cmd, &bw_simulate_cmd, &bw_backup_cmd,           \
        &bw_runner_cmd
#endif
