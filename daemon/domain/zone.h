/* daemon/domain/zone.h: a time zone as its changes of offset, and the way from the wall clock there
 * to an instant and back. */
#ifndef BW_DOMAIN_ZONE_H
#define BW_DOMAIN_ZONE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct bw_zone_change {
    int64_t at_ms;     /* UTC */
    int64_t offset_ms; /* what the wall clock is ahead of UTC from then on */
};

/* By time; the first one also holds for all that was before it. None: UTC. */
struct bw_zone BW_VEC(struct bw_zone_change);
void bw_zone_clear(struct bw_zone *zone);

int64_t bw_zone_offset_ms(const struct bw_zone *zone, int64_t at_ms);

/* The instant at which the wall clock shows local_ms (milliseconds since 1970-01-01T00:00 there).
 * What it shows twice when clocks are put back is the first time; what is left out when they are
 * put forward is as long after the gap's beginning as it would have been. */
int64_t bw_zone_instant_ms(const struct bw_zone *zone, int64_t local_ms);
#endif
