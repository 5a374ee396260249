/* daemon/cli/cmd_backtest.c: see cmd_backtest.h. */
#include "cli/cmd_backtest.h"

#include "cli/helper.h"

static int become_helper(int argc, char **argv);

static const struct bw_option OPTIONS[] = {
    { "help", NULL, "show this text", offsetof(struct bw_common, help), 'h' },
    { "history", "DIR", "folder of recorded catalogs, a PLATFORM.jsonl each",
      offsetof(struct bw_backtest_call, history), 0 },
    { "deployments", "FILE", "the inventory: a YAML file with `deployments:`",
      offsetof(struct bw_backtest_call, deployments), 0 },
    { "from", "DAY", "begin with the catalogs of that day (default: the first recorded)",
      offsetof(struct bw_backtest_call, from), 0 },
    { "to", "DAY", "the last day (default: the last recorded)",
      offsetof(struct bw_backtest_call, to), 0 },
    { "format", "NAME", "page, to read, or jsonl: an object a line",
      offsetof(struct bw_backtest_call, format), 0 },
    { 0 },
};

const struct bw_cmd bw_backtest_cmd = {
    .name = "backtest",
    .run = become_helper,
    .usage = "backtest --history DIR --deployments FILE [--from DAY] [--to DAY] [--format jsonl]",
    .help = "Play recorded catalogs against an inventory: what would have been said, when, "
            "at what cost",
    .options = OPTIONS,
};

static int become_helper(int argc, char **argv)
{
    (void)argc;
    struct bw_error err = { 0 };
    (void)bw_helper_become("basewatch-backtest", argv, &err);
    return bw_cmd_failed(&err);
}
