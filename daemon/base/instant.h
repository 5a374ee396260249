/* daemon/base/instant.h: points in time and durations as text. A time is int64_t UTC milliseconds
 * since 1970; 0 stands for "unknown" in facts, so a catalog's epoch never passes for a date. */
#ifndef BW_BASE_INSTANT_H
#define BW_BASE_INSTANT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define BW_SECOND_MS INT64_C(1000)
#define BW_MINUTE_MS (60 * BW_SECOND_MS)
#define BW_HOUR_MS (60 * BW_MINUTE_MS)
#define BW_DAY_MS (24 * BW_HOUR_MS)
#define BW_YEAR_MS (365 * BW_DAY_MS)

enum { BW_INSTANT_TEXT = 32 }; /* bytes that either format needs */

/* RFC 3339 in UTC, whole seconds: 2026-11-23T18:00:00Z; YYYY-MM-DD for the day alone.
 * Returns out, an array of BW_INSTANT_TEXT bytes. */
const char *bw_instant_format(int64_t at_ms, char *out);
const char *bw_instant_format_day(int64_t at_ms, char *out);

/* When the calendar month (UTC) began that lies `later` months after the one of at_ms. */
int64_t bw_instant_month(int64_t at_ms, int later);

/* Read YYYY-MM-DD (midnight UTC), YYYY-MM (its first day) or RFC 3339 with a zone.
 * Errors: BW_ERR_INVALID, also for a day that no calendar has. */
BW_MUST_CHECK enum bw_err bw_instant_parse(const char *text, int64_t *out_ms, struct bw_error *err);

/* The day that a date is, counted from 1970-01-01; month from 1. */
int64_t bw_days_of_date(int64_t year, int64_t month, int64_t day);

/* Read a duration: a whole number and one of ms, s, m, h, d, w ("90s", "6h", "0d").
 * Errors: BW_ERR_INVALID, BW_ERR_RANGE above ten years. */
BW_MUST_CHECK enum bw_err bw_duration_parse(const char *text, int64_t *out_ms,
                                            struct bw_error *err);
/* The shortest exact form in the same notation. Returns out, BW_INSTANT_TEXT bytes. */
const char *bw_duration_format(int64_t duration_ms, char *out);

/* The wall clock and the monotonic clock. Only app, cli and io may ask; rules are told the time. */
int64_t bw_clock_now_ms(void);
int64_t bw_clock_monotonic_ms(void);
int64_t bw_clock_monotonic_us(void); /* microseconds */
#endif
