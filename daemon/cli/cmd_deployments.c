/* daemon/cli/cmd_deployments.c: what the teams run. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "NAME", "name", BW_CELL_TEXT },
    { "TECHNIQUE", "technique", BW_CELL_TEXT },
    { "PLATFORM", "platform", BW_CELL_TEXT },
    { "MODEL", "model", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "CANDIDATE", "candidate", BW_CELL_TEXT },
    { "OWNER", "owner", BW_CELL_TEXT },
    { "TRAIN-BY", "train_by", BW_CELL_DAY },
    { "SERVE-UNTIL", "serve_until", BW_CELL_DAY },
};
static const struct bw_list LIST = { "deployments", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "owner", "OWNER", "only those of this owner"),
    BW_FILTER(1, "state", "STATE", "only those in this state"),
    BW_FILTER(2, "platform", "PLATFORM", "only those on this platform"),
    BW_FILTER(3, "technique", "TECHNIQUE", "only those of this technique"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int remove_one(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "deployments show NAME [--json]",
    .help = "Tell all about one deployment",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd REMOVE = {
    .name = "remove",
    .run = remove_one,
    .usage = "deployments remove NAME",
    .help = "Remove a deployment that was added here, not one of a file",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_deployments_cmd = {
    .name = "deployments",
    .run = list,
    .usage = "deployments [FILTER]... [--json]\ndeployments show NAME\n"
             "deployments add --name NAME --technique TECHNIQUE --platform PLATFORM --model MODEL\n"
             "deployments remove NAME\ndeployments import FILE.ndjson",
    .help = "List what the teams run, add and remove",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &bw_deployments_add_cmd, &REMOVE,
                                                   &bw_deployments_import_cmd, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_deployments_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int remove_one(int argc, char **argv)
{
    return bw_ask_action(&REMOVE, LIST.kind, NULL, "removed", argc, argv);
}
