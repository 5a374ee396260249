/* daemon/cli/cmd_deliveries.c: messages on their way, and another attempt for one. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "ID", "id", BW_CELL_TEXT },          { "SINK", "sink", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },   { "ATTEMPTS", "attempts", BW_CELL_NUMBER },
    { "NEXT", "next_at", BW_CELL_MINUTE }, { "TYPE", "type", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "deliveries", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "state", "STATE", "only those in this state"),
    BW_FILTER(1, "sink", "SINK", "only those for this sink"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int retry(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "deliveries show ID [--json]",
    .help = "Tell all about one delivery and its attempts",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd RETRY = {
    .name = "retry",
    .run = retry,
    .usage = "deliveries retry ID",
    .help = "Send a delivery again, same message and same id",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_deliveries_cmd = {
    .name = "deliveries",
    .run = list,
    .usage = "deliveries [--state STATE] [--sink SINK] [--json]\ndeliveries show ID\n"
             "deliveries retry ID",
    .help = "List the messages on their way, or retry one",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &RETRY, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_deliveries_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int retry(int argc, char **argv)
{
    return bw_ask_action(&RETRY, LIST.kind, "retry", "is tried again", argc, argv);
}
