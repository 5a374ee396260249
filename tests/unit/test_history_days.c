#include "cli/history_days.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/instant.h"
#include "cli/backtest/history.h"
#include "codec/history_model.h"

static struct bw_listings listings;
static struct bw_str text;

static void tidy(void)
{
    bw_listings_clear(&listings);
    bw_str_clear(&text);
}

TestSuite(history_days, .fini = tidy);

static int64_t day(int n)
{
    return INT64_C(1767225600000) + n * BW_DAY_MS; /* 2026-01-01 and on */
}

static void list(const char *id, double input_usd, int from, int until)
{
    struct bw_entry entry = { .id = (char *)id, .output = BW_TEXT,
                              .price_input = { true, bw_money_from_usd(input_usd) } };
    struct bw_str model = { 0 };
    struct bw_json_writer w = { .out = &model };
    bw_history_model_write(&w, NULL, &entry);
    BW_VEC_PUSH(&listings, (struct bw_listing){ .id = bw_xstrdup(id),
                                                .model = bw_str_take(&model),
                                                .from_ms = day(from),
                                                .until_ms = until == 0 ? INT64_MAX : day(until) });
}

/* What is written is read back by backtest's own reader. */
static struct bw_history read_back(void)
{
    char folder[] = "/tmp/basewatch-history-XXXXXX";
    struct bw_history history = { 0 };
    struct bw_error err = { 0 };
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/acme.jsonl", folder);
    FILE *file = fopen(path, "we");
    (void)fwrite(text.text, 1, text.size, file);
    (void)fclose(file);
    enum bw_err rc = bw_history_read(folder, &history, &err);
    (void)unlink(path);
    (void)rmdir(folder);
    cr_assert(rc == BW_OK, "%s", err.text);
    return history;
}

Test(history_days, what_was_listed_each_day_is_read_back)
{
    list("a", 1, 0, 0);
    list("b", 2, 0, 3);
    list("b", 3, 3, 5);
    list("c", 4, 3, 0);
    list("b", 3, 8, 0);
    bw_history_days_append(&text, "acme", &listings);
    struct bw_history history = read_back();
    static const int days[] = { 0, 3, 5, 8 };
    static const size_t counts[] = { 2, 3, 2, 3 };
    struct bw_entries now = { 0 };
    cr_assert(eq(sz, history.days.count, BW_COUNT(days)));
    for (size_t i = 0; i < BW_COUNT(days); i++) {
        bw_history_apply(&history.days.items[i], &now);
        cr_expect(eq(i64, history.days.items[i].date_ms, day(days[i])));
        cr_expect(eq(sz, now.count, counts[i]));
        if (i == 1) {
            cr_expect(eq(i64, bw_entries_find(&now, "b")->price_input.per_million.micros, 3000000));
        }
    }
    cr_expect(eq(i64, bw_entries_find(&now, "a")->price_input.per_million.micros, 1000000));
    bw_entries_clear(&now);
    bw_history_clear(&history);
}

Test(history_days, of_one_day_the_last_word_counts_and_nothing_new_is_no_line)
{
    list("a", 1, 0, 2);
    list("a", 1, 2, 0);
    list("b", 1, 1, 1);
    bw_history_days_append(&text, "acme", &listings);
    struct bw_history history = read_back();
    cr_expect(eq(sz, history.days.count, 1));
    bw_history_clear(&history);
}

Test(history_days, without_a_listing_there_is_no_line)
{
    bw_history_days_append(&text, "acme", &listings);
    cr_expect(eq(sz, text.size, 0));
}

Test(history_days, the_end_of_a_model_goes_along)
{
    struct bw_entry entry = { .id = (char *)"a", .replacement = (char *)"b",
                              .life = BW_LIFE_DEPRECATED };
    struct bw_date end = { .clock = BW_CLOCK_INFERENCE, .at_ms = day(90) };
    BW_VEC_PUSH(&entry.dates, end);
    struct bw_json_writer w = { .out = &text };
    bw_history_model_write(&w, NULL, &entry);
    struct bw_json *json = NULL;
    struct bw_entry got = { 0 };
    cr_assert(eq(int, bw_json_parse(text.text, text.size, &json, NULL), BW_OK));
    cr_assert(eq(int, bw_history_model_read(json, &got, NULL), BW_OK));
    cr_expect(eq(u64, bw_entry_hash(&got), bw_entry_hash(&entry)));
    free(entry.dates.items);
    bw_entry_clear(&got);
    bw_json_free(json);
}
