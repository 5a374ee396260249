/* plugins/catalogs.h: the plugins of this folder, one a file. */
#ifndef BW_PLUGINS_CATALOGS_H
#define BW_PLUGINS_CATALOGS_H
#include "sdk/plugin.h"

extern const struct bw_plugin_descriptor bw_anthropic;
extern const struct bw_plugin_descriptor bw_azure;
extern const struct bw_plugin_descriptor bw_bedrock;
extern const struct bw_plugin_descriptor bw_gemini;
extern const struct bw_plugin_descriptor bw_mistral;
extern const struct bw_plugin_descriptor bw_openai;
extern const struct bw_plugin_descriptor bw_openrouter;
extern const struct bw_plugin_descriptor bw_xai;
#endif
