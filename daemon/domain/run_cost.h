/* daemon/domain/run_cost.h: the running bill of a deployment: calls, hosting and storage. */
#ifndef BW_DOMAIN_RUN_COST_H
#define BW_DOMAIN_RUN_COST_H
#include <stdbool.h>

#include "domain/call_cost.h"
#include "domain/move.h"

/* A way to serve the deployment. */
struct bw_serving {
    const char *platform;         /* NULL: own GPUs, one replica */
    const char *model;            /* NULL: an open model of like size */
    const struct bw_entry *entry; /* its catalog entry; NULL: none */
    bool tuned;
};

struct bw_running {
    bool call_known;         /* false: no token price, or calls of unknown size */
    double call_usd;
    double call_uncached_usd;
    struct bw_inference_price price;
    struct bw_range host_hour_usd; /* 0: not charged */
    const struct bw_fact *host_fact; /* whence; NULL: not charged */
    double month_fixed_usd;  /* hosting and storage, expected */
};

/* Hours of an average month. */
#define BW_MONTH_HOURS 730.0

/* As it is served today, and as it would be with the candidate prompted (move->candidate given). */
struct bw_serving bw_serving_now(const struct bw_move *move);
struct bw_serving bw_serving_prompted(const struct bw_move *move);
/* Retrained: stays where it is on move->train_on (NULL: its base), or elsewhere (platform NULL: own
 * GPUs; model NULL: an open one of like size). */
struct bw_serving bw_serving_retrained(const struct bw_move *move, bool stays,
                                       const char *platform, const char *model);

struct bw_running bw_run_cost(const struct bw_move *move, const struct bw_serving *serving);

/* The whole bill of a month. False when it is not known: no traffic given, or no price. */
bool bw_run_cost_month(const struct bw_move *move, const struct bw_running *running,
                       double *out_usd);

/* A call of the deployment, `prompted` when a long prompt does what tuning would do. Sizes nobody
 * gave are 0. */
struct bw_call_size bw_run_call_size(const struct bw_deployment *deployment, bool prompted);
#endif
