/* plugins/vertex.c: the models of one publisher in Vertex AI's Model Garden (Google's own list
 * there is short, and says neither dates nor limits nor prices), and a project's tuning jobs. */
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

static const struct bw_plugin_setting SETTINGS[] = {
    { "project", "string", "whose tuning jobs to find; the source's url ends with /v1beta1 then" },
    { "publisher", "string", "with project: whose models to list; default: google" },
    { NULL, NULL, NULL },
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

static const char *setting(const struct bw_plugin *plugin, const char *name, const char *fallback)
{
    return bw_json_text(bw_json_get(plugin->source->settings, name), fallback);
}

/* Without a project the source's url names the publisher. */
static enum bw_err catalog(struct bw_plugin *plugin)
{
    bool project = setting(plugin, "project", "")[0] != '\0';
    BW_CLEANUP(bw_freep) char *path =
        project ? bw_xasprintf("/publishers/%s/models", setting(plugin, "publisher", "google"))
                : bw_xstrdup("/models");
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "publisherModels", .sparse = true, .row = emit_row,
        .token = "nextPageToken", .token_parameter = "pageToken"
    };
    return bw_list_read(plugin, &list);
}

static char *method_of(const struct bw_json *job)
{
    bool pairs = !bw_json_is_null(bw_json_get(job, "preferenceOptimizationSpec"));
    bool rows = !bw_json_is_null(bw_json_get(job, "supervisedTuningSpec"));
    return bw_xstrdup(pairs ? "dpo" : rows ? "sft" : NULL);
}

/* What is called is the endpoint of the tuned model, which is found beside it. */
static enum bw_err find_endpoint(struct bw_plugin *plugin, const char *endpoint, char *model)
{
    if (endpoint[0] == '\0' || model == NULL) {
        return BW_OK;
    }
    const struct bw_finding finding = {
        .id = (char *)endpoint, .kind = BW_FINDING_SERVED, .status = BW_FINDING_READY,
        .serves = model, .evidence = "tunedModel of its tuning job",
    };
    return bw_emit_finding(plugin, &finding);
}

/* The counts of the data are of one epoch, and billed for each. */
static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *job = bw_row_id(plugin, row, "name");
    if (job == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *made = bw_json_get(row, "tunedModel");
    const struct bw_json *before = bw_json_get(row, "preTunedModel");
    const struct bw_json *stats = bw_json_first(bw_json_get(row, "tuningDataStats"));
    const struct bw_json *spec = bw_json_get(row, "supervisedTuningSpec");
    const char *model = bw_json_text(bw_json_get(made, "model"), job);
    int64_t epochs = bw_row_count(bw_json_get(spec, "hyperParameters"), "epochCount");
    int64_t tokens = bw_row_count(stats, "totalBillableTokenCount");
    char *base = bw_row_last_part(row, "baseModel");
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(model[0] == '\0' ? job : model),
        .status = bw_row_status(row, "state"),
        .base = base != NULL ? base : bw_row_last_part(before, "baseModel"),
        .parent = bw_row_text(before, "tunedModelName"),
        .job = bw_xstrdup(job),
        .method = method_of(row),
        .name = bw_row_text(row, "tunedModelDisplayName"),
        .evidence = bw_xstrdup("tuningJobs"),
        .created_ms = bw_row_time(row, "createTime"),
        .finished_ms = bw_row_time(row, "endTime"),
        .trained_tokens = tokens < INT64_MAX / 1000 && epochs < 1000 ? tokens * epochs : 0,
        .epochs = epochs,
        .rows = bw_row_count(stats, "tuningDatasetExampleCount"),
    };
    if (bw_str_equal(finding.parent, finding.id)) {
        bw_replace(&finding.parent, NULL); /* tuned on, in place */
    }
    enum bw_err rc = bw_emit_finding(plugin, &finding);
    const char *endpoint = bw_json_text(bw_json_get(made, "endpoint"), "");
    return rc == BW_OK ? find_endpoint(plugin, endpoint, finding.id) : rc;
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    const char *project = setting(plugin, "project", "");
    if (project[0] == '\0' || plugin->source->region[0] == '\0') {
        return bw_note(plugin, true, "tuning jobs are not looked for: give the source a region, "
                                     "and in settings the project");
    }
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("/projects/%s/locations/%s/tuningJobs", project,
                                                   plugin->source->region);
    const struct bw_own_list jobs = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = "tuningJobs",
                  .sparse = true, .row = find_job, .token = "nextPageToken",
                  .token_parameter = "pageToken" },
        .what = "tuning jobs", .optional = true,
    };
    return bw_own_list_read(plugin, &jobs);
}

const struct bw_plugin_descriptor bw_vertex = {
    .name = "vertex", .settings = SETTINGS, .catalog = catalog, .inventory = inventory
};
