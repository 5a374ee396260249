/* daemon/domain/term.h: one line of an estimate, and the sums over such lines. */
#ifndef BW_DOMAIN_TERM_H
#define BW_DOMAIN_TERM_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/prices.h"
#include "domain/range.h"

enum bw_purse { /* who is paid */
    BW_PURSE_CASH,   /* platforms and vendors send a bill */
    BW_PURSE_PEOPLE, /* hours of the team */
};

/* Names are short words, unique within an estimate: labels, review, training, evaluation,
 * spot-check, engineering, hosting-overlap, embedding. */
struct bw_term {
    const char *name; /* static */
    enum bw_purse purse;
    struct bw_cost cost;
    char *formula;          /* in words: "new rows x price of a label" */
    char *inputs;           /* the numbers it was fed */
    char *price_source;     /* where the price was read; NULL: an assumption of our own */
    int64_t price_as_of_ms; /* 0: today's catalog, or no price involved */
    enum bw_trust price_trust;
    bool price_known;       /* the two above mean something */
    struct bw_names guessed; /* inputs that nobody gave: "tokens per row", ... */
};

struct bw_terms BW_VEC(struct bw_term);

void bw_term_clear(struct bw_term *term);
void bw_terms_clear(struct bw_terms *terms);

/* Note the fact a term's price comes from; its remarks about age are the estimate's. */
void bw_term_priced_by(struct bw_term *term, const struct bw_fact *fact);
/* Name an input nobody gave, once. */
void bw_term_guess(struct bw_term *term, const char *input);

/* Sums as bw_cost_sum() forms them, over all terms or over those of one purse. */
struct bw_cost bw_terms_total(const struct bw_terms *terms);
struct bw_cost bw_terms_of(const struct bw_terms *terms, enum bw_purse purse);

/* The two terms whose high and low lie farthest apart, the wider one first; NULL when fewer have
 * any width. */
void bw_terms_widest(const struct bw_terms *terms, const struct bw_term *widest[2]);

const char *bw_purse_word(enum bw_purse purse);
#endif
