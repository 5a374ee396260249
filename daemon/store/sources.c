/* daemon/store/sources.c: see sources.h. */
#include "store/sources.h"

#include <string.h>

#include "base/str.h"
#include "base/words.h"

#define COLUMNS                                                                                    \
    "name, active, platform, scope, every_ms, state, detail, entries, set_hash, failures,"         \
    " last_attempt_ms, last_success_ms, changed_ms, due_ms, baseline_ms, held_hash,"               \
    " held_since_ms, failing_since_ms, kind, discovery, unseen, discovery_detail,"        \
    " discovered_ms, looked_ms, asked_ms, memory"

static const char DEACTIVATE_SQL[] = "UPDATE source SET active = 0";
/* What it listed of another platform or scope says nothing about this one. */
static const char FORGET_SQL[] =
    "DELETE FROM entry WHERE source = $1 AND NOT EXISTS"
    " (SELECT 1 FROM source WHERE name = $1 AND platform = $2 AND scope = $3)";
static const char FORGET_FINDINGS_SQL[] =
    "DELETE FROM finding WHERE source = $1 AND NOT EXISTS"
    " (SELECT 1 FROM source WHERE name = $1 AND platform = $2 AND scope = $3)";
static const char FORGET_HELD_SQL[] =
    "DELETE FROM held_set WHERE source = $1 AND NOT EXISTS"
    " (SELECT 1 FROM source WHERE name = $1 AND platform = $2 AND scope = $3)";
static const char HOLD_SQL[] =
    "INSERT INTO held_set (source, entries) VALUES ($1, $2)"
    " ON CONFLICT (source) DO UPDATE SET entries = excluded.entries";
static const char HELD_SQL[] = "SELECT entries FROM held_set WHERE source = $1";
static const char LET_GO_SQL[] = "DELETE FROM held_set WHERE source = $1";
static const char RESET_SQL[] =
    "UPDATE source SET state = 'new', detail = '', entries = 0, set_hash = 0, failures = 0,"
    " failing_since_ms = 0, last_success_ms = 0, baseline_ms = 0, held_hash = 0,"
    " held_since_ms = 0, discovery = 'none', unseen = '', discovery_detail = '',"
    " discovered_ms = 0, looked_ms = 0, asked_ms = 0, memory = NULL"
    " WHERE name = $1 AND (platform <> $2 OR scope <> $3)";
static const char CONFIGURE_SQL[] =
    "INSERT INTO source (name, active, platform, scope, every_ms, state, due_ms, settings_hash,"
    " kind) VALUES ($1, 1, $2, $3, $4, 'new', $5, $6, $7)"
    " ON CONFLICT (name) DO UPDATE SET active = 1, kind = excluded.kind, platform = "
    "excluded.platform,"
    " scope = excluded.scope, every_ms = excluded.every_ms,"
    " settings_hash = excluded.settings_hash, memory ="
    " CASE WHEN source.settings_hash = excluded.settings_hash THEN source.memory END,"
    " due_ms = CASE WHEN source.settings_hash = excluded.settings_hash"
    " AND source.due_ms < excluded.due_ms + 2 * excluded.every_ms" /* it was spread */
    " THEN source.due_ms ELSE excluded.due_ms END";
static const char GET_SQL[] = "SELECT " COLUMNS " FROM source WHERE name = $1 AND active = 1";
static const char LIST_SQL[] = "SELECT " COLUMNS " FROM source WHERE active = 1 ORDER BY name";
static const char UNLOOKED_SQL[] =
    "SELECT " COLUMNS " FROM source WHERE active = 1 AND platform = $1 AND scope = $2"
    " AND discovery IN ('ok', 'partial', 'failing') AND looked_ms > 0 AND looked_ms < $3";
static const char OWN_SCOPES_SQL[] =
    "SELECT DISTINCT scope FROM source WHERE active = 1 AND kind = 'own' AND platform = $1"
    " AND ($2 = '' OR scope = $2) ORDER BY scope";
static const char PEERS_SQL[] = "UPDATE source SET peers = $2 WHERE name = $1 AND peers <> $2";
static const char UNMERGED_SQL[] =
    "SELECT " COLUMNS " FROM source WHERE active = 1 AND baseline_ms > 0 AND merged_among <> peers"
    " AND NOT EXISTS (SELECT 1 FROM source AS peer WHERE peer.platform = source.platform"
    " AND peer.active = 1 AND peer.baseline_ms = 0) ORDER BY name LIMIT 1";
static const char MERGED_SQL[] = "UPDATE source SET merged_among = peers WHERE name = $1";
static const char SAVE_SQL[] =
    "UPDATE source SET state = $2, detail = $3, entries = $4, set_hash = $5, failures = $6,"
    " last_attempt_ms = $7, last_success_ms = $8, changed_ms = $9, due_ms = $10,"
    " baseline_ms = $11, held_hash = $12, held_since_ms = $13,"
    " failing_since_ms = $14, discovery = $15, unseen = $16, discovery_detail = $17,"
    " discovered_ms = $18, looked_ms = $19, asked_ms = $20, memory = $21 WHERE name = $1";

static const char *const STATE_WORDS[] = {
    [BW_SOURCE_NEW] = "new",
    [BW_SOURCE_OK] = "ok",
    [BW_SOURCE_FAILING] = "failing",
    [BW_SOURCE_HELD] = "held",
};
BW_DEFINE_WORDS(bw_source_state, STATE_WORDS)

static const char *const DISCOVERY_WORDS[] = {
    [BW_DISCOVERS_NOTHING] = "none",        [BW_DISCOVERS_OK] = "ok",
    [BW_DISCOVERS_PARTIAL] = "partial",     [BW_DISCOVERS_REFUSED] = "not-visible",
    [BW_DISCOVERS_FAILING] = "failing",
};
BW_DEFINE_WORDS(bw_source_discovery, DISCOVERY_WORDS)

char *bw_source_discovery_text(const struct bw_source *source)
{
    switch (source->discovery) {
    case BW_DISCOVERS_NOTHING:
        return NULL;
    case BW_DISCOVERS_OK:
        return bw_xstrdup("visible");
    case BW_DISCOVERS_PARTIAL:
        return bw_xstrdup(source->unseen);
    case BW_DISCOVERS_REFUSED:
        return bw_xasprintf("not visible with this key: %s", source->discovery_detail);
    case BW_DISCOVERS_FAILING:
        return bw_xasprintf("not read: %s; keeping the last ones", source->discovery_detail);
    }
    return NULL;
}

void bw_source_clear(struct bw_source *source)
{
    free(source->name);
    free(source->platform);
    free(source->scope);
    free(source->detail);
    free(source->unseen);
    free(source->discovery_detail);
    free(source->memory);
    *source = (struct bw_source){ 0 };
}

void bw_sources_clear(struct bw_sources *sources)
{
    BW_VEC_CLEAR(sources, bw_source_clear);
}

static struct bw_source from_row(struct bw_stmt *row)
{
    struct bw_source source = {
        .name = bw_stmt_text_dup(row, 0),
        .active = bw_stmt_i64(row, 1) != 0,
        .platform = bw_stmt_text_dup(row, 2),
        .scope = bw_stmt_text_dup(row, 3),
        .every_ms = bw_stmt_i64(row, 4),
        .detail = bw_stmt_text_dup(row, 6),
        .entries = bw_stmt_i64(row, 7),
        .set_hash = bw_stmt_i64(row, 8),
        .failures = bw_stmt_i64(row, 9),
        .last_attempt_ms = bw_stmt_i64(row, 10),
        .last_success_ms = bw_stmt_i64(row, 11),
        .changed_ms = bw_stmt_i64(row, 12),
        .due_ms = bw_stmt_i64(row, 13),
        .baseline_ms = bw_stmt_i64(row, 14),
        .held_hash = bw_stmt_i64(row, 15),
        .held_since_ms = bw_stmt_i64(row, 16),
        .failing_since_ms = bw_stmt_i64(row, 17),
        .unseen = bw_stmt_text_dup(row, 20),
        .discovery_detail = bw_stmt_text_dup(row, 21),
        .discovered_ms = bw_stmt_i64(row, 22),
        .looked_ms = bw_stmt_i64(row, 23),
        .asked_ms = bw_stmt_i64(row, 24),
        .memory = bw_stmt_text_dup(row, 25),
    };
    (void)bw_source_state_parse(bw_stmt_text(row, 5), &source.state);
    (void)bw_source_kind_parse(bw_stmt_text(row, 18), &source.kind);
    (void)bw_source_discovery_parse(bw_stmt_text(row, 19), &source.discovery);
    return source;
}

enum bw_err bw_sources_deactivate(struct bw_db *db, struct bw_error *err)
{
    return bw_stmt_run(bw_db_query(db, DEACTIVATE_SQL), err);
}

enum bw_err bw_sources_configure(struct bw_db *db, const char *name, enum bw_source_kind kind,
                                 const char *platform, const char *scope, int64_t every_ms,
                                 uint64_t settings_hash, int64_t now_ms, struct bw_error *err)
{
    static const char *const before[] = { FORGET_SQL, FORGET_FINDINGS_SQL, FORGET_HELD_SQL,
                                         RESET_SQL };
    for (size_t i = 0; i < BW_COUNT(before); i++) {
        struct bw_stmt *anew = bw_db_query(db, before[i]);
        BW_BIND(anew, 1, name);
        BW_BIND(anew, 2, platform);
        BW_BIND(anew, 3, scope);
        enum bw_err rc = bw_stmt_run(anew, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    struct bw_stmt *stmt = bw_db_query(db, CONFIGURE_SQL);
    BW_BIND(stmt, 1, name);
    BW_BIND(stmt, 2, platform);
    BW_BIND(stmt, 3, scope);
    BW_BIND(stmt, 4, every_ms);
    BW_BIND(stmt, 5, now_ms);
    BW_BIND(stmt, 6, (int64_t)settings_hash);
    BW_BIND(stmt, 7, bw_source_kind_word(kind));
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_sources_get(struct bw_db *db, const char *name, struct bw_source *out,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_BIND(row, 1, name);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
    } else if (rc == BW_ERR_NOTFOUND) {
        (void)bw_fail(err, rc, "no source is called '%s'", name);
    }
    return rc;
}

/* The sources of a platform, taken together. */
static uint64_t peers_of(const struct bw_sources *sources, const char *platform)
{
    uint64_t hash = BW_HASH_SEED;
    BW_VEC_EACH(const struct bw_source, source, sources)
    {
        if (strcmp(source->platform, platform) == 0) {
            hash = bw_hash_text(hash, source->name);
            hash = bw_hash_text(hash, bw_source_kind_word(source->kind));
            hash = bw_hash_text(hash, source->scope);
        }
    }
    return hash;
}

enum bw_err bw_sources_note_peers(struct bw_db *db, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    enum bw_err rc = bw_sources_list(db, &sources, err);
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        struct bw_stmt *stmt = bw_db_query(db, PEERS_SQL);
        BW_BIND(stmt, 1, source->name);
        BW_BIND(stmt, 2, (int64_t)peers_of(&sources, source->platform));
        rc = rc == BW_OK ? bw_stmt_run(stmt, err) : rc;
    }
    return rc;
}

enum bw_err bw_sources_unmerged(struct bw_db *db, struct bw_source *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, UNMERGED_SQL);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
    }
    return rc;
}

enum bw_err bw_sources_merged(struct bw_db *db, const char *name, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, MERGED_SQL);
    BW_BIND(stmt, 1, name);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_sources_save(struct bw_db *db, const struct bw_source *source, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SAVE_SQL);
    BW_BIND(stmt, 1, source->name);
    BW_BIND(stmt, 2, bw_source_state_word(source->state));
    BW_BIND(stmt, 3, source->detail == NULL ? "" : source->detail);
    BW_BIND(stmt, 4, source->entries);
    BW_BIND(stmt, 5, source->set_hash);
    BW_BIND(stmt, 6, source->failures);
    BW_BIND(stmt, 7, source->last_attempt_ms);
    BW_BIND(stmt, 8, source->last_success_ms);
    BW_BIND(stmt, 9, source->changed_ms);
    BW_BIND(stmt, 10, source->due_ms);
    BW_BIND(stmt, 11, source->baseline_ms);
    BW_BIND(stmt, 12, source->held_hash);
    BW_BIND(stmt, 13, source->held_since_ms);
    BW_BIND(stmt, 14, source->failing_since_ms);
    BW_BIND(stmt, 15, bw_source_discovery_word(source->discovery));
    BW_BIND(stmt, 16, source->unseen == NULL ? "" : source->unseen);
    BW_BIND(stmt, 17, source->discovery_detail == NULL ? "" : source->discovery_detail);
    BW_BIND(stmt, 18, source->discovered_ms);
    BW_BIND(stmt, 19, source->looked_ms);
    BW_BIND(stmt, 20, source->asked_ms);
    BW_BIND(stmt, 21, source->memory);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_sources_hold(struct bw_db *db, const char *name, const char *entries,
                            struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, entries == NULL ? LET_GO_SQL : HOLD_SQL);
    BW_BIND(stmt, 1, name);
    if (entries != NULL) {
        BW_BIND(stmt, 2, entries);
    }
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_sources_held(struct bw_db *db, const char *name, char **out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, HELD_SQL);
    BW_BIND(row, 1, name);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = bw_stmt_text_dup(row, 0);
    }
    return rc;
}

static enum bw_err from_rows(struct bw_stmt *row, struct bw_sources *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, from_row(row));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_sources_list(struct bw_db *db, struct bw_sources *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, LIST_SQL);
    return from_rows(row, out, err);
}

enum bw_err bw_sources_unlooked(struct bw_db *db, const char *platform, const char *scope,
                                int64_t since_ms, struct bw_sources *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, UNLOOKED_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    BW_BIND(row, 3, since_ms);
    return from_rows(row, out, err);
}

enum bw_err bw_sources_own_scopes(struct bw_db *db, const char *platform, const char *scope,
                                  struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, OWN_SCOPES_SQL);
    BW_BIND(row, 1, platform);
    BW_BIND(row, 2, scope);
    return bw_stmt_names(row, out, err);
}
