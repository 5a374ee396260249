#include "domain/zone.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "codec/zoneinfo.h"

static const char *const NAMES[] = { "Europe/Berlin",    "America/New_York", "Asia/Kolkata",
                                     "Australia/Sydney", "America/Nuuk",     "Asia/Gaza",
                                     "Africa/Casablanca", "Pacific/Apia",    "UTC",
                                     "Europe/Dublin" };

static struct bw_zone zone;
static struct bw_error err;

static void end(void)
{
    bw_zone_clear(&zone);
}

TestSuite(zone, .fini = end);

static void load(const char *name)
{
    bw_zone_clear(&zone);
    enum bw_err rc = bw_zoneinfo_load(name, &zone, &err);
    cr_assert(eq(int, rc, BW_OK), "%s: %s", name, err.text);
}

static int64_t at(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

/* The C library knows as well; it is asked for every sixth hour of sixty years. */
Test(zone, agrees_with_the_c_library_on_every_day, .timeout = 120)
{
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        cr_skip("no time zone database here");
    }
    for (size_t i = 0; i < BW_COUNT(NAMES); i++) {
        load(NAMES[i]);
        cr_assert(eq(int, setenv("TZ", NAMES[i], 1), 0));
        tzset();
        for (int64_t ms = at("1995-01-01"); ms < at("2055-01-01"); ms += 6 * BW_HOUR_MS) {
            time_t seconds = ms / 1000;
            struct tm tm = { 0 };
            (void)localtime_r(&seconds, &tm);
            cr_assert(bw_zone_offset_ms(&zone, ms) == tm.tm_gmtoff * 1000, "%s at %lld", NAMES[i],
                      (long long)seconds);
        }
    }
}

Test(zone, a_wall_clock_time_that_comes_twice_is_the_first_and_one_left_out_is_shifted)
{
    load("Europe/Berlin");
    cr_expect(eq(i64, bw_zone_instant_ms(&zone, at("2026-07-01T09:00:00Z")),
                 at("2026-07-01T07:00:00Z")));
    cr_expect(eq(i64, bw_zone_instant_ms(&zone, at("2026-10-25T02:30:00Z")),
                 at("2026-10-25T00:30:00Z")), "twice");
    cr_expect(eq(i64, bw_zone_instant_ms(&zone, at("2026-10-25T03:30:00Z")),
                 at("2026-10-25T02:30:00Z")));
    cr_expect(eq(i64, bw_zone_instant_ms(&zone, at("2026-03-29T02:30:00Z")),
                 at("2026-03-29T01:30:00Z")), "left out: 03:30 there");
    cr_expect(eq(i64, bw_zone_instant_ms(&zone, at("2026-03-29T03:30:00Z")),
                 at("2026-03-29T01:30:00Z")));
}

/* What a distribution ships "slim" has nothing but the rule for the years to come. */
Test(zone, the_rule_at_the_end_of_a_file_speaks_for_the_years_to_come)
{
    char folder[] = "/tmp/basewatch-zone-XXXXXX";
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/Slim", folder);
    static const unsigned char head[] = { 'T', 'Z', 'i', 'f', '2', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                          0, 0, 0, 0, 0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                          0, 0, 0, 0, 0, 1, 0, 0, 0, 1 };
    static const unsigned char type[] = { 0, 0, 0x0e, 0x10, 0, 0, 0 };
    FILE *file = fopen(path, "wb");
    cr_assert(ne(ptr, file, NULL));
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(sz, fwrite(head, 1, sizeof(head), file), sizeof(head)));
        cr_assert(eq(sz, fwrite(type, 1, sizeof(type), file), sizeof(type)));
    }
    cr_assert(ge(int, fputs("\nCET-1CEST,M3.5.0,M10.5.0/3\n", file), 0));
    cr_assert(eq(int, fclose(file), 0));
    cr_assert(eq(int, setenv("TZDIR", folder, 1), 0));
    load("Slim");
    (void)unlink(path);
    (void)rmdir(folder);
    cr_expect(eq(i64, bw_zone_offset_ms(&zone, at("2031-07-01")), 2 * BW_HOUR_MS));
    cr_expect(eq(i64, bw_zone_offset_ms(&zone, at("2031-12-01")), BW_HOUR_MS));
    cr_expect(eq(i64, bw_zone_offset_ms(&zone, at("2031-03-30T00:59:59Z")), BW_HOUR_MS));
    cr_expect(eq(i64, bw_zone_offset_ms(&zone, at("2031-03-30T01:00:00Z")), 2 * BW_HOUR_MS));
}

Test(zone, what_is_no_zone_is_refused_with_a_hint)
{
    static const char *const wrong[] = { "Europe/Berln", "../../../etc/passwd", "/etc/localtime",
                                         "", "posixrules/../UTC" };
    for (size_t i = 0; i < BW_COUNT(wrong); i++) {
        cr_expect(eq(int, bw_zoneinfo_load(wrong[i], &zone, &err), BW_ERR_INVALID), "%s", wrong[i]);
        cr_expect(ne(ptr, strstr(err.text, "tzdata"), NULL), "%s", err.text);
    }
    cr_expect(eq(sz, zone.count, 0));
}
