/* daemon/codec/config_options.h: every option of the configuration, once: parsing, checks, hints,
 * help and the JSON Schema all read this table. Internal to the configuration reader. */
#ifndef BW_CODEC_CONFIG_OPTIONS_H
#define BW_CODEC_CONFIG_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/eval_suite.h"
#include "domain/settings.h"

struct bw_config_reader;
struct bw_config_node;

/* How an option is written, and what it fills at its offset. */
enum bw_config_type {
    BW_CONFIG_TEXT,     /* char *; one of `words` if there are any; at most `max` bytes */
    BW_CONFIG_LINES,    /* char *; lines of text, kept byte for byte */
    BW_CONFIG_PATH,     /* char *; an absolute path */
    BW_CONFIG_PROGRAM,  /* char *; one of `words`, or an absolute path */
    BW_CONFIG_PLATFORM, /* char *; canonical afterwards */
    BW_CONFIG_TEXTS,    /* struct bw_names; each one of `words` if there are any */
    BW_CONFIG_ARGV,     /* struct bw_names; a command, each word kept byte for byte */
    BW_CONFIG_WORD,     /* an enum: the word's index */
    BW_CONFIG_BITS,     /* unsigned: a list of words, bit i for the word i */
    BW_CONFIG_BOOL,     /* bool */
    BW_CONFIG_ANSWER,   /* an enum of unknown, no, yes */
    BW_CONFIG_COUNT,    /* int64_t */
    BW_CONFIG_BYTES,    /* int64_t; 512, 64KiB, 16MiB */
    BW_CONFIG_SHARE,    /* double from 0 to 1 */
    BW_CONFIG_DURATION, /* int64_t milliseconds; 30s, 6h, 10d */
    BW_CONFIG_DAY,      /* int64_t UTC milliseconds; 2026-01-10 */
    BW_CONFIG_MONEY,    /* struct bw_money; US dollars */
    BW_CONFIG_JSON,     /* char *; a map of any shape, kept as JSON text */
    BW_CONFIG_SECRET,   /* struct bw_secret_ref */
    BW_CONFIG_MAP,      /* the struct at the offset, by the options of `of` */
    BW_CONFIG_LIST,     /* each item by of->add; at most `max` items */
    BW_CONFIG_NAMED,    /* a map whose keys are names: each member by of->add; at most `max` */
    BW_CONFIG_VARIABLES, /* struct bw_variables; a map of texts, or secrets by `of` */
};

struct bw_config_option {
    const char *name;
    enum bw_config_type type;
    size_t offset;
    const struct bw_config_section *of; /* TEXT: a map may stand in its place, with its offsets */
    const char *const *words; /* ended by NULL */
    int64_t min, max;         /* both 0: what the type allows */
    const char *unit;         /* of a count */
    const char *fallback;     /* as one would write it, BITS: "all"; NULL: none */
    bool required;
    bool restart;         /* a reload leaves it as it is */
    const char *overflow; /* LIST: what to do with more than `max` items */
    const char *help;
};

struct bw_config_section {
    const char *noun;                     /* what one map of these is called in messages */
    const struct bw_config_option *items; /* ended by a NULL name */
    void (*add)(struct bw_config_reader *reader, const struct bw_config_node *item);
};

/* What one item of `sources:` says; it becomes one source for each region. */
struct bw_source_item {
    struct bw_source_settings source;
    struct bw_names regions;
};

enum { BW_CONFIG_DEPLOYMENTS_MAX = 10000 };

extern const struct bw_config_section bw_config_section; /* the top level */
extern const struct bw_config_section bw_config_deployments_section; /* and nothing else */
extern const struct bw_config_section bw_source_section;
extern const struct bw_config_section bw_sink_section;
extern const struct bw_config_section bw_trigger_section;
extern const struct bw_config_section bw_adopt_section;
extern const struct bw_config_section bw_deployment_section;
extern const struct bw_config_section bw_secret_section;

void bw_config_add_source(struct bw_config_reader *reader, const struct bw_config_node *item);
void bw_config_add_sink(struct bw_config_reader *reader, const struct bw_config_node *item);
void bw_config_add_trigger(struct bw_config_reader *reader, const struct bw_config_node *item);
void bw_config_add_adopt(struct bw_config_reader *reader, const struct bw_config_node *item);
void bw_config_add_deployment(struct bw_config_reader *reader, const struct bw_config_node *item);

/* What its options mean, as text; the JSON Schema of a file that holds it.
 * Ownership: the caller's. */
char *bw_config_section_help(const struct bw_config_section *section);
char *bw_config_section_schema(const struct bw_config_section *section, const char *title);

/* NULL when there is none of that name. */
const struct bw_config_option *bw_config_option_find(const struct bw_config_section *section,
                                                     const char *name);
#endif
