/* daemon/io/alarm.c: see alarm.h. A timerfd with TFD_TIMER_CANCEL_ON_SET (timerfd_create(2)): a
 * read fails with ECANCELED when the clock is set, and that is a ring too. */
#include "io/alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NEVER_SEC (INT64_C(4102444800)) /* the year 2100: armed, so that a set clock still rings */

struct bw_alarm {
    uv_poll_t poll;
    int fd;
    void (*ring)(void *context);
    void *context;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct bw_alarm *alarm = poll->data;
    uint64_t expirations = 0;
    (void)status;
    (void)events;
    if (read(alarm->fd, &expirations, sizeof(expirations)) >= 0 || errno == ECANCELED) {
        alarm->ring(alarm->context);
    }
}

enum bw_err bw_alarm_new(uv_loop_t *loop, void (*ring)(void *context), void *context,
                         struct bw_alarm **out, struct bw_error *err)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) {
        return bw_fail(err, BW_ERR_IO, "make a timer: %s", strerror(errno));
    }
    struct bw_alarm *alarm = bw_xcalloc(1, sizeof(*alarm));
    alarm->fd = fd;
    alarm->ring = ring;
    alarm->context = context;
    alarm->poll.data = alarm;
    (void)uv_poll_init(loop, &alarm->poll, fd);
    (void)uv_poll_start(&alarm->poll, UV_READABLE, on_readable);
    *out = alarm;
    return BW_OK;
}

void bw_alarm_set(struct bw_alarm *alarm, int64_t at_ms)
{
    struct itimerspec when = { .it_value = { .tv_sec = NEVER_SEC } };
    if (at_ms < NEVER_SEC * 1000) {
        at_ms = at_ms < 1 ? 1 : at_ms; /* 0 would disarm it */
        when.it_value.tv_sec = at_ms / 1000;
        when.it_value.tv_nsec = at_ms % 1000 * 1000000;
    }
    (void)timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL);
}

static void on_closed(uv_handle_t *handle)
{
    struct bw_alarm *alarm = handle->data;
    (void)close(alarm->fd);
    free(alarm);
}

void bw_alarm_close(struct bw_alarm *alarm)
{
    uv_close((uv_handle_t *)&alarm->poll, on_closed);
}
