/* daemon/engine/pricing.c: see pricing.h. */
#include "engine/pricing.h"

static enum bw_err read_model(struct bw_engine *engine, const struct bw_cohort *cohort,
                              const char *id, struct bw_model *out, struct bw_error *err)
{
    enum bw_err rc = bw_models_get(engine->db, cohort->platform, cohort->scope, id, out, err);
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_pricing_init(struct bw_engine *engine, const struct bw_cohort *cohort,
                            const struct bw_deployment *deployment, const char *candidate,
                            int64_t at_ms, struct bw_pricing *out, struct bw_error *err)
{
    *out = (struct bw_pricing){ .engine = engine, .deployment = deployment, .at_ms = at_ms };
    enum bw_err rc = read_model(engine, cohort, cohort->base, &out->base, err);
    if (rc == BW_OK && candidate != NULL) {
        rc = read_model(engine, cohort, candidate, &out->candidate, err);
        if (rc == BW_OK && out->candidate.entry.id == NULL) {
            rc = bw_fail(err, BW_ERR_NOTFOUND, "platform %s has never listed '%.200s'",
                         cohort->platform, candidate);
        }
    }
    if (rc == BW_OK && cohort->train_on != NULL) {
        rc = read_model(engine, cohort, cohort->train_on, &out->train_on, err);
    }
    if (rc != BW_OK) {
        bw_pricing_clear(out);
    }
    return rc;
}

void bw_pricing_clear(struct bw_pricing *pricing)
{
    bw_model_clear(&pricing->base);
    bw_model_clear(&pricing->candidate);
    bw_model_clear(&pricing->train_on);
}

static const struct bw_entry *known(const struct bw_model *model)
{
    return model->entry.id == NULL ? NULL : &model->entry;
}

static struct bw_estimate_input question(const struct bw_pricing *pricing)
{
    return (struct bw_estimate_input){
        .deployment = pricing->deployment,
        .base = known(&pricing->base),
        .candidate = known(&pricing->candidate),
        .train_on = known(&pricing->train_on),
        .book = pricing->engine->book,
        .person_day = pricing->engine->settings->person_day,
        .now_ms = pricing->at_ms,
    };
}

void bw_pricing_routes(const struct bw_pricing *pricing, struct bw_route_options *out)
{
    struct bw_estimate_input in = question(pricing);
    struct bw_move move = bw_estimate_move(&in);
    bw_routes_list(&move, out);
}

enum bw_err bw_pricing_prompt(const struct bw_pricing *pricing, struct bw_estimate *out,
                              struct bw_error *err)
{
    struct bw_estimate_input in = question(pricing);
    return bw_estimate_swap(&in, out, err);
}

enum bw_err bw_pricing_estimate(const struct bw_pricing *pricing, struct bw_estimate *out,
                                struct bw_error *err)
{
    struct bw_estimate_input in = question(pricing);
    return bw_technique_is_tuned(pricing->deployment->technique)
               ? bw_estimate_best_retrain(&in, out, err)
               : bw_estimate_swap(&in, out, err);
}

enum bw_err bw_pricing_option(const struct bw_pricing *pricing,
                              const struct bw_route_option *option, struct bw_estimate *out,
                              struct bw_error *err)
{
    struct bw_estimate_input in = question(pricing);
    return bw_estimate_option(&in, option, out, err);
}

enum bw_err bw_pricing_reindex(const struct bw_pricing *pricing, struct bw_estimate *out,
                               struct bw_error *err)
{
    struct bw_estimate_input in = question(pricing);
    return bw_estimate_reindex(&in, out, err);
}

void bw_pricing_worth(const struct bw_pricing *pricing, struct bw_worth *out)
{
    struct bw_estimate retrain = { 0 };
    struct bw_estimate swap = { 0 };
    struct bw_estimate_input in = question(pricing);
    bool can_retrain = bw_pricing_estimate(pricing, &retrain, NULL) == BW_OK;
    bool can_swap = bw_pricing_prompt(pricing, &swap, NULL) == BW_OK;
    const struct bw_worth_input worth = {
        .deployment = in.deployment,
        .base = in.base,
        .candidate = in.candidate,
        .train_on = in.train_on,
        .book = in.book,
        .retrain = can_retrain ? &retrain : NULL,
        .swap = can_swap ? &swap : NULL,
        .person_day = in.person_day,
        .now_ms = in.now_ms,
    };
    bw_worth_judge(&worth, out);
    bw_estimate_clear(&retrain);
    bw_estimate_clear(&swap);
}
