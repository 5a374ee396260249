#include "store/db.h"

#include <string.h>

#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;

static void begin(void)
{
    db = bw_test_db();
    OK(bw_stmt_run(bw_db_query(db, "CREATE TABLE t (a INTEGER UNIQUE, b TEXT) STRICT"), &err));
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(db, .init = begin, .fini = end);

static const char INSERT_SQL[] = "INSERT INTO t (a, b) VALUES ($1, $2)";
static const char COUNT_SQL[] = "SELECT count(*) FROM t";

static enum bw_err insert(int64_t a, const char *b)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, a);
    BW_BIND(stmt, 2, b);
    return bw_stmt_run(stmt, &err);
}

static int64_t count(void)
{
    int64_t rows = -1;
    OK(bw_stmt_one_i64(bw_db_query(db, COUNT_SQL), 0, &rows, &err));
    return rows;
}

Test(db, what_is_rolled_back_was_never_there)
{
    OK(bw_db_begin(db, &err));
    OK(insert(1, "x"));
    bw_db_rollback(db);
    cr_expect(eq(i64, count(), 0));
    bw_db_rollback(db);
    OK(bw_db_begin(db, &err));
    OK(insert(1, "x"));
    OK(bw_db_commit(db, &err));
    cr_expect(eq(i64, count(), 1));
}

Test(db, undo_stays_inside_a_transaction)
{
    OK(bw_db_begin(db, &err));
    OK(insert(1, "x"));
    OK(bw_db_undo(db, &err));
    OK(insert(2, "y"));
    OK(bw_db_commit(db, &err));
    cr_expect(eq(i64, count(), 1));
}

Test(db, a_second_of_what_is_unique_exists_already)
{
    OK(insert(1, "x"));
    cr_expect(eq(int, (int)insert(1, "y"), BW_ERR_EXISTS));
    cr_expect(eq(i64, count(), 1));
    OK(insert(2, "y"));
}

Test(db, parameters_are_bound_by_their_number)
{
    struct bw_stmt *row = bw_db_query(db, "SELECT $2, $1, $2");
    BW_BIND(row, 1, "one");
    BW_BIND(row, 2, "two");
    OK(bw_stmt_step(row, &err));
    cr_expect(eq(str, (char *)bw_stmt_text(row, 0), "two"));
    cr_expect(eq(str, (char *)bw_stmt_text(row, 1), "one"));
    cr_expect(eq(str, (char *)bw_stmt_text(row, 2), "two"));
    bw_stmt_resetp(&row);
}

Test(db, a_statement_comes_without_what_was_bound_before)
{
    OK(insert(1, "x"));
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, 2);
    OK(bw_stmt_run(stmt, &err));
    int64_t nulls = 0;
    OK(bw_stmt_one_i64(bw_db_query(db, "SELECT count(*) FROM t WHERE b IS NULL"), 0, &nulls, &err));
    cr_expect(eq(i64, nulls, 1));
}

Test(db, nothing_and_null_give_the_fallback)
{
    int64_t got = 0;
    OK(bw_stmt_one_i64(bw_db_query(db, "SELECT a FROM t"), 7, &got, &err));
    cr_expect(eq(i64, got, 7));
    OK(bw_stmt_one_i64(bw_db_query(db, "SELECT max(a) FROM t"), 8, &got, &err));
    cr_expect(eq(i64, got, 8));
}

Test(db, wrong_sql_is_an_error_of_its_first_step)
{
    struct bw_stmt *stmt = bw_db_query(db, "SELECT x FROM nowhere");
    BW_BIND(stmt, 1, "x");
    cr_expect(eq(int, (int)bw_stmt_step(stmt, &err), BW_ERR_STORE));
    cr_expect(ne(ptr, strstr(err.text, "nowhere"), NULL), "%s", err.text);
}

Test(db, text_is_stored_byte_by_byte)
{
    OK(insert(1, "\xc3\xa4 '; DROP TABLE t; --"));
    struct bw_stmt *row = bw_db_query(db, "SELECT b FROM t");
    OK(bw_stmt_step(row, &err));
    cr_expect(eq(str, (char *)bw_stmt_text(row, 0), "\xc3\xa4 '; DROP TABLE t; --"));
    bw_stmt_resetp(&row);
}

Test(db, the_schema_holds_its_references)
{
    OK(bw_db_begin(db, &err));
    enum bw_err rc = bw_stmt_run(
        bw_db_query(db, "INSERT INTO item (sink, owner, notice) VALUES ('nobody', '', 9)"), &err);
    cr_expect(eq(int, (int)rc, BW_ERR_EXISTS), "%s", err.text);
    bw_db_rollback(db);
}
