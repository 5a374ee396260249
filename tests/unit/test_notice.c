#include "domain/notice.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/instant.h"

#define DEADLINE (1000 * BW_DAY_MS)
#define LEAD (30 * BW_DAY_MS)

Test(notice, severity_follows_the_deadline_minus_the_lead_time)
{
    static const struct {
        int64_t days_left;
        enum bw_severity severity;
    } cases[] = {
        { 61, BW_SEVERITY_INFO }, { 60, BW_SEVERITY_PLAN }, { 31, BW_SEVERITY_PLAN },
        { 30, BW_SEVERITY_ACT },  { 1, BW_SEVERITY_ACT },   { 0, BW_SEVERITY_OVERDUE },
        { -9, BW_SEVERITY_OVERDUE },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t now_ms = DEADLINE - cases[i].days_left * BW_DAY_MS;
        cr_expect(eq(int, (int)bw_severity_of(DEADLINE, LEAD, now_ms), (int)cases[i].severity),
                  "%d days left", (int)cases[i].days_left);
    }
    cr_expect(eq(int, (int)bw_severity_of(0, LEAD, DEADLINE), BW_SEVERITY_INFO));
}

Test(notice, the_next_rise_is_the_instant_at_which_severity_changes)
{
    static const int64_t leads[] = { 0, 1, LEAD, 400 * BW_DAY_MS };
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        int64_t now_ms = DEADLINE - 900 * BW_DAY_MS;
        int rises = 0;
        for (int64_t at; (at = bw_severity_next_ms(DEADLINE, leads[i], now_ms)) != 0; now_ms = at) {
            cr_assert(gt(i64, at, now_ms));
            cr_expect(gt(int, (int)bw_severity_of(DEADLINE, leads[i], at),
                         (int)bw_severity_of(DEADLINE, leads[i], at - 1)));
            rises++;
        }
        cr_expect(eq(int, rises, leads[i] == 0 ? 1 : 3));
        cr_expect(eq(int, (int)bw_severity_of(DEADLINE, leads[i], now_ms), BW_SEVERITY_OVERDUE));
    }
    cr_expect(eq(i64, bw_severity_next_ms(0, LEAD, 5), 0));
}

Test(notice, what_is_settled_can_only_be_opened_again)
{
    for (int from = BW_NOTICE_OPEN; from <= BW_NOTICE_CANCELLED; from++) {
        bool put_off = from == BW_NOTICE_SNOOZED || from == BW_NOTICE_WAIVED; /* for longer */
        cr_expect(eq(int, bw_notice_may_move(from, from), put_off), "%d to itself", from);
        for (int to = BW_NOTICE_OPEN; to <= BW_NOTICE_CANCELLED; to++) {
            if (!bw_notice_is_live(from) && bw_notice_may_move(from, to)) {
                cr_expect(eq(int, to, BW_NOTICE_OPEN));
            }
            if (bw_notice_is_live(from) && !bw_notice_is_live(to)) {
                cr_expect(bw_notice_may_move(from, to), "%d to %d", from, to);
            }
        }
    }
    cr_expect(not(bw_notice_may_move(BW_NOTICE_SNOOZED, BW_NOTICE_VERIFIED)));
}

Test(notice, stale_and_swap_are_one_matter_and_so_are_deprecated_and_retired)
{
    cr_expect(eq(str, (char *)bw_notice_matter(BW_NOTICE_STALE), "succession"));
    cr_expect(eq(str, (char *)bw_notice_matter(BW_NOTICE_SWAP), "succession"));
    cr_expect(eq(str, (char *)bw_notice_matter(BW_NOTICE_DEPRECATED),
                 (char *)bw_notice_matter(BW_NOTICE_RETIRED)));
    cr_expect(ne(str, (char *)bw_notice_matter(BW_NOTICE_BASE_UNLISTED),
                 (char *)bw_notice_matter(BW_NOTICE_RETIRED)));
}

Test(notice, words_read_back)
{
    for (int kind = 0; kind <= BW_NOTICE_PRICE_STALE; kind++) {
        enum bw_notice_kind read = BW_NOTICE_STALE;
        cr_expect(bw_notice_kind_parse(bw_notice_kind_word(kind), &read));
        cr_expect(eq(int, (int)read, kind));
    }
    for (int state = 0; state <= BW_NOTICE_CANCELLED; state++) {
        enum bw_notice_state read = BW_NOTICE_OPEN;
        cr_expect(bw_notice_state_parse(bw_notice_state_word(state), &read));
        cr_expect(eq(int, (int)read, state));
    }
    enum bw_severity severity = BW_SEVERITY_PLAN;
    cr_expect(not(bw_severity_parse("critical", &severity)));
    cr_expect(eq(int, (int)severity, BW_SEVERITY_PLAN));
}
