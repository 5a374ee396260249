/* daemon/codec/lineage_file.c: see lineage_file.h. */
#include "codec/lineage_file.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/folder.h"
#include "codec/lineage_maker.h"
#include "codec/lineage_reader.h"

#define HASH_PRIME UINT64_C(0x100000001b3) /* keeps the order of the files in the hash */

static enum bw_err add_kind(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                            const struct bw_lineage_field *field)
{
    bw_lineage_rules_word(reader->rules, item->text)->kinds |= (unsigned)field->offset;
    return BW_OK;
}

static enum bw_err read_kinds(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                              const struct bw_lineage_field *field)
{
    return bw_lineage_reader_words(reader, value, add_kind, field);
}

static const struct bw_lineage_field WORD_KEYS[] = {
    { "preview", read_kinds, BW_WORD_PREVIEW },
    { "floating", read_kinds, BW_WORD_FLOATING },
    { "serving", read_kinds, BW_WORD_SERVING },
    { "tags", read_kinds, BW_WORD_TAG },
    { "not_text", read_kinds, BW_WORD_NOT_TEXT },
    { "variants", read_kinds, BW_WORD_VARIANT },
    { "tuned", read_kinds, BW_WORD_TUNED },
    { "hosts", read_kinds, BW_WORD_HOST },
    { "numbered_at", read_kinds, BW_WORD_NUMBERED },
    { "regions", read_kinds, BW_WORD_REGION },
    { NULL, NULL, 0 },
};

static enum bw_err read_words(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                              const struct bw_lineage_field *field)
{
    (void)field;
    return bw_lineage_reader_map(reader, value, WORD_KEYS);
}

/* ---- overrides and vectors ---- */

static enum bw_err each_map(struct bw_lineage_reader *reader, const struct bw_yaml *list,
                            enum bw_err (*add)(struct bw_lineage_reader *reader,
                                               const struct bw_yaml *item))
{
    if (list->kind != BW_YAML_LIST) {
        return bw_yaml_fail(reader->err, reader->file, list, "expected a list");
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        enum bw_err rc = add(reader, item);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_id(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                           char **slot)
{
    const char *text = bw_yaml_text(value);
    if (text == NULL || text[0] == '\0' || strlen(text) > BW_ENTRY_ID_MAX) {
        return bw_yaml_fail(reader->err, reader->file, value, "expected a model id");
    }
    bw_replace(slot, text);
    return BW_OK;
}

static enum bw_err read_override_id(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                    const struct bw_lineage_field *field)
{
    return read_id(reader, value, (char **)((char *)reader->override + field->offset));
}

static enum bw_err read_override_is(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                    const struct bw_lineage_field *field)
{
    (void)field;
    const char *text = bw_yaml_text(value);
    if (!bw_str_equal(text, "successor") && !bw_str_equal(text, "none")) {
        return bw_yaml_fail(reader->err, reader->file, value, "expected successor or none");
    }
    reader->override->successor = text[0] == 's';
    return BW_OK;
}

static const struct bw_lineage_field OVERRIDE_KEYS[] = {
    { "at", read_override_id, offsetof(struct bw_override, platform) },
    { "old", read_override_id, offsetof(struct bw_override, from) },
    { "new", read_override_id, offsetof(struct bw_override, to) },
    { "is", read_override_is, 0 },
    { NULL, NULL, 0 },
};

static enum bw_err add_override(struct bw_lineage_reader *reader, const struct bw_yaml *item)
{
    BW_VEC_PUSH(&reader->rules->overrides, (struct bw_override){ .successor = true });
    reader->override = &reader->rules->overrides.items[reader->rules->overrides.count - 1];
    reader->override->from = bw_xstrdup("");
    reader->override->to = bw_xstrdup("");
    enum bw_err rc = bw_lineage_reader_map(reader, item, OVERRIDE_KEYS);
    if (rc == BW_OK && (reader->override->from[0] == '\0' || reader->override->to[0] == '\0')) {
        return bw_yaml_fail(reader->err, reader->file, item, "an override needs old and new");
    }
    return rc;
}

static enum bw_err read_overrides(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                  const struct bw_lineage_field *field)
{
    (void)field;
    return each_map(reader, value, add_override);
}

static enum bw_err read_vector_id(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                  const struct bw_lineage_field *field)
{
    return read_id(reader, value, (char **)((char *)reader->vector + field->offset));
}

static enum bw_err read_vector_date(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                    const struct bw_lineage_field *field)
{
    int64_t *slot = (int64_t *)((char *)reader->vector + field->offset);
    const char *text = bw_yaml_text(value);
    if (text == NULL || bw_instant_parse(text, slot, NULL) != BW_OK) {
        return bw_lineage_reader_fail_stamp(reader, value);
    }
    return BW_OK;
}

static enum bw_err read_vector_is(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                  const struct bw_lineage_field *field)
{
    (void)field;
    reader->vector->preview_only = bw_str_equal(bw_yaml_text(value), "preview");
    if (!reader->vector->preview_only &&
        !bw_relation_parse(bw_yaml_text(value), &reader->vector->relation)) {
        return bw_yaml_fail(reader->err, reader->file, value,
                            "expected snapshot, minor, major, same, none, unordered or preview");
    }
    return BW_OK;
}

static const struct bw_lineage_field VECTOR_KEYS[] = {
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

static enum bw_err add_vector(struct bw_lineage_reader *reader, const struct bw_yaml *item)
{
    struct bw_lineage_vector vector = { .line = item->line };
    reader->vector = &vector;
    enum bw_err rc = bw_lineage_reader_map(reader, item, VECTOR_KEYS);
    if (rc == BW_OK &&
        (vector.older == NULL || vector.newer == NULL || bw_yaml_get(item, "is") == NULL)) {
        rc = bw_yaml_fail(reader->err, reader->file, item, "a vector needs old, new and is");
    }
    if (rc != BW_OK || reader->vectors == NULL) {
        vector_clear(&vector);
        return rc;
    }
    vector.file = bw_xstrdup(reader->file);
    BW_VEC_PUSH(reader->vectors, vector);
    return BW_OK;
}

static enum bw_err read_vectors(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                const struct bw_lineage_field *field)
{
    (void)field;
    return each_map(reader, value, add_vector);
}

static const struct bw_lineage_field FILE_KEYS[] = {
    { "words", read_words, 0 },
    { "makers", bw_lineage_read_makers, 0 },
    { "overrides", read_overrides, 0 },
    { "vectors", read_vectors, 0 },
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
    rules->hash = (rules->hash ^ bw_hash(text, size)) * HASH_PRIME;
    struct bw_lineage_reader reader = {
        .file = file, .rules = rules, .vectors = vectors, .err = err
    };
    return bw_lineage_reader_map(&reader, root, FILE_KEYS);
}

bool bw_lineage_vector_holds(const struct bw_lineage_rules *rules,
                             const struct bw_lineage_vector *vector, struct bw_judgement *got)
{
    struct bw_judgement own;
    got = got == NULL ? &own : got;
    const struct bw_model_facts older = { .platform = vector->platform,
                                          .id = vector->older,
                                          .released_ms = vector->older_released_ms };
    const struct bw_model_facts newer = { .platform = vector->platform,
                                          .id = vector->newer,
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

enum bw_err bw_lineage_files_load(const char *directory, struct bw_lineage_rules **out,
                                  struct bw_lineage_vectors *vectors, struct bw_error *err)
{
    BW_CLEANUP(bw_lineage_rules_freep) struct bw_lineage_rules *rules = bw_lineage_rules_new();
    BW_CLEANUP(bw_names_clear) struct bw_names files = { 0 };
    enum bw_err rc = bw_folder_list(directory, &files, err);
    for (const struct bw_embedded *file = bw_lineage_files; rc == BW_OK && file->name != NULL;
         file++) {
        if (!in_directory(&files, file->name)) {
            rc = bw_lineage_file_read(file->name, file->text, file->size, rules, vectors, err);
        }
    }
    for (size_t i = 0; rc == BW_OK && i < files.count; i++) {
        BW_CLEANUP(bw_freep) char *path = NULL;
        BW_CLEANUP(bw_freep) char *text = NULL;
        size_t size = 0;
        rc = bw_folder_read(directory, files.items[i], &path, &text, &size, err);
        if (rc == BW_OK) {
            rc = bw_lineage_file_read(path, text, size, rules, vectors, err);
        }
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(rules);
    }
    return rc;
}
