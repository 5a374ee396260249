/* daemon/codec/lineage_file.c: see lineage_file.h. Each map of the format is a table of its keys. */
#include "codec/lineage_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/yaml.h"

enum { KEYS_MAX = 20, WORD_BYTES_MAX = 40, FILE_BYTES_MAX = 4 * 1024 * 1024 };

struct loader {
    const char *file;
    struct bw_lineage_rules *rules;
    struct bw_lineage_vectors *vectors; /* NULL: not wanted */
    struct bw_error *err;
    int maker;               /* the one being read */
    struct bw_family *family;
    struct bw_line *line;
    struct bw_lineage_vector *vector;
    struct bw_override *override;
};

struct key {
    const char *name;
    enum bw_err (*read)(struct loader *loader, const struct bw_yaml *value, const struct key *key);
    size_t offset; /* of the field a general reader fills, or its enum bw_word */
};

static enum bw_err read_map(struct loader *loader, const struct bw_yaml *map,
                            const struct key *keys)
{
    const char *names[KEYS_MAX + 1] = { NULL };
    if (map->kind != BW_YAML_MAP) {
        return bw_yaml_fail(loader->err, loader->file, map, "expected a map");
    }
    for (const struct bw_yaml *child = map->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (keys[i].name != NULL && strcmp(keys[i].name, child->key) != 0) {
            names[i] = keys[i].name;
            i++;
        }
        if (keys[i].name == NULL) {
            const char *near = bw_str_nearest(child->key, names);
            return bw_yaml_fail(loader->err, loader->file, child, "unknown key '%s'%s%s%s",
                                child->key, near != NULL ? "; did you mean '" : "",
                                near != NULL ? near : "", near != NULL ? "'?" : "");
        }
        enum bw_err rc = keys[i].read(loader, child, &keys[i]);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

/* A word of a name: lower case, without blanks, not too long. */
static enum bw_err check_word(struct loader *loader, const struct bw_yaml *place, const char *word)
{
    size_t size = word == NULL ? 0 : strlen(word);
    if (size == 0 || size > WORD_BYTES_MAX) {
        return bw_yaml_fail(loader->err, loader->file, place,
                            "expected a word of at most %d bytes", WORD_BYTES_MAX);
    }
    for (size_t i = 0; i < size; i++) {
        if (word[i] <= ' ' || (word[i] >= 'A' && word[i] <= 'Z')) {
            return bw_yaml_fail(loader->err, loader->file, place,
                                "'%s' is not in lower case without blanks", word);
        }
    }
    return BW_OK;
}

static enum bw_err each_word(struct loader *loader, const struct bw_yaml *list,
                             enum bw_err (*add)(struct loader *loader, const struct bw_yaml *item,
                                                const struct key *key),
                             const struct key *key)
{
    if (list->kind != BW_YAML_LIST) {
        return bw_yaml_fail(loader->err, loader->file, list, "expected a list of words");
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        enum bw_err rc = check_word(loader, item, bw_yaml_text(item));
        rc = rc != BW_OK ? rc : add(loader, item, key);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err each_member(struct loader *loader, const struct bw_yaml *map,
                               enum bw_err (*add)(struct loader *loader, const struct bw_yaml *item,
                                                  const struct key *key),
                               const struct key *key)
{
    if (map->kind != BW_YAML_MAP) {
        return bw_yaml_fail(loader->err, loader->file, map, "expected a map");
    }
    for (const struct bw_yaml *item = map->first; item != NULL; item = item->next) {
        enum bw_err rc = check_word(loader, item, item->key);
        rc = rc != BW_OK ? rc : add(loader, item, key);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_version(struct loader *loader, const struct bw_yaml *value, bool decimal,
                                bw_version *out)
{
    const char *text = bw_yaml_text(value);
    if (text == NULL || !bw_version_parse(text, strlen(text), decimal, out) || *out == 0) {
        return bw_yaml_fail(loader->err, loader->file, value,
                            "expected a version such as 4 or 4.1");
    }
    return BW_OK;
}

/* "2024-08" or "2024-08-06" as YYYYMMDD; the day may be absent. */
static bool parse_stamp(const char *text, int64_t *out)
{
    int64_t at_ms = 0;
    if (text == NULL || (strlen(text) != 7 && strlen(text) != 10) ||
        bw_instant_parse(text, &at_ms, NULL) != BW_OK) {
        return false;
    }
    int64_t day = strlen(text) == 10 ? strtol(text + 8, NULL, 10) : 0;
    *out = strtol(text, NULL, 10) * 10000 + strtol(text + 5, NULL, 10) * 100 + day;
    return true;
}

static enum bw_err fail_stamp(struct loader *loader, const struct bw_yaml *place)
{
    return bw_yaml_fail(loader->err, loader->file, place,
                        "expected a date such as \"2024-08\" or \"2024-08-06\"");
}

/* ---- words: and the lists like it ---- */

static enum bw_err add_kind(struct loader *loader, const struct bw_yaml *item, const struct key *key)
{
    bw_lineage_rules_word(loader->rules, item->text)->kinds |= (unsigned)key->offset;
    return BW_OK;
}

static enum bw_err read_kinds(struct loader *loader, const struct bw_yaml *value,
                              const struct key *key)
{
    return each_word(loader, value, add_kind, key);
}

static const struct key WORD_KEYS[] = {
    { "preview", read_kinds, BW_WORD_PREVIEW },   { "floating", read_kinds, BW_WORD_FLOATING },
    { "serving", read_kinds, BW_WORD_SERVING },   { "tags", read_kinds, BW_WORD_TAG },
    { "not_text", read_kinds, BW_WORD_NOT_TEXT }, { "variants", read_kinds, BW_WORD_VARIANT },
    { "tuned", read_kinds, BW_WORD_TUNED },       { "hosts", read_kinds, BW_WORD_HOST },
    { "numbered_at", read_kinds, BW_WORD_NUMBERED },
    { "numbered_at", read_kinds, BW_WORD_NUMBERED },
    { "regions", read_kinds, BW_WORD_REGION },    { NULL, NULL, 0 },
};

static enum bw_err read_words(struct loader *loader, const struct bw_yaml *value,
                              const struct key *key)
{
    (void)key;
    return read_map(loader, value, WORD_KEYS);
}

/* ---- families ---- */

static enum bw_err add_name(struct loader *loader, const struct bw_yaml *item, const struct key *key)
{
    struct bw_names *names = (struct bw_names *)((char *)loader->family + key->offset);
    BW_VEC_PUSH(names, bw_xstrdup(item->text));
    if (key->offset != offsetof(struct bw_family, base_at)) {
        bw_lineage_rules_word(loader->rules, item->text)->kinds |= BW_WORD_VARIANT;
    }
    return BW_OK;
}

static enum bw_err read_names(struct loader *loader, const struct bw_yaml *value,
                              const struct key *key)
{
    return each_word(loader, value, add_name, key);
}

static enum bw_err read_flag(struct loader *loader, const struct bw_yaml *value,
                             const struct key *key)
{
    const char *text = bw_yaml_text(value);
    if (!bw_str_equal(text, "true") && !bw_str_equal(text, "false")) {
        return bw_yaml_fail(loader->err, loader->file, value, "expected true or false");
    }
    *(bool *)((char *)loader->family + key->offset) = text[0] == 't';
    return BW_OK;
}

static enum bw_err add_family_word(struct loader *loader, const struct bw_yaml *item,
                                   const struct key *key)
{
    (void)key;
    struct bw_word_entry *entry = bw_lineage_rules_word(loader->rules, item->text);
    if (entry->family >= 0) {
        return bw_yaml_fail(loader->err, loader->file, item, "'%s' begins another family already",
                            item->text);
    }
    entry->kinds |= BW_WORD_FAMILY;
    entry->family = (int)(loader->family - loader->rules->families.items);
    return BW_OK;
}

static enum bw_err read_family_words(struct loader *loader, const struct bw_yaml *value,
                                     const struct key *key)
{
    return each_word(loader, value, add_family_word, key);
}

static enum bw_err add_written(struct loader *loader, const struct bw_yaml *item,
                               const struct key *key)
{
    (void)key;
    bw_version version = 0;
    enum bw_err rc = read_version(loader, item, loader->family->decimal, &version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&loader->family->written,
                    (struct bw_version_word){ bw_xstrdup(item->key), version });
    }
    return rc;
}

static enum bw_err read_written(struct loader *loader, const struct bw_yaml *value,
                                const struct key *key)
{
    return each_member(loader, value, add_written, key);
}

static enum bw_err add_major(struct loader *loader, const struct bw_yaml *item,
                             const struct key *key)
{
    (void)key;
    bw_version version = 0;
    enum bw_err rc = read_version(loader, item, loader->family->decimal, &version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&loader->family->majors,
                    (struct bw_version_word){ bw_xstrdup(item->text), version });
    }
    return rc;
}

static enum bw_err read_majors(struct loader *loader, const struct bw_yaml *value,
                               const struct key *key)
{
    return each_word(loader, value, add_major, key);
}

static enum bw_err add_revision(struct loader *loader, const struct bw_yaml *item,
                                const struct key *key)
{
    (void)key;
    struct bw_stamp_word word = { NULL, 0 };
    if (!parse_stamp(bw_yaml_text(item), &word.stamp)) {
        return fail_stamp(loader, item);
    }
    word.word = bw_xstrdup(item->key);
    BW_VEC_PUSH(&loader->family->revisions, word);
    bw_lineage_rules_word(loader->rules, item->key)->kinds |= BW_WORD_VARIANT;
    return BW_OK;
}

static enum bw_err read_revisions(struct loader *loader, const struct bw_yaml *value,
                                  const struct key *key)
{
    return each_member(loader, value, add_revision, key);
}

/* One number of billions or a range, 14 or "7-9". */
static enum bw_err add_range(struct loader *loader, const struct bw_yaml *item, const char *name)
{
    const char *text = bw_yaml_text(item);
    char *rest = NULL;
    double from = text == NULL ? 0 : strtod(text, &rest);
    double to = from;
    if (text != NULL && *rest == '-') {
        to = strtod(rest + 1, &rest);
    }
    if (text == NULL || *rest != '\0' || !(from > 0) || !(to >= from) || to > 1e5) {
        return bw_yaml_fail(loader->err, loader->file, item,
                            "expected billions of parameters, 14 or \"7-9\"");
    }
    BW_VEC_PUSH(&loader->family->sizes,
                (struct bw_size_class){ bw_xstrdup(name), (int64_t)(from * 1000 + 0.5),
                                        (int64_t)(to * 1000 + 0.5) });
    return BW_OK;
}

static enum bw_err add_size(struct loader *loader, const struct bw_yaml *item, const struct key *key)
{
    (void)key;
    if (item->kind != BW_YAML_LIST) {
        return bw_yaml_fail(loader->err, loader->file, item, "expected a list of sizes");
    }
    for (const struct bw_yaml *range = item->first; range != NULL; range = range->next) {
        enum bw_err rc = add_range(loader, range, item->key);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_sizes(struct loader *loader, const struct bw_yaml *value,
                              const struct key *key)
{
    return each_member(loader, value, add_size, key);
}

static enum bw_err read_bare_tier(struct loader *loader, const struct bw_yaml *value,
                                  const struct key *key)
{
    (void)key;
    enum bw_err rc = check_word(loader, value, bw_yaml_text(value));
    if (rc == BW_OK) {
        bw_replace(&loader->family->bare_tier, value->text);
    }
    return rc;
}

static enum bw_err read_family_version(struct loader *loader, const struct bw_yaml *value,
                                       const struct key *key)
{
    return read_version(loader, value, loader->family->decimal,
                        (bw_version *)((char *)loader->family + key->offset));
}

static enum bw_err read_implied(struct loader *loader, const struct bw_yaml *value,
                                const struct key *key)
{
    (void)key;
    if (!bw_str_equal(bw_yaml_text(value), "true")) {
        return bw_yaml_fail(loader->err, loader->file, value, "expected true");
    }
    loader->rules->makers.items[loader->maker].implied =
        (int)(loader->family - loader->rules->families.items);
    return BW_OK;
}

static const struct key FAMILY_KEYS[] = {
    { "words", read_family_words, 0 },
    { "decimal", read_flag, offsetof(struct bw_family, decimal) },
    { "drop", read_names, offsetof(struct bw_family, drop) },
    { "drop_sized", read_names, offsetof(struct bw_family, drop_sized) },
    { "moving", read_names, offsetof(struct bw_family, moving) },
    { "tiers", read_names, offsetof(struct bw_family, tiers) },
    { "order", read_names, offsetof(struct bw_family, order) },
    { "base_at", read_names, offsetof(struct bw_family, base_at) },
    { "written", read_written, 0 },
    { "majors", read_majors, 0 },
    { "revisions", read_revisions, 0 },
    { "sizes", read_sizes, 0 },
    { "bare_tier", read_bare_tier, 0 },
    { "bare_tier_from", read_family_version, offsetof(struct bw_family, bare_tier_from) },
    { "unversioned", read_family_version, offsetof(struct bw_family, unversioned) },
    { "implied", read_implied, 0 },
    { "derived", read_flag, offsetof(struct bw_family, derived) },
    { "undated_first", read_flag, offsetof(struct bw_family, undated_first) },
    { "dated_minor", read_flag, offsetof(struct bw_family, dated_minor) },
    { "point_only", read_flag, offsetof(struct bw_family, point_only) },
    { "dated_release", read_flag, offsetof(struct bw_family, dated_release) },
    { NULL, NULL, 0 },
};

static enum bw_err add_family(struct loader *loader, const struct bw_yaml *item,
                              const struct key *key)
{
    BW_VEC_PUSH(&loader->rules->families,
                (struct bw_family){ .name = bw_xstrdup(item->key), .maker = loader->maker });
    loader->family = &loader->rules->families.items[loader->rules->families.count - 1];
    if (bw_yaml_get(item, "words") == NULL) {
        const struct bw_yaml itself = { .text = item->key, .line = item->key_line,
                                        .column = item->key_column };
        enum bw_err rc = add_family_word(loader, &itself, key);
        if (rc != BW_OK || bw_yaml_is_null(item)) {
            return rc;
        }
    }
    return read_map(loader, item, FAMILY_KEYS);
}

static enum bw_err read_families(struct loader *loader, const struct bw_yaml *value,
                                 const struct key *key)
{
    return each_member(loader, value, add_family, key);
}

/* ---- lines ---- */

static enum bw_err add_release(struct loader *loader, const struct bw_yaml *item,
                               const struct key *key)
{
    (void)key;
    struct bw_release release = { 0 };
    if (!parse_stamp(item->key, &release.stamp)) {
        return fail_stamp(loader, item);
    }
    size_t count = loader->line->releases.count;
    if (count > 0 && loader->line->releases.items[count - 1].stamp >= release.stamp) {
        return bw_yaml_fail(loader->err, loader->file, item, "releases must ascend");
    }
    enum bw_err rc = read_version(loader, item, false, &release.version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&loader->line->releases, release);
    }
    return rc;
}

static enum bw_err read_releases(struct loader *loader, const struct bw_yaml *value,
                                 const struct key *key)
{
    return each_member(loader, value, add_release, key);
}

static enum bw_err add_stamp(struct loader *loader, const struct bw_yaml *item,
                             const struct key *key)
{
    struct bw_release begin = { 0 };
    if (!bw_version_parse(item->key, strlen(item->key), false, &begin.version)) {
        return bw_yaml_fail(loader->err, loader->file, item, "expected version: \"year-month\"");
    }
    if (!parse_stamp(bw_yaml_text(item), &begin.stamp)) {
        return fail_stamp(loader, item);
    }
    struct bw_line *line = loader->line;
    if (key->offset == 0) {
        BW_VEC_PUSH(&line->stamps, begin);
    } else {
        BW_VEC_PUSH(&line->general, begin);
    }
    return BW_OK;
}

static enum bw_err read_stamps(struct loader *loader, const struct bw_yaml *value,
                               const struct key *key)
{
    return each_member(loader, value, add_stamp, key);
}

static enum bw_err read_line_unversioned(struct loader *loader, const struct bw_yaml *value,
                                         const struct key *key)
{
    (void)key;
    return read_version(loader, value, false, &loader->line->unversioned);
}

static const struct key LINE_KEYS[] = {
    { "releases", read_releases, 0 },
    { "stamps", read_stamps, 0 },
    { "general", read_stamps, 1 },
    { "unversioned", read_line_unversioned, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_line(struct loader *loader, const struct bw_yaml *item, const struct key *key)
{
    (void)key;
    if (bw_lineage_rules_line(loader->rules, loader->maker, item->key) != NULL) {
        return bw_yaml_fail(loader->err, loader->file, item, "line '%s' is there twice", item->key);
    }
    BW_VEC_PUSH(&loader->rules->lines,
                (struct bw_line){ .name = bw_xstrdup(item->key), .maker = loader->maker });
    loader->line = &loader->rules->lines.items[loader->rules->lines.count - 1];
    return read_map(loader, item, LINE_KEYS);
}

static enum bw_err read_lines(struct loader *loader, const struct bw_yaml *value,
                              const struct key *key)
{
    return each_member(loader, value, add_line, key);
}

/* ---- makers ---- */

static enum bw_err add_maker_name(struct loader *loader, const struct bw_yaml *item,
                                  const struct key *key)
{
    (void)key;
    struct bw_word_entry *entry = bw_lineage_rules_word(loader->rules, item->text);
    if (entry->maker >= 0) {
        return bw_yaml_fail(loader->err, loader->file, item, "'%s' names another maker already",
                            item->text);
    }
    entry->kinds |= BW_WORD_MAKER;
    entry->maker = loader->maker;
    return BW_OK;
}

static enum bw_err read_maker_names(struct loader *loader, const struct bw_yaml *value,
                                    const struct key *key)
{
    return each_word(loader, value, add_maker_name, key);
}

static enum bw_err add_rename(struct loader *loader, const struct bw_yaml *item,
                              const struct key *key)
{
    (void)key;
    enum bw_err rc = check_word(loader, item, bw_yaml_text(item));
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_word_entry *entry = bw_lineage_rules_word(loader->rules, item->key);
    if (entry->rename != NULL) {
        return bw_yaml_fail(loader->err, loader->file, item, "'%s' is renamed twice", item->key);
    }
    entry->kinds |= BW_WORD_RENAME;
    entry->rename = bw_xstrdup(item->text);
    return BW_OK;
}

static enum bw_err read_renames(struct loader *loader, const struct bw_yaml *value,
                                const struct key *key)
{
    return each_member(loader, value, add_rename, key);
}

static const struct key MAKER_KEYS[] = {
    { "names", read_maker_names, 0 },
    { "families", read_families, 0 },
    { "lines", read_lines, 0 },
    { "renames", read_renames, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_maker(struct loader *loader, const struct bw_yaml *item,
                             const struct key *key)
{
    (void)key;
    BW_VEC_EACH(const struct bw_maker, maker, &loader->rules->makers)
    {
        if (strcmp(maker->name, item->key) == 0) {
            return bw_yaml_fail(loader->err, loader->file, item, "maker '%s' is there twice",
                                item->key);
        }
    }
    loader->maker = (int)loader->rules->makers.count;
    BW_VEC_PUSH(&loader->rules->makers,
                (struct bw_maker){ .name = bw_xstrdup(item->key), .implied = -1 });
    return read_map(loader, item, MAKER_KEYS);
}

static enum bw_err read_makers(struct loader *loader, const struct bw_yaml *value,
                               const struct key *key)
{
    return each_member(loader, value, add_maker, key);
}

/* ---- overrides and vectors ---- */

static enum bw_err each_map(struct loader *loader, const struct bw_yaml *list,
                            enum bw_err (*add)(struct loader *loader, const struct bw_yaml *item))
{
    if (list->kind != BW_YAML_LIST) {
        return bw_yaml_fail(loader->err, loader->file, list, "expected a list");
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        enum bw_err rc = add(loader, item);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_id(struct loader *loader, const struct bw_yaml *value, char **slot)
{
    const char *text = bw_yaml_text(value);
    if (text == NULL || text[0] == '\0' || strlen(text) > BW_ENTRY_ID_MAX) {
        return bw_yaml_fail(loader->err, loader->file, value, "expected a model id");
    }
    bw_replace(slot, text);
    return BW_OK;
}

static enum bw_err read_override_id(struct loader *loader, const struct bw_yaml *value,
                                    const struct key *key)
{
    return read_id(loader, value, (char **)((char *)loader->override + key->offset));
}

static enum bw_err read_override_is(struct loader *loader, const struct bw_yaml *value,
                                    const struct key *key)
{
    (void)key;
    const char *text = bw_yaml_text(value);
    if (!bw_str_equal(text, "successor") && !bw_str_equal(text, "none")) {
        return bw_yaml_fail(loader->err, loader->file, value, "expected successor or none");
    }
    loader->override->successor = text[0] == 's';
    return BW_OK;
}

static const struct key OVERRIDE_KEYS[] = {
    { "at", read_override_id, offsetof(struct bw_override, platform) },
    { "old", read_override_id, offsetof(struct bw_override, from) },
    { "new", read_override_id, offsetof(struct bw_override, to) },
    { "is", read_override_is, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_override(struct loader *loader, const struct bw_yaml *item)
{
    BW_VEC_PUSH(&loader->rules->overrides, (struct bw_override){ .successor = true });
    loader->override = &loader->rules->overrides.items[loader->rules->overrides.count - 1];
    loader->override->from = bw_xstrdup("");
    loader->override->to = bw_xstrdup("");
    enum bw_err rc = read_map(loader, item, OVERRIDE_KEYS);
    if (rc == BW_OK && (loader->override->from[0] == '\0' || loader->override->to[0] == '\0')) {
        return bw_yaml_fail(loader->err, loader->file, item, "an override needs old and new");
    }
    return rc;
}

static enum bw_err read_overrides(struct loader *loader, const struct bw_yaml *value,
                                  const struct key *key)
{
    (void)key;
    return each_map(loader, value, add_override);
}

static enum bw_err read_vector_id(struct loader *loader, const struct bw_yaml *value,
                                  const struct key *key)
{
    return read_id(loader, value, (char **)((char *)loader->vector + key->offset));
}

static enum bw_err read_vector_date(struct loader *loader, const struct bw_yaml *value,
                                    const struct key *key)
{
    int64_t *slot = (int64_t *)((char *)loader->vector + key->offset);
    const char *text = bw_yaml_text(value);
    if (text == NULL || bw_instant_parse(text, slot, NULL) != BW_OK) {
        return fail_stamp(loader, value);
    }
    return BW_OK;
}

static enum bw_err read_vector_is(struct loader *loader, const struct bw_yaml *value,
                                  const struct key *key)
{
    (void)key;
    loader->vector->preview_only = bw_str_equal(bw_yaml_text(value), "preview");
    if (!loader->vector->preview_only &&
        !bw_relation_parse(bw_yaml_text(value), &loader->vector->relation)) {
        return bw_yaml_fail(loader->err, loader->file, value,
                            "expected snapshot, minor, major, same, none, unordered or preview");
    }
    return BW_OK;
}

static const struct key VECTOR_KEYS[] = {
    { "at", read_vector_id, offsetof(struct bw_lineage_vector, platform) },
    { "old", read_vector_id, offsetof(struct bw_lineage_vector, older) },
    { "new", read_vector_id, offsetof(struct bw_lineage_vector, newer) },
    { "old_released", read_vector_date, offsetof(struct bw_lineage_vector, older_released_ms) },
    { "new_released", read_vector_date, offsetof(struct bw_lineage_vector, newer_released_ms) },
    { "is", read_vector_is, 0 },
    { NULL, NULL, 0 },
};

static void vector_clear(struct bw_lineage_vector *vector)
{
    free(vector->file);
    free(vector->platform);
    free(vector->older);
    free(vector->newer);
}

static enum bw_err add_vector(struct loader *loader, const struct bw_yaml *item)
{
    struct bw_lineage_vector vector = { .line = item->line };
    loader->vector = &vector;
    enum bw_err rc = read_map(loader, item, VECTOR_KEYS);
    if (rc == BW_OK && (vector.older == NULL || vector.newer == NULL ||
                        bw_yaml_get(item, "is") == NULL)) {
        rc = bw_yaml_fail(loader->err, loader->file, item, "a vector needs old, new and is");
    }
    if (rc != BW_OK || loader->vectors == NULL) {
        vector_clear(&vector);
        return rc;
    }
    vector.file = bw_xstrdup(loader->file);
    BW_VEC_PUSH(loader->vectors, vector);
    return BW_OK;
}

static enum bw_err read_vectors(struct loader *loader, const struct bw_yaml *value,
                                const struct key *key)
{
    (void)key;
    return each_map(loader, value, add_vector);
}

static const struct key FILE_KEYS[] = {
    { "words", read_words, 0 },         { "makers", read_makers, 0 },
    { "overrides", read_overrides, 0 }, { "vectors", read_vectors, 0 },
    { NULL, NULL, 0 },
};

void bw_lineage_vectors_clear(struct bw_lineage_vectors *vectors)
{
    BW_VEC_CLEAR(vectors, vector_clear);
}

enum bw_err bw_lineage_file_read(const char *file, const char *text, size_t size,
                                 struct bw_lineage_rules *rules, struct bw_lineage_vectors *vectors,
                                 struct bw_error *err)
{
    BW_CLEANUP(bw_yaml_freep) struct bw_yaml *root = NULL;
    enum bw_err rc = bw_yaml_parse(file, text, size, &root, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct loader loader = { .file = file, .rules = rules, .vectors = vectors, .err = err };
    return read_map(&loader, root, FILE_KEYS);
}

bool bw_lineage_vector_holds(const struct bw_lineage_rules *rules,
                             const struct bw_lineage_vector *vector, struct bw_judgement *got)
{
    struct bw_judgement own;
    got = got == NULL ? &own : got;
    const struct bw_model_facts older = { .platform = vector->platform, .id = vector->older,
                                          .released_ms = vector->older_released_ms };
    const struct bw_model_facts newer = { .platform = vector->platform, .id = vector->newer,
                                          .released_ms = vector->newer_released_ms };
    bw_lineage_judge(rules, &older, &newer, got);
    return vector->preview_only ? got->preview_only
                                : !got->preview_only && got->relation == vector->relation;
}

static bool in_directory(const struct bw_names *files, const char *name)
{
    BW_VEC_EACH(char *, file, files)
    {
        if (strcmp(*file, name) == 0) {
            return true;
        }
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void closedirp(DIR **directory)
{
    if (*directory != NULL) {
        (void)closedir(*directory);
    }
}

static enum bw_err list_directory(const char *path, struct bw_names *out, struct bw_error *err)
{
    BW_CLEANUP(closedirp) DIR *directory = opendir(path);
    if (directory == NULL) {
        return bw_fail(err, BW_ERR_IO, "open directory '%s': %s", path, strerror(errno));
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && bw_str_ends_with(entry->d_name, ".yaml")) {
            BW_VEC_PUSH(out, bw_xstrdup(entry->d_name));
        }
    }
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof(*out->items), by_name);
    }
    return BW_OK;
}

static void fclosep(FILE **file)
{
    if (*file != NULL) {
        (void)fclose(*file);
    }
}

static void bw_str_clearp(struct bw_str *str)
{
    bw_str_clear(str);
}

static enum bw_err read_file(const char *path, struct bw_str *out, struct bw_error *err)
{
    BW_CLEANUP(fclosep) FILE *file = fopen(path, "re");
    char bytes[4096];
    if (file == NULL) {
        return bw_fail(err, BW_ERR_IO, "open '%s': %s", path, strerror(errno));
    }
    for (size_t got = fread(bytes, 1, sizeof(bytes), file); got > 0;
         got = fread(bytes, 1, sizeof(bytes), file)) {
        bw_str_append_bytes(out, bytes, got);
        if (out->size > FILE_BYTES_MAX) {
            return bw_fail(err, BW_ERR_TOOBIG, "'%s' is larger than %d bytes", path,
                           FILE_BYTES_MAX);
        }
    }
    return ferror(file) ? bw_fail(err, BW_ERR_IO, "read '%s': %s", path, strerror(errno)) : BW_OK;
}

enum bw_err bw_lineage_files_load(const char *directory, struct bw_lineage_rules **out,
                                  struct bw_lineage_vectors *vectors, struct bw_error *err)
{
    BW_CLEANUP(bw_lineage_rules_freep) struct bw_lineage_rules *rules = bw_lineage_rules_new();
    BW_CLEANUP(bw_names_clear) struct bw_names files = { 0 };
    enum bw_err rc = directory == NULL ? BW_OK : list_directory(directory, &files, err);
    for (const struct bw_embedded *file = bw_lineage_files; rc == BW_OK && file->name != NULL;
         file++) {
        if (!in_directory(&files, file->name)) {
            rc = bw_lineage_file_read(file->name, file->text, file->size, rules, vectors, err);
        }
    }
    for (size_t i = 0; rc == BW_OK && i < files.count; i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", directory, files.items[i]);
        BW_CLEANUP(bw_str_clearp) struct bw_str text = { 0 };
        rc = read_file(path, &text, err);
        rc = rc != BW_OK ? rc
                         : bw_lineage_file_read(path, text.text == NULL ? "" : text.text, text.size,
                                                rules, vectors, err);
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(rules);
    }
    return rc;
}
