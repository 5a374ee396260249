/* daemon/store/actuals.h: sums that were really paid. */
#ifndef BW_STORE_ACTUALS_H
#define BW_STORE_ACTUALS_H
#include "domain/actual.h"
#include "store/list_page.h"

/* *id on success. Errors: BW_ERR_EXISTS when that finding has been recorded, BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_actuals_insert(struct bw_db *db, const struct bw_actual *actual,
                                            int64_t *id, struct bw_error *err);
/* Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_actuals_remove(struct bw_db *db, int64_t id, struct bw_error *err);
/* A page after an id, by id; NULL filters nothing. */
BW_MUST_CHECK enum bw_err bw_actuals_page(struct bw_db *db, const char *deployment,
                                          const char *owner, struct bw_list_page *page,
                                          struct bw_actuals *out, struct bw_error *err);
/* All of one deployment between two instants, by day. */
BW_MUST_CHECK enum bw_err bw_actuals_of(struct bw_db *db, const char *deployment, int64_t from_ms,
                                        int64_t until_ms, struct bw_actuals *out,
                                        struct bw_error *err);
#endif
