/* daemon/engine/look.c: discovery looks again before people hear of a fine-tune, so that nobody is
 * told to do what is done already. The notice itself opens at once; its word waits until every
 * inventory of its account has been read since, for a while at most, and what has been settled by
 * then is not said. */
#include "base/log.h"
#include "engine/state.h"
#include "store/unsaid.h"

enum {
    /* Inventories are read in seconds. This outlives a server that restarts, and several looks at
     * one that fails, and delays nothing that could not wait for it. */
    WAIT_MS = 30 * BW_MINUTE_MS,
    WAIT_ACT_MS = 3 * BW_MINUTE_MS, /* what is to be begun now */
    PAUSE_MS = 2000, /* between two looks: a script may add deployments one by one */
};

bool bw_engine_awaits_look(const struct bw_engine *engine, const struct bw_source *source)
{
    return source->asked_ms != 0 && engine->now_ms - source->asked_ms < WAIT_MS;
}

/* One that fails comes again at its own pace: it may have said when. */
static enum bw_err ask(struct bw_engine *engine, struct bw_source *source, struct bw_error *err)
{
    struct bw_polling *polling = bw_engine_polling(engine, source->name);
    if (polling == NULL || bw_engine_awaits_look(engine, source)) {
        return BW_OK;
    }
    source->asked_ms = engine->now_ms;
    if (source->failures == 0) {
        int64_t from_ms = source->looked_ms + PAUSE_MS;
        source->due_ms = from_ms > engine->now_ms ? from_ms : engine->now_ms;
        polling->due_ms = source->due_ms;
        polling->looks = true;
    }
    bw_log(BW_LOG_INFO, "source '%s': its fine-tunes are looked at again before anybody is told",
           source->name);
    return bw_sources_save(engine->db, source, err);
}

/* Has somebody looked since this began? Else somebody does, and *waits. */
static enum bw_err ask_each(struct bw_engine *engine, const struct bw_notice *notice, bool *waits,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources unlooked = { 0 };
    const char *scope = notice->scope == NULL ? "" : notice->scope;
    enum bw_err rc = bw_sources_unlooked(engine->db, notice->platform, scope,
                                         engine->at_work_since_ms, &unlooked, err);
    *waits = unlooked.count > 0;
    BW_VEC_EACH(struct bw_source, source, &unlooked)
    {
        rc = rc == BW_OK ? ask(engine, source, err) : rc;
    }
    return rc;
}

static bool follows_findings(const struct bw_notice *notice)
{
    enum bw_technique technique = BW_TECHNIQUE_PROMPT;
    return bw_notice_about(notice->kind) == BW_ABOUT_DEPLOYMENT &&
           bw_notice_is_live(notice->state) &&
           bw_technique_parse(notice->technique, &technique) && bw_technique_is_tuned(technique);
}

enum bw_err bw_engine_look_first(struct bw_engine *engine, const struct bw_notice *notice,
                                 const char *what, const struct bw_move_notice *how, bool *waits,
                                 struct bw_error *err)
{
    *waits = false;
    if (!follows_findings(notice)) {
        return BW_OK;
    }
    enum bw_err rc = bw_unsaid_has(engine->db, notice->id, false, waits, err);
    if (rc == BW_OK && !*waits && !bw_engine_is_person(how->actor)) {
        rc = ask_each(engine, notice, waits, err);
    }
    bool urgent = notice->severity >= BW_SEVERITY_ACT;
    const struct bw_unsaid unsaid = {
        .notice = notice->id,
        .platform = notice->platform,
        .scope = notice->scope == NULL ? "" : notice->scope,
        .what = (char *)what,
        .summed_up = how->summed_up,
        .for_programs = how->for_programs,
        .until_ms = engine->now_ms + (urgent ? WAIT_ACT_MS : WAIT_MS),
    };
    return rc == BW_OK && *waits ? bw_unsaid_put(engine->db, &unsaid, err) : rc;
}

enum bw_err bw_engine_announce(struct bw_engine *engine, const struct bw_notice *notice,
                               const char *what, const struct bw_move_notice *how,
                               struct bw_error *err)
{
    bool waits = false;
    enum bw_err rc = bw_engine_look_first(engine, notice, what, how, &waits, err);
    return rc == BW_OK && !waits ? bw_engine_say(engine, notice, what, how, err) : rc;
}

/* Who has put it off meanwhile hears of it when that ends. */
static enum bw_err say_now(struct bw_engine *engine, const struct bw_unsaid *unsaid,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    enum bw_err rc = bw_unsaid_forget(engine->db, unsaid->notice, err);
    rc = rc == BW_OK ? bw_notices_get(engine->db, unsaid->notice, &notice, err) : rc;
    if (rc != BW_OK || bw_notice_is_put_off(notice.state)) {
        return rc;
    }
    const struct bw_move_notice how = { .to = notice.state,
                                        .actor = "basewatch",
                                        .summed_up = unsaid->summed_up,
                                        .for_programs = unsaid->for_programs };
    rc = bw_engine_follow_notice(engine, &notice, err);
    return rc == BW_OK ? bw_engine_say(engine, &notice, unsaid->what, &how, err) : rc;
}

enum bw_err bw_engine_say_due(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_unsaids_clear) struct bw_unsaids ready = { 0 };
    size_t unlooked = 0;
    enum bw_err rc = bw_unsaid_ready(engine->db, engine->now_ms, BW_DUE_CHUNK, &ready, err);
    *more = *more || ready.count == BW_DUE_CHUNK;
    BW_VEC_EACH(const struct bw_unsaid, unsaid, &ready)
    {
        unlooked += unsaid->until_ms <= engine->now_ms;
        rc = rc == BW_OK ? say_now(engine, unsaid, err) : rc;
    }
    if (unlooked > 0) {
        bw_log(BW_LOG_WARNING, "%zu notices of fine-tunes are told unconfirmed: nobody could look "
                               "again in time", unlooked);
    }
    return rc;
}
