/* daemon/cli/backtest/history.h: recorded catalogs: a folder with one PLATFORM.jsonl each. Its
 * first line is the whole list, each later one a day on which something changed:
 *
 *     {"type":"full","date":"2025-07-01","models":[MODEL..]}
 *     {"type":"delta","date":"2025-07-09","added":[MODEL..],"removed":["id"..],
 *      "changed":[{"id":"..","model":MODEL}..]}
 *
 * A MODEL has id, name, family, release_date, status, input, output, context, max_output, cost_in
 * and cost_out (USD per million tokens); other members are passed over. Files called events* are
 * not catalogs. */
#ifndef BW_CLI_BACKTEST_HISTORY_H
#define BW_CLI_BACKTEST_HISTORY_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"

struct bw_history_day { /* a line of a file */
    size_t platform;    /* index into bw_history.platforms */
    int64_t date_ms;    /* its midnight, UTC */
    bool full;          /* `listed` is the whole list */
    struct bw_entries listed; /* added or changed */
    struct bw_names removed;
};

struct bw_history {
    struct bw_names platforms; /* as the files are called, in order of their names */
    struct { struct bw_history_day *items; size_t count, capacity; } days; /* by date, platform */
};

enum { BW_HISTORY_BYTES_MAX = 256 * 1024 * 1024 }; /* of one file */

/* Read all of a folder. Ownership: *out is the caller's.
 * Errors: BW_ERR_NOTFOUND, BW_ERR_IO; BW_ERR_INVALID: "file:line: error: what". */
BW_MUST_CHECK enum bw_err bw_history_read(const char *folder, struct bw_history *out,
                                          struct bw_error *err);
void bw_history_clear(struct bw_history *history);

/* Bring a platform's list, sorted by id, forward by one of its days. */
void bw_history_apply(const struct bw_history_day *day, struct bw_entries *list);
#endif
