/* daemon/store/model_past.c: see model_past.h. */
#include "store/model_past.h"

#include "codec/entry_json.h"


static const char NOTE_SQL[] =
    "INSERT INTO model_past (platform, scope, id, until_ms, from_ms, body)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (platform, scope, id, until_ms) DO NOTHING";
/* Today's version stands in the table of models. */
static const char VERSIONS_SQL[] =
    "SELECT body, from_ms, until_ms FROM model_past WHERE platform = $1 AND scope = $2 AND id = $3"
    " UNION ALL SELECT body, CASE since_ms WHEN 0 THEN first_seen_ms ELSE since_ms END, 0"
    " FROM model WHERE platform = $1 AND scope = $2 AND id = $3 AND gone_ms = 0 ORDER BY 2";

static void version_clear(struct bw_model_version *version)
{
    bw_entry_clear(&version->entry);
}

void bw_model_versions_clear(struct bw_model_versions *versions)
{
    BW_VEC_CLEAR(versions, version_clear);
}

enum bw_err bw_model_past_note(struct bw_db *db, const struct bw_model *model, int64_t now_ms,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *body = bw_entry_text(&model->entry);
    struct bw_stmt *stmt = bw_db_query(db, NOTE_SQL);
    BW_BIND(stmt, 1, model->platform);
    BW_BIND(stmt, 2, model->scope);
    BW_BIND(stmt, 3, model->entry.id);
    BW_BIND(stmt, 4, now_ms);
    BW_BIND(stmt, 5, model->since_ms == 0 ? model->first_seen_ms : model->since_ms);
    BW_BIND(stmt, 6, body);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_model_versions(struct bw_db *db, const char *platform, const char *scope,
                              const char *id, struct bw_model_versions *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, VERSIONS_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, id);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_entry entry = { 0 };
        rc = bw_entry_from_stored(bw_stmt_text(row, 0), &entry, err);
        if (rc != BW_OK) {
            return rc;
        }
        const struct bw_model_version version = { entry, bw_stmt_i64(row, 1),
                                                  bw_stmt_i64(row, 2) };
        BW_VEC_PUSH(out, version);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}
