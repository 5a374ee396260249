#include "domain/deployment.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"

Test(deployment, the_base_stands_in_the_id_of_a_fine_tune)
{
    static const char *const ids[][2] = {
        { "ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz", "gpt-4o-mini-2024-07-18" },
        { "ft:gpt-4o-mini", "gpt-4o-mini" },
        { "davinci:ft-acme-2023-01-01", "davinci" },
        { "gpt-5-mini", "gpt-5-mini" },
        { "llama3:8b", "llama3:8b" },
        { "openrouter/x:free", "openrouter/x:free" },
    };
    for (size_t i = 0; i < BW_COUNT(ids); i++) {
        BW_CLEANUP(bw_freep) char *base = bw_base_of_model(ids[i][0]);
        cr_expect(eq(str, base, (char *)ids[i][1]));
    }
}

static enum bw_err complete(struct bw_deployment row, const char *says)
{
    struct bw_error err = { 0 };
    row.name = bw_xstrdup(row.name);
    row.platform = bw_xstrdup(row.platform);
    row.model = bw_xstrdup(row.model);
    row.match = bw_xstrdup(row.match);
    row.base = bw_xstrdup(row.base);
    enum bw_err rc = bw_deployment_complete(&row, &err);
    cr_expect(eq(str, rc == BW_OK ? "" : err.text, (char *)says));
    cr_expect(ne(ptr, row.account, NULL));
    bw_deployment_clear(&row);
    return rc;
}

Test(deployment, what_is_missing_is_named)
{
    cr_expect(eq(int, (int)complete((struct bw_deployment){ .name = "a", .platform = "p",
                                                            .model = "m" }, ""), BW_OK));
    cr_expect(eq(int, (int)complete((struct bw_deployment){ .name = "a", .platform = "p",
                                                            .match = "m*", .base = "b" }, ""),
                 BW_OK));
    (void)complete((struct bw_deployment){ .platform = "p", .model = "m" },
                   "deployment '?': name is missing");
    (void)complete((struct bw_deployment){ .name = "a", .model = "m" },
                   "deployment 'a': platform is missing");
    (void)complete((struct bw_deployment){ .name = "a", .platform = "p", .model = "m",
                                           .match = "x" },
                   "deployment 'a': give either model or match (with pick: newest)");
    cr_expect(eq(int, (int)complete((struct bw_deployment){ .name = "a", .platform = "p",
                                                            .match = "x" }, ""), BW_OK));
    (void)complete((struct bw_deployment){ .name = "a", .platform = "p", .model = "m",
                                           .training = { .rows = -1 } },
                   "deployment 'a': training: numbers must not be negative");
    (void)complete((struct bw_deployment){ .name = "a", .platform = "p", .model = "m",
                                           .traffic = { .cached_tokens = -1 } },
                   "deployment 'a': traffic: numbers must not be negative");
}

Test(deployment, deny_wins_over_allow)
{
    char *allow[] = { "gpt-*" };
    char *deny[] = { "*:free", "gpt-4*" };
    const struct bw_globs none = { 0 };
    const struct bw_globs both = { { allow, 1, 1 }, { deny, 2, 2 } };
    cr_expect(bw_globs_permit(&none, "anything"));
    cr_expect(bw_globs_permit(&both, "gpt-5"));
    cr_expect(not(bw_globs_permit(&both, "o3")));
    cr_expect(not(bw_globs_permit(&both, "gpt-4o")));
    cr_expect(not(bw_globs_permit(&both, "gpt-5:free")));
}

Test(deployment, policies_hash_alike_when_they_say_the_same_and_only_then)
{
    struct bw_policy a = bw_policy_default();
    BW_VEC_PUSH(&a.models.deny, bw_xstrdup("x"));
    struct bw_policy copy = bw_policy_copy(&a);
    cr_expect(eq(u64, bw_policy_hash(&a), bw_policy_hash(&copy)));
    struct bw_policy moved = bw_policy_default();
    BW_VEC_PUSH(&moved.models.allow, bw_xstrdup("x"));
    cr_expect(ne(u64, bw_policy_hash(&a), bw_policy_hash(&moved)), "allow is not deny");
    copy.previews = true;
    cr_expect(ne(u64, bw_policy_hash(&a), bw_policy_hash(&copy)));
    bw_policy_clear(&a);
    bw_policy_clear(&copy);
    bw_policy_clear(&moved);
}

Test(deployment, the_base_that_a_pattern_names_is_known_before_anything_is_found)
{
    static const char *const patterns[][2] = {
        { "ft:gpt-9:acme:triage:*", "gpt-9" },
        { "ft:*:acme:triage:*", "" },
        { "triage-?", "" },
    };
    for (size_t i = 0; i < BW_COUNT(patterns); i++) {
        BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = {
            .name = bw_xstrdup("a"), .platform = bw_xstrdup("p"),
            .match = bw_xstrdup(patterns[i][0])
        };
        cr_assert(eq(int, bw_deployment_complete(&row, NULL), BW_OK));
        cr_expect(eq(str, row.base, (char *)patterns[i][1]));
    }
}

static struct bw_knowledge known_of(const char *id, const char *root)
{
    return (struct bw_knowledge){
        .finding = { .id = bw_xstrdup(id), .rows = 50, .epochs = 3, .trained_tokens = 900,
                     .method = bw_xstrdup("supervised") },
        .root = bw_xstrdup(root),
    };
}

Test(deployment, discovery_fills_what_is_not_said_and_says_so)
{
    BW_CLEANUP(bw_knowledge_clear) struct bw_knowledge known = known_of("ft:x:acme:t:1", "gpt-9");
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = {
        .name = bw_xstrdup("a"), .platform = bw_xstrdup("p"), .match = bw_xstrdup("ft:*"),
        .training = { .rows = 7 }
    };
    cr_assert(eq(int, bw_deployment_complete(&row, NULL), BW_OK));
    bw_deployment_learn(&row, &known);
    cr_expect(eq(str, row.model, "ft:x:acme:t:1"));
    cr_expect(eq(str, row.base, "gpt-9"));
    cr_expect(eq(i64, row.training.rows, 7));
    cr_expect(eq(i64, row.training.epochs, 3));
    cr_expect(eq(str, row.learned, "epochs, trained tokens"));
    cr_expect(eq(str, row.evidence, "finding ft:x:acme:t:1"));
    cr_expect(eq(ptr, row.training.method, NULL), "a word that nothing here is priced by");
}

Test(deployment, a_base_that_somebody_has_said_stays)
{
    static const char *const cases[][3] = { /* model, base said, base that counts */
        { "ft:gpt-8:acme::1", NULL, "gpt-9" },
        { "my-deployment", NULL, "gpt-9" },
        { "my-deployment", "gpt-7", "gpt-7" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_knowledge_clear) struct bw_knowledge known = known_of(cases[i][0], "gpt-9");
        BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = {
            .name = bw_xstrdup("a"), .platform = bw_xstrdup("p"),
            .model = bw_xstrdup(cases[i][0]), .base = bw_xstrdup(cases[i][1])
        };
        cr_assert(eq(int, bw_deployment_complete(&row, NULL), BW_OK));
        cr_expect(eq(str, (char *)bw_deployment_base(&row, &known), (char *)cases[i][2]));
    }
}
