/* daemon/base/money.h: US dollars as integer micro-dollars in a struct of its own, so that money
 * and a plain number do not mix, and checked, so that a sum never wraps. */
#ifndef BW_BASE_MONEY_H
#define BW_BASE_MONEY_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct bw_money {
    int64_t micros; /* 1 USD = 1,000,000; may be negative (a saving) */
};

enum { BW_MONEY_TEXT = 32 };

/* Each saturates at the ends of int64_t instead of wrapping: a bill of nine trillion dollars is
 * wrong, yet it is never a saving. */
struct bw_money bw_money_add(struct bw_money a, struct bw_money b);
struct bw_money bw_money_sub(struct bw_money a, struct bw_money b);

/* Round a double of dollars half up to the micro-dollar; NaN gives 0. */
struct bw_money bw_money_from_usd(double usd);
double bw_money_usd(struct bw_money money);

/* Read decimal dollars, "12.5" or "0.0000008". Errors: BW_ERR_INVALID, also for more than six
 * decimals that are not zero. */
BW_MUST_CHECK enum bw_err bw_money_parse(const char *text, struct bw_money *out,
                                         struct bw_error *err);

/* Dollars and cents, half up, for people: "1,694.96", "-0.35". Returns out, BW_MONEY_TEXT bytes. */
const char *bw_money_format(struct bw_money money, char *out);
#endif
