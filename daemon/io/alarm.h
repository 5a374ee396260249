/* daemon/io/alarm.h: an alarm on the wall clock, which rings as well when somebody sets the clock.
 */
#ifndef BW_IO_ALARM_H
#define BW_IO_ALARM_H
#include <stdint.h>

#include <uv.h>

#include "base/error.h"

struct bw_alarm;

/* Ownership: loop is borrowed. Errors: BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_alarm_new(uv_loop_t *loop, void (*ring)(void *context), void *context,
                                       struct bw_alarm **out, struct bw_error *err);
/* Ring once at at_ms (UTC; a past one rings at once), instead of the time set before.
 * INT64_MAX: never. */
void bw_alarm_set(struct bw_alarm *alarm, int64_t at_ms);
/* Freed in the close callback; does not ring any more. */
void bw_alarm_close(struct bw_alarm *alarm);
#endif
