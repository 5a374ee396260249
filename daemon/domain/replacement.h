/* daemon/domain/replacement.h: what platforms themselves name as replacements. Advice is revised
 * and its targets retire too, so it is followed to a model that lives, and never blindly. */
#ifndef BW_DOMAIN_REPLACEMENT_H
#define BW_DOMAIN_REPLACEMENT_H
#include <stdbool.h>
#include <stdint.h>

struct bw_declared {         /* what a platform says of one model */
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

/* Follow the declared replacements of id to a live end. Ownership: ids that find gives must stay
 * good until this returns, end's longer. */
struct bw_followed bw_replacement_follow(const char *id, bw_declared_find *find, void *context);
#endif
