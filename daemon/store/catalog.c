/* daemon/store/catalog.c: see catalog.h. */
#include "store/catalog.h"

#include <string.h>

#include "codec/entry_json.h"

#define MODEL_COLUMNS                                                                              \
    "platform, scope, lineage, sources, body, first_seen_ms, gone_ms, missing_polls, since_ms"

static const char SEEN_SQL[] = "SELECT id, hash FROM entry WHERE source = $1 ORDER BY id";
static const char ENTRIES_SQL[] = "SELECT body FROM entry WHERE source = $1 ORDER BY id";
static const char KNOWN_SQL[] = "SELECT body, changed_ms FROM entry WHERE source = $1 AND id = $2";
static const char PUT_SQL[] =
    "INSERT INTO entry (source, id, hash, body, first_seen_ms, changed_ms)"
    " VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (source, id) DO UPDATE SET"
    " hash = excluded.hash, body = excluded.body, changed_ms = excluded.changed_ms";
static const char REMOVE_SQL[] = "DELETE FROM entry WHERE source = $1 AND id = $2";
/* "" is a scope like others where a list of the platform's own sees it, else all of them. */
static const char MERGE_SQL[] =
    "WITH own AS (SELECT name FROM source WHERE active = 1 AND kind = 'own' AND platform = $1"
    " AND (scope = $2 OR ($2 = '' AND NOT EXISTS (SELECT 1 FROM source WHERE active = 1"
    " AND kind = 'own' AND platform = $1 AND scope = ''))))"
    " SELECT source.name, entry.body, entry.changed_ms"
    " FROM source CROSS JOIN entry" /* in this order */
    " WHERE entry.source = source.name AND entry.id = $3"
    " AND source.active = 1 AND source.platform = $1"
    " AND (source.scope = $2 OR (source.scope = '' AND source.kind <> 'own'))"
    " AND (NOT EXISTS (SELECT 1 FROM own) OR EXISTS"
    " (SELECT 1 FROM own JOIN entry AS listed ON listed.source = own.name AND listed.id = $3))"
    " ORDER BY source.kind <> 'own', source.kind <> 'lifecycle', source.name";
static const char SPELLING_SQL[] =
    "SELECT source.name, entry.body, entry.changed_ms FROM source JOIN entry"
    " ON entry.source = source.name"
    " AND entry.id = $3 WHERE source.active = 1 AND source.platform = $1"
    " AND source.kind <> 'own' AND source.scope IN ($2, '')"
    " ORDER BY source.kind <> 'lifecycle', source.name";
static const char STRANGERS_SQL[] =
    "WITH own AS (SELECT name FROM source WHERE active = 1 AND kind = 'own' AND platform = $1"
    " AND scope = $2)"
    " SELECT DISTINCT entry.id FROM source JOIN entry ON entry.source = source.name"
    " WHERE source.active = 1 AND source.platform = $1 AND source.kind <> 'own'"
    " AND source.scope IN ($2, '') AND EXISTS (SELECT 1 FROM own) AND NOT EXISTS"
    " (SELECT 1 FROM own JOIN entry AS listed ON listed.source = own.name"
    " AND listed.id = entry.id) ORDER BY entry.id";
static const char MODEL_PUT_SQL[] =
    "INSERT INTO model (platform, scope, id, lineage, body, sources, first_seen_ms, since_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (platform, scope, id) DO UPDATE SET"
    " lineage = excluded.lineage, body = excluded.body, sources = excluded.sources,"
    " since_ms = excluded.since_ms, gone_ms = 0, missing_polls = 0";
static const char MODEL_GONE_SQL[] =
    "UPDATE model SET gone_ms = $4, sources = '[]'"
    " WHERE platform = $1 AND scope = $2 AND id = $3 AND gone_ms = 0";
static const char MODEL_MISSED_SQL[] =
    "UPDATE model SET missing_polls = missing_polls + 1"
    " WHERE platform = $1 AND scope = $2 AND gone_ms > 0 AND missing_polls < 1000000";
static const char MODEL_LISTED_SQL[] =
    "SELECT id FROM model WHERE platform = $1 AND scope = $2 AND gone_ms = 0 ORDER BY id";
static const char MODEL_GET_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE platform = $1 AND scope = $2 AND id = $3";
static const char MODEL_ALIAS_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE platform = $1 AND scope = $2 AND id ="
    " (SELECT model FROM alias WHERE platform = $1 AND scope = $2 AND alias = $3)";
static const char MODEL_LINEAGE_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE platform = $1 AND scope = $2 AND lineage = $3"
    " ORDER BY id";
static const char MODEL_PLACE_SQL[] =
    "UPDATE model SET lineage = $4 WHERE platform = $1 AND scope = $2 AND id = $3";
static const char PLACING_SQL[] = "SELECT rules_hash, placing_hash, placing_platform,"
                                  " placing_scope, placing_model FROM instance";
static const char PLACING_SAVE_SQL[] =
    "UPDATE instance SET rules_hash = $1, placing_hash = $2, placing_platform = $3,"
    " placing_scope = $4, placing_model = $5";
static const char MODEL_PAGE_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE (platform, scope, id) > ($1, $2, $3)"
    " ORDER BY platform, scope, id LIMIT $4";
static const char PLATFORM_PAGE_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE platform = $1 AND (scope, id) > ($2, $3)"
    " ORDER BY scope, id LIMIT $4";

static const char LINEAGE_PAGE_SQL[] =
    "SELECT " MODEL_COLUMNS " FROM model WHERE lineage = $1"
    " AND (first_seen_ms, platform, scope, id) > ($2, $3, $4, $5)"
    " ORDER BY first_seen_ms, platform, scope, id LIMIT $6";

static void seen_clear(struct bw_seen *seen)
{
    free(seen->id);
}

void bw_seen_list_clear(struct bw_seen_list *list)
{
    BW_VEC_CLEAR(list, seen_clear);
}

void bw_model_clear(struct bw_model *model)
{
    free(model->platform);
    free(model->scope);
    free(model->lineage);
    free(model->sources);
    bw_entry_clear(&model->entry);
    *model = (struct bw_model){ 0 };
}

void bw_models_clear(struct bw_models *models)
{
    BW_VEC_CLEAR(models, bw_model_clear);
}

enum bw_err bw_catalog_seen(struct bw_db *db, const char *source, struct bw_seen_list *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, SEEN_SQL);
    BW_BIND(row, 1, source);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, (struct bw_seen){ bw_stmt_text_dup(row, 0), bw_stmt_i64(row, 1) });
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_catalog_entries(struct bw_db *db, const char *source, struct bw_entries *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, ENTRIES_SQL);
    BW_BIND(row, 1, source);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_entry entry = { 0 };
        rc = bw_entry_from_stored(bw_stmt_text(row, 0), &entry, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_PUSH(out, entry);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

/* A date that the source has named before has been seen since then. */
static void remember_dates(struct bw_entry *entry, const struct bw_entry *known, int64_t known_ms,
                           int64_t now_ms)
{
    BW_VEC_EACH(struct bw_date, date, &entry->dates)
    {
        bw_replace(&date->source, NULL); /* that of its row */
        date->seen_ms = now_ms;
        BW_VEC_EACH(const struct bw_date, old, &known->dates)
        {
            if (old->clock == date->clock && old->certainty == date->certainty &&
                old->at_ms == date->at_ms) {
                date->seen_ms = old->seen_ms != 0 ? old->seen_ms : known_ms;
            }
        }
    }
}

static enum bw_err known_entry(struct bw_db *db, const char *source, const char *id,
                               struct bw_entry *out, int64_t *changed_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, KNOWN_SQL);
    BW_BIND(row, 1, source);
    BW_BIND(row, 2, id);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *changed_ms = bw_stmt_i64(row, 1);
        rc = bw_entry_from_stored(bw_stmt_text(row, 0), out, err);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_catalog_put(struct bw_db *db, const char *source, const struct bw_entry *entry,
                           int64_t hash, int64_t now_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry dated = bw_entry_copy(entry);
    BW_CLEANUP(bw_entry_clear) struct bw_entry known = { 0 };
    int64_t known_ms = 0;
    enum bw_err rc = entry->dates.count == 0
                         ? BW_OK
                         : known_entry(db, source, entry->id, &known, &known_ms, err);
    if (rc != BW_OK) {
        return rc;
    }
    remember_dates(&dated, &known, known_ms, now_ms);
    BW_CLEANUP(bw_freep) char *body = bw_entry_text(&dated);
    struct bw_stmt *stmt = bw_db_query(db, PUT_SQL);
    BW_BIND(stmt, 1, source);
    BW_BIND(stmt, 2, entry->id);
    BW_BIND(stmt, 3, hash);
    BW_BIND(stmt, 4, body);
    BW_BIND(stmt, 5, now_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_catalog_remove(struct bw_db *db, const char *source, const char *id,
                              struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, REMOVE_SQL);
    BW_BIND(stmt, 1, source);
    BW_BIND(stmt, 2, id);
    return bw_stmt_run(stmt, err);
}

/* Fill `merged` from the rows that say something of id, and note who said it. */
static enum bw_err merge_rows(struct bw_db *db, const char *sql, const char *platform,
                              const char *scope, const char *id, struct bw_entry *merged,
                              struct bw_names *sources, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, sql);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, id);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_CLEANUP(bw_entry_clear) struct bw_entry said = { 0 };
        rc = bw_entry_from_stored(bw_stmt_text(row, 1), &said, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_EACH(struct bw_date, date, &said.dates)
        {
            bw_replace(&date->source, bw_stmt_text(row, 0));
            date->seen_ms = date->seen_ms != 0 ? date->seen_ms : bw_stmt_i64(row, 2);
        }
        BW_VEC_PUSH(sources, bw_xstrdup(bw_stmt_text(row, 0)));
        bw_entry_merge(merged, &said);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_catalog_merge(struct bw_db *db, const char *platform, const char *scope,
                             const char *id, const struct bw_names *spellings,
                             struct bw_entry *entry, char **sources, struct bw_error *err)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry merged = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names said_by = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str names = { 0 };
    struct bw_json_writer w = { .out = &names };
    enum bw_err rc = merge_rows(db, MERGE_SQL, platform, scope, id, &merged, &said_by, err);
    if (rc == BW_OK && merged.id == NULL) {
        return BW_ERR_NOTFOUND;
    }
    BW_VEC_EACH(char *, spelling, spellings)
    {
        rc = rc == BW_OK ? merge_rows(db, SPELLING_SQL, platform, scope, *spelling, &merged,
                                      &said_by, err)
                         : rc;
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_json_array_begin(&w, NULL);
    for (size_t i = 0; i < said_by.count; i++) {
        bool again = false; /* of two spellings */
        for (size_t j = 0; j < i; j++) {
            again = again || strcmp(said_by.items[i], said_by.items[j]) == 0;
        }
        if (!again) {
            bw_json_add_text(&w, NULL, said_by.items[i]);
        }
    }
    bw_json_array_end(&w);
    *sources = bw_str_take(&names);
    *entry = merged;
    merged = (struct bw_entry){ 0 };
    return BW_OK;
}

enum bw_err bw_catalog_said(struct bw_db *db, const char *platform, const char *scope,
                            const char *id, struct bw_entry *into, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names said_by = { 0 };
    return merge_rows(db, SPELLING_SQL, platform, scope, id, into, &said_by, err);
}

enum bw_err bw_catalog_strangers(struct bw_db *db, const char *platform, const char *scope,
                                 struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, STRANGERS_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    return bw_stmt_names(row, out, err);
}

enum bw_err bw_models_put(struct bw_db *db, const struct bw_model *model, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *body = bw_entry_text(&model->entry);
    struct bw_stmt *stmt = bw_db_query(db, MODEL_PUT_SQL);
    BW_BIND(stmt, 1, model->platform);
    BW_BIND(stmt, 2, model->scope);
    BW_BIND(stmt, 3, model->entry.id);
    BW_BIND(stmt, 4, model->lineage);
    BW_BIND(stmt, 5, body);
    BW_BIND(stmt, 6, model->sources);
    BW_BIND(stmt, 7, model->first_seen_ms);
    BW_BIND(stmt, 8, model->since_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_models_gone(struct bw_db *db, const char *platform, const char *scope,
                           const char *id, int64_t now_ms, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, MODEL_GONE_SQL);
    BW_BIND(stmt, 1, platform);
    BW_BIND(stmt, 2, scope);
    BW_BIND(stmt, 3, id);
    BW_BIND(stmt, 4, now_ms);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_models_missed(struct bw_db *db, const char *platform, const char *scope,
                             struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, MODEL_MISSED_SQL);
    BW_BIND(stmt, 1, platform);
    BW_BIND(stmt, 2, scope);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_models_listed(struct bw_db *db, const char *platform, const char *scope,
                             struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, MODEL_LISTED_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    return bw_stmt_names(row, out, err);
}

static enum bw_err model_from_row(struct bw_stmt *row, struct bw_model *out, struct bw_error *err)
{
    struct bw_entry entry = { 0 };
    enum bw_err rc = bw_entry_from_stored(bw_stmt_text(row, 4), &entry, err);
    if (rc != BW_OK) {
        return rc;
    }
    *out = (struct bw_model){
        .platform = bw_stmt_text_dup(row, 0),
        .scope = bw_stmt_text_dup(row, 1),
        .lineage = bw_stmt_text_dup(row, 2),
        .sources = bw_stmt_text_dup(row, 3),
        .entry = entry,
        .first_seen_ms = bw_stmt_i64(row, 5),
        .gone_ms = bw_stmt_i64(row, 6),
        .missing_polls = bw_stmt_i64(row, 7),
        .since_ms = bw_stmt_i64(row, 8),
    };
    return BW_OK;
}

static enum bw_err models_from_rows(struct bw_stmt *row, struct bw_models *out,
                                    struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        struct bw_model model = { 0 };
        rc = model_from_row(row, &model, err);
        if (rc != BW_OK) {
            return rc;
        }
        BW_VEC_PUSH(out, model);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

static bool has_alias(const struct bw_entry *entry, const char *id)
{
    BW_VEC_EACH(char *, alias, &entry->aliases)
    {
        if (strcmp(*alias, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The alias may have left the model that it was last seen with. */
static enum bw_err get_by_alias(struct bw_db *db, const char *platform, const char *scope,
                                const char *id, struct bw_model *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, MODEL_ALIAS_SQL);
    BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, id);
    enum bw_err rc = bw_stmt_step(row, err);
    rc = rc == BW_OK ? model_from_row(row, &model, err) : rc;
    if (rc != BW_OK || !has_alias(&model.entry, id)) {
        return rc == BW_OK ? BW_ERR_NOTFOUND : rc;
    }
    *out = model;
    model = (struct bw_model){ 0 };
    return BW_OK;
}

enum bw_err bw_models_get(struct bw_db *db, const char *platform, const char *scope,
                          const char *id, struct bw_model *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, MODEL_GET_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, id);
    enum bw_err rc = bw_stmt_step(row, err);
    return rc == BW_OK              ? model_from_row(row, out, err)
           : rc == BW_ERR_NOTFOUND  ? get_by_alias(db, platform, scope, id, out, err)
                                    : rc;
}

enum bw_err bw_models_in_lineage(struct bw_db *db, const char *platform, const char *scope,
                                 const char *lineage, struct bw_models *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, MODEL_LINEAGE_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, lineage);
    return models_from_rows(row, out, err);
}

enum bw_err bw_models_lineage_page(struct bw_db *db, const char *lineage, int64_t after_ms,
                                   const char *after_platform, const char *after_scope,
                                   const char *after_id, int64_t limit, struct bw_models *out,
                                   struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, LINEAGE_PAGE_SQL);
    BW_BIND(row, 1, lineage);
    BW_BIND(row, 2, after_ms);
    BW_BIND(row, 3, after_platform);
    BW_BIND(row, 4, after_scope);
    BW_BIND(row, 5, after_id);
    BW_BIND(row, 6, limit);
    return models_from_rows(row, out, err);
}

enum bw_err bw_models_page(struct bw_db *db, const char *platform_only, const char *after_platform,
                           const char *after_scope, const char *after_id, int64_t limit,
                           struct bw_models *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row =
        bw_db_query(db, platform_only == NULL ? MODEL_PAGE_SQL : PLATFORM_PAGE_SQL);
    BW_BIND(row, 1, platform_only == NULL ? after_platform : platform_only);
    BW_BIND(row, 2, after_scope);
    BW_BIND(row, 3, after_id);
    BW_BIND(row, 4, limit);
    return models_from_rows(row, out, err);
}

enum bw_err bw_models_place(struct bw_db *db, const struct bw_model *model, const char *lineage,
                            struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, MODEL_PLACE_SQL);
    BW_BIND(stmt, 1, model->platform);
    BW_BIND(stmt, 2, model->scope);
    BW_BIND(stmt, 3, model->entry.id);
    BW_BIND(stmt, 4, lineage);
    return bw_stmt_run(stmt, err);
}

void bw_placing_clear(struct bw_placing *placing)
{
    free(placing->platform);
    free(placing->scope);
    free(placing->model);
    *placing = (struct bw_placing){ 0 };
}

enum bw_err bw_placing_get(struct bw_db *db, struct bw_placing *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, PLACING_SQL);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = (struct bw_placing){
            .placed_by = (uint64_t)bw_stmt_i64(row, 0),
            .rules = (uint64_t)bw_stmt_i64(row, 1),
            .platform = bw_stmt_text_dup(row, 2),
            .scope = bw_stmt_text_dup(row, 3),
            .model = bw_stmt_text_dup(row, 4),
        };
    }
    return rc;
}

enum bw_err bw_placing_save(struct bw_db *db, const struct bw_placing *placing,
                            struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, PLACING_SAVE_SQL);
    BW_BIND(stmt, 1, (int64_t)placing->placed_by);
    BW_BIND(stmt, 2, (int64_t)placing->rules);
    BW_BIND(stmt, 3, placing->platform);
    BW_BIND(stmt, 4, placing->scope);
    BW_BIND(stmt, 5, placing->model);
    return bw_stmt_run(stmt, err);
}
