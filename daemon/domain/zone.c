/* daemon/domain/zone.c: see zone.h. */
#include "domain/zone.h"

#include "base/instant.h"

void bw_zone_clear(struct bw_zone *zone)
{
    BW_VEC_CLEAR(zone, BW_VEC_PLAIN);
}

int64_t bw_zone_offset_ms(const struct bw_zone *zone, int64_t at_ms)
{
    size_t low = 0; /* the answer is the last change at or before at_ms */
    size_t high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->items[middle].at_ms <= at_ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return zone->count == 0 ? 0 : zone->items[low].offset_ms;
}

/* No zone changes twice within two days. */
int64_t bw_zone_instant_ms(const struct bw_zone *zone, int64_t local_ms)
{
    int64_t before_ms = local_ms - bw_zone_offset_ms(zone, local_ms - BW_DAY_MS);
    int64_t after_ms = local_ms - bw_zone_offset_ms(zone, local_ms + BW_DAY_MS);
    bool before_fits = before_ms + bw_zone_offset_ms(zone, before_ms) == local_ms;
    bool after_fits = after_ms + bw_zone_offset_ms(zone, after_ms) == local_ms;
    return before_fits || !after_fits ? before_ms : after_ms;
}
