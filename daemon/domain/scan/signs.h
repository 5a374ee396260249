/* daemon/domain/scan/signs.h: what a whole file says of language models, and whether an id in it
 * counts as one at all. */
#ifndef BW_DOMAIN_SCAN_SIGNS_H
#define BW_DOMAIN_SCAN_SIGNS_H
#include <stdbool.h>

#include "domain/scan/context.h"

/* What the whole file says, asked once. */
struct bw_scan_signs {
    bool language_models; /* something beside the ids speaks of them */
    bool azure;           /* it makes an Azure client, or sets that API */
    bool other_client;    /* it makes a client of somebody else */
    bool litellm;         /* it configures LiteLLM's router */
    bool recorded;        /* it is an answer that was recorded */
};

struct bw_scan_signs bw_scan_signs_of(const struct bw_scan_file *file);

/* Does JSON in the text hold what a model has answered? */
bool bw_scan_is_answer(struct bw_slice text);

/* Ids of six characters or less, and plain words, count only beside a name like model, engine or
 * deployment. Other ids always do. */
bool bw_scan_counts(const struct bw_scan_context *context, const struct bw_scan_signs *signs);
#endif
