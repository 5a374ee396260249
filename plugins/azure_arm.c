/* plugins/azure_arm.c: the models of one Azure region by the management plane, page by page; the
 * source's url ends with .../locations/REGION. One model comes once per kind of account with the
 * same facts; the first of them counts. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_life_name LIVES[] = {
    { "Preview", BW_LIFE_PREVIEW },        { "GenerallyAvailable", BW_LIFE_ACTIVE },
    { "Stable", BW_LIFE_ACTIVE },          { "Deprecating", BW_LIFE_DEPRECATED },
    { "Deprecated", BW_LIFE_DEPRECATED },  { NULL, BW_LIFE_UNKNOWN },
};

static void read_capabilities(const struct bw_json *model, struct bw_entry *entry);
static void read_dates(const struct bw_json *ends, struct bw_entry *entry);

/* The id is the one of the data plane: NAME-VERSION ("gpt-4o-2024-08-06", "dall-e-3-3.0"). */
static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const struct bw_json *model = bw_json_get(row, "model");
    const char *name = bw_row_id(plugin, model, "name");
    const char *version = name == NULL ? NULL : bw_row_id(plugin, model, "version");
    if (version == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xasprintf("%s-%s", name, version),
        .maker = bw_row_lower(model, "format"),
        .parent = bw_row_text(bw_json_get(model, "baseModel"), "name"),
        .released_ms = bw_row_time(bw_json_get(model, "systemData"), "createdAt"),
        .life = bw_life_of(LIVES, bw_json_text(bw_json_get(model, "lifecycleStatus"), "")),
    };
    read_capabilities(model, &entry);
    read_dates(bw_json_get(model, "deprecation"), &entry);
    return bw_emit_entry(plugin, &entry);
}

/* Values are texts ("true", "128000"); what is missing cannot be done. */
static void read_capabilities(const struct bw_json *model, struct bw_entry *entry)
{
    const struct bw_json *capabilities = bw_json_get(model, "capabilities");
    if (!bw_json_is_object(capabilities)) {
        return;
    }
    if (bw_row_true(capabilities, "embeddings")) {
        entry->output = BW_EMBEDDING;
    } else if (bw_row_true(capabilities, "imageGenerations")) {
        entry->output = BW_IMAGE;
    } else if (bw_row_true(capabilities, "chatCompletion") ||
               bw_row_true(capabilities, "completion")) {
        entry->output = BW_TEXT;
    }
    bool tuned = bw_json_is_object(bw_json_get(model, "finetuneCapabilities"));
    entry->context_tokens = bw_row_count(capabilities, "maxContextToken");
    entry->max_output_tokens = bw_row_count(capabilities, "maxOutputToken");
    entry->tunable = tuned || bw_row_true(capabilities, "fineTune") ? BW_YES : BW_NO;
}

static void read_dates(const struct bw_json *ends, struct bw_entry *entry)
{
    const char *status = bw_json_text(bw_json_get(ends, "deprecationStatus"), "");
    enum bw_certainty certainty =
        strcmp(status, "Tentative") == 0 ? BW_CERTAINTY_NOT_BEFORE : BW_CERTAINTY_FIRM;
    bw_entry_add_date(entry, BW_CLOCK_TRAINING, certainty, bw_row_time(ends, "fineTune"),
                      "deprecation.fineTune of the model list");
    bw_entry_add_date(entry, BW_CLOCK_INFERENCE, certainty, bw_row_time(ends, "inference"),
                      "deprecation.inference of the model list");
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    return bw_next_by_address(path, bw_json_text(bw_json_get(page, "nextLink"), NULL));
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?api-version=2024-10-01";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "value", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_azure_arm = { .name = "azure-arm", .catalog = catalog };
