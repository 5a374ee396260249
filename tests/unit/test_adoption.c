#include "domain/adoption.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char TUNE[] = "ft:gpt-9:acme:triage:1";

static char *expand(const char *match, const char *pattern, const struct bw_finding *finding)
{
    const struct bw_adopt_rule rule = { .platform = "openai", .match = (char *)match };
    const struct bw_candidate candidate = { .finding = finding, .platform = "openai", .scope = "",
                                            .account = "prod", .region = "", .root = "gpt-9" };
    return bw_adopt_expand(&rule, pattern, &candidate);
}

Test(adoption, patterns_are_filled_with_what_the_stars_stand_for)
{
    static char suffix[] = "triage";
    const struct bw_finding finding = { .id = TUNE, .suffix = suffix };
    static const char *const cases[][3] = {
        { "ft:*:acme:*:*", "{2}-on-{1}", "triage-on-gpt-9" },
        { "ft:*:acme:*:*", "{suffix}@{account}", "triage@prod" },
        { "ft:*", "{1}", "gpt-9:acme:triage:1" },
        { "ft:gpt-?:*:triage:*", "{1}{2}", "acme1" },
        { "*", "{model}", TUNE },
        { "ft:*", "{braces", "{braces" },
        { "ft:*", "{2}", NULL },            /* there is no second star */
        { "ft:*", "{region}", NULL },       /* there is none */
        { "ft:*:other:*", "{1}", NULL },    /* it does not fit */
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_freep) char *name = expand(cases[i][0], cases[i][1], &finding);
        cr_expect(eq(int, name == NULL, cases[i][2] == NULL), "%s of %s: %s", cases[i][1],
                  cases[i][0], name);
        if (name != NULL && cases[i][2] != NULL) {
            cr_expect(eq(str, name, (char *)cases[i][2]));
        }
    }
}

Test(adoption, one_name_in_two_scopes_is_two_deployments)
{
    static char match[] = "*";
    static char name[] = "triage";
    static char id[] = "model-1";
    static char later_id[] = "model-2";
    struct bw_adopt_rule rules[] = { { .platform = name, .match = match, .name = name } };
    rules[0].platform = NULL;
    struct bw_settings settings = { 0 };
    settings.adopt.items = rules;
    settings.adopt.count = 1;
    const struct bw_finding old = { .id = id, .status = BW_FINDING_READY, .finished_ms = 1 };
    const struct bw_finding later = { .id = later_id, .status = BW_FINDING_READY,
                                      .finished_ms = 2 };
    const struct bw_candidate candidates[] = {
        { &old, "bedrock", "prod/eu", "prod", "eu", "base", 0, NULL },
        { &old, "bedrock", "prod/us", "prod", "us", "base", 0, NULL },
        { &later, "bedrock", "prod/us", "prod", "us", "base", 0, NULL },
    };
    BW_CLEANUP(bw_adoptions_clear) struct bw_adoptions out = { 0 };
    bw_adopt(&settings, candidates, BW_COUNT(candidates), &out);
    cr_assert(eq(sz, out.count, 3));
    cr_expect(eq(str, out.items[0].name, "triage"));
    cr_expect(out.items[0].picked);
    cr_expect(eq(str, out.items[1].name, "triage/bedrock/prod/us"));
    cr_expect(eq(sz, out.items[1].candidate, 2), "the newest comes first");
    cr_expect(out.items[1].picked);
    cr_expect(eq(str, out.items[2].name, "triage/bedrock/prod/us"));
    cr_expect(not(out.items[2].picked));
}

static char *name_of(const struct bw_candidate *candidates, size_t count, size_t which)
{
    static char name[64];
    static char match[] = "*";
    static char plain[] = "triage";
    struct bw_adopt_rule rule = { .match = match, .name = plain };
    struct bw_settings settings = { 0 };
    settings.adopt.items = &rule;
    settings.adopt.count = 1;
    BW_CLEANUP(bw_adoptions_clear) struct bw_adoptions out = { 0 };
    bw_adopt(&settings, candidates, count, &out);
    name[0] = '\0';
    BW_VEC_EACH(const struct bw_adopted, adopted, &out)
    {
        if (adopted->candidate == which) {
            (void)strncpy(name, adopted->name, sizeof(name) - 1);
        }
    }
    return name;
}

Test(adoption, who_has_a_name_keeps_it_whatever_comes_or_goes)
{
    static char id[] = "model-1";
    const struct bw_finding tune = { .id = id, .status = BW_FINDING_READY, .finished_ms = 1 };
    struct bw_candidate all[] = {
        { &tune, "openai", "zeta", "zeta", "", "base", 0, "triage" },
        { &tune, "openai", "alpha", "alpha", "", "base", 0, NULL },
    };
    cr_expect(eq(str, name_of(all, 2, 0), "triage"), "though alpha comes first");
    cr_expect(eq(str, name_of(all, 2, 1), "triage/openai/alpha"));
    all[1].deployment = "triage/openai/alpha";
    cr_expect(eq(str, name_of(all + 1, 1, 0), "triage/openai/alpha"), "when zeta is gone, too");
    all[0].deployment = NULL;
    cr_expect(eq(str, name_of(all, 2, 0), "triage"), "it is free");
}

Test(adoption, a_tune_without_a_suffix_is_adopted_by_its_own_name)
{
    static char id[] = "ft:gpt-9:acme::1";
    static char match[] = "ft:*:acme:*:*";
    static char name[] = "{2}";
    struct bw_adopt_rule rule = { .match = match, .name = name };
    struct bw_settings settings = { 0 };
    settings.adopt.items = &rule;
    settings.adopt.count = 1;
    const struct bw_finding tune = { .id = id, .status = BW_FINDING_READY };
    const struct bw_candidate one = { &tune, "openai", "", "", "", "gpt-9", 0, NULL };
    BW_CLEANUP(bw_adoptions_clear) struct bw_adoptions out = { 0 };
    bw_adopt(&settings, &one, 1, &out);
    cr_assert(eq(sz, out.count, 1));
    cr_expect(eq(str, out.items[0].name, id));
}

Test(adoption, what_cannot_be_called_or_has_no_known_base_is_not_fit)
{
    static char job[] = "job-1";
    struct bw_finding finding = { .id = TUNE, .job = job };
    struct bw_candidate candidate = { .finding = &finding, .root = "gpt-9" };
    cr_expect(bw_candidate_is_fit(&candidate));
    candidate.root = NULL;
    cr_expect(not(bw_candidate_is_fit(&candidate)));
    candidate.root = "gpt-9";
    finding.checkpoint_of = job;
    cr_expect(not(bw_candidate_is_fit(&candidate)));
    finding = (struct bw_finding){ .id = job, .job = job };
    cr_expect(not(bw_candidate_is_fit(&candidate)), "a job without a model");
}
