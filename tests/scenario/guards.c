#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
static const char FLEET[] = SOURCES
    "deployments:\n"
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini, owner: web}\n";
#define BASE "gpt-5-mini\n"
#define REST "gpt-5\ngpt-5-nano\no3\no3-pro\no4-mini\n"
static const char GOOD[] = BASE REST;

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "openai", GOOD);
    player_pass(p, BW_HOUR_MS);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(guards, .init = begin, .fini = end);

#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static const char *source(const char *name)
{
    return player_field(p, "/v1/sources/openai", name);
}

static void list(const char *lines)
{
    player_list(p, "openai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static void expect_held(const char *why, int entries)
{
    EQ_STR(source("state"), "held");
    cr_expect(ne(ptr, strstr(source("detail"), why), NULL), "%s", source("detail"));
    cr_expect(eq(int, atoi(source("entries")), entries), "the last good set stays");
    EQ_STR(player_field(p, "/v1/notices?kind=source-failing&state=live", "source"), "openai");
    cr_expect(eq(int, player_messages(p, "ops", "source.failing"), 1));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1));
}

static void expect_let_through(void)
{
    EQ_STR(source("state"), "ok");
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=source-failing&state=live"), 0));
    cr_expect(eq(int, player_messages(p, "ops", "source.recovered"), 1));
}

Test(guards, an_empty_list_is_held_back_however_long_it_stays)
{
    list("");
    expect_held("fell from 6 to 0", 6);
    player_pass(p, 5 * BW_DAY_MS);
    expect_held("fell from 6 to 0", 6);
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "unknown");
    list(GOOD);
    expect_let_through();
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
}

Test(guards, a_shrink_of_more_than_two_fifths_is_held_back)
{
    list(BASE "gpt-5\no3\no3-pro\n");
    EQ_STR(source("state"), "ok");
    list(BASE "gpt-5\n");
    expect_held("fell from 4 to 2", 4);
}

Test(guards, a_list_without_a_base_in_use_is_held_back)
{
    list(REST);
    expect_held("no longer has gpt-5-mini", 6);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 0));
}

#define NOT_SOONER(id, day)                                                                        \
    "{\"id\":\"" id "\",\"dates\":[{\"clock\":\"inference\",\"firm\":false,\"at\":\"" day "\"}]}\n"

Test(guards, a_passed_day_that_was_not_sooner_than_declares_no_end)
{
    list(NOT_SOONER("gpt-5-mini", "2025-12-01") REST);
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
    list(REST);
    expect_held("no longer has gpt-5-mini", 6);
}

Test(guards, an_operator_may_accept_it)
{
    list(REST);
    bw_json_free(player_ask(p, "POST", "/v1/sources/openai/accept", ""));
    cr_expect(eq(int, p->status, 200));
    expect_let_through();
    EQ_STR(source("entries"), "5");
    bw_json_free(player_ask(p, "POST", "/v1/sources/openai/accept", ""));
    cr_expect(eq(int, p->status, 409));
    bw_json_free(player_ask(p, "POST", "/v1/sources/nobody/accept", ""));
    cr_expect(eq(int, p->status, 404));
}

Test(guards, the_same_set_for_a_day_is_accepted)
{
    list(REST);
    player_pass(p, 16 * BW_HOUR_MS);
    EQ_STR(source("state"), "held");
    player_pass(p, 14 * BW_HOUR_MS);
    expect_let_through();
    EQ_STR(source("entries"), "5");
}

Test(guards, a_set_that_keeps_changing_stays_held)
{
    for (int i = 0; i < 10; i++) {
        list(i % 2 == 0 ? REST : REST "o5\n");
    }
    EQ_STR(source("state"), "held");
    cr_expect(eq(int, player_messages(p, "ops", "source.failing"), 1));
}

Test(guards, the_old_set_again_lets_go_of_the_held_one)
{
    list(REST);
    list(GOOD);
    expect_let_through();
    bw_json_free(player_ask(p, "POST", "/v1/sources/openai/accept", ""));
    cr_expect(eq(int, p->status, 409));
}

Test(guards, what_was_declared_to_end_may_leave)
{
#define ENDS "\"dates\":[{\"clock\":\"inference\",\"at\":\"2026-01-02\",\"firm\":true}]"
    list("{\"id\":\"gpt-5-mini\"," ENDS "}\n{\"id\":\"o3\"," ENDS "}\n{\"id\":\"o3-pro\"," ENDS "}\n"
         "gpt-5\ngpt-5-nano\no4-mini\n");
    player_pass(p, 2 * BW_DAY_MS);
    player_forget_messages(p);
    list("gpt-5\ngpt-5-nano\no4-mini\n");
    EQ_STR(source("state"), "ok");
    EQ_STR(source("entries"), "3");
    cr_expect(eq(int, player_messages(p, "ops", "source.failing"), 0));
}

Test(guards, what_is_here_under_another_name_has_not_left)
{
    list(REST "{\"id\":\"gpt-5-mini-2025-08-07\",\"aliases\":[\"gpt-5-mini\"]}\n");
    EQ_STR(source("state"), "ok");
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
}

Test(guards, a_source_that_fails_is_told_of_after_hours_and_only_then)
{
    player_fail(p, "openai", "the server says 500");
    player_pass(p, 9 * BW_HOUR_MS); /* it was due again after six */
    EQ_STR(source("state"), "failing");
    EQ_STR(source("detail"), "the server says 500");
    cr_expect(eq(int, player_count(p, "/v1/notices"), 0));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
    EQ_STR(player_field(p, "/v1/deployments/a", "confidence"), "confirmed");
    player_pass(p, 6 * BW_HOUR_MS);
    EQ_STR(player_field(p, "/v1/notices?state=live", "kind"), "source-failing");
    EQ_STR(player_field(p, "/v1/deployments/a", "confidence"), "unconfirmed");
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
    player_pass(p, 3 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "unknown");
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1), "told once");
    list(GOOD);
    expect_let_through();
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
    EQ_STR(player_field(p, "/v1/deployments/a", "confidence"), "confirmed");
}

Test(guards, a_source_that_never_answered_is_told_of_too)
{
    player_free(p);
    p = player_new(FLEET);
    player_fail(p, "openai", "the server says 401");
    player_pass(p, 12 * BW_HOUR_MS);
    EQ_STR(source("state"), "failing");
    EQ_STR(player_field(p, "/v1/notices?state=live", "kind"), "source-failing");
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "unknown");
    EQ_STR(player_field(p, "/v1/deployments/a", "confidence"), "none");
}

Test(guards, failing_polls_come_sooner_at_first_and_never_before_they_were_asked_for)
{
    player_fail(p, "openai", "busy");
    int before = player_source(p, "openai")->polls;
    player_pass(p, 6 * BW_HOUR_MS + 30 * BW_MINUTE_MS);
    cr_expect(ge(int, player_source(p, "openai")->polls, before + 4));
    cr_expect(le(int, player_source(p, "openai")->polls, before + 8));
    player_source(p, "openai")->retry_after_ms = 2 * BW_DAY_MS;
    player_pass(p, 2 * BW_HOUR_MS);
    before = player_source(p, "openai")->polls;
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_source(p, "openai")->polls, before));
}

Test(guards, a_first_list_that_is_empty_is_no_baseline)
{
    player_free(p);
    p = player_new(FLEET);
    player_list(p, "openai", "");
    player_pass(p, 3 * BW_HOUR_MS);
    EQ_STR(source("state"), "failing");
    EQ_STR(source("detail"), "it lists no model at all");
    list(GOOD);
    EQ_STR(source("state"), "ok");
}

Test(guards, a_base_that_left_is_told_of_after_a_day_and_three_lists)
{
    list(REST);
    bw_json_free(player_ask(p, "POST", "/v1/sources/openai/accept", ""));
    player_forget_messages(p);
    player_pass(p, 20 * BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 0));
    player_pass(p, 6 * BW_HOUR_MS);
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "kind"), "base-unlisted");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "severity"), "plan");
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
    list(GOOD);
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "state"), "cancelled");
}

Test(guards, with_rare_polls_three_lists_take_longer_than_a_day)
{
    player_configure(p,
                     "sources:\n  - {name: openai, plugin: openai, every: 20h,"
                     " url: 'https://api.openai.com/v1'}\n"
                     "deployments:\n  - {name: a, technique: prompt, platform: openai,"
                     " model: gpt-5-mini}\n");
    player_list(p, "openai", REST);
    player_pass(p, 22 * BW_HOUR_MS);
    bw_json_free(player_ask(p, "POST", "/v1/sources/openai/accept", ""));
    cr_expect(eq(int, p->status, 200));
    player_pass(p, 26 * BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 0), "two lists so far");
    player_pass(p, 24 * BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a&state=live"), 1));
}

Test(guards, after_a_week_of_downtime_the_same_list_confirms_the_old_state)
{
    player_free(p);
    p = player_new_on_disk(FLEET);
    player_list(p, "openai", GOOD);
    player_pass(p, BW_HOUR_MS);
    player_source(p, "openai")->hangs = true;
    p->now_ms += 7 * BW_DAY_MS;
    player_restart(p);
    player_settle(p);
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "unknown");
    player_list(p, "openai", GOOD);
    player_source(p, "openai")->hangs = false;
    player_settle(p);
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
}

Test(guards, a_source_that_sees_another_platform_starts_anew)
{
    static const char moved[] =
        "sources:\n"
        "  - {name: openai, plugin: openai, platform: acme, url: 'https://acme.example/v1'}\n"
        "deployments:\n"
        "  - {name: a, technique: prompt, platform: acme, model: gpt-5-mini}\n";
    player_source(p, "openai")->hangs = true;
    player_configure(p, moved);
    EQ_STR(source("state"), "new");
    EQ_STR(source("entries"), "0");
    player_list(p, "openai", GOOD);
    player_source(p, "openai")->hangs = false;
    player_settle(p);
    EQ_STR(source("state"), "ok");
    EQ_STR(player_field(p, "/v1/deployments/a", "state"), "current");
}
