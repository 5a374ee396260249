/* daemon/engine/dates.c: a date that has moved, or was withdrawn, is news of its own, whether it was
 * told or not. */
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

/* What was known of a base, held against what its cohort knows now. */
static void append_moves(struct bw_str *text, int64_t serve_until_ms, int64_t train_by_ms,
                         const char *train_on, const struct bw_cohort *cohort)
{
    append_move(text, "the end of its base:", serve_until_ms, cohort->serve_until_ms);
    append_move(text, "the last day to train on it:",
                bw_str_equal(train_on, cohort->train_on) ? train_by_ms : 0, cohort->train_by_ms);
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
            append_moves(&text, old->serve_until_ms, old->train_by_ms, old->train_on, cohort);
        }
    }
    return text.size == 0 ? NULL : bw_str_take(&text);
}

static bool is_redated(const struct bw_engine *engine, const struct bw_cohort *cohort)
{
    return cohort->redated != NULL && engine->now_ms < cohort->redated_ms + TOLD_MS;
}

void bw_engine_note_redated(const struct bw_engine *engine, const struct bw_cohort *before,
                            struct bw_cohort *after)
{
    bool same = before->serve_until_ms == after->serve_until_ms &&
                before->train_by_ms == after->train_by_ms;
    if (!same) {
        BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
        append_moves(&text, before->serve_until_ms, before->train_by_ms, before->train_on, after);
        bool watched = before->members > 0; /* else nobody has kept the dates up to date */
        bw_replace(&after->redated, watched ? text.text : NULL);
        after->redated_ms = engine->now_ms;
    }
    if (!is_redated(engine, after)) {
        bw_replace(&after->redated, NULL);
        after->redated_ms = 0;
        return;
    }
    int64_t over_ms = after->redated_ms + TOLD_MS;
    after->due_ms = after->due_ms == 0 || over_ms < after->due_ms ? over_ms : after->due_ms;
}

bool bw_engine_want_moved_date(const struct bw_engine *engine, const struct bw_cohort *cohort,
                               const struct bw_deployment *deployment,
                               const struct bw_notices *live, enum bw_severity severity,
                               struct bw_notice *out, bool *told)
{
    BW_CLEANUP(bw_freep) char *untrue = find_move(cohort, live);
    const char *move = untrue != NULL ? untrue : is_redated(engine, cohort) ? cohort->redated : NULL;
    if (move == NULL || cohort->state == BW_COHORT_RETIRED ||
        cohort->state == BW_COHORT_UNKNOWN) {
        return false;
    }
    *told = untrue != NULL;
    *out = bw_engine_notice_of(cohort, deployment, BW_NOTICE_DATE_CHANGED);
    out->severity = severity;
    out->rises_ms = (*told ? engine->now_ms : cohort->redated_ms) + TOLD_MS; /* let go then */
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
