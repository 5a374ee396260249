/* daemon/engine/read_lists.c: the commands that list and show rows. */
#include <string.h>

#include "base/str.h"
#include "engine/call.h"
#include "engine/rows.h"

enum bw_err bw_api_status(struct bw_call *call, struct bw_error *err)
{
    struct bw_engine *engine = call->engine;
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    int64_t counts[BW_COHORT_RETIRED + 1] = { 0 };
    int64_t total = 0;
    int64_t open = 0;
    int64_t unwatched = 0;
    enum bw_err rc = bw_inventory_by_state(engine->db, counts, err);
    if (rc == BW_OK) {
        rc = bw_inventory_unwatched(engine->db, &unwatched, err);
    }
    if (rc == BW_OK) {
        rc = bw_notices_count_open(engine->db, &open, err);
    }
    if (rc == BW_OK) {
        rc = bw_sources_list(engine->db, &sources, err);
    }
    for (size_t i = 0; i < BW_COUNT(counts); i++) {
        total += counts[i];
    }
    bw_call_begin(call, "status");
    bw_json_add_text(&call->w, "version", BW_VERSION);
    bw_json_object_begin(&call->w, "configuration");
    bw_json_add_time(&call->w, "loaded_at", engine->configured_ms);
    bw_json_add_text(&call->w, "error", engine->misconfigured);
    bw_json_add_text(&call->w, "needs_restart", engine->needs_restart);
    bw_json_object_end(&call->w);
    bw_json_object_begin(&call->w, "deployments");
    bw_json_add_i64(&call->w, "total", total);
    bw_json_object_begin(&call->w, "by_state");
    for (size_t i = 0; i < BW_COUNT(counts); i++) {
        bw_json_add_i64(&call->w, bw_cohort_state_word((enum bw_cohort_state)i), counts[i]);
    }
    bw_json_object_end(&call->w);
    bw_json_object_end(&call->w);
    bw_json_add_i64(&call->w, "unwatched", unwatched);
    bw_json_object_begin(&call->w, "notices");
    bw_json_add_i64(&call->w, "open", open);
    bw_json_object_end(&call->w);
    bw_json_array_begin(&call->w, "sources");
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        bw_row_source(&call->w, source);
    }
    bw_json_array_end(&call->w);
    bw_call_end(call);
    return rc;
}

/* The cohort of a row, read again only when it differs from the row before. */
static enum bw_err cohort_of(struct bw_call *call, int64_t id, struct bw_cohort *cohort,
                             struct bw_error *err)
{
    if (cohort->id == id) {
        return BW_OK;
    }
    bw_cohort_clear(cohort);
    enum bw_err rc = bw_cohorts_get(call->engine->db, id, cohort, err);
    return rc == BW_OK ? bw_engine_confidence(call->engine, cohort->platform, cohort->scope,
                                              &cohort->confidence, err)
                       : rc;
}

enum bw_err bw_api_deployments(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_members_clear) struct bw_members members = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_freep) char *after = bw_call_query(call, "after");
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    BW_CLEANUP(bw_freep) char *technique = bw_call_query(call, "technique");
    int64_t limit = bw_call_limit(call);
    enum bw_err rc = bw_inventory_page(call->engine->db, owner, after == NULL ? "" : after, limit,
                                       &members, err);
    bw_call_begin_list(call, "deployments");
    BW_VEC_EACH(const struct bw_member, member, &members)
    {
        const struct bw_deployment *deployment = &member->deployment;
        if (rc == BW_OK) {
            rc = cohort_of(call, member->cohort, &cohort, err);
        }
        if (rc == BW_OK && bw_call_wants(state, bw_cohort_state_word(cohort.state)) &&
            bw_call_wants(platform, deployment->platform) &&
            bw_call_wants(technique, bw_technique_word(deployment->technique))) {
            bw_row_deployment(&call->w, deployment, &cohort);
        }
    }
    bool full = members.count > 0 && (int64_t)members.count == limit;
    bw_call_end_list(call, full ? members.items[members.count - 1].deployment.name : NULL);
    return rc;
}

enum bw_err bw_api_deployment(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    enum bw_err rc = bw_call_member(call, call->args[0], &member, &cohort, err);
    if (rc == BW_OK) {
        bw_row_deployment(&call->w, &member.deployment, &cohort);
    }
    return rc;
}

enum bw_err bw_call_notice(struct bw_call *call, const struct bw_notice *notice,
                           struct bw_error *err)
{
    const char *confidence = NULL;
    enum bw_err rc = bw_engine_notice_confidence(call->engine, notice, &confidence, err);
    bw_row_notice(&call->w, notice, confidence);
    return rc;
}

enum bw_err bw_api_notices(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    BW_CLEANUP(bw_freep) char *kind = bw_call_query(call, "kind");
    BW_CLEANUP(bw_freep) char *severity = bw_call_query(call, "severity");
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    BW_CLEANUP(bw_freep) char *deployment = bw_call_query(call, "deployment");
    BW_CLEANUP(bw_freep) char *technique = bw_call_query(call, "technique");
    const struct bw_notice_filter filter = { owner,    state,      kind,     severity,
                                             platform, deployment, technique };
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_notices_page(call->engine->db, &filter, &page, &notices, err);
    bw_call_begin_list(call, "notices");
    BW_VEC_EACH(const struct bw_notice, notice, &notices)
    {
        rc = rc == BW_OK ? bw_call_notice(call, notice, err) : rc;
    }
    bw_call_end_page(call, &page);
    return rc;
}

static enum bw_err add_waiver(struct bw_call *call, const struct bw_notice *notice,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events decisions = { 0 };
    enum bw_err rc = bw_notices_decision(call->engine->db, notice->id, &decisions, err);
    if (rc == BW_OK && decisions.count > 0) {
        bw_row_waiver(&call->w, notice, &decisions.items[0]);
    }
    return rc;
}

enum bw_err bw_api_waivers(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_notices_decided(call->engine->db, owner, call->engine->now_ms, &page,
                                        &notices, err);
    bw_call_begin_list(call, "waivers");
    BW_VEC_EACH(const struct bw_notice, notice, &notices)
    {
        rc = rc == BW_OK ? add_waiver(call, notice, err) : rc;
    }
    bw_call_end_page(call, &page);
    return rc;
}

enum bw_err bw_api_notice(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events events = { 0 };
    enum bw_err rc = bw_notices_get(call->engine->db, call->id, &notice, err);
    if (rc == BW_OK) {
        rc = bw_notices_history(call->engine->db, call->id, &events, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    BW_CLEANUP(bw_freep) char *text = bw_notice_text(&notice);
    bw_call_begin(call, "notice");
    bw_json_array_begin(&call->w, "notices");
    rc = bw_call_notice(call, &notice, err);
    bw_json_array_end(&call->w);
    bw_json_array_begin(&call->w, "lines");
    bw_call_line(call, "%s", text);
    bw_call_line(call, "%s, %s, severity %s", bw_notice_kind_word(notice.kind),
                 bw_notice_state_word(notice.state), bw_severity_word(notice.severity));
    if (notice.refused != NULL) {
        bw_call_line(call, "no estimate: %s", notice.refused);
    }
    BW_VEC_EACH(const struct bw_notice_event, event, &events)
    {
        char at[BW_INSTANT_TEXT];
        bw_call_line(call, "%s  %s by %s: %s", bw_instant_format(event->at_ms, at), event->event,
                     event->actor, event->reason);
    }
    bw_json_array_end(&call->w);
    bw_call_end(call);
    return rc;
}

/* "last" is where a follower begins who wants no history. */
enum bw_err bw_api_events(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events events = { 0 };
    BW_CLEANUP(bw_freep) char *actor = bw_call_query(call, "actor");
    BW_CLEANUP(bw_freep) char *deployment = bw_call_query(call, "deployment");
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_freep) char *kind = bw_call_query(call, "kind");
    struct bw_event_filter filter = { .actor = actor,
                                      .subject = deployment,
                                      .owner = owner,
                                      .kind = kind,
                                      .notice = bw_call_number(call, "notice", 0) };
    int64_t last = 0;
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_call_time(call, "since", 0, &filter.since_ms, err);
    if (rc == BW_OK) {
        rc = bw_notices_last_event(call->engine->db, &last, err);
    }
    if (rc == BW_OK) {
        rc = bw_notices_events(call->engine->db, &filter, &page, &events, err);
    }
    bw_call_begin(call, "events");
    bw_json_add_id(&call->w, "last", last);
    bw_json_array_begin(&call->w, "events");
    BW_VEC_EACH(const struct bw_notice_event, event, &events)
    {
        BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
        rc = rc == BW_OK ? bw_notices_get(call->engine->db, event->notice, &notice, err) : rc;
        if (rc == BW_OK) {
            bw_row_event(&call->w, event, &notice);
        }
    }
    bw_call_end_page(call, &page);
    return rc;
}

/* A lineage that fell back is an anomaly worth a word, as long as nothing worse is to be said. */
static enum bw_err tell_fallen(struct bw_call *call, struct bw_source *source,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names fallen = { 0 };
    if (source->state != BW_SOURCE_OK) {
        return BW_OK;
    }
    enum bw_err rc = bw_high_water_fallen(call->engine->db, source->platform, source->scope,
                                          &fallen, err);
    struct bw_str text = { 0 };
    BW_VEC_EACH(char *, model, &fallen)
    {
        bw_str_appendf(&text, "%s%s", text.size == 0 ? "newest of its line, and gone: " : ", ",
                       *model);
    }
    bw_replace(&source->detail, text.size == 0 ? "" : text.text);
    bw_str_clear(&text);
    return rc;
}

enum bw_err bw_api_sources(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    enum bw_err rc = bw_sources_list(call->engine->db, &sources, err);
    bw_call_begin_list(call, "sources");
    BW_VEC_EACH(struct bw_source, source, &sources)
    {
        rc = rc == BW_OK ? tell_fallen(call, source, err) : rc;
        bw_row_source(&call->w, source);
    }
    bw_call_end_list(call, NULL);
    return rc;
}

enum bw_err bw_api_source(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    enum bw_err rc = bw_sources_get(call->engine->db, call->args[0], &source, err);
    if (rc == BW_OK) {
        rc = tell_fallen(call, &source, err);
    }
    if (rc == BW_OK) {
        bw_row_source(&call->w, &source);
    }
    return rc;
}

enum bw_err bw_api_deliveries(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries deliveries = { 0 };
    BW_CLEANUP(bw_freep) char *sink = bw_call_query(call, "sink");
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_outbox_page(call->engine->db, sink, state, &page, &deliveries, err);
    bw_call_begin_list(call, "deliveries");
    BW_VEC_EACH(const struct bw_delivery, delivery, &deliveries)
    {
        bw_row_delivery(&call->w, delivery);
    }
    bw_call_end_page(call, &page);
    return rc;
}

enum bw_err bw_api_delivery(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    enum bw_err rc = bw_outbox_get(call->engine->db, call->id, &delivery, err);
    if (rc == BW_OK) {
        bw_row_delivery(&call->w, &delivery);
    }
    return rc;
}

static const char *plugin_of(const struct bw_call *call, const struct bw_sending *sending)
{
    const struct bw_sink_settings *sink =
        bw_settings_sink(call->engine->settings, sending->row.name);
    return sink == NULL ? NULL : sink->plugin;
}

enum bw_err bw_api_sinks(struct bw_call *call, struct bw_error *err)
{
    (void)err;
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    BW_CLEANUP(bw_freep) char *plugin = bw_call_query(call, "plugin");
    bw_call_begin_list(call, "sinks");
    BW_VEC_EACH(const struct bw_sending, sending, &call->engine->sending)
    {
        if (bw_call_wants(state, bw_sink_state_word(&sending->row)) &&
            bw_call_wants(plugin, plugin_of(call, sending))) {
            bw_row_sink(&call->w, &sending->row, plugin_of(call, sending));
        }
    }
    bw_call_end_list(call, NULL);
    return BW_OK;
}

enum bw_err bw_api_sink(struct bw_call *call, struct bw_error *err)
{
    const struct bw_sending *sending = bw_engine_sending(call->engine, call->args[0]);
    if (sending == NULL) {
        return bw_fail(err, BW_ERR_NOTFOUND, "no sink is called '%.200s'", call->args[0]);
    }
    bw_row_sink(&call->w, &sending->row, plugin_of(call, sending));
    return BW_OK;
}
