/* plugins/mistral_own.h: the fine-tunes of a workspace at Mistral. */
#ifndef BW_PLUGINS_MISTRAL_OWN_H
#define BW_PLUGINS_MISTRAL_OWN_H
#include "sdk/plugin.h"

/* From the jobs, whose API is deprecated and may be gone, and from the list of models. */
BW_MUST_CHECK enum bw_err bw_mistral_inventory(struct bw_plugin *plugin);
#endif
