#include "cli/threshold.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(threshold, ranges_alert_as_the_guidelines_say)
{
    const struct {
        const char *text;
        double quiet;
        double loud;
    } rows[] = {
        { "10", 10, 11 },     { "10", 0, -1 },      { "10:", 10, 9 },     { "~:10", -99, 11 },
        { "10:20", 20, 21 },  { "@10:20", 9, 10 },  { "@10:20", 21, 20 }, { "0", 0, 1 },
        { "-5:5", -5, -6 },   { "1.5", 1.5, 1.6 },  { ":3", 2, 4 },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        struct bw_threshold threshold;
        cr_assert(eq(int, bw_threshold_parse(rows[i].text, &threshold, NULL), BW_OK));
        cr_expect(not(bw_threshold_alerts(&threshold, rows[i].quiet)), "%s", rows[i].text);
        cr_expect(bw_threshold_alerts(&threshold, rows[i].loud), "%s", rows[i].text);
    }
}

Test(threshold, what_is_no_range_is_refused)
{
    const char *const bad[] = { "", "@", "x", "1:2:3", "20:10", "1 ", " 1", "inf", "~", "1:x", "nan" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        struct bw_threshold threshold;
        cr_expect(eq(int, bw_threshold_parse(bad[i], &threshold, NULL), BW_ERR_INVALID), "%s", bad[i]);
    }
}
