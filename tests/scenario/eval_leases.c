#include "support/eval_play.h"

TestSuite(eval_leases, .init = begin, .fini = end);

Test(eval_leases, a_lease_gives_the_models_and_a_token_that_is_kept_as_a_hash)
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
    cr_expect(eq(i64,
                 player_sql(p, "SELECT count(*) FROM eval_job WHERE length(token_hash) = 64"
                               " AND token_hash NOT LIKE '%token%'"),
                 1));
}

Test(eval_leases, a_runner_gets_only_suites_it_offers)
{
    release("gpt-5.4-mini\n");
    act("ack");
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer =
        player_ask(p, "POST", "/v1/evals/lease", "{\"runner\":\"r\",\"suites\":[\"help\"]}");
    cr_expect(eq(int, lease_of(answer).id, 0));
}

Test(eval_leases, whoever_may_only_read_can_take_nothing)
{
    p->may_write = false;
    post("/v1/evals/lease", LEASE, 403);
    post("/v1/evals", "{\"deployment\":\"a\"}", 403);
}

Test(eval_leases, a_silent_runner_is_given_up_for_lost_and_nothing_runs_again)
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

Test(eval_leases, a_lease_outlives_the_daemon)
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

Test(eval_leases, a_clock_that_is_set_forward_does_not_end_the_job_of_a_healthy_runner)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    player_jump(p, 3 * BW_HOUR_MS);
    EQ_STR(job(1, "state"), "running");
    cr_expect(eq(int, take().id, 0));
    speak(&lease, "renew", "", 200);
    report(&lease, GOOD);
    EQ_STR(job(1, "verdict"), "pass");
}

Test(eval_leases, a_clock_that_is_set_back_keeps_no_lost_job_for_long)
{
    release("gpt-5.4-mini\n");
    act("ack");
    struct lease lease = take();
    player_jump(p, -3 * BW_HOUR_MS);
    speak(&lease, "renew", "", 200);
    cr_expect(eq(int, take().id, 0));
    player_jump(p, -30 * BW_DAY_MS);
    player_pass(p, 10 * BW_MINUTE_MS);
    EQ_STR(job(1, "verdict"), "inconclusive");
    speak(&lease, "renew", "", 410);
    cr_expect(eq(int, take().id, 0));
}

Test(eval_leases, a_token_is_good_for_its_own_job_and_for_one_report)
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

Test(eval_leases, a_runner_that_waits_gets_the_job_when_it_is_there)
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

Test(eval_leases, only_so_many_run_at_once)
{
    restart_with(SOURCES "evals: {start: automatic, running: 1}\ndeployments:\n" PROMPT(
        "a", "triage", "") PROMPT("b", "help", ""));
    release("gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/evals?state=queued"), 2));
    struct lease first = take();
    cr_expect(eq(int, first.id, 1));
    cr_expect(eq(int, take().id, 0));
    report(&first, GOOD);
    cr_expect(eq(int, take().id, 2));
}

Test(eval_leases, a_lease_that_reached_nobody_is_given_to_the_next)
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
