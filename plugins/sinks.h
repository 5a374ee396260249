/* plugins/sinks.h: the plugins of this folder that deliver, one a file. */
#ifndef BW_PLUGINS_SINKS_H
#define BW_PLUGINS_SINKS_H
#include "sdk/plugin.h"

extern const struct bw_plugin_descriptor bw_alertmanager;
extern const struct bw_plugin_descriptor bw_discord;
extern const struct bw_plugin_descriptor bw_email;
extern const struct bw_plugin_descriptor bw_github_issue;
extern const struct bw_plugin_descriptor bw_pagerduty;
extern const struct bw_plugin_descriptor bw_slack;
extern const struct bw_plugin_descriptor bw_teams;

/* What every one of them understands. */
#define BW_SINK_SETTINGS                                                                           \
    { "link", "string", "an address of yours, with {notice}, {deployment}, {owner} filled in" }
#endif
