/* daemon/engine/inventory.c: the configuration meets the database: sources, sinks and deployments
 * that are new, changed or gone. */
#include "engine/actuals.h"
#include "engine/state.h"

#include <string.h>

#include "base/log.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/prices.h"
#include "store/findings.h"

/* The firm days that the row of its tune names, or that of the tune it serves. */
static enum bw_err find_own_ends(struct bw_engine *engine, const struct bw_deployment *deployment,
                                 const char *scope, const struct bw_finding *known,
                                 struct bw_ends *out, struct bw_error *err)
{
    const char *const ids[] = { deployment->model, known->id, known->serves };
    *out = (struct bw_ends){ 0 };
    enum bw_err rc = BW_ERR_NOTFOUND;
    for (size_t i = 0; bw_technique_is_tuned(deployment->technique) && rc == BW_ERR_NOTFOUND &&
                       i < BW_COUNT(ids);
         i++) {
        BW_CLEANUP(bw_model_clear) struct bw_model row = { 0 };
        rc = ids[i] == NULL ? BW_ERR_NOTFOUND
                            : bw_models_exact(engine->db, deployment->platform, scope, ids[i], &row,
                                              err);
        if (rc == BW_OK) {
            *out = (struct bw_ends){ bw_entry_firm_ms(&row.entry, BW_CLOCK_INFERENCE),
                                     bw_entry_firm_ms(&row.entry, BW_CLOCK_TRAINING) };
        }
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

/* The cohort of the deployment, or of its embedding model, with a judgement. */
static enum bw_err find_cohort(struct bw_engine *engine, const struct bw_deployment *deployment,
                               bool embeds, const struct bw_ends *own, int64_t *out,
                               struct bw_error *err)
{
    const char *platform = embeds ? bw_embedding_platform(deployment) : deployment->platform;
    bool at_home = bw_str_equal(platform, deployment->platform);
    BW_CLEANUP(bw_freep) char *scope =
        bw_scope_at(engine->settings, platform, at_home ? deployment->account : "",
                 at_home ? deployment->region : "");
    bool empty = false;
    bool differs = false;
    enum bw_err rc = bw_cohorts_find(engine->db, deployment, embeds, scope, own, out, &empty, err);
    return rc == BW_OK && empty ? bw_engine_evaluate(engine, *out, &differs, err) : rc;
}

/* What a deployment should hear of as it comes in: alone, for its cohorts have heard it. */
static enum bw_err tell(struct bw_engine *engine, const struct bw_deployment *deployment,
                        int64_t cohort, int64_t embedder, bool knows, struct bw_error *err)
{
    BW_CLEANUP(bw_standing_clear) struct bw_standing standing = { 0 };
    BW_CLEANUP(bw_member_clear) struct bw_member learned = { 0 };
    const struct bw_member member = { .cohort = cohort, .embedder = embedder };
    enum bw_err rc = bw_engine_stand(engine, &member, &standing, err);
    if (rc == BW_OK && knows) {
        rc = bw_inventory_get(engine->db, deployment->name, &learned, err);
        deployment = &learned.deployment;
    }
    if (rc == BW_OK) {
        rc = bw_engine_reconcile(engine, &standing, deployment, true, err);
    }
    return rc == BW_OK ? bw_engine_follow_deployment(engine, deployment, err) : rc;
}

enum bw_err bw_engine_put_deployment(struct bw_engine *engine,
                                     const struct bw_deployment *deployment, bool *changed,
                                     struct bw_error *err)
{
    BW_CLEANUP(bw_knowledge_clear) struct bw_knowledge known = { 0 };
    BW_CLEANUP(bw_freep) char *scope = bw_scope_at(engine->settings, deployment->platform,
                                                   deployment->account, deployment->region);
    int64_t cohort = 0;
    int64_t embedder = 0;
    *changed = false;
    enum bw_err rc = bw_engine_know(engine, deployment, scope, &known, err);
    struct bw_deployment placed = *deployment; /* where what is known puts it; it borrows */
    placed.base = (char *)bw_deployment_base(deployment, &known);
    struct bw_ends own = { 0 };
    if (rc == BW_OK) {
        rc = find_own_ends(engine, deployment, scope, &known.finding, &own, err);
    }
    rc = rc == BW_OK ? find_cohort(engine, &placed, false, &own, &cohort, err) : rc;
    if (rc == BW_OK && deployment->embedding.model != NULL) {
        rc = find_cohort(engine, deployment, true, &(struct bw_ends){ 0 }, &embedder, err);
    }
    if (rc == BW_OK) { /* while it is still what the estimate was of */
        rc = bw_engine_note_paid(engine, deployment, &known.finding, err);
    }
    if (rc == BW_OK) {
        rc = bw_inventory_put(engine->db, deployment, &known, cohort, embedder, changed, err);
    }
    bool knows = known.finding.id != NULL;
    return rc == BW_OK && *changed ? tell(engine, deployment, cohort, embedder, knows, err) : rc;
}

enum bw_err bw_engine_remove_deployment(struct bw_engine *engine, const char *name,
                                        const char *actor, struct bw_error *err)
{
    static const char reason[] = "the deployment left the inventory";
    enum bw_err rc = bw_inventory_remove(engine->db, name, err);
    if (rc == BW_OK) {
        rc = bw_findings_let_go(engine->db, name, NULL, NULL, NULL, &engine->adopts_again, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_abandon_eval(engine, name, reason, err);
    }
    return rc == BW_OK ? bw_engine_settle(engine, name, BW_ABOUT_DEPLOYMENT, BW_NOTICE_CANCELLED,
                                          actor, reason, err)
                       : rc;
}

static enum bw_err configure_sources(struct bw_engine *engine, struct bw_error *err)
{
    enum bw_err rc = bw_sources_deactivate(engine->db, err);
    BW_VEC_EACH(const struct bw_source_settings, source, &engine->settings->sources)
    {
        BW_CLEANUP(bw_freep) char *scope = bw_scope_of(source->account, source->region);
        if (rc == BW_OK) {
            rc = bw_sources_configure(engine->db, source->name, bw_source_settings_kind(source),
                                      source->platform, scope, source->every_ms,
                                      bw_source_settings_hash(source), engine->now_ms, err);
        }
    }
    if (rc == BW_OK) {
        rc = bw_sources_note_peers(engine->db, err);
    }
    return rc == BW_OK ? bw_engine_forget_outages(engine, BW_NOTICE_SOURCE_FAILING, err) : rc;
}

static enum bw_err configure_sinks(struct bw_engine *engine, struct bw_error *err)
{
    enum bw_err rc = bw_sinks_deactivate(engine->db, err);
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        if (rc == BW_OK) {
            rc = bw_sinks_configure(engine->db, sink->name, bw_sink_settings_hash(sink), err);
        }
    }
    return rc == BW_OK ? bw_engine_forget_outages(engine, BW_NOTICE_SINK_FAILING, err) : rc;
}

/* The names in the configuration, sorted; borrowed from it. */
static struct bw_names configured_names(const struct bw_settings *settings)
{
    struct bw_names names = { 0 };
    BW_VEC_EACH(const struct bw_deployment, deployment, &settings->deployments)
    {
        BW_VEC_PUSH(&names, deployment->name);
    }
    bw_names_sort(&names);
    return names;
}

void bw_configuring_clear(struct bw_configuring *configuring)
{
    free(configuring->names.items); /* the names themselves are the settings' */
    free(configuring->removed_to);
    *configuring = (struct bw_configuring){ 0 };
}

void bw_engine_configure_again(struct bw_engine *engine)
{
    bw_configuring_clear(&engine->configuring);
    engine->configuring.under_way = true;
    engine->configuring.names = configured_names(engine->settings);
    engine->configuring.removed_to = bw_xstrdup("");
}

/* Ownership: the caller's. */
static char *conflict_text(const struct bw_engine *engine, const char *name)
{
    return bw_xasprintf("deployment '%s' stands in the files of %s and was added through the API "
                        "too; the latter counts until `basewatch deployments remove %s`",
                        name, engine->settings->file, name);
}

/* Two words on one name would be a silent change of what is watched: the one that was there first
 * stays, and the operator is told. */
static enum bw_err put_configured(struct bw_engine *engine, const struct bw_deployment *deployment,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member known = { 0 };
    bool changed = false;
    enum bw_err rc = bw_inventory_get(engine->db, deployment->name, &known, err);
    if (rc == BW_ERR_NOTFOUND || (rc == BW_OK && known.deployment.origin != BW_ORIGIN_API)) {
        return bw_engine_put_deployment(engine, deployment, &changed, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    free(engine->misconfigured);
    engine->misconfigured = conflict_text(engine, deployment->name);
    bw_log(BW_LOG_ERROR, "%s", engine->misconfigured);
    return BW_OK;
}

enum bw_err bw_engine_fall_back(struct bw_engine *engine, const char *name, struct bw_error *err)
{
    engine->adopts_again = true;
    BW_VEC_EACH(const struct bw_deployment, deployment, &engine->settings->deployments)
    {
        if (strcmp(deployment->name, name) == 0) {
            BW_CLEANUP(bw_freep) char *conflict = conflict_text(engine, name);
            if (bw_str_equal(engine->misconfigured, conflict)) {
                bw_replace(&engine->misconfigured, NULL);
            }
            return put_configured(engine, deployment, err);
        }
    }
    return BW_OK;
}

static enum bw_err put_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    const struct bw_deployment *all = engine->settings->deployments.items;
    size_t count = engine->settings->deployments.count;
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < BW_PUT_CHUNK && engine->configuring.next < count; i++) {
        rc = put_configured(engine, &all[engine->configuring.next++], err);
    }
    *more = engine->configuring.next < count;
    return rc;
}

/* *more is false when every name has been looked at. */
static enum bw_err remove_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names stored = { 0 };
    struct bw_configuring *configuring = &engine->configuring;
    const struct bw_names *kept = &configuring->names;
    enum bw_err rc = bw_inventory_names(engine->db, BW_ORIGIN_FILE, configuring->removed_to,
                                        BW_PUT_CHUNK, &stored, err);
    BW_VEC_EACH(char *, name, &stored)
    {
        bool stays = bw_names_find(kept, *name);
        if (rc == BW_OK && !stays) {
            rc = bw_engine_remove_deployment(engine, *name, "basewatch", err);
        }
    }
    *more = stored.count == BW_PUT_CHUNK;
    if (*more) {
        bw_replace(&configuring->removed_to, stored.items[stored.count - 1]);
    }
    return rc;
}

/* Other prices than those behind the estimates that were told: each is made again. */
static enum bw_err follow_prices(struct bw_engine *engine, struct bw_error *err)
{
    uint64_t hash = bw_price_book_hash(engine->book);
    uint64_t before = 0;
    enum bw_err rc = bw_inventory_priced_by(engine->db, &before, err);
    if (rc != BW_OK || before == hash) {
        return rc;
    }
    rc = bw_fan_begin_all(engine->db, err);
    return rc == BW_OK ? bw_inventory_priced(engine->db, hash, err) : rc;
}

/* The deployments of a configuration come and go in pieces. Where it stands is kept in memory
 * alone: whoever starts again is given the configuration again. */
enum bw_err bw_engine_configure_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    struct bw_configuring *configuring = &engine->configuring;
    if (!configuring->under_way) {
        return BW_OK;
    }
    enum bw_err rc = put_some(engine, more, err);
    if (rc == BW_OK && !*more) {
        rc = remove_some(engine, more, err);
    }
    if (rc != BW_OK || *more) {
        return rc;
    }
    rc = bw_engine_adopt(engine, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_all_due(engine->db, engine->now_ms, err);
    }
    if (rc == BW_OK) {
        rc = follow_prices(engine, err);
    }
    if (rc == BW_OK) {
        bw_configuring_clear(configuring);
        BW_VEC_PUSH(&engine->replies, (struct bw_command){ .type = BW_COMMAND_CONFIGURED });
    }
    return rc;
}

static void remember_sources(struct bw_engine *engine, const struct bw_sources *sources)
{
    BW_VEC_EACH(const struct bw_source, source, sources)
    {
        struct bw_polling *known = bw_engine_polling(engine, source->name);
        if (known == NULL) {
            BW_VEC_PUSH(&engine->polling,
                        (struct bw_polling){ .name = bw_xstrdup(source->name) });
            known = &engine->polling.items[engine->polling.count - 1];
        }
        known->due_ms = source->due_ms;
        bw_replace(&known->memory, source->memory);
    }
    for (size_t i = 0; i < engine->polling.count;) {
        struct bw_polling *polling = &engine->polling.items[i];
        if (bw_settings_source(engine->settings, polling->name) != NULL) {
            i++;
            continue;
        }
        (void)bw_engine_note_poll(engine, polling->name, true);
        free(polling->name);
        free(polling->memory);
        *polling = engine->polling.items[--engine->polling.count];
    }
}

static void remember_sinks(struct bw_engine *engine, struct bw_sinks *sinks)
{
    BW_VEC_EACH(struct bw_sink, sink, sinks)
    {
        struct bw_sending *known = bw_engine_sending(engine, sink->name);
        if (known == NULL) {
            BW_VEC_PUSH(&engine->sending, (struct bw_sending){ 0 });
            known = &engine->sending.items[engine->sending.count - 1];
        }
        bw_sink_clear(&known->row);
        known->row = *sink;
        *sink = (struct bw_sink){ 0 };
    }
    for (size_t i = 0; i < engine->sending.count;) {
        struct bw_sending *sending = &engine->sending.items[i];
        if (bw_settings_sink(engine->settings, sending->row.name) != NULL) {
            i++;
            continue;
        }
        bw_sink_clear(&sending->row);
        bw_ids_clear(&sending->in_flight);
        bw_ids_clear(&sending->alive);
        *sending = engine->sending.items[--engine->sending.count];
    }
}

/* What the scheduler keeps in memory; polls and deliveries under way stay so. */
static enum bw_err remember(struct bw_engine *engine, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    BW_CLEANUP(bw_sinks_clear) struct bw_sinks sinks = { 0 };
    enum bw_err rc = bw_sources_list(engine->db, &sources, err);
    if (rc == BW_OK) {
        rc = bw_sinks_list(engine->db, &sinks, err);
    }
    if (rc == BW_OK) {
        remember_sources(engine, &sources);
        remember_sinks(engine, &sinks);
    }
    return rc;
}

enum bw_err bw_engine_configure(struct bw_engine *engine, struct bw_settings *settings,
                                struct bw_error *err)
{
    bool started = engine->settings == NULL;
    bw_settings_free(engine->settings);
    engine->settings = bw_settings_share(settings);
    engine->configured_ms = engine->now_ms;
    engine->derived_from = bw_engine_derived_from(settings);
    bw_replace(&engine->misconfigured, NULL);
    bw_engine_configure_again(engine);
    enum bw_err rc = configure_sources(engine, err);
    if (rc == BW_OK) {
        rc = configure_sinks(engine, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_evals_resume(engine, started, err);
    }
    return rc == BW_OK ? remember(engine, err) : rc;
}
