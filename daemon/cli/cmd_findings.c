/* daemon/cli/cmd_findings.c: what discovery saw and nobody has adopted; adopt one. */
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "MODEL", "model", BW_CELL_TEXT },          { "KIND", "kind", BW_CELL_TEXT },
    { "STATUS", "status", BW_CELL_TEXT },        { "PLATFORM", "platform", BW_CELL_TEXT },
    { "BASE", "root|base", BW_CELL_TEXT },       { "FINISHED", "finished_at", BW_CELL_DAY },
    { "TOKENS", "trained_tokens", BW_CELL_NUMBER }, { "PAID", "price_usd", BW_CELL_MONEY },
    { "RETRAIN", "expected_usd", BW_CELL_MONEY }, { "DEPLOYMENT", "deployment", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "findings", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "platform", "PLATFORM", "only those on this platform"),
    BW_FILTER(1, "source", "NAME", "only those of this source"),
    BW_FILTER(2, "base", "MODEL", "only those that rest on this base"),
    BW_FILTER(3, "state", "STATE", "new (the default), adopted, checkpoint, gone or all"),
    BW_LIST_OPTIONS,
    { 0 },
};

enum { FIELDS = 3 };

struct adopt_options {
    struct bw_common common;
    const char *fields[FIELDS]; /* in the order of ADOPT_OPTIONS */
};
#define FIELD(n, name, value, help)                                                                \
    {                                                                                              \
        name, value, help, offsetof(struct adopt_options, fields[n]), 0                            \
    }
static const struct bw_option ADOPT_OPTIONS[] = {
    FIELD(0, "name", "NAME", "what the deployment is called"),
    FIELD(1, "owner", "OWNER", "who is told"),
    FIELD(2, "technique", "TECHNIQUE",
          "prompt, rag, fine-tuned or fine-tuned+rag; default: by what it is"),
    BW_COMMON_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int adopt(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "findings show ID [--json]",
    .help = "Tell all about one finding, by its model or its number",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd ADOPT = {
    .name = "adopt",
    .run = adopt,
    .usage = "findings adopt ID --name NAME [--owner OWNER] [--technique TECHNIQUE]",
    .help = "Make a finding a deployment, which is watched from then on",
    .options = ADOPT_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_findings_cmd = {
    .name = "findings",
    .run = list,
    .usage = "findings [FILTER]... [--json]\nfindings show ID\n"
             "findings adopt ID --name NAME [--owner OWNER]",
    .help = "List what discovery saw and nobody has adopted, with the price of retraining it",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &ADOPT, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_findings_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int adopt(int argc, char **argv)
{
    struct adopt_options values = { 0 };
    int code = bw_cmd_begin(&ADOPT, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (values.fields[0] == NULL) {
        (void)bw_fail(&err, BW_ERR_INVALID, "--name NAME is missing");
        return bw_cmd_misused(&ADOPT, &err);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(LIST.kind, argv[1], "adopt");
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    for (size_t i = 0; i < FIELDS; i++) {
        if (values.fields[i] != NULL) {
            bw_json_add_text(&w, ADOPT_OPTIONS[i].name, values.fields[i]);
        }
    }
    bw_json_object_end(&w);
    const struct bw_client_request request = {
        .method = "POST",
        .target = target.text,
        .body = body.text,
    };
    return bw_ask_write(&request, argv[1], "adopted");
}
