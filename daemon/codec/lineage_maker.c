/* daemon/codec/lineage_maker.c: see lineage_maker.h. Each map of the format is a table. */
#include "codec/lineage_maker.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static enum bw_err add_name(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                            const struct bw_lineage_field *field)
{
    struct bw_names *names = (struct bw_names *)((char *)reader->family + field->offset);
    BW_VEC_PUSH(names, bw_xstrdup(item->text));
    if (field->offset != offsetof(struct bw_family, base_at)) {
        bw_lineage_rules_word(reader->rules, item->text)->kinds |= BW_WORD_VARIANT;
    }
    return BW_OK;
}

static enum bw_err read_names(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                              const struct bw_lineage_field *field)
{
    return bw_lineage_reader_words(reader, value, add_name, field);
}

static enum bw_err read_flag(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                             const struct bw_lineage_field *field)
{
    const char *text = bw_yaml_text(value);
    if (!bw_str_equal(text, "true") && !bw_str_equal(text, "false")) {
        return bw_yaml_fail(reader->err, reader->file, value, "expected true or false");
    }
    *(bool *)((char *)reader->family + field->offset) = text[0] == 't';
    return BW_OK;
}

static enum bw_err add_family_word(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                                   const struct bw_lineage_field *field)
{
    (void)field;
    struct bw_word_entry *entry = bw_lineage_rules_word(reader->rules, item->text);
    if (entry->family >= 0) {
        return bw_yaml_fail(reader->err, reader->file, item, "'%s' begins another family already",
                            item->text);
    }
    entry->kinds |= BW_WORD_FAMILY;
    entry->family = (int)(reader->family - reader->rules->families.items);
    return BW_OK;
}

static enum bw_err read_family_words(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                     const struct bw_lineage_field *field)
{
    return bw_lineage_reader_words(reader, value, add_family_word, field);
}

static enum bw_err add_written(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                               const struct bw_lineage_field *field)
{
    (void)field;
    bw_version version = 0;
    enum bw_err rc = bw_lineage_reader_version(reader, item, reader->family->decimal, &version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&reader->family->written,
                    (struct bw_version_word){ bw_xstrdup(item->key), version });
    }
    return rc;
}

static enum bw_err read_written(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_written, field);
}

static enum bw_err add_major(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                             const struct bw_lineage_field *field)
{
    (void)field;
    bw_version version = 0;
    enum bw_err rc = bw_lineage_reader_version(reader, item, reader->family->decimal, &version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&reader->family->majors,
                    (struct bw_version_word){ bw_xstrdup(item->text), version });
    }
    return rc;
}

static enum bw_err read_majors(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                               const struct bw_lineage_field *field)
{
    return bw_lineage_reader_words(reader, value, add_major, field);
}

static enum bw_err add_revision(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                                const struct bw_lineage_field *field)
{
    (void)field;
    struct bw_stamp_word word = { NULL, 0 };
    if (!bw_lineage_stamp_parse(bw_yaml_text(item), &word.stamp)) {
        return bw_lineage_reader_fail_stamp(reader, item);
    }
    word.word = bw_xstrdup(item->key);
    BW_VEC_PUSH(&reader->family->revisions, word);
    bw_lineage_rules_word(reader->rules, item->key)->kinds |= BW_WORD_VARIANT;
    return BW_OK;
}

static enum bw_err read_revisions(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                  const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_revision, field);
}

/* One number of billions or a range, 14 or "7-9". */
static enum bw_err add_range(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                             const char *name)
{
    const char *text = bw_yaml_text(item);
    char *rest = NULL;
    double from = text == NULL ? 0 : strtod(text, &rest);
    double to = from;
    if (text != NULL && *rest == '-') {
        to = strtod(rest + 1, &rest);
    }
    if (text == NULL || *rest != '\0' || !(from > 0) || !(to >= from) || to > 1e5) {
        return bw_yaml_fail(reader->err, reader->file, item,
                            "expected billions of parameters, 14 or \"7-9\"");
    }
    BW_VEC_PUSH(&reader->family->sizes,
                (struct bw_size_class){ bw_xstrdup(name), (int64_t)(from * 1000 + 0.5),
                                        (int64_t)(to * 1000 + 0.5) });
    return BW_OK;
}

static enum bw_err add_size(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                            const struct bw_lineage_field *field)
{
    (void)field;
    if (item->kind != BW_YAML_LIST) {
        return bw_yaml_fail(reader->err, reader->file, item, "expected a list of sizes");
    }
    for (const struct bw_yaml *range = item->first; range != NULL; range = range->next) {
        enum bw_err rc = add_range(reader, range, item->key);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_sizes(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                              const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_size, field);
}

static enum bw_err read_bare_tier(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                  const struct bw_lineage_field *field)
{
    (void)field;
    enum bw_err rc = bw_lineage_reader_word(reader, value, bw_yaml_text(value));
    if (rc == BW_OK) {
        bw_replace(&reader->family->bare_tier, value->text);
    }
    return rc;
}

static enum bw_err read_family_version(struct bw_lineage_reader *reader,
                                       const struct bw_yaml *value,
                                       const struct bw_lineage_field *field)
{
    return bw_lineage_reader_version(reader, value, reader->family->decimal,
                                     (bw_version *)((char *)reader->family + field->offset));
}

static enum bw_err read_implied(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                const struct bw_lineage_field *field)
{
    (void)field;
    if (!bw_str_equal(bw_yaml_text(value), "true")) {
        return bw_yaml_fail(reader->err, reader->file, value, "expected true");
    }
    reader->rules->makers.items[reader->maker].implied =
        (int)(reader->family - reader->rules->families.items);
    return BW_OK;
}

static const struct bw_lineage_field FAMILY_KEYS[] = {
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
    { "base_before", read_family_version, offsetof(struct bw_family, base_before) },
    { "unversioned", read_family_version, offsetof(struct bw_family, unversioned) },
    { "implied", read_implied, 0 },
    { "derived", read_flag, offsetof(struct bw_family, derived) },
    { "undated_first", read_flag, offsetof(struct bw_family, undated_first) },
    { "dated_minor", read_flag, offsetof(struct bw_family, dated_minor) },
    { "point_only", read_flag, offsetof(struct bw_family, point_only) },
    { "dated_release", read_flag, offsetof(struct bw_family, dated_release) },
    { NULL, NULL, 0 },
};

static enum bw_err add_family(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                              const struct bw_lineage_field *field)
{
    BW_VEC_PUSH(&reader->rules->families,
                (struct bw_family){ .name = bw_xstrdup(item->key), .maker = reader->maker });
    reader->family = &reader->rules->families.items[reader->rules->families.count - 1];
    if (bw_yaml_get(item, "words") == NULL) {
        const struct bw_yaml itself = { .text = item->key,
                                        .line = item->key_line,
                                        .column = item->key_column };
        enum bw_err rc = add_family_word(reader, &itself, field);
        if (rc != BW_OK || bw_yaml_is_null(item)) {
            return rc;
        }
    }
    return bw_lineage_reader_map(reader, item, FAMILY_KEYS);
}

static enum bw_err read_families(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                 const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_family, field);
}

/* ---- lines ---- */

static enum bw_err add_release(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                               const struct bw_lineage_field *field)
{
    (void)field;
    struct bw_release release = { 0 };
    if (!bw_lineage_stamp_parse(item->key, &release.stamp)) {
        return bw_lineage_reader_fail_stamp(reader, item);
    }
    size_t count = reader->line->releases.count;
    if (count > 0 && reader->line->releases.items[count - 1].stamp >= release.stamp) {
        return bw_yaml_fail(reader->err, reader->file, item, "releases must ascend");
    }
    enum bw_err rc = bw_lineage_reader_version(reader, item, false, &release.version);
    if (rc == BW_OK) {
        BW_VEC_PUSH(&reader->line->releases, release);
    }
    return rc;
}

static enum bw_err read_releases(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                 const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_release, field);
}

static enum bw_err add_stamp(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                             const struct bw_lineage_field *field)
{
    struct bw_release begin = { 0 };
    if (!bw_version_parse(item->key, strlen(item->key), false, &begin.version)) {
        return bw_yaml_fail(reader->err, reader->file, item, "expected version: \"year-month\"");
    }
    if (!bw_lineage_stamp_parse(bw_yaml_text(item), &begin.stamp)) {
        return bw_lineage_reader_fail_stamp(reader, item);
    }
    struct bw_line *line = reader->line;
    if (field->offset == 0) {
        BW_VEC_PUSH(&line->stamps, begin);
    } else {
        BW_VEC_PUSH(&line->general, begin);
    }
    return BW_OK;
}

static enum bw_err read_stamps(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                               const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_stamp, field);
}

static enum bw_err read_line_unversioned(struct bw_lineage_reader *reader,
                                         const struct bw_yaml *value,
                                         const struct bw_lineage_field *field)
{
    (void)field;
    return bw_lineage_reader_version(reader, value, false, &reader->line->unversioned);
}

static const struct bw_lineage_field LINE_KEYS[] = {
    { "releases", read_releases, 0 },
    { "stamps", read_stamps, 0 },
    { "general", read_stamps, 1 },
    { "unversioned", read_line_unversioned, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_line(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                            const struct bw_lineage_field *field)
{
    (void)field;
    if (bw_lineage_rules_line(reader->rules, reader->maker, item->key) != NULL) {
        return bw_yaml_fail(reader->err, reader->file, item, "line '%s' is there twice", item->key);
    }
    BW_VEC_PUSH(&reader->rules->lines,
                (struct bw_line){ .name = bw_xstrdup(item->key), .maker = reader->maker });
    reader->line = &reader->rules->lines.items[reader->rules->lines.count - 1];
    return bw_lineage_reader_map(reader, item, LINE_KEYS);
}

static enum bw_err read_lines(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                              const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_line, field);
}

/* ---- makers ---- */

static enum bw_err add_maker_name(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                                  const struct bw_lineage_field *field)
{
    (void)field;
    struct bw_word_entry *entry = bw_lineage_rules_word(reader->rules, item->text);
    if (entry->maker >= 0) {
        return bw_yaml_fail(reader->err, reader->file, item, "'%s' names another maker already",
                            item->text);
    }
    entry->kinds |= BW_WORD_MAKER;
    entry->maker = reader->maker;
    return BW_OK;
}

static enum bw_err read_maker_names(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                    const struct bw_lineage_field *field)
{
    return bw_lineage_reader_words(reader, value, add_maker_name, field);
}

static enum bw_err add_rename(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                              const struct bw_lineage_field *field)
{
    (void)field;
    enum bw_err rc = bw_lineage_reader_word(reader, item, bw_yaml_text(item));
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_word_entry *entry = bw_lineage_rules_word(reader->rules, item->key);
    if (entry->rename != NULL) {
        return bw_yaml_fail(reader->err, reader->file, item, "'%s' is renamed twice", item->key);
    }
    entry->kinds |= BW_WORD_RENAME;
    entry->rename = bw_xstrdup(item->text);
    return BW_OK;
}

static enum bw_err read_renames(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_rename, field);
}

static const struct bw_lineage_field MAKER_KEYS[] = {
    { "names", read_maker_names, 0 },
    { "families", read_families, 0 },
    { "lines", read_lines, 0 },
    { "renames", read_renames, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_maker(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                             const struct bw_lineage_field *field)
{
    (void)field;
    BW_VEC_EACH(const struct bw_maker, maker, &reader->rules->makers)
    {
        if (strcmp(maker->name, item->key) == 0) {
            return bw_yaml_fail(reader->err, reader->file, item, "maker '%s' is there twice",
                                item->key);
        }
    }
    reader->maker = (int)reader->rules->makers.count;
    BW_VEC_PUSH(&reader->rules->makers,
                (struct bw_maker){ .name = bw_xstrdup(item->key), .implied = -1 });
    return bw_lineage_reader_map(reader, item, MAKER_KEYS);
}

enum bw_err bw_lineage_read_makers(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                   const struct bw_lineage_field *field)
{
    return bw_lineage_reader_members(reader, value, add_maker, field);
}
