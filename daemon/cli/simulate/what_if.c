/* daemon/cli/simulate/what_if.c: see what_if.h. */
#include "cli/simulate/what_if.h"

#include "base/instant.h"
#include "base/str.h"
#include "domain/platform.h"
#include "store/catalog.h"

static const char EVIDENCE[] = "simulated";

struct outcome { /* what the change met */
    bool listed; /* the platform has a list */
    bool ended;  /* the model that is to end was found */
};

static struct bw_entry *find(struct bw_entries *entries, const char *id)
{
    return (struct bw_entry *)bw_entries_find(entries, id);
}

static void end_entry(struct bw_entry *entry, int64_t end_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < entry->dates.count; i++) {
        if (entry->dates.items[i].clock == BW_CLOCK_INFERENCE) {
            free(entry->dates.items[i].evidence);
        } else {
            entry->dates.items[kept++] = entry->dates.items[i];
        }
    }
    entry->dates.count = kept;
    const struct bw_date end = { .clock = BW_CLOCK_INFERENCE, .certainty = BW_CERTAINTY_FIRM,
                                 .at_ms = end_ms, .evidence = bw_xstrdup(EVIDENCE) };
    BW_VEC_PUSH(&entry->dates, end);
}

static enum bw_err add_release(const struct bw_what_if *what, struct bw_entries *entries,
                               struct bw_error *err)
{
    if (find(entries, what->release) != NULL) {
        return bw_fail(err, BW_ERR_EXISTS, "%s lists '%s' already", what->platform,
                       what->release);
    }
    struct bw_entry new = { 0 };
    if (what->like != NULL) {
        const struct bw_entry *like = find(entries, what->like);
        if (like == NULL) {
            return bw_fail(err, BW_ERR_NOTFOUND, "--like: %s does not list '%s'", what->platform,
                           what->like);
        }
        new = bw_entry_copy(like);
        bw_names_clear(&new.aliases);
        bw_replace(&new.name, NULL);
        bw_replace(&new.replacement, NULL);
        new.life = BW_LIFE_UNKNOWN;
        BW_VEC_EACH(struct bw_date, date, &new.dates)
        {
            free(date->evidence);
        }
        new.dates.count = 0;
    }
    bw_replace(&new.id, what->release);
    new.released_ms = what->now_ms - what->now_ms % BW_DAY_MS;
    BW_VEC_PUSH(entries, new);
    return bw_entry_check(&new, err);
}

/* One source sees the change, if it bears on what it lists. */
static enum bw_err change_source(const struct bw_what_if *what, struct bw_stage *stage,
                                 const struct bw_source_settings *source,
                                 struct outcome *outcome, struct bw_error *err)
{
    BW_CLEANUP(bw_entries_clear) struct bw_entries entries = { 0 };
    bool changed = false;
    enum bw_err rc = bw_catalog_entries(stage->db, source->name, &entries, err);
    if (rc != BW_OK || entries.count == 0) {
        return rc; /* it has never been polled */
    }
    outcome->listed = true;
    struct bw_entry *ending = what->shutdown == NULL ? NULL : find(&entries, what->shutdown);
    if (ending != NULL) {
        end_entry(ending, what->end_ms);
        outcome->ended = changed = true;
    }
    if (what->release != NULL) {
        rc = add_release(what, &entries, err);
        changed = true;
    }
    if (rc != BW_OK || !changed) {
        return rc;
    }
    bw_entries_normalise(&entries);
    struct bw_event event = { .type = BW_EVENT_POLLED, .now_ms = what->now_ms };
    event.polled.source = bw_xstrdup(source->name);
    event.polled.outcome = BW_POLL_LISTED;
    event.polled.entries = entries;
    entries = (struct bw_entries){ 0 };
    rc = bw_stage_step(stage, &event, err);
    return rc == BW_OK ? bw_stage_carry_on(stage, what->now_ms, err) : rc;
}

static bool bears_on(const struct bw_what_if *what, const struct bw_source_settings *source,
                     bool own)
{
    return (bw_source_settings_kind(source) == BW_SOURCE_OWN) == own &&
           (what->platform == NULL ||
            bw_str_equal(source->platform, bw_platform_canonical(what->platform)));
}

/* A platform's own lists see it; where there is none, the feeds about it. */
static enum bw_err let_happen(const struct bw_what_if *what, struct bw_stage *stage,
                              const struct bw_settings *settings, struct bw_error *err)
{
    struct outcome outcome = { 0 };
    enum bw_err rc = BW_OK;
    for (int own = 1; own >= 0 && !outcome.ended && !(what->release != NULL && outcome.listed);
         own--) {
        BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
        {
            if (rc == BW_OK && bears_on(what, source, own == 1)) {
                rc = change_source(what, stage, source, &outcome, err);
            }
        }
    }
    if (rc != BW_OK) {
        return rc;
    }
    if (!outcome.listed) {
        return bw_fail(err, BW_ERR_NOTFOUND, "no source has listed anything%s%s yet",
                       what->platform == NULL ? "" : " on ",
                       what->platform == NULL ? "" : what->platform);
    }
    return what->shutdown != NULL && !outcome.ended
               ? bw_fail(err, BW_ERR_NOTFOUND, "--shutdown: no source lists '%s'", what->shutdown)
               : BW_OK;
}

static void ignore(void *context, const struct bw_notice_event *event,
                   const struct bw_notice *notice)
{
    (void)context;
    (void)event;
    (void)notice;
}

/* What the daemon would say now anyway is no consequence. */
static enum bw_err bring_up(const struct bw_what_if *what, struct bw_settings *settings,
                            struct bw_stage *stage, struct bw_error *err)
{
    void (*const heard)(void *, const struct bw_notice_event *, const struct bw_notice *) =
        stage->heard;
    BW_VEC_CLEAR(&settings->sinks, bw_sink_settings_clear);
    struct bw_event event = { .type = BW_EVENT_CONFIGURE, .now_ms = what->now_ms,
                              .configure = bw_settings_share(settings) };
    stage->heard = ignore;
    enum bw_err rc = bw_notices_last_event(stage->db, &stage->told, err);
    if (rc == BW_OK) {
        rc = bw_stage_step(stage, &event, err);
    } else {
        bw_event_clear(&event);
    }
    if (rc == BW_OK) {
        rc = bw_stage_carry_on(stage, what->now_ms, err);
    }
    stage->heard = heard;
    return rc;
}

enum bw_err bw_what_if_play(const struct bw_what_if *what, struct bw_db *db, const char *config,
                            struct bw_settings *settings, struct bw_stage *stage,
                            struct bw_error *err)
{
    enum bw_err rc = bw_stage_set(stage, db, config, err);
    if (rc == BW_OK) {
        rc = bring_up(what, settings, stage, err);
    }
    return rc == BW_OK ? let_happen(what, stage, settings, err) : rc;
}
