/* daemon/codec/runner_config.h: the runner's own files, /etc/basewatch/runner.d: which suites it
 * may run. What is not in them is never run, whoever asks. */
#ifndef BW_CODEC_RUNNER_CONFIG_H
#define BW_CODEC_RUNNER_CONFIG_H
#include "base/error.h"
#include "domain/eval_suite.h"

/* Read the *.yaml of a folder. The folder and each file must belong to root or to ourselves, and
 * nobody else may write them.
 * Ownership: *out, empty before, and the lines appended to *problems are the caller's.
 * Errors: BW_ERR_INVALID; *problems says what is wrong, `file:line:col: error: what; hint`. */
BW_MUST_CHECK enum bw_err bw_runner_config_read(const char *folder, struct bw_eval_suites *out,
                                                struct bw_names *problems);

/* What every option means; the JSON Schema of such a file. Ownership: the caller's. */
char *bw_runner_config_help(void);
char *bw_runner_config_schema(void);
#endif
