/* daemon/engine/read_models.c: the commands that show models, and what became of them. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "codec/history_model.h"
#include "engine/call.h"
#include "engine/dated.h"
#include "engine/rows.h"
#include "store/model_past.h"

enum { HISTORY_PAGE_MAX = 200 }; /* models, each with all its versions */

/* Where a page begins: what the row before it is ordered by, a line each. Ownership: `text` holds
 * the others. */
struct cursor {
    char *text;
    int64_t first_seen_ms; /* of a lineage, which is in order of that */
    const char *platform;
    const char *scope;
    const char *id;
};

static struct cursor read_cursor(const struct bw_call *call, bool of_lineage)
{
    struct cursor cursor = { .text = bw_call_query(call, "after") };
    char *rest = cursor.text;
    const char **parts[] = { &cursor.platform, &cursor.scope, &cursor.id };
    if (of_lineage && rest != NULL) {
        (void)bw_str_number(strsep(&rest, "\n"), &cursor.first_seen_ms);
    }
    for (size_t i = 0; i < BW_COUNT(parts); i++) {
        *parts[i] = rest == NULL ? "" : strsep(&rest, "\n");
    }
    return cursor;
}

static char *cursor_of(const struct bw_model *model, bool of_lineage)
{
    BW_CLEANUP(bw_freep) char *first = bw_xasprintf("%" PRId64 "\n", model->first_seen_ms);
    return bw_xasprintf("%s%s\n%s\n%s", of_lineage ? first : "", model->platform, model->scope,
                        model->entry.id);
}

/* One page of models, those that left too. *next: where the following one begins; NULL: nowhere. */
static enum bw_err read_page(struct bw_call *call, int64_t limit, struct bw_models *out,
                             char **next, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    BW_CLEANUP(bw_freep) char *lineage = bw_call_query(call, "lineage");
    struct cursor at = read_cursor(call, lineage != NULL);
    struct bw_db *db = call->engine->db;
    enum bw_err rc =
        lineage == NULL
            ? bw_models_page(db, platform, at.platform, at.scope, at.id, limit, out, err)
            : bw_models_lineage_page(db, lineage, at.first_seen_ms, at.platform, at.scope, at.id,
                                     limit, out, err);
    free(at.text);
    if (rc == BW_OK && out->count > 0 && (int64_t)out->count == limit) {
        *next = cursor_of(&out->items[out->count - 1], lineage != NULL);
    }
    return rc;
}

enum bw_err bw_api_models(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(bw_freep) char *next = NULL;
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    BW_CLEANUP(bw_freep) char *maker = bw_call_query(call, "maker");
    BW_CLEANUP(bw_freep) char *status = bw_call_query(call, "status");
    enum bw_err rc = read_page(call, bw_call_limit(call), &models, &next, err);
    bw_call_begin_list(call, "models");
    BW_VEC_EACH(const struct bw_model, model, &models)
    {
        if (bw_call_wants(platform, model->platform) && bw_call_wants(maker, model->entry.maker) &&
            bw_call_wants(status, bw_row_model_status(model))) {
            bw_row_model(&call->w, model);
        }
    }
    bw_call_end_list(call, next);
    return rc;
}

static enum bw_err write_versions(struct bw_call *call, const struct bw_model *model,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_model_versions_clear) struct bw_model_versions versions = { 0 };
    enum bw_err rc = bw_model_versions(call->engine->db, model->platform, model->scope,
                                       model->entry.id, &versions, err);
    bw_json_object_begin(&call->w, NULL);
    bw_json_add_text(&call->w, "platform", model->platform);
    bw_json_add_text(&call->w, "scope", model->scope);
    bw_json_add_text(&call->w, "id", model->entry.id);
    bw_json_array_begin(&call->w, "versions");
    BW_VEC_EACH(const struct bw_model_version, version, &versions)
    {
        bw_json_object_begin(&call->w, NULL);
        bw_json_add_time(&call->w, "from", version->from_ms);
        bw_json_add_time(&call->w, "until", version->until_ms);
        bw_history_model_write(&call->w, "model", &version->entry);
        bw_json_object_end(&call->w);
    }
    bw_json_array_end(&call->w);
    bw_json_object_end(&call->w);
    return rc;
}

enum bw_err bw_api_history(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(bw_freep) char *next = NULL;
    int64_t asked = bw_call_limit(call);
    enum bw_err rc = read_page(call, asked < HISTORY_PAGE_MAX ? asked : HISTORY_PAGE_MAX, &models,
                               &next, err);
    bw_call_begin_list(call, "history");
    BW_VEC_EACH(const struct bw_model, model, &models)
    {
        rc = rc == BW_OK ? write_versions(call, model, err) : rc;
    }
    bw_call_end_list(call, next);
    return rc;
}

/* ---- one model ---- */

static const struct {
    const char *what;
    size_t offset; /* of a struct bw_price */
} PRICES[] = {
    { "input", offsetof(struct bw_entry, price_input) },
    { "cached_input", offsetof(struct bw_entry, price_cached) },
    { "output", offsetof(struct bw_entry, price_output) },
    { "training", offsetof(struct bw_entry, price_training) },
};

static const struct bw_price *price_of(const struct bw_entry *entry, size_t i)
{
    return (const struct bw_price *)(const void *)((const char *)entry + PRICES[i].offset);
}

static void add_price(struct bw_json_writer *w, const char *name, const struct bw_price *price)
{
    if (price->known) {
        bw_json_add_usd(w, name, price->per_million);
    } else {
        bw_json_add_null(w, name);
    }
}

static bool same_price(const struct bw_price *a, const struct bw_price *b)
{
    return a->known == b->known && a->per_million.micros == b->per_million.micros;
}

static void write_changes(struct bw_json_writer *w, const struct bw_model_versions *versions)
{
    bw_json_array_begin(w, "price_changes");
    for (size_t v = 1; v < versions->count; v++) {
        for (size_t i = 0; i < BW_COUNT(PRICES); i++) {
            const struct bw_price *was = price_of(&versions->items[v - 1].entry, i);
            const struct bw_price *is = price_of(&versions->items[v].entry, i);
            if (same_price(was, is)) {
                continue;
            }
            bw_json_object_begin(w, NULL);
            bw_json_add_day(w, "on", versions->items[v].from_ms);
            bw_json_add_text(w, "price", PRICES[i].what);
            add_price(w, "from_usd", was);
            add_price(w, "to_usd", is);
            bw_json_object_end(w);
        }
    }
    bw_json_array_end(w);
}

static enum bw_err show(struct bw_call *call, const struct bw_model *model, struct bw_error *err)
{
    BW_CLEANUP(bw_model_versions_clear) struct bw_model_versions versions = { 0 };
    BW_CLEANUP(bw_dated_clear) struct bw_dated dated = { 0 };
    enum bw_err rc = bw_model_versions(call->engine->db, model->platform, model->scope,
                                       model->entry.id, &versions, err);
    if (rc == BW_OK) {
        rc = bw_dated_model(call, model, &dated, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_json_object_begin(&call->w, NULL);
    bw_row_model_members(&call->w, model);
    bw_dated_write(&dated);
    bw_json_object_begin(&call->w, "prices_usd_per_million");
    for (size_t i = 0; i < BW_COUNT(PRICES); i++) {
        add_price(&call->w, PRICES[i].what, price_of(&model->entry, i));
    }
    bw_json_object_end(&call->w);
    write_changes(&call->w, &versions);
    bw_json_object_end(&call->w);
    return rc;
}

enum bw_err bw_api_model(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    BW_CLEANUP(bw_freep) char *platform = bw_call_query(call, "platform");
    enum bw_err rc = bw_sources_list(call->engine->db, &sources, err);
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
        if (rc != BW_OK || (platform != NULL && strcmp(platform, source->platform) != 0)) {
            continue;
        }
        rc = bw_models_get(call->engine->db, source->platform, source->scope, call->args[0],
                           &model, err);
        if (rc == BW_OK) {
            return show(call, &model, err);
        }
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    return rc == BW_OK ? bw_fail(err, BW_ERR_NOTFOUND, "no source has ever listed '%.200s'",
                                 call->args[0])
                       : rc;
}
