/* daemon/cli/helper.h: commands that are programs of their own, so that what they link costs the
 * others nothing: `basewatch backtest` becomes basewatch-backtest, `basewatch scan` becomes
 * basewatch-offline. */
#ifndef BW_CLI_HELPER_H
#define BW_CLI_HELPER_H
#include "base/error.h"

/* Become the program `name`, which stands beside this one or in ../libexec/basewatch from it; argv
 * is handed on. Returns only when that fails. Errors: BW_ERR_NOTFOUND, BW_ERR_IO. */
enum bw_err bw_helper_become(const char *name, char **argv, struct bw_error *err);
#endif
