/* daemon/engine/read_money.c: the commands that price one deployment: what a move costs by every
 * way, and whether the tuning is still worth it. */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "codec/estimate_json.h"
#include "engine/actuals.h"
#include "engine/rows.h"
#include "engine/subject.h"

/* The estimate's own members follow the schema and the names, so it is spliced in. */
static void splice_object(struct bw_call *call, const char *object)
{
    size_t size = strlen(object);
    bw_str_append(&call->body, ",");
    bw_str_append_bytes(&call->body, object + 1, size - 2);
}

static void write_chosen(struct bw_call *call, const struct bw_subject *subject)
{
    struct bw_estimate estimate = { 0 };
    struct bw_error refusal = { 0 };
    if (bw_pricing_estimate(&subject->pricing, &estimate, &refusal) != BW_OK) {
        bw_json_add_text(&call->w, "refused", refusal.text);
        return;
    }
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_estimate_write(&w, NULL, &estimate);
    splice_object(call, text.text);
    bw_str_clear(&text);
    bw_estimate_clear(&estimate);
}

/* Every way with its price, or with the reason why it has none. */
static void write_route(struct bw_call *call, const struct bw_subject *subject,
                        const struct bw_route_option *option)
{
    struct bw_estimate estimate = { 0 };
    struct bw_error refusal = { 0 };
    bool priced = bw_pricing_option(&subject->pricing, option, &estimate, &refusal) == BW_OK;
    BW_CLEANUP(bw_freep) char *brief = priced ? bw_estimate_brief(&estimate) : NULL;
    bw_json_object_begin(&call->w, NULL);
    bw_route_write_members(&call->w, option);
    bw_json_add_text(&call->w, "model", priced ? estimate.model : NULL);
    bw_json_add_raw(&call->w, "estimate", brief);
    bw_json_add_text(&call->w, "refused", priced ? NULL : refusal.text);
    bw_json_object_end(&call->w);
    bw_estimate_clear(&estimate);
}

static void write_routes(struct bw_call *call, const struct bw_subject *subject)
{
    struct bw_route_options options = { 0 };
    bw_pricing_routes(&subject->pricing, &options);
    bw_json_array_begin(&call->w, "routes");
    BW_VEC_EACH(const struct bw_route_option, option, &options)
    {
        if (option->route != BW_ROUTE_NONE) {
            write_route(call, subject, option);
        }
    }
    bw_json_array_end(&call->w);
    bw_route_options_clear(&options);
}

static void write_not_retraining(struct bw_call *call, const struct bw_subject *subject)
{
    struct bw_estimate prompt = { 0 };
    if (bw_technique_is_tuned(subject->cohort.technique) &&
        bw_pricing_prompt(&subject->pricing, &prompt, NULL) == BW_OK) {
        bw_estimate_write(&call->w, "not_retraining", &prompt);
    }
    bw_estimate_clear(&prompt);
}

/* What embedding the corpus again costs, as soon as there is a reason to. */
static enum bw_err write_embedding(struct bw_call *call, const struct bw_subject *subject,
                                   struct bw_error *err)
{
    const struct bw_cohort *embedder = &subject->embedder;
    if (embedder->id == 0) {
        bw_json_add_null(&call->w, "embedding");
        return BW_OK;
    }
    BW_CLEANUP(bw_pricing_clear) struct bw_pricing pricing = { 0 };
    struct bw_estimate estimate = { 0 };
    struct bw_error refusal = { 0 };
    enum bw_err rc = bw_pricing_init(call->engine, embedder, &subject->member.deployment,
                                     embedder->candidate, subject->at_ms, &pricing, err);
    if (rc != BW_OK) {
        return rc;
    }
    bool priced = bw_pricing_reindex(&pricing, &estimate, &refusal) == BW_OK;
    bw_json_object_begin(&call->w, "embedding");
    bw_json_add_text(&call->w, "platform", embedder->platform);
    bw_json_add_text(&call->w, "model", embedder->base);
    bw_json_add_text(&call->w, "state", bw_cohort_state_word(embedder->state));
    bw_json_add_text(&call->w, "candidate", embedder->candidate);
    bw_json_add_day(&call->w, "serve_until", embedder->serve_until_ms);
    if (priced) {
        bw_estimate_write(&call->w, "estimate", &estimate);
    }
    bw_json_add_text(&call->w, "refused", priced ? NULL : refusal.text);
    bw_json_object_end(&call->w);
    bw_estimate_clear(&estimate);
    return BW_OK;
}

enum bw_err bw_api_estimate(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { 0 };
    enum bw_err rc = bw_subject_read(call, &subject, err);
    if (rc != BW_OK) {
        return rc;
    }
    bw_call_begin(call, "estimate");
    bw_json_add_text(&call->w, "deployment", subject.member.deployment.name);
    bw_json_add_text(&call->w, "candidate", subject.pricing.candidate.entry.id);
    write_routes(call, &subject);
    write_chosen(call, &subject);
    write_not_retraining(call, &subject);
    rc = write_embedding(call, &subject, err);
    if (rc == BW_OK) {
        rc = bw_actuals_write_record(call, &subject, err);
    }
    bw_call_end(call);
    return rc;
}

/* ---- worth ---- */

/* "7,886,671", or "no number of": INFINITY is never. */
static const char *calls_text(double calls, char out[BW_MONEY_TEXT])
{
    if (isinf(calls)) {
        return "no number of";
    }
    (void)bw_money_format(bw_money_from_usd(floor(calls + 0.5)), out);
    out[strcspn(out, ".")] = '\0';
    return out;
}

static void economy_lines(struct bw_call *call, const struct bw_worth *worth)
{
    char a[BW_MONEY_TEXT];
    char b[BW_MONEY_TEXT];
    char c[BW_MONEY_TEXT];
    bw_call_line(call, "break-even: %s calls a year (%s without prompt caching); it makes %s",
                 calls_text(worth->break_even_calls, a),
                 calls_text(worth->break_even_uncached_calls, b),
                 calls_text(worth->calls_per_year, c));
    bw_call_line(call, "a year without the calls: tuned $%s, prompted $%s (%.1f moves a year)",
                 bw_money_format(bw_money_from_usd(worth->tuned_year_usd), a),
                 bw_money_format(bw_money_from_usd(worth->prompted_year_usd), b),
                 worth->moves_per_year);
    bw_call_line(call, "a thousand calls: tuned $%s, prompted $%s ($%s without caching)",
                 bw_money_format(bw_money_from_usd(1000 * worth->tuned_call_usd), a),
                 bw_money_format(bw_money_from_usd(1000 * worth->prompted_call_usd), b),
                 bw_money_format(bw_money_from_usd(1000 * worth->prompted_call_uncached_usd), c));
    if (isinf(worth->payback_months)) {
        bw_call_line(call, "a retrain never pays for itself: a tuned call saves nothing");
    } else {
        bw_call_line(call, "a retrain pays for itself in %.1f months", worth->payback_months);
    }
}

static void worth_lines(struct bw_call *call, const struct bw_worth *worth)
{
    bw_call_line(call, "verdict: %s", bw_verdict_word(worth->verdict));
    for (size_t i = 0; i < BW_CRITERIA; i++) {
        const struct bw_criterion_answer *answer = &worth->criteria[i];
        bw_call_line(call, "%-38s %-8s %s", bw_criterion_word((enum bw_criterion)i),
                     answer->met == BW_YES  ? "yes"
                     : answer->met == BW_NO ? "no"
                                            : "unknown",
                     answer->evidence);
    }
    if (worth->economy_known) {
        economy_lines(call, worth);
    }
    if (worth->record_next != NULL) {
        bw_call_line(call, "record next: %s", worth->record_next);
    }
}

enum bw_err bw_api_worth(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { 0 };
    enum bw_err rc = bw_subject_read(call, &subject, err);
    if (rc == BW_OK && !bw_technique_is_tuned(subject.cohort.technique)) {
        rc = bw_fail(err, BW_ERR_CONFLICT, "'%s' is not fine-tuned: there is nothing to weigh",
                     subject.member.deployment.name);
    }
    struct bw_worth worth = { 0 };
    struct bw_span span = { 0 };
    if (rc == BW_OK) {
        rc = bw_pricing_span(&subject.pricing, &subject.cohort, subject.at_ms - 365 * BW_DAY_MS,
                             subject.at_ms, &span, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_pricing_worth(&subject.pricing, &span, &worth);
    bw_call_begin(call, "worth");
    bw_json_add_text(&call->w, "deployment", subject.member.deployment.name);
    bw_worth_write(&call->w, "worth", &worth);
    bw_json_array_begin(&call->w, "lines");
    worth_lines(call, &worth);
    bw_json_array_end(&call->w);
    bw_call_end(call);
    bw_worth_clear(&worth);
    return BW_OK;
}
