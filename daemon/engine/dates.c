/* daemon/engine/dates.c: a date that was told and has moved, or was withdrawn, is news of its own.
 */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"

#define TOLD_MS (30 * BW_DAY_MS) /* so long it is news */

static void append_move(struct bw_str *text, const char *what, int64_t from_ms, int64_t to_ms)
{
    char from[BW_INSTANT_TEXT];
    char to[BW_INSTANT_TEXT];
    if (from_ms != 0 && from_ms != to_ms) {
        (void)bw_instant_format_day(from_ms, from);
        (void)bw_instant_format_day(to_ms, to);
        bw_str_appendf(text, "%s %s %s, not %s", text->size == 0 ? "" : ";", what,
                       to_ms == 0 ? "is open again" : to, from);
    }
}

/* What a live notice says of this base that is no longer so; NULL: nothing.
 * Ownership: the caller's. */
static char *find_move(const struct bw_cohort *cohort, const struct bw_notices *live)
{
    struct bw_str text = { 0 };
    BW_VEC_EACH(const struct bw_notice, old, live)
    {
        bool of_another = !bw_str_equal(old->base, cohort->base) ||
                          old->kind == BW_NOTICE_EMBEDDER_STALE;
        if (text.size == 0 && old->kind != BW_NOTICE_RETIRED && !of_another) {
            append_move(&text, "the end of its base:", old->serve_until_ms,
                        cohort->serve_until_ms);
            append_move(&text, "the last day to train on it:",
                        bw_str_equal(old->train_on, cohort->train_on) ? old->train_by_ms : 0,
                        cohort->train_by_ms);
        }
    }
    return text.size == 0 ? NULL : bw_str_take(&text);
}

bool bw_engine_want_moved_date(const struct bw_engine *engine, const struct bw_cohort *cohort,
                               const struct bw_deployment *deployment,
                               const struct bw_notices *live, enum bw_severity severity,
                               struct bw_notice *out)
{
    BW_CLEANUP(bw_freep) char *move = find_move(cohort, live);
    if (move == NULL || cohort->state == BW_COHORT_RETIRED ||
        cohort->state == BW_COHORT_UNKNOWN) {
        return false;
    }
    *out = bw_engine_notice_of(cohort, deployment, BW_NOTICE_DATE_CHANGED);
    out->severity = severity;
    out->rises_ms = engine->now_ms + TOLD_MS; /* and then it is let go */
    out->summary = bw_xasprintf("%s: %s has moved a date:%s", deployment->name, cohort->platform,
                                move);
    return true;
}

bool bw_engine_is_news(const struct bw_engine *engine, const struct bw_notice *notice,
                       const struct bw_cohort *cohort)
{
    return notice->kind == BW_NOTICE_DATE_CHANGED && notice->rises_ms > engine->now_ms &&
           bw_str_equal(notice->base, cohort->base);
}
