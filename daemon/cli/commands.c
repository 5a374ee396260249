/* daemon/cli/commands.c: every command of `basewatch`, in the order of its help. A command that
 * reads argv itself needs no descriptor of its own:
 * &(const struct bw_cmd){ .name = .., .run = .., .usage = .., .help = .. }, */
#include "cli/cmd_backtest.h"
#include "cli/cmd_backup.h"
#include "cli/cmd_check_config.h"
#include "cli/cmd_lineage.h"
#include "cli/cmd_listen.h"
#include "cli/cmd_simulate.h"
#include "cli/cmds.h"
#include "cli/completion.h"

static const struct bw_cmd lineage_cmd = {
    .name = "lineage",
    .run = bw_cmd_lineage,
    .usage = "lineage relate OLD NEW [--platform P] [--config FILE]\n"
             "lineage relate --batch [--config FILE]\n"
             "lineage show MODEL [--platform P] [--json] [--config FILE]\n"
             "lineage check [DIR]",
    .help = "Say whether one model supersedes another, and by which evidence",
};

static const struct bw_cmd check_config_cmd = {
    .name = "check-config",
    .run = bw_cmd_check_config,
    .usage = "check-config [--explain] [FILE]\n"
             "check-config --options\n"
             "check-config --schema",
    .help = "Check a configuration file, and the secrets it names, without a daemon",
};

static const struct bw_cmd listen_cmd = {
    .name = "listen",
    .run = bw_cmd_listen,
    .usage = "listen [--port N] [--bind ADDRESS] --secret FILE [--count N] [--json]",
    .help = "Receive webhooks here, verify them, and print what they say",
};

const struct bw_cmd *const bw_cmds[] = {
    &bw_status_cmd,
    &bw_deployments_cmd,
    &bw_findings_cmd,
    &bw_notices_cmd,
    &bw_events_cmd,
    &bw_sources_cmd,
    &bw_models_cmd,
    &bw_history_cmd,
    &bw_sinks_cmd,
    &bw_deliveries_cmd,
    &bw_explain_cmd,
    &bw_estimate_cmd,
    &bw_worth_cmd,
    &bw_treadmill_cmd,
    &bw_actuals_cmd,
    &bw_swap_cmd,
    &bw_scan_cmd,
    &lineage_cmd,
    &bw_check_cmd,
    &check_config_cmd,
    &listen_cmd,
    &bw_backtest_cmd,
    &bw_simulate_cmd,
    &bw_backup_cmd,
    &bw_completion_cmd,
    NULL,
};
