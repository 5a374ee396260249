/* daemon/domain/range.h: low / expected / high, as plain numbers and as money. Low never exceeds
 * expected, expected never exceeds high; the operations here keep it so for numbers >= 0. */
#ifndef BW_DOMAIN_RANGE_H
#define BW_DOMAIN_RANGE_H
#include <stddef.h>

#include "base/money.h"

struct bw_range {
    double low;
    double expected;
    double high;
};

struct bw_cost {
    struct bw_money low;
    struct bw_money expected;
    struct bw_money high;
};

enum { BW_RANGE_TEXT = 64 };

struct bw_range bw_range_exact(double value);
struct bw_range bw_range_plus(struct bw_range a, struct bw_range b);
/* Low by low, expected by expected, high by high. */
struct bw_range bw_range_times(struct bw_range a, struct bw_range b);
struct bw_range bw_range_scale(struct bw_range a, double factor);
/* Low divided and high multiplied by factor >= 1. */
struct bw_range bw_range_spread(struct bw_range a, double factor);
/* For people: "0.05 / 0.2 / 0.5", or "0.2" where all three are one. Returns out, BW_RANGE_TEXT
 * bytes. */
const char *bw_range_format(struct bw_range a, char *out);

/* Round dollars once, half up to the micro-dollar; a number that is none becomes 0 and the order
 * is restored, so that absurd input gives an absurd price but never an incoherent one. */
struct bw_cost bw_cost_from_usd(struct bw_range usd);
struct bw_range bw_cost_usd(struct bw_cost cost);

/* The sum of independent terms: expected is the plain sum, the distances to low and to high add as
 * the root of the sum of squares, since not all terms are at their worst at once. */
struct bw_cost bw_cost_sum(const struct bw_cost *terms, size_t count);
#endif
