/* daemon/domain/succession.h: what a base should be replaced by, and what state that puts its
 * deployments in. Evidence in this order: the user's override, the platform's
 * declared replacement, the line. */
#ifndef BW_DOMAIN_SUCCESSION_H
#define BW_DOMAIN_SUCCESSION_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/cohort.h"
#include "domain/entry.h"
#include "domain/lineage.h"

struct bw_offer { /* a model that may be offered; borrowed */
    const struct bw_entry *entry;
    int64_t first_seen_ms;
    bool listed; /* on the platform's list now */
};

struct bw_succession_input { /* borrowed */
    const struct bw_lineage_rules *rules;
    const char *platform;
    const char *base;
    const struct bw_entry *base_entry; /* what was ever known of it; NULL: never listed */
    const struct bw_entry *tuned_entry; /* what is said of tunes of it; its ends come first; NULL */
    const char *offered;               /* what it has been told to move to; NULL: nothing yet */
    const struct bw_offer *offers; /* its lineage, and the chain of declared replacements */
    size_t offer_count;
    const struct bw_policy *policy;
    bool embeds; /* the base is used to embed: what follows it is no text model */
    int64_t now_ms;
};

struct bw_succession {
    const struct bw_offer *candidate; /* NULL: nothing to offer; borrowed from the input */
    enum bw_relation relation;
    enum bw_via via;
    char why[BW_WHY_TEXT]; /* "" without a candidate */
    int64_t serve_until_ms; /* firm end of the tune, else of the base; 0: none known */
    int64_t train_by_ms;    /* firm end of training on it; 0: none known */
    bool retired;           /* the end has come */
    int64_t due_ms;         /* when time alone may change the answer; 0: never */
};

/* kinds, previews and min_age never filter a base that has a firm end date: a swap that is
 * required is always offered; allow and deny of models hold always. */
void bw_succession_find(const struct bw_succession_input *in, struct bw_succession *out);

/* Of two models of the base's line (best NULL: the first one): unless the policy wants previews,
 * the one that is none, so that who runs a preview of what has come out is not sent on to the next
 * preview; then the newer version; of one version, pinned and not, the one that was offered
 * already, else the one that is spelled as the base is; then the newer snapshot; of two spellings
 * of it the one that was listed first. A respelling that appears later thus changes nothing. */
bool bw_succession_prefers(const struct bw_succession_input *in, const struct bw_offer *offer,
                           const struct bw_offer *best);

struct bw_model_facts bw_facts_of(const char *platform, const struct bw_entry *entry);
#endif
