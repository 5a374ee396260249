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
        { "gpt-4o-mini-2024-07-18.ft-0123-triage", "gpt-4o-mini-2024-07-18" },
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
    (void)complete((struct bw_deployment){ .name = "a", .platform = "p", .match = "x" },
                   "deployment 'a': base is missing; with match it must be said");
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
