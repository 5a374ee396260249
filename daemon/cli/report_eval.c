/* daemon/cli/report_eval.c: see report_eval.h. */
#include "cli/report_eval.h"

#include "cli/client.h"

enum bw_err bw_report_eval(int64_t id, const char *token, const struct bw_eval_report *report,
                           struct bw_json **row, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/evals/%lld/report", (long long)id);
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "token", token);
    bw_eval_report_to_json(report, &w);
    bw_json_object_end(&w);
    const struct bw_client_request request = { .method = "POST", .target = target,
                                               .body = body.text };
    return bw_client_ask(&request, row, err);
}
