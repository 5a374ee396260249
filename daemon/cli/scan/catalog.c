/* daemon/cli/scan/catalog.c: see catalog.h. */
#include "cli/scan/catalog.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "cli/ask.h"
#include "codec/json.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"

struct loader {
    struct bw_scan_catalog *catalog;
    const char *path;
    size_t line;
    struct bw_error *err;
};

static enum bw_err read_text(struct loader *loader, char *text);
static void sort(struct bw_scan_catalog *catalog);

static void model_clear(struct bw_scan_model *model)
{
    free(model->id);
    free(model->platform);
}

void bw_scan_catalog_clear(struct bw_scan_catalog *catalog)
{
    BW_VEC_CLEAR(&catalog->models, model_clear);
    bw_lineage_rules_free(catalog->rules);
    catalog->rules = NULL;
}

static enum bw_err finish(struct bw_scan_catalog *catalog, struct bw_scan_catalog *out,
                          struct bw_error *err)
{
    if (catalog->rules == NULL) {
        enum bw_err rc = bw_lineage_files_load(NULL, &catalog->rules, NULL, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    sort(catalog);
    *out = *catalog;
    *catalog = (struct bw_scan_catalog){ 0 };
    return BW_OK;
}

enum bw_err bw_scan_catalog_read(const char *path, struct bw_scan_catalog *out,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_scan_catalog_clear) struct bw_scan_catalog catalog = { 0 };
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    enum bw_err rc = bw_file_read(path, BW_SCAN_CATALOG_BYTES_MAX, &text, &size, err);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "%s: ", path);
    }
    if (!bw_str_is_utf8(text, size)) {
        return bw_fail(err, BW_ERR_INVALID, "%s: not UTF-8 text", path);
    }
    struct loader loader = { &catalog, path, 0, err };
    rc = read_text(&loader, text);
    if (rc == BW_OK && catalog.models.count == 0) {
        rc = bw_fail(err, BW_ERR_INVALID, "%s: no model ids in it", path);
    }
    return rc == BW_OK ? finish(&catalog, out, err) : rc;
}

/* ---- models ---- */

static bool is_model(const struct bw_scan_model *model, const char *platform, const char *id)
{
    return strcmp(model->id, id) == 0 && bw_str_equal(model->platform, platform);
}

/* The last ones come first: a history speaks of one platform at a time. */
static struct bw_scan_model *find_model(struct bw_scan_catalog *catalog, const char *platform,
                                        const char *id)
{
    for (size_t i = catalog->models.count; i > 0; i--) {
        struct bw_scan_model *model = &catalog->models.items[i - 1];
        if (platform != NULL && !bw_str_equal(model->platform, platform)) {
            continue;
        }
        if (is_model(model, platform, id)) {
            return model;
        }
    }
    return NULL;
}

static struct bw_scan_model *add_model(struct bw_scan_catalog *catalog, const char *platform,
                                       const char *id)
{
    BW_VEC_PUSH(&catalog->models,
                (struct bw_scan_model){ .id = bw_xstrdup(id), .platform = bw_xstrdup(platform) });
    return &catalog->models.items[catalog->models.count - 1];
}

static int compare(const void *a, const void *b)
{
    const struct bw_scan_model *left = a;
    const struct bw_scan_model *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order
                      : strcmp(left->platform == NULL ? "" : left->platform,
                               right->platform == NULL ? "" : right->platform);
}

static void sort(struct bw_scan_catalog *catalog)
{
    if (catalog->models.count == 0) {
        return;
    }
    qsort(catalog->models.items, catalog->models.count, sizeof(catalog->models.items[0]), compare);
    size_t kept = 1;
    for (size_t i = 1; i < catalog->models.count; i++) {
        struct bw_scan_model *model = &catalog->models.items[i];
        if (compare(model, &catalog->models.items[kept - 1]) == 0) {
            model_clear(model);
        } else {
            catalog->models.items[kept++] = *model;
        }
    }
    catalog->models.count = kept;
}

/* ---- the file ---- */

static int64_t day_of(const char *text)
{
    int64_t at_ms = 0;
    return text != NULL && bw_instant_parse(text, &at_ms, NULL) == BW_OK ? at_ms : 0;
}

static unsigned modalities_of(const struct bw_json *list)
{
    unsigned bits = 0;
    for (const struct bw_json *item = bw_json_first(list); item != NULL;
         item = bw_json_next(item)) {
        bits |= bw_modality_parse(bw_json_text(item, ""));
    }
    return bits;
}

static enum bw_life life_of(const char *status)
{
    if (status == NULL) {
        return BW_LIFE_UNKNOWN;
    }
    if (strcmp(status, "alpha") == 0 || strcmp(status, "beta") == 0) {
        return BW_LIFE_PREVIEW;
    }
    enum bw_life life = BW_LIFE_UNKNOWN;
    (void)bw_life_parse(status, &life);
    return life;
}

/* A model as a history or the daemon describes it; what it is already known as is overwritten. */
static void read_model(struct loader *loader, const struct bw_json *row, const char *platform,
                       int64_t now_ms)
{
    const char *id = bw_json_text(bw_json_get(row, "id"), "");
    platform = bw_json_text(bw_json_get(row, "platform"), platform);
    if (id[0] == '\0') {
        return;
    }
    struct bw_scan_model *model = now_ms == 0 ? NULL : find_model(loader->catalog, platform, id);
    if (model == NULL) {
        model = add_model(loader->catalog, platform, id);
    }
    enum bw_life life = life_of(bw_json_text(bw_json_get(row, "status"), NULL));
    model->since_ms = life == model->life                                     ? model->since_ms
                      : life == BW_LIFE_DEPRECATED || life == BW_LIFE_RETIRED ? now_ms
                                                                              : 0;
    model->life = life;
    model->output = modalities_of(bw_json_get(row, "output"));
    model->released_ms = day_of(bw_json_text(bw_json_get(row, "release_date"), NULL));
}

static void read_removed(struct loader *loader, const struct bw_json *ids, const char *platform,
                         int64_t now_ms)
{
    for (const struct bw_json *id = bw_json_first(ids); id != NULL; id = bw_json_next(id)) {
        struct bw_scan_model *model = find_model(loader->catalog, platform, bw_json_text(id, ""));
        if (model != NULL) {
            model->life = BW_LIFE_RETIRED;
            model->since_ms = now_ms;
        }
    }
}

static void read_record(struct loader *loader, const struct bw_json *record)
{
    const char *platform = bw_json_text(bw_json_get(record, "provider"), NULL);
    int64_t now_ms = day_of(bw_json_text(bw_json_get(record, "date"), NULL));
    const struct bw_json *row = bw_json_first(bw_json_get(record, "models"));
    for (; row != NULL; row = bw_json_next(row)) {
        read_model(loader, row, platform, 0);
    }
    read_removed(loader, bw_json_get(record, "removed"), platform, now_ms);
    row = bw_json_first(bw_json_get(record, "added"));
    for (; row != NULL; row = bw_json_next(row)) {
        read_model(loader, row, platform, now_ms);
    }
    row = bw_json_first(bw_json_get(record, "changed"));
    for (; row != NULL; row = bw_json_next(row)) {
        read_model(loader, bw_json_get(row, "model"), platform, now_ms);
    }
}

static enum bw_err read_line(struct loader *loader, char *line)
{
    line += strspn(line, " \t\r");
    for (size_t size = strlen(line); size > 0 && strchr(" \t\r", line[size - 1]) != NULL;) {
        line[--size] = '\0';
    }
    if (line[0] == '\0' || line[0] == '#') {
        return BW_OK;
    }
    if (line[0] != '{') {
        if (strpbrk(line, " \t\"") != NULL) {
            return bw_fail(loader->err, BW_ERR_INVALID, "%s:%zu: error: not a model id",
                           loader->path, loader->line);
        }
        (void)add_model(loader->catalog, NULL, line);
        return BW_OK;
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *record = NULL;
    if (bw_json_parse(line, strlen(line), &record, loader->err) != BW_OK) {
        return bw_error_prefix(loader->err, "%s:%zu: error: ", loader->path, loader->line);
    }
    read_record(loader, record);
    return BW_OK;
}

static enum bw_err read_text(struct loader *loader, char *text)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *whole = NULL;
    size_t first = strspn(text, " \t\r\n");
    const char *feed = strchr(text + first, '\n');
    /* A document over several lines; one on a single line is a history of one record. */
    if (text[first] == '{' && feed != NULL && feed[1 + strspn(feed + 1, " \t")] != '{' &&
        bw_json_parse(text, strlen(text), &whole, NULL) == BW_OK) {
        read_record(loader, whole);
        return BW_OK;
    }
    for (char *line = text; line != NULL;) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        loader->line++;
        enum bw_err rc = read_line(loader, line);
        if (rc != BW_OK) {
            return rc;
        }
        line = next;
    }
    return BW_OK;
}

/* ---- the daemon, and what ships ---- */

enum bw_err bw_scan_catalog_ask(struct bw_scan_catalog *out, struct bw_error *err)
{
    BW_CLEANUP(bw_scan_catalog_clear) struct bw_scan_catalog catalog = { 0 };
    BW_CLEANUP(bw_freep) char *after = NULL;
    struct loader loader = { &catalog, "daemon", 0, err };
    do {
        BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
        BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
        bw_str_append(&target, "/v1/models");
        bw_client_add_query(&target, "after", after);
        enum bw_err rc = bw_ask_get(target.text, &page, err);
        if (rc != BW_OK) {
            return rc;
        }
        read_record(&loader, page);
        const char *next = bw_json_text(bw_json_get(page, "next"), NULL);
        if (next != NULL && bw_str_equal(next, after)) {
            return bw_fail(err, BW_ERR_INVALID, "the daemon's list does not come to its end");
        }
        bw_replace(&after, next);
    } while (after != NULL);
    return finish(&catalog, out, err);
}

enum bw_err bw_scan_catalog_shipped(struct bw_scan_catalog *out, struct bw_error *err)
{
    BW_CLEANUP(bw_scan_catalog_clear) struct bw_scan_catalog catalog = { 0 };
    BW_CLEANUP(bw_lineage_vectors_clear) struct bw_lineage_vectors vectors = { 0 };
    BW_CLEANUP(bw_price_book_clear) struct bw_price_book book = { 0 };
    enum bw_err rc = bw_lineage_files_load(NULL, &catalog.rules, &vectors, err);
    if (rc == BW_OK) {
        rc = bw_price_files_load(NULL, &book, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    BW_VEC_EACH(const struct bw_lineage_vector, vector, &vectors)
    {
        (void)add_model(&catalog, vector->platform, vector->older);
        (void)add_model(&catalog, vector->platform, vector->newer);
    }
    BW_VEC_EACH(const struct bw_fact, fact, &book.facts)
    {
        if (fact->kind >= BW_FACT_BASE_INPUT && fact->kind <= BW_FACT_TUNED_OUTPUT &&
            strpbrk(fact->subject, "0123456789") != NULL) {
            (void)add_model(&catalog, fact->platform, fact->subject);
        }
    }
    return finish(&catalog, out, err);
}
