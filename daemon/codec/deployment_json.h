/* daemon/codec/deployment_json.h: a deployment as JSON, with the configuration's field names: what
 * the API takes and gives, and what is stored. */
#ifndef BW_CODEC_DEPLOYMENT_JSON_H
#define BW_CODEC_DEPLOYMENT_JSON_H
#include "codec/json.h"
#include "domain/deployment.h"

/* Read a deployment object. `fleet` gives the policy where the object says nothing; members of its
 * own `policy` override field by field. Unknown members are errors.
 * Ownership: *out is the caller's. Errors: BW_ERR_INVALID names the member. */
BW_MUST_CHECK enum bw_err bw_deployment_from_json(const struct bw_json *json,
                                                  const struct bw_policy *fleet,
                                                  struct bw_deployment *out,
                                                  struct bw_error *err);
/* Append what is said of it, `name` as in the writer: of its policy what is its own. */
void bw_deployment_to_json(const struct bw_deployment *deployment, struct bw_json_writer *w,
                           const char *name);
void bw_policy_to_json(const struct bw_policy *policy, struct bw_json_writer *w, const char *name);
/* Overrides in `policy` the fields that json gives, and notes them as its own. */
BW_MUST_CHECK enum bw_err bw_policy_from_json(const struct bw_json *json, struct bw_policy *policy,
                                              struct bw_error *err);
/* What of the policy is not as the fleet's: bits, one a field, for bw_policy.own. */
unsigned bw_policy_own(const struct bw_policy *policy, const struct bw_policy *fleet);
#endif
