/* daemon/cli/report_eval.h: handing in what came of an eval job: the runner's and a CI's way. */
#ifndef BW_CLI_REPORT_EVAL_H
#define BW_CLI_REPORT_EVAL_H
#include "codec/eval_report.h"

/* Report once, by the job's token. Ownership: *row, the job as it is then, is the caller's.
 * Errors: those of bw_client_ask(). */
BW_MUST_CHECK enum bw_err bw_report_eval(int64_t id, const char *token,
                                         const struct bw_eval_report *report, struct bw_json **row,
                                         struct bw_error *err);
#endif
