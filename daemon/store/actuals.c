/* daemon/store/actuals.c: see actuals.h. */
#include "store/actuals.h"

#define COLUMNS                                                                                    \
    "id, deployment, owner, on_ms, paid_micros, covers, note, finding, actor, recorded_ms,"        \
    " low_micros, expected_micros, high_micros"

static const char INSERT_SQL[] =
    "INSERT INTO actual (deployment, owner, on_ms, paid_micros, covers, note, finding, actor,"
    " recorded_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static const char ESTIMATE_SQL[] =
    "UPDATE actual SET low_micros = $2, expected_micros = $3, high_micros = $4 WHERE id = $1";
static const char REMOVE_SQL[] = "DELETE FROM actual WHERE id = $1 RETURNING id";
static const char PAGE_SQL[] =
    "SELECT " COLUMNS " FROM actual WHERE " BW_LIST_WINDOW("id") " AND ($2 IS NULL OR deployment = $2)"
    " AND ($3 IS NULL OR owner = $3) ORDER BY id LIMIT $4";
static const char NEWEST_ID_SQL[] = "SELECT max(id) FROM actual";
static const char OF_SQL[] =
    "SELECT " COLUMNS " FROM actual WHERE deployment = $1 AND on_ms >= $2 AND on_ms < $3"
    " ORDER BY on_ms, id";

static struct bw_actual from_row(struct bw_stmt *row)
{
    struct bw_actual actual = {
        .id = bw_stmt_i64(row, 0),
        .deployment = bw_stmt_text_dup(row, 1),
        .owner = bw_stmt_text_dup(row, 2),
        .on_ms = bw_stmt_i64(row, 3),
        .paid = { bw_stmt_i64(row, 4) },
        .note = bw_stmt_text_dup(row, 6),
        .finding = bw_stmt_text_dup(row, 7),
        .actor = bw_stmt_text_dup(row, 8),
        .recorded_ms = bw_stmt_i64(row, 9),
        .estimated = !bw_stmt_is_null(row, 11),
        .estimate.low.micros = bw_stmt_i64(row, 10),
        .estimate.expected.micros = bw_stmt_i64(row, 11),
        .estimate.high.micros = bw_stmt_i64(row, 12),
    };
    (void)bw_covers_parse(bw_stmt_text(row, 5), &actual.covers);
    return actual;
}

static enum bw_err add_estimate(struct bw_db *db, int64_t id, const struct bw_cost *estimate,
                                struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, ESTIMATE_SQL);
    BW_BIND(stmt, 1, id);
    BW_BIND(stmt, 2, estimate->low.micros);
    BW_BIND(stmt, 3, estimate->expected.micros);
    BW_BIND(stmt, 4, estimate->high.micros);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_actuals_insert(struct bw_db *db, const struct bw_actual *actual, int64_t *id,
                              struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, actual->deployment);
    BW_BIND(stmt, 2, actual->owner);
    BW_BIND(stmt, 3, actual->on_ms);
    BW_BIND(stmt, 4, actual->paid.micros);
    BW_BIND(stmt, 5, bw_covers_word(actual->covers));
    BW_BIND(stmt, 6, actual->note);
    BW_BIND(stmt, 7, actual->finding);
    BW_BIND(stmt, 8, actual->actor);
    BW_BIND(stmt, 9, actual->recorded_ms);
    enum bw_err rc = bw_stmt_run(stmt, err);
    if (rc != BW_OK) {
        return rc;
    }
    *id = bw_db_last_id(db);
    return actual->estimated ? add_estimate(db, *id, &actual->estimate, err) : BW_OK;
}

enum bw_err bw_actuals_remove(struct bw_db *db, int64_t id, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, REMOVE_SQL);
    BW_BIND(row, 1, id);
    enum bw_err rc = bw_stmt_step(row, err);
    return rc == BW_ERR_NOTFOUND ? bw_fail(err, rc, "there is no actual cost %lld", (long long)id)
                                 : rc;
}

static enum bw_err actuals_from_rows(struct bw_stmt *row, struct bw_actuals *out,
                                     struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, from_row(row));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_actuals_page(struct bw_db *db, const char *deployment, const char *owner,
                            struct bw_list_page *page, struct bw_actuals *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, deployment);
    BW_BIND(row, 3, owner);
    BW_BIND(row, 4, page->limit);
    enum bw_err rc = actuals_from_rows(row, out, err);
    int64_t last = out->count == 0 ? 0 : out->items[out->count - 1].id;
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last, page, err) : rc;
}

enum bw_err bw_actuals_of(struct bw_db *db, const char *deployment, int64_t from_ms,
                          int64_t until_ms, struct bw_actuals *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, OF_SQL);
    BW_BIND(row, 1, deployment);
    BW_BIND(row, 2, from_ms);
    BW_BIND(row, 3, until_ms);
    return actuals_from_rows(row, out, err);
}
