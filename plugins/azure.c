/* plugins/azure.c: what an Azure OpenAI or Foundry resource can deploy, by its data plane:
 * retirement on both clocks, life and release. Retired models stay listed for months. */
#include "base/str.h"
#include "catalogs.h"
#include "openai_jobs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_plugin_setting SETTINGS[] = {
    { "api_version", "string", "api-version of the request, which all but /openai/v1 need" },
    { "entra", "boolean", "the credential is an Entra token, not a key of the resource" },
    BW_COUNT_ROWS_SETTING,
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

/* How requests are made; their query is in access.path. Ownership: query is the caller's. */
static struct bw_fetch access_of(const struct bw_plugin *plugin, struct bw_str *query)
{
    static char key_header[] = "api-key";
    const struct bw_json *settings = plugin->source->settings;
    const char *version = bw_json_text(bw_json_get(settings, "api_version"), "");
    bool entra = bw_row_true(settings, "entra");
    if (version[0] != '\0') {
        bw_str_append(query, "api-version=");
        bw_str_append_url(query, version);
    }
    return (struct bw_fetch){ .path = query->text,
                              .auth = entra ? BW_AUTH_BEARER : BW_AUTH_HEADER,
                              .auth_name = entra ? NULL : key_header };
}

static char *models_path(const struct bw_fetch *access)
{
    return access->path == NULL ? bw_xstrdup("/models") : bw_xasprintf("/models?%s", access->path);
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_str_clear) struct bw_str query = { 0 };
    struct bw_list list = { .request = access_of(plugin, &query), .rows = "data",
                            .row = emit_row };
    BW_CLEANUP(bw_freep) char *path = models_path(&list.request);
    list.request.path = path;
    list.request.repeatable = true;
    return bw_list_read(plugin, &list);
}

/* Fine-tunes are rows as well, with their base and their job. */
static enum bw_err find_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    char *base = id == NULL ? NULL : bw_row_text(row, "model");
    if (base == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .status = bw_row_status(row, "status"),
        .base = base,
        .job = bw_row_text(row, "fine_tune"),
        .evidence = bw_xstrdup("the model list"),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_str_clear) struct bw_str query = { 0 };
    const struct bw_fetch access = access_of(plugin, &query);
    BW_CLEANUP(bw_freep) char *path = models_path(&access);
    struct bw_own_list models = {
        .list = { .request = access, .rows = "data", .row = find_row }, .what = "models"
    };
    models.list.request.path = path;
    enum bw_err rc = bw_own_list_read(plugin, &models);
    return rc == BW_OK ? bw_openai_jobs(plugin, &access) : rc;
}

const struct bw_plugin_descriptor bw_azure = {
    .name = "azure", .settings = SETTINGS, .catalog = catalog, .inventory = inventory
};
