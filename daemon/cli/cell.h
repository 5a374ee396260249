/* daemon/cli/cell.h: a JSON value as a person reads it. */
#ifndef BW_CLI_CELL_H
#define BW_CLI_CELL_H
#include "codec/json.h"

enum bw_cell_kind {
    BW_CELL_TEXT,
    BW_CELL_STATE, /* text, with a colour where there are colours */
    BW_CELL_NUMBER,
    BW_CELL_MONEY,  /* dollars: $1,234.56 */
    BW_CELL_DAY,    /* a time, to the day */
    BW_CELL_MINUTE, /* a time in UTC, to the minute */
};

/* The member that `field` names: "a.b" goes down, "a|b" takes the first that is not null.
 * NULL when there is none. */
const struct bw_json *bw_cell_pick(const struct bw_json *row, const char *field);

/* Append the value, not yet made harmless (text.h); "-" for null, absent and "". */
void bw_cell_append(struct bw_str *out, enum bw_cell_kind kind, const struct bw_json *value);
#endif
