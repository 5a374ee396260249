/* daemon/domain/swap_breaks.h: what a swap is known to break: less room, fewer kinds of input, a
 * higher price, a name that is no model's. */
#ifndef BW_DOMAIN_SWAP_BREAKS_H
#define BW_DOMAIN_SWAP_BREAKS_H
#include "base/vec.h"
#include "domain/deployment.h"
#include "domain/entry.h"

struct bw_sentences BW_VEC(char *);

/* Append a sentence for each break that the facts show; what either side does not say is none.
 * Ownership: the sentences are the caller's, to release with bw_sentences_clear(). */
void bw_swap_breaks(const struct bw_deployment *deployment, const struct bw_entry *from,
                    const struct bw_entry *to, struct bw_sentences *out);
void bw_sentences_clear(struct bw_sentences *sentences);
#endif
