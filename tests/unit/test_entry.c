#include "domain/entry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct bw_entry entry(const char *id)
{
    return (struct bw_entry){ .id = bw_xstrdup(id) };
}

Test(entry, order_of_a_list_does_not_change_its_hash)
{
    struct bw_entries a = { 0 };
    struct bw_entries b = { 0 };
    const char *const ids[] = { "gpt-5", "claude-opus-4-6", "grok-4" };
    for (size_t i = 0; i < 3; i++) {
        BW_VEC_PUSH(&a, entry(ids[i]));
        BW_VEC_PUSH(&b, entry(ids[2 - i]));
    }
    bw_entries_normalise(&a);
    bw_entries_normalise(&b);
    cr_expect(eq(u64, bw_entries_hash(&a), bw_entries_hash(&b)));
    b.items[0].context_tokens = 8192;
    cr_expect(ne(u64, bw_entries_hash(&a), bw_entries_hash(&b)));
    bw_entries_clear(&a);
    bw_entries_clear(&b);
}

Test(entry, a_repeated_id_is_kept_once)
{
    struct bw_entries list = { 0 };
    BW_VEC_PUSH(&list, entry("b"));
    BW_VEC_PUSH(&list, entry("a"));
    BW_VEC_PUSH(&list, entry("b"));
    bw_entries_normalise(&list);
    cr_expect(eq(sz, list.count, 2));
    BW_VEC_PUSH(&list.items[0].aliases, bw_xstrdup("a-latest"));
    cr_expect(eq(str, bw_entries_find(&list, "a-latest")->id, "a"));
    cr_expect(eq(ptr, (void *)bw_entries_find(&list, "c"), NULL));
    bw_entries_clear(&list);
}

Test(entry, refuses_what_must_not_be_stored)
{
    struct bw_error err = { 0 };
    struct bw_entry bad = entry("");
    cr_expect(eq(int, bw_entry_check(&bad, &err), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, "id is empty"));
    bw_replace(&bad.id, "two\nlines");
    cr_expect(eq(int, bw_entry_check(&bad, &err), BW_ERR_INVALID));
    bw_replace(&bad.id, "good");
    cr_expect(eq(int, bw_entry_check(&bad, &err), BW_OK));
    bad.price_input = (struct bw_price){ true, { -1 } };
    cr_expect(eq(int, bw_entry_check(&bad, &err), BW_ERR_INVALID));
    bw_entry_clear(&bad);
}

Test(entry, a_firm_date_counts_before_an_earlier_vague_one)
{
    struct bw_entry e = entry("m");
    BW_VEC_PUSH(&e.dates, (struct bw_date){ BW_CLOCK_INFERENCE, BW_CERTAINTY_NOT_BEFORE, 10, NULL, NULL, 0 });
    BW_VEC_PUSH(&e.dates, (struct bw_date){ BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, 20, NULL, NULL, 0 });
    cr_expect(eq(i64, bw_entry_date(&e, BW_CLOCK_INFERENCE)->at_ms, 20));
    cr_expect(eq(ptr, (void *)bw_entry_date(&e, BW_CLOCK_TRAINING), NULL));
    struct bw_entry copy = bw_entry_copy(&e);
    cr_expect(eq(sz, copy.dates.count, 2));
    bw_entry_clear(&e);
    bw_entry_clear(&copy);
}

Test(entry, no_vague_date_ends_anything_not_even_a_passed_one)
{
    struct bw_entry e = entry("m");
    BW_VEC_PUSH(&e.dates, (struct bw_date){ BW_CLOCK_INFERENCE, BW_CERTAINTY_NOT_BEFORE, 10, NULL, NULL, 0 });
    bool ended = bw_entry_has_ended(&e, 11);
    cr_expect(eq(int, ended, false));
    cr_expect(eq(i64, bw_entry_firm_ms(&e, BW_CLOCK_INFERENCE), 0));
    BW_VEC_PUSH(&e.dates, (struct bw_date){ BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, 20, NULL, NULL, 0 });
    ended = bw_entry_has_ended(&e, 19);
    cr_expect(eq(int, ended, false));
    ended = bw_entry_has_ended(&e, 20);
    cr_expect(eq(int, ended, true));
    bw_entry_clear(&e);
}

static void say(struct bw_entry *e, const char *source, enum bw_certainty certainty, int64_t at_ms)
{
    BW_VEC_PUSH(&e->dates, (struct bw_date){ .clock = BW_CLOCK_INFERENCE,
                                             .certainty = certainty,
                                             .at_ms = at_ms,
                                             .source = bw_xstrdup(source) });
}

Test(entry, a_firm_day_of_a_lower_source_counts_where_the_first_names_none_and_is_not_contradicted)
{
    struct bw_entry e = entry("m");
    say(&e, "api", BW_CERTAINTY_NOT_BEFORE, 10);
    say(&e, "feed", BW_CERTAINTY_FIRM, 9);
    cr_expect(eq(i64, bw_entry_firm_ms(&e, BW_CLOCK_INFERENCE), 0));
    bool contradicts = bw_date_contradicts(&e.dates.items[1], &e.dates.items[0]);
    cr_expect(eq(int, contradicts, true));
    say(&e, "other", BW_CERTAINTY_FIRM, 12);
    cr_expect(eq(i64, bw_entry_firm_ms(&e, BW_CLOCK_INFERENCE), 12));
    contradicts = bw_date_contradicts(&e.dates.items[0], &e.dates.items[2]);
    cr_expect(eq(int, contradicts, false));
    contradicts = bw_date_contradicts(&e.dates.items[1], &e.dates.items[2]);
    cr_expect(eq(int, contradicts, true));
    bw_entry_clear(&e);
}

Test(entry, a_merge_keeps_every_sources_dates_and_the_first_ones_count)
{
    struct bw_entry own = entry("m");
    struct bw_entry feed = entry("m");
    say(&own, "api", BW_CERTAINTY_FIRM, 20);
    BW_VEC_PUSH(&feed.dates, (struct bw_date){ BW_CLOCK_ANNOUNCED, BW_CERTAINTY_FIRM, 5,
                                               bw_xstrdup("page"), bw_xstrdup("feed"), 0 });
    say(&feed, "feed", BW_CERTAINTY_FIRM, 15);
    bw_entry_merge(&own, &feed);
    bw_entry_merge(&own, &feed); /* under another spelling */
    bw_entry_clear(&feed);
    cr_expect(eq(sz, own.dates.count, 3));
    cr_expect(eq(i64, bw_entry_date(&own, BW_CLOCK_INFERENCE)->at_ms, 20));
    cr_expect(eq(str, bw_entry_date(&own, BW_CLOCK_ANNOUNCED)->evidence, "page"));
    bw_entry_clear(&own);
}
