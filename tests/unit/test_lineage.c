#include "domain/lineage.h"

#include "lineage_support.h"

#include "base/instant.h"

TestSuite(lineage, .init = load, .fini = unload);

static int compare(const char *a, const char *b)
{
    return bw_lineage_compare(rules, &(struct bw_model_facts){ .id = a },
                              &(struct bw_model_facts){ .id = b });
}

Test(lineage, why_is_a_sentence_with_line_versions_and_dates)
{
    struct bw_model_facts older = { .id = "gpt-4.1-mini" };
    struct bw_model_facts newer = { .id = "gpt-5.4-mini" };
    struct bw_judgement got;
    (void)!bw_instant_parse("2025-04-14", &older.released_ms, NULL);
    (void)!bw_instant_parse("2026-03-17", &newer.released_ms, NULL);
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(eq(str, got.why,
                 "same line openai/gpt-mini (curated), 4.1 -> 5.4, "
                 "released 2025-04-14 -> 2026-03-17"));
    cr_expect(eq(int, got.relation, BW_RELATION_MAJOR));
    cr_expect(eq(int, got.via, BW_VIA_LINE));
    cr_expect(eq(str, got.lineage, "openai/gpt-mini"));
}

Test(lineage, a_release_date_outranks_no_version)
{
    struct bw_model_facts older = { .id = "gpt-4.1-nano", .released_ms = 2000 * BW_DAY_MS };
    struct bw_model_facts newer = { .id = "gpt-5-nano", .released_ms = 1000 * BW_DAY_MS };
    struct bw_judgement got;
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(got.successor);
}

Test(lineage, a_release_date_tells_the_year_of_a_month_day_stamp)
{
    struct bw_model_facts older = { .id = "x-ai/grok-5-1106" };
    struct bw_model_facts newer = { .id = "x-ai/grok-5-0125" };
    struct bw_judgement got;
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(eq(int, got.relation, BW_RELATION_UNORDERED));
    (void)!bw_instant_parse("2026-11-20", &older.released_ms, NULL);
    (void)!bw_instant_parse("2027-01-02", &newer.released_ms, NULL);
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(eq(int, got.relation, BW_RELATION_SNAPSHOT));
    cr_expect(got.successor);
}

Test(lineage, a_preview_is_only_for_previews)
{
    struct bw_judgement got =
        judge("google", "gemini-2.5-flash-lite", "gemini-3.1-flash-lite-preview");
    cr_expect(not(got.successor));
    cr_expect(got.preview_only);
    cr_expect(eq(int, got.relation, BW_RELATION_MAJOR));
    got = judge("google", "gemini-2.5-flash-lite-preview-06-17", "gemini-3.1-flash-lite-preview");
    cr_expect(got.successor);
    cr_expect(not(got.preview_only));
}

Test(lineage, an_unknown_maker_is_unordered_not_nonsense)
{
    struct bw_judgement got = judge(NULL, "acme/zeta-1", "acme/zeta-2");
    cr_expect(eq(int, got.relation, BW_RELATION_UNORDERED));
    cr_expect(not(got.successor));
    cr_expect(eq(str, got.lineage, ""));
}

Test(lineage, output_without_text_is_no_successor)
{
    struct bw_model_facts older = { .id = "gpt-5-mini", .output = BW_TEXT };
    struct bw_model_facts newer = { .id = "gpt-6-mini", .output = BW_IMAGE };
    struct bw_judgement got;
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(not(got.successor));
    newer.output = BW_TEXT | BW_AUDIO;
    bw_lineage_judge(rules, &older, &newer, &got);
    cr_expect(got.successor);
}

Test(lineage, a_fine_tune_follows_its_base_and_is_never_offered)
{
    const char *tuned = "ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz";
    cr_expect(judge("openai", tuned, "gpt-4.1-mini").successor);
    cr_expect(not(judge("openai", "gpt-3.5-mini", tuned).successor));
}

Test(lineage, pinned_and_alias_spellings_are_told_apart)
{
    const struct bw_model_facts pinned = { .id = "gpt-4.1-mini-2025-04-14" };
    const struct bw_model_facts alias = { .id = "gpt-4.1-mini" };
    const struct bw_model_facts latest = { .id = "claude-3-5-haiku-latest" };
    const struct bw_model_facts moving = { .id = "gemini-flash-lite-latest" };
    cr_expect(eq(int, bw_lineage_spelling(rules, &pinned), BW_SPELLING_PINNED));
    cr_expect(eq(int, bw_lineage_spelling(rules, &alias), BW_SPELLING_ALIAS));
    cr_expect(eq(int, bw_lineage_spelling(rules, &latest), BW_SPELLING_ALIAS));
    cr_expect(not(bw_lineage_is_floating(rules, &latest)));
    cr_expect(bw_lineage_is_floating(rules, &moving));
}

Test(lineage, the_users_word_comes_first)
{
    static const char TEXT[] = "overrides:\n"
                               "  - {at: openai, old: gpt-5, new: gpt-6-sol}\n"
                               "  - {old: gpt-4.1, new: gpt-5, is: none}\n";
    struct bw_error err = { 0 };
    enum bw_err rc = bw_lineage_file_read("mine.yaml", TEXT, strlen(TEXT), rules, NULL, &err);
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
    struct bw_judgement got = judge("openai", "gpt-5", "gpt-6-sol");
    cr_expect(got.successor);
    cr_expect(eq(int, got.via, BW_VIA_OVERRIDE));
    cr_expect(not(judge("azure", "gpt-5", "gpt-6-sol").successor));
    got = judge("azure", "gpt-4.1", "gpt-5");
    cr_expect(not(got.successor));
    cr_expect(eq(int, got.via, BW_VIA_OVERRIDE));
}

/* Ids of one line each, with every mark that the order looks at. */
static const char *const POOL[] = {
    "gpt-3.5-mini",
    "gpt-4o-mini",
    "gpt-4o-mini-2024-07-18",
    "gpt-4.1-mini",
    "gpt-5-mini",
    "gpt-5-mini-2025-08-07",
    "gpt-5-mini-0807",
    "gpt-5-mini-preview",
    "gpt-5-mini-latest",
    "gpt-5.4-mini",
    "gpt-5.10-mini",
    "gpt-mini-latest",
    "gpt-mini",
    "openai/gpt-5.4-mini:free",
    "gpt-6-mini-preview-01-02",
    "gpt-6-mini-preview-2026-01-02",
    "gpt-6-mini-001",
    "gpt-6-mini-002",
    "mistral-medium",
    "mistral-medium-2312",
    "mistral-medium-2505",
    "mistral-medium-3",
    "mistral-medium-3.1",
    "mistral-medium-2508",
    "mistral-medium-2701",
    "mistral-medium-latest",
    "mistral-medium-4",
    "mistral-medium-4-2703",
    "mistral-medium-3.5-preview",
    "gemini-2.5-flash-lite",
    "gemini-2.5-flash-lite-preview-06-17",
    "gemini-flash-lite-latest",
    "gemini-2.5-flash-lite-preview-09-2025",
    "gemini-2.5-flash-lite-001",
    "gemini-3.1-flash-lite",
    "qwen2.5-7b-instruct",
    "qwen3-8b",
    "qwen3.5-9b",
    "qwen-7b-chat",
    "qwen3-8b-2507",
    "qwen3-9b",
    "grok-4.20",
    "grok-4.3",
    "grok-4-0709",
    "grok-4",
    "grok-4.20-0309-reasoning",
    "grok-beta",
};

Test(lineage, order_is_antisymmetric_and_transitive)
{
    for (size_t a = 0; a < BW_COUNT(POOL); a++) {
        cr_expect(eq(int, compare(POOL[a], POOL[a]), 0));
        for (size_t b = 0; b < BW_COUNT(POOL); b++) {
            int ab = compare(POOL[a], POOL[b]);
            int ba = compare(POOL[b], POOL[a]);
            bool mirrored = (ab < 0) == (ba > 0) && (ab > 0) == (ba < 0);
            cr_expect(mirrored, "%s, %s", POOL[a], POOL[b]);
            for (size_t c = 0; c < BW_COUNT(POOL); c++) {
                if (ab <= 0 && compare(POOL[b], POOL[c]) <= 0) {
                    cr_expect(compare(POOL[a], POOL[c]) <= 0, "%s, %s, %s", POOL[a], POOL[b],
                              POOL[c]);
                }
            }
        }
    }
}

Test(lineage, a_successor_is_above_in_the_same_line_and_never_mutual)
{
    size_t successions = 0;
    for (size_t a = 0; a < BW_COUNT(POOL); a++) {
        for (size_t b = 0; b < BW_COUNT(POOL); b++) {
            if (judge(NULL, POOL[a], POOL[b]).successor) {
                successions++;
                cr_expect(compare(POOL[a], POOL[b]) < 0, "%s, %s", POOL[a], POOL[b]);
                cr_expect(eq(str, (char *)key(NULL, POOL[a]), (char *)key(NULL, POOL[b])));
                cr_expect(not(judge(NULL, POOL[b], POOL[a]).successor), "%s, %s", POOL[a], POOL[b]);
            }
        }
    }
    cr_expect(gt(sz, successions, 100));
}

/* Delete a byte, double the tail, or insert a byte. */
static void mutate(char *id, uint64_t random)
{
    static const char BYTES[] = "0123456789-_.:/@%~ abvkxtAe\xc3\xbc";
    size_t size = strlen(id);
    size_t at = (random >> 40) % (size + 1);
    size_t tail = size - at;
    if (random >> 62 == 0 && tail > 0) {
        memmove(id + at, id + at + 1, tail);
    } else if (random >> 62 == 1) {
        memmove(id + size, id + at, tail);
        id[size + tail] = '\0';
    } else {
        memmove(id + at + 1, id + at, tail + 1);
        id[at] = BYTES[(random >> 20) % (sizeof(BYTES) - 1)];
    }
}

Test(lineage, random_ids_never_break_the_rules)
{
    uint64_t random = 20260801;
    char id[2 * BW_ENTRY_ID_MAX + 2];
    for (int round = 0; round < 40000; round++) {
        (void)snprintf(id, sizeof(id), "%s", POOL[(random >> 33) % BW_COUNT(POOL)]);
        for (int i = 0; i < 1 + round % 6 && strlen(id) <= BW_ENTRY_ID_MAX; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            mutate(id, random);
        }
        const char *other = POOL[(random >> 50) % BW_COUNT(POOL)];
        struct bw_judgement there = judge("openai", id, other);
        struct bw_judgement back = judge("openai", other, id);
        bool mutual = there.successor && back.successor;
        cr_assert(not(mutual), "'%s', '%s'", id, other);
        cr_assert(lt(sz, strlen(there.why), sizeof(there.why) - 1));
        cr_assert(gt(sz, strlen(back.why), 0));
    }
}
