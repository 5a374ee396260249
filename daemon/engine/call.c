/* daemon/engine/call.c: see call.h. */
#include "engine/call.h"

#include <inttypes.h>
#include <string.h>

#include "engine/parameter.h"

char *bw_call_query(const struct bw_call *call, const char *name)
{
    size_t width = strlen(name);
    for (const char *at = call->query; *at != '\0';) {
        size_t size = strcspn(at, "&");
        if (size > width && at[width] == '=' && strncmp(at, name, width) == 0) {
            return bw_parameter_decode(at + width + 1, size - width - 1);
        }
        at += size + (at[size] == '&' ? 1 : 0);
    }
    return NULL;
}

bool bw_call_wants(const char *filter, const char *value)
{
    return filter == NULL || bw_str_equal(filter, value);
}

int64_t bw_call_number(const struct bw_call *call, const char *name, int64_t fallback)
{
    BW_CLEANUP(bw_freep) char *text = bw_call_query(call, name);
    int64_t number = fallback;
    if (text != NULL) {
        (void)bw_str_number(text, &number);
    }
    return number;
}

int64_t bw_call_limit(const struct bw_call *call)
{
    return bw_call_number(call, "limit", BW_PARAMETER_ROWS_MAX);
}

struct bw_list_page bw_call_page(const struct bw_call *call)
{
    return (struct bw_list_page){ .after = bw_call_number(call, "after", 0),
                                  .limit = bw_call_limit(call) };
}

enum bw_err bw_call_time(const struct bw_call *call, const char *name, int64_t fallback_ms,
                         int64_t *out_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = bw_call_query(call, name);
    *out_ms = fallback_ms;
    enum bw_err rc = text == NULL ? BW_OK : bw_instant_parse(text, out_ms, err);
    return rc == BW_OK ? rc : bw_error_prefix(err, "%s: ", name);
}

char *bw_call_actor(const struct bw_call *call)
{
    return bw_xasprintf("uid:%" PRId64, call->request->peer_uid);
}

enum bw_err bw_call_json(const struct bw_call *call, struct bw_json **out, struct bw_error *err)
{
    const char *body = call->request->body;
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    enum bw_err rc = bw_json_parse(body[0] == '\0' ? "{}" : body,
                                   body[0] == '\0' ? 2 : strlen(body), &json, err);
    if (rc == BW_OK && !bw_json_is_object(json)) {
        rc = bw_fail(err, BW_ERR_INVALID, "the body is not a JSON object");
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(json);
    }
    return rc;
}

void bw_call_begin(struct bw_call *call, const char *kind)
{
    BW_CLEANUP(bw_freep) char *schema = bw_xasprintf("basewatch/%s/v1", kind);
    bw_json_object_begin(&call->w, NULL);
    bw_json_add_text(&call->w, "schema", schema);
}

void bw_call_begin_list(struct bw_call *call, const char *kind)
{
    bw_call_begin(call, kind);
    bw_json_array_begin(&call->w, kind);
}

void bw_call_end_list(struct bw_call *call, const char *next)
{
    bw_json_array_end(&call->w);
    if (next != NULL) {
        bw_json_add_text(&call->w, "next", next);
    }
    bw_call_end(call);
}

void bw_call_end_page(struct bw_call *call, const struct bw_list_page *page)
{
    BW_CLEANUP(bw_freep) char *next = bw_xasprintf("%" PRId64, page->next);
    bw_call_end_list(call, page->next == 0 ? NULL : next);
}

void bw_call_end(struct bw_call *call)
{
    bw_json_object_end(&call->w);
}

void bw_call_line(struct bw_call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *line = bw_xvasprintf(format, args);
    va_end(args);
    bw_json_add_text(&call->w, NULL, line);
}

enum bw_err bw_call_member(struct bw_call *call, const char *name, struct bw_member *member,
                           struct bw_cohort *cohort, struct bw_error *err)
{
    enum bw_err rc = bw_inventory_get(call->engine->db, name, member, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_get(call->engine->db, member->cohort, cohort, err);
    }
    return rc == BW_OK ? bw_engine_confidence(call->engine, cohort->platform, cohort->scope,
                                              &cohort->confidence, err)
                       : rc;
}
