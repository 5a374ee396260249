/* daemon/store/list_page.c: see page.h. */
#include "store/list_page.h"

enum { WINDOW = 5000 }; /* of BW_LIST_WINDOW */

void bw_list_page_end_full(size_t count, int64_t last, struct bw_list_page *page)
{
    page->next = count > 0 && (int64_t)count == page->limit ? last : 0;
}

enum bw_err bw_list_page_end(struct bw_db *db, const char *newest_sql, size_t count, int64_t last,
                        struct bw_list_page *page, struct bw_error *err)
{
    int64_t newest = 0;
    enum bw_err rc = bw_stmt_one_i64(bw_db_query(db, newest_sql), 0, &newest, err);
    bw_list_page_end_full(count, last, page);
    if (page->next == 0 && newest - page->after > WINDOW) {
        page->next = page->after + WINDOW;
    }
    return rc;
}
