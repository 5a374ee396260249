/* daemon/cli/cmd_evals.c: runs of eval suites on candidates: what came of them, and what people may
 * do about one. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "ID", "id", BW_CELL_TEXT },
    { "DEPLOYMENT", "deployment", BW_CELL_TEXT },
    { "SUITE", "suite", BW_CELL_TEXT },
    { "CANDIDATE", "tuned|candidate", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "VERDICT", "verdict", BW_CELL_STATE },
    { "FINISHED", "finished_at", BW_CELL_MINUTE },
    { "REASON", "reason", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "evals", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "state", "STATE", "only those in this state: queued, running, finished"),
    BW_FILTER(1, "verdict", "VERDICT", "only those that ended so"),
    BW_FILTER(2, "deployment", "NAME", "only those of this deployment"),
    BW_FILTER(3, "owner", "OWNER", "only those of this owner"),
    BW_FILTER(4, "suite", "SUITE", "only those of this suite"),
    BW_LIST_OPTIONS,
    { 0 },
};

struct values {
    struct bw_common common;
    const char *tuned;
    const char *reason;
    bool again;
};

static const struct bw_option START_OPTIONS[] = {
    { "tuned", "MODEL", "a fine-tune of the newer base, to be run as well",
      offsetof(struct values, tuned), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static const struct bw_option CANCEL_OPTIONS[] = {
    { "reason", "TEXT", "why; it is kept with the job", offsetof(struct values, reason), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static const struct bw_option TOKEN_OPTIONS[] = {
    { "again", NULL, "in place of one that is lost, which is void then",
      offsetof(struct values, again), 0 },
    BW_JSON_OPTION,
    BW_COMMON_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int start(int argc, char **argv);
static int cancel(int argc, char **argv);
static int token(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "evals show ID [--json]",
    .help = "Tell all about one run",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd START = {
    .name = "start",
    .run = start,
    .usage = "evals start DEPLOYMENT [--tuned MODEL]",
    .help = "Have the suite of a deployment run on its candidate, whatever policy and budget say",
    .options = START_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd CANCEL = {
    .name = "cancel",
    .run = cancel,
    .usage = "evals cancel ID --reason TEXT",
    .help = "Say that nobody wants its answer any more",
    .options = CANCEL_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd TOKEN = {
    .name = "token",
    .run = token,
    .usage = "evals token ID [--again] [--json]",
    .help = "Take a job for a CI, and print the token that reports its result once",
    .options = TOKEN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_evals_cmd = {
    .name = "evals",
    .run = list,
    .usage = "evals [FILTER]... [--json]\nevals show ID\nevals start DEPLOYMENT [--tuned MODEL]\n"
             "evals cancel ID --reason TEXT\nevals token ID [--again] [--json]\n"
             "evals report ID --token FILE --candidate FILE [--baseline FILE]...",
    .help = "List the runs of eval suites on candidates, start or stop one",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &START, &CANCEL, &TOKEN,
                                                      &bw_evals_report_cmd, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_evals_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int start(int argc, char **argv)
{
    struct values values = { 0 };
    int code = bw_cmd_begin(&START, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "deployment", argv[1]);
    if (values.tuned != NULL) {
        bw_json_add_text(&w, "tuned", values.tuned);
    }
    bw_json_object_end(&w);
    const struct bw_client_request request = {
        .method = "POST", .target = "/v1/evals", .body = body.text
    };
    return bw_ask_write(&request, argv[1], "its eval is queued");
}

static int cancel(int argc, char **argv)
{
    struct values values = { 0 };
    int code = bw_cmd_begin(&CANCEL, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (values.reason == NULL || values.reason[0] == '\0') {
        (void)bw_fail(&err, BW_ERR_INVALID, "--reason TEXT is missing");
        return bw_cmd_misused(&CANCEL, &err);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(LIST.kind, argv[1], "cancel");
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "reason", values.reason);
    bw_json_object_end(&w);
    const struct bw_client_request request = {
        .method = "POST", .target = target.text, .body = body.text
    };
    return bw_ask_write(&request, argv[1], "cancelled");
}

/* The token alone goes to stdout, so that it can go straight into a file. */
static int token(int argc, char **argv)
{
    struct values values = { 0 };
    int code = bw_cmd_begin(&TOKEN, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *order = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(LIST.kind, argv[1], "token");
    const struct bw_client_request request = {
        .method = "POST", .target = target.text, .body = values.again ? "{\"again\":true}" : "{}"
    };
    if (bw_client_ask(&request, &order, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    if (values.common.json) {
        bw_ask_print_json(order);
    } else {
        (void)puts(bw_json_text(bw_json_get(bw_json_get(order, "job"), "token"), ""));
    }
    return BW_EXIT_OK;
}
