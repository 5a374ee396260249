/* What holds for every input, also an absurd one. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "domain/actual.h"
#include "domain/estimate.h"
#include "domain/gpu_training.h"
#include "domain/treadmill.h"
#include "support/deployments.h"

static uint64_t state = 20261124;

/* xorshift64: the same numbers in every run. */
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* From 0 to INT64_MAX, evenly over the orders of magnitude. */
static int64_t any_size(void)
{
    return (int64_t)(next() >> 1 >> (next() % 64 == 63 ? 62 : next() % 63));
}

static bool ordered(struct bw_cost cost)
{
    return cost.low.micros <= cost.expected.micros && cost.expected.micros <= cost.high.micros;
}

static void shuffle(struct bw_deployment *deployment)
{
    static const char *const platforms[] = { "openai", "together", "fireworks", "ori", "mistral" };
    static const char *const methods[] = { "sft", "dpo", "full", "qlora", "rft", "dora" };
    static const char *const gpus[] = { "H100", "A100", "L4", "RTX4090", "abacus" };
    free(deployment->platform);
    free(deployment->training.method);
    free(deployment->training.gpu);
    deployment->platform = bw_xstrdup(platforms[next() % BW_COUNT(platforms)]);
    deployment->training.method = bw_xstrdup(methods[next() % BW_COUNT(methods)]);
    deployment->training.gpu = bw_xstrdup(gpus[next() % BW_COUNT(gpus)]);
    deployment->training.rows = any_size();
    deployment->training.tokens_per_row = any_size();
    deployment->training.epochs = any_size();
    deployment->training.trained_tokens = any_size();
    deployment->training.parameters = any_size();
    deployment->training.gpus = any_size();
    deployment->training.refresh_share = (double)(next() % 3) / 2 - 0.5;
    deployment->traffic = (struct bw_traffic){ any_size(), any_size(), any_size(), any_size(),
                                               any_size() };
    deployment->evals.cases = any_size();
    deployment->policy.data_may_leave = true;
}

static void check(const struct bw_estimate *estimate)
{
    struct bw_money sum = { 0 };
    BW_VEC_EACH(const struct bw_term, term, &estimate->terms)
    {
        cr_expect(ordered(term->cost), "%s", term->name);
        cr_expect(ge(i64, term->cost.low.micros, 0), "%s: %s", term->name, term->inputs);
        sum = bw_money_add(sum, term->cost.expected);
    }
    cr_expect(eq(i64, estimate->total.expected.micros, sum.micros));
    cr_expect(eq(i64, sum.micros,
                 bw_money_add(estimate->cash.expected, estimate->people.expected).micros));
    cr_expect(ordered(estimate->total) && ordered(estimate->cash) && ordered(estimate->people));
    cr_expect(ge(i64, estimate->total.low.micros, -1));
    cr_expect(le(i64, estimate->cash.expected.micros, estimate->total.expected.micros));
}

Test(cost_properties, any_estimate_is_ordered_and_adds_up)
{
    struct bw_price_book book = bw_test_prices();
    struct bw_deployment deployment = bw_test_fine_tune();
    struct bw_entry candidate = { .id = "gpt-5.4-mini" };
    int answered = 0;
    for (int i = 0; i < 3000; i++) {
        shuffle(&deployment);
        const struct bw_estimate_input in = {
            .deployment = &deployment, .candidate = &candidate, .book = &book,
            .person_day = { any_size() }, .now_ms = bw_test_day("2026-11-24") + any_size() % (1 << 30),
        };
        struct bw_estimate got = { 0 };
        struct bw_error err = { 0 };
        enum bw_route route = (enum bw_route)(next() % (BW_ROUTE_PROMPT));
        enum bw_err rc = bw_test_retrain(&in, route, &got, &err);
        if (rc == BW_OK) {
            answered++;
            check(&got);
        } else {
            cr_expect(rc == BW_ERR_REFUSED && err.text[0] != '\0');
            cr_expect(zero(sz, got.terms.count));
        }
        bw_estimate_clear(&got);
        cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
        check(&got);
        bw_estimate_clear(&got);
    }
    cr_expect(gt(int, answered, 300));
    bw_deployment_clear(&deployment);
    bw_price_book_clear(&book);
}

Test(cost_properties, more_rows_never_cost_less)
{
    static const enum bw_route routes[] = { BW_ROUTE_SAME_PLATFORM, BW_ROUTE_OTHER_PLATFORM,
                                            BW_ROUTE_SELF_HOSTED };
    struct bw_price_book book = bw_test_prices();
    struct bw_deployment deployment = bw_test_fine_tune();
    deployment.policy.data_may_leave = true;
    for (size_t i = 0; i < BW_COUNT(routes); i++) {
        const struct bw_estimate_input in = { .deployment = &deployment, .book = &book,
                                              .now_ms = bw_test_day("2026-11-24") };
        struct bw_cost before = { 0 };
        for (deployment.training.rows = 1; deployment.training.rows < INT64_MAX / 3;
             deployment.training.rows *= 2) {
            struct bw_estimate got = { 0 };
            cr_assert(eq(int, bw_test_retrain(&in, routes[i], &got, NULL), BW_OK));
            cr_expect(le(i64, before.expected.micros, got.total.expected.micros));
            cr_expect(le(i64, before.high.micros, got.total.high.micros));
            before = got.total;
            bw_estimate_clear(&got);
        }
    }
    bw_deployment_clear(&deployment);
    bw_price_book_clear(&book);
}

Test(cost_properties, gpu_hours_rise_with_tokens_and_parameters)
{
    static const char *const gpus[] = { "A100", "H100-PCIe", "B200", "L4", "MI300X", "RTX 3090" };
    for (int i = 0; i < 2000; i++) {
        struct bw_gpu_run run = {
            .method = (enum bw_gpu_method)(next() % (BW_GPU_DPO + 1)),
            .gpu = bw_gpu_find(gpus[next() % BW_COUNT(gpus)]),
            .parameters = (double)any_size() + 1, .tokens = (double)any_size() + 1,
            .packed = BW_YES, .checkpoints = (enum bw_answer)(next() % 3),
            .offload = next() % 2 == 0,
        };
        struct bw_range hours = bw_gpu_run_hours(&run, &bw_gpu_constants);
        cr_expect(hours.low <= hours.expected && hours.expected <= hours.high);
        cr_expect(le(dbl, hours.high / hours.low, 6.25 + 1e-9));
        run.tokens *= 2;
        cr_expect(gt(dbl, bw_gpu_run_hours(&run, &bw_gpu_constants).expected, hours.expected));
        run.parameters *= 2;
        cr_expect(gt(dbl, bw_gpu_run_hours(&run, &bw_gpu_constants).expected, hours.expected * 2));
        double use = bw_gpu_run_utilisation(&run, &bw_gpu_constants);
        cr_expect(use >= 0.02 && use <= 0.60);
    }
}

Test(cost_properties, shipped_factors_point_the_measured_way)
{
    struct bw_gpu_run run = { .method = BW_GPU_FULL, .gpu = bw_gpu_find("A100"),
                              .parameters = 7e9, .tokens = 1e9, .packed = BW_YES };
    double small = bw_gpu_run_utilisation(&run, &bw_gpu_constants);
    run.checkpoints = BW_NO; /* 20 to 25 % of the tokens per second */
    double kept = bw_gpu_run_utilisation(&run, &bw_gpu_constants);
    cr_expect(kept > 1.19 * small && kept < 1.34 * small);
    run.checkpoints = BW_YES;
    run.parameters = 30e9; /* measured: 64 % at 7B, 55 % at 30B */
    double large = bw_gpu_run_utilisation(&run, &bw_gpu_constants);
    cr_expect(large < small && large > 0.8 * small);
    run.parameters = 1e15;
    cr_expect(ge(dbl, bw_gpu_run_utilisation(&run, &bw_gpu_constants), small / 1.26));
    run.packed = BW_UNKNOWN;
    double unknown = bw_gpu_run_utilisation(&run, &bw_gpu_constants);
    run.packed = BW_NO;
    cr_expect(eq(dbl, bw_gpu_run_utilisation(&run, &bw_gpu_constants), unknown));
}

Test(cost_properties, a_year_costs_what_its_parts_do_and_more_moves_never_less)
{
    struct bw_price_book book = bw_test_prices();
    struct bw_deployment deployment = bw_test_fine_tune();
    for (int i = 0; i < 300; i++) {
        deployment.traffic.calls_per_day = (int64_t)(next() % 1000000);
        const struct bw_move move = { .deployment = &deployment, .book = &book,
                                      .now_ms = bw_test_day("2026-11-24") };
        const struct bw_serving now = bw_serving_now(&move);
        const struct bw_estimate one = { .total.expected.micros = (int64_t)(next() % 1000000000) };
        double moves = (double)(next() % 500) / 100;
        const struct bw_year year = bw_year_of(&move, &now, &one, moves, bw_money_from_usd(800));
        const struct bw_year busier =
            bw_year_of(&move, &now, &one, moves + 1, bw_money_from_usd(800));
        cr_expect(epsilon_eq(dbl, bw_year_standing_usd(&year),
                             moves * bw_money_usd(one.total.expected) + year.hosting_usd +
                                 year.upkeep_usd, 1e-6));
        cr_expect(le(dbl, bw_year_standing_usd(&year), bw_year_standing_usd(&busier)));
    }
    bw_deployment_clear(&deployment);
    bw_price_book_clear(&book);
}

Test(cost_properties, moves_lie_between_what_is_forced_and_what_is_released)
{
    for (int i = 0; i < 1000; i++) {
        double life = (double)(next() % 2000);
        double releases = (double)(next() % 200) / 10;
        struct bw_range moves = bw_moves_per_year(life, releases);
        cr_expect(le(dbl, moves.low, moves.expected));
        cr_expect(le(dbl, moves.expected, moves.high));
        cr_expect(le(dbl, moves.expected, life > 0 ? fmax(2, 365 / life) : 2));
    }
}

Test(cost_properties, the_error_of_estimates_is_a_mean_that_no_order_changes)
{
    struct bw_actuals actuals = { 0 };
    struct bw_actuals reversed = { 0 };
    double least = INFINITY;
    double most = 0;
    for (int i = 0; i < 50; i++) {
        const struct bw_actual actual = {
            .paid.micros = 1 + (int64_t)(next() % 1000000000),
            .estimated = true,
            .estimate.expected.micros = 1000000 + (int64_t)(next() % 1000000000),
        };
        BW_VEC_PUSH(&actuals, actual);
        least = fmin(least, bw_actual_factor(&actual));
        most = fmax(most, bw_actual_factor(&actual));
    }
    for (size_t i = actuals.count; i > 0; i--) {
        BW_VEC_PUSH(&reversed, actuals.items[i - 1]);
    }
    struct bw_track_record record = bw_actuals_record(&actuals);
    cr_expect(le(dbl, least, record.factor));
    cr_expect(le(dbl, record.factor, most));
    cr_expect(epsilon_eq(dbl, record.factor, bw_actuals_record(&reversed).factor, 1e-9));
    cr_expect(eq(i64, record.paid.micros, bw_actuals_record(&reversed).paid.micros));
    BW_VEC_CLEAR(&actuals, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&reversed, BW_VEC_PLAIN);
}
