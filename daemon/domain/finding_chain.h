/* daemon/domain/finding_chain.h: what a finding rests on in the end: a tune of a tune, a stack of
 * adapters and a served fine-tune all lead to the base that somebody released. */
#ifndef BW_DOMAIN_FINDING_CHAIN_H
#define BW_DOMAIN_FINDING_CHAIN_H
#include "domain/finding.h"

/* Findings of one scope, to be looked up by id, or by the job that made them. Borrows them. */
struct bw_finding_set {
    const struct bw_finding **by_id;
    const struct bw_finding **by_job; /* without intermediate steps */
    size_t count;
    size_t job_count;
};
void bw_finding_set_init(struct bw_finding_set *set, const struct bw_finding *const *findings,
                         size_t count);
void bw_finding_set_clear(struct bw_finding_set *set);
/* NULL: none of that name. */
const struct bw_finding *bw_finding_set_find(const struct bw_finding_set *set, const char *name);

enum { BW_CHAIN_HOPS_MAX = 16 };

struct bw_chain_world {
    const struct bw_finding_set *set;
    /* What the catalog says a model was made from; NULL: nothing. Good until the next call. */
    const char *(*parent)(void *context, const char *model);
    void *context;
};

struct bw_chain {
    char *root; /* NULL: it cannot be told, or the chain runs in a circle */
    char *path; /* "a -> b -> c", the finding first; NULL: it was made from the root itself */
    const struct bw_finding *tune; /* the first fine-tune in it that is a finding; NULL: none */
    bool tuned; /* there is a fine-tune in it, a finding or not */
};

/* Ownership: *out is the caller's, to release with bw_chain_clear(); tune is borrowed. */
void bw_chain_follow(const struct bw_chain_world *world, const struct bw_finding *finding,
                     struct bw_chain *out);
void bw_chain_clear(struct bw_chain *chain);
#endif
