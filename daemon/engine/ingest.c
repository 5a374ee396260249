/* daemon/engine/ingest.c: what a poll brought: a failure, or a set that the guards let through or
 * hold back. What a set changes is in change.c. */
#include "engine/state.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "codec/entry_json.h"

/* When a set is believed, and when silence is told. */
#define HELD_ACCEPTED_MS BW_DAY_MS     /* unless it is still the same a day later */
#define FAILING_TOLD_MS (6 * BW_HOUR_MS) /* a source fails that long before anybody is told */

static void say(struct bw_source *source, enum bw_source_state state, const char *detail)
{
    source->state = state;
    bw_replace(&source->detail, detail);
}

static enum bw_err tell_operators(struct bw_engine *engine, const struct bw_source *source,
                                  struct bw_error *err)
{
    return bw_engine_raise_outage(engine, BW_NOTICE_SOURCE_FAILING, source->name, source->platform,
                                  source->detail, err);
}

/* ---- failures ---- */

static enum bw_err failed(struct bw_engine *engine, struct bw_source *source, const char *why,
                          int64_t retry_after_ms, struct bw_error *err)
{
    source->failing_since_ms = source->failures == 0 ? engine->now_ms : source->failing_since_ms;
    source->failures++;
    source->due_ms = engine->now_ms + bw_poll_wait_ms(source->every_ms, source->failures,
                                                      retry_after_ms,
                                                      bw_hash_text(BW_HASH_SEED, source->name));
    if (source->state != BW_SOURCE_HELD) {
        say(source, BW_SOURCE_FAILING, why);
    }
    bw_log(BW_LOG_WARNING, "source '%s': %s; keeping the last good set", source->name, why);
    if (engine->now_ms - source->failing_since_ms < FAILING_TOLD_MS) {
        return BW_OK;
    }
    return tell_operators(engine, source, err);
}

/* A good answer, whatever it said. */
static enum bw_err succeeded(struct bw_engine *engine, struct bw_source *source, const char *actor,
                             struct bw_error *err)
{
    source->failures = 0;
    source->failing_since_ms = 0;
    source->last_success_ms = engine->now_ms;
    say(source, BW_SOURCE_OK, "");
    bool leads = false;
    enum bw_err rc = bw_engine_leads(engine, source, &leads, err);
    if (rc == BW_OK && leads) {
        rc = bw_models_missed(engine->db, source->platform, source->scope, err);
    }
    return rc == BW_OK ? bw_engine_end_outage(engine, BW_NOTICE_SOURCE_FAILING, source->name, actor,
                                              "the source lists a good set again", err)
                       : rc;
}

static enum bw_err take_set(struct bw_engine *engine, struct bw_source *source,
                            const struct bw_entries *entries, const char *actor,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_change_clear) struct bw_change change = { 0 };
    enum bw_err rc = bw_engine_change(engine, source, entries, &change, err);
    if (rc != BW_OK) {
        return rc;
    }
    bool first = source->baseline_ms == 0;
    source->entries = (int64_t)entries->count;
    source->set_hash = (int64_t)bw_entries_hash(entries);
    source->changed_ms = engine->now_ms;
    source->baseline_ms = source->baseline_ms == 0 ? engine->now_ms : source->baseline_ms;
    source->held_since_ms = 0;
    source->held_hash = 0;
    bw_replace(&source->held_set, NULL);
    bw_log(BW_LOG_INFO, "source '%s': %zu entries, %zu new or changed, %zu left", source->name,
           entries->count, change.listed.count, change.left.count);
    rc = succeeded(engine, source, actor, err);
    if (rc == BW_OK) {
        rc = bw_sources_save(engine->db, source, err); /* the judges below read it */
    }
    if (rc == BW_OK) {
        rc = bw_engine_touch(engine, source, first ? NULL : &change, err);
    }
    return rc == BW_OK ? bw_engine_relearn_calling(engine, source->platform, &change.redated, err)
                       : rc;
}

/* ---- what is held back ---- */

static char *entries_text(const struct bw_entries *entries)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_array_begin(&w, NULL);
    BW_VEC_EACH(const struct bw_entry, entry, entries)
    {
        bw_entry_to_json(entry, &w, NULL);
    }
    bw_json_array_end(&w);
    return bw_str_take(&text);
}

static enum bw_err hold(struct bw_engine *engine, struct bw_source *source,
                        const struct bw_entries *entries, const char *why, struct bw_error *err)
{
    source->held_hash = (int64_t)bw_entries_hash(entries);
    source->held_since_ms = engine->now_ms;
    free(source->held_set);
    source->held_set = entries_text(entries);
    say(source, BW_SOURCE_HELD, why);
    bw_log(BW_LOG_WARNING, "source '%s': %s; keeping the last good set", source->name, why);
    return tell_operators(engine, source, err);
}

static enum bw_err listed(struct bw_engine *engine, struct bw_source *source,
                          const struct bw_entries *entries, struct bw_error *err)
{
    int64_t hash = (int64_t)bw_entries_hash(entries);
    source->due_ms = engine->now_ms + bw_poll_wait_ms(source->every_ms, 0, 0,
                                                      bw_hash_text((uint64_t)engine->now_ms,
                                                                   source->name));
    if (entries->count == 0 && source->baseline_ms == 0) {
        return failed(engine, source, "it lists no model at all", 0, err);
    }
    if (source->baseline_ms != 0 && hash == source->set_hash) {
        source->held_since_ms = 0;
        bw_replace(&source->held_set, NULL);
        return succeeded(engine, source, "basewatch", err);
    }
    BW_CLEANUP(bw_freep) char *why = NULL;
    enum bw_err rc = bw_engine_object(engine, source, entries, &why, err);
    if (rc != BW_OK) {
        return rc;
    }
    bool same = source->state == BW_SOURCE_HELD && hash == source->held_hash;
    bool stood = same && entries->count > 0 &&
                 engine->now_ms - source->held_since_ms >= HELD_ACCEPTED_MS;
    if (why == NULL || stood) {
        return take_set(engine, source, entries, "basewatch", err);
    }
    source->failures = 0;
    source->failing_since_ms = 0;
    return same ? BW_OK : hold(engine, source, entries, why, err);
}

static enum bw_err held_entries(const struct bw_source *source, struct bw_entries *out,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    enum bw_err rc = bw_json_parse(source->held_set, strlen(source->held_set), &json, err);
    for (const struct bw_json *item = bw_json_first(json); rc == BW_OK && item != NULL;
         item = bw_json_next(item)) {
        struct bw_entry entry = { 0 };
        rc = bw_entry_from_json(item, &entry, err);
        if (rc == BW_OK) {
            BW_VEC_PUSH(out, entry);
        }
    }
    return rc == BW_OK ? BW_OK : BW_ERR_STORE;
}

/* Nothing changed, which also confirms a set that is held back. */
static enum bw_err unchanged(struct bw_engine *engine, struct bw_source *source,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_entries_clear) struct bw_entries entries = { 0 };
    source->due_ms = engine->now_ms + bw_poll_wait_ms(source->every_ms, 0, 0,
                                                      bw_hash_text((uint64_t)engine->now_ms,
                                                                   source->name));
    if (source->baseline_ms == 0) {
        return failed(engine, source, "it lists no model at all", 0, err);
    }
    if (source->state != BW_SOURCE_HELD || source->held_set == NULL) {
        return succeeded(engine, source, "basewatch", err);
    }
    enum bw_err rc = held_entries(source, &entries, err);
    return rc == BW_OK ? listed(engine, source, &entries, err) : rc;
}

enum bw_err bw_engine_ingest(struct bw_engine *engine, struct bw_polled *polled,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_get(engine->db, polled->source, &source, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc; /* reloaded away while it was polled */
    }
    bool was_silent = source.state != BW_SOURCE_OK ||
                      engine->now_ms - source.last_success_ms > BW_DAY_MS;
    source.last_attempt_ms = engine->now_ms;
    switch (polled->outcome) {
    case BW_POLL_FAILED:
        rc = failed(engine, &source, polled->error, polled->retry_after_ms, err);
        break;
    case BW_POLL_UNCHANGED:
        rc = unchanged(engine, &source, err);
        break;
    case BW_POLL_LISTED:
        rc = listed(engine, &source, &polled->entries, err);
        break;
    }
    if (rc == BW_OK) {
        rc = bw_engine_discover(engine, &source, polled, err);
    }
    if (rc == BW_OK) {
        rc = bw_sources_save(engine->db, &source, err);
    }
    if (rc == BW_OK && was_silent && source.state == BW_SOURCE_OK) {
        bw_log(BW_LOG_NOTICE, "source '%s': it lists a good set", source.name);
        rc = bw_engine_touch(engine, &source, NULL, err);
    }
    return rc;
}

enum bw_err bw_engine_accept(struct bw_engine *engine, const char *name, const char *actor,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    BW_CLEANUP(bw_entries_clear) struct bw_entries entries = { 0 };
    enum bw_err rc = bw_sources_get(engine->db, name, &source, err);
    if (rc == BW_OK && source.held_set == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT, "source '%s' holds nothing back", name);
    }
    if (rc == BW_OK) {
        rc = held_entries(&source, &entries, err);
    }
    if (rc == BW_OK) {
        rc = take_set(engine, &source, &entries, actor, err);
    }
    return rc == BW_OK ? bw_sources_save(engine->db, &source, err) : rc;
}
