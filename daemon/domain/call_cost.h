/* daemon/domain/call_cost.h: what one call of a model costs, and so a month of them. */
#ifndef BW_DOMAIN_CALL_COST_H
#define BW_DOMAIN_CALL_COST_H
#include "domain/prices.h"

struct bw_call_size {
    double input_tokens; /* all of them, the cached prefix included */
    double cached_tokens;
    double output_tokens;
};

/* Dollars, not rounded: a call costs fractions of a micro-dollar. */
double bw_call_usd(struct bw_call_size size, const struct bw_inference_price *price);
#endif
