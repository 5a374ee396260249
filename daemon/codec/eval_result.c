/* daemon/codec/eval_result.c: see eval_result.h. */
#include "codec/eval_result.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "codec/json.h"
#include "codec/junit.h"

static const double COUNT_MAX = 1e15; /* whole numbers that a double holds */

enum { ASSERTION_FAILED = 1 }; /* promptfoo's failureReason; 0 none, 2 an error */

static enum bw_err read_promptfoo(const struct bw_json *root, struct bw_eval_result *out,
                                  struct bw_error *err);
static enum bw_err read_json(const struct bw_json *root, const struct bw_eval_pointers *pointers,
                             struct bw_eval_result *out, struct bw_error *err);

enum bw_err bw_eval_result_read(enum bw_eval_format format,
                                const struct bw_eval_pointers *pointers, const char *text,
                                size_t size, struct bw_eval_result *out, struct bw_error *err)
{
    struct bw_eval_result read = { .role = out->role, .model = out->model, .mean_score = NAN,
                                   .cost_usd = NAN, .duration_ms = out->duration_ms,
                                   .exit = out->exit };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = BW_OK;
    if (size > BW_EVAL_RESULT_BYTES_MAX) {
        rc = bw_fail(err, BW_ERR_INVALID, "is larger than %d bytes", BW_EVAL_RESULT_BYTES_MAX);
    } else if (format == BW_EVAL_JUNIT) {
        rc = bw_junit_read(text, size, &read, err);
    } else {
        rc = bw_json_parse(text, size, &root, err);
    }
    if (rc == BW_OK && root != NULL) {
        rc = format == BW_EVAL_PROMPTFOO ? read_promptfoo(root, &read, err)
                                         : read_json(root, pointers, &read, err);
    }
    bw_names_clear(rc == BW_OK ? &out->models_seen : &read.models_seen);
    if (rc == BW_OK) {
        *out = read;
    }
    return rc;
}

enum bw_err bw_eval_result_read_file(enum bw_eval_format format,
                                     const struct bw_eval_pointers *pointers, const char *path,
                                     struct bw_eval_result *out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    enum bw_err rc = bw_file_read(path, BW_EVAL_RESULT_BYTES_MAX, &text, &size, err);
    return rc == BW_OK ? bw_eval_result_read(format, pointers, text, size, out, err) : rc;
}

/* --- promptfoo --- */

static const char *provider_of(const struct bw_json *entry)
{
    const struct bw_json *provider = bw_json_get(entry, "provider");
    return bw_json_text(bw_json_is_object(provider) ? bw_json_get(provider, "id") : provider, "");
}

/* Anything but a clean success or a failed assertion is an error. */
static void count_entry(const struct bw_json *entry, struct bw_eval_result *out)
{
    bool passed = bw_json_bool(bw_json_get(entry, "success"), false);
    int64_t reason = bw_json_i64(bw_json_get(entry, "failureReason"), -1);
    out->cases++;
    out->passed += passed && reason == 0 ? 1 : 0;
    out->failed += !passed && reason == ASSERTION_FAILED ? 1 : 0;
    bw_eval_result_saw(out, provider_of(entry));
}

static enum bw_err read_promptfoo(const struct bw_json *root, struct bw_eval_result *out,
                                  struct bw_error *err)
{
    const struct bw_json *results = bw_json_get(root, "results");
    const struct bw_json *entries = bw_json_get(results, "results");
    if (bw_json_i64(bw_json_get(results, "version"), 0) != 3 || !bw_json_is_array(entries)) {
        return bw_fail(err, BW_ERR_INVALID, "not a result of promptfoo (results.version 3)");
    }
    bool ours = false;
    for (const struct bw_json *at = bw_json_first(entries); at != NULL; at = bw_json_next(at)) {
        ours = ours || bw_eval_model_is(out->model, provider_of(at));
    }
    double score = 0;
    double cost = 0;
    for (const struct bw_json *at = bw_json_first(entries); at != NULL; at = bw_json_next(at)) {
        if (!ours || bw_eval_model_is(out->model, provider_of(at))) {
            count_entry(at, out);
            score += bw_json_double(bw_json_get(at, "score"), 0);
            cost += bw_json_double(bw_json_get(at, "cost"), 0);
        }
    }
    out->errors = out->cases - out->passed - out->failed;
    out->mean_score = out->cases > 0 ? score / (double)out->cases : NAN;
    out->cost_usd = cost > 0 ? cost : NAN; /* 0 stands for a price it does not know */
    return BW_OK;
}

/* --- any JSON --- */

struct wanted {
    const char *name;
    const char *pointer; /* NULL: the member of that name */
};

static const struct bw_json *find(const struct bw_json *root, struct wanted wanted)
{
    return wanted.pointer == NULL ? bw_json_get(root, wanted.name)
                                  : bw_json_at(root, wanted.pointer);
}

static enum bw_err missing(struct wanted wanted, const char *what, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_INVALID, "%s: there is no %s at '%s%s'", wanted.name, what,
                   wanted.pointer == NULL ? "/" : "",
                   wanted.pointer == NULL ? wanted.name : wanted.pointer);
}

/* A number from 0 to max; one that nobody pointed at may be absent, and keeps *out. */
static enum bw_err read_number(const struct bw_json *root, struct wanted wanted, bool whole,
                               double max, double *out, struct bw_error *err)
{
    const struct bw_json *value = find(root, wanted);
    double number = bw_json_double(value, NAN);
    if (value == NULL && wanted.pointer == NULL && !isnan(*out)) {
        return BW_OK;
    }
    if (!(number >= 0 && number <= max) || (whole && floor(number) < number)) {
        return missing(wanted, whole ? "count" : "number that fits", err);
    }
    *out = number;
    return BW_OK;
}

/* What is good to know; no number there says nothing. */
static double read_optional(const struct bw_json *root, struct wanted wanted)
{
    double number = bw_json_double(find(root, wanted), NAN);
    return isfinite(number) ? number : NAN;
}

static enum bw_err read_models(const struct bw_json *root, struct wanted wanted,
                               struct bw_eval_result *out, struct bw_error *err)
{
    const struct bw_json *value = find(root, wanted);
    const struct bw_json *list = bw_json_is_array(value) ? bw_json_first(value) : NULL;
    if (bw_json_is_text(value)) {
        bw_eval_result_saw(out, bw_json_text(value, ""));
    } else if (list == NULL && (value != NULL || wanted.pointer != NULL)) {
        return missing(wanted, "model id", err);
    }
    for (; list != NULL; list = bw_json_next(list)) {
        if (!bw_json_is_text(list)) {
            return missing(wanted, "model id", err);
        }
        bw_eval_result_saw(out, bw_json_text(list, ""));
    }
    return BW_OK;
}

static enum bw_err read_json(const struct bw_json *root, const struct bw_eval_pointers *pointers,
                             struct bw_eval_result *out, struct bw_error *err)
{
    bool by_rate = pointers->pass_rate != NULL;
    double cases = NAN;
    double passed = NAN;
    double errors = 0;
    double skipped = 0;
    enum bw_err rc = read_number(root, (struct wanted){ "cases", pointers->cases }, true,
                                 COUNT_MAX, &cases, err);
    if (rc == BW_OK && by_rate) {
        rc = read_number(root, (struct wanted){ "pass_rate", pointers->pass_rate }, false, 1,
                         &passed, err);
        passed = round(passed * cases);
    } else if (rc == BW_OK) {
        rc = read_number(root, (struct wanted){ "passed", pointers->passed }, true, COUNT_MAX,
                         &passed, err);
    }
    if (rc == BW_OK) {
        rc = read_number(root, (struct wanted){ "errors", pointers->errors }, true, COUNT_MAX,
                         &errors, err);
    }
    if (rc == BW_OK) {
        rc = read_number(root, (struct wanted){ "skipped", pointers->skipped }, true, COUNT_MAX,
                         &skipped, err);
    }
    if (rc == BW_OK && passed + errors > cases) {
        rc = bw_fail(err, BW_ERR_INVALID, "the counts do not add up: %.0f cases, %.0f passed, "
                     "%.0f errors", cases, passed, errors);
    }
    if (rc == BW_OK) {
        rc = read_models(root, (struct wanted){ "model", pointers->model }, out, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    out->cases = (int64_t)cases;
    out->passed = (int64_t)passed;
    out->errors = (int64_t)errors;
    out->skipped = (int64_t)skipped;
    out->failed = out->cases - out->passed - out->errors;
    out->mean_score = read_optional(root, (struct wanted){ "mean_score", pointers->mean_score });
    out->cost_usd = read_optional(root, (struct wanted){ "cost_usd", pointers->cost_usd });
    return BW_OK;
}
