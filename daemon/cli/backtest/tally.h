/* daemon/cli/backtest/tally.h: notices counted and their costs summed, under headings. */
#ifndef BW_CLI_BACKTEST_TALLY_H
#define BW_CLI_BACKTEST_TALLY_H
#include <stdio.h>

#include "base/money.h"
#include "base/str.h"
#include "base/vec.h"

struct bw_spend { /* what following some notices costs */
    size_t notices;
    size_t priced;  /* of them; the sums are theirs */
    size_t refused; /* of them; the others cost nothing by themselves */
    struct bw_money low;
    struct bw_money expected;
    struct bw_money high;
};

/* One notice: its estimate, as the API writes it (JSON, NULL: none), or why there is none. */
struct bw_spend bw_spend_of(const char *estimate, const char *refused);
void bw_spend_add(struct bw_spend *sum, const struct bw_spend *one);
/* "$1,240 ($600 to $2,500)"; "no price is known" when there is none. */
void bw_spend_append(struct bw_str *out, const struct bw_spend *spend);

struct bw_tally_row {
    char *name;
    struct bw_spend spend;
};
struct bw_tally { /* rows in order of their first notice */
    const char *title;
    struct { struct bw_tally_row *items; size_t count, capacity; } rows;
};

void bw_tally_add(struct bw_tally *tally, const char *name, const struct bw_spend *spend);
/* The dearest first. */
void bw_tally_sort(struct bw_tally *tally);
void bw_tally_print(const struct bw_tally *tally, FILE *out);
void bw_tally_clear(struct bw_tally *tally);
#endif
