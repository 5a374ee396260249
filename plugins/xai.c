/* plugins/xai.c: xAI's model list: OpenAI's rows with aliases and prices. One request: rows carry
 * both since June 2026, and a second endpoint that fails now and then would make prices flicker. */
#include "catalogs.h"
#include "model_row.h"
#include "sdk/list.h"

/* Cents per 100 million tokens; 20000 is 2 USD per million (docs.x.ai, 2026). 0: not priced. */
static struct bw_price price_of(const struct bw_json *row, const char *name)
{
    int64_t cents = bw_json_i64(bw_json_get(row, name), 0);
    return cents > 0 && cents < INT64_C(1000000000000)
               ? (struct bw_price){ true, { .micros = cents * 100 } }
               : (struct bw_price){ 0 };
}

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err rc = bw_model_row_read(plugin, row, true, &entry);
    if (rc != BW_OK) {
        return rc;
    }
    entry.price_input = price_of(row, "prompt_text_token_price");
    entry.price_output = price_of(row, "completion_text_token_price");
    entry.price_cached = price_of(row, "cached_prompt_text_token_price");
    if (entry.output == 0 && !bw_json_is_null(bw_json_get(row, "image_price"))) {
        entry.output = BW_IMAGE;
    }
    return bw_emit_entry(plugin, &entry);
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "data", .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_xai = { .name = "xai", .catalog = catalog };
