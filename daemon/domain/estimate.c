/* daemon/domain/estimate.c: see estimate.h. */
#include "domain/estimate.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "domain/move_terms.h"
#include "domain/run_cost.h"
#include "domain/training_plan.h"

struct bw_move bw_estimate_move(const struct bw_estimate_input *in)
{
    return (struct bw_move){ .deployment = in->deployment, .base = in->base,
                             .candidate = in->candidate,   .train_on = in->train_on,
                             .book = in->book,             .now_ms = in->now_ms };
}

void bw_estimate_clear(struct bw_estimate *estimate)
{
    free(estimate->platform);
    free(estimate->model);
    bw_terms_clear(&estimate->terms);
    bw_names_clear(&estimate->remarks);
    *estimate = (struct bw_estimate){ 0 };
}

static void remark_age(struct bw_estimate *out, const struct bw_term *term, int64_t now_ms)
{
    if (!term->price_known || term->price_as_of_ms == 0) {
        return;
    }
    const struct bw_fact fact = { .as_of_ms = term->price_as_of_ms };
    int64_t age = bw_fact_age_days(&fact, now_ms);
    if (age <= BW_PRICE_OLD_DAYS) {
        return;
    }
    char day[BW_INSTANT_TEXT];
    BW_VEC_PUSH(&out->remarks,
                bw_xasprintf("the price behind '%s' is of %s%s", term->name,
                             bw_instant_format_day(term->price_as_of_ms, day),
                             age > BW_PRICE_STALE_DAYS ? "; its ends are moved out by 25 %" : ""));
}

/* The sums over the terms, the change of the running bill, and what must be said besides. */
static void finish(struct bw_estimate *out, const struct bw_move *move,
                   const struct bw_running *before, const struct bw_running *after)
{
    out->total = bw_terms_total(&out->terms);
    out->cash = bw_terms_of(&out->terms, BW_PURSE_CASH);
    out->people = bw_terms_of(&out->terms, BW_PURSE_PEOPLE);
    double old_usd = 0;
    double new_usd = 0;
    out->run_cost_known = bw_run_cost_month(move, before, &old_usd) &&
                          bw_run_cost_month(move, after, &new_usd);
    if (out->run_cost_known) {
        out->run_cost_delta_month = bw_money_from_usd(new_usd - old_usd);
    }
    BW_VEC_EACH(const struct bw_term, term, &out->terms)
    {
        remark_age(out, term, move->now_ms);
    }
    if (move->deployment->learned != NULL) {
        BW_VEC_PUSH(&out->remarks, bw_xasprintf("%s of the training come from %s",
                                                move->deployment->learned,
                                                move->deployment->evidence));
    }
    if (move->deployment->evals.suite == NULL) {
        BW_VEC_PUSH(&out->remarks,
                    bw_xstrdup("no eval suite is registered; without tests such moves have taken "
                               "50 person-days (aegisblue.co, 2025-08)"));
    }
}

static struct bw_serving serving_now(const struct bw_move *move)
{
    return (struct bw_serving){ .platform = move->deployment->platform,
                                .model = move->deployment->base,
                                .entry = move->base,
                                .tuned = bw_technique_is_tuned(move->deployment->technique) };
}

static struct bw_serving serving_prompted(const struct bw_move *move)
{
    return (struct bw_serving){ .platform = move->deployment->platform,
                                .model = move->candidate->id,
                                .entry = move->candidate };
}

static enum bw_err plan_of(const struct bw_move *move, const struct bw_route_option *option,
                           struct bw_training_plan *out, struct bw_error *err)
{
    const char *base = move->deployment->base;
    switch (option->route) {
    case BW_ROUTE_SAME_PLATFORM:
        return bw_training_plan_hosted(move, option->platform,
                                       move->train_on == NULL ? move->base : move->train_on,
                                       move->train_on == NULL ? base : move->train_on->id, out,
                                       err);
    case BW_ROUTE_OTHER_PLATFORM:
        return bw_training_plan_hosted(move, option->platform, NULL,
                                       option->same_base ? base : NULL, out, err);
    case BW_ROUTE_SELF_HOSTED:
        return bw_training_plan_gpus(move, option->same_base ? base : NULL, out, err);
    case BW_ROUTE_PROMPT:
    case BW_ROUTE_NONE:
        break;
    }
    return bw_fail(err, BW_ERR_REFUSED, "the route '%s' trains nothing",
                   bw_route_word(option->route));
}

static void remark_door(struct bw_estimate *out, const struct bw_route_option *option)
{
    if (option->until_ms != 0) {
        char day[BW_INSTANT_TEXT];
        BW_VEC_PUSH(&out->remarks, bw_xasprintf("no new training job on %s from %s",
                                                option->platform,
                                                bw_instant_format_day(option->until_ms, day)));
    }
}

/* Price one feasible option. */
static enum bw_err price_option(const struct bw_estimate_input *in,
                                const struct bw_route_option *option, struct bw_estimate *out,
                                struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    BW_CLEANUP(bw_training_plan_clear) struct bw_training_plan plan = { 0 };
    enum bw_err rc = plan_of(&move, option, &plan, err);
    if (rc != BW_OK) {
        return rc;
    }
    bool stays = option->route == BW_ROUTE_SAME_PLATFORM;
    const struct bw_serving variants[] = {
        serving_now(&move),
        { .platform = option->platform, .model = plan.model, .tuned = true,
          .entry = !stays ? NULL : move.train_on == NULL ? move.base : move.train_on },
        move.candidate == NULL ? serving_now(&move) : serving_prompted(&move),
    };
    struct bw_running before = bw_run_cost(&move, &variants[0]);
    struct bw_running after = bw_run_cost(&move, &variants[1]);
    *out = (struct bw_estimate){ .route = option->route,
                                 .platform = bw_xstrdup(option->platform),
                                 .model = bw_xstrdup(plan.model),
                                 .wall_hours = plan.wall_hours };
    bw_terms_add_data(&out->terms, &move);
    bw_terms_add_training(&out->terms, &plan);
    bw_terms_add_evaluation(&out->terms, &move, variants, move.candidate == NULL ? 2 : 3);
    out->person_days = bw_terms_add_engineering(
        &out->terms, stays ? BW_WORK_RETRAIN : BW_WORK_MOVE, in->person_day);
    bw_terms_add_overlap(&out->terms, &after);
    remark_door(out, option);
    finish(out, &move, &before, &after);
    return BW_OK;
}

static bool is_wanted(const struct bw_estimate_input *in, bool any_route,
                      const struct bw_route_option *option)
{
    if (any_route || option->route != in->route) {
        return any_route && option->route < BW_ROUTE_PROMPT;
    }
    return in->route != BW_ROUTE_OTHER_PLATFORM || in->platform == NULL ||
           strcmp(option->platform, in->platform) == 0;
}

/* A reason that holds for several platforms is said once; one that does not names its platform. */
static void pass_over(struct bw_names *passed, const struct bw_route_option *option,
                      const char *why)
{
    if (passed->count > 0 && bw_str_ends_with(passed->items[passed->count - 1], why)) {
        return;
    }
    BW_VEC_PUSH(passed, bw_xasprintf("%s: %s", bw_route_word(option->route), why));
}

/* The first wanted option that is feasible and has a price; why others were passed over becomes a
 * remark each, and the refusal when there is none. */
static enum bw_err price_first(const struct bw_estimate_input *in, bool any_route,
                               struct bw_estimate *out, struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    BW_CLEANUP(bw_route_options_clear) struct bw_route_options options = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names passed = { 0 };
    struct bw_error first = { .text = "there is nothing to train by that route" };
    bw_routes_list(&move, &options);
    BW_VEC_EACH(const struct bw_route_option, option, &options)
    {
        if (!is_wanted(in, any_route, option)) {
            continue;
        }
        struct bw_error why = { 0 };
        enum bw_err rc = option->feasible ? price_option(in, option, out, &why)
                                          : bw_fail(&why, BW_ERR_REFUSED, "%s", option->why);
        if (rc == BW_OK) {
            BW_VEC_EACH(char *, remark, &passed)
            {
                BW_VEC_PUSH(&out->remarks, BW_TAKE(*remark));
            }
            return BW_OK;
        }
        first = passed.count == 0 ? why : first;
        pass_over(&passed, option, why.text);
    }
    return bw_fail(err, BW_ERR_REFUSED, "%s", first.text);
}

enum bw_err bw_estimate_retrain(const struct bw_estimate_input *in, struct bw_estimate *out,
                                struct bw_error *err)
{
    return price_first(in, false, out, err);
}

enum bw_err bw_estimate_best_retrain(const struct bw_estimate_input *in, struct bw_estimate *out,
                                     struct bw_error *err)
{
    return price_first(in, true, out, err);
}

enum bw_err bw_estimate_swap(const struct bw_estimate_input *in, struct bw_estimate *out,
                             struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    if (in->candidate == NULL) {
        return bw_fail(err, BW_ERR_REFUSED, "there is no newer model to prompt");
    }
    const struct bw_serving variants[] = { serving_prompted(&move), serving_now(&move) };
    struct bw_running after = bw_run_cost(&move, &variants[0]);
    struct bw_running before = bw_run_cost(&move, &variants[1]);
    *out = (struct bw_estimate){ .route = BW_ROUTE_PROMPT,
                                 .platform = bw_xstrdup(in->deployment->platform),
                                 .model = bw_xstrdup(in->candidate->id) };
    bw_terms_add_evaluation(&out->terms, &move, variants, BW_COUNT(variants));
    out->person_days =
        bw_terms_add_engineering(&out->terms, BW_WORK_SWAP, in->person_day);
    finish(out, &move, &before, &after);
    return BW_OK;
}

static enum bw_err embedding_price(const struct bw_estimate_input *in, struct bw_money *out,
                                   struct bw_term *term, struct bw_error *err)
{
    const char *platform = in->deployment->embedding.platform == NULL
                               ? in->deployment->platform
                               : in->deployment->embedding.platform;
    const struct bw_fact *fact =
        bw_price_find(in->book, BW_FACT_BASE_INPUT, platform, in->candidate->id, NULL, 0);
    bool users = fact != NULL && fact->trust == BW_TRUST_USER;
    if (in->candidate->price_input.known && !users) {
        *out = in->candidate->price_input.per_million;
        term->price_source = bw_xasprintf("the catalog of %s", platform);
        term->price_trust = BW_TRUST_PRIMARY;
        term->price_known = true;
        return BW_OK;
    }
    if (!bw_fact_may_show(fact)) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "no price of embedding with '%s' on %s is known; set one in prices",
                       in->candidate->id, platform);
    }
    *out = fact->value.expected;
    bw_term_priced_by(term, fact);
    return BW_OK;
}

enum bw_err bw_estimate_reindex(const struct bw_estimate_input *in, struct bw_estimate *out,
                                struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    const struct bw_embedding *embedding = &in->deployment->embedding;
    if (in->candidate == NULL) {
        return bw_fail(err, BW_ERR_REFUSED, "there is no newer embedding model");
    }
    if (embedding->corpus_tokens <= 0) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "the size of the corpus is not known; set embedding.corpus_tokens");
    }
    struct bw_term term = { .name = "embedding", .purse = BW_PURSE_CASH };
    struct bw_money price;
    enum bw_err rc = embedding_price(in, &price, &term, err);
    if (rc != BW_OK) {
        return rc;
    }
    char text[BW_MONEY_TEXT];
    double once = (double)embedding->corpus_tokens / 1e6 * bw_money_usd(price);
    /* Once when all goes well; chunking is tuned on a tenth; twice when it has to be repeated. */
    term.cost = bw_cost_from_usd((struct bw_range){ once, 1.1 * once, 2 * once });
    term.formula = bw_xstrdup("corpus tokens x price per million x 1 / 1.1 / 2 passes");
    term.inputs = bw_xasprintf("%lld tokens, $%s per million",
                               (long long)embedding->corpus_tokens, bw_money_format(price, text));
    bw_term_guess(&term, "passes");
    *out = (struct bw_estimate){ .route = BW_ROUTE_PROMPT,
                                 .platform = bw_xstrdup(embedding->platform),
                                 .model = bw_xstrdup(in->candidate->id) };
    BW_VEC_PUSH(&out->terms, term);
    out->person_days =
        bw_terms_add_engineering(&out->terms, BW_WORK_REINDEX, in->person_day);
    const struct bw_running nothing = { 0 };
    finish(out, &move, &nothing, &nothing);
    return BW_OK;
}
