/* daemon/cli/table.c: see table.h. */
#include "cli/table.h"

#include <assert.h>
#include <string.h>

#include "cli/text.h"

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

enum { GAP = 2, NARROWEST = 8 /* cells a column keeps when it is cut */ };

static void fit_widths(const struct bw_table *table, size_t screen_width, size_t *widths);
static void append_cell(struct bw_str *line, const struct bw_column *column, const char *text,
                        size_t width, bool last);
static const char *tint_of(const char *state);

struct bw_table bw_table_of(const struct bw_column *columns, size_t count)
{
    assert(count > 0 && count <= BW_TABLE_COLUMNS_MAX);
    struct bw_table table = { .columns = columns, .count = count };
    for (size_t i = 0; i < count; i++) {
        table.widths[i] = strlen(columns[i].title);
    }
    return table;
}

void bw_table_clear(struct bw_table *table)
{
    bw_str_clear(&table->text);
    *table = (struct bw_table){ 0 };
}

void bw_table_add(struct bw_table *table, const char *text)
{
    size_t from = table->text.size;
    bw_text_append(&table->text, text);
    bw_str_append_bytes(&table->text, "", 1);
    size_t width = bw_text_width(table->text.text + from);
    size_t *widest = &table->widths[table->cells++ % table->count];
    *widest = width > *widest ? width : *widest;
}

void bw_table_add_value(struct bw_table *table, const struct bw_json *value)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_cell_append(&text, table->columns[table->cells % table->count].kind, value);
    bw_table_add(table, text.text);
}

void bw_table_add_row(struct bw_table *table, const struct bw_json *row)
{
    for (size_t i = 0; i < table->count; i++) {
        bw_table_add_value(table, bw_cell_pick(row, table->columns[i].field));
    }
}

void bw_table_print(const struct bw_table *table, const struct bw_screen *screen, FILE *out)
{
    size_t widths[BW_TABLE_COLUMNS_MAX];
    fit_widths(table, screen->width, widths);
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    if (screen->header) {
        bw_str_append(&line, screen->colour ? BOLD : "");
        for (size_t i = 0; i < table->count; i++) {
            append_cell(&line, &table->columns[i], table->columns[i].title, widths[i],
                        i + 1 == table->count);
        }
        bw_str_append(&line, screen->colour ? PLAIN "\n" : "\n");
        (void)fwrite(line.text, 1, line.size, out);
    }
    const char *text = table->text.text;
    for (size_t cell = 0; cell < table->cells; text += strlen(text) + 1) {
        if (cell % table->count == 0) {
            bw_str_reset(&line);
        }
        const struct bw_column *column = &table->columns[cell % table->count];
        const char *tint = screen->colour && column->kind == BW_CELL_STATE ? tint_of(text) : NULL;
        bw_str_append(&line, tint != NULL ? tint : "");
        append_cell(&line, column, text, widths[cell % table->count],
                    (cell + 1) % table->count == 0);
        bw_str_append(&line, tint != NULL ? PLAIN : "");
        if (++cell % table->count == 0) {
            bw_str_append(&line, "\n");
            (void)fwrite(line.text, 1, line.size, out);
        }
    }
}

/* Take from the widest text column, cell by cell, until a line fits or nothing more can give. */
static void fit_widths(const struct bw_table *table, size_t screen_width, size_t *widths)
{
    size_t total = GAP * (table->count - 1);
    for (size_t i = 0; i < table->count; i++) {
        widths[i] = table->widths[i];
        total += widths[i];
    }
    while (screen_width > 0 && total > screen_width) {
        size_t *widest = NULL;
        for (size_t i = 0; i < table->count; i++) {
            bool may_give = table->columns[i].kind == BW_CELL_TEXT && widths[i] > NARROWEST;
            if (may_give && (widest == NULL || widths[i] > *widest)) {
                widest = &widths[i];
            }
        }
        if (widest == NULL) {
            return;
        }
        *widest -= 1;
        total -= 1;
    }
}

static void append_cell(struct bw_str *line, const struct bw_column *column, const char *text,
                        size_t width, bool last)
{
    bool right = column->kind == BW_CELL_NUMBER || column->kind == BW_CELL_MONEY;
    size_t cells = bw_text_width(text);
    if (right && cells < width) {
        bw_str_appendf(line, "%*s", (int)(width - cells), "");
    }
    size_t from = line->size;
    if (cells <= width) {
        bw_str_append(line, text);
    } else {
        bw_str_append_bytes(line, text, bw_text_fit(text, width - 1));
        bw_str_append(line, "\xe2\x80\xa6");
    }
    if (!last) {
        size_t pad = right ? 0 : width - bw_text_width(line->text + from);
        bw_str_appendf(line, "%*s", (int)pad + GAP, "");
    }
}

static const char *tint_of(const char *state)
{
    static const struct {
        const char *state;
        const char *tint;
    } tints[] = {
        { "retired", "\033[31m" },  { "orphaned", "\033[31m" }, { "overdue", "\033[31m" },
        { "failing", "\033[31m" },  { "failed", "\033[31m" },   { "dead", "\033[31m" },
        { "retiring", "\033[33m" }, { "stale", "\033[33m" },    { "act", "\033[33m" },
        { "held", "\033[33m" },     { "current", "\033[32m" },  { "ok", "\033[32m" },
    };
    for (size_t i = 0; i < BW_COUNT(tints); i++) {
        if (strcmp(state, tints[i].state) == 0) {
            return tints[i].tint;
        }
    }
    return NULL;
}
