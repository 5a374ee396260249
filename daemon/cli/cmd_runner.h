/* daemon/cli/cmd_runner.h: `basewatch runner`: runs the team's suites for the daemon. Here is
 * how it is called; daemon/cli/runner is what it does. */
#ifndef BW_CLI_CMD_RUNNER_H
#define BW_CLI_CMD_RUNNER_H
#include "cli/command.h"

struct bw_runner_call {
    struct bw_common common;
    const char *folder;
    const char *name;
    bool check;
    bool options;
    bool schema;
};

extern const struct bw_cmd bw_runner_cmd;
#endif
