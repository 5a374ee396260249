/* daemon/cli/table.h: rows for people: titles in upper case, columns two spaces apart, as wide as
 * their widest cell on the display. */
#ifndef BW_CLI_TABLE_H
#define BW_CLI_TABLE_H
#include <stdio.h>

#include "cli/cell.h"
#include "cli/screen.h"

struct bw_column {
    const char *title;
    const char *field; /* where the value stands in a row (bw_cell_pick); NULL: added by hand */
    enum bw_cell_kind kind;
};

enum { BW_TABLE_COLUMNS_MAX = 16 };

struct bw_table {
    const struct bw_column *columns; /* borrowed */
    size_t count;                    /* of columns, at most BW_TABLE_COLUMNS_MAX */
    size_t cells;                    /* added so far; the next one goes to column cells % count */
    struct bw_str text;              /* the cells, harmless, each ended by NUL */
    size_t widths[BW_TABLE_COLUMNS_MAX];
};

struct bw_table bw_table_of(const struct bw_column *columns, size_t count);
void bw_table_clear(struct bw_table *table);

/* Add the next cell, or all cells of a row. */
void bw_table_add(struct bw_table *table, const char *text);
void bw_table_add_value(struct bw_table *table, const struct bw_json *value);
void bw_table_add_row(struct bw_table *table, const struct bw_json *row);

void bw_table_print(const struct bw_table *table, const struct bw_screen *screen, FILE *out);
#endif
