/* daemon/store/cards.c: see cards.h. */
#include "store/cards.h"

static const char INSERT_SQL[] =
    "INSERT INTO item (sink, owner, notice, what, due_ms, rank) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (sink, notice) DO UPDATE SET owner = excluded.owner, rank = excluded.rank,"
    " what = CASE item.what WHEN 'opened' THEN item.what ELSE excluded.what END,"
    " due_ms = CASE WHEN item.due_ms < excluded.due_ms THEN item.due_ms ELSE excluded.due_ms END";
static const char FORGET_SQL[] = "DELETE FROM item WHERE notice = $1";
static const char NEXT_SQL[] =
    "SELECT sink, owner FROM item WHERE due_ms <= $1 ORDER BY due_ms, id LIMIT 1";
static const char TAKE_SQL[] =
    "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE sink = $1 AND owner = $2 LIMIT $3)"
    " RETURNING notice, what, rank";
static const char HEAR_SQL[] =
    "INSERT INTO heard (sink, owner, at_ms) VALUES ($1, $2, $3)"
    " ON CONFLICT (sink, owner) DO UPDATE SET at_ms = excluded.at_ms";
static const char HEARD_SQL[] = "SELECT at_ms FROM heard WHERE sink = $1 AND owner = $2";
static const char NEXT_DUE_SQL[] = "SELECT min(due_ms) FROM item WHERE due_ms > $1";
static const char TOLD_SQL[] =
    "INSERT INTO told (delivery, notice, what, rank, behind) VALUES ($1, $2, $3, $4,"
    " EXISTS (SELECT 1 FROM told AS t JOIN delivery AS d ON d.id = t.delivery"
    " WHERE t.notice = $2 AND t.what <> '' AND d.state = 'pending'"
    " AND d.sink = (SELECT sink FROM delivery WHERE id = $1)))";
static const char WORST_SQL[] = "SELECT notice, what, rank FROM told WHERE delivery = $1"
                                " AND what <> '' ORDER BY rank DESC, notice LIMIT $2";
static const char TOLD_COUNT_SQL[] = "SELECT what, count(*) FROM told WHERE delivery = $1"
                                     " AND what <> '' GROUP BY what ORDER BY what";
static const char NOTE_READ_SQL[] =
    "UPDATE told SET deadline_ms = (SELECT deadline_ms FROM notice WHERE id = $2)"
    " WHERE delivery = $1 AND notice = $2";
static const char HAS_READ_SQL[] =
    "SELECT EXISTS (SELECT 1 FROM told AS t JOIN delivery AS d ON d.id = t.delivery"
    " WHERE t.notice = $2 AND t.deadline_ms = $3 AND t.what <> '' AND d.sink = $1"
    " AND d.created_ms >= $4 AND d.state IN ('pending', 'delivered'))";
static const char PENDING_SQL[] =
    "SELECT d.id FROM told AS t JOIN delivery AS d ON d.id = t.delivery"
    " WHERE t.notice = $1 AND t.what <> '' AND d.state = 'pending' ORDER BY d.id";
static const char TAKE_OUT_SQL[] =
    "UPDATE told SET what = '' WHERE delivery = $1 AND notice = $2";
static const char REST_SQL[] =
    "SELECT EXISTS (SELECT 1 FROM told WHERE delivery = $1 AND what <> '')";
static const char KNOWS_SQL[] =
    "SELECT EXISTS (SELECT 1 FROM told AS t JOIN delivery AS d ON d.id = t.delivery"
    " WHERE t.notice = $2 AND d.sink = $1"
    " AND (d.attempts > 0 OR (d.state <> 'withdrawn' AND t.what <> '')))";

void bw_item_clear(struct bw_item *item)
{
    free(item->sink);
    free(item->owner);
    free(item->what);
    *item = (struct bw_item){ 0 };
}

static void told_clear(struct bw_told *told)
{
    free(told->what);
}

static void count_clear(struct bw_told_count *count)
{
    free(count->what);
}

void bw_told_counts_clear(struct bw_told_counts *counts)
{
    BW_VEC_CLEAR(counts, count_clear);
}

void bw_tolds_clear(struct bw_tolds *tolds)
{
    BW_VEC_CLEAR(tolds, told_clear);
}

enum bw_err bw_items_insert(struct bw_db *db, const struct bw_item *item, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, item->sink);
    BW_BIND(stmt, 2, item->owner);
    BW_BIND(stmt, 3, item->notice);
    BW_BIND(stmt, 4, item->what);
    BW_BIND(stmt, 5, item->due_ms);
    BW_BIND(stmt, 6, item->rank);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_items_forget(struct bw_db *db, int64_t notice, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, FORGET_SQL);
    BW_BIND(stmt, 1, notice);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_items_next(struct bw_db *db, int64_t now_ms, struct bw_item *out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, NEXT_SQL);
    BW_BIND(row, 1, now_ms);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct bw_item){ .sink = bw_stmt_text_dup(row, 0),
                                 .owner = bw_stmt_text_dup(row, 1) };
    }
    return rc;
}

static enum bw_err tolds_from_rows(struct bw_stmt *row, struct bw_tolds *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        const struct bw_told told = { bw_stmt_i64(row, 0), bw_stmt_text_dup(row, 1),
                                      bw_stmt_i64(row, 2) };
        BW_VEC_PUSH(out, told);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_items_take(struct bw_db *db, const struct bw_item *like, int64_t limit,
                          struct bw_tolds *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, TAKE_SQL);
    BW_BIND(row, 1, like->sink);
    BW_BIND(row, 2, like->owner);
    BW_BIND(row, 3, limit);
    return tolds_from_rows(row, out, err);
}

enum bw_err bw_items_hear(struct bw_db *db, const struct bw_item *like, int64_t now_ms,
                          struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, HEAR_SQL);
    BW_BIND(stmt, 1, like->sink);
    BW_BIND(stmt, 2, like->owner);
    BW_BIND(stmt, 3, now_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_items_heard(struct bw_db *db, const char *sink, const char *owner, int64_t *out_ms,
                           struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, HEARD_SQL);
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, owner);
    return bw_stmt_one_i64(row, 0, out_ms, err);
}

enum bw_err bw_items_next_due(struct bw_db *db, int64_t now_ms, int64_t *out_ms,
                              struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, NEXT_DUE_SQL);
    BW_BIND(row, 1, now_ms);
    return bw_stmt_one_i64(row, INT64_MAX, out_ms, err);
}

enum bw_err bw_told_insert(struct bw_db *db, int64_t delivery, int64_t notice, const char *what,
                           int64_t rank, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, TOLD_SQL);
    BW_BIND(stmt, 1, delivery);
    BW_BIND(stmt, 2, notice);
    BW_BIND(stmt, 3, what);
    BW_BIND(stmt, 4, rank);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_told_note_read(struct bw_db *db, int64_t delivery, int64_t notice,
                              struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, NOTE_READ_SQL);
    BW_BIND(stmt, 1, delivery);
    BW_BIND(stmt, 2, notice);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_told_has_read(struct bw_db *db, const char *sink, int64_t notice,
                             int64_t deadline_ms, int64_t from_ms, bool *out,
                             struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, HAS_READ_SQL);
    int64_t read = 0;
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, notice);
    BW_BIND(row, 3, deadline_ms);
    BW_BIND(row, 4, from_ms);
    enum bw_err rc = bw_stmt_one_i64(row, 0, &read, err);
    *out = read != 0;
    return rc;
}

enum bw_err bw_told_worst(struct bw_db *db, int64_t delivery, int64_t limit, struct bw_tolds *out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, WORST_SQL);
    BW_BIND(row, 1, delivery);
    BW_BIND(row, 2, limit);
    return tolds_from_rows(row, out, err);
}

enum bw_err bw_told_count(struct bw_db *db, int64_t delivery, struct bw_told_counts *out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, TOLD_COUNT_SQL);
    BW_BIND(row, 1, delivery);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        const struct bw_told_count count = { bw_stmt_text_dup(row, 0), bw_stmt_i64(row, 1) };
        BW_VEC_PUSH(out, count);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_told_pending(struct bw_db *db, int64_t notice, struct bw_ids *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PENDING_SQL);
    BW_BIND(row, 1, notice);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, bw_stmt_i64(row, 0));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_told_take_out(struct bw_db *db, int64_t delivery, int64_t notice, bool *rest,
                             struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, TAKE_OUT_SQL);
    BW_BIND(stmt, 1, delivery);
    BW_BIND(stmt, 2, notice);
    enum bw_err rc = bw_stmt_run(stmt, err);
    if (rc != BW_OK) {
        return rc;
    }
    int64_t left = 0;
    stmt = bw_db_query(db, REST_SQL);
    BW_BIND(stmt, 1, delivery);
    rc = bw_stmt_one_i64(stmt, 0, &left, err);
    *rest = left != 0;
    return rc;
}

enum bw_err bw_told_knows(struct bw_db *db, const char *sink, int64_t notice, bool *out,
                          struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, KNOWS_SQL);
    int64_t knows = 0;
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, notice);
    enum bw_err rc = bw_stmt_one_i64(row, 0, &knows, err);
    *out = knows != 0;
    return rc;
}
