#include "io/alarm.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/instant.h"

static uv_loop_t loop;
static struct bw_alarm *alarm_clock;
static int rings;

static void on_ring(void *context)
{
    rings++;
    cr_expect(eq(ptr, context, &rings));
}

static void begin(void)
{
    struct bw_error err = { 0 };
    cr_assert(eq(int, uv_loop_init(&loop), 0));
    cr_assert(eq(int, (int)bw_alarm_new(&loop, on_ring, &rings, &alarm_clock, &err), BW_OK));
}

static void end(void)
{
    bw_alarm_close(alarm_clock);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert(eq(int, uv_loop_close(&loop), 0));
}

TestSuite(alarm, .init = begin, .fini = end, .timeout = 30);

static void on_timer(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Run the loop for that long. */
static void run_for(uint64_t duration_ms)
{
    uv_timer_t timer;
    bool over = false;
    (void)uv_timer_init(&loop, &timer);
    timer.data = &over;
    (void)uv_timer_start(&timer, on_timer, duration_ms, 0);
    while (!over) {
        (void)uv_run(&loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
}

Test(alarm, it_rings_once_and_not_before_its_time)
{
    int64_t at_ms = bw_clock_now_ms() + 60;
    bw_alarm_set(alarm_clock, at_ms);
    while (rings == 0) {
        (void)uv_run(&loop, UV_RUN_ONCE);
    }
    cr_expect(ge(i64, bw_clock_now_ms(), at_ms));
    run_for(80);
    cr_expect(eq(int, rings, 1));
}

Test(alarm, a_time_that_has_passed_rings_at_once)
{
    static const int64_t past[] = { 0, -5, 1, INT64_MIN };
    for (int i = 0; i < 4; i++) {
        bw_alarm_set(alarm_clock, past[i]);
        run_for(20);
        cr_expect(eq(int, rings, i + 1), "%d", i);
    }
}

Test(alarm, a_new_time_replaces_the_old_one_and_never_is_never)
{
    bw_alarm_set(alarm_clock, bw_clock_now_ms() + 30);
    bw_alarm_set(alarm_clock, bw_clock_now_ms() + 3600000);
    run_for(60);
    bw_alarm_set(alarm_clock, bw_clock_now_ms() + 30);
    bw_alarm_set(alarm_clock, INT64_MAX);
    run_for(60);
    cr_expect(eq(int, rings, 0));
}

Test(alarm, closed_it_rings_no_more)
{
    struct bw_alarm *second = NULL;
    struct bw_error err = { 0 };
    cr_assert(eq(int, (int)bw_alarm_new(&loop, on_ring, &rings, &second, &err), BW_OK));
    bw_alarm_set(second, 1);
    bw_alarm_close(second);
    run_for(20);
    cr_expect(eq(int, rings, 0));
}
