/* daemon/store/list_page.h: pages of a list by id. A filter that finds little does not make one long: it
 * looks at so many ids and says where to go on, with however many rows that gave. */
#ifndef BW_STORE_LIST_PAGE_H
#define BW_STORE_LIST_PAGE_H
#include "store/db.h"

struct bw_list_page {
    int64_t after; /* the id that it begins behind */
    int64_t limit; /* of rows */
    int64_t next;  /* told by whoever read it: where the next one begins; 0: nothing follows */
};

/* The ids that one page looks at, as SQL: $1 is `after`. */
#define BW_LIST_WINDOW(id) id " > $1 AND " id " <= $1 + 5000"

/* What was read by such a window: newest_sql asks for the largest id there is. last: of the rows.
 * Errors: BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_list_page_end(struct bw_db *db, const char *newest_sql, size_t count,
                                      int64_t last, struct bw_list_page *page, struct bw_error *err);
/* What was read from `after` as far as it goes. */
void bw_list_page_end_full(size_t count, int64_t last, struct bw_list_page *page);
#endif
