/* What discovery makes of what it sees: chains, steps, jobs that finish, keys that may not look, and
 * another look before anybody is told. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 24h}\n"           \
    "  - {name: ends, plugin: modeldeprecations, platform: openai, every: 6h,"                     \
    " url: 'https://feed.example'}\n"                                                              \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define TUNED                                                                                      \
    "deployments:\n"                                                                               \
    "  - {name: triage, technique: fine-tuned, platform: openai, owner: web,"                      \
    " model: {match: 'ft:*:acme:triage:*', pick: newest}}\n"
#define BASES "gpt-4o-mini-2024-07-18\ngpt-4.1-mini-2025-04-14\n"
#define NO_END "{\"id\":\"gpt-4.1-mini-2025-04-14\"}\n"
#define END                                                                                        \
    "{\"id\":\"gpt-4.1-mini-2025-04-14\",\"dates\":[{\"clock\":\"inference\",\"at\":\"2026-06-01\"}]}\n"
#define TUNE                                                                                       \
    "{\"id\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:t1\",\"job\":\"ftjob-1\","                   \
    "\"base\":\"gpt-4.1-mini-2025-04-14\",\"suffix\":\"triage\",\"status\":\"ready\","             \
    "\"finished\":\"2025-06-01\"}\n"
#define RETRAINED                                                                                  \
    "{\"id\":\"ft:gpt-5-mini:acme:triage:t2\",\"job\":\"ftjob-2\",\"base\":\"gpt-5-mini\","        \
    "\"suffix\":\"triage\",\"status\":\"ready\",\"finished\":\"2026-01-02T12:00:00Z\"}\n"

#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin_with(const char *yaml)
{
    p = player_new(yaml);
    player_list(p, "openai", BASES);
    player_list(p, "ends", NO_END);
}

static void end(void)
{
    player_free(p);
}

TestSuite(findings, .fini = end);

static const char *of(const char *model, const char *name)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/findings/%s", model);
    return player_field(p, target, name);
}

Test(findings, a_tune_of_a_tune_and_what_serves_it_rest_on_the_root_base_and_say_so)
{
    begin_with(PLACES);
    player_find(p, "openai",
                TUNE "{\"id\":\"second\",\"parent\":\"ftjob-1\",\"status\":\"ready\"}\n"
                     "{\"id\":\"prod\",\"kind\":\"served\",\"serves\":\"second\"}\n"
                     "{\"id\":\"plain\",\"kind\":\"served\",\"serves\":\"gpt-4.1-mini-2025-04-14\"}\n"
                     "{\"id\":\"lost\",\"parent\":\"deleted\",\"base\":\"gpt-4o-mini-2024-07-18\"}\n"
                     "{\"id\":\"ring\",\"parent\":\"gnir\"}\n{\"id\":\"gnir\",\"parent\":\"ring\"}\n");
    player_pass(p, BW_HOUR_MS);
    EQ_STR(of("second", "root"), "gpt-4.1-mini-2025-04-14");
    EQ_STR(of("second", "chain"), "second -> ft:gpt-4.1-mini-2025-04-14:acme:triage:t1 -> "
                                  "gpt-4.1-mini-2025-04-14");
    EQ_STR(of("prod", "chain"), "prod -> second -> ft:gpt-4.1-mini-2025-04-14:acme:triage:t1 -> "
                                "gpt-4.1-mini-2025-04-14");
    EQ_STR(of("plain", "root"), "gpt-4.1-mini-2025-04-14");
    EQ_STR(of("plain", "chain"), "");
    EQ_STR(of("lost", "root"), "gpt-4o-mini-2024-07-18");
    EQ_STR(of("ring", "root"), "");
    BW_CLEANUP(bw_json_freep) struct bw_json *tuned =
        player_ask(p, "POST", "/v1/findings/prod/adopt", "{\"name\":\"prod\"}");
    EQ_STR(bw_json_text(bw_json_get(tuned, "technique"), ""), "fine-tuned");
    BW_CLEANUP(bw_json_freep) struct bw_json *prompted =
        player_ask(p, "POST", "/v1/findings/plain/adopt", "{\"name\":\"plain\"}");
    EQ_STR(bw_json_text(bw_json_get(prompted, "technique"), ""), "prompt");
    player_do(p, "POST", "/v1/findings/ring/adopt", "{\"name\":\"ring\"}");
    cr_expect(eq(int, p->status, 409));
    BW_CLEANUP(bw_json_freep) struct bw_json *why =
        player_ask(p, "GET", "/v1/deployments/prod/explain", "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(why);
    cr_expect(ne(ptr, strstr(text, "it rests on its base by prod -> second ->"), NULL), "%s", text);
}

Test(findings, an_adapter_rests_on_the_parents_that_the_catalog_names)
{
    begin_with(PLACES);
    player_list(p, "openai", BASES "{\"id\":\"adapter\",\"parent\":\"gpt-4o-mini-2024-07-18\"}\n");
    player_find(p, "openai", "{\"id\":\"stack\",\"parent\":\"adapter\",\"status\":\"ready\"}\n");
    player_pass(p, BW_HOUR_MS);
    EQ_STR(of("stack", "root"), "gpt-4o-mini-2024-07-18");
    EQ_STR(of("stack", "chain"), "stack -> adapter -> gpt-4o-mini-2024-07-18");
}

Test(findings, intermediate_steps_are_folded_into_what_their_job_made)
{
    begin_with(PLACES "adopt: [{platform: openai, match: 'ft:*:acme:*', pick: newest, name: t}]\n");
    player_find(p, "openai",
                TUNE "{\"id\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:t1:ckpt-step-90\","
                     "\"checkpoint_of\":\"ftjob-1\",\"status\":\"ready\",\"finished\":\"2025-06-02\"}\n");
    player_pass(p, BW_HOUR_MS);
    EQ_STR(player_field(p, "/v1/deployments/t", "model"),
           "ft:gpt-4.1-mini-2025-04-14:acme:triage:t1");
    cr_expect(eq(int, player_count(p, "/v1/findings"), 0));
    cr_expect(eq(int, player_count(p, "/v1/findings?state=checkpoint"), 1));
    cr_expect(eq(int, player_count(p, "/v1/findings?state=all"), 2));
}

Test(findings, a_job_that_finishes_stays_one_finding_and_what_was_known_stays_known)
{
    begin_with(PLACES "adopt: [{platform: openai, match: '*', name: '{model}'}]\n");
    player_find(p, "openai", "{\"id\":\"ftjob-1\",\"job\":\"ftjob-1\",\"status\":\"running\","
                             "\"base\":\"gpt-4.1-mini-2025-04-14\",\"rows\":70}\n");
    player_pass(p, BW_HOUR_MS);
    EQ_STR(of("ftjob-1", "status"), "running");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 0), "nobody can call it yet");
    player_find(p, "openai", TUNE);
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/findings?state=all"), 1));
    EQ_STR(of("ft:gpt-4.1-mini-2025-04-14:acme:triage:t1", "rows"), "70");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
}

Test(findings, failed_and_cancelled_jobs_are_listed_and_never_adopted)
{
    begin_with(PLACES "adopt: [{platform: openai, match: '*', name: '{model}'}]\n");
    player_find(p, "openai", "{\"id\":\"a\",\"base\":\"x\",\"status\":\"failed\"}\n"
                             "{\"id\":\"b\",\"base\":\"x\",\"status\":\"cancelled\"}\n"
                             "{\"id\":\"c\",\"base\":\"x\",\"status\":\"running\"}\n");
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/findings"), 3));
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 0));
}

Test(findings, a_key_that_may_not_see_them_costs_no_catalog_and_is_said)
{
    begin_with(PLACES TUNED);
    player_hide(p, "openai", BW_DISCOVERY_REFUSED, "GET /fine_tuning/jobs: HTTP 403");
    player_pass(p, BW_HOUR_MS);
    EQ_STR(player_field(p, "/v1/sources/openai", "state"), "ok");
    EQ_STR(player_field(p, "/v1/sources/openai", "findings_state"), "not-visible");
    EQ_STR(player_field(p, "/v1/sources/openai", "findings"),
           "not visible with this key: GET /fine_tuning/jobs: HTTP 403");
    EQ_STR(player_field(p, "/v1/sources/ends", "findings"), "");
    BW_CLEANUP(bw_json_freep) struct bw_json *why =
        player_ask(p, "GET", "/v1/deployments/triage/explain", "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(why);
    cr_expect(ne(ptr, strstr(text, "findings of source openai: not visible with this key"), NULL),
              "%s", text);
    player_find(p, "openai", TUNE);
    bw_replace(&player_source(p, "openai")->note, NULL);
    player_pass(p, 2 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/sources/openai", "findings"), "visible");
}

Test(findings, another_failure_keeps_what_was_found)
{
    begin_with(PLACES TUNED);
    player_find(p, "openai", TUNE);
    player_pass(p, BW_HOUR_MS);
    player_hide(p, "openai", BW_DISCOVERY_FAILED, "HTTP 502");
    player_pass(p, 3 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/sources/openai", "findings"),
           "not read: HTTP 502; keeping the last ones");
    EQ_STR(player_field(p, "/v1/deployments/triage", "base"), "gpt-4.1-mini-2025-04-14");
    EQ_STR(of("ft:gpt-4.1-mini-2025-04-14:acme:triage:t1", "state"), "adopted");
}

/* ---- before anybody is told ---- */

Test(findings, somebody_who_has_retrained_already_is_not_told)
{
    begin_with(PLACES TUNED);
    player_find(p, "openai", TUNE);
    player_list(p, "openai", BASES "gpt-5-mini\n");
    player_pass(p, 12 * BW_HOUR_MS);
    player_forget_messages(p);
    int polls = player_source(p, "openai")->polls;
    player_find(p, "openai", TUNE RETRAINED);
    player_list(p, "ends", END); /* the feed is polled, the platform not for half a day */
    player_pass(p, 6 * BW_HOUR_MS);
    cr_expect(eq(int, player_source(p, "openai")->polls, polls + 1));
    EQ_STR(player_field(p, "/v1/deployments/triage", "base"), "gpt-5-mini");
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=deprecated"), 0));
    cr_expect(eq(int, player_messages(p, NULL, "notice.opened"), 0));
}

Test(findings, who_has_not_retrained_is_told_after_one_more_look_and_not_looked_at_for_each_news)
{
    begin_with(PLACES TUNED);
    player_find(p, "openai", TUNE);
    player_pass(p, 12 * BW_HOUR_MS);
    int polls = player_source(p, "openai")->polls;
    player_list(p, "ends", END);
    player_do(p, "POST", "/v1/sources/poll", "{\"name\":\"ends\"}");
    cr_expect(eq(int, player_source(p, "openai")->polls, polls + 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=deprecated"), 1));
    player_list(p, "ends",
                "{\"id\":\"gpt-4.1-mini-2025-04-14\",\"dates\":[{\"clock\":\"inference\",\"at\":"
                "\"2026-05-01\"}]}\n");
    player_do(p, "POST", "/v1/sources/poll", "{\"name\":\"ends\"}");
    cr_expect(eq(int, player_source(p, "openai")->polls, polls + 1), "it has looked just now");
    EQ_STR(player_field(p, "/v1/notices?kind=deprecated", "serve_until"), "2026-05-01");
}

Test(findings, a_source_that_hangs_holds_the_news_back_for_minutes_alone)
{
    begin_with(PLACES TUNED);
    player_find(p, "openai", TUNE);
    player_pass(p, 12 * BW_HOUR_MS + BW_MINUTE_MS);
    player_source(p, "openai")->hangs = true;
    player_list(p, "ends", END);
    uint64_t request = player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"ends\"}");
    player_settle(p);
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=deprecated"), 0));
    cr_expect(eq(ptr, (void *)player_reply(p, request), NULL), "the fan-out is not done");
    player_pass(p, 6 * BW_MINUTE_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=deprecated"), 1));
    cr_expect(ne(ptr, (void *)player_reply(p, request), NULL));
}

Test(findings, an_account_without_a_model_yet_is_listed_and_its_jobs_are_found)
{
    BW_CLEANUP(player_freep) struct player *fresh =
        player_new("sources: [{name: own, plugin: fireworks, url: 'https://f.example', every: 6h}]\n");
    player_list(fresh, "own", "");
    player_pass(fresh, BW_HOUR_MS);
    cr_expect(eq(str, (char *)player_field(fresh, "/v1/sources/own", "state"), "failing"));
    player_find(fresh, "own", "{\"id\":\"job-1\",\"job\":\"job-1\",\"status\":\"running\"}\n");
    player_pass(fresh, BW_DAY_MS);
    cr_expect(eq(str, (char *)player_field(fresh, "/v1/sources/own", "state"), "ok"));
    cr_expect(eq(int, player_count(fresh, "/v1/findings"), 1));
    player_list(fresh, "own", "model-1\n");
    player_pass(fresh, BW_DAY_MS);
    cr_expect(eq(int, player_count(fresh, "/v1/models"), 1));
}
