/* daemon/domain/rhythm.h: when a sink may be spoken to: digests at fixed times of its days, and hours
 * in which only what cannot wait may come. */
#ifndef BW_DOMAIN_RHYTHM_H
#define BW_DOMAIN_RHYTHM_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/zone.h"

enum { BW_ALL_DAYS = (1 << 7) - 1 }; /* bit 0 is Monday */

struct bw_rhythm { /* times are milliseconds after midnight by the wall clock of `zone` */
    char *zone;            /* IANA name */
    bool digest;           /* what can wait is gathered until digest_at_ms of one of digest_days */
    int64_t digest_at_ms;
    unsigned digest_days;  /* 0: every day */
    int64_t quiet_from_ms; /* to quiet_to_ms, over midnight when that is less; equal: never */
    int64_t quiet_to_ms;
    unsigned quiet_days;   /* quiet from midnight to midnight; never BW_ALL_DAYS */
};

/* The first instant, at or after now_ms, at which a message that can wait may leave. */
int64_t bw_rhythm_free_ms(const struct bw_rhythm *rhythm, const struct bw_zone *zone,
                          int64_t now_ms);
#endif
