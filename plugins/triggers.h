/* plugins/triggers.h: the plugins of this folder that have suites run elsewhere, one a file. */
#ifndef BW_PLUGINS_TRIGGERS_H
#define BW_PLUGINS_TRIGGERS_H
#include "sdk/plugin.h"

extern const struct bw_plugin_descriptor bw_github_actions;
#endif
