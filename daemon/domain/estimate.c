/* daemon/domain/estimate.c: see estimate.h. */
#include "domain/estimate.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "domain/move_terms.h"
#include "domain/run_cost.h"
#include "domain/training_plan.h"

/* Once when all goes well; chunking is tuned on a tenth; twice when it has to be repeated. */
static const struct bw_range EMBEDDING_PASSES = { 1, 1.1, 2 };
/* Embedding models of one maker have lain within that factor of each other. */
static const double UNPRICED_EMBEDDER_SPREAD = 2;

/* The fall of quality that a suite should be able to show. */
static const double PASS_RATE = 0.9;
static const double DROP = 0.05;

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

/* 0: there is no price, or it is today's. */
static int64_t age_days(const struct bw_term *term, int64_t now_ms)
{
    const struct bw_fact fact = { .as_of_ms = term->price_as_of_ms };
    return term->price_known && fact.as_of_ms != 0 ? bw_fact_age_days(&fact, now_ms) : 0;
}

const struct bw_term *bw_estimate_stale_term(const struct bw_estimate *estimate, int64_t now_ms)
{
    const struct bw_term *oldest = NULL;
    BW_VEC_EACH(const struct bw_term, term, &estimate->terms)
    {
        if (age_days(term, now_ms) > BW_PRICE_STALE_DAYS &&
            (oldest == NULL || term->price_as_of_ms < oldest->price_as_of_ms)) {
            oldest = term;
        }
    }
    return oldest;
}

int64_t bw_estimate_stale_ms(const struct bw_estimate *estimate, int64_t now_ms)
{
    int64_t next_ms = 0;
    BW_VEC_EACH(const struct bw_term, term, &estimate->terms)
    {
        int64_t at_ms = term->price_as_of_ms + (BW_PRICE_STALE_DAYS + 1) * BW_DAY_MS;
        if (term->price_known && term->price_as_of_ms != 0 && at_ms > now_ms &&
            (next_ms == 0 || at_ms < next_ms)) {
            next_ms = at_ms;
        }
    }
    return next_ms;
}

static void remark_age(struct bw_estimate *out, const struct bw_term *term, int64_t now_ms)
{
    int64_t age = age_days(term, now_ms);
    if (age <= BW_PRICE_OLD_DAYS) {
        return;
    }
    char day[BW_INSTANT_TEXT];
    BW_VEC_PUSH(&out->remarks,
                bw_xasprintf("the price behind '%s' is of %s%s", term->name,
                             bw_instant_format_day(term->price_as_of_ms, day),
                             age > BW_PRICE_STALE_DAYS ? "; its ends are moved out by 25 %" : ""));
}

/* What the suite can tell, which decides how far its verdict is to be trusted. */
static void remark_evals(struct bw_estimate *out, const struct bw_evals *evals)
{
    double needed = bw_evaluation_cases_needed(PASS_RATE, DROP);
    if (evals->suite == NULL) {
        BW_VEC_PUSH(&out->remarks,
                    bw_xstrdup("no eval suite is registered; without tests such moves have taken "
                               "50 person-days (aegisblue.co, 2025-08)"));
    } else if (evals->cases > 0 && (double)evals->cases < needed) {
        BW_VEC_PUSH(&out->remarks,
                    bw_xasprintf("%lld cases cannot tell a fall of 5 points from 90 %% from "
                                 "chance; that takes %.0f, or the same cases compared one by one",
                                 (long long)evals->cases, needed));
    }
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
    remark_evals(out, &move->deployment->evals);
    if (move->deployment->learned != NULL) {
        BW_VEC_PUSH(&out->remarks, bw_xasprintf("%s of the training come from %s",
                                                move->deployment->learned,
                                                move->deployment->evidence));
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

static enum bw_err price_retrain(const struct bw_estimate_input *in,
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

enum bw_err bw_estimate_option(const struct bw_estimate_input *in,
                               const struct bw_route_option *option, struct bw_estimate *out,
                               struct bw_error *err)
{
    if (!option->feasible) {
        return bw_fail(err, BW_ERR_REFUSED, "%s", option->why);
    }
    return option->route == BW_ROUTE_PROMPT ? bw_estimate_swap(in, out, err)
                                            : price_retrain(in, option, out, err);
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

enum bw_err bw_estimate_best_retrain(const struct bw_estimate_input *in, struct bw_estimate *out,
                                     struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    BW_CLEANUP(bw_route_options_clear) struct bw_route_options options = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names passed = { 0 };
    struct bw_error first = { .text = "there is nothing to train" };
    bw_routes_list(&move, &options);
    BW_VEC_EACH(const struct bw_route_option, option, &options)
    {
        struct bw_error why = { 0 };
        if (option->route >= BW_ROUTE_PROMPT) {
            continue;
        }
        if (bw_estimate_option(in, option, out, &why) == BW_OK) {
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

/* What a million tokens of that embedding model cost; the user's word first, then the catalog's. */
static bool find_embedding_price(const struct bw_estimate_input *in, const char *platform,
                                 const struct bw_entry *entry, struct bw_range *out,
                                 struct bw_term *term)
{
    const struct bw_fact *fact =
        entry == NULL ? NULL
                      : bw_price_find(in->book, BW_FACT_BASE_INPUT, platform, entry->id, NULL, 0);
    bool users = fact != NULL && fact->trust == BW_TRUST_USER;
    if (entry != NULL && entry->price_input.known && !users) {
        *out = bw_range_exact(bw_money_usd(entry->price_input.per_million));
        term->price_source = bw_xasprintf("the catalog of %s", platform);
        term->price_trust = BW_TRUST_PRIMARY;
        term->price_known = true;
        return true;
    }
    if (!bw_fact_may_show(fact)) {
        return false;
    }
    *out = bw_cost_usd(bw_fact_value(fact, in->now_ms));
    bw_term_priced_by(term, fact);
    return true;
}

static enum bw_err embedding_price(const struct bw_estimate_input *in, const char *platform,
                                   struct bw_range *out, struct bw_term *term,
                                   struct bw_error *err)
{
    if (find_embedding_price(in, platform, in->candidate, out, term)) {
        return BW_OK;
    }
    if (!find_embedding_price(in, platform, in->base, out, term)) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "no price of embedding with '%s' on %s is known; set one in prices",
                       in->candidate->id, platform);
    }
    bw_term_guess(term, "price of the new embedding model");
    *out = bw_range_spread(*out, UNPRICED_EMBEDDER_SPREAD);
    return BW_OK;
}

enum bw_err bw_estimate_reindex(const struct bw_estimate_input *in, struct bw_estimate *out,
                                struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    const struct bw_embedding *embedding = &in->deployment->embedding;
    const char *platform = bw_embedding_platform(in->deployment);
    if (in->candidate == NULL) {
        return bw_fail(err, BW_ERR_REFUSED, "no embedding model that follows is known");
    }
    if (embedding->corpus_tokens <= 0) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "the size of the corpus is not known; set embedding.corpus_tokens");
    }
    struct bw_term term = { .name = "embedding", .purse = BW_PURSE_CASH };
    struct bw_range price;
    enum bw_err rc = embedding_price(in, platform, &price, &term, err);
    if (rc != BW_OK) {
        return rc;
    }
    char text[BW_RANGE_TEXT];
    struct bw_range once = bw_range_scale(price, (double)embedding->corpus_tokens / 1e6);
    term.cost = bw_cost_from_usd(bw_range_times(once, EMBEDDING_PASSES));
    term.formula = bw_xstrdup("corpus tokens x price per million x passes");
    term.inputs = bw_xasprintf("%lld tokens, $%s per million, 1 / 1.1 / 2 passes",
                               (long long)embedding->corpus_tokens, bw_range_format(price, text));
    bw_term_guess(&term, "passes");
    *out = (struct bw_estimate){ .route = BW_ROUTE_PROMPT,
                                 .platform = bw_xstrdup(platform),
                                 .model = bw_xstrdup(in->candidate->id) };
    BW_VEC_PUSH(&out->terms, term);
    out->person_days =
        bw_terms_add_engineering(&out->terms, BW_WORK_REINDEX, in->person_day);
    const struct bw_running nothing = { 0 };
    finish(out, &move, &nothing, &nothing);
    return BW_OK;
}
