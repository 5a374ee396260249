/* plugins/azure.c: what an Azure OpenAI or Foundry resource can deploy, by its data plane:
 * retirement on both clocks, life and release. Retired models stay listed for months. */
#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_plugin_setting SETTINGS[] = {
    { "api_version", "string", "api-version of the request, which all but /openai/v1 need" },
    { "entra", "boolean", "the credential is an Entra token, not a key of the resource" },
    { NULL, NULL, NULL },
};

static const struct bw_life_name LIVES[] = {
    { "preview", BW_LIFE_PREVIEW },
    { "generally-available", BW_LIFE_ACTIVE },
    { "deprecated", BW_LIFE_DEPRECATED },
    { NULL, BW_LIFE_UNKNOWN },
};

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *ends = bw_json_get(row, "deprecation");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .parent = bw_row_text(row, "model"), /* fine-tunes alone say it */
        .released_ms = bw_row_time(row, "created_at"),
        .life = bw_life_of(LIVES, bw_json_text(bw_json_get(row, "lifecycle_status"), "")),
    };
    bw_entry_add_date(&entry, BW_CLOCK_TRAINING, BW_CERTAINTY_FIRM, bw_row_time(ends, "fine_tune"),
                      "deprecation.fine_tune of the model list");
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, bw_row_time(ends, "inference"),
                      "deprecation.inference of the model list");
    read_capabilities(bw_json_get(row, "capabilities"), &entry);
    return bw_emit_entry(plugin, &entry);
}

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry)
{
    if (!bw_json_is_object(capabilities)) {
        return;
    }
    if (bw_row_true(capabilities, "embeddings")) {
        entry->output = BW_EMBEDDING;
    } else if (bw_row_true(capabilities, "chat_completion") ||
               bw_row_true(capabilities, "completion")) {
        entry->output = BW_TEXT;
    }
    entry->tunable = bw_row_true(capabilities, "fine_tune") ||
                             bw_row_true(capabilities, "global_fine_tune") ||
                             bw_row_true(capabilities, "devtier_fine_tune")
                         ? BW_YES
                         : BW_NO;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char key_header[] = "api-key";
    const struct bw_json *settings = plugin->source->settings;
    const char *version = bw_json_text(bw_json_get(settings, "api_version"), "");
    bool entra = bw_row_true(settings, "entra");
    BW_CLEANUP(bw_str_clear) struct bw_str path = { 0 };
    bw_str_append(&path, version[0] == '\0' ? "/models" : "/models?api-version=");
    bw_str_append_url(&path, version);
    const struct bw_list list = {
        .request = { .path = path.text, .auth = entra ? BW_AUTH_BEARER : BW_AUTH_HEADER,
                     .auth_name = entra ? NULL : key_header, .repeatable = true },
        .rows = "data", .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_azure = {
    .name = "azure", .settings = SETTINGS, .catalog = catalog
};
