/* daemon/domain/cohort.h: all deployments that share platform, scope, base, technique, policy
 * and the ends of their own tunes; state lives here. */
#ifndef BW_DOMAIN_COHORT_H
#define BW_DOMAIN_COHORT_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/deployment.h"

enum bw_cohort_state { /* worst last; unknown: nothing was ever known, or no longer */
    BW_COHORT_UNKNOWN,
    BW_COHORT_CURRENT,
    BW_COHORT_STALE,    /* an eligible successor is out */
    BW_COHORT_RETIRING, /* the base has a firm end date */
    BW_COHORT_ORPHANED, /* a fine-tune that can be retrained nowhere */
    BW_COHORT_RETIRED,  /* the end date has passed */
};

enum bw_confidence {
    BW_CONFIDENCE_NONE,
    BW_CONFIDENCE_UNCONFIRMED, /* its sources fail; known deadlines keep counting */
    BW_CONFIDENCE_CONFIRMED,
};

struct bw_ends { /* firm days that a tuned model's own row names; 0: none */
    int64_t serve_until_ms;
    int64_t train_by_ms;
};

struct bw_cohort {
    int64_t id;
    char *platform;
    char *scope;
    char *base;
    enum bw_technique technique;
    bool embeds; /* its members embed with this base; the technique means nothing then */
    struct bw_policy policy;
    struct bw_ends own; /* what the rows of its members' tunes say themselves, all the same */
    char *lineage; /* "" when the base cannot be placed */
    int64_t members;
    enum bw_cohort_state state;
    enum bw_confidence confidence; /* asked for when it is shown, never stored */
    int64_t since_ms; /* of this state and candidate */
    char *candidate;  /* NULL: none */
    char *relation;   /* word of enum bw_relation, or "declared" */
    char *via;
    char *why; /* the sentence behind candidate or state */
    char *train_on;
    char *route;
    int64_t train_by_ms; /* 0: not known */
    int64_t serve_until_ms;
    bool unlisted;
    char *moved;    /* an alias base lately: "FROM -> TO"; NULL: it stands for what it stood for */
    char *redated;  /* a date lately: "the end of its base: NEW, not OLD"; NULL: none has moved */
    int64_t redated_ms; /* when it did */
    int64_t due_ms; /* when it is to be judged again; 0: time alone changes nothing */
};

void bw_cohort_clear(struct bw_cohort *cohort);

/* Do the members have to be looked at again? True when state, candidate, dates or route differ. */
bool bw_cohort_differs(const struct bw_cohort *a, const struct bw_cohort *b);

const char *bw_cohort_state_word(enum bw_cohort_state state);
bool bw_cohort_state_parse(const char *word, enum bw_cohort_state *out);
const char *bw_confidence_word(enum bw_confidence confidence);
bool bw_confidence_parse(const char *word, enum bw_confidence *out);
#endif
