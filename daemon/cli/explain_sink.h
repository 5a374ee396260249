/* daemon/cli/explain_sink.h: what a sink hears of, when, and how much of it. */
#ifndef BW_CLI_EXPLAIN_SINK_H
#define BW_CLI_EXPLAIN_SINK_H
#include "base/str.h"
#include "domain/settings.h"

/* Append "; only owners web-*; one message an owner; ..."; nothing where nothing was asked for. */
void bw_explain_sink(const struct bw_sink_settings *sink, struct bw_str *out);
#endif
