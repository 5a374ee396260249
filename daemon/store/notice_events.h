/* daemon/store/notice_events.h: what has happened to notices, in the order in which it did. */
#ifndef BW_STORE_NOTICE_EVENTS_H
#define BW_STORE_NOTICE_EVENTS_H
#include "store/notices.h"

struct bw_notice_event {
    int64_t id;
    int64_t notice;
    int64_t at_ms;
    char *event;
    char *from_state; /* NULL: it did not exist before */
    char *to_state;
    char *actor;
    char *reason;
};
struct bw_notice_events BW_VEC(struct bw_notice_event);
void bw_notice_events_clear(struct bw_notice_events *events);

struct bw_event_filter { /* 0, NULL: any */
    int64_t notice;
    int64_t since_ms;
    const char *actor;
    const char *subject; /* of its notice, as are the others */
    const char *owner;
    const char *kind;
};

BW_MUST_CHECK enum bw_err bw_notices_log(struct bw_db *db, const struct bw_notice *notice,
                                         int64_t at_ms, const char *event, const char *from_state,
                                         const char *actor, const char *reason,
                                         struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_history(struct bw_db *db, int64_t notice,
                                             struct bw_notice_events *out, struct bw_error *err);
/* The last event by which it was snoozed or waived, if any; not the one by which that stood when
 * the notice came back. */
BW_MUST_CHECK enum bw_err bw_notices_decision(struct bw_db *db, int64_t notice,
                                              struct bw_notice_events *out, struct bw_error *err);
/* The id of the newest event; 0: none yet. */
BW_MUST_CHECK enum bw_err bw_notices_last_event(struct bw_db *db, int64_t *out,
                                                struct bw_error *err);
/* Events after page->after. Errors: BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_notices_events(struct bw_db *db, const struct bw_event_filter *filter,
                                            struct bw_list_page *page,
                                            struct bw_notice_events *out, struct bw_error *err);
#endif
