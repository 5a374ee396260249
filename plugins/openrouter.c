/* plugins/openrouter.c: OpenRouter's list: prices, limits, and the day an offer ends. Without
 * offset and limit it is whole; a next page is followed where there is one. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "model_row.h"
#include "sdk/list.h"
#include "sdk/row.h"

static void read_aliases(const struct bw_json *row, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err rc = bw_model_row_read(plugin, row, true, &entry);
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_json *pricing = bw_json_get(row, "pricing");
    free(entry.maker);
    entry.maker = bw_owner_of(entry.id + (entry.id[0] == '~')); /* "~acme/x-latest" is an alias */
    read_aliases(row, &entry);
    entry.max_output_tokens =
        bw_row_count(bw_json_get(row, "top_provider"), "max_completion_tokens");
    entry.price_input = bw_row_price(pricing, "prompt", 1); /* "-1" where a router decides */
    entry.price_output = bw_row_price(pricing, "completion", 1);
    entry.price_cached = bw_row_price(pricing, "input_cache_read", 1);
    entry.tunable = BW_NO;
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                      bw_row_time(row, "expiration_date"), "expiration_date of the model list");
    entry.life = entry.dates.count > 0 ? BW_LIFE_DEPRECATED : entry.life;
    return bw_emit_entry(plugin, &entry);
}

/* The dated slug means the plain id, not its variants (":free", ":thinking"). */
static void read_aliases(const struct bw_json *row, struct bw_entry *entry)
{
    if (strchr(entry->id, ':') == NULL) {
        bw_entry_add_alias(entry, bw_json_text(bw_json_get(row, "canonical_slug"), ""));
    }
    const struct bw_json *target = bw_json_get(row, "alias_target");
    bw_entry_add_alias(entry, bw_json_text(bw_json_get(target, "slug"), ""));
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    const struct bw_json *address = bw_json_get(bw_json_get(page, "links"), "next");
    return bw_next_by_address(path, bw_json_text(address, NULL));
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

const struct bw_plugin_descriptor bw_openrouter = { .name = "openrouter", .catalog = catalog };
