/* What discovery makes of what it sees: chains, steps, jobs that finish, keys that may not look. */
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
#define TUNE                                                                                       \
    "{\"id\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:t1\",\"job\":\"ftjob-1\","                   \
    "\"base\":\"gpt-4.1-mini-2025-04-14\",\"suffix\":\"triage\",\"status\":\"ready\","             \
    "\"finished\":\"2025-06-01\"}\n"
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

/* One that fails after it has said something is as one that has said nothing. */
Test(findings, of_a_list_that_failed_none_is_new_and_none_is_gone)
{
    begin_with(PLACES "adopt: [{platform: openai, match: 'ft:*', pick: newest, name: '{model}'}]\n");
    player_find(p, "openai", TUNE);
    player_pass(p, BW_HOUR_MS);
    player_find(p, "openai", "{\"id\":\"ft:gpt-4o-mini-2024-07-18:acme:mail:m1\",\"status\":\"ready\","
                             "\"base\":\"gpt-4o-mini-2024-07-18\"}\n");
    player_hide(p, "openai", BW_DISCOVERY_FAILED, "the plugin's last line has no end");
    player_pass(p, 5 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/findings?state=all"), 1));
    EQ_STR(of("ft:gpt-4.1-mini-2025-04-14:acme:triage:t1", "state"), "adopted");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
    EQ_STR(player_field(p, "/v1/deployments", "model"), "ft:gpt-4.1-mini-2025-04-14:acme:triage:t1");
}

Test(findings, an_inventory_goes_on_where_the_last_one_ended_also_after_a_restart)
{
    p = player_new_on_disk(PLACES);
    player_list(p, "openai", BASES);
    player_find(p, "openai", TUNE);
    bw_replace(&player_source(p, "openai")->memory, "{\"after\":\"ftjob-1\"}");
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(ptr, player_source(p, "openai")->told, NULL), "of the first one");
    player_hide(p, "openai", BW_DISCOVERY_FAILED, "HTTP 502");
    player_restart(p);
    player_pass(p, 2 * BW_DAY_MS);
    EQ_STR(player_source(p, "openai")->told, "{\"after\":\"ftjob-1\"}");
    player_find(p, "openai", TUNE);
    bw_replace(&player_source(p, "openai")->note, NULL);
    bw_replace(&player_source(p, "openai")->memory, NULL);
    player_pass(p, 4 * BW_DAY_MS);
    cr_expect(eq(ptr, player_source(p, "openai")->told, NULL), "it has come to the end");
}

Test(findings, what_was_remembered_of_other_settings_is_forgotten)
{
    begin_with(PLACES);
    player_find(p, "openai", TUNE);
    bw_replace(&player_source(p, "openai")->memory, "{\"after\":\"ftjob-1\"}");
    player_pass(p, BW_HOUR_MS);
    player_configure(p, "sources:\n  - {name: openai, plugin: openai, url: 'https://other.example/v1',"
                        " platform: openai, every: 24h}\n");
    cr_expect(eq(ptr, player_source(p, "openai")->told, NULL));
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
