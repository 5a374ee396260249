/* plugins/catalogs.h: the plugins of this folder, one a file. */
#ifndef BW_PLUGINS_CATALOGS_H
#define BW_PLUGINS_CATALOGS_H
#include "sdk/plugin.h"

extern const struct bw_plugin_descriptor bw_anthropic;
extern const struct bw_plugin_descriptor bw_azure;
extern const struct bw_plugin_descriptor bw_azure_arm;
extern const struct bw_plugin_descriptor bw_bedrock;
extern const struct bw_plugin_descriptor bw_cohere;
extern const struct bw_plugin_descriptor bw_deprecationsinfo;
extern const struct bw_plugin_descriptor bw_fireworks;
extern const struct bw_plugin_descriptor bw_gemini;
extern const struct bw_plugin_descriptor bw_huggingface;
extern const struct bw_plugin_descriptor bw_litellm_map;
extern const struct bw_plugin_descriptor bw_mistral;
extern const struct bw_plugin_descriptor bw_modeldeprecations;
extern const struct bw_plugin_descriptor bw_modelsdev;
extern const struct bw_plugin_descriptor bw_ollama;
extern const struct bw_plugin_descriptor bw_openai;
extern const struct bw_plugin_descriptor bw_openrouter;
extern const struct bw_plugin_descriptor bw_together;
extern const struct bw_plugin_descriptor bw_vertex;
extern const struct bw_plugin_descriptor bw_xai;
#endif
