/* daemon/cli/scan/found.c: see found.h. */
#include "cli/scan/found.h"

#include <string.h>

struct judged { /* a spelling that has been judged */
    size_t model;
    char *spelled;
};

struct scan {
    const struct bw_scan_catalog *catalog;
    struct bw_model_ids *ids;
    struct BW_VEC(struct judged) judged; /* one a verdict */
    struct bw_scan_result *out;
};

static bw_tree_visit visit;

static void judged_clear(struct judged *judged)
{
    free(judged->spelled);
}

static void scan_clear(struct scan *scan)
{
    bw_model_ids_free(scan->ids);
    BW_VEC_CLEAR(&scan->judged, judged_clear);
}

static void found_clear(struct bw_found *found)
{
    free(found->file);
    free(found->id);
    free(found->key);
}

void bw_scan_result_clear(struct bw_scan_result *result)
{
    BW_VEC_CLEAR(&result->found, found_clear);
    BW_VEC_CLEAR(&result->verdicts, bw_scan_verdict_clear);
}

static struct bw_model_ids *ids_of(const struct bw_scan_catalog *catalog)
{
    const char **ids = bw_xcalloc(catalog->models.count + 1, sizeof(*ids));
    for (size_t i = 0; i < catalog->models.count; i++) {
        ids[i] = catalog->models.items[i].id;
    }
    struct bw_model_ids *out = bw_model_ids_new(ids, catalog->models.count);
    free(ids);
    return out;
}

enum bw_err bw_scan_tree(const struct bw_scan_catalog *catalog, const char *folder,
                         struct bw_scan_result *out, struct bw_error *err)
{
    BW_CLEANUP(bw_scan_result_clear) struct bw_scan_result result = { 0 };
    BW_CLEANUP(scan_clear)
    struct scan scan = { .catalog = catalog, .ids = ids_of(catalog), .out = &result };
    enum bw_err rc =
        bw_tree_walk(folder, BW_SCAN_FILE_BYTES_MAX, visit, &scan, &result.counts, err);
    if (rc == BW_OK) {
        *out = result;
        result = (struct bw_scan_result){ 0 };
    }
    return rc;
}

static size_t verdict_on(struct scan *scan, size_t model, const char *spelled)
{
    for (size_t i = 0; i < scan->judged.count; i++) {
        if (scan->judged.items[i].model == model &&
            strcmp(scan->judged.items[i].spelled, spelled) == 0) {
            return i;
        }
    }
    struct bw_scan_verdict verdict;
    bw_scan_catalog_judge(scan->catalog, model, spelled, &verdict);
    BW_VEC_PUSH(&scan->judged, (struct judged){ model, bw_xstrdup(spelled) });
    BW_VEC_PUSH(&scan->out->verdicts, verdict);
    return scan->judged.count - 1;
}

/* Is this the first place on its line where the id stands alone? */
static bool is_first(const char *text, size_t size, const struct bw_scan_hit *hit)
{
    for (size_t at = hit->at + 1 - hit->column; at < hit->at; at++) {
        if (memcmp(text + at, text + hit->at, hit->size) == 0 &&
            bw_model_id_alone(text, size, at, hit->size)) {
            return false;
        }
    }
    return true;
}

static void visit(void *context, const char *path, const char *text, size_t size)
{
    struct scan *scan = context;
    struct bw_scan_hits hits = { 0 };
    bw_scan_text(scan->ids, path, text, size, &hits);
    BW_VEC_EACH(const struct bw_scan_hit, hit, &hits)
    {
        struct bw_found found = {
            .file = bw_xstrdup(path),
            .line = hit->line,
            .column = hit->column,
            .id = bw_xstrndup(text + hit->at, hit->size),
            .key = bw_xstrndup(hit->key.at, hit->key.size),
            .class = hit->class,
            .patchable = hit->patchable,
            .first = hit->patchable && is_first(text, size, hit),
            .rag = hit->rag,
        };
        found.verdict = verdict_on(scan, hit->id, found.id);
        BW_VEC_PUSH(&scan->out->found, found);
    }
    BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
}

const struct bw_scan_verdict *bw_found_verdict(const struct bw_scan_result *result,
                                               const struct bw_found *found)
{
    return &result->verdicts.items[found->verdict];
}

bool bw_found_is_outdated(const struct bw_scan_result *result, const struct bw_found *found)
{
    return strcmp(bw_found_verdict(result, found)->status, "current") != 0;
}

void bw_scan_result_keep_outdated(struct bw_scan_result *result)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->found.count; i++) {
        if (bw_found_is_outdated(result, &result->found.items[i])) {
            result->found.items[kept++] = result->found.items[i];
        } else {
            found_clear(&result->found.items[i]);
        }
    }
    result->found.count = kept;
}
