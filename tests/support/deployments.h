/* tests/support/deployments.h: deployments and price books for tests. */
#ifndef BW_SUPPORT_DEPLOYMENTS_H
#define BW_SUPPORT_DEPLOYMENTS_H
#include <criterion/criterion.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/price_file.h"
#include "domain/deployment.h"
#include "domain/estimate.h"

/* Midnight UTC of a day that is well formed. */
static inline int64_t bw_test_day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(bw_instant_parse(text, &at_ms, NULL) == BW_OK, "%s", text);
    return at_ms;
}

/* The shipped prices. Ownership: the caller's. */
static inline struct bw_price_book bw_test_prices(void)
{
    struct bw_price_book book = { 0 };
    struct bw_error err = { 0 };
    cr_assert(bw_price_files_load(NULL, &book, &err) == BW_OK, "%s", err.text);
    return book;
}

/* A classifier tuned on gpt-4o-mini, with everything recorded. Ownership: the caller's. */
static inline struct bw_deployment bw_test_fine_tune(void)
{
    struct bw_deployment deployment = {
        .name = bw_xstrdup("triage"),
        .technique = BW_TECHNIQUE_FINE_TUNED,
        .platform = bw_xstrdup("openai"),
        .model = bw_xstrdup("ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz"),
        .owner = bw_xstrdup("support-ml"),
        .training = { .rows = 5000, .tokens_per_row = 620, .epochs = 3,
                      .method = bw_xstrdup("sft"), .refresh_share = 0.2 },
        .traffic = { .calls_per_day = 200000, .input_tokens = 450, .output_tokens = 120,
                     .prompted_input_tokens = 1900, .cached_tokens = 1500 },
        .evals = { .suite = bw_xstrdup("triage"), .cases = 200 },
        .worth = { .clean_examples = 5000, .stable_since_ms = bw_test_day("2026-01-10"),
                   .purpose = bw_xstrdup("behaviour") },
        .lead_days = -1,
        .policy = bw_policy_default(),
    };
    static const char *const tried[] = { "prompt", "few-shot", "rag" };
    for (size_t i = 0; i < BW_COUNT(tried); i++) {
        BW_VEC_PUSH(&deployment.worth.tried, bw_xstrdup(tried[i]));
    }
    cr_assert(bw_deployment_complete(&deployment, NULL) == BW_OK);
    return deployment;
}
/* The option of that route and platform (NULL: the first of the route); NULL: there is none. */
static inline const struct bw_route_option *bw_test_option(const struct bw_route_options *options,
                                                           enum bw_route route,
                                                           const char *platform)
{
    BW_VEC_EACH(const struct bw_route_option, option, options)
    {
        if (option->route == route &&
            (platform == NULL || bw_str_equal(option->platform, platform))) {
            return option;
        }
    }
    return NULL;
}

/* What that route costs; of several platforms the first with a price. */
static inline enum bw_err bw_test_retrain(const struct bw_estimate_input *in, enum bw_route route,
                                          struct bw_estimate *out, struct bw_error *err)
{
    const struct bw_move move = bw_estimate_move(in);
    struct bw_route_options options = { 0 };
    enum bw_err rc = BW_ERR_REFUSED;
    bw_routes_list(&move, &options);
    BW_VEC_EACH(const struct bw_route_option, option, &options)
    {
        if (option->route == route && rc != BW_OK) {
            rc = bw_estimate_option(in, option, out, err);
        }
    }
    bw_route_options_clear(&options);
    return rc;
}
#endif
