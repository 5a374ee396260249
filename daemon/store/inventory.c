/* daemon/store/inventory.c: see inventory.h. */
#include "store/inventory.h"

#include <string.h>

#include "codec/deployment_json.h"
#include "codec/finding_json.h"

/* A member's policy is that of its cohort. */
#define MEMBERS                                                                                    \
    "SELECT body, origin, cohort, embedder, finding, policy, name FROM deployment"                 \
    " CROSS JOIN cohort ON cohort.id = deployment.cohort" /* in this order */

static const char MEMBER_SQL[] = MEMBERS " WHERE name = $1";
static const char MEMBERS_SQL[] =
    MEMBERS " WHERE cohort = $1 AND name > $2 UNION ALL " MEMBERS
            " WHERE embedder = $1 AND name > $2 ORDER BY name LIMIT $3";
static const char PAGE_SQL[] = MEMBERS " WHERE name > $1 ORDER BY name LIMIT $2";
static const char OWNED_SQL[] = MEMBERS " WHERE owner = $3 AND name > $1 ORDER BY name LIMIT $2";
static const char WHERE_SQL[] = "SELECT cohort, embedder, hash FROM deployment WHERE name = $1";
static const char INSERT_SQL[] =
    "INSERT INTO deployment (cohort, name, origin, owner, hash, body, embedder, finding, picks,"
    " model) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10)";
static const char SAID_SQL[] = "SELECT body, origin FROM deployment WHERE name = $1";
static const char SAID_PAGE_SQL[] =
    "SELECT body, origin FROM deployment WHERE name > $1 ORDER BY name LIMIT $2";
static const char PICKING_SQL[] = "SELECT name FROM deployment WHERE picks = 1 ORDER BY name";
static const char CALLING_SQL[] = "SELECT name FROM deployment WHERE model = $1 ORDER BY name";
static const char DELETE_SQL[] = "DELETE FROM deployment WHERE cohort = $1 AND name = $2";
static const char COUNT_SQL[] = "UPDATE cohort SET members = members + $3 WHERE id IN ($1, $2)";
static const char NAMES_SQL[] = "SELECT name FROM deployment WHERE origin = $1 AND name > $2"
                                " AND origin <> 'api' ORDER BY name LIMIT $3"; /* has an index */
static const char UNWATCHED_SQL[] =
    "SELECT sum(members) FROM cohort WHERE state = 'unknown' AND technique <> 'embedding'"
    " AND NOT EXISTS (SELECT 1 FROM source WHERE active = 1 AND platform = cohort.platform"
    " AND (scope = cohort.scope OR (scope = '' AND kind <> 'own')))";
static const char BY_STATE_SQL[] = "SELECT state, sum(members) FROM cohort"
                                   " WHERE technique <> 'embedding' GROUP BY state";
static const char DERIVING_SQL[] =
    "SELECT derived_by, deriving_by, deriving_name FROM instance";
static const char DERIVING_SAVE_SQL[] =
    "UPDATE instance SET derived_by = $1, deriving_by = $2, deriving_name = $3";
static const char PRICED_BY_SQL[] = "SELECT prices_hash FROM instance";
static const char PRICED_SQL[] = "UPDATE instance SET prices_hash = $1";

void bw_member_clear(struct bw_member *member)
{
    bw_deployment_clear(&member->deployment);
}

void bw_members_clear(struct bw_members *members)
{
    BW_VEC_CLEAR(members, bw_member_clear);
}

/* What discovery knows comes after what is said. */
static enum bw_err learn(struct bw_member *member, const char *finding, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    BW_CLEANUP(bw_knowledge_clear) struct bw_knowledge known = { 0 };
    enum bw_err rc = bw_json_parse(finding, strlen(finding), &json, err);
    if (rc == BW_OK) {
        rc = bw_knowledge_from_json(json, &known, err);
    }
    if (rc == BW_OK) {
        bw_deployment_learn(&member->deployment, &known);
    }
    return rc;
}

static enum bw_err damaged(struct bw_error *err)
{
    (void)bw_error_prefix(err, "a stored deployment is damaged: ");
    return BW_ERR_STORE;
}

/* Rows begin with what is said and by whom. */
static enum bw_err read_said(struct bw_stmt *row, const struct bw_policy *fleet,
                             struct bw_deployment *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    const char *body = bw_stmt_text(row, 0);
    enum bw_err rc = bw_json_parse(body, strlen(body), &json, err);
    if (rc == BW_OK) {
        rc = bw_deployment_from_json(json, fleet, out, err);
    }
    if (rc == BW_OK) {
        (void)bw_origin_parse(bw_stmt_text(row, 1), &out->origin);
    }
    return rc;
}

static enum bw_err member_from_row(struct bw_stmt *row, struct bw_member *out,
                                   struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    BW_CLEANUP(bw_policy_clear) struct bw_policy policy = { 0 };
    const char *finding = bw_stmt_text(row, 4);
    const char *text = bw_stmt_text(row, 5);
    out->cohort = bw_stmt_i64(row, 2);
    out->embedder = bw_stmt_i64(row, 3);
    enum bw_err rc = bw_json_parse(text, strlen(text), &json, err);
    if (rc == BW_OK) {
        rc = bw_policy_from_json(json, &policy, err);
    }
    if (rc == BW_OK) {
        rc = read_said(row, &policy, &out->deployment, err);
    }
    if (rc == BW_OK && finding != NULL) {
        rc = learn(out, finding, err);
    }
    return rc == BW_OK ? BW_OK : damaged(err);
}

static enum bw_err members_from_rows(struct bw_stmt *row, struct bw_members *out,
                                     struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_member member = { 0 };
        rc = member_from_row(row, &member, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_PUSH(out, member);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

struct stored { /* where a deployment stands, and as what */
    int64_t cohort;
    int64_t embedder;
    int64_t hash;
};

static enum bw_err locate(struct bw_db *db, const char *name, struct stored *out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, WHERE_SQL);
    BW_BIND(row, 1, name);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct stored){ bw_stmt_i64(row, 0), bw_stmt_i64(row, 1), bw_stmt_i64(row, 2) };
    }
    return rc;
}

static enum bw_err count_members(struct bw_db *db, const struct stored *where, int64_t change,
                                 struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, COUNT_SQL);
    BW_BIND(stmt, 1, where->cohort);
    BW_BIND(stmt, 2, where->embedder);
    BW_BIND(stmt, 3, change);
    return bw_stmt_run(stmt, err);
}

static enum bw_err delete_from(struct bw_db *db, const struct stored *where, const char *name,
                               struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, DELETE_SQL);
    BW_BIND(stmt, 1, where->cohort);
    BW_BIND(stmt, 2, name);
    enum bw_err rc = bw_stmt_run(stmt, err);
    return rc == BW_OK ? count_members(db, where, -1, err) : rc;
}

/* The id that is called, where it is a tune that discovery may know; NULL: nobody looks for it. */
static const char *called_of(const struct bw_deployment *deployment)
{
    return bw_technique_is_tuned(deployment->technique) ? deployment->model : NULL;
}

static enum bw_err insert(struct bw_db *db, const struct bw_deployment *deployment,
                          const char *body, const char *finding, const struct stored *as,
                          struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    BW_BIND(stmt, 1, as->cohort);
    BW_BIND(stmt, 2, deployment->name);
    BW_BIND(stmt, 3, bw_origin_word(deployment->origin));
    BW_BIND(stmt, 4, deployment->owner);
    BW_BIND(stmt, 5, as->hash);
    BW_BIND(stmt, 6, body);
    BW_BIND(stmt, 7, as->embedder);
    BW_BIND(stmt, 8, finding);
    BW_BIND(stmt, 9, (int64_t)(deployment->match != NULL));
    BW_BIND(stmt, 10, called_of(deployment));
    enum bw_err rc = bw_stmt_run(stmt, err);
    return rc == BW_OK ? count_members(db, as, 1, err) : rc;
}

enum bw_err bw_inventory_put(struct bw_db *db, const struct bw_deployment *deployment,
                             const struct bw_knowledge *known, int64_t cohort, int64_t embedder,
                             bool *changed, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str finding = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_deployment_to_json(deployment, &w, NULL);
    if (known->finding.id != NULL) {
        struct bw_json_writer f = { .out = &finding };
        bw_knowledge_to_json(known, &f);
    }
    uint64_t hash = bw_hash(body.text, body.size);
    hash = finding.text == NULL ? hash : bw_hash_text(hash, finding.text);
    const struct stored new = { cohort, embedder, (int64_t)hash };
    struct stored old = { 0 };
    enum bw_err rc = locate(db, deployment->name, &old, err);
    *changed = rc != BW_OK || old.cohort != cohort || old.embedder != embedder ||
               old.hash != new.hash;
    if (rc == BW_OK && *changed) {
        rc = delete_from(db, &old, deployment->name, err);
    }
    if ((rc != BW_OK && rc != BW_ERR_NOTFOUND) || !*changed) {
        return rc;
    }
    return insert(db, deployment, body.text, finding.text, &new, err);
}

enum bw_err bw_inventory_get(struct bw_db *db, const char *name, struct bw_member *out,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, MEMBER_SQL);
    BW_BIND(row, 1, name);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_ERR_NOTFOUND) {
        return bw_fail(err, rc, "no deployment is called '%.200s'", name);
    }
    return rc == BW_OK ? member_from_row(row, out, err) : rc;
}

enum bw_err bw_inventory_said(struct bw_db *db, const char *name, const struct bw_policy *fleet,
                              struct bw_deployment *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, SAID_SQL);
    BW_BIND(row, 1, name);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc != BW_OK) {
        return rc;
    }
    return read_said(row, fleet, out, err) == BW_OK ? BW_OK : damaged(err);
}

enum bw_err bw_inventory_said_page(struct bw_db *db, const char *after, int64_t limit,
                                   const struct bw_policy *fleet, struct bw_deployments *out,
                                   struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, SAID_PAGE_SQL);
    enum bw_err rc = BW_OK;
    BW_BIND(row, 1, after);
    BW_BIND(row, 2, limit);
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_deployment said = { 0 };
        if (read_said(row, fleet, &said, err) != BW_OK) {
            return damaged(err);
        }
        BW_VEC_PUSH(out, said);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_inventory_remove(struct bw_db *db, const char *name, struct bw_error *err)
{
    struct stored where = { 0 };
    enum bw_err rc = locate(db, name, &where, err);
    if (rc == BW_ERR_NOTFOUND) {
        return bw_fail(err, rc, "no deployment is called '%.200s'", name);
    }
    return rc == BW_OK ? delete_from(db, &where, name, err) : rc;
}

enum bw_err bw_inventory_names(struct bw_db *db, enum bw_origin origin, const char *after,
                               int64_t limit, struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, NAMES_SQL);
    BW_BIND(row, 1, bw_origin_word(origin));
    BW_BIND(row, 2, after);
    BW_BIND(row, 3, limit);
    return bw_stmt_names(row, out, err);
}

enum bw_err bw_inventory_picking(struct bw_db *db, struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, PICKING_SQL);
    return bw_stmt_names(row, out, err);
}

enum bw_err bw_inventory_calling(struct bw_db *db, const char *model, struct bw_names *out,
                                 struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, CALLING_SQL);
    BW_BIND(row, 1, model);
    return bw_stmt_names(row, out, err);
}

enum bw_err bw_inventory_members(struct bw_db *db, int64_t cohort, const char *after,
                                 int64_t limit, struct bw_members *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, MEMBERS_SQL);
    BW_BIND(row, 1, cohort);
    BW_BIND(row, 2, after);
    BW_BIND(row, 3, limit);
    return members_from_rows(row, out, err);
}

enum bw_err bw_inventory_page(struct bw_db *db, const char *owner, const char *after,
                              int64_t limit, struct bw_members *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = bw_db_query(db, owner == NULL ? PAGE_SQL : OWNED_SQL);
    BW_BIND(row, 1, after);
    BW_BIND(row, 2, limit);
    if (owner != NULL) {
        BW_BIND(row, 3, owner);
    }
    return members_from_rows(row, out, err);
}

enum bw_err bw_inventory_unwatched(struct bw_db *db, int64_t *out, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, UNWATCHED_SQL), 0, out, err);
}

enum bw_err bw_inventory_by_state(struct bw_db *db, int64_t *counts, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, BY_STATE_SQL);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        enum bw_cohort_state state = BW_COHORT_UNKNOWN;
        (void)bw_cohort_state_parse(bw_stmt_text(row, 0), &state);
        counts[state] = bw_stmt_i64(row, 1);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

void bw_deriving_clear(struct bw_deriving *deriving)
{
    free(deriving->name);
    *deriving = (struct bw_deriving){ 0 };
}

enum bw_err bw_deriving_get(struct bw_db *db, struct bw_deriving *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, DERIVING_SQL);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct bw_deriving){ (uint64_t)bw_stmt_i64(row, 0), (uint64_t)bw_stmt_i64(row, 1),
                                     bw_stmt_text_dup(row, 2) };
    }
    return rc;
}

enum bw_err bw_deriving_save(struct bw_db *db, const struct bw_deriving *deriving,
                             struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, DERIVING_SAVE_SQL);
    BW_BIND(stmt, 1, (int64_t)deriving->derived_by);
    BW_BIND(stmt, 2, (int64_t)deriving->by);
    BW_BIND(stmt, 3, deriving->name);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_inventory_priced_by(struct bw_db *db, uint64_t *out, struct bw_error *err)
{
    int64_t hash = 0;
    enum bw_err rc = bw_stmt_one_i64(bw_db_query(db, PRICED_BY_SQL), 0, &hash, err);
    *out = (uint64_t)hash;
    return rc;
}

enum bw_err bw_inventory_priced(struct bw_db *db, uint64_t hash, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, PRICED_SQL);
    BW_BIND(stmt, 1, (int64_t)hash);
    return bw_stmt_run(stmt, err);
}
