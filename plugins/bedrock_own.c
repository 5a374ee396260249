/* plugins/bedrock_own.c: see bedrock_own.h. Shapes of the service's description, 2023-04-20. */
#include "bedrock_own.h"

#include <string.h>

#include "base/str.h"
#include "sdk/list.h"
#include "sdk/row.h"

struct own {
    struct bw_names names; /* of the account's tuned models, for their details */
    struct bw_names arns;  /* one for each of them */
};

static char *method_of(const struct bw_json *row)
{
    static const char *const methods[][2] = {
        { "FINE_TUNING", "sft" }, { "REINFORCEMENT_FINE_TUNING", "rft" }
    };
    const char *type = bw_json_text(bw_json_get(row, "customizationType"), "");
    for (size_t i = 0; i < BW_COUNT(methods); i++) {
        if (strcmp(type, methods[i][0]) == 0) {
            return bw_xstrdup(methods[i][1]);
        }
    }
    return NULL;
}

static enum bw_err find_model(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    const char *arn = bw_row_id(plugin, row, "modelArn");
    const char *name = arn == NULL ? NULL : bw_row_id(plugin, row, "modelName");
    if (name == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(arn),
        .status = bw_row_status(row, "modelStatus"),
        .base = bw_row_last_part(row, "baseModelArn"), /* an imported model has none */
        .method = method_of(row),
        .name = bw_xstrdup(name),
        .evidence = bw_xstrdup("custom-models"),
        .created_ms = bw_row_time(row, "creationTime"),
    };
    if (finding.base != NULL && strpbrk(name, "/?#% ") == NULL) {
        BW_VEC_PUSH(&own->names, bw_xstrdup(name));
        BW_VEC_PUSH(&own->arns, bw_xstrdup(arn));
    }
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *job = bw_row_id(plugin, row, "jobArn");
    if (job == NULL) {
        return plugin->err.code;
    }
    const char *made = bw_json_text(bw_json_get(row, "customModelArn"), "");
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(made[0] == '\0' ? job : made),
        .status = bw_row_status(row, "status"),
        .base = bw_row_last_part(row, "baseModelArn"),
        .job = bw_xstrdup(job),
        .suffix = bw_row_text(row, "customModelName"),
        .method = method_of(row),
        .name = bw_row_text(row, "customModelName"),
        .evidence = bw_xstrdup("model-customization-jobs"),
        .created_ms = bw_row_time(row, "creationTime"),
        .finished_ms = bw_row_time(row, "endTime"),
    };
    return bw_emit_finding(plugin, &finding);
}

/* A custom model is called by what serves it; what serves a model of the catalog is found, too. */
static enum bw_err find_serving(struct bw_plugin *plugin, const struct bw_json *row,
                                const char *arn, const char *name)
{
    const char *id = bw_row_id(plugin, row, arn);
    const char *model = bw_json_text(bw_json_get(row, "modelArn"), "");
    if (id == NULL) {
        return plugin->err.code;
    }
    const char *of_catalog = strstr(model, ":foundation-model/");
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .kind = BW_FINDING_SERVED,
        .status = bw_row_status(row, "status"),
        .serves = model[0] == '\0' ? NULL
                                   : bw_xstrdup(of_catalog == NULL ? model : bw_last_part(model)),
        .name = bw_row_text(row, name),
        .evidence = bw_xstrdup(arn),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err find_deployment(struct bw_plugin *plugin, const struct bw_json *row)
{
    return find_serving(plugin, row, "customModelDeploymentArn", "customModelDeploymentName");
}

static enum bw_err find_throughput(struct bw_plugin *plugin, const struct bw_json *row)
{
    return find_serving(plugin, row, "provisionedModelArn", "provisionedModelName");
}

/* By its name: an ARN in a path would have to be escaped twice for its signature. */
static enum bw_err find_detail(struct bw_plugin *plugin, size_t at, void *context)
{
    const struct own *own = context;
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("/custom-models/%s", own->names.items[at]);
    const struct bw_fetch request = bw_bedrock_request(plugin, path);
    BW_CLEANUP(bw_json_freep) struct bw_json *detail = NULL;
    enum bw_err rc = bw_fetch_detail(plugin, &request, &detail);
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(own->arns.items[at]),
        .job = bw_row_text(detail, "jobArn"),
        .epochs = bw_row_count(bw_json_get(detail, "hyperParameters"), "epochCount"),
    };
    return rc == BW_OK && detail != NULL ? bw_emit_finding(plugin, &finding) : rc;
}

static enum bw_err read_lists(struct bw_plugin *plugin)
{
    static const struct {
        const char *path;
        const char *rows;
        enum bw_err (*row)(struct bw_plugin *plugin, const struct bw_json *row);
        const char *what;
    } lists[] = {
        { "/custom-models", "modelSummaries", find_model, "custom models" },
        { "/model-customization-jobs", "modelCustomizationJobSummaries", find_job,
          "customization jobs" },
        { "/model-customization/custom-model-deployments", "modelDeploymentSummaries",
          find_deployment, "deployments of custom models" },
        { "/provisioned-model-throughputs", "provisionedModelSummaries", find_throughput,
          "provisioned throughputs" },
    };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(lists); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s?maxResults=1000", lists[i].path);
        const struct bw_own_list list = {
            .list = { .request = bw_bedrock_request(plugin, path), .rows = lists[i].rows,
                      .sparse = true, .row = lists[i].row, .token = "nextToken",
                      .token_parameter = "nextToken" },
            .what = lists[i].what, .keep = (int64_t)(BW_COUNT(lists) - 1 - i), .optional = true,
        };
        rc = bw_own_list_read(plugin, &list);
    }
    return rc;
}

enum bw_err bw_bedrock_inventory(struct bw_plugin *plugin)
{
    struct own own = { 0 };
    const struct bw_details details = { .what = "custom models", .settled = true,
                                        .ids = &own.names, .cost = 1, .detail = find_detail, .context = &own };
    plugin->memory = &own;
    enum bw_err rc = read_lists(plugin);
    rc = rc == BW_OK ? bw_each_detail(plugin, &details) : rc;
    plugin->memory = NULL;
    bw_names_clear(&own.names);
    bw_names_clear(&own.arns);
    return rc;
}
