/* daemon/domain/prices.h: price facts and the state of fine-tuning, each with source, date and
 * confidence. The book is filled by codec/price_file from the shipped files and the user's own. */
#ifndef BW_DOMAIN_PRICES_H
#define BW_DOMAIN_PRICES_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "domain/entry.h"
#include "domain/range.h"

enum bw_fact_kind {             /* US dollars per: */
    BW_FACT_TRAINING,           /* million billed training tokens */
    BW_FACT_TRAINING_HOUR,      /* hour of reinforcement training */
    BW_FACT_JOB_MINIMUM,        /* job, at least */
    BW_FACT_BASE_INPUT,         /* million tokens of the model itself */
    BW_FACT_BASE_CACHED,
    BW_FACT_BASE_OUTPUT,
    BW_FACT_TUNED_INPUT,        /* million tokens of a tuned model */
    BW_FACT_TUNED_CACHED,
    BW_FACT_TUNED_OUTPUT,
    BW_FACT_HOSTING_HOUR,       /* hour of one replica of a tuned model */
    BW_FACT_STORAGE_MONTH,      /* tuned model and month */
    BW_FACT_GPU_HOUR,           /* rented GPU and hour */
    BW_FACT_LABEL,              /* labelled item */
};

enum bw_trust {
    BW_TRUST_USER,        /* set by the user: always wins */
    BW_TRUST_PRIMARY,     /* the platform's own page */
    BW_TRUST_TRANSCRIBED, /* copied from there by a public price map */
    BW_TRUST_SECONDARY,   /* a third party's page */
    BW_TRUST_DERIVED,     /* our own spread over several facts */
    BW_TRUST_UNVERIFIED,  /* kept so that a refusal can name it; its value is never shown */
};

struct bw_fact {
    enum bw_fact_kind kind;
    char *platform;    /* canonical name, or "any" */
    char *subject;     /* model, GPU or item as its source spells it; "any": all of the platform */
    char *plain;       /* the subject by bw_price_subject(); set by bw_price_book_add() */
    char *method;      /* lora-sft, full-dpo, ...; "any" */
    double up_to;      /* size class: parameters, inclusive; 0: no class, INFINITY: the last one */
    struct bw_cost value;
    char *source;      /* never empty */
    int64_t as_of_ms;  /* never 0 */
    enum bw_trust trust;
};

enum bw_tuning {        /* may a model be fine-tuned there? */
    BW_TUNING_UNKNOWN,
    BW_TUNING_OPEN,
    BW_TUNING_CLOSING,    /* open until a date */
    BW_TUNING_DEPRECATED, /* still there, no longer supported */
    BW_TUNING_CLOSED,
    BW_TUNING_NONE,       /* never offered */
};

/* One statement about fine-tuning; the first of a platform that fits model and method counts. */
struct bw_tuning_rule {
    char *platform;
    struct bw_names models;  /* globs; empty: every model */
    struct bw_names methods; /* globs; empty: every method */
    enum bw_tuning status;
    int64_t until_ms;        /* closing: the first day without new jobs; 0: no date */
    bool open_weights;       /* trains open models, whoever made them */
    bool base_price;         /* tokens of a tuned model cost what those of its base cost */
    char *why;               /* one sentence */
    char *source;
    int64_t as_of_ms;
};

struct bw_tuning_state {
    enum bw_tuning status;             /* a closing rule past its day answers CLOSED */
    int64_t until_ms;                  /* 0: no date */
    const struct bw_tuning_rule *rule; /* NULL when unknown */
};

struct bw_facts BW_VEC(struct bw_fact);
struct bw_tuning_rules BW_VEC(struct bw_tuning_rule);

struct bw_price_book {
    struct bw_facts facts;
    struct bw_tuning_rules tuning;
};

/* What a call costs per million tokens, and who says so. */
struct bw_inference_price {
    bool known;                 /* input and output are */
    struct bw_money input;
    struct bw_money cached;     /* the input price where no discount is known */
    struct bw_money output;
    const struct bw_fact *fact; /* borrowed from the book; NULL: the catalog entry's own price */
};

enum { BW_PRICE_OLD_DAYS = 180, BW_PRICE_STALE_DAYS = 365 };

/* Ownership: facts and rules handed in become the book's. A fact that says the same thing as an
 * earlier one (all but value, source, date and trust alike) replaces it. */
void bw_price_book_add(struct bw_price_book *book, struct bw_fact fact);
void bw_price_book_add_tuning(struct bw_price_book *book, struct bw_tuning_rule rule);
/* Add all of `other`, which is empty afterwards; its rules come before those already there. */
void bw_price_book_absorb(struct bw_price_book *book, struct bw_price_book *other);
/* Same prices and rules, same value. */
uint64_t bw_price_book_hash(const struct bw_price_book *book);
void bw_price_book_clear(struct bw_price_book *book);
void bw_price_book_free(struct bw_price_book *book); /* one that bw_xcalloc() made */
BW_DEFINE_FREEP(bw_price_book)
void bw_fact_clear(struct bw_fact *fact);
void bw_tuning_rule_clear(struct bw_tuning_rule *rule);

/* The fact nearest to the question: the subject as spelled, else the same model under another
 * spelling (date, vendor or region left off), else the size class that holds parameters, else the
 * platform's "any". `method` NULL: any. NULL: nothing known. An unverified fact is returned too:
 * ask bw_fact_may_show() before its value is used. */
const struct bw_fact *bw_price_find(const struct bw_price_book *book, enum bw_fact_kind kind,
                                    const char *platform, const char *subject, const char *method,
                                    double parameters);
bool bw_fact_may_show(const struct bw_fact *fact);

/* The value, its ends moved 25 % outwards once the fact is older than BW_PRICE_STALE_DAYS. */
struct bw_cost bw_fact_value(const struct bw_fact *fact, int64_t now_ms);
int64_t bw_fact_age_days(const struct bw_fact *fact, int64_t now_ms); /* 0 for the future */

/* Token prices of a model, tuned or as it is. Tuned tokens have a price of their own, or the base's
 * where the platform says so (base_price), or none. Of a base's prices the user's facts win, then
 * the catalog entry's own (NULL: none), then the book. */
struct bw_inference_price bw_price_inference(const struct bw_price_book *book, const char *platform,
                                             const char *model, const struct bw_entry *entry,
                                             bool tuned);

/* May `model` be tuned by `method` (NULL: any) on the platform on that day? */
struct bw_tuning_state bw_price_book_tuning(const struct bw_price_book *book, const char *platform,
                                            const char *model, const char *method, int64_t at_ms);

/* The method as prices name it: sft (and NULL) is lora-sft, dpo lora-dpo, full is full-sft, ...
 * Ownership: static or the argument itself. */
const char *bw_price_method(const char *method);

/* The name a model is compared under: lower case, without vendor or region in front and date,
 * version or revision behind (us.amazon.nova-micro-v1:0 -> nova-micro, gpt-4.1-2025-04-14 ->
 * gpt-4.1). Ownership: the result is the caller's. */
char *bw_price_subject(const char *model);

const char *bw_fact_kind_word(enum bw_fact_kind kind);
bool bw_fact_kind_parse(const char *word, enum bw_fact_kind *out);
const char *bw_trust_word(enum bw_trust trust);
bool bw_trust_parse(const char *word, enum bw_trust *out);
const char *bw_tuning_word(enum bw_tuning tuning);
bool bw_tuning_parse(const char *word, enum bw_tuning *out);
#endif
