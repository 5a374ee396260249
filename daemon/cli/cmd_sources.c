/* daemon/cli/cmd_sources.c: where catalogs come from; poll one now, accept what was held back. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

/* A poll answers when its evaluation and fan-out are committed; many sources take their time. */
#define POLL_TIMEOUT_MS INT64_C(900000)

static const struct bw_column COLUMNS[] = {
    { "NAME", "name", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "ENTRIES", "entries", BW_CELL_NUMBER },
    { "LAST-SUCCESS", "last_success_at", BW_CELL_MINUTE },
    { "DETAIL", "detail|error", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "sources", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    BW_FILTER(0, "state", "STATE", "only those in this state"),
    BW_FILTER(1, "platform", "PLATFORM", "only those of this platform"),
    BW_LIST_OPTIONS,
    { 0 },
};
static const struct bw_option POLL_OPTIONS[] = { BW_LIST_OPTIONS, { 0 } };

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int poll_now(int argc, char **argv);
static int accept_set(int argc, char **argv);

static const struct bw_cmd SHOW = {
    .name = "show",
    .run = show,
    .usage = "sources show NAME [--json]",
    .help = "Tell all about one source",
    .options = bw_ask_json_options,
    .operands_min = 1,
    .operands_max = 1,
};

static const struct bw_cmd POLL = {
    .name = "poll",
    .run = poll_now,
    .usage = "sources poll [NAME] [--json]",
    .help = "Poll one or all sources now and wait until the outcome is stored",
    .options = POLL_OPTIONS,
    .operands_max = 1,
};

static const struct bw_cmd ACCEPT = {
    .name = "accept",
    .run = accept_set,
    .usage = "sources accept NAME",
    .help = "Accept a set of entries that was held back as doubtful",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_sources_cmd = {
    .name = "sources",
    .run = list,
    .usage = "sources [--state STATE] [--platform PLATFORM] [--json]\nsources show NAME\n"
             "sources poll [NAME]\nsources accept NAME",
    .help = "List the sources, poll them now",
    .options = OPTIONS,
    .subcommands = (const struct bw_cmd *const[]){ &SHOW, &POLL, &ACCEPT, NULL },
};

static int list(int argc, char **argv)
{
    return bw_ask_list(&bw_sources_cmd, &LIST, argc, argv);
}

static int show(int argc, char **argv)
{
    return bw_ask_show(&SHOW, LIST.kind, argc, argv);
}

static int accept_set(int argc, char **argv)
{
    return bw_ask_action(&ACCEPT, LIST.kind, "accept", "what was held back is accepted", argc,
                         argv);
}

static bool has_failed(const struct bw_json *source)
{
    const char *state = bw_json_text(bw_json_get(source, "state"), "");
    return strcmp(state, "failing") == 0 || strcmp(state, "new") == 0;
}

/* Print a line each. Returns whether none has failed. */
static bool print_polled(const struct bw_json *sources, const struct bw_common *common)
{
    BW_CLEANUP(bw_table_clear)
    struct bw_table table = bw_table_of(COLUMNS, BW_COUNT(COLUMNS));
    bool good = true;
    for (const struct bw_json *source = bw_json_first(sources); source != NULL;
         source = bw_json_next(source)) {
        bw_table_add_row(&table, source);
        good = good && !has_failed(source);
    }
    if (!common->json) {
        struct bw_screen screen = bw_screen_of_stdout(common->no_header, common->no_color);
        bw_table_print(&table, &screen, stdout);
    }
    return good;
}

static int poll_now(int argc, char **argv)
{
    struct bw_common common = { 0 };
    int code = bw_cmd_begin(&POLL, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    if (argc > 1) {
        bw_json_add_text(&w, "name", argv[1]);
    }
    bw_json_object_end(&w);
    const struct bw_client_request request = {
        .method = "POST",
        .target = "/v1/sources/poll",
        .body = body.text,
        .timeout_ms = POLL_TIMEOUT_MS,
    };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    if (bw_client_ask(&request, &answer, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    const struct bw_json *sources = bw_json_get(answer, "sources");
    if (!bw_json_is_array(sources)) {
        (void)bw_fail(&err, BW_ERR_INVALID, "the daemon's answer has no list of sources");
        return bw_cmd_failed(&err);
    }
    if (common.json) {
        bw_ask_print_json(answer);
    }
    return print_polled(sources, &common) ? BW_EXIT_OK : BW_EXIT_FAILED;
}
