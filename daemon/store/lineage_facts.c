/* daemon/store/lineage_facts.c: see lineage_facts.h. */
#include "store/lineage_facts.h"

#include "base/str.h"

static const char SAID_SQL[] =
    "SELECT replacement FROM declared WHERE platform = $1 AND scope = $2 AND model = $3"
    " AND withdrawn_ms = 0";
static const char WITHDRAW_SQL[] =
    "UPDATE declared SET withdrawn_ms = $4 WHERE platform = $1 AND scope = $2 AND model = $3"
    " AND withdrawn_ms = 0";
static const char SAY_SQL[] =
    "INSERT INTO declared (platform, scope, model, said_ms, replacement, sources)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (platform, scope, model, said_ms, replacement) DO UPDATE SET withdrawn_ms = 0";
static const char DECLARED_SQL[] =
    "SELECT replacement, sources, said_ms, withdrawn_ms FROM declared"
    " WHERE platform = $1 AND scope = $2 AND model = $3 ORDER BY said_ms DESC, replacement";
static const char ALIAS_SQL[] = "SELECT model, previous, since_ms FROM alias"
                                " WHERE platform = $1 AND scope = $2 AND alias = $3";
/* A new alias that was a model of its own before has moved, from itself. */
static const char ALIAS_NOTE_SQL[] =
    "INSERT INTO alias (platform, scope, alias, model, previous, since_ms) VALUES ($1, $2, $3, $4,"
    " (SELECT id FROM model WHERE platform = $1 AND scope = $2 AND id = $3), $5)"
    " ON CONFLICT (platform, scope, alias) DO UPDATE SET previous = alias.model,"
    " model = excluded.model, since_ms = excluded.since_ms WHERE alias.model <> excluded.model";
static const char MARK_SQL[] =
    "SELECT model FROM high_water WHERE platform = $1 AND scope = $2 AND lineage = $3";
static const char MARK_SET_SQL[] =
    "INSERT INTO high_water (platform, scope, lineage, model) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (platform, scope, lineage) DO UPDATE SET model = excluded.model";
static const char FALLEN_SQL[] =
    "SELECT h.model FROM high_water AS h JOIN model AS m ON m.platform = h.platform"
    " AND m.scope = h.scope AND m.id = h.model WHERE h.platform = $1 AND h.scope = $2"
    " AND m.gone_ms > 0 AND EXISTS (SELECT 1 FROM model AS o WHERE o.platform = h.platform"
    " AND o.scope = h.scope AND o.lineage = h.lineage AND o.gone_ms = 0) ORDER BY h.model";

static void declaration_clear(struct bw_declaration *declaration)
{
    free(declaration->replacement);
    free(declaration->sources);
}

void bw_declarations_clear(struct bw_declarations *declarations)
{
    BW_VEC_CLEAR(declarations, declaration_clear);
}

void bw_alias_clear(struct bw_alias *alias)
{
    free(alias->model);
    free(alias->previous);
}

static struct bw_stmt *about(struct bw_db *db, const char *sql, const char *platform,
                             const char *scope, const char *name)
{
    struct bw_stmt *stmt = bw_db_query(db, sql);
    BW_BIND(stmt, 1, platform);
    BW_BIND(stmt, 2, scope);
    BW_BIND(stmt, 3, name);
    return stmt;
}

static struct bw_stmt *about_model(struct bw_db *db, const char *sql, const struct bw_model *model)
{
    return about(db, sql, model->platform, model->scope, model->entry.id);
}

static enum bw_err is_said(struct bw_db *db, const struct bw_model *model, bool *same,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = about_model(db, SAID_SQL, model);
    enum bw_err rc = bw_stmt_step(row, err);
    *same = bw_str_equal(rc == BW_OK ? bw_stmt_text(row, 0) : NULL, model->entry.replacement);
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_declared_note(struct bw_db *db, const struct bw_model *model, int64_t now_ms,
                             struct bw_error *err)
{
    bool same = false;
    enum bw_err rc = is_said(db, model, &same, err);
    if (rc != BW_OK || same) {
        return rc;
    }
    struct bw_stmt *withdraw = about_model(db, WITHDRAW_SQL, model);
    BW_BIND(withdraw, 4, now_ms);
    rc = bw_stmt_run(withdraw, err);
    if (rc != BW_OK || model->entry.replacement == NULL) {
        return rc;
    }
    struct bw_stmt *say = about_model(db, SAY_SQL, model);
    BW_BIND(say, 4, now_ms);
    BW_BIND(say, 5, model->entry.replacement);
    BW_BIND(say, 6, model->sources);
    return bw_stmt_run(say, err);
}

enum bw_err bw_declared_list(struct bw_db *db, const char *platform, const char *scope,
                             const char *id, struct bw_declarations *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = about(db, DECLARED_SQL, platform, scope, id);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_declaration declaration = { bw_stmt_text_dup(row, 0), bw_stmt_text_dup(row, 1),
                                              bw_stmt_i64(row, 2), bw_stmt_i64(row, 3) };
        BW_VEC_PUSH(out, declaration);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_aliases_note(struct bw_db *db, const struct bw_model *model, int64_t now_ms,
                            struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(char *, alias, &model->entry.aliases)
    {
        struct bw_stmt *stmt = about(db, ALIAS_NOTE_SQL, model->platform, model->scope, *alias);
        BW_BIND(stmt, 4, model->entry.id);
        BW_BIND(stmt, 5, now_ms);
        rc = rc == BW_OK ? bw_stmt_run(stmt, err) : rc;
    }
    return rc;
}

enum bw_err bw_aliases_get(struct bw_db *db, const char *platform, const char *scope,
                           const char *alias, struct bw_alias *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = about(db, ALIAS_SQL, platform, scope, alias);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct bw_alias){ bw_stmt_text_dup(row, 0), bw_stmt_text_dup(row, 1),
                                  bw_stmt_i64(row, 2) };
    }
    return rc;
}

enum bw_err bw_high_water_get(struct bw_db *db, const char *platform, const char *scope,
                              const char *lineage, char **model, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = about(db, MARK_SQL, platform, scope, lineage);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *model = bw_stmt_text_dup(row, 0);
    }
    return rc;
}

enum bw_err bw_high_water_set(struct bw_db *db, const char *platform, const char *scope,
                              const char *lineage, const char *model, struct bw_error *err)
{
    struct bw_stmt *stmt = about(db, MARK_SET_SQL, platform, scope, lineage);
    BW_BIND(stmt, 4, model);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_high_water_fallen(struct bw_db *db, const char *platform, const char *scope,
                                 struct bw_names *models, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, FALLEN_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    return bw_stmt_names(row, models, err);
}
