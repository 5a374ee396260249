/* daemon/domain/lineage.h: does this model supersede that one? The user's word first, then what the
 * names say by the conventions of their maker; dates only settle which year a stamp means. */
#ifndef BW_DOMAIN_LINEAGE_H
#define BW_DOMAIN_LINEAGE_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/placement.h"

/* What the newer model is to the older one. */
enum bw_relation {
    BW_RELATION_NONE,     /* another line, an older model, or none at all */
    BW_RELATION_SAME,     /* the same model under another name */
    BW_RELATION_SNAPSHOT, /* new weights of the same version */
    BW_RELATION_MINOR,
    BW_RELATION_MAJOR,
    BW_RELATION_UNORDERED, /* the names do not say */
    BW_RELATION_DECLARED,  /* somebody names it the replacement: the platform, or the user */
};

/* The evidence. */
enum bw_via {
    BW_VIA_NONE,
    BW_VIA_OVERRIDE,
    BW_VIA_DECLARED,
    BW_VIA_LINE,
};

enum { BW_WHY_TEXT = 512 };

struct bw_judgement {
    bool successor;
    bool preview_only; /* it would be one, but it is a preview and the older model is none */
    enum bw_relation relation;
    enum bw_via via;
    char lineage[BW_LINEAGE_TEXT]; /* of the older model, as bw_lineage_key() gives it */
    char why[BW_WHY_TEXT];         /* one sentence, lower-case start */
};

/* A pinned base is offered the pinned spelling, an alias the alias. */
enum bw_spelling {
    BW_SPELLING_ALIAS,  /* no snapshot named; the platform may move it */
    BW_SPELLING_PINNED, /* names one snapshot */
};

/* Judge one pair. Ownership: all is borrowed. */
void bw_lineage_judge(const struct bw_lineage_rules *rules, const struct bw_model_facts *older,
                      const struct bw_model_facts *newer, struct bw_judgement *out);

/* The same for models that have been placed already: one placement serves many judgements. */
void bw_lineage_judge_placed(const struct bw_lineage_rules *rules,
                             const struct bw_model_facts *older,
                             const struct bw_placement *older_place,
                             const struct bw_model_facts *newer,
                             const struct bw_placement *newer_place, struct bw_judgement *out);

/* The lineage a model belongs to, "openai/gpt-mini"; "" when it cannot be placed. Models that judge
 * as successors share it, overrides apart. Returns out; BW_LINEAGE_TEXT bytes always suffice. */
const char *bw_lineage_key(const struct bw_lineage_rules *rules, const struct bw_model_facts *model,
                           char *out, size_t size);

/* bw_placement_order() of two models: below 0 when a is older; 0 for spellings of one snapshot. */
int bw_lineage_compare(const struct bw_lineage_rules *rules, const struct bw_model_facts *a,
                       const struct bw_model_facts *b);

bool bw_lineage_is_preview(const struct bw_lineage_rules *rules,
                           const struct bw_model_facts *model);
enum bw_spelling bw_lineage_spelling(const struct bw_lineage_rules *rules,
                                     const struct bw_model_facts *model);
/* Names nothing but "the latest" of its line: never a base to compare with. */
bool bw_lineage_is_floating(const struct bw_lineage_rules *rules,
                            const struct bw_model_facts *model);

const char *bw_relation_word(enum bw_relation relation);
bool bw_relation_parse(const char *word, enum bw_relation *out);
const char *bw_via_word(enum bw_via via);
#endif
