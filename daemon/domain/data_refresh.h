/* daemon/domain/data_refresh.h: what renewing a share of the training rows costs. */
#ifndef BW_DOMAIN_DATA_REFRESH_H
#define BW_DOMAIN_DATA_REFRESH_H
#include "domain/call_cost.h"
#include "domain/range.h"

struct bw_data_refresh {
    struct bw_range rows;           /* to be renewed */
    struct bw_range label_usd;      /* a row; 0 for rows a model writes */
    struct bw_range pilot_share;    /* of the labelling budget, for guideline and pilot */
    struct bw_range reviewed_share; /* of the new rows, looked at by a person */
    struct bw_range review_minutes; /* a reviewed row */
    struct bw_range hour_usd;       /* of a reviewer */
};

/* Labels and pilot: cash. */
struct bw_range bw_data_label_usd(const struct bw_data_refresh *refresh);
/* Review: people. */
struct bw_range bw_data_review_usd(const struct bw_data_refresh *refresh);
/* Rows that a model writes, of which the share `keep` survives the filter: cash. */
double bw_data_synthetic_usd(double rows, double keep, struct bw_call_size draft,
                             const struct bw_inference_price *writer);
#endif
