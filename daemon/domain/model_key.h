/* daemon/domain/model_key.h: one model under several spellings. */
#ifndef BW_DOMAIN_MODEL_KEY_H
#define BW_DOMAIN_MODEL_KEY_H
#include <stdint.h>

#include "domain/lineage_rules.h"

/* What all spellings of one model on one platform share ("nova-lite", "amazon.nova-lite-v1:0"), a
 * hash; 0: the id cannot be read, or means no one model (a fine-tune, a copy, "latest"). An alias
 * shares it with no snapshot, a region's offer with no other's. Ownership: all is borrowed. */
uint64_t bw_model_key(const struct bw_lineage_rules *rules, const char *platform, const char *id);
#endif
