#include "support/eval_play.h"

TestSuite(evals, .init = begin, .fini = end);

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
    player_list(p, "openai",
                "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\","
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
    restart_with(
        SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "triage", "")
            PROMPT("b", "triage", ", start: off") "  - {name: c, technique: prompt, platform: "
                                                  "openai, model: gpt-5-mini}\n");
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
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"x;touch${IFS}y\"}", 422);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":5}", 400);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::1\"}", 200);
    EQ_STR(job(1, "tuned"), "ft:gpt-5.4-mini:acme::1");
    post("/v1/evals", "{\"deployment\":\"a\"}", 409);
}

Test(evals, one_over_the_budget_waits_for_the_next_month_or_for_somebody)
{
    restart_with(SOURCES
                 "evals: {start: automatic, budget_usd_per_month: 8}\ndeployments:\n" PROMPT(
                     "a", "triage", "") PROMPT("b", "help", "") PROMPT("c", "help", ""));
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

Test(evals, a_tune_can_be_named_for_one_that_is_queued_and_costs_a_run_of_its_own)
{
    restart_with(SOURCES
                 "evals: {start: automatic, budget_usd_per_month: 0.01}\ndeployments:\n" PROMPT(
                     "a", "triage", "") PROMPT("b", "help", ""));
    release("gpt-5.4-mini\n");
    int64_t expected = player_sql(p, "SELECT expected_usd FROM eval_job WHERE id = 1");
    cr_expect(eq(int, take().id, 0));
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"-x\"}", 422);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::1\"}", 200);
    EQ_STR(job(1, "tuned"), "ft:gpt-5.4-mini:acme::1");
    cr_expect(eq(i64, player_sql(p, "SELECT expected_usd FROM eval_job WHERE id = 1"),
                 expected + expected / 2));
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::2\"}", 200);
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 1));
    cr_expect(ne(ptr, strstr(lease.models, "ft:gpt-5.4-mini:acme::2"), NULL), "%s", lease.models);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::3\"}", 409);
}

Test(evals, a_greater_budget_lets_them_go)
{
    restart_with(SOURCES
                 "evals: {start: automatic, budget_usd_per_month: 0.01}\ndeployments:\n" PROMPT(
                     "a", "triage", ""));
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, take().id, 0));
    player_configure(p, SOURCES "evals: {start: automatic, budget_usd_per_month: 10}\n"
                                "deployments:\n" PROMPT("a", "triage", ""));
    cr_expect(eq(int, take().id, 1));
}

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
    cr_expect(
        ne(ptr, strstr(text, "its last eval (1, suite triage on gpt-5.4-mini): pass: "), NULL));
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
        { ",\"outcome\":\"finished\",\"results\":[" RUN("baseline", "gpt-5-mini", 90, 10) "," RUN(
              "candidate", "gpt-5", 95, 5) "]",
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

/* A fine-tune of whose notice the prompted candidate has lost to the old tune. */
static void begin_with_a_fine_tune(void)
{
    restart_with(SOURCES "deployments:\n"
                         "  - {name: a, technique: fine-tuned, platform: openai,\n"
                         "     model: 'ft:gpt-5-mini:acme::old', evals: {suite: triage}}\n");
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    EQ_STR(lease.models, "[{\"role\":\"baseline\",\"model\":\"ft:gpt-5-mini:acme::old\"},"
                         "{\"role\":\"candidate\",\"model\":\"gpt-5.4-mini\"}]");
    report(&lease, "[" RUN("baseline", "ft:gpt-5-mini:acme::old", 90,
                           10) "," RUN("candidate", "gpt-5.4-mini", 60, 40) "]");
}

/* The three runs, of which the old tune passes 90 of 100. */
static void report_tune(const char *tuned)
{
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:gpt-5.4-mini:acme::new\"}", 200);
    struct lease lease = take();
    BW_CLEANUP(bw_freep)
    char *results = bw_xasprintf("[" RUN("baseline", "ft:gpt-5-mini:acme::old", 90, 10) "," RUN(
                                     "candidate", "gpt-5.4-mini", 60, 40) ",%s]",
                                 tuned);
    report(&lease, results);
}

Test(evals, a_fine_tune_is_judged_by_its_new_tune_once_there_is_one)
{
    begin_with_a_fine_tune();
    EQ_STR(notice("state"), "acknowledged");
    EQ_STR(said("verdict"), "fail");
    report_tune(RUN("tuned", "ft:gpt-5.4-mini:acme::new", 97, 3));
    EQ_STR(notice("state"), "verified");
    EQ_STR(said("tuned"), "ft:gpt-5.4-mini:acme::new");
}

Test(evals, a_new_tune_that_fails_waives_the_notice)
{
    begin_with_a_fine_tune();
    report_tune(RUN("tuned", "ft:gpt-5.4-mini:acme::new", 70, 30));
    EQ_STR(notice("state"), "waived");
}

Test(evals, that_prompting_is_worse_does_not_silence_the_last_day_to_train)
{
    begin_with_a_fine_tune();
    player_list(p, "openai",
                "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"training\","
                "\"at\":\"2026-06-01\",\"firm\":true}]}\ngpt-5.4-mini\ngpt-5\no3\n");
    player_pass(p, 7 * BW_HOUR_MS);
    player_forget_messages(p);
    player_until(p, INT64_C(1780272000000)); /* 2026-06-01 */
    player_settle(p);
    EQ_STR(player_field(p, "/v1/notices?kind=stale", "state"), "acknowledged");
    cr_expect(ge(int, player_messages(p, "ops", "notice.reminder"), 3));
}

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

Test(evals, a_queued_one_follows_its_deployment)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "none", ""));
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, take().id, 0));
    EQ_STR(job(1, "reason"), "no runner has offered the suite 'none' since the daemon started");
    player_configure(p, SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT(
                            "a", "triage", ", trigger: ci"));
    EQ_STR(job(1, "suite"), "triage");
    EQ_STR(job(1, "trigger"), "ci");
    player_settle(p);
    EQ_STR(job(1, "state"), "running");
    EQ_STR(job(1, "reason"), "no CI has taken it yet: basewatch evals token");
}

Test(evals, one_whose_deployment_names_no_suite_any_more_is_cancelled)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "triage", ""));
    release("gpt-5.4-mini\n");
    player_configure(p, SOURCES "evals: {start: automatic}\ndeployments:\n"
                                "  - {name: a, technique: prompt, platform: openai, "
                                "model: gpt-5-mini}\n");
    EQ_STR(job(1, "verdict"), "cancelled");
}

Test(evals, a_suite_that_comes_after_its_notice_opens_one)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n"
                         "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n");
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 0));
    player_configure(p, SOURCES "evals: {start: automatic}\ndeployments:\n" PROMPT("a", "triage",
                                                                                    ""));
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 1));
    report(&lease, GOOD);
    EQ_STR(notice("state"), "verified");
}

Test(evals, a_model_that_is_not_found_yet_is_compared_with_nothing)
{
    restart_with(SOURCES "evals: {start: automatic}\ndeployments:\n"
                         "  - {name: a, technique: fine-tuned, platform: openai, base: gpt-5-mini,\n"
                         "     model: {match: 'ft:gpt-5-mini:acme:*', pick: newest},\n"
                         "     evals: {suite: triage}}\n");
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals"), 0));
    post("/v1/evals", "{\"deployment\":\"a\"}", 422);
    player_find(p, "openai", "{\"id\":\"ft:gpt-5-mini:acme::1\",\"kind\":\"fine-tune\","
                             "\"status\":\"ready\",\"base\":\"gpt-5-mini\"}");
    player_pass(p, 7 * BW_HOUR_MS);
    EQ_STR(job(1, "baseline"), "ft:gpt-5-mini:acme::1");
}

Test(evals, words_and_numbers_that_are_none_are_errors)
{
    release("gpt-5.4-mini\n");
    static const char *const bad[] = { "/v1/evals?state=bogus",       "/v1/evals?verdict=bogus",
                                       "/v1/notices?state=bogus",     "/v1/notices?kind=bogus",
                                       "/v1/notices?severity=bogus",  "/v1/notices?technique=bogus",
                                       "/v1/deployments?state=bogus", "/v1/deliveries?state=bogus" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(p, "GET", bad[i], "");
        cr_expect(eq(int, p->status, 400), "%s", bad[i]);
    }
    (void)player_field(p, "/v1/notices?state=live&kind=swap&severity=info&technique=prompt", "id");
    cr_expect(eq(int, p->status, 200));
    act("ack");
    for (size_t i = 0; i < 2; i++) {
        static const char *const ids[] = { "/v1/evals/1x", "/v1/notices/1x" };
        BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(p, "GET", ids[i], "");
        cr_expect(eq(int, p->status, 404), "%s", ids[i]);
    }
    post("/v1/evals/1x/cancel", "{\"reason\":\"no\"}", 404);
}
