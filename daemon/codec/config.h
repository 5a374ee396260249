/* daemon/codec/config.h: the configuration: one YAML file, `conf.d` and `deployments.d` beside it,
 * files in lexical order, into struct bw_settings. Maps of several files join, lists are appended,
 * a scalar given twice is an error. Every complaint is `file:line:col: error: what; hint`. */
#ifndef BW_CODEC_CONFIG_H
#define BW_CODEC_CONFIG_H
#include "base/error.h"
#include "base/vec.h"
#include "domain/settings.h"

enum { BW_CONFIG_FILE_BYTES_MAX = 16 * 1024 * 1024, BW_CONFIG_FILES_MAX = 1000 };

/* Read and check path and what stands beside it.
 * Ownership: *out is the caller's. Errors: BW_ERR_INVALID with the first complaint. */
BW_MUST_CHECK enum bw_err bw_config_read(const char *path, struct bw_settings **out,
                                         struct bw_error *err);

/* The same, naming all that is wrong: at most 20 complaints in the order of files and lines, and
 * one line that counts the rest. Ownership: the lines are appended to *problems. */
BW_MUST_CHECK enum bw_err bw_config_check(const char *path, struct bw_settings **out,
                                          struct bw_names *problems);

/* Read a file that holds `deployments:` alone; policies are the default.
 * Ownership: *out, empty before, is the caller's. Errors: as bw_config_read(). */
BW_MUST_CHECK enum bw_err bw_config_read_deployments(const char *path, struct bw_deployments *out,
                                                     struct bw_error *err);

/* The JSON Schema of the configuration, for editors, and a text that explains every option.
 * Ownership: the result is the caller's. */
char *bw_config_schema_json(void);
char *bw_config_help(void);
#endif
