/* daemon/store/notice_events.c: see notice_events.h. */
#include "store/notice_events.h"

#define COLUMNS "e.id, e.notice, e.at_ms, e.event, e.from_state, e.to_state, e.actor, e.reason"

static const char LOG_SQL[] =
    "INSERT INTO notice_event (notice, at_ms, event, from_state, to_state, actor, reason)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char HISTORY_SQL[] =
    "SELECT " COLUMNS " FROM notice_event AS e WHERE notice = $1 ORDER BY id";
static const char DECISION_SQL[] =
    "SELECT " COLUMNS " FROM notice_event AS e"
    " WHERE notice = $1 AND to_state IN ('snoozed', 'waived') AND event <> 'stands'"
    " ORDER BY id DESC LIMIT 1";
static const char LAST_EVENT_SQL[] = "SELECT max(id) FROM notice_event";
#define FILTERED                                                                                   \
    " AND e.at_ms >= $3 AND ($4 IS NULL OR e.actor = $4) AND ($5 IS NULL OR n.subject = $5)"       \
    " AND ($6 IS NULL OR n.owner = $6) AND ($7 IS NULL OR n.kind = $7) ORDER BY e.id LIMIT $2"
static const char PAGE_SQL[] =
    "SELECT " COLUMNS " FROM notice_event AS e CROSS JOIN notice AS n ON n.id = e.notice"
    " WHERE " BW_LIST_WINDOW("e.id") FILTERED;
static const char NOTICE_PAGE_SQL[] =
    "SELECT " COLUMNS " FROM notice_event AS e CROSS JOIN notice AS n ON n.id = e.notice"
    " WHERE e.notice = $8 AND e.id > $1" FILTERED;

static void event_clear(struct bw_notice_event *event)
{
    free(event->event);
    free(event->from_state);
    free(event->to_state);
    free(event->actor);
    free(event->reason);
}

void bw_notice_events_clear(struct bw_notice_events *events)
{
    BW_VEC_CLEAR(events, event_clear);
}

enum bw_err bw_notices_log(struct bw_db *db, const struct bw_notice *notice, int64_t at_ms,
                           const char *event, const char *from_state, const char *actor,
                           const char *reason, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, LOG_SQL);
    BW_BIND(stmt, 1, notice->id);
    BW_BIND(stmt, 2, at_ms);
    BW_BIND(stmt, 3, event);
    BW_BIND(stmt, 4, from_state);
    BW_BIND(stmt, 5, bw_notice_state_word(notice->state));
    BW_BIND(stmt, 6, actor);
    BW_BIND(stmt, 7, reason);
    return bw_stmt_run(stmt, err);
}

static enum bw_err events_from_rows(struct bw_stmt *row, struct bw_notice_events *out,
                                    struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_notice_event event = {
            .id = bw_stmt_i64(row, 0),
            .notice = bw_stmt_i64(row, 1),
            .at_ms = bw_stmt_i64(row, 2),
            .event = bw_stmt_text_dup(row, 3),
            .from_state = bw_stmt_text_dup(row, 4),
            .to_state = bw_stmt_text_dup(row, 5),
            .actor = bw_stmt_text_dup(row, 6),
            .reason = bw_stmt_text_dup(row, 7),
        };
        BW_VEC_PUSH(out, event);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_notices_history(struct bw_db *db, int64_t notice, struct bw_notice_events *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, HISTORY_SQL);
    BW_BIND(row, 1, notice);
    return events_from_rows(row, out, err);
}

enum bw_err bw_notices_decision(struct bw_db *db, int64_t notice, struct bw_notice_events *out,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, DECISION_SQL);
    BW_BIND(row, 1, notice);
    return events_from_rows(row, out, err);
}

enum bw_err bw_notices_last_event(struct bw_db *db, int64_t *out, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, LAST_EVENT_SQL), 0, out, err);
}

enum bw_err bw_notices_events(struct bw_db *db, const struct bw_event_filter *filter,
                              struct bw_list_page *page, struct bw_notice_events *out,
                              struct bw_error *err)
{
    bool of_one = filter->notice != 0;
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = bw_db_query(db, of_one ? NOTICE_PAGE_SQL : PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, page->limit);
    BW_BIND(row, 3, filter->since_ms);
    BW_BIND(row, 4, filter->actor);
    BW_BIND(row, 5, filter->subject);
    BW_BIND(row, 6, filter->owner);
    BW_BIND(row, 7, filter->kind);
    if (of_one) {
        BW_BIND(row, 8, filter->notice);
    }
    enum bw_err rc = events_from_rows(row, out, err);
    int64_t last = out->count == 0 ? 0 : out->items[out->count - 1].id;
    if (of_one) {
        bw_list_page_end_full(out->count, last, page);
        return rc;
    }
    return rc == BW_OK ? bw_list_page_end(db, LAST_EVENT_SQL, out->count, last, page, err) : rc;
}
