/* daemon/engine/actuals.h: what moves really cost, held against what had been estimated. */
#ifndef BW_ENGINE_ACTUALS_H
#define BW_ENGINE_ACTUALS_H
#include "domain/actual.h"
#include "engine/subject.h"

/* Store a sum that was paid for a deployment: a person's word, or a job that discovery has seen
 * (finding not NULL). The estimate that stood on that day is put beside it; its id and recorded_ms
 * are filled in. Errors: BW_ERR_EXISTS when that finding has been recorded, BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_engine_record_actual(struct bw_engine *engine,
                                                  struct bw_actual *actual, struct bw_error *err);

/* Record, once, what the training of the finding that a deployment calls was charged, if that is
 * known. Errors: BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_engine_note_paid(struct bw_engine *engine,
                                              const struct bw_deployment *deployment,
                                              const struct bw_finding *finding,
                                              struct bw_error *err);

/* "running_usd_per_month" and "so_far" {"moves","paid_usd","factor"}, each null where nothing is
 * known, into an open object. */
BW_MUST_CHECK enum bw_err bw_actuals_write_record(struct bw_call *call,
                                                  const struct bw_subject *subject,
                                                  struct bw_error *err);
#endif
