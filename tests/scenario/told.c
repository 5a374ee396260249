/* Who hears of what, and who is spared: owners that change, matters of which another notice speaks,
 * sinks that keep a thing for each matter, endpoints that refuse. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "store/outbox.h"
#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
#define HOOK(name, more)                                                                           \
    "  - {name: " name ", plugin: webhook, url: 'https://ops.example/" name "', secret: {file: k}"  \
    more "}\n"
#define MEMBER(name, owner, more)                                                                  \
    "  - {name: " name ", technique: prompt, platform: openai, model: gpt-5-mini, owner: " owner    \
    ", lead_days: 10" more "}\n"
#define BASE "gpt-5-mini\n"
#define NEWER BASE "gpt-5.1-mini\n"
#define ENDS(day)                                                                                  \
    "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\",\"at\":\"" day                     \
    "\",\"firm\":true}]}\ngpt-5.1-mini\n"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin(const char *yaml, const char *list)
{
    p = player_new(yaml);
    player_list(p, "openai", list);
    player_pass(p, BW_DAY_MS);
}

static void show(const char *list)
{
    player_list(p, "openai", list);
    player_pass(p, 7 * BW_HOUR_MS);
}

static void end(void)
{
    player_free(p);
}

TestSuite(told, .fini = end);

static int heard(const char *sink, const char *type)
{
    return player_messages(p, sink, type);
}

static const char *last_to(const char *sink, const char *member)
{
    const char *value = "(none)";
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        if (bw_str_equal(message->sink, sink)) {
            value = bw_json_text(bw_json_get(bw_json_get(message->body, "data"), member), "");
        }
    }
    return value;
}

static void act(const char *kind, const char *action, const char *body)
{
    BW_CLEANUP(bw_freep) char *list = bw_xasprintf("/v1/notices?state=live&kind=%s", kind);
    BW_CLEANUP(bw_freep)
    char *target = bw_xasprintf("/v1/notices/%s/%s", player_field(p, list, "id"), action);
    player_do(p, "POST", target, body);
    cr_expect(eq(int, p->status, 200), "%s %s", kind, action);
}

static int64_t open_notices(void)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *status = player_ask(p, "GET", "/v1/status", "");
    return bw_json_i64(bw_json_get(bw_json_get(status, "notices"), "open"), -1);
}

/* ---- another owner ---- */

#define OWNED(owner)                                                                               \
    SOURCES "sinks:\n" HOOK("old", ", only: {owners: [web]}") HOOK("new", ", only: {owners: [ml]}") \
        HOOK("all", "") "deployments:\n" MEMBER("a", owner, "")

Test(told, who_takes_a_deployment_over_hears_of_what_is_open_and_so_does_who_had_it)
{
    begin(OWNED("web"), BASE);
    show(NEWER);
    player_forget_messages(p);
    player_configure(p, OWNED("ml"));
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, heard("new", "notice.opened"), 1));
    cr_expect(eq(int, heard("old", "notice.updated"), 1));
    cr_expect(eq(int, heard("all", "notice.updated"), 1));
    cr_expect(eq(int, heard(NULL, NULL), 3));
    EQ_STR(last_to("old", "owner"), "ml");
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice_event WHERE event = 'updated'"
                                    " AND reason = 'its owner is ml, no longer web'"), 1));
    player_configure(p, OWNED("ml"));
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, heard(NULL, NULL), 3), "and once");
}

Test(told, what_is_waived_changes_hands_quietly_and_is_told_when_it_wakes)
{
    begin(OWNED("web"), BASE);
    show(NEWER);
    act("swap", "waive", "{\"until\":\"2026-01-20\",\"reason\":\"later\"}");
    player_forget_messages(p);
    player_configure(p, OWNED("ml"));
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, heard(NULL, NULL), 0));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice_event WHERE event = 'updated'"), 1));
    player_pass(p, 20 * BW_DAY_MS);
    cr_expect(eq(int, heard("new", "notice.opened"), 1));
}

Test(told, a_decision_is_made_for_longer_without_a_detour)
{
    begin(OWNED("web"), BASE);
    show(NEWER);
    act("swap", "snooze", "{\"until\":\"2026-01-20\",\"reason\":\"later\"}");
    act("swap", "snooze", "{\"until\":\"2026-02-20\",\"reason\":\"still later\"}");
    player_pass(p, 30 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/notices?kind=swap", "state"), "snoozed");
    act("swap", "waive", "{\"until\":\"2026-03-20\",\"reason\":\"no\"}");
    act("swap", "waive", "{\"until\":\"2026-05-20\",\"reason\":\"no, really\"}");
    EQ_STR(player_field(p, "/v1/notices?kind=swap", "until"), "2026-05-20T00:00:00Z");
    EQ_STR(player_field(p, "/v1/waivers", "reason"), "no, really");
}

/* ---- one notice speaks for another ---- */

#define ONE SOURCES "sinks:\n" HOOK("all", "") "deployments:\n" MEMBER("a", "web", "")

Test(told, what_another_notice_speaks_for_is_listed_and_not_counted)
{
    begin(ONE, BASE);
    show(NEWER);
    cr_expect(eq(i64, open_notices(), 1));
    show(ENDS("2026-01-20"));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 2));
    cr_expect(eq(i64, open_notices(), 1));
    player_pass(p, 30 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/notices?kind=retired", "severity"), "overdue");
    cr_expect(eq(i64, player_sql(p, "SELECT open FROM notice_total WHERE severity = 'overdue'"), 1));
    player_forget_messages(p);
    act("swap", "ack", "{\"reason\":\"mine\"}");
    cr_expect(eq(int, heard(NULL, NULL), 0), "nor is it told");
    act("retired", "ack", "{\"reason\":\"mine\"}");
    cr_expect(eq(i64, open_notices(), 0), "it is in hand");
    act("retired", "waive", "{\"until\":\"2026-06-20\",\"reason\":\"no\"}");
    cr_expect(eq(i64, open_notices(), 0));
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT sum(open) FROM notice_total"), 0));
    show(NEWER);
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM notice WHERE live = 1"
                                    " AND kind = 'swap' AND inhibited = 0"), 1),
              "nothing speaks for it any more");
}

/* ---- a thing for each matter ---- */

#define TWO(sinks)                                                                                 \
    SOURCES "sinks:\n" sinks "deployments:\n" MEMBER("a", "web", "") MEMBER("b", "web", "")

Test(told, where_each_matter_is_opened_and_closed_a_first_poll_is_no_list)
{
    begin(TWO(HOOK("hook", "") "  - {name: pager, plugin: pagerduty, secret: {file: k}}\n"
                               "  - {name: chat, plugin: slack, url: {file: u}}\n"
                               "  - {name: hub, plugin: github-issue, secret: {file: k},"
                               " settings: {repo: a/b}}\n"),
          ENDS("2025-12-20"));
    cr_expect(eq(int, heard("hook", NULL), 1));
    cr_expect(eq(int, heard("chat", NULL), 1));
    cr_expect(eq(int, heard("pager", "notice.opened"), 2));
    cr_expect(eq(int, heard("hub", "notice.opened"), 2));
    EQ_STR(last_to("pager", "kind"), "retired");
    EQ_STR(last_to("chat", "summary"), "2 deployments of web rest on a retired base; 2 overdue");
}

Test(told, a_headline_of_several_kinds_says_that_they_are_new)
{
    begin(SOURCES "sinks:\n  - {name: chat, plugin: slack, url: {file: u}}\n"
                  "deployments:\n" MEMBER("a", "web", "")
                  "  - {name: b, technique: prompt, platform: openai, model: gpt-5.1-mini, owner: web}\n",
          ENDS("2026-01-08") "gpt-5.4-mini\n");
    EQ_STR(last_to("chat", "summary"), "2 notices of web are new; 1 pressing");
}

/* ---- evals ---- */

#define SUITE ", evals: {suite: s, trigger: ci, start: off}"

Test(told, an_eval_is_asked_for_where_its_notice_is_told_and_in_brief_where_that_is_wished)
{
    begin(SOURCES "sinks:\n" HOOK("mine", ", only: {owners: [web]}") HOOK("theirs",
                                                                       ", only: {owners: [ml]}")
              HOOK("brief", ", detail: minimal") "deployments:\n" MEMBER("a", "web", SUITE),
          BASE);
    show(NEWER);
    player_forget_messages(p);
    player_do(p, "POST", "/v1/evals", "{\"deployment\":\"a\"}");
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, heard("mine", "eval.requested"), 1));
    cr_expect(eq(int, heard("brief", "eval.requested"), 1));
    cr_expect(eq(int, heard("theirs", NULL), 0));
    EQ_STR(last_to("mine", "candidate"), "gpt-5.1-mini");
    EQ_STR(last_to("brief", "deployment"), "a");
}

/* Everything that one deployment gives rise to, up to its end. */
Test(told, nothing_that_is_sent_in_brief_names_a_model_a_date_or_money)
{
    begin(SOURCES "sinks:\n" HOOK("brief", ", detail: minimal")
                  "  - {name: cards, plugin: slack, url: {file: u}, detail: minimal, pause: 0s}\n"
                  "deployments:\n" MEMBER("a", "web", SUITE) MEMBER("b", "web", ""),
          BASE);
    show(NEWER);
    player_do(p, "POST", "/v1/evals", "{\"deployment\":\"a\"}");
    act("swap", "ack", "{\"reason\":\"mine\"}");
    show(BASE "gpt-5.1-mini\ngpt-5.4-mini\n");
    show(ENDS("2026-02-20") "gpt-5.4-mini\n");
    player_pass(p, 60 * BW_DAY_MS);
    player_fail(p, "openai", "HTTP 500 for gpt-5-mini");
    player_pass(p, BW_DAY_MS);
    show(ENDS("2026-08-20") "gpt-5.4-mini\n");
    show(BASE);
    player_do(p, "POST", "/v1/sinks/brief/test", "");
    player_settle(p);
    static const char *const types[] = { "opened", "updated", "reminder", "resolved" };
    for (size_t i = 0; i < BW_COUNT(types); i++) {
        BW_CLEANUP(bw_freep) char *type = bw_xasprintf("notice.%s", types[i]);
        cr_expect(gt(int, heard("brief", type), 0), "%s", type);
    }
    cr_expect(gt(int, heard("brief", "notice.superseded"), 0));
    cr_expect(gt(int, heard("brief", "eval.requested"), 0));
    cr_expect(gt(int, heard("brief", "eval.finished"), 0));
    cr_expect(gt(int, heard("brief", "source.failing"), 0));
    cr_expect(gt(int, heard("brief", "source.recovered"), 0));
    cr_expect(gt(int, heard("brief", "test"), 0));
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        static const char *const secrets[] = { "gpt-", "\"2026-02-20\"", "until 2026", "$", "HTTP 500" };
        BW_CLEANUP(bw_freep) char *data = bw_json_print(bw_json_get(message->body, "data"));
        for (size_t i = 0; i < BW_COUNT(secrets); i++) {
            cr_expect(eq(ptr, strstr(data, secrets[i]), NULL), "%s: %s", secrets[i], data);
        }
    }
}

/* ---- endpoints ---- */

Test(told, an_endpoint_that_refuses_is_not_called_well)
{
    begin(TWO(HOOK("bad", "") HOOK("good", "")), BASE);
    player_sink(p, "bad", BW_DELIVERY_REFUSED, 0);
    show(NEWER);
    EQ_STR(player_field(p, "/v1/sinks/bad", "state"), "refusing");
    cr_expect(eq(int, heard("good", "sink.failing"), 1));
    player_sink(p, "bad", BW_DELIVERY_DONE, 0);
    player_do(p, "POST", "/v1/sinks/bad/test", "");
    player_settle(p);
    EQ_STR(player_field(p, "/v1/sinks/bad", "state"), "ok");
    cr_expect(eq(int, heard("good", "sink.recovered"), 1));
}

static void retry(int64_t delivery, int status)
{
    BW_CLEANUP(bw_freep)
    char *target = bw_xasprintf("/v1/deliveries/%lld/retry", (long long)delivery);
    player_do(p, "POST", target, "");
    cr_expect(eq(int, p->status, status));
}

static int64_t a_delivery(void)
{
    return player_sql(p, "SELECT min(id) FROM delivery WHERE state IN ('failed', 'pending')");
}

Test(told, a_message_is_sent_again_where_it_can_be_and_else_it_is_said_why_not)
{
    begin(TWO(HOOK("hook", "")), BASE);
    player_sink(p, "hook", BW_DELIVERY_RETRY, 3 * BW_HOUR_MS);
    show(NEWER);
    int before = heard("hook", NULL);
    player_sink(p, "hook", BW_DELIVERY_DISABLED, 0);
    retry(a_delivery(), 200);
    player_settle(p);
    cr_expect(eq(int, heard("hook", NULL), before + 1), "its pause is over");
    retry(a_delivery(), 409);
}

Test(told, what_waits_for_a_sink_that_left_is_seen_and_cannot_be_sent)
{
    begin(TWO(HOOK("hook", "")), BASE);
    player_sink(p, "hook", BW_DELIVERY_RETRY, 3 * BW_HOUR_MS);
    show(NEWER);
    player_configure(p, TWO(HOOK("other", "")));
    player_settle(p);
    BW_CLEANUP(bw_sink_counts_clear) struct bw_sink_counts orphans = { 0 };
    cr_assert(eq(int, (int)bw_outbox_orphans(p->db, &orphans, &p->err), BW_OK));
    cr_assert(eq(sz, orphans.count, 1));
    EQ_STR(orphans.items[0].sink, "hook");
    cr_expect(eq(i64, orphans.items[0].count, 2));
    retry(a_delivery(), 409);
    player_sink(p, "hook", BW_DELIVERY_DONE, 0);
    player_configure(p, TWO(HOOK("hook", "")));
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/deliveries?sink=hook&state=delivered"), 2));
}
