/* daemon/engine/ingest.c: what a poll brought: a failure, or a set that the guards let through or
 * hold back. How a set comes in is in taking.c, and what it changes in change.c. */
#include "engine/taking.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "codec/entry_json.h"
#include "engine/rows.h"

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

static bool is_silent(const struct bw_engine *engine, const struct bw_source *source)
{
    return source->state != BW_SOURCE_OK ||
           engine->now_ms - source->last_success_ms > BW_DAY_MS;
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

/* ---- a set that is believed ---- */

/* Everything of it is written. */
static enum bw_err took(struct bw_engine *engine, struct bw_taking *taking, struct bw_error *err)
{
    struct bw_source *source = &taking->source;
    const struct bw_entries *entries = &taking->entries;
    source->entries = (int64_t)entries->count;
    source->set_hash = (int64_t)bw_entries_hash(entries);
    source->changed_ms = engine->now_ms;
    source->baseline_ms = source->baseline_ms == 0 ? engine->now_ms : source->baseline_ms;
    source->held_since_ms = 0;
    source->held_hash = 0;
    bw_log(BW_LOG_INFO, "source '%s': %zu entries, %zu new or changed, %zu left", source->name,
           entries->count, taking->change.listed.count, taking->change.left.count);
    enum bw_err rc = bw_sources_hold(engine->db, source->name, NULL, err);
    if (rc == BW_OK && taking->anew) {
        rc = bw_sources_merged(engine->db, source->name, err);
    }
    rc = rc == BW_OK ? succeeded(engine, source, taking->actor, err) : rc;
    if (rc == BW_OK) {
        rc = bw_sources_save(engine->db, source, err); /* the judges below read it */
    }
    if (rc == BW_OK && taking->all) {
        rc = bw_engine_touch_all(engine, source, err);
    }
    return rc == BW_OK ? bw_engine_relearn_calling(engine, source->platform,
                                                   &taking->change.redated, err)
                       : rc;
}

/* The end of every poll. */
static enum bw_err ended(struct bw_engine *engine, struct bw_source *source, bool was_silent,
                         struct bw_polled *polled, struct bw_error *err)
{
    enum bw_err rc = bw_engine_discover(engine, source, polled, err);
    if (rc == BW_OK) {
        rc = bw_sources_save(engine->db, source, err);
    }
    if (rc == BW_OK && was_silent && source->state == BW_SOURCE_OK) {
        bw_log(BW_LOG_NOTICE, "source '%s': it lists a good set", source->name);
        rc = bw_engine_touch_all(engine, source, err);
    }
    return rc;
}

static enum bw_err finish_poll(struct bw_engine *engine, struct bw_taking *taking,
                               struct bw_error *err)
{
    enum bw_err rc = took(engine, taking, err);
    return rc == BW_OK ? ended(engine, &taking->source, taking->was_silent, taking->polled, err)
                       : rc;
}

/* Takes the source, and the entries unless it borrows them. */
static enum bw_err take_set(struct bw_engine *engine, struct bw_source *source,
                            struct bw_entries *entries, bool borrows, struct bw_error *err)
{
    bool first = source->baseline_ms == 0;
    struct bw_taking taking = {
        .source = *source,
        .entries = *entries,
        .borrows = borrows,
        .anew = first,
        .all = first,
        .actor = bw_xstrdup("basewatch"),
        .was_silent = is_silent(engine, source),
        .finish = finish_poll,
    };
    *source = (struct bw_source){ 0 };
    *entries = borrows ? *entries : (struct bw_entries){ 0 };
    return bw_engine_take(engine, &taking, err);
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
    BW_CLEANUP(bw_freep) char *text = entries_text(entries);
    enum bw_err rc = bw_sources_hold(engine->db, source->name, text, err);
    say(source, BW_SOURCE_HELD, why);
    bw_log(BW_LOG_WARNING, "source '%s': %s; keeping the last good set", source->name, why);
    return rc == BW_OK ? tell_operators(engine, source, err) : rc;
}

/* A set that is taken is no matter of this function's caller any more: see take_set(). */
static enum bw_err listed(struct bw_engine *engine, struct bw_source *source,
                          struct bw_entries *entries, bool borrows, struct bw_error *err)
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
        enum bw_err let_go = bw_sources_hold(engine->db, source->name, NULL, err);
        return let_go == BW_OK ? succeeded(engine, source, "basewatch", err) : let_go;
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
        return take_set(engine, source, entries, borrows, err);
    }
    source->failures = 0;
    source->failing_since_ms = 0;
    return same ? BW_OK : hold(engine, source, entries, why, err);
}

static enum bw_err held_entries(struct bw_engine *engine, const struct bw_source *source,
                                struct bw_entries *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    BW_CLEANUP(bw_freep) char *text = NULL;
    enum bw_err rc = bw_sources_held(engine->db, source->name, &text, err);
    if (rc == BW_OK) {
        rc = bw_json_parse(text, strlen(text), &json, err);
    }
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
    if (source->state != BW_SOURCE_HELD) {
        return succeeded(engine, source, "basewatch", err);
    }
    enum bw_err rc = held_entries(engine, source, &entries, err);
    return rc == BW_OK ? listed(engine, source, &entries, false, err) : rc;
}

enum bw_err bw_engine_ingest(struct bw_engine *engine, struct bw_polled *polled,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_get(engine->db, polled->source, &source, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc; /* reloaded away while it was polled */
    }
    bool was_silent = is_silent(engine, &source);
    source.last_attempt_ms = engine->now_ms;
    switch (polled->outcome) {
    case BW_POLL_FAILED:
        rc = failed(engine, &source, polled->error, polled->retry_after_ms, err);
        break;
    case BW_POLL_UNCHANGED:
        rc = unchanged(engine, &source, err);
        break;
    case BW_POLL_LISTED:
        rc = listed(engine, &source, &polled->entries, true, err);
        break;
    }
    return rc == BW_OK && engine->taking == NULL ? ended(engine, &source, was_silent, polled, err)
                                                 : rc;
}

static enum bw_err finish_accept(struct bw_engine *engine, struct bw_taking *taking,
                                 struct bw_error *err)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    enum bw_err rc = took(engine, taking, err);
    bw_row_source(&w, &taking->source);
    bw_engine_reply(engine, taking->request, 200, bw_str_take(&body));
    return rc;
}

enum bw_err bw_engine_accept(struct bw_engine *engine, const char *name, const char *actor,
                             uint64_t request, struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    BW_CLEANUP(bw_entries_clear) struct bw_entries entries = { 0 };
    enum bw_err rc = bw_sources_get(engine->db, name, &source, err);
    if (rc == BW_OK && source.state != BW_SOURCE_HELD) {
        return bw_fail(err, BW_ERR_CONFLICT, "source '%s' holds nothing back", name);
    }
    if (rc == BW_OK) {
        rc = held_entries(engine, &source, &entries, err);
    }
    if (rc == BW_OK) {
        rc = take_set(engine, &source, &entries, false, err);
    }
    if (rc == BW_OK) {
        bw_replace(&engine->taking->actor, actor);
        engine->taking->request = request;
        engine->taking->finish = finish_accept;
    }
    return rc;
}
