#include "domain/prices.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/embedded.h"
#include "support/deployments.h"

extern const struct bw_embedded bw_price_files[];

static struct bw_price_book book;
static struct bw_error err;

static void arrange(void)
{
    book = bw_test_prices();
}

static void tidy(void)
{
    bw_price_book_clear(&book);
}

TestSuite(prices, .init = arrange, .fini = tidy);

static enum bw_err load(const char *text)
{
    return bw_price_file_load("p.yaml", text, strlen(text), &book, &err);
}

Test(prices, every_shipped_price_has_source_and_date)
{
    cr_assert(gt(sz, book.facts.count, 60));
    int64_t written = bw_test_day("2026-11-24");
    BW_VEC_EACH(const struct bw_fact, fact, &book.facts)
    {
        cr_expect(fact->source[0] != '\0' && fact->as_of_ms > bw_test_day("2024-01") &&
                      fact->as_of_ms < written,
                  "%s %s", fact->platform, fact->subject);
        cr_expect(fact->value.low.micros <= fact->value.expected.micros &&
                  fact->value.expected.micros <= fact->value.high.micros);
        cr_expect(ne(int, fact->trust, BW_TRUST_USER));
    }
    BW_VEC_EACH(const struct bw_tuning_rule, rule, &book.tuning)
    {
        cr_expect(rule->source[0] != '\0' && rule->why[0] != '\0' && rule->as_of_ms > 0);
        cr_expect(rule->open_weights || rule->models.count > 0 ||
                      (rule->status != BW_TUNING_OPEN && rule->status != BW_TUNING_CLOSING) ||
                      strcmp(rule->platform, "cohere") == 0,
                  "%s must say what it trains", rule->platform);
    }
}

Test(prices, a_price_without_source_date_or_confidence_is_refused)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        { "platform: x\nprices:\n  - {as_of: 2026-01, confidence: primary, training: {m: 1}}\n",
          "p.yaml:3:5: error: 'source' is missing here" },
        { "platform: x\nprices:\n  - {source: s, confidence: primary, training: {m: 1}}\n",
          "p.yaml:3:5: error: 'as_of' is missing here" },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, training: {m: 1}}\n",
          "p.yaml:3:5: error: 'confidence' is missing here" },
        { "platform: x\nprices:\n  - {source: s, as_of: soon, confidence: primary}\n",
          "p.yaml:3:24: error: 'soon' is not a date; write 2026-10-07 or 2026-10" },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: sure}\n", NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, trainig: {m: 1}}\n",
          "p.yaml:3:54: error: unknown key 'trainig'; did you mean 'training'?" },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, training: {m: -1}}\n",
          NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, training: {m: [1]}}\n",
          NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, training: [1]}\n",
          NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, "
          "training: {m: {low: 2, expected: 1, high: 3}}}\n", NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, "
          "training_by_size: [{up_to: -1, sft: 1}]}\n", NULL },
        { "platform: x\nprices:\n  - {source: s, as_of: 2026-01, confidence: primary, tuned: {m: 3}}\n",
          NULL },
        { "platform: x\nprices: 3\n", NULL },
        { "platform: x\nprices: [3]\n", NULL },
        { "platform: x\nfine_tuning: [{status: ajar, why: w, source: s, as_of: 2026-01}]\n", NULL },
        { "prices: []\n", "p.yaml:1:1: error: 'platform' is missing here" },
    };
    size_t facts = book.facts.count;
    size_t rules = book.tuning.count;
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        cr_expect(eq(int, load(cases[i].text), BW_ERR_INVALID), "case %zu", i);
        if (cases[i].says != NULL) {
            cr_expect(eq(str, err.text, (char *)cases[i].says));
        }
    }
    cr_expect(eq(sz, book.facts.count, facts));
    cr_expect(eq(sz, book.tuning.count, rules));
}

Test(prices, a_model_is_found_under_its_other_spellings)
{
    static const char *const spellings[] = { "gpt-4o-mini-2024-07-18", "gpt-4o-mini", "GPT-4o-mini",
                                             "openai/gpt-4o-mini", "gpt-4o-mini@latest" };
    for (size_t i = 0; i < BW_COUNT(spellings); i++) {
        const struct bw_fact *fact =
            bw_price_find(&book, BW_FACT_TRAINING, "openai", spellings[i], "lora-sft", 0);
        cr_assert(not(zero(ptr, (void *)fact)), "%s", spellings[i]);
        cr_expect(eq(i64, fact->value.expected.micros, 3000000));
    }
    cr_expect(zero(ptr, (void *)bw_price_find(&book, BW_FACT_TRAINING, "openai", "gpt-4o-maxi",
                                              NULL, 0)));
    static const char *const plain[][2] = {
        { "us.amazon.nova-micro-v1:0", "nova-micro" },  { "gpt-35-turbo-0125", "gpt-3.5-turbo" },
        { "gpt-4.1-2025-04-14", "gpt-4.1" },            { "claude-3-haiku-20240307", "claude-3-haiku" },
        { "gemini-2.5-flash-001", "gemini-2.5-flash" }, { "a", "a" },
        { "", "" },
    };
    for (size_t i = 0; i < BW_COUNT(plain); i++) {
        BW_CLEANUP(bw_freep) char *got = bw_price_subject(plain[i][0]);
        cr_expect(eq(str, got, (char *)plain[i][1]));
    }
}

Test(prices, a_size_class_holds_models_up_to_its_bound)
{
    static const struct {
        double parameters;
        const char *method;
        int64_t micros;
    } cases[] = {
        { 8e9, "lora-sft", 500000 },   { 16e9, "lora-sft", 500000 },  { 16.1e9, "lora-sft", 3000000 },
        { 70e9, "lora-dpo", 6000000 }, { 235e9, "lora-sft", 6000000 }, { 1e12, "lora-sft", 10000000 },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        const struct bw_fact *fact = bw_price_find(&book, BW_FACT_TRAINING, "fireworks", "m",
                                                   cases[i].method, cases[i].parameters);
        cr_expect(eq(i64, fact->value.expected.micros, cases[i].micros), "case %zu", i);
    }
    cr_expect(zero(ptr, (void *)bw_price_find(&book, BW_FACT_TRAINING, "ori", "m", "lora-sft", 70e9)));
}

Test(prices, the_users_price_wins_over_a_nearer_one)
{
    cr_assert(eq(int, load("platform: openai\nprices:\n  - {source: contract, as_of: 2026-11, "
                           "confidence: user, training: {any: 2}}\n"), BW_OK));
    const struct bw_fact *fact =
        bw_price_find(&book, BW_FACT_TRAINING, "openai", "gpt-4o-mini-2024-07-18", NULL, 0);
    cr_expect(eq(i64, fact->value.expected.micros, 2000000));
}

Test(prices, a_fact_stated_again_replaces_the_first)
{
    size_t before = book.facts.count;
    cr_assert(eq(int, load("platform: openai\nprices:\n  - {source: new page, as_of: 2026-11, "
                           "confidence: primary, training: {babbage-002: 0.5}}\n"), BW_OK));
    cr_expect(eq(sz, book.facts.count, before));
    cr_expect(eq(str, bw_price_find(&book, BW_FACT_TRAINING, "openai", "babbage-002", NULL, 0)->source,
                 "new page"));
}

Test(prices, old_prices_widen_after_a_year)
{
    const struct bw_fact fact = { .value = { { 1000000 }, { 2000000 }, { 4000000 } },
                                  .as_of_ms = bw_test_day("2026-01-01") };
    cr_expect(eq(i64, bw_fact_age_days(&fact, bw_test_day("2026-07-01")), 181));
    cr_expect(eq(i64, bw_fact_age_days(&fact, bw_test_day("2025-07-01")), 0));
    cr_expect(eq(i64, bw_fact_value(&fact, bw_test_day("2027-01-01")).high.micros, 4000000));
    struct bw_cost later = bw_fact_value(&fact, bw_test_day("2027-01-02"));
    cr_expect(eq(i64, later.low.micros, 750000));
    cr_expect(eq(i64, later.expected.micros, 2000000));
    cr_expect(eq(i64, later.high.micros, 5000000));
}

Test(prices, fine_tuning_closes_on_its_day)
{
    static const struct {
        const char *platform;
        const char *model;
        const char *day;
        enum bw_tuning want;
    } cases[] = {
        { "openai", "gpt-4o-mini-2024-07-18", "2027-01-05", BW_TUNING_CLOSING },
        { "openai", "gpt-4o-mini-2024-07-18", "2027-01-06", BW_TUNING_CLOSED },
        { "openai", "gpt-4.1-nano-2025-04-14", "2026-11-24", BW_TUNING_CLOSED },
        { "cohere", "command-r", "2026-11-24", BW_TUNING_CLOSED },
        { "anthropic", "claude-haiku-4-5", "2026-11-24", BW_TUNING_NONE },
        { "mistral", "mistral-small-2503", "2026-11-24", BW_TUNING_DEPRECATED },
        { "bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "2026-11-24", BW_TUNING_OPEN },
        { "bedrock", "anthropic.claude-opus-4-1", "2026-11-24", BW_TUNING_UNKNOWN },
        { "openai", "gpt-5.4-mini", "2026-11-24", BW_TUNING_UNKNOWN },
        { "acme-vllm", "llama-3.1-8b", "2026-11-24", BW_TUNING_UNKNOWN },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_tuning_state state = bw_price_book_tuning(
            &book, cases[i].platform, cases[i].model, "sft", bw_test_day(cases[i].day));
        cr_expect(eq(int, state.status, cases[i].want), "%s on %s", cases[i].model, cases[i].day);
    }
}

Test(prices, a_later_file_has_the_first_word_on_fine_tuning)
{
    cr_assert(eq(int, load("platform: openai\nfine_tuning:\n  - {status: open, why: our contract "
                           "says so, source: contract, as_of: 2026-11}\n"), BW_OK));
    cr_expect(eq(int, bw_price_book_tuning(&book, "openai", "gpt-4o-mini", "sft",
                                           bw_test_day("2027-06-01")).status, BW_TUNING_OPEN));
}

Test(prices, the_catalogs_own_price_counts_before_the_books)
{
    struct bw_entry entry = { .price_input = { true, bw_money_from_usd(7) },
                              .price_output = { true, bw_money_from_usd(9) } };
    struct bw_inference_price listed =
        bw_price_inference(&book, "openai", "gpt-5.4", &entry, false);
    cr_expect(eq(i64, listed.input.micros, 7000000));
    cr_expect(eq(i64, listed.cached.micros, 7000000));
    struct bw_inference_price tuned =
        bw_price_inference(&book, "openai", "gpt-4.1-mini", &entry, true);
    cr_expect(eq(i64, tuned.cached.micros, 200000));
    cr_expect(not(bw_price_inference(&book, "openai", "nobody", NULL, true).known));
    cr_expect(not(bw_price_inference(&book, "openai", "gpt-5.4", &entry, true).known));
    cr_expect(eq(i64, bw_price_inference(&book, "azure", "gpt-4.1", &entry, true).input.micros,
                 7000000));
    cr_expect(eq(i64, bw_price_inference(&book, "bedrock", "amazon.nova-micro-v1:0", NULL,
                                         true).output.micros, 140000));
}

Test(prices, a_damaged_file_is_read_or_refused_as_a_whole)
{
    static const char swaps[] = "{}[]:,-\n #\"'09az";
    uint64_t state = 7;
    for (const struct bw_embedded *file = bw_price_files; file->name != NULL; file++) {
        for (int i = 0; i < 150; i++) {
            BW_CLEANUP(bw_freep) char *text = bw_xstrndup(file->text, file->size);
            for (int j = 0; j < 3; j++) {
                state = state * 6364136223846793005 + 1442695040888963407;
                text[(state >> 33) % file->size] = swaps[(state >> 20) % (sizeof(swaps) - 1)];
            }
            struct bw_price_book got = { 0 };
            err = (struct bw_error){ 0 };
            enum bw_err rc = bw_price_file_load("p.yaml", text, file->size, &got, &err);
            cr_expect(rc == BW_OK || (rc == BW_ERR_INVALID && got.facts.count == 0 &&
                                      strncmp(err.text, "p.yaml:", 7) == 0),
                      "%s", err.text);
            bw_price_book_clear(&got);
        }
    }
}
