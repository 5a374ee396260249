#include "domain/delivery.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/instant.h"

Test(delivery, waits_grow_for_nine_attempts_and_then_it_is_given_up)
{
    int64_t before = 0;
    for (int64_t attempts = 1; attempts <= 9; attempts++) {
        int64_t wait_ms = bw_delivery_wait_ms(attempts, 0, 7);
        cr_expect(gt(i64, wait_ms, before));
        before = wait_ms;
    }
    cr_expect(eq(i64, bw_delivery_wait_ms(10, 0, 7), -1));
    cr_expect(eq(i64, bw_delivery_wait_ms(10, BW_HOUR_MS, 7), -1));
    cr_expect(eq(i64, bw_delivery_wait_ms(0, 0, 7), 0));
}

Test(delivery, messages_of_one_failure_do_not_come_back_as_one)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (uint64_t salt = 1; salt <= 1000; salt++) {
        int64_t wait_ms = bw_delivery_wait_ms(2, 0, salt);
        least = wait_ms < least ? wait_ms : least;
        most = wait_ms > most ? wait_ms : most;
    }
    cr_expect(ge(i64, least, 5 * BW_MINUTE_MS));
    cr_expect(le(i64, most, 5 * BW_MINUTE_MS + 30 * BW_SECOND_MS));
    cr_expect(gt(i64, most - least, 20 * BW_SECOND_MS));
}

Test(delivery, what_the_server_asks_for_is_the_least)
{
    cr_expect(ge(i64, bw_delivery_wait_ms(1, BW_DAY_MS, 3), BW_DAY_MS));
    cr_expect(ge(i64, bw_delivery_wait_ms(9, BW_SECOND_MS, 3), BW_DAY_MS));
    cr_expect(ge(i64, bw_delivery_circuit_ms(1, BW_DAY_MS), BW_DAY_MS));
    cr_expect(ge(i64, bw_poll_wait_ms(BW_MINUTE_MS, 1, BW_DAY_MS, 3), BW_DAY_MS));
}

Test(delivery, an_endpoint_is_left_alone_for_five_minutes_at_most)
{
    cr_expect(eq(i64, bw_delivery_circuit_ms(1, 0), BW_SECOND_MS));
    cr_expect(eq(i64, bw_delivery_circuit_ms(4, 0), 8 * BW_SECOND_MS));
    cr_expect(eq(i64, bw_delivery_circuit_ms(9, 5 * BW_SECOND_MS), 5 * BW_SECOND_MS),
              "it says itself when it wants to be asked");
    cr_expect(eq(i64, bw_delivery_circuit_ms(INT64_MAX, 0), 5 * BW_MINUTE_MS));
}

Test(delivery, polls_keep_their_pace_and_a_failing_source_is_asked_sooner)
{
    int64_t every_ms = 6 * BW_HOUR_MS;
    cr_expect(ge(i64, bw_poll_wait_ms(every_ms, 0, 0, 9), every_ms));
    cr_expect(le(i64, bw_poll_wait_ms(every_ms, 0, 0, 9), every_ms + every_ms / 10));
    cr_expect(lt(i64, bw_poll_wait_ms(every_ms, 1, 0, 9), 2 * BW_MINUTE_MS));
    cr_expect(le(i64, bw_poll_wait_ms(every_ms, 1000000, 0, 9), 66 * BW_MINUTE_MS));
    cr_expect(le(i64, bw_poll_wait_ms(30 * BW_SECOND_MS, 5, 0, 9), 33 * BW_SECOND_MS));
}
