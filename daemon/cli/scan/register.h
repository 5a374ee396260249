/* daemon/cli/scan/register.h: a deployments file kept in step with what a scan finds. */
#ifndef BW_CLI_SCAN_REGISTER_H
#define BW_CLI_SCAN_REGISTER_H
#include "cli/scan/found.h"

/* Bring the file at path, made when it is missing, in step: one deployment for each place that may
 * be patched. Its own entries end their first line in `# scan`; of those the model and the place
 * are rewritten, whatever else somebody added stays, and they go when their place is gone. Every
 * other byte of the file stays as it is, and a name or a place that somebody wrote by hand is not
 * registered again. The same tree twice changes nothing.
 * Errors: BW_ERR_INVALID for a file that is no deployments file or not written as a plain list,
 * BW_ERR_IO; the file is then untouched. */
BW_MUST_CHECK enum bw_err bw_scan_register(const struct bw_scan_result *result, const char *folder,
                                           const char *path, struct bw_error *err);
#endif
