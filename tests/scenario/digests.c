/* Cards, digests and quiet hours: who hears what at which hour, and that what is settled meanwhile
 * is not told. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "support/player.h"

#define CHAT(more) "  - {name: chat, plugin: slack, url: 'https://chat.example/x'" more "}\n"
#define HOOK(more)                                                                                 \
    "  - {name: hook, plugin: webhook, url: 'https://ops.example/x', secret: {file: k}" more "}\n"
#define EVENING ", zone: Europe/Berlin, quiet: {from: '18:00', to: '08:00', days: [sat, sun]}"
#define MONDAYS ", zone: Europe/Berlin, digest: {at: '09:00', days: [mon]}"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static int64_t day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

/* Four prompt deployments of owner web on gpt-5-mini, tagged by their number, known for a day. */
static void begin(const char *sinks)
{
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        cr_skip("no time zone database here");
    }
    BW_CLEANUP(bw_str_clear) struct bw_str yaml = { 0 };
    bw_str_appendf(&yaml,
                   "sources:\n"
                   "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 1h}\n"
                   "sinks:\n%sdeployments:\n",
                   sinks);
    for (int i = 0; i < 4; i++) {
        bw_str_appendf(&yaml,
                       "  - {name: d%d, technique: %s, platform: openai, model: gpt-5-mini,"
                       " owner: web, lead_days: 10, tags: [t%d, all]}\n",
                       i, i == 3 ? "rag" : "prompt", i);
    }
    p = player_new(yaml.text);
    player_list(p, "openai", "gpt-5-mini\n");
    player_pass(p, BW_DAY_MS);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(digests, .fini = end);

static void list_at(const char *when, const char *lines)
{
    player_until(p, day(when));
    player_list(p, "openai", lines);
    player_pass(p, 2 * BW_HOUR_MS);
}

static void retire_at(const char *when, const char *end_day)
{
    BW_CLEANUP(bw_freep) char *lines = bw_xasprintf(
        "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\",\"at\":\"%s\",\"firm\":true}]}\n",
        end_day);
    list_at(when, lines);
}

static const struct player_message *message(size_t number)
{
    cr_assert(gt(sz, p->messages.count, number));
    return &p->messages.items[number];
}

static const char *told_at(size_t number)
{
    static char text[BW_INSTANT_TEXT];
    return bw_instant_format(message(number)->at_ms, text);
}

static const char *type_of(size_t number)
{
    return bw_json_text(bw_json_get(message(number)->body, "type"), "") + strlen("io.basewatch.");
}

static const char *said(size_t number, const char *member)
{
    return bw_json_text(bw_json_get(bw_json_get(message(number)->body, "data"), member), "");
}

static void act(int id, const char *action)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%d/%s", id, action);
    bw_json_free(player_ask(p, "POST", target, "{\"reason\":\"done\"}"));
    cr_assert(eq(int, p->status, 200), "%s", target);
}

Test(digests, what_can_wait_comes_after_the_quiet_hours)
{
    begin(CHAT(EVENING) HOOK(EVENING));
    list_at("2026-01-07T20:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n"); /* a Wednesday */
    cr_expect(eq(sz, p->messages.count, 0));
    player_until(p, day("2026-01-09"));
    cr_assert(eq(sz, p->messages.count, 5), "a card and four notices");
    for (size_t i = 0; i < 5; i++) {
        EQ_STR(told_at(i), "2026-01-08T07:00:00Z");
    }
}

Test(digests, a_weekend_is_quiet_as_a_whole)
{
    begin(CHAT(EVENING));
    list_at("2026-01-09T18:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n"); /* a Friday evening */
    player_until(p, day("2026-01-13"));
    cr_assert(eq(sz, p->messages.count, 1));
    EQ_STR(told_at(0), "2026-01-12T07:00:00Z");
}

Test(digests, what_has_to_begin_now_comes_at_any_hour)
{
    begin(CHAT(EVENING) HOOK(EVENING));
    retire_at("2026-01-07T20:00:00Z", "2026-01-12");
    cr_assert(eq(sz, p->messages.count, 5));
    EQ_STR(said(0, "severity"), "act");
    cr_expect(lt(i64, message(0)->at_ms, day("2026-01-07T22:00:00Z")));
}

Test(digests, what_waits_for_morning_goes_with_what_cannot)
{
    begin(HOOK(EVENING));
    retire_at("2026-01-07T20:00:00Z", "2026-06-12");
    cr_expect(eq(sz, p->messages.count, 0));
    retire_at("2026-01-07T22:00:00Z", "2026-01-12");
    cr_assert(eq(sz, p->messages.count, 12), "opened, updated, and that the date has moved");
    size_t updated = 0;
    while (strcmp(type_of(updated), "notice.updated") != 0) {
        updated++;
    }
    bool before = false;
    for (size_t i = 0; i < updated; i++) {
        before = before || strcmp(said(i, "id"), said(updated, "id")) == 0;
    }
    cr_expect(before, "in order");
}

Test(digests, the_end_of_a_base_silences_what_waits_about_its_successor)
{
    begin(HOOK(EVENING));
    list_at("2026-01-07T20:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    cr_expect(eq(sz, p->messages.count, 0));
    list_at("2026-01-07T22:00:00Z",
            "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\",\"at\":\"2026-06-12\","
            "\"firm\":true}]}\ngpt-5.1-mini\n");
    player_until(p, day("2026-01-09"));
    cr_assert(eq(sz, p->messages.count, 4));
    EQ_STR(said(0, "kind"), "deprecated");
}

Test(digests, a_week_is_one_message_an_owner)
{
    begin(CHAT(MONDAYS));
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    act(1, "ack");
    list_at("2026-01-08T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\ngpt-5.2-mini\n");
    cr_expect(eq(sz, p->messages.count, 0));
    player_until(p, day("2026-01-20"));
    cr_assert(eq(sz, p->messages.count, 1));
    EQ_STR(told_at(0), "2026-01-12T08:00:00Z");
    EQ_STR(type_of(0), "notice.opened");
    EQ_STR(said(0, "summary"), "4 deployments of web are behind a newer base");
}

Test(digests, of_mixed_news_says_what_is_what)
{
    begin(CHAT(MONDAYS));
    retire_at("2026-01-07T10:00:00Z", "2026-03-15");
    player_until(p, day("2026-01-13"));
    player_forget_messages(p);
    bw_json_free(player_ask(p, "POST", "/v1/notices/1/snooze",
                            "{\"reason\":\"later\",\"until\":\"2026-01-16\"}"));
    player_until(p, day("2026-01-20"));
    cr_assert(eq(sz, p->messages.count, 1), "sixty days are left for the others, one is awake");
    EQ_STR(type_of(0), "notice.digest");
    EQ_STR(said(0, "summary"), "4 notices of web: 1 changed, 3 come nearer");
    const struct bw_json *rows =
        bw_json_get(bw_json_get(message(0)->body, "data"), "notices");
    EQ_STR(bw_json_text(bw_json_get(bw_json_first(rows), "what"), ""), "updated");
}

Test(digests, what_is_settled_before_the_digest_is_never_told)
{
    begin(CHAT(MONDAYS));
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    for (int id = 1; id <= 4; id++) {
        act(id, "resolve");
    }
    player_until(p, day("2026-01-20"));
    cr_expect(eq(sz, p->messages.count, 0));
}

Test(digests, a_restart_keeps_what_waits_for_its_hour)
{
    begin(HOOK(MONDAYS));
    player_free(BW_TAKE(p));
    p = player_new_on_disk("sources:\n"
                           "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1'}\n"
                           "sinks:\n" CHAT(MONDAYS) "deployments:\n"
                           "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n");
    player_list(p, "openai", "gpt-5-mini\ngpt-5.1-mini\n");
    player_pass(p, BW_HOUR_MS);
    player_restart(p);
    player_until(p, day("2026-01-20"));
    cr_assert(eq(sz, p->messages.count, 1));
    EQ_STR(told_at(0), "2026-01-05T08:00:00Z");
}

/* ---- without either ---- */

Test(digests, who_has_just_heard_hears_of_what_can_wait_ten_days_later)
{
    begin(CHAT(""));
    player_pass(p, 20 * BW_DAY_MS);
    list_at("2026-02-02T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    cr_expect(eq(sz, p->messages.count, 1), "on the day it happens");
    int64_t first_ms = message(0)->at_ms;
    list_at("2026-02-04T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\ngpt-5.2-mini\n");
    player_until(p, day("2026-03-01"));
    cr_assert(eq(sz, p->messages.count, 2));
    cr_expect(eq(i64, message(1)->at_ms, first_ms + 10 * BW_DAY_MS));
}

Test(digests, what_waits_is_told_before_a_deadline_and_goes_with_what_cannot_wait)
{
    begin(CHAT(", pause: 1w"));
    list_at("2026-02-02T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    player_forget_messages(p);
    list_at("2026-02-03T10:00:00Z",
            "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\",\"at\":\"2026-02-15\","
            "\"firm\":true}]}\ngpt-5.1-mini\n");
    cr_expect(eq(sz, p->messages.count, 0));
    player_until(p, day("2026-02-05T12:00:00Z"));
    cr_assert(eq(sz, p->messages.count, 1), "now its work has to begin");
    EQ_STR(type_of(0), "notice.opened");
    EQ_STR(said(0, "summary"), "4 deployments of web rest on a deprecated base; 4 pressing");
}

Test(digests, what_a_person_does_is_told_to_programs_alone)
{
    begin(CHAT(", pause: 0s") HOOK(""));
    list_at("2026-02-02T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    player_forget_messages(p);
    act(1, "ack");
    act(2, "resolve");
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, "hook", NULL), 2));
    cr_expect(eq(int, player_messages(p, "chat", NULL), 0));
}

/* ---- checked again before it is sent ---- */

static void refuse_until(const char *when)
{
    player_sink(p, "chat", BW_DELIVERY_RETRY, 0);
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    cr_expect(gt(sz, p->messages.count, 0), "it was tried");
    player_until(p, day(when));
    player_forget_messages(p);
}

Test(digests, a_card_whose_notices_were_settled_stays_at_home)
{
    begin(CHAT(""));
    refuse_until("2026-01-08");
    for (int id = 1; id <= 4; id++) {
        act(id, "resolve");
    }
    player_forget_messages(p);
    player_sink(p, "chat", BW_DELIVERY_DONE, 0);
    player_until(p, day("2026-01-12"));
    EQ_STR(player_field(p, "/v1/deliveries", "state"), "withdrawn");
    for (size_t i = 0; i < p->messages.count; i++) {
        EQ_STR(type_of(i), "notice.resolved");
    }
}

Test(digests, a_card_of_which_some_were_settled_is_written_anew)
{
    begin(CHAT(""));
    refuse_until("2026-01-08");
    act(1, "resolve");
    act(2, "resolve");
    player_sink(p, "chat", BW_DELIVERY_DONE, 0);
    player_until(p, day("2026-01-12"));
    bool seen = false;
    for (size_t i = 0; i < p->messages.count; i++) {
        bool opened = message(i)->outcome == BW_DELIVERY_DONE &&
                      strcmp(type_of(i), "notice.opened") == 0;
        if (opened) {
            EQ_STR(said(i, "summary"), "2 deployments of web are behind a newer base");
        }
        seen = seen || opened;
    }
    cr_expect(seen);
}

Test(digests, a_card_of_which_one_is_left_tells_of_that_one)
{
    begin(CHAT(", digest: {at: '09:00'}, quiet: {from: '09:00', to: '08:59'}"));
    player_find_sink(p, "chat")->silent = false;
    refuse_until("2026-01-10");
    act(1, "resolve");
    act(2, "resolve");
    act(4, "resolve");
    player_sink(p, "chat", BW_DELIVERY_DONE, 0);
    player_until(p, day("2026-01-15"));
    bool seen = false;
    for (size_t i = 0; i < p->messages.count; i++) {
        seen = seen || (message(i)->outcome == BW_DELIVERY_DONE &&
                        strcmp(said(i, "deployment"), "d2") == 0 &&
                        strcmp(type_of(i), "notice.opened") == 0);
    }
    cr_expect(seen);
}

/* ---- routes ---- */

Test(digests, tags_and_techniques_route_too)
{
    begin(HOOK(", only: {tags: ['t1', 't2']}") CHAT(", only: {techniques: [rag]}"));
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    cr_expect(eq(int, player_messages(p, "hook", NULL), 2));
    cr_assert(eq(int, player_messages(p, "chat", NULL), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?technique=rag"), 1));
    for (size_t i = 0; i < p->messages.count; i++) {
        if (bw_str_equal(message(i)->sink, "chat")) {
            EQ_STR(said(i, "deployment"), "d3");
            EQ_STR(said(i, "technique"), "rag");
        }
    }
}

Test(digests, minimal_detail_tells_no_model_no_date_and_no_money)
{
    begin(HOOK(", detail: minimal"));
    retire_at("2026-01-07T10:00:00Z", "2026-02-12");
    cr_assert(eq(sz, p->messages.count, 4));
    BW_CLEANUP(bw_freep) char *text = bw_json_print(message(0)->body);
    cr_expect(eq(ptr, strstr(text, "gpt"), NULL), "%s", text);
    cr_expect(eq(ptr, strstr(text, "2026-02-12"), NULL), "%s", text);
    EQ_STR(said(0, "deployment"), "d0");
    EQ_STR(said(0, "severity"), "info");
}

/* ---- sinks that fail ---- */

Test(digests, a_sink_that_takes_nothing_is_told_through_another_one)
{
    begin(CHAT("") HOOK(""));
    player_sink(p, "chat", BW_DELIVERY_RETRY, 0);
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, "hook", "sink.failing"), 1));
    cr_expect(eq(int, player_messages(p, "chat", "sink.failing"), 0));
    EQ_STR(player_field(p, "/v1/notices?kind=sink-failing&state=live", "sink"), "chat");
    player_sink(p, "chat", BW_DELIVERY_DONE, 0);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, "hook", "sink.recovered"), 1));
    EQ_STR(player_field(p, "/v1/notices?kind=sink-failing", "state"), "resolved");
}

Test(digests, a_sink_that_refuses_or_is_gone_is_told_at_once)
{
    begin(CHAT("") HOOK(""));
    player_sink(p, "chat", BW_DELIVERY_REFUSED, 0);
    list_at("2026-01-07T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\n");
    cr_expect(eq(int, player_messages(p, "hook", "sink.failing"), 1));
    player_sink(p, "hook", BW_DELIVERY_DISABLED, 0);
    list_at("2026-01-08T10:00:00Z", "gpt-5-mini\ngpt-5.1-mini\ngpt-5.2-mini\n");
    cr_expect(eq(int, player_messages(p, "chat", "sink.failing"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=sink-failing&state=live"), 2));
    player_configure(p, "sources:\n"
                        "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1'}\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=sink-failing&state=live"), 0),
              "they are no longer configured");
}
