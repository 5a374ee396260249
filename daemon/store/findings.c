/* daemon/store/findings.c: see findings.h. */
#include "store/findings.h"

#include <string.h>

#include "base/str.h"
#include "codec/finding_json.h"

#define COLUMNS                                                                                    \
    "f.id, f.source, f.platform, f.scope, f.body, f.root, f.chain, f.tuned, f.first_seen_ms,"      \
    " f.changed_ms, f.gone_ms, f.deployment, f.picked_ms"
#define FROM_CONFIGURED " FROM finding AS f JOIN source AS s ON s.name = f.source AND s.active = 1"

static const char INSERT_SQL[] =
    "INSERT INTO finding (source, platform, scope, model, body, root, chain, tuned, first_seen_ms,"
    " changed_ms, gone_ms, deployment, picked_ms, checkpoint)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
static const char UPDATE_SQL[] =
    "UPDATE finding SET source = $1, platform = $2, scope = $3, model = $4, body = $5, root = $6,"
    " chain = $7, tuned = $8, first_seen_ms = $9, changed_ms = $10, gone_ms = $11,"
    " deployment = $12, picked_ms = $13, checkpoint = $14 WHERE id = $15";
static const char ALL_SQL[] = "SELECT " COLUMNS FROM_CONFIGURED
                              " WHERE ($1 IS NULL OR (f.platform = $1 AND f.scope = $2))"
                              " ORDER BY f.source, f.model";
static const char CALLED_SQL[] = "SELECT " COLUMNS FROM_CONFIGURED
                                 " WHERE f.platform = $1 AND f.model = $2"
                                 " ORDER BY f.gone_ms > 0, f.changed_ms DESC, f.id";
static const char GET_SQL[] = "SELECT " COLUMNS FROM_CONFIGURED
                              " WHERE f.id = $1 OR f.model = $2 ORDER BY f.id LIMIT 2";
static const char PAGE_SQL[] =
    "SELECT " COLUMNS FROM_CONFIGURED
    " WHERE " BW_LIST_WINDOW("f.id") " AND ($2 IS NULL OR f.platform = $2) AND ($3 IS NULL OR f.source = $3)"
    " AND ($4 IS NULL OR f.root = $4 OR json_extract(f.body, '$.base') = $4)"
    " AND ($5 = 'all' OR $5 = CASE WHEN f.gone_ms > 0 THEN 'gone'"
    " WHEN f.deployment IS NOT NULL THEN 'adopted' WHEN f.checkpoint = 1 THEN 'checkpoint'"
    " ELSE 'new' END) ORDER BY f.id LIMIT $6";
static const char NEWEST_ID_SQL[] = "SELECT max(id) FROM finding";
static const char LEAVING_SQL[] =
    "SELECT EXISTS (SELECT 1 FROM finding WHERE deployment IS NOT NULL AND gone_ms > 0)";
static const char PICK_SQL[] =
    "UPDATE finding SET deployment = $2, picked_ms = $3 WHERE id = $1"
    " AND (picked_ms = 0 OR deployment IS NULL OR deployment <> $2)";
static const char LET_GO_SQL[] =
    "UPDATE finding SET deployment = (SELECT min(d.name) FROM deployment AS d"
    " JOIN cohort AS c ON c.id = d.cohort AND c.platform = finding.platform"
    " AND c.scope = finding.scope WHERE d.model = finding.model AND d.name <> $1)"
    " WHERE deployment = $1 AND NOT ($2 IS NOT NULL AND platform = $2 AND scope = $3"
    " AND ($4 IS NULL OR model = $4)) RETURNING id";

void bw_found_clear(struct bw_found *found)
{
    free(found->source);
    free(found->platform);
    free(found->scope);
    bw_finding_clear(&found->finding);
    free(found->root);
    free(found->chain);
    free(found->deployment);
    *found = (struct bw_found){ 0 };
}

void bw_founds_clear(struct bw_founds *founds)
{
    BW_VEC_CLEAR(founds, bw_found_clear);
}

static enum bw_err from_row(struct bw_stmt *row, struct bw_found *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    struct bw_found found = { 0 };
    const char *body = bw_stmt_text(row, 4);
    enum bw_err rc = bw_json_parse(body, strlen(body), &json, err);
    if (rc == BW_OK) {
        rc = bw_finding_from_json(json, &found.finding, err);
    }
    if (rc != BW_OK) {
        (void)bw_error_prefix(err, "a stored finding is damaged: ");
        return BW_ERR_STORE;
    }
    found.id = bw_stmt_i64(row, 0);
    found.source = bw_stmt_text_dup(row, 1);
    found.platform = bw_stmt_text_dup(row, 2);
    found.scope = bw_stmt_text_dup(row, 3);
    found.root = bw_stmt_text_dup(row, 5);
    found.chain = bw_stmt_text_dup(row, 6);
    found.tuned = bw_stmt_i64(row, 7) != 0;
    found.first_seen_ms = bw_stmt_i64(row, 8);
    found.changed_ms = bw_stmt_i64(row, 9);
    found.gone_ms = bw_stmt_i64(row, 10);
    found.deployment = bw_stmt_text_dup(row, 11);
    found.picked_ms = bw_stmt_i64(row, 12);
    *out = found;
    return BW_OK;
}

static enum bw_err from_rows(struct bw_stmt *row, struct bw_founds *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_found found = { 0 };
        rc = from_row(row, &found, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_PUSH(out, found);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_findings_save(struct bw_db *db, struct bw_found *found, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_finding_to_json(&found->finding, &w, NULL);
    struct bw_stmt *stmt = bw_db_query(db, found->id == 0 ? INSERT_SQL : UPDATE_SQL);
    BW_BIND(stmt, 1, found->source);
    BW_BIND(stmt, 2, found->platform);
    BW_BIND(stmt, 3, found->scope);
    BW_BIND(stmt, 4, found->finding.id);
    BW_BIND(stmt, 5, body.text);
    BW_BIND(stmt, 6, found->root);
    BW_BIND(stmt, 7, found->chain);
    BW_BIND(stmt, 8, (int64_t)found->tuned);
    BW_BIND(stmt, 9, found->first_seen_ms);
    BW_BIND(stmt, 10, found->changed_ms);
    BW_BIND(stmt, 11, found->gone_ms);
    BW_BIND(stmt, 12, found->deployment);
    BW_BIND(stmt, 13, found->picked_ms);
    BW_BIND(stmt, 14, (int64_t)(found->finding.checkpoint_of != NULL));
    if (found->id != 0) {
        BW_BIND(stmt, 15, found->id);
    }
    enum bw_err rc = bw_stmt_run(stmt, err);
    found->id = rc == BW_OK && found->id == 0 ? bw_db_last_id(db) : found->id;
    return rc;
}

enum bw_err bw_findings_all(struct bw_db *db, const char *platform, const char *scope,
                            struct bw_founds *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, ALL_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    return from_rows(row, out, err);
}

enum bw_err bw_findings_called(struct bw_db *db, const char *platform, const char *model,
                               struct bw_founds *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, CALLED_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, model);
    return from_rows(row, out, err);
}

enum bw_err bw_findings_get(struct bw_db *db, const char *name, struct bw_found *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_CLEANUP(bw_founds_clear) struct bw_founds found = { 0 };
    int64_t id = 0;
    (void)bw_str_number(name, &id); /* else it is no number of any */
    BW_BIND(row, 1, id);
    BW_BIND(row, 2, name);
    enum bw_err rc = from_rows(row, &found, err);
    if (rc == BW_OK && found.count == 0) {
        rc = bw_fail(err, BW_ERR_NOTFOUND, "no finding is called '%.200s'", name);
    } else if (rc == BW_OK && found.count > 1) {
        rc = bw_fail(err, BW_ERR_CONFLICT,
                     "several findings are called '%.200s' (%s and %s list it); give its number",
                     name, found.items[0].source, found.items[1].source);
    }
    if (rc == BW_OK) {
        *out = found.items[--found.count];
    }
    return rc;
}

enum bw_err bw_findings_page(struct bw_db *db, const struct bw_finding_filter *filter,
                             struct bw_list_page *page, struct bw_founds *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, filter->platform);
    BW_BIND(row, 3, filter->source);
    BW_BIND(row, 4, filter->base);
    BW_BIND(row, 5, filter->state == NULL ? "new" : filter->state);
    BW_BIND(row, 6, page->limit);
    enum bw_err rc = from_rows(row, out, err);
    int64_t last = out->count == 0 ? 0 : out->items[out->count - 1].id;
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last, page, err) : rc;
}

enum bw_err bw_findings_leaving(struct bw_db *db, bool *out, struct bw_error *err)
{
    int64_t any = 0;
    enum bw_err rc = bw_stmt_one_i64(bw_db_query(db, LEAVING_SQL), 0, &any, err);
    *out = any != 0;
    return rc;
}

enum bw_err bw_findings_pick(struct bw_db *db, int64_t id, const char *deployment, int64_t now_ms,
                             struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, PICK_SQL);
    BW_BIND(stmt, 1, id);
    BW_BIND(stmt, 2, deployment);
    BW_BIND(stmt, 3, now_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_findings_let_go(struct bw_db *db, const char *deployment, const char *platform,
                               const char *scope, const char *model, bool *any,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, LET_GO_SQL);
    BW_BIND(row, 1, deployment);
    BW_BIND(row, 2, platform);
    BW_BIND(row, 3, scope);
    BW_BIND(row, 4, model);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        *any = true;
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

const char *bw_found_state(const struct bw_found *found)
{
    return found->gone_ms > 0                          ? "gone"
           : found->deployment != NULL                 ? "adopted"
           : found->finding.checkpoint_of != NULL ? "checkpoint"
                                                       : "new";
}
