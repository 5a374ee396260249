/* daemon/cli/option.h: the options of a command line, read by a table. */
#ifndef BW_CLI_OPTION_H
#define BW_CLI_OPTION_H
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

struct bw_option {
    const char *name;  /* without its dashes; NULL ends a table */
    const char *value; /* what the help text calls its value; NULL: a flag */
    const char *help;
    size_t at;   /* offset in the command's struct: of a bool for a flag, else a const char * */
    char letter; /* the one-letter form, 0: none */
};

/* Read --name VALUE, --name=VALUE, -l VALUE, -lVALUE and flags into *values; the last one wins,
 * `--` ends the options, names are never abbreviated. The operands are moved to argv[1] and on,
 * *argc counts them and argv[0].
 *
 * Ownership: values point into argv. Errors: BW_ERR_INVALID, with the nearest name as a hint. */
BW_MUST_CHECK enum bw_err bw_option_parse(const struct bw_option *options, int *argc, char **argv,
                                          void *values, struct bw_error *err);

/* Append the table as help text, a line an option. */
void bw_option_help(const struct bw_option *options, struct bw_str *out);
#endif
