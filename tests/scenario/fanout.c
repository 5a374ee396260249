#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define BASE "gpt-5-mini\ngpt-5\no3\n"

/* A fleet of that many on gpt-5-mini, owned by ten teams. Ownership: the caller's. */
static char *fleet(int members)
{
    struct bw_str yaml = { 0 };
    bw_str_append(&yaml, "sources:\n  - {name: openai, plugin: openai, every: 6h,"
                         " url: 'https://api.openai.com/v1'}\n"
                         "sinks:\n  - {name: ops, plugin: webhook, url: 'https://ops.example/h',"
                         " secret: {file: k}}\n"
                         "deployments:\n");
    for (int i = 0; i < members; i++) {
        bw_str_appendf(&yaml,
                       "  - {name: d%05d, technique: prompt, platform: openai, model: gpt-5-mini,"
                       " owner: team-%d}\n",
                       i, i % 10);
    }
    return bw_str_take(&yaml);
}

Test(fanout, five_thousand_members_are_told_chunk_by_chunk)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(5000);
    BW_CLEANUP(player_freep) struct player *p = player_new(yaml);
    player_list(p, "openai", BASE);
    player_settle(p);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_find_sink(p, "ops")->silent = true;
    player_pass(p, 7 * BW_HOUR_MS);
    int64_t steps = p->steps;
    cr_expect(gt(i64, steps, 25), "it takes more than one transaction");
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE state = 'open'"), 5000));
    cr_expect(eq(i64, player_sql(p, "SELECT count(DISTINCT subject) FROM notice"), 5000));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM delivery"), 5000));
    player_settle(p);
    cr_expect(eq(i64, p->steps, steps), "and then it rests");
}

/* The source lists these now; the members of its cohort are told as far as one step goes. */
static void list_in_one_step(struct player *p, const char *ids)
{
    struct bw_event polled = { .type = BW_EVENT_POLLED };
    player_list(p, "openai", ids);
    polled.polled.source = bw_xstrdup("openai");
    polled.polled.outcome = BW_POLL_LISTED;
    BW_VEC_EACH(const struct bw_entry, entry, &player_source(p, "openai")->entries)
    {
        BW_VEC_PUSH(&polled.polled.entries, bw_entry_copy(entry));
    }
    player_step(p, &polled);
}

Test(fanout, a_release_writes_cohorts_and_not_deployments)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(1000);
    BW_CLEANUP(player_freep) struct player *p = player_new(yaml);
    player_list(p, "openai", BASE);
    player_settle(p);
    p->now_ms += 7 * BW_HOUR_MS;
    struct bw_event timer = { .type = BW_EVENT_TIMER };
    player_step(p, &timer); /* asks for the poll */
    list_in_one_step(p, BASE "gpt-5.4-mini\n");
    cr_expect(eq(i64, player_sql(p, "SELECT members FROM cohort WHERE state = 'stale'"), 1000));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 100), "one chunk");
}

Test(fanout, a_release_while_a_first_list_is_told_is_an_event_for_each_of_its_matters)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(1000);
    BW_CLEANUP(player_freep) struct player *p = player_new(yaml);
    list_in_one_step(p, BASE "gpt-5.1-mini\n");
    int64_t told = player_sql(p, "SELECT count(*) FROM notice");
    cr_assert(lt(i64, told, 1000), "it is still under way");
    p->now_ms += BW_SECOND_MS;
    list_in_one_step(p, BASE "gpt-5.1-mini\ngpt-5.4-mini\n");
    player_settle(p);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE live = 1"
                                    " AND candidate = 'gpt-5.4-mini'"), 1000));
    cr_expect(eq(i64, player_sql(p, "SELECT count(DISTINCT n.id) FROM notice AS n"
                                    " JOIN delivery AS d ON d.notice = n.id WHERE n.live = 1"
                                    " AND d.type = 'io.basewatch.notice.opened'"), 1000));
}

/* A release while the process dies after the commit of step number crash_at; 0: it lives. The steps
 * it took are returned. */
static int64_t play(const char *yaml, int64_t crash_at)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(yaml);
    p->crash_at = crash_at;
    player_list(p, "openai", BASE);
    player_settle(p);
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_pass(p, 7 * BW_HOUR_MS);
    int64_t steps = p->steps;
    player_list(p, "openai", BASE "gpt-5.4-mini\n"); /* a new process looks at everything again */
    player_pass(p, BW_DAY_MS);

    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE live = 1"), 30));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 30), "crash %d",
              (int)crash_at);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice_event"), 30));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM delivery"), 30));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM delivery WHERE state = 'delivered'"),
                 30));
    struct bw_names told = { 0 }; /* subject and id, borrowed */
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        const char *subject = bw_json_text(bw_json_get(message->body, "subject"), "");
        bool again = false;
        for (size_t i = 0; i < told.count; i += 2) {
            bool same = strcmp(told.items[i], subject) == 0;
            again = again || same;
            bool one_id = !same || strcmp(told.items[i + 1], message->id) == 0;
            cr_expect(one_id, "%s was told under two ids", subject);
        }
        if (!again) {
            BW_VEC_PUSH(&told, (char *)subject);
            BW_VEC_PUSH(&told, message->id);
        }
    }
    cr_expect(eq(sz, told.count, 60), "crash %d: every deployment was told of", (int)crash_at);
    free(told.items);
    return steps;
}

/* A first list that finds all of them behind: one summary an owner, whenever the process dies. */
static int64_t play_baseline(const char *yaml, int64_t crash_at)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(yaml);
    p->crash_at = crash_at;
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_settle(p);
    int64_t steps = p->steps;
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice"), 30), "crash %d",
              (int)crash_at);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM delivery"), 10), "crash %d",
              (int)crash_at);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM delivery WHERE state = 'delivered'"),
                 10));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM item"), 0));
    return steps;
}

Test(fanout, a_crash_during_the_first_list_still_gives_each_owner_one_summary, .timeout = 250)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(30);
    int64_t steps = play_baseline(yaml, 0);
    for (int64_t at = 1; at <= steps; at++) {
        (void)play_baseline(yaml, at);
    }
}

Test(fanout, a_crash_after_any_event_loses_nothing_and_repeats_no_notice, .timeout = 250)
{
    BW_CLEANUP(bw_freep) char *yaml = fleet(30);
    int64_t steps = play(yaml, 0);
    cr_assert(gt(i64, steps, 30));
    for (int64_t at = 1; at <= steps; at++) {
        (void)play(yaml, at);
    }
}
