/* daemon/engine/lives.c: every move of a notice: checked against the allowed ones, written with its
 * log row, and told to those who should know. */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"

static enum bw_err write_log(struct bw_engine *engine, const struct bw_notice *notice,
                             const char *from, const struct bw_move_notice *how,
                             struct bw_error *err)
{
    return bw_notices_log(engine->db, notice, engine->now_ms, how->event, from, how->actor,
                          how->reason == NULL ? "" : how->reason, err);
}

bool bw_engine_is_person(const char *actor)
{
    return actor != NULL && strcmp(actor, "basewatch") != 0;
}

/* What a notice sets going and what is said of it wait for the same; a person's decision for none. */
static enum bw_err follow_and_tell(struct bw_engine *engine, struct bw_notice *notice,
                                   const char *what, const struct bw_move_notice *how,
                                   struct bw_error *err)
{
    bool waits = false;
    enum bw_err rc = how->silent
                         ? BW_OK
                         : bw_engine_look_first(engine, notice, what, how, &waits, err);
    if (rc == BW_OK && (!waits || bw_engine_is_person(how->actor))) {
        rc = bw_engine_follow_notice(engine, notice, err);
    }
    return rc == BW_OK && !waits && !how->silent ? bw_engine_say(engine, notice, what, how, err)
                                                 : rc;
}

enum bw_err bw_engine_open(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err)
{
    notice->state = how->to;
    notice->opened_ms = notice->opened_ms == 0 ? engine->now_ms : notice->opened_ms;
    notice->updated_ms = engine->now_ms;
    enum bw_err rc = bw_notices_insert(engine->db, notice, err);
    if (rc == BW_OK) {
        rc = write_log(engine, notice, NULL, how, err);
    }
    return rc == BW_OK ? follow_and_tell(engine, notice, "opened", how, err) : rc;
}

enum bw_err bw_engine_update(struct bw_engine *engine, struct bw_notice *notice,
                             const struct bw_move_notice *how, struct bw_error *err)
{
    if (how->silent) {
        notice->updated_ms = engine->now_ms;
        return bw_notices_save(engine->db, notice, err);
    }
    enum bw_err rc = bw_engine_note(engine, notice, how, err);
    return rc == BW_OK ? bw_engine_announce(engine, notice, "updated", how, err) : rc;
}

enum bw_err bw_engine_note(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err)
{
    notice->updated_ms = engine->now_ms;
    enum bw_err rc = bw_notices_save(engine->db, notice, err);
    return rc == BW_OK
               ? write_log(engine, notice, bw_notice_state_word(notice->state), how, err)
               : rc;
}

static const char *message_of(enum bw_notice_state to)
{
    switch (to) {
    case BW_NOTICE_SUPERSEDED:
        return "superseded";
    case BW_NOTICE_RESOLVED:
    case BW_NOTICE_CANCELLED:
        return "resolved";
    case BW_NOTICE_OPEN:
    case BW_NOTICE_ACKNOWLEDGED:
    case BW_NOTICE_IN_PROGRESS:
    case BW_NOTICE_VERIFIED:
    case BW_NOTICE_SNOOZED:
    case BW_NOTICE_WAIVED:
        return "updated";
    }
    return "updated";
}

enum bw_err bw_engine_move(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err)
{
    const char *from = bw_notice_state_word(notice->state);
    if (!bw_notice_may_move(notice->state, how->to)) {
        return bw_fail(err, BW_ERR_CONFLICT, "notice %lld is %s and cannot become %s",
                       (long long)notice->id, from, bw_notice_state_word(how->to));
    }
    /* What basewatch settles may come back, and then a person's decision still stands. */
    bool stands = !bw_notice_is_live(how->to) && !bw_engine_is_person(how->actor);
    notice->state = how->to;
    notice->until_ms = stands ? notice->until_ms : how->until_ms;
    notice->updated_ms = engine->now_ms;
    enum bw_err rc = bw_notices_save(engine->db, notice, err);
    if (rc == BW_ERR_EXISTS) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "notice %lld cannot become %s: '%s' has a newer one about the same matter",
                       (long long)notice->id, bw_notice_state_word(how->to), notice->subject);
    }
    if (rc == BW_OK) {
        rc = write_log(engine, notice, from, how, err);
    }
    if (rc == BW_OK && !bw_notice_is_live(notice->state)) {
        rc = bw_engine_withdraw(engine, notice, err);
    }
    return rc == BW_OK ? follow_and_tell(engine, notice, message_of(how->to), how, err) : rc;
}

/* What comes back is put off still when a person's decision has not ended. */
static enum bw_err put_off_again(struct bw_engine *engine, struct bw_notice *notice,
                                 const struct bw_notice_event *decision, int64_t until_ms,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *reason =
        bw_xasprintf("%s by %s: %s", decision->to_state, decision->actor, decision->reason);
    struct bw_move_notice how = { .event = "stands",
                                  .actor = "basewatch",
                                  .reason = reason,
                                  .until_ms = until_ms,
                                  .silent = true };
    (void)bw_notice_state_parse(decision->to_state, &how.to);
    return bw_engine_move(engine, notice, &how, err);
}

enum bw_err bw_engine_revive(struct bw_engine *engine, struct bw_notice *wanted, bool inhibited,
                             bool *done, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice old = { 0 };
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events decisions = { 0 };
    bool by_person = false;
    *done = false;
    if (wanted->kind == BW_NOTICE_DATE_CHANGED) {
        return BW_OK; /* each move is a matter of its own */
    }
    enum bw_err rc = bw_notices_settled(engine->db, wanted, &old, &by_person, err);
    *done = rc == BW_OK;
    if (rc != BW_OK || by_person) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    if (old.until_ms > engine->now_ms) {
        rc = bw_notices_decision(engine->db, old.id, &decisions, err);
    }
    const struct bw_move_notice how = { .to = BW_NOTICE_OPEN,
                                        .event = "reopened",
                                        .actor = "basewatch",
                                        .reason = "it is so again",
                                        .silent = inhibited || decisions.count > 0 };
    wanted->id = old.id;
    wanted->state = old.state;
    wanted->opened_ms = old.opened_ms;
    wanted->eval = BW_TAKE(old.eval);
    if (rc == BW_OK) {
        rc = bw_engine_move(engine, wanted, &how, err);
    }
    return rc == BW_OK && decisions.count > 0
               ? put_off_again(engine, wanted, &decisions.items[0], old.until_ms, err)
               : rc;
}

enum bw_err bw_engine_settle(struct bw_engine *engine, const char *subject,
                             enum bw_notice_about about, enum bw_notice_state to,
                             const char *actor, const char *reason, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, subject, about, &live, err);
    const struct bw_move_notice how = { .to = to,
                                        .event = bw_notice_state_word(to),
                                        .actor = actor,
                                        .reason = reason,
                                        .silent = about != BW_ABOUT_DEPLOYMENT };
    BW_VEC_EACH(struct bw_notice, notice, &live)
    {
        if (rc == BW_OK) {
            rc = bw_engine_move(engine, notice, &how, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_end_snoozes(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices ended = { 0 };
    enum bw_err rc = bw_notices_ended(engine->db, engine->now_ms, BW_DUE_CHUNK, &ended, err);
    *more = *more || ended.count == BW_DUE_CHUNK;
    BW_VEC_EACH(struct bw_notice, notice, &ended)
    {
        const struct bw_move_notice how = {
            .to = BW_NOTICE_OPEN,
            .event = "reopened",
            .actor = "basewatch",
            .reason = notice->state == BW_NOTICE_WAIVED ? "the waiver has ended"
                                                        : "the snooze has ended",
        };
        if (rc == BW_OK) {
            rc = bw_engine_renew(engine, notice, err);
        }
        if (rc == BW_OK) {
            rc = bw_engine_move(engine, notice, &how, err);
        }
    }
    return rc;
}
