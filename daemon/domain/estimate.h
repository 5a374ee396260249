/* daemon/domain/estimate.h: what one move costs, with its terms, its sources and its doubts. */
#ifndef BW_DOMAIN_ESTIMATE_H
#define BW_DOMAIN_ESTIMATE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/deployment.h"
#include "domain/entry.h"
#include "domain/prices.h"
#include "domain/route.h"
#include "domain/term.h"

/* Everything is borrowed for the call. */
struct bw_estimate_input {
    const struct bw_deployment *deployment;
    const struct bw_entry *base;      /* NULL: not in the catalog */
    const struct bw_entry *candidate; /* NULL: none */
    const struct bw_entry *train_on;  /* NULL: the deployment's own base */
    const struct bw_price_book *book;
    struct bw_money person_day;       /* 0: 400 / 800 / 1,200 dollars */
    int64_t now_ms;
};

struct bw_estimate {
    enum bw_route route;
    char *platform;               /* where the model will run; NULL: own machines */
    char *model;                  /* what is trained, prompted or embedded with; NULL: not known */
    struct bw_terms terms;
    struct bw_cost total;
    struct bw_cost cash;
    struct bw_cost people;
    struct bw_range person_days;  /* of engineering */
    double wall_hours;            /* of one training run on GPUs; 0: not known */
    bool run_cost_known;
    struct bw_money run_cost_delta_month; /* new running bill less the old one */
    struct bw_names remarks;      /* whole sentences: prices that are old, doors that close */
};

/* Price one way of bw_routes_list(): a retrain has data refresh, training runs, evaluation,
 * engineering and hosting side by side; a prompt is bw_estimate_swap(). Ownership: *out, written on
 * success, is the caller's: bw_estimate_clear().
 * Errors: BW_ERR_REFUSED with the reason: the route is closed or not allowed, no price may be
 * shown, neither tokens nor rows are known; staying as it is has no price. */
BW_MUST_CHECK enum bw_err bw_estimate_option(const struct bw_estimate_input *in,
                                             const struct bw_route_option *option,
                                             struct bw_estimate *out, struct bw_error *err);

/* A retrain by the first route in order of preference that is feasible and has a price. What was
 * passed over is a remark each. Errors: BW_ERR_REFUSED when none is left, with the reason of the
 * first. */
BW_MUST_CHECK enum bw_err bw_estimate_best_retrain(const struct bw_estimate_input *in,
                                                   struct bw_estimate *out, struct bw_error *err);

/* Price prompting the candidate: engineering and evaluation. Errors: BW_ERR_REFUSED without one. */
BW_MUST_CHECK enum bw_err bw_estimate_swap(const struct bw_estimate_input *in,
                                           struct bw_estimate *out, struct bw_error *err);

/* Price embedding the corpus again with the candidate, which is an embedding model here, as base
 * is; where only the price of the present one is known, that stands in and is called a guess.
 * Errors: BW_ERR_REFUSED when corpus_tokens or both prices are not known. */
BW_MUST_CHECK enum bw_err bw_estimate_reindex(const struct bw_estimate_input *in,
                                              struct bw_estimate *out, struct bw_error *err);

void bw_estimate_clear(struct bw_estimate *estimate);

/* The term whose price is the oldest of those past their shelf life (BW_PRICE_STALE_DAYS); NULL:
 * none is. And the next instant at which another one will be; 0: never. */
const struct bw_term *bw_estimate_stale_term(const struct bw_estimate *estimate, int64_t now_ms);
int64_t bw_estimate_stale_ms(const struct bw_estimate *estimate, int64_t now_ms);

/* The routes question that belongs to an estimate. */
struct bw_move bw_estimate_move(const struct bw_estimate_input *in);
#endif
