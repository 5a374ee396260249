#include "domain/rhythm.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

#include "base/instant.h"
#include "codec/zoneinfo.h"

enum { MON = 1 << 0, SAT = 1 << 5, SUN = 1 << 6 };

static struct bw_zone berlin;

static void begin(void)
{
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        cr_skip("no time zone database here");
    }
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_zoneinfo_load("Europe/Berlin", &berlin, &err), BW_OK));
}

static void end(void)
{
    bw_zone_clear(&berlin);
}

TestSuite(rhythm, .init = begin, .fini = end);

static void expect(const struct bw_rhythm *rhythm, const char *now, const char *want)
{
    int64_t now_ms = 0;
    char text[BW_INSTANT_TEXT];
    cr_assert(eq(int, bw_instant_parse(now, &now_ms, NULL), BW_OK));
    (void)bw_instant_format(bw_rhythm_free_ms(rhythm, &berlin, now_ms), text);
    cr_expect(eq(str, text, (char *)want), "at %s", now);
}

Test(rhythm, without_one_everything_leaves_at_once)
{
    const struct bw_rhythm none = { 0 };
    expect(&none, "2026-11-25T03:00:00Z", "2026-11-25T03:00:00Z");
}

Test(rhythm, a_digest_comes_at_its_hour_there_on_both_sides_of_a_change_of_clocks)
{
    const struct bw_rhythm daily = { .digest = true, .digest_at_ms = 9 * BW_HOUR_MS };
    expect(&daily, "2026-03-28T07:00:00Z", "2026-03-28T08:00:00Z");
    expect(&daily, "2026-03-28T08:00:00Z", "2026-03-28T08:00:00Z");
    expect(&daily, "2026-03-28T08:00:01Z", "2026-03-29T07:00:00Z");
    expect(&daily, "2026-10-24T23:30:00Z", "2026-10-25T08:00:00Z");
}

Test(rhythm, a_digest_in_the_hour_that_is_left_out_or_comes_twice_comes_once)
{
    const struct bw_rhythm night = { .digest = true,
                                     .digest_at_ms = 2 * BW_HOUR_MS + 30 * BW_MINUTE_MS };
    expect(&night, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z");
    expect(&night, "2026-03-29T01:30:01Z", "2026-03-30T00:30:00Z");
    expect(&night, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
    expect(&night, "2026-10-25T00:30:01Z", "2026-10-26T01:30:00Z");
}

Test(rhythm, a_weekly_digest_keeps_to_its_day_there)
{
    const struct bw_rhythm weekly = { .digest = true,
                                      .digest_at_ms = 30 * BW_MINUTE_MS,
                                      .digest_days = MON };
    expect(&weekly, "2026-11-25T03:00:00Z", "2026-11-29T23:30:00Z"); /* it is Monday there */
    expect(&weekly, "2026-11-29T23:31:00Z", "2026-12-06T23:30:00Z");
}

Test(rhythm, quiet_hours_reach_over_midnight_and_whole_days)
{
    const struct bw_rhythm nights = { .quiet_from_ms = 18 * BW_HOUR_MS,
                                      .quiet_to_ms = 8 * BW_HOUR_MS,
                                      .quiet_days = SAT | SUN };
    expect(&nights, "2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z");
    expect(&nights, "2026-11-25T16:59:59Z", "2026-11-25T16:59:59Z");
    expect(&nights, "2026-11-25T17:00:00Z", "2026-11-26T07:00:00Z");
    expect(&nights, "2026-11-25T23:30:00Z", "2026-11-26T07:00:00Z");
    expect(&nights, "2026-11-27T18:00:00Z", "2026-11-30T07:00:00Z"); /* Friday evening */
    expect(&nights, "2026-10-24T23:30:00Z", "2026-10-26T07:00:00Z"); /* clocks go back */
}

Test(rhythm, quiet_within_a_day_ends_within_it)
{
    const struct bw_rhythm noon = { .quiet_from_ms = 12 * BW_HOUR_MS,
                                    .quiet_to_ms = 13 * BW_HOUR_MS };
    expect(&noon, "2026-11-25T11:30:00Z", "2026-11-25T12:00:00Z");
    expect(&noon, "2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z");
}

Test(rhythm, quiet_that_ends_in_the_hour_that_comes_twice_ends_at_all)
{
    const struct bw_rhythm odd = { .quiet_from_ms = BW_HOUR_MS,
                                   .quiet_to_ms = 2 * BW_HOUR_MS + 30 * BW_MINUTE_MS };
    expect(&odd, "2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z");
    expect(&odd, "2026-10-25T01:15:00Z", "2026-10-25T02:15:00Z"); /* 02:15 for the second time */
    expect(&odd, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"); /* 02:30 is left out */
}

Test(rhythm, a_digest_that_falls_into_quiet_hours_waits_for_their_end)
{
    const struct bw_rhythm both = { .digest = true,
                                    .digest_at_ms = 9 * BW_HOUR_MS,
                                    .quiet_from_ms = 20 * BW_HOUR_MS,
                                    .quiet_to_ms = 10 * BW_HOUR_MS };
    expect(&both, "2026-11-25T03:00:00Z", "2026-11-25T09:00:00Z");
}
