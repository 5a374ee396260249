/* daemon/domain/prices.c: see prices.h. */
#include "domain/prices.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/words.h"

static const double STALE_WIDENING = 0.25;

static const char *const KIND_WORDS[] = {
    [BW_FACT_TRAINING] = "training",
    [BW_FACT_TRAINING_HOUR] = "training_hour",
    [BW_FACT_JOB_MINIMUM] = "job_minimum",
    [BW_FACT_BASE_INPUT] = "base_input",
    [BW_FACT_BASE_CACHED] = "base_cached",
    [BW_FACT_BASE_OUTPUT] = "base_output",
    [BW_FACT_TUNED_INPUT] = "tuned_input",
    [BW_FACT_TUNED_CACHED] = "tuned_cached",
    [BW_FACT_TUNED_OUTPUT] = "tuned_output",
    [BW_FACT_HOSTING_HOUR] = "hosting_hour",
    [BW_FACT_STORAGE_MONTH] = "storage_month",
    [BW_FACT_GPU_HOUR] = "gpu_hour",
    [BW_FACT_LABEL] = "label",
};

static const char *const TRUST_WORDS[] = {
    [BW_TRUST_USER] = "user",           [BW_TRUST_PRIMARY] = "primary",
    [BW_TRUST_TRANSCRIBED] = "transcribed", [BW_TRUST_SECONDARY] = "secondary",
    [BW_TRUST_DERIVED] = "derived",     [BW_TRUST_UNVERIFIED] = "unverified",
};

static const char *const TUNING_WORDS[] = {
    [BW_TUNING_UNKNOWN] = "unknown",       [BW_TUNING_OPEN] = "open",
    [BW_TUNING_CLOSING] = "closing",       [BW_TUNING_DEPRECATED] = "deprecated",
    [BW_TUNING_CLOSED] = "closed",         [BW_TUNING_NONE] = "none",
};

static const struct {
    const char *word;
    const char *method;
} METHODS[] = {
    { "sft", "lora-sft" },  { "lora", "lora-sft" }, { "qlora", "lora-sft" }, { "dora", "lora-sft" },
    { "dpo", "lora-dpo" },  { "full", "full-sft" },
};

enum fit { FIT_NONE, FIT_ANY, FIT_CLASS, FIT_SPELLING, FIT_EXACT };

void bw_fact_clear(struct bw_fact *fact)
{
    free(fact->platform);
    free(fact->subject);
    free(fact->plain);
    free(fact->method);
    free(fact->source);
    *fact = (struct bw_fact){ 0 };
}

void bw_tuning_rule_clear(struct bw_tuning_rule *rule)
{
    free(rule->platform);
    free(rule->why);
    free(rule->source);
    bw_names_clear(&rule->models);
    bw_names_clear(&rule->methods);
    *rule = (struct bw_tuning_rule){ 0 };
}

static uint64_t hash_number(uint64_t seed, double value)
{
    return seed * 31 + bw_hash(&value, sizeof(value));
}

uint64_t bw_price_book_hash(const struct bw_price_book *book)
{
    uint64_t hash = BW_HASH_SEED;
    BW_VEC_EACH(const struct bw_fact, fact, &book->facts)
    {
        hash = bw_hash_text(hash, bw_fact_kind_word(fact->kind));
        hash = bw_hash_text(hash, fact->platform);
        hash = bw_hash_text(hash, fact->subject);
        hash = bw_hash_text(hash, fact->method);
        hash = bw_hash_text(hash, bw_trust_word(fact->trust));
        hash = hash_number(hash, fact->up_to);
        hash = hash_number(hash, bw_money_usd(fact->value.low));
        hash = hash_number(hash, bw_money_usd(fact->value.expected));
        hash = hash_number(hash, bw_money_usd(fact->value.high));
        hash = hash_number(hash, (double)fact->as_of_ms);
    }
    BW_VEC_EACH(const struct bw_tuning_rule, rule, &book->tuning)
    {
        hash = bw_hash_text(hash, rule->platform);
        hash = bw_hash_text(hash, rule->why);
        hash = hash_number(hash, (double)rule->status);
        hash = hash_number(hash, (double)rule->until_ms);
        hash = hash_number(hash, (double)rule->as_of_ms);
    }
    return hash;
}

void bw_price_book_clear(struct bw_price_book *book)
{
    BW_VEC_CLEAR(&book->facts, bw_fact_clear);
    BW_VEC_CLEAR(&book->tuning, bw_tuning_rule_clear);
}

void bw_price_book_free(struct bw_price_book *book)
{
    if (book != NULL) {
        bw_price_book_clear(book);
    }
    free(book);
}

static bool same_question(const struct bw_fact *a, const struct bw_fact *b)
{
    return a->kind == b->kind && bw_str_equal(a->platform, b->platform) &&
           bw_str_equal(a->subject, b->subject) && bw_str_equal(a->method, b->method) &&
           !(a->up_to < b->up_to) && !(a->up_to > b->up_to);
}

static void add_fact(struct bw_price_book *book, struct bw_fact fact)
{
    BW_VEC_EACH(struct bw_fact, old, &book->facts)
    {
        if (same_question(old, &fact)) {
            bw_fact_clear(old);
            *old = fact;
            return;
        }
    }
    BW_VEC_PUSH(&book->facts, fact);
}

void bw_price_book_add(struct bw_price_book *book, struct bw_fact fact)
{
    fact.plain = bw_price_subject(fact.subject);
    add_fact(book, fact);
}

void bw_price_book_add_tuning(struct bw_price_book *book, struct bw_tuning_rule rule)
{
    BW_VEC_PUSH(&book->tuning, rule);
}

void bw_price_book_absorb(struct bw_price_book *book, struct bw_price_book *other)
{
    BW_VEC_EACH(struct bw_fact, fact, &other->facts)
    {
        add_fact(book, *fact);
    }
    BW_VEC_EACH(struct bw_tuning_rule, rule, &book->tuning)
    {
        BW_VEC_PUSH(&other->tuning, *rule);
    }
    free(book->tuning.items);
    book->tuning = other->tuning;
    free(other->facts.items);
    *other = (struct bw_price_book){ 0 };
}

static bool all_digits(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return size > 0;
}

/* -2025-04-14, -20250414, -0125, -001, -v1, -latest at the end of text[0..size). */
static size_t without_revision(const char *text, size_t size)
{
    if (size > 11 && text[size - 11] == '-' && all_digits(text + size - 10, 4) &&
        text[size - 6] == '-' && all_digits(text + size - 5, 2) && text[size - 3] == '-' &&
        all_digits(text + size - 2, 2)) {
        return size - 11;
    }
    if (size > 7 && memcmp(text + size - 7, "-latest", 7) == 0) {
        return size - 7;
    }
    static const size_t lengths[] = { 8, 4, 3 };
    for (size_t i = 0; i < BW_COUNT(lengths); i++) {
        size_t digits = lengths[i];
        if (size > digits + 1 && text[size - digits - 1] == '-' &&
            all_digits(text + size - digits, digits)) {
            return size - digits - 1;
        }
    }
    if (size > 3 && text[size - 3] == '-' && text[size - 2] == 'v' &&
        isdigit((unsigned char)text[size - 1])) {
        return size - 3;
    }
    return size;
}

char *bw_price_subject(const char *model)
{
    const char *slash = strrchr(model, '/');
    const char *from = slash == NULL ? model : slash + 1;
    for (const char *at = from; isalpha((unsigned char)*at) || *at == '.'; at++) {
        if (*at == '.') {
            from = at + 1; /* us. and amazon. in front; the dot of gpt-4.1 comes after a digit */
        }
    }
    size_t size = strcspn(from, ":@");
    for (size_t shorter = without_revision(from, size); shorter < size;
         shorter = without_revision(from, size)) {
        size = shorter;
    }
    char *subject = bw_xstrndup(from, size);
    for (char *c = subject; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    static const char AZURE_SPELLING[] = "gpt-35-";
    if (bw_str_starts_with(subject, AZURE_SPELLING)) {
        char *spelled = bw_xasprintf("gpt-3.5-%s", subject + sizeof(AZURE_SPELLING) - 1);
        free(subject);
        return spelled;
    }
    return subject;
}

const char *bw_price_method(const char *method)
{
    for (size_t i = 0; i < BW_COUNT(METHODS); i++) {
        if (bw_str_equal(method, METHODS[i].word)) {
            return METHODS[i].method;
        }
    }
    return method == NULL ? "lora-sft" : method;
}

static enum fit subject_fit(const struct bw_fact *fact, const char *subject, const char *plain,
                            double parameters)
{
    if (fact->up_to > 0) {
        return parameters > 0 && parameters <= fact->up_to ? FIT_CLASS : FIT_NONE;
    }
    if (strcmp(fact->subject, "any") == 0) {
        return FIT_ANY;
    }
    if (bw_str_equal(fact->subject, subject)) {
        return FIT_EXACT;
    }
    return bw_str_equal(fact->plain, plain) ? FIT_SPELLING : FIT_NONE;
}

static bool method_fits(const struct bw_fact *fact, const char *method)
{
    return method == NULL || strcmp(fact->method, "any") == 0 || strcmp(fact->method, method) == 0;
}

/* Of two fitting facts: the user's, the nearer subject, the smaller class, the named method. */
static bool is_better(const struct bw_fact *fact, enum fit fit, const struct bw_fact *best,
                      enum fit best_fit)
{
    if (best == NULL) {
        return true;
    }
    bool users = fact->trust == BW_TRUST_USER;
    if (users != (best->trust == BW_TRUST_USER)) {
        return users;
    }
    if (fit != best_fit) {
        return fit > best_fit;
    }
    if (fact->up_to < best->up_to || fact->up_to > best->up_to) {
        return fact->up_to < best->up_to;
    }
    return strcmp(best->method, "any") == 0 && strcmp(fact->method, "any") != 0;
}

const struct bw_fact *bw_price_find(const struct bw_price_book *book, enum bw_fact_kind kind,
                                    const char *platform, const char *subject, const char *method,
                                    double parameters)
{
    BW_CLEANUP(bw_freep) char *plain = subject == NULL ? NULL : bw_price_subject(subject);
    const struct bw_fact *best = NULL;
    enum fit best_fit = FIT_NONE;
    BW_VEC_EACH(const struct bw_fact, fact, &book->facts)
    {
        if (fact->kind != kind || !bw_str_equal(fact->platform, platform) ||
            !method_fits(fact, method)) {
            continue;
        }
        enum fit fit = subject_fit(fact, subject, plain, parameters);
        if (fit != FIT_NONE && is_better(fact, fit, best, best_fit)) {
            best = fact;
            best_fit = fit;
        }
    }
    return best;
}

bool bw_fact_may_show(const struct bw_fact *fact)
{
    return fact != NULL && fact->trust != BW_TRUST_UNVERIFIED;
}

int64_t bw_fact_age_days(const struct bw_fact *fact, int64_t now_ms)
{
    return now_ms > fact->as_of_ms ? (now_ms - fact->as_of_ms) / BW_DAY_MS : 0;
}

struct bw_cost bw_fact_value(const struct bw_fact *fact, int64_t now_ms)
{
    if (bw_fact_age_days(fact, now_ms) <= BW_PRICE_STALE_DAYS) {
        return fact->value;
    }
    struct bw_range usd = bw_cost_usd(fact->value);
    usd.low *= 1 - STALE_WIDENING;
    usd.high *= 1 + STALE_WIDENING;
    return bw_cost_from_usd(usd);
}

static const struct bw_fact *shown(const struct bw_price_book *book, enum bw_fact_kind kind,
                                   const char *platform, const char *model)
{
    const struct bw_fact *fact = bw_price_find(book, kind, platform, model, NULL, 0);
    return bw_fact_may_show(fact) ? fact : NULL;
}

/* The three kinds of a price stand in one row of the enum: input, cached, output. */
static struct bw_inference_price from_book(const struct bw_price_book *book, const char *platform,
                                           const char *model, enum bw_fact_kind input_kind)
{
    const struct bw_fact *input = shown(book, input_kind, platform, model);
    const struct bw_fact *cached = shown(book, input_kind + 1, platform, model);
    const struct bw_fact *output = shown(book, input_kind + 2, platform, model);
    if (input == NULL || output == NULL) {
        return (struct bw_inference_price){ .known = false };
    }
    return (struct bw_inference_price){
        .known = true,
        .input = input->value.expected,
        .cached = cached == NULL ? input->value.expected : cached->value.expected,
        .output = output->value.expected,
        .fact = input,
    };
}

static struct bw_inference_price from_entry(const struct bw_entry *entry)
{
    if (entry == NULL || !entry->price_input.known || !entry->price_output.known) {
        return (struct bw_inference_price){ .known = false };
    }
    return (struct bw_inference_price){
        .known = true,
        .input = entry->price_input.per_million,
        .cached = entry->price_cached.known ? entry->price_cached.per_million
                                            : entry->price_input.per_million,
        .output = entry->price_output.per_million,
    };
}

static bool is_users(struct bw_inference_price price)
{
    return price.known && price.fact->trust == BW_TRUST_USER;
}

struct bw_inference_price bw_price_inference(const struct bw_price_book *book, const char *platform,
                                             const char *model, const struct bw_entry *entry,
                                             bool tuned)
{
    if (tuned) {
        struct bw_inference_price own = from_book(book, platform, model, BW_FACT_TUNED_INPUT);
        struct bw_tuning_state state = bw_price_book_tuning(book, platform, model, NULL, 0);
        if (own.known || state.rule == NULL || !state.rule->base_price) {
            return own;
        }
    }
    struct bw_inference_price price = from_book(book, platform, model, BW_FACT_BASE_INPUT);
    struct bw_inference_price listed = from_entry(entry);
    return listed.known && !is_users(price) ? listed : price;
}

static bool one_fits(const struct bw_names *globs, const char *text)
{
    BW_VEC_EACH(char *, glob, globs)
    {
        if (text != NULL && bw_str_glob(*glob, text)) {
            return true;
        }
    }
    return globs->count == 0;
}

static bool rule_fits(const struct bw_tuning_rule *rule, const char *model, const char *plain,
                      const char *method)
{
    return (one_fits(&rule->models, model) || one_fits(&rule->models, plain)) &&
           (method == NULL || one_fits(&rule->methods, method));
}

struct bw_tuning_state bw_price_book_tuning(const struct bw_price_book *book, const char *platform,
                                            const char *model, const char *method, int64_t at_ms)
{
    BW_CLEANUP(bw_freep) char *plain = model == NULL ? NULL : bw_price_subject(model);
    BW_VEC_EACH(const struct bw_tuning_rule, rule, &book->tuning)
    {
        if (bw_str_equal(rule->platform, platform) && rule_fits(rule, model, plain, method)) {
            bool over = rule->until_ms != 0 && at_ms >= rule->until_ms;
            return (struct bw_tuning_state){ over ? BW_TUNING_CLOSED : rule->status,
                                             rule->until_ms, rule };
        }
    }
    return (struct bw_tuning_state){ .status = BW_TUNING_UNKNOWN };
}

BW_DEFINE_WORDS(bw_fact_kind, KIND_WORDS)
BW_DEFINE_WORDS(bw_trust, TRUST_WORDS)
BW_DEFINE_WORDS(bw_tuning, TUNING_WORDS)
