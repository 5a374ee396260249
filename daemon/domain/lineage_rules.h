/* daemon/domain/lineage_rules.h: how makers name their models, as plain tables. They say what a
 * word of a name means, never which model follows which; codec/lineage_file.h builds them. */
#ifndef BW_DOMAIN_LINEAGE_RULES_H
#define BW_DOMAIN_LINEAGE_RULES_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

/* A version as one number that compares rightly: four parts of 16 bits, the first one on top.
 * 0: none. Trailing zero parts do not count, so 4 equals 4.0. */
typedef uint64_t bw_version;
enum { BW_VERSION_TEXT = 32 };

/* Read "4.1". decimal: "4.20" is 4.2 and below 4.3. False: not a version. */
bool bw_version_parse(const char *text, size_t size, bool decimal, bw_version *out);
const char *bw_version_format(bw_version version, bool decimal, char *out); /* BW_VERSION_TEXT */
unsigned bw_version_major(bw_version version);

/* Bits: what a word may be, wherever it stands. */
enum bw_word {
    BW_WORD_PREVIEW = 1 << 0,   /* a stage before general availability */
    BW_WORD_FLOATING = 1 << 1,  /* "latest": moves from release to release */
    BW_WORD_SERVING = 1 << 2,   /* how it is hosted or packed: says nothing about the model */
    BW_WORD_TAG = 1 << 3,       /* as SERVING, when it follows a colon */
    BW_WORD_NOT_TEXT = 1 << 4,  /* does not generate text: embedder, image, speech, guard */
    BW_WORD_HOST = 1 << 5,      /* a path segment that is no maker: accounts, models */
    BW_WORD_REGION = 1 << 6,    /* "us." */
    BW_WORD_MAKER = 1 << 7,     /* namespace or vendor prefix of a maker */
    BW_WORD_FAMILY = 1 << 8,    /* begins a family's names */
    BW_WORD_RENAME = 1 << 9,    /* the whole name is another one's old or short form */
    BW_WORD_VARIANT = 1 << 10,  /* an ordinary word of variants: mini, coder, thinking */
    BW_WORD_TUNED = 1 << 11,    /* tuned to follow instructions: instruct, chat, it */
    BW_WORD_NUMBERED = 1 << 12, /* a platform that ends ids with a revision of its own: Phi-4-7 */
};

struct bw_word_entry {
    char *word; /* NULL: a free place */
    uint32_t hash;
    unsigned kinds; /* enum bw_word bits */
    int maker;      /* with MAKER: index, else -1 */
    int family;     /* with FAMILY: index, else -1 */
    char *rename;   /* with RENAME */
};

struct bw_version_word {
    char *word; /* a written form, "4o", or a release stamp's */
    bw_version version;
};

struct bw_stamp_word {
    char *word;    /* "terminus" */
    int64_t stamp; /* YYYYMMDD */
};

struct bw_size_class {
    char *name;            /* "-": the line does without it */
    int64_t from_millions; /* both ends belong to it */
    int64_t to_millions;
};

struct bw_release {
    int64_t stamp; /* YYYYMMDD, day 0: the month alone */
    bw_version version;
};

struct bw_maker {
    char *name;
    int implied; /* family of an id that shows the maker alone ("deepseek.r1"), or -1 */
};

struct bw_family {
    char *name;
    int maker;
    struct bw_names drop;       /* words that do not tell its lines apart */
    struct bw_names drop_sized; /* the same beside a size */
    struct bw_names moving;     /* words with which a name without date is an alias after all */
    struct bw_names tiers; /* words that settle the size, so that a size beside them is left out */
    struct bw_names order; /* the order of words in a line's name; others follow by the alphabet */
    struct bw_names base_at; /* platforms where a name without chat or instruct is the
                                pretrained model */
    struct BW_VEC(struct bw_version_word) written; /* versions that are not plain numbers */
    struct BW_VEC(struct bw_version_word) majors;  /* versions that count as major steps */
    struct BW_VEC(struct bw_stamp_word) revisions; /* words that name a later snapshot */
    struct BW_VEC(struct bw_size_class) sizes;
    char *bare_tier;           /* what a name without any word of its own is, or NULL */
    bw_version bare_tier_from; /* ... from this version on */
    bw_version base_before;    /* base_at counts below this version; 0: always */
    bw_version unversioned;    /* what a name without version is; 0: unknown */
    bool derived;              /* trained on other makers' models, whose names are only the base */
    bool undated_first;        /* a name without date is the first release, not an alias */
    bool decimal;              /* versions are decimal fractions */
    bool dated_minor;          /* a new date is a new version, not a snapshot */
    bool point_only;           /* a minor version follows a point, never a dash */
    bool dated_release;        /* "preview" with a date is a release */
};

struct bw_line { /* facts about one line of a family */
    char *name;  /* "mistral-small", as bw_lineage_key() spells it after the maker */
    int maker;
    bw_version unversioned;
    struct BW_VEC(struct bw_release) releases; /* by stamp */
    struct BW_VEC(struct bw_release) stamps;   /* version: the month its month-day stamps begin */
    struct BW_VEC(struct bw_release) general;  /* version: general availability */
};

struct bw_override { /* the user's word, which comes first */
    char *platform;  /* NULL: everywhere */
    char *from;
    char *to;
    bool successor; /* false: never */
};

struct bw_lineage_rules {
    struct BW_VEC(struct bw_maker) makers;
    struct BW_VEC(struct bw_family) families;
    struct BW_VEC(struct bw_line) lines;
    struct BW_VEC(struct bw_override) overrides;
    struct bw_word_entry *words; /* open addressing, a power of two places */
    size_t word_count;
    size_t word_places;
    uint64_t hash; /* of the texts they were read from: same rules, same value */
};

/* Ownership: the caller's, to free with bw_lineage_rules_free(). */
struct bw_lineage_rules *bw_lineage_rules_new(void);
void bw_lineage_rules_free(struct bw_lineage_rules *rules);
BW_DEFINE_FREEP(bw_lineage_rules)

/* The entry of a word, made when it is new. Good until the next call. */
struct bw_word_entry *bw_lineage_rules_word(struct bw_lineage_rules *rules, const char *word);
/* The entry of a word, or NULL. */
const struct bw_word_entry *bw_lineage_rules_find(const struct bw_lineage_rules *rules,
                                                  const char *word, size_t size);
const struct bw_line *bw_lineage_rules_line(const struct bw_lineage_rules *rules, int maker,
                                            const char *name);
#endif
