/* daemon/engine/lineage_facts.c: what a changed catalog teaches about succession over time. */
#include <string.h>

#include "base/log.h"
#include "domain/lineage.h"
#include "domain/succession.h"
#include "engine/state.h"

enum bw_err bw_engine_note_model(struct bw_engine *engine, const struct bw_model *model,
                                 struct bw_error *err)
{
    enum bw_err rc = bw_declared_note(engine->db, model, engine->now_ms, err);
    return rc == BW_OK ? bw_aliases_note(engine->db, model, engine->now_ms, err) : rc;
}

static bool is_newer(const struct bw_engine *engine, const struct bw_model *model,
                     const struct bw_model *than)
{
    struct bw_model_facts a = bw_facts_of(model->platform, &model->entry);
    struct bw_model_facts b = bw_facts_of(than->platform, &than->entry);
    return bw_lineage_compare(engine->rules, &a, &b) > 0;
}

static const struct bw_model *newest_listed(const struct bw_engine *engine,
                                            const struct bw_models *models)
{
    const struct bw_model *newest = NULL;
    BW_VEC_EACH(const struct bw_model, model, models)
    {
        if (model->gone_ms == 0 && (newest == NULL || is_newer(engine, model, newest))) {
            newest = model;
        }
    }
    return newest;
}

static const struct bw_model *called(const struct bw_models *models, const char *id)
{
    BW_VEC_EACH(const struct bw_model, model, models)
    {
        if (strcmp(model->entry.id, id) == 0) {
            return model;
        }
    }
    return NULL;
}

/* A lineage does not get older: a newest member that falls is an anomaly of the source, no release.
 */
enum bw_err bw_engine_note_lineage(struct bw_engine *engine, const char *platform,
                                   const char *scope, const char *lineage, struct bw_error *err)
{
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(bw_freep) char *mark = NULL;
    enum bw_err rc = bw_models_in_lineage(engine->db, platform, scope, lineage, &models, err);
    const struct bw_model *newest = newest_listed(engine, &models);
    if (rc != BW_OK || newest == NULL) {
        return rc;
    }
    rc = bw_high_water_get(engine->db, platform, scope, lineage, &mark, err);
    const struct bw_model *highest = rc == BW_OK ? called(&models, mark) : NULL;
    if (rc != BW_OK && rc != BW_ERR_NOTFOUND) {
        return rc;
    }
    if (highest == NULL || is_newer(engine, newest, highest)) {
        return bw_high_water_set(engine->db, platform, scope, lineage, newest->entry.id, err);
    }
    if (is_newer(engine, highest, newest)) {
        bw_log(BW_LOG_NOTICE, "platform '%s': the newest of %s is now %s; it was %s, which left",
               platform, lineage, newest->entry.id, mark);
    }
    return BW_OK;
}
