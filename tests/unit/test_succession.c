#include "domain/succession.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "codec/lineage_file.h"
#include "support/deployments.h"

#define NOW bw_test_day("2026-06-01")

static struct bw_lineage_rules *rules;
static struct bw_policy policy;
static struct bw_entry entries[8];
static struct bw_offer offers[8];
static struct bw_succession_input in;
static struct bw_succession found;

static void begin(void)
{
    struct bw_error err = { 0 };
    cr_assert(eq(int, (int)bw_lineage_files_load(NULL, &rules, NULL, &err), BW_OK), "%s", err.text);
    policy = bw_policy_default();
    memset(entries, 0, sizeof(entries));
    in = (struct bw_succession_input){ .rules = rules, .platform = "openai", .offers = offers,
                                       .policy = &policy, .now_ms = NOW };
}

static void end(void)
{
    bw_lineage_rules_free(rules);
    bw_policy_clear(&policy);
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
static char *candidate(const char *base)
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
                              bw_test_day(day), NULL };
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
    cr_expect(eq(str, candidate("gpt-4.1-mini"), "gpt-5.4-mini"));
    cr_expect(eq(int, (int)found.relation, BW_RELATION_MAJOR));
    cr_expect(eq(int, (int)found.via, BW_VIA_LINE));
    cr_expect(eq(str, candidate("gpt-5.4-mini"), ""));
}

Test(succession, the_spelling_follows_the_base)
{
    (void)offer("gpt-5.4-mini-2026-03-17");
    (void)offer("gpt-5.4-mini");
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.4-mini"));
    cr_expect(eq(str, candidate("gpt-5-mini-2025-08-07"), "gpt-5.4-mini-2026-03-17"));
    offers[1].listed = false;
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.4-mini-2026-03-17"), "what is listed");
}

Test(succession, what_is_not_listed_or_ends_itself_is_no_offer)
{
    (void)offer("gpt-5.2-mini");
    ends_on(offer("gpt-5.4-mini"), "2026-05-31", true);
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.2-mini"));
    offers[0].listed = false;
    cr_expect(eq(str, candidate("gpt-5-mini"), ""));
}

Test(succession, policy_filters_until_the_base_has_a_firm_end)
{
    struct bw_entry base = { .id = "gpt-5-mini" };
    (void)offer("gpt-5.4-mini");
    in.base_entry = &base;
    policy.kinds = BW_KIND_SNAPSHOT;
    cr_expect(eq(str, candidate("gpt-5-mini"), ""));
    policy.kinds = BW_KIND_ALL;
    entries[0].released_ms = bw_test_day("2026-05-20");
    policy.min_age_ms = 30 * BW_DAY_MS;
    cr_expect(eq(str, candidate("gpt-5-mini"), ""));
    cr_expect(eq(i64, found.due_ms, bw_test_day("2026-06-19")));
    ends_on(&base, "2026-12-01", false);
    cr_expect(eq(str, candidate("gpt-5-mini"), ""));
    ends_on(&base, "2026-12-01", true);
    policy.kinds = 0;
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.4-mini"));
    cr_expect(eq(i64, found.serve_until_ms, bw_test_day("2026-12-01")));
    BW_VEC_PUSH(&policy.models.deny, bw_xstrdup("gpt-5.4*"));
    cr_expect(eq(str, candidate("gpt-5-mini"), ""), "deny holds always");
}

Test(succession, the_end_comes_on_its_day)
{
    struct bw_entry base = { .id = "gpt-5-mini" };
    in.base_entry = &base;
    ends_on(&base, "2026-06-02", true);
    (void)candidate("gpt-5-mini");
    cr_expect(not(found.retired));
    cr_expect(eq(i64, found.due_ms, bw_test_day("2026-06-02")));
    in.now_ms = bw_test_day("2026-06-02");
    (void)candidate("gpt-5-mini");
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
    cr_expect(eq(str, candidate("gpt-5-mini"), "o3"));
    cr_expect(eq(int, (int)found.via, BW_VIA_DECLARED));
    entries[1].life = BW_LIFE_RETIRED;
    entries[1].replacement = "o4";
    cr_expect(eq(str, candidate("gpt-5-mini"), "o4"));
    entries[2].life = BW_LIFE_RETIRED;
    entries[2].replacement = "gpt-5-mini";
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.4-mini"), "a circle leads nowhere");
    base.replacement = "not-listed";
    cr_expect(eq(str, candidate("gpt-5-mini"), "gpt-5.4-mini"));
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
    cr_expect(eq(str, candidate("gpt-5-mini"), "o4"));
    cr_expect(eq(int, (int)found.via, BW_VIA_OVERRIDE));
    in.base_entry = NULL;
    cr_expect(eq(str, candidate("gpt-5"), ""), "never follows");
}

Test(succession, a_preview_is_offered_to_who_wants_previews)
{
    (void)offer("gemini-3-flash-preview");
    in.platform = "gemini";
    cr_expect(eq(str, candidate("gemini-2.5-flash"), ""));
    policy.previews = true;
    cr_expect(eq(str, candidate("gemini-2.5-flash"), "gemini-3-flash-preview"));
}
