/* plugins/anthropic.c: Anthropic's model list, page by page. It says neither prices nor dates of
 * retirement, and there is no fine-tuning API (2026-10). */
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "catalogs.h"

enum { PAGES_MAX = 32 };

static enum bw_err emit_rows(struct bw_plugin *plugin, const struct bw_json *rows);
static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row);
static unsigned inputs_of(const struct bw_json *capabilities);
static bool supports(const struct bw_json *capabilities, const char *name);
static char *next_path(struct bw_plugin *plugin, const struct bw_json *page, const char *path);

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char version[] = "anthropic-version: 2023-06-01";
    static char key_header[] = "x-api-key";
    char *headers[] = { version };
    BW_CLEANUP(bw_freep) char *path = bw_xstrdup("/models?limit=1000");
    for (int page = 0; page < PAGES_MAX; page++) {
        const struct bw_fetch request = {
            .path = path, .headers = { .items = headers, .count = BW_COUNT(headers) },
            .auth = BW_AUTH_HEADER, .auth_name = key_header, .repeatable = true
        };
        BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
        enum bw_err rc = bw_fetch_json(plugin, &request, &root);
        if (rc != BW_OK) {
            return rc;
        }
        const struct bw_json *rows = bw_rows(plugin, root, "data");
        rc = rows == NULL ? plugin->err.code : emit_rows(plugin, rows);
        if (rc != BW_OK || !bw_json_bool(bw_json_get(root, "has_more"), false)) {
            return rc;
        }
        char *next = next_path(plugin, root, path);
        if (next == NULL) {
            return plugin->err.code;
        }
        free(path);
        path = next;
    }
    return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the list does not end after %d pages",
                          PAGES_MAX);
}

/* The request for the page after this one; NULL after a failure. Ownership: the caller's. */
static char *next_path(struct bw_plugin *plugin, const struct bw_json *page, const char *path)
{
    const char *last = bw_json_text(bw_json_get(page, "last_id"), "");
    if (last[0] == '\0') {
        (void)bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "has_more without a last_id");
        return NULL;
    }
    struct bw_str next = { 0 };
    bw_str_append(&next, "/models?limit=1000&after_id=");
    bw_str_append_url(&next, last);
    if (strcmp(next.text, path) == 0) {
        bw_str_clear(&next);
        (void)bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "two pages end with the same last_id");
        return NULL;
    }
    return bw_str_take(&next);
}

static enum bw_err emit_rows(struct bw_plugin *plugin, const struct bw_json *rows)
{
    for (const struct bw_json *row = bw_json_first(rows); row != NULL; row = bw_json_next(row)) {
        enum bw_err rc = emit_row(plugin, row);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    if (!bw_json_is_text(bw_json_get(row, "id"))) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "row %zu has no id", plugin->entries + 1);
    }
    const struct bw_json *capabilities = bw_json_get(row, "capabilities");
    int64_t context = bw_json_i64(bw_json_get(row, "max_input_tokens"), 0);
    int64_t output = bw_json_i64(bw_json_get(row, "max_tokens"), 0);
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(bw_json_text(bw_json_get(row, "id"), "")),
        .maker = bw_xstrdup("anthropic"),
        .name = bw_xstrdup(bw_json_text(bw_json_get(row, "display_name"), NULL)),
        .context_tokens = context > 0 ? context : 0,
        .max_output_tokens = output > 0 ? output : 0,
        .input = inputs_of(capabilities),
        .output = bw_json_is_object(capabilities) ? BW_TEXT : 0,
        .tunable = BW_NO,
    };
    /* The release day; the epoch where Anthropic does not know it, which is our "not said". */
    const char *created = bw_json_text(bw_json_get(row, "created_at"), "");
    if (bw_instant_parse(created, &entry.released_ms, NULL) != BW_OK || entry.released_ms < 0) {
        entry.released_ms = 0;
    }
    return bw_emit_entry(plugin, &entry);
}

static unsigned inputs_of(const struct bw_json *capabilities)
{
    if (!bw_json_is_object(capabilities)) {
        return 0;
    }
    return (unsigned)BW_TEXT | (supports(capabilities, "image_input") ? (unsigned)BW_IMAGE : 0U) |
           (supports(capabilities, "pdf_input") ? (unsigned)BW_FILE : 0U);
}

static bool supports(const struct bw_json *capabilities, const char *name)
{
    return bw_json_bool(bw_json_get(bw_json_get(capabilities, name), "supported"), false);
}

const struct bw_plugin_descriptor bw_anthropic = { .name = "anthropic", .catalog = catalog };
