/* daemon/engine/change.c: what a new set changes: the source's entries, the models of the scopes
 * that its word bears on, and the judgement on the cohorts that they touch. */
#include "engine/state.h"

#include <string.h>

#include "domain/lineage.h"
#include "domain/succession.h"
#include "store/model_past.h"

void bw_change_clear(struct bw_change *change)
{
    bw_names_clear(&change->listed);
    bw_names_clear(&change->left);
    bw_names_clear(&change->lineages);
    bw_names_clear(&change->redated);
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

static void note_lineage(struct bw_change *change, const char *lineage)
{
    if (lineage[0] != '\0' && !names_hold(&change->lineages, lineage)) {
        BW_VEC_PUSH(&change->lineages, bw_xstrdup(lineage));
    }
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

enum bw_err bw_engine_leads(struct bw_engine *engine, const struct bw_source *source, bool *leads,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    return scopes_of(engine, source, &scopes, leads, err);
}

/* ---- entries and models ---- */

static enum bw_err store_entries(struct bw_engine *engine, const struct bw_source *source,
                                 const struct bw_entries *entries, struct bw_change *change,
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

/* A version of the model ends here: it changes, or leaves. */
static enum bw_err note_past(struct bw_engine *engine, const struct bw_model *before,
                             struct bw_model *after, struct bw_error *err)
{
    if (before->entry.id == NULL) {
        return BW_OK;
    }
    bool listed = before->gone_ms == 0;
    bool same = after != NULL && bw_entry_hash(&before->entry) == bw_entry_hash(&after->entry);
    if (after != NULL) {
        after->since_ms = listed && same ? before->since_ms : engine->now_ms;
    }
    return listed && !same ? bw_model_past_note(engine->db, before, engine->now_ms, err) : BW_OK;
}

static void note_dates(struct bw_change *change, const struct bw_entry *before,
                       const struct bw_entry *after)
{
    if (bw_entry_firm_ms(before, BW_CLOCK_INFERENCE) !=
            bw_entry_firm_ms(after, BW_CLOCK_INFERENCE) ||
        bw_entry_firm_ms(before, BW_CLOCK_TRAINING) !=
            bw_entry_firm_ms(after, BW_CLOCK_TRAINING)) {
        BW_VEC_PUSH(&change->redated, bw_xstrdup(after->id));
    }
}

static enum bw_err refresh_model(struct bw_engine *engine, const char *platform, const char *scope,
                                 const char *id, const struct bw_strangers *strangers,
                                 struct bw_change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
    BW_CLEANUP(bw_model_clear) struct bw_model before = { 0 };
    char lineage[BW_LINEAGE_TEXT];
    enum bw_err rc = bw_models_get(engine->db, platform, scope, id, &before, err);
    if (rc == BW_OK) {
        note_lineage(change, before.lineage);
    }
    if (rc == BW_OK && strcmp(before.entry.id, id) != 0) {
        bw_model_clear(&before); /* it was an alias of that one */
    }
    rc = bw_engine_merge(engine, platform, scope, id, strangers, &model.entry, &model.sources,
                         err);
    if (rc == BW_ERR_NOTFOUND) {
        rc = note_past(engine, &before, NULL, err);
        return rc == BW_OK ? bw_models_gone(engine->db, platform, scope, id, engine->now_ms, err)
                           : rc;
    }
    if (rc == BW_OK) {
        rc = note_past(engine, &before, &model, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_model_facts facts = bw_facts_of(platform, &model.entry);
    note_dates(change, &before.entry, &model.entry);
    model.platform = bw_xstrdup(platform);
    model.scope = bw_xstrdup(scope);
    model.lineage =
        bw_xstrdup(bw_lineage_key(engine->rules, &facts, lineage, sizeof(lineage)));
    model.first_seen_ms = engine->now_ms;
    note_lineage(change, model.lineage);
    rc = bw_models_put(engine->db, &model, err);
    return rc == BW_OK ? bw_engine_note_model(engine, &model, err) : rc;
}

static enum bw_err refresh_models(struct bw_engine *engine, const char *platform,
                                  const char *scope, const struct bw_names *ids,
                                  struct bw_change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_strangers_clear) struct bw_strangers strangers = { 0 };
    enum bw_err rc = ids->count == 0
                         ? BW_OK
                         : bw_engine_strangers(engine, platform, scope, &strangers, err);
    BW_VEC_EACH(char *, id, ids)
    {
        if (rc == BW_OK) {
            rc = refresh_model(engine, platform, scope, *id, &strangers, change, err);
        }
    }
    return rc;
}

static enum bw_err refresh_listed(struct bw_engine *engine, const char *platform,
                                  const char *scope, struct bw_change *change,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names ids = { 0 };
    enum bw_err rc = bw_models_listed(engine->db, platform, scope, &ids, err);
    return rc == BW_OK ? refresh_models(engine, platform, scope, &ids, change, err) : rc;
}

/* Those that a feed's changes are about, by whatever name. */
static enum bw_err refresh_meant(struct bw_engine *engine, const struct bw_source *source,
                                 const char *scope, struct bw_change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names meant = { 0 };
    enum bw_err rc =
        bw_engine_meant(engine, source->platform, scope, &change->listed, &meant, err);
    if (rc == BW_OK) {
        rc = bw_engine_meant(engine, source->platform, scope, &change->left, &meant, err);
    }
    return rc == BW_OK ? refresh_models(engine, source->platform, scope, &meant, change, err) : rc;
}

static enum bw_err refresh_scope(struct bw_engine *engine, const struct bw_source *source,
                                 const char *scope, bool leads, struct bw_change *change,
                                 struct bw_error *err)
{
    enum bw_err rc =
        refresh_models(engine, source->platform, scope, &change->listed, change, err);
    if (rc == BW_OK) {
        rc = refresh_models(engine, source->platform, scope, &change->left, change, err);
    }
    if (rc == BW_OK && !leads) {
        rc = refresh_meant(engine, source, scope, change, err);
    }
    for (size_t i = 0; rc == BW_OK && i < change->lineages.count; i++) {
        rc = bw_engine_note_lineage(engine, source->platform, scope, change->lineages.items[i],
                                    err);
    }
    return rc;
}

/* anew: others speak of the platform than before. What they alone have said counts no more, nor does
 * the word of feeds where the first list of the platform's own has come. */
static enum bw_err refresh_changed(struct bw_engine *engine, const struct bw_source *source,
                                   bool anew, struct bw_change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = scopes_of(engine, source, &scopes, &leads, err);
    if (rc == BW_OK && anew && source->kind == BW_SOURCE_OWN && source->scope[0] != '\0') {
        rc = refresh_listed(engine, source->platform, "", change, err);
    }
    BW_VEC_EACH(char *, scope, &scopes)
    {
        if (rc == BW_OK && anew) {
            rc = refresh_listed(engine, source->platform, *scope, change, err);
        }
        rc = rc == BW_OK ? refresh_scope(engine, source, *scope, leads, change, err) : rc;
    }
    return rc == BW_OK && anew ? bw_sources_merged(engine->db, source->name, err) : rc;
}

enum bw_err bw_engine_change(struct bw_engine *engine, const struct bw_source *source,
                             const struct bw_entries *entries, struct bw_change *change,
                             struct bw_error *err)
{
    enum bw_err rc = store_entries(engine, source, entries, change, err);
    return rc == BW_OK ? refresh_changed(engine, source, source->baseline_ms == 0, change, err)
                       : rc;
}

/* ---- cohorts ---- */

/* Of what is said of all tunes of a base, those on the base hear. */
static enum bw_err touch_tunes(struct bw_engine *engine, const struct bw_touch *touch,
                               const char *id, struct bw_error *err)
{
    static const char of[] = BW_TUNES_OF;
    return strncmp(id, of, sizeof(of) - 1) != 0
               ? BW_OK
               : bw_cohorts_touch(engine->db, touch, BW_TOUCH_BASE, id + sizeof(of) - 1, err);
}

static enum bw_err touch_each(struct bw_engine *engine, const struct bw_touch *touch,
                              enum bw_touched which, const struct bw_names *values,
                              struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(char *, value, values)
    {
        rc = rc == BW_OK ? bw_cohorts_touch(engine->db, touch, which, *value, err) : rc;
        if (rc == BW_OK && which == BW_TOUCH_BASE) {
            rc = touch_tunes(engine, touch, *value, err);
        }
    }
    return rc;
}

/* Those whose judgement the change can alter: on a base or of a lineage that is among it, and those
 * that lead elsewhere, by a declaration, an override or another name. */
static enum bw_err touch_scope(struct bw_engine *engine, const struct bw_touch *touch,
                               const struct bw_change *change, struct bw_error *err)
{
    if (change == NULL) {
        return bw_cohorts_touch(engine->db, touch, BW_TOUCH_ALL, NULL, err);
    }
    enum bw_err rc = bw_cohorts_touch(engine->db, touch, BW_TOUCH_LED, NULL, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_touch(engine->db, touch, BW_TOUCH_LINEAGE, "", err);
    }
    if (rc == BW_OK) {
        rc = touch_each(engine, touch, BW_TOUCH_LINEAGE, &change->lineages, err);
    }
    if (rc == BW_OK) {
        rc = touch_each(engine, touch, BW_TOUCH_BASE, &change->listed, err);
    }
    if (rc == BW_OK) {
        rc = touch_each(engine, touch, BW_TOUCH_BASE, &change->left, err);
    }
    BW_VEC_EACH(const struct bw_override, override, &engine->rules->overrides)
    {
        rc = rc == BW_OK
                 ? bw_cohorts_touch(engine->db, touch, BW_TOUCH_BASE, override->from, err)
                 : rc;
    }
    return rc;
}

enum bw_err bw_engine_touch(struct bw_engine *engine, const struct bw_source *source,
                            const struct bw_change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = scopes_of(engine, source, &scopes, &leads, err);
    BW_VEC_EACH(char *, scope, &scopes)
    {
        const struct bw_touch touch = { source->platform, *scope, engine->now_ms,
                                        source->baseline_ms == engine->now_ms };
        rc = rc == BW_OK ? touch_scope(engine, &touch, change, err) : rc;
    }
    return rc;
}

/* ---- other sources ---- */

enum bw_err bw_engine_merge_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    BW_CLEANUP(bw_seen_list_clear) struct bw_seen_list seen = { 0 };
    BW_CLEANUP(bw_change_clear) struct bw_change change = { 0 };
    enum bw_err rc = bw_sources_unmerged(engine->db, &source, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    rc = bw_catalog_seen(engine->db, source.name, &seen, err);
    BW_VEC_EACH(const struct bw_seen, entry, &seen)
    {
        BW_VEC_PUSH(&change.listed, bw_xstrdup(entry->id));
    }
    rc = rc == BW_OK ? refresh_changed(engine, &source, true, &change, err) : rc;
    source.baseline_ms = engine->now_ms; /* what a reload brings is summed up */
    return rc == BW_OK ? bw_engine_touch(engine, &source, NULL, err) : rc;
}
