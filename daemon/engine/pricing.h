/* daemon/engine/pricing.h: the price of moving one deployment, with the facts read from the store.
 */
#ifndef BW_ENGINE_PRICING_H
#define BW_ENGINE_PRICING_H
#include "domain/estimate.h"
#include "domain/worth.h"
#include "engine/state.h"

struct bw_pricing { /* a question, and what the catalog knows about it */
    struct bw_engine *engine;              /* borrowed */
    const struct bw_deployment *deployment; /* borrowed */
    struct bw_model base;                  /* entry.id NULL: not in the catalog */
    struct bw_model candidate;
    struct bw_model train_on;
    int64_t at_ms; /* the day to price for */
};

/* candidate NULL: none. Ownership: *out is the caller's, to release with bw_pricing_clear().
 * Errors: BW_ERR_STORE; BW_ERR_NOTFOUND when a candidate is named that the platform never listed.
 */
BW_MUST_CHECK enum bw_err bw_pricing_init(struct bw_engine *engine, const struct bw_cohort *cohort,
                                          const struct bw_deployment *deployment,
                                          const char *candidate, int64_t at_ms,
                                          struct bw_pricing *out, struct bw_error *err);
void bw_pricing_clear(struct bw_pricing *pricing);

void bw_pricing_routes(const struct bw_pricing *pricing, struct bw_route_options *out);
/* A retrain by the best route for a fine-tune, a swap for the others. Errors: BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_pricing_estimate(const struct bw_pricing *pricing,
                                              struct bw_estimate *out, struct bw_error *err);
/* Prompting the candidate instead. Errors: BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_pricing_prompt(const struct bw_pricing *pricing,
                                            struct bw_estimate *out, struct bw_error *err);
/* One of the routes. Errors: BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_pricing_option(const struct bw_pricing *pricing,
                                            const struct bw_route_option *option,
                                            struct bw_estimate *out, struct bw_error *err);
/* Embedding the corpus again, where the cohort is that of the embedding model. Errors:
 * BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_pricing_reindex(const struct bw_pricing *pricing,
                                             struct bw_estimate *out, struct bw_error *err);
/* The bill of a month as it is served today. False when it is not known. */
bool bw_pricing_running_month(const struct bw_pricing *pricing, struct bw_money *out);
/* What was released in the line of its base, and how far it fell behind. */
BW_MUST_CHECK enum bw_err bw_pricing_span(const struct bw_pricing *pricing,
                                          const struct bw_cohort *cohort, int64_t from_ms,
                                          int64_t to_ms, struct bw_span *out,
                                          struct bw_error *err);
/* Where nothing newer is known, prompting the base itself is what tuning is weighed against. */
void bw_pricing_worth(const struct bw_pricing *pricing, const struct bw_span *span,
                      struct bw_worth *out);

struct bw_years { /* the same year, either way */
    double moves;      /* expected */
    struct bw_year tuned;
    struct bw_year prompted;
    bool tuned_known;   /* false: not tuned, or refused */
    bool prompted_known;
    struct bw_error refused; /* why the retrain has no price */
};
void bw_pricing_years(const struct bw_pricing *pricing, const struct bw_span *span,
                      struct bw_years *out);
#endif
