/* daemon/engine/adoption.c: findings become deployments by the rules of the configuration, and teach
 * those that are there already. */
#include <string.h>

#include "base/log.h"
#include "base/names.h"
#include "base/str.h"
#include "codec/finding_json.h"
#include "domain/adoption.h"
#include "engine/state.h"
#include "store/findings.h"

/* A list may lack something for a while; a deployment does not leave so soon. */
#define GONE_AFTER_MS BW_DAY_MS

struct candidates BW_VEC(struct bw_candidate);

static bool is_there(const struct bw_engine *engine, const struct bw_found *found)
{
    return found->gone_ms == 0 || engine->now_ms - found->gone_ms < GONE_AFTER_MS;
}

static struct bw_candidate candidate_of(const struct bw_engine *engine,
                                        const struct bw_found *found)
{
    const struct bw_source_settings *source = bw_settings_source(engine->settings, found->source);
    return (struct bw_candidate){
        .finding = &found->finding,
        .platform = found->platform,
        .scope = found->scope,
        .account = source == NULL ? "" : source->account,
        .region = source == NULL ? "" : source->region,
        .root = found->root,
        .first_seen_ms = found->first_seen_ms,
    };
}

/* ---- what is known of a deployment ---- */

/* A served fine-tune tells little; the tune that it serves tells the rest. */
static enum bw_err add_tune(struct bw_engine *engine, const struct bw_found *found,
                            struct bw_finding *finding, struct bw_error *err)
{
    BW_CLEANUP(bw_founds_clear) struct bw_founds tunes = { 0 };
    if (finding->serves == NULL) {
        return BW_OK;
    }
    enum bw_err rc =
        bw_findings_called(engine->db, found->platform, finding->serves, &tunes, err);
    BW_VEC_EACH(const struct bw_found, tune, &tunes)
    {
        if (strcmp(tune->scope, found->scope) == 0) {
            bw_finding_merge(finding, &tune->finding);
        }
    }
    return rc;
}

static enum bw_err know(struct bw_engine *engine, struct bw_found *found,
                        struct bw_knowledge *out, struct bw_error *err)
{
    enum bw_err rc = add_tune(engine, found, &found->finding, err);
    *out = (struct bw_knowledge){ found->finding, found->root, found->chain };
    found->finding = (struct bw_finding){ 0 };
    found->root = NULL;
    found->chain = NULL;
    return rc;
}

/* The newest that the pattern fits; all that it fits belong to the deployment. */
static enum bw_err find_newest(struct bw_engine *engine, const struct bw_deployment *said,
                               const char *scope, struct bw_founds *found, size_t *at,
                               struct bw_error *err)
{
    enum bw_err rc = bw_findings_all(engine->db, said->platform, scope, found, err);
    *at = found->count;
    for (size_t i = 0; rc == BW_OK && i < found->count; i++) {
        struct bw_found *row = &found->items[i];
        struct bw_candidate candidate = candidate_of(engine, row);
        bool fits = bw_str_glob(said->match, row->finding.id) && bw_candidate_is_fit(&candidate) &&
                    is_there(engine, row);
        if (fits != bw_str_equal(row->deployment, said->name)) {
            bw_replace(&row->deployment, fits ? said->name : NULL);
            engine->adopts_again = engine->adopts_again || !fits;
            rc = bw_findings_save(engine->db, row, err);
        }
        if (!fits) {
            continue;
        }
        struct bw_candidate best =
            *at == found->count ? candidate : candidate_of(engine, &found->items[*at]);
        *at = *at == found->count || bw_candidate_is_newer(&candidate, &best) ? i : *at;
    }
    return rc;
}

static enum bw_err find_called(struct bw_engine *engine, const struct bw_deployment *said,
                               const char *scope, struct bw_founds *found, size_t *at,
                               struct bw_error *err)
{
    bool asks = bw_technique_is_tuned(said->technique);
    enum bw_err rc = asks ? bw_findings_called(engine->db, said->platform, said->model, found, err)
                          : BW_OK;
    *at = 0;
    while (*at < found->count && strcmp(found->items[*at].scope, scope) != 0) {
        ++*at;
    }
    return rc;
}

enum bw_err bw_engine_know(struct bw_engine *engine, const struct bw_deployment *said,
                           const char *scope, struct bw_knowledge *out, struct bw_error *err)
{
    BW_CLEANUP(bw_founds_clear) struct bw_founds found = { 0 };
    size_t at = 0;
    enum bw_err rc = said->origin == BW_ORIGIN_ADOPTED /* which keeps the older ones of its rule */
                         ? BW_OK
                         : bw_findings_let_go(engine->db, said->name, said->platform, scope,
                                              said->model, &engine->adopts_again, err);
    if (rc != BW_OK) {
        return rc;
    }
    rc = said->match != NULL ? find_newest(engine, said, scope, &found, &at, err)
                             : find_called(engine, said, scope, &found, &at, err);
    if (rc != BW_OK || at == found.count) {
        return rc;
    }
    struct bw_found *row = &found.items[at];
    if (row->picked_ms == 0 || !bw_str_equal(row->deployment, said->name)) {
        bw_log(BW_LOG_NOTICE, "deployment '%s' calls finding %s", said->name, row->finding.id);
        rc = bw_findings_pick(engine->db, row->id, said->name, engine->now_ms, err);
    }
    return rc == BW_OK ? know(engine, row, out, err) : rc;
}

/* ---- deployments of findings ---- */

static enum bw_err relearn_one(struct bw_engine *engine, const char *name, struct bw_error *err)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment said = { 0 };
    bool changed = false;
    enum bw_err rc = bw_inventory_said(engine->db, name, &engine->settings->policy, &said, err);
    return rc == BW_OK ? bw_engine_put_deployment(engine, &said, &changed, err) : rc;
}

enum bw_err bw_engine_relearn(struct bw_engine *engine, const struct bw_names *changed,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names names = { 0 };
    enum bw_err rc = bw_inventory_picking(engine->db, &names, err);
    BW_VEC_EACH(char *, model, changed)
    {
        rc = rc == BW_OK ? bw_inventory_calling(engine->db, *model, &names, err) : rc;
    }
    BW_VEC_EACH(char *, name, &names)
    {
        rc = rc == BW_OK ? relearn_one(engine, *name, err) : rc;
    }
    return rc;
}

enum bw_err bw_engine_relearn_calling(struct bw_engine *engine, const char *platform,
                                      const struct bw_names *models, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names names = { 0 };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(char *, model, models)
    {
        BW_CLEANUP(bw_founds_clear) struct bw_founds found = { 0 };
        rc = rc == BW_OK ? bw_inventory_calling(engine->db, *model, &names, err) : rc;
        rc = rc == BW_OK ? bw_findings_called(engine->db, platform, *model, &found, err) : rc;
        BW_VEC_EACH(struct bw_found, one, &found)
        {
            if (one->deployment != NULL) { /* one that picks among findings has no model */
                BW_VEC_PUSH(&names, BW_TAKE(one->deployment));
            }
        }
    }
    BW_VEC_EACH(char *, name, &names)
    {
        rc = rc == BW_OK ? relearn_one(engine, *name, err) : rc;
    }
    return rc;
}

struct bw_deployment bw_engine_deployment_of(const struct bw_engine *engine,
                                             const struct bw_found *found)
{
    const struct bw_candidate candidate = candidate_of(engine, found);
    return (struct bw_deployment){
        .name = found->finding.id,
        .technique = found->tuned ? BW_TECHNIQUE_FINE_TUNED : BW_TECHNIQUE_PROMPT,
        .platform = found->platform,
        .account = (char *)candidate.account,
        .region = (char *)candidate.region,
        .model = found->finding.id,
        .base = found->root == NULL ? found->finding.id : found->root,
        .owner = found->finding.owner == NULL ? "" : found->finding.owner,
        .training = { .refresh_share = -1.0 },
        .lead_days = -1,
        .policy = engine->settings->policy,
    };
}

/* What stands in the files or came through the API is not replaced. *ours: it was put. */
static enum bw_err put_adopted(struct bw_engine *engine, const struct bw_adopted *adopted,
                               const struct bw_found *found, bool *ours, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member known = { 0 };
    bool changed = false;
    enum bw_err rc = bw_inventory_get(engine->db, adopted->name, &known, err);
    *ours = rc == BW_ERR_NOTFOUND || known.deployment.origin == BW_ORIGIN_ADOPTED;
    if ((rc != BW_OK && rc != BW_ERR_NOTFOUND) || !*ours) {
        return rc;
    }
    struct bw_deployment deployment = bw_engine_deployment_of(engine, found);
    deployment.origin = BW_ORIGIN_ADOPTED;
    deployment.name = adopted->name;
    deployment.owner = adopted->owner[0] != '\0' ? adopted->owner : deployment.owner;
    if (adopted->rule->technique != NULL) {
        (void)bw_technique_parse(adopted->rule->technique, &deployment.technique);
    }
    return bw_engine_put_deployment(engine, &deployment, &changed, err);
}

/* Deployments whose finding is gone, or whose rule is. */
static enum bw_err remove_others(struct bw_engine *engine, struct bw_names *kept,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names stored = { 0 };
    enum bw_err rc = bw_inventory_names(engine->db, BW_ORIGIN_ADOPTED, "", INT64_MAX, &stored, err);
    bw_names_sort(kept);
    BW_VEC_EACH(char *, name, &stored)
    {
        bool stays = bw_names_find(kept, *name);
        if (rc == BW_OK && !stays) {
            rc = bw_engine_remove_deployment(engine, *name, "basewatch", err);
        }
    }
    return rc;
}

/* An older one of the same, unless somebody calls it. */
static enum bw_err claim(struct bw_engine *engine, struct bw_found *found, const char *name,
                         struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names calling = { 0 };
    enum bw_err rc = bw_inventory_calling(engine->db, found->finding.id, &calling, err);
    if (rc != BW_OK || calling.count > 0) {
        return rc;
    }
    bw_replace(&found->deployment, name);
    return bw_findings_save(engine->db, found, err);
}

static enum bw_err adopt_all(struct bw_engine *engine, struct bw_founds *rows,
                             const struct candidates *candidates, struct bw_names *kept,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_adoptions_clear) struct bw_adoptions adoptions = { 0 };
    enum bw_err rc = BW_OK;
    bool ours = false;
    bw_adopt(engine->settings, candidates->items, candidates->count, &adoptions);
    BW_VEC_EACH(const struct bw_adopted, adopted, &adoptions)
    {
        struct bw_found *found = &rows->items[adopted->candidate];
        if (rc == BW_OK && adopted->picked) {
            rc = put_adopted(engine, adopted, found, &ours, err);
            BW_VEC_PUSH(kept, bw_xstrdup(adopted->name));
        } else if (rc == BW_OK && ours && !bw_str_equal(found->deployment, adopted->name)) {
            rc = claim(engine, found, adopted->name, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_adopt(struct bw_engine *engine, struct bw_error *err)
{
    BW_CLEANUP(bw_founds_clear) struct bw_founds rows = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names kept = { 0 };
    struct candidates candidates = { 0 };
    enum bw_err rc = bw_findings_all(engine->db, NULL, NULL, &rows, err);
    size_t there = 0;
    for (size_t i = 0; i < rows.count; i++) { /* those that are there first, as candidates are */
        if (is_there(engine, &rows.items[i])) {
            struct bw_found found = rows.items[i];
            rows.items[i] = rows.items[there];
            rows.items[there++] = found;
        }
    }
    for (size_t i = 0; i < there; i++) {
        BW_VEC_PUSH(&candidates, candidate_of(engine, &rows.items[i]));
    }
    rc = rc == BW_OK ? adopt_all(engine, &rows, &candidates, &kept, err) : rc;
    BW_VEC_CLEAR(&candidates, BW_VEC_PLAIN);
    return rc == BW_OK ? remove_others(engine, &kept, err) : rc;
}

enum bw_err bw_engine_adopt_again(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    const struct bw_names none = { 0 };
    (void)more;
    if (!engine->adopts_again) {
        return BW_OK;
    }
    engine->adopts_again = false;
    enum bw_err rc = bw_engine_adopt(engine, err);
    return rc == BW_OK ? bw_engine_relearn(engine, &none, err) : rc;
}
