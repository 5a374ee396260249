/* daemon/cli/ask.h: what most commands do: ask the daemon and print its answer, or tell it
 * something. */
#ifndef BW_CLI_ASK_H
#define BW_CLI_ASK_H
#include "cli/client.h"
#include "cli/command.h"

struct bw_column; /* table.h */

struct bw_list {
    const char *kind; /* as in /v1/KIND and in the document */
    const struct bw_column *columns;
    size_t column_count;
};

enum { BW_ASK_FILTERS_MAX = 6 };

struct bw_list_options {
    struct bw_common common;
    const char *filters[BW_ASK_FILTERS_MAX];
};

/* Row `n` of a list's own options: BW_FILTER(0, "owner", "OWNER", "only those of this owner"). */
#define BW_FILTER(n, name, value, help)                                                            \
    {                                                                                              \
        name, value, help, offsetof(struct bw_list_options, filters[n]), 0                         \
    }
#define BW_LIST_OPTIONS BW_JSON_OPTION, BW_TABLE_OPTIONS, BW_COMMON_OPTIONS

/* Prints an answer for people. */
typedef void (*bw_ask_print)(const struct bw_json *document);

/* Each runs a command from its argv to its exit code. A list reads a struct bw_list_options; its
 * filters are sent as the query parameters of the same name. */
int bw_ask_list(const struct bw_cmd *cmd, const struct bw_list *list, int argc, char **argv);
int bw_ask_print_list(const struct bw_cmd *cmd, const struct bw_list *list,
                      const struct bw_list_options *values); /* once they are read */
/* The filters that were given, as the query of target. */
void bw_ask_add_filters(struct bw_str *target, const struct bw_option *options,
                        const struct bw_list_options *values);
int bw_ask_show(const struct bw_cmd *cmd, const char *kind, int argc, char **argv);
/* GET /v1/deployments/NAME/<what>, with --at DATE. */
int bw_ask_about(const struct bw_cmd *cmd, const char *what, bw_ask_print print, int argc,
                 char **argv);

/* The target "/v1/<kind>/NAME/<what>"; what may be NULL. Ownership: the caller's. */
struct bw_str bw_ask_target(const char *kind, const char *name, const char *what);

/* GET a document, an object. Ownership: *out is the caller's. Errors: those of bw_client_ask(). */
BW_MUST_CHECK enum bw_err bw_ask_get(const char *target, struct bw_json **out,
                                     struct bw_error *err);
/* GET a list, page after page, and hear each row. Errors: those of bw_client_ask(). */
typedef void (*bw_ask_row)(void *context, const struct bw_json *row);
BW_MUST_CHECK enum bw_err bw_ask_rows(const char *kind, const char *target, bw_ask_row hear,
                                      void *context, struct bw_error *err);
/* GET a document and print it, as JSON or for people. Returns the exit code. */
int bw_ask_print_answer(const char *target, bool json, bw_ask_print print);

/* Print a document: compact JSON, or its "lines", else its members as "key: value". */
void bw_ask_print_json(const struct bw_json *document);
void bw_ask_print_lines(const struct bw_json *document);

/* Run a command whose operand NAME is acted upon: POST /v1/<kind>/NAME/<verb>, or DELETE without a
 * verb; then say "NAME: done" on stderr. */
int bw_ask_action(const struct bw_cmd *cmd, const char *kind, const char *verb, const char *done,
                  int argc, char **argv);

/* Send a write and say "name: done" on stderr. Returns the exit code. */
int bw_ask_write(const struct bw_client_request *request, const char *name, const char *done);

/* A day or moment that the user typed: BW_ERR_INVALID names the option. NULL is fine. */
BW_MUST_CHECK enum bw_err bw_ask_check_date(const char *option, const char *text,
                                            struct bw_error *err);

/* Option tables: of a command that takes operands alone; with --json; with --at DATE as well, for
 * bw_ask_about(). */
extern const struct bw_option bw_ask_plain_options[];
extern const struct bw_option bw_ask_json_options[];
extern const struct bw_option bw_ask_about_options[];
#endif
