#include "domain/succession.h"

#include <string.h>

#include "support/deployments.h"
#include "unit/lineage_support.h"

#define NOW bw_test_day("2026-06-01")

static struct bw_policy policy;
static struct bw_entry entries[8];
static struct bw_offer offers[8];
static struct bw_succession_input in;
static struct bw_succession found;

static void begin(void)
{
    load();
    policy = bw_policy_default();
    (void)memset(entries, 0, sizeof(entries));
    in = (struct bw_succession_input){ .rules = rules, .platform = "openai", .offers = offers,
                                       .policy = &policy, .now_ms = NOW };
}

static void end(void)
{
    bw_policy_clear(&policy);
    unload();
}

TestSuite(succession, .init = begin, .fini = end);

static struct bw_entry *offer(const char *id)
{
    struct bw_entry *entry = &entries[in.offer_count];
    entry->id = (char *)id;
    offers[in.offer_count++] = (struct bw_offer){ entry, 1, true };
    return entry;
}

/* The candidate for base, "" for none. */
static char *offered_for(const char *base)
{
    in.base = base;
    bw_succession_find(&in, &found);
    return found.candidate == NULL ? "" : found.candidate->entry->id;
}

static struct bw_date *ends_on(struct bw_entry *entry, const char *day, bool firm)
{
    static struct bw_date dates[4];
    static size_t used;
    struct bw_date *date = &dates[used++ % 4];
    *date = (struct bw_date){ BW_CLOCK_INFERENCE,
                              firm ? BW_CERTAINTY_FIRM : BW_CERTAINTY_NOT_BEFORE,
                              bw_test_day(day), NULL, NULL, 0 };
    entry->dates.items = date;
    entry->dates.count = 1;
    return date;
}

Test(succession, the_newest_of_the_line_whatever_the_order)
{
    (void)offer("gpt-5.4-mini");
    (void)offer("gpt-5-mini");
    (void)offer("gpt-5.2-mini");
    (void)offer("gpt-5.4-nano");
    (void)offer("gpt-5.4");
    cr_expect(eq(str, offered_for("gpt-4.1-mini"), "gpt-5.4-mini"));
    cr_expect(eq(int, (int)found.relation, BW_RELATION_MAJOR));
    cr_expect(eq(int, (int)found.via, BW_VIA_LINE));
    cr_expect(eq(str, offered_for("gpt-5.4-mini"), ""));
}

Test(succession, the_spelling_follows_the_base)
{
    (void)offer("gpt-5.4-mini-2026-03-17");
    (void)offer("gpt-5.4-mini");
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini"));
    cr_expect(eq(str, offered_for("gpt-5-mini-2025-08-07"), "gpt-5.4-mini-2026-03-17"));
    offers[1].listed = false;
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini-2026-03-17"), "what is listed");
}

Test(succession, what_is_not_listed_or_ends_itself_is_no_offer)
{
    (void)offer("gpt-5.2-mini");
    ends_on(offer("gpt-5.4-mini"), "2026-05-31", true);
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.2-mini"));
    offers[0].listed = false;
    cr_expect(eq(str, offered_for("gpt-5-mini"), ""));
    ends_on(&entries[1], "2026-05-31", false);
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini"), "not sooner than is no end");
}

Test(succession, policy_filters_until_the_base_has_a_firm_end)
{
    struct bw_entry base = { .id = "gpt-5-mini" };
    (void)offer("gpt-5.4-mini");
    in.base_entry = &base;
    policy.kinds = BW_KIND_SNAPSHOT;
    cr_expect(eq(str, offered_for("gpt-5-mini"), ""));
    policy.kinds = BW_KIND_ALL;
    entries[0].released_ms = bw_test_day("2026-05-20");
    policy.min_age_ms = 30 * BW_DAY_MS;
    cr_expect(eq(str, offered_for("gpt-5-mini"), ""));
    cr_expect(eq(i64, found.due_ms, bw_test_day("2026-06-19")));
    ends_on(&base, "2026-12-01", false);
    cr_expect(eq(str, offered_for("gpt-5-mini"), ""));
    ends_on(&base, "2026-12-01", true);
    policy.kinds = 0;
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini"));
    cr_expect(eq(i64, found.serve_until_ms, bw_test_day("2026-12-01")));
    BW_VEC_PUSH(&policy.models.deny, bw_xstrdup("gpt-5.4*"));
    cr_expect(eq(str, offered_for("gpt-5-mini"), ""), "deny holds always");
}

Test(succession, the_end_comes_on_its_day)
{
    struct bw_entry base = { .id = "gpt-5-mini" };
    in.base_entry = &base;
    ends_on(&base, "2026-06-02", true);
    (void)offered_for("gpt-5-mini");
    cr_expect(not(found.retired));
    cr_expect(eq(i64, found.due_ms, bw_test_day("2026-06-02")));
    in.now_ms = bw_test_day("2026-06-02");
    (void)offered_for("gpt-5-mini");
    cr_expect(found.retired);
    cr_expect(eq(i64, found.due_ms, 0));
}

Test(succession, the_declared_replacement_comes_before_the_line_and_is_followed)
{
    struct bw_entry base = { .id = "gpt-5-mini", .replacement = "o3" };
    in.base_entry = &base;
    (void)offer("gpt-5.4-mini");
    (void)offer("o3");
    (void)offer("o4");
    cr_expect(eq(str, offered_for("gpt-5-mini"), "o3"));
    cr_expect(eq(int, (int)found.via, BW_VIA_DECLARED));
    entries[1].life = BW_LIFE_RETIRED;
    entries[1].replacement = "o4";
    cr_expect(eq(str, offered_for("gpt-5-mini"), "o4"));
    entries[2].life = BW_LIFE_RETIRED;
    entries[2].replacement = "gpt-5-mini";
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini"), "a circle leads nowhere");
    base.replacement = "not-listed";
    cr_expect(eq(str, offered_for("gpt-5-mini"), "gpt-5.4-mini"));
}

Test(succession, the_users_word_comes_first)
{
    struct bw_entry base = { .id = "gpt-5-mini", .replacement = "o3" };
    in.base_entry = &base;
    BW_VEC_PUSH(&rules->overrides,
                (struct bw_override){ NULL, bw_xstrdup("gpt-5-mini"), bw_xstrdup("o4"), true });
    BW_VEC_PUSH(&rules->overrides,
                (struct bw_override){ NULL, bw_xstrdup("gpt-5"), bw_xstrdup("gpt-5.4"), false });
    (void)offer("gpt-5.4-mini");
    (void)offer("o4");
    (void)offer("o3");
    (void)offer("gpt-6-mini");
    (void)offer("gpt-5.4");
    cr_expect(eq(str, offered_for("gpt-5-mini"), "o4"));
    cr_expect(eq(int, (int)found.via, BW_VIA_OVERRIDE));
    in.base_entry = NULL;
    cr_expect(eq(str, offered_for("gpt-5"), ""), "never follows");
}

Test(succession, a_preview_is_offered_to_who_wants_previews)
{
    (void)offer("gemini-3-flash-preview");
    in.platform = "gemini";
    cr_expect(eq(str, offered_for("gemini-2.5-flash"), ""));
    policy.previews = true;
    cr_expect(eq(str, offered_for("gemini-2.5-flash"), "gemini-3-flash-preview"));
}

struct listing {
    const char *id;
    int64_t first_seen_ms;
};

/* What a base is offered when these are listed; "" when nothing. */
static const char *candidate(const char *base, const char *offered, bool previews,
                             const struct listing *listings, size_t count)
{
    static char id[BW_ENTRY_ID_MAX];
    (void)memset(entries, 0, sizeof(entries));
    policy.previews = previews;
    for (size_t i = 0; i < count; i++) {
        entries[i].id = (char *)listings[i].id;
        offers[i] = (struct bw_offer){ &entries[i], listings[i].first_seen_ms, true };
    }
    in = (struct bw_succession_input){
        .rules = rules, .platform = "any", .base = base, .offered = offered, .offers = offers,
        .offer_count = count, .policy = &policy, .now_ms = 1000,
    };
    bw_succession_find(&in, &found);
    (void)snprintf(id, sizeof(id), "%s", found.candidate == NULL ? "" : found.candidate->entry->id);
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
