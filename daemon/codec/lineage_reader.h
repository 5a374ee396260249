/* daemon/codec/lineage_reader.h: the strict reading of a lineage file's YAML: maps by a table of
 * their fields, lists of words, versions and stamps. Errors name the place: "file:line:col: error:
 * what". */
#ifndef BW_CODEC_LINEAGE_READER_H
#define BW_CODEC_LINEAGE_READER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/yaml.h"
#include "domain/lineage_rules.h"

struct bw_lineage_vector;
struct bw_lineage_vectors;

struct bw_lineage_reader { /* all borrowed */
    const char *file;
    struct bw_lineage_rules *rules;
    struct bw_lineage_vectors *vectors; /* NULL: not wanted */
    struct bw_error *err;
    int maker; /* the one being read, and so on */
    struct bw_family *family;
    struct bw_line *line;
    struct bw_lineage_vector *vector;
    struct bw_override *override;
};

struct bw_lineage_field {
    const char *name; /* NULL ends a table */
    enum bw_err (*read)(struct bw_lineage_reader *reader, const struct bw_yaml *value,
                        const struct bw_lineage_field *field);
    size_t offset; /* of what a general read function fills, or its enum bw_word */
};

typedef enum bw_err bw_lineage_add(struct bw_lineage_reader *reader, const struct bw_yaml *item,
                                   const struct bw_lineage_field *field);

/* Read a map by its table; a key that is not in it is an error with a hint. */
BW_MUST_CHECK enum bw_err bw_lineage_reader_map(struct bw_lineage_reader *reader,
                                                const struct bw_yaml *map,
                                                const struct bw_lineage_field *fields);
/* Add each word of a list, each member of a map whose keys are words. */
BW_MUST_CHECK enum bw_err bw_lineage_reader_words(struct bw_lineage_reader *reader,
                                                  const struct bw_yaml *list, bw_lineage_add *add,
                                                  const struct bw_lineage_field *field);
BW_MUST_CHECK enum bw_err bw_lineage_reader_members(struct bw_lineage_reader *reader,
                                                    const struct bw_yaml *map, bw_lineage_add *add,
                                                    const struct bw_lineage_field *field);
/* A word is in lower case, without blanks, of at most 40 bytes. */
BW_MUST_CHECK enum bw_err bw_lineage_reader_word(struct bw_lineage_reader *reader,
                                                 const struct bw_yaml *place, const char *word);
BW_MUST_CHECK enum bw_err bw_lineage_reader_version(struct bw_lineage_reader *reader,
                                                    const struct bw_yaml *value, bool decimal,
                                                    bw_version *out);

/* "2024-08" or "2024-08-06" as YYYYMMDD, day 0 for the month. */
bool bw_lineage_stamp_parse(const char *text, int64_t *out);
enum bw_err bw_lineage_reader_fail_stamp(struct bw_lineage_reader *reader,
                                         const struct bw_yaml *place);
#endif
