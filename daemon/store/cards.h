/* daemon/store/cards.h: which message tells of which notice: items that wait to become a message,
 * and what those that were made have told. */
#ifndef BW_STORE_CARDS_H
#define BW_STORE_CARDS_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "store/db.h"

struct bw_item { /* a notice on its way to a sink; texts may be borrowed */
    char *sink;
    char *owner;
    int64_t notice;
    char *what; /* opened, updated, ... */
    int64_t due_ms;
    int64_t rank; /* the worst stand first on a card */
};
void bw_item_clear(struct bw_item *item);

struct bw_told {
    int64_t notice;
    char *what;
    int64_t rank;
};
struct bw_tolds BW_VEC(struct bw_told);
void bw_tolds_clear(struct bw_tolds *tolds);

struct bw_told_count {
    char *what;
    int64_t count;
};
struct bw_told_counts BW_VEC(struct bw_told_count);
void bw_told_counts_clear(struct bw_told_counts *counts);

/* A notice waits for its card. One that waits already goes with the earlier of the two, and is
 * still opened when it was to be. */
BW_MUST_CHECK enum bw_err bw_items_insert(struct bw_db *db, const struct bw_item *item,
                                          struct bw_error *err);
/* It waits for no card any more. */
BW_MUST_CHECK enum bw_err bw_items_forget(struct bw_db *db, int64_t notice, struct bw_error *err);
/* The sink and owner of the item due longest at now_ms. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_items_next(struct bw_db *db, int64_t now_ms, struct bw_item *out,
                                        struct bw_error *err);
/* What waits for a sink and owner, due or not: it goes with what is. */
BW_MUST_CHECK enum bw_err bw_items_take(struct bw_db *db, const struct bw_item *like,
                                        int64_t limit, struct bw_tolds *out,
                                        struct bw_error *err);
/* They hear now. */
BW_MUST_CHECK enum bw_err bw_items_hear(struct bw_db *db, const struct bw_item *like,
                                        int64_t now_ms, struct bw_error *err);
/* When an owner last heard through a sink; 0: never. */
BW_MUST_CHECK enum bw_err bw_items_heard(struct bw_db *db, const char *sink, const char *owner,
                                         int64_t *out_ms, struct bw_error *err);
/* When the next one that is not due at now_ms will be; INT64_MAX: none waits. */
BW_MUST_CHECK enum bw_err bw_items_next_due(struct bw_db *db, int64_t now_ms, int64_t *out_ms,
                                            struct bw_error *err);

/* A message tells of a notice. */
BW_MUST_CHECK enum bw_err bw_told_insert(struct bw_db *db, int64_t delivery, int64_t notice,
                                         const char *what, int64_t rank, struct bw_error *err);
/* The worst that a message tells of, by rank. */
BW_MUST_CHECK enum bw_err bw_told_worst(struct bw_db *db, int64_t delivery, int64_t limit,
                                        struct bw_tolds *out, struct bw_error *err);
/* Of how many notices it tells what. */
BW_MUST_CHECK enum bw_err bw_told_count(struct bw_db *db, int64_t delivery,
                                        struct bw_told_counts *out, struct bw_error *err);
/* It lists that notice with its deadline, for people to read. */
BW_MUST_CHECK enum bw_err bw_told_note_read(struct bw_db *db, int64_t delivery, int64_t notice,
                                            struct bw_error *err);
/* Did a message of from_ms or later, which has not failed, tell people of that deadline of a notice?
 */
BW_MUST_CHECK enum bw_err bw_told_has_read(struct bw_db *db, const char *sink, int64_t notice,
                                           int64_t deadline_ms, int64_t from_ms, bool *out,
                                           struct bw_error *err);
/* The pending messages that tell of a notice. */
BW_MUST_CHECK enum bw_err bw_told_pending(struct bw_db *db, int64_t notice, struct bw_ids *out,
                                          struct bw_error *err);
/* Take a notice out of a message, of which *rest tells whether it still tells of another. An
 * attempt that was made may have told of it all the same. */
BW_MUST_CHECK enum bw_err bw_told_take_out(struct bw_db *db, int64_t delivery, int64_t notice,
                                           bool *rest, struct bw_error *err);
/* Did, or will, this sink hear of the notice? */
BW_MUST_CHECK enum bw_err bw_told_knows(struct bw_db *db, const char *sink, int64_t notice,
                                        bool *out, struct bw_error *err);
#endif
