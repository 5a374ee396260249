/* daemon/cli/cmd_notices.c: the matters that owners have been told about, and what they answer. */
#include <string.h>

#include "base/instant.h"
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

static const struct bw_column COLUMNS[] = {
    { "ID", "id", BW_CELL_TEXT },
    { "DEPLOYMENT", "deployment|source|sink", BW_CELL_TEXT },
    { "OWNER", "owner", BW_CELL_TEXT },
    { "KIND", "kind", BW_CELL_TEXT },
    { "SEVERITY", "severity", BW_CELL_STATE },
    { "STATE", "state", BW_CELL_TEXT },
    { "CANDIDATE", "candidate", BW_CELL_TEXT },
    { "DEADLINE", "deadline|train_by|serve_until", BW_CELL_DAY },
    { "COST", "estimate.expected_usd", BW_CELL_MONEY },
};
static const struct bw_list LIST = { "notices", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_column WAIVER_COLUMNS[] = {
    { "NOTICE", "notice", BW_CELL_TEXT },
    { "DEPLOYMENT", "deployment|source|sink", BW_CELL_TEXT },
    { "OWNER", "owner", BW_CELL_TEXT },
    { "KIND", "kind", BW_CELL_TEXT },
    { "DECISION", "decision", BW_CELL_TEXT },
    { "UNTIL", "until", BW_CELL_DAY },
    { "USED", "used", BW_CELL_TEXT },
    { "BY", "actor", BW_CELL_TEXT },
    { "REASON", "reason", BW_CELL_TEXT },
};
static const struct bw_list WAIVERS = { "waivers", WAIVER_COLUMNS, BW_COUNT(WAIVER_COLUMNS) };

struct notices_options {
    struct bw_list_options list;
    bool waived;
};

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "owner", "OWNER", "only those of this owner"),
    BW_FILTER(1, "state", "STATE", "only those in this state"),
    BW_FILTER(2, "kind", "KIND", "only those of this kind"),
    BW_FILTER(3, "severity", "SEVERITY", "only those of this severity"),
    BW_FILTER(4, "platform", "PLATFORM", "only those on this platform"),
    BW_FILTER(5, "technique", "TECHNIQUE", "only those of this technique"),
    { "waived", NULL, "the snoozes and waivers that stand, also those that nothing falls under",
      offsetof(struct notices_options, waived), 0 },
    BW_LIST_OPTIONS,
    { 0 },
};

struct action_options {
    struct bw_common common;
    const char *reason;
    const char *until;
};

static const struct bw_option ACTION_OPTIONS[] = {
    { "reason", "TEXT", "why; it is kept with the notice", offsetof(struct action_options, reason),
      0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static const struct bw_option UNTIL_OPTIONS[] = {
    { "until", "T", "a day, a moment, or a time from now: 2027-01-31, 14d",
      offsetof(struct action_options, until), 0 },
    { "reason", "TEXT", "why; it is kept with the notice", offsetof(struct action_options, reason),
      0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int act(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "notices show ID [--json]",
    .help = "Tell all about one notice and its history",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

#define ACTION(name_, until_, table_, help_)                                                       \
    &(const struct bw_cmd)                                                                         \
    {                                                                                              \
        .name = name_, .run = act, .usage = "notices " name_ " ID" until_ " --reason TEXT",        \
        .help = help_, .options = table_, .operands_min = 1, .operands_max = 1                     \
    }

static const struct bw_cmd *const SUBCOMMANDS[] = {
    &SHOW,
    ACTION("ack", "", ACTION_OPTIONS, "Say that somebody has taken it up"),
    ACTION("snooze", " --until T", UNTIL_OPTIONS, "Keep it quiet until a day"),
    ACTION("waive", " --until T", UNTIL_OPTIONS, "Decide not to act, with a reason"),
    ACTION("resolve", "", ACTION_OPTIONS, "Say that it is done"),
    ACTION("reopen", "", ACTION_OPTIONS, "Take it up again"),
    NULL,
};

const struct bw_cmd bw_notices_cmd = {
    .name = "notices",
    .run = list,
    .usage = "notices [FILTER]... [--json]\nnotices --waived [--owner OWNER] [--json]\n"
             "notices show ID\n"
             "notices ack|snooze|waive|resolve|reopen ID [--until T] --reason TEXT",
    .help = "List the notices, answer one",
    .options = OPTIONS,
    .subcommands = SUBCOMMANDS,
};

static int list(int argc, char **argv)
{
    struct notices_options values = { 0 };
    int code = bw_cmd_begin(&bw_notices_cmd, &argc, argv, &values);
    return code == BW_EXIT_NONE
               ? bw_ask_print_list(&bw_notices_cmd, values.waived ? &WAIVERS : &LIST, &values.list)
               : code;
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static const struct bw_cmd *action_named(const char *name)
{
    const struct bw_cmd *const *cmd = SUBCOMMANDS;
    while (strcmp((*cmd)->name, name) != 0) {
        cmd++; /* the dispatcher found it in this very list */
    }
    return *cmd;
}

/* A day or moment stays as typed, a duration becomes the moment so far from now. */
static enum bw_err moment_of(const char *text, char out[BW_INSTANT_TEXT], struct bw_error *err)
{
    int64_t ms = 0;
    if (bw_instant_parse(text, &ms, NULL) != BW_OK) {
        if (bw_duration_parse(text, &ms, NULL) != BW_OK) {
            return bw_fail(err, BW_ERR_INVALID,
                           "--until: '%.40s' is neither a date (2027-01-31) nor a duration (14d)",
                           text);
        }
        ms += bw_clock_now_ms();
    }
    (void)bw_instant_format(ms, out);
    return BW_OK;
}

static enum bw_err write_body(const struct bw_cmd *cmd, const struct action_options *values,
                              struct bw_str *body, struct bw_error *err)
{
    if (values->reason == NULL || values->reason[0] == '\0') {
        return bw_fail(err, BW_ERR_INVALID, "--reason TEXT is missing");
    }
    if (values->until == NULL && cmd->options == UNTIL_OPTIONS) {
        return bw_fail(err, BW_ERR_INVALID, "--until T is missing");
    }
    char until[BW_INSTANT_TEXT];
    if (values->until != NULL) {
        enum bw_err rc = moment_of(values->until, until, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    struct bw_json_writer w = { .out = body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "reason", values->reason);
    if (values->until != NULL) {
        bw_json_add_text(&w, "until", until);
    }
    bw_json_object_end(&w);
    return BW_OK;
}

static int act(int argc, char **argv)
{
    const struct bw_cmd *cmd = action_named(argv[0]);
    struct action_options values = { 0 };
    int code = bw_cmd_begin(cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    if (write_body(cmd, &values, &body, &err) != BW_OK) {
        return bw_cmd_misused(cmd, &err);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(LIST.kind, argv[1], cmd->name);
    const struct bw_client_request request = {
        .method = "POST",
        .target = target.text,
        .body = body.text,
    };
    return bw_ask_write(&request, argv[1], cmd->name);
}
