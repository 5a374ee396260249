/* daemon/engine/call.h: one request on its way through the API. A command of the API is a function
 * over a call; api.c knows which. */
#ifndef BW_ENGINE_CALL_H
#define BW_ENGINE_CALL_H
#include "codec/json.h"
#include "engine/state.h"

enum { BW_CALL_ARGS_MAX = 4 };

struct bw_call {
    struct bw_engine *engine;
    const struct bw_request *request;
    char *path;                    /* without the query */
    char *query;                   /* "" when there is none */
    char *args[BW_CALL_ARGS_MAX];  /* the path's variable parts, decoded */
    int64_t id;                    /* the first of them, where it is one */
    struct bw_json *json;          /* the request's body, where api.c says what it may hold */
    struct bw_str body;            /* the answer, as JSON */
    struct bw_json_writer w;       /* over body */
    const char *content_type;      /* of the answer; NULL: JSON */
    bool answered_later;           /* the reply waits for something */
};

/* The query is known to be understood (parameter.h).
 * The value of a query parameter, decoded; NULL when absent. Ownership: the caller's. */
char *bw_call_query(const struct bw_call *call, const char *name);
/* filter NULL: whatever the value is. */
bool bw_call_wants(const char *filter, const char *value);
/* The number that a parameter is; the fallback when absent. */
int64_t bw_call_number(const struct bw_call *call, const char *name, int64_t fallback);
/* ?limit=, or as many rows as a page may have. */
int64_t bw_call_limit(const struct bw_call *call);
/* The moment that a parameter is; the fallback when absent. Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_call_time(const struct bw_call *call, const char *name,
                                       int64_t fallback_ms, int64_t *out_ms,
                                       struct bw_error *err);
/* "uid:1000". Ownership: the caller's. */
char *bw_call_actor(const struct bw_call *call);
/* The request's body as a JSON object. Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_call_json(const struct bw_call *call, struct bw_json **out,
                                       struct bw_error *err);

/* Begin {"schema":"basewatch/<kind>/v1", and end it. */
void bw_call_begin(struct bw_call *call, const char *kind);
void bw_call_begin_list(struct bw_call *call, const char *kind);
void bw_call_end_list(struct bw_call *call, const char *next); /* next NULL: the last page */
/* ?after= and ?limit= of a list by id, and its end. */
struct bw_list_page bw_call_page(const struct bw_call *call);
void bw_call_end_page(struct bw_call *call, const struct bw_list_page *page);
void bw_call_end(struct bw_call *call);
/* A member of an open "lines" array, for people. */
void bw_call_line(struct bw_call *call, const char *format, ...) BW_PRINTF(2, 3);

/* A notice as a row. */
BW_MUST_CHECK enum bw_err bw_call_notice(struct bw_call *call, const struct bw_notice *notice,
                                         struct bw_error *err);

/* read_*.c, write_*.c and eval_calls.c: the commands. */
typedef enum bw_err bw_call_command(struct bw_call *call, struct bw_error *err);
bw_call_command bw_api_status, bw_api_deployments, bw_api_deployment, bw_api_explain,
    bw_api_estimate, bw_api_swap, bw_api_worth, bw_api_notices, bw_api_notice, bw_api_events,
    bw_api_sources, bw_api_source, bw_api_models, bw_api_model, bw_api_history, bw_api_actuals,
    bw_api_actual, bw_api_actual_add, bw_api_actual_remove, bw_api_treadmill, bw_api_deliveries,
    bw_api_delivery, bw_api_sinks, bw_api_sink, bw_api_findings, bw_api_finding,
    bw_api_finding_adopt, bw_api_deployment_add, bw_api_deployment_import,
    bw_api_deployment_remove, bw_api_metrics, bw_api_feed_atom, bw_api_deadlines_ics,
    bw_api_notice_move, bw_api_waivers, bw_api_poll, bw_api_accept, bw_api_sink_test,
    bw_api_delivery_retry, bw_api_evals, bw_api_eval, bw_api_eval_start, bw_api_eval_cancel,
    bw_api_eval_lease, bw_api_eval_token, bw_api_eval_renew, bw_api_eval_report;

/* The HTTP status that tells of a failure. */
int bw_api_status_of(enum bw_err rc);

/* A deployment with its cohort, its confidence filled in. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_call_member(struct bw_call *call, const char *name,
                                         struct bw_member *member, struct bw_cohort *cohort,
                                         struct bw_error *err);
#endif
