/* daemon/cli/cmd_findings.c: what discovery saw and nobody has adopted. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "PLATFORM", "platform", BW_CELL_TEXT },
    { "MODEL", "model", BW_CELL_TEXT },
    { "BASE", "base", BW_CELL_TEXT },
    { "FINISHED", "finished_at", BW_CELL_DAY },
};
static const struct bw_list LIST = { "findings", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "platform", "PLATFORM", "only those on this platform"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "findings show NAME [--json]",
    .help = "Tell all about one finding",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_findings_cmd = {
    .name = "findings",
    .run = list,
    .usage = "findings [--platform PLATFORM] [--json]\nfindings show NAME",
    .help = "List what discovery saw and nobody has adopted",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_findings_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}
