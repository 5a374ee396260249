/* daemon/store/sink_memory.c: see sink_memory.h. */
#include "store/sink_memory.h"

#include <inttypes.h>
#include <string.h>

static const char GET_SQL[] = "SELECT memory FROM sink_memory WHERE sink = $1 AND about = $2";
static const char SET_SQL[] =
    "INSERT INTO sink_memory (sink, about, memory, changed_ms) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (sink, about) DO UPDATE SET memory = $3, changed_ms = $4";

/* Of io.basewatch.source.failing the kind is "source": what fails and what recovers is one matter.
 */
static char *about(const struct bw_delivery *delivery)
{
    if (delivery->notice != 0) {
        return bw_xasprintf("notice/%" PRId64, delivery->notice);
    }
    const char *kind = delivery->type;
    for (int dots = 0; dots < 2 && strchr(kind, '.') != NULL; dots++) {
        kind = strchr(kind, '.') + 1;
    }
    return bw_xasprintf("%.*s/%s", (int)strcspn(kind, "."), kind, delivery->subject);
}

enum bw_err bw_sink_memory_get(struct bw_db *db, const struct bw_delivery *delivery, char **out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *key = about(delivery);
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_BIND(row, 1, delivery->sink);
    BW_BIND(row, 2, key);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK || rc == BW_ERR_NOTFOUND) {
        *out = rc == BW_OK ? bw_stmt_text_dup(row, 0) : NULL;
        return BW_OK;
    }
    return rc;
}

enum bw_err bw_sink_memory_set(struct bw_db *db, const struct bw_delivery *delivery,
                               const char *memory, int64_t now_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *key = about(delivery);
    struct bw_stmt *stmt = bw_db_query(db, SET_SQL);
    BW_BIND(stmt, 1, delivery->sink);
    BW_BIND(stmt, 2, key);
    BW_BIND(stmt, 3, memory);
    BW_BIND(stmt, 4, now_ms);
    return bw_stmt_run(stmt, err);
}
