/* daemon/domain/adoption.h: which findings the rules of `adopt:` make deployments, under which
 * names, and which of several is the one that is called. */
#ifndef BW_DOMAIN_ADOPTION_H
#define BW_DOMAIN_ADOPTION_H
#include "domain/finding.h"
#include "domain/settings.h"

struct bw_candidate { /* a finding as the rules see it; everything is borrowed */
    const struct bw_finding *finding;
    const char *platform;
    const char *scope;
    const char *account; /* "" where there is one */
    const char *region;
    const char *root;    /* NULL: not known */
    int64_t first_seen_ms;
    const char *deployment; /* that it is or belongs to by now; NULL: none */
};

/* Can it be called, as far as is known, and is it no intermediate step of something else? */
bool bw_candidate_is_fit(const struct bw_candidate *candidate);

/* Was a made after b? By when it was finished, else begun, else first seen. */
bool bw_candidate_is_newer(const struct bw_candidate *a, const struct bw_candidate *b);

/* Fill in {1} to {9}, what the stars of the rule's pattern stand for, and {suffix}, {base},
 * {model}, {job}, {owner}, {name}, {account}, {region}. NULL: the rule does not fit the finding, or
 * something is empty that the pattern names. Ownership: the caller's. */
char *bw_adopt_expand(const struct bw_adopt_rule *rule, const char *pattern,
                      const struct bw_candidate *candidate);
/* Does a pattern name anything that differs from finding to finding? *unknown, borrowed: the first
 * {..} that means nothing, NULL: none. */
bool bw_adopt_varies(const char *pattern, const char **unknown);

struct bw_adopted {
    size_t candidate;
    const struct bw_adopt_rule *rule;
    char *name;
    char *owner;  /* "" when the rule names nobody */
    bool picked;  /* the newest under its name: the one that is called */
};
struct bw_adoptions BW_VEC(struct bw_adopted);

/* What the rules adopt, by name and scope and the newest first. Of several scopes that one name
 * would fit one has it, and the others have the scope in theirs; who has a name keeps it, whatever
 * else comes or goes. The first rule that fits counts.
 * Ownership: *out is the caller's, to release with bw_adoptions_clear(). */
void bw_adopt(const struct bw_settings *settings, const struct bw_candidate *candidates,
              size_t count, struct bw_adoptions *out);
void bw_adoptions_clear(struct bw_adoptions *adoptions);
#endif
