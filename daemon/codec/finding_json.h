/* daemon/codec/finding_json.h: a finding as JSON: a plugin's line and a stored row alike
 * (schema/plugin-protocol.md, "finding"). */
#ifndef BW_CODEC_FINDING_JSON_H
#define BW_CODEC_FINDING_JSON_H
#include "codec/json.h"
#include "domain/deployment.h"
#include "domain/finding.h"

/* Read a finding object; unknown members and unknown words of status are passed over, wrongly typed
 * members are errors. Ownership: *out is the caller's. Errors: BW_ERR_INVALID names the member;
 * also what bw_finding_check() refuses. */
BW_MUST_CHECK enum bw_err bw_finding_from_json(const struct bw_json *json, struct bw_finding *out,
                                               struct bw_error *err);
/* Append the finding as an object; members that are not known are left out. _members appends them
 * to an object that is open. */
void bw_finding_to_json(const struct bw_finding *finding, struct bw_json_writer *w,
                        const char *name);
void bw_finding_members(const struct bw_finding *finding, struct bw_json_writer *w);

/* What is known of a deployment: its finding with two members more, `root` and `chain`.
 * Ownership: *out is the caller's. */
void bw_knowledge_to_json(const struct bw_knowledge *knowledge, struct bw_json_writer *w);
BW_MUST_CHECK enum bw_err bw_knowledge_from_json(const struct bw_json *json,
                                                 struct bw_knowledge *out, struct bw_error *err);
#endif
