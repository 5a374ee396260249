/* daemon/domain/model_name.h: what a model id says, taken apart: decoration of the platform, maker,
 * line, version, size, stage and snapshot. */
#ifndef BW_DOMAIN_MODEL_NAME_H
#define BW_DOMAIN_MODEL_NAME_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"
#include "domain/lineage_rules.h"

enum { BW_NAME_WORDS_MAX = 42 }; /* one a part, and two that conventions add */

struct bw_slice {
    const char *at;
    size_t size;
};

struct bw_model_name {
    /* The id in lower case. Slices point into it or the rules: a copy of the struct is no name. */
    char text[BW_ENTRY_ID_MAX + 1];
    int maker;              /* index, -1: unknown */
    int family;             /* index, -1: none of the maker's families */
    struct bw_slice region; /* "eu"; empty: none */
    struct bw_slice words[BW_NAME_WORDS_MAX]; /* what tells lines apart, in canonical order */
    size_t word_count;
    struct bw_slice size;  /* class of size, "8b"; empty: none */
    int64_t size_millions; /* parameters as written; 0: none */
    bw_version version;    /* 0: none written */
    int64_t stamp;         /* YYYYMMDD, day 0 for a month; below 1000 a revision; 0: none */
    bool yearless;         /* stamp is MMDD */
    bool preview;
    bool floating;      /* says "latest" */
    bool undated_first; /* without a stamp it is the version's first snapshot */
    bool not_text;      /* does not generate text */
    bool tuned;         /* somebody's fine-tune (ft:) of this base */
    bool copy;          /* quantised, free, or otherwise another serving of the model */
    bool readable;      /* false: nothing above is known but text */
};

/* Take id apart. platform (NULL: unknown) settles what some names mean there. Never fails: what
 * cannot be read, or is longer than BW_ENTRY_ID_MAX, is not readable. Ownership: rules are borrowed
 * and must outlive *out. */
void bw_model_name_parse(const struct bw_lineage_rules *rules, const char *platform, const char *id,
                         struct bw_model_name *out);

/* "gpt-mini": family, words and size. Returns out. */
const char *bw_model_name_line(const struct bw_lineage_rules *rules,
                               const struct bw_model_name *name, char *out, size_t size);
#endif
