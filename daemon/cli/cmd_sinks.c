/* daemon/cli/cmd_sinks.c: where notifications go, and a message to try one. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "NAME", "name", BW_CELL_TEXT },
    { "PLUGIN", "plugin", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "DETAIL", "detail|error", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "sinks", COLUMNS, BW_COUNT(COLUMNS) };
static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "plugin", "PLUGIN", "only those of this plugin"),
    BW_FILTER(1, "state", "STATE", "only those in this state: ok, refusing, failing, disabled"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int test(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "sinks show NAME [--json]",
    .help = "Tell all about one sink",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd TEST = {
    .name = "test",
    .run = test,
    .usage = "sinks test NAME",
    .help = "Send a real test message to a sink",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_sinks_cmd = {
    .name = "sinks",
    .run = list,
    .usage = "sinks [--plugin PLUGIN] [--state STATE] [--json]\nsinks show NAME\nsinks test NAME",
    .help = "List the sinks, or test one",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &TEST, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_sinks_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int test(int argc, char **argv)
{
    return bw_ask_action(&TEST, LIST.kind, "test", "the test message is on its way", argc, argv);
}
