/* daemon/cli/commands.c: every command of `basewatch`, as basewatch-offline knows them, in the order
 * of their help. A command that reads argv itself needs no descriptor of its own:
 * &(const struct bw_cmd){ .name = .., .run = .., .usage = .., .help = .. }, */
#include "cli/cmd_check_config.h"
#include "cli/cmd_lineage.h"
#include "cli/cmd_listen.h"
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
    BW_FRONT_CMDS,
    &bw_evals_cmd,
    &bw_scan_cmd,
    &lineage_cmd,
    &check_config_cmd,
    &listen_cmd,
    &bw_completion_cmd,
    NULL,
};

const char *const bw_cmds_elsewhere = NULL;
