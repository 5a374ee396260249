/* daemon/codec/entry_json.c: see entry_json.h. */
#include "codec/entry_json.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} TEXTS[] = {
    { "id", offsetof(struct bw_entry, id) },
    { "maker", offsetof(struct bw_entry, maker) },
    { "name", offsetof(struct bw_entry, name) },
    { "family", offsetof(struct bw_entry, family) },
    { "parent", offsetof(struct bw_entry, parent) },
    { "replacement", offsetof(struct bw_entry, replacement) },
};

static const struct {
    const char *name;
    size_t offset;
} COUNTS[] = {
    { "context_tokens", offsetof(struct bw_entry, context_tokens) },
    { "max_output_tokens", offsetof(struct bw_entry, max_output_tokens) },
    { "parameters", offsetof(struct bw_entry, parameters) },
};

static const struct {
    const char *name;
    size_t offset;
} PRICES[] = {
    { "input", offsetof(struct bw_entry, price_input) },
    { "output", offsetof(struct bw_entry, price_output) },
    { "cached_input", offsetof(struct bw_entry, price_cached) },
    { "training", offsetof(struct bw_entry, price_training) },
};

static void *field(struct bw_entry *entry, size_t offset)
{
    return (char *)entry + offset;
}

static const void *const_field(const struct bw_entry *entry, size_t offset)
{
    return (const char *)entry + offset;
}

static enum bw_err read_texts(const struct bw_json *json, struct bw_entry *entry,
                              struct bw_error *err)
{
    for (size_t i = 0; i < BW_COUNT(TEXTS); i++) {
        const struct bw_json *value = bw_json_get(json, TEXTS[i].name);
        if (bw_json_is_null(value)) {
            continue;
        }
        if (!bw_json_is_text(value)) {
            return bw_fail(err, BW_ERR_INVALID, "%s is not a string", TEXTS[i].name);
        }
        *(char **)field(entry, TEXTS[i].offset) = bw_xstrdup(bw_json_text(value, NULL));
    }
    return BW_OK;
}

static enum bw_err read_numbers(const struct bw_json *json, struct bw_entry *entry,
                                struct bw_error *err)
{
    for (size_t i = 0; i < BW_COUNT(COUNTS); i++) {
        const struct bw_json *value = bw_json_get(json, COUNTS[i].name);
        int64_t count = bw_json_is_null(value) ? 0 : bw_json_i64(value, -1);
        if (count < 0) {
            return bw_fail(err, BW_ERR_INVALID, "%s is not a count", COUNTS[i].name);
        }
        *(int64_t *)field(entry, COUNTS[i].offset) = count;
    }
    const struct bw_json *prices = bw_json_get(json, "prices");
    for (size_t i = 0; i < BW_COUNT(PRICES); i++) {
        const struct bw_json *value = bw_json_get(prices, PRICES[i].name);
        double usd = bw_json_double(value, NAN);
        if (bw_json_is_null(value)) {
            continue;
        }
        if (!(usd >= 0.0 && usd < 1e9)) {
            return bw_fail(err, BW_ERR_INVALID, "prices.%s is not an amount of dollars",
                           PRICES[i].name);
        }
        *(struct bw_price *)field(entry, PRICES[i].offset) =
            (struct bw_price){ true, bw_money_from_usd(usd) };
    }
    return BW_OK;
}

static enum bw_err read_modalities(const struct bw_json *json, const char *name, unsigned *out,
                                   struct bw_error *err)
{
    const struct bw_json *list = bw_json_get(json, name);
    if (!bw_json_is_null(list) && !bw_json_is_array(list)) {
        return bw_fail(err, BW_ERR_INVALID, "%s is not a list", name);
    }
    for (const struct bw_json *word = bw_json_first(list); word != NULL;
         word = bw_json_next(word)) {
        *out |= bw_modality_parse(bw_json_text(word, NULL));
    }
    return BW_OK;
}

static enum bw_err read_date(const struct bw_json *json, struct bw_date *date,
                             struct bw_error *err)
{
    if (!bw_clock_parse(bw_json_text(bw_json_get(json, "clock"), NULL), &date->clock)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "dates: clock is announced, training or inference");
    }
    date->certainty = bw_json_bool(bw_json_get(json, "firm"), true) ? BW_CERTAINTY_FIRM
                                                                    : BW_CERTAINTY_NOT_BEFORE;
    enum bw_err rc = bw_json_read_time(bw_json_get(json, "at"), "dates: at", &date->at_ms, err);
    if (rc == BW_OK && date->at_ms == 0) {
        rc = bw_fail(err, BW_ERR_INVALID, "dates: at is missing");
    }
    if (rc == BW_OK) {
        date->evidence = bw_xstrdup(bw_json_text(bw_json_get(json, "evidence"), NULL));
        date->source = bw_xstrdup(bw_json_text(bw_json_get(json, "source"), NULL));
        date->seen_ms = bw_json_i64(bw_json_get(json, "seen_ms"), 0);
    }
    return rc;
}

static enum bw_err read_lists(const struct bw_json *json, struct bw_entry *entry,
                              struct bw_error *err)
{
    const struct bw_json *alias = bw_json_first(bw_json_get(json, "aliases"));
    for (; alias != NULL; alias = bw_json_next(alias)) {
        if (!bw_json_is_text(alias) || entry->aliases.count == BW_ENTRY_ALIASES_MAX) {
            return bw_fail(err, BW_ERR_INVALID, "aliases is not a list of at most %d strings",
                           BW_ENTRY_ALIASES_MAX);
        }
        BW_VEC_PUSH(&entry->aliases, bw_xstrdup(bw_json_text(alias, "")));
    }
    const struct bw_json *date = bw_json_first(bw_json_get(json, "dates"));
    for (; date != NULL; date = bw_json_next(date)) {
        struct bw_date read = { 0 };
        enum bw_err rc = entry->dates.count == BW_ENTRY_DATES_MAX
                             ? bw_fail(err, BW_ERR_TOOBIG, "more than %d dates", BW_ENTRY_DATES_MAX)
                             : read_date(date, &read, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_PUSH(&entry->dates, read);
    }
    enum bw_err rc = read_modalities(json, "input", &entry->input, err);
    return rc != BW_OK ? rc : read_modalities(json, "output", &entry->output, err);
}

static enum bw_err read_words(const struct bw_json *json, struct bw_entry *entry,
                              struct bw_error *err)
{
    const struct bw_json *tunable = bw_json_get(json, "tunable");
    if (!bw_json_is_null(tunable)) {
        entry->tunable = bw_json_bool(tunable, false) ? BW_YES : BW_NO;
    }
    const char *life = bw_json_text(bw_json_get(json, "life"), NULL);
    if (life != NULL && !bw_life_parse(life, &entry->life)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "life is preview, active, deprecated, retired or unknown");
    }
    return BW_OK;
}

enum bw_err bw_entry_from_json(const struct bw_json *json, struct bw_entry *out,
                               struct bw_error *err)
{
    if (!bw_json_is_object(json)) {
        return bw_fail(err, BW_ERR_INVALID, "an entry is not an object");
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err (*const steps[])(const struct bw_json *, struct bw_entry *, struct bw_error *) = {
        read_texts, read_numbers, read_lists, read_words
    };
    for (size_t i = 0; i < BW_COUNT(steps); i++) {
        enum bw_err rc = steps[i](json, &entry, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    enum bw_err rc = bw_json_read_time(bw_json_get(json, "released"), "released",
                                       &entry.released_ms, err);
    if (rc == BW_OK) {
        rc = bw_entry_check(&entry, err);
    }
    if (rc == BW_OK) {
        *out = entry;
        entry = (struct bw_entry){ 0 };
    }
    return rc;
}

static void write_modalities(struct bw_json_writer *w, const char *name, unsigned bits)
{
    if (bits == 0) {
        return;
    }
    bw_json_array_begin(w, name);
    for (unsigned bit = 1; bit <= BW_EMBEDDING; bit <<= 1) {
        if ((bits & bit) != 0) {
            bw_json_add_text(w, NULL, bw_modality_word((enum bw_modality)bit));
        }
    }
    bw_json_array_end(w);
}

static void write_prices(const struct bw_entry *entry, struct bw_json_writer *w)
{
    bool begun = false;
    for (size_t i = 0; i < BW_COUNT(PRICES); i++) {
        const struct bw_price *price = const_field(entry, PRICES[i].offset);
        if (!price->known) {
            continue;
        }
        if (!begun) {
            bw_json_object_begin(w, "prices");
            begun = true;
        }
        bw_json_add_usd(w, PRICES[i].name, price->per_million);
    }
    if (begun) {
        bw_json_object_end(w);
    }
}

static void write_lists(const struct bw_entry *entry, struct bw_json_writer *w)
{
    if (entry->aliases.count > 0) {
        bw_json_array_begin(w, "aliases");
        BW_VEC_EACH(char *, alias, &entry->aliases)
        {
            bw_json_add_text(w, NULL, *alias);
        }
        bw_json_array_end(w);
    }
    if (entry->dates.count == 0) {
        return;
    }
    bw_json_array_begin(w, "dates");
    BW_VEC_EACH(const struct bw_date, date, &entry->dates)
    {
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "clock", bw_clock_word(date->clock));
        bw_json_add_bool(w, "firm", date->certainty == BW_CERTAINTY_FIRM);
        bw_json_add_time(w, "at", date->at_ms);
        if (date->evidence != NULL) {
            bw_json_add_text(w, "evidence", date->evidence);
        }
        if (date->source != NULL) {
            bw_json_add_text(w, "source", date->source);
        }
        if (date->seen_ms != 0) {
            bw_json_add_i64(w, "seen_ms", date->seen_ms);
        }
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
}

void bw_entry_to_json(const struct bw_entry *entry, struct bw_json_writer *w, const char *name)
{
    bw_json_object_begin(w, name);
    for (size_t i = 0; i < BW_COUNT(TEXTS); i++) {
        const char *text = *(char *const *)const_field(entry, TEXTS[i].offset);
        if (text != NULL) {
            bw_json_add_text(w, TEXTS[i].name, text);
        }
    }
    for (size_t i = 0; i < BW_COUNT(COUNTS); i++) {
        int64_t count = *(const int64_t *)const_field(entry, COUNTS[i].offset);
        if (count > 0) {
            bw_json_add_i64(w, COUNTS[i].name, count);
        }
    }
    if (entry->released_ms != 0) {
        bw_json_add_time(w, "released", entry->released_ms);
    }
    write_modalities(w, "input", entry->input);
    write_modalities(w, "output", entry->output);
    write_prices(entry, w);
    write_lists(entry, w);
    if (entry->tunable != BW_UNKNOWN) {
        bw_json_add_bool(w, "tunable", entry->tunable == BW_YES);
    }
    if (entry->life != BW_LIFE_UNKNOWN) {
        bw_json_add_text(w, "life", bw_life_word(entry->life));
    }
    bw_json_object_end(w);
}

char *bw_entry_text(const struct bw_entry *entry)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_entry_to_json(entry, &w, NULL);
    return bw_str_take(&text);
}

enum bw_err bw_entry_from_stored(const char *text, struct bw_entry *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    enum bw_err rc = bw_json_parse(text, strlen(text), &json, err);
    if (rc == BW_OK) {
        rc = bw_entry_from_json(json, out, err);
    }
    if (rc != BW_OK) {
        (void)bw_error_prefix(err, "a stored entry is damaged: ");
        return BW_ERR_STORE;
    }
    return BW_OK;
}
