/* daemon/store/outbox.h: messages that survive a crash, and the sinks they go to. */
#ifndef BW_STORE_OUTBOX_H
#define BW_STORE_OUTBOX_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/delivery.h"
#include "store/list_page.h"

struct bw_sink {
    char *name;
    int64_t failures; /* in a row */
    int64_t failing_since_ms; /* the first of these; 0: there is none */
    int64_t paused_until_ms;
    int64_t disabled_ms; /* 0: in use */
    char *detail;
};
struct bw_sinks BW_VEC(struct bw_sink);
void bw_sink_clear(struct bw_sink *sink);
void bw_sinks_clear(struct bw_sinks *sinks);

struct bw_delivery { /* one message; times UTC ms */
    int64_t id;
    char *sink;
    char *message_id;
    char *type;
    char *subject;
    int64_t notice; /* 0: none */
    char *body;
    enum bw_delivery_state state;
    int64_t attempts;
    int64_t due_ms;
    int64_t created_ms;
    int64_t settled_ms;
    char *detail;
};
struct bw_deliveries BW_VEC(struct bw_delivery);
void bw_delivery_clear(struct bw_delivery *delivery);
void bw_deliveries_clear(struct bw_deliveries *deliveries);

/* As with sources: forget, then name each configured one; one with other settings than before
 * starts anew. */
BW_MUST_CHECK enum bw_err bw_sinks_deactivate(struct bw_db *db, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sinks_configure(struct bw_db *db, const char *name,
                                             uint64_t settings_hash, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sinks_list(struct bw_db *db, struct bw_sinks *out,
                                        struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sinks_save(struct bw_db *db, const struct bw_sink *sink,
                                        struct bw_error *err);

/* Insert; delivery->id is set. */
BW_MUST_CHECK enum bw_err bw_outbox_insert(struct bw_db *db, struct bw_delivery *delivery,
                                           struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_outbox_get(struct bw_db *db, int64_t id, struct bw_delivery *out,
                                        struct bw_error *err);
/* Write state, attempts, due_ms, settled_ms, detail. */
BW_MUST_CHECK enum bw_err bw_outbox_save(struct bw_db *db, const struct bw_delivery *delivery,
                                         struct bw_error *err);
/* Pending ones of a sink due at now_ms, longest due first; of those that tell of one notice only
 * the oldest. */
BW_MUST_CHECK enum bw_err bw_outbox_due(struct bw_db *db, const char *sink, int64_t now_ms,
                                        int64_t limit, struct bw_deliveries *out,
                                        struct bw_error *err);
/* When the next pending one of a sink that is not due at now_ms will be; INT64_MAX: none. */
BW_MUST_CHECK enum bw_err bw_outbox_next_due(struct bw_db *db, const char *sink, int64_t now_ms,
                                             int64_t *out_ms, struct bw_error *err);
/* Write a message anew: type, subject, notice and body; it is outdated no more. */
BW_MUST_CHECK enum bw_err bw_outbox_rewrite(struct bw_db *db, const struct bw_delivery *delivery,
                                            struct bw_error *err);
/* Pending ones whose bytes say more than is true, and which therefore are not due. */
BW_MUST_CHECK enum bw_err bw_outbox_outdated(struct bw_db *db, int64_t limit,
                                             struct bw_deliveries *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_outbox_outdate(struct bw_db *db, int64_t id, struct bw_error *err);
/* The card of an owner, on which more is still to come, and which therefore is not due; 0: none. */
BW_MUST_CHECK enum bw_err bw_outbox_gathering(struct bw_db *db, const char *sink,
                                              const char *owner, int64_t *out,
                                              struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_outbox_gather(struct bw_db *db, int64_t id, struct bw_error *err);
/* Nothing more comes on it; id 0: on any. */
BW_MUST_CHECK enum bw_err bw_outbox_gathered(struct bw_db *db, int64_t id, struct bw_error *err);
/* What waits for its hour about a notice, untried, waits no longer. */
BW_MUST_CHECK enum bw_err bw_outbox_hurry(struct bw_db *db, const char *sink, int64_t notice,
                                          int64_t now_ms, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_outbox_page(struct bw_db *db, const char *sink, const char *state,
                                         struct bw_list_page *page, struct bw_deliveries *out,
                                         struct bw_error *err);

/* How many wait to be delivered to a sink. */
BW_MUST_CHECK enum bw_err bw_outbox_pending(struct bw_db *db, const char *sink, int64_t *out,
                                            struct bw_error *err);

/* What names this installation in messages. Ownership: the caller's. */
BW_MUST_CHECK enum bw_err bw_outbox_instance(struct bw_db *db, char **out, struct bw_error *err);
#endif
