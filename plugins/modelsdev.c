/* plugins/modelsdev.c: models.dev, one body with the catalogs of some hundred platforms: sizes,
 * prices and releases, collected by hand; a day of retirement it does not say. */
#include "catalogs.h"
#include "feed.h"
#include "sdk/row.h"

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row);

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/api.json";
    const struct bw_fetch request = { .path = path, .repeatable = true };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = bw_fetch_json(plugin, &request, &root);
    const struct bw_json *platform = bw_json_is_object(root) ? bw_json_first(root) : NULL;
    for (; rc == BW_OK && platform != NULL; platform = bw_json_next(platform)) {
        if (!bw_feed_speaks_of(plugin, NULL, bw_json_name(platform))) {
            continue;
        }
        const struct bw_json *models = bw_json_get(platform, "models");
        if (!bw_json_is_object(models)) {
            return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "'%s' has no models",
                                  bw_json_name(platform));
        }
        const struct bw_json *row = bw_json_first(models);
        for (; rc == BW_OK && row != NULL; row = bw_json_next(row)) {
            rc = emit_row(plugin, row);
        }
    }
    return rc == BW_OK ? bw_feed_end(plugin) : rc;
}

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    static const struct bw_life_name lives[] = {
        { "alpha", BW_LIFE_PREVIEW },
        { "beta", BW_LIFE_PREVIEW },
        { "deprecated", BW_LIFE_DEPRECATED },
        { NULL, BW_LIFE_UNKNOWN },
    };
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *limit = bw_json_get(row, "limit");
    const struct bw_json *cost = bw_json_get(row, "cost");
    const struct bw_json *modalities = bw_json_get(row, "modalities");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .name = bw_row_text(row, "name"),
        .family = bw_row_text(row, "family"),
        .released_ms = bw_row_time(row, "release_date"),
        .input = bw_modalities(bw_json_get(modalities, "input")),
        .output = bw_modalities(bw_json_get(modalities, "output")),
        .context_tokens = bw_row_count(limit, "context"),
        .max_output_tokens = bw_row_count(limit, "output"),
        .price_input = bw_row_price(cost, "input", 1e6),
        .price_output = bw_row_price(cost, "output", 1e6),
        .price_cached = bw_row_price(cost, "cache_read", 1e6),
        .life = bw_life_of(lives, bw_json_text(bw_json_get(row, "status"), "")),
    };
    return bw_emit_entry(plugin, &entry);
}

const struct bw_plugin_descriptor bw_modelsdev = {
    .name = "modelsdev", .settings = bw_feed_settings, .catalog = catalog
};
