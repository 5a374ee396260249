/* daemon/engine/api.c: which command answers which request, and how a failure is told (RFC 9457).
 */
#include <string.h>

#include "base/str.h"
#include "engine/call.h"

static const struct {
    const char *method;
    const char *path; /* a `*` segment is an argument, a `#` one that is a number */
    bw_call_command *command;
} COMMANDS[] = {
    { "GET", "/metrics", bw_api_metrics },
    { "GET", "/v1/status", bw_api_status },
    { "GET", "/v1/deployments", bw_api_deployments },
    { "POST", "/v1/deployments", bw_api_deployment_add },
    { "POST", "/v1/deployments/import", bw_api_deployment_import },
    { "GET", "/v1/deployments/*", bw_api_deployment },
    { "DELETE", "/v1/deployments/*", bw_api_deployment_remove },
    { "GET", "/v1/deployments/*/explain", bw_api_explain },
    { "GET", "/v1/deployments/*/estimate", bw_api_estimate },
    { "GET", "/v1/deployments/*/swap", bw_api_swap },
    { "GET", "/v1/deployments/*/worth", bw_api_worth },
    { "GET", "/v1/deployments/*/actuals", bw_api_actual },
    { "POST", "/v1/deployments/*/actuals", bw_api_actual_add },
    { "GET", "/v1/actuals", bw_api_actuals },
    { "DELETE", "/v1/actuals/#", bw_api_actual_remove },
    { "GET", "/v1/treadmill", bw_api_treadmill },
    { "GET", "/v1/findings", bw_api_findings },
    { "GET", "/v1/findings/*", bw_api_finding },
    { "POST", "/v1/findings/*/adopt", bw_api_finding_adopt },
    { "GET", "/v1/feed.atom", bw_api_feed_atom },
    { "GET", "/v1/deadlines.ics", bw_api_deadlines_ics },
    { "GET", "/v1/notices", bw_api_notices },
    { "GET", "/v1/notices/#", bw_api_notice },
    { "POST", "/v1/notices/#/*", bw_api_notice_move },
    { "GET", "/v1/waivers", bw_api_waivers },
    { "GET", "/v1/events", bw_api_events },
    { "GET", "/v1/sources", bw_api_sources },
    { "POST", "/v1/sources/poll", bw_api_poll },
    { "GET", "/v1/sources/*", bw_api_source },
    { "POST", "/v1/sources/*/accept", bw_api_accept },
    { "GET", "/v1/models", bw_api_models },
    { "GET", "/v1/models/*", bw_api_model },
    { "GET", "/v1/history", bw_api_history },
    { "GET", "/v1/deliveries", bw_api_deliveries },
    { "GET", "/v1/deliveries/#", bw_api_delivery },
    { "POST", "/v1/deliveries/#/retry", bw_api_delivery_retry },
    { "GET", "/v1/evals", bw_api_evals },
    { "POST", "/v1/evals", bw_api_eval_start },
    { "POST", "/v1/evals/lease", bw_api_eval_lease },
    { "GET", "/v1/evals/#", bw_api_eval },
    { "POST", "/v1/evals/#/cancel", bw_api_eval_cancel },
    { "POST", "/v1/evals/#/token", bw_api_eval_token },
    { "POST", "/v1/evals/#/renew", bw_api_eval_renew },
    { "POST", "/v1/evals/#/report", bw_api_eval_report },
    { "GET", "/v1/sinks", bw_api_sinks },
    { "GET", "/v1/sinks/*", bw_api_sink },
    { "POST", "/v1/sinks/*/test", bw_api_sink_test },
};

static void call_clear(struct bw_call *call)
{
    free(call->path);
    free(call->query);
    for (size_t i = 0; i < BW_CALL_ARGS_MAX; i++) {
        free(call->args[i]);
    }
    bw_str_clear(&call->body);
}

static void reply(struct bw_engine *engine, uint64_t request, int status, const char *content_type,
                  char *body)
{
    struct bw_command command = { .type = BW_COMMAND_REPLY };
    command.reply = (struct bw_reply){ request, status, content_type, body };
    BW_VEC_PUSH(&engine->replies, command);
}

void bw_engine_reply(struct bw_engine *engine, uint64_t request, int status, char *body)
{
    reply(engine, request, status,
          status < 400 ? "application/json" : "application/problem+json", body);
}

static const char *title_of(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 422:
        return "Unprocessable Content";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

void bw_engine_refuse(struct bw_engine *engine, uint64_t request, int status, const char *detail)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "type", "about:blank");
    bw_json_add_text(&w, "title", title_of(status));
    bw_json_add_i64(&w, "status", status);
    bw_json_add_text(&w, "detail", detail);
    bw_json_object_end(&w);
    bw_engine_reply(engine, request, status, bw_str_take(&body));
}

/* Does the path fit the pattern? The parts under `*` become the call's arguments. */
static bool fits(const char *pattern, const char *path, struct bw_call *call)
{
    size_t count = 0;
    const char *args[BW_CALL_ARGS_MAX] = { 0 };
    size_t sizes[BW_CALL_ARGS_MAX] = { 0 };
    while (*pattern != '\0' && *path != '\0') {
        if (*pattern == '*' || *pattern == '#') {
            size_t size = strcspn(path, "/");
            if (size == 0 || count == BW_CALL_ARGS_MAX) {
                return false;
            }
            args[count] = path;
            sizes[count++] = size;
            path += size;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (*pattern != '\0' || *path != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        call->args[i] = bw_call_decode(args[i], sizes[i]);
    }
    return true;
}

int bw_api_status_of(enum bw_err rc)
{
    switch (rc) {
    case BW_ERR_NOTFOUND:
        return 404;
    case BW_ERR_CONFLICT:
    case BW_ERR_EXISTS:
        return 409;
    case BW_ERR_DENIED:
        return 403;
    case BW_ERR_GONE:
        return 410;
    case BW_ERR_REFUSED:
        return 422;
    case BW_ERR_OK:
    case BW_ERR_INVALID:
    case BW_ERR_RANGE:
    case BW_ERR_TOOBIG:
    case BW_ERR_IO:
    case BW_ERR_STORE:
    case BW_ERR_NEWER:
    case BW_ERR_NET:
    case BW_ERR_TIMEOUT:
    case BW_ERR_PLUGIN:
        return 400;
    }
    return 400;
}

static enum bw_err check(const struct bw_call *call, const char *path, struct bw_error *err)
{
    const char *id = strchr(path, '#') == NULL ? "1" : call->args[0];
    if (id[0] == '\0' || id[strspn(id, "0123456789")] != '\0') {
        return bw_fail(err, BW_ERR_NOTFOUND, "'%.40s' is no id: give the number that the list shows",
                       id);
    }
    return bw_call_check_filters(call, err);
}

static enum bw_err run(struct bw_call *call, size_t number, struct bw_error *err)
{
    struct bw_engine *engine = call->engine;
    if (strcmp(call->request->method, "GET") != 0 && !call->request->may_write) {
        bw_engine_refuse(engine, call->request->id, 403,
                         "only members of the write group may change anything");
        return BW_OK;
    }
    struct bw_error failure = { 0 };
    enum bw_err rc = check(call, COMMANDS[number].path, &failure);
    rc = rc == BW_OK ? COMMANDS[number].command(call, &failure) : rc;
    if (rc == BW_ERR_STORE) {
        *err = failure;
        return rc;
    }
    if (rc != BW_OK) {
        bw_engine_refuse(engine, call->request->id, bw_api_status_of(rc), failure.text);
        return bw_db_undo(engine->db, err); /* a refused command leaves nothing behind */
    }
    if (!call->answered_later) {
        reply(engine, call->request->id, 200,
              call->content_type == NULL ? "application/json" : call->content_type,
              bw_str_take(&call->body));
    }
    return BW_OK;
}

enum bw_err bw_engine_request(struct bw_engine *engine, const struct bw_request *request,
                              struct bw_error *err)
{
    BW_CLEANUP(call_clear) struct bw_call call = { .engine = engine, .request = request };
    const char *query = strchr(request->target, '?');
    size_t size = query == NULL ? strlen(request->target) : (size_t)(query - request->target);
    call.path = bw_xstrndup(request->target, size);
    call.query = bw_xstrdup(query == NULL ? "" : query + 1);
    call.w.out = &call.body;
    bool path_known = false;
    for (size_t i = 0; engine->settings != NULL && i < BW_COUNT(COMMANDS); i++) {
        struct bw_call probe = { 0 };
        bool here = fits(COMMANDS[i].path, call.path, &probe);
        if (here && strcmp(COMMANDS[i].method, request->method) == 0) {
            memcpy(call.args, probe.args, sizeof(call.args));
            return run(&call, i, err);
        }
        call_clear(&probe);
        path_known = path_known || here;
    }
    if (engine->settings == NULL) {
        bw_engine_refuse(engine, request->id, 503, "the daemon is starting");
    } else {
        bw_engine_refuse(engine, request->id, path_known ? 405 : 404,
                         path_known ? "this path has no such method" : "there is no such path");
    }
    return BW_OK;
}
