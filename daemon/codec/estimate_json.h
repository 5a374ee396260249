/* daemon/codec/estimate_json.h: estimates, routes and verdicts as JSON. */
#ifndef BW_CODEC_ESTIMATE_JSON_H
#define BW_CODEC_ESTIMATE_JSON_H
#include "codec/json.h"
#include "domain/estimate.h"
#include "domain/route.h"
#include "domain/worth.h"

/* {"low_usd","expected_usd","high_usd","cash":{..},"people":{..},"run_cost_delta_usd_per_month",
 * "route","platform","model","person_days":{..},"wall_hours","terms":[..],"widest":[..],
 * "guessed":[..],"remarks":[..]}; what is not known is null. `name` as in codec/json.h. */
void bw_estimate_write(struct bw_json_writer *w, const char *name,
                       const struct bw_estimate *estimate);

/* [{"route","platform","feasible","same_base","until","why"}] */
void bw_routes_write(struct bw_json_writer *w, const char *name,
                     const struct bw_route_options *options);

/* {"verdict","record_next","criteria":[..],"economy":{..} or null} */
void bw_worth_write(struct bw_json_writer *w, const char *name, const struct bw_worth *worth);
#endif
