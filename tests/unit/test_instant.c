#include "base/instant.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int64_t parsed(const char *text)
{
    int64_t at = -1;
    enum bw_err rc = bw_instant_parse(text, &at, NULL);
    return rc == BW_OK ? at : -1;
}

Test(instant, reads_days_months_zones_and_fractions)
{
    cr_expect(eq(i64, parsed("1970-01-01"), 0));
    cr_expect(eq(i64, parsed("2026-11"), parsed("2026-11-01")));
    cr_expect(eq(i64, parsed("2024-02-29T12:00:00Z"), INT64_C(1709208000000)));
    cr_expect(eq(i64, parsed("2024-02-29T14:30:00.250+02:30"), INT64_C(1709208000250)));
}

Test(instant, refuses_days_that_no_calendar_has)
{
    const char *const bad[] = { "2025-02-29", "2025-13-01", "2025-1-01",           "yesterday",
                                "",           "2025-01-01T", "2025-01-01T25:00:00Z", "2025-01-01T10:00:00" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        cr_expect(eq(i64, parsed(bad[i]), -1), "%s", bad[i]);
    }
}

Test(instant, every_day_of_two_centuries_survives_a_round_trip)
{
    char text[BW_INSTANT_TEXT];
    for (int64_t day = -36525; day < 36525 * 2; day++) {
        bw_instant_format_day(day * BW_DAY_MS, text);
        cr_assert(eq(i64, day == -1 ? -BW_DAY_MS : parsed(text), day * BW_DAY_MS), "%s", text);
    }
}

Test(instant, durations_read_and_print_alike)
{
    const char *const texts[] = { "90s", "6h", "0ms", "30d", "250ms", "15m" };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        int64_t ms = -1;
        char out[BW_INSTANT_TEXT];
        cr_assert(eq(int, bw_duration_parse(texts[i], &ms, NULL), BW_OK));
        const char *want = i == 2 ? "0d" : texts[i];
        cr_expect(eq(str, (char *)bw_duration_format(ms, out), (char *)want));
    }
    int64_t ms = 7;
    cr_expect(eq(int, bw_duration_parse("6", &ms, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_duration_parse("h", &ms, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_duration_parse("99999999999999999999h", &ms, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_duration_parse("4000d", &ms, NULL), BW_ERR_RANGE));
    cr_expect(eq(i64, ms, 7));
}

Test(instant, a_month_begins_on_its_first_day)
{
    static const struct {
        const char *at;
        int later;
        const char *begins;
    } cases[] = {
        { "2026-11-25T00:43:00Z", 0, "2026-11-01" }, { "2026-11-30T23:59:59Z", 1, "2026-12-01" },
        { "2026-12-31", 1, "2027-01-01" },           { "2024-02-29", 0, "2024-02-01" },
        { "2026-01-01", 0, "2026-01-01" },           { "2026-01-01", -1, "2025-12-01" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t at_ms = 0;
        int64_t begins_ms = 0;
        cr_assert(eq(int, bw_instant_parse(cases[i].at, &at_ms, NULL), BW_OK));
        cr_assert(eq(int, bw_instant_parse(cases[i].begins, &begins_ms, NULL), BW_OK));
        cr_expect(eq(i64, bw_instant_month(at_ms, cases[i].later), begins_ms), "%s", cases[i].at);
    }
}
