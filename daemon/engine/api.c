/* daemon/engine/api.c: which command answers which request, and how a failure is told (RFC 9457).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "domain/actual.h"
#include "domain/eval_verdict.h"
#include "engine/call.h"
#include "engine/parameter.h"

/* ---- what queries and bodies may say ---- */

#define WORDS(noun, last)                                                                          \
    static const char *noun##_at(size_t i)                                                         \
    {                                                                                              \
        return i <= (size_t)(last) ? bw_##noun##_word((enum bw_##noun)i) : NULL;                   \
    }
WORDS(cohort_state, BW_COHORT_RETIRED)
WORDS(covers, BW_COVERS_TRAINING)
WORDS(delivery_state, BW_DELIVERY_WITHDRAWN)
WORDS(eval_outcome, BW_EVAL_FAILED)
WORDS(eval_verdict, BW_EVAL_CANCELLED)
WORDS(job_state, BW_JOB_FINISHED)
WORDS(notice_kind, BW_NOTICE_SINK_FAILING)
WORDS(severity, BW_SEVERITY_OVERDUE)
WORDS(technique, BW_TECHNIQUE_FINE_TUNED_RAG)

static const char *notice_state_at(size_t i)
{
    return i == 0                         ? "live" /* whatever is not settled */
           : i <= BW_NOTICE_CANCELLED + 1 ? bw_notice_state_word((enum bw_notice_state)(i - 1))
                                          : NULL;
}

static const char *finding_state_at(size_t i)
{
    static const char *const words[] = { "new", "adopted", "checkpoint", "gone", "all", NULL };
    return words[i];
}

static const char *sink_state_at(size_t i)
{
    static const char *const words[] = { "ok", "refusing", "failing", "disabled", NULL };
    return words[i];
}

static const char *model_status_at(size_t i)
{
    return i == 0                     ? "listed"
           : i == 1                   ? "gone"
           : i <= BW_LIFE_RETIRED + 1 ? bw_life_word((enum bw_life)(i - 1))
                                      : NULL;
}

/* clang-format off */
#define TEXT(name) { name, BW_SAYS_TEXT, NULL }
#define WORD(name, noun) { name, BW_SAYS_WORD, noun##_at }
#define OTHER(name, kind) { name, BW_SAYS_##kind, NULL }
/* clang-format on */
#define PAGE OTHER("after", ID), OTHER("limit", ROWS)
#define NAMED_PAGE TEXT("after"), OTHER("limit", ROWS)
#define SAYS(noun, ...) static const struct bw_parameter noun[] = { __VA_ARGS__, { 0 } }

SAYS(FEED, TEXT("owner"));
SAYS(ABOUT, OTHER("at", TIME));
SAYS(ESTIMATE, TEXT("to"), OTHER("at", TIME));
SAYS(DEPLOYMENTS, TEXT("owner"), WORD("state", cohort_state), TEXT("platform"),
     WORD("technique", technique), NAMED_PAGE);
SAYS(ACTUALS, TEXT("deployment"), TEXT("owner"), PAGE);
SAYS(TREADMILL, TEXT("deployment"), TEXT("owner"), OTHER("from", TIME), OTHER("to", TIME),
     NAMED_PAGE);
SAYS(FINDINGS, TEXT("platform"), TEXT("source"), TEXT("base"), WORD("state", finding_state), PAGE);
SAYS(NOTICES, TEXT("owner"), WORD("state", notice_state), WORD("kind", notice_kind),
     WORD("severity", severity), TEXT("platform"), TEXT("deployment"),
     WORD("technique", technique), PAGE);
SAYS(WAIVERS, TEXT("owner"), PAGE);
SAYS(EVENTS, OTHER("notice", ID), TEXT("deployment"), TEXT("owner"), WORD("kind", notice_kind),
     TEXT("actor"), OTHER("since", TIME), PAGE);
SAYS(MODELS, TEXT("platform"), TEXT("lineage"), TEXT("maker"), WORD("status", model_status),
     NAMED_PAGE);
SAYS(HISTORY, TEXT("platform"), NAMED_PAGE);
SAYS(MODEL, TEXT("platform"));
SAYS(SINKS, TEXT("plugin"), WORD("state", sink_state));
SAYS(DELIVERIES, TEXT("sink"), WORD("state", delivery_state), PAGE);
SAYS(EVALS, WORD("state", job_state), WORD("verdict", eval_verdict), TEXT("deployment"),
     TEXT("owner"), TEXT("suite"), PAGE);

SAYS(POLL, TEXT("name"));
SAYS(MOVE, TEXT("reason"), OTHER("until", TIME));
SAYS(ADOPTION, TEXT("name"), TEXT("owner"), WORD("technique", technique));
SAYS(NEW_ACTUAL, TEXT("usd"), OTHER("on", TIME), WORD("covers", covers), TEXT("note"));
SAYS(NEW_EVAL, TEXT("deployment"), TEXT("tuned"));
SAYS(CANCEL, TEXT("reason"));
SAYS(OFFER, TEXT("runner"), OTHER("suites", LIST), OTHER("wait_seconds", NUMBER));
SAYS(NEW_TOKEN, OTHER("again", FLAG));
SAYS(RENEWAL, TEXT("token"));
SAYS(REPORT, TEXT("token"), WORD("outcome", eval_outcome), TEXT("reason"),
     OTHER("pass_rate", NUMBER), OTHER("tolerance", NUMBER), OTHER("must_name_model", FLAG),
     OTHER("results", LIST));

/* ---- who answers ---- */

struct route {
    const char *method;
    const char *path; /* a `*` segment is an argument, a `#` segment an id */
    bw_call_command *command;
    const struct bw_parameter *query; /* NULL: it has none */
    const struct bw_parameter *body;  /* NULL: the command reads it, if there is one */
    bw_call_command *seen; /* shows what an If-Match speaks of; NULL: it takes none */
};

/* clang-format off */
#define READ(path, command, query) { "GET", path, command, query, NULL, NULL }
#define WRITE(method, path, command, body, seen) { method, path, command, NULL, body, seen }
/* clang-format on */

static const struct route ROUTES[] = {
    READ("/metrics", bw_api_metrics, NULL),
    READ("/v1/status", bw_api_status, NULL),
    READ("/v1/deployments", bw_api_deployments, DEPLOYMENTS),
    WRITE("POST", "/v1/deployments", bw_api_deployment_add, NULL, NULL),
    WRITE("POST", "/v1/deployments/import", bw_api_deployment_import, NULL, NULL),
    READ("/v1/deployments/*", bw_api_deployment, NULL),
    WRITE("DELETE", "/v1/deployments/*", bw_api_deployment_remove, NULL, bw_api_deployment),
    READ("/v1/deployments/*/explain", bw_api_explain, ABOUT),
    READ("/v1/deployments/*/estimate", bw_api_estimate, ESTIMATE),
    READ("/v1/deployments/*/swap", bw_api_swap, ABOUT),
    READ("/v1/deployments/*/worth", bw_api_worth, ABOUT),
    READ("/v1/deployments/*/actuals", bw_api_actual, ABOUT),
    WRITE("POST", "/v1/deployments/*/actuals", bw_api_actual_add, NEW_ACTUAL, NULL),
    READ("/v1/actuals", bw_api_actuals, ACTUALS),
    WRITE("DELETE", "/v1/actuals/#", bw_api_actual_remove, NULL, NULL),
    READ("/v1/treadmill", bw_api_treadmill, TREADMILL),
    READ("/v1/findings", bw_api_findings, FINDINGS),
    READ("/v1/findings/*", bw_api_finding, NULL),
    WRITE("POST", "/v1/findings/*/adopt", bw_api_finding_adopt, ADOPTION, NULL),
    READ("/v1/feed.atom", bw_api_feed_atom, FEED),
    READ("/v1/deadlines.ics", bw_api_deadlines_ics, FEED),
    READ("/v1/notices", bw_api_notices, NOTICES),
    READ("/v1/notices/#", bw_api_notice, NULL),
    WRITE("POST", "/v1/notices/#/*", bw_api_notice_move, MOVE, bw_api_notice),
    READ("/v1/waivers", bw_api_waivers, WAIVERS),
    READ("/v1/events", bw_api_events, EVENTS),
    READ("/v1/sources", bw_api_sources, NULL),
    WRITE("POST", "/v1/sources/poll", bw_api_poll, POLL, NULL),
    READ("/v1/sources/*", bw_api_source, NULL),
    WRITE("POST", "/v1/sources/*/accept", bw_api_accept, NULL, NULL),
    READ("/v1/models", bw_api_models, MODELS),
    READ("/v1/models/*", bw_api_model, MODEL),
    READ("/v1/history", bw_api_history, HISTORY),
    READ("/v1/deliveries", bw_api_deliveries, DELIVERIES),
    READ("/v1/deliveries/#", bw_api_delivery, NULL),
    WRITE("POST", "/v1/deliveries/#/retry", bw_api_delivery_retry, NULL, NULL),
    READ("/v1/evals", bw_api_evals, EVALS),
    WRITE("POST", "/v1/evals", bw_api_eval_start, NEW_EVAL, NULL),
    WRITE("POST", "/v1/evals/lease", bw_api_eval_lease, OFFER, NULL),
    READ("/v1/evals/#", bw_api_eval, NULL),
    WRITE("POST", "/v1/evals/#/cancel", bw_api_eval_cancel, CANCEL, NULL),
    WRITE("POST", "/v1/evals/#/token", bw_api_eval_token, NEW_TOKEN, NULL),
    WRITE("POST", "/v1/evals/#/renew", bw_api_eval_renew, RENEWAL, NULL),
    WRITE("POST", "/v1/evals/#/report", bw_api_eval_report, REPORT, NULL),
    READ("/v1/sinks", bw_api_sinks, SINKS),
    READ("/v1/sinks/*", bw_api_sink, NULL),
    WRITE("POST", "/v1/sinks/*/test", bw_api_sink_test, NULL, NULL),
};

static void call_clear(struct bw_call *call)
{
    free(call->path);
    free(call->query);
    for (size_t i = 0; i < BW_CALL_ARGS_MAX; i++) {
        free(call->args[i]);
    }
    bw_json_free(call->json);
    bw_str_clear(&call->body);
}

static void reply(struct bw_engine *engine, const struct bw_reply *answer)
{
    const struct bw_command command = { .type = BW_COMMAND_REPLY, .reply = *answer };
    BW_VEC_PUSH(&engine->replies, command);
}

void bw_engine_reply(struct bw_engine *engine, uint64_t request, int status, char *body)
{
    const struct bw_reply answer = {
        .id = request,
        .status = status,
        .content_type = status < 400 ? "application/json" : "application/problem+json",
        .body = body,
    };
    reply(engine, &answer);
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
    case 412:
        return "Precondition Failed";
    case 422:
        return "Unprocessable Content";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

static char *problem(int status, const char *detail)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "type", "about:blank");
    bw_json_add_text(&w, "title", title_of(status));
    bw_json_add_i64(&w, "status", status);
    bw_json_add_text(&w, "detail", detail);
    bw_json_object_end(&w);
    return bw_str_take(&body);
}

void bw_engine_refuse(struct bw_engine *engine, uint64_t request, int status, const char *detail)
{
    bw_engine_reply(engine, request, status, problem(status, detail));
}

/* Does the path fit the pattern? The parts under `*` and `#` become the call's arguments. */
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
        call->args[i] = bw_parameter_decode(args[i], sizes[i]);
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

static bool is_read(const struct route *route)
{
    return strcmp(route->method, "GET") == 0;
}

/* No command sees what it cannot understand. */
static enum bw_err read_call(struct bw_call *call, const struct route *route, struct bw_error *err)
{
    if (strchr(route->path, '#') != NULL && !bw_str_number(call->args[0], &call->id)) {
        return bw_fail(err, BW_ERR_NOTFOUND, "'%.100s' is not a number, as ids are",
                       call->args[0]);
    }
    enum bw_err rc = bw_parameters_check_query(route->query, call->query, err);
    if (rc == BW_OK && route->body != NULL) {
        rc = bw_call_json(call, &call->json, err);
    }
    if (rc == BW_OK && route->body != NULL) {
        rc = bw_parameters_check_body(route->body, call->json, err);
    }
    return rc;
}

/* A strong one: other bytes, another tag (RFC 9110, 8.8.3). */
static void etag_of(const struct bw_call *call, char out[BW_ETAG_TEXT])
{
    (void)snprintf(out, BW_ETAG_TEXT, "\"%016" PRIx64 "\"",
                   bw_hash(call->body.text, call->body.size));
}

/* Is it in the list of an If-Match or If-None-Match? A tag with its quotes is part of no other. */
static bool is_named(const char *list, const char *etag)
{
    return list != NULL && (strcmp(list, "*") == 0 || strstr(list, etag) != NULL);
}

/* 412 unless it still is what an If-Match says was seen. */
static enum bw_err check_seen(struct bw_call *call, const struct route *route, bool *fresh,
                              struct bw_error *err)
{
    char etag[BW_ETAG_TEXT] = "";
    *fresh = true;
    if (call->request->if_match == NULL || is_read(route)) {
        return BW_OK;
    }
    if (route->seen == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "If-Match: it is not known here");
    }
    enum bw_err rc = route->seen(call, err);
    if (rc == BW_OK) {
        etag_of(call, etag);
        *fresh = is_named(call->request->if_match, etag);
    }
    bw_str_reset(&call->body);
    call->w = (struct bw_json_writer){ .out = &call->body };
    return rc;
}

static void answer(struct bw_call *call, const struct route *route)
{
    struct bw_reply done = {
        .id = call->request->id,
        .status = 200,
        .content_type = call->content_type == NULL ? "application/json" : call->content_type,
    };
    if (is_read(route)) {
        etag_of(call, done.etag);
        done.status = is_named(call->request->if_none_match, done.etag) ? 304 : 200;
    }
    done.body = done.status == 304 ? bw_xstrdup("") : bw_str_take(&call->body);
    reply(call->engine, &done);
}

static enum bw_err run(struct bw_call *call, const struct route *route, struct bw_error *err)
{
    struct bw_engine *engine = call->engine;
    bool fresh = false;
    if (!is_read(route) && !call->request->may_write) {
        bw_engine_refuse(engine, call->request->id, 403,
                         "only members of the write group may change anything");
        return BW_OK;
    }
    struct bw_error failure = { 0 };
    enum bw_err rc = read_call(call, route, &failure);
    if (rc == BW_OK) {
        rc = check_seen(call, route, &fresh, &failure);
    }
    if (rc == BW_OK && !fresh) {
        bw_engine_refuse(engine, call->request->id, 412,
                         "it is no longer what was seen; GET it again");
        return BW_OK;
    }
    if (rc == BW_OK) {
        rc = route->command(call, &failure);
    }
    if (rc == BW_ERR_STORE) {
        *err = failure;
        return rc;
    }
    if (rc != BW_OK) {
        bw_engine_refuse(engine, call->request->id, bw_api_status_of(rc), failure.text);
        return bw_db_undo(engine->db, err); /* a refused command leaves nothing behind */
    }
    if (!call->answered_later) {
        answer(call, route);
    }
    return BW_OK;
}

/* With the methods there are (RFC 9110, 15.5.6), if the path is one at all. */
static void refuse_path(struct bw_engine *engine, const struct bw_call *call)
{
    struct bw_str allow = { 0 };
    for (size_t i = 0; i < BW_COUNT(ROUTES); i++) {
        struct bw_call probe = { 0 };
        if (fits(ROUTES[i].path, call->path, &probe)) {
            bw_str_appendf(&allow, "%s%s%s", allow.size == 0 ? "" : ", ", ROUTES[i].method,
                           is_read(&ROUTES[i]) ? ", HEAD" : "");
        }
        call_clear(&probe);
    }
    int status = allow.size == 0 ? 404 : 405;
    const struct bw_reply refusal = {
        .id = call->request->id,
        .status = status,
        .content_type = "application/problem+json",
        .body = problem(status, status == 404 ? "there is no such path"
                                              : "this path has no such method"),
        .allow = status == 404 ? NULL : bw_str_take(&allow),
    };
    reply(engine, &refusal);
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
    if (engine->settings == NULL) {
        bw_engine_refuse(engine, request->id, 503, "the daemon is starting");
        return BW_OK;
    }
    /* The answer to HEAD is sent without its body. */
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    for (size_t i = 0; i < BW_COUNT(ROUTES); i++) {
        if (strcmp(ROUTES[i].method, method) == 0 && fits(ROUTES[i].path, call.path, &call)) {
            return run(&call, &ROUTES[i], err);
        }
    }
    refuse_path(engine, &call);
    return BW_OK;
}
