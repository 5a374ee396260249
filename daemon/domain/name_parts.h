/* daemon/domain/name_parts.h: a model id cleaned and cut into words and numbers, before anybody
 * asks what they mean. */
#ifndef BW_DOMAIN_NAME_PARTS_H
#define BW_DOMAIN_NAME_PARTS_H
#include <stdbool.h>
#include <stddef.h>

#include "domain/entry.h"
#include "domain/lineage_rules.h"

enum { BW_NAME_PARTS_MAX = 40 };

enum bw_part_kind {
    BW_PART_WORD,
    BW_PART_NUMBER,  /* 4, 4.1, 2506 */
    BW_PART_SIZE,    /* 8b, 8x7b, e4b, 1t */
    BW_PART_IGNORED, /* a22b, 128k, 16e: what the size or the serving says again */
};

struct bw_part {
    enum bw_part_kind kind;
    const char *at;
    size_t size;
    const struct bw_word_entry *entry; /* of a word, NULL: not in the vocabulary */
    bool glued;                        /* no separator before it */
    bool marked;                       /* number after "v" */
};

struct bw_name_parts {
    struct bw_part items[BW_NAME_PARTS_MAX];
    size_t count;
    const char *region; /* "eu", in the text; empty: none */
    size_t region_size;
    int vendor;    /* maker that a path or prefix names, -1: none */
    bool stranger; /* a path names somebody the vocabulary does not know */
    bool floating; /* a router's own moving name */
    bool tuned;    /* a fine-tune of what is named */
    bool copy;     /* a router's tag follows the name */
};

/* Clean id into text and cut it. The platform's decoration ("ft:", paths, "eu.anthropic.", "-v1:0",
 * ":free", percent-encoding) is read or dropped, old short names are replaced by their full form.
 * False: nothing to read, longer than BW_ENTRY_ID_MAX, or of too many parts.
 * Ownership: parts point into text and rules. */
bool bw_name_parts_cut(const struct bw_lineage_rules *rules, const char *id,
                       char text[BW_ENTRY_ID_MAX + 1], struct bw_name_parts *out);

/* Is there, at this place, a whole number of so many digits (0: any)? */
bool bw_name_parts_whole(const struct bw_name_parts *parts, size_t at, size_t digits);
/* The value of a whole number; of its first nine digits when it is longer. */
int bw_part_number(const struct bw_part *part);
#endif
