/* plugins/fireworks_own.h: the tuned models and tuning jobs of a Fireworks account. */
#ifndef BW_PLUGINS_FIREWORKS_OWN_H
#define BW_PLUGINS_FIREWORKS_OWN_H
#include "sdk/plugin.h"

/* Adapters, and jobs whose warm starts are followed to their base. */
BW_MUST_CHECK enum bw_err bw_fireworks_inventory(struct bw_plugin *plugin);
#endif
