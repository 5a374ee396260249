/* plugins/modeldeprecations.c: modeldeprecations.dev: life, dates and replacements, each with the
 * page that says so. Its shutdown_on is a promise, its earliest_shutdown_on a "not before". */
#include <string.h>

#include "catalogs.h"
#include "feed.h"
#include "sdk/list.h"
#include "sdk/row.h"

static char *replacement_of(const struct bw_json *row);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    static const struct bw_life_name lives[] = {
        { "active", BW_LIFE_ACTIVE },
        { "deprecated", BW_LIFE_DEPRECATED },
        { "retired", BW_LIFE_RETIRED },
        { NULL, BW_LIFE_UNKNOWN },
    };
    const char *provider = bw_row_id(plugin, row, "provider");
    if (provider == NULL || !bw_feed_speaks_of(plugin, NULL, provider)) {
        return plugin->err.code;
    }
    const char *id = bw_row_id(plugin, row, "model");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *source = bw_json_first(bw_json_get(row, "sources"));
    const char *page = bw_json_text(bw_json_get(source, "url"), "modeldeprecations.dev");
    const char *status = bw_json_text(bw_json_get(row, "status"), "");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .name = bw_row_text(row, "name"),
        .replacement = replacement_of(row),
        .released_ms = bw_row_time(row, "released_on"),
        .life = bw_life_of(lives, bw_json_text(bw_json_get(row, "computed_status"), status)),
    };
    const struct bw_json *alias = bw_json_first(bw_json_get(row, "aliases"));
    for (; alias != NULL; alias = bw_json_next(alias)) {
        bw_entry_add_alias(&entry, bw_json_text(alias, ""));
    }
    bw_entry_add_date(&entry, BW_CLOCK_ANNOUNCED, BW_CERTAINTY_FIRM,
                      bw_row_time(row, "deprecated_on"), page);
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                      bw_row_time(row, "shutdown_on"), page);
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_NOT_BEFORE,
                      bw_row_time(row, "earliest_shutdown_on"), page);
    return bw_emit_entry(plugin, &entry);
}

/* The one that the platform itself recommends; the others are the feed's own ideas. */
static char *replacement_of(const struct bw_json *row)
{
    const char *platform = bw_json_text(bw_json_get(row, "provider"), "");
    const struct bw_json *one = bw_json_first(bw_json_get(row, "replacements"));
    for (; one != NULL; one = bw_json_next(one)) {
        const char *where = bw_json_text(bw_json_get(one, "provider"), "");
        if (bw_row_true(one, "recommended") && strcmp(where, platform) == 0) {
            return bw_row_text(one, "model");
        }
    }
    return NULL;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/api/v1/models.json";
    const struct bw_list list = {
        .request = { .path = path, .repeatable = true }, .rows = "models", .row = emit_row
    };
    enum bw_err rc = bw_list_read(plugin, &list);
    return rc == BW_OK ? bw_feed_end(plugin) : rc;
}

const struct bw_plugin_descriptor bw_modeldeprecations = {
    .name = "modeldeprecations", .settings = bw_feed_settings, .catalog = catalog
};
