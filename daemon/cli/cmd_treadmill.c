/* daemon/cli/cmd_treadmill.c: a year of keeping up, tuned and prompted, on one page: deployment by
 * deployment, then by owner, then the fleet. */
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"

struct options {
    struct bw_common common;
    const char *owner;
    const char *from;
    const char *to;
};

static const struct bw_option OPTIONS[] = {
    { "owner", "OWNER", "only those of this owner", offsetof(struct options, owner), 0 },
    { "from", "DATE", "the span begins (default: a year before its end)",
      offsetof(struct options, from), 0 },
    { "to", "DATE", "the span ends (default: now)", offsetof(struct options, to), 0 },
    BW_JSON_OPTION,
    BW_TABLE_OPTIONS,
    BW_COMMON_OPTIONS,
    { 0 },
};

/* What a column sums, and of which rows. */
static const struct bw_column COLUMNS[] = {
    { "DEPLOYMENT", "deployment", BW_CELL_TEXT },
    { "OWNER", "owner", BW_CELL_TEXT },
    { "BASE", "base", BW_CELL_TEXT },
    { "RELEASES", "releases", BW_CELL_NUMBER },
    { "FORCED", "forced", BW_CELL_NUMBER },
    { "DAYS-BEHIND", "days_behind", BW_CELL_NUMBER },
    { "MOVES/YEAR", "moves_per_year", BW_CELL_NUMBER },
    { "A-MOVE", "tuned.move_usd|prompted.move_usd", BW_CELL_MONEY },
    { "HOSTING", "tuned.hosting_usd|prompted.hosting_usd", BW_CELL_MONEY },
    { "UPKEEP", "tuned.upkeep_usd|prompted.upkeep_usd", BW_CELL_MONEY },
    { "CALLS", "tuned.calls_usd|prompted.calls_usd", BW_CELL_MONEY },
    { "TUNED/YEAR", "tuned.total_usd", BW_CELL_MONEY },
    { "PROMPTED/YEAR", "prompted.total_usd", BW_CELL_MONEY },
    { "REALLY-PAID", "paid_usd", BW_CELL_MONEY },
};

struct sum { /* over the deployments of an owner, or all; money in dollars */
    char *owner;
    int64_t deployments;
    int64_t tuned;
    int64_t unpriced; /* of the tuned ones */
    int64_t moved;
    int64_t forced;
    double paid;
    double as_is;    /* the year, each as it is: tuned where tuned */
    double tuned_usd;     /* of those that are tuned and have both prices */
    double instead_usd;   /* of the same, prompted */
};

struct page {
    struct BW_VEC(struct sum) owners;
    struct sum fleet;
    struct bw_table table;
    struct bw_str rows; /* JSON */
};

static int treadmill(int argc, char **argv);

const struct bw_cmd bw_treadmill_cmd = {
    .name = "treadmill",
    .run = treadmill,
    .usage = "treadmill [DEPLOYMENT | --owner OWNER] [--from DATE] [--to DATE] [--json]",
    .help = "Say what a year of keeping up costs, tuned and prompted",
    .options = OPTIONS,
    .operands_max = 1,
};

static void sum_clear(struct sum *sum)
{
    free(sum->owner);
}

static void page_clear(struct page *page)
{
    BW_VEC_CLEAR(&page->owners, sum_clear);
    bw_table_clear(&page->table);
    bw_str_clear(&page->rows);
}

static double usd(const struct bw_json *row, const char *field)
{
    return bw_json_double(bw_cell_pick(row, field), 0);
}

static void add_to(struct sum *sum, const struct bw_json *row)
{
    const char *technique = bw_json_text(bw_json_get(row, "technique"), "");
    bool tuned = strncmp(technique, "fine-tuned", strlen("fine-tuned")) == 0;
    bool priced = bw_json_is_object(bw_json_get(row, "tuned"));
    bool both = priced && bw_json_is_object(bw_json_get(row, "prompted"));
    sum->deployments++;
    sum->tuned += tuned ? 1 : 0;
    sum->unpriced += tuned && !priced ? 1 : 0;
    sum->moved += bw_json_i64(bw_json_get(row, "moved"), 0);
    sum->forced += bw_json_i64(bw_json_get(row, "forced"), 0);
    sum->paid += usd(row, "paid_usd");
    sum->as_is += tuned ? usd(row, "tuned.total_usd") : usd(row, "prompted.total_usd");
    sum->tuned_usd += both ? usd(row, "tuned.total_usd") : 0;
    sum->instead_usd += both ? usd(row, "prompted.total_usd") : 0;
}

static struct sum *sum_of(struct page *page, const char *owner)
{
    BW_VEC_EACH(struct sum, sum, &page->owners)
    {
        if (strcmp(sum->owner, owner) == 0) {
            return sum;
        }
    }
    BW_VEC_PUSH(&page->owners, (struct sum){ .owner = bw_xstrdup(owner) });
    return &page->owners.items[page->owners.count - 1];
}

static void hear(void *context, const struct bw_json *row)
{
    struct page *page = context;
    BW_CLEANUP(bw_freep) char *text = bw_json_print(row);
    bw_str_appendf(&page->rows, "%s%s", page->rows.size == 0 ? "" : ",", text);
    bw_table_add_row(&page->table, row);
    add_to(sum_of(page, bw_json_text(bw_json_get(row, "owner"), "")), row);
    add_to(&page->fleet, row);
}

static void write_sum(struct bw_json_writer *w, const char *name, const struct sum *sum)
{
    bw_json_object_begin(w, name);
    if (sum->owner != NULL) {
        bw_json_add_text(w, "owner", sum->owner);
    }
    bw_json_add_i64(w, "deployments", sum->deployments);
    bw_json_add_i64(w, "tuned", sum->tuned);
    bw_json_add_i64(w, "unpriced", sum->unpriced);
    bw_json_add_i64(w, "forced", sum->forced);
    bw_json_add_i64(w, "moved", sum->moved);
    bw_json_add_usd(w, "paid_usd", bw_money_from_usd(sum->paid));
    bw_json_add_usd(w, "year_usd", bw_money_from_usd(sum->as_is));
    bw_json_add_usd(w, "tuned_usd", bw_money_from_usd(sum->tuned_usd));
    bw_json_add_usd(w, "prompted_instead_usd", bw_money_from_usd(sum->instead_usd));
    bw_json_object_end(w);
}

static void print_json(const struct page *page)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    BW_CLEANUP(bw_freep) char *rows =
        bw_xasprintf("[%s]", page->rows.text == NULL ? "" : page->rows.text);
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "schema", "basewatch/treadmill/v1");
    bw_json_add_raw(&w, "treadmill", rows);
    bw_json_array_begin(&w, "owners");
    BW_VEC_EACH(const struct sum, sum, &page->owners)
    {
        write_sum(&w, NULL, sum);
    }
    bw_json_array_end(&w);
    write_sum(&w, "fleet", &page->fleet);
    bw_json_object_end(&w);
    (void)puts(text.text);
}

static void add_number(struct bw_table *table, int64_t number)
{
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf("%lld", (long long)number);
    bw_table_add(table, text);
}

static void add_money(struct bw_table *table, double amount)
{
    char text[BW_MONEY_TEXT];
    BW_CLEANUP(bw_freep) char *cell =
        bw_xasprintf("$%s", bw_money_format(bw_money_from_usd(amount), text));
    bw_table_add(table, cell);
}

static void add_sum(struct bw_table *table, const char *name, const struct sum *sum)
{
    bw_table_add(table, name);
    add_number(table, sum->deployments);
    add_number(table, sum->tuned);
    add_number(table, sum->forced);
    add_number(table, sum->moved);
    add_money(table, sum->as_is);
    add_money(table, sum->tuned_usd);
    add_money(table, sum->instead_usd);
    add_money(table, sum->paid);
}

static void print_sums(const struct page *page, const struct bw_screen *screen)
{
    const struct bw_column columns[] = {
        { "OWNER", NULL, BW_CELL_TEXT },        { "DEPLOYMENTS", NULL, BW_CELL_NUMBER },
        { "TUNED", NULL, BW_CELL_NUMBER },      { "FORCED", NULL, BW_CELL_NUMBER },
        { "MOVED", NULL, BW_CELL_NUMBER },      { "A-YEAR-AS-IS", NULL, BW_CELL_NUMBER },
        { "TUNED-ONES", NULL, BW_CELL_NUMBER }, { "THE-SAME-PROMPTED", NULL, BW_CELL_NUMBER },
        { "REALLY-PAID", NULL, BW_CELL_NUMBER },
    };
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(columns, BW_COUNT(columns));
    BW_VEC_EACH(const struct sum, sum, &page->owners)
    {
        add_sum(&table, sum->owner[0] == '\0' ? "nobody" : sum->owner, sum);
    }
    add_sum(&table, "the fleet", &page->fleet);
    (void)fputs("\n", stdout);
    bw_table_print(&table, screen, stdout);
    if (page->fleet.unpriced > 0) {
        (void)printf("\n%lld tuned deployment%s without a price %s left out; see basewatch "
                     "estimate.\n",
                     (long long)page->fleet.unpriced, page->fleet.unpriced == 1 ? "" : "s",
                     page->fleet.unpriced == 1 ? "is" : "are");
    }
}

static int treadmill(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&bw_treadmill_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (bw_ask_check_date("from", values.from, &err) != BW_OK ||
        bw_ask_check_date("to", values.to, &err) != BW_OK) {
        return bw_cmd_misused(&bw_treadmill_cmd, &err);
    }
    BW_CLEANUP(page_clear)
    struct page page = { .table = bw_table_of(COLUMNS, BW_COUNT(COLUMNS)) };
    BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
    bw_str_append(&target, "/v1/treadmill");
    bw_client_add_query(&target, "deployment", argc > 1 ? argv[1] : NULL);
    bw_client_add_query(&target, "owner", values.owner);
    bw_client_add_query(&target, "from", values.from);
    bw_client_add_query(&target, "to", values.to);
    if (bw_ask_rows("treadmill", target.text, hear, &page, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    if (values.common.json) {
        print_json(&page);
        return BW_EXIT_OK;
    }
    struct bw_screen screen =
        bw_screen_of_stdout(values.common.no_header, values.common.no_color);
    bw_table_print(&page.table, &screen, stdout);
    print_sums(&page, &screen);
    return BW_EXIT_OK;
}
