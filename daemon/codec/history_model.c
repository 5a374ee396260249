/* daemon/codec/history_model.c: see history_model.h. */
#include "codec/history_model.h"

#include "base/instant.h"

static unsigned modalities_of(const struct bw_json *list)
{
    unsigned bits = 0;
    for (const struct bw_json *item = bw_json_first(list); item != NULL;
         item = bw_json_next(item)) {
        bits |= bw_modality_parse(bw_json_text(item, NULL));
    }
    return bits;
}

static struct bw_price price_of(const struct bw_json *value)
{
    double usd = bw_json_double(value, -1);
    return (struct bw_price){ .known = usd >= 0,
                              .per_million = bw_money_from_usd(usd >= 0 ? usd : 0) };
}

/* The format's words, of which the first is written for each life. */
static const struct {
    const char *status;
    enum bw_life life;
} STATUSES[] = {
    { "beta", BW_LIFE_PREVIEW },
    { "alpha", BW_LIFE_PREVIEW },
    { "deprecated", BW_LIFE_DEPRECATED },
    { "retired", BW_LIFE_RETIRED },
};

static enum bw_life life_of(const char *status)
{
    for (size_t i = 0; i < BW_COUNT(STATUSES); i++) {
        if (bw_str_equal(status, STATUSES[i].status)) {
            return STATUSES[i].life;
        }
    }
    return BW_LIFE_UNKNOWN;
}

static const char *status_of(enum bw_life life)
{
    for (size_t i = 0; i < BW_COUNT(STATUSES); i++) {
        if (STATUSES[i].life == life) {
            return STATUSES[i].status;
        }
    }
    return NULL;
}

/* A date that is no date is an unknown one: catalogs hold all sorts. */
static int64_t day_of(const char *text)
{
    int64_t at_ms = 0;
    return text != NULL && bw_instant_parse(text, &at_ms, NULL) == BW_OK ? at_ms : 0;
}

static void read_end(const struct bw_json *json, struct bw_entry *entry)
{
    int64_t end_ms = day_of(bw_json_text(bw_json_get(json, "end_date"), NULL));
    if (end_ms != 0) {
        const struct bw_date end = { .clock = BW_CLOCK_INFERENCE, .at_ms = end_ms };
        BW_VEC_PUSH(&entry->dates, end);
    }
}

enum bw_err bw_history_model_read(const struct bw_json *json, struct bw_entry *out,
                                  struct bw_error *err)
{
    const char *id = bw_json_text(bw_json_get(json, "id"), NULL);
    if (id == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "a model without an id");
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .name = bw_xstrdup(bw_json_text(bw_json_get(json, "name"), NULL)),
        .family = bw_xstrdup(bw_json_text(bw_json_get(json, "family"), NULL)),
        .replacement = bw_xstrdup(bw_json_text(bw_json_get(json, "replacement"), NULL)),
        .released_ms = day_of(bw_json_text(bw_json_get(json, "release_date"), NULL)),
        .input = modalities_of(bw_json_get(json, "input")),
        .output = modalities_of(bw_json_get(json, "output")),
        .context_tokens = bw_json_i64(bw_json_get(json, "context"), 0),
        .max_output_tokens = bw_json_i64(bw_json_get(json, "max_output"), 0),
        .price_input = price_of(bw_json_get(json, "cost_in")),
        .price_output = price_of(bw_json_get(json, "cost_out")),
        .life = life_of(bw_json_text(bw_json_get(json, "status"), NULL)),
    };
    read_end(json, &entry);
    enum bw_err rc = bw_entry_check(&entry, err);
    if (rc == BW_OK) {
        *out = entry;
        entry = (struct bw_entry){ 0 };
    }
    return rc;
}

static void write_modalities(struct bw_json_writer *w, const char *name, unsigned bits)
{
    bw_json_array_begin(w, name);
    for (unsigned bit = 1; bit <= BW_EMBEDDING; bit <<= 1) {
        if ((bits & bit) != 0) {
            bw_json_add_text(w, NULL, bw_modality_word((enum bw_modality)bit));
        }
    }
    bw_json_array_end(w);
}

static void write_price(struct bw_json_writer *w, const char *name, const struct bw_price *price)
{
    if (price->known) {
        bw_json_add_usd(w, name, price->per_million);
    } else {
        bw_json_add_null(w, name);
    }
}

void bw_history_model_write(struct bw_json_writer *w, const char *name,
                            const struct bw_entry *entry)
{
    bw_json_object_begin(w, name);
    bw_json_add_text(w, "id", entry->id);
    bw_json_add_text(w, "name", entry->name);
    bw_json_add_text(w, "family", entry->family);
    bw_json_add_day(w, "release_date", entry->released_ms);
    bw_json_add_text(w, "status", status_of(entry->life));
    write_modalities(w, "input", entry->input);
    write_modalities(w, "output", entry->output);
    bw_json_add_i64(w, "context", entry->context_tokens);
    bw_json_add_i64(w, "max_output", entry->max_output_tokens);
    write_price(w, "cost_in", &entry->price_input);
    write_price(w, "cost_out", &entry->price_output);
    bw_json_add_day(w, "end_date", bw_entry_firm_ms(entry, BW_CLOCK_INFERENCE));
    bw_json_add_text(w, "replacement", entry->replacement);
    bw_json_object_end(w);
}
