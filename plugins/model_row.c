/* plugins/model_row.c: see model_row.h. Shapes as served between 2023 and 2026. */
#include "model_row.h"

#include <string.h>

#include "base/str.h"
#include "domain/deployment.h"
#include "sdk/row.h"

/* owned_by of servers that name themselves, or nobody, instead of a maker. */
static const char *const NOT_MAKERS[] = {
    "library", "litellm", "llamacpp", "local", "organization-owner", "organization_owner",
    "sglang",  "system",  "user",     "vllm",
};

/* LiteLLM's proxy writes this constant, and owner "openai", on every row. */
enum { LITELLM_CREATED = 1677610602 };

static const struct bw_json *first_of(const struct bw_json *row, const char *const *names);
static int64_t count_of(const struct bw_json *row, const char *const *names);
static void read_maker(const struct bw_plugin *plugin, const struct bw_json *row,
                       struct bw_entry *entry);
static void read_parent(const struct bw_json *row, struct bw_entry *entry);
static void read_shutdown(const struct bw_json *row, struct bw_entry *entry);
static void read_aliases(const struct bw_json *row, struct bw_entry *entry);
static void read_sizes(const struct bw_json *row, struct bw_entry *entry);

enum bw_err bw_model_row_read(struct bw_plugin *plugin, const struct bw_json *row,
                              bool created_is_release, struct bw_entry *out)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    struct bw_entry entry = { .id = bw_xstrdup(id) };
    static const char *const names[] = { "display_name", "name", NULL };
    entry.name = bw_xstrdup(bw_json_text(first_of(row, names), NULL));
    entry.released_ms = created_is_release ? bw_row_time(row, "created") : 0;
    read_maker(plugin, row, &entry);
    read_parent(row, &entry);
    read_shutdown(row, &entry);
    read_aliases(row, &entry);
    read_sizes(row, &entry);
    if (!bw_json_bool(bw_json_get(row, "active"), true)) {
        entry.life = BW_LIFE_DEPRECATED;
    }
    *out = entry;
    return BW_OK;
}

bool bw_model_row_is_litellm(const struct bw_json *row)
{
    return strcmp(bw_json_text(bw_json_get(row, "owned_by"), ""), "openai") == 0 &&
           bw_json_i64(bw_json_get(row, "created"), 0) == LITELLM_CREATED;
}

static const struct bw_json *first_of(const struct bw_json *row, const char *const *names)
{
    for (; *names != NULL; names++) {
        const struct bw_json *value = bw_json_get(row, *names);
        if (!bw_json_is_null(value)) {
            return value;
        }
    }
    return NULL;
}

static int64_t count_of(const struct bw_json *row, const char *const *names)
{
    int64_t count = bw_json_i64(first_of(row, names), 0);
    return count > 0 ? count : 0;
}

static void read_maker(const struct bw_plugin *plugin, const struct bw_json *row,
                       struct bw_entry *entry)
{
    const char *owner = bw_json_text(bw_json_get(row, "owned_by"), "");
    bool at_openai = strcmp(plugin->source->platform, "openai") == 0;
    if (at_openai) {
        /* openai, openai-dev, openai-internal, system; on own fine-tunes the organisation. */
        bool own = bw_str_starts_with(owner, "openai") || strcmp(owner, "system") == 0;
        entry->maker = bw_xstrdup(own ? "openai" : NULL);
        return;
    }
    bool said = owner[0] != '\0' && !bw_model_row_is_litellm(row);
    for (size_t i = 0; i < BW_COUNT(NOT_MAKERS); i++) {
        said = said && strcmp(owner, NOT_MAKERS[i]) != 0;
    }
    if (!said) {
        return;
    }
    entry->maker = bw_row_lower(row, "owned_by");
}

/* An adapter names its base in `parent` (vLLM), a fine-tune in its id: ft:BASE:ORG:SUFFIX:ID, and
 * before August 2023 BASE:ft-ORG:... */
static void read_parent(const struct bw_json *row, struct bw_entry *entry)
{
    const char *parent = bw_json_text(bw_json_get(row, "parent"), "");
    const char *legacy = strstr(entry->id, ":ft-");
    if (parent[0] != '\0' && strcmp(parent, entry->id) != 0) {
        entry->parent = bw_xstrdup(parent);
    } else if (bw_str_starts_with(entry->id, "ft:")) {
        entry->parent = bw_base_of_model(entry->id);
    } else if (legacy != NULL && legacy != entry->id) {
        entry->parent = bw_xstrndup(entry->id, (size_t)(legacy - entry->id));
    }
}

/* shutdown_date is OpenAI's documented name (2026-08), deprecation_date was served before it. */
static void read_shutdown(const struct bw_json *row, struct bw_entry *entry)
{
    static const char *const fields[] = { "shutdown_date", "deprecation_date" };
    for (size_t i = 0; i < BW_COUNT(fields) && entry->dates.count == 0; i++) {
        BW_CLEANUP(bw_freep) char *evidence = bw_xasprintf("%s of the model list", fields[i]);
        bw_entry_add_date(entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM,
                          bw_row_time(row, fields[i]), evidence);
    }
}

static void read_aliases(const struct bw_json *row, struct bw_entry *entry)
{
    const struct bw_json *alias = bw_json_first(bw_json_get(row, "aliases"));
    for (; alias != NULL; alias = bw_json_next(alias)) {
        bw_entry_add_alias(entry, bw_json_text(alias, ""));
    }
}

static void read_sizes(const struct bw_json *row, struct bw_entry *entry)
{
    static const char *const context[] = { "context_length", "context_window", "max_model_len",
                                           "max_context_length", NULL };
    static const char *const output[] = { "max_completion_tokens", "max_output_tokens", NULL };
    static const char *const served[] = { "n_ctx", "n_ctx_train", NULL };
    static const char *const weights[] = { "n_params", NULL };
    const struct bw_json *meta = bw_json_get(row, "meta");
    const struct bw_json *architecture = bw_json_get(row, "architecture");
    entry->context_tokens = count_of(row, context);
    if (entry->context_tokens == 0) {
        entry->context_tokens = count_of(meta, served);
    }
    entry->max_output_tokens = count_of(row, output);
    entry->parameters = count_of(meta, weights);
    const struct bw_json *in = bw_json_get(row, "input_modalities");
    const struct bw_json *out = bw_json_get(row, "output_modalities");
    entry->input = bw_modalities(in != NULL ? in : bw_json_get(architecture, "input_modalities"));
    entry->output =
        bw_modalities(out != NULL ? out : bw_json_get(architecture, "output_modalities"));
}
