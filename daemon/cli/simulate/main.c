/* daemon/cli/simulate/main.c: `basewatch-simulate`, what `basewatch simulate` becomes. */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "cli/backtest/tally.h"
#include "cli/cmd_simulate.h"
#include "cli/database.h"
#include "cli/simulate/what_if.h"
#include "cli/table.h"
#include "codec/config.h"
#include "engine/rows.h"

struct told { /* notices that something happened to, each as it is in the end */
    struct BW_VEC(struct bw_notice) notices;
};

static void told_clear(struct told *told)
{
    BW_VEC_CLEAR(&told->notices, bw_notice_clear);
}

static struct bw_notice *slot_of(struct told *told, int64_t id)
{
    BW_VEC_EACH(struct bw_notice, notice, &told->notices)
    {
        if (notice->id == id) {
            return notice;
        }
    }
    BW_VEC_PUSH(&told->notices, (struct bw_notice){ 0 });
    return &told->notices.items[told->notices.count - 1];
}

static void hear(void *context, const struct bw_notice_event *event,
                 const struct bw_notice *notice)
{
    (void)event;
    struct bw_notice *slot = slot_of(context, notice->id);
    bw_notice_clear(slot);
    *slot = bw_notice_copy(notice);
}

/* ---- the page ---- */

static void print_json(const struct told *told)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "schema", "basewatch/simulate/v1");
    bw_json_array_begin(&w, "simulate");
    BW_VEC_EACH(const struct bw_notice, notice, &told->notices)
    {
        bw_row_notice(&w, notice, NULL);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    (void)puts(text.text);
}

static void print_head(const struct bw_what_if *what)
{
    char day[BW_INSTANT_TEXT];
    if (what->release != NULL) {
        (void)printf("If %s ships on %s today:\n\n", what->release, what->platform);
    } else {
        (void)printf("If %s is to end on %s:\n\n", what->shutdown,
                     bw_instant_format_day(what->end_ms, day));
    }
}

static void add_deadline(struct bw_table *table, const struct bw_notice *notice)
{
    char day[BW_INSTANT_TEXT];
    bw_table_add(table, notice->deadline_ms == 0
                            ? "-"
                            : bw_instant_format_day(notice->deadline_ms, day));
}

static void add_row(struct bw_table *table, const struct bw_notice *notice)
{
    BW_CLEANUP(bw_str_clear) struct bw_str cost = { 0 };
    const struct bw_spend spend = bw_spend_of(notice->estimate, notice->refused);
    bw_spend_append(&cost, &spend);
    bw_table_add(table, notice->subject);
    bw_table_add(table, notice->owner);
    bw_table_add(table, bw_notice_kind_word(notice->kind));
    bw_table_add(table, bw_severity_word(notice->severity));
    bw_table_add(table, notice->base);
    bw_table_add(table, notice->candidate == NULL ? "-" : notice->candidate);
    add_deadline(table, notice);
    bw_table_add(table, notice->estimate == NULL && notice->refused == NULL ? "-" : cost.text);
}

static void print_page(const struct bw_what_if *what, const struct told *told)
{
    static const struct bw_column columns[] = {
        { "DEPLOYMENT", NULL, BW_CELL_TEXT }, { "OWNER", NULL, BW_CELL_TEXT },
        { "KIND", NULL, BW_CELL_TEXT },       { "SEVERITY", NULL, BW_CELL_TEXT },
        { "BASE", NULL, BW_CELL_TEXT },       { "CANDIDATE", NULL, BW_CELL_TEXT },
        { "DEADLINE", NULL, BW_CELL_TEXT },   { "COST", NULL, BW_CELL_TEXT },
    };
    const struct bw_screen screen = { .header = true };
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(columns, BW_COUNT(columns));
    BW_CLEANUP(bw_tally_clear) struct bw_tally owners = { .title = "OWNER" };
    size_t ended = 0;
    print_head(what);
    BW_VEC_EACH(const struct bw_notice, notice, &told->notices)
    {
        const struct bw_spend spend = bw_spend_of(notice->estimate, notice->refused);
        if (bw_notice_is_live(notice->state)) {
            add_row(&table, notice);
            bw_tally_add(&owners, notice->owner[0] == '\0' ? "nobody" : notice->owner, &spend);
        } else {
            ended++;
        }
    }
    if (table.cells == 0) {
        (void)puts("Nobody would be told anything.");
    } else {
        bw_table_print(&table, &screen, stdout);
        (void)fputs("\n", stdout);
        bw_tally_sort(&owners);
        bw_tally_print(&owners, stdout);
    }
    if (ended > 0) {
        (void)printf("\n%zu notice%s would end or give way to these.\n", ended,
                     ended == 1 ? "" : "s");
    }
}

/* ---- the call ---- */

static enum bw_err read_call(const struct bw_simulate_call *call, struct bw_what_if *what,
                             char **shutdown, struct bw_error *err)
{
    *what = (struct bw_what_if){ .release = call->release, .platform = call->platform,
                                 .like = call->like, .now_ms = bw_clock_now_ms() };
    if ((call->release == NULL) == (call->shutdown == NULL)) {
        return bw_fail(err, BW_ERR_INVALID, "either --release or --shutdown must be given");
    }
    if (call->release != NULL) {
        return call->platform != NULL
                   ? BW_OK
                   : bw_fail(err, BW_ERR_INVALID, "--platform is missing: where does it ship?");
    }
    const char *equals = strrchr(call->shutdown, '=');
    if (equals == NULL || equals == call->shutdown) {
        return bw_fail(err, BW_ERR_INVALID, "--shutdown '%.80s' is not MODEL=DATE",
                       call->shutdown);
    }
    what->shutdown = *shutdown = bw_xstrndup(call->shutdown, (size_t)(equals - call->shutdown));
    enum bw_err rc = bw_instant_parse(equals + 1, &what->end_ms, err);
    return rc == BW_OK ? rc : bw_error_prefix(err, "--shutdown: ");
}

static enum bw_err play(const struct bw_simulate_call *call, const struct bw_what_if *what,
                        struct told *told, struct bw_error *err)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    BW_CLEANUP(bw_stage_clear) struct bw_stage stage = { .heard = hear, .context = told };
    BW_CLEANUP(bw_freep) char *path = NULL;
    const char *config = call->config == NULL ? bw_default_config : call->config;
    struct bw_db *db = NULL;
    enum bw_err rc = bw_config_read(config, &settings, err);
    if (rc == BW_OK) {
        rc = bw_database_find(config, call->state_dir, &path, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_open_copy(path, &db, err);
    }
    return rc == BW_OK ? bw_what_if_play(what, db, config, settings, &stage, err) : rc;
}

int main(int argc, char **argv)
{
    struct bw_simulate_call call = { 0 };
    struct bw_what_if what = { 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *shutdown = NULL;
    BW_CLEANUP(told_clear) struct told told = { 0 };
    bw_log_setup(BW_LOG_TEXT, BW_LOG_ERROR); /* what the engine notes of a copy is no news */
    int code = bw_cmd_begin(&bw_simulate_cmd, &argc, argv, &call);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (read_call(&call, &what, &shutdown, &err) != BW_OK) {
        return bw_cmd_misused(&bw_simulate_cmd, &err);
    }
    if (play(&call, &what, &told, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    if (call.common.json) {
        print_json(&told);
    } else {
        print_page(&what, &told);
    }
    return BW_EXIT_OK;
}
