/* daemon/cli/cmd_estimate.c: what it costs to retrain on the successor. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/cmd_estimate_training.h"
#include "cli/cmds.h"
#include "cli/table.h"
#include "cli/text.h"

struct options {
    struct bw_common common;
    const char *to;
    const char *at;
};

static const struct bw_option OPTIONS[] = {
    { "to", "MODEL", "retrain on this model instead of the best one", offsetof(struct options, to),
      0 },
    { "at", "DATE", "as of that day", offsetof(struct options, at), 0 },
    BW_JSON_OPTION,
    BW_COMMON_OPTIONS,
    { 0 },
};

static const struct bw_column TOTALS[] = {
    { "USD", NULL, BW_CELL_TEXT },
    { "LOW", "low_usd", BW_CELL_MONEY },
    { "EXPECTED", "expected_usd", BW_CELL_MONEY },
    { "HIGH", "high_usd", BW_CELL_MONEY },
};
static const struct bw_column TERMS[] = {
    { "TERM", "name", BW_CELL_TEXT },
    { "PURSE", "purse", BW_CELL_TEXT },
    { "LOW", "low_usd", BW_CELL_MONEY },
    { "EXPECTED", "expected_usd", BW_CELL_MONEY },
    { "HIGH", "high_usd", BW_CELL_MONEY },
    { "INPUTS", "inputs", BW_CELL_TEXT },
};

static int estimate(int argc, char **argv);

static const struct bw_cmd training_cmd = {
    .name = "training",
    .run = bw_cmd_estimate_training,
    .usage = "estimate training --batch",
    .help = "Read training runs as JSON lines, print the GPU-hours each will take",
};

const struct bw_cmd bw_estimate_cmd = {
    .name = "estimate",
    .run = estimate,
    .usage = "estimate DEPLOYMENT [--to MODEL] [--at DATE] [--json]",
    .help = "Price the retraining: low, expected, high, and where each figure is from",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .subcommands = (const struct bw_cmd *const[]){ &training_cmd, NULL },
};

static void print_table(const struct bw_table *table)
{
    struct bw_screen screen = bw_screen_of_stdout(false, false);
    bw_table_print(table, &screen, stdout);
}

static void print_totals(const struct bw_json *document)
{
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(TOTALS, BW_COUNT(TOTALS));
    const struct {
        const char *name;
        const struct bw_json *range;
    } rows[] = {
        { "cash", bw_json_get(document, "cash") },
        { "people", bw_json_get(document, "people") },
        { "total", document },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        bw_table_add(&table, rows[i].name);
        for (size_t j = 1; j < BW_COUNT(TOTALS); j++) {
            bw_table_add_value(&table, bw_json_get(rows[i].range, TOTALS[j].field));
        }
    }
    print_table(&table);
}

static void print_terms(const struct bw_json *terms)
{
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(TERMS, BW_COUNT(TERMS));
    for (const struct bw_json *term = bw_json_first(terms); term != NULL;
         term = bw_json_next(term)) {
        bw_table_add_row(&table, term);
    }
    if (table.cells > 0) {
        (void)fputs("\n", stdout);
        print_table(&table);
    }
}

/* "title: a, b" for a list of texts or of objects with a name, "title: a" for one value. */
static void print_fact(const char *title, enum bw_cell_kind kind, const struct bw_json *value)
{
    bool listed = bw_json_is_array(value);
    if (bw_json_is_null(value) || (listed && bw_json_size(value) == 0)) {
        return;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "%s: ", title);
    if (!listed) {
        bw_cell_append(&line, kind, value);
    }
    for (const struct bw_json *item = bw_json_first(listed ? value : NULL); item != NULL;
         item = bw_json_next(item)) {
        const struct bw_json *name = bw_json_get(item, "name");
        bw_cell_append(&line, kind, name != NULL ? name : item);
        bw_str_append(&line, bw_json_next(item) != NULL ? ", " : "");
    }
    bw_text_print(stdout, line.text);
}

/* Where the prices of the terms are from, one line for each term that has one. */
static void print_sources(const struct bw_json *terms)
{
    for (const struct bw_json *term = bw_json_first(terms); term != NULL;
         term = bw_json_next(term)) {
        const struct bw_json *price = bw_json_get(term, "price");
        if (bw_json_is_object(price)) {
            BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
            bw_str_appendf(&line, "price of %s: %s (%.10s, %s)",
                           bw_json_text(bw_json_get(term, "name"), ""),
                           bw_json_text(bw_json_get(price, "source"), ""),
                           bw_json_text(bw_json_get(price, "as_of"), ""),
                           bw_json_text(bw_json_get(price, "confidence"), ""));
            bw_text_print(stdout, line.text);
        }
    }
}

static void print(const struct bw_json *document)
{
    const struct bw_json *refused = bw_json_get(document, "refused");
    if (!bw_json_is_null(refused)) {
        print_fact("no estimate", BW_CELL_TEXT, refused);
        return;
    }
    print_totals(document);
    print_terms(bw_json_get(document, "terms"));
    (void)fputs("\n", stdout);
    print_fact("route", BW_CELL_TEXT, bw_json_get(document, "route"));
    print_fact("platform", BW_CELL_TEXT, bw_json_get(document, "platform"));
    print_fact("model", BW_CELL_TEXT, bw_json_get(document, "model"));
    print_fact("change of the monthly bill", BW_CELL_MONEY,
               bw_json_get(document, "run_cost_delta_usd_per_month"));
    print_fact("widened most by", BW_CELL_TEXT, bw_json_get(document, "widest"));
    print_fact("guessed", BW_CELL_TEXT, bw_json_get(document, "guessed"));
    print_sources(bw_json_get(document, "terms"));
    print_fact("remarks", BW_CELL_TEXT, bw_json_get(document, "remarks"));
}

static int estimate(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&bw_estimate_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (bw_ask_check_date("at", values.at, &err) != BW_OK) {
        return bw_cmd_misused(&bw_estimate_cmd, &err);
    }
    BW_CLEANUP(bw_str_clear)
    struct bw_str target = bw_ask_target("deployments", argv[1], "estimate");
    bw_client_add_query(&target, "to", values.to);
    bw_client_add_query(&target, "at", values.at);
    return bw_ask_print_answer(target.text, values.common.json, print);
}
