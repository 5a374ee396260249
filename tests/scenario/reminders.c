#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/player.h"

#define FLEET(lead)                                                                                \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"       \
    "deployments:\n"                                                                               \
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini, lead_days: " lead "}\n"
#define LIST(more) "{\"id\":\"gpt-5-mini\"" more "}\ngpt-5\no3\n"
#define ENDS(day)                                                                                  \
    ",\"dates\":[{\"clock\":\"inference\",\"at\":\"" day "\",\"firm\":true}]"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin(void)
{
    p = player_new_on_disk(FLEET("2"));
    player_list(p, "openai", LIST(""));
    player_pass(p, BW_HOUR_MS);
}

static void end(void)
{
    player_free(p);
}

TestSuite(reminders, .init = begin, .fini = end);

static int64_t day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

static void list(const char *lines)
{
    player_list(p, "openai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static int reminders_until(const char *until)
{
    player_forget_messages(p);
    player_until(p, day(until));
    return player_messages(p, "ops", "notice.reminder");
}

static void act(const char *action, const char *body)
{
    BW_CLEANUP(bw_freep)
    char *target = bw_xasprintf("/v1/notices/%s/%s",
                                player_field(p, "/v1/notices?state=live", "id"), action);
    bw_json_free(player_ask(p, "POST", target, body));
    cr_assert(eq(int, p->status, 200), "%s", action);
}

Test(reminders, come_as_the_days_run_out_and_every_week_after)
{
    static const struct {
        const char *until;
        int reminders;
    } spans[] = {
        { "2026-03-02T23:00:00Z", 0 }, { "2026-03-03T01:00:00Z", 1 }, /* 90 days */
        { "2026-04-01T23:00:00Z", 0 }, { "2026-04-02T01:00:00Z", 1 }, /* 60 */
        { "2026-05-02T01:00:00Z", 1 }, { "2026-05-18T01:00:00Z", 1 }, /* 30, 14 */
        { "2026-05-25T01:00:00Z", 1 }, { "2026-05-30T23:00:00Z", 0 }, /* 7; the rise tells of 2 */
        { "2026-05-31T01:00:00Z", 1 }, /* 1 */
        { "2026-06-01T01:00:00Z", 0 }, /* it is retired, which says it */
        { "2026-06-23T00:00:00Z", 3 }, /* three weeks overdue */
    };
    list(LIST(ENDS("2026-06-01")));
    for (size_t i = 0; i < BW_COUNT(spans); i++) {
        cr_expect(eq(int, reminders_until(spans[i].until), spans[i].reminders), "%s",
                  spans[i].until);
    }
}

Test(reminders, begin_with_what_is_left_when_the_date_is_first_seen)
{
    player_until(p, day("2026-05-22"));
    list(LIST(ENDS("2026-06-01")));
    cr_expect(eq(int, reminders_until("2026-05-24T23:00:00Z"), 0), "not one for each step behind");
    cr_expect(eq(int, reminders_until("2026-05-25T01:00:00Z"), 1));
}

Test(reminders, that_a_downtime_swallowed_come_once)
{
    list(LIST(ENDS("2026-06-01")));
    player_until(p, day("2026-02-01"));
    player_forget_messages(p);
    p->now_ms = day("2026-05-10");
    player_restart(p);
    player_settle(p);
    cr_expect(eq(int, player_messages(p, "ops", "notice.reminder"), 1));
    cr_expect(eq(int, reminders_until("2026-05-18T01:00:00Z"), 1), "and then as ever");
}

/* Down from half a day before each step until half a day after it, at every hour of the day. */
Test(reminders, no_step_is_missed_by_a_downtime_at_any_hour, .timeout = 120)
{
    static const int64_t steps[] = { 90, 60, 30, 14, 7, 1, 0 };
    const int64_t deadline_ms = day("2026-06-01");
    list(LIST(ENDS("2026-06-01")));
    for (size_t i = 0; i < BW_COUNT(steps); i++) {
        int64_t step_ms = deadline_ms - steps[i] * BW_DAY_MS;
        int64_t down_ms = step_ms - (int64_t)(4 * i + 1) * BW_HOUR_MS / 2;
        player_until(p, down_ms);
        for (int64_t hours = 1; hours <= 24; hours++) {
            player_forget_messages(p);
            p->now_ms = down_ms + hours * BW_HOUR_MS;
            player_restart(p);
            player_settle(p);
            int64_t now_ms = p->now_ms;
            bool passed = now_ms >= step_ms && now_ms - BW_HOUR_MS < step_ms;
            int told = player_messages(p, "ops", "notice.reminder") +
                       player_messages(p, "ops", "notice.updated") +
                       player_messages(p, "ops", "notice.opened");
            cr_expect(eq(int, told > 0, passed), "%d days before, %d hours down", (int)steps[i],
                      (int)hours);
        }
    }
}

Test(reminders, go_on_for_who_has_it_in_hand_and_rest_for_who_has_put_it_off)
{
    list(LIST(ENDS("2026-06-01")));
    act("ack", "{\"reason\":\"on it\"}");
    cr_expect(eq(int, reminders_until("2026-03-03T01:00:00Z"), 1));
    act("snooze", "{\"reason\":\"later\",\"until\":\"2026-05-20\"}");
    cr_expect(eq(int, reminders_until("2026-05-19T01:00:00Z"), 0));
    cr_expect(eq(int, reminders_until("2026-05-25T01:00:00Z"), 1), "awake again");
    act("waive", "{\"reason\":\"it dies anyway\",\"until\":\"2026-12-31\"}");
    cr_expect(eq(int, reminders_until("2026-07-01"), 0));
}

Test(reminders, of_one_deployment_come_once_and_not_for_each_of_its_notices)
{
    list("{\"id\":\"gpt-5-mini\"" ENDS("2026-06-01") "}\ngpt-5\no3\ngpt-5.1-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a&state=live"), 2));
    cr_expect(eq(int, reminders_until("2026-03-03T01:00:00Z"), 1));
}

Test(reminders, a_superseded_notice_hands_on_who_has_it_in_hand)
{
    list(LIST("") "gpt-5.1-mini\n");
    act("ack", "{\"reason\":\"on it\"}");
    list(LIST("") "gpt-5.1-mini\ngpt-5.2-mini\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "candidate"), "gpt-5.2-mini");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "state"), "acknowledged");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a&state=superseded"), 1));
}
