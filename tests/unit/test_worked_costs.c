/* The cost rules against figures worked out by hand, to the cent or closer. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "domain/call_cost.h"
#include "domain/data_refresh.h"
#include "domain/evaluation.h"
#include "domain/gpu_training.h"
#include "domain/hosted_training.h"
#include "domain/worth.h"

static void near(double got, double want, double within)
{
    cr_expect(fabs(got - want) <= within, "got %.9g, want %.9g", got, want);
}

static void cents(double got, double want)
{
    near(got, want, 0.005);
}

/* The constants the hand-worked figures were made with. */
static struct bw_gpu_constants plain_constants(void)
{
    struct bw_gpu_constants k = bw_gpu_constants;
    k.base = 0.40;
    k.method[BW_GPU_FULL] = 1.00;
    k.method[BW_GPU_LORA] = 1.15;
    k.method[BW_GPU_QLORA] = 0.80;
    k.family[BW_GPU_HOPPER] = 0.70;
    k.family[BW_GPU_ADA] = 0.52;
    k.unpacked = 0.32;
    k.no_checkpoints = 1;
    k.size_power = 0;
    k.spread = 1.6;
    k.start_hours = (struct bw_range){ 0.05, 0.25, 0.5 };
    return k;
}

static struct bw_inference_price price(double input, double cached, double output)
{
    return (struct bw_inference_price){ .known = true,
                                        .input = bw_money_from_usd(input),
                                        .cached = bw_money_from_usd(cached),
                                        .output = bw_money_from_usd(output) };
}

static double call(double input, double cached, double output, struct bw_inference_price p)
{
    return bw_call_usd((struct bw_call_size){ input, cached, output }, &p);
}

static double openai_tokens(const char *model, double rows, double row)
{
    const struct bw_hosted_job job = { .platform = "openai", .model = model, .rows = rows,
                                       .tokens_per_row = row };
    return bw_hosted_tokens(&job);
}

Test(worked_costs, e01_default_epochs_follow_the_number_of_rows)
{
    static const int64_t cases[][2] = { { 12, 8 },   { 20, 5 },    { 33, 3 },    { 34, 3 },
                                        { 8333, 3 }, { 8334, 2 },  { 25000, 1 }, { 30000, 1 },
                                        { 1, 25 },   { 4, 25 },    { 0, 3 } };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        bool guessed = true;
        cr_expect(eq(i64, bw_hosted_default_epochs("openai", cases[i][0], &guessed), cases[i][1]));
        cr_expect(not(guessed));
    }
}

Test(worked_costs, e02_openai_bills_trained_tokens)
{
    cents(bw_hosted_usd(openai_tokens("gpt-4.1-mini", 5000, 620), 5, 0), 46.50);
    near(openai_tokens("gpt-4.1-mini", 10000, 620), 12400000, 0);
    cents(bw_hosted_usd(openai_tokens("gpt-4.1-mini", 10000, 620), 5, 0), 62.00);
    cents(bw_hosted_usd(openai_tokens("gpt-4o", 200, 900), 25, 0), 13.50);
    near(openai_tokens("gpt-3.5-turbo-1106", 100, 20000), 16385 * 300, 0);
}

Test(worked_costs, e03_azure_bills_reinforcement_by_hours_of_two_decimals)
{
    double grader = call(5.0e6, 0, 4.9e6, price(1.10, 1.10, 4.40));
    cents(bw_hosted_hours(4.00) * 100 + grader, 427.06);
    cents(bw_hosted_hours(2.553) * 100, 255.00);
}

Test(worked_costs, e04_a_month_of_a_tuned_model_on_azure)
{
    cents(1.70 * 24 * 30 + call(20e6, 0, 40e6, price(1.10, 1.10, 4.40)), 1422.00);
}

Test(worked_costs, e05_together_bills_validation_and_padding)
{
    struct bw_hosted_job job = { .platform = "together", .rows = 1, .tokens_per_row = 4.2e6,
                                 .epochs = 3, .validation_tokens = 0.3e6, .evaluations = 5 };
    near(bw_hosted_tokens(&job), 14100000, 0.5);
    near(bw_hosted_usd(bw_hosted_tokens(&job), 0.48, 0), 6.768, 1e-9);
    job = (struct bw_hosted_job){ .platform = "together", .rows = 5000, .tokens_per_row = 900,
                                  .epochs = 3, .padded_to = 8192 };
    near(bw_hosted_usd(bw_hosted_tokens(&job), 0.48, 0), 58.9824, 1e-9);
}

Test(worked_costs, e06_fireworks_counts_both_answers_of_a_pair)
{
    struct bw_hosted_job job = { .platform = "fireworks", .rows = 12.6e6, .tokens_per_row = 1,
                                 .epochs = 1 };
    cents(bw_hosted_usd(bw_hosted_tokens(&job), 3.00, 0), 37.80);
    job = (struct bw_hosted_job){ .platform = "fireworks", .method = "dpo", .rows = 1000,
                                  .tokens_per_row = 700, .epochs = 1 };
    cents(bw_hosted_usd(bw_hosted_tokens(&job), 6.00, 0), 8.40);
}

Test(worked_costs, e07_the_least_charge_counts)
{
    cents(bw_hosted_usd(0.9e6, 1, 4), 4.00);
    cents(bw_hosted_usd(0.9e6, 1, 4) + 12 * 2, 28.00);
}

Test(worked_costs, e08_ori_bills_validation_once)
{
    const struct bw_hosted_job job = { .platform = "ori", .rows = 5e6, .tokens_per_row = 1,
                                       .epochs = 3, .validation_tokens = 1e6 };
    cents(bw_hosted_usd(bw_hosted_tokens(&job), 0.46, 0), 7.36);
}

Test(worked_costs, e09_lora_of_an_8b_model_on_one_h100)
{
    const struct bw_gpu_constants k = plain_constants();
    const struct bw_gpu_run run = { .method = BW_GPU_LORA, .gpu = bw_gpu_find("H100"),
                                    .parameters = 8.03e9, .tokens = 24e6, .packed = BW_YES };
    near(bw_gpu_run_flops(&run), 7.7088e17, 1e9);
    near(bw_gpu_run_utilisation(&run, &k), 0.322, 1e-9);
    struct bw_range hours = bw_gpu_run_hours(&run, &k);
    near(hours.expected * 3600, 2420.7, 0.05);
    near(hours.low, 0.4203, 5e-5);
    near(hours.high, 1.0759, 5e-5);
    double billed = bw_gpu_run_billed_hours(&run, 1, &k).expected;
    near(billed, 0.9224, 5e-5);
    near(billed * 3.99, 3.6804, 5e-5);
    near(billed * 3.99 * 3, 11.0412, 5e-5);
}

Test(worked_costs, e10_full_tuning_on_eight_a100)
{
    const struct bw_gpu_constants k = plain_constants();
    const struct bw_gpu_run run = { .method = BW_GPU_FULL, .gpu = bw_gpu_find("A100-80"),
                                    .parameters = 8.03e9, .tokens = 65e6, .packed = BW_NO };
    near(bw_gpu_run_flops(&run), 3.1317e18, 1e14);
    near(bw_gpu_run_utilisation(&run, &k), 0.128, 1e-9);
    near(bw_gpu_run_hours(&run, &k).expected, 21.783, 5e-4);
    double billed = bw_gpu_run_billed_hours(&run, 8, &k).expected;
    near(billed, 23.783, 5e-4);
    near(billed / 8, 2.973, 5e-4);
    cents(billed * 2.79, 66.35);
}

Test(worked_costs, e11_qlora_of_70b_against_a_published_run)
{
    const struct bw_gpu_constants k = plain_constants();
    const struct bw_gpu_run run = { .method = BW_GPU_QLORA, .gpu = bw_gpu_find("rtx 6000 ada"),
                                    .parameters = 69e9, .tokens = 2097152, .packed = BW_YES };
    near(bw_gpu_run_flops(&run), 5.78814e17, 1e12);
    near(bw_gpu_run_hours(&run, &k).expected, 2.6545, 5e-5);
    near(bw_gpu_run_hours(&run, &k).expected / 3.2267, 0.823, 5e-4);
}

Test(worked_costs, e12_large_runs_against_published_ones)
{
    const struct bw_gpu_constants k = plain_constants();
    const struct bw_gpu_run olmo = { .method = BW_GPU_FULL, .gpu = bw_gpu_find("H100"),
                                     .parameters = 7.3e9, .tokens = 1723.0 * 1048576,
                                     .packed = BW_YES };
    near(bw_gpu_run_hours(&olmo, &k).expected, 79.38, 0.02);
    near(bw_gpu_run_hours(&olmo, &k).expected / 77, 1.031, 5e-4);
    const struct bw_gpu_run llama = { .method = BW_GPU_FULL, .gpu = bw_gpu_find("H100"),
                                      .parameters = 405e9, .tokens = 15.6e12 };
    near(bw_gpu_run_flops(&llama), 3.7908e25, 1e20);
    near(bw_gpu_run_hours(&llama, &k).expected / 30.84e6, 1.233, 5e-4);
}

Test(worked_costs, e13_attention_counts_at_long_context)
{
    struct bw_gpu_run run = { .method = BW_GPU_LORA, .parameters = 7.24e9, .tokens = 1,
                              .layers = 32, .width = 4096, .sequence = 32768 };
    double with = bw_gpu_run_flops(&run);
    near(with - 4 * 7.24e9, 2.57698e10, 1e5);
    near(with / (4 * 7.24e9), 1.89, 0.005);
    run.sequence = 4096;
    near(bw_gpu_run_flops(&run), 4 * 7.24e9, 1);
}

Test(worked_costs, e14_memory_decides_the_number_of_gpus)
{
    const struct bw_gpu *big = bw_gpu_find("A100-80");
    near(bw_gpu_training_bytes(BW_GPU_FULL, 8.03e9) / 1e9, 173.4, 0.05);
    cr_expect(eq(i64, bw_gpu_count_needed(bw_gpu_training_bytes(BW_GPU_FULL, 8.03e9), big), 4));
    near(bw_gpu_training_bytes(BW_GPU_QLORA, 70.6e9) / 1e9, 46.6, 0.05);
    cr_expect(eq(i64, bw_gpu_count_needed(bw_gpu_training_bytes(BW_GPU_QLORA, 70.6e9), big), 1));
    cr_expect(eq(i64, bw_gpu_count_needed(bw_gpu_training_bytes(BW_GPU_QLORA, 70.6e9),
                                          bw_gpu_find("A6000")), 2));
    near(bw_gpu_training_bytes(BW_GPU_LORA, 70.6e9) / 1e9, 169.4, 0.05);
    cr_expect(eq(i64, bw_gpu_count_needed(bw_gpu_training_bytes(BW_GPU_LORA, 70.6e9), big), 4));
}

Test(worked_costs, e15_data_by_people_and_by_a_model)
{
    struct bw_data_refresh refresh = {
        .rows = bw_range_exact(5000 * 0.2),
        .label_usd = bw_range_exact(0.40),
        .reviewed_share = bw_range_exact(1),
        .review_minutes = bw_range_exact(2),
        .hour_usd = bw_range_exact(45),
    };
    cents(bw_data_label_usd(&refresh).expected, 400.00);
    cents(bw_data_review_usd(&refresh).expected, 1500.00);
    struct bw_inference_price writer = price(5, 5, 25);
    double drafts = bw_data_synthetic_usd(1000, 0.7, (struct bw_call_size){ 1200, 0, 400 }, &writer);
    cents(drafts, 22.86);
    refresh.reviewed_share = bw_range_exact(0.2);
    cents(drafts + bw_data_review_usd(&refresh).expected, 322.86);
}

Test(worked_costs, e16_evaluation_of_two_tuned_and_one_prompted)
{
    double judge = call(1200, 0, 150, price(2, 2, 10));
    double tuned = call(450, 0, 120, price(0.20, 0.20, 0.80));
    double prompted = call(1900, 0, 120, price(0.75, 0.75, 4.50));
    const struct bw_variant variants[] = { { tuned, judge }, { tuned, judge }, { prompted, judge } };
    near(600 * tuned, 0.1116, 1e-9);
    near(600 * prompted, 1.179, 1e-9);
    near(600 * judge, 2.34, 1e-9);
    near(bw_evaluation_usd(bw_range_exact(200), bw_range_exact(3), variants, 3).expected, 8.4222,
         1e-9);
    near(bw_evaluation_cases_needed(0.9, 0.05), 576, 0);
}

static struct bw_cost usd(double low, double expected, double high)
{
    return bw_cost_from_usd((struct bw_range){ low, expected, high });
}

Test(worked_costs, e17_independent_terms_add_in_quadrature)
{
    const struct bw_cost terms[] = { usd(150, 950, 2500), usd(31, 62, 155), usd(2, 13, 90),
                                     usd(800, 3200, 8000) };
    struct bw_cost sum = bw_cost_sum(terms, BW_COUNT(terms));
    cents(bw_money_usd(sum.expected), 4225.00);
    cents(bw_money_usd(sum.low), 1694.96);
    cents(bw_money_usd(sum.high), 9270.50);
}

Test(worked_costs, e18_the_treadmill_of_a_year)
{
    cents(bw_treadmill_usd(0.8, 4225, 0, 0), 3380);
    cents(bw_treadmill_usd(2, 4225, 0, 0), 8450);
    cents(bw_treadmill_usd(5, 4225, 0, 0), 21125);
    cents(bw_treadmill_usd(2, 4225, 0, 12 * 150), 10250);
}

Test(worked_costs, e19_break_even_with_and_without_caching)
{
    double cached = call(1900, 1500, 120, price(0.75, 0.075, 4.50));
    double uncached = call(1900, 0, 120, price(0.75, 0.075, 4.50));
    double tuned = call(400, 0, 120, price(0.20, 0.20, 0.80));
    near(cached, 0.0009525, 1e-12);
    near(uncached, 0.001965, 1e-12);
    near(tuned, 0.000176, 1e-12);
    double prompted_year = bw_treadmill_usd(2, 1600 + 13, 0, 900);
    cents(prompted_year, 4126);
    near(bw_break_even_calls(10250, prompted_year, tuned, cached), 7886671, 0.5);
    near(bw_break_even_calls(10250, prompted_year, tuned, uncached), 3423142, 1); /* rounded up there */
}

Test(worked_costs, e20_hosting_moves_the_break_even)
{
    double cached = 0.0009525;
    double azure = call(400, 0, 120, price(0.10, 0.10, 0.40));
    near(azure, 0.000088, 1e-12);
    near(bw_break_even_calls(10250 + 1.70 * 8760, 4126, azure, cached), 24310006, 0.5);
    near(bw_break_even_calls(10250 + 1.82 * 8760, 4126, 0, cached), 23167664, 0.5);
    double nova = call(400, 0, 120, price(0.035, 0.035, 0.14));
    near(nova, 0.0000308, 1e-12);
    near(bw_break_even_calls(10250 + 1.95 * 12, 4126, nova, cached), 6669632, 0.5);
}

Test(worked_costs, e21_a_published_case)
{
    double own = 1.14 * 16.5;
    cents(own, 18.81);
    near(own / 2147248, 0.00000876, 5e-9);
    double prompted = call(276, 0, 42, price(30, 30, 60));
    near(prompted, 0.0108, 1e-12);
    cents(prompted * 2147248, 23190.28);
}
