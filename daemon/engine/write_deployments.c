/* daemon/engine/write_deployments.c: deployments that come and go by the API: one in a transaction,
 * and many in pieces: all lines are read before the first is written, so that what is refused
 * leaves nothing behind. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "codec/deployment_json.h"
#include "engine/call.h"

enum { READ_CHUNK = 5 * BW_PUT_CHUNK }; /* reading a line takes a fifth of writing it, or less */

static enum bw_err read_deployment(struct bw_engine *engine, const struct bw_json *json,
                                   struct bw_deployment *out, struct bw_error *err)
{
    enum bw_err rc = bw_deployment_from_json(json, &engine->settings->policy, out, err);
    out->origin = BW_ORIGIN_API;
    return rc == BW_OK ? bw_engine_may_add(engine, out->name, err) : rc;
}

enum bw_err bw_engine_may_add(struct bw_engine *engine, const char *name, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member known = { 0 };
    enum bw_err rc = bw_inventory_get(engine->db, name, &known, err);
    if (rc == BW_OK && known.deployment.origin == BW_ORIGIN_FILE) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "deployment '%s' stands in the configuration; change it there", name);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_api_deployment_add(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment deployment = { 0 };
    bool changed = false;
    enum bw_err rc = bw_call_json(call, &json, err);
    if (rc == BW_OK) {
        rc = read_deployment(call->engine, json, &deployment, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_put_deployment(call->engine, &deployment, &changed, err);
    }
    if (rc == BW_OK) {
        call->args[0] = bw_xstrdup(deployment.name);
        rc = bw_api_deployment(call, err);
    }
    return rc;
}

enum bw_err bw_api_deployment_remove(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member known = { 0 };
    BW_CLEANUP(bw_freep) char *actor = bw_call_actor(call);
    enum bw_err rc = bw_inventory_get(call->engine->db, call->args[0], &known, err);
    if (rc == BW_OK && known.deployment.origin == BW_ORIGIN_FILE) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "deployment '%s' stands in the configuration; remove it there",
                       call->args[0]);
    }
    if (rc == BW_OK && known.deployment.origin == BW_ORIGIN_ADOPTED) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "deployment '%s' was adopted by a rule of `adopt:`, and would be again; "
                       "change the rule",
                       call->args[0]);
    }
    if (rc == BW_OK) {
        rc = bw_engine_remove_deployment(call->engine, call->args[0], actor, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_fall_back(call->engine, call->args[0], err);
    }
    if (rc == BW_OK) {
        bw_call_begin(call, "removed");
        bw_json_add_text(&call->w, "removed", call->args[0]);
        bw_call_end(call);
    }
    return rc;
}

/* ---- many ---- */

static void import_begin(struct bw_import *import, bool writing)
{
    import->writing = writing;
    import->at = 0;
    import->line = 0;
    import->count = 0;
}

void bw_import_clear(struct bw_import *import)
{
    free(import->body);
}

enum bw_err bw_api_deployment_import(struct bw_call *call, struct bw_error *err)
{
    (void)err;
    const struct bw_import import = { .request = call->request->id,
                                      .body = bw_xstrdup(call->request->body) };
    BW_VEC_PUSH(&call->engine->imports, import);
    call->answered_later = true;
    return BW_OK;
}

static enum bw_err take_line(struct bw_engine *engine, const struct bw_import *import,
                             const char *line, size_t size, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment deployment = { 0 };
    bool changed = false;
    enum bw_err rc = bw_json_parse(line, size, &json, err);
    if (rc == BW_OK) {
        rc = read_deployment(engine, json, &deployment, err);
    }
    if (rc == BW_OK && import->writing) {
        rc = bw_engine_put_deployment(engine, &deployment, &changed, err);
    }
    return rc == BW_OK ? rc : bw_error_prefix(err, "line %" PRId64 ": ", import->line);
}

static enum bw_err take_some(struct bw_engine *engine, struct bw_import *import,
                             struct bw_error *err)
{
    int64_t end = import->count + (import->writing ? BW_PUT_CHUNK : READ_CHUNK);
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && import->count < end && import->body[import->at] != '\0') {
        const char *line = import->body + import->at;
        size_t size = strcspn(line, "\n");
        import->line++;
        import->at += size + (line[size] == '\n' ? 1 : 0);
        if (strspn(line, " \t\r") < size) {
            rc = take_line(engine, import, line, size, err);
            import->count++;
        }
    }
    return rc;
}

static void answer(struct bw_engine *engine, const struct bw_import *import)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "schema", "basewatch/import/v1");
    bw_json_add_i64(&w, "imported", import->count);
    bw_json_object_end(&w);
    bw_engine_reply(engine, import->request, 200, bw_str_take(&body));
}

static void drop_first(struct bw_engine *engine)
{
    bw_import_clear(&engine->imports.items[0]);
    memmove(engine->imports.items, engine->imports.items + 1,
            --engine->imports.count * sizeof(*engine->imports.items));
}

enum bw_err bw_engine_import_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    struct bw_error refusal = { 0 };
    if (engine->imports.count == 0) {
        return BW_OK;
    }
    struct bw_import *import = &engine->imports.items[0];
    *more = true;
    enum bw_err rc = take_some(engine, import, &refusal);
    if (rc == BW_ERR_STORE) {
        *err = refusal;
        return rc;
    }
    if (rc != BW_OK) {
        /* While writing, only what has changed since the lines were read is refused; what stands
         * before it stays, for this transaction also holds what an event brought. */
        bw_engine_refuse(engine, import->request, bw_api_status_of(rc), refusal.text);
        drop_first(engine);
        return BW_OK;
    }
    if (import->body[import->at] != '\0') {
        return BW_OK;
    }
    if (import->writing) {
        answer(engine, import);
        drop_first(engine);
    } else {
        import_begin(import, true);
    }
    return BW_OK;
}

/* A line may have been written that a failing database has lost. */
void bw_engine_import_again(struct bw_engine *engine)
{
    BW_VEC_EACH(struct bw_import, import, &engine->imports)
    {
        import_begin(import, false);
    }
}
