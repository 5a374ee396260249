/* daemon/cli/backtest/page.h: what was said, as a page for people: month by month, then the totals.
 */
#ifndef BW_CLI_BACKTEST_PAGE_H
#define BW_CLI_BACKTEST_PAGE_H
#include <stdio.h>

#include "cli/backtest/replay.h"
#include "cli/backtest/tally.h"

struct bw_told { /* a notice when it opened */
    const struct bw_fleet_member *member; /* borrowed */
    int64_t notice;
    int64_t at_ms;
    enum bw_notice_kind kind;
    char *base;
    char *candidate; /* NULL: none */
    struct bw_spend spend;
    bool live; /* at the end */
};

struct bw_page {
    struct { struct bw_told *items; size_t count, capacity; } told; /* by notice id */
};

/* Take note of what happened. Ownership: member is borrowed until the page is cleared. */
void bw_page_note(struct bw_page *page, const struct bw_fleet_member *member,
                  const struct bw_notice_event *event, const struct bw_notice *notice);
void bw_page_print(struct bw_page *page, const struct bw_replay *replay, FILE *out);
void bw_page_clear(struct bw_page *page);
#endif
