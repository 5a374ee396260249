/* daemon/engine/change.c: what a new set changes, one by one: the models of the scopes that its word
 * bears on, and the judgement on the cohorts that they touch. In which order is in taking.c. */
#include "engine/taking.h"

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

/* Neighbours of a list are often of one line; the other repetitions go when all are known. */
static void note_lineage(struct bw_change *change, const char *lineage)
{
    const struct bw_names *lineages = &change->lineages;
    bool again = lineages->count > 0 &&
                 strcmp(lineages->items[lineages->count - 1], lineage) == 0;
    if (lineage[0] != '\0' && !again) {
        BW_VEC_PUSH(&change->lineages, bw_xstrdup(lineage));
    }
}

enum bw_err bw_engine_scopes(struct bw_engine *engine, const struct bw_source *source,
                             struct bw_names *out, bool *leads, struct bw_error *err)
{
    size_t before = out->count;
    enum bw_err rc = source->kind == BW_SOURCE_OWN
                         ? BW_OK
                         : bw_sources_own_scopes(engine->db, source->platform, source->scope, out,
                                                 err);
    *leads = out->count == before;
    if (*leads) {
        BW_VEC_PUSH(out, bw_xstrdup(source->scope));
    }
    return rc;
}

enum bw_err bw_engine_leads(struct bw_engine *engine, const struct bw_source *source, bool *leads,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    return bw_engine_scopes(engine, source, &scopes, leads, err);
}

/* ---- models ---- */

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

enum bw_err bw_engine_refresh_model(struct bw_engine *engine, const char *platform,
                                    const char *scope, const char *id,
                                    const struct bw_strangers *strangers,
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

/* ---- cohorts ---- */

/* Of what is said of all tunes of a base, those on the base hear too. */
static enum bw_err touch_named(struct bw_engine *engine, const struct bw_touch *touch,
                               enum bw_touched which, const char *value, struct bw_error *err)
{
    static const char of[] = BW_TUNES_OF;
    bool of_tunes = which == BW_TOUCH_BASE && strncmp(value, of, sizeof(of) - 1) == 0;
    enum bw_err rc = bw_cohorts_touch(engine->db, touch, which, value, err);
    return rc == BW_OK && of_tunes
               ? bw_cohorts_touch(engine->db, touch, BW_TOUCH_BASE, value + sizeof(of) - 1, err)
               : rc;
}

/* The at-th of those whose judgement the change can alter: those that lead elsewhere, by a
 * declaration, an override or another name, and those on a base or of a lineage that is among it.
 * BW_ERR_NOTFOUND: there is none. */
static enum bw_err touch_nth(struct bw_engine *engine, const struct bw_touch *touch,
                             const struct bw_change *change, size_t at, struct bw_error *err)
{
    const struct bw_names *const lists[] = { &change->lineages, &change->listed, &change->left };
    static const enum bw_touched which[] = { BW_TOUCH_LINEAGE, BW_TOUCH_BASE, BW_TOUCH_BASE };
    if (at < 2) {
        return bw_cohorts_touch(engine->db, touch, at == 0 ? BW_TOUCH_LED : BW_TOUCH_LINEAGE,
                                at == 0 ? NULL : "", err);
    }
    at -= 2;
    for (size_t i = 0; i < BW_COUNT(lists); i++) {
        if (at < lists[i]->count) {
            return touch_named(engine, touch, which[i], lists[i]->items[at], err);
        }
        at -= lists[i]->count;
    }
    return at < engine->rules->overrides.count
               ? bw_cohorts_touch(engine->db, touch, BW_TOUCH_BASE,
                                  engine->rules->overrides.items[at].from, err)
               : BW_ERR_NOTFOUND;
}

enum bw_err bw_engine_touch_some(struct bw_engine *engine, const struct bw_source *source,
                                 const char *scope, const struct bw_change *change, size_t *at,
                                 int64_t *left, bool *done, struct bw_error *err)
{
    const struct bw_touch touch = { source->platform, scope, engine->now_ms,
                                    source->baseline_ms == engine->now_ms };
    enum bw_err rc = BW_OK;
    for (; rc == BW_OK && *left > 0; --*left) {
        rc = touch_nth(engine, &touch, change, (*at)++, err);
    }
    *done = rc == BW_ERR_NOTFOUND;
    return *done ? BW_OK : rc;
}

enum bw_err bw_engine_touch_all(struct bw_engine *engine, const struct bw_source *source,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names scopes = { 0 };
    bool leads = false;
    enum bw_err rc = bw_engine_scopes(engine, source, &scopes, &leads, err);
    BW_VEC_EACH(char *, scope, &scopes)
    {
        const struct bw_touch touch = { source->platform, *scope, engine->now_ms,
                                        source->baseline_ms == engine->now_ms };
        rc = rc == BW_OK ? bw_cohorts_touch(engine->db, &touch, BW_TOUCH_ALL, NULL, err) : rc;
    }
    return rc;
}

/* ---- other sources ---- */

static enum bw_err finish_merge(struct bw_engine *engine, struct bw_taking *taking,
                                struct bw_error *err)
{
    taking->source.baseline_ms = engine->now_ms; /* what a reload brings is summed up */
    enum bw_err rc = bw_sources_merged(engine->db, taking->source.name, err);
    return rc == BW_OK ? bw_engine_touch_all(engine, &taking->source, err) : rc;
}

enum bw_err bw_engine_merge_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_unmerged(engine->db, &source, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    struct bw_taking taking = { .source = source, .anew = true, .all = true, .finish = finish_merge };
    source = (struct bw_source){ 0 };
    return bw_engine_take(engine, &taking, err);
}
