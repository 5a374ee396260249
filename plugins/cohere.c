/* plugins/cohere.c: Cohere's models, page by page. Fine-tuning ended there in September 2025; the
 * list says that a model is deprecated, but neither when it ends nor what follows it. */
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static unsigned output_of(const struct bw_json *endpoints);
static enum bw_life life_of(const struct bw_json *deprecated);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    bool own = bw_row_true(row, "finetuned");
    BW_CLEANUP(bw_entry_clear)
    struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_xstrdup(own ? NULL : "cohere"),
        .input =
            (unsigned)BW_TEXT | (bw_row_true(row, "supports_vision") ? (unsigned)BW_IMAGE : 0U),
        .output = output_of(bw_json_get(row, "endpoints")),
        .context_tokens = bw_row_count(row, "context_length"),
        .tunable = BW_NO,
        .life = life_of(bw_json_get(row, "is_deprecated")),
    };
    return bw_emit_entry(plugin, &entry);
}

static unsigned output_of(const struct bw_json *endpoints)
{
    bool text = bw_row_lists(endpoints, "chat") || bw_row_lists(endpoints, "generate");
    return (text ? (unsigned)BW_TEXT : 0U) |
           (bw_row_lists(endpoints, "embed") ? (unsigned)BW_EMBEDDING : 0U);
}

static enum bw_life life_of(const struct bw_json *deprecated)
{
    return bw_json_is_null(deprecated)         ? BW_LIFE_UNKNOWN
           : bw_json_bool(deprecated, false) ? BW_LIFE_DEPRECATED
                                               : BW_LIFE_ACTIVE;
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    return bw_next_by_token(path, "page_token", bw_json_get(page, "next_page_token"));
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?page_size=1000";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "models", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_cohere = { .name = "cohere", .catalog = catalog };
