/* daemon/codec/history_model.h: a model in a recorded history (cli/backtest/history.h tells the
 * format): read by `backtest`, written by `history export`. */
#ifndef BW_CODEC_HISTORY_MODEL_H
#define BW_CODEC_HISTORY_MODEL_H
#include "codec/json.h"
#include "domain/entry.h"

/* id, name, family, release_date, status, input, output, context, max_output, cost_in and cost_out
 * (USD per million tokens), and of our own records end_date (the firm end of its life) and
 * replacement; other members are passed over. A date that is none is an unknown one.
 * Ownership: *out, written on success, is the caller's. Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_history_model_read(const struct bw_json *json, struct bw_entry *out,
                                                struct bw_error *err);
/* `name` as in codec/json.h. */
void bw_history_model_write(struct bw_json_writer *w, const char *name,
                            const struct bw_entry *entry);
#endif
