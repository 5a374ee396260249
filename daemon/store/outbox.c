/* daemon/store/outbox.c: see outbox.h. */
#include "store/outbox.h"

#define COLUMNS                                                                                    \
    "id, sink, message_id, type, subject, notice, body, state, attempts, due_ms, created_ms,"      \
    " settled_ms, detail"

static const char SINKS_DEACTIVATE_SQL[] = "UPDATE sink SET active = 0";
/* What is known of an endpoint does not hold for another. */
static const char SINKS_CONFIGURE_SQL[] =
    "INSERT INTO sink (name, active, settings_hash) VALUES ($1, 1, $2)"
    " ON CONFLICT (name) DO UPDATE SET active = 1, settings_hash = excluded.settings_hash,"
    " failures = CASE WHEN sink.settings_hash = excluded.settings_hash THEN sink.failures ELSE 0 "
    "END,"
    " failing_since_ms = CASE WHEN sink.settings_hash = excluded.settings_hash"
    " THEN sink.failing_since_ms ELSE 0 END,"
    " paused_until_ms = CASE WHEN sink.settings_hash = excluded.settings_hash THEN "
    "sink.paused_until_ms"
    " ELSE 0 END,"
    " disabled_ms = CASE WHEN sink.settings_hash = excluded.settings_hash THEN sink.disabled_ms "
    "ELSE 0 END,"
    " detail = CASE WHEN sink.settings_hash = excluded.settings_hash THEN sink.detail ELSE '' END";
static const char SINKS_LIST_SQL[] =
    "SELECT name, failures, paused_until_ms, disabled_ms, detail, failing_since_ms FROM sink"
    " WHERE active = 1 ORDER BY name";
static const char SINKS_SAVE_SQL[] =
    "UPDATE sink SET failures = $2, paused_until_ms = $3, disabled_ms = $4, detail = $5,"
    " failing_since_ms = $6 WHERE name = $1";
static const char INSERT_SQL[] =
    "INSERT INTO delivery (sink, message_id, type, subject, notice, body, state, due_ms,"
    " created_ms) VALUES ($1, $2, $3, $4, nullif($5, 0), $6, 'pending', $7, $8)";
static const char GET_SQL[] = "SELECT " COLUMNS " FROM delivery WHERE id = $1";
static const char SAVE_SQL[] =
    "UPDATE delivery SET state = $2, attempts = $3, due_ms = $4, settled_ms = $5, detail = $6"
    " WHERE id = $1";
static const char DUE_SQL[] =
    "SELECT " COLUMNS
    " FROM delivery AS d WHERE d.sink = $1 AND d.state = 'pending' AND d.due_ms <= $2"
    " AND d.outdated = 0 AND NOT EXISTS (SELECT 1 FROM told AS mine JOIN told AS other"
    " ON other.notice = mine.notice AND other.delivery < mine.delivery AND other.what <> ''"
    " JOIN delivery AS e ON e.id = other.delivery"
    " WHERE mine.delivery = d.id AND mine.behind = 1 AND e.sink = d.sink AND e.state = 'pending')"
    " ORDER BY due_ms, id LIMIT $3";
static const char NEXT_DUE_SQL[] =
    "SELECT min(due_ms) FROM delivery WHERE sink = $1 AND state = 'pending' AND due_ms > $2";
static const char REWRITE_SQL[] =
    "UPDATE delivery SET type = $2, subject = $3, notice = nullif($4, 0), body = $5, outdated = 0"
    " WHERE id = $1";
static const char OUTDATED_SQL[] = "SELECT " COLUMNS " FROM delivery WHERE outdated = 1"
                                   " ORDER BY id LIMIT $1";
static const char OUTDATE_SQL[] = "UPDATE delivery SET outdated = 1 WHERE id = $1 AND outdated = 0";
static const char GATHERING_SQL[] = "SELECT id FROM delivery WHERE sink = $1 AND subject = $2"
                                    " AND outdated = 2 AND state = 'pending'";
static const char GATHER_SQL[] = "UPDATE delivery SET outdated = 2 WHERE id = $1";
static const char GATHERED_SQL[] =
    "UPDATE delivery SET outdated = 1 WHERE outdated = 2 AND ($1 = 0 OR id = $1)";
static const char HURRY_SQL[] =
    "UPDATE delivery SET due_ms = $3 WHERE id IN (SELECT delivery FROM told WHERE notice = $2)"
    " AND sink = $1 AND state = 'pending' AND attempts = 0 AND due_ms > $3";
static const char PAGE_SQL[] =
    "SELECT " COLUMNS " FROM delivery WHERE " BW_LIST_WINDOW("id") " AND ($2 IS NULL OR sink = $2)"
    " AND ($3 IS NULL OR state = $3) ORDER BY id LIMIT $4";
static const char NEWEST_ID_SQL[] = "SELECT max(id) FROM delivery";
static const char PENDING_SQL[] =
    "SELECT count(*) FROM delivery WHERE sink = $1 AND state = 'pending'";
static const char INSTANCE_SQL[] = "SELECT id FROM instance";

void bw_sink_clear(struct bw_sink *sink)
{
    free(sink->name);
    free(sink->detail);
}

void bw_sinks_clear(struct bw_sinks *sinks)
{
    BW_VEC_CLEAR(sinks, bw_sink_clear);
}

void bw_delivery_clear(struct bw_delivery *delivery)
{
    free(delivery->sink);
    free(delivery->message_id);
    free(delivery->type);
    free(delivery->subject);
    free(delivery->body);
    free(delivery->detail);
    *delivery = (struct bw_delivery){ 0 };
}

void bw_deliveries_clear(struct bw_deliveries *deliveries)
{
    BW_VEC_CLEAR(deliveries, bw_delivery_clear);
}

enum bw_err bw_sinks_deactivate(struct bw_db *db, struct bw_error *err)
{
    return bw_stmt_run(bw_db_query(db, SINKS_DEACTIVATE_SQL), err);
}

enum bw_err bw_sinks_configure(struct bw_db *db, const char *name, uint64_t settings_hash,
                               struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SINKS_CONFIGURE_SQL);
    BW_BIND(stmt, 1, name);
    BW_BIND(stmt, 2, (int64_t)settings_hash);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_sinks_list(struct bw_db *db, struct bw_sinks *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, SINKS_LIST_SQL);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_sink sink = {
            .name = bw_stmt_text_dup(row, 0),
            .failures = bw_stmt_i64(row, 1),
            .paused_until_ms = bw_stmt_i64(row, 2),
            .disabled_ms = bw_stmt_i64(row, 3),
            .detail = bw_stmt_text_dup(row, 4),
            .failing_since_ms = bw_stmt_i64(row, 5),
        };
        BW_VEC_PUSH(out, sink);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_sinks_save(struct bw_db *db, const struct bw_sink *sink, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SINKS_SAVE_SQL);
    BW_BIND(stmt, 1, sink->name);
    BW_BIND(stmt, 2, sink->failures);
    BW_BIND(stmt, 3, sink->paused_until_ms);
    BW_BIND(stmt, 4, sink->disabled_ms);
    BW_BIND(stmt, 5, sink->detail);
    BW_BIND(stmt, 6, sink->failing_since_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_insert(struct bw_db *db, struct bw_delivery *delivery, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, delivery->sink);
    BW_BIND(stmt, 2, delivery->message_id);
    BW_BIND(stmt, 3, delivery->type);
    BW_BIND(stmt, 4, delivery->subject);
    BW_BIND(stmt, 5, delivery->notice);
    BW_BIND(stmt, 6, delivery->body);
    BW_BIND(stmt, 7, delivery->due_ms);
    BW_BIND(stmt, 8, delivery->created_ms);
    enum bw_err rc = bw_stmt_run(stmt, err);
    if (rc == BW_OK) {
        delivery->id = bw_db_last_id(db);
    }
    return rc;
}

static struct bw_delivery from_row(struct bw_stmt *row)
{
    struct bw_delivery delivery = {
        .id = bw_stmt_i64(row, 0),
        .sink = bw_stmt_text_dup(row, 1),
        .message_id = bw_stmt_text_dup(row, 2),
        .type = bw_stmt_text_dup(row, 3),
        .subject = bw_stmt_text_dup(row, 4),
        .notice = bw_stmt_i64(row, 5),
        .body = bw_stmt_text_dup(row, 6),
        .attempts = bw_stmt_i64(row, 8),
        .due_ms = bw_stmt_i64(row, 9),
        .created_ms = bw_stmt_i64(row, 10),
        .settled_ms = bw_stmt_i64(row, 11),
        .detail = bw_stmt_text_dup(row, 12),
    };
    (void)bw_delivery_state_parse(bw_stmt_text(row, 7), &delivery.state);
    return delivery;
}

static enum bw_err from_rows(struct bw_stmt *row, struct bw_deliveries *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, from_row(row));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_outbox_get(struct bw_db *db, int64_t id, struct bw_delivery *out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_BIND(row, 1, id);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
    } else if (rc == BW_ERR_NOTFOUND) {
        (void)bw_fail(err, rc, "there is no delivery %lld", (long long)id);
    }
    return rc;
}

enum bw_err bw_outbox_save(struct bw_db *db, const struct bw_delivery *delivery,
                           struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SAVE_SQL);
    BW_BIND(stmt, 1, delivery->id);
    BW_BIND(stmt, 2, bw_delivery_state_word(delivery->state));
    BW_BIND(stmt, 3, delivery->attempts);
    BW_BIND(stmt, 4, delivery->due_ms);
    BW_BIND(stmt, 5, delivery->settled_ms);
    BW_BIND(stmt, 6, delivery->detail == NULL ? "" : delivery->detail);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_due(struct bw_db *db, const char *sink, int64_t now_ms, int64_t limit,
                          struct bw_deliveries *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, DUE_SQL);
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, now_ms);
    BW_BIND(row, 3, limit);
    return from_rows(row, out, err);
}

enum bw_err bw_outbox_next_due(struct bw_db *db, const char *sink, int64_t now_ms,
                               int64_t *out_ms, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, NEXT_DUE_SQL);
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, now_ms);
    return bw_stmt_one_i64(row, INT64_MAX, out_ms, err);
}

enum bw_err bw_outbox_rewrite(struct bw_db *db, const struct bw_delivery *delivery,
                              struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, REWRITE_SQL);
    BW_BIND(stmt, 1, delivery->id);
    BW_BIND(stmt, 2, delivery->type);
    BW_BIND(stmt, 3, delivery->subject);
    BW_BIND(stmt, 4, delivery->notice);
    BW_BIND(stmt, 5, delivery->body);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_outdated(struct bw_db *db, int64_t limit, struct bw_deliveries *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, OUTDATED_SQL);
    BW_BIND(row, 1, limit);
    return from_rows(row, out, err);
}

enum bw_err bw_outbox_outdate(struct bw_db *db, int64_t id, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, OUTDATE_SQL);
    BW_BIND(stmt, 1, id);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_gathering(struct bw_db *db, const char *sink, const char *owner,
                                int64_t *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, GATHERING_SQL);
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, owner);
    return bw_stmt_one_i64(row, 0, out, err);
}

enum bw_err bw_outbox_gather(struct bw_db *db, int64_t id, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, GATHER_SQL);
    BW_BIND(stmt, 1, id);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_gathered(struct bw_db *db, int64_t id, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, GATHERED_SQL);
    BW_BIND(stmt, 1, id);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_hurry(struct bw_db *db, const char *sink, int64_t notice, int64_t now_ms,
                            struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, HURRY_SQL);
    BW_BIND(stmt, 1, sink);
    BW_BIND(stmt, 2, notice);
    BW_BIND(stmt, 3, now_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_outbox_page(struct bw_db *db, const char *sink, const char *state,
                           struct bw_list_page *page, struct bw_deliveries *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, sink);
    BW_BIND(row, 3, state);
    BW_BIND(row, 4, page->limit);
    enum bw_err rc = from_rows(row, out, err);
    int64_t last = out->count == 0 ? 0 : out->items[out->count - 1].id;
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last, page, err) : rc;
}

enum bw_err bw_outbox_instance(struct bw_db *db, char **out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, INSTANCE_SQL);
    enum bw_err rc = bw_stmt_step(row, err);
    *out = rc == BW_OK ? bw_stmt_text_dup(row, 0) : NULL;
    return rc;
}

enum bw_err bw_outbox_pending(struct bw_db *db, const char *sink, int64_t *out,
                              struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, PENDING_SQL);
    BW_BIND(row, 1, sink);
    return bw_stmt_one_i64(row, 0, out, err);
}
