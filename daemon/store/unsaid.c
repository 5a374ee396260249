/* daemon/store/unsaid.c: see unsaid.h. */
#include "store/unsaid.h"

static const char PUT_SQL[] =
    "INSERT INTO unsaid (notice, platform, scope, what, summed_up, for_programs, until_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (notice) DO UPDATE SET platform = excluded.platform, scope = excluded.scope,"
    " what = CASE unsaid.what WHEN 'opened' THEN unsaid.what ELSE excluded.what END,"
    " summed_up = unsaid.summed_up * excluded.summed_up,"
    " for_programs = unsaid.for_programs * excluded.for_programs, until_ms ="
    " CASE WHEN unsaid.until_ms < excluded.until_ms THEN unsaid.until_ms ELSE excluded.until_ms END";
static const char FORGET_SQL[] = "DELETE FROM unsaid WHERE notice = $1";
static const char HAS_SQL[] = "SELECT EXISTS (SELECT 1 FROM unsaid WHERE notice = $1"
                              " AND ($2 = 0 OR what = 'opened'))";
/* A hundred thousand may wait for one look: sources are few, so their places lead the way. */
static const char READY_SQL[] =
    "SELECT notice, what, summed_up, for_programs, until_ms FROM unsaid WHERE until_ms <= $1"
    " UNION ALL SELECT u.notice, u.what, u.summed_up, u.for_programs, u.until_ms FROM"
    " (SELECT platform, scope FROM source WHERE active = 1 AND discovery <> 'none'"
    " GROUP BY platform, scope HAVING"
    " sum(CASE WHEN asked_ms > 0 AND discovery <> 'not-visible' THEN 1 ELSE 0 END) = 0) AS s"
    " CROSS JOIN unsaid AS u WHERE u.platform = s.platform AND u.scope = s.scope"
    " AND u.until_ms > $1 LIMIT $2";
static const char NEXT_SQL[] = "SELECT min(until_ms) FROM unsaid WHERE until_ms > $1";

static void unsaid_clear(struct bw_unsaid *unsaid)
{
    free(unsaid->platform);
    free(unsaid->scope);
    free(unsaid->what);
}

void bw_unsaids_clear(struct bw_unsaids *unsaids)
{
    BW_VEC_CLEAR(unsaids, unsaid_clear);
}

enum bw_err bw_unsaid_put(struct bw_db *db, const struct bw_unsaid *unsaid, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, PUT_SQL);
    BW_BIND(stmt, 1, unsaid->notice);
    BW_BIND(stmt, 2, unsaid->platform);
    BW_BIND(stmt, 3, unsaid->scope);
    BW_BIND(stmt, 4, unsaid->what);
    BW_BIND(stmt, 5, (int64_t)unsaid->summed_up);
    BW_BIND(stmt, 6, (int64_t)unsaid->for_programs);
    BW_BIND(stmt, 7, unsaid->until_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_unsaid_forget(struct bw_db *db, int64_t notice, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, FORGET_SQL);
    BW_BIND(stmt, 1, notice);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_unsaid_has(struct bw_db *db, int64_t notice, bool opening, bool *out,
                          struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, HAS_SQL);
    int64_t has = 0;
    BW_BIND(row, 1, notice);
    BW_BIND(row, 2, (int64_t)opening);
    enum bw_err rc = bw_stmt_one_i64(row, 0, &has, err);
    *out = has != 0;
    return rc;
}

enum bw_err bw_unsaid_ready(struct bw_db *db, int64_t now_ms, int64_t limit,
                            struct bw_unsaids *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, READY_SQL);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        const struct bw_unsaid unsaid = { .notice = bw_stmt_i64(row, 0),
                                          .what = bw_stmt_text_dup(row, 1),
                                          .summed_up = bw_stmt_i64(row, 2) != 0,
                                          .for_programs = bw_stmt_i64(row, 3) != 0,
                                          .until_ms = bw_stmt_i64(row, 4) };
        BW_VEC_PUSH(out, unsaid);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_unsaid_next(struct bw_db *db, int64_t now_ms, int64_t *out_ms, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, NEXT_SQL);
    BW_BIND(row, 1, now_ms);
    return bw_stmt_one_i64(row, INT64_MAX, out_ms, err);
}
