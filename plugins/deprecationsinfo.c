/* plugins/deprecationsinfo.c: deprecations.info: what the providers' pages announce, read by a
 * machine every day; so the page is named with every date, and a replacement counts when it is one
 * id. */
#include <string.h>

#include "catalogs.h"
#include "feed.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_feed_name PLATFORMS[] = {
    { "AWS Bedrock", "bedrock" }, { "Anthropic", "anthropic" }, { "Azure", "azure" },
    { "Cohere", "cohere" },       { "Google", "gemini" },       { "Google Vertex", "vertex" },
    { "Groq", "groq" },           { "OpenAI", "openai" },       { "xAI", "xai" },
    { NULL, NULL },
};

static char *replacement_of(const struct bw_json *row);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *provider = bw_row_id(plugin, row, "provider");
    if (provider == NULL || !bw_feed_speaks_of(plugin, PLATFORMS, provider)) {
        return plugin->err.code;
    }
    const char *id = bw_row_id(plugin, row, "model_id");
    if (id == NULL) {
        return plugin->err.code;
    }
    const char *page = bw_json_text(bw_json_get(row, "url"), "deprecations.info");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .replacement = replacement_of(row),
        .life = BW_LIFE_DEPRECATED,
    };
    /* deprecation_date is the shutdown for some pages, the announcement for others: not read. */
    bw_entry_add_date(&entry, BW_CLOCK_ANNOUNCED, BW_CERTAINTY_FIRM,
                      bw_row_time(row, "announcement_date"), page);
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                      bw_row_time(row, "shutdown_date"), page);
    return bw_emit_entry(plugin, &entry);
}

/* A list since 2026, before that one text, which may hold a phrase, two ids in one, or "<UNKNOWN>".
 * Of several it does not say which one is meant. */
static char *replacement_of(const struct bw_json *row)
{
    const struct bw_json *list = bw_json_get(row, "replacement_models");
    const struct bw_json *only = bw_json_size(list) == 1 ? bw_json_first(list) : NULL;
    const char *text =
        bw_json_text(only, bw_json_text(bw_json_get(row, "replacement_model"), ""));
    return text[0] != '\0' && strpbrk(text, " ,<>*\n\t") == NULL ? bw_xstrdup(text) : NULL;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/v1/deprecations.json";
    const struct bw_list list = { .request = { .path = path, .repeatable = true },
                                  .row = emit_row };
    enum bw_err rc = bw_list_read(plugin, &list);
    return rc == BW_OK ? bw_feed_end(plugin) : rc;
}

const struct bw_plugin_descriptor bw_deprecationsinfo = {
    .name = "deprecationsinfo", .settings = bw_feed_settings, .catalog = catalog
};
