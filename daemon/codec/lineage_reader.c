/* daemon/codec/lineage_reader.c: see lineage_reader.h. */
#include "codec/lineage_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"

enum { KEYS_MAX = 32, WORD_BYTES_MAX = 40 };

enum bw_err bw_lineage_reader_map(struct bw_lineage_reader *reader, const struct bw_yaml *map,
                                  const struct bw_lineage_field *fields)
{
    const char *names[KEYS_MAX + 1] = { NULL };
    if (map->kind != BW_YAML_MAP) {
        return bw_yaml_fail(reader->err, reader->file, map, "expected a map");
    }
    for (const struct bw_yaml *child = map->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (fields[i].name != NULL && strcmp(fields[i].name, child->key) != 0) {
            names[i] = fields[i].name;
            i++;
        }
        if (fields[i].name == NULL) {
            const char *near = bw_str_nearest(child->key, names);
            struct bw_yaml place = *child;
            place.line = child->key_line;
            place.column = child->key_column;
            return bw_yaml_fail(reader->err, reader->file, &place, "unknown key '%s'%s%s%s",
                                child->key, near != NULL ? "; did you mean '" : "",
                                near != NULL ? near : "", near != NULL ? "'?" : "");
        }
        enum bw_err rc = fields[i].read(reader, child, &fields[i]);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

enum bw_err bw_lineage_reader_word(struct bw_lineage_reader *reader, const struct bw_yaml *place,
                                   const char *word)
{
    size_t size = word == NULL ? 0 : strlen(word);
    if (size == 0 || size > WORD_BYTES_MAX) {
        return bw_yaml_fail(reader->err, reader->file, place, "expected a word of at most %d bytes",
                            WORD_BYTES_MAX);
    }
    for (size_t i = 0; i < size; i++) {
        if (word[i] <= ' ' || (word[i] >= 'A' && word[i] <= 'Z')) {
            return bw_yaml_fail(reader->err, reader->file, place,
                                "'%s' is not in lower case without blanks", word);
        }
    }
    return BW_OK;
}

enum bw_err bw_lineage_reader_words(struct bw_lineage_reader *reader, const struct bw_yaml *list,
                                    bw_lineage_add *add, const struct bw_lineage_field *field)
{
    if (list->kind != BW_YAML_LIST) {
        return bw_yaml_fail(reader->err, reader->file, list, "expected a list of words");
    }
    for (const struct bw_yaml *item = list->first; item != NULL; item = item->next) {
        enum bw_err rc = bw_lineage_reader_word(reader, item, bw_yaml_text(item));
        rc = rc != BW_OK ? rc : add(reader, item, field);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

enum bw_err bw_lineage_reader_members(struct bw_lineage_reader *reader, const struct bw_yaml *map,
                                      bw_lineage_add *add, const struct bw_lineage_field *field)
{
    if (map->kind != BW_YAML_MAP) {
        return bw_yaml_fail(reader->err, reader->file, map, "expected a map");
    }
    for (const struct bw_yaml *item = map->first; item != NULL; item = item->next) {
        enum bw_err rc = bw_lineage_reader_word(reader, item, item->key);
        rc = rc != BW_OK ? rc : add(reader, item, field);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

enum bw_err bw_lineage_reader_version(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                                      bool decimal, bw_version *out)
{
    const char *text = bw_yaml_text(value);
    if (text == NULL || !bw_version_parse(text, strlen(text), decimal, out) || *out == 0) {
        return bw_yaml_fail(reader->err, reader->file, value,
                            "expected a version such as 4 or 4.1");
    }
    return BW_OK;
}

bool bw_lineage_stamp_parse(const char *text, int64_t *out)
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

enum bw_err bw_lineage_reader_fail_stamp(struct bw_lineage_reader *reader,
                                         const struct bw_yaml *place)
{
    return bw_yaml_fail(reader->err, reader->file, place,
                        "expected a date such as \"2024-08\" or \"2024-08-06\"");
}
