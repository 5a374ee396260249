/* daemon/engine/pressing.c: how pressing a notice is: its severity, its deadline, and when either
 * is spoken of next. */
#include "engine/state.h"

#include "base/str.h"
#include "engine/pricing.h"

enum { LEAD_DAYS_BASE = 10, LEAD_DAYS_PER_PERSON_DAY = 2 };

static int64_t lead_ms_of(const struct bw_deployment *deployment,
                          const struct bw_estimate *estimate)
{
    double person_days = estimate == NULL ? 0.0 : estimate->person_days.expected;
    int64_t days = deployment->lead_days >= 0
                       ? deployment->lead_days
                       : (int64_t)(LEAD_DAYS_PER_PERSON_DAY * person_days) + LEAD_DAYS_BASE;
    return days * BW_DAY_MS;
}

/* What is read of a deadline ahead of its day has to say until when there is time. */
static void append_begin(struct bw_notice *notice, int64_t begin_ms)
{
    char day[BW_INSTANT_TEXT];
    char *summary = bw_xasprintf("%s; to be begun by %s", notice->summary,
                                 bw_instant_format_day(begin_ms, day));
    free(notice->summary);
    notice->summary = summary;
}

void bw_engine_press(const struct bw_engine *engine, const struct bw_deployment *deployment,
                     const struct bw_estimate *estimate, int64_t deadline_ms,
                     struct bw_notice *notice)
{
    int64_t lead_ms = lead_ms_of(deployment, estimate);
    int64_t stale_ms = estimate == NULL ? 0 : bw_estimate_stale_ms(estimate, engine->now_ms);
    notice->severity = bw_severity_of(deadline_ms, lead_ms, engine->now_ms);
    notice->rises_ms = bw_severity_next_ms(deadline_ms, lead_ms, engine->now_ms);
    notice->deadline_ms = deadline_ms;
    if (deadline_ms - lead_ms > engine->now_ms) {
        append_begin(notice, deadline_ms - lead_ms);
    }
    notice->remind_ms = bw_reminder_next_ms(deadline_ms, engine->now_ms);
    if (stale_ms != 0 && (notice->rises_ms == 0 || stale_ms < notice->rises_ms)) {
        notice->rises_ms = stale_ms; /* looked at again then: a price has passed its shelf life */
    }
}
