/* plugins/sdk/list.h: reading a list that may come in pages, to its end or not at all. */
#ifndef BW_PLUGIN_LIST_H
#define BW_PLUGIN_LIST_H
#include "sdk/plugin.h"

struct bw_list {
    struct bw_fetch request; /* for the first page; the later ones differ in their path alone */
    const char *rows;        /* the member that holds the rows; NULL: the answer is the array */
    bool may_be_empty;       /* an account, or a server, of one's own may have nothing yet */
    bool sparse;             /* services that leave empty members out: no rows, an empty page */
    enum bw_err (*row)(struct bw_plugin *plugin, const struct bw_json *row);
    /* Of services that hand out a token while there is more: the member that holds it, and the
     * parameter that takes it back. */
    const char *token;
    const char *token_parameter;
    /* Of the others: the path of the page after this one; path is the first page's. NULL after the
     * last page, and after a failure, which it notes. Ownership: the caller's. NULL: a list of one
     * page, or with tokens. */
    char *(*next)(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response);
};

/* Hand each row to list->row(). A list without a row, a page that leads to itself and one that is
 * not what it should be fail the poll. */
BW_MUST_CHECK enum bw_err bw_list_read(struct bw_plugin *plugin, const struct bw_list *list);

/* The same of an account's own things, of which there may be none, and more than the budget lasts
 * for: then a note says "listed 200 of 1340 jobs". */
struct bw_own_list {
    struct bw_list list;
    const char *what;  /* "jobs" */
    const char *total; /* the member that says how many there are; NULL: none does */
    int64_t keep;      /* fetches to leave for what comes after */
    bool optional;     /* refused (HTTP 401, 403, 404, 410), it is noted and left out */
    bool aside;        /* it tells of findings and lists none: those are whole without it */
};
BW_MUST_CHECK enum bw_err bw_own_list_read(struct bw_plugin *plugin,
                                           const struct bw_own_list *own);

/* The usual ways on, for `next`: a token to hand back, as parameter of the first path; while the
 * page says has_more, its last_id or the id of its last row in `data`; the address of the next
 * page, of which the query counts alone, so it leads nowhere else. They give NULL when there is
 * none ("" is none, too). Ownership: the caller's. */
char *bw_next_by_token(const char *path, const char *parameter, const struct bw_json *token);
char *bw_next_by_last(struct bw_plugin *plugin, const char *path, const char *parameter,
                      const struct bw_json *page);
char *bw_next_by_address(const char *path, const char *address);
#endif
