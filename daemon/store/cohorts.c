/* daemon/store/cohorts.c: the cohort half of inventory.h. */
#include <string.h>

#include "codec/deployment_json.h"
#include "store/inventory.h"

static const char EMBEDDING[] = "embedding"; /* in place of the technique */

static const char FIND_SQL[] = "SELECT id, members FROM cohort WHERE platform = $1 AND scope = $2 "
                               "AND base = $3 AND technique = $4"
                               " AND policy_hash = $5";
static const char CREATE_SQL[] =
    "INSERT INTO cohort (platform, scope, base, technique, policy_hash, policy, own_serve_ms,"
    " own_train_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char GET_SQL[] =
    "SELECT id, platform, scope, base, technique, policy, lineage, members, state, since_ms,"
    " candidate, relation, via, why, train_on, route, train_by_ms, serve_until_ms,"
    " unlisted, due_ms, moved, own_serve_ms, own_train_ms, redated, redated_ms FROM cohort"
    " WHERE id = $1";
static const char SAVE_SQL[] =
    "UPDATE cohort SET lineage = $2, state = $3, since_ms = $4, candidate = $5, relation = $6,"
    " via = $7, why = $8, train_on = $9, route = $10, train_by_ms = $11, serve_until_ms = $12,"
    " unlisted = $13, due_ms = $14, moved = $15, redated = $16, redated_ms = $17,"
    " due_baseline = 0 WHERE id = $1";
static const char ALL_DUE_SQL[] = "UPDATE cohort SET due_ms = $1 WHERE members > 0";
/* due_baseline: 1 as long as only first lists have touched it since it was judged, -1 from then on. */
#define TOUCH                                                                                      \
    "UPDATE cohort SET due_ms = $3, due_baseline = CASE WHEN $4 = 0 THEN -1"                       \
    " WHEN due_baseline = 0 THEN 1 ELSE due_baseline END"                                          \
    " WHERE platform = $1 AND scope = $2 AND members > 0"
static const char *const TOUCH_SQL[] = {
    [BW_TOUCH_ALL] = TOUCH,
    [BW_TOUCH_LINEAGE] = TOUCH " AND lineage = $5",
    [BW_TOUCH_BASE] = TOUCH " AND base = $5",
    [BW_TOUCH_LED] =
        TOUCH " AND NOT EXISTS (SELECT 1 FROM model WHERE model.platform = $1"
              " AND model.scope = $2 AND model.id = cohort.base"
              " AND instr(model.body, '\"replacement\":') = 0)",
};
static const char HAS_BASE_SQL[] =
    "SELECT EXISTS (SELECT 1 FROM cohort WHERE platform = $1 AND scope = $2 AND base = $3"
    " AND members > 0)";
static const char DUE_SQL[] =
    "SELECT id, due_baseline > 0 FROM cohort WHERE due_ms > 0 AND due_ms <= $1 AND members > 0"
    " LIMIT $2";
static const char NEXT_DUE_SQL[] =
    "SELECT min(due_ms) FROM cohort WHERE due_ms > 0 AND members > 0";
static const char FAN_ALL_SQL[] = "UPDATE cohort SET fan_cursor = '', fan_baseline = 1"
                                  " WHERE fan_cursor IS NULL AND members > 0";
static const char FAN_BEGIN_SQL[] =
    "UPDATE cohort SET fan_cursor = '', fan_baseline = CASE WHEN fan_cursor IS NOT NULL"
    " AND fan_baseline = 0 THEN 0 ELSE $2 END WHERE id = $1";
static const char FAN_NEXT_SQL[] =
    "SELECT id, fan_cursor, fan_baseline FROM cohort WHERE fan_cursor IS NOT NULL"
    " ORDER BY id LIMIT 1";
static const char FAN_ADVANCE_SQL[] = "UPDATE cohort SET fan_cursor = $2 WHERE id = $1";

/* The tunes' own ends have been part of the identity since the step that brought them. */
static int64_t identity_hash(const struct bw_policy *policy, const struct bw_ends *own)
{
    uint64_t hash = bw_policy_hash(policy);
    bool has_own = own->serve_until_ms != 0 || own->train_by_ms != 0;
    return (int64_t)(has_own ? hash ^ bw_hash(own, sizeof(*own)) : hash);
}

static void bind_identity(struct bw_stmt *stmt, const struct bw_deployment *deployment,
                          bool embeds, const char *scope, const struct bw_ends *own)
{
    const struct bw_embedding *embedding = &deployment->embedding;
    BW_BIND(stmt, 1, embeds ? bw_embedding_platform(deployment) : deployment->platform);
    BW_BIND(stmt, 2, scope);
    BW_BIND(stmt, 3, embeds ? embedding->model : deployment->base);
    BW_BIND(stmt, 4, embeds ? EMBEDDING : bw_technique_word(deployment->technique));
    BW_BIND(stmt, 5, identity_hash(&deployment->policy, own));
}

enum bw_err bw_cohorts_find(struct bw_db *db, const struct bw_deployment *deployment, bool embeds,
                            const char *scope, const struct bw_ends *own, int64_t *id,
                            bool *empty, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, FIND_SQL);
    bind_identity(row, deployment, embeds, scope, own);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc != BW_ERR_NOTFOUND) {
        *id = rc == BW_OK ? bw_stmt_i64(row, 0) : 0;
        *empty = rc == BW_OK && bw_stmt_i64(row, 1) == 0;
        return rc;
    }
    *empty = true;
    BW_CLEANUP(bw_str_clear) struct bw_str policy = { 0 };
    struct bw_json_writer w = { .out = &policy };
    bw_policy_to_json(&deployment->policy, &w, NULL);
    struct bw_stmt *stmt = bw_db_query(db, CREATE_SQL);
    bind_identity(stmt, deployment, embeds, scope, own);
    BW_BIND(stmt, 6, policy.text);
    BW_BIND(stmt, 7, own->serve_until_ms);
    BW_BIND(stmt, 8, own->train_by_ms);
    rc = bw_stmt_run(stmt, err);
    *id = bw_db_last_id(db);
    return rc;
}

enum bw_err bw_cohorts_get(struct bw_db *db, int64_t id, struct bw_cohort *out,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_CLEANUP(bw_json_freep) struct bw_json *policy = NULL;
    BW_BIND(row, 1, id);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc != BW_OK) {
        return rc;
    }
    *out = (struct bw_cohort){
        .id = bw_stmt_i64(row, 0),
        .platform = bw_stmt_text_dup(row, 1),
        .scope = bw_stmt_text_dup(row, 2),
        .base = bw_stmt_text_dup(row, 3),
        .lineage = bw_stmt_text_dup(row, 6),
        .members = bw_stmt_i64(row, 7),
        .since_ms = bw_stmt_i64(row, 9),
        .candidate = bw_stmt_text_dup(row, 10),
        .relation = bw_stmt_text_dup(row, 11),
        .via = bw_stmt_text_dup(row, 12),
        .why = bw_stmt_text_dup(row, 13),
        .train_on = bw_stmt_text_dup(row, 14),
        .route = bw_stmt_text_dup(row, 15),
        .train_by_ms = bw_stmt_i64(row, 16),
        .serve_until_ms = bw_stmt_i64(row, 17),
        .unlisted = bw_stmt_i64(row, 18) != 0,
        .due_ms = bw_stmt_i64(row, 19),
        .moved = bw_stmt_text_dup(row, 20),
        .own = { bw_stmt_i64(row, 21), bw_stmt_i64(row, 22) },
        .redated = bw_stmt_text_dup(row, 23),
        .redated_ms = bw_stmt_i64(row, 24),
        .embeds = strcmp(bw_stmt_text(row, 4), EMBEDDING) == 0,
    };
    (void)bw_technique_parse(bw_stmt_text(row, 4), &out->technique);
    (void)bw_cohort_state_parse(bw_stmt_text(row, 8), &out->state);
    const char *text = bw_stmt_text(row, 5);
    rc = bw_json_parse(text, strlen(text), &policy, err);
    if (rc == BW_OK) {
        rc = bw_policy_from_json(policy, &out->policy, err);
    }
    if (rc != BW_OK) {
        (void)bw_error_prefix(err, "a stored policy is damaged: ");
        return BW_ERR_STORE;
    }
    return BW_OK;
}

enum bw_err bw_cohorts_save(struct bw_db *db, const struct bw_cohort *cohort, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SAVE_SQL);
    BW_BIND(stmt, 1, cohort->id);
    BW_BIND(stmt, 2, cohort->lineage);
    BW_BIND(stmt, 3, bw_cohort_state_word(cohort->state));
    BW_BIND(stmt, 4, cohort->since_ms);
    BW_BIND(stmt, 5, cohort->candidate);
    BW_BIND(stmt, 6, cohort->relation);
    BW_BIND(stmt, 7, cohort->via);
    BW_BIND(stmt, 8, cohort->why);
    BW_BIND(stmt, 9, cohort->train_on);
    BW_BIND(stmt, 10, cohort->route);
    BW_BIND(stmt, 11, cohort->train_by_ms);
    BW_BIND(stmt, 12, cohort->serve_until_ms);
    BW_BIND(stmt, 13, (int64_t)cohort->unlisted);
    BW_BIND(stmt, 14, cohort->due_ms);
    BW_BIND(stmt, 15, cohort->moved);
    BW_BIND(stmt, 16, cohort->redated);
    BW_BIND(stmt, 17, cohort->redated_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_cohorts_touch(struct bw_db *db, const struct bw_touch *touch, enum bw_touched which,
                             const char *value, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, TOUCH_SQL[which]);
    BW_BIND(stmt, 1, touch->platform);
    BW_BIND(stmt, 2, touch->scope);
    BW_BIND(stmt, 3, touch->now_ms);
    BW_BIND(stmt, 4, (int64_t)touch->baseline);
    if (value != NULL) {
        BW_BIND(stmt, 5, value);
    }
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_cohorts_have_base(struct bw_db *db, const char *platform, const char *scope,
                                 const char *base, bool *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, HAS_BASE_SQL);
    int64_t have = 0;
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, base);
    enum bw_err rc = bw_stmt_one_i64(row, 0, &have, err);
    *out = have != 0;
    return rc;
}

enum bw_err bw_cohorts_all_due(struct bw_db *db, int64_t now_ms, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, ALL_DUE_SQL);
    BW_BIND(stmt, 1, now_ms);
    return bw_stmt_run(stmt, err);
}

void bw_due_cohorts_clear(struct bw_due_cohorts *due)
{
    BW_VEC_CLEAR(due, BW_VEC_PLAIN);
}

enum bw_err bw_cohorts_due(struct bw_db *db, int64_t now_ms, int64_t limit,
                           struct bw_due_cohorts *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, DUE_SQL);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, (struct bw_due_cohort){ bw_stmt_i64(row, 0), bw_stmt_i64(row, 1) != 0 });
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_cohorts_next_due(struct bw_db *db, int64_t *out_ms, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, NEXT_DUE_SQL), INT64_MAX, out_ms, err);
}

enum bw_err bw_fan_begin(struct bw_db *db, int64_t cohort, bool baseline, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, FAN_BEGIN_SQL);
    BW_BIND(stmt, 1, cohort);
    BW_BIND(stmt, 2, (int64_t)baseline);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_fan_begin_all(struct bw_db *db, struct bw_error *err)
{
    return bw_stmt_run(bw_db_query(db, FAN_ALL_SQL), err);
}

enum bw_err bw_fan_next(struct bw_db *db, struct bw_fan *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, FAN_NEXT_SQL);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct bw_fan){ .cohort = bw_stmt_i64(row, 0),
                                .cursor = bw_stmt_text_dup(row, 1),
                                .baseline = bw_stmt_i64(row, 2) != 0 };
    }
    return rc;
}

void bw_fan_clear(struct bw_fan *fan)
{
    free(fan->cursor);
    *fan = (struct bw_fan){ 0 };
}

enum bw_err bw_fan_advance(struct bw_db *db, int64_t cohort, const char *cursor,
                           struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, FAN_ADVANCE_SQL);
    BW_BIND(stmt, 1, cohort);
    BW_BIND(stmt, 2, cursor);
    return bw_stmt_run(stmt, err);
}
