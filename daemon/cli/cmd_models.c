/* daemon/cli/cmd_models.c: the models that the sources list. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "PLATFORM", "platform", BW_CELL_TEXT },       { "ID", "id", BW_CELL_TEXT },
    { "LINEAGE", "lineage", BW_CELL_TEXT },         { "STATUS", "status", BW_CELL_STATE },
    { "FIRST-SEEN", "first_seen_at", BW_CELL_DAY }, { "GONE", "gone_at", BW_CELL_DAY },
};
static const struct bw_list LIST = { "models", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "platform", "PLATFORM", "only those on this platform"),
    BW_FILTER(1, "lineage", "LINEAGE", "the history of this line, as first seen"),
    BW_FILTER(2, "status", "STATUS", "only those that are listed, gone, preview ..."),
    BW_FILTER(3, "maker", "MAKER", "only those of this maker"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "models show ID [--json]",
    .help = "Tell all about one model, and which source says so",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_models_cmd = {
    .name = "models",
    .run = list,
    .usage = "models [--platform PLATFORM] [--lineage LINEAGE] [--status STATUS]"
             " [--maker MAKER] [--json]\nmodels show ID",
    .help = "List the models of all sources",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_models_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}
