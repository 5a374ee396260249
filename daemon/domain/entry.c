/* daemon/domain/entry.c: see entry.h. */
#include "domain/entry.h"

#include <string.h>

#include "base/str.h"
#include "base/words.h"

static const char *const LIFE_WORDS[] = {
    [BW_LIFE_UNKNOWN] = "unknown",       [BW_LIFE_PREVIEW] = "preview",
    [BW_LIFE_ACTIVE] = "active",         [BW_LIFE_DEPRECATED] = "deprecated",
    [BW_LIFE_RETIRED] = "retired",
};

static const char *const CLOCK_WORDS[] = {
    [BW_CLOCK_ANNOUNCED] = "announced",
    [BW_CLOCK_TRAINING] = "training",
    [BW_CLOCK_INFERENCE] = "inference",
};

static const struct {
    const char *word;
    enum bw_modality bit;
} MODALITIES[] = {
    { "text", BW_TEXT },   { "image", BW_IMAGE }, { "audio", BW_AUDIO },
    { "video", BW_VIDEO }, { "file", BW_FILE },   { "embedding", BW_EMBEDDING },
    { "pdf", BW_FILE },    { "embeddings", BW_EMBEDDING },
};

static void date_clear(struct bw_date *date)
{
    free(date->evidence);
    free(date->source);
}

static struct bw_date date_copy(const struct bw_date *date)
{
    struct bw_date copy = *date;
    copy.evidence = bw_xstrdup(date->evidence);
    copy.source = bw_xstrdup(date->source);
    return copy;
}

void bw_entry_clear(struct bw_entry *entry)
{
    free(entry->id);
    free(entry->maker);
    free(entry->name);
    free(entry->family);
    free(entry->parent);
    free(entry->replacement);
    bw_names_clear(&entry->aliases);
    BW_VEC_CLEAR(&entry->dates, date_clear);
    *entry = (struct bw_entry){ 0 };
}

void bw_entries_clear(struct bw_entries *entries)
{
    BW_VEC_CLEAR(entries, bw_entry_clear);
}

struct bw_entry bw_entry_copy(const struct bw_entry *entry)
{
    struct bw_entry copy = *entry;
    copy.id = bw_xstrdup(entry->id);
    copy.maker = bw_xstrdup(entry->maker);
    copy.name = bw_xstrdup(entry->name);
    copy.family = bw_xstrdup(entry->family);
    copy.parent = bw_xstrdup(entry->parent);
    copy.replacement = bw_xstrdup(entry->replacement);
    copy.aliases = (struct bw_names){ 0 };
    BW_VEC_EACH(char *, alias, &entry->aliases)
    {
        BW_VEC_PUSH(&copy.aliases, bw_xstrdup(*alias));
    }
    memset(&copy.dates, 0, sizeof(copy.dates));
    BW_VEC_EACH(struct bw_date, date, &entry->dates)
    {
        BW_VEC_PUSH(&copy.dates, date_copy(date));
    }
    return copy;
}

static void fill_text(char **into, const char *from)
{
    if (*into == NULL) {
        *into = bw_xstrdup(from);
    }
}

static void fill_count(int64_t *into, int64_t from)
{
    *into = *into == 0 ? from : *into;
}

static void fill_price(struct bw_price *into, struct bw_price from)
{
    *into = into->known ? *into : from;
}

static bool same_word(const struct bw_date *a, const struct bw_date *b)
{
    return a->clock == b->clock && a->certainty == b->certainty && a->at_ms == b->at_ms &&
           bw_str_equal(a->source, b->source);
}

static void fill_dates(struct bw_entry *into, const struct bw_entry *from)
{
    size_t known = into->dates.count;
    BW_VEC_EACH(const struct bw_date, date, &from->dates)
    {
        bool said = false; /* by another spelling of the model */
        for (size_t i = 0; i < known; i++) {
            said = said || same_word(&into->dates.items[i], date);
        }
        if (!said && into->dates.count < BW_ENTRY_DATES_MAX) {
            BW_VEC_PUSH(&into->dates, date_copy(date));
        }
    }
}

static void fill_aliases(struct bw_entry *into, const struct bw_entry *from)
{
    if (into->aliases.count > 0) {
        return;
    }
    BW_VEC_EACH(char *, alias, &from->aliases)
    {
        BW_VEC_PUSH(&into->aliases, bw_xstrdup(*alias));
    }
}

void bw_entry_merge(struct bw_entry *into, const struct bw_entry *from)
{
    fill_text(&into->id, from->id);
    fill_text(&into->maker, from->maker);
    fill_text(&into->name, from->name);
    fill_text(&into->family, from->family);
    fill_text(&into->parent, from->parent);
    fill_text(&into->replacement, from->replacement);
    fill_count(&into->released_ms, from->released_ms);
    fill_count(&into->context_tokens, from->context_tokens);
    fill_count(&into->max_output_tokens, from->max_output_tokens);
    fill_count(&into->parameters, from->parameters);
    fill_price(&into->price_input, from->price_input);
    fill_price(&into->price_output, from->price_output);
    fill_price(&into->price_cached, from->price_cached);
    fill_price(&into->price_training, from->price_training);
    into->input = into->input == 0 ? from->input : into->input;
    into->output = into->output == 0 ? from->output : into->output;
    into->tunable = into->tunable == BW_UNKNOWN ? from->tunable : into->tunable;
    into->life = into->life == BW_LIFE_UNKNOWN ? from->life : into->life;
    fill_aliases(into, from);
    fill_dates(into, from);
}

static bool printable(const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return size <= BW_ENTRY_ID_MAX && bw_str_is_utf8(text, size);
}

static bool price_is_good(struct bw_price price)
{
    return !price.known || price.per_million.micros >= 0;
}

enum bw_err bw_entry_check_text(const char *field, const char *text, struct bw_error *err)
{
    if (text == NULL || printable(text)) {
        return BW_OK;
    }
    return bw_fail(err, BW_ERR_INVALID,
                   "%s is not plain UTF-8 text of at most %d bytes", field, BW_ENTRY_ID_MAX);
}

enum bw_err bw_entry_check(const struct bw_entry *entry, struct bw_error *err)
{
    if (entry->id == NULL || entry->id[0] == '\0') {
        return bw_fail(err, BW_ERR_INVALID, "id is empty");
    }
    const struct {
        const char *field;
        const char *text;
    } texts[] = {
        { "id", entry->id },         { "maker", entry->maker },
        { "name", entry->name },     { "family", entry->family },
        { "parent", entry->parent }, { "replacement", entry->replacement },
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        enum bw_err rc = bw_entry_check_text(texts[i].field, texts[i].text, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    if (entry->aliases.count > BW_ENTRY_ALIASES_MAX || entry->dates.count > BW_ENTRY_DATES_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "'%s' has too many aliases or dates", entry->id);
    }
    BW_VEC_EACH(char *, alias, &entry->aliases)
    {
        enum bw_err rc = bw_entry_check_text("alias", *alias, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    if (entry->context_tokens < 0 || entry->max_output_tokens < 0 || entry->parameters < 0 ||
        !price_is_good(entry->price_input) || !price_is_good(entry->price_output) ||
        !price_is_good(entry->price_cached) || !price_is_good(entry->price_training)) {
        return bw_fail(err, BW_ERR_INVALID, "'%s' has a negative price or size", entry->id);
    }
    return BW_OK;
}

static int by_id(const void *a, const void *b)
{
    const struct bw_entry *left = a;
    const struct bw_entry *right = b;
    return strcmp(left->id, right->id);
}

void bw_entries_normalise(struct bw_entries *entries)
{
    if (entries->count < 2) {
        return;
    }
    qsort(entries->items, entries->count, sizeof(*entries->items), by_id);
    size_t kept = 1;
    for (size_t i = 1; i < entries->count; i++) {
        if (strcmp(entries->items[i].id, entries->items[kept - 1].id) == 0) {
            bw_entry_clear(&entries->items[i]);
        } else {
            entries->items[kept++] = entries->items[i];
        }
    }
    entries->count = kept;
}

const struct bw_entry *bw_entries_find(const struct bw_entries *entries, const char *id)
{
    const struct bw_entry key = { .id = (char *)id };
    const struct bw_entry *found =
        entries->count == 0
            ? NULL
            : bsearch(&key, entries->items, entries->count, sizeof(*entries->items), by_id);
    if (found != NULL) {
        return found;
    }
    BW_VEC_EACH(const struct bw_entry, entry, entries)
    {
        BW_VEC_EACH(char *, alias, &entry->aliases)
        {
            if (strcmp(*alias, id) == 0) {
                return entry;
            }
        }
    }
    return NULL;
}

static uint64_t hash_i64(uint64_t seed, int64_t value)
{
    return (seed ^ (uint64_t)value) * UINT64_C(0x9e3779b97f4a7c15) ^ (seed >> 29);
}

static uint64_t hash_price(uint64_t seed, struct bw_price price)
{
    return hash_i64(seed, price.known ? price.per_million.micros : -1);
}

uint64_t bw_entry_hash(const struct bw_entry *entry)
{
    uint64_t seed = BW_HASH_SEED;
    const char *const texts[] = { entry->id,     entry->maker,  entry->name,
                                  entry->family, entry->parent, entry->replacement };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        seed = bw_hash_text(seed, texts[i]);
    }
    BW_VEC_EACH(char *, alias, &entry->aliases)
    {
        seed = bw_hash_text(seed, *alias);
    }
    const int64_t numbers[] = {
        entry->released_ms,    entry->input,      entry->output,         entry->context_tokens,
        entry->max_output_tokens, entry->parameters, (int64_t)entry->tunable, (int64_t)entry->life,
    };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        seed = hash_i64(seed, numbers[i]);
    }
    seed = hash_price(hash_price(seed, entry->price_input), entry->price_output);
    seed = hash_price(hash_price(seed, entry->price_cached), entry->price_training);
    BW_VEC_EACH(const struct bw_date, date, &entry->dates)
    {
        seed = hash_i64(hash_i64(seed, (int64_t)date->clock * 8 + (int64_t)date->certainty),
                        date->at_ms);
        seed = bw_hash_text(seed, date->evidence);
    }
    return seed;
}

uint64_t bw_entries_hash(const struct bw_entries *entries)
{
    uint64_t hash = BW_HASH_SEED;
    BW_VEC_EACH(const struct bw_entry, entry, entries)
    {
        hash = hash_i64(hash, (int64_t)bw_entry_hash(entry));
    }
    return hash;
}

bool bw_date_contradicts(const struct bw_date *a, const struct bw_date *b)
{
    const struct bw_date *firm = a->certainty == BW_CERTAINTY_FIRM ? a : b;
    const struct bw_date *other = firm == a ? b : a;
    return a->clock == b->clock && firm->certainty == BW_CERTAINTY_FIRM &&
           (other->certainty == BW_CERTAINTY_FIRM ? firm->at_ms != other->at_ms
                                                  : firm->at_ms < other->at_ms);
}

/* Does it count before the best of those that come earlier? */
static bool counts_before(const struct bw_date *date, const struct bw_date *best)
{
    if (!bw_str_equal(date->source, best->source)) {
        return date->certainty < best->certainty && !bw_date_contradicts(date, best);
    }
    return date->certainty != best->certainty ? date->certainty < best->certainty
                                              : date->at_ms < best->at_ms;
}

const struct bw_date *bw_entry_date(const struct bw_entry *entry, enum bw_clock clock)
{
    const struct bw_date *best = NULL;
    BW_VEC_EACH(const struct bw_date, date, &entry->dates)
    {
        if (date->clock == clock && (best == NULL || counts_before(date, best))) {
            best = date;
        }
    }
    return best;
}

int64_t bw_entry_firm_ms(const struct bw_entry *entry, enum bw_clock clock)
{
    const struct bw_date *date = bw_entry_date(entry, clock);
    return date != NULL && date->certainty == BW_CERTAINTY_FIRM ? date->at_ms : 0;
}

bool bw_entry_has_ended(const struct bw_entry *entry, int64_t now_ms)
{
    int64_t end_ms = bw_entry_firm_ms(entry, BW_CLOCK_INFERENCE);
    return entry->life == BW_LIFE_RETIRED || (end_ms != 0 && end_ms <= now_ms);
}

BW_DEFINE_WORDS(bw_life, LIFE_WORDS)
BW_DEFINE_WORDS(bw_clock, CLOCK_WORDS)

unsigned bw_modality_parse(const char *word)
{
    for (size_t i = 0; i < BW_COUNT(MODALITIES); i++) {
        if (bw_str_equal(word, MODALITIES[i].word)) {
            return MODALITIES[i].bit;
        }
    }
    return 0;
}

const char *bw_modality_word(enum bw_modality bit)
{
    for (size_t i = 0; i < BW_COUNT(MODALITIES); i++) {
        if (MODALITIES[i].bit == bit) {
            return MODALITIES[i].word;
        }
    }
    return "unknown";
}
