/* daemon/store/db.h: the seam to SQLite: one connection, its migrations, statements and
 * transactions. Nothing else in the tree knows that it is SQLite. */
#ifndef BW_STORE_DB_H
#define BW_STORE_DB_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

struct bw_db;
struct bw_stmt;

/* Open path (":memory:" for tests and backtests), WAL, synchronous=FULL, foreign keys on, and bring
 * the schema up to date: each step in a transaction with its version.
 * Ownership: *out is the caller's. Errors: BW_ERR_NEWER when a newer program wrote it, BW_ERR_STORE
 * (no database, one of another program, damaged, locked, not to be written, disk full); the file is
 * left as it was. */
BW_MUST_CHECK enum bw_err bw_db_open(const char *path, struct bw_db **out, struct bw_error *err);
/* A copy of the database at path, in memory: one snapshot of it, also while a daemon writes. The
 * file is only read. Ownership, Errors: as above; BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_db_open_copy(const char *path, struct bw_db **out,
                                          struct bw_error *err);
/* A second connection that reads what is committed, whatever db has under way. Ownership: *out is
 * the caller's. Errors: BW_ERR_NOTFOUND when db is in memory, BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_db_open_aside(struct bw_db *db, struct bw_db **out,
                                           struct bw_error *err);
void bw_db_free(struct bw_db *db);
BW_DEFINE_FREEP(bw_db)

/* Give back the memory that pages of the file have taken; they are read again when they are needed. */
void bw_db_rest(struct bw_db *db);

/* The schema version this program writes. */
int bw_db_schema_version(void);
/* The one that the file had when it was opened; 0: it was new. */
int bw_db_came_with(const struct bw_db *db);

BW_MUST_CHECK enum bw_err bw_db_begin(struct bw_db *db, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_db_commit(struct bw_db *db, struct bw_error *err);
void bw_db_rollback(struct bw_db *db); /* nothing to undo is fine */
/* Undo what was written since begin, and stay inside a transaction. */
BW_MUST_CHECK enum bw_err bw_db_undo(struct bw_db *db, struct bw_error *err);

/* The prepared statement for sql, made on first use and kept with the connection; sql must be a
 * string that lives as long (a static const). It comes reset, with no parameter bound.
 * Errors of making it are kept and come out of the first step. */
struct bw_stmt *bw_db_query(struct bw_db *db, const char *sql);

/* Bind parameter $index (from 1). Text is copied; NULL binds SQL NULL. */
void bw_stmt_bind_i64(struct bw_stmt *stmt, int index, int64_t value);
void bw_stmt_bind_text(struct bw_stmt *stmt, int index, const char *text);
/* BW_BIND(stmt, 1, value) picks by the value's type. */
#define BW_BIND(stmt, index, value)                                                                \
    _Generic((value), char *: bw_stmt_bind_text, const char *: bw_stmt_bind_text,                  \
             default: bw_stmt_bind_i64)((stmt), (index), (value))

/* BW_OK: a row is there; BW_ERR_NOTFOUND: no (more) row; BW_ERR_STORE, BW_ERR_EXISTS (unique). */
BW_MUST_CHECK enum bw_err bw_stmt_step(struct bw_stmt *stmt, struct bw_error *err);
/* Run to the end and reset: for statements that give no row. */
BW_MUST_CHECK enum bw_err bw_stmt_run(struct bw_stmt *stmt, struct bw_error *err);
int64_t bw_stmt_i64(struct bw_stmt *stmt, int column);
const char *bw_stmt_text(struct bw_stmt *stmt, int column); /* NULL for SQL NULL; until next step */
char *bw_stmt_text_dup(struct bw_stmt *stmt, int column);   /* the caller's */
bool bw_stmt_is_null(struct bw_stmt *stmt, int column);

/* A statement left stepped holds its read lock: for BW_CLEANUP. */
void bw_stmt_resetp(struct bw_stmt **stmt);

/* One number of one row, or fallback when there is none. */
BW_MUST_CHECK enum bw_err bw_stmt_one_i64(struct bw_stmt *stmt, int64_t fallback, int64_t *out,
                                          struct bw_error *err);
/* Append the first column of every row. */
BW_MUST_CHECK enum bw_err bw_stmt_names(struct bw_stmt *stmt, struct bw_names *out,
                                        struct bw_error *err);
int64_t bw_db_last_id(struct bw_db *db); /* of the last insert */
#endif
