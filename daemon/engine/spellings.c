/* daemon/engine/spellings.c: feeds spell some models otherwise than their platform does: nova-lite is
 * amazon.nova-lite-v1:0. What they say counts for the model that the name means. */
#include "engine/state.h"

#include <string.h>

#include "domain/model_key.h"

static void stranger_clear(struct bw_stranger *stranger)
{
    free(stranger->id);
}

void bw_strangers_clear(struct bw_strangers *strangers)
{
    BW_VEC_CLEAR(strangers, stranger_clear);
}

static int by_key(const void *a, const void *b)
{
    uint64_t left = ((const struct bw_stranger *)a)->key;
    uint64_t right = ((const struct bw_stranger *)b)->key;
    return (left > right) - (left < right);
}

static void sort(struct bw_strangers *strangers)
{
    if (strangers->count > 0) {
        qsort(strangers->items, strangers->count, sizeof(*strangers->items), by_key);
    }
}

/* The first of that key, or where it would be. */
static size_t first_of(const struct bw_strangers *strangers, uint64_t key)
{
    size_t low = 0;
    size_t high = strangers->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        low = strangers->items[middle].key < key ? middle + 1 : low;
        high = low > middle ? high : middle;
    }
    return low;
}

enum bw_err bw_engine_strangers(struct bw_engine *engine, const char *platform, const char *scope,
                                struct bw_strangers *out, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names ids = { 0 };
    enum bw_err rc = bw_catalog_strangers(engine->db, platform, scope, &ids, err);
    BW_VEC_EACH(char *, id, &ids)
    {
        uint64_t key = bw_model_key(engine->rules, platform, *id);
        if (key != 0) {
            BW_VEC_PUSH(out, (struct bw_stranger){ key, BW_TAKE(*id) });
        }
    }
    sort(out);
    return rc;
}

void bw_strangers_of(const struct bw_engine *engine, const struct bw_strangers *strangers,
                     const char *platform, const char *id, struct bw_names *out)
{
    uint64_t key = strangers->count == 0 ? 0 : bw_model_key(engine->rules, platform, id);
    for (size_t i = key == 0 ? strangers->count : first_of(strangers, key);
         i < strangers->count && strangers->items[i].key == key; i++) {
        if (strcmp(strangers->items[i].id, id) != 0) {
            BW_VEC_PUSH(out, bw_xstrdup(strangers->items[i].id));
        }
    }
}

enum bw_err bw_engine_merge(struct bw_engine *engine, const char *platform, const char *scope,
                            const char *id, const struct bw_strangers *strangers,
                            struct bw_entry *entry, char **sources, struct bw_error *err)
{
    BW_CLEANUP(bw_strangers_clear) struct bw_strangers found = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names spellings = { 0 };
    enum bw_err rc = strangers != NULL
                         ? BW_OK
                         : bw_engine_strangers(engine, platform, scope, &found, err);
    bw_strangers_of(engine, strangers != NULL ? strangers : &found, platform, id, &spellings);
    return rc == BW_OK ? bw_catalog_merge(engine->db, platform, scope, id, &spellings, entry,
                                          sources, err)
                       : rc;
}

static bool holds(const struct bw_names *names, const char *name)
{
    BW_VEC_EACH(char *, held, names)
    {
        if (strcmp(*held, name) == 0) {
            return true;
        }
    }
    return false;
}

enum bw_err bw_engine_meant(struct bw_engine *engine, const char *platform, const char *scope,
                            const struct bw_names *ids, struct bw_names *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names models = { 0 };
    BW_CLEANUP(bw_strangers_clear) struct bw_strangers said = { 0 };
    enum bw_err rc = bw_models_listed(engine->db, platform, scope, &models, err);
    BW_VEC_EACH(char *, id, ids)
    {
        uint64_t key = bw_model_key(engine->rules, platform, *id);
        BW_VEC_PUSH(&said, (struct bw_stranger){ key, bw_xstrdup(*id) });
    }
    sort(&said);
    BW_VEC_EACH(char *, model, &models)
    {
        BW_CLEANUP(bw_names_clear) struct bw_names meant_by = { 0 };
        bw_strangers_of(engine, &said, platform, *model, &meant_by);
        if (meant_by.count > 0 && !holds(ids, *model)) {
            BW_VEC_PUSH(out, bw_xstrdup(*model));
        }
    }
    return rc;
}
