/* daemon/cli/completion.h: completion scripts for shells, written from the table of commands, so
 * that they know what the program knows. */
#ifndef BW_CLI_COMPLETION_H
#define BW_CLI_COMPLETION_H
#include "cli/command.h"

/* Append the script for `shell`: bash, zsh or fish. Errors: BW_ERR_INVALID for another one. */
BW_MUST_CHECK enum bw_err bw_completion_write(const char *shell, struct bw_str *out,
                                              struct bw_error *err);

extern const struct bw_cmd bw_completion_cmd;
#endif
