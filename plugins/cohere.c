/* plugins/cohere.c: Cohere's models, page by page. Fine-tuning ended there in September 2025; the
 * list says that a model is deprecated, but neither when it ends nor what follows it. */
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static unsigned output_of(const struct bw_json *endpoints);
static enum bw_life life_of(const struct bw_json *deprecated);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    bool own = bw_row_true(row, "finetuned");
    BW_CLEANUP(bw_entry_clear)
    struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_xstrdup(own ? NULL : "cohere"),
        .input =
            (unsigned)BW_TEXT | (bw_row_true(row, "supports_vision") ? (unsigned)BW_IMAGE : 0U),
        .output = output_of(bw_json_get(row, "endpoints")),
        .context_tokens = bw_row_count(row, "context_length"),
        .tunable = BW_NO,
        .life = life_of(bw_json_get(row, "is_deprecated")),
    };
    return bw_emit_entry(plugin, &entry);
}

static unsigned output_of(const struct bw_json *endpoints)
{
    bool text = bw_row_lists(endpoints, "chat") || bw_row_lists(endpoints, "generate");
    return (text ? (unsigned)BW_TEXT : 0U) |
           (bw_row_lists(endpoints, "embed") ? (unsigned)BW_EMBEDDING : 0U);
}

static enum bw_life life_of(const struct bw_json *deprecated)
{
    return bw_json_is_null(deprecated)         ? BW_LIFE_UNKNOWN
           : bw_json_bool(deprecated, false) ? BW_LIFE_DEPRECATED
                                               : BW_LIFE_ACTIVE;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models?page_size=1000";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "models", .row = emit_row,
        .token = "next_page_token", .token_parameter = "page_token"
    };
    return bw_list_read(plugin, &list);
}

/* A tuned model is called by its id with "-ft" behind it (Cohere's guide to fine-tuning, 2025). */
static enum bw_err find_model(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *settings = bw_json_get(row, "settings");
    const struct bw_json *base = bw_json_get(settings, "base_model");
    const struct bw_json *parameters = bw_json_get(settings, "hyperparameters");
    bool lora = bw_row_count(parameters, "lora_rank") > 0;
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xasprintf("%s-ft", id),
        .status = bw_row_status(row, "status"),
        .base = bw_row_text(base, "name"),
        .job = bw_xstrdup(id),
        .method = bw_xstrdup(lora ? "lora" : NULL),
        .name = bw_row_text(row, "name"),
        .evidence = bw_xstrdup("finetuned-models"),
        .created_ms = bw_row_time(row, "created_at"),
        .finished_ms = bw_row_time(row, "completed_at"),
        .epochs = bw_row_count(parameters, "train_epochs"),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    static char path[] = "/finetuning/finetuned-models?page_size=50";
    const struct bw_own_list tuned = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = "finetuned_models",
                  .sparse = true, .row = find_model, .token = "next_page_token",
                  .token_parameter = "page_token" },
        .what = "tuned models", .total = "total_size", .optional = true,
    };
    return bw_own_list_read(plugin, &tuned);
}

const struct bw_plugin_descriptor bw_cohere = {
    .name = "cohere", .catalog = catalog, .inventory = inventory
};
