/* daemon/engine/placing.c: models meet other conventions: after a reload, or after an upgrade. */
#include <string.h>

#include "base/str.h"
#include "domain/lineage.h"
#include "domain/succession.h"
#include "engine/state.h"

enum { PAGE = 500 };

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

/* One transaction, whatever its size: half of the models in their old lineages would resolve
 * notices and open them again. Rules change seldom. */
static enum bw_err place_all(struct bw_engine *engine, struct bw_error *err)
{
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(bw_model_clear) struct bw_model last = { 0 };
    enum bw_err rc = BW_OK;
    do {
        bw_models_clear(&models);
        bool first = last.platform == NULL;
        rc = bw_models_page(engine->db, NULL, first ? "" : last.platform, first ? "" : last.scope,
                            first ? "" : last.entry.id, PAGE, &models, err);
        BW_VEC_EACH(const struct bw_model, model, &models)
        {
            rc = rc == BW_OK ? place(engine, model, err) : rc;
        }
        if (models.count > 0) {
            bw_model_clear(&last);
            last = models.items[--models.count];
        }
    } while (rc == BW_OK && models.count == PAGE - 1);
    return rc;
}

enum bw_err bw_engine_place_models(struct bw_engine *engine, struct bw_error *err)
{
    uint64_t placed_by = 0;
    uint64_t hash = hash_of(engine->rules);
    enum bw_err rc = bw_models_placed_by(engine->db, &placed_by, err);
    if (rc != BW_OK || placed_by == hash) {
        return rc;
    }
    rc = place_all(engine, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_all_due(engine->db, engine->now_ms, err);
    }
    return rc == BW_OK ? bw_models_placed(engine->db, hash, err) : rc;
}

enum bw_err bw_engine_follow(struct bw_engine *engine, struct bw_lineage_rules *rules,
                             struct bw_price_book *book, struct bw_error *err)
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
    return bw_engine_place_models(engine, err);
}
