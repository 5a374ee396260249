#include "domain/worth.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "codec/estimate_json.h"
#include "support/deployments.h"

static struct bw_price_book book;
static struct bw_deployment deployment;
static struct bw_entry candidate;
static struct bw_estimate retrain;
static struct bw_estimate swap;
static struct bw_worth worth;

static void arrange(void)
{
    book = bw_test_prices();
    deployment = bw_test_fine_tune();
    candidate = (struct bw_entry){ .id = bw_xstrdup("gpt-5.4-mini") };
    const struct bw_estimate_input in = { .deployment = &deployment, .candidate = &candidate,
                                          .book = &book, .person_day = bw_money_from_usd(800),
                                          .now_ms = bw_test_day("2026-11-24") };
    cr_assert(bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &retrain, NULL) == BW_OK);
    cr_assert(bw_estimate_swap(&in, &swap, NULL) == BW_OK);
}

static void tidy(void)
{
    bw_worth_clear(&worth);
    bw_estimate_clear(&retrain);
    bw_estimate_clear(&swap);
    bw_price_book_clear(&book);
    bw_deployment_clear(&deployment);
    bw_entry_clear(&candidate);
}

TestSuite(worth, .init = arrange, .fini = tidy);

static void judge(void)
{
    const struct bw_worth_input in = { .deployment = &deployment, .candidate = &candidate,
                                       .book = &book, .retrain = &retrain, .swap = &swap,
                                       .now_ms = bw_test_day("2026-11-24") };
    bw_worth_clear(&worth);
    bw_worth_judge(&in, &worth);
}

Test(worth, a_busy_well_kept_fine_tune_is_earned)
{
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_EARNED));
    cr_expect(zero(ptr, (void *)worth.record_next));
    cr_expect(epsilon_eq(dbl, worth.tuned_call_usd, 0.000279, 1e-12));
    cr_expect(epsilon_eq(dbl, worth.prompted_call_usd, 0.0009525, 1e-12));
    double tuned = 2 * bw_money_usd(retrain.total.expected) + 3200;
    double prompted = 2 * bw_money_usd(swap.total.expected) + 1600;
    cr_expect(epsilon_eq(dbl, worth.break_even_calls, (tuned - prompted) / 0.0006735, 1e-3));
    cr_expect(lt(dbl, worth.break_even_uncached_calls, worth.break_even_calls));
    cr_expect(epsilon_eq(dbl, worth.payback_months,
                         12 * bw_money_usd(retrain.total.expected) / (73e6 * 0.0006735), 1e-9));
}

Test(worth, few_calls_or_knowledge_are_not_earned_whatever_else_is_unknown)
{
    deployment.traffic.calls_per_day = 1000;
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_NOT_EARNED));
    deployment.traffic.calls_per_day = 0;
    free(deployment.worth.purpose);
    deployment.worth.purpose = bw_xstrdup("knowledge");
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_NOT_EARNED));
    cr_expect(zero(ptr, (void *)worth.record_next));
}

Test(worth, one_weakness_is_borderline)
{
    deployment.worth.clean_examples = 150;
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_BORDERLINE));
    cr_expect(eq(str, worth.criteria[BW_CRITERION_EXAMPLES].evidence, "150 clean examples"));
}

Test(worth, two_weaknesses_are_too_many)
{
    deployment.worth.clean_examples = 150;
    deployment.worth.stable_since_ms = bw_test_day("2026-10-01");
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_NOT_EARNED));
}

Test(worth, slightly_too_few_calls_are_borderline)
{
    judge();
    double even = worth.break_even_calls;
    deployment.traffic.calls_per_day = (int64_t)(0.8 * even / 365);
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_BORDERLINE));
    cr_expect(eq(int, worth.criteria[BW_CRITERION_ECONOMY].met, BW_NO));
    deployment.traffic.calls_per_day = (int64_t)(0.4 * even / 365);
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_NOT_EARNED));
}

Test(worth, a_host_of_its_own_is_part_of_the_year)
{
    judge();
    double before = worth.tuned_year_usd;
    free(retrain.platform);
    retrain.platform = bw_xstrdup("fireworks");
    retrain.route = BW_ROUTE_OTHER_PLATFORM;
    judge();
    cr_expect(epsilon_eq(dbl, worth.tuned_year_usd - before, 8 * 8760, 1e-6));
    cr_expect(zero(dbl, worth.tuned_call_usd));
}

Test(worth, what_is_not_recorded_is_said_and_the_cheapest_is_asked_for)
{
    bw_names_clear(&deployment.worth.tried);
    deployment.worth.stable_since_ms = 0;
    judge();
    cr_expect(eq(int, worth.verdict, BW_VERDICT_CANNOT_SAY));
    cr_expect(eq(str, worth.criteria[BW_CRITERION_STABLE].evidence, "not recorded"));
    cr_expect(eq(ptr, (void *)worth.record_next,
                 (void *)worth.criteria[BW_CRITERION_TRIED].record));
}

Test(worth, without_prices_the_economy_is_unknown)
{
    bw_entry_clear(&candidate);
    candidate.id = bw_xstrdup("nobody-prices-me");
    free(swap.model);
    swap.model = bw_xstrdup("nobody-prices-me");
    judge();
    cr_expect(not(worth.economy_known));
    cr_expect(eq(int, worth.verdict, BW_VERDICT_CANNOT_SAY));
    cr_expect(eq(ptr, (void *)worth.record_next,
                 (void *)worth.criteria[BW_CRITERION_ECONOMY].record));
}

Test(worth, break_even_knows_never_and_always)
{
    cr_expect(isinf(bw_break_even_calls(100, 50, 0.2, 0.1)));
    cr_expect(isinf(bw_break_even_calls(100, 50, 0.1, 0.1)));
    cr_expect(zero(dbl, bw_break_even_calls(50, 100, 0.1, 0.2)));
    cr_expect(isinf(bw_payback_months(100, 1e6, 0)));
}

Test(worth, moves_lie_between_the_forced_and_the_possible)
{
    struct bw_range r = bw_moves_per_year(572, 4);
    cr_expect(epsilon_eq(dbl, r.low, 0.638, 1e-3));
    cr_expect(eq(dbl, r.expected, 2));
    cr_expect(eq(dbl, r.high, 4));
    cr_expect(eq(dbl, bw_moves_per_year(572, 1).expected, 1));
    cr_expect(epsilon_eq(dbl, bw_moves_per_year(100, 1).expected, 3.65, 1e-9));
}

Test(worth, as_json_it_answers_every_criterion)
{
    judge();
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_worth_write(&w, NULL, &worth);
    struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text.text, text.size, &root, NULL), BW_OK));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(root, "verdict"), ""), "earned"));
    cr_expect(eq(sz, bw_json_size(bw_json_get(root, "criteria")), BW_CRITERIA));
    cr_expect(gt(dbl, bw_json_double(bw_json_get(bw_json_get(root, "economy"), "payback_months"), 0), 0));
    bw_json_free(root);
    bw_str_clear(&text);
}
