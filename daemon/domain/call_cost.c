/* daemon/domain/call_cost.c: see call_cost.h. */
#include "domain/call_cost.h"

#include <math.h>

double bw_call_usd(struct bw_call_size size, const struct bw_inference_price *price)
{
    double cached = fmin(size.cached_tokens, size.input_tokens);
    return ((size.input_tokens - cached) * bw_money_usd(price->input) +
            cached * bw_money_usd(price->cached) +
            size.output_tokens * bw_money_usd(price->output)) /
           1e6;
}
