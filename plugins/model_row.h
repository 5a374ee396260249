/* plugins/model_row.h: a row of the OpenAI model list, with what the servers that speak it have
 * added over the years: vLLM, llama.cpp, LiteLLM, Groq, xAI and others. */
#ifndef BW_PLUGINS_MODEL_ROW_H
#define BW_PLUGINS_MODEL_ROW_H
#include "sdk/plugin.h"

/* Read a row. Facts that the row does not say, or says in an unknown way, stay unsaid; a row
 * without an id fails the poll. `created` counts as the release where created_is_release.
 * Ownership: *out is the caller's. */
BW_MUST_CHECK enum bw_err bw_model_row_read(struct bw_plugin *plugin, const struct bw_json *row,
                                            bool created_is_release, struct bw_entry *out);

/* Is it a row of LiteLLM's proxy, which has one creation time and one owner for all? */
bool bw_model_row_is_litellm(const struct bw_json *row);
#endif
