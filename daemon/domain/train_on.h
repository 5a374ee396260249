/* daemon/domain/train_on.h: the best base a fine-tune can really be retrained on where it is: often
 * not the newest model, for the newest ones are seldom tunable. */
#ifndef BW_DOMAIN_TRAIN_ON_H
#define BW_DOMAIN_TRAIN_ON_H
#include "domain/prices.h"
#include "domain/succession.h"

struct bw_train_on {
    const char *id;   /* the newest of the line that takes training jobs, the base itself if nothing
                         newer does; NULL: none. Borrowed from the input. */
    int64_t until_ms; /* first day without new jobs; 0: no date known */
};

/* kinds, previews and min_age do not matter here: it is a means, not an offer. */
struct bw_train_on bw_train_on_find(const struct bw_succession_input *in,
                                    const struct bw_price_book *book, const char *method);
#endif
