/* daemon/store/db.c: see db.h. */
#include "store/db.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/embedded.h"
#include "base/vec.h"

extern const struct bw_embedded bw_schema_files[];

enum { BUSY_TIMEOUT_MS = 2000, PARAMETERS_MAX = 32 };

struct bw_stmt {
    const char *sql; /* identity, by address */
    sqlite3_stmt *handle;
    struct bw_db *db;
    int places[PARAMETERS_MAX]; /* SQLite numbers `$7` by where it stands, not by its name */
};

struct bw_db {
    sqlite3 *handle;
    bool in_transaction;
    bool reads_only;
    int came_with; /* its schema version before it was opened */
    struct { /* open addressing by the address of the SQL text; never full */
        struct bw_stmt **slots;
        size_t count;
        size_t capacity; /* a power of two */
    } cache;
};

static enum bw_err fail(struct bw_db *db, struct bw_error *err, const char *what)
{
    int code = sqlite3_errcode(db->handle);
    return bw_fail(err, (code & 0xff) == SQLITE_CONSTRAINT ? BW_ERR_EXISTS : BW_ERR_STORE,
                   "%s: %s", what, sqlite3_errmsg(db->handle));
}

static enum bw_err execute(struct bw_db *db, const char *sql, struct bw_error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? BW_OK
                                                                        : fail(db, err, "database");
}

void bw_db_rest(struct bw_db *db)
{
    (void)sqlite3_db_release_memory(db->handle);
}

int bw_db_schema_version(void)
{
    int version = 0;
    while (bw_schema_files[version].name != NULL) {
        version++;
    }
    return version;
}

int bw_db_came_with(const struct bw_db *db)
{
    return db->came_with;
}

static enum bw_err read_number(struct bw_db *db, const char *sql, int *out, struct bw_error *err)
{
    sqlite3_stmt *row = NULL;
    enum bw_err rc = BW_OK;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW) {
        rc = fail(db, err, "read its header");
    } else {
        *out = sqlite3_column_int(row, 0);
    }
    (void)sqlite3_finalize(row);
    return rc;
}

static enum bw_err apply_step(struct bw_db *db, int step, struct bw_error *err)
{
    char bump[64];
    (void)snprintf(bump, sizeof(bump), "PRAGMA user_version = %d", step + 1);
    enum bw_err rc = bw_db_begin(db, err);
    if (rc == BW_OK) {
        rc = execute(db, bw_schema_files[step].text, err);
    }
    if (rc == BW_OK) {
        rc = execute(db, bump, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_commit(db, err);
    }
    if (rc != BW_OK) {
        bw_db_rollback(db);
        return bw_error_prefix(err, "schema step %s: ", bw_schema_files[step].name);
    }
    return BW_OK;
}

/* Is it ours to write? Asked before anything is written. */
static enum bw_err recognise(struct bw_db *db, int *version, struct bw_error *err)
{
    int tables = 0;
    enum bw_err rc = read_number(db, "PRAGMA user_version", version, err);
    if (rc == BW_OK) {
        rc = read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err);
    }
    if (rc == BW_OK && *version > bw_db_schema_version()) {
        return bw_fail(err, BW_ERR_NEWER,
                       "it has schema version %d and this program knows %d; "
                       "install the newer basewatch again, or restore a backup",
                       *version, bw_db_schema_version());
    }
    if (rc == BW_OK && *version == 0 && tables > 0) {
        return bw_fail(err, BW_ERR_STORE, "it is a database of another program");
    }
    if (rc == BW_OK && sqlite3_db_readonly(db->handle, "main") == 1) {
        return bw_fail(err, BW_ERR_STORE, "it may be read but not written");
    }
    return rc;
}

static enum bw_err migrate(struct bw_db *db, int version, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (; rc == BW_OK && version < bw_db_schema_version(); version++) {
        rc = apply_step(db, version, err);
    }
    return rc;
}

static enum bw_err connect(const char *path, int flags, struct bw_db **out, struct bw_error *err)
{
    struct bw_db *db = bw_xcalloc(1, sizeof(*db));
    db->cache.capacity = 512;
    db->cache.slots = bw_xcalloc(db->cache.capacity, sizeof(struct bw_stmt *));
    *out = db;
    if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        return fail(db, err, "open");
    }
    (void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    return BW_OK;
}

/* Make what was opened ours: recognised, set up, up to date. */
static enum bw_err set_up(struct bw_db *db, struct bw_error *err)
{
    int version = 0;
    enum bw_err rc = recognise(db, &version, err);
    if (rc == BW_OK) {
        /* FULL: NORMAL loses acknowledged commits in a power cut. */
        rc = execute(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                     "PRAGMA journal_size_limit = 16777216",
                     err);
    }
    db->came_with = version;
    return rc == BW_OK ? migrate(db, version, err) : rc;
}

enum bw_err bw_db_open(const char *path, struct bw_db **out, struct bw_error *err)
{
    BW_CLEANUP(bw_db_freep) struct bw_db *db = NULL;
    enum bw_err rc = connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, err);
    if (rc == BW_OK) {
        rc = set_up(db, err);
    }
    if (rc != BW_OK) {
        return bw_error_prefix(err, "database '%s': ", path);
    }
    *out = BW_TAKE(db);
    return BW_OK;
}

static enum bw_err copy(struct bw_db *from, struct bw_db *to, struct bw_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to->handle, "main", from->handle, "main");
    int code = backup == NULL ? SQLITE_ERROR : sqlite3_backup_step(backup, -1);
    (void)sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? BW_OK : fail(to, err, "copy it");
}

enum bw_err bw_db_open_copy(const char *path, struct bw_db **out, struct bw_error *err)
{
    BW_CLEANUP(bw_db_freep) struct bw_db *file = NULL;
    BW_CLEANUP(bw_db_freep) struct bw_db *memory = NULL;
    enum bw_err rc = connect(path, SQLITE_OPEN_READWRITE, &file, err); /* a WAL needs it to read */
    if (rc == BW_OK) {
        (void)sqlite3_db_config(file->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        rc = connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &memory, err);
    }
    if (rc == BW_OK) {
        rc = copy(file, memory, err);
    }
    if (rc == BW_OK) {
        rc = set_up(memory, err);
    }
    if (rc != BW_OK) {
        return bw_error_prefix(err, "database '%s': ", path);
    }
    *out = BW_TAKE(memory);
    return BW_OK;
}

enum bw_err bw_db_open_aside(struct bw_db *db, struct bw_db **out, struct bw_error *err)
{
    BW_CLEANUP(bw_db_freep) struct bw_db *aside = NULL;
    const char *path = sqlite3_db_filename(db->handle, "main");
    if (path == NULL || path[0] == '\0') {
        return BW_ERR_NOTFOUND;
    }
    enum bw_err rc = connect(path, SQLITE_OPEN_READWRITE, &aside, err);
    if (rc == BW_OK) {
        aside->reads_only = true;
        rc = execute(aside, "PRAGMA query_only = ON", err);
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(aside);
    }
    return rc;
}

void bw_db_free(struct bw_db *db)
{
    if (db == NULL) {
        return;
    }
    for (size_t i = 0; i < db->cache.capacity; i++) {
        if (db->cache.slots[i] != NULL) {
            (void)sqlite3_finalize(db->cache.slots[i]->handle);
            free(db->cache.slots[i]);
        }
    }
    free(db->cache.slots);
    (void)sqlite3_close(db->handle);
    free(db);
}

enum bw_err bw_db_begin(struct bw_db *db, struct bw_error *err)
{
    enum bw_err rc = execute(db, db->reads_only ? "BEGIN" : "BEGIN IMMEDIATE", err);
    db->in_transaction = rc == BW_OK;
    return rc;
}

enum bw_err bw_db_commit(struct bw_db *db, struct bw_error *err)
{
    enum bw_err rc = execute(db, "COMMIT", err);
    db->in_transaction = rc != BW_OK;
    return rc;
}

void bw_db_rollback(struct bw_db *db)
{
    if (db->in_transaction) {
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
        db->in_transaction = false;
    }
}

enum bw_err bw_db_undo(struct bw_db *db, struct bw_error *err)
{
    bw_db_rollback(db);
    return bw_db_begin(db, err);
}

static void prepare(struct bw_stmt *stmt)
{
    (void)sqlite3_prepare_v3(stmt->db->handle, stmt->sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &stmt->handle, NULL);
    for (int i = 1; i < PARAMETERS_MAX; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "$%d", i);
        stmt->places[i] = sqlite3_bind_parameter_index(stmt->handle, name);
    }
}

struct bw_stmt *bw_db_query(struct bw_db *db, const char *sql)
{
    size_t mask = db->cache.capacity - 1;
    size_t at = ((size_t)(uintptr_t)sql >> 4) & mask;
    while (db->cache.slots[at] != NULL && db->cache.slots[at]->sql != sql) {
        at = (at + 1) & mask;
    }
    struct bw_stmt *stmt = db->cache.slots[at];
    if (stmt == NULL) {
        if (++db->cache.count == db->cache.capacity) {
            abort(); /* the program has fewer statements than slots, by construction */
        }
        stmt = bw_xcalloc(1, sizeof(*stmt));
        stmt->sql = sql;
        stmt->db = db;
        db->cache.slots[at] = stmt;
    }
    if (stmt->handle == NULL) {
        prepare(stmt);
    }
    if (stmt->handle != NULL) { /* else the first step tells */
        (void)sqlite3_reset(stmt->handle);
        (void)sqlite3_clear_bindings(stmt->handle);
    }
    return stmt;
}

void bw_stmt_bind_i64(struct bw_stmt *stmt, int index, int64_t value)
{
    (void)sqlite3_bind_int64(stmt->handle, stmt->places[index], value);
}

void bw_stmt_bind_text(struct bw_stmt *stmt, int index, const char *text)
{
    (void)sqlite3_bind_text(stmt->handle, stmt->places[index], text, -1, SQLITE_TRANSIENT);
}

enum bw_err bw_stmt_step(struct bw_stmt *stmt, struct bw_error *err)
{
    if (stmt->handle == NULL) {
        return fail(stmt->db, err, "database");
    }
    switch (sqlite3_step(stmt->handle)) {
    case SQLITE_ROW:
        return BW_OK;
    case SQLITE_DONE:
        return BW_ERR_NOTFOUND;
    default:
        return fail(stmt->db, err, "database");
    }
}

enum bw_err bw_stmt_run(struct bw_stmt *stmt, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK) {
        rc = bw_stmt_step(stmt, err);
    }
    (void)sqlite3_reset(stmt->handle);
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

int64_t bw_stmt_i64(struct bw_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->handle, column);
}

const char *bw_stmt_text(struct bw_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt->handle, column);
}

char *bw_stmt_text_dup(struct bw_stmt *stmt, int column)
{
    return bw_xstrdup(bw_stmt_text(stmt, column));
}

bool bw_stmt_is_null(struct bw_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

void bw_stmt_resetp(struct bw_stmt **stmt)
{
    if (*stmt != NULL) {
        (void)sqlite3_reset((*stmt)->handle);
    }
}

enum bw_err bw_stmt_one_i64(struct bw_stmt *stmt, int64_t fallback, int64_t *out,
                            struct bw_error *err)
{
    enum bw_err rc = bw_stmt_step(stmt, err);
    *out = rc == BW_OK && !bw_stmt_is_null(stmt, 0) ? bw_stmt_i64(stmt, 0) : fallback;
    bw_stmt_resetp(&stmt);
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_stmt_names(struct bw_stmt *stmt, struct bw_names *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(stmt, err)) == BW_OK) {
        BW_VEC_PUSH(out, bw_stmt_text_dup(stmt, 0));
    }
    bw_stmt_resetp(&stmt);
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

int64_t bw_db_last_id(struct bw_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}
