/* daemon/engine/guards.c: should a list be believed that lost much, or a model in use? */
#include <string.h>

#include "base/names.h"
#include "engine/state.h"

#define SHRINK_KEEPS 0.6 /* a set that loses more than 40 % is held back */

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

/* Every id and alias, sorted; borrowed from the entries. */
static struct bw_names names_of(const struct bw_entries *entries)
{
    struct bw_names names = { 0 };
    BW_VEC_EACH(const struct bw_entry, entry, entries)
    {
        BW_VEC_PUSH(&names, entry->id);
        BW_VEC_EACH(char *, alias, &entry->aliases)
        {
            BW_VEC_PUSH(&names, *alias);
        }
    }
    bw_names_sort(&names);
    return names;
}
static void names_free(struct bw_names *names)
{
    free(names->items);
}

static bool shrinks(const struct bw_source *source, const struct losses *losses)
{
    return (double)(source->entries - (int64_t)losses->count) <
           SHRINK_KEEPS * (double)source->entries;
}

/* Up to where they are too many anyway. */
static enum bw_err find_losses(struct bw_engine *engine, const struct bw_source *source,
                               const struct bw_entries *entries, struct losses *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_seen_list_clear) struct bw_seen_list seen = { 0 };
    BW_CLEANUP(names_free) struct bw_names listed = names_of(entries);
    enum bw_err rc = bw_catalog_seen(engine->db, source->name, &seen, err);
    BW_VEC_EACH(const struct bw_seen, old, &seen)
    {
        BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
        if (rc != BW_OK || shrinks(source, out) || bw_names_find(&listed, old->id)) {
            continue;
        }
        rc = bw_models_get(engine->db, source->platform, source->scope, old->id, &model, err);
        if (rc == BW_OK && !bw_entry_has_ended(&model.entry, engine->now_ms)) {
            out->count++;
            rc = note_use(engine, &model, out, err);
        }
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    return rc;
}

enum bw_err bw_engine_object(struct bw_engine *engine, const struct bw_source *source,
                             const struct bw_entries *entries, char **why, struct bw_error *err)
{
    BW_CLEANUP(losses_clear) struct losses losses = { 0 };
    if (source->baseline_ms == 0) {
        return BW_OK;
    }
    bool leads = false;
    enum bw_err rc = find_losses(engine, source, entries, &losses, err);
    if (rc == BW_OK) {
        rc = bw_engine_leads(engine, source, &leads, err);
    }
    size_t known = (size_t)source->entries;
    if (rc != BW_OK) {
        return rc;
    }
    if (entries->count == 0 || shrinks(source, &losses)) {
        *why = bw_xasprintf("the list fell from %zu to %zu models; if that is right: "
                            "basewatch sources accept %s",
                            known, entries->count, source->name);
    } else if (leads && losses.in_use != NULL) {
        *why = bw_xasprintf("the list no longer has %s, a base in use; if that is right: "
                            "basewatch sources accept %s",
                            losses.in_use, source->name);
    }
    return BW_OK;
}
