/* plugins/openai.c: the model list of OpenAI and of everything that speaks its GET /models. */
#include <string.h>

#include "catalogs.h"
#include "model_row.h"

static enum bw_err catalog(struct bw_plugin *plugin)
{
    const struct bw_fetch request = {
        .path = "/models", .auth = BW_AUTH_BEARER, .repeatable = true
    };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = bw_fetch_json(plugin, &request, &root);
    if (rc != BW_OK) {
        return rc;
    }
    if (bw_json_bool(bw_json_get(root, "has_more"), false)) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT,
                              "the list says it has more pages, and there is no way to ask for them");
    }
    const struct bw_json *rows = bw_rows(plugin, root, "data");
    /* Elsewhere `created` is the time of the request, of a file, or a constant. */
    bool released = strcmp(plugin->source->platform, "openai") == 0 ||
                    strcmp(plugin->source->platform, "xai") == 0;
    for (const struct bw_json *row = bw_json_first(rows); row != NULL; row = bw_json_next(row)) {
        BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
        rc = bw_model_row_read(plugin, row, released, &entry);
        if (rc == BW_OK) {
            rc = bw_emit_entry(plugin, &entry);
        }
        if (rc != BW_OK) {
            return rc;
        }
    }
    return plugin->err.code;
}

const struct bw_plugin_descriptor bw_openai = { .name = "openai", .catalog = catalog };
