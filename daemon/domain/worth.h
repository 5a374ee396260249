/* daemon/domain/worth.h: is this fine-tune still worth it? The break-even against prompting the
 * newer model, over a year of keeping up either way, and a verdict from the criteria under which
 * tuning pays. */
#ifndef BW_DOMAIN_WORTH_H
#define BW_DOMAIN_WORTH_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/estimate.h"
#include "domain/treadmill.h"

/* Calls a year from which the tuned model is the cheaper one: 0 when it always is, INFINITY when it
 * never will be. */
double bw_break_even_calls(double tuned_year_usd, double prompted_year_usd, double tuned_call_usd,
                           double prompted_call_usd);

/* Months until a retrain has paid for itself; INFINITY when it never does. */
double bw_payback_months(double move_usd, double calls_per_year, double saving_per_call_usd);

enum bw_criterion {
    BW_CRITERION_NARROW,    /* a task small enough to be measured */
    BW_CRITERION_STABLE,    /* unchanged for six months */
    BW_CRITERION_VOLUME,    /* a million calls a year or more */
    BW_CRITERION_EXAMPLES,  /* at least 200 clean ones */
    BW_CRITERION_TRIED,     /* prompting, few-shot and retrieval came first */
    BW_CRITERION_BEHAVIOUR, /* the tuning teaches behaviour, not knowledge */
    BW_CRITERION_ECONOMY,   /* more calls than the break-even */
    BW_CRITERIA,
};

struct bw_criterion_answer {
    enum bw_answer met; /* BW_UNKNOWN: not recorded */
    bool close;         /* economy: not met, yet above half the break-even */
    char *evidence;     /* what speaks for it, or "not recorded" */
    const char *record; /* static: what to record when it is not */
};

enum bw_verdict {
    BW_VERDICT_EARNED,
    BW_VERDICT_BORDERLINE,
    BW_VERDICT_NOT_EARNED,
    BW_VERDICT_CANNOT_SAY,
};

struct bw_worth_input {
    const struct bw_deployment *deployment;
    const struct bw_entry *base;
    const struct bw_entry *candidate;
    const struct bw_entry *train_on;   /* NULL: the base */
    const struct bw_price_book *book;
    const struct bw_estimate *retrain; /* NULL: refused */
    const struct bw_estimate *swap;    /* NULL: refused */
    struct bw_money person_day;        /* 0: 800 dollars */
    double moves_per_year;             /* as bw_moves_per_year() expects them; 0: two */
    int64_t now_ms;
};

struct bw_worth {
    enum bw_verdict verdict;
    struct bw_criterion_answer criteria[BW_CRITERIA];
    const char *record_next;     /* static: the cheapest thing to record that could change the
                                    verdict; NULL: nothing could */
    bool economy_known;          /* the numbers below mean something */
    double moves_per_year;
    double calls_per_year;
    double tuned_call_usd;
    double prompted_call_usd;
    double prompted_call_uncached_usd;
    double tuned_year_usd;       /* without the calls */
    double prompted_year_usd;
    double break_even_calls;     /* INFINITY: never */
    double break_even_uncached_calls;
    double payback_months;       /* INFINITY: never */
};

/* Ownership: *out is overwritten; clear it with bw_worth_clear(). */
void bw_worth_judge(const struct bw_worth_input *in, struct bw_worth *out);
void bw_worth_clear(struct bw_worth *worth);

const char *bw_criterion_word(enum bw_criterion criterion);
const char *bw_verdict_word(enum bw_verdict verdict);
#endif
