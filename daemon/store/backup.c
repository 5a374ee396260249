/* daemon/store/backup.c: see backup.h. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"

enum { BUSY_TIMEOUT_MS = 10 * 1000 };

static enum bw_err copy(const char *from, const char *to, struct bw_error *err);
static enum bw_err check(const char *path, struct bw_error *err);
static enum bw_err publish(const char *partial, const char *to, struct bw_error *err);
static void close_db(sqlite3 **db);

enum bw_err bw_backup_make(const char *from, const char *to, struct bw_error *err)
{
    struct stat st;
    if (lstat(to, &st) == 0) {
        return bw_fail(err, BW_ERR_EXISTS, "'%s' exists; a backup never overwrites a file", to);
    }
    if (stat(from, &st) != 0) {
        return bw_fail(err, BW_ERR_NOTFOUND, "database '%s': %s", from, strerror(errno));
    }
    /* Beside `to`, so that it can be given its name in one step. */
    BW_CLEANUP(bw_freep) char *partial = bw_xasprintf("%s.partial-XXXXXX", to);
    mode_t before = umask(0077);
    int fd = mkstemp(partial);
    enum bw_err rc = fd < 0 ? bw_fail(err, BW_ERR_IO, "'%s': %s", to, strerror(errno)) : BW_OK;
    if (rc == BW_OK) {
        (void)close(fd);
        rc = copy(from, partial, err);
        rc = rc == BW_OK ? check(partial, err) : rc;
        rc = rc == BW_OK ? publish(partial, to, err) : rc;
        (void)unlink(partial);
    }
    (void)umask(before);
    return rc;
}

static enum bw_err fail(sqlite3 *db, const char *path, struct bw_error *err)
{
    return bw_fail(err, BW_ERR_STORE, "'%s': %s", path, sqlite3_errmsg(db));
}

/* VACUUM INTO reads one snapshot, and in WAL a reader stops no writer. */
static enum bw_err copy(const char *from, const char *to, struct bw_error *err)
{
    BW_CLEANUP(close_db) sqlite3 *db = NULL;
    if (sqlite3_open_v2(from, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        return fail(db, from, err);
    }
    (void)sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? BW_OK : fail(db, from, err);
}

static enum bw_err check(const char *path, struct bw_error *err)
{
    BW_CLEANUP(close_db) sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    enum bw_err rc = BW_OK;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW) {
        rc = fail(db, path, err);
    } else if (strcmp((const char *)sqlite3_column_text(row, 0), "ok") != 0) {
        rc = bw_fail(err, BW_ERR_STORE, "the copy is damaged: %s",
                     (const char *)sqlite3_column_text(row, 0));
    }
    (void)sqlite3_finalize(row);
    return rc;
}

/* On disk first, then under its name; a link, unlike a rename, overwrites nothing. */
static enum bw_err publish(const char *partial, const char *to, struct bw_error *err)
{
    int fd = open(partial, O_RDONLY | O_CLOEXEC);
    bool kept = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (!kept) {
        return bw_fail(err, BW_ERR_IO, "'%s': %s", to, strerror(errno));
    }
    if (link(partial, to) != 0) {
        return bw_fail(err, errno == EEXIST ? BW_ERR_EXISTS : BW_ERR_IO, "'%s': %s", to,
                       strerror(errno));
    }
    return BW_OK;
}

static void close_db(sqlite3 **db)
{
    (void)sqlite3_close(*db);
}
