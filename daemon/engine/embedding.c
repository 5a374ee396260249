/* daemon/engine/embedding.c: the embedding model of a deployment is a matter of its own: a new one
 * means that the corpus is embedded again, which no swap of an id does. */
#include "base/str.h"
#include "engine/pricing.h"
#include "engine/rows.h"

static void append_what(struct bw_str *out, const struct bw_cohort *embedder,
                        const struct bw_deployment *deployment)
{
    char day[BW_INSTANT_TEXT];
    bw_str_appendf(out, "%s: its embedding model %s ", deployment->name, embedder->base);
    if (embedder->state == BW_COHORT_RETIRED) {
        bw_str_append(out, "has been retired");
    } else if (embedder->serve_until_ms != 0) {
        bw_str_appendf(out, "answers until %s",
                       bw_instant_format_day(embedder->serve_until_ms, day));
    } else {
        bw_str_append(out, "is superseded");
    }
    if (embedder->candidate != NULL) {
        bw_str_appendf(out, "; %s follows (%s): the corpus has to be embedded again",
                       embedder->candidate, embedder->relation);
    }
}

static void price(const struct bw_engine *engine, const struct bw_cohort *embedder,
                  const struct bw_deployment *deployment, const struct bw_pricing *pricing,
                  struct bw_str *summary, struct bw_notice *out)
{
    struct bw_estimate estimate = { 0 };
    struct bw_error refusal = { 0 };
    bool priced = bw_pricing_reindex(pricing, &estimate, &refusal) == BW_OK;
    if (priced) {
        out->estimate = bw_estimate_brief(&estimate);
        bw_cost_append(summary, &estimate.total);
    } else {
        out->refused = bw_xstrdup(refusal.text);
    }
    out->summary = bw_str_take(summary);
    bw_engine_press(engine, deployment, priced ? &estimate : NULL, embedder->serve_until_ms, out);
    if (embedder->state == BW_COHORT_RETIRED) {
        out->severity = BW_SEVERITY_OVERDUE;
    }
    bw_estimate_clear(&estimate);
}

enum bw_err bw_engine_want_embedder(struct bw_engine *engine, const struct bw_cohort *embedder,
                                    const struct bw_deployment *deployment, struct bw_notice *out,
                                    bool *wanted, struct bw_error *err)
{
    *wanted = embedder->id != 0 && (embedder->candidate != NULL || embedder->serve_until_ms != 0 ||
                                    embedder->state == BW_COHORT_RETIRED);
    if (!*wanted) {
        return BW_OK;
    }
    BW_CLEANUP(bw_pricing_clear) struct bw_pricing pricing = { 0 };
    enum bw_err rc = bw_pricing_init(engine, embedder, deployment, embedder->candidate,
                                     engine->now_ms, &pricing, err);
    if (rc != BW_OK) {
        *wanted = false;
        return rc;
    }
    struct bw_str summary = { 0 };
    *out = bw_engine_notice_of(embedder, deployment, BW_NOTICE_EMBEDDER_STALE);
    append_what(&summary, embedder, deployment);
    price(engine, embedder, deployment, &pricing, &summary, out);
    return BW_OK;
}
