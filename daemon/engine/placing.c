/* daemon/engine/placing.c: models meet other conventions: after a reload, or after an upgrade. They
 * do so page by page, and nothing is judged meanwhile: half of the models in their old lineages
 * would resolve notices and open them again. */
#include <string.h>

#include "base/str.h"
#include "domain/lineage.h"
#include "domain/succession.h"
#include "engine/state.h"

enum { PAGE = 250 };

/* A program of another version may read the same rules differently. */
static uint64_t hash_of(const struct bw_lineage_rules *rules)
{
    return bw_hash_text(rules->hash, BW_VERSION);
}

static enum bw_err place(struct bw_engine *engine, const struct bw_model *model,
                         struct bw_error *err)
{
    char text[BW_LINEAGE_TEXT];
    struct bw_model_facts facts = bw_facts_of(model->platform, &model->entry);
    const char *lineage = bw_lineage_key(engine->rules, &facts, text, sizeof(text));
    return strcmp(lineage, model->lineage) == 0
               ? BW_OK
               : bw_models_place(engine->db, model, lineage, err);
}

/* One page from where placing stands, which moves on; *more is false when it was the last. */
static enum bw_err place_page(struct bw_engine *engine, struct bw_placing *placing, bool *more,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    enum bw_err rc = bw_models_page(engine->db, NULL, placing->platform, placing->scope,
                                    placing->model, PAGE, &models, err);
    BW_VEC_EACH(const struct bw_model, model, &models)
    {
        rc = rc == BW_OK ? place(engine, model, err) : rc;
    }
    *more = models.count == PAGE;
    if (*more) {
        const struct bw_model *last = &models.items[PAGE - 1];
        bw_replace(&placing->platform, last->platform);
        bw_replace(&placing->scope, last->scope);
        bw_replace(&placing->model, last->entry.id);
    }
    return rc;
}

static void begin(struct bw_placing *placing, uint64_t rules)
{
    placing->rules = rules;
    bw_replace(&placing->platform, "");
    bw_replace(&placing->scope, "");
    bw_replace(&placing->model, "");
}

enum bw_err bw_engine_place_models(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_placing_clear) struct bw_placing placing = { 0 };
    uint64_t rules = hash_of(engine->rules);
    enum bw_err rc = bw_placing_get(engine->db, &placing, err);
    if (rc != BW_OK || placing.placed_by == rules) {
        return rc;
    }
    if (placing.rules != rules) {
        begin(&placing, rules);
    }
    rc = place_page(engine, &placing, more, err);
    if (rc == BW_OK && !*more) {
        placing.placed_by = rules;
        begin(&placing, 0);
        rc = bw_cohorts_all_due(engine->db, engine->now_ms, err);
    }
    return rc == BW_OK ? bw_placing_save(engine->db, &placing, err) : rc;
}

void bw_engine_follow(struct bw_engine *engine, struct bw_lineage_rules *rules,
                      struct bw_price_book *book)
{
    if (book != NULL) {
        bw_price_book_free(engine->own_book);
        engine->own_book = book;
        engine->book = book;
    }
    if (rules != NULL) { /* else taken already, by an event that the database refused */
        bw_lineage_rules_free(engine->own_rules);
        engine->own_rules = rules;
        engine->rules = rules;
    }
}
