/* daemon/domain/range.c: see range.h. */
#include "domain/range.h"

#include <math.h>
#include <stdio.h>

struct bw_range bw_range_exact(double value)
{
    return (struct bw_range){ value, value, value };
}

struct bw_range bw_range_plus(struct bw_range a, struct bw_range b)
{
    return (struct bw_range){ a.low + b.low, a.expected + b.expected, a.high + b.high };
}

struct bw_range bw_range_times(struct bw_range a, struct bw_range b)
{
    return (struct bw_range){ a.low * b.low, a.expected * b.expected, a.high * b.high };
}

struct bw_range bw_range_scale(struct bw_range a, double factor)
{
    return bw_range_times(a, bw_range_exact(factor));
}

struct bw_range bw_range_spread(struct bw_range a, double factor)
{
    return (struct bw_range){ a.low / factor, a.expected, a.high * factor };
}

const char *bw_range_format(struct bw_range a, char *out)
{
    if (a.low < a.high) {
        (void)snprintf(out, BW_RANGE_TEXT, "%.10g / %.10g / %.10g", a.low, a.expected, a.high);
    } else {
        (void)snprintf(out, BW_RANGE_TEXT, "%.10g", a.expected);
    }
    return out;
}

struct bw_cost bw_cost_from_usd(struct bw_range usd)
{
    struct bw_cost cost = { bw_money_from_usd(usd.low), bw_money_from_usd(usd.expected),
                            bw_money_from_usd(usd.high) };
    if (cost.low.micros > cost.expected.micros) {
        cost.low = cost.expected;
    }
    if (cost.high.micros < cost.expected.micros) {
        cost.high = cost.expected;
    }
    return cost;
}

struct bw_range bw_cost_usd(struct bw_cost cost)
{
    return (struct bw_range){ bw_money_usd(cost.low), bw_money_usd(cost.expected),
                              bw_money_usd(cost.high) };
}

struct bw_cost bw_cost_sum(const struct bw_cost *terms, size_t count)
{
    struct bw_money expected = { 0 };
    double below = 0;
    double above = 0;
    for (size_t i = 0; i < count; i++) {
        expected = bw_money_add(expected, terms[i].expected);
        below = hypot(below, bw_money_usd(bw_money_sub(terms[i].expected, terms[i].low)));
        above = hypot(above, bw_money_usd(bw_money_sub(terms[i].high, terms[i].expected)));
    }
    return (struct bw_cost){ bw_money_sub(expected, bw_money_from_usd(below)), expected,
                             bw_money_add(expected, bw_money_from_usd(above)) };
}
