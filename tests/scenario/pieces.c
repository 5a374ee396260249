/* tests/scenario/pieces.c: long work is done a piece a transaction; whoever asks is answered
 * between two of them, and whoever dies goes on where it was. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define BASE "gpt-5-mini\ngpt-5\no3\n"
#define SOURCE                                                                                     \
    "sources:\n  - {name: openai, plugin: openai, every: 6h, url: 'https://api.openai.com/v1'}\n"  \
    "sinks:\n  - {name: ops, plugin: webhook, url: 'https://ops.example/h', secret: {file: k}}\n"

/* Ownership: the caller's. */
static char *fleet(int from, int to)
{
    struct bw_str yaml = { 0 };
    bw_str_append(&yaml, SOURCE "deployments:\n");
    for (int i = from; i < to; i++) {
        bw_str_appendf(&yaml, "  - {name: d%05d, technique: prompt, platform: openai,"
                              " model: gpt-5-mini, owner: web}\n", i);
    }
    return bw_str_take(&yaml);
}

/* Ownership: the caller's. */
static char *lines(int count, const char *last)
{
    struct bw_str out = { 0 };
    for (int i = 0; i < count; i++) {
        bw_str_appendf(&out, "{\"name\":\"i%05d\",\"technique\":\"prompt\",\"platform\":\"openai\","
                             "\"model\":\"gpt-5-mini\",\"owner\":\"team-%d\"}\n", i, i % 7);
    }
    bw_str_append(&out, last);
    return bw_str_take(&out);
}

static int64_t deployments(struct player *p)
{
    return player_sql(p, "SELECT count(*) FROM deployment");
}

static void tick(struct player *p)
{
    struct bw_event timer = { .type = BW_EVENT_TIMER };
    player_step(p, &timer);
}

Test(pieces, a_long_configuration_comes_in_and_goes_piece_by_piece)
{
    BW_CLEANUP(bw_freep) char *many = fleet(0, 1000);
    BW_CLEANUP(bw_freep) char *others = fleet(990, 1990);
    BW_CLEANUP(player_freep) struct player *p = player_new(many);
    cr_expect(lt(i64, deployments(p), 1000));
    cr_expect(gt(i64, deployments(p), 0));
    player_settle(p);
    cr_expect(eq(i64, deployments(p), 1000));
    player_configure(p, others);
    cr_expect(eq(i64, deployments(p), 1000));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM deployment WHERE name >= 'd00990'"),
                 1000));
    cr_expect(eq(i64, player_sql(p, "SELECT sum(members) FROM cohort"), 1000));
}

Test(pieces, a_configuration_that_was_cut_short_is_taken_by_the_next_start)
{
    BW_CLEANUP(bw_freep) char *many = fleet(0, 1000);
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(many);
    tick(p);
    cr_expect(lt(i64, deployments(p), 1000));
    player_restart(p);
    player_settle(p);
    cr_expect(eq(i64, deployments(p), 1000));
}

Test(pieces, an_import_lets_others_be_answered)
{
    BW_CLEANUP(bw_freep) char *body = lines(1500, "\n  \n");
    BW_CLEANUP(player_freep) struct player *p = player_new(SOURCE);
    player_list(p, "openai", BASE);
    player_settle(p);
    uint64_t import = player_send(p, "POST", "/v1/deployments/import", body);
    tick(p);
    tick(p);
    uint64_t status = player_send(p, "GET", "/v1/status", "");
    cr_expect(ne(ptr, (void *)player_reply(p, status), NULL));
    cr_expect(eq(ptr, (void *)player_reply(p, import), NULL));
    player_settle(p);
    const struct player_reply *done = player_reply(p, import);
    cr_assert(ne(ptr, (void *)done, NULL));
    cr_expect(eq(int, done->status, 200));
    cr_expect(eq(i64, (int64_t)bw_json_i64(bw_json_get(done->body, "imported"), 0), 1500));
    cr_expect(eq(i64, deployments(p), 1500));
}

Test(pieces, an_import_that_is_refused_at_its_end_leaves_nothing_behind)
{
    BW_CLEANUP(bw_freep) char *body = lines(1500, "{\"name\":\"last\"}");
    BW_CLEANUP(player_freep) struct player *p = player_new(SOURCE);
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer = player_ask(p, "POST", "/v1/deployments/import", body);
    cr_expect(eq(int, p->status, 400));
    const char *detail = bw_json_text(bw_json_get(answer, "detail"), "");
    cr_expect(eq(int, strncmp(detail, "line 1501: ", 11), 0), "%s", detail);
    cr_expect(eq(i64, deployments(p), 0));
}

Test(pieces, what_is_imported_behind_a_release_is_told_once)
{
    BW_CLEANUP(bw_freep) char *body = lines(300, "");
    BW_CLEANUP(player_freep) struct player *p = player_new(SOURCE);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_settle(p);
    for (int times = 0; times < 2; times++) {
        player_do(p, "POST", "/v1/deployments/import", body);
        cr_expect(eq(int, p->status, 200));
    }
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE state = 'open'"), 300));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 7), "one an owner");
}

Test(pieces, a_card_about_many_is_gathered_piece_by_piece_and_lists_the_worst)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(0, 1200);
    BW_CLEANUP(player_freep) struct player *p = player_new(yaml);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_settle(p);
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE state = 'open'"), 1200));
    cr_assert(eq(int, player_messages(p, "ops", NULL), 1), "one card");
    const struct bw_json *data = bw_json_get(p->messages.items[0].body, "data");
    cr_expect(eq(i64, (int64_t)bw_json_i64(bw_json_get(data, "count"), 0), 1200));
    const struct bw_json *row = bw_json_first(bw_json_get(data, "notices"));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(row, "deployment"), ""), "d00000"));
    int listed = 0;
    for (; row != NULL; row = bw_json_next(row)) {
        listed++;
    }
    cr_expect(eq(int, listed, 20));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM told"), 1200));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM item"), 0));
}

/* A poll has brought many models. */
static void bring(struct player *p, int count)
{
    struct bw_str many = { 0 };
    bw_str_append(&many, BASE "gpt-5.4-mini\n");
    for (int i = 0; i < count; i++) {
        bw_str_appendf(&many, "filler-%04d\n", i);
    }
    player_list(p, "openai", many.text);
    bw_str_clear(&many);
    struct bw_event event = { .type = BW_EVENT_POLLED };
    event.polled.source = bw_xstrdup("openai");
    event.polled.outcome = BW_POLL_LISTED;
    BW_VEC_EACH(const struct bw_entry, entry, &player_source(p, "openai")->entries)
    {
        BW_VEC_PUSH(&event.polled.entries, bw_entry_copy(entry));
    }
    player_step(p, &event);
}

/* How many models the answer to a question lists that was asked just now; -1: there is none yet. */
static int models_seen(struct player *p)
{
    int count = 0;
    const struct player_reply *reply = player_reply(p, player_send(p, "GET", "/v1/models", ""));
    if (reply == NULL) {
        return -1;
    }
    const struct bw_json *row = bw_json_first(bw_json_get(reply->body, "models"));
    for (; row != NULL; row = bw_json_next(row)) {
        count++;
    }
    return count;
}

Test(pieces, a_long_list_is_seen_whole_or_not_at_all_and_others_are_answered)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(0, 3);
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(yaml);
    player_list(p, "openai", BASE);
    player_settle(p);
    bring(p, 900);
    cr_expect(eq(int, models_seen(p), 3));
    uint64_t test = player_send(p, "POST", "/v1/sinks/ops/test", "");
    tick(p);
    cr_expect(eq(ptr, (void *)player_reply(p, test), NULL), "what writes waits for its end");
    cr_expect(eq(int, models_seen(p), 3));
    player_settle(p);
    cr_assert(ne(ptr, (void *)player_reply(p, test), NULL));
    cr_expect(eq(int, player_reply(p, test)->status, 200));
    cr_expect(eq(int, models_seen(p), 904));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE live = 1"), 3));
}

Test(pieces, a_list_that_was_cut_short_has_left_nothing)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(0, 3);
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(yaml);
    player_list(p, "openai", BASE);
    player_settle(p);
    bring(p, 900);
    tick(p);
    player_list(p, "openai", BASE);
    player_restart(p);
    player_settle(p);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM model"), 3));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 0));
    bring(p, 900);
    player_settle(p);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM model"), 904));
}

/* Another version places models anew; some are somewhere else until it has done so. */
static void misplace(struct player *p)
{
    static const char *const sql[] = { "UPDATE model SET lineage = 'else/where'",
                                       "UPDATE instance SET rules_hash = 1" };
    for (size_t i = 0; i < BW_COUNT(sql); i++) {
        enum bw_err rc = bw_stmt_run(bw_db_query(p->db, sql[i]), &p->err);
        cr_assert(eq(int, (int)rc, BW_OK));
    }
}

Test(pieces, models_are_placed_anew_page_by_page_and_nothing_is_judged_meanwhile)
{
    static const char LEFT[] = "SELECT count(*) FROM model WHERE lineage = 'else/where'";
    struct bw_str many = { 0 };
    bw_str_append(&many, BASE "gpt-5.4-mini\n");
    for (int i = 0; i < 700; i++) {
        bw_str_appendf(&many, "filler-%03d\n", i);
    }
    BW_CLEANUP(bw_freep) char *yaml = fleet(0, 3);
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(yaml);
    player_list(p, "openai", many.text);
    bw_str_clear(&many);
    player_settle(p);
    misplace(p);
    player_restart(p);
    int64_t left = player_sql(p, LEFT);
    cr_expect(lt(i64, left, 704));
    cr_expect(gt(i64, left, 0));
    player_restart(p); /* it goes on from its cursor */
    cr_expect(lt(i64, player_sql(p, LEFT), left));
    cr_expect(gt(i64, player_sql(p, LEFT), 0));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM cohort WHERE state = 'stale'"), 1));
    player_settle(p);
    cr_expect(eq(i64, player_sql(p, LEFT), 0));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 3));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE state = 'open'"), 3));
}

#define OTHER_ACCOUNT                                                                              \
    "sources:\n  - {name: openai, plugin: openai, every: 6h, url: 'https://api.openai.com/v1',"    \
    " account: prod}\npolicy: {previews: true}\n"

static int64_t members(struct player *p)
{
    return player_sql(p, "SELECT sum(members) FROM cohort");
}

Test(pieces, stored_deployments_meet_another_configuration_and_every_step_counts_each_once)
{
    static const char MOVED[] = "SELECT count(*) FROM deployment JOIN cohort ON id = cohort"
                                " WHERE scope = 'prod' AND policy LIKE '%\"previews\":true%'";
    BW_CLEANUP(bw_freep) char *body = lines(1100, "");
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(SOURCE);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_do(p, "POST", "/v1/deployments/import", body);
    player_settle(p);
    struct bw_event configure = { .type = BW_EVENT_CONFIGURE,
                                  .configure = player_settings(OTHER_ACCOUNT) };
    bw_settings_free(p->settings);
    p->settings = bw_settings_share(configure.configure);
    player_step(p, &configure);
    int64_t moved = player_sql(p, MOVED);
    cr_expect(gt(i64, moved, 0));
    player_restart(p); /* it goes on from its cursor, with the next piece */
    cr_expect(eq(i64, player_sql(p, MOVED), 2 * moved));
    for (int steps = 0; player_sql(p, MOVED) < 1100; steps++) {
        cr_assert(lt(int, steps, 11));
        cr_expect(eq(i64, members(p), 1100));
        tick(p);
    }
    player_source(p, "openai")->same = false;
    player_settle(p);
    cr_expect(eq(i64, members(p), 1100));
    cr_expect(eq(i64, player_sql(p, "SELECT members FROM cohort WHERE state = 'stale'"
                                    " AND members > 0"), 1100));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE live = 1"), 1100));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 1100), "nothing opened twice");
}
