/* daemon/engine/ingest.c: what a poll brought: guards, then the difference to what was known, then
 * the models of the platform and the cohorts that they touch. */
#include "engine/state.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "codec/entry_json.h"
#include "domain/lineage.h"
#include "domain/succession.h"

/* DESIGN section 6.3. */
#define SHRINK_KEEPS 0.6               /* a set that loses more than 40 % is held back */
#define HELD_ACCEPTED_MS BW_DAY_MS     /* unless it is still the same a day later */
#define FAILING_TOLD_MS (6 * BW_HOUR_MS) /* a source fails that long before anybody is told */

struct change { /* of one poll; owned */
    struct bw_names listed; /* ids that are new or different */
    struct bw_names left;
    struct bw_names lineages; /* of either, as far as they can be placed */
};

static void change_clear(struct change *change)
{
    bw_names_clear(&change->listed);
    bw_names_clear(&change->left);
    bw_names_clear(&change->lineages);
}

static bool names_hold(const struct bw_names *names, const char *name)
{
    BW_VEC_EACH(char *, held, names)
    {
        if (strcmp(*held, name) == 0) {
            return true;
        }
    }
    return false;
}

static void note_lineage(struct change *change, const char *lineage)
{
    if (lineage[0] != '\0' && !names_hold(&change->lineages, lineage)) {
        BW_VEC_PUSH(&change->lineages, bw_xstrdup(lineage));
    }
}

/* Can what changed alter the judgement on this cohort? NULL: everything may have. */
static bool touches(const struct bw_engine *engine, const struct change *change,
                    const struct bw_cohort *cohort, const struct bw_model *base)
{
    const char *id = base->entry.id == NULL ? cohort->base : base->entry.id;
    bool leads_elsewhere = base->entry.replacement != NULL;
    BW_VEC_EACH(const struct bw_override, override, &engine->rules->overrides)
    {
        leads_elsewhere = leads_elsewhere || strcmp(override->from, cohort->base) == 0;
    }
    return change == NULL || leads_elsewhere || cohort->lineage[0] == '\0' ||
           names_hold(&change->lineages, cohort->lineage) ||
           names_hold(&change->listed, id) || names_hold(&change->left, id);
}

static void say(struct bw_source *source, enum bw_source_state state, const char *detail)
{
    source->state = state;
    bw_replace(&source->detail, detail);
}

/* The notice about a source, in the place of a deployment's. */
static enum bw_err tell_operators(struct bw_engine *engine, const struct bw_source *source,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, source->name, true, &live, err);
    if (rc != BW_OK || live.count > 0) {
        return rc;
    }
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = {
        .subject = bw_xstrdup(source->name),
        .kind = BW_NOTICE_SOURCE_FAILING,
        .severity = BW_SEVERITY_ACT,
        .owner = bw_xstrdup(""),
        .platform = bw_xstrdup(source->platform),
        .base = bw_xstrdup(""),
        .summary = bw_xasprintf("source %s: %s", source->name, source->detail),
    };
    const struct bw_move_notice how = {
        .event = "opened", .actor = "basewatch", .reason = source->detail, .silent = true
    };
    rc = bw_engine_open(engine, &notice, &how, err);
    return rc == BW_OK ? bw_engine_announce_source(engine, source->name, "failing", notice.summary,
                                                   err)
                       : rc;
}

static enum bw_err tell_recovered(struct bw_engine *engine, const struct bw_source *source,
                                  const char *actor, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, source->name, true, &live, err);
    if (rc != BW_OK || live.count == 0) {
        return rc;
    }
    rc = bw_engine_settle(engine, source->name, true, BW_NOTICE_RESOLVED, actor,
                          "the source lists a good set again", err);
    return rc == BW_OK ? bw_engine_announce_source(engine, source->name, "recovered",
                                                   "the source lists a good set again", err)
                       : rc;
}

/* The scopes that the source's word bears on; *leads: it is the first word there. */
static enum bw_err scopes_of(struct bw_engine *engine, const struct bw_source *source,
                             struct bw_names *out, bool *leads, struct bw_error *err)
{
    enum bw_err rc = source->kind == BW_SOURCE_OWN
                         ? BW_OK
                         : bw_sources_own_scopes(engine->db, source->platform, source->scope, out,
                                                 err);
    *leads = out->count == 0;
    if (*leads) {
        BW_VEC_PUSH(out, bw_xstrdup(source->scope));
    }
    return rc;
}

static enum bw_err evaluate_scope(struct bw_engine *engine, const struct bw_source *source,
                                  const char *scope, const struct change *change,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_ids_clear) struct bw_ids cohorts = { 0 };
    enum bw_err rc = bw_cohorts_touched(engine->db, source->platform, scope, &cohorts, err);
    BW_VEC_EACH(int64_t, id, &cohorts)
    {
        BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
        BW_CLEANUP(bw_model_clear) struct bw_model base = { 0 };
        if (rc == BW_OK) {
            rc = bw_cohorts_get(engine->db, *id, &cohort, err);
        }
        if (rc == BW_OK) {
            rc = bw_models_get(engine->db, source->platform, scope, cohort.base, &base, err);
            rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
        }
        if (rc == BW_OK && touches(engine, change, &cohort, &base)) {
            rc = bw_engine_evaluate(engine, *id, source->baseline_ms == engine->now_ms, err);
        }
    }
    return rc;
}

static enum bw_err evaluate_touched(struct bw_engine *engine, const struct bw_source *source,
                                    const struct change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = scopes_of(engine, source, &scopes, &leads, err);
    BW_VEC_EACH(char *, scope, &scopes)
    {
        if (rc == BW_OK) {
            rc = evaluate_scope(engine, source, *scope, change, err);
        }
    }
    return rc;
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

/* ---- the difference ---- */

static enum bw_err store_entries(struct bw_engine *engine, const struct bw_source *source,
                                 const struct bw_entries *entries, struct change *change,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_seen_list_clear) struct bw_seen_list seen = { 0 };
    enum bw_err rc = bw_catalog_seen(engine->db, source->name, &seen, err);
    size_t i = 0;
    size_t j = 0;
    while (rc == BW_OK && (i < seen.count || j < entries->count)) {
        int order = i == seen.count       ? 1
                    : j == entries->count ? -1
                                          : strcmp(seen.items[i].id, entries->items[j].id);
        if (order < 0) {
            rc = bw_catalog_remove(engine->db, source->name, seen.items[i].id, err);
            BW_VEC_PUSH(&change->left, bw_xstrdup(seen.items[i].id));
            i++;
            continue;
        }
        int64_t hash = (int64_t)bw_entry_hash(&entries->items[j]);
        if (order > 0 || seen.items[i].hash != hash) {
            rc = bw_catalog_put(engine->db, source->name, &entries->items[j], hash,
                                engine->now_ms, err);
            BW_VEC_PUSH(&change->listed, bw_xstrdup(entries->items[j].id));
        }
        i += order == 0 ? 1 : 0;
        j++;
    }
    return rc;
}

static enum bw_err refresh_model(struct bw_engine *engine, const char *platform, const char *scope,
                                 const char *id, struct change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
    BW_CLEANUP(bw_model_clear) struct bw_model before = { 0 };
    char lineage[BW_LINEAGE_TEXT];
    enum bw_err rc = bw_models_get(engine->db, platform, scope, id, &before, err);
    if (rc == BW_OK) {
        note_lineage(change, before.lineage);
    }
    rc = bw_catalog_merge(engine->db, platform, scope, id, &model.entry, &model.sources, err);
    if (rc == BW_ERR_NOTFOUND) {
        return bw_models_gone(engine->db, platform, scope, id, engine->now_ms, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_model_facts facts = bw_facts_of(platform, &model.entry);
    model.platform = bw_xstrdup(platform);
    model.scope = bw_xstrdup(scope);
    model.lineage =
        bw_xstrdup(bw_lineage_key(engine->rules, &facts, lineage, sizeof(lineage)));
    model.first_seen_ms = engine->now_ms;
    note_lineage(change, model.lineage);
    return bw_models_put(engine->db, &model, err);
}

static enum bw_err refresh_models(struct bw_engine *engine, const char *platform,
                                  const char *scope, const struct bw_names *ids,
                                  struct change *change, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(char *, id, ids)
    {
        if (rc == BW_OK) {
            rc = refresh_model(engine, platform, scope, *id, change, err);
        }
    }
    return rc;
}

/* Where the first list of a platform's own has come, what feeds alone had said counts no more. */
static enum bw_err refresh_feeds_word(struct bw_engine *engine, const struct bw_source *source,
                                      struct change *change, struct bw_error *err)
{
    const char *const scopes[] = { "", source->scope };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(scopes); i++) {
        BW_CLEANUP(bw_names_clear) struct bw_names ids = { 0 };
        rc = bw_models_listed(engine->db, source->platform, scopes[i], &ids, err);
        if (rc == BW_OK) {
            rc = refresh_models(engine, source->platform, scopes[i], &ids, change, err);
        }
    }
    return rc;
}

static enum bw_err refresh_changed(struct bw_engine *engine, const struct bw_source *source,
                                   struct change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = scopes_of(engine, source, &scopes, &leads, err);
    if (rc == BW_OK && source->kind == BW_SOURCE_OWN && source->baseline_ms == 0) {
        rc = refresh_feeds_word(engine, source, change, err);
    }
    BW_VEC_EACH(char *, scope, &scopes)
    {
        if (rc == BW_OK) {
            rc = refresh_models(engine, source->platform, *scope, &change->listed, change, err);
        }
        if (rc == BW_OK) {
            rc = refresh_models(engine, source->platform, *scope, &change->left, change, err);
        }
    }
    return rc;
}

/* A good answer, whatever it said. */
static enum bw_err succeeded(struct bw_engine *engine, struct bw_source *source, const char *actor,
                             struct bw_error *err)
{
    source->failures = 0;
    source->failing_since_ms = 0;
    source->last_success_ms = engine->now_ms;
    say(source, BW_SOURCE_OK, "");
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = scopes_of(engine, source, &scopes, &leads, err);
    if (rc == BW_OK && leads) {
        rc = bw_models_missed(engine->db, source->platform, source->scope, err);
    }
    return rc == BW_OK ? tell_recovered(engine, source, actor, err) : rc;
}

static enum bw_err take_set(struct bw_engine *engine, struct bw_source *source,
                            const struct bw_entries *entries, const char *actor,
                            struct bw_error *err)
{
    BW_CLEANUP(change_clear) struct change change = { 0 };
    enum bw_err rc = store_entries(engine, source, entries, &change, err);
    if (rc == BW_OK) {
        rc = refresh_changed(engine, source, &change, err);
    }
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
    return rc == BW_OK ? evaluate_touched(engine, source, first ? NULL : &change, err) : rc;
}

/* ---- guards ---- */

static bool end_declared(const struct bw_entry *entry, int64_t now_ms)
{
    const struct bw_date *end = bw_entry_date(entry, BW_CLOCK_INFERENCE);
    return entry->life == BW_LIFE_RETIRED || (end != NULL && end->at_ms <= now_ms);
}

struct losses { /* what left without having been declared to end, nor under another name */
    size_t count;
    char *in_use; /* one of them that somebody runs; NULL: none */
};

static void losses_clear(struct losses *losses)
{
    free(losses->in_use);
}

/* Is the model somebody's base, by its id or by an alias? */
static enum bw_err note_use(struct bw_engine *engine, const struct bw_model *model,
                            struct losses *losses, struct bw_error *err)
{
    const struct bw_names *aliases = &model->entry.aliases;
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && losses->in_use == NULL && i <= aliases->count; i++) {
        const char *id = i == 0 ? model->entry.id : aliases->items[i - 1];
        bool used = false;
        rc = bw_cohorts_have_base(engine->db, model->platform, model->scope, id, &used, err);
        losses->in_use = used ? bw_xstrdup(id) : NULL;
    }
    return rc;
}

static enum bw_err find_losses(struct bw_engine *engine, const struct bw_source *source,
                               const struct bw_entries *entries, struct losses *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_seen_list_clear) struct bw_seen_list seen = { 0 };
    enum bw_err rc = bw_catalog_seen(engine->db, source->name, &seen, err);
    BW_VEC_EACH(const struct bw_seen, old, &seen)
    {
        BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
        if (rc != BW_OK || bw_entries_find(entries, old->id) != NULL) {
            continue;
        }
        rc = bw_models_get(engine->db, source->platform, source->scope, old->id, &model, err);
        if (rc == BW_OK && !end_declared(&model.entry, engine->now_ms)) {
            out->count++;
            rc = note_use(engine, &model, out, err);
        }
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    return rc;
}

/* Why this set should not be believed yet; *why stays NULL when it may pass. */
static enum bw_err find_objection(struct bw_engine *engine, const struct bw_source *source,
                                  const struct bw_entries *entries, char **why,
                                  struct bw_error *err)
{
    BW_CLEANUP(losses_clear) struct losses losses = { 0 };
    if (source->baseline_ms == 0) {
        return BW_OK;
    }
    enum bw_err rc = find_losses(engine, source, entries, &losses, err);
    size_t known = (size_t)source->entries;
    if (rc != BW_OK) {
        return rc;
    }
    if (entries->count == 0 || (double)(known - losses.count) < SHRINK_KEEPS * (double)known) {
        *why = bw_xasprintf("the list fell from %zu to %zu models; if that is right: "
                            "basewatch sources accept %s",
                            known, entries->count, source->name);
    } else if (losses.in_use != NULL) {
        *why = bw_xasprintf("the list no longer has %s, a base in use; if that is right: "
                            "basewatch sources accept %s",
                            losses.in_use, source->name);
    }
    return BW_OK;
}

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
    enum bw_err rc = find_objection(engine, source, entries, &why, err);
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
        rc = bw_sources_save(engine->db, &source, err);
    }
    if (rc == BW_OK && was_silent && source.state == BW_SOURCE_OK) {
        bw_log(BW_LOG_NOTICE, "source '%s': it lists a good set", source.name);
        rc = evaluate_touched(engine, &source, NULL, err);
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
