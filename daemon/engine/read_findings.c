/* daemon/engine/read_findings.c: the commands about findings: listed with what retraining them would
 * take, shown, and adopted by a person. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "codec/finding_json.h"
#include "engine/call.h"
#include "engine/pricing.h"
#include "store/findings.h"

enum { PAGE_MAX = 250 }; /* each row prices a move */

struct outlook { /* of the base of the last finding: neighbours in a list often share it */
    struct bw_cohort cohort;
};

static void outlook_clear(struct outlook *outlook)
{
    bw_cohort_clear(&outlook->cohort);
}

static enum bw_err look_at(struct bw_engine *engine, const struct bw_found *found,
                           const struct bw_deployment *deployment, struct outlook *outlook,
                           struct bw_error *err)
{
    struct bw_cohort *cohort = &outlook->cohort;
    if (bw_str_equal(cohort->base, deployment->base) && cohort->technique == deployment->technique &&
        bw_str_equal(cohort->platform, found->platform) &&
        bw_str_equal(cohort->scope, found->scope)) {
        return BW_OK;
    }
    bw_cohort_clear(cohort);
    *cohort = (struct bw_cohort){
        .platform = bw_xstrdup(found->platform),
        .scope = bw_xstrdup(found->scope),
        .base = bw_xstrdup(deployment->base),
        .technique = deployment->technique,
        .policy = bw_policy_copy(&deployment->policy),
    };
    return bw_engine_judge(engine, cohort, err);
}

/* The price of bringing it to its candidate, or of training it again as it is; else why not. */
static enum bw_err add_price(struct bw_call *call, const struct bw_found *found,
                             struct outlook *outlook, struct bw_error *err)
{
    struct bw_deployment deployment = bw_engine_deployment_of(call->engine, found);
    const struct bw_finding *finding = &found->finding;
    deployment.training.rows = finding->rows;
    deployment.training.epochs = finding->epochs;
    deployment.training.trained_tokens = finding->trained_tokens;
    struct bw_pricing pricing = { 0 };
    struct bw_estimate estimate = { 0 };
    struct bw_error refusal = { 0 };
    enum bw_err rc = look_at(call->engine, found, &deployment, outlook, err);
    if (rc == BW_OK) {
        rc = bw_pricing_init(call->engine, &outlook->cohort, &deployment,
                             outlook->cohort.candidate, call->engine->now_ms, &pricing, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bool priced = bw_pricing_estimate(&pricing, &estimate, &refusal) == BW_OK;
    bw_json_add_text(&call->w, "candidate", outlook->cohort.candidate);
    bw_json_add_text(&call->w, "train_on", outlook->cohort.train_on);
    if (priced) {
        bw_json_add_usd(&call->w, "expected_usd", estimate.total.expected);
    } else {
        bw_json_add_null(&call->w, "expected_usd");
    }
    bw_json_add_text(&call->w, "estimate_refused", priced ? NULL : refusal.text);
    bw_estimate_clear(&estimate);
    bw_pricing_clear(&pricing);
    return BW_OK;
}

static enum bw_err add_row(struct bw_call *call, const struct bw_found *found,
                           struct outlook *outlook, struct bw_error *err)
{
    struct bw_json_writer *w = &call->w;
    struct bw_finding known = found->finding; /* the tables speak of one that may change */
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "number", found->id);
    bw_json_add_text(w, "platform", found->platform);
    bw_json_add_text(w, "scope", found->scope);
    bw_json_add_text(w, "source", found->source);
    bw_json_add_text(w, "state", bw_found_state(found));
    bw_json_add_text(w, "kind", bw_finding_kind_word(known.kind));
    bw_json_add_text(w, "status", bw_finding_status_word(known.status));
    bw_json_add_text(w, "model", known.id);
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        bw_json_add_text(w, field->name, *bw_finding_text(&known, field));
    }
    bw_json_add_text(w, "root", found->root);
    bw_json_add_text(w, "chain", found->chain);
    bw_json_add_time(w, "created_at", known.created_ms);
    bw_json_add_time(w, "finished_at", known.finished_ms);
    for (const struct bw_finding_field *field = bw_finding_counts; field->name != NULL; field++) {
        int64_t count = *bw_finding_number(&known, field);
        if (count != 0) {
            bw_json_add_i64(w, field->name, count);
        } else {
            bw_json_add_null(w, field->name);
        }
    }
    if (known.price_known) {
        bw_json_add_usd(w, "price_usd", known.price);
    } else {
        bw_json_add_null(w, "price_usd");
    }
    bw_json_add_time(w, "first_seen_at", found->first_seen_ms);
    bw_json_add_time(w, "gone_at", found->gone_ms);
    bw_json_add_text(w, "deployment", found->deployment);
    bw_json_add_time(w, "picked_at", found->picked_ms);
    enum bw_err rc = add_price(call, found, outlook, err);
    bw_json_object_end(w);
    return rc;
}

enum bw_err bw_api_findings(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_founds_clear) struct bw_founds founds = { 0 };
    BW_CLEANUP(outlook_clear) struct outlook outlook = { 0 };
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    BW_CLEANUP(bw_freep) char *source = bw_call_query(call, "source");
    BW_CLEANUP(bw_freep) char *base = bw_call_query(call, "base");
    BW_CLEANUP(bw_freep) char *state = bw_call_query(call, "state");
    const struct bw_finding_filter filter = { platform, source, base, state };
    struct bw_list_page page = bw_call_page(call);
    page.limit = page.limit < PAGE_MAX ? page.limit : PAGE_MAX;
    enum bw_err rc = bw_findings_page(call->engine->db, &filter, &page, &founds, err);
    bw_call_begin_list(call, "findings");
    BW_VEC_EACH(const struct bw_found, found, &founds)
    {
        rc = rc == BW_OK ? add_row(call, found, &outlook, err) : rc;
    }
    bw_call_end_page(call, &page);
    return rc;
}

enum bw_err bw_api_finding(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_found_clear) struct bw_found found = { 0 };
    BW_CLEANUP(outlook_clear) struct outlook outlook = { 0 };
    enum bw_err rc = bw_findings_get(call->engine->db, call->args[0], &found, err);
    return rc == BW_OK ? add_row(call, &found, &outlook, err) : rc;
}

/* ---- a person adopts ---- */

/* The words of the body go over what the finding would be. */
static enum bw_err read_adoption(const struct bw_call *call, const struct bw_found *found,
                                 struct bw_deployment *out, struct bw_error *err)
{
    const struct bw_json *json = call->json;
    struct bw_deployment deployment = bw_engine_deployment_of(call->engine, found);
    deployment.origin = BW_ORIGIN_API;
    bw_scope_shorten(call->engine->settings, deployment.platform, &deployment.account,
                     &deployment.region);
    deployment.name = (char *)bw_json_text(bw_json_get(json, "name"), NULL);
    deployment.owner = (char *)bw_json_text(bw_json_get(json, "owner"), deployment.owner);
    if (deployment.name == NULL || deployment.name[0] == '\0') {
        return bw_fail(err, BW_ERR_INVALID, "name is missing: what the deployment is called");
    }
    if (found->root == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "what '%s' was made from is not known, so nothing could be said of it; add "
                       "it with its base instead: basewatch deployments add",
                       found->finding.id);
    }
    /* Absent, it stays what the finding is. */
    (void)bw_technique_parse(bw_json_text(bw_json_get(json, "technique"), NULL),
                             &deployment.technique);
    *out = deployment;
    return BW_OK;
}

enum bw_err bw_api_finding_adopt(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_found_clear) struct bw_found found = { 0 };
    struct bw_deployment deployment = { 0 };
    enum bw_err rc = bw_findings_get(call->engine->db, call->args[0], &found, err);
    if (rc == BW_OK && found.deployment != NULL) {
        return bw_fail(err, BW_ERR_CONFLICT, "'%s' is deployment '%s' already", found.finding.id,
                       found.deployment);
    }
    if (rc == BW_OK) {
        rc = read_adoption(call, &found, &deployment, err);
    }
    bool changed = false;
    if (rc == BW_OK) {
        rc = bw_engine_may_add(call->engine, deployment.name, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_put_deployment(call->engine, &deployment, &changed, err);
    }
    if (rc == BW_OK) {
        bw_replace(&found.deployment, deployment.name);
        found.picked_ms = call->engine->now_ms;
        rc = bw_findings_save(call->engine->db, &found, err);
    }
    if (rc == BW_OK) {
        free(call->args[0]);
        call->args[0] = bw_xstrdup(deployment.name);
        rc = bw_api_deployment(call, err);
    }
    return rc;
}
