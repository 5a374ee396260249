/* daemon/cli/cmd_status.c: how things stand, on one screen. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"
#include "cli/text.h"

static const struct bw_column SOURCES[] = {
    { "SOURCE", "name", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "ENTRIES", "entries", BW_CELL_NUMBER },
    { "LAST-SUCCESS", "last_success_at", BW_CELL_MINUTE },
};

static const struct bw_option OPTIONS[] = { BW_LIST_OPTIONS, { 0 } };

static int status(int argc, char **argv);

const struct bw_cmd bw_status_cmd = {
    .name = "status",
    .run = status,
    .usage = "status [--json]",
    .help = "Show how deployments, notices and sources stand",
    .options = OPTIONS,
};

static void print_counts(const struct bw_json *document)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_append(&line, "deployments: ");
    bw_cell_append(&line, BW_CELL_NUMBER, bw_cell_pick(document, "deployments.total"));
    const char *before = " (";
    const struct bw_json *by_state = bw_cell_pick(document, "deployments.by_state");
    for (const struct bw_json *count = bw_json_first(by_state); count != NULL;
         count = bw_json_next(count)) {
        if (bw_json_i64(count, 0) != 0) {
            bw_str_append(&line, before);
            bw_cell_append(&line, BW_CELL_NUMBER, count);
            bw_str_appendf(&line, " %s", bw_json_name(count));
            before = ", ";
        }
    }
    bw_str_append(&line, before[0] == ',' ? ")" : "");
    int64_t unwatched = bw_json_i64(bw_cell_pick(document, "unwatched"), 0);
    if (unwatched > 0) {
        bw_str_appendf(&line, "; no source speaks of the platform of %" PRId64, unwatched);
    }
    bw_text_print(stdout, line.text);
    bw_str_reset(&line);
    bw_str_append(&line, "open notices: ");
    bw_cell_append(&line, BW_CELL_NUMBER, bw_cell_pick(document, "notices.open"));
    bw_text_print(stdout, line.text);
}

static void print_configuration(const struct bw_json *document)
{
    const struct bw_json *error = bw_cell_pick(document, "configuration.error");
    if (bw_json_text(error, NULL) != NULL) {
        BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
        bw_str_appendf(&line, "the last reload failed: %s; still running what was loaded at ",
                       bw_json_text(error, ""));
        bw_cell_append(&line, BW_CELL_MINUTE, bw_cell_pick(document, "configuration.loaded_at"));
        bw_text_print(stdout, line.text);
    }
    const char *restart = bw_json_text(bw_cell_pick(document, "configuration.needs_restart"), NULL);
    if (restart != NULL) {
        BW_CLEANUP(bw_freep)
        char *line = bw_xasprintf("%s changed, which needs a restart of basewatchd", restart);
        bw_text_print(stdout, line);
    }
}

static void print_sources(const struct bw_json *sources, const struct bw_common *common)
{
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(SOURCES, BW_COUNT(SOURCES));
    for (const struct bw_json *source = bw_json_first(sources); source != NULL;
         source = bw_json_next(source)) {
        bw_table_add_row(&table, source);
    }
    if (table.cells > 0) {
        (void)fputs("\n", stdout);
        struct bw_screen screen = bw_screen_of_stdout(common->no_header, common->no_color);
        bw_table_print(&table, &screen, stdout);
    }
}

static int status(int argc, char **argv)
{
    struct bw_common common = { 0 };
    int code = bw_cmd_begin(&bw_status_cmd, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    if (bw_ask_get("/v1/status", &document, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    if (common.json) {
        bw_ask_print_json(document);
        return BW_EXIT_OK;
    }
    print_configuration(document);
    print_counts(document);
    print_sources(bw_json_get(document, "sources"), &common);
    return BW_EXIT_OK;
}
