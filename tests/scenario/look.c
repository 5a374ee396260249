/* Another look at the account before people hear of a fine-tune: whatever is to be said waits for it,
 * for a while, and is not said to who has retrained already. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

/* The account is listed once a month: the polls between are looks that somebody has asked for. */
#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 30d}\n"           \
    "  - {name: ends, plugin: modeldeprecations, platform: openai, every: 30d,"                    \
    " url: 'https://feed.example'}\n"                                                              \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define CHAT "  - {name: chat, plugin: slack, url: 'https://chat.example/x', pause: 0s}\n"
#define TUNED                                                                                      \
    "deployments:\n"                                                                               \
    "  - {name: triage, technique: fine-tuned, platform: openai, owner: web, lead_days: 35,"       \
    " model: {match: 'ft:*:acme:triage:*', pick: newest}}\n"
#define SAID                                                                                       \
    "{\"name\":\"triage\",\"technique\":\"fine-tuned\",\"platform\":\"openai\",\"owner\":\"web\"," \
    "\"lead_days\":35,\"match\":\"ft:*:acme:triage:*\",\"pick\":\"newest\"}"
#define BASES "gpt-4.1-mini-2025-04-14\ngpt-5-mini\n"
#define NO_END "{\"id\":\"gpt-4.1-mini-2025-04-14\"}\n"
#define END(day)                                                                                   \
    "{\"id\":\"gpt-4.1-mini-2025-04-14\",\"dates\":[{\"clock\":\"inference\",\"at\":\"" day        \
    "\",\"firm\":true}]}\n"
#define TUNE                                                                                       \
    "{\"id\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:t1\",\"job\":\"ftjob-1\","                   \
    "\"base\":\"gpt-4.1-mini-2025-04-14\",\"suffix\":\"triage\",\"status\":\"ready\","             \
    "\"finished\":\"2025-06-01\"}\n"
#define RETRAINED                                                                                  \
    "{\"id\":\"ft:gpt-5-mini:acme:triage:t2\",\"job\":\"ftjob-2\",\"base\":\"gpt-5-mini\","        \
    "\"suffix\":\"triage\",\"status\":\"ready\",\"finished\":\"2026-01-02T12:00:00Z\"}\n"
#define LIFE "/v1/notices?kind=deprecated"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;
static int polls; /* of the account before what happens */

static void end(void)
{
    player_free(p);
    p = NULL;
}

TestSuite(look, .fini = end, .timeout = 120);

static void begin(const char *yaml, const char *ends)
{
    end();
    p = player_new_on_disk(yaml);
    player_list(p, "openai", BASES);
    player_list(p, "ends", ends);
    player_find(p, "openai", TUNE);
    player_pass(p, BW_DAY_MS);
}

static void until(const char *when)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(when, &at_ms, NULL), BW_OK));
    player_until(p, at_ms);
}

static void poll_ends(void)
{
    (void)player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"ends\"}");
    player_settle(p);
}

static void act(const char *action, const char *body)
{
    BW_CLEANUP(bw_freep) char *target =
        bw_xasprintf("/v1/notices/%s/%s", player_field(p, LIFE, "id"), action);
    player_do(p, "POST", target, body);
    cr_assert(eq(int, p->status, 200), "%s", target);
}

static int looks(void)
{
    return player_source(p, "openai")->polls - polls;
}

/* ---- what is said ---- */

static void no_end_is_known(void)
{
    begin(PLACES TUNED, NO_END);
}

static void an_end_is_known(void)
{
    begin(PLACES TUNED, END("2026-06-01"));
}

static void an_end_is_known_of_nobodys_base(void)
{
    begin(PLACES, END("2026-06-01"));
}

static void it_is_snoozed(void)
{
    an_end_is_known();
    act("snooze", "{\"reason\":\"later\",\"until\":\"2026-02-10\"}");
}

static void an_end_comes(void)
{
    player_list(p, "ends", END("2026-06-01"));
    poll_ends();
}

static void the_end_moves(void)
{
    player_list(p, "ends", END("2026-08-01"));
    poll_ends();
}

static void ninety_days_are_left(void)
{
    until("2026-03-03T00:00:30Z");
}

static void it_has_to_be_planned(void)
{
    until("2026-03-23T00:00:30Z"); /* twice the lead time is left */
}

static void it_has_to_begin(void)
{
    until("2026-04-27T00:00:30Z");
}

static void it_is_added(void)
{
    player_do(p, "POST", "/v1/deployments", SAID);
    cr_assert(eq(int, p->status, 200));
    player_settle(p);
}

static void the_snooze_ends(void)
{
    until("2026-02-10T00:00:30Z");
}

static const struct {
    const char *name;
    void (*arrange)(void);
    const char *before; /* and then let it be so late; NULL: as it is */
    void (*happen)(void);
    const char *type; /* of the message that follows */
    int64_t wait_ms;  /* for a look that does not come */
} WORDS[] = {
    { "a new date", no_end_is_known, NULL, an_end_comes, "notice.opened", 30 * BW_MINUTE_MS },
    { "a moved date", an_end_is_known, NULL, the_end_moves, "notice.opened", 30 * BW_MINUTE_MS },
    { "a reminder", an_end_is_known, "2026-03-02T23:59:00Z", ninety_days_are_left,
      "notice.reminder", 30 * BW_MINUTE_MS },
    { "a rise", an_end_is_known, "2026-03-22T23:59:00Z", it_has_to_be_planned, "notice.updated",
      30 * BW_MINUTE_MS },
    { "a rise to act", an_end_is_known, "2026-04-26T23:59:00Z", it_has_to_begin,
      "notice.updated", 3 * BW_MINUTE_MS },
    { "an addition", an_end_is_known_of_nobodys_base, NULL, it_is_added, "notice.opened",
      30 * BW_MINUTE_MS },
    { "a snooze that ends", it_is_snoozed, "2026-02-09T23:59:00Z", the_snooze_ends,
      "notice.updated", 30 * BW_MINUTE_MS },
};

static void arrange(size_t i)
{
    WORDS[i].arrange();
    if (WORDS[i].before != NULL) {
        until(WORDS[i].before);
    }
    player_forget_messages(p);
    polls = player_source(p, "openai")->polls;
}

static int said(size_t i)
{
    return player_messages(p, "ops", WORDS[i].type);
}

static const char *confidence(size_t i)
{
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        const char *type = bw_json_text(bw_json_get(message->body, "type"), "");
        if (strcmp(type + strlen("io.basewatch."), WORDS[i].type) == 0) {
            const struct bw_json *data = bw_json_get(message->body, "data");
            return bw_json_text(bw_json_get(data, "confidence"), "");
        }
    }
    return "(none)";
}

Test(look, that_shows_it_retrained_leaves_nothing_to_say)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        player_find(p, "openai", TUNE RETRAINED);
        WORDS[i].happen();
        cr_expect(eq(int, looks(), 1), "%s", WORDS[i].name);
        EQ_STR(player_field(p, "/v1/deployments/triage", "base"), "gpt-5-mini");
        EQ_STR(player_field(p, LIFE, "state"), "resolved");
        player_pass(p, BW_HOUR_MS);
        cr_expect(eq(int, said(i), 0), "%s", WORDS[i].name);
    }
}

Test(look, that_shows_nothing_new_lets_it_be_said_at_once)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        WORDS[i].happen();
        cr_expect(eq(int, looks(), 1), "%s", WORDS[i].name);
        cr_expect(eq(int, said(i), 1), "%s", WORDS[i].name);
        EQ_STR(confidence(i), "confirmed");
        player_pass(p, BW_HOUR_MS);
        cr_expect(eq(int, said(i), 1), "%s once", WORDS[i].name);
        cr_expect(eq(int, looks(), 1), "%s", WORDS[i].name);
    }
}

Test(look, that_fails_is_repeated_and_then_it_is_said_unconfirmed)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        player_hide(p, "openai", BW_DISCOVERY_FAILED, "HTTP 502");
        WORDS[i].happen();
        player_pass(p, WORDS[i].wait_ms - BW_MINUTE_MS);
        cr_expect(eq(int, said(i), 0), "%s", WORDS[i].name);
        cr_expect(ge(int, looks(), 2), "%s", WORDS[i].name);
        player_pass(p, BW_MINUTE_MS);
        cr_expect(eq(int, said(i), 1), "%s", WORDS[i].name);
        EQ_STR(confidence(i), "unconfirmed");
        player_pass(p, 2 * BW_HOUR_MS);
        cr_expect(eq(int, said(i), 1), "%s once", WORDS[i].name);
        cr_expect(eq(int, looks(), 7), "%s: after 0, 1, 2, 4, 8, 16 and 32 minutes", WORDS[i].name);
    }
}

Test(look, that_comes_back_in_time_confirms)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        player_hide(p, "openai", BW_DISCOVERY_FAILED, "HTTP 502");
        WORDS[i].happen();
        player_find(p, "openai", TUNE);
        bw_replace(&player_source(p, "openai")->note, NULL);
        player_pass(p, 90 * 1000);
        cr_expect(eq(int, said(i), 1), "%s", WORDS[i].name);
        EQ_STR(confidence(i), "confirmed");
    }
}

Test(look, is_asked_for_again_by_a_daemon_that_starts)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        player_source(p, "openai")->hangs = true;
        WORDS[i].happen();
        player_pass(p, BW_MINUTE_MS);
        cr_expect(eq(int, said(i), 0), "%s", WORDS[i].name);
        player_restart(p);
        player_source(p, "openai")->hangs = false;
        player_settle(p);
        cr_expect(eq(int, looks(), 1), "%s", WORDS[i].name);
        cr_expect(eq(int, said(i), 1), "%s", WORDS[i].name);
        EQ_STR(confidence(i), "confirmed");
    }
}

Test(look, that_never_comes_holds_nothing_back_for_longer_over_a_restart)
{
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        arrange(i);
        player_source(p, "openai")->hangs = true;
        WORDS[i].happen();
        player_pass(p, BW_MINUTE_MS);
        player_restart(p);
        player_pass(p, WORDS[i].wait_ms - BW_MINUTE_MS);
        cr_expect(eq(int, said(i), 1), "%s", WORDS[i].name);
        EQ_STR(confidence(i), "unconfirmed");
    }
}

/* ---- one look, and when there is none ---- */

static void begin_fleet(const char *sinks, const char *technique, int count)
{
    BW_CLEANUP(bw_str_clear) struct bw_str yaml = { 0 };
    bw_str_appendf(&yaml, PLACES "%sdeployments:\n", sinks);
    for (int i = 0; i < count; i++) {
        bw_str_appendf(&yaml,
                       "  - {name: d%03d, technique: %s, platform: openai, owner: web,"
                       " base: gpt-4.1-mini-2025-04-14,"
                       " model: 'ft:gpt-4.1-mini-2025-04-14:acme:triage:t1'}\n", i, technique);
    }
    begin(yaml.text, NO_END);
    player_forget_messages(p);
    polls = player_source(p, "openai")->polls;
}

Test(look, is_one_for_a_thousand_notices)
{
    begin_fleet("", "fine-tuned", 1000);
    an_end_comes();
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1000));
    cr_expect(eq(int, looks(), 1));
}

Test(look, is_not_waited_for_where_there_is_nothing_to_learn)
{
    begin_fleet("", "prompt", 3);
    an_end_comes();
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 3));
    cr_expect(eq(int, looks(), 0), "a prompt is not retrained");
}

Test(look, is_not_waited_for_where_the_key_never_could)
{
    p = player_new_on_disk(PLACES TUNED);
    player_list(p, "openai", BASES);
    player_list(p, "ends", NO_END);
    player_hide(p, "openai", BW_DISCOVERY_FAILED, "GET /fine_tuning/jobs: HTTP 404");
    player_pass(p, BW_DAY_MS);
    player_do(p, "POST", "/v1/deployments", "{\"name\":\"a\",\"technique\":\"fine-tuned\",\"platform\":"
                                            "\"openai\",\"model\":\"ft:gpt-4.1-mini-2025-04-14:a::1\"}");
    player_forget_messages(p);
    an_end_comes();
    cr_expect(gt(int, player_messages(p, "ops", "notice.opened"), 0));
}

Test(look, ends_when_the_key_may_not_look_any_more)
{
    begin(PLACES TUNED, NO_END);
    player_forget_messages(p);
    player_hide(p, "openai", BW_DISCOVERY_REFUSED, "GET /fine_tuning/jobs: HTTP 403");
    an_end_comes();
    cr_expect(eq(int, said(0), 1));
    EQ_STR(confidence(0), "unconfirmed");
    player_list(p, "ends", END("2026-08-01"));
    poll_ends();
    cr_expect(eq(int, said(0), 2), "and nobody waits for the next one");
}

Test(look, follows_the_back_off_of_a_source_that_fails)
{
    begin(PLACES TUNED, NO_END);
    player_forget_messages(p);
    player_fail(p, "openai", "HTTP 503");
    player_source(p, "openai")->retry_after_ms = 10 * BW_MINUTE_MS;
    player_do(p, "POST", "/v1/sources/poll", "{\"name\":\"openai\"}");
    polls = player_source(p, "openai")->polls;
    an_end_comes();
    player_pass(p, 9 * BW_MINUTE_MS);
    cr_expect(eq(int, looks(), 0), "the server has said when");
    cr_expect(eq(int, said(0), 0));
    player_list(p, "openai", BASES);
    player_pass(p, 3 * BW_MINUTE_MS);
    cr_expect(eq(int, looks(), 1));
    cr_expect(eq(int, said(0), 1));
    EQ_STR(confidence(0), "confirmed");
}

Test(look, of_accounts_added_one_after_the_other_pauses_between)
{
    an_end_is_known_of_nobodys_base();
    polls = player_source(p, "openai")->polls;
    for (int i = 0; i < 20; i++) {
        BW_CLEANUP(bw_freep) char *body =
            bw_xasprintf("{\"name\":\"d%d\",\"technique\":\"fine-tuned\",\"platform\":\"openai\","
                         "\"model\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:t1\"}", i);
        player_do(p, "POST", "/v1/deployments", body);
        player_pass(p, 100);
    }
    player_pass(p, BW_MINUTE_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT count(DISTINCT notice) FROM told AS t JOIN notice AS n"
                                    " ON n.id = t.notice WHERE n.kind = 'deprecated'"), 20));
    cr_expect(le(int, looks(), 3), "%d looks in two seconds", looks());
}

Test(look, is_part_of_a_poll_that_somebody_waits_for)
{
    begin(PLACES TUNED, NO_END);
    player_source(p, "openai")->hangs = true;
    player_list(p, "ends", END("2026-06-01"));
    uint64_t request = player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"ends\"}");
    player_settle(p);
    EQ_STR(player_field(p, LIFE, "state"), "open");
    cr_expect(eq(ptr, (void *)player_reply(p, request), NULL), "what follows is not known yet");
    player_find(p, "openai", TUNE RETRAINED);
    player_source(p, "openai")->hangs = false;
    player_settle(p);
    cr_expect(ne(ptr, (void *)player_reply(p, request), NULL));
    EQ_STR(player_field(p, LIFE, "state"), "resolved");
}

/* ---- meanwhile ---- */

static void an_end_comes_and_nobody_looks(const char *sinks)
{
    BW_CLEANUP(bw_freep) char *yaml = bw_xasprintf(PLACES "%s" TUNED, sinks);
    begin(yaml, NO_END);
    player_source(p, "openai")->hangs = true;
    player_forget_messages(p);
    an_end_comes();
}

Test(look, leaves_a_notice_to_whoever_answers_it_before_it_is_told)
{
    an_end_comes_and_nobody_looks("");
    act("ack", "{\"reason\":\"seen in the list\"}");
    cr_expect(eq(int, player_messages(p, "ops", NULL), 0));
    player_source(p, "openai")->hangs = false;
    player_pass(p, BW_MINUTE_MS);
    cr_expect(eq(int, player_messages(p, "ops", NULL), 1), "it opens as what it is by now");
    cr_expect(eq(int, said(0), 1));
}

Test(look, lets_what_was_put_off_meanwhile_rest)
{
    an_end_comes_and_nobody_looks("");
    act("snooze", "{\"reason\":\"later\",\"until\":\"2026-02-10\"}");
    player_source(p, "openai")->hangs = false;
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, "ops", NULL), 0));
    until("2026-02-10T01:00:00Z");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1));
}

/* How often an Alertmanager was told that the base comes to its end. */
static int lives_told(void)
{
    int count = 0;
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        BW_CLEANUP(bw_freep) char *text = bw_json_print(message->body);
        count += strcmp(message->sink, "alarm") == 0 && strstr(text, "\"deprecated\"") != NULL;
    }
    return count;
}

Test(look, keeps_what_nobody_has_heard_of_from_those_who_only_look)
{
    an_end_comes_and_nobody_looks(
        "  - {name: alarm, plugin: alertmanager, url: 'https://alarm.example'}\n");
    player_pass(p, 10 * BW_MINUTE_MS);
    cr_expect(gt(int, player_messages(p, "alarm", "notice.live"), 0), "of the newer base");
    cr_expect(eq(int, lives_told(), 0));
    player_source(p, "openai")->hangs = false;
    player_pass(p, 10 * BW_MINUTE_MS);
    cr_expect(gt(int, lives_told(), 0));
}

Test(look, of_those_told_before_ends_with_what_programs_hear_of_an_end)
{
    arrange(2);
    player_find(p, "openai", TUNE RETRAINED);
    WORDS[2].happen();
    cr_expect(ge(int, player_messages(p, "ops", "notice.resolved"), 1));
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s", player_field(p, LIFE, "id"));
    BW_CLEANUP(bw_json_freep) struct bw_json *notice = player_ask(p, "GET", target, "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(notice);
    cr_expect(ne(ptr, strstr(text, "finding ft:gpt-5-mini:acme:triage:t2 of job ftjob-2"), NULL),
              "%s", text);
}

Test(look, that_fails_is_said_on_a_card_of_several)
{
    begin_fleet(CHAT, "fine-tuned", 3);
    player_hide(p, "openai", BW_DISCOVERY_FAILED, "HTTP 502");
    an_end_comes();
    cr_expect(eq(int, player_messages(p, "chat", NULL), 0));
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, player_messages(p, "chat", "notice.opened"), 1));
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        const struct bw_json *rows = bw_json_get(bw_json_get(message->body, "data"), "notices");
        for (const struct bw_json *row = bw_json_first(rows); row != NULL; row = bw_json_next(row)) {
            EQ_STR(bw_json_text(bw_json_get(row, "confidence"), ""), "unconfirmed");
        }
    }
}
