/* plugins/bedrock.c: the foundation models of Amazon Bedrock in one region, in one page. Variants
 * of a model ("...-v1:0:128k") are rows of their own, and often the only ones that can be tuned. */
#include <string.h>

#include "bedrock_own.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

enum { PROFILES_MAX = 10000 };

static const struct bw_plugin_setting SETTINGS[] = {
    { "api_key", "boolean", "the credential is a Bedrock API key, not KEY:SECRET to sign with" },
    { "profiles", "boolean",
      "read inference profiles too: us.MODEL and the like are aliases then" },
    { NULL, NULL, NULL },
};

static void add_profiles(const struct bw_names *profiles, struct bw_entry *entry);
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
    BW_CLEANUP(bw_entry_clear)
    struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_row_lower(row, "providerName"),
        .name = bw_row_text(row, "modelName"),
        .released_ms = started_ms != 0
                           ? started_ms
                           : bw_row_time(bw_json_get(row, "description"), "releaseDate"),
        .input = bw_modalities(bw_json_get(row, "inputModalities")),
        .output = bw_modalities(bw_json_get(row, "outputModalities")),
        .max_output_tokens = bw_row_count(bw_json_get(row, "converse"), "maxTokensMaximum"),
        .tunable = !bw_json_is_array(methods)             ? BW_UNKNOWN
                   : bw_row_lists(methods, "FINE_TUNING") ? BW_YES
                                                          : BW_NO,
    };
    read_lifecycle(lifecycle, &entry);
    add_profiles(plugin->memory, &entry);
    return bw_emit_entry(plugin, &entry);
}

/* The names come in pairs: a profile, then the model that it leads to. */
static void add_profiles(const struct bw_names *profiles, struct bw_entry *entry)
{
    for (size_t i = 0; i + 1 < profiles->count; i += 2) {
        if (strcmp(profiles->items[i + 1], entry->id) == 0) {
            bw_entry_add_alias(entry, profiles->items[i]);
        }
    }
}

/* From legacyTime on no new training job starts (Bedrock User Guide, "Model lifecycle", 2026-09).
 */
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

/* A profile names the same model in each region that it spreads over, by its ARN:
 * arn:aws:bedrock:us-east-1::foundation-model/MODEL. */
static enum bw_err note_profile(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct bw_names *profiles = plugin->memory;
    const char *id = bw_row_id(plugin, row, "inferenceProfileId");
    const struct bw_json *model = bw_json_first(bw_json_get(row, "models"));
    const char *slash = strrchr(bw_json_text(bw_json_get(model, "modelArn"), ""), '/');
    if (id != NULL && slash != NULL && profiles->count < PROFILES_MAX * 2) {
        BW_VEC_PUSH(profiles, bw_xstrdup(id));
        BW_VEC_PUSH(profiles, bw_xstrdup(slash + 1));
    }
    return plugin->err.code;
}

struct bw_fetch bw_bedrock_request(const struct bw_plugin *plugin, char *path)
{
    static char service[] = "bedrock";
    bool api_key = bw_row_true(plugin->source->settings, "api_key");
    return (struct bw_fetch){ .path = path,
                              .auth = api_key ? BW_AUTH_BEARER : BW_AUTH_AWS_SIGV4,
                              .auth_name = api_key ? NULL : service,
                              .repeatable = true };
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char models_path[] = "/foundation-models";
    static char profiles_path[] = "/inference-profiles?maxResults=1000";
    const struct bw_list models = { .request = bw_bedrock_request(plugin, models_path),
                                    .rows = "modelSummaries", .row = emit_row };
    const struct bw_list spread = { .request = bw_bedrock_request(plugin, profiles_path),
                                    .rows = "inferenceProfileSummaries", .sparse = true,
                                    .row = note_profile, .token = "nextToken",
                                    .token_parameter = "nextToken" };
    BW_CLEANUP(bw_names_clear) struct bw_names profiles = { 0 };
    plugin->memory = &profiles;
    enum bw_err rc = bw_row_true(plugin->source->settings, "profiles")
                         ? bw_list_read(plugin, &spread)
                         : BW_OK;
    rc = rc == BW_OK ? bw_list_read(plugin, &models) : rc;
    plugin->memory = NULL;
    return rc;
}

const struct bw_plugin_descriptor bw_bedrock = {
    .name = "bedrock", .settings = SETTINGS, .catalog = catalog, .inventory = bw_bedrock_inventory
};
