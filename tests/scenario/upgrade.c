/* tests/scenario/upgrade.c: a database as each earlier version of the program left it is opened by
 * this one: what it holds is kept, and work goes on from there. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/str.h"
#include "support/player.h"

extern const struct bw_embedded bw_schema_files[];

static const char CONFIG[] =
    "sources:\n  - {name: openai, plugin: openai, every: 6h, url: 'https://api.openai.com/v1'}\n"
    "sinks:\n  - {name: ops, plugin: webhook, url: 'https://ops.example/h', secret: {file: k}}\n";

/* What somebody had: two deployments on one base, one matter in hand, one message under way. All of
 * it fits the first step; no step may change what it says. */
static const char FIRST_ROWS[] =
    "UPDATE instance SET id = 'of-old';"
    "INSERT INTO source (name, active, platform, scope, every_ms, state, entries, baseline_ms,"
    " last_success_ms, due_ms) VALUES ('openai', 1, 'openai', '', 21600000, 'ok', 2, 5, 5, 5);"
    "INSERT INTO entry (source, id, hash, body, first_seen_ms, changed_ms) VALUES"
    " ('openai', 'gpt-5-mini', 1, '{\"id\":\"gpt-5-mini\"}', 5, 5),"
    " ('openai', 'gpt-5.1-mini', 2, '{\"id\":\"gpt-5.1-mini\"}', 5, 5);"
    "INSERT INTO model (platform, scope, id, lineage, body, sources, first_seen_ms) VALUES"
    " ('openai', '', 'gpt-5-mini', '', '{\"id\":\"gpt-5-mini\"}', '[\"openai\"]', 5),"
    " ('openai', '', 'gpt-5.1-mini', '', '{\"id\":\"gpt-5.1-mini\"}', '[\"openai\"]', 5);"
    "INSERT INTO cohort (id, platform, scope, base, technique, policy_hash, policy, members, state,"
    " candidate) VALUES (3, 'openai', '', 'gpt-5-mini', 'prompt', 7,"
    " '{\"kinds\":[\"snapshot\",\"minor\",\"major\"]}', 2, 'stale', 'gpt-5.1-mini');"
    "INSERT INTO deployment (cohort, name, origin, owner, hash, body) VALUES"
    " (3, 'chat', 'api', 'web', 1, '{\"name\":\"chat\",\"technique\":\"prompt\",\"platform\":"
    "\"openai\",\"model\":\"gpt-5-mini\",\"owner\":\"web\"}'),"
    " (3, 'desk', 'api', 'ops', 2, '{\"name\":\"desk\",\"technique\":\"prompt\",\"platform\":"
    "\"openai\",\"model\":\"gpt-5-mini\",\"owner\":\"ops\"}');"
    "INSERT INTO notice (id, matter, subject, kind, state, live, severity, owner, platform, base,"
    " candidate, relation, via, opened_ms, updated_ms, summary) VALUES (9, 'succession', 'chat',"
    " 'swap', 'acknowledged', 1, 'plan', 'web', 'openai', 'gpt-5-mini', 'gpt-5.1-mini', 'minor',"
    " 'line', 5, 6, 'a summary of old');"
    "INSERT INTO notice_event (notice, at_ms, event, from_state, to_state, actor, reason) VALUES"
    " (9, 6, 'acknowledged', 'open', 'acknowledged', 'uid:1000', 'we know');"
    "INSERT INTO sink (name, active) VALUES ('ops', 1);"
    "INSERT INTO delivery (sink, message_id, type, subject, notice, body, state, due_ms,"
    " created_ms) VALUES ('ops', 'msg_of_old', 'io.basewatch.notice.opened', 'chat', 9,"
    " '{\"type\":\"io.basewatch.notice.opened\"}', 'pending', 5, 5);"
    "INSERT INTO item (sink, owner, notice) VALUES ('ops', 'web', 9);"
    "INSERT INTO summed (notice, sink) VALUES (9, 'ops');";

static sqlite3 *open_file(const char *path)
{
    sqlite3 *db = NULL;
    cr_assert(eq(int, sqlite3_open(path, &db), SQLITE_OK));
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    cr_assert(eq(int, sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK), "%s: %s", sql, why);
}

/* The rows of a query, as text. Ownership: the caller's. */
static char *ask(sqlite3 *db, const char *sql)
{
    struct bw_str out = { 0 };
    sqlite3_stmt *row = NULL;
    cr_assert(eq(int, sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK), "%s: %s", sql,
              sqlite3_errmsg(db));
    bw_str_append(&out, "");
    while (sqlite3_step(row) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(row); i++) {
            const char *text = (const char *)sqlite3_column_text(row, i);
            bw_str_appendf(&out, "%s%s", i == 0 ? "" : "|", text == NULL ? "NULL" : text);
        }
        bw_str_append(&out, "\n");
    }
    (void)sqlite3_finalize(row);
    return bw_str_take(&out);
}

/* A row in each table that has none: whatever later steps have added. */
static void fill_the_rest(sqlite3 *db)
{
    BW_CLEANUP(bw_freep)
    char *inserts = ask(db, "SELECT 'INSERT INTO ' || t.name || ' SELECT ' ||"
                            " (SELECT group_concat(CASE type WHEN 'TEXT' THEN quote('x')"
                            " WHEN 'REAL' THEN '0.5' ELSE '1' END)"
                            " FROM pragma_table_info(t.name)) || ' WHERE NOT EXISTS"
                            " (SELECT 1 FROM ' || t.name || ');' FROM sqlite_schema AS t"
                            " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'");
    run(db, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    run(db, inserts);
}

/* Each table of then, with the columns of then; sets that are held back have a table of their own
 * now. Ownership: the caller's. */
static char *selects_of(sqlite3 *db)
{
    return ask(db, "SELECT 'SELECT ' || (SELECT group_concat(name) FROM pragma_table_info(t.name)"
                   " WHERE name NOT IN ('held_set', 'fan_hold_ms'))" /* fan-outs wait no longer */
                   " || ' FROM ' || t.name || ' ORDER BY 1, 2' FROM sqlite_schema AS t"
                   " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
                   " AND t.name <> 'summed' ORDER BY t.name"); /* whose rows are in `told` now */
}

/* Ownership: the caller's. */
static char *contents(const char *path, const char *selects)
{
    struct bw_str out = { 0 };
    sqlite3 *db = open_file(path);
    BW_CLEANUP(bw_freep) char *copy = bw_xstrdup(selects);
    for (char *select = strtok(copy, "\n"); select != NULL; select = strtok(NULL, "\n")) {
        BW_CLEANUP(bw_freep) char *rows = ask(db, select);
        cr_expect(ne(chr, rows[0], '\0'), "no rows to keep: %s", select);
        bw_str_appendf(&out, "%s\n%s", select, rows);
    }
    (void)sqlite3_close(db);
    return bw_str_take(&out);
}

/* A folder with the database that a program of so many steps has left. Ownership: the caller's. */
static char *leave_database(int steps, bool rest, char **selects)
{
    char *folder = bw_xstrdup("/tmp/basewatch-upgrade-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/basewatch.db", folder);
    sqlite3 *db = open_file(path);
    for (int i = 0; i < steps; i++) {
        run(db, bw_schema_files[i].text);
        if (i == 0) {
            run(db, FIRST_ROWS);
        }
    }
    if (rest) {
        fill_the_rest(db);
    }
    BW_CLEANUP(bw_freep) char *version = bw_xasprintf("PRAGMA user_version = %d", steps);
    run(db, version);
    *selects = selects_of(db);
    (void)sqlite3_close(db);
    return folder;
}

Test(upgrade, every_step_keeps_every_row_of_those_before_it)
{
    for (int steps = 1; steps < bw_db_schema_version(); steps++) {
        BW_CLEANUP(bw_freep) char *selects = NULL;
        BW_CLEANUP(bw_freep) char *folder = leave_database(steps, true, &selects);
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/basewatch.db", folder);
        BW_CLEANUP(bw_freep) char *before = contents(path, selects);
        struct bw_db *db = NULL;
        struct bw_error err = { 0 };
        enum bw_err rc = bw_db_open(path, &db, &err);
        cr_assert(eq(int, (int)rc, BW_OK), "from step %d: %s", steps, err.text);
        bw_db_free(db);
        BW_CLEANUP(bw_freep) char *after = contents(path, selects);
        cr_expect(eq(str, after, before), "from step %d", steps);
        cr_expect(eq(int, unlink(path), 0));
        cr_expect(eq(int, rmdir(folder), 0));
    }
}

static const char *field(struct player *p, const char *target, const char *name)
{
    return player_field(p, target, name);
}

static void goes_on(struct player *p, int steps)
{
    player_configure(p, CONFIG);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2), "from step %d", steps);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/desk", "state"), "stale"));
    cr_expect(eq(str, (char *)field(p, "/v1/notices?deployment=chat", "state"), "acknowledged"));
    cr_expect(eq(i64, player_sql(p, "SELECT sum(live) FROM notice_total"),
                 player_sql(p, "SELECT count(*) FROM notice WHERE live = 1")));
    cr_assert(gt(sz, p->messages.count, 0));
    cr_expect(eq(str, p->messages.items[0].id, "msg_of_old"));
    player_list(p, "openai", "gpt-5-mini\ngpt-5.1-mini\ngpt-5.4-mini\n");
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/chat", "candidate"), "gpt-5.4-mini"));
    cr_expect(eq(str, (char *)field(p, "/v1/notices?deployment=chat", "state"), "superseded"),
              "the notice of old, from step %d", steps);
}

Test(upgrade, work_goes_on_from_every_step)
{
    for (int steps = 1; steps < bw_db_schema_version(); steps++) {
        BW_CLEANUP(bw_freep) char *selects = NULL;
        char *folder = leave_database(steps, false, &selects);
        BW_CLEANUP(player_freep) struct player *p = player_new_in(CONFIG, folder);
        player_list(p, "openai", "gpt-5-mini\ngpt-5.1-mini\n");
        player_settle(p);
        goes_on(p, steps);
    }
}
