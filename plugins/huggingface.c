/* plugins/huggingface.c: repositories of the Hugging Face Hub that a filter names, newest first,
 * page by page. A repository that another owner made from one of theirs says so in its tags. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_plugin_setting SETTINGS[] = {
    { "query", "string",
      "which of the Hub's models, e.g. author=Qwen&pipeline_tag=text-generation" },
    { NULL, NULL, NULL },
};

static int64_t released_of(const struct bw_json *row);
static char *parent_of(const char *id, const struct bw_json *tags);
static void read_task(const char *task, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_owner_of(id),
        .parent = parent_of(id, bw_json_get(row, "tags")),
        .replacement = bw_row_text(bw_json_get(row, "cardData"), "new_version"),
        .released_ms = released_of(row),
        .parameters = bw_row_count(bw_json_get(row, "safetensors"), "total"),
    };
    read_task(bw_json_text(bw_json_get(row, "pipeline_tag"), ""), &entry);
    return bw_emit_entry(plugin, &entry);
}

/* The Hub's own mark for repositories older than its records. */
static int64_t released_of(const struct bw_json *row)
{
    const char *created = bw_json_text(bw_json_get(row, "createdAt"), "");
    return strcmp(created, "2022-03-02T23:29:04.000Z") == 0 ? 0 : bw_row_time(row, "createdAt");
}

/* From base_model:finetune:OWNER/NAME and its like. An owner's instruct model is made from their
 * own base; that is a release, not a fine-tune. */
static char *parent_of(const char *id, const struct bw_json *tags)
{
    static const char *const relations[] = { "base_model:finetune:", "base_model:adapter:",
                                             "base_model:quantized:", "base_model:merge:" };
    size_t owner = strcspn(id, "/") + 1;
    for (const struct bw_json *tag = bw_json_first(tags); tag != NULL; tag = bw_json_next(tag)) {
        const char *text = bw_json_text(tag, "");
        for (size_t i = 0; i < BW_COUNT(relations); i++) {
            const char *base = text + strlen(relations[i]);
            if (bw_str_starts_with(text, relations[i]) && base[0] != '\0' &&
                strncasecmp(base, id, owner) != 0) {
                return bw_xstrdup(base);
            }
        }
    }
    return NULL;
}

static void read_task(const char *task, struct bw_entry *entry)
{
    static const struct {
        const char *task;
        unsigned in;
        unsigned out;
    } tasks[] = {
        { "text-generation", BW_TEXT, BW_TEXT },
        { "image-text-to-text", BW_TEXT | BW_IMAGE, BW_TEXT },
        { "feature-extraction", BW_TEXT, BW_EMBEDDING },
        { "sentence-similarity", BW_TEXT, BW_EMBEDDING },
        { "automatic-speech-recognition", BW_AUDIO, BW_TEXT },
        { "text-to-speech", BW_TEXT, BW_AUDIO },
        { "text-to-image", BW_TEXT, BW_IMAGE },
        { "text-to-video", BW_TEXT, BW_VIDEO },
    };
    for (size_t i = 0; i < BW_COUNT(tasks); i++) {
        if (strcmp(task, tasks[i].task) == 0) {
            entry->input = tasks[i].in;
            entry->output = tasks[i].out;
        }
    }
}

/* link: <https://huggingface.co/api/models?cursor=...>; rel="next" */
static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)page;
    static const char name[] = "link: <";
    BW_VEC_EACH(char *, header, &response->headers)
    {
        const char *end = strchr(*header, '>');
        if (bw_str_starts_with(*header, name) && end != NULL &&
            strstr(end, "rel=\"next\"") != NULL) {
            const char *address = *header + strlen(name);
            BW_CLEANUP(bw_freep) char *alone = bw_xstrndup(address, (size_t)(end - address));
            return bw_next_by_address(path, alone);
        }
    }
    return NULL;
}

static char *models_path(struct bw_plugin *plugin)
{
    const char *query = bw_json_text(bw_json_get(plugin->source->settings, "query"), "");
    if (query[0] == '\0') {
        (void)bw_plugin_fail(plugin, BW_FAILURE_FORMAT,
                             "the Hub has millions of models; say which, e.g. "
                             "settings: {query: author=Qwen}");
        return NULL;
    }
    return bw_xasprintf("/models?%s&sort=createdAt&direction=-1&limit=1000&cardData=true", query);
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_freep) char *path = models_path(plugin);
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .row = emit_row, .next = next
    };
    return path == NULL ? plugin->err.code : bw_list_read(plugin, &list);
}

/* What an owner made from a model of somebody else's. */
static enum bw_err find_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const struct bw_json *tags = bw_json_get(row, "tags");
    const char *id = bw_row_id(plugin, row, "id");
    char *base = id == NULL ? NULL : parent_of(id, tags);
    if (base == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_freep) char *adapter = bw_xasprintf("base_model:adapter:%s", base);
    const char *slash = strchr(id, '/');
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .status = BW_FINDING_READY,
        .base = base,
        .method = bw_xstrdup(bw_row_lists(tags, adapter) ? "lora" : NULL),
        .owner = slash == NULL ? NULL : bw_xstrndup(id, (size_t)(slash - id)),
        .evidence = bw_xstrdup("base_model of its tags"),
        .created_ms = released_of(row),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_freep) char *path = models_path(plugin);
    const struct bw_own_list models = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .row = find_row,
                  .next = next },
        .what = "repositories",
    };
    return path == NULL ? plugin->err.code : bw_own_list_read(plugin, &models);
}

const struct bw_plugin_descriptor bw_huggingface = {
    .name = "huggingface", .settings = SETTINGS, .catalog = catalog, .inventory = inventory
};
