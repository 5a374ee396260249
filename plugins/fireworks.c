/* plugins/fireworks.c: the models of one Fireworks account (the source's url names it; `fireworks`
 * is the public catalog), page by page. Empty members are left out of rows and pages. */
#include "base/str.h"
#include "catalogs.h"
#include "fireworks_own.h"
#include "sdk/list.h"
#include "sdk/row.h"

static enum bw_answer tunable_of(const struct bw_json *row);
static unsigned output_of(const char *kind);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    int64_t ends_ms = bw_row_time(row, "deprecationDate");
    BW_CLEANUP(bw_entry_clear)
    struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .name = bw_row_text(row, "displayName"),
        .parent = bw_row_text(bw_json_get(row, "peftDetails"), "baseModel"),
        .released_ms = bw_row_time(row, "createTime"),
        .input =
            bw_row_true(row, "supportsImageInput") ? (unsigned)BW_TEXT | (unsigned)BW_IMAGE : 0U,
        .output = output_of(bw_json_text(bw_json_get(row, "kind"), "")),
        .context_tokens = bw_row_count(row, "contextLength"),
        .parameters = bw_row_count(bw_json_get(row, "baseModelDetails"), "parameterCount"),
        .tunable = tunable_of(row),
        .life = ends_ms != 0 ? BW_LIFE_DEPRECATED : BW_LIFE_UNKNOWN,
    };
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, ends_ms,
                      "deprecationDate of the model list");
    return bw_emit_entry(plugin, &entry);
}

static enum bw_answer tunable_of(const struct bw_json *row)
{
    static const char *const ways[] = { "tunable", "supervisedLoraTunable",
                                        "supervisedFullParameterTunable", "rlTunable" };
    bool tunable = false;
    for (size_t i = 0; i < BW_COUNT(ways); i++) {
        tunable = tunable || bw_row_true(row, ways[i]);
    }
    return tunable ? BW_YES : BW_NO;
}

static unsigned output_of(const char *kind)
{
    return bw_str_equal(kind, "EMBEDDING_MODEL")     ? (unsigned)BW_EMBEDDING
           : bw_str_starts_with(kind, "FLUMINA_") ? (unsigned)BW_IMAGE
                                                     : 0U;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?pageSize=200";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "models", .may_be_empty = true, .sparse = true, .row = emit_row,
        .token = "nextPageToken", .token_parameter = "pageToken"
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_fireworks = {
    .name = "fireworks", .catalog = catalog, .inventory = bw_fireworks_inventory
};
