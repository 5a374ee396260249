/* plugins/gemini.c: the models of Google's Gemini API, page by page. The list says neither dates
 * nor prices, and of modalities only what the methods of a model give away. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static unsigned output_of(const struct bw_json *methods);
static enum bw_answer tunable_of(const struct bw_json *methods);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    static const char prefix[] = "models/";
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *methods = bw_json_get(row, "supportedGenerationMethods");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(bw_str_starts_with(id, prefix) ? id + strlen(prefix) : id),
        .maker = bw_xstrdup("google"),
        .name = bw_row_text(row, "displayName"),
        .output = output_of(methods),
        .context_tokens = bw_row_count(row, "inputTokenLimit"),
        .max_output_tokens = bw_row_count(row, "outputTokenLimit"),
        .tunable = tunable_of(methods),
    };
    return bw_emit_entry(plugin, &entry);
}

/* generateContent serves text, images and speech alike: it says nothing. */
static unsigned output_of(const struct bw_json *methods)
{
    static const struct {
        const char *method;
        enum bw_modality bit;
    } alone[] = {
        { "embedContent", BW_EMBEDDING },
        { "embedText", BW_EMBEDDING },
        { "predict", BW_IMAGE },            /* Imagen */
        { "predictLongRunning", BW_VIDEO }, /* Veo */
        { "generateText", BW_TEXT },
        { "generateMessage", BW_TEXT },
        { "generateAnswer", BW_TEXT },
    };
    unsigned bits = 0;
    for (size_t i = 0; i < BW_COUNT(alone) && !bw_row_lists(methods, "generateContent"); i++) {
        bits |= bw_row_lists(methods, alone[i].method) ? (unsigned)alone[i].bit : 0U;
    }
    return bits;
}

static enum bw_answer tunable_of(const struct bw_json *methods)
{
    return !bw_json_is_array(methods)                         ? BW_UNKNOWN
           : bw_row_lists(methods, "createTunedModel") ||
                     bw_row_lists(methods, "createTunedTextModel") ? BW_YES
                                                              : BW_NO;
}

/* The key travels in a header: addresses end up in logs. */
static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?pageSize=1000";
    static char key_header[] = "x-goog-api-key";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_HEADER, .auth_name = key_header,
                     .repeatable = true },
        .rows = "models", .sparse = true, .row = emit_row,
        .token = "nextPageToken", .token_parameter = "pageToken"
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_gemini = { .name = "gemini", .catalog = catalog };
