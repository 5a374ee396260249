#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
static const char FLEET[] = SOURCES
    "deployments:\n"
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini, lead_days: 30}\n";
#define LIST(more) "{\"id\":\"gpt-5-mini\"" more "}\ngpt-5\no3\n"
#define ENDS(day, firm)                                                                            \
    ",\"dates\":[{\"clock\":\"inference\",\"at\":\"" day "\",\"firm\":" firm "}]"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin(void)
{
    p = player_new_on_disk(FLEET);
    player_list(p, "openai", LIST(""));
    player_pass(p, BW_HOUR_MS);
}

static void end(void)
{
    player_free(p);
}

TestSuite(deadlines, .init = begin, .fini = end);

static void list(const char *lines)
{
    player_list(p, "openai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static int64_t day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

static const char *notice(const char *name)
{
    return player_field(p, "/v1/notices?deployment=a&state=live", name);
}

static const char *deployment(const char *name)
{
    return player_field(p, "/v1/deployments/a", name);
}

Test(deadlines, a_firm_date_makes_it_retiring_and_then_retired)
{
    list(LIST(ENDS("2026-06-01", "true")));
    EQ_STR(deployment("state"), "retiring");
    EQ_STR(deployment("serve_until"), "2026-06-01");
    EQ_STR(notice("kind"), "deprecated");
    EQ_STR(notice("severity"), "info");
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
    player_until(p, day("2026-06-02"));
    EQ_STR(deployment("state"), "retired");
    EQ_STR(notice("kind"), "retired");
    EQ_STR(notice("severity"), "overdue");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 1), "one matter, one notice");
}

Test(deadlines, severity_rises_on_the_day_that_the_lead_time_says)
{
    static const struct {
        const char *until;
        const char *severity;
    } rises[] = {
        { "2026-04-01T23:59:00Z", "info" }, { "2026-04-02T00:01:00Z", "plan" },
        { "2026-05-01T23:59:00Z", "plan" }, { "2026-05-02T00:01:00Z", "act" },
        { "2026-05-31T23:59:00Z", "act" },  { "2026-06-01T00:01:00Z", "overdue" },
    };
    list(LIST(ENDS("2026-06-01", "true")));
    player_forget_messages(p);
    for (size_t i = 0; i < BW_COUNT(rises); i++) {
        player_until(p, day(rises[i].until));
        cr_expect(eq(str, (char *)notice("severity"), (char *)rises[i].severity), "%s",
                  rises[i].until);
    }
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 3), "one message a step");
    cr_expect(eq(int, player_messages(p, NULL, NULL),
                 3 + player_messages(p, "ops", "notice.reminder")));
}

Test(deadlines, what_came_while_the_daemon_was_down_is_caught_up)
{
    list(LIST(ENDS("2026-06-01", "true")));
    p->now_ms = day("2026-05-10");
    player_forget_messages(p);
    player_restart(p);
    player_settle(p);
    EQ_STR(notice("severity"), "act");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1));
    p->now_ms = day("2026-07-01");
    player_restart(p);
    player_settle(p);
    EQ_STR(deployment("state"), "retired");
    EQ_STR(notice("kind"), "retired");
}

Test(deadlines, the_clock_runs_on_while_the_source_fails)
{
    list(LIST(ENDS("2026-06-01", "true")));
    player_fail(p, "openai", "gone away");
    player_until(p, day("2026-06-02"));
    EQ_STR(deployment("state"), "retired");
    EQ_STR(deployment("confidence"), "unconfirmed");
    EQ_STR(notice("severity"), "overdue");
}

Test(deadlines, a_date_that_is_no_promise_is_no_deadline)
{
    list(LIST(ENDS("2026-03-01", "false")));
    EQ_STR(deployment("state"), "current");
    player_until(p, day("2026-03-02"));
    EQ_STR(deployment("state"), "current");
    cr_expect(eq(int, player_count(p, "/v1/notices"), 0));
}

Test(deadlines, a_date_that_moves_is_told)
{
    list(LIST(ENDS("2026-06-01", "true")));
    player_forget_messages(p);
    list(LIST(ENDS("2026-09-01", "true")));
    EQ_STR(notice("serve_until"), "2026-09-01");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1), "of the move itself");
    EQ_STR(player_field(p, "/v1/notices?kind=date-changed&state=live", "summary"),
           "a: openai has moved a date: the end of its base: 2026-09-01, not 2026-06-01");
    player_until(p, day("2026-06-15"));
    EQ_STR(notice("severity"), "info");
    EQ_STR(player_field(p, "/v1/notices?kind=date-changed", "state"), "resolved");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 1), "news for a month");
}

Test(deadlines, a_date_that_is_withdrawn_cancels_its_notice_and_is_told)
{
    list(LIST(ENDS("2026-06-01", "true")));
    player_forget_messages(p);
    list(LIST(""));
    EQ_STR(deployment("state"), "current");
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated", "state"), "cancelled");
    cr_expect(eq(int, player_messages(p, "ops", "notice.resolved"), 1));
    EQ_STR(player_field(p, "/v1/notices?state=live", "kind"), "date-changed");
    EQ_STR(player_field(p, "/v1/notices?state=live", "summary"),
           "a: openai has moved a date: the end of its base: is open again, not 2026-06-01");
    player_forget_messages(p);
    list(LIST(ENDS("2026-10-01", "true")));
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated&state=live", "serve_until"), "2026-10-01");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1), "the old notice lives again");
}

Test(deadlines, a_source_that_fails_makes_what_it_said_unconfirmed_and_silences_no_deadline)
{
    list(LIST(ENDS("2026-06-01", "true")));
    EQ_STR(notice("confidence"), "confirmed");
    player_fail(p, "openai", "no route");
    player_forget_messages(p);
    player_until(p, day("2026-03-03"));
    EQ_STR(notice("confidence"), "unconfirmed");
    cr_expect(eq(int, player_messages(p, "ops", "notice.reminder"), 1), "90 days left all the same");
}

static void move(const char *id, const char *action, const char *body)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s/%s", id, action);
    bw_json_free(player_ask(p, "POST", target, body));
    cr_assert(eq(int, p->status, 200), "%s", target);
}

Test(deadlines, a_waiver_is_listed_until_its_end_also_when_there_is_nothing_left_to_waive)
{
    list(LIST(ENDS("2026-12-01", "true")));
    move("1", "waive", "{\"until\":\"2026-08-01\",\"reason\":\"it goes away in July\"}");
    EQ_STR(player_field(p, "/v1/waivers", "used"), "true");
    EQ_STR(player_field(p, "/v1/waivers", "decision"), "waived");
    EQ_STR(player_field(p, "/v1/waivers", "reason"), "it goes away in July");
    EQ_STR(player_field(p, "/v1/waivers", "actor"), "uid:1000");
    list(LIST(""));
    EQ_STR(player_field(p, "/v1/waivers", "used"), "false");
    EQ_STR(player_field(p, "/v1/waivers", "notice_state"), "cancelled");
    player_forget_messages(p);
    list(LIST(ENDS("2026-12-01", "true")));
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated", "state"), "waived");
    EQ_STR(player_field(p, "/v1/waivers", "used"), "true");
    EQ_STR(player_field(p, "/v1/waivers", "actor"), "uid:1000");
    cr_expect(eq(int, player_messages(p, "ops", NULL), 0), "the decision stands");
    player_until(p, day("2026-08-02"));
    cr_expect(eq(int, player_count(p, "/v1/waivers"), 0));
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated", "state"), "open");
}

Test(deadlines, who_reopens_a_notice_ends_the_waiver)
{
    list(LIST(ENDS("2026-12-01", "true")));
    move("1", "snooze", "{\"until\":\"2026-08-01\",\"reason\":\"later\"}");
    EQ_STR(player_field(p, "/v1/waivers", "decision"), "snoozed");
    move("1", "reopen", "{\"reason\":\"now\"}");
    cr_expect(eq(int, player_count(p, "/v1/waivers"), 0));
    player_until(p, day("2026-08-02"));
    EQ_STR(notice("state"), "open");
}

Test(deadlines, who_reopens_a_notice_hears_once_how_pressing_it_is_by_now)
{
    list(LIST(ENDS("2026-06-01", "true")));
    EQ_STR(notice("severity"), "info");
    move("1", "resolve", "{\"reason\":\"done\"}");
    player_until(p, day("2026-05-10"));
    player_forget_messages(p);
    move("1", "reopen", "{\"reason\":\"not done\"}");
    EQ_STR(notice("severity"), "act");
    player_pass(p, BW_HOUR_MS);
    cr_assert(eq(int, player_messages(p, "ops", NULL), 1));
    EQ_STR(bw_json_text(bw_json_get(bw_json_get(p->messages.items[0].body, "data"), "severity"), ""),
           "act");
}

Test(deadlines, a_snooze_that_ends_during_a_downtime_is_told_once_with_what_is_so_by_then)
{
    list(LIST(ENDS("2026-06-01", "true")));
    move("1", "snooze", "{\"until\":\"2026-02-20\",\"reason\":\"later\"}");
    player_forget_messages(p);
    p->now_ms = day("2026-05-10");
    player_restart(p);
    player_settle(p);
    cr_assert(eq(int, player_messages(p, "ops", NULL), 1));
    EQ_STR(bw_json_text(bw_json_get(bw_json_get(p->messages.items[0].body, "data"), "severity"), ""),
           "act");
}

Test(deadlines, a_swap_that_is_required_is_offered_whatever_the_policy)
{
    player_configure(p, SOURCES
                     "policy: {min_age: 365d, kinds: [snapshot], previews: false}\n"
                     "deployments:\n"
                     "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n");
    list(LIST("") "gpt-5.4-mini\n");
    EQ_STR(deployment("candidate"), "");
    list(LIST(ENDS("2026-06-01", "true")) "gpt-5.4-mini\n");
    EQ_STR(deployment("candidate"), "gpt-5.4-mini");
    EQ_STR(player_field(p, "/v1/notices?kind=swap&state=live", "serve_until"), "2026-06-01");
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated&state=live", "candidate"), "gpt-5.4-mini");
}

Test(deadlines, a_deprecation_with_a_successor_is_one_message)
{
    list(LIST(ENDS("2026-06-01", "true")) "gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 2));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
}

Test(deadlines, a_snooze_ends_by_itself_and_a_waiver_too)
{
    list(LIST(ENDS("2026-12-01", "true")));
    char target[80];
    (void)snprintf(target, sizeof(target), "/v1/notices/%s/snooze", notice("id"));
    bw_json_free(player_ask(p, "POST", target, "{\"until\":\"2026-02-01\",\"reason\":\"later\"}"));
    cr_expect(eq(int, p->status, 200));
    EQ_STR(notice("state"), "snoozed");
    player_until(p, day("2026-02-01") - 1);
    EQ_STR(notice("state"), "snoozed");
    player_until(p, day("2026-02-01") + 1);
    EQ_STR(notice("state"), "open");
    (void)snprintf(target, sizeof(target), "/v1/notices/%s/waive", notice("id"));
    bw_json_free(player_ask(p, "POST", target, "{\"until\":\"2026-11-20\",\"reason\":\"no\"}"));
    player_forget_messages(p);
    player_until(p, day("2026-11-19"));
    EQ_STR(notice("state"), "waived");
    EQ_STR(notice("severity"), "act");
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0), "who waived is left alone");
    player_until(p, day("2026-11-21"));
    EQ_STR(notice("state"), "open");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1));
}

Test(deadlines, a_fine_tune_heeds_the_day_that_training_ends)
{
    player_configure(p, SOURCES
                     "deployments:\n"
                     "  - {name: a, technique: fine-tuned, platform: openai, lead_days: 30,\n"
                     "     model: 'ft:gpt-5-mini:acme::9xYz'}\n");
    list(LIST(",\"dates\":[{\"clock\":\"training\",\"at\":\"2026-04-01\",\"firm\":true},"
              "{\"clock\":\"inference\",\"at\":\"2026-12-01\",\"firm\":true}]"));
    EQ_STR(notice("train_by"), "2026-04-01");
    EQ_STR(notice("serve_until"), "2026-12-01");
    player_until(p, day("2026-03-03"));
    EQ_STR(notice("severity"), "act");
}
