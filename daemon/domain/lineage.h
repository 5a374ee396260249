/* daemon/domain/lineage.h: does this model supersede that one? The user's word first, then what the
 * names say by the conventions of their maker; dates only settle which year a stamp means. */
#ifndef BW_DOMAIN_LINEAGE_H
#define BW_DOMAIN_LINEAGE_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"
#include "domain/lineage_rules.h"

struct bw_model_facts { /* borrowed; everything but id may be unknown (NULL, 0) */
    const char *platform;
    const char *id; /* never NULL */
    const char *name;
    const char *family;
    int64_t released_ms;
    struct bw_price price_input;
    struct bw_price price_output;
    int64_t context_tokens;
    unsigned input; /* enum bw_modality bits */
    unsigned output;
    enum bw_life life;
};

enum bw_relation { /* what the newer model is to the older one */
    BW_RELATION_NONE,      /* another line, an older model, or none at all */
    BW_RELATION_SAME,      /* the same model under another name */
    BW_RELATION_SNAPSHOT,  /* new weights of the same version */
    BW_RELATION_MINOR,
    BW_RELATION_MAJOR,
    BW_RELATION_UNORDERED, /* the names do not say */
    BW_RELATION_DECLARED,  /* the platform names it as the replacement */
};

enum bw_via { /* the evidence */
    BW_VIA_NONE,
    BW_VIA_OVERRIDE,
    BW_VIA_DECLARED,
    BW_VIA_LINE,
};

enum { BW_LINEAGE_TEXT = 160, BW_WHY_TEXT = 320 };

struct bw_judgement {
    bool successor;
    bool preview_only; /* it would be one, but it is a preview and the older model is none */
    enum bw_relation relation;
    enum bw_via via;
    char lineage[BW_LINEAGE_TEXT]; /* of the older model, as bw_lineage_key() gives it */
    char why[BW_WHY_TEXT];         /* one sentence, lower-case start */
};

enum bw_spelling { /* DESIGN: a pinned base is offered the pinned spelling, an alias the alias */
    BW_SPELLING_ALIAS,  /* no snapshot named; the platform may move it */
    BW_SPELLING_PINNED, /* names one snapshot */
};

/* Judge one pair. Ownership: all is borrowed. */
void bw_lineage_judge(const struct bw_lineage_rules *rules, const struct bw_model_facts *older,
                      const struct bw_model_facts *newer, struct bw_judgement *out);

/* The lineage a model belongs to, "openai/gpt-mini"; "" when it cannot be placed. Models that judge
 * as successors share it, overrides apart. Returns out; BW_LINEAGE_TEXT bytes always suffice. */
const char *bw_lineage_key(const struct bw_lineage_rules *rules, const struct bw_model_facts *model,
                           char *out, size_t size);

/* Order within one lineage: below 0 when a is older. Antisymmetric and transitive; 0 for spellings of
 * one model. Of different lineages: by key. */
int bw_lineage_compare(const struct bw_lineage_rules *rules, const struct bw_model_facts *a,
                       const struct bw_model_facts *b);

bool bw_lineage_is_preview(const struct bw_lineage_rules *rules, const struct bw_model_facts *model);
bool bw_lineage_is_text(const struct bw_lineage_rules *rules, const struct bw_model_facts *model);
enum bw_spelling bw_lineage_spelling(const struct bw_lineage_rules *rules,
                                     const struct bw_model_facts *model);
/* Names nothing but "the latest" of its line: never a base to compare with. */
bool bw_lineage_is_floating(const struct bw_lineage_rules *rules,
                            const struct bw_model_facts *model);

const char *bw_relation_word(enum bw_relation relation);
bool bw_relation_parse(const char *word, enum bw_relation *out);
const char *bw_via_word(enum bw_via via);

/* ---- declared replacements: dated facts apart from the lines above ---- */

struct bw_declared { /* what a platform says of one model */
    const char *replacement; /* NULL: none named */
    bool retired;            /* it answers no more, or has a firm end */
    int64_t released_ms;     /* 0: unknown */
};

/* Look a model up: false when nothing is known of it, which counts as live. */
typedef bool bw_declared_find(void *context, const char *id, struct bw_declared *out);

enum bw_follow {
    BW_FOLLOW_NONE,     /* no replacement is named */
    BW_FOLLOW_LIVE,     /* end is a model that lives */
    BW_FOLLOW_DEAD_END, /* end is retired and names no replacement */
    BW_FOLLOW_CYCLE,    /* end is the first one named twice */
    BW_FOLLOW_OLDER,    /* end is older than what it replaces: reported, not followed */
};

struct bw_followed {
    enum bw_follow outcome;
    const char *end; /* borrowed from the lookup; NULL with NONE */
    unsigned hops;   /* replacements passed, 1 when the first one named is the end */
};

enum { BW_FOLLOW_HOPS_MAX = 32 }; /* a longer chain is reported as a cycle */

/* Follow the declared replacements of id to a live end. */
struct bw_followed bw_lineage_follow(const char *id, bw_declared_find *find, void *context);
#endif
