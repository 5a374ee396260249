/* daemon/store/sink_memory.h: what a sink's plugin remembers of one matter, from one message about
 * it to the next. */
#ifndef BW_STORE_SINK_MEMORY_H
#define BW_STORE_SINK_MEMORY_H
#include <stdint.h>

#include "store/db.h"
#include "store/outbox.h"

/* The memory that goes with a delivery: one a notice; of messages without a notice, one a kind
 * (notice, source, ...) and subject. *out is NULL where there is none. Ownership: the caller's. */
BW_MUST_CHECK enum bw_err bw_sink_memory_get(struct bw_db *db, const struct bw_delivery *delivery,
                                             char **out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sink_memory_set(struct bw_db *db, const struct bw_delivery *delivery,
                                             const char *memory, int64_t now_ms,
                                             struct bw_error *err);
#endif
