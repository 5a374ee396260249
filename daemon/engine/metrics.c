/* daemon/engine/metrics.c: GET /metrics, the Prometheus text format 0.0.4. Each family stands once
 * and together. Series are by source, sink and state, never by model or deployment: their number
 * has no bound. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/call.h"

static const char CONTENT_TYPE[] = "text/plain; version=0.0.4; charset=utf-8";

static const char *const POLL_WORDS[] = {
    [BW_POLL_UNCHANGED] = "unchanged",
    [BW_POLL_LISTED] = "listed",
    [BW_POLL_FAILED] = "failed",
};
static const char *const DELIVERY_WORDS[] = {
    [BW_DELIVERY_DONE] = "delivered",
    [BW_DELIVERY_RETRY] = "retry",
    [BW_DELIVERY_REFUSED] = "refused",
    [BW_DELIVERY_DISABLED] = "disabled",
};

struct label {
    const char *name; /* NULL: none */
    const char *value;
};

static void family(struct bw_str *out, const char *name, const char *type, const char *help)
{
    bw_str_appendf(out, "# HELP basewatch_%s %s\n# TYPE basewatch_%s %s\n", name, help, name, type);
}

static void append_label(struct bw_str *out, const struct label *label)
{
    bw_str_appendf(out, "%s=\"", label->name);
    for (const char *c = label->value; *c != '\0'; c++) {
        switch (*c) {
        case '\\':
            bw_str_append(out, "\\\\");
            break;
        case '"':
            bw_str_append(out, "\\\"");
            break;
        case '\n':
            bw_str_append(out, "\\n");
            break;
        default:
            bw_str_append_bytes(out, c, 1);
        }
    }
    bw_str_append(out, "\"");
}

static void append_name(struct bw_str *out, const char *name, struct label first,
                        struct label second)
{
    bw_str_appendf(out, "basewatch_%s", name);
    if (first.name != NULL) {
        bw_str_append(out, "{");
        append_label(out, &first);
        if (second.name != NULL) {
            bw_str_append(out, ",");
            append_label(out, &second);
        }
        bw_str_append(out, "}");
    }
}

static void sample(struct bw_str *out, const char *name, struct label first, struct label second,
                   int64_t value)
{
    append_name(out, name, first, second);
    bw_str_appendf(out, " %" PRId64 "\n", value);
}

static void sample_ms(struct bw_str *out, const char *name, struct label label, int64_t ms)
{
    append_name(out, name, label, (struct label){ 0 });
    bw_str_appendf(out, " %" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}

static void about_ourselves(const struct bw_engine *engine, struct bw_str *out)
{
    const struct label none = { 0 };
    family(out, "build_info", "gauge", "The running version; always 1.");
    sample(out, "build_info", (struct label){ "version", BW_VERSION }, none, 1);
    family(out, "configuration_reload_ok", "gauge", "1 unless the last reload was refused.");
    sample(out, "configuration_reload_ok", none, none, engine->misconfigured == NULL);
    family(out, "configuration_loaded_timestamp_seconds", "gauge",
           "When the running configuration was loaded.");
    sample_ms(out, "configuration_loaded_timestamp_seconds", none, engine->configured_ms);
}

static void sample_us(struct bw_str *out, const char *name, struct label label, int64_t us)
{
    append_name(out, name, label, (struct label){ 0 });
    bw_str_appendf(out, " %" PRId64 ".%06d\n", us / 1000000, (int)(us % 1000000));
}

/* How long it holds everybody up: all steps together, and the longest by what it was about. */
static void about_steps(const struct bw_engine *engine, struct bw_str *out)
{
    int64_t count = 0;
    int64_t sum_us = 0;
    family(out, "engine_step_seconds", "histogram", "Time that the engine took for an event.");
    for (size_t i = 0; i <= BW_STEP_BOUNDS; i++) {
        char bound[32] = "+Inf";
        if (i < BW_STEP_BOUNDS) {
            (void)snprintf(bound, sizeof(bound), "%g", (double)bw_step_bounds_us[i] / 1e6);
        }
        for (size_t type = 0; type < BW_COUNT(engine->steps); type++) {
            count += engine->steps[type].counts[i];
        }
        sample(out, "engine_step_seconds_bucket", (struct label){ "le", bound },
               (struct label){ 0 }, count);
    }
    for (size_t type = 0; type < BW_COUNT(engine->steps); type++) {
        sum_us += engine->steps[type].sum_us;
    }
    sample_us(out, "engine_step_seconds_sum", (struct label){ 0 }, sum_us);
    sample(out, "engine_step_seconds_count", (struct label){ 0 }, (struct label){ 0 }, count);
    family(out, "engine_step_longest_seconds", "gauge",
           "The longest of them since the start, by the kind of event.");
    for (size_t type = 0; type < BW_COUNT(engine->steps); type++) {
        const char *word = bw_event_word((enum bw_event_type)type);
        sample_us(out, "engine_step_longest_seconds", (struct label){ "event", word },
                  engine->steps[type].longest_us);
    }
}

static enum bw_err about_the_fleet(struct bw_engine *engine, struct bw_str *out,
                                   struct bw_error *err)
{
    const struct label none = { 0 };
    int64_t states[BW_COHORT_RETIRED + 1] = { 0 };
    int64_t severities[BW_SEVERITY_OVERDUE + 1] = { 0 };
    enum bw_err rc = bw_inventory_by_state(engine->db, states, err);
    if (rc == BW_OK) {
        rc = bw_notices_by_severity(engine->db, severities, err);
    }
    family(out, "deployments", "gauge", "Deployments by state.");
    for (size_t i = 0; i < BW_COUNT(states); i++) {
        const char *word = bw_cohort_state_word((enum bw_cohort_state)i);
        sample(out, "deployments", (struct label){ "state", word }, none, states[i]);
    }
    family(out, "notices", "gauge", "Notices that are open, by severity.");
    for (size_t i = 0; i < BW_COUNT(severities); i++) {
        const char *word = bw_severity_word((enum bw_severity)i);
        sample(out, "notices", (struct label){ "severity", word }, none, severities[i]);
    }
    return rc;
}

static enum bw_err about_evals(struct bw_engine *engine, struct bw_str *out, struct bw_error *err)
{
    const struct label none = { 0 };
    int64_t states[BW_JOB_FINISHED + 1] = { 0 };
    int64_t verdicts[BW_EVAL_CANCELLED + 1] = { 0 };
    enum bw_err rc = bw_evals_count(engine->db, states, verdicts, err);
    family(out, "evals", "gauge", "Eval jobs that wait or run.");
    for (size_t i = 0; i < BW_JOB_FINISHED; i++) {
        const char *word = bw_job_state_word((enum bw_job_state)i);
        sample(out, "evals", (struct label){ "state", word }, none, states[i]);
    }
    family(out, "evals_finished_total", "counter", "Eval jobs that ended, by verdict.");
    for (size_t i = 0; i < BW_COUNT(verdicts); i++) {
        const char *word = bw_eval_verdict_word((enum bw_eval_verdict)i);
        sample(out, "evals_finished_total", (struct label){ "verdict", word }, none, verdicts[i]);
    }
    return rc;
}

static void about_each_source(const struct bw_sources *sources, struct bw_str *out)
{
    static const struct {
        const char *name;
        const char *help;
        bool in_ms;
    } GAUGES[] = {
        { "source_ok", "1 while the source answers and its set is believed.", false },
        { "source_entries", "Models in the last good set.", false },
        { "source_failures", "Failed polls in a row.", false },
        { "source_interval_seconds", "How often it is polled.", true },
        { "source_last_success_timestamp_seconds", "Its last good answer; 0: none yet.", true },
    };
    for (size_t i = 0; i < BW_COUNT(GAUGES); i++) {
        family(out, GAUGES[i].name, "gauge", GAUGES[i].help);
        BW_VEC_EACH(const struct bw_source, source, sources)
        {
            const struct label label = { "source", source->name };
            const int64_t values[BW_COUNT(GAUGES)] = {
                source->state == BW_SOURCE_OK, source->entries, source->failures,
                source->every_ms, source->last_success_ms
            };
            if (GAUGES[i].in_ms) {
                sample_ms(out, GAUGES[i].name, label, values[i]);
            } else {
                sample(out, GAUGES[i].name, label, (struct label){ 0 }, values[i]);
            }
        }
    }
}

static void about_polls(const struct bw_engine *engine, struct bw_str *out)
{
    family(out, "polls_total", "counter", "Polls that ended, by outcome.");
    BW_VEC_EACH(const struct bw_polling, polling, &engine->polling)
    {
        for (size_t i = 0; i < BW_COUNT(POLL_WORDS); i++) {
            sample(out, "polls_total", (struct label){ "source", polling->name },
                   (struct label){ "outcome", POLL_WORDS[i] }, polling->polls[i]);
        }
    }
}

static void sample_counts(struct bw_str *out, const char *name,
                          const struct bw_sink_counts *counts)
{
    const struct label none = { 0 };
    BW_VEC_EACH(const struct bw_sink_count, row, counts)
    {
        sample(out, name, (struct label){ "sink", row->sink }, none, row->count);
    }
}

static int64_t count_of(const struct bw_sink_counts *counts, const char *sink)
{
    BW_VEC_EACH(const struct bw_sink_count, row, counts)
    {
        if (strcmp(row->sink, sink) == 0) {
            return row->count;
        }
    }
    return 0;
}

static enum bw_err about_sinks(struct bw_engine *engine, struct bw_str *out, struct bw_error *err)
{
    const struct label none = { 0 };
    enum bw_err rc = BW_OK;
    family(out, "sink_ok", "gauge", "1 while the endpoint takes what it is sent.");
    BW_VEC_EACH(const struct bw_sending, sending, &engine->sending)
    {
        sample(out, "sink_ok", (struct label){ "sink", sending->row.name }, none,
               strcmp(bw_sink_state_word(&sending->row), "ok") == 0);
    }
    family(out, "deliveries_pending", "gauge", "Messages that wait to be delivered.");
    BW_VEC_EACH(const struct bw_sending, sending, &engine->sending)
    {
        int64_t pending = 0;
        rc = rc == BW_OK ? bw_outbox_pending(engine->db, sending->row.name, &pending, err) : rc;
        sample(out, "deliveries_pending", (struct label){ "sink", sending->row.name }, none,
               pending);
    }
    BW_CLEANUP(bw_sink_counts_clear) struct bw_sink_counts orphans = { 0 };
    rc = rc == BW_OK ? bw_outbox_orphans(engine->db, &orphans, err) : rc;
    sample_counts(out, "deliveries_pending", &orphans); /* and nobody carries them */
    family(out, "deliveries_failed", "gauge",
           "Messages that were given up; `basewatch deliveries retry` sends one again.");
    BW_CLEANUP(bw_sink_counts_clear) struct bw_sink_counts failed = { 0 };
    rc = rc == BW_OK ? bw_outbox_failed(engine->db, &failed, err) : rc;
    BW_VEC_EACH(const struct bw_sending, sending, &engine->sending)
    {
        if (count_of(&failed, sending->row.name) == 0) { /* a series that is not there alerts nobody */
            sample(out, "deliveries_failed", (struct label){ "sink", sending->row.name }, none, 0);
        }
    }
    sample_counts(out, "deliveries_failed", &failed);
    family(out, "delivery_attempts_total", "counter",
           "Attempts to deliver that ended, by outcome.");
    BW_VEC_EACH(const struct bw_sending, sending, &engine->sending)
    {
        for (size_t i = 0; i < BW_COUNT(DELIVERY_WORDS); i++) {
            sample(out, "delivery_attempts_total", (struct label){ "sink", sending->row.name },
                   (struct label){ "outcome", DELIVERY_WORDS[i] }, sending->attempts[i]);
        }
    }
    return rc;
}

enum bw_err bw_api_metrics(struct bw_call *call, struct bw_error *err)
{
    struct bw_engine *engine = call->engine;
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    call->content_type = CONTENT_TYPE;
    about_ourselves(engine, &call->body);
    about_steps(engine, &call->body);
    enum bw_err rc = about_the_fleet(engine, &call->body, err);
    if (rc == BW_OK) {
        rc = about_evals(engine, &call->body, err);
    }
    if (rc == BW_OK) {
        rc = bw_sources_list(engine->db, &sources, err);
    }
    about_each_source(&sources, &call->body);
    about_polls(engine, &call->body);
    return rc == BW_OK ? about_sinks(engine, &call->body, err) : rc;
}
