/* daemon/engine/rows.h: the rows of lists and messages, one shape for both. */
#ifndef BW_ENGINE_ROWS_H
#define BW_ENGINE_ROWS_H
#include "codec/json.h"
#include "domain/estimate.h"
#include "engine/state.h"

/* What a notice tells people: its summary, and what its eval has decided. Ownership: the caller's.
 */
char *bw_notice_text(const struct bw_notice *notice);
/* confidence: how well what it says is known now; NULL: no matter any more. */
void bw_row_notice(struct bw_json_writer *w, const struct bw_notice *notice,
                   const char *confidence);
/* A decision that stands, with what it would keep quiet. */
void bw_row_waiver(struct bw_json_writer *w, const struct bw_notice *notice,
                   const struct bw_notice_event *decision);
void bw_row_event(struct bw_json_writer *w, const struct bw_notice_event *event,
                  const struct bw_notice *notice);
void bw_row_deployment(struct bw_json_writer *w, const struct bw_deployment *deployment,
                       const struct bw_cohort *cohort);
void bw_row_source(struct bw_json_writer *w, const struct bw_source *source);
void bw_row_model(struct bw_json_writer *w, const struct bw_model *model);
const char *bw_row_model_status(const struct bw_model *model);
void bw_row_model_members(struct bw_json_writer *w, const struct bw_model *model);
void bw_row_delivery(struct bw_json_writer *w, const struct bw_delivery *delivery);
/* summary NULL: none. */
void bw_row_eval(struct bw_json_writer *w, const struct bw_eval_job *job, const char *summary);
/* {"job":{"id","suite","deployment","notice","models":[{"role","model"}],"token","lease_seconds"}}
 * for whoever is to run it; token NULL: none is given out; job NULL: there is none. */
void bw_row_eval_order(struct bw_json_writer *w, const struct bw_eval_job *job, const char *token,
                       int64_t lease_ms);
/* {"id","state","verdict","reason","candidate","tuned","difference","low","high"}: what a notice
 * says of its last eval. Ownership: the caller's. */
char *bw_eval_brief(const struct bw_eval_job *job);
/* The result as a job keeps it; judgement NULL: nothing was judged. Ownership: the caller's. */
char *bw_eval_result_text(const struct bw_eval_results *results,
                          const struct bw_eval_judgement *judgement);
void bw_row_sink(struct bw_json_writer *w, const struct bw_sink *sink, const char *plugin);

/* {"low_usd","expected_usd","high_usd","cash":{..},"people":{..},"run_cost_delta_usd_per_month"}.
 * Ownership: the caller's. */
char *bw_estimate_brief(const struct bw_estimate *estimate);
/* Append "; expected cost $12.00 ($3.00 to $40.00)". */
void bw_cost_append(struct bw_str *out, const struct bw_cost *cost);
#endif
