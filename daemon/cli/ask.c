/* daemon/cli/ask.c: see ask.h. */
#include "cli/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "cli/table.h"
#include "cli/text.h"

struct about_options {
    struct bw_common common;
    const char *at;
};

const struct bw_option bw_ask_plain_options[] = { BW_COMMON_OPTIONS, { 0 } };
const struct bw_option bw_ask_json_options[] = { BW_JSON_OPTION, BW_COMMON_OPTIONS, { 0 } };
const struct bw_option bw_ask_about_options[] = {
    { "at", "DATE", "as of that day", offsetof(struct about_options, at), 0 },
    BW_JSON_OPTION,
    BW_COMMON_OPTIONS,
    { 0 },
};

static enum bw_err next_page(const struct bw_json *page, char **after, struct bw_error *err);

static enum bw_err get_page(const char *kind, const char *target, const char *after,
                            struct bw_json **out, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str page_target = { 0 };
    bw_str_append(&page_target, target);
    bw_client_add_query(&page_target, "after", after);
    BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
    enum bw_err rc = bw_ask_get(page_target.text, &page, err);
    if (rc == BW_OK && !bw_json_is_array(bw_json_get(page, kind))) {
        rc = bw_fail(err, BW_ERR_INVALID, "the daemon's answer has no list of %s", kind);
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(page);
    }
    return rc;
}

enum bw_err bw_ask_rows(const char *kind, const char *target, bw_ask_row hear, void *context,
                        struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *after = NULL;
    do {
        BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
        enum bw_err rc = get_page(kind, target, after, &page, err);
        if (rc != BW_OK) {
            return rc;
        }
        const struct bw_json *row = bw_json_first(bw_json_get(page, kind));
        for (; row != NULL; row = bw_json_next(row)) {
            hear(context, row);
        }
        rc = next_page(page, &after, err);
        if (rc != BW_OK) {
            return rc;
        }
    } while (after != NULL);
    return BW_OK;
}

/* Rows as JSON go out as they come: a list of a million is never held whole. */
struct printing {
    const struct bw_list *list;
    bool begun;
};

static void begin_json(struct printing *printing)
{
    if (!printing->begun) {
        const char *kind = printing->list->kind;
        (void)printf("{\"schema\":\"basewatch/%s/v1\",\"%s\":[", kind, kind);
    }
}

static void print_row(void *context, const struct bw_json *row)
{
    struct printing *printing = context;
    BW_CLEANUP(bw_freep) char *text = bw_json_print(row);
    begin_json(printing);
    (void)printf("%s%s", printing->begun ? "," : "", text);
    printing->begun = true;
}

static void add_row(void *context, const struct bw_json *row)
{
    bw_table_add_row(context, row);
}

static enum bw_err print_list(const struct bw_list *list, const char *target,
                              const struct bw_common *common, struct bw_error *err)
{
    BW_CLEANUP(bw_table_clear)
    struct bw_table table = bw_table_of(list->columns, list->column_count);
    struct printing printing = { .list = list };
    enum bw_err rc = common->json ? bw_ask_rows(list->kind, target, print_row, &printing, err)
                                  : bw_ask_rows(list->kind, target, add_row, &table, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (common->json) {
        begin_json(&printing);
        (void)fputs("]}\n", stdout);
    } else {
        struct bw_screen screen = bw_screen_of_stdout(common->no_header, common->no_color);
        bw_table_print(&table, &screen, stdout);
    }
    return BW_OK;
}

int bw_ask_list(const struct bw_cmd *cmd, const struct bw_list *list, int argc, char **argv)
{
    struct bw_list_options values = { 0 };
    int code = bw_cmd_begin(cmd, &argc, argv, &values);
    return code == BW_EXIT_NONE ? bw_ask_print_list(cmd, list, &values) : code;
}

int bw_ask_print_list(const struct bw_cmd *cmd, const struct bw_list *list,
                      const struct bw_list_options *values)
{
    BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
    bw_str_appendf(&target, "/v1/%s", list->kind);
    bw_ask_add_filters(&target, cmd->options, values);
    struct bw_error err = { 0 };
    return print_list(list, target.text, &values->common, &err) == BW_OK ? BW_EXIT_OK
                                                                         : bw_cmd_failed(&err);
}

void bw_ask_add_filters(struct bw_str *target, const struct bw_option *options,
                        const struct bw_list_options *values)
{
    for (; options->name != NULL; options++) {
        if (options->at >= offsetof(struct bw_list_options, filters) &&
            options->at < sizeof(struct bw_list_options)) {
            size_t n = (options->at - offsetof(struct bw_list_options, filters)) /
                       sizeof(values->filters[0]);
            bw_client_add_query(target, options->name, values->filters[n]);
        }
    }
}

int bw_ask_show(const struct bw_cmd *cmd, const char *kind, int argc, char **argv)
{
    struct bw_common common = { 0 };
    int code = bw_cmd_begin(cmd, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(kind, argv[1], NULL);
    return bw_ask_print_answer(target.text, common.json, bw_ask_print_lines);
}

int bw_ask_about(const struct bw_cmd *cmd, const char *what, bw_ask_print print, int argc,
                 char **argv)
{
    struct about_options values = { 0 };
    int code = bw_cmd_begin(cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (bw_ask_check_date("at", values.at, &err) != BW_OK) {
        return bw_cmd_misused(cmd, &err);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target("deployments", argv[1], what);
    bw_client_add_query(&target, "at", values.at);
    return bw_ask_print_answer(target.text, values.common.json, print);
}

struct bw_str bw_ask_target(const char *kind, const char *name, const char *what)
{
    struct bw_str target = { 0 };
    bw_str_appendf(&target, "/v1/%s/", kind);
    bw_client_add_segment(&target, name);
    if (what != NULL) {
        bw_str_appendf(&target, "/%s", what);
    }
    return target;
}

enum bw_err bw_ask_get(const char *target, struct bw_json **out, struct bw_error *err)
{
    const struct bw_client_request request = { .method = "GET", .target = target };
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    enum bw_err rc = bw_client_ask(&request, &document, err);
    if (rc == BW_OK && !bw_json_is_object(document)) {
        rc = bw_fail(err, BW_ERR_INVALID, "the daemon's answer to %.120s is not an object", target);
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(document);
    }
    return rc;
}

int bw_ask_print_answer(const char *target, bool json, bw_ask_print print)
{
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    if (bw_ask_get(target, &document, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    (json ? bw_ask_print_json : print)(document);
    return BW_EXIT_OK;
}

void bw_ask_print_json(const struct bw_json *document)
{
    BW_CLEANUP(bw_freep) char *text = bw_json_print(document);
    (void)puts(text);
}

/* "name: value", "name: inner value, inner value"; a list of objects has a line for each. */
static void print_member(const char *name, const struct bw_json *value)
{
    const struct bw_json *first = bw_json_first(value);
    if (bw_json_is_array(value) && bw_json_is_object(first)) {
        for (; first != NULL; first = bw_json_next(first)) {
            print_member(name, first);
        }
        return;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "%s: ", name);
    if (!bw_json_is_object(value)) {
        bw_cell_append(&line, BW_CELL_TEXT, value);
    }
    for (; bw_json_is_object(value) && first != NULL; first = bw_json_next(first)) {
        bw_str_appendf(&line, "%s ", bw_json_name(first));
        bw_cell_append(&line, BW_CELL_TEXT, first);
        bw_str_append(&line, bw_json_next(first) == NULL ? "" : ", ");
    }
    bw_text_print(stdout, line.text);
}

static void print_members(const struct bw_json *document)
{
    for (const struct bw_json *value = bw_json_first(document); value != NULL;
         value = bw_json_next(value)) {
        const char *name = bw_json_name(value);
        if (name == NULL || strcmp(name, "schema") == 0) {
            continue;
        }
        print_member(name, value);
    }
}

void bw_ask_print_lines(const struct bw_json *document)
{
    const struct bw_json *lines = bw_json_get(document, "lines");
    if (!bw_json_is_array(lines)) {
        print_members(document);
        return;
    }
    for (const struct bw_json *line = bw_json_first(lines); line != NULL;
         line = bw_json_next(line)) {
        bw_text_print(stdout, bw_json_text(line, ""));
    }
}

int bw_ask_action(const struct bw_cmd *cmd, const char *kind, const char *verb, const char *done,
                  int argc, char **argv)
{
    struct bw_common common = { 0 };
    int code = bw_cmd_begin(cmd, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target(kind, argv[1], verb);
    const struct bw_client_request request = {
        .method = verb == NULL ? "DELETE" : "POST",
        .target = target.text,
        .body = verb == NULL ? NULL : "{}",
    };
    return bw_ask_write(&request, argv[1], done);
}

int bw_ask_write(const struct bw_client_request *request, const char *name, const char *done)
{
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    if (bw_client_ask(request, &answer, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    BW_CLEANUP(bw_freep) char *line = bw_xasprintf("%s: %s", name, done);
    bw_text_print(stderr, line);
    return BW_EXIT_OK;
}

enum bw_err bw_ask_check_date(const char *option, const char *text, struct bw_error *err)
{
    int64_t at_ms = 0;
    if (text == NULL || bw_instant_parse(text, &at_ms, err) == BW_OK) {
        return BW_OK;
    }
    return bw_error_prefix(err, "--%s: ", option);
}

/* A cursor that leads to itself would keep us here for ever. */
static enum bw_err next_page(const struct bw_json *page, char **after, struct bw_error *err)
{
    const char *next = bw_json_text(bw_json_get(page, "next"), NULL);
    if (next != NULL && bw_str_equal(next, *after)) {
        return bw_fail(err, BW_ERR_INVALID, "the daemon's list does not come to its end");
    }
    bw_replace(after, next);
    return BW_OK;
}
