/* daemon/base/money.c: see money.h. */
#include "base/money.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MICROS INT64_C(1000000)

struct bw_money bw_money_add(struct bw_money a, struct bw_money b)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a.micros, b.micros, &sum)) {
        sum = a.micros > 0 ? INT64_MAX : INT64_MIN;
    }
    return (struct bw_money){ sum };
}

struct bw_money bw_money_sub(struct bw_money a, struct bw_money b)
{
    int64_t difference = 0;
    if (__builtin_sub_overflow(a.micros, b.micros, &difference)) {
        difference = a.micros >= 0 ? INT64_MAX : INT64_MIN;
    }
    return (struct bw_money){ difference };
}

struct bw_money bw_money_from_usd(double usd)
{
    double micros = floor(usd * (double)MICROS + 0.5);
    if (isnan(micros)) {
        return (struct bw_money){ 0 };
    }
    if (micros >= 9.2233720368547e18) {
        return (struct bw_money){ INT64_MAX };
    }
    if (micros <= -9.2233720368547e18) {
        return (struct bw_money){ INT64_MIN };
    }
    return (struct bw_money){ (int64_t)micros };
}

double bw_money_usd(struct bw_money money)
{
    return (double)money.micros / (double)MICROS;
}

enum bw_err bw_money_parse(const char *text, struct bw_money *out, struct bw_error *err)
{
    const char *at = text;
    bool negative = *at == '-';
    at += negative ? 1 : 0;
    const char *first = at;
    int64_t micros = 0;
    int decimals = -1; /* -1 before the point, then the digits after it */
    bool good = true;
    for (; good && *at != '\0'; at++) {
        if (*at == '.' && decimals < 0) {
            decimals = 0;
        } else if (!isdigit((unsigned char)*at)) {
            good = false;
        } else if (decimals < 6) {
            good = !__builtin_mul_overflow(micros, 10, &micros) &&
                   !__builtin_add_overflow(micros, *at - '0', &micros);
            decimals += decimals >= 0 ? 1 : 0;
        } else {
            good = *at == '0';
        }
    }
    for (decimals = decimals < 0 ? 0 : decimals; good && decimals < 6; decimals++) {
        good = !__builtin_mul_overflow(micros, 10, &micros);
    }
    if (!good || !isdigit((unsigned char)*first)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "'%.40s' is not an amount of dollars with at most six decimals", text);
    }
    out->micros = negative ? -micros : micros;
    return BW_OK;
}

const char *bw_money_format(struct bw_money money, char *out)
{
    uint64_t size = money.micros < 0 ? 0 - (uint64_t)money.micros : (uint64_t)money.micros;
    uint64_t cents = (size + 5000) / 10000;
    char plain[BW_MONEY_TEXT];
    int digits = snprintf(plain, sizeof(plain), "%" PRIu64, cents / 100);
    size_t at = 0;
    if (money.micros < 0 && cents > 0) {
        out[at++] = '-';
    }
    for (int i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = plain[i];
    }
    (void)snprintf(out + at, BW_MONEY_TEXT - at, ".%02" PRIu64, cents % 100);
    return out;
}
