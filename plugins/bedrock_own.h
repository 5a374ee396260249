/* plugins/bedrock_own.h: what an account of Amazon Bedrock holds in one region. */
#ifndef BW_PLUGINS_BEDROCK_OWN_H
#define BW_PLUGINS_BEDROCK_OWN_H
#include "sdk/plugin.h"

/* How the request for the path is made; its query comes sorted, as it is signed. */
struct bw_fetch bw_bedrock_request(const struct bw_plugin *plugin, char *path);

/* Custom models, the jobs that make them, and what serves them. */
BW_MUST_CHECK enum bw_err bw_bedrock_inventory(struct bw_plugin *plugin);
#endif
