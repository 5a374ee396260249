/* daemon/codec/eval_report.h: what whoever ran a suite reports of it, as JSON: the runner, a CI, or
 * a trigger plugin. */
#ifndef BW_CODEC_EVAL_REPORT_H
#define BW_CODEC_EVAL_REPORT_H
#include "codec/json.h"
#include "domain/eval_verdict.h"

enum { BW_EVAL_MODELS_SEEN_MAX = 16, BW_EVAL_REASON_MAX = 500 };

struct bw_eval_report {
    enum bw_eval_outcome outcome;
    char *reason;                   /* one line; NULL: not said */
    struct bw_eval_rule rule;       /* what the suite asks for, else BW_EVAL_RULE */
    struct bw_eval_results results; /* at most one a role */
};

/* {"outcome", "reason", "pass_rate", "tolerance", "must_name_model", "results": [{"role", "model",
 * "cases", "passed", "failed", "errors", "skipped", "models_seen", "mean_score", "cost_usd",
 * "duration_ms", "exit"}]}; other members are passed over. Ownership: *out is the caller's. Errors: BW_ERR_INVALID, naming the
 * member. */
BW_MUST_CHECK enum bw_err bw_eval_report_from_json(const struct bw_json *json,
                                                   struct bw_eval_report *out,
                                                   struct bw_error *err);
void bw_eval_report_clear(struct bw_eval_report *report);

/* Write the report's members into the object that is open. */
void bw_eval_report_to_json(const struct bw_eval_report *report, struct bw_json_writer *w);
/* Write the results as the array `name`, in the form above. */
void bw_eval_results_to_json(const struct bw_eval_results *results, struct bw_json_writer *w,
                             const char *name);
#endif
