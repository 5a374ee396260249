/* daemon/engine/reminders.c: a deadline that comes nearer is spoken of again, as long as nobody has
 * put the notice off or decided against it. After a downtime the latest word is said once. */
#include "engine/state.h"

#include "base/instant.h"
#include "base/str.h"

/* Ownership: the caller's. */
static char *words_of(const struct bw_notice *notice, int64_t now_ms)
{
    int64_t left_ms = notice->deadline_ms - now_ms;
    int64_t days = (left_ms < 0 ? -left_ms : left_ms + BW_DAY_MS - 1) / BW_DAY_MS;
    const char *plural = days == 1 ? "" : "s";
    return left_ms > 0 ? bw_xasprintf("%lld day%s left", (long long)days, plural)
           : days == 0 ? bw_xstrdup("the deadline is reached")
                       : bw_xasprintf("%lld day%s overdue", (long long)days, plural);
}

static enum bw_err remind(struct bw_engine *engine, struct bw_notice *notice, struct bw_error *err)
{
    notice->remind_ms = bw_reminder_next_ms(notice->deadline_ms, engine->now_ms);
    enum bw_err rc = bw_notices_save(engine->db, notice, err);
    if (rc != BW_OK || bw_notice_is_put_off(notice->state)) {
        return rc;
    }
    BW_CLEANUP(bw_freep) char *words = words_of(notice, engine->now_ms);
    const char *state = bw_notice_state_word(notice->state);
    rc = bw_notices_log(engine->db, notice, engine->now_ms, "reminded", state, "basewatch", words,
                        err);
    const struct bw_move_notice how = { .to = notice->state, .by_time = true };
    return rc == BW_OK ? bw_engine_announce(engine, notice, "reminder", &how, err) : rc;
}

enum bw_err bw_engine_remind_due(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices due = { 0 };
    enum bw_err rc = bw_notices_to_remind(engine->db, engine->now_ms, BW_DUE_CHUNK, &due, err);
    *more = *more || due.count == BW_DUE_CHUNK;
    BW_VEC_EACH(struct bw_notice, notice, &due)
    {
        if (rc == BW_OK) {
            rc = remind(engine, notice, err);
        }
    }
    return rc;
}
