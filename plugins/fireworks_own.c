/* plugins/fireworks_own.c: see fireworks_own.h. */
#include "fireworks_own.h"

#include <string.h>

#include "base/str.h"
#include "sdk/list.h"
#include "sdk/row.h"

struct own { /* what the lists tell each other */
    const char *method; /* of the jobs of a list */
    struct bw_names datasets;
    struct BW_VEC(int64_t) rows; /* one for each dataset */
    struct bw_findings tuned;
    bool is_public; /* the account is Fireworks' own: its catalog is everybody's */
};

static enum bw_err note_dataset(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    const char *name = bw_row_id(plugin, row, "name");
    if (name != NULL) {
        BW_VEC_PUSH(&own->datasets, bw_xstrdup(name));
        BW_VEC_PUSH(&own->rows, bw_row_count(row, "exampleCount"));
    }
    return plugin->err.code;
}

static int64_t rows_of(const struct own *own, const char *dataset)
{
    for (size_t i = 0; i < own->datasets.count; i++) {
        if (strcmp(own->datasets.items[i], dataset) == 0) {
            return own->rows.items[i];
        }
    }
    return 0;
}

/* The cost that is said is an estimate, so none is taken for what was charged. */
static enum bw_err note_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    const char *job = bw_row_id(plugin, row, "name");
    if (job == NULL) {
        return plugin->err.code;
    }
    enum bw_finding_status status = bw_row_status(row, "state");
    bool lora = bw_row_count(row, "loraRank") > 0;
    const char *made = bw_json_text(bw_json_get(row, "outputModel"), "");
    const struct bw_finding finding = {
        .id = bw_xstrdup(status == BW_FINDING_READY && made[0] != '\0' ? made : job),
        .status = status,
        .base = bw_row_text(row, "baseModel"),
        .parent = bw_row_text(row, "warmStartFrom"),
        .job = bw_xstrdup(job),
        .method = bw_xasprintf("%s-%s", lora ? "lora" : "full", own->method),
        .owner = bw_row_text(row, "createdBy"),
        .name = bw_row_text(row, "displayName"),
        .evidence = bw_xstrdup("fine-tuning jobs"),
        .created_ms = bw_row_time(row, "createTime"),
        .finished_ms = bw_row_time(row, "completedTime"),
        .epochs = bw_row_count(row, "epochs"),
        .rows = rows_of(own, bw_json_text(bw_json_get(row, "dataset"), "")),
    };
    BW_VEC_PUSH(&own->tuned, finding);
    return BW_OK;
}

/* Adapters of the account; what is public is the catalog's. */
static enum bw_err note_model(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    own->is_public = own->is_public ||
                     bw_str_starts_with(bw_json_text(bw_json_get(row, "name"), ""),
                                        "accounts/fireworks/");
    char *base = bw_row_text(bw_json_get(row, "peftDetails"), "baseModel");
    const char *id = base == NULL ? NULL : bw_row_id(plugin, row, "name");
    if (id == NULL || bw_row_true(row, "public")) {
        free(base);
        return plugin->err.code;
    }
    const struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .status = bw_row_status(row, "state"),
        .base = base,
        .job = bw_row_text(row, "fineTuningJob"),
        .name = bw_row_text(row, "displayName"),
        .evidence = bw_xstrdup("the model list"),
    };
    BW_VEC_PUSH(&own->tuned, finding);
    return BW_OK;
}

/* A job that started warm names the tuned model before it, whose base is its own. */
static const char *base_of(const struct own *own, const char *model, int hops)
{
    for (size_t i = 0; model != NULL && hops > 0 && i < own->tuned.count; i++) {
        const struct bw_finding *made = &own->tuned.items[i];
        if (strcmp(made->id, model) == 0) {
            return made->base != NULL ? made->base : base_of(own, made->parent, hops - 1);
        }
    }
    return NULL;
}

static enum bw_err find_all(struct bw_plugin *plugin, struct own *own)
{
    enum { HOPS_MAX = 16 };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < own->tuned.count; i++) {
        struct bw_finding *finding = &own->tuned.items[i];
        if (finding->base == NULL) {
            finding->base = bw_xstrdup(base_of(own, finding->parent, HOPS_MAX));
        }
        rc = bw_emit_finding(plugin, finding);
    }
    return rc;
}

static enum bw_err read_own(struct bw_plugin *plugin, struct own *own)
{
    static const struct {
        const char *path;
        const char *rows;
        enum bw_err (*row)(struct bw_plugin *plugin, const struct bw_json *row);
        const char *method;
        bool aside;
    } lists[] = {
        { "/models", "models", note_model, NULL, false },
        { "/datasets", "datasets", note_dataset, NULL, true },
        { "/supervisedFineTuningJobs", "supervisedFineTuningJobs", note_job, "sft", false },
        { "/dpoJobs", "dpoJobs", note_job, "dpo", true }, /* their models are in the list, too */
        { "/reinforcementFineTuningJobs", "reinforcementFineTuningJobs", note_job, "rft", true },
    };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && !own->is_public && i < BW_COUNT(lists); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s?pageSize=200", lists[i].path);
        const struct bw_own_list list = {
            .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = lists[i].rows,
                      .sparse = true, .row = lists[i].row, .token = "nextPageToken",
                      .token_parameter = "pageToken" },
            .what = lists[i].rows, .total = "totalSize",
            .keep = (int64_t)(BW_COUNT(lists) - 1 - i), .optional = true, .aside = lists[i].aside,
        };
        own->method = lists[i].method;
        rc = bw_own_list_read(plugin, &list);
    }
    return rc == BW_OK ? find_all(plugin, own) : rc;
}

enum bw_err bw_fireworks_inventory(struct bw_plugin *plugin)
{
    struct own own = { 0 };
    plugin->memory = &own;
    enum bw_err rc = read_own(plugin, &own);
    plugin->memory = NULL;
    bw_names_clear(&own.datasets);
    BW_VEC_CLEAR(&own.rows, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&own.tuned, bw_finding_clear);
    return rc;
}
