#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
#define OPS "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define CHAT "  - {name: chat, plugin: webhook, url: 'https://chat.example/', secret: {file: k}}\n"
#define MEMBERS                                                                                    \
    "deployments:\n"                                                                               \
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n"                      \
    "  - {name: b, technique: prompt, platform: openai, model: gpt-5-mini}\n"
static const char FLEET[] = SOURCES "sinks:\n" OPS MEMBERS;
#define BASE "gpt-5-mini\ngpt-5\no3\n"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "openai", BASE);
    player_pass(p, BW_HOUR_MS);
}

static void end(void)
{
    player_free(p);
}

TestSuite(delivery, .init = begin, .fini = end);

/* Two notices, two messages. */
static void release(void)
{
    player_list(p, "openai", BASE "gpt-5.4-mini\n");
    bw_json_free(player_ask(p, "POST", "/v1/sources/poll", ""));
}

static void withdraw(void)
{
    player_list(p, "openai", BASE);
    bw_json_free(player_ask(p, "POST", "/v1/sources/poll", ""));
}

static const struct player_message *message(size_t i)
{
    cr_assert(gt(sz, p->messages.count, i));
    return &p->messages.items[i];
}

Test(delivery, what_arrives_is_sent_once)
{
    release();
    player_pass(p, 3 * BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 2));
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=delivered"), 2));
    const struct bw_json *body = message(0)->body;
    EQ_STR(bw_json_text(bw_json_get(body, "type"), ""), "io.basewatch.notice.opened");
    EQ_STR(bw_json_text(bw_json_get(body, "id"), ""), message(0)->id);
    EQ_STR(bw_json_text(bw_json_get(body, "specversion"), ""), "1.0");
    EQ_STR(bw_json_text(bw_json_get(bw_json_get(body, "data"), "candidate"), ""), "gpt-5.4-mini");
    cr_expect(ne(str, message(0)->id, message(1)->id));
    cr_expect(eq(sz, strlen(message(0)->id), strlen("msg_") + 26));
}

Test(delivery, a_retry_keeps_its_id_and_its_schedule_and_ends_in_a_dead_letter)
{
    player_configure(p, SOURCES "sinks:\n" OPS
                     "deployments:\n"
                     "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n");
    player_sink(p, "ops", BW_DELIVERY_RETRY, 0);
    release();
    player_pass(p, 10 * BW_DAY_MS);
    static const int64_t schedule_sec[] = { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
    cr_assert(eq(int, player_messages(p, NULL, NULL), 10));
    for (size_t i = 0; i < BW_COUNT(schedule_sec); i++) {
        int64_t waited_ms = message(i + 1)->at_ms - message(i)->at_ms;
        cr_expect(ge(i64, waited_ms, schedule_sec[i] * 1000), "wait %zu", i);
        cr_expect(le(i64, waited_ms, schedule_sec[i] * 1100 + 300000), "wait %zu", i);
        EQ_STR(message(i + 1)->id, message(0)->id);
    }
    EQ_STR(player_field(p, "/v1/deliveries", "state"), "failed");
    EQ_STR(player_field(p, "/v1/deliveries", "attempts"), "10");
    EQ_STR(player_field(p, "/v1/deliveries", "detail"), "the sink says no");

    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    bw_json_free(player_ask(p, "POST", "/v1/deliveries/1/retry", ""));
    cr_expect(eq(int, p->status, 200));
    EQ_STR(player_field(p, "/v1/deliveries", "state"), "delivered");
    EQ_STR(message(10)->id, message(0)->id);
    bw_json_free(player_ask(p, "POST", "/v1/deliveries/1/retry", ""));
    cr_expect(eq(int, p->status, 409));
}

Test(delivery, retry_after_is_heeded)
{
    player_sink(p, "ops", BW_DELIVERY_RETRY, 3 * BW_HOUR_MS);
    release();
    player_pass(p, 3 * BW_HOUR_MS - BW_SECOND_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1), "nobody knows yet how it is");
    player_pass(p, BW_HOUR_MS);
    cr_expect(gt(int, player_messages(p, NULL, NULL), 1));
}

Test(delivery, a_failing_endpoint_gets_one_probe_at_a_time)
{
    player_sink(p, "ops", BW_DELIVERY_RETRY, 0);
    release();
    player_pass(p, BW_HOUR_MS);
    int64_t before = 0;
    for (size_t i = 2; i < p->messages.count; i++) {
        cr_expect(gt(i64, message(i)->at_ms, before), "two probes at one instant");
        before = message(i)->at_ms;
    }
    EQ_STR(player_field(p, "/v1/sinks", "state"), "failing");
    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=delivered"), 2));
    EQ_STR(player_field(p, "/v1/sinks", "state"), "ok");
}

Test(delivery, a_refusal_is_final_for_that_message_alone)
{
    player_sink(p, "ops", BW_DELIVERY_REFUSED, 0);
    release();
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 2));
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=failed"), 2));
    EQ_STR(player_field(p, "/v1/sinks", "state"), "refusing");
}

Test(delivery, an_endpoint_that_is_gone_gets_nothing_until_a_test_reaches_it)
{
    player_sink(p, "ops", BW_DELIVERY_DISABLED, 0);
    release();
    EQ_STR(player_field(p, "/v1/sinks", "state"), "disabled");
    withdraw();
    release();
    player_pass(p, 5 * BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1));
    int waiting = player_count(p, "/v1/deliveries?state=pending");
    cr_expect(gt(int, waiting, 0));

    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    cr_expect(eq(int, p->status, 200));
    EQ_STR(bw_json_text(bw_json_get(message(1)->body, "type"), ""), "io.basewatch.test");
    cr_expect(eq(int, player_messages(p, NULL, NULL), 2 + waiting));
    EQ_STR(player_field(p, "/v1/sinks", "state"), "ok");
}

Test(delivery, what_is_no_longer_true_stays_at_home)
{
    player_configure(p, SOURCES "sinks:\n" OPS CHAT MEMBERS);
    player_sink(p, "ops", BW_DELIVERY_RETRY, 0);
    release();
    withdraw();
    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, "chat", "notice.opened"), 2));
    cr_expect(eq(int, player_messages(p, "chat", "notice.resolved"), 2));
    cr_expect(eq(int, player_count(p, "/v1/deliveries?sink=ops&state=pending"), 0));
}

Test(delivery, what_was_never_sent_is_withdrawn_and_its_end_is_not_told_either)
{
    player_sink(p, "ops", BW_DELIVERY_DISABLED, 0);
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    player_forget_messages(p);
    release();
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=pending"), 2));
    withdraw();
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=withdrawn"), 2));
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=pending"), 0));
    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 1));
    bw_json_free(player_ask(p, "POST", "/v1/deliveries/2/retry", ""));
    cr_expect(eq(int, p->status, 409), "withdrawn");
}

/* It has just answered: what comes now goes to it at once. */
static void reach(void)
{
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    player_forget_messages(p);
}

Test(delivery, what_is_under_way_when_it_ends_is_followed_by_its_end)
{
    reach();
    player_find_sink(p, "ops")->silent = true;
    release();
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 2));
    withdraw();
    cr_expect(eq(int, player_messages(p, "ops", "notice.resolved"), 0), "in the order of events");
    player_find_sink(p, "ops")->silent = false;
    for (int64_t id = 2; id <= 3; id++) {
        struct bw_event arrived =
            bw_event_of_result(&(struct bw_delivered){ .delivery_id = id }, 0);
        player_step(p, &arrived);
    }
    player_settle(p);
    cr_expect(eq(int, player_messages(p, "ops", "notice.resolved"), 2));
}

Test(delivery, what_fails_together_is_one_failure)
{
    reach();
    player_sink(p, "ops", BW_DELIVERY_RETRY, 0);
    release();
    cr_expect(eq(int, player_messages(p, NULL, NULL), 2));
    EQ_STR(player_field(p, "/v1/sinks", "failures"), "1");
}

Test(delivery, an_endpoint_that_says_when_is_asked_then)
{
    player_sink(p, "ops", BW_DELIVERY_RETRY, 5 * BW_SECOND_MS);
    release();
    player_pass(p, 30 * BW_SECOND_MS);
    cr_expect(le(int, player_messages(p, NULL, NULL), 7));
    player_forget_messages(p);
    player_sink(p, "ops", BW_DELIVERY_DONE, 0);
    player_pass(p, 6 * BW_SECOND_MS);
    cr_expect(gt(int, player_messages(p, NULL, NULL), 0));
}

Test(delivery, no_more_than_eight_are_on_their_way_to_one_endpoint)
{
    reach();
    player_find_sink(p, "ops")->silent = true;
    for (int i = 0; i < 20; i++) {
        p->now_ms++;
        bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    }
    cr_expect(eq(int, player_messages(p, NULL, NULL), 8));
}

Test(delivery, two_tests_at_one_instant_are_two_messages)
{
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    bw_json_free(player_ask(p, "POST", "/v1/sinks/ops/test", ""));
    cr_expect(eq(int, p->status, 200));
    cr_expect(eq(int, player_messages(p, "ops", "test"), 2));
}

Test(delivery, a_sink_that_was_removed_is_left_alone_and_served_when_it_is_back)
{
    player_find_sink(p, "ops")->silent = true;
    release();
    player_configure(p, SOURCES MEMBERS);
    cr_expect(eq(int, player_count(p, "/v1/sinks"), 0));
    player_forget_messages(p);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
    player_find_sink(p, "ops")->silent = false;
    player_configure(p, FLEET);
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 2), "what had no answer");
}

Test(delivery, an_answer_for_what_nobody_knows_changes_nothing)
{
    struct bw_event stray = bw_event_of_result(&(struct bw_delivered){ .delivery_id = 999 }, 0);
    player_step(p, &stray);
    player_settle(p);
    cr_expect(eq(int, player_count(p, "/v1/deliveries"), 0));
}

Test(delivery, results_that_wait_together_are_one_event)
{
    player_find_sink(p, "ops")->silent = true;
    release();
    struct bw_event first = bw_event_of_result(&(struct bw_delivered){ .delivery_id = 1 }, 0);
    struct bw_event second = bw_event_of_result(&(struct bw_delivered){ .delivery_id = 2 }, 0);
    bw_event_join(&first, &second);
    cr_assert(eq(sz, first.delivered.count, 2));
    player_step(p, &first);
    cr_expect(eq(int, player_count(p, "/v1/deliveries?state=delivered"), 2));
}
