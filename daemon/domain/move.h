/* daemon/domain/move.h: the question behind routes and estimates. */
#ifndef BW_DOMAIN_MOVE_H
#define BW_DOMAIN_MOVE_H
#include <stdint.h>

#include "domain/deployment.h"
#include "domain/entry.h"
#include "domain/prices.h"

/* One deployment and what it could move to. All pointers are borrowed. */
struct bw_move {
    const struct bw_deployment *deployment;
    const struct bw_entry *base;      /* NULL: the catalog does not list it */
    const struct bw_entry *candidate; /* the newest successor; NULL: none */
    const struct bw_entry *train_on;  /* the best base to train on that platform; NULL: base */
    const struct bw_price_book *book;
    int64_t now_ms;
};
#endif
