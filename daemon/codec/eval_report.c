/* daemon/codec/eval_report.c: see eval_report.h. */
#include "codec/eval_report.h"

#include <math.h>
#include <string.h>

enum { MODEL_MAX_BYTES = 256 };

static enum bw_err read_count(const struct bw_json *row, const char *name, int64_t *out,
                              struct bw_error *err)
{
    double number = bw_json_double(bw_json_get(row, name), 0.0);
    if (!(number >= 0.0 && number <= 1e15) || floor(number) < number) {
        return bw_fail(err, BW_ERR_INVALID, "results: %s is not a count", name);
    }
    *out = (int64_t)number;
    return BW_OK;
}

static bool is_name(const struct bw_json *value)
{
    const char *text = bw_json_text(value, "");
    return bw_json_is_text(value) && text[0] != '\0' && strlen(text) <= MODEL_MAX_BYTES;
}

static enum bw_err read_models_seen(const struct bw_json *list, struct bw_eval_result *out,
                                    struct bw_error *err)
{
    for (const struct bw_json *seen = bw_json_first(list); seen != NULL;
         seen = bw_json_next(seen)) {
        if (!is_name(seen) || out->models_seen.count == BW_EVAL_MODELS_SEEN_MAX) {
            return bw_fail(err, BW_ERR_INVALID, "results: models_seen is not a list of at most %d "
                           "model ids", BW_EVAL_MODELS_SEEN_MAX);
        }
        BW_VEC_PUSH(&out->models_seen, bw_xstrdup(bw_json_text(seen, "")));
    }
    return BW_OK;
}

static enum bw_err read_counts(const struct bw_json *row, struct bw_eval_result *out,
                               struct bw_error *err)
{
    const struct {
        const char *name;
        int64_t *slot;
    } counts[] = {
        { "cases", &out->cases },   { "passed", &out->passed },
        { "failed", &out->failed }, { "errors", &out->errors },
        { "skipped", &out->skipped }, { "duration_ms", &out->duration_ms },
    };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(counts); i++) {
        rc = read_count(row, counts[i].name, counts[i].slot, err);
    }
    return rc;
}

static enum bw_err read_result(const struct bw_json *row, struct bw_eval_result *out,
                               struct bw_error *err)
{
    if (!bw_eval_role_parse(bw_json_text(bw_json_get(row, "role"), NULL), &out->role)) {
        return bw_fail(err, BW_ERR_INVALID, "results: role is not baseline, candidate or tuned");
    }
    if (!is_name(bw_json_get(row, "model"))) {
        return bw_fail(err, BW_ERR_INVALID, "results: model is not a model id");
    }
    out->model = bw_xstrdup(bw_json_text(bw_json_get(row, "model"), ""));
    out->mean_score = bw_json_double(bw_json_get(row, "mean_score"), NAN);
    out->cost_usd = bw_json_double(bw_json_get(row, "cost_usd"), NAN);
    out->exit = (int)(int16_t)bw_json_i64(bw_json_get(row, "exit"), 0);
    enum bw_err rc = read_counts(row, out, err);
    return rc == BW_OK ? read_models_seen(bw_json_get(row, "models_seen"), out, err) : rc;
}

static enum bw_err read_results(const struct bw_json *list, struct bw_eval_results *out,
                                struct bw_error *err)
{
    if (!bw_json_is_null(list) && !bw_json_is_array(list)) {
        return bw_fail(err, BW_ERR_INVALID, "results is not a list");
    }
    for (const struct bw_json *row = bw_json_first(list); row != NULL; row = bw_json_next(row)) {
        struct bw_eval_result result = { 0 };
        enum bw_err rc = out->count == BW_EVAL_ROLES
                             ? bw_fail(err, BW_ERR_INVALID, "results: more than one a role")
                             : read_result(row, &result, err);
        if (rc != BW_OK) {
            bw_eval_result_clear(&result);
            return rc;
        }
        BW_VEC_PUSH(out, result);
    }
    return BW_OK;
}

static enum bw_err read_share(const struct bw_json *json, const char *name, double *out,
                              struct bw_error *err)
{
    double share = bw_json_double(bw_json_get(json, name), *out);
    if (!(share >= 0.0 && share <= 1.0)) {
        return bw_fail(err, BW_ERR_INVALID, "%s is not a share from 0 to 1", name);
    }
    *out = share;
    return BW_OK;
}

/* One line, whatever a harness said. Ownership: the caller's. */
static char *one_line(const char *text)
{
    char *line = bw_xstrndup(text, bw_str_utf8_cut(text, BW_EVAL_REASON_MAX));
    for (char *c = line; *c != '\0'; c++) {
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
    }
    return line;
}

enum bw_err bw_eval_report_from_json(const struct bw_json *json, struct bw_eval_report *out,
                                     struct bw_error *err)
{
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { .rule = BW_EVAL_RULE };
    const char *reason = bw_json_text(bw_json_get(json, "reason"), NULL);
    if (!bw_eval_outcome_parse(bw_json_text(bw_json_get(json, "outcome"), NULL),
                               &report.outcome)) {
        return bw_fail(err, BW_ERR_INVALID, "outcome is not finished, timeout or failed");
    }
    report.rule.must_name_model = bw_json_bool(bw_json_get(json, "must_name_model"), false);
    report.reason = reason == NULL || reason[0] == '\0' ? NULL : one_line(reason);
    enum bw_err rc = read_share(json, "pass_rate", &report.rule.pass_rate, err);
    if (rc == BW_OK) {
        rc = read_share(json, "tolerance", &report.rule.tolerance, err);
    }
    if (rc == BW_OK) {
        rc = read_results(bw_json_get(json, "results"), &report.results, err);
    }
    if (rc == BW_OK) {
        *out = report;
        report = (struct bw_eval_report){ 0 };
    }
    return rc;
}

void bw_eval_report_clear(struct bw_eval_report *report)
{
    free(report->reason);
    bw_eval_results_clear(&report->results);
    *report = (struct bw_eval_report){ 0 };
}

void bw_eval_report_to_json(const struct bw_eval_report *report, struct bw_json_writer *w)
{
    bw_json_add_text(w, "outcome", bw_eval_outcome_word(report->outcome));
    bw_json_add_text(w, "reason", report->reason);
    bw_json_add_double(w, "pass_rate", report->rule.pass_rate);
    bw_json_add_double(w, "tolerance", report->rule.tolerance);
    bw_json_add_bool(w, "must_name_model", report->rule.must_name_model);
    bw_eval_results_to_json(&report->results, w, "results");
}

static void write_result(const struct bw_eval_result *result, struct bw_json_writer *w)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "role", bw_eval_role_word(result->role));
    bw_json_add_text(w, "model", result->model);
    bw_json_add_i64(w, "cases", result->cases);
    bw_json_add_i64(w, "passed", result->passed);
    bw_json_add_i64(w, "failed", result->failed);
    bw_json_add_i64(w, "errors", result->errors);
    bw_json_add_i64(w, "skipped", result->skipped);
    bw_json_array_begin(w, "models_seen");
    BW_VEC_EACH(char *, seen, &result->models_seen)
    {
        bw_json_add_text(w, NULL, *seen);
    }
    bw_json_array_end(w);
    bw_json_add_double(w, "mean_score", result->mean_score);
    bw_json_add_double(w, "cost_usd", result->cost_usd);
    bw_json_add_i64(w, "duration_ms", result->duration_ms);
    bw_json_add_i64(w, "exit", result->exit);
    bw_json_object_end(w);
}

void bw_eval_results_to_json(const struct bw_eval_results *results, struct bw_json_writer *w,
                             const char *name)
{
    bw_json_array_begin(w, name);
    BW_VEC_EACH(const struct bw_eval_result, result, results)
    {
        write_result(result, w);
    }
    bw_json_array_end(w);
}
