#include "cli/table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct bw_column COLUMNS[] = {
    { "NAME", "name", BW_CELL_TEXT },
    { "STATE", "state", BW_CELL_STATE },
    { "COST", "estimate.expected_usd", BW_CELL_MONEY },
    { "DUE", "deadline|train_by", BW_CELL_DAY },
};

static char *printed(const char *rows, struct bw_screen screen)
{
    struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(rows, strlen(rows), &root, NULL), BW_OK));
    struct bw_table table = bw_table_of(COLUMNS, BW_COUNT(COLUMNS));
    for (const struct bw_json *row = bw_json_first(root); row != NULL; row = bw_json_next(row)) {
        bw_table_add_row(&table, row);
    }
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bw_table_print(&table, &screen, out);
    fclose(out);
    bw_table_clear(&table);
    bw_json_free(root);
    return text;
}

static const char ROWS[] =
    "[{\"name\":\"triage\",\"state\":\"stale\",\"estimate\":{\"expected_usd\":1234.555},"
    "\"deadline\":null,\"train_by\":\"2026-11-23T18:00:00Z\"},"
    "{\"name\":\"\xe6\xa8\xa1\xe5\x9e\x8b\\u001b[2J\",\"state\":\"current\",\"estimate\":{\"expected_usd\":-5},"
    "\"deadline\":\"2027-01-31\",\"train_by\":\"2026-11-23\"},"
    "{\"name\":\"\",\"state\":null,\"estimate\":null}]";

Test(table, columns_are_as_wide_as_their_widest_cell)
{
    char *text = printed(ROWS, (struct bw_screen){ .header = true });
    cr_expect(eq(str, text,
                 "NAME         STATE         COST  DUE\n"
                 "triage       stale    $1,234.56  2026-11-23\n"
                 "\xe6\xa8\xa1\xe5\x9e\x8b\\x1b[2J  current     -$5.00  2027-01-31\n"
                 "-            -                -  -\n"));
    free(text);
}

Test(table, a_narrow_terminal_cuts_text_and_colours_states)
{
    char *text = printed(ROWS, (struct bw_screen){ .colour = true, .width = 40 });
    cr_expect(eq(str, text,
                 "triage    \033[33mstale    \033[0m$1,234.56  2026-11-23\n"
                 "\xe6\xa8\xa1\xe5\x9e\x8b\\x1\xe2\x80\xa6  \033[32mcurrent  \033[0m   -$5.00  2027-01-31\n"
                 "-         -                -  -\n"));
    free(text);
}

Test(table, no_rows_give_the_titles_alone)
{
    char *text = printed("[]", (struct bw_screen){ .header = true });
    cr_expect(eq(str, text, "NAME  STATE  COST  DUE\n"));
    free(text);
}
