/* daemon/domain/rhythm.c: see rhythm.h. */
#include "domain/rhythm.h"

#include "base/instant.h"

static int64_t floor_to_day(int64_t local_ms)
{
    int64_t rest_ms = local_ms % BW_DAY_MS;
    return local_ms - (rest_ms < 0 ? rest_ms + BW_DAY_MS : rest_ms);
}

/* 1970-01-01 was a Thursday, day 3 of the week. */
static unsigned bit_of(int64_t midnight_ms)
{
    int64_t day = (midnight_ms / BW_DAY_MS + 3) % 7;
    return 1U << (day < 0 ? day + 7 : day);
}

static int64_t digest_ms(const struct bw_rhythm *rhythm, const struct bw_zone *zone,
                         int64_t now_ms)
{
    unsigned days = rhythm->digest_days == 0 ? BW_ALL_DAYS : rhythm->digest_days;
    int64_t midnight_ms = floor_to_day(now_ms + bw_zone_offset_ms(zone, now_ms));
    for (;; midnight_ms += BW_DAY_MS) {
        int64_t at_ms = bw_zone_instant_ms(zone, midnight_ms + rhythm->digest_at_ms);
        if ((days & bit_of(midnight_ms)) != 0 && at_ms >= now_ms) {
            return at_ms;
        }
    }
}

/* When the quiet in which local_ms lies ends, by the same wall clock; local_ms: it is not quiet. */
static int64_t quiet_until_ms(const struct bw_rhythm *rhythm, int64_t local_ms)
{
    int64_t midnight_ms = floor_to_day(local_ms);
    int64_t of_day_ms = local_ms - midnight_ms;
    int64_t from_ms = rhythm->quiet_from_ms;
    int64_t to_ms = rhythm->quiet_to_ms;
    if ((rhythm->quiet_days & bit_of(midnight_ms)) != 0) {
        return midnight_ms + BW_DAY_MS;
    }
    if (from_ms < to_ms) {
        return of_day_ms >= from_ms && of_day_ms < to_ms ? midnight_ms + to_ms : local_ms;
    }
    return from_ms == to_ms       ? local_ms
           : of_day_ms < to_ms    ? midnight_ms + to_ms
           : of_day_ms >= from_ms ? midnight_ms + BW_DAY_MS + to_ms
                                  : local_ms;
}

int64_t bw_rhythm_free_ms(const struct bw_rhythm *rhythm, const struct bw_zone *zone,
                          int64_t now_ms)
{
    int64_t at_ms = rhythm->digest ? digest_ms(rhythm, zone, now_ms) : now_ms;
    for (;;) {
        int64_t local_ms = at_ms + bw_zone_offset_ms(zone, at_ms);
        int64_t until_ms = quiet_until_ms(rhythm, local_ms);
        if (until_ms == local_ms) {
            return at_ms;
        }
        int64_t next_ms = bw_zone_instant_ms(zone, until_ms);
        at_ms = next_ms > at_ms ? next_ms : at_ms + BW_HOUR_MS; /* an hour that comes twice */
    }
}
