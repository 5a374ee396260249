/* plugins/litellm_map.c: LiteLLM's price map. As a catalog it is too mixed (aliases, regions and
 * price tiers are rows); what it knows and others do not are days of retirement, so those rows are
 * read. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "feed.h"
#include "sdk/row.h"

static const struct bw_feed_name PLATFORMS[] = {
    { "bedrock_converse", "bedrock" },
    { "cohere_chat", "cohere" },
    { "fireworks_ai", "fireworks" },
    { "text-completion-openai", "openai" },
    { "together_ai", "together" },
    { "vertex_ai-anthropic_models", "vertex" },
    { "vertex_ai-embedding-models", "vertex" },
    { "vertex_ai-image-models", "vertex" },
    { "vertex_ai-language-models", "vertex" },
    { NULL, NULL },
};

static enum bw_err emit_row(struct bw_plugin *plugin, const char *key, const struct bw_json *row);
static const char *id_of(const char *key, const char *provider);

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/model_prices_and_context_window.json";
    const struct bw_fetch request = { .path = path, .repeatable = true };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = bw_fetch_json(plugin, &request, &root);
    const struct bw_json *row = bw_json_is_object(root) ? bw_json_first(root) : NULL;
    for (; rc == BW_OK && row != NULL; row = bw_json_next(row)) {
        rc = emit_row(plugin, bw_json_name(row), row);
    }
    return rc == BW_OK ? bw_feed_end(plugin) : rc;
}

/* The row "sample_spec" explains the others: its date is a sentence, which is none. */
static enum bw_err emit_row(struct bw_plugin *plugin, const char *key, const struct bw_json *row)
{
    const char *provider = bw_json_text(bw_json_get(row, "litellm_provider"), "");
    int64_t ends_ms = bw_row_time(row, "deprecation_date");
    const char *id = id_of(key, provider);
    if (ends_ms == 0 || id == NULL || !bw_feed_speaks_of(plugin, PLATFORMS, provider)) {
        return BW_OK;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { .id = bw_xstrdup(id) };
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, ends_ms,
                      "deprecation_date of LiteLLM's price map");
    return bw_emit_entry(plugin, &entry);
}

/* "azure/gpt-4o" is gpt-4o; "azure/eu/gpt-4o" is a price of it, not a model. Keys without their
 * provider in front are ids already, whose slashes are their own. */
static const char *id_of(const char *key, const char *provider)
{
    size_t size = strcspn(key, "/");
    bool prefixed = key[size] == '/' && strncmp(provider, key, size) == 0;
    const char *id = prefixed ? key + size + 1 : key;
    bool priced = strcmp(provider, "azure") == 0 && strchr(id, '/') != NULL;
    return priced || id[0] == '\0' ? NULL : id;
}

const struct bw_plugin_descriptor bw_litellm_map = {
    .name = "litellm-map", .settings = bw_feed_settings, .catalog = catalog
};
