#include "domain/estimate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "codec/estimate_json.h"
#include "support/deployments.h"

static struct bw_price_book book;
static struct bw_deployment deployment;
static struct bw_entry candidate;
static struct bw_error err;

static void arrange(void)
{
    book = bw_test_prices();
    deployment = bw_test_fine_tune();
    candidate = (struct bw_entry){ .id = bw_xstrdup("gpt-5.4-mini") };
}

static void tidy(void)
{
    bw_price_book_clear(&book);
    bw_deployment_clear(&deployment);
    bw_entry_clear(&candidate);
}

TestSuite(estimate, .init = arrange, .fini = tidy);

static struct bw_estimate_input input_at(const char *day)
{
    return (struct bw_estimate_input){ .deployment = &deployment, .candidate = &candidate,
                                       .book = &book, .person_day = bw_money_from_usd(800),
                                       .now_ms = bw_test_day(day) };
}

static const struct bw_term *term_called(const struct bw_estimate *estimate, const char *name)
{
    BW_VEC_EACH(const struct bw_term, term, &estimate->terms)
    {
        if (strcmp(term->name, name) == 0) {
            return term;
        }
    }
    return NULL;
}

static bool remarked(const struct bw_estimate *estimate, const char *start)
{
    BW_VEC_EACH(char *, remark, &estimate->remarks)
    {
        if (bw_str_starts_with(*remark, start)) {
            return true;
        }
    }
    return false;
}

Test(estimate, a_retrain_where_it_is_has_every_term_with_its_source)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK), "%s",
              err.text);
    /* 5,000 rows x 620 x 3 = 9.3M tokens at $3: 27.90 a run, one, three or six of them */
    const struct bw_term *training = term_called(&got, "training");
    cr_expect(eq(i64, training->cost.low.micros, 27900000));
    cr_expect(eq(i64, training->cost.expected.micros, 83700000));
    cr_expect(eq(i64, training->cost.high.micros, 167400000));
    cr_expect(not(zero(ptr, (void *)strstr(training->price_source, "OpenAI price page"))));
    cr_expect(eq(int, training->price_trust, BW_TRUST_TRANSCRIBED));
    /* 1,000 rows x 0.40 and 15 % for the pilot; 2 minutes at 45 an hour */
    cr_expect(eq(i64, term_called(&got, "labels")->cost.expected.micros, 460000000));
    cr_expect(eq(i64, term_called(&got, "review")->cost.expected.micros, 1500000000));
    cr_expect(eq(i64, term_called(&got, "engineering")->cost.expected.micros, 3200000000));
    cr_expect(zero(ptr, (void *)term_called(&got, "hosting-overlap")));
    cr_expect(eq(str, got.platform, "openai"));
    bw_estimate_clear(&got);
}

Test(estimate, cash_and_people_stand_apart_and_add_up)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK));
    struct bw_money sum = { 0 };
    BW_VEC_EACH(const struct bw_term, term, &got.terms)
    {
        sum = bw_money_add(sum, term->cost.expected);
    }
    cr_expect(eq(i64, got.total.expected.micros, sum.micros));
    cr_expect(eq(i64, got.total.expected.micros,
                 got.cash.expected.micros + got.people.expected.micros));
    bw_estimate_clear(&got);
}

Test(estimate, after_the_door_closed_the_next_best_allowed_route_is_priced)
{
    struct bw_estimate_input in = input_at("2027-02-01");
    struct bw_estimate got = { 0 };
    cr_expect(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "closed since 2027-01-06"))), "%s", err.text);

    deployment.policy.data_may_leave = true;
    cr_assert(eq(int, bw_estimate_best_retrain(&in, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(int, got.route, BW_ROUTE_OTHER_PLATFORM));
    cr_assert(eq(str, got.platform, "fireworks"));
    cr_expect(remarked(&got, "same-platform: fine-tuning on openai is closed since"));
    cr_expect(remarked(&got, "other-platform: no price of training"));
    /* 9.3M tokens at $0.50 and up to 16B: 4.65 a run */
    cr_expect(eq(i64, term_called(&got, "training")->cost.expected.micros, 13950000));
    cr_expect(eq(i64, term_called(&got, "engineering")->cost.expected.micros, 6400000000));
    cr_expect(eq(i64, term_called(&got, "hosting-overlap")->cost.expected.micros,
                 7 * 24 * 8 * INT64_C(1000000)));
    bw_estimate_clear(&got);
}

Test(estimate, data_that_must_stay_leaves_own_gpus)
{
    struct bw_estimate_input in = input_at("2027-02-01");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_estimate_best_retrain(&in, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(int, got.route, BW_ROUTE_SELF_HOSTED));
    cr_expect(remarked(&got, "other-platform: the policy keeps training data on openai"));
    cr_expect(zero(ptr, got.platform));
    cr_expect(gt(dbl, got.wall_hours, 0));
    bw_estimate_clear(&got);
}

Test(estimate, old_prices_and_closing_doors_are_said)
{
    struct bw_estimate_input in = input_at("2026-12-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK));
    cr_expect(remarked(&got, "no new training job on openai from 2027-01-06"));
    cr_expect(remarked(&got, "the price behind 'labels' is of 2026-01-01"));
    cr_expect(not(remarked(&got, "the price behind 'evaluation'")));
    cr_expect(not(remarked(&got, "no eval suite")));
    bw_estimate_clear(&got);
    free(deployment.evals.suite);
    deployment.evals.suite = NULL;
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    cr_expect(remarked(&got, "no eval suite"));
    bw_estimate_clear(&got);
}

static void move_to(const char *platform, const char *base)
{
    free(deployment.platform);
    free(deployment.base);
    deployment.platform = bw_xstrdup(platform);
    deployment.base = bw_xstrdup(base);
}

Test(estimate, an_open_model_tells_its_size_and_pairs_count_twice)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    move_to("acme-vllm", "meta-llama/Llama-3.1-70B-Instruct");
    deployment.training.gpu = bw_xstrdup("a100");
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SELF_HOSTED, &got, &err), BW_OK), "%s",
              err.text);
    const char *inputs = term_called(&got, "training")->inputs;
    cr_expect(not(zero(ptr, strstr(inputs, "70B parameters, lora, 9300000 tokens, 4 x A100-80"))),
              "%s", inputs);
    bw_estimate_clear(&got);
    free(deployment.training.method);
    deployment.training.method = bw_xstrdup("dpo");
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SELF_HOSTED, &got, &err), BW_OK), "%s",
              err.text);
    inputs = term_called(&got, "training")->inputs;
    cr_expect(not(zero(ptr, strstr(inputs, "70B parameters, dpo, 18600000 tokens, 32 x A100-80"))),
              "%s", inputs);
    bw_estimate_clear(&got);
}

Test(estimate, leaving_a_hosted_fine_tune_saves_its_host)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    move_to("azure", "gpt-4.1-nano");
    struct bw_entry base = { .id = deployment.base,
                             .price_input = { true, bw_money_from_usd(0.1) },
                             .price_output = { true, bw_money_from_usd(0.4) } };
    candidate.price_input = (struct bw_price){ true, bw_money_from_usd(0.1) };
    candidate.price_output = (struct bw_price){ true, bw_money_from_usd(0.4) };
    deployment.traffic.prompted_input_tokens = deployment.traffic.input_tokens;
    in.base = &base;
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    cr_assert(got.run_cost_known);
    cr_expect(eq(i64, got.run_cost_delta_month.micros, -1241000000)); /* 730 h at 1.70 */
    bw_estimate_clear(&got);
}

Test(estimate, refuses_what_it_cannot_know)
{
    struct bw_estimate got = { 0 };
    struct bw_estimate_input in = input_at("2026-11-24");
    deployment.training.rows = 0;
    cr_expect(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "training.rows"))), "%s", err.text);
    cr_expect(eq(int, bw_estimate_best_retrain(&in, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "training.rows"))), "%s", err.text);
    deployment.technique = BW_TECHNIQUE_PROMPT;
    cr_expect(eq(int, bw_estimate_best_retrain(&in, &got, &err), BW_ERR_REFUSED));
    cr_expect(eq(str, err.text, "there is nothing to train"));
    deployment.technique = BW_TECHNIQUE_FINE_TUNED;

    deployment.training.rows = 5000;
    move_to("vertex", "gemini-2.5-flash");
    cr_expect(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "unverified"))), "%s", err.text);
    cr_expect(zero(sz, got.terms.count));

    static const char MINE[] = "platform: vertex\nprices:\n  - {source: our contract, as_of: "
                               "2026-11, confidence: user, training: {gemini-2.5-flash: 4}}\n";
    cr_assert(eq(int, bw_price_file_load("mine.yaml", MINE, sizeof(MINE) - 1, &book, &err), BW_OK));
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK), "%s",
              err.text);
    cr_expect(eq(i64, term_called(&got, "training")->cost.low.micros, 37200000));
    bw_estimate_clear(&got);
}

Test(estimate, guesses_are_named_and_widen_the_answer)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    deployment.training.tokens_per_row = 0;
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK));
    const struct bw_term *training = term_called(&got, "training");
    cr_expect(eq(str, training->guessed.items[0], "tokens per row"));
    cr_expect(eq(i64, training->cost.expected.micros, 67500000)); /* 3 x 7.5M tokens at $3 */
    cr_expect(eq(i64, training->cost.high.micros, 202500000));    /* 6 runs, half as much again */
    bw_estimate_clear(&got);
    deployment.training.epochs = 0;
    deployment.policy.data_may_leave = true;
    /* three passes by OpenAI's rule go along */
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_OTHER_PLATFORM, &got, &err), BW_OK));
    cr_expect(eq(i64, term_called(&got, "training")->cost.expected.micros, 11250000));
    bw_estimate_clear(&got);
}

Test(estimate, reinforcement_training_is_priced_by_the_hours_it_took)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    bw_replace(&deployment.training.method, "rft");
    bw_replace(&deployment.platform, "azure");
    bw_replace(&deployment.base, "o4-mini-2025-04-16");
    cr_expect(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "training.run_time"))), "%s", err.text);
    deployment.training.run_ms = (int64_t)(2.553 * (double)BW_HOUR_MS);
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK), "%s",
              err.text);
    /* 2.553 hours are billed as 2.55, at $100 */
    cr_expect(eq(i64, term_called(&got, "training")->cost.low.micros, 255000000));
    bw_estimate_clear(&got);
}

Test(estimate, rows_that_a_model_writes_are_named_where_they_are_cheaper)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    candidate.price_input = (struct bw_price){ true, bw_money_from_usd(5) };
    candidate.price_output = (struct bw_price){ true, bw_money_from_usd(25) };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK));
    /* 1,000 new rows: 1,000 / 0.7 x (0.006 + 0.010) */
    cr_expect(remarked(&got, "rows written by gpt-5.4-mini and filtered would cost $22.86"));
    bw_estimate_clear(&got);
}

Test(estimate, a_suite_too_small_to_see_a_fall_is_named)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    cr_expect(remarked(&got, "200 cases cannot tell a fall of 5 points"));
    bw_estimate_clear(&got);
    deployment.evals.cases = 576;
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    cr_expect(not(remarked(&got, "576 cases cannot")));
    bw_estimate_clear(&got);
}

Test(estimate, a_swap_says_how_the_running_bill_changes)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    /* 200,000 calls a day: tuned 0.000279 a call, prompted with a cached prefix 0.0009525 */
    cr_assert(got.run_cost_known);
    cr_expect(eq(i64, got.run_cost_delta_month.micros, 4097125000));
    cr_expect(eq(i64, term_called(&got, "engineering")->cost.expected.micros, 1600000000));
    bw_estimate_clear(&got);

    deployment.traffic.calls_per_day = 0;
    cr_assert(eq(int, bw_estimate_swap(&in, &got, &err), BW_OK));
    cr_expect(not(got.run_cost_known));
    bw_estimate_clear(&got);
    in.candidate = NULL;
    cr_expect(eq(int, bw_estimate_swap(&in, &got, &err), BW_ERR_REFUSED));
}

Test(estimate, a_new_embedding_model_means_the_whole_corpus)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    deployment.technique = BW_TECHNIQUE_RAG;
    deployment.embedding.corpus_tokens = 90000000;
    free(candidate.id);
    candidate.id = bw_xstrdup("text-embedding-4-large");
    cr_expect(eq(int, bw_estimate_reindex(&in, &got, &err), BW_ERR_REFUSED));
    cr_expect(not(zero(ptr, strstr(err.text, "no price of embedding"))));
    const struct bw_entry present = { .id = (char *)"text-embedding-3-large" };
    in.base = &present;
    cr_assert(eq(int, bw_estimate_reindex(&in, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(i64, term_called(&got, "embedding")->cost.low.micros, 5850000));
    cr_expect(eq(str, term_called(&got, "embedding")->guessed.items[0],
                 "price of the new embedding model"));
    bw_estimate_clear(&got);
    candidate.price_input = (struct bw_price){ true, bw_money_from_usd(0.13) };
    cr_assert(eq(int, bw_estimate_reindex(&in, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(i64, term_called(&got, "embedding")->cost.low.micros, 11700000));
    cr_expect(eq(i64, term_called(&got, "engineering")->cost.expected.micros, 2400000000));
    bw_estimate_clear(&got);
    deployment.embedding.corpus_tokens = 0;
    cr_expect(eq(int, bw_estimate_reindex(&in, &got, &err), BW_ERR_REFUSED));
}

Test(estimate, as_json_it_carries_terms_widest_and_guesses)
{
    struct bw_estimate_input in = input_at("2026-11-24");
    struct bw_estimate got = { 0 };
    cr_assert(eq(int, bw_test_retrain(&in, BW_ROUTE_SAME_PLATFORM, &got, &err), BW_OK));
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_estimate_write(&w, NULL, &got);
    struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text.text, text.size, &root, &err), BW_OK));
    cr_expect(eq(sz, bw_json_size(bw_json_get(root, "terms")), got.terms.count));
    cr_expect(eq(sz, bw_json_size(bw_json_get(root, "widest")), 2));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_first(bw_json_get(root, "widest")), ""),
                 "review"));
    cr_expect(gt(dbl, bw_json_double(bw_json_get(bw_json_get(root, "people"), "low_usd"), 0), 0));
    bw_json_free(root);
    bw_str_clear(&text);
    bw_estimate_clear(&got);
}
