/* daemon/cli/cmd_backtest.h: `basewatch backtest`: recorded catalog history played against an
 * inventory. Here is how it is called; daemon/cli/backtest is what it does. */
#ifndef BW_CLI_CMD_BACKTEST_H
#define BW_CLI_CMD_BACKTEST_H
#include "cli/command.h"

struct bw_backtest_call {
    struct bw_common common;
    const char *history;
    const char *deployments;
    const char *from;
    const char *to;
    const char *format;
};

extern const struct bw_cmd bw_backtest_cmd;
#endif
