/* daemon/cli/cmd_actuals.c: what moves really cost. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "ID", "id", BW_CELL_TEXT },
    { "ON", "on", BW_CELL_DAY },
    { "DEPLOYMENT", "deployment", BW_CELL_TEXT },
    { "OWNER", "owner", BW_CELL_TEXT },
    { "COVERS", "covers", BW_CELL_TEXT },
    { "PAID", "paid_usd", BW_CELL_MONEY },
    { "ESTIMATED", "estimate.expected_usd", BW_CELL_MONEY },
    { "NOTE", "note", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "actuals", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "deployment", "NAME", "only those of this deployment"),
    BW_FILTER(1, "owner", "OWNER", "only those of this owner"),
    BW_LIST_OPTIONS,
    { 0 },
};

struct add_options {
    struct bw_common common;
    const char *usd;
    const char *on;
    const char *note;
    bool training;
};

static const struct bw_option ADD_OPTIONS[] = {
    { "usd", "N", "dollars that were paid", offsetof(struct add_options, usd), 0 },
    { "on", "DATE", "the day of the bill", offsetof(struct add_options, on), 0 },
    { "note", "TEXT", "what it was for", offsetof(struct add_options, note), 0 },
    { "training", NULL, "the bill of one training job alone, not the whole move",
      offsetof(struct add_options, training), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int add(int argc, char **argv);
static int remove_one(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "actuals show DEPLOYMENT [--at DATE] [--json]",
    .help = "Tell what a deployment's moves cost, against their estimates, and its running bill",
    .options = bw_ask_about_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd ADD = {
    .name = "add",
    .run = add,
    .usage = "actuals add DEPLOYMENT --usd N --on DATE [--note TEXT] [--training]",
    .help = "Record what a move has really cost",
    .options = ADD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd REMOVE = {
    .name = "remove",
    .run = remove_one,
    .usage = "actuals remove ID",
    .help = "Remove a sum that was recorded by mistake",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_actuals_cmd = {
    .name = "actuals",
    .run = list,
    .usage = "actuals [FILTER]... [--json]\nactuals show DEPLOYMENT\n"
             "actuals add DEPLOYMENT --usd N --on DATE [--note TEXT] [--training]\n"
             "actuals remove ID",
    .help = "List what moves really cost, record it",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &ADD, &REMOVE, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_actuals_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_about(&SHOW, LIST.kind, bw_ask_print_lines, argc, argv);
}

static int add(int argc, char **argv)
{
    struct add_options values = { 0 };
    int code = bw_cmd_begin(&ADD, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    enum bw_err rc = values.usd == NULL || values.on == NULL
                         ? bw_fail(&err, BW_ERR_INVALID, "--usd and --on must be given")
                         : bw_ask_check_date("on", values.on, &err);
    if (rc != BW_OK) {
        return bw_cmd_misused(&ADD, &err);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target("deployments", argv[1],
                                                                  LIST.kind);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "usd", values.usd);
    bw_json_add_text(&w, "on", values.on);
    bw_json_add_text(&w, "note", values.note == NULL ? "" : values.note);
    bw_json_add_text(&w, "covers", values.training ? "training" : "move");
    bw_json_object_end(&w);
    const struct bw_client_request request = { .method = "POST", .target = target.text,
                                               .body = body.text };
    return bw_ask_write(&request, argv[1], "recorded");
}

static int remove_one(int argc, char **argv)
{
    return bw_ask_action(&REMOVE, LIST.kind, NULL, "removed", argc, argv);
}
