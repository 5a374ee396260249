/* daemon/domain/scan/key.h: the name that a model id is bound to, however the language binds.
 * Internal to the scanner. */
#ifndef BW_DOMAIN_SCAN_KEY_H
#define BW_DOMAIN_SCAN_KEY_H
#include "domain/scan/context.h"

/* Set the key of a context of which all else is known. */
void bw_scan_key_find(struct bw_scan_context *context);

/* What the left side of an assignment names: `MODEL` in `MODEL: str`, in `String MODEL`, in
 * `MODEL string`. */
struct bw_slice bw_scan_key_assigned(struct bw_slice left);
#endif
