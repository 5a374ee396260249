/* daemon/domain/entry.h: one model as one source lists it, the unit that plugins emit. */
#ifndef BW_DOMAIN_ENTRY_H
#define BW_DOMAIN_ENTRY_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/money.h"
#include "base/vec.h"

enum bw_modality { /* bits */
    BW_TEXT = 1 << 0,
    BW_IMAGE = 1 << 1,
    BW_AUDIO = 1 << 2,
    BW_VIDEO = 1 << 3,
    BW_FILE = 1 << 4,
    BW_EMBEDDING = 1 << 5,
};

enum bw_life { /* what the source says of the model's life */
    BW_LIFE_UNKNOWN,
    BW_LIFE_PREVIEW,
    BW_LIFE_ACTIVE,
    BW_LIFE_DEPRECATED,
    BW_LIFE_RETIRED,
};

enum bw_answer { /* three-valued facts */
    BW_UNKNOWN,
    BW_NO,
    BW_YES,
};

/* Micro-USD per million tokens. */
struct bw_price {
    bool known;
    struct bw_money per_million;
};

enum bw_clock { /* the two clocks, and the day a deprecation was announced */
    BW_CLOCK_ANNOUNCED,
    BW_CLOCK_TRAINING,  /* last day a training job may start */
    BW_CLOCK_INFERENCE, /* last day it answers */
};

enum bw_certainty { /* kinds of date are never mixed */
    BW_CERTAINTY_FIRM,
    BW_CERTAINTY_NOT_BEFORE, /* "not sooner than" */
};

struct bw_date {
    enum bw_clock clock;
    enum bw_certainty certainty;
    int64_t at_ms;  /* start of that day, UTC */
    char *evidence; /* where it was said; owned, may be NULL */
    char *source;   /* who said it, in a merge of several sources; NULL: not noted */
    int64_t seen_ms; /* since when; 0: not noted */
};

/* Can both not be true? Two firm days, or a firm one before another's "not sooner than". */
bool bw_date_contradicts(const struct bw_date *a, const struct bw_date *b);

struct bw_entry {
    char *id;     /* as the platform spells it; never NULL or empty */
    char *maker;  /* NULL: not said */
    char *name;   /* display name, NULL: not said */
    char *family; /* the source's own word for the line, NULL: not said */
    char *parent; /* base of a fine-tune or adapter, NULL: none */
    char *replacement; /* the platform's declared replacement, NULL: none named */
    struct bw_names aliases;
    int64_t released_ms; /* 0: not said */
    unsigned input;      /* enum bw_modality bits; 0: not said */
    unsigned output;
    int64_t context_tokens;    /* 0: not said */
    int64_t max_output_tokens; /* 0: not said */
    int64_t parameters;        /* 0: not said */
    struct bw_price price_input;
    struct bw_price price_output;
    struct bw_price price_cached;   /* cached input */
    struct bw_price price_training; /* trained tokens */
    enum bw_answer tunable;
    enum bw_life life;
    struct {
        struct bw_date *items;
        size_t count;
        size_t capacity;
    } dates;
};

struct bw_entries BW_VEC(struct bw_entry);

enum {
    BW_ENTRY_ID_MAX = 256,      /* bytes of an id or name */
    BW_ENTRY_ALIASES_MAX = 64,
    BW_ENTRY_DATES_MAX = 16,
    BW_ENTRIES_MAX = 50000,     /* entries of one poll */
};

void bw_entry_clear(struct bw_entry *entry);
void bw_entries_clear(struct bw_entries *entries);
struct bw_entry bw_entry_copy(const struct bw_entry *entry); /* deep */

/* Fill what `into` does not know from `from`: aliases when it has none. Dates are all kept, those of
 * `from` after the others: whose word comes first is told by their order. */
void bw_entry_merge(struct bw_entry *into, const struct bw_entry *from);

/* Is it fit to be stored? Non-empty UTF-8 id without control characters, sizes within the caps,
 * prices and counts not negative. Errors: BW_ERR_INVALID, BW_ERR_TOOBIG. */
BW_MUST_CHECK enum bw_err bw_entry_check(const struct bw_entry *entry, struct bw_error *err);

/* Is text, the member called field, NULL or fit for a name? Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_entry_check_text(const char *field, const char *text,
                                              struct bw_error *err);

/* Sort by id; of two rows with one id the later one is dropped. */
void bw_entries_normalise(struct bw_entries *entries);

/* The entry called id, directly or by an alias; NULL. Entries must be normalised. */
const struct bw_entry *bw_entries_find(const struct bw_entries *entries, const char *id);

uint64_t bw_entry_hash(const struct bw_entry *entry);
/* Content hash of normalised entries; two lists that say the same hash alike, whatever their order
 * and whatever volatile fields their source adds. */
uint64_t bw_entries_hash(const struct bw_entries *entries);

/* The date on one clock that counts: of the first source that names one, the earliest firm day, else
 * the earliest "not before"; that gives way to a later source's firm day unless this is before it.
 * NULL: none. */
const struct bw_date *bw_entry_date(const struct bw_entry *entry, enum bw_clock clock);

/* The firm date on one clock; 0: none. "Not sooner than" ends nothing, not even once it is over. */
int64_t bw_entry_firm_ms(const struct bw_entry *entry, enum bw_clock clock);
/* Does it answer no more at now_ms, by its source's word? */
bool bw_entry_has_ended(const struct bw_entry *entry, int64_t now_ms);

/* Words of the enums, as JSON and SQL spell them. bw_*_parse: false for an unknown word. */
const char *bw_life_word(enum bw_life life);
bool bw_life_parse(const char *word, enum bw_life *out);
const char *bw_clock_word(enum bw_clock clock);
bool bw_clock_parse(const char *word, enum bw_clock *out);
unsigned bw_modality_parse(const char *word); /* 0: unknown */
const char *bw_modality_word(enum bw_modality bit);
#endif
