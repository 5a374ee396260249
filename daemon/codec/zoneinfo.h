/* daemon/codec/zoneinfo.h: time zones from the system's database (TZif, RFC 9636). */
#ifndef BW_CODEC_ZONEINFO_H
#define BW_CODEC_ZONEINFO_H
#include "base/error.h"
#include "domain/zone.h"

/* Read the zone of an IANA name from $TZDIR, else /usr/share/zoneinfo; what its rule says of the
 * years to come is written out to 2100. "UTC" needs no database. Ownership: *out is the caller's.
 * Errors: BW_ERR_INVALID (no such name, or a file that is none), BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_zoneinfo_load(const char *name, struct bw_zone *out,
                                           struct bw_error *err);
#endif
