/* daemon/engine/taking.c: see taking.h. A list writes its entries, then the models of each scope that
 * its word bears on, then marks the cohorts that it touches. */
#include "engine/taking.h"

#include "base/names.h"

#include <string.h>

enum {
    /* What one piece may cost, in rows written. */
    PIECE = 1500,
    REFRESH_COSTS = 5, /* a model is read, merged, placed and written */
};

static void taking_clear(struct bw_taking *taking)
{
    bw_source_clear(&taking->source);
    if (!taking->borrows) {
        bw_entries_clear(&taking->entries);
    }
    free(taking->actor);
    bw_change_clear(&taking->change);
    bw_seen_list_clear(&taking->seen);
    bw_names_clear(&taking->scopes);
    bw_names_clear(&taking->ids);
    bw_strangers_clear(&taking->strangers);
}

void bw_engine_drop_taking(struct bw_engine *engine)
{
    if (engine->taking != NULL) {
        taking_clear(engine->taking);
        free(engine->taking);
        engine->taking = NULL;
    }
}

static void note_all(struct bw_taking *taking)
{
    BW_VEC_EACH(const struct bw_seen, entry, &taking->seen)
    {
        BW_VEC_PUSH(&taking->change.listed, bw_xstrdup(entry->id));
    }
}

enum bw_err bw_engine_take(struct bw_engine *engine, struct bw_taking *taking,
                           struct bw_error *err)
{
    struct bw_names *scopes = &taking->scopes;
    engine->taking = bw_xcalloc(1, sizeof(*engine->taking));
    taking->feeds_first = taking->anew && taking->source.kind == BW_SOURCE_OWN &&
                          taking->source.scope[0] != '\0';
    if (taking->feeds_first) {
        BW_VEC_PUSH(scopes, bw_xstrdup(""));
    }
    enum bw_err rc = bw_engine_scopes(engine, &taking->source, scopes, &taking->leads, err);
    if (rc == BW_OK) {
        rc = bw_catalog_seen(engine->db, taking->source.name, &taking->seen, err);
    }
    if (taking->entries.count == 0 && taking->anew) {
        note_all(taking);
        taking->phase = BW_TAKING_REFRESHING;
    }
    *engine->taking = *taking;
    *taking = (struct bw_taking){ 0 };
    return rc;
}

/* ---- entries ---- */

/* One step of the walk through what was stored and what is listed, both in order. */
static enum bw_err store_next(struct bw_engine *engine, struct bw_taking *taking,
                              struct bw_error *err)
{
    const struct bw_seen *old =
        taking->seen_at < taking->seen.count ? &taking->seen.items[taking->seen_at] : NULL;
    const struct bw_entry *new = taking->entries_at < taking->entries.count
                                     ? &taking->entries.items[taking->entries_at]
                                     : NULL;
    int order = old == NULL ? 1 : new == NULL ? -1 : strcmp(old->id, new->id);
    taking->seen_at += order <= 0 ? 1 : 0;
    taking->entries_at += order >= 0 ? 1 : 0;
    if (order < 0) {
        BW_VEC_PUSH(&taking->change.left, bw_xstrdup(old->id));
        return bw_catalog_remove(engine->db, taking->source.name, old->id, err);
    }
    int64_t hash = (int64_t)bw_entry_hash(new);
    if (order == 0 && old->hash == hash) {
        return BW_OK;
    }
    BW_VEC_PUSH(&taking->change.listed, bw_xstrdup(new->id));
    return bw_catalog_put(engine->db, taking->source.name, new, hash, engine->now_ms, err);
}

static enum bw_err store(struct bw_engine *engine, struct bw_taking *taking, int64_t *left,
                         struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && *left > 0 && taking->phase == BW_TAKING_STORING) {
        if (taking->seen_at == taking->seen.count && taking->entries_at == taking->entries.count) {
            taking->phase = BW_TAKING_REFRESHING;
            return BW_OK;
        }
        rc = store_next(engine, taking, err);
        --*left;
    }
    return rc;
}

/* ---- models ---- */

static void copy_names(const struct bw_names *from, struct bw_names *to)
{
    BW_VEC_EACH(char *const, name, from)
    {
        BW_VEC_PUSH(to, bw_xstrdup(*name));
    }
}

static enum bw_err load_anew(struct bw_engine *engine, struct bw_taking *taking, const char *scope,
                             struct bw_error *err)
{
    return taking->anew ? bw_models_listed(engine->db, taking->source.platform, scope,
                                           &taking->ids, err)
                        : BW_OK;
}

static enum bw_err load_changed(struct bw_engine *engine, struct bw_taking *taking,
                                const char *scope, struct bw_error *err)
{
    (void)engine, (void)scope, (void)err;
    copy_names(&taking->change.listed, &taking->ids);
    copy_names(&taking->change.left, &taking->ids);
    return BW_OK;
}

/* Those that a feed's changes are about, by whatever name. */
static enum bw_err load_meant(struct bw_engine *engine, struct bw_taking *taking,
                              const char *scope, struct bw_error *err)
{
    const char *platform = taking->source.platform;
    if (taking->leads) {
        return BW_OK;
    }
    enum bw_err rc =
        bw_engine_meant(engine, platform, scope, &taking->change.listed, &taking->ids, err);
    return rc == BW_OK ? bw_engine_meant(engine, platform, scope, &taking->change.left,
                                         &taking->ids, err)
                       : rc;
}

static enum bw_err load_lineages(struct bw_engine *engine, struct bw_taking *taking,
                                 const char *scope, struct bw_error *err)
{
    (void)engine, (void)scope, (void)err;
    bw_names_sort_unique(&taking->change.lineages);
    copy_names(&taking->change.lineages, &taking->ids);
    return BW_OK;
}

static enum bw_err refresh(struct bw_engine *engine, struct bw_taking *taking, const char *scope,
                           const char *id, struct bw_error *err)
{
    return bw_engine_refresh_model(engine, taking->source.platform, scope, id,
                                   &taking->strangers, &taking->change, err);
}

static enum bw_err note_lineage(struct bw_engine *engine, struct bw_taking *taking,
                                const char *scope, const char *lineage, struct bw_error *err)
{
    return bw_engine_note_lineage(engine, taking->source.platform, scope, lineage, err);
}

/* What is done for one scope, in this order, name by name. */
static const struct {
    enum bw_err (*load)(struct bw_engine *, struct bw_taking *, const char *scope,
                        struct bw_error *);
    enum bw_err (*each)(struct bw_engine *, struct bw_taking *, const char *scope,
                        const char *name, struct bw_error *);
} STEPS[] = {
    { load_anew, refresh },
    { load_changed, refresh },
    { load_meant, refresh },
    { load_lineages, note_lineage },
};

static enum bw_err load(struct bw_engine *engine, struct bw_taking *taking, const char *scope,
                        struct bw_error *err)
{
    bw_names_clear(&taking->ids);
    taking->ids_at = 0;
    taking->loaded = true;
    enum bw_err rc = STEPS[taking->step_at].load(engine, taking, scope, err);
    if (rc == BW_OK && taking->step_at == 0) {
        bw_strangers_clear(&taking->strangers);
        rc = bw_engine_strangers(engine, taking->source.platform, scope, &taking->strangers, err);
    }
    return rc;
}

static void next_step(struct bw_taking *taking)
{
    bool last = taking->feeds_first && taking->scope_at == 0;
    taking->loaded = false;
    if (++taking->step_at == BW_COUNT(STEPS) || last) {
        taking->step_at = 0;
        taking->scope_at++;
    }
}

static enum bw_err refresh_some(struct bw_engine *engine, struct bw_taking *taking, int64_t *left,
                                struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && *left > 0 && taking->scope_at < taking->scopes.count) {
        const char *scope = taking->scopes.items[taking->scope_at];
        if (!taking->loaded) {
            rc = load(engine, taking, scope, err);
        } else if (taking->ids_at == taking->ids.count) {
            next_step(taking);
        } else {
            const char *name = taking->ids.items[taking->ids_at++];
            rc = STEPS[taking->step_at].each(engine, taking, scope, name, err);
            *left -= REFRESH_COSTS;
        }
    }
    if (rc == BW_OK && taking->scope_at == taking->scopes.count) {
        taking->scope_at = taking->feeds_first ? 1 : 0;
        taking->ids_at = 0;
        taking->phase = BW_TAKING_TOUCHING;
    }
    return rc;
}

/* ---- cohorts ---- */

static enum bw_err touch_some(struct bw_engine *engine, struct bw_taking *taking, int64_t *left,
                              struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    if (taking->all) { /* in a word, by whoever finishes it */
        taking->scope_at = taking->scopes.count;
    }
    while (rc == BW_OK && *left > 0 && taking->scope_at < taking->scopes.count) {
        const char *scope = taking->scopes.items[taking->scope_at];
        bool done = false;
        rc = bw_engine_touch_some(engine, &taking->source, scope, &taking->change, &taking->ids_at,
                                  left, &done, err);
        if (done) {
            taking->ids_at = 0;
            taking->scope_at++;
        }
    }
    return rc;
}

enum bw_err bw_engine_take_some(struct bw_engine *engine, bool *done, struct bw_error *err)
{
    struct bw_taking *taking = engine->taking;
    int64_t left = PIECE;
    enum bw_err rc = BW_OK;
    if (taking->phase == BW_TAKING_STORING) {
        rc = store(engine, taking, &left, err);
    }
    if (rc == BW_OK && taking->phase == BW_TAKING_REFRESHING) {
        rc = refresh_some(engine, taking, &left, err);
    }
    if (rc == BW_OK && taking->phase == BW_TAKING_TOUCHING) {
        rc = touch_some(engine, taking, &left, err);
    }
    *done = rc == BW_OK && taking->phase == BW_TAKING_TOUCHING &&
            taking->scope_at == taking->scopes.count;
    if (*done) {
        rc = taking->finish(engine, taking, err);
        bw_engine_drop_taking(engine);
    }
    return rc;
}
