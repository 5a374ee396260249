/* daemon/cli/backtest/replay.c: see replay.h. */
#include "cli/backtest/replay.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"
#include "engine/engine.h"
#include "store/sources.h"

enum { EVENTS_AT_ONCE = 1000 };
#define POLL_AT_MS (12 * BW_HOUR_MS) /* of a day */

struct catalog { /* of one recorded platform */
    const char *name;
    struct bw_entries list;
    bool known; /* its history has begun */
    bool changed; /* since it was polled */
};

struct player {
    struct bw_replay *replay;
    struct bw_db *db;
    struct bw_lineage_rules *rules;
    struct bw_price_book book;
    struct bw_engine *engine;
    struct { struct catalog *items; size_t count, capacity; } catalogs;
    size_t next_day; /* of the history */
    int64_t wake_ms;
    int64_t told; /* the last notice event that was passed on */
    int status;   /* of the last reply */
};

static enum bw_err set_up(struct player *player, struct bw_error *err);
static enum bw_err play_day(struct player *player, int64_t day_ms, struct bw_error *err);
static enum bw_err carry_on(struct player *player, int64_t until_ms, struct bw_error *err);

static void catalog_clear(struct catalog *catalog)
{
    bw_entries_clear(&catalog->list);
}

static void player_clear(struct player *player)
{
    bw_engine_free(player->engine);
    bw_price_book_clear(&player->book);
    bw_lineage_rules_free(player->rules);
    bw_db_free(player->db);
    BW_VEC_CLEAR(&player->catalogs, catalog_clear);
}

enum bw_err bw_replay_run(struct bw_replay *replay, struct bw_error *err)
{
    BW_CLEANUP(player_clear) struct player player = { .replay = replay, .wake_ms = INT64_MAX };
    replay->accepted = 0;
    enum bw_err rc = set_up(&player, err);
    for (int64_t day_ms = replay->from_ms; rc == BW_OK && day_ms <= replay->to_ms;
         day_ms += BW_DAY_MS) {
        rc = play_day(&player, day_ms, err);
    }
    return rc == BW_OK ? carry_on(&player, replay->to_ms + BW_DAY_MS - 1, err) : rc;
}

/* ---- the engine ---- */

static enum bw_err tell(struct player *player, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events events = { 0 };
    enum bw_err rc = bw_notices_events(player->db, player->told, EVENTS_AT_ONCE, &events, err);
    BW_VEC_EACH(const struct bw_notice_event, event, &events)
    {
        BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
        if (rc == BW_OK) {
            rc = bw_notices_get(player->db, event->notice, &notice, err);
        }
        if (rc == BW_OK && notice.kind != BW_NOTICE_SOURCE_FAILING) {
            player->replay->heard(player->replay->context, event, &notice);
        }
        player->told = event->id;
    }
    return rc == BW_OK && events.count == EVENTS_AT_ONCE ? tell(player, err) : rc;
}

static enum bw_err step(struct player *player, struct bw_event *event, struct bw_error *err)
{
    BW_CLEANUP(bw_commands_clear) struct bw_commands commands = { 0 };
    enum bw_err rc = bw_engine_step(player->engine, event, &commands, err);
    BW_VEC_EACH(const struct bw_command, command, &commands)
    {
        switch (command->type) {
        case BW_COMMAND_WAKE:
            player->wake_ms = command->wake_ms;
            break;
        case BW_COMMAND_REPLY:
            player->status = command->reply.status;
            break;
        case BW_COMMAND_POLL: /* it is polled at noon */
        case BW_COMMAND_DELIVER:
        case BW_COMMAND_TRIGGER:
        case BW_COMMAND_CONFIGURED:
            break;
        }
    }
    return rc == BW_OK ? tell(player, err) : rc;
}

/* Wake the engine whenever it asks to be, up to an instant. */
static enum bw_err carry_on(struct player *player, int64_t until_ms, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && player->wake_ms <= until_ms) {
        struct bw_event event = { .type = BW_EVENT_TIMER, .now_ms = player->wake_ms };
        rc = step(player, &event, err);
    }
    return rc;
}

static enum bw_err set_up(struct player *player, struct bw_error *err)
{
    const struct bw_fleet *fleet = player->replay->fleet;
    BW_VEC_EACH(char *, name, &player->replay->history->platforms)
    {
        BW_VEC_PUSH(&player->catalogs, (struct catalog){ .name = *name });
    }
    enum bw_err rc = bw_lineage_files_load(NULL, &player->rules, NULL, err);
    if (rc == BW_OK) {
        rc = bw_price_file_load_shipped(&player->book, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_open(":memory:", &player->db, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_new(player->db, player->rules, &player->book, &player->engine, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_event event = { .type = BW_EVENT_CONFIGURE,
                              .now_ms = player->replay->from_ms,
                              .configure = bw_settings_share(fleet->settings) };
    rc = step(player, &event, err);
    return rc == BW_OK ? carry_on(player, player->replay->from_ms, err) : rc;
}

/* ---- a day ---- */

static enum bw_err accept(struct player *player, const char *source, int64_t now_ms,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
    bw_str_append(&target, "/v1/sources/");
    bw_str_append_url(&target, source);
    bw_str_append(&target, "/accept");
    struct bw_event event = {
        .type = BW_EVENT_REQUEST,
        .now_ms = now_ms,
        .request = { .id = 1,
                     .method = bw_xstrdup("POST"),
                     .target = bw_str_take(&target),
                     .body = bw_xstrdup(""),
                     .may_write = true },
    };
    player->replay->accepted++;
    enum bw_err rc = step(player, &event, err);
    return rc == BW_OK && player->status >= 300
               ? bw_fail(err, BW_ERR_CONFLICT, "source '%s': accept: status %d", source,
                         player->status)
               : rc;
}

static enum bw_err accept_if_held(struct player *player, const char *name, int64_t now_ms,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_get(player->db, name, &source, err);
    return rc == BW_OK && source.state == BW_SOURCE_HELD ? accept(player, name, now_ms, err) : rc;
}

static enum bw_err poll(struct player *player, struct catalog *catalog, int64_t now_ms,
                        struct bw_error *err)
{
    struct bw_event event = { .type = BW_EVENT_POLLED, .now_ms = now_ms };
    event.polled.source = bw_xstrdup(catalog->name);
    event.polled.outcome = catalog->changed ? BW_POLL_LISTED : BW_POLL_UNCHANGED;
    for (size_t i = 0; catalog->changed && i < catalog->list.count; i++) {
        BW_VEC_PUSH(&event.polled.entries, bw_entry_copy(&catalog->list.items[i]));
    }
    enum bw_err rc = step(player, &event, err);
    if (rc == BW_OK && catalog->changed) {
        rc = accept_if_held(player, catalog->name, now_ms, err);
    }
    catalog->changed = false;
    return rc == BW_OK ? carry_on(player, now_ms, err) : rc;
}

static void read_day(struct player *player, int64_t day_ms)
{
    const struct bw_history *history = player->replay->history;
    for (; player->next_day < history->days.count; player->next_day++) {
        const struct bw_history_day *day = &history->days.items[player->next_day];
        if (day->date_ms > day_ms) {
            return;
        }
        struct catalog *catalog = &player->catalogs.items[day->platform];
        bw_history_apply(day, &catalog->list);
        catalog->known = true;
        catalog->changed = true;
    }
}

static enum bw_err play_day(struct player *player, int64_t day_ms, struct bw_error *err)
{
    int64_t now_ms = day_ms + POLL_AT_MS;
    enum bw_err rc = carry_on(player, now_ms - 1, err);
    read_day(player, day_ms);
    BW_VEC_EACH(struct catalog, catalog, &player->catalogs)
    {
        bool used = bw_settings_source(player->replay->fleet->settings, catalog->name) != NULL;
        if (rc == BW_OK && catalog->known && used) {
            rc = poll(player, catalog, now_ms, err);
        }
    }
    return rc;
}
