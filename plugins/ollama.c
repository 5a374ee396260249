/* plugins/ollama.c: the models that an Ollama server has pulled. A tag may move; times there are of
 * files, so none is a release. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static char *parent_of(const struct bw_json *details);
static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry);
static int64_t parameters_of(const char *size);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *details = bw_json_get(row, "details");
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .family = bw_row_text(details, "family"),
        .parent = parent_of(details),
        .parameters = parameters_of(bw_json_text(bw_json_get(details, "parameter_size"), "")),
    };
    read_capabilities(bw_json_get(row, "capabilities"), &entry);
    return bw_emit_entry(plugin, &entry);
}

/* It may be the path of a blob, which is no model. */
static char *parent_of(const struct bw_json *details)
{
    const char *parent = bw_json_text(bw_json_get(details, "parent_model"), "");
    bool file = parent[0] == '/' || strchr(parent, '\\') != NULL;
    return file || parent[0] == '\0' ? NULL : bw_xstrdup(parent);
}

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry)
{
    if (bw_row_lists(capabilities, "embedding")) {
        entry->input = BW_TEXT;
        entry->output = BW_EMBEDDING;
    } else if (bw_row_lists(capabilities, "completion")) {
        entry->input = (unsigned)BW_TEXT |
                       (bw_row_lists(capabilities, "vision") ? (unsigned)BW_IMAGE : 0U);
        entry->output = BW_TEXT;
    }
}

/* "134.52M", "8B"; 0: not said. */
static int64_t parameters_of(const char *size)
{
    static const struct {
        char unit;
        double factor;
    } units[] = { { 'K', 1e3 }, { 'M', 1e6 }, { 'B', 1e9 }, { 'T', 1e12 } };
    char *end = NULL;
    double number = strtod(size, &end);
    for (size_t i = 0; i < BW_COUNT(units); i++) {
        if (end != size && end[0] == units[i].unit && end[1] == '\0' && number > 0 &&
            number < 1e6) {
            return (int64_t)(number * units[i].factor + 0.5);
        }
    }
    return 0;
}

static char tags_path[] = "/tags";

static enum bw_err catalog(struct bw_plugin *plugin)
{
    const struct bw_list list = {
        .request = { .path = tags_path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "models", .may_be_empty = true, .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

static enum bw_err note_model(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct bw_names *models = plugin->memory;
    const char *id = bw_row_id(plugin, row, "name");
    if (id != NULL) {
        BW_VEC_PUSH(models, bw_xstrdup(id));
    }
    return plugin->err.code;
}

/* The file's own word for what its weights were made from: https://huggingface.co/OWNER/NAME. */
static char *base_of(const struct bw_json *detail)
{
    static const char hub[] = "https://huggingface.co/";
    const char *url = bw_json_text(bw_json_get(bw_json_get(detail, "model_info"),
                                               "general.base_model.0.repo_url"), "");
    bool named = bw_str_starts_with(url, hub) && url[strlen(hub)] != '\0';
    return named ? bw_xstrdup(url + strlen(hub)) : NULL;
}

/* What has an adapter, or was made from another model of the server, is a fine-tune; the others are
 * served as they came. */
static enum bw_err find_model(struct bw_plugin *plugin, size_t at, void *context)
{
    static char path[] = "/show";
    const struct bw_names *models = context;
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "model", models->items[at]);
    bw_json_object_end(&w);
    static char method[] = "POST";
    const struct bw_fetch request = { .method = method, .path = path, .body = body.text,
                                      .auth = BW_AUTH_BEARER };
    BW_CLEANUP(bw_json_freep) struct bw_json *detail = NULL;
    enum bw_err rc = bw_fetch_detail(plugin, &request, &detail);
    if (rc != BW_OK || detail == NULL) {
        return rc;
    }
    const char *modelfile = bw_json_text(bw_json_get(detail, "modelfile"), "");
    bool adapter = strstr(modelfile, "\nADAPTER ") != NULL;
    char *parent = parent_of(bw_json_get(detail, "details"));
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(models->items[at]),
        .kind = adapter || parent != NULL ? BW_FINDING_FINE_TUNE : BW_FINDING_SERVED,
        .status = BW_FINDING_READY,
        .base = adapter || parent != NULL ? base_of(detail) : NULL,
        .parent = parent,
        .method = bw_xstrdup(adapter ? "lora" : NULL),
        .serves = bw_xstrdup(adapter || parent != NULL ? NULL : models->items[at]),
        .evidence = bw_xstrdup(path),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    const struct bw_own_list tags = {
        .list = { .request = { .path = tags_path, .auth = BW_AUTH_BEARER }, .rows = "models",
                  .row = note_model },
        .what = "models",
    };
    BW_CLEANUP(bw_names_clear) struct bw_names models = { 0 };
    const struct bw_details details = { .what = "models", .ids = &models, .cost = 1,
                                        .detail = find_model, .context = &models };
    plugin->memory = &models;
    enum bw_err rc = bw_own_list_read(plugin, &tags);
    rc = rc == BW_OK ? bw_each_detail(plugin, &details) : rc;
    plugin->memory = NULL;
    return rc;
}

const struct bw_plugin_descriptor bw_ollama = {
    .name = "ollama", .catalog = catalog, .inventory = inventory
};
