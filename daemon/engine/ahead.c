/* daemon/engine/ahead.c: a message to people tells ahead. It takes along what its owner would hear
 * of before the pause after it is over, and what was read so is not told again on its day. */
#include "engine/state.h"

enum { TOLD_AHEAD_MAX = 20 }; /* as many as a card lists */

#define LAST_DAYS_MS (3 * BW_DAY_MS) /* an end that is read of in these comes as no surprise */

/* Without dates there is nothing to read ahead. */
static int64_t reach_ms(const struct bw_sink_settings *sink)
{
    bool people = sink->group == BW_GROUP_OWNER && sink->detail == BW_DETAIL_FULL;
    return people ? sink->rhythm.pause_ms : 0;
}

/* Who has read of a notice since then knows what would be said of it at step_ms. That a deadline
 * has passed is read after it, and that a day is left in its last days. */
static int64_t counts_from_ms(const struct bw_sink_settings *sink, const struct bw_notice *notice,
                              int64_t step_ms)
{
    int64_t left_ms = notice->deadline_ms - step_ms;
    int64_t from_ms = step_ms - reach_ms(sink);
    int64_t first_ms = left_ms <= 0            ? notice->deadline_ms
                       : left_ms <= BW_DAY_MS ? notice->deadline_ms - LAST_DAYS_MS
                                               : from_ms;
    return from_ms > first_ms ? from_ms : first_ms;
}

static enum bw_err has_read(struct bw_engine *engine, const struct bw_sink_settings *sink,
                            const struct bw_notice *notice, int64_t from_ms, bool *out,
                            struct bw_error *err)
{
    *out = false;
    return reach_ms(sink) == 0 ? BW_OK
                               : bw_told_has_read(engine->db, sink->name, notice->id,
                                                  notice->deadline_ms, from_ms, out, err);
}

enum bw_err bw_engine_has_read(struct bw_engine *engine, const struct bw_sink_settings *sink,
                               const struct bw_notice *notice, bool *out, struct bw_error *err)
{
    return has_read(engine, sink, notice, counts_from_ms(sink, notice, engine->now_ms), out, err);
}

enum bw_err bw_engine_saw_it_come(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                  const struct bw_notice *notice, bool *out, struct bw_error *err)
{
    *out = false;
    return notice->deadline_ms == 0 || notice->deadline_ms > engine->now_ms
               ? BW_OK
               : has_read(engine, sink, notice, notice->deadline_ms - LAST_DAYS_MS, out, err);
}

/* When a notice is next spoken of by itself. */
static int64_t step_of(const struct bw_engine *engine, const struct bw_notice *notice)
{
    bool rises = notice->rises_ms > engine->now_ms && notice->rises_ms < notice->remind_ms;
    return rises ? notice->rises_ms : notice->remind_ms;
}

static enum bw_err take_along(struct bw_engine *engine, const struct bw_sink_settings *sink,
                              const struct bw_notice *notice, struct bw_error *err)
{
    int64_t from_ms = counts_from_ms(sink, notice, step_of(engine, notice));
    bool read = false;
    enum bw_err rc = has_read(engine, sink, notice, from_ms, &read, err);
    const struct bw_item item = { sink->name, notice->owner, notice->id, "reminder",
                                  engine->now_ms, bw_engine_rank(notice) };
    return rc == BW_OK && !read && from_ms <= engine->now_ms
               ? bw_items_insert(engine->db, &item, err)
               : rc;
}

enum bw_err bw_engine_take_along(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                 const char *owner, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices ahead = { 0 };
    int64_t reach = reach_ms(sink);
    enum bw_err rc = reach == 0 ? BW_OK
                                : bw_notices_ahead(engine->db, sink->name, owner, engine->now_ms,
                                                   engine->now_ms + reach, TOLD_AHEAD_MAX, &ahead,
                                                   err);
    BW_VEC_EACH(const struct bw_notice, notice, &ahead)
    {
        if (rc == BW_OK && bw_engine_wants(engine, sink, notice)) {
            rc = take_along(engine, sink, notice, err);
        }
    }
    return rc;
}
