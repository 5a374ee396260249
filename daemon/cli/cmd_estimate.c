/* daemon/cli/cmd_estimate.c: what it costs to retrain on the successor. */
#include <stdio.h>
#include <string.h>

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
    { "FORMULA", "formula", BW_CELL_TEXT },
};
static const struct bw_column ROUTES[] = {
    { "WAY", "route", BW_CELL_TEXT },
    { "PLATFORM", "platform", BW_CELL_TEXT },
    { "MODEL", "model", BW_CELL_TEXT },
    { "LOW", "estimate.low_usd", BW_CELL_MONEY },
    { "EXPECTED", "estimate.expected_usd", BW_CELL_MONEY },
    { "HIGH", "estimate.high_usd", BW_CELL_MONEY },
    { "CASH", "estimate.cash.expected_usd", BW_CELL_MONEY },
    { "PEOPLE", "estimate.people.expected_usd", BW_CELL_MONEY },
    { "BILL/MONTH", "estimate.run_cost_delta_usd_per_month", BW_CELL_MONEY },
    { "UNTIL", "until", BW_CELL_DAY },
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
    .help = "Price the move by every way: low, expected, high, and where each figure is from",
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

/* Every way side by side, then why those without a price have none: several platforms are often
 * refused for one reason, which is said once, and not again if it was said before. */
static void print_routes(const struct bw_json *routes, const char *said)
{
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(ROUTES, BW_COUNT(ROUTES));
    for (const struct bw_json *route = bw_json_first(routes); route != NULL;
         route = bw_json_next(route)) {
        if (bw_json_is_object(bw_json_get(route, "estimate"))) {
            bw_table_add_row(&table, route);
        }
    }
    if (table.cells > 0) {
        (void)fputs("\n", stdout);
        print_table(&table);
    }
    for (const struct bw_json *route = bw_json_first(routes); route != NULL;
         route = bw_json_next(route)) {
        const char *refused = bw_json_text(bw_json_get(route, "refused"), "");
        if (strcmp(refused, said) != 0 && refused[0] != '\0') {
            BW_CLEANUP(bw_freep) char *line =
                bw_xasprintf("no way: %s: %s", bw_json_text(bw_json_get(route, "route"), ""),
                             refused);
            bw_text_print(stdout, line);
            said = refused;
        }
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

/* What embedding the corpus again would cost, beside the move of the generating model. */
static void print_embedding(const struct bw_json *embedding)
{
    const struct bw_json *candidate = bw_json_get(embedding, "candidate");
    const struct bw_json *serve_until = bw_json_get(embedding, "serve_until");
    if (bw_json_is_null(candidate) && bw_json_is_null(serve_until)) {
        return;
    }
    const struct bw_json *estimate = bw_json_get(embedding, "estimate");
    (void)printf("\nembedding again: %s -> %s\n",
                 bw_json_text(bw_json_get(embedding, "model"), ""),
                 bw_json_text(candidate, "nothing that follows"));
    print_fact("no estimate", BW_CELL_TEXT, bw_json_get(embedding, "refused"));
    if (bw_json_is_object(estimate)) {
        print_totals(estimate);
        print_terms(bw_json_get(estimate, "terms"));
        (void)fputs("\n", stdout);
        print_fact("guessed", BW_CELL_TEXT, bw_json_get(estimate, "guessed"));
        print_sources(bw_json_get(estimate, "terms"));
    }
}

/* What earlier moves of the deployment really cost. */
static void print_so_far(const struct bw_json *so_far)
{
    double factor = bw_json_double(bw_json_get(so_far, "factor"), 0);
    if (bw_json_is_null(so_far)) {
        return;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "earlier moves: %lld paid for, ",
                   (long long)bw_json_i64(bw_json_get(so_far, "moves"), 0));
    bw_cell_append(&line, BW_CELL_MONEY, bw_json_get(so_far, "paid_usd"));
    bw_str_append(&line, " in all");
    if (factor > 0) {
        bw_str_appendf(&line, ", x%.2f of their estimates", factor);
    }
    bw_text_print(stdout, line.text);
}

static void print_remarks(const struct bw_json *remarks)
{
    for (const struct bw_json *remark = bw_json_first(remarks); remark != NULL;
         remark = bw_json_next(remark)) {
        print_fact("remark", BW_CELL_TEXT, remark);
    }
}

static void print(const struct bw_json *document)
{
    const struct bw_json *refused = bw_json_get(document, "refused");
    if (!bw_json_is_null(refused)) {
        print_fact("no estimate", BW_CELL_TEXT, refused);
        print_routes(bw_json_get(document, "routes"), bw_json_text(refused, ""));
        print_embedding(bw_json_get(document, "embedding"));
        return;
    }
    print_totals(document);
    print_terms(bw_json_get(document, "terms"));
    print_routes(bw_json_get(document, "routes"), "");
    (void)fputs("\n", stdout);
    print_fact("route", BW_CELL_TEXT, bw_json_get(document, "route"));
    print_fact("platform", BW_CELL_TEXT, bw_json_get(document, "platform"));
    print_fact("model", BW_CELL_TEXT, bw_json_get(document, "model"));
    print_fact("running bill a month", BW_CELL_MONEY,
               bw_json_get(document, "running_usd_per_month"));
    print_fact("change of the monthly bill", BW_CELL_MONEY,
               bw_json_get(document, "run_cost_delta_usd_per_month"));
    print_fact("widened most by", BW_CELL_TEXT, bw_json_get(document, "widest"));
    print_fact("guessed", BW_CELL_TEXT, bw_json_get(document, "guessed"));
    print_sources(bw_json_get(document, "terms"));
    print_so_far(bw_json_get(document, "so_far"));
    print_remarks(bw_json_get(document, "remarks"));
    print_embedding(bw_json_get(document, "embedding"));
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
