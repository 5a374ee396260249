/* daemon/cli/explain_config.h: a configuration in words: what each part will do, and whom it calls.
 */
#ifndef BW_CLI_EXPLAIN_CONFIG_H
#define BW_CLI_EXPLAIN_CONFIG_H
#include "base/str.h"
#include "domain/settings.h"

/* Append a line for each source, sink, rule and deployment. Of a URL it shows scheme, host and
 * port: the rest may hold a secret. */
void bw_config_explain(const struct bw_settings *settings, struct bw_str *out);

/* Append what is allowed and probably not meant: deployments whose platform nothing polls, a
 * service that tells nobody. Ownership: the lines are the caller's. */
void bw_config_doubt(const struct bw_settings *settings, struct bw_names *warnings);
#endif
