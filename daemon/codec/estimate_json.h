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

/* The members of one of them, into an object that is open. */
void bw_route_write_members(struct bw_json_writer *w, const struct bw_route_option *option);

/* {"moves_per_year","move_usd","hosting_usd","upkeep_usd","calls_usd","total_usd"}: calls_usd null
 * when they are not known, and total_usd is without them then. */
void bw_year_write(struct bw_json_writer *w, const char *name, const struct bw_year *year);

/* {"verdict","record_next","criteria":[..],"economy":{..} or null} */
void bw_worth_write(struct bw_json_writer *w, const char *name, const struct bw_worth *worth);
#endif
