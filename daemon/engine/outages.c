/* daemon/engine/outages.c: a source that brings nothing, or a sink that takes nothing, is a notice
 * to those who operate basewatch. */
#include "engine/state.h"

#include "base/str.h"

enum bw_err bw_engine_raise_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                   const char *subject, const char *platform, const char *why,
                                   struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, subject, bw_notice_about(kind), &live, err);
    if (rc != BW_OK || live.count > 0) {
        return rc;
    }
    const char *noun = bw_notice_about(kind) == BW_ABOUT_SINK ? "sink" : "source";
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = {
        .subject = bw_xstrdup(subject),
        .kind = kind,
        .severity = BW_SEVERITY_ACT,
        .owner = bw_xstrdup(""),
        .platform = bw_xstrdup(platform),
        .base = bw_xstrdup(""),
        .summary = bw_str_starts_with(why, noun) ? bw_xstrdup(why)
                                                 : bw_xasprintf("%s %s: %s", noun, subject, why),
    };
    const struct bw_move_notice how = {
        .event = "opened", .actor = "basewatch", .reason = why, .silent = true
    };
    rc = bw_engine_open(engine, &notice, &how, err);
    return rc == BW_OK ? bw_engine_announce_outage(engine, kind, subject, "failing",
                                                   notice.summary, err)
                       : rc;
}

enum bw_err bw_engine_end_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                 const char *subject, const char *actor, const char *words,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, subject, bw_notice_about(kind), &live, err);
    if (rc != BW_OK || live.count == 0) {
        return rc;
    }
    rc = bw_engine_settle(engine, subject, bw_notice_about(kind), BW_NOTICE_RESOLVED, actor, words,
                          err);
    return rc == BW_OK ? bw_engine_announce_outage(engine, kind, subject, "recovered", words, err)
                       : rc;
}

static bool is_configured(const struct bw_engine *engine, const struct bw_notice *notice)
{
    return bw_notice_about(notice->kind) == BW_ABOUT_SINK
               ? bw_settings_sink(engine->settings, notice->subject) != NULL
               : bw_settings_source(engine->settings, notice->subject) != NULL;
}

enum bw_err bw_engine_forget_outages(struct bw_engine *engine, enum bw_notice_kind kind,
                                     struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    enum bw_err rc = bw_notices_outages(engine->db, kind, &live, err);
    BW_VEC_EACH(const struct bw_notice, notice, &live)
    {
        if (rc == BW_OK && !is_configured(engine, notice)) {
            rc = bw_engine_settle(engine, notice->subject, bw_notice_about(kind),
                                  BW_NOTICE_CANCELLED, "basewatch", "it is no longer configured",
                                  err);
        }
    }
    return rc;
}
