/* daemon/engine/pricing.c: see pricing.h. */
#include "engine/pricing.h"

#include "base/str.h"
#include "domain/run_cost.h"

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

bool bw_pricing_running_month(const struct bw_pricing *pricing, struct bw_money *out)
{
    struct bw_estimate_input in = question(pricing);
    const struct bw_move move = bw_estimate_move(&in);
    const struct bw_serving now = bw_serving_now(&move);
    const struct bw_running running = bw_run_cost(&move, &now);
    double usd = 0;
    bool known = bw_run_cost_month(&move, &running, &usd);
    *out = bw_money_from_usd(usd);
    return known;
}

static int64_t recorded_from(const struct bw_sources *sources, const struct bw_cohort *cohort)
{
    int64_t from_ms = INT64_MAX;
    BW_VEC_EACH(const struct bw_source, source, sources)
    {
        if (bw_str_equal(source->platform, cohort->platform) && source->baseline_ms != 0 &&
            source->baseline_ms < from_ms) {
            from_ms = source->baseline_ms;
        }
    }
    return from_ms;
}

enum bw_err bw_pricing_span(const struct bw_pricing *pricing, const struct bw_cohort *cohort,
                            int64_t from_ms, int64_t to_ms, struct bw_span *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    struct BW_VEC(struct bw_offer) offers = { 0 };
    struct bw_engine *engine = pricing->engine;
    enum bw_err rc = bw_sources_list(engine->db, &sources, err);
    if (rc == BW_OK && cohort->lineage[0] != '\0') {
        rc = bw_models_in_lineage(engine->db, cohort->platform, cohort->scope, cohort->lineage,
                                  &models, err);
    }
    BW_VEC_EACH(const struct bw_model, model, &models)
    {
        BW_VEC_PUSH(&offers, (struct bw_offer){ &model->entry, model->first_seen_ms,
                                                model->gone_ms == 0 });
    }
    const struct bw_span_input in = {
        .rules = engine->rules,
        .platform = cohort->platform,
        .base = cohort->base,
        .base_entry = known(&pricing->base),
        .offers = offers.items,
        .offer_count = offers.count,
        .recorded_from_ms = recorded_from(&sources, cohort),
        .from_ms = from_ms,
        .to_ms = to_ms,
    };
    bw_span_find(&in, out);
    BW_VEC_CLEAR(&offers, BW_VEC_PLAIN);
    return rc;
}

/* Both ways of keeping up, priced; where nothing newer is known the base stands in for it. */
struct both {
    struct bw_estimate_input in;
    struct bw_estimate retrain;
    struct bw_estimate swap;
    bool can_retrain;
    bool can_swap;
    struct bw_error refused;
};

static void both_clear(struct both *both)
{
    bw_estimate_clear(&both->retrain);
    bw_estimate_clear(&both->swap);
}

static void price_both(const struct bw_pricing *pricing, struct both *out)
{
    *out = (struct both){ .in = question(pricing) };
    out->in.candidate = out->in.candidate == NULL ? out->in.base : out->in.candidate;
    out->can_swap = bw_estimate_swap(&out->in, &out->swap, NULL) == BW_OK;
    out->can_retrain =
        bw_technique_is_tuned(pricing->deployment->technique) &&
        bw_estimate_best_retrain(&out->in, &out->retrain, &out->refused) == BW_OK;
}

static double expected_moves(const struct bw_span *span)
{
    return bw_moves_per_year(span->base_life_days, span->releases_per_year).expected;
}

void bw_pricing_worth(const struct bw_pricing *pricing, const struct bw_span *span,
                      struct bw_worth *out)
{
    BW_CLEANUP(both_clear) struct both both = { 0 };
    price_both(pricing, &both);
    const struct bw_worth_input worth = {
        .deployment = both.in.deployment,
        .base = both.in.base,
        .candidate = both.in.candidate,
        .train_on = both.in.train_on,
        .book = both.in.book,
        .retrain = both.can_retrain ? &both.retrain : NULL,
        .swap = both.can_swap ? &both.swap : NULL,
        .person_day = both.in.person_day,
        .moves_per_year = expected_moves(span),
        .now_ms = both.in.now_ms,
    };
    bw_worth_judge(&worth, out);
}

void bw_pricing_years(const struct bw_pricing *pricing, const struct bw_span *span,
                      struct bw_years *out)
{
    BW_CLEANUP(both_clear) struct both both = { 0 };
    price_both(pricing, &both);
    *out = (struct bw_years){ .moves = expected_moves(span),
                              .tuned_known = both.can_retrain,
                              .prompted_known = both.can_swap,
                              .refused = both.refused };
    const struct bw_move move = bw_estimate_move(&both.in);
    if (both.can_swap) {
        const struct bw_serving prompted = bw_serving_prompted(&move);
        out->prompted = bw_year_of(&move, &prompted, &both.swap, out->moves, both.in.person_day);
    }
    if (both.can_retrain) {
        const struct bw_serving tuned =
            bw_serving_retrained(&move, both.retrain.route == BW_ROUTE_SAME_PLATFORM,
                                 both.retrain.platform, both.retrain.model);
        out->tuned = bw_year_of(&move, &tuned, &both.retrain, out->moves, both.in.person_day);
    }
}
