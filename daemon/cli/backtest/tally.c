/* daemon/cli/backtest/tally.c: see tally.h. */
#include "cli/backtest/tally.h"

#include <string.h>

#include "cli/table.h"
#include "codec/json.h"

static struct bw_money member(const struct bw_json *estimate, const char *name)
{
    return bw_money_from_usd(bw_json_double(bw_json_get(estimate, name), 0));
}

struct bw_spend bw_spend_of(const char *estimate, const char *refused)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    struct bw_spend spend = { .notices = 1, .refused = refused == NULL ? 0 : 1 };
    if (estimate != NULL && bw_json_parse(estimate, strlen(estimate), &json, NULL) == BW_OK) {
        spend.priced = 1;
        spend.low = member(json, "low_usd");
        spend.expected = member(json, "expected_usd");
        spend.high = member(json, "high_usd");
    }
    return spend;
}

void bw_spend_add(struct bw_spend *sum, const struct bw_spend *one)
{
    sum->notices += one->notices;
    sum->priced += one->priced;
    sum->refused += one->refused;
    sum->low = bw_money_add(sum->low, one->low);
    sum->expected = bw_money_add(sum->expected, one->expected);
    sum->high = bw_money_add(sum->high, one->high);
}

/* Whole dollars: cents would claim what an estimate does not know. */
static void append_dollars(struct bw_str *out, struct bw_money money)
{
    char text[BW_MONEY_TEXT];
    const struct bw_money whole = bw_money_from_usd((double)(int64_t)(bw_money_usd(money) + 0.5));
    (void)bw_money_format(whole, text);
    bw_str_appendf(out, "$%.*s", (int)strcspn(text, "."), text);
}

void bw_spend_append(struct bw_str *out, const struct bw_spend *spend)
{
    if (spend->priced == 0) {
        bw_str_append(out, "no price is known");
        return;
    }
    append_dollars(out, spend->expected);
    bw_str_append(out, " (");
    append_dollars(out, spend->low);
    bw_str_append(out, " to ");
    append_dollars(out, spend->high);
    bw_str_append(out, ")");
}

static void row_clear(struct bw_tally_row *row)
{
    free(row->name);
}

void bw_tally_clear(struct bw_tally *tally)
{
    BW_VEC_CLEAR(&tally->rows, row_clear);
}

void bw_tally_add(struct bw_tally *tally, const char *name, const struct bw_spend *spend)
{
    BW_VEC_EACH(struct bw_tally_row, row, &tally->rows)
    {
        if (strcmp(row->name, name) == 0) {
            bw_spend_add(&row->spend, spend);
            return;
        }
    }
    BW_VEC_PUSH(&tally->rows, (struct bw_tally_row){ bw_xstrdup(name), *spend });
}

static int compare(const void *a, const void *b)
{
    const struct bw_tally_row *x = a;
    const struct bw_tally_row *y = b;
    int64_t left = x->spend.expected.micros;
    int64_t right = y->spend.expected.micros;
    return left != right ? (left < right) - (left > right) : strcmp(x->name, y->name);
}

void bw_tally_sort(struct bw_tally *tally)
{
    if (tally->rows.count > 0) {
        qsort(tally->rows.items, tally->rows.count, sizeof(*tally->rows.items), compare);
    }
}

static void add_dollars(struct bw_table *table, const struct bw_spend *spend,
                        struct bw_money money)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    if (spend->priced == 0) {
        bw_str_append(&text, "-");
    } else {
        append_dollars(&text, money);
    }
    bw_table_add(table, text.text);
}

static void add_count(struct bw_table *table, size_t count)
{
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf("%zu", count);
    bw_table_add(table, text);
}

static bool any_refused(const struct bw_tally *tally)
{
    BW_VEC_EACH(const struct bw_tally_row, row, &tally->rows)
    {
        if (row->spend.refused > 0) {
            return true;
        }
    }
    return false;
}

void bw_tally_print(const struct bw_tally *tally, FILE *out)
{
    const struct bw_column columns[] = {
        { tally->title, NULL, BW_CELL_TEXT },  { "NOTICES", NULL, BW_CELL_NUMBER },
        { "EXPECTED", NULL, BW_CELL_NUMBER },  { "LOW", NULL, BW_CELL_NUMBER },
        { "HIGH", NULL, BW_CELL_NUMBER },      { "UNPRICED", NULL, BW_CELL_NUMBER },
    };
    const struct bw_screen screen = { .header = true };
    bool unpriced = any_refused(tally); /* a column of noughts says nothing */
    BW_CLEANUP(bw_table_clear)
    struct bw_table table = bw_table_of(columns, BW_COUNT(columns) - (unpriced ? 0 : 1));
    BW_VEC_EACH(const struct bw_tally_row, row, &tally->rows)
    {
        bw_table_add(&table, row->name);
        add_count(&table, row->spend.notices);
        add_dollars(&table, &row->spend, row->spend.expected);
        add_dollars(&table, &row->spend, row->spend.low);
        add_dollars(&table, &row->spend, row->spend.high);
        if (unpriced) {
            add_count(&table, row->spend.refused);
        }
    }
    bw_table_print(&table, &screen, out);
}
