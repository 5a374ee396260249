/* plugins/together.c: Together's models, a bare array in one page. Prices are of what runs without
 * a server of one's own; dates of retirement are not said. */
#include <string.h>

#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static void read_type(const char *type, struct bw_entry *entry);
static void read_prices(const struct bw_json *pricing, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_row_lower(row, "organization"),
        .name = bw_row_text(row, "display_name"),
        .released_ms = bw_row_time(row, "created"), /* often 0 */
        .context_tokens = bw_row_count(row, "context_length"),
    };
    read_type(bw_json_text(bw_json_get(row, "type"), ""), &entry);
    read_prices(bw_json_get(row, "pricing"), &entry);
    return bw_emit_entry(plugin, &entry);
}

static void read_type(const char *type, struct bw_entry *entry)
{
    static const struct {
        const char *type;
        enum bw_modality in;
        enum bw_modality out;
    } types[] = {
        { "chat", BW_TEXT, BW_TEXT },    { "language", BW_TEXT, BW_TEXT },
        { "code", BW_TEXT, BW_TEXT },    { "embedding", BW_TEXT, BW_EMBEDDING },
        { "image", BW_TEXT, BW_IMAGE },  { "video", BW_TEXT, BW_VIDEO },
        { "audio", BW_TEXT, BW_AUDIO },  { "transcribe", BW_AUDIO, BW_TEXT },
    };
    for (size_t i = 0; i < BW_COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0) {
            entry->input = types[i].in;
            entry->output = types[i].out;
        }
    }
}

/* A model that is only served on a server of one's own has both prices 0. */
static void read_prices(const struct bw_json *pricing, struct bw_entry *entry)
{
    struct bw_price input = bw_row_price(pricing, "input", 1e6);
    struct bw_price output = bw_row_price(pricing, "output", 1e6);
    struct bw_price training = bw_row_price(pricing, "finetune", 1e6);
    if (input.per_million.micros > 0 || output.per_million.micros > 0) {
        entry->price_input = input;
        entry->price_output = output;
        entry->price_cached = bw_row_price(pricing, "cached_input", 1e6);
    }
    if (training.per_million.micros > 0) {
        entry->price_training = training;
    }
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true }, .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_together = { .name = "together", .catalog = catalog };
