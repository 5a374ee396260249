/* daemon/cli/runner/desk.c: see desk.h. */
#include "cli/runner/desk.h"

#include <poll.h>

#include "base/instant.h"
#include "cli/client.h"
#include "cli/report_eval.h"

enum {
    WAIT_SECONDS = 30,
    LEASE_TIMEOUT_MS = 45 * 1000,
    RENEW_TIMEOUT_MS = 5 * 1000,
    RETRY_MS = 1000,
};

static void model_clear(struct bw_ordered_model *model)
{
    free(model->model);
}

void bw_order_clear(struct bw_order *order)
{
    free(order->suite);
    free(order->deployment);
    free(order->notice);
    free(order->token);
    BW_VEC_CLEAR(&order->models, model_clear);
    *order = (struct bw_order){ 0 };
}

int64_t bw_order_lost_ms(const struct bw_order *order)
{
    return order->renewed_ms + order->lease_ms;
}

static enum bw_err read_lease(const struct bw_json *json, int64_t asked_ms, struct bw_order *out,
                              struct bw_error *err)
{
    int64_t lease_sec = bw_json_i64(bw_json_get(json, "lease_seconds"), 0);
    if (lease_sec <= 0 || lease_sec > BW_YEAR_MS / BW_SECOND_MS) {
        return bw_fail(err, BW_ERR_INVALID, "the daemon leases a job for no time");
    }
    out->lease_ms = lease_sec * BW_SECOND_MS;
    out->renewed_ms = asked_ms;
    return BW_OK;
}

static enum bw_err read_order(const struct bw_json *job, int64_t asked_ms, struct bw_order *out,
                              struct bw_error *err)
{
    const struct bw_json *models = bw_json_get(job, "models");
    out->id = bw_json_i64(bw_json_get(job, "id"), 0);
    out->suite = bw_xstrdup(bw_json_text(bw_json_get(job, "suite"), NULL));
    out->deployment = bw_xstrdup(bw_json_text(bw_json_get(job, "deployment"), ""));
    out->notice = bw_xstrdup(bw_json_text(bw_json_get(job, "notice"), ""));
    out->token = bw_xstrdup(bw_json_text(bw_json_get(job, "token"), NULL));
    for (const struct bw_json *at = bw_json_first(models); at != NULL; at = bw_json_next(at)) {
        struct bw_ordered_model model = { .role = BW_EVAL_ROLES };
        (void)bw_eval_role_parse(bw_json_text(bw_json_get(at, "role"), NULL), &model.role);
        model.model = bw_xstrdup(bw_json_text(bw_json_get(at, "model"), ""));
        BW_VEC_PUSH(&out->models, model);
        if (model.role == BW_EVAL_ROLES) {
            return bw_fail(err, BW_ERR_INVALID, "the daemon's job has a role of another kind");
        }
    }
    if (out->id <= 0 || out->suite == NULL || out->token == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "the daemon's job has no id, suite or token");
    }
    return read_lease(job, asked_ms, out, err);
}

static char *offer(const char *runner, const struct bw_eval_suites *suites)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "runner", runner);
    bw_json_array_begin(&w, "suites");
    BW_VEC_EACH(const struct bw_eval_suite, suite, suites)
    {
        bw_json_add_text(&w, NULL, suite->name);
    }
    bw_json_array_end(&w);
    bw_json_add_i64(&w, "wait_seconds", WAIT_SECONDS);
    bw_json_object_end(&w);
    return bw_str_take(&body);
}

enum bw_err bw_desk_lease(const char *runner, const struct bw_eval_suites *suites, int wake_fd,
                          struct bw_order *out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *body = offer(runner, suites);
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    BW_CLEANUP(bw_order_clear) struct bw_order order = { 0 };
    const struct bw_client_request request = { .method = "POST", .target = "/v1/evals/lease",
                                               .body = body, .timeout_ms = LEASE_TIMEOUT_MS,
                                               .wake_fd = wake_fd };
    enum bw_err rc = bw_client_ask(&request, &answer, err);
    const struct bw_json *job = bw_json_get(answer, "job");
    if (rc == BW_OK && bw_json_is_null(job)) {
        rc = bw_fail(err, BW_ERR_NOTFOUND, "no job waits");
    }
    if (rc == BW_OK) {
        rc = read_order(job, bw_clock_monotonic_ms(), &order, err);
    }
    if (rc == BW_OK) {
        *out = order;
        order = (struct bw_order){ 0 };
    }
    return rc;
}

static bool is_unanswered(enum bw_err rc)
{
    return rc == BW_ERR_NET || rc == BW_ERR_TIMEOUT;
}

enum bw_err bw_desk_renew(struct bw_order *order, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    BW_CLEANUP(bw_freep)
    char *target = bw_xasprintf("/v1/evals/%lld/renew", (long long)order->id);
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "token", order->token);
    bw_json_object_end(&w);
    const struct bw_client_request request = { .method = "POST", .target = target,
                                               .body = body.text,
                                               .timeout_ms = RENEW_TIMEOUT_MS };
    int64_t asked_ms = bw_clock_monotonic_ms();
    enum bw_err rc = bw_client_ask(&request, &answer, err);
    if (rc == BW_OK) {
        rc = read_lease(answer, asked_ms, order, err);
    }
    bool over = rc != BW_OK && (!is_unanswered(rc) ||
                                bw_clock_monotonic_ms() >= bw_order_lost_ms(order));
    return over ? BW_ERR_CONFLICT : BW_OK;
}

enum bw_err bw_desk_report(const struct bw_order *order, const struct bw_eval_report *report,
                           int wake_fd, struct bw_error *err)
{
    struct pollfd poller = { .fd = wake_fd, .events = POLLIN };
    for (;;) {
        BW_CLEANUP(bw_json_freep) struct bw_json *row = NULL;
        enum bw_err rc = bw_report_eval(order->id, order->token, report, &row, err);
        if (!is_unanswered(rc) || bw_clock_monotonic_ms() >= bw_order_lost_ms(order) ||
            poll(&poller, 1, RETRY_MS) > 0) {
            return rc;
        }
    }
}
