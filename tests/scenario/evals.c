#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"       \
    "  - {name: chat, plugin: slack, url: {file: u}, group: none}\n"
#define TRIGGERS                                                                                   \
    "triggers:\n"                                                                                  \
    "  - {name: gh, plugin: github-actions, credential: {file: t}}\n"
#define PROMPT(name, suite, more)                                                                  \
    "  - {name: " name ", technique: prompt, platform: openai, model: gpt-5-mini,\n"               \
    "     traffic: {calls_per_day: 100, input_tokens: 1000, output_tokens: 500},\n"                \
    "     evals: {suite: " suite ", cases: 100" more "}}\n"
static const char FLEET[] = SOURCES "deployments:\n" PROMPT("a", "triage", "");
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))
#define LEASE "{\"runner\":\"r1\",\"suites\":[\"help\",\"triage\"]}"
#define RUN(role, model, passed, failed)                                                           \
    "{\"role\":\"" role "\",\"model\":\"" model "\",\"cases\":100,\"passed\":" #passed             \
    ",\"failed\":" #failed ",\"errors\":0,\"models_seen\":[\"openai:chat:" model "\"]}"
#define RUNS(passed, failed)                                                                       \
    "[" RUN("baseline", "gpt-5-mini", 90, 10) "," RUN("candidate", "gpt-5.4-mini", passed, failed) "]"
#define GOOD RUNS(95, 5)
#define BAD RUNS(50, 50)

static struct player *p;

static void begin_with(const char *fleet)
{
    p = player_new_on_disk(fleet);
    player_list(p, "openai", "gpt-5-mini\ngpt-5\no3\n");
    player_pass(p, BW_HOUR_MS);
}

static void begin(void)
{
    begin_with(FLEET);
}

static void end(void)
{
    player_free(p);
}

TestSuite(evals, .init = begin, .fini = end);

static void restart_with(const char *fleet)
{
    player_free(p);
    begin_with(fleet);
}

static void release(const char *more)
{
    BW_CLEANUP(bw_freep) char *list = bw_xasprintf("gpt-5-mini\ngpt-5\no3\n%s", more);
    player_list(p, "openai", list);
    player_pass(p, 7 * BW_HOUR_MS);
}

static const char *notice(const char *name)
{
    return player_field(p, "/v1/notices?deployment=a&state=live", name);
}

static const char *job(int id, const char *name)
{
    char target[40];
    (void)snprintf(target, sizeof(target), "/v1/evals/%d", id);
    return player_field(p, target, name);
}

/* What the notice says of its eval. */
static const char *said(const char *member)
{
    static char text[600];
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *eval = NULL;
    BW_CLEANUP(bw_freep) char *row = bw_xstrdup(notice("eval"));
    if (bw_json_parse(row, strlen(row), &eval, &err) != BW_OK) {
        return "(none)";
    }
    (void)snprintf(text, sizeof(text), "%s", bw_json_text(bw_json_get(eval, member), ""));
    return text;
}

static void post(const char *target, const char *body, int status)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(p, "POST", target, body);
    BW_CLEANUP(bw_freep) char *text = bw_json_print(answer);
    cr_expect(eq(int, p->status, status), "%s %s: %s", target, body, text);
}

static void act(const char *action)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s/%s", notice("id"), action);
    post(target, "{\"reason\":\"so\"}", 200);
}

/* The id and the token of a lease; id 0: there was no job. */
struct lease {
    int id;
    char token[40];
    char models[400];
};

static struct lease lease_of(const struct bw_json *answer)
{
    struct lease lease = { 0 };
    const struct bw_json *given = bw_json_get(answer, "job");
    BW_CLEANUP(bw_freep) char *models = bw_json_print(bw_json_get(given, "models"));
    lease.id = (int)bw_json_i64(bw_json_get(given, "id"), 0);
    (void)snprintf(lease.token, sizeof(lease.token), "%s",
                   bw_json_text(bw_json_get(given, "token"), ""));
    (void)snprintf(lease.models, sizeof(lease.models), "%s", models == NULL ? "" : models);
    return lease;
}

static struct lease take(void)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(p, "POST", "/v1/evals/lease",
                                                                  LEASE);
    cr_assert(eq(int, p->status, 200));
    return lease_of(answer);
}

static void speak(const struct lease *lease, const char *verb, const char *members, int status)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/evals/%d/%s", lease->id, verb);
    BW_CLEANUP(bw_freep) char *body =
        bw_xasprintf("{\"token\":\"%s\"%s}", lease->token, members);
    post(target, body, status);
}

static void report(const struct lease *lease, const char *results)
{
    BW_CLEANUP(bw_freep) char *members =
        bw_xasprintf(",\"outcome\":\"finished\",\"results\":%s", results);
    speak(lease, "report", members, 200);
}

/* ---- when one is opened ---- */

Test(evals, one_is_opened_once_its_notice_is_acknowledged)
{
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 0));
    EQ_STR(notice("eval"), "");
    act("ack");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 1));
    EQ_STR(said("state"), "queued");
    EQ_STR(job(1, "baseline"), "gpt-5-mini");
    EQ_STR(job(1, "candidate"), "gpt-5.4-mini");
    EQ_STR(job(1, "notice"), notice("id"));
}

Test(evals, who_acknowledges_the_end_of_a_base_has_its_successor_judged)
{
    release("{\"id\":\"gpt-5.4-mini\"}\n");
    player_list(p, "openai", "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\","
                             "\"at\":\"2026-12-01\",\"firm\":true}]}\ngpt-5.4-mini\ngpt-5\no3\n");
    player_pass(p, 7 * BW_HOUR_MS);
    char target[80];
    (void)snprintf(target, sizeof(target), "/v1/notices/%s/ack",
                   player_field(p, "/v1/notices?kind=deprecated", "id"));
    post(target, "{\"reason\":\"mine\"}", 200);
    EQ_STR(job(1, "candidate"), "gpt-5.4-mini");
    EQ_STR(job(1, "notice"), player_field(p, "/v1/notices?kind=swap", "id"));
}

Test(evals, the_policy_may_be_automatic_or_off_for_one_deployment)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "triage", "")
                     PROMPT("b", "triage", ", start: off")
                     "  - {name: c, technique: prompt, platform: openai, model: gpt-5-mini}\n");
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 1), "c has no suite");
    EQ_STR(job(1, "deployment"), "a");
    char target[40];
    (void)snprintf(target, sizeof(target), "/v1/notices/%s/ack",
                   player_field(p, "/v1/notices?deployment=b", "id"));
    post(target, "{\"reason\":\"mine\"}", 200);
    cr_expect(eq(int, player_count(p, "/v1/evals"), 1), "off is off");
    post("/v1/evals", "{\"deployment\":\"b\"}", 200);
    EQ_STR(job(2, "by_hand"), "true");
}

Test(evals, asking_for_one_by_hand_says_why_not)
{
    post("/v1/evals", "{}", 400);
    post("/v1/evals", "{\"deployment\":\"nobody\"}", 404);
    post("/v1/evals", "{\"deployment\":\"a\"}", 422);
    release("gpt-5.4-mini\n");
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"--output=/etc/passwd\"}", 422);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::1\"}", 200);
    EQ_STR(job(1, "tuned"), "ft:gpt-5.4-mini:acme::1");
    post("/v1/evals", "{\"deployment\":\"a\"}", 409);
}

/* ---- leases ---- */

Test(evals, a_lease_gives_the_models_and_a_token_that_is_kept_as_a_hash)
{
    release("gpt-5.4-mini\n");
    act("ack");
    post("/v1/evals/lease", "{\"suites\":[\"triage\"]}", 400);
    post("/v1/evals/lease", "{\"runner\":\"r\",\"suites\":\"triage\"}", 400);
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 1));
    EQ_STR(lease.models, "[{\"role\":\"baseline\",\"model\":\"gpt-5-mini\"},"
                         "{\"role\":\"candidate\",\"model\":\"gpt-5.4-mini\"}]");
    EQ_STR(job(1, "state"), "running");
    EQ_STR(job(1, "runner"), "r1");
    EQ_STR(said("state"), "running");
    cr_expect(eq(int, take().id, 0), "it is taken");
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM eval_job WHERE length(token_hash) = 64"
                                    " AND token_hash NOT LIKE '%token%'"), 1));
}

Test(evals, a_runner_gets_only_suites_it_offers)
{
    release("gpt-5.4-mini\n");
    act("ack");
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer = player_ask(p, "POST", "/v1/evals/lease",
                                        "{\"runner\":\"r\",\"suites\":[\"help\"]}");
    cr_expect(eq(int, lease_of(answer).id, 0));
}

Test(evals, whoever_may_only_read_can_take_nothing)
{
    p->may_write = false;
    post("/v1/evals/lease", LEASE, 403);
    post("/v1/evals", "{\"deployment\":\"a\"}", 403);
}

Test(evals, a_silent_runner_is_given_up_for_lost_and_nothing_runs_again)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    player_pass(p, 40 * BW_SECOND_MS);
    speak(&lease, "renew", "", 200);
    player_pass(p, 40 * BW_SECOND_MS);
    EQ_STR(job(1, "state"), "running");
    player_pass(p, 30 * BW_SECOND_MS);
    EQ_STR(job(1, "state"), "finished");
    EQ_STR(job(1, "verdict"), "inconclusive");
    EQ_STR(job(1, "reason"), "the runner 'r1' was lost: its lease ended without a word");
    EQ_STR(notice("state"), "acknowledged");
    EQ_STR(said("verdict"), "inconclusive");
    speak(&lease, "renew", "", 410);
    speak(&lease, "report", ",\"outcome\":\"finished\"", 410);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/evals"), 1));
    post("/v1/evals", "{\"deployment\":\"a\"}", 200);
    cr_expect(eq(int, take().id, 2));
}

Test(evals, a_lease_outlives_the_daemon)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    p->now_ms += BW_HOUR_MS; /* it was down for that long: the runner could not renew */
    player_restart(p);
    player_settle(p);
    EQ_STR(job(1, "state"), "running");
    cr_expect(eq(int, take().id, 0));
    speak(&lease, "renew", "", 200);
    report(&lease, GOOD);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(evals, a_clock_that_jumps_does_not_run_one_twice)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    p->now_ms -= 30 * BW_DAY_MS;
    player_settle(p);
    cr_expect(eq(int, take().id, 0));
    speak(&lease, "renew", "", 200);
    p->now_ms += 90 * BW_DAY_MS;
    player_pass(p, BW_SECOND_MS);
    EQ_STR(job(1, "verdict"), "inconclusive");
    speak(&lease, "renew", "", 410);
    cr_expect(eq(int, take().id, 0));
}

Test(evals, a_token_is_good_for_its_own_job_and_for_one_report)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    struct lease forged = { .id = 1, .token = "token-1" };
    speak(&forged, "renew", "", 403);
    speak(&forged, "report", ",\"outcome\":\"finished\",\"results\":" GOOD, 403);
    post("/v1/evals/1/report", "{\"outcome\":\"finished\"}", 403);
    speak(&lease, "report", ",\"outcome\":\"perhaps\"", 400);
    EQ_STR(job(1, "state"), "running");
    report(&lease, GOOD);
    speak(&lease, "report", ",\"outcome\":\"finished\",\"results\":" BAD, 410);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(evals, a_runner_that_waits_gets_the_job_when_it_is_there)
{
    static const char ask[] = "{\"runner\":\"r1\",\"suites\":[\"triage\"],\"wait_seconds\":30}";
    release("gpt-5.4-mini\n");
    uint64_t first = player_send(p, "POST", "/v1/evals/lease", ask);
    player_settle(p);
    cr_expect(eq(ptr, (void *)player_reply(p, first), NULL));
    player_pass(p, 31 * BW_SECOND_MS);
    cr_assert(ne(ptr, (void *)player_reply(p, first), NULL));
    cr_expect(eq(int, lease_of(player_reply(p, first)->body).id, 0));
    uint64_t second = player_send(p, "POST", "/v1/evals/lease", ask);
    act("ack");
    cr_assert(ne(ptr, (void *)player_reply(p, second), NULL));
    cr_expect(eq(int, lease_of(player_reply(p, second)->body).id, 1));
}

/* ---- limits ---- */

Test(evals, only_so_many_run_at_once)
{
    restart_with(SOURCES "evals: {start: automatic, running: 1}\ndeployments:\n"
                     PROMPT("a", "triage", "") PROMPT("b", "help", ""));
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals?state=queued"), 2));
    struct lease first = take();
    cr_expect(eq(int, first.id, 1));
    cr_expect(eq(int, take().id, 0));
    report(&first, GOOD);
    cr_expect(eq(int, take().id, 2));
}

Test(evals, one_over_the_budget_waits_for_the_next_month_or_for_somebody)
{
    restart_with(SOURCES "evals: {start: automatic, budget_usd_per_month: 8}\ndeployments:\n"
                     PROMPT("a", "triage", "") PROMPT("b", "help", "") PROMPT("c", "help", ""));
    release("gpt-5.4-mini\n");
    int64_t expected = player_sql(p, "SELECT expected_usd FROM eval_job WHERE id = 1");
    cr_expect(gt(i64, expected, 4000000));
    cr_expect(lt(i64, expected, 8000000));
    struct lease first = take();
    cr_expect(eq(int, first.id, 1));
    cr_expect(eq(int, take().id, 0));
    EQ_STR(job(2, "state"), "queued");
    EQ_STR(job(2, "waits_until"), "2026-02-01T00:00:00Z");
    cr_expect(ne(ptr, strstr(job(2, "reason"), "of this month's $8.00 are taken"), NULL));
    report(&first, GOOD);
    post("/v1/evals", "{\"deployment\":\"c\"}", 200);
    struct lease third = take();
    cr_expect(eq(int, third.id, 3));
    report(&third, GOOD);
    cr_expect(eq(int, take().id, 0));
    player_until(p, INT64_C(1769904000000) + BW_MINUTE_MS); /* 2026-02-01 */
    cr_expect(eq(int, take().id, 2));
}

Test(evals, a_greater_budget_lets_them_go)
{
    restart_with(SOURCES "evals: {start: automatic, budget_usd_per_month: 0.01}\ndeployments:\n"
                     PROMPT("a", "triage", ""));
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, take().id, 0));
    player_configure(p, SOURCES "evals: {start: automatic, budget_usd_per_month: 10}\n"
                        "deployments:\n" PROMPT("a", "triage", ""));
    cr_expect(eq(int, take().id, 1));
}

/* ---- verdicts ---- */

Test(evals, a_pass_verifies_the_notice_and_is_told)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    player_forget_messages(p);
    report(&lease, GOOD);
    player_settle(p);
    EQ_STR(notice("state"), "verified");
    EQ_STR(said("verdict"), "pass");
    EQ_STR(job(1, "verdict"), "pass");
    EQ_STR(job(1, "difference"), "0.05");
    cr_expect(eq(int, player_messages(p, "ops", "eval.finished"), 1));
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 1));
    cr_expect(eq(int, player_messages(p, "chat", NULL), 1), "people hear of it once");
    BW_CLEANUP(bw_json_freep)
    struct bw_json *why = player_ask(p, "GET", "/v1/deployments/a/explain", "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(why);
    cr_expect(ne(ptr, strstr(text, "its last eval (1, suite triage on gpt-5.4-mini): pass: "),
                 NULL));
}

Test(evals, a_verified_candidate_gives_way_to_a_newer_one)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    report(&lease, GOOD);
    EQ_STR(notice("state"), "verified");
    release("gpt-5.4-mini\ngpt-5.5-mini\n");
    EQ_STR(notice("candidate"), "gpt-5.5-mini");
    EQ_STR(notice("state"), "open");
    EQ_STR(notice("eval"), "");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 1));
}

Test(evals, a_failure_waives_this_candidate_alone)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    report(&lease, BAD);
    EQ_STR(notice("state"), "waived");
    EQ_STR(said("verdict"), "fail");
    player_pass(p, 90 * BW_DAY_MS);
    EQ_STR(notice("state"), "waived");
    release("gpt-5.4-mini\ngpt-5.5-mini\n");
    EQ_STR(notice("candidate"), "gpt-5.5-mini");
    EQ_STR(notice("state"), "open");
}

Test(evals, what_cannot_be_judged_leaves_the_notice_and_says_why)
{
    static const struct {
        const char *members;
        const char *verdict;
        const char *reason;
    } cases[] = {
        { ",\"outcome\":\"finished\",\"results\":[]", "inconclusive", "baseline was not run" },
        { ",\"outcome\":\"finished\",\"results\":[" RUN("baseline", "gpt-5-mini", 90, 10) "]",
          "inconclusive", "candidate was not run" },
        { ",\"outcome\":\"finished\",\"results\":[" RUN("baseline", "gpt-5-mini", 90, 10) ","
          RUN("candidate", "gpt-5", 95, 5) "]",
          "inconclusive", "candidate was run on 'gpt-5' in place of 'gpt-5.4-mini'" },
        { ",\"outcome\":\"failed\",\"reason\":\"exit 1\"", "inconclusive", "exit 1" },
        { ",\"outcome\":\"timeout\"", "timeout", "the suite did not end in time" },
    };
    release("gpt-5.4-mini\n");
    act("ack");
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct lease lease = take();
        cr_assert(eq(int, lease.id, (int)i + 1));
        player_forget_messages(p);
        speak(&lease, "report", cases[i].members, 200);
        EQ_STR(said("verdict"), cases[i].verdict);
        EQ_STR(said("reason"), cases[i].reason);
        EQ_STR(notice("state"), "acknowledged");
        cr_expect(eq(int, player_messages(p, "ops", "eval.finished"), 1));
        cr_expect(eq(int, player_messages(p, "chat", "eval.finished"), 1));
        post("/v1/evals", "{\"deployment\":\"a\"}", 200);
    }
}

Test(evals, a_fine_tune_is_judged_by_its_new_tune_once_there_is_one)
{
    restart_with(SOURCES "deployments:\n"
                 "  - {name: a, technique: fine-tuned, platform: openai,\n"
                 "     model: 'ft:gpt-5-mini:acme::old', evals: {suite: triage}}\n");
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    EQ_STR(lease.models, "[{\"role\":\"baseline\",\"model\":\"ft:gpt-5-mini:acme::old\"},"
                         "{\"role\":\"candidate\",\"model\":\"gpt-5.4-mini\"}]");
    report(&lease, "[" RUN("baseline", "ft:gpt-5-mini:acme::old", 90, 10) ","
                   RUN("candidate", "gpt-5.4-mini", 60, 40) "]");
    EQ_STR(notice("state"), "waived");
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::new\"}", 200);
    lease = take();
    report(&lease, "[" RUN("baseline", "ft:gpt-5-mini:acme::old", 90, 10) ","
                   RUN("candidate", "gpt-5.4-mini", 60, 40) ","
                   RUN("tuned", "ft:gpt-5.4-mini:acme::new", 97, 3) "]");
    EQ_STR(notice("state"), "verified");
    EQ_STR(said("tuned"), "ft:gpt-5.4-mini:acme::new");
}

/* ---- what ends one early ---- */

Test(evals, one_can_be_cancelled_while_it_waits_and_while_it_runs)
{
    release("gpt-5.4-mini\n");
    act("ack");
    post("/v1/evals/1/cancel", "{}", 400);
    post("/v1/evals/9/cancel", "{\"reason\":\"no\"}", 404);
    post("/v1/evals/1/cancel", "{\"reason\":\"too dear\"}", 200);
    EQ_STR(job(1, "verdict"), "cancelled");
    EQ_STR(job(1, "reason"), "cancelled by uid:1000: too dear");
    post("/v1/evals/1/cancel", "{\"reason\":\"again\"}", 409);
    post("/v1/evals", "{\"deployment\":\"a\"}", 200);
    struct lease lease = take();
    post("/v1/evals/2/cancel", "{\"reason\":\"stop\"}", 200);
    speak(&lease, "renew", "", 410);
    EQ_STR(notice("state"), "acknowledged");
}

Test(evals, a_newer_candidate_cancels_the_run_of_the_older_one)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "triage", ""));
    release("gpt-5.4-mini\n");
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 1));
    player_list(p, "openai", "gpt-5-mini\ngpt-5\no3\ngpt-5.4-mini\ngpt-5.5-mini\n");
    post("/v1/sources/poll", "{}", 200);
    EQ_STR(job(1, "verdict"), "cancelled");
    speak(&lease, "renew", "", 410);
    lease = take();
    cr_expect(eq(int, lease.id, 2));
    EQ_STR(job(2, "candidate"), "gpt-5.5-mini");
}

Test(evals, who_waives_a_notice_wants_no_answer)
{
    release("gpt-5.4-mini\n");
    act("ack");
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s/waive", notice("id"));
    post(target, "{\"reason\":\"never\",\"until\":\"2026-09-01\"}", 200);
    EQ_STR(job(1, "verdict"), "cancelled");
    EQ_STR(notice("state"), "waived");
    player_until(p, INT64_C(1788220800000) + BW_HOUR_MS); /* 2026-09-01 */
    EQ_STR(notice("state"), "open");
    act("ack");
    cr_expect(eq(int, player_count(p, "/v1/evals?state=queued"), 1));
}

Test(evals, a_deployment_that_leaves_takes_its_job_along)
{
    release("gpt-5.4-mini\n");
    act("ack");
    player_configure(p, SOURCES);
    EQ_STR(job(1, "verdict"), "cancelled");
}

/* ---- elsewhere ---- */

#define REPORT(results) "{\"report\":{\"outcome\":\"finished\",\"results\":" results "}}"

static void begin_elsewhere(const char *trigger)
{
    BW_CLEANUP(bw_freep)
    char *fleet = bw_xasprintf(SOURCES TRIGGERS "deployments:\n" PROMPT("a", "triage", "%s"),
                               trigger);
    restart_with(fleet);
    release("gpt-5.4-mini\n");
}

Test(evals, a_trigger_starts_a_run_and_looks_after_it)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    cr_expect(eq(int, take().id, 0), "it is not for runners");
    EQ_STR(job(1, "state"), "running");
    EQ_STR(job(1, "runner"), "gh");
    cr_expect(eq(int, p->trigger.calls, 1));
    player_pass(p, BW_HOUR_MS);
    cr_expect(gt(int, p->trigger.calls, 10));
    cr_expect(lt(int, p->trigger.calls, 60));
    p->trigger.memory = REPORT(GOOD);
    player_pass(p, 6 * BW_MINUTE_MS);
    EQ_STR(job(1, "verdict"), "pass");
    EQ_STR(notice("state"), "verified");
    int calls = p->trigger.calls;
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, p->trigger.calls, calls));
}

Test(evals, a_run_elsewhere_that_never_ends_times_out)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    player_pass(p, 7 * BW_HOUR_MS);
    EQ_STR(job(1, "verdict"), "timeout");
    EQ_STR(job(1, "reason"), "no result came within 6h");
}

Test(evals, a_trigger_that_refuses_or_talks_nonsense_is_inconclusive)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .outcome = BW_DELIVERY_REFUSED, .error = "answered 404" };
    act("ack");
    EQ_STR(job(1, "verdict"), "inconclusive");
    EQ_STR(job(1, "reason"), "answered 404");
    p->trigger = (struct player_trigger){ .memory = "{\"report\":{\"outcome\":\"no\"}}" };
    post("/v1/evals", "{\"deployment\":\"a\"}", 200);
    EQ_STR(job(2, "verdict"), "inconclusive");
    EQ_STR(job(2, "reason"), "its report: outcome is not finished, timeout or failed");
}

Test(evals, a_start_that_the_daemon_did_not_survive_is_not_repeated)
{
    begin_elsewhere(", trigger: gh");
    p->trigger.silent = true;
    act("ack");
    cr_expect(eq(int, p->trigger.calls, 1));
    player_restart(p);
    player_settle(p);
    EQ_STR(job(1, "verdict"), "inconclusive");
    cr_expect(eq(int, p->trigger.calls, 1));
}

Test(evals, a_run_that_is_known_is_looked_after_again_after_a_restart)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    player_restart(p);
    p->trigger.memory = REPORT(GOOD);
    player_pass(p, BW_MINUTE_MS);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(evals, a_ci_is_given_a_token_by_hand)
{
    begin_elsewhere(", trigger: ci");
    player_forget_messages(p);
    act("ack");
    player_settle(p);
    cr_expect(eq(int, take().id, 0));
    EQ_STR(job(1, "runner"), "ci");
    cr_expect(eq(int, player_messages(p, "ops", "eval.requested"), 1));
    cr_expect(eq(int, player_messages(p, "chat", "eval.requested"), 0));
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer = player_ask(p, "POST", "/v1/evals/1/token", "");
    cr_assert(eq(int, p->status, 200));
    struct lease lease = lease_of(answer);
    cr_expect(eq(int, lease.id, 1));
    post("/v1/evals/1/token", "", 409);
    player_pass(p, 5 * BW_HOUR_MS);
    EQ_STR(job(1, "state"), "running");
    report(&lease, BAD);
    EQ_STR(job(1, "verdict"), "fail");
    EQ_STR(notice("state"), "waived");
}

Test(evals, a_token_is_for_a_ci_alone)
{
    release("gpt-5.4-mini\n");
    act("ack");
    post("/v1/evals/1/token", "", 409);
    (void)take();
    post("/v1/evals/1/token", "", 409);
}

Test(evals, a_lease_that_reached_nobody_is_given_to_the_next)
{
    release("gpt-5.4-mini\n");
    act("ack");
    uint64_t request = player_send(p, "POST", "/v1/evals/lease", LEASE);
    EQ_STR(job(1, "state"), "running");
    struct bw_event unheard = { .type = BW_EVENT_UNHEARD, .unheard = request };
    player_step(p, &unheard);
    EQ_STR(job(1, "state"), "queued");
    EQ_STR(said("state"), "queued");
    struct lease dead = lease_of(player_reply(p, request)->body);
    speak(&dead, "renew", "", 403);
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 1));
    speak(&lease, "renew", "", 200);
    unheard = (struct bw_event){ .type = BW_EVENT_UNHEARD, .unheard = p->requests };
    player_step(p, &unheard);
    unheard = (struct bw_event){ .type = BW_EVENT_UNHEARD, .unheard = request };
    player_step(p, &unheard);
    EQ_STR(job(1, "state"), "running");
}
