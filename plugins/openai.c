/* plugins/openai.c: the model list of OpenAI and of everything that speaks its GET /models. */
#include <string.h>

#include "catalogs.h"
#include "model_row.h"
#include "sdk/list.h"

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    /* Elsewhere `created` is the time of the request, of a file, or a constant. */
    bool released = strcmp(plugin->source->platform, "openai") == 0 ||
                    strcmp(plugin->source->platform, "xai") == 0;
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err rc = bw_model_row_read(plugin, row, released, &entry);
    return rc == BW_OK ? bw_emit_entry(plugin, &entry) : rc;
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)path;
    (void)response;
    if (bw_json_bool(bw_json_get(page, "has_more"), false)) {
        (void)bw_plugin_fail(
            plugin, BW_FAILURE_FORMAT,
            "the list says it has more pages, and there is no way to ask for them");
    }
    return NULL;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "data", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_openai = { .name = "openai", .catalog = catalog };
