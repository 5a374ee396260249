/* daemon/domain/term.c: see term.h. */
#include "domain/term.h"

#include "base/str.h"

static const char *const PURSE_WORDS[] = {
    [BW_PURSE_CASH] = "cash",
    [BW_PURSE_PEOPLE] = "people",
};

void bw_term_clear(struct bw_term *term)
{
    free(term->formula);
    free(term->inputs);
    free(term->price_source);
    bw_names_clear(&term->guessed);
    *term = (struct bw_term){ 0 };
}

void bw_terms_clear(struct bw_terms *terms)
{
    BW_VEC_CLEAR(terms, bw_term_clear);
}

void bw_term_priced_by(struct bw_term *term, const struct bw_fact *fact)
{
    free(term->price_source);
    term->price_source = bw_xstrdup(fact->source);
    term->price_as_of_ms = fact->as_of_ms;
    term->price_trust = fact->trust;
    term->price_known = true;
}

void bw_term_guess(struct bw_term *term, const char *input)
{
    BW_VEC_EACH(char *, known, &term->guessed)
    {
        if (bw_str_equal(*known, input)) {
            return;
        }
    }
    BW_VEC_PUSH(&term->guessed, bw_xstrdup(input));
}

static struct bw_cost sum_if(const struct bw_terms *terms, bool all, enum bw_purse purse)
{
    struct bw_cost *costs = bw_xcalloc(terms->count + 1, sizeof(*costs));
    size_t count = 0;
    BW_VEC_EACH(const struct bw_term, term, terms)
    {
        if (all || term->purse == purse) {
            costs[count++] = term->cost;
        }
    }
    struct bw_cost sum = bw_cost_sum(costs, count);
    free(costs);
    return sum;
}

struct bw_cost bw_terms_total(const struct bw_terms *terms)
{
    return sum_if(terms, true, BW_PURSE_CASH);
}

struct bw_cost bw_terms_of(const struct bw_terms *terms, enum bw_purse purse)
{
    return sum_if(terms, false, purse);
}

static int64_t width(const struct bw_term *term)
{
    return bw_money_sub(term->cost.high, term->cost.low).micros;
}

void bw_terms_widest(const struct bw_terms *terms, const struct bw_term *widest[2])
{
    widest[0] = NULL;
    widest[1] = NULL;
    BW_VEC_EACH(const struct bw_term, term, terms)
    {
        if (width(term) == 0) {
            continue;
        }
        if (widest[0] == NULL || width(term) > width(widest[0])) {
            widest[1] = widest[0];
            widest[0] = term;
        } else if (widest[1] == NULL || width(term) > width(widest[1])) {
            widest[1] = term;
        }
    }
}

const char *bw_purse_word(enum bw_purse purse)
{
    return PURSE_WORDS[purse];
}
