/* daemon/codec/config_reader.h: reads YAML into structs by the option table, and collects what is
 * wrong. A value may stand in several files at once: maps then join, lists are appended, and a
 * scalar given twice is an error. Internal to the configuration reader. */
#ifndef BW_CODEC_CONFIG_READER_H
#define BW_CODEC_CONFIG_READER_H
#include "base/vec.h"
#include "codec/config_options.h"
#include "codec/yaml.h"

struct bw_config_file {
    char *path;
    struct bw_yaml *root;
    bool deployments_only;
};

struct bw_config_node {
    const struct bw_config_file *file;
    const struct bw_yaml *yaml;
};

struct bw_config_nodes BW_VEC(struct bw_config_node);

struct bw_complaint {
    size_t file; /* files in the order they are read */
    int line;
    int column;
    char *text; /* file:line:col: error: what; hint */
};

struct bw_claim { /* a name that must be unique among its kind */
    const char *noun;
    char *name;
    struct bw_config_node node;
};

enum { BW_COMPLAINTS_MAX = 20 };

struct bw_config_reader {
    struct bw_settings *settings; /* borrowed; being filled */
    struct bw_eval_suites *suites; /* likewise: of the runner's files, which have no settings */
    bool trusted;                 /* files that others than root and we may write are refused */
    char *folder;                 /* of the main file */
    struct { struct bw_config_file *items; size_t count, capacity; } files;
    struct { struct bw_complaint *items; size_t count, capacity; } complaints;
    struct { struct bw_claim *items; size_t count, capacity; } claims;
    size_t more; /* complaints beyond BW_COMPLAINTS_MAX */
};

void bw_config_reader_clear(struct bw_config_reader *reader);

/* Complain about a value. */
void bw_config_complain(struct bw_config_reader *reader, const struct bw_config_node *node,
                        const char *format, ...) BW_PRINTF(3, 4);
/* Complain about the key of a map's member. */
void bw_config_complain_of_key(struct bw_config_reader *reader, const struct bw_config_node *member,
                               const char *what);
/* Keep a complaint that already names its place. */
void bw_config_complain_of_file(struct bw_config_reader *reader, size_t file, const char *text);
/* Everything said so far, to see later whether more has come. */
size_t bw_config_complaints(const struct bw_config_reader *reader);

/* Put the fallbacks of all options, and of the maps inside, into the struct at base. */
void bw_config_defaults(const struct bw_config_section *options, void *base);

/* Fill the struct at base from the nodes, which are the same map in one or more files. */
void bw_config_read_map(struct bw_config_reader *reader, const struct bw_config_section *options,
                        const struct bw_config_nodes *nodes, void *base);
/* The same for a map that stands in one file. */
void bw_config_read_item(struct bw_config_reader *reader, const struct bw_config_section *options,
                         const struct bw_config_node *item, void *base);

/* Remember a name; those that were claimed twice are complained of together. */
void bw_config_claim(struct bw_config_reader *reader, const char *noun, const char *name,
                     const struct bw_config_node *node);
void bw_config_check_claims(struct bw_config_reader *reader);
#endif
