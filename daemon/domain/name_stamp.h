/* daemon/domain/name_stamp.h: dates as model ids write them. */
#ifndef BW_DOMAIN_NAME_STAMP_H
#define BW_DOMAIN_NAME_STAMP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/name_parts.h"

struct bw_name_stamp {
    int64_t value; /* YYYYMMDD, day 0 for a month */
    bool yearless; /* value is MMDD */
};

/* Read the date that begins at a part: 20250929, 2025-09-29, 2025-09, 08-2024, 260215, 202507,
 * 25-12, 2506 (year and month), 0125 or 01-25 (month and day). Years are 20 to 39 where two digits
 * stand for one, so no stamp can be read in two ways. after_version: a pair such as 10-17 is no
 * version. Returns the parts it took; 0 when there is no date. */
size_t bw_name_stamp_read(const struct bw_name_parts *parts, size_t at, bool after_version,
                          struct bw_name_stamp *out);
#endif
