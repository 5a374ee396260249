/* daemon/cli/cmds.h: the descriptors of the commands that ask the daemon. */
#ifndef BW_CLI_CMDS_H
#define BW_CLI_CMDS_H
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
extern const struct bw_cmd bw_explain_cmd;
extern const struct bw_cmd bw_estimate_cmd;
extern const struct bw_cmd bw_worth_cmd;
extern const struct bw_cmd bw_treadmill_cmd;
extern const struct bw_cmd bw_actuals_cmd;
extern const struct bw_cmd bw_swap_cmd;
extern const struct bw_cmd bw_check_cmd;
extern const struct bw_cmd bw_scan_cmd; /* needs no daemon when it is given a catalog */
#endif
