#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "support/player.h"

static const char FLEET[] =
    "sources:\n"
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
    "sinks:\n"
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
    "deployments:\n"
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n";
#define BASE "gpt-5-mini\ngpt-5\no3\n"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static char folder[64];
static char path[96];
static struct bw_error err;

static void begin(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-store-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)snprintf(path, sizeof(path), "%s/basewatch.db", folder);
}

static void end(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    (void)chmod(folder, 0700);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(store_failures, .init = begin, .fini = end);

static void run_sql(const char *sql)
{
    BW_CLEANUP(bw_db_freep) struct bw_db *db = NULL;
    cr_assert(eq(int, bw_db_open(path, &db, &err), BW_OK), "%s", err.text);
    cr_assert(eq(int, bw_stmt_run(bw_db_query(db, sql), &err), BW_OK), "%s", err.text);
}

static void write_file(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(eq(sz, fwrite(bytes, 1, size, file), size));
    cr_assert(eq(int, fclose(file), 0));
}

/* Opening says so, and the file is as it was. */
static void refused(enum bw_err code, const char *says)
{
    struct bw_db *db = NULL;
    BW_CLEANUP(bw_freep) char *before = NULL;
    BW_CLEANUP(bw_freep) char *after = NULL;
    size_t size = 0;
    size_t size_after = 0;
    cr_assert(eq(int, bw_file_read(path, 1 << 24, &before, &size, NULL), BW_OK));
    cr_expect(eq(int, bw_db_open(path, &db, &err), code), "%s", err.text);
    cr_expect(eq(ptr, db, NULL));
    cr_expect(ne(ptr, strstr(err.text, says), NULL), "%s", err.text);
    cr_expect(ne(ptr, strstr(err.text, path), NULL), "%s", err.text);
    cr_assert(eq(int, bw_file_read(path, 1 << 24, &after, &size_after, NULL), BW_OK));
    cr_assert(eq(sz, size, size_after));
    cr_expect(eq(int, memcmp(before, after, size), 0));
}

Test(store_failures, a_database_from_the_future_is_refused_politely)
{
    run_sql("PRAGMA user_version = 99");
    refused(BW_ERR_NEWER, "schema version 99");
}

Test(store_failures, what_is_no_database_is_refused)
{
    char bytes[8192];
    memset(bytes, 'x', sizeof(bytes));
    write_file(bytes, sizeof(bytes));
    refused(BW_ERR_STORE, "file is not a database");
}

Test(store_failures, a_database_of_another_program_is_refused)
{
    run_sql("PRAGMA user_version = 0");
    refused(BW_ERR_STORE, "another program");
}

Test(store_failures, a_folder_that_is_missing_or_is_in_the_place_of_the_file_is_named)
{
    struct bw_db *db = NULL;
    cr_expect(eq(int, bw_db_open("/tmp/basewatch-is-not-there/basewatch.db", &db, &err),
                 BW_ERR_STORE));
    cr_expect(ne(ptr, strstr(err.text, "/tmp/basewatch-is-not-there/basewatch.db"), NULL));
    cr_expect(eq(int, bw_db_open(folder, &db, &err), BW_ERR_STORE));
    cr_expect(ne(ptr, strstr(err.text, "unable to open"), NULL), "%s", err.text);
}

Test(store_failures, a_damaged_page_is_an_error_and_no_crash)
{
    run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    BW_CLEANUP(bw_freep) char *bytes = NULL;
    size_t size = 0;
    cr_assert(eq(int, bw_file_read(path, 1 << 24, &bytes, &size, NULL), BW_OK));
    cr_assert(gt(sz, size, 20000));
    memset(bytes + 4096, 0xa5, size - 4096);
    write_file(bytes, size);
    struct bw_db *db = NULL;
    enum bw_err rc = bw_db_open(path, &db, &err);
    if (rc == BW_OK) {
        int64_t live = 0;
        rc = bw_stmt_one_i64(bw_db_query(db, "SELECT count(*) FROM notice"), 0, &live, &err);
    }
    cr_expect(eq(int, rc, BW_ERR_STORE));
    cr_expect(ne(ptr, strstr(err.text, "malformed"), NULL), "%s", err.text);
    bw_db_free(db);
}

Test(store_failures, a_folder_that_may_only_be_read_is_an_error_at_once)
{
    run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    cr_assert(eq(int, chmod(path, 0444), 0));
    cr_assert(eq(int, chmod(folder, 0555), 0));
    uid_t nobody = 65534;
    if (geteuid() == 0) {
        cr_assert(eq(int, seteuid(nobody), 0)); /* root may write everywhere */
    }
    struct bw_db *db = NULL;
    enum bw_err rc = bw_db_open(path, &db, &err);
    if (getuid() == 0) {
        cr_assert(eq(int, seteuid(0), 0));
    }
    cr_expect(eq(int, rc, BW_ERR_STORE));
    cr_expect(gt(sz, strlen(err.text), strlen(path)), "%s", err.text);
    bw_db_free(db);
}

/* ---- the disk is full while it runs ---- */

static void disk_full(bool full)
{
    struct rlimit limit;
    cr_assert(eq(int, getrlimit(RLIMIT_FSIZE, &limit), 0));
    limit.rlim_cur = full ? 4096 : limit.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));
}

Test(store_failures, a_release_seen_while_the_disk_is_full_is_told_when_there_is_room)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(FLEET);
    player_list(p, "openai", BASE);
    player_pass(p, BW_HOUR_MS);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");

    disk_full(true);
    p->may_fail = true;
    player_pass(p, 7 * BW_HOUR_MS);
    bw_json_free(player_ask(p, "GET", "/v1/status", ""));
    cr_expect(eq(int, p->status, 200), "who only asks is answered");
    cr_expect(eq(int, player_count(p, "/v1/notices"), 0));
    bw_json_free(player_ask(p, "POST", "/v1/deployments",
                            "{\"name\":\"b\",\"platform\":\"openai\",\"model\":\"o3\"}"));
    cr_expect(eq(int, p->status, 503));
    uint64_t poll = player_send(p, "POST", "/v1/sources/poll", "");
    player_settle(p);
    int64_t steps = p->steps;
    player_pass(p, BW_MINUTE_MS);
    cr_expect(le(i64, p->steps - steps, 15), "it is patient");

    disk_full(false);
    p->may_fail = false;
    player_pass(p, BW_MINUTE_MS);
    EQ_STR(player_field(p, "/v1/notices?state=live", "candidate"), "gpt-5.4-mini");
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=delivered"), 1));
    cr_expect(ne(ptr, (void *)player_reply(p, poll), NULL));
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
    EQ_STR(player_field(p, "/v1/sources/openai", "state"), "ok");
}

Test(store_failures, an_arrival_that_could_not_be_noted_is_noted_later_and_not_sent_again)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(FLEET);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_find_sink(p, "ops")->silent = true;
    player_settle(p);
    cr_assert(eq(int, player_messages(p, NULL, NULL), 1));
    disk_full(true);
    p->may_fail = true;
    struct bw_event arrived = bw_event_of_result(&(struct bw_delivered){ .delivery_id = 1 }, 0);
    player_step(p, &arrived);
    cr_expect(eq(int, (int)p->last, BW_ERR_STORE));
    player_pass(p, BW_HOUR_MS);
    disk_full(false);
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1));
    EQ_STR(player_field(p, "/v1/deliveries", "state"), "delivered");
}

Test(store_failures, a_reload_while_the_disk_is_full_holds_when_there_is_room)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(FLEET);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_settle(p);
    disk_full(true);
    p->may_fail = true;
    BW_CLEANUP(bw_str_clear) struct bw_str more = { 0 };
    bw_str_append(&more, FLEET);
    bw_str_append(&more, "  - {name: b, technique: rag, platform: openai, model: gpt-5-mini}\n");
    player_step(p, &(struct bw_event){ .type = BW_EVENT_CONFIGURE,
                                       .configure = player_settings(more.text) });
    disk_full(false);
    p->may_fail = false;
    player_pass(p, BW_MINUTE_MS);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=b"), 1));
}
