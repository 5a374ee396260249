/* plugins/mistral_own.c: see mistral_own.h. */
#include "mistral_own.h"

#include <string.h>

#include "sdk/list.h"
#include "sdk/row.h"

struct own { /* what the lists tell each other */
    int64_t page;
    int64_t seen;
    struct bw_names files;
    struct BW_VEC(int64_t) lines; /* one for each of the files */
};

static enum bw_err note_file(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    const char *id = bw_row_id(plugin, row, "id");
    if (id != NULL) {
        BW_VEC_PUSH(&own->files, bw_xstrdup(id));
        BW_VEC_PUSH(&own->lines, bw_row_count(row, "num_lines"));
        own->seen++;
    }
    return plugin->err.code;
}

/* Of all the files together; 0 when one of them does not say. */
static int64_t rows_of(const struct own *own, const struct bw_json *files)
{
    int64_t rows = 0;
    for (const struct bw_json *file = bw_json_first(files); file != NULL;
         file = bw_json_next(file)) {
        int64_t lines = 0;
        for (size_t i = 0; i < own->files.count; i++) {
            bool it = strcmp(own->files.items[i], bw_json_text(file, "")) == 0;
            lines = it ? own->lines.items[i] : lines;
        }
        if (lines == 0) {
            return 0;
        }
        rows += lines;
    }
    return rows;
}

/* There is no end time, and what a job changes last is its end; cost is in whole units. */
static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct own *own = plugin->memory;
    const char *job = bw_row_id(plugin, row, "id");
    if (job == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *metadata = bw_json_get(row, "metadata");
    const char *made = bw_json_text(bw_json_get(row, "fine_tuned_model"), "");
    enum bw_finding_status status = bw_row_status(row, "status");
    bool dollars = strcmp(bw_json_text(bw_json_get(metadata, "cost_currency"), ""), "USD") == 0;
    struct bw_price cost = bw_row_price(metadata, "cost", 1e6);
    own->seen++;
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(made[0] == '\0' ? job : made),
        .status = status,
        .base = bw_row_text(row, "model"),
        .job = bw_xstrdup(job),
        .suffix = bw_row_text(row, "suffix"),
        .method = bw_xstrdup("sft"),
        .evidence = bw_xstrdup("fine_tuning/jobs"),
        .created_ms = bw_row_time(row, "created_at"),
        .finished_ms = status == BW_FINDING_READY ? bw_row_time(row, "modified_at") : 0,
        .trained_tokens = bw_row_count(row, "trained_tokens"),
        .epochs = bw_row_count(bw_json_get(row, "hyperparameters"), "epochs"),
        .rows = rows_of(own, bw_json_get(row, "training_files")),
        .price_known = status == BW_FINDING_READY && dollars && cost.known,
        .price = cost.per_million,
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err find_model(struct bw_plugin *plugin, const struct bw_json *row)
{
    if (strcmp(bw_json_text(bw_json_get(row, "type"), ""), "fine-tuned") != 0) {
        return BW_OK;
    }
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(id),
        .status = bw_row_true(row, "archived") ? BW_FINDING_UNKNOWN : BW_FINDING_READY,
        .base = bw_row_text(row, "root"),
        .job = bw_row_text(row, "job"),
        .evidence = bw_xstrdup("the model list"),
    };
    return bw_emit_finding(plugin, &finding);
}

/* Pages have numbers, from 0; `total` says how many rows there are. */
static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)response;
    struct own *own = plugin->memory;
    bool more = bw_json_first(bw_json_get(page, "data")) != NULL &&
                own->seen < bw_json_i64(bw_json_get(page, "total"), 0);
    return more ? bw_xasprintf("%s&page=%lld", path, (long long)++own->page) : NULL;
}

enum bw_err bw_mistral_inventory(struct bw_plugin *plugin)
{
    static char models_path[] = "/models";
    static char files_path[] = "/files?purpose=fine-tune&page_size=100";
    static char jobs_path[] = "/fine_tuning/jobs?page_size=100";
    const struct bw_own_list lists[] = {
        { .list = { .request = { .path = files_path, .auth = BW_AUTH_BEARER }, .rows = "data",
                    .row = note_file, .next = next },
          .what = "training files", .total = "total", .keep = 2, .optional = true, .aside = true },
        { .list = { .request = { .path = jobs_path, .auth = BW_AUTH_BEARER }, .rows = "data",
                    .row = find_job, .next = next },
          .what = "fine-tuning jobs", .total = "total", .keep = 1, .optional = true },
        { .list = { .request = { .path = models_path, .auth = BW_AUTH_BEARER }, .rows = "data",
                    .row = find_model }, .what = "models" },
    };
    struct own own = { 0 };
    enum bw_err rc = BW_OK;
    plugin->memory = &own;
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(lists); i++) {
        own.page = 0;
        own.seen = 0;
        rc = bw_own_list_read(plugin, &lists[i]);
    }
    plugin->memory = NULL;
    bw_names_clear(&own.files);
    BW_VEC_CLEAR(&own.lines, BW_VEC_PLAIN);
    return rc;
}
