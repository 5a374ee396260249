/* plugins/openai.c: the model list of OpenAI and of everything that speaks its GET /models, with
 * the fine-tunes and adapters in it, and what a server of one's own answers with. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "model_row.h"
#include "openai_jobs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_plugin_setting SETTINGS[] = { BW_COUNT_ROWS_SETTING, { 0 } };

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    /* Elsewhere `created` is the time of the request, of a file, or a constant. */
    bool released = strcmp(plugin->source->platform, "openai") == 0 ||
                    strcmp(plugin->source->platform, "xai") == 0;
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err rc = bw_model_row_read(plugin, row, released, &entry);
    return rc == BW_OK ? bw_emit_entry(plugin, &entry) : rc;
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)path;
    (void)response;
    if (bw_json_bool(bw_json_get(page, "has_more"), false)) {
        (void)bw_plugin_fail(
            plugin, BW_FAILURE_FORMAT,
            "the list says it has more pages, and there is no way to ask for them");
    }
    return NULL;
}

static char models_path[] = "/models";
static char info_path[] = "/model/info"; /* of LiteLLM's proxy alone */

static enum bw_err catalog(struct bw_plugin *plugin)
{
    const struct bw_list list = {
        .request = { .path = models_path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "data", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

/* "/models/llama" and "./llama" are folders of the server, "meta/llama" is a repository. */
static char *served_by(const struct bw_json *row, const char *id)
{
    const char *root = bw_json_text(bw_json_get(row, "root"), "");
    return bw_xstrdup(root[0] == '\0' || root[0] == '/' || root[0] == '.' ? id : root);
}

/* "ft:BASE:ORG:SUFFIX:ID:ckpt-step-N" is a step on the way to a model, not one that is run. The list
 * does not name its job, so it is told by what it is a step of. NULL: it is none. */
static char *stepped_to(const char *id)
{
    const char *step = strstr(id, ":ckpt-step-");
    return step == NULL ? NULL : bw_xstrndup(id, (size_t)(step - id));
}

/* A row with a parent is a fine-tune or an adapter; other rows are found where the server is one's
 * own, not the whole catalog of a platform. */
static enum bw_err find_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    static const char *const servers[] = { "llamacpp", "sglang", "vllm" };
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    enum bw_err rc = bw_model_row_read(plugin, row, false, &entry);
    if (rc != BW_OK) {
        return rc;
    }
    const char *owner = bw_json_text(bw_json_get(row, "owned_by"), "");
    bool own = false;
    for (size_t i = 0; i < BW_COUNT(servers); i++) {
        own = own || strcmp(owner, servers[i]) == 0;
    }
    bool *proxy = plugin->memory;
    *proxy = *proxy || bw_model_row_is_litellm(row);
    if (entry.parent == NULL && !own) {
        return BW_OK;
    }
    const struct bw_finding finding = {
        .id = entry.id,
        .kind = entry.parent == NULL ? BW_FINDING_SERVED : BW_FINDING_FINE_TUNE,
        .status = BW_FINDING_READY,
        .base = entry.parent,
        .checkpoint_of = stepped_to(entry.id),
        .method = own && entry.parent != NULL ? "lora" : NULL,
        .serves = entry.parent == NULL ? served_by(row, entry.id) : NULL,
        .evidence = models_path,
    };
    rc = bw_emit_finding(plugin, &finding);
    free(finding.serves);
    free(finding.checkpoint_of);
    return rc;
}

/* "azure/my-deployment" has its provider in front, "gpt-9" has not. */
static char *without_provider(const char *model, const char *provider)
{
    size_t size = strlen(provider);
    bool prefixed = size > 0 && strncmp(model, provider, size) == 0 && model[size] == '/';
    return model[0] == '\0' ? NULL : bw_xstrdup(prefixed ? model + size + 1 : model);
}

static enum bw_err find_route(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "model_name");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *info = bw_json_get(row, "model_info");
    const char *to = bw_json_text(bw_json_get(bw_json_get(row, "litellm_params"), "model"), "");
    const char *provider = bw_json_text(bw_json_get(info, "litellm_provider"), "");
    const char *base = bw_json_text(bw_json_get(info, "base_model"), "");
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .kind = BW_FINDING_SERVED,
        .status = BW_FINDING_READY,
        .base = without_provider(base, provider),
        .serves = without_provider(to, provider),
        .evidence = bw_xstrdup(info_path),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    const struct bw_fetch access = { .auth = BW_AUTH_BEARER };
    struct bw_own_list models = {
        .list = { .request = access, .rows = "data", .row = find_row }, .what = "models"
    };
    struct bw_own_list routes = {
        .list = { .request = access, .rows = "data", .row = find_route },
        .what = "routes of the proxy", .optional = true,
    };
    models.list.request.path = models_path;
    routes.list.request.path = info_path;
    bool at_openai = strcmp(plugin->source->platform, "openai") == 0;
    bool proxy = false;
    plugin->memory = &proxy;
    enum bw_err rc = bw_own_list_read(plugin, &models);
    plugin->memory = NULL;
    if (rc == BW_OK && at_openai) {
        return bw_openai_jobs(plugin, &access);
    }
    return rc == BW_OK && proxy ? bw_own_list_read(plugin, &routes) : rc;
}

const struct bw_plugin_descriptor bw_openai = {
    .name = "openai", .settings = SETTINGS, .catalog = catalog, .inventory = inventory
};
