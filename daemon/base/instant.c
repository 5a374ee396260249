/* daemon/base/instant.c: see instant.h. */
#include "base/instant.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *suffix;
    int64_t ms;
} UNITS[] = {
    { "w", 7 * BW_DAY_MS }, { "d", BW_DAY_MS },    { "h", BW_HOUR_MS },
    { "m", BW_MINUTE_MS },  { "s", BW_SECOND_MS }, { "ms", 1 },
};

/* Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. */
int64_t bw_days_of_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool to_utc(int64_t at_ms, struct tm *out)
{
    int64_t seconds = at_ms / 1000 - (at_ms % 1000 < 0 ? 1 : 0);
    time_t at = (time_t)seconds;
    return gmtime_r(&at, out) != NULL;
}

const char *bw_instant_format(int64_t at_ms, char *out)
{
    struct tm tm = { 0 };
    if (!to_utc(at_ms, &tm) || strftime(out, BW_INSTANT_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        out[0] = '\0';
    }
    return out;
}

const char *bw_instant_format_day(int64_t at_ms, char *out)
{
    struct tm tm = { 0 };
    if (!to_utc(at_ms, &tm) || strftime(out, BW_INSTANT_TEXT, "%Y-%m-%d", &tm) == 0) {
        out[0] = '\0';
    }
    return out;
}

int64_t bw_instant_month(int64_t at_ms, int later)
{
    struct tm tm = { 0 };
    (void)to_utc(at_ms, &tm);
    int64_t months = (tm.tm_year + INT64_C(1900)) * 12 + tm.tm_mon + later;
    return bw_days_of_date(months / 12, months % 12 + 1, 1) * BW_DAY_MS;
}

/* Exactly `width` digits at *text, which moves past them. */
static bool digits(const char **text, int width, int *out)
{
    int value = 0;
    for (int i = 0; i < width; i++, (*text)++) {
        if (!isdigit((unsigned char)**text)) {
            return false;
        }
        value = value * 10 + (**text - '0');
    }
    *out = value;
    return true;
}

static bool literal(const char **text, char c)
{
    if (**text != c) {
        return false;
    }
    (*text)++;
    return true;
}

/* The part after the date: Thh:mm:ss[.fraction](Z|+hh:mm|-hh:mm). */
static bool time_of_day(const char *text, int64_t *out_ms)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    if ((*text != 'T' && *text != 't' && *text != ' ') || !(text++, digits(&text, 2, &hour)) ||
        !literal(&text, ':') || !digits(&text, 2, &minute) || !literal(&text, ':') ||
        !digits(&text, 2, &second) || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    int64_t ms = ((hour * 60 + minute) * INT64_C(60) + second) * 1000;
    if (literal(&text, '.')) {
        int64_t unit = 100;
        if (!isdigit((unsigned char)*text)) {
            return false;
        }
        for (; isdigit((unsigned char)*text); text++, unit /= 10) {
            ms += (*text - '0') * unit;
        }
    }
    if (*text == '+' || *text == '-') {
        int sign = *text++ == '+' ? -1 : 1;
        int zone_hour = 0;
        int zone_minute = 0;
        if (!digits(&text, 2, &zone_hour) || !literal(&text, ':') ||
            !digits(&text, 2, &zone_minute) || zone_hour > 23 || zone_minute > 59) {
            return false;
        }
        ms += sign * (zone_hour * BW_HOUR_MS + zone_minute * BW_MINUTE_MS);
    } else if (!literal(&text, 'Z') && !literal(&text, 'z')) {
        return false;
    }
    *out_ms = ms;
    return *text == '\0';
}

enum bw_err bw_instant_parse(const char *text, int64_t *out_ms, struct bw_error *err)
{
    const char *at = text;
    int year = 0;
    int month = 0;
    int day = 1;
    int64_t rest_ms = 0;
    bool good = digits(&at, 4, &year) && literal(&at, '-') && digits(&at, 2, &month) &&
                month >= 1 && month <= 12;
    if (good && *at != '\0') {
        good = literal(&at, '-') && digits(&at, 2, &day) && day >= 1 &&
               day <= days_in_month(year, month) && (*at == '\0' || time_of_day(at, &rest_ms));
    }
    if (!good) {
        return bw_fail(err, BW_ERR_INVALID,
                       "'%.40s' is not a date; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ", text);
    }
    *out_ms = bw_days_of_date(year, month, day) * BW_DAY_MS + rest_ms;
    return BW_OK;
}

enum bw_err bw_duration_parse(const char *text, int64_t *out_ms, struct bw_error *err)
{
    int64_t value = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at) && value < INT64_C(1000000000000); at++) {
        value = value * 10 + (*at - '0');
    }
    for (size_t i = 0; at != text && i < BW_COUNT(UNITS); i++) {
        if (strcmp(at, UNITS[i].suffix) != 0) {
            continue;
        }
        if (value > 10 * BW_YEAR_MS / UNITS[i].ms) {
            return bw_fail(err, BW_ERR_RANGE, "'%.40s' is longer than ten years", text);
        }
        *out_ms = value * UNITS[i].ms;
        return BW_OK;
    }
    return bw_fail(err, BW_ERR_INVALID,
                   "'%.40s' is not a duration; write a number and ms, s, m, h, d or w", text);
}

const char *bw_duration_format(int64_t duration_ms, char *out)
{
    size_t unit = BW_COUNT(UNITS) - 1;
    for (size_t i = 1; i < BW_COUNT(UNITS); i++) { /* weeks are read, never written */
        if (duration_ms % UNITS[i].ms == 0) {
            unit = i;
            break;
        }
    }
    (void)snprintf(out, BW_INSTANT_TEXT, "%" PRId64 "%s", duration_ms / UNITS[unit].ms,
                   UNITS[unit].suffix);
    return out;
}

static int64_t clock_us(clockid_t clock)
{
    struct timespec now = { 0 };
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t bw_clock_now_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t bw_clock_monotonic_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t bw_clock_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}
