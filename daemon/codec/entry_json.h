/* daemon/codec/entry_json.h: an entry as JSON: a plugin's line and a stored row alike
 * (schema/plugin-protocol.md, "entry"). */
#ifndef BW_CODEC_ENTRY_JSON_H
#define BW_CODEC_ENTRY_JSON_H
#include "codec/json.h"
#include "domain/entry.h"

/* Read an entry object; unknown members are ignored, wrongly typed ones are errors. Prices are USD
 * per million tokens, as number or decimal string. Times: RFC 3339, YYYY-MM-DD or unix seconds.
 * Ownership: *out is the caller's. Errors: BW_ERR_INVALID names the member; also what
 * bw_entry_check() refuses. */
BW_MUST_CHECK enum bw_err bw_entry_from_json(const struct bw_json *json, struct bw_entry *out,
                                             struct bw_error *err);
/* Append the entry as an object; members that are not known are left out. */
void bw_entry_to_json(const struct bw_entry *entry, struct bw_json_writer *w, const char *name);
/* The same as a text of its own, as it is stored. Ownership: the caller's. */
char *bw_entry_text(const struct bw_entry *entry);
/* What was stored was checked before: what does not read back is damage, BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_entry_from_stored(const char *text, struct bw_entry *out,
                                               struct bw_error *err);
#endif
