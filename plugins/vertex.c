/* plugins/vertex.c: the models of one publisher (the source's url names it) in Vertex AI's Model
 * Garden. Google's own list there is short, and says neither dates nor limits nor prices. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static const struct bw_life_name LIVES[] = {
    { "EXPERIMENTAL", BW_LIFE_PREVIEW },   { "PRIVATE_PREVIEW", BW_LIFE_PREVIEW },
    { "PUBLIC_PREVIEW", BW_LIFE_PREVIEW }, { "GA", BW_LIFE_ACTIVE },
    { NULL, BW_LIFE_UNKNOWN },
};

static enum bw_answer tunable_of(const struct bw_json *actions);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *name = bw_row_id(plugin, row, "name");
    if (name == NULL) {
        return plugin->err.code;
    }
    static const char prefix[] = "publishers/"; /* publishers/google/models/gemini-2.5-pro */
    const char *slash = strrchr(name, '/');
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(slash == NULL ? name : slash + 1),
        .maker = bw_owner_of(bw_str_starts_with(name, prefix) ? name + strlen(prefix) : ""),
        .tunable = tunable_of(bw_json_get(row, "supportedActions")),
        .life = bw_life_of(LIVES, bw_json_text(bw_json_get(row, "launchStage"), "")),
    };
    const char *version = bw_json_text(bw_json_get(row, "versionId"), "default");
    if (strcmp(version, "default") != 0) {
        BW_CLEANUP(bw_freep) char *versioned = bw_xasprintf("%s@%s", entry.id, version);
        bw_entry_add_alias(&entry, versioned);
    }
    return bw_emit_entry(plugin, &entry);
}

/* Rows without the action are not known to lack it: the list is incomplete in this, too. */
static enum bw_answer tunable_of(const struct bw_json *actions)
{
    bool one = !bw_json_is_null(bw_json_get(actions, "openFineTuningPipeline"));
    bool more = !bw_json_is_null(bw_json_get(actions, "openFineTuningPipelines"));
    return one || more ? BW_YES : BW_UNKNOWN;
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    return bw_next_by_token(path, "pageToken", bw_json_get(page, "nextPageToken"));
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "publisherModels", .sparse = true, .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_vertex = { .name = "vertex", .catalog = catalog };
