#include "domain/route.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "support/deployments.h"

static struct bw_price_book book;
static struct bw_deployment deployment;
static struct bw_entry base;
static struct bw_move move;
static struct bw_route_options options;

static void arrange(void)
{
    book = bw_test_prices();
    deployment = bw_test_fine_tune();
    base = (struct bw_entry){ .id = bw_xstrdup(deployment.base) };
    move = (struct bw_move){ .deployment = &deployment, .base = &base, .book = &book,
                             .now_ms = bw_test_day("2026-11-24") };
}

static void tidy(void)
{
    bw_route_options_clear(&options);
    bw_price_book_clear(&book);
    bw_deployment_clear(&deployment);
    bw_entry_clear(&base);
}

TestSuite(route, .init = arrange, .fini = tidy);

static void set(char **field, const char *value)
{
    free(*field);
    *field = bw_xstrdup(value);
}

static const struct bw_route_option *option(enum bw_route route, const char *platform)
{
    bw_route_options_clear(&options);
    bw_routes_list(&move, &options);
    return bw_test_option(&options, route, platform);
}

Test(route, the_same_platform_is_open_until_its_day)
{
    const struct bw_route_option *same = option(BW_ROUTE_SAME_PLATFORM, NULL);
    cr_expect(same->feasible);
    cr_expect(eq(i64, same->until_ms, bw_test_day("2027-01-06")));
    cr_expect(eq(ptr, (void *)bw_route_choose(&options, true), (void *)same));
}

Test(route, the_catalogs_training_clock_closes_earlier)
{
    BW_VEC_PUSH(&base.dates, (struct bw_date){ BW_CLOCK_TRAINING, BW_CERTAINTY_FIRM,
                                               bw_test_day("2026-12-01"), NULL, NULL, 0 });
    cr_expect(eq(i64, option(BW_ROUTE_SAME_PLATFORM, NULL)->until_ms, bw_test_day("2026-12-01")));
    move.now_ms = bw_test_day("2026-12-01");
    const struct bw_route_option *same = option(BW_ROUTE_SAME_PLATFORM, NULL);
    cr_expect(not(same->feasible));
    cr_expect(eq(str, same->why, "'gpt-4o-mini-2024-07-18' takes no new training job since 2026-12-01"));
}

Test(route, a_retired_base_is_trained_no_more)
{
    BW_VEC_PUSH(&base.dates, (struct bw_date){ BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                                               move.now_ms, NULL, NULL, 0 });
    cr_expect(eq(str, option(BW_ROUTE_SAME_PLATFORM, NULL)->why,
                 "'gpt-4o-mini-2024-07-18' is retired"));
    base.dates.items[0].certainty = BW_CERTAINTY_NOT_BEFORE;
    cr_expect(option(BW_ROUTE_SAME_PLATFORM, NULL)->feasible);
    base.life = BW_LIFE_RETIRED;
    cr_expect(not(option(BW_ROUTE_SAME_PLATFORM, NULL)->feasible));
}

Test(route, a_legacy_base_on_bedrock_takes_no_new_job)
{
    set(&deployment.platform, "bedrock");
    set(&deployment.base, "amazon.nova-micro-v1:0");
    set(&base.id, "amazon.nova-micro-v1:0");
    cr_expect(option(BW_ROUTE_SAME_PLATFORM, NULL)->feasible);
    base.life = BW_LIFE_DEPRECATED;
    const struct bw_route_option *same = option(BW_ROUTE_SAME_PLATFORM, NULL);
    cr_expect(not(same->feasible));
    cr_expect(not(zero(ptr, strstr(same->why, "Legacy"))));
}

Test(route, other_platforms_need_leave_and_come_with_the_same_base_first)
{
    cr_expect(not(option(BW_ROUTE_OTHER_PLATFORM, "fireworks")->feasible));
    deployment.policy.data_may_leave = true;
    const struct bw_route_option *azure = option(BW_ROUTE_OTHER_PLATFORM, NULL);
    cr_expect(eq(str, azure->platform, "azure"));
    cr_expect(azure->same_base);
    cr_expect(azure->feasible);
    static const char ACME[] = "platform: acme\nfine_tuning:\n  - {status: open, open_weights: true, "
                               "why: ours, source: us, as_of: 2026-11}\n";
    cr_assert(eq(int, bw_price_file_load("a", ACME, sizeof(ACME) - 1, &book, NULL), BW_OK));
    cr_expect(option(BW_ROUTE_OTHER_PLATFORM, "acme")->feasible);
    cr_expect(eq(str, option(BW_ROUTE_OTHER_PLATFORM, NULL)->platform, "azure"));
    cr_expect(option(BW_ROUTE_OTHER_PLATFORM, "fireworks")->feasible);
    cr_expect(not(option(BW_ROUTE_OTHER_PLATFORM, "fireworks")->same_base));
    cr_expect(zero(ptr, (void *)option(BW_ROUTE_OTHER_PLATFORM, "cohere")));
    cr_expect(zero(ptr, (void *)option(BW_ROUTE_OTHER_PLATFORM, "bedrock")));
    BW_VEC_PUSH(&deployment.policy.platforms.deny, bw_xstrdup("fire*"));
    cr_expect(eq(str, option(BW_ROUTE_OTHER_PLATFORM, "fireworks")->why,
                 "the policy does not allow fireworks"));
}

Test(route, a_platform_that_trains_its_own_models_is_no_way_out_for_others)
{
    deployment.policy.data_may_leave = true;
    set(&deployment.platform, "cohere");
    set(&deployment.base, "command-r-08-2024");
    move.base = NULL;
    cr_expect(not(option(BW_ROUTE_SAME_PLATFORM, NULL)->feasible));
    cr_expect(zero(ptr, (void *)option(BW_ROUTE_OTHER_PLATFORM, "openai")));
    cr_expect(zero(ptr, (void *)option(BW_ROUTE_OTHER_PLATFORM, "mistral")));
    cr_expect(not(option(BW_ROUTE_OTHER_PLATFORM, NULL)->same_base));
    set(&deployment.platform, "bedrock");
    set(&deployment.base, "meta.llama3-1-8b-instruct-v1:0");
    cr_expect(option(BW_ROUTE_OTHER_PLATFORM, "together")->same_base);
}

Test(route, a_platform_nobody_knows_is_trained_for_on_gpus)
{
    set(&deployment.platform, "acme-vllm");
    set(&deployment.base, "meta-llama/Llama-3.1-8B-Instruct");
    move.base = NULL;
    deployment.training.parameters = 8030000000;
    cr_expect(not(option(BW_ROUTE_SAME_PLATFORM, NULL)->feasible));
    cr_expect(option(BW_ROUTE_SELF_HOSTED, NULL)->feasible);
    cr_expect(option(BW_ROUTE_SELF_HOSTED, NULL)->same_base);
    deployment.training.parameters = 0;
    cr_expect(option(BW_ROUTE_SELF_HOSTED, NULL)->same_base); /* the name says 8B */
    set(&deployment.base, "secret-sauce");
    cr_expect(not(option(BW_ROUTE_SELF_HOSTED, NULL)->same_base));
}

Test(route, the_catalog_alone_may_say_that_a_model_is_tunable)
{
    int64_t until_ms = 1;
    set(&base.id, "house-model-8b");
    cr_expect(not(bw_route_may_train(&book, "acme", &base, NULL, move.now_ms, &until_ms)));
    base.tunable = BW_YES;
    cr_expect(bw_route_may_train(&book, "acme", &base, NULL, move.now_ms, &until_ms));
    cr_expect(eq(i64, until_ms, 0));
    base.tunable = BW_NO;
    cr_expect(not(bw_route_may_train(&book, "fireworks", &base, "sft", move.now_ms, &until_ms)));
}

Test(route, what_is_not_tuned_is_prompted_or_left)
{
    deployment.technique = BW_TECHNIQUE_RAG;
    cr_expect(not(option(BW_ROUTE_PROMPT, NULL)->feasible));
    cr_expect(eq(sz, options.count, 2));
    cr_expect(eq(int, bw_route_choose(&options, false)->route, BW_ROUTE_NONE));
    cr_expect(zero(ptr, (void *)bw_route_choose(&options, true)));
    move.candidate = &base;
    cr_expect(option(BW_ROUTE_PROMPT, NULL)->feasible);
}
