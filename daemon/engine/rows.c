/* daemon/engine/rows.c: see rows.h. */
#include "engine/rows.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "codec/eval_report.h"

static void add_or_null(struct bw_json_writer *w, const char *name, const char *text)
{
    bw_json_add_text(w, name, text == NULL || text[0] == '\0' ? NULL : text);
}

/* Under the name of what it is. */
static void add_subject(struct bw_json_writer *w, const struct bw_notice *notice)
{
    enum bw_notice_about about = bw_notice_about(notice->kind);
    bw_json_add_text(w, "deployment", about == BW_ABOUT_DEPLOYMENT ? notice->subject : NULL);
    bw_json_add_text(w, "source", about == BW_ABOUT_SOURCE ? notice->subject : NULL);
    bw_json_add_text(w, "sink", about == BW_ABOUT_SINK ? notice->subject : NULL);
}

char *bw_notice_text(const struct bw_notice *notice)
{
    bool rejected = notice->state == BW_NOTICE_WAIVED && notice->until_ms == 0;
    bool verified = notice->state == BW_NOTICE_VERIFIED;
    struct bw_str text = { 0 };
    bw_str_append(&text, notice->summary);
    if (rejected) { /* people waive until a day */
        bw_str_append(&text, "; its eval has failed: waived for this candidate only");
    } else if (verified && notice->kind == BW_NOTICE_SWAP) {
        bw_str_appendf(&text, "; its eval has passed: apply the line: basewatch swap %s",
                       notice->subject);
    } else if (verified) {
        bw_str_append(&text, "; its eval has passed");
    }
    return bw_str_take(&text);
}

void bw_row_notice(struct bw_json_writer *w, const struct bw_notice *notice,
                   const char *confidence)
{
    BW_CLEANUP(bw_freep) char *text = bw_notice_text(notice);
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "id", notice->id);
    add_subject(w, notice);
    bw_json_add_text(w, "owner", notice->owner);
    bw_json_add_text(w, "kind", bw_notice_kind_word(notice->kind));
    bw_json_add_text(w, "state", bw_notice_state_word(notice->state));
    bw_json_add_text(w, "severity", bw_severity_word(notice->severity));
    bw_json_add_text(w, "confidence", confidence);
    add_or_null(w, "technique", notice->technique);
    bw_json_array_begin(w, "tags");
    BW_VEC_EACH(char *, tag, &notice->tags)
    {
        bw_json_add_text(w, NULL, *tag);
    }
    bw_json_array_end(w);
    bw_json_add_text(w, "platform", notice->platform);
    add_or_null(w, "base", notice->base);
    bw_json_add_text(w, "candidate", notice->candidate);
    bw_json_add_text(w, "relation", notice->relation);
    bw_json_add_text(w, "via", notice->via);
    bw_json_add_text(w, "train_on", notice->train_on);
    bw_json_add_text(w, "route", notice->route);
    bw_json_add_time(w, "opened_at", notice->opened_ms);
    bw_json_add_time(w, "updated_at", notice->updated_ms);
    bw_json_add_time(w, "until", notice->until_ms);
    bw_json_add_day(w, "train_by", notice->train_by_ms);
    bw_json_add_day(w, "serve_until", notice->serve_until_ms);
    bw_json_add_text(w, "summary", text);
    bw_json_add_raw(w, "estimate", notice->estimate);
    bw_json_add_text(w, "estimate_refused", notice->refused);
    bw_json_add_raw(w, "swap", notice->swap);
    bw_json_add_raw(w, "eval", notice->eval);
    bw_json_add_bool(w, "inhibited", notice->inhibited);
    bw_json_object_end(w);
}

void bw_row_waiver(struct bw_json_writer *w, const struct bw_notice *notice,
                   const struct bw_notice_event *decision)
{
    bool used = notice->state == BW_NOTICE_SNOOZED || notice->state == BW_NOTICE_WAIVED;
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "notice", notice->id);
    add_subject(w, notice);
    bw_json_add_text(w, "owner", notice->owner);
    bw_json_add_text(w, "kind", bw_notice_kind_word(notice->kind));
    add_or_null(w, "base", notice->base);
    bw_json_add_text(w, "candidate", notice->candidate);
    bw_json_add_text(w, "decision", decision->to_state);
    bw_json_add_bool(w, "used", used);
    bw_json_add_text(w, "notice_state", bw_notice_state_word(notice->state));
    bw_json_add_time(w, "since", decision->at_ms);
    bw_json_add_time(w, "until", notice->until_ms);
    bw_json_add_text(w, "actor", decision->actor);
    bw_json_add_text(w, "reason", decision->reason);
    bw_json_object_end(w);
}

void bw_row_event(struct bw_json_writer *w, const struct bw_notice_event *event,
                  const struct bw_notice *notice)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "id", event->id);
    bw_json_add_time(w, "at", event->at_ms);
    bw_json_add_text(w, "event", event->event);
    bw_json_add_id(w, "notice", event->notice);
    add_subject(w, notice);
    bw_json_add_text(w, "kind", bw_notice_kind_word(notice->kind));
    bw_json_add_text(w, "from_state", event->from_state);
    bw_json_add_text(w, "to_state", event->to_state);
    bw_json_add_text(w, "actor", event->actor);
    add_or_null(w, "reason", event->reason);
    bw_json_object_end(w);
}

void bw_row_deployment(struct bw_json_writer *w, const struct bw_deployment *deployment,
                       const struct bw_cohort *cohort)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "name", deployment->name);
    bw_json_add_text(w, "technique", bw_technique_word(deployment->technique));
    bw_json_add_text(w, "platform", deployment->platform);
    bw_json_add_text(w, "scope", cohort->scope);
    bw_json_add_text(w, "model", deployment->model);
    bw_json_add_text(w, "base", deployment->base);
    bw_json_add_text(w, "owner", deployment->owner);
    bw_json_add_text(w, "origin", bw_origin_word(deployment->origin));
    bw_json_add_text(w, "state", bw_cohort_state_word(cohort->state));
    bw_json_add_text(w, "confidence", bw_confidence_word(cohort->confidence));
    bw_json_add_time(w, "since", cohort->since_ms);
    bw_json_add_text(w, "candidate", cohort->candidate);
    bw_json_add_text(w, "relation", cohort->relation);
    bw_json_add_text(w, "via", cohort->via);
    bw_json_add_text(w, "train_on", cohort->train_on);
    bw_json_add_text(w, "route", cohort->route);
    bw_json_add_day(w, "train_by", cohort->train_by_ms);
    bw_json_add_day(w, "serve_until", cohort->serve_until_ms);
    bw_json_object_end(w);
}

/* "findings": null where there is no inventory, else how much of it could be seen. */
static void add_discovery(struct bw_json_writer *w, const struct bw_source *source)
{
    BW_CLEANUP(bw_freep) char *text = bw_source_discovery_text(source);
    bw_json_add_text(w, "findings", text);
    bw_json_add_text(w, "findings_state", bw_source_discovery_word(source->discovery));
    bw_json_add_time(w, "findings_at", source->discovered_ms);
}

void bw_row_source(struct bw_json_writer *w, const struct bw_source *source)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "name", source->name);
    bw_json_add_text(w, "platform", source->platform);
    bw_json_add_text(w, "scope", source->scope);
    bw_json_add_text(w, "kind", bw_source_kind_word(source->kind));
    bw_json_add_text(w, "state", bw_source_state_word(source->state));
    bw_json_add_i64(w, "entries", source->entries);
    bw_json_add_time(w, "last_success_at", source->last_success_ms);
    bw_json_add_time(w, "last_attempt_at", source->last_attempt_ms);
    bw_json_add_time(w, "changed_at", source->changed_ms);
    bw_json_add_time(w, "next_at", source->due_ms);
    bw_json_add_i64(w, "failures", source->failures);
    add_or_null(w, "detail", source->detail);
    add_discovery(w, source);
    bw_json_object_end(w);
}

void bw_row_model(struct bw_json_writer *w, const struct bw_model *model)
{
    bw_json_object_begin(w, NULL);
    bw_row_model_members(w, model);
    bw_json_object_end(w);
}

const char *bw_row_model_status(const struct bw_model *model)
{
    return model->gone_ms != 0                    ? "gone"
           : model->entry.life == BW_LIFE_UNKNOWN ? "listed"
                                                  : bw_life_word(model->entry.life);
}

void bw_row_model_members(struct bw_json_writer *w, const struct bw_model *model)
{
    const struct bw_entry *entry = &model->entry;
    const struct bw_date *end = bw_entry_date(entry, BW_CLOCK_INFERENCE);
    bool vague = end != NULL && end->certainty == BW_CERTAINTY_NOT_BEFORE;
    bw_json_add_text(w, "platform", model->platform);
    bw_json_add_text(w, "scope", model->scope);
    bw_json_add_text(w, "id", entry->id);
    bw_json_add_text(w, "maker", entry->maker);
    add_or_null(w, "lineage", model->lineage);
    bw_json_add_time(w, "first_seen_at", model->first_seen_ms);
    bw_json_add_text(w, "status", bw_row_model_status(model));
    bw_json_add_time(w, "gone_at", model->gone_ms);
    bw_json_add_day(w, "released", entry->released_ms);
    bw_json_add_day(w, "serve_until", bw_entry_firm_ms(entry, BW_CLOCK_INFERENCE));
    bw_json_add_day(w, "not_sooner_than", vague ? end->at_ms : 0);
    bw_json_add_text(w, "replacement", entry->replacement);
    bw_json_add_raw(w, "sources", model->sources);
}

void bw_row_delivery(struct bw_json_writer *w, const struct bw_delivery *delivery)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "id", delivery->id);
    bw_json_add_text(w, "sink", delivery->sink);
    bw_json_add_text(w, "message_id", delivery->message_id);
    bw_json_add_text(w, "type", delivery->type);
    bw_json_add_text(w, "subject", delivery->subject);
    bw_json_add_text(w, "state", bw_delivery_state_word(delivery->state));
    bw_json_add_i64(w, "attempts", delivery->attempts);
    bw_json_add_time(w, "next_at",
                     delivery->state == BW_DELIVERY_PENDING ? delivery->due_ms : 0);
    bw_json_add_time(w, "created_at", delivery->created_ms);
    bw_json_add_time(w, "settled_at", delivery->settled_ms);
    add_or_null(w, "detail", delivery->detail);
    bw_json_object_end(w);
}

void bw_row_sink(struct bw_json_writer *w, const struct bw_sink *sink, const char *plugin)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "name", sink->name);
    bw_json_add_text(w, "plugin", plugin);
    bw_json_add_text(w, "state", bw_sink_state_word(sink));
    bw_json_add_i64(w, "failures", sink->failures);
    bw_json_add_time(w, "paused_until", sink->paused_until_ms);
    add_or_null(w, "detail", sink->detail);
    bw_json_object_end(w);
}

static void add_outcome(struct bw_json_writer *w, const struct bw_eval_job *job)
{
    bool finished = job->state == BW_JOB_FINISHED;
    bw_json_add_id(w, "id", job->id);
    bw_json_add_text(w, "state", bw_job_state_word(job->state));
    bw_json_add_text(w, "verdict", finished ? bw_eval_verdict_word(job->verdict) : NULL);
    add_or_null(w, "reason", job->reason);
    bw_json_add_text(w, "candidate", job->candidate);
    bw_json_add_text(w, "tuned", job->tuned);
}

static void add_difference(struct bw_json_writer *w, const struct bw_json *result)
{
    bw_json_add_double(w, "difference", bw_json_double(bw_json_get(result, "difference"), NAN));
    bw_json_add_double(w, "low", bw_json_double(bw_json_get(result, "low"), NAN));
    bw_json_add_double(w, "high", bw_json_double(bw_json_get(result, "high"), NAN));
}

static struct bw_json *result_of(const struct bw_eval_job *job)
{
    struct bw_json *result = NULL;
    bool there = job->result != NULL &&
                 bw_json_parse(job->result, strlen(job->result), &result, NULL) == BW_OK;
    return there ? result : NULL;
}

char *bw_eval_brief(const struct bw_eval_job *job)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    BW_CLEANUP(bw_json_freep) struct bw_json *result = result_of(job);
    bw_json_object_begin(&w, NULL);
    add_outcome(&w, job);
    add_difference(&w, result);
    bw_json_object_end(&w);
    return bw_str_take(&text);
}

/* Six places are more than any suite can tell. */
static double rounded(double share)
{
    return round(share * 1e6) / 1e6;
}

char *bw_eval_result_text(const struct bw_eval_results *results,
                          const struct bw_eval_judgement *judgement)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bool compared = judgement != NULL && judgement->compared;
    bw_json_object_begin(&w, NULL);
    bw_json_add_double(&w, "difference", compared ? rounded(judgement->difference) : NAN);
    bw_json_add_double(&w, "low", compared ? rounded(judgement->low) : NAN);
    bw_json_add_double(&w, "high", compared ? rounded(judgement->high) : NAN);
    bw_eval_results_to_json(results, &w, "runs");
    bw_json_object_end(&w);
    return bw_str_take(&text);
}

static void add_notice_id(struct bw_json_writer *w, const struct bw_eval_job *job)
{
    if (job->notice != 0) {
        bw_json_add_id(w, "notice", job->notice);
    } else {
        bw_json_add_null(w, "notice");
    }
}

void bw_row_eval(struct bw_json_writer *w, const struct bw_eval_job *job, const char *summary)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *result = result_of(job);
    BW_CLEANUP(bw_freep)
    char *runs = result == NULL ? NULL : bw_json_print(bw_json_get(result, "runs"));
    bw_json_object_begin(w, NULL);
    if (summary != NULL) {
        bw_json_add_text(w, "summary", summary);
    }
    add_outcome(w, job);
    bw_json_add_text(w, "deployment", job->deployment);
    bw_json_add_text(w, "owner", job->owner);
    add_notice_id(w, job);
    bw_json_add_text(w, "suite", job->suite);
    bw_json_add_text(w, "trigger", job->starter);
    bw_json_add_text(w, "baseline", job->baseline);
    bw_json_add_text(w, "runner", job->runner);
    bw_json_add_bool(w, "by_hand", job->by_hand);
    bw_json_add_usd(w, "expected_usd", job->expected);
    add_difference(w, result);
    bw_json_add_raw(w, "runs", runs == NULL ? "[]" : runs);
    bw_json_add_time(w, "waits_until", job->state == BW_JOB_QUEUED ? job->due_ms : 0);
    bw_json_add_time(w, "lease_until", job->lease_until_ms);
    bw_json_add_time(w, "created_at", job->created_ms);
    bw_json_add_time(w, "started_at", job->started_ms);
    bw_json_add_time(w, "finished_at", job->finished_ms);
    bw_json_object_end(w);
}

static void add_models(struct bw_json_writer *w, const struct bw_eval_job *job)
{
    const char *const models[] = { [BW_EVAL_BASELINE] = job->baseline,
                                   [BW_EVAL_CANDIDATE] = job->candidate,
                                   [BW_EVAL_TUNED] = job->tuned };
    bw_json_array_begin(w, "models");
    for (size_t i = 0; i < BW_COUNT(models); i++) {
        if (models[i] != NULL) {
            bw_json_object_begin(w, NULL);
            bw_json_add_text(w, "role", bw_eval_role_word((enum bw_eval_role)i));
            bw_json_add_text(w, "model", models[i]);
            bw_json_object_end(w);
        }
    }
    bw_json_array_end(w);
}

void bw_row_eval_order(struct bw_json_writer *w, const struct bw_eval_job *job, const char *token,
                       int64_t lease_ms)
{
    bw_json_object_begin(w, NULL);
    if (job == NULL) {
        bw_json_add_null(w, "job");
        bw_json_object_end(w);
        return;
    }
    bw_json_object_begin(w, "job");
    bw_json_add_id(w, "id", job->id);
    bw_json_add_text(w, "suite", job->suite);
    bw_json_add_text(w, "deployment", job->deployment);
    add_notice_id(w, job);
    add_models(w, job);
    if (token != NULL) {
        bw_json_add_text(w, "token", token);
    }
    bw_json_add_i64(w, "lease_seconds", lease_ms / 1000);
    bw_json_object_end(w);
    bw_json_object_end(w);
}

static void add_cost(struct bw_json_writer *w, const struct bw_cost *cost)
{
    bw_json_add_usd(w, "low_usd", cost->low);
    bw_json_add_usd(w, "expected_usd", cost->expected);
    bw_json_add_usd(w, "high_usd", cost->high);
}

char *bw_estimate_brief(const struct bw_estimate *estimate)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_object_begin(&w, NULL);
    add_cost(&w, &estimate->total);
    bw_json_object_begin(&w, "cash");
    add_cost(&w, &estimate->cash);
    bw_json_object_end(&w);
    bw_json_object_begin(&w, "people");
    add_cost(&w, &estimate->people);
    bw_json_object_end(&w);
    if (estimate->run_cost_known) {
        bw_json_add_usd(&w, "run_cost_delta_usd_per_month", estimate->run_cost_delta_month);
    } else {
        bw_json_add_null(&w, "run_cost_delta_usd_per_month");
    }
    bw_json_object_end(&w);
    return bw_str_take(&text);
}

void bw_cost_append(struct bw_str *out, const struct bw_cost *cost)
{
    char expected[BW_MONEY_TEXT];
    char low[BW_MONEY_TEXT];
    char high[BW_MONEY_TEXT];
    bw_str_appendf(out, "; expected cost $%s ($%s to $%s)",
                   bw_money_format(cost->expected, expected), bw_money_format(cost->low, low),
                   bw_money_format(cost->high, high));
}
