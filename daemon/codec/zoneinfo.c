/* daemon/codec/zoneinfo.c: see zoneinfo.h. A file has its changes twice, in 32 and in 64 bits, and ends
 * in the rule that holds after the last of them, as $TZ spells it. */
#include "codec/zoneinfo.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"

enum {
    FILE_BYTES_MAX = 256 * 1024,
    HEADER_BYTES = 44,
    COUNTS_AT = 20,
    TYPE_BYTES = 6,
    YEARS_TO = 2100,
};
static const char FOLDER[] = "/usr/share/zoneinfo";

struct header { /* in the file's order */
    size_t is_utc, is_standard, leaps, changes, types, characters;
};

struct rule { /* the weekday-th (0: Sunday) of week 1 to 5 (the last) of a month, and a time there */
    int month, week, weekday;
    int64_t time_ms;
};

struct reader {
    const unsigned char *at;
    size_t left;
};

static enum bw_err read_file(const char *name, char **text, size_t *size, struct bw_error *err);
static bool parse(struct reader *reader, struct bw_zone *out);
static bool write_out(const char *rule, struct bw_zone *out);

enum bw_err bw_zoneinfo_load(const char *name, struct bw_zone *out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_zone_clear) struct bw_zone zone = { 0 };
    size_t size = 0;
    if (strcmp(name, "UTC") != 0) {
        enum bw_err rc = read_file(name, &text, &size, err);
        if (rc != BW_OK) {
            return rc;
        }
        struct reader reader = { (const unsigned char *)text, size };
        if (!parse(&reader, &zone)) {
            return bw_fail(err, BW_ERR_INVALID, "'%.60s' is not a time zone", name);
        }
    }
    *out = zone;
    zone = (struct bw_zone){ 0 };
    return BW_OK;
}

static enum bw_err read_file(const char *name, char **text, size_t *size, struct bw_error *err)
{
    const char *folder = getenv("TZDIR");
    folder = folder == NULL || folder[0] == '\0' ? FOLDER : folder;
    bool plain = isalpha((unsigned char)name[0]) && strchr(name, '.') == NULL;
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", folder, name);
    enum bw_err rc = plain ? bw_file_read(path, FILE_BYTES_MAX, text, size, err) : BW_ERR_NOTFOUND;
    if (rc == BW_ERR_NOTFOUND || rc == BW_ERR_TOOBIG) {
        return bw_fail(err, BW_ERR_INVALID,
                       "'%.60s' is not in %s; write a name like Europe/Berlin, and install tzdata "
                       "if that folder is missing",
                       name, folder);
    }
    return rc == BW_OK ? BW_OK : bw_error_prefix(err, "%s: ", path);
}

/* ---- the file ---- */

static bool skip(struct reader *reader, size_t size)
{
    if (size > reader->left) {
        return false;
    }
    reader->at += size;
    reader->left -= size;
    return true;
}

static int64_t big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t value = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | bytes[i];
    }
    return (int64_t)value;
}

static bool read_header(struct reader *reader, struct header *out)
{
    const unsigned char *bytes = reader->at;
    size_t *const counts[] = { &out->is_utc,  &out->is_standard, &out->leaps,
                               &out->changes, &out->types,       &out->characters };
    if (!skip(reader, HEADER_BYTES) || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2') {
        return false;
    }
    for (size_t i = 0; i < BW_COUNT(counts); i++) {
        int64_t count = big_endian(bytes + COUNTS_AT + 4 * i, 4);
        if (count < 0 || count > FILE_BYTES_MAX) {
            return false;
        }
        *counts[i] = (size_t)count;
    }
    return out->types > 0;
}

/* What follows the types: names, leap seconds, two flags a type. */
static size_t tail_bytes(const struct header *header, size_t time_bytes)
{
    return header->characters + header->leaps * (time_bytes + 4) + header->is_standard +
           header->is_utc;
}

static bool read_changes(const struct header *header, const unsigned char *times,
                         struct bw_zone *out)
{
    const unsigned char *which = times + 8 * header->changes;
    const unsigned char *types = which + header->changes;
    BW_VEC_PUSH(out, (struct bw_zone_change){ INT64_MIN, big_endian(types, 4) * BW_SECOND_MS });
    for (size_t i = 0; i < header->changes; i++) {
        int64_t at_sec = big_endian(times + 8 * i, 8);
        if (which[i] >= header->types) {
            return false;
        }
        if (at_sec > INT64_MIN / 1000 && at_sec < INT64_MAX / 1000) {
            int64_t offset_sec = big_endian(types + TYPE_BYTES * (size_t)which[i], 4);
            BW_VEC_PUSH(out, (struct bw_zone_change){ at_sec * BW_SECOND_MS,
                                                      offset_sec * BW_SECOND_MS });
        }
    }
    return true;
}

static bool parse(struct reader *reader, struct bw_zone *out)
{
    struct header narrow = { 0 };
    struct header wide = { 0 };
    if (!read_header(reader, &narrow) ||
        !skip(reader, narrow.changes * 5 + narrow.types * TYPE_BYTES + tail_bytes(&narrow, 4)) ||
        !read_header(reader, &wide)) {
        return false;
    }
    const unsigned char *times = reader->at;
    if (!skip(reader, wide.changes * 9 + wide.types * TYPE_BYTES + tail_bytes(&wide, 8)) ||
        !read_changes(&wide, times, out)) {
        return false;
    }
    const char *footer = (const char *)reader->at;
    const char *end = reader->left < 2 ? NULL : memchr(footer + 1, '\n', reader->left - 1);
    if (end == NULL || footer[0] != '\n') {
        return false;
    }
    BW_CLEANUP(bw_freep) char *rule = bw_xstrndup(footer + 1, (size_t)(end - footer) - 1);
    return rule[0] == '\0' || write_out(rule, out);
}

/* ---- the rule at its end: CET-1CEST,M3.5.0,M10.5.0/3 (POSIX.1-2017, 8.3, TZ) ---- */

static bool literal(const char **text, char c)
{
    bool there = **text == c;
    *text += there ? 1 : 0;
    return there;
}

static bool number(const char **text, int64_t *out)
{
    size_t size = strspn(*text, "0123456789");
    *out = size == 0 || size > 4 ? -1 : strtoll(*text, NULL, 10);
    *text += size;
    return *out >= 0;
}

/* Letters, or anything in angle brackets. */
static bool name(const char **text)
{
    const char *from = *text;
    if (literal(text, '<')) {
        *text += strcspn(*text, ">");
        return literal(text, '>');
    }
    while (isalpha((unsigned char)**text)) {
        (*text)++;
    }
    return *text > from;
}

/* [+-]hh[:mm[:ss]] */
static bool duration(const char **text, int64_t *out_ms)
{
    static const int64_t units[] = { BW_HOUR_MS, BW_MINUTE_MS, BW_SECOND_MS };
    int64_t sign = literal(text, '-') ? -1 : 1;
    *text += sign == 1 && **text == '+' ? 1 : 0;
    *out_ms = 0;
    for (size_t i = 0; i < BW_COUNT(units) && (i == 0 || literal(text, ':')); i++) {
        int64_t value = 0;
        if (!number(text, &value)) {
            return false;
        }
        *out_ms += sign * value * units[i];
    }
    return true;
}

static bool date(const char **text, struct rule *out)
{
    int64_t month = 0;
    int64_t week = 0;
    int64_t weekday = 0;
    out->time_ms = 2 * BW_HOUR_MS;
    if (!literal(text, ',') || !literal(text, 'M') || !number(text, &month) ||
        !literal(text, '.') || !number(text, &week) || !literal(text, '.') ||
        !number(text, &weekday) || month < 1 || month > 12 || week < 1 || week > 5 ||
        weekday > 6 || (literal(text, '/') && !duration(text, &out->time_ms))) {
        return false;
    }
    out->month = (int)month;
    out->week = (int)week;
    out->weekday = (int)weekday;
    return true;
}

/* By the wall clock. */
static int64_t rule_ms(const struct rule *rule, int year)
{
    int64_t first = bw_days_of_date(year, rule->month, 1);
    int64_t next = rule->month == 12 ? bw_days_of_date(year + 1, 1, 1)
                                     : bw_days_of_date(year, rule->month + 1, 1);
    int64_t ahead = (rule->weekday - (first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + ahead + 7 * (rule->week - 1);
    return (day >= next ? day - 7 : day) * BW_DAY_MS + rule->time_ms;
}

static void push_later(struct bw_zone *out, int64_t at_ms, int64_t offset_ms)
{
    if (at_ms > out->items[out->count - 1].at_ms) {
        BW_VEC_PUSH(out, (struct bw_zone_change){ at_ms, offset_ms });
    }
}

static bool write_out(const char *rule, struct bw_zone *out)
{
    struct rule begins = { 0 };
    struct rule ends = { 0 };
    int64_t standard_ms = 0;
    if (!name(&rule) || !duration(&rule, &standard_ms)) {
        return false;
    }
    standard_ms = -standard_ms; /* POSIX counts westwards */
    int64_t summer_ms = standard_ms + BW_HOUR_MS;
    if (*rule == '\0') {
        return true; /* the last change has brought it about */
    }
    bool good = name(&rule);
    if (good && *rule != ',') {
        good = duration(&rule, &summer_ms);
        summer_ms = -summer_ms;
    }
    if (!good || !date(&rule, &begins) || !date(&rule, &ends) || *rule != '\0') {
        return false;
    }
    for (int year = 1970; year < YEARS_TO; year++) {
        int64_t begin_ms = rule_ms(&begins, year) - standard_ms;
        int64_t end_ms = rule_ms(&ends, year) - summer_ms;
        push_later(out, begin_ms < end_ms ? begin_ms : end_ms,
                   begin_ms < end_ms ? summer_ms : standard_ms);
        push_later(out, begin_ms < end_ms ? end_ms : begin_ms,
                   begin_ms < end_ms ? standard_ms : summer_ms);
    }
    return true;
}
