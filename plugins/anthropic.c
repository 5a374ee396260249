/* plugins/anthropic.c: Anthropic's model list, page by page. It says neither prices nor dates of
 * retirement, and there is no fine-tuning API (2026-10). */
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row);
static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response);
static unsigned inputs_of(const struct bw_json *capabilities);
static bool supports(const struct bw_json *capabilities, const char *name);

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?limit=1000";
    static char version[] = "anthropic-version: 2023-06-01";
    static char key_header[] = "x-api-key";
    char *headers[] = { version };
    const struct bw_list list = {
        .request = { .path = path, .headers = { .items = headers, .count = BW_COUNT(headers) },
                     .auth = BW_AUTH_HEADER, .auth_name = key_header, .repeatable = true },
        .rows = "data", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)response;
    return bw_next_by_last(plugin, path, "after_id", page);
}

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *capabilities = bw_json_get(row, "capabilities");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_xstrdup("anthropic"),
        .name = bw_row_text(row, "display_name"),
        .context_tokens = bw_row_count(row, "max_input_tokens"),
        .max_output_tokens = bw_row_count(row, "max_tokens"),
        .input = inputs_of(capabilities),
        .output = bw_json_is_object(capabilities) ? BW_TEXT : 0,
        .tunable = BW_NO,
        .released_ms = bw_row_time(row, "created_at"), /* the epoch where they do not know it */
    };
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
