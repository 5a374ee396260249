#include "domain/succession.h"

#include "unit/lineage_support.h"

TestSuite(succession, .init = load, .fini = unload);

enum { OFFERS_MAX = 4 };

struct listing {
    const char *id;
    int64_t first_seen_ms;
};

/* What a base is offered when these are listed; "" when nothing. */
static const char *candidate(const char *base, const char *offered, bool previews,
                             const struct listing *listings, size_t count)
{
    static char id[BW_ENTRY_ID_MAX];
    struct bw_entry entries[OFFERS_MAX] = { 0 };
    struct bw_offer offers[OFFERS_MAX];
    struct bw_policy policy = bw_policy_default();
    struct bw_succession found;
    policy.previews = previews;
    for (size_t i = 0; i < count; i++) {
        entries[i].id = (char *)listings[i].id;
        offers[i] = (struct bw_offer){ &entries[i], listings[i].first_seen_ms, true };
    }
    const struct bw_succession_input in = {
        .rules = rules, .platform = "any", .base = base, .offered = offered, .offers = offers,
        .offer_count = count, .policy = &policy, .now_ms = 1000,
    };
    bw_succession_find(&in, &found);
    (void)snprintf(id, sizeof(id), "%s", found.candidate == NULL ? "" : found.candidate->entry->id);
    bw_policy_clear(&policy);
    return id;
}

static void expect(const char *got, const char *wanted)
{
    cr_expect(eq(str, (char *)got, (char *)wanted));
}

Test(succession, a_preview_that_came_out_is_not_sent_on_to_the_next_preview)
{
    const struct listing both[] = { { "gemini-2.5-pro", 1 }, { "gemini-3-pro-preview", 2 } };
    expect(candidate("gemini-2.5-pro-preview-05-06", NULL, false, both, 2), "gemini-2.5-pro");
    expect(candidate("gemini-2.5-pro-preview-05-06", NULL, true, both, 2), "gemini-3-pro-preview");
    expect(candidate("gemini-2.5-pro-preview-05-06", NULL, false, both + 1, 1),
           "gemini-3-pro-preview");
}

Test(succession, a_respelling_that_appears_later_changes_nothing)
{
    const struct listing spellings[] = { { "moonshotai/Kimi-K2-5", 2 },
                                         { "moonshotai/Kimi-K2.5", 1 } };
    expect(candidate("moonshotai/Kimi-K2-Instruct", NULL, false, spellings, 2),
           "moonshotai/Kimi-K2.5");
    const struct listing alias[] = { { "claude-opus-4-5", 1 },
                                     { "claude-opus-4-5-20251101", 2 } };
    expect(candidate("claude-opus-4-20250514", NULL, false, alias, 2), "claude-opus-4-5-20251101");
    expect(candidate("claude-opus-4-20250514", "claude-opus-4-5", false, alias, 2),
           "claude-opus-4-5");
    expect(candidate("claude-opus-4-0", "claude-opus-4-5-20251101", false, alias, 2),
           "claude-opus-4-5-20251101");
}

Test(succession, what_was_offered_gives_way_to_a_newer_model)
{
    const struct listing newer[] = { { "gpt-5", 1 }, { "gpt-5.1", 2 } };
    expect(candidate("gpt-4o", "gpt-5", false, newer, 2), "gpt-5.1");
    expect(candidate("gpt-5", "gpt-4o", false, newer, 2), "gpt-5.1");
}
