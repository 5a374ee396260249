/* daemon/cli/backtest/replay.c: see replay.h. */
#include "cli/backtest/replay.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "cli/backtest/stage.h"
#include "store/sources.h"

#define POLL_AT_MS (12 * BW_HOUR_MS) /* of a day */

struct catalog { /* of one recorded platform */
    const char *name;
    struct bw_entries list;
    bool known; /* its history has begun */
    bool changed; /* since it was polled */
};

struct player {
    struct bw_replay *replay;
    struct bw_stage stage;
    struct { struct catalog *items; size_t count, capacity; } catalogs;
    size_t next_day; /* of the history */
};

static enum bw_err set_up(struct player *player, struct bw_error *err);
static enum bw_err play_day(struct player *player, int64_t day_ms, struct bw_error *err);

static void catalog_clear(struct catalog *catalog)
{
    bw_entries_clear(&catalog->list);
}

static void player_clear(struct player *player)
{
    bw_stage_clear(&player->stage);
    BW_VEC_CLEAR(&player->catalogs, catalog_clear);
}

enum bw_err bw_replay_run(struct bw_replay *replay, struct bw_error *err)
{
    BW_CLEANUP(player_clear) struct player player = {
        .replay = replay,
        .stage = { .heard = replay->heard, .context = replay->context },
    };
    replay->accepted = 0;
    enum bw_err rc = set_up(&player, err);
    for (int64_t day_ms = replay->from_ms; rc == BW_OK && day_ms <= replay->to_ms;
         day_ms += BW_DAY_MS) {
        rc = play_day(&player, day_ms, err);
    }
    return rc == BW_OK ? bw_stage_carry_on(&player.stage, replay->to_ms + BW_DAY_MS - 1, err) : rc;
}

static enum bw_err set_up(struct player *player, struct bw_error *err)
{
    const struct bw_fleet *fleet = player->replay->fleet;
    struct bw_db *db = NULL;
    BW_VEC_EACH(char *, name, &player->replay->history->platforms)
    {
        BW_VEC_PUSH(&player->catalogs, (struct catalog){ .name = *name });
    }
    enum bw_err rc = bw_db_open(":memory:", &db, err);
    if (rc == BW_OK) {
        rc = bw_stage_set(&player->stage, db, NULL, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_event event = { .type = BW_EVENT_CONFIGURE,
                              .now_ms = player->replay->from_ms,
                              .configure = bw_settings_share(fleet->settings) };
    rc = bw_stage_step(&player->stage, &event, err);
    return rc == BW_OK ? bw_stage_carry_on(&player->stage, player->replay->from_ms, err) : rc;
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
    enum bw_err rc = bw_stage_step(&player->stage, &event, err);
    return rc == BW_OK && player->stage.status >= 300
               ? bw_fail(err, BW_ERR_CONFLICT, "source '%s': accept: status %d", source,
                         player->stage.status)
               : rc;
}

static enum bw_err accept_if_held(struct player *player, const char *name, int64_t now_ms,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_get(player->stage.db, name, &source, err);
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
    enum bw_err rc = bw_stage_step(&player->stage, &event, err);
    if (rc == BW_OK && catalog->changed) {
        rc = accept_if_held(player, catalog->name, now_ms, err);
    }
    catalog->changed = false;
    return rc == BW_OK ? bw_stage_carry_on(&player->stage, now_ms, err) : rc;
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
    enum bw_err rc = bw_stage_carry_on(&player->stage, now_ms - 1, err);
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
