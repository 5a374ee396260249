/* plugins/bedrock.c: the foundation models of Amazon Bedrock in one region, in one page. Variants of a
 * model ("...-v1:0:128k") are rows of their own, and often the only ones that can be tuned. */
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_plugin_setting SETTINGS[] = {
    { "api_key", "boolean", "the credential is a Bedrock API key, not KEY:SECRET to sign with" },
    { NULL, NULL, NULL },
};

static void read_lifecycle(const struct bw_json *lifecycle, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "modelId");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *methods = bw_json_get(row, "customizationsSupported");
    const struct bw_json *lifecycle = bw_json_get(row, "modelLifecycle");
    int64_t started_ms = bw_row_time(lifecycle, "startOfLifeTime");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_row_lower(row, "providerName"),
        .name = bw_row_text(row, "modelName"),
        .released_ms = started_ms != 0 ? started_ms
                                       : bw_row_time(bw_json_get(row, "description"), "releaseDate"),
        .input = bw_modalities(bw_json_get(row, "inputModalities")),
        .output = bw_modalities(bw_json_get(row, "outputModalities")),
        .max_output_tokens = bw_row_count(bw_json_get(row, "converse"), "maxTokensMaximum"),
        .tunable = !bw_json_is_array(methods)                ? BW_UNKNOWN
                   : bw_row_lists(methods, "FINE_TUNING") ? BW_YES
                                                             : BW_NO,
    };
    read_lifecycle(lifecycle, &entry);
    return bw_emit_entry(plugin, &entry);
}

/* From legacyTime on no new training job starts (Bedrock User Guide, "Model lifecycle", 2026-09). */
static void read_lifecycle(const struct bw_json *lifecycle, struct bw_entry *entry)
{
    static const struct bw_life_name lives[] = {
        { "ACTIVE", BW_LIFE_ACTIVE }, { "LEGACY", BW_LIFE_DEPRECATED }, { NULL, BW_LIFE_UNKNOWN }
    };
    entry->life = bw_life_of(lives, bw_json_text(bw_json_get(lifecycle, "status"), ""));
    bw_entry_add_date(entry, BW_CLOCK_TRAINING, BW_CERTAINTY_FIRM,
                      bw_row_time(lifecycle, "legacyTime"), "legacyTime of the model list");
    bw_entry_add_date(entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                      bw_row_time(lifecycle, "endOfLifeTime"), "endOfLifeTime of the model list");
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/foundation-models";
    static char service[] = "bedrock";
    bool api_key = bw_row_true(plugin->source->settings, "api_key");
    const struct bw_list list = {
        .request = { .path = path, .auth = api_key ? BW_AUTH_BEARER : BW_AUTH_AWS_SIGV4,
                     .auth_name = api_key ? NULL : service, .repeatable = true },
        .rows = "modelSummaries", .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_bedrock = {
    .name = "bedrock", .settings = SETTINGS, .catalog = catalog
};
