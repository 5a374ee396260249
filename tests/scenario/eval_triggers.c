#include "support/eval_play.h"

#define TRIGGERS                                                                                   \
    "triggers:\n"                                                                                  \
    "  - {name: gh, plugin: github-actions, credential: {file: t}}\n"
#define REPORT(results) "{\"report\":{\"outcome\":\"finished\",\"results\":" results "}}"

static void begin_elsewhere(const char *trigger)
{
    BW_CLEANUP(bw_freep)
    char *fleet =
        bw_xasprintf(SOURCES TRIGGERS "deployments:\n" PROMPT("a", "triage", "%s"), trigger);
    restart_with(fleet);
    release("gpt-5.4-mini\n");
}

TestSuite(eval_triggers, .init = begin, .fini = end);

Test(eval_triggers, a_trigger_starts_a_run_and_looks_after_it)
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

Test(eval_triggers, a_run_elsewhere_that_never_ends_times_out)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    player_pass(p, 7 * BW_HOUR_MS);
    EQ_STR(job(1, "verdict"), "timeout");
    EQ_STR(job(1, "reason"), "no result came within 6h");
}

Test(eval_triggers, a_clock_that_is_set_neither_ends_a_run_elsewhere_nor_forgets_it)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    player_jump(p, 5 * BW_DAY_MS);
    EQ_STR(job(1, "state"), "running");
    player_jump(p, -5 * BW_DAY_MS);
    p->trigger.memory = REPORT(GOOD);
    player_pass(p, 6 * BW_MINUTE_MS);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(eval_triggers, a_trigger_that_refuses_or_talks_nonsense_is_inconclusive)
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

Test(eval_triggers, a_start_that_the_daemon_did_not_survive_is_not_repeated)
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

Test(eval_triggers, a_run_that_is_known_is_looked_after_again_after_a_restart)
{
    begin_elsewhere(", trigger: gh");
    p->trigger = (struct player_trigger){ .memory = "{\"run\":7}" };
    act("ack");
    player_restart(p);
    p->trigger.memory = REPORT(GOOD);
    player_pass(p, BW_MINUTE_MS);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(eval_triggers, a_ci_is_given_a_token_by_hand)
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
    post("/v1/evals/1/token", "{}", 409);
    player_pass(p, 5 * BW_HOUR_MS);
    EQ_STR(job(1, "state"), "running");
    report(&lease, BAD);
    EQ_STR(job(1, "verdict"), "fail");
    EQ_STR(notice("state"), "waived");
}

Test(eval_triggers, a_token_that_is_lost_is_given_out_again_and_the_first_is_void)
{
    begin_elsewhere(", trigger: ci");
    act("ack");
    BW_CLEANUP(bw_json_freep)
    struct bw_json *one = player_ask(p, "POST", "/v1/evals/1/token", "{}");
    BW_CLEANUP(bw_json_freep)
    struct bw_json *two = player_ask(p, "POST", "/v1/evals/1/token", "{\"again\":true}");
    struct lease lost = lease_of(one);
    struct lease lease = lease_of(two);
    speak(&lost, "report", ",\"outcome\":\"failed\"", 403);
    report(&lease, GOOD);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(eval_triggers, jobs_that_no_ci_takes_keep_nobody_from_running)
{
    restart_with(SOURCES "evals: {start: automatic, running: 1}\ndeployments:\n" PROMPT(
        "a", "triage", ", trigger: ci") PROMPT("b", "help", ", trigger: ci")
                     PROMPT("c", "triage", ""));
    release("gpt-5.4-mini\n");
    EQ_STR(job(2, "state"), "running");
    struct lease lease = take();
    cr_expect(eq(int, lease.id, 3));
    post("/v1/evals/1/token", "{}", 409); /* one runs by now */
    report(&lease, GOOD);
    post("/v1/evals/1/token", "{}", 200);
    post("/v1/evals/2/token", "{}", 409);
}

Test(eval_triggers, a_ci_is_asked_for_every_run)
{
    begin_elsewhere(", trigger: ci, start: off");
    player_forget_messages(p);
    post("/v1/evals", "{\"deployment\":\"a\",\"tuned\":\"ft:x\"}", 200);
    player_settle(p);
    const char *said = NULL;
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        said = bw_json_text(bw_json_get(bw_json_get(message->body, "data"), "summary"), "");
    }
    EQ_STR(said, "a: run the suite triage on gpt-5-mini, on gpt-5.4-mini and on ft:x; "
                 "basewatch evals token 1");
}

Test(eval_triggers, a_token_is_for_a_ci_alone)
{
    release("gpt-5.4-mini\n");
    act("ack");
    post("/v1/evals/1/token", "", 409);
    (void)take();
    post("/v1/evals/1/token", "", 409);
}
