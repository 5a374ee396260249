/* plugins/openai_jobs.h: fine-tuning jobs as OpenAI's API lists them, and Azure's after it. */
#ifndef BW_PLUGINS_OPENAI_JOBS_H
#define BW_PLUGINS_OPENAI_JOBS_H
#include "sdk/plugin.h"

/* The setting `count_rows`: read the training files too, and count their rows. Off unless asked
 * for: what is in them is the owner's own data. */
#define BW_COUNT_ROWS_SETTING                                                                      \
    { "count_rows", "boolean", "read the training files, to know how many rows they have" }

/* Find what the jobs made: newest first, page by page; a job without a model is found itself.
 * `access` is how requests are made, its path a query that each needs ("api-version=1"), NULL:
 * none. */
BW_MUST_CHECK enum bw_err bw_openai_jobs(struct bw_plugin *plugin, const struct bw_fetch *access);
#endif
