/* daemon/cli/backtest/stage.c: see stage.h. */
#include "cli/backtest/stage.h"

#include "codec/folder.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"

enum { EVENTS_AT_ONCE = 1000 };

enum bw_err bw_stage_set(struct bw_stage *stage, struct bw_db *db, const char *config,
                         struct bw_error *err)
{
    BW_CLEANUP(bw_freep)
    char *lineages = config == NULL ? NULL : bw_folder_beside(config, "lineages");
    BW_CLEANUP(bw_freep) char *prices = config == NULL ? NULL : bw_folder_beside(config, "prices");
    stage->db = db;
    stage->wake_ms = INT64_MAX;
    enum bw_err rc = bw_lineage_files_load(lineages, &stage->rules, NULL, err);
    if (rc == BW_OK) {
        rc = bw_price_files_load(prices, &stage->book, err);
    }
    return rc == BW_OK
               ? bw_engine_new(stage->db, stage->rules, &stage->book, &stage->engine, err)
               : rc;
}

void bw_stage_clear(struct bw_stage *stage)
{
    bw_engine_free(stage->engine);
    bw_price_book_clear(&stage->book);
    bw_lineage_rules_free(stage->rules);
    bw_db_free(stage->db);
    *stage = (struct bw_stage){ 0 };
}

static enum bw_err tell(struct bw_stage *stage, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events events = { 0 };
    const struct bw_event_filter any = { 0 };
    struct bw_list_page page = { .after = stage->told, .limit = EVENTS_AT_ONCE };
    enum bw_err rc = bw_notices_events(stage->db, &any, &page, &events, err);
    BW_VEC_EACH(const struct bw_notice_event, event, &events)
    {
        BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
        if (rc == BW_OK) {
            rc = bw_notices_get(stage->db, event->notice, &notice, err);
        }
        if (rc == BW_OK && notice.kind != BW_NOTICE_SOURCE_FAILING) {
            stage->heard(stage->context, event, &notice);
        }
        stage->told = event->id;
    }
    return rc == BW_OK && events.count == EVENTS_AT_ONCE ? tell(stage, err) : rc;
}

enum bw_err bw_stage_step(struct bw_stage *stage, struct bw_event *event, struct bw_error *err)
{
    BW_CLEANUP(bw_commands_clear) struct bw_commands commands = { 0 };
    enum bw_err rc = bw_engine_step(stage->engine, event, &commands, err);
    BW_VEC_EACH(const struct bw_command, command, &commands)
    {
        switch (command->type) {
        case BW_COMMAND_WAKE:
            stage->wake_ms = command->wake_ms;
            break;
        case BW_COMMAND_REPLY:
            stage->status = command->reply.status;
            break;
        case BW_COMMAND_POLL: /* whoever plays says what is listed, and when */
        case BW_COMMAND_DELIVER:
        case BW_COMMAND_TRIGGER:
        case BW_COMMAND_CONFIGURED:
            break;
        }
    }
    return rc == BW_OK ? tell(stage, err) : rc;
}

enum bw_err bw_stage_carry_on(struct bw_stage *stage, int64_t until_ms, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && stage->wake_ms <= until_ms) {
        struct bw_event event = { .type = BW_EVENT_TIMER, .now_ms = stage->wake_ms };
        rc = bw_stage_step(stage, &event, err);
    }
    return rc;
}
