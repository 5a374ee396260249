/* daemon/cli/commands.c: every command of `basewatch`, in the order of its help. A command that
 * reads argv itself needs no descriptor of its own:
 * &(const struct bw_cmd){ .name = .., .run = .., .usage = .., .help = .. }, */
#include "cli/cmds.h"

const struct bw_cmd *const bw_cmds[] = {
    &bw_status_cmd,   &bw_deployments_cmd,
    &bw_findings_cmd, &bw_notices_cmd,
    &bw_sources_cmd,  &bw_models_cmd,
    &bw_sinks_cmd,    &bw_deliveries_cmd,
    &bw_explain_cmd,  &bw_estimate_cmd,
    &bw_worth_cmd,    &bw_swap_cmd,
    &bw_check_cmd,    NULL,
};
