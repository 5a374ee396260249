/* plugins/openai_jobs.c: see openai_jobs.h. Shapes as served between 2023 and 2026. */
#include "openai_jobs.h"

#include <string.h>

#include "base/str.h"
#include "domain/deployment.h"
#include "sdk/list.h"
#include "sdk/row.h"

struct tunes {
    const struct bw_fetch *access;
    bool count_rows;
    struct bw_names models; /* one for each of the files */
    struct bw_names files;
    size_t unread; /* files that are too big, or no lines */
};

static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row);
static void read_method(const struct bw_json *row, struct bw_finding *finding);
static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response);
static char *path_of(const struct bw_fetch *access, const char *path, const char *query);
static enum bw_err count_rows(struct bw_plugin *plugin, struct tunes *tunes);
static enum bw_err count_file(struct bw_plugin *plugin, size_t at, void *context);

enum bw_err bw_openai_jobs(struct bw_plugin *plugin, const struct bw_fetch *access)
{
    struct tunes tunes = { .access = access,
                           .count_rows = bw_row_true(plugin->source->settings, "count_rows") };
    BW_CLEANUP(bw_freep) char *path = path_of(access, "/fine_tuning/jobs", "limit=100");
    struct bw_own_list jobs = {
        .list = { .request = *access, .rows = "data", .row = find_job, .next = next },
        .what = "fine-tuning jobs", .optional = true,
    };
    jobs.list.request.path = path;
    plugin->memory = &tunes;
    enum bw_err rc = bw_own_list_read(plugin, &jobs);
    rc = rc == BW_OK && tunes.files.count > 0 ? count_rows(plugin, &tunes) : rc;
    plugin->memory = NULL;
    bw_names_clear(&tunes.models);
    bw_names_clear(&tunes.files);
    return rc;
}

static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct tunes *tunes = plugin->memory;
    const char *job = bw_row_id(plugin, row, "id");
    if (job == NULL) {
        return plugin->err.code;
    }
    const char *base = bw_json_text(bw_json_get(row, "model"), "");
    const char *made = bw_json_text(bw_json_get(row, "fine_tuned_model"), "");
    const char *suffix = bw_json_get(row, "suffix") != NULL ? "suffix" : "user_provided_suffix";
    BW_CLEANUP(bw_freep) char *root = bw_base_of_model(base);
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(made[0] == '\0' ? job : made),
        .status = bw_row_status(row, "status"),
        .base = root[0] == '\0' ? NULL : bw_xstrdup(root),
        .parent = strcmp(root, base) == 0 ? NULL : bw_xstrdup(base),
        .job = bw_xstrdup(job),
        .suffix = bw_row_text(row, suffix),
        .evidence = bw_xstrdup("fine_tuning/jobs"),
        .created_ms = bw_row_time(row, "created_at"),
        .finished_ms = bw_row_time(row, "finished_at"),
        .trained_tokens = bw_row_count(row, "trained_tokens"),
    };
    read_method(row, &finding);
    const char *file = bw_json_text(bw_json_get(row, "training_file"), "");
    if (tunes->count_rows && finding.status == BW_FINDING_READY && file[0] != '\0' &&
        strpbrk(file, "/?#% ") == NULL) {
        BW_VEC_PUSH(&tunes->models, bw_xstrdup(finding.id));
        BW_VEC_PUSH(&tunes->files, bw_xstrdup(file));
    }
    return bw_emit_finding(plugin, &finding);
}

/* Jobs before December 2024 have no `method`, and were supervised; n_epochs may be "auto" or -1. */
static void read_method(const struct bw_json *row, struct bw_finding *finding)
{
    static const char *const methods[][2] = {
        { "supervised", "sft" }, { "dpo", "dpo" }, { "reinforcement", "rft" }
    };
    const struct bw_json *method = bw_json_get(row, "method");
    const char *type = bw_json_text(bw_json_get(method, "type"), "supervised");
    for (size_t i = 0; i < BW_COUNT(methods); i++) {
        if (strcmp(type, methods[i][0]) == 0) {
            finding->method = bw_xstrdup(methods[i][1]);
        }
    }
    const struct bw_json *own = bw_json_get(bw_json_get(method, type), "hyperparameters");
    finding->epochs = bw_row_count(own, "n_epochs");
    if (finding->epochs == 0) {
        finding->epochs = bw_row_count(bw_json_get(row, "hyperparameters"), "n_epochs");
    }
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)response;
    return bw_next_by_last(plugin, path, "after", page);
}

static char *path_of(const struct bw_fetch *access, const char *path, const char *query)
{
    const char *own = access->path;
    bool both = own != NULL && query[0] != '\0';
    bool any = own != NULL || query[0] != '\0';
    return bw_xasprintf("%s%s%s%s%s", path, any ? "?" : "", own == NULL ? "" : own,
                        both ? "&" : "", query);
}

static enum bw_err count_rows(struct bw_plugin *plugin, struct tunes *tunes)
{
    const struct bw_details details = { .what = "training files", .settled = true,
                                        .ids = &tunes->files, .cost = 1, .detail = count_file, .context = tunes };
    enum bw_err rc = bw_each_detail(plugin, &details);
    return rc == BW_OK && tunes->unread > 0
               ? bw_note(plugin, false, "the rows of %zu training files are not known: they are too "
                                        "big, or could not be read",
                         tunes->unread)
               : rc;
}

/* A training file has one JSON object a line. */
static enum bw_err count_file(struct bw_plugin *plugin, size_t at, void *context)
{
    struct tunes *tunes = context;
    BW_CLEANUP(bw_freep) char *content = bw_xasprintf("/files/%s/content", tunes->files.items[at]);
    BW_CLEANUP(bw_freep) char *path = path_of(tunes->access, content, "");
    struct bw_fetch request = *tunes->access;
    request.path = path;
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    enum bw_err rc = bw_fetch(plugin, &request, &response);
    if (rc == BW_OK && response.status >= 500) {
        BW_CLEANUP(bw_json_freep) struct bw_json *nothing = NULL;
        rc = bw_response_json(plugin, &request, &response, &nothing);
    }
    if (rc != BW_OK || bw_detail_is_hidden(plugin, response.status)) {
        return rc;
    }
    struct bw_finding finding = { .id = tunes->models.items[at] };
    for (size_t i = 0; response.status == 200 && i < response.body_bytes; i++) {
        bool ends = i + 1 == response.body_bytes || response.body[i + 1] == '\n';
        finding.rows += response.body[i] != '\n' && ends;
    }
    tunes->unread += finding.rows == 0;
    return finding.rows == 0 ? BW_OK : bw_emit_finding(plugin, &finding);
}
