/* plugins/together.c: Together's models, a bare array in one page. Prices are of what runs without
 * a server of one's own; dates of retirement are not said. */
#include <string.h>

#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static void read_type(const char *type, struct bw_entry *entry);
static void read_prices(const struct bw_json *pricing, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "id");
    if (id == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .maker = bw_row_lower(row, "organization"),
        .name = bw_row_text(row, "display_name"),
        .released_ms = bw_row_time(row, "created"), /* often 0 */
        .context_tokens = bw_row_count(row, "context_length"),
    };
    read_type(bw_json_text(bw_json_get(row, "type"), ""), &entry);
    read_prices(bw_json_get(row, "pricing"), &entry);
    return bw_emit_entry(plugin, &entry);
}

static void read_type(const char *type, struct bw_entry *entry)
{
    static const struct {
        const char *type;
        enum bw_modality in;
        enum bw_modality out;
    } types[] = {
        { "chat", BW_TEXT, BW_TEXT },    { "language", BW_TEXT, BW_TEXT },
        { "code", BW_TEXT, BW_TEXT },    { "embedding", BW_TEXT, BW_EMBEDDING },
        { "image", BW_TEXT, BW_IMAGE },  { "video", BW_TEXT, BW_VIDEO },
        { "audio", BW_TEXT, BW_AUDIO },  { "transcribe", BW_AUDIO, BW_TEXT },
    };
    for (size_t i = 0; i < BW_COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0) {
            entry->input = types[i].in;
            entry->output = types[i].out;
        }
    }
}

/* A model that is only served on a server of one's own has both prices 0. */
static void read_prices(const struct bw_json *pricing, struct bw_entry *entry)
{
    struct bw_price input = bw_row_price(pricing, "input", 1e6);
    struct bw_price output = bw_row_price(pricing, "output", 1e6);
    struct bw_price training = bw_row_price(pricing, "finetune", 1e6);
    if (input.per_million.micros > 0 || output.per_million.micros > 0) {
        entry->price_input = input;
        entry->price_output = output;
        entry->price_cached = bw_row_price(pricing, "cached_input", 1e6);
    }
    if (training.per_million.micros > 0) {
        entry->price_training = training;
    }
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true }, .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

/* "lora-sft", "full-dpo": both count for the price. */
static char *method_of(const struct bw_json *row)
{
    BW_CLEANUP(bw_freep) char *type = bw_row_lower(bw_json_get(row, "training_type"), "type");
    const char *method = bw_json_text(bw_json_get(bw_json_get(row, "training_method"), "method"),
                                      type == NULL ? "" : "sft");
    return method[0] == '\0' ? NULL
                             : bw_xasprintf("%s%s%s", type == NULL ? "" : type,
                                            type == NULL ? "" : "-", method);
}

/* Models for tuning are called "...-Reference"; what they are served as has no such end. */
static char *base_of(const struct bw_json *row)
{
    static const char end[] = "-Reference";
    const char *model = bw_json_text(bw_json_get(row, "model"), "");
    size_t size = strlen(model) - (bw_str_ends_with(model, end) ? strlen(end) : 0);
    return size == 0 ? NULL : bw_xstrndup(model, size);
}

struct tunes {
    struct bw_names jobs; /* those that are done */
    struct bw_names models;
};

/* What was charged is in billionths of a dollar; the end is when a finished job changed last. */
static enum bw_err find_job(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *job = bw_row_id(plugin, row, "id");
    if (job == NULL) {
        return plugin->err.code;
    }
    enum bw_finding_status status = bw_row_status(row, "status");
    bool done = status == BW_FINDING_READY;
    const char *made = bw_json_text(bw_json_get(row, "model_output_name"), "");
    struct bw_price charged = bw_row_price(row, "total_price", 1e15);
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xstrdup(done && made[0] != '\0' ? made : job),
        .status = status,
        .base = base_of(row),
        .parent = bw_row_text(row, "from_checkpoint"),
        .job = bw_xstrdup(job),
        .suffix = bw_row_text(row, "suffix"),
        .method = method_of(row),
        .evidence = bw_xstrdup("fine-tunes"),
        .created_ms = bw_row_time(row, "created_at"),
        .finished_ms = done ? bw_row_time(row, "updated_at") : 0,
        .trained_tokens = bw_row_count(row, "token_count"),
        .epochs = bw_row_count(row, "n_epochs"),
        .price_known = done && charged.known && charged.per_million.micros > 0,
        .price = charged.per_million,
    };
    enum bw_err rc = bw_emit_finding(plugin, &finding);
    if (rc == BW_OK && done && strpbrk(job, "/?#% ") == NULL) {
        struct tunes *tunes = plugin->memory;
        BW_VEC_PUSH(&tunes->jobs, bw_xstrdup(job));
        BW_VEC_PUSH(&tunes->models, bw_xstrdup(finding.id));
    }
    return rc;
}

/* A job's own answer says how long its training file was. */
static enum bw_err find_rows(struct bw_plugin *plugin, size_t at, void *context)
{
    const struct tunes *tunes = context;
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("/fine-tunes/%s", tunes->jobs.items[at]);
    const struct bw_fetch request = { .path = path, .auth = BW_AUTH_BEARER };
    BW_CLEANUP(bw_json_freep) struct bw_json *detail = NULL;
    enum bw_err rc = bw_fetch_detail(plugin, &request, &detail);
    const struct bw_finding finding = { .id = tunes->models.items[at],
                                        .rows = bw_row_count(detail, "trainingfile_numlines") };
    return rc == BW_OK && detail != NULL ? bw_emit_finding(plugin, &finding) : rc;
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    static char path[] = "/fine-tunes";
    const struct bw_own_list jobs = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = "data",
                  .row = find_job },
        .what = "fine-tuning jobs", .optional = true,
    };
    struct tunes tunes = { 0 };
    const struct bw_details details = { .what = "fine-tuning jobs", .settled = true,
                                        .ids = &tunes.jobs, .cost = 1, .detail = find_rows, .context = &tunes };
    plugin->memory = &tunes;
    enum bw_err rc = bw_own_list_read(plugin, &jobs);
    rc = rc == BW_OK ? bw_each_detail(plugin, &details) : rc;
    plugin->memory = NULL;
    bw_names_clear(&tunes.jobs);
    bw_names_clear(&tunes.models);
    return rc;
}

const struct bw_plugin_descriptor bw_together = {
    .name = "together", .catalog = catalog, .inventory = inventory
};
