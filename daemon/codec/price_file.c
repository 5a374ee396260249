/* daemon/codec/price_file.c: see price_file.h. */
#include "codec/price_file.h"

#include <math.h>
#include <string.h>

#include "base/embedded.h"
#include "base/instant.h"
#include "base/str.h"
#include "codec/folder.h"
#include "codec/yaml.h"

extern const struct bw_embedded bw_price_files[];

struct reader {
    const char *file;
    const char *platform;
    struct bw_price_book *book;
    struct bw_error *err;
};

/* Whence the prices of one group come. */
struct origin {
    const char *source;
    int64_t as_of_ms;
    enum bw_trust trust;
};

/* Kinds that map a subject to one price. */
static const enum bw_fact_kind PLAIN_KINDS[] = {
    BW_FACT_TRAINING,      BW_FACT_TRAINING_HOUR, BW_FACT_JOB_MINIMUM, BW_FACT_HOSTING_HOUR,
    BW_FACT_STORAGE_MONTH, BW_FACT_GPU_HOUR,      BW_FACT_LABEL,
};

static const char *const FILE_KEYS[] = { "platform", "fine_tuning", "prices", NULL };
static const char *const RULE_KEYS[] = { "status", "until", "why", "source", "as_of",
                                         "models", "methods", "open_weights", "base_price", NULL };
static const char *const GROUP_KEYS[] = {
    "source", "as_of", "confidence", "tuned", "base", "training_by_size", "training",
    "training_hour", "job_minimum", "hosting_hour", "storage_month", "gpu_hour", "label", NULL,
};
static const char *const TOKEN_KEYS[] = { "input", "cached", "output", NULL };

static enum bw_err read_rule(struct reader *reader, const struct bw_yaml *node);
static enum bw_err read_group(struct reader *reader, const struct bw_yaml *node);

static enum bw_err check_keys(struct reader *reader, const struct bw_yaml *map,
                              const char *const *keys)
{
    if (map->kind != BW_YAML_MAP) {
        return bw_yaml_fail(reader->err, reader->file, map, "a map is wanted here");
    }
    for (const struct bw_yaml *child = map->first; child != NULL; child = child->next) {
        const char *const *key = keys;
        while (*key != NULL && strcmp(*key, child->key) != 0) {
            key++;
        }
        if (*key == NULL) {
            const struct bw_yaml at_key = { .line = child->key_line, .column = child->key_column };
            const char *nearest = bw_str_nearest(child->key, keys);
            return bw_yaml_fail(reader->err, reader->file, &at_key, "unknown key '%s'%s%s%s",
                                child->key, nearest == NULL ? "" : "; did you mean '",
                                nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
        }
    }
    return BW_OK;
}

static enum bw_err need_text(struct reader *reader, const struct bw_yaml *map, const char *key,
                             const char **out)
{
    const char *text = bw_yaml_text(bw_yaml_get(map, key));
    if (text == NULL || text[0] == '\0') {
        return bw_yaml_fail(reader->err, reader->file, map, "'%s' is missing here", key);
    }
    *out = text;
    return BW_OK;
}

static enum bw_err need_day(struct reader *reader, const struct bw_yaml *map, const char *key,
                            int64_t *out)
{
    const char *text = NULL;
    enum bw_err rc = need_text(reader, map, key, &text);
    if (rc != BW_OK) {
        return rc;
    }
    if (bw_instant_parse(text, out, NULL) != BW_OK || *out <= 0) {
        return bw_yaml_fail(reader->err, reader->file, bw_yaml_get(map, key),
                            "'%s' is not a date; write 2026-10-07 or 2026-10", text);
    }
    return BW_OK;
}

static enum bw_err each(struct reader *reader, const struct bw_yaml *list,
                        enum bw_err (*read)(struct reader *, const struct bw_yaml *))
{
    if (bw_yaml_is_null(list)) {
        return BW_OK;
    }
    if (list->kind != BW_YAML_LIST) {
        return bw_yaml_fail(reader->err, reader->file, list, "a list is wanted here");
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        enum bw_err rc = read(reader, item);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_file(struct reader *reader, const struct bw_yaml *root)
{
    enum bw_err rc = check_keys(reader, root, FILE_KEYS);
    if (rc == BW_OK) {
        rc = need_text(reader, root, "platform", &reader->platform);
    }
    if (rc == BW_OK) {
        rc = each(reader, bw_yaml_get(root, "fine_tuning"), read_rule);
    }
    return rc == BW_OK ? each(reader, bw_yaml_get(root, "prices"), read_group) : rc;
}

static enum bw_err read_text(const char *file, const char *text, size_t size,
                             struct bw_price_book *book, struct bw_error *err)
{
    BW_CLEANUP(bw_yaml_freep) struct bw_yaml *root = NULL;
    enum bw_err rc = bw_yaml_parse(file, text, size, &root, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct reader reader = { .file = file, .book = book, .err = err };
    return read_file(&reader, root);
}

enum bw_err bw_price_file_load(const char *file, const char *text, size_t size,
                               struct bw_price_book *book, struct bw_error *err)
{
    BW_CLEANUP(bw_price_book_clear) struct bw_price_book found = { 0 };
    enum bw_err rc = read_text(file, text, size, &found, err);
    if (rc == BW_OK) {
        bw_price_book_absorb(book, &found);
    }
    return rc;
}

enum bw_err bw_price_files_load(const char *folder, struct bw_price_book *book,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_price_book_clear) struct bw_price_book found = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names files = { 0 };
    enum bw_err rc = bw_folder_list(folder, &files, err);
    for (const struct bw_embedded *file = bw_price_files; rc == BW_OK && file->name != NULL;
         file++) {
        rc = read_text(file->name, file->text, file->size, &found, err);
    }
    for (size_t i = 0; rc == BW_OK && i < files.count; i++) {
        BW_CLEANUP(bw_freep) char *path = NULL;
        BW_CLEANUP(bw_freep) char *text = NULL;
        size_t size = 0;
        rc = bw_folder_read(folder, files.items[i], &path, &text, &size, err);
        if (rc == BW_OK) {
            rc = bw_price_file_load(path, text, size, &found, err);
        }
    }
    if (rc == BW_OK) {
        bw_price_book_absorb(book, &found);
    }
    return rc;
}

static enum bw_err read_globs(struct reader *reader, const struct bw_yaml *list,
                              struct bw_names *out)
{
    if (bw_yaml_is_null(list)) {
        return BW_OK;
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        const char *text = bw_yaml_text(item);
        if (text == NULL) {
            return bw_yaml_fail(reader->err, reader->file, item, "a name or pattern is wanted");
        }
        BW_VEC_PUSH(out, bw_xstrdup(text));
    }
    return BW_OK;
}

static enum bw_err read_flag(struct reader *reader, const struct bw_yaml *node, bool *out)
{
    const char *text = bw_yaml_text(node);
    if (node != NULL && !bw_str_equal(text, "true") && !bw_str_equal(text, "false")) {
        return bw_yaml_fail(reader->err, reader->file, node, "true or false is wanted here");
    }
    *out = bw_str_equal(text, "true");
    return BW_OK;
}

static enum bw_err read_rule(struct reader *reader, const struct bw_yaml *node)
{
    BW_CLEANUP(bw_tuning_rule_clear) struct bw_tuning_rule rule = { 0 };
    const char *status = NULL;
    const char *why = NULL;
    const char *source = NULL;
    enum bw_err rc = check_keys(reader, node, RULE_KEYS);
    const struct {
        const char *key;
        const char **out;
    } texts[] = { { "status", &status }, { "why", &why }, { "source", &source } };
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(texts); i++) {
        rc = need_text(reader, node, texts[i].key, texts[i].out);
    }
    if (rc == BW_OK) {
        rc = need_day(reader, node, "as_of", &rule.as_of_ms);
    }
    if (rc == BW_OK && bw_yaml_get(node, "until") != NULL) {
        rc = need_day(reader, node, "until", &rule.until_ms);
    }
    if (rc == BW_OK && !bw_tuning_parse(status, &rule.status)) {
        rc = bw_yaml_fail(reader->err, reader->file, bw_yaml_get(node, "status"),
                          "'%s' is none of open, closing, deprecated, closed, none", status);
    }
    if (rc == BW_OK) {
        rc = read_flag(reader, bw_yaml_get(node, "open_weights"), &rule.open_weights);
    }
    if (rc == BW_OK) {
        rc = read_flag(reader, bw_yaml_get(node, "base_price"), &rule.base_price);
    }
    if (rc == BW_OK) {
        rc = read_globs(reader, bw_yaml_get(node, "models"), &rule.models);
    }
    if (rc == BW_OK) {
        rc = read_globs(reader, bw_yaml_get(node, "methods"), &rule.methods);
    }
    if (rc != BW_OK) {
        return rc;
    }
    rule.platform = bw_xstrdup(reader->platform);
    rule.why = bw_xstrdup(why);
    rule.source = bw_xstrdup(source);
    bw_price_book_add_tuning(reader->book, rule);
    rule = (struct bw_tuning_rule){ 0 };
    return BW_OK;
}

static enum bw_err read_origin(struct reader *reader, const struct bw_yaml *group,
                               struct origin *out)
{
    const char *confidence = NULL;
    enum bw_err rc = need_text(reader, group, "source", &out->source);
    if (rc == BW_OK) {
        rc = need_day(reader, group, "as_of", &out->as_of_ms);
    }
    if (rc == BW_OK) {
        rc = need_text(reader, group, "confidence", &confidence);
    }
    if (rc == BW_OK && !bw_trust_parse(confidence, &out->trust)) {
        rc = bw_yaml_fail(reader->err, reader->file, bw_yaml_get(group, "confidence"),
                          "'%s' is none of user, primary, transcribed, secondary, derived, "
                          "unverified", confidence);
    }
    return rc;
}

static enum bw_err read_money(struct reader *reader, const struct bw_yaml *node,
                              struct bw_money *out)
{
    const char *text = bw_yaml_text(node);
    if (text == NULL || bw_money_parse(text, out, NULL) != BW_OK || out->micros < 0) {
        return bw_yaml_fail(reader->err, reader->file, node,
                            "a price is wanted here: dollars with at most six decimals");
    }
    return BW_OK;
}

/* One price, or low, expected and high. */
static enum bw_err read_value(struct reader *reader, const struct bw_yaml *node,
                              struct bw_cost *out)
{
    if (node->kind == BW_YAML_SCALAR) {
        enum bw_err rc = read_money(reader, node, &out->expected);
        out->low = out->high = out->expected;
        return rc;
    }
    static const char *const KEYS[] = { "low", "expected", "high", NULL };
    enum bw_err rc = check_keys(reader, node, KEYS);
    struct bw_money *const ends[] = { &out->low, &out->expected, &out->high };
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(ends); i++) {
        const struct bw_yaml *end = bw_yaml_get(node, KEYS[i]);
        rc = read_money(reader, end == NULL ? node : end, ends[i]);
    }
    if (rc == BW_OK && (out->low.micros > out->expected.micros ||
                        out->expected.micros > out->high.micros)) {
        rc = bw_yaml_fail(reader->err, reader->file, node, "low, expected, high must rise");
    }
    return rc;
}

static enum bw_err add_fact(struct reader *reader, const struct origin *origin,
                            enum bw_fact_kind kind, const char *subject, const char *method,
                            double up_to, const struct bw_yaml *value)
{
    struct bw_fact fact = { .kind = kind, .up_to = up_to, .as_of_ms = origin->as_of_ms,
                            .trust = origin->trust };
    enum bw_err rc = read_value(reader, value, &fact.value);
    if (rc != BW_OK) {
        return rc;
    }
    fact.platform = bw_xstrdup(reader->platform);
    fact.subject = bw_xstrdup(subject);
    fact.method = bw_xstrdup(method);
    fact.source = bw_xstrdup(origin->source);
    bw_price_book_add(reader->book, fact);
    return BW_OK;
}

static enum bw_err read_plain(struct reader *reader, const struct origin *origin,
                              enum bw_fact_kind kind, const struct bw_yaml *map)
{
    for (const struct bw_yaml *row = map->first; row != NULL; row = row->next) {
        if (row->key == NULL) {
            return bw_yaml_fail(reader->err, reader->file, row, "name: price is wanted here");
        }
        enum bw_err rc = add_fact(reader, origin, kind, row->key, "any", 0, row);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

/* input, cached and output follow each other in the enum. */
static enum bw_err read_tokens(struct reader *reader, const struct origin *origin,
                               enum bw_fact_kind input_kind, const struct bw_yaml *map)
{
    for (const struct bw_yaml *row = map->first; row != NULL; row = row->next) {
        enum bw_err rc = row->key == NULL ? bw_yaml_fail(reader->err, reader->file, row,
                                                         "model: {input, output} is wanted here")
                                          : check_keys(reader, row, TOKEN_KEYS);
        for (unsigned i = 0; rc == BW_OK && TOKEN_KEYS[i] != NULL; i++) {
            const struct bw_yaml *value = bw_yaml_get(row, TOKEN_KEYS[i]);
            if (value != NULL) {
                rc = add_fact(reader, origin, input_kind + i, row->key, "any", 0, value);
            }
        }
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_sizes(struct reader *reader, const struct origin *origin,
                              const struct bw_yaml *list)
{
    for (const struct bw_yaml *row = list->first; row != NULL; row = row->next) {
        const char *size = bw_yaml_text(bw_yaml_get(row, "up_to"));
        double up_to = size == NULL ? INFINITY : strtod(size, NULL);
        if (row->kind != BW_YAML_MAP || !(up_to > 0)) {
            return bw_yaml_fail(reader->err, reader->file, row,
                                "{up_to: parameters, method: price} is wanted here");
        }
        for (const struct bw_yaml *price = row->first; price != NULL; price = price->next) {
            if (strcmp(price->key, "up_to") == 0) {
                continue;
            }
            enum bw_err rc = add_fact(reader, origin, BW_FACT_TRAINING, "any", price->key, up_to,
                                      price);
            if (rc != BW_OK) {
                return rc;
            }
        }
    }
    return BW_OK;
}

static enum bw_err read_prices(struct reader *reader, const struct origin *origin,
                               const struct bw_yaml *node)
{
    if (strcmp(node->key, "tuned") == 0) {
        return read_tokens(reader, origin, BW_FACT_TUNED_INPUT, node);
    }
    if (strcmp(node->key, "base") == 0) {
        return read_tokens(reader, origin, BW_FACT_BASE_INPUT, node);
    }
    if (strcmp(node->key, "training_by_size") == 0) {
        return read_sizes(reader, origin, node);
    }
    for (size_t i = 0; i < BW_COUNT(PLAIN_KINDS); i++) {
        if (strcmp(node->key, bw_fact_kind_word(PLAIN_KINDS[i])) == 0) {
            return read_plain(reader, origin, PLAIN_KINDS[i], node);
        }
    }
    return BW_OK; /* source, as_of, confidence: read already */
}

static enum bw_err read_group(struct reader *reader, const struct bw_yaml *node)
{
    struct origin origin = { 0 };
    enum bw_err rc = check_keys(reader, node, GROUP_KEYS);
    if (rc == BW_OK) {
        rc = read_origin(reader, node, &origin);
    }
    for (const struct bw_yaml *child = node->first; rc == BW_OK && child != NULL;
         child = child->next) {
        rc = read_prices(reader, &origin, child);
    }
    return rc;
}
