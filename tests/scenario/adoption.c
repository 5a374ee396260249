/* Findings become deployments, follow what is retrained, and leave again. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define RULE                                                                                       \
    "adopt:\n"                                                                                     \
    "  - {platform: openai, match: 'ft:*:acme:triage:*', pick: newest, owner: support,"            \
    " name: triage}\n"
#define BASES "gpt-4o-mini-2024-07-18\ngpt-4.1-mini-2025-04-14\n"
#define OLD                                                                                        \
    "{\"id\":\"ft:gpt-4o-mini-2024-07-18:acme:triage:old1\",\"base\":\"gpt-4o-mini-2024-07-18\","  \
    "\"job\":\"ftjob-1\",\"suffix\":\"triage\",\"status\":\"ready\",\"finished\":\"2025-02-01\","  \
    "\"trained_tokens\":9300000,\"epochs\":3,\"rows\":5000}\n"
#define NEW                                                                                        \
    "{\"id\":\"ft:gpt-4.1-mini-2025-04-14:acme:triage:new1\",\"base\":\"gpt-4.1-mini-2025-04-14\"," \
    "\"job\":\"ftjob-2\",\"suffix\":\"triage\",\"status\":\"ready\",\"finished\":\"2025-12-20\","  \
    "\"price_usd\":46.5}\n"
#define OTHER                                                                                      \
    "{\"id\":\"ft:gpt-4o-mini-2024-07-18:acme:mail:m1\",\"base\":\"gpt-4o-mini-2024-07-18\","      \
    "\"suffix\":\"mail\",\"status\":\"ready\",\"finished\":\"2025-01-05\"}\n"

#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin_with(const char *yaml)
{
    p = player_new(yaml);
    player_list(p, "openai", BASES);
}

static void end(void)
{
    player_free(p);
}

TestSuite(adoption, .fini = end);

static const char *of_triage(const char *name)
{
    return player_field(p, "/v1/deployments/triage", name);
}

static int live(const char *deployment)
{
    BW_CLEANUP(bw_freep) char *target =
        bw_xasprintf("/v1/notices?state=live&deployment=%s", deployment);
    return player_count(p, target);
}

Test(adoption, findings_are_listed_and_priced_and_nobody_is_told)
{
    begin_with(PLACES);
    player_find(p, "openai", OLD OTHER);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/findings"), 2));
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 0));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
    const char *target = "/v1/findings/ft:gpt-4o-mini-2024-07-18:acme:triage:old1";
    EQ_STR(player_field(p, target, "root"), "gpt-4o-mini-2024-07-18");
    EQ_STR(player_field(p, target, "trained_tokens"), "9300000");
    EQ_STR(player_field(p, target, "candidate"), "gpt-4.1-mini-2025-04-14");
    cr_expect(ne(str, (char *)player_field(p, target, "expected_usd"), ""), "%s",
              player_field(p, target, "estimate_refused"));
    EQ_STR(player_field(p, "/v1/sources/openai", "findings"), "visible");
}

Test(adoption, a_rule_makes_the_newest_a_deployment_with_what_is_known_of_its_training)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD OTHER);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
    EQ_STR(of_triage("model"), "ft:gpt-4o-mini-2024-07-18:acme:triage:old1");
    EQ_STR(of_triage("base"), "gpt-4o-mini-2024-07-18");
    EQ_STR(of_triage("owner"), "support");
    EQ_STR(of_triage("origin"), "adopted");
    EQ_STR(of_triage("technique"), "fine-tuned");
    EQ_STR(of_triage("state"), "stale");
    cr_expect(eq(int, live("triage"), 1));
    cr_expect(eq(int, player_count(p, "/v1/findings"), 1));
    EQ_STR(player_field(p, "/v1/findings?state=adopted", "deployment"), "triage");
    BW_CLEANUP(bw_json_freep) struct bw_json *estimate =
        player_ask(p, "GET", "/v1/deployments/triage/estimate", "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(estimate);
    cr_expect(ne(ptr, strstr(text, "rows, epochs, trained tokens of the training come from "
                                   "finding ft:gpt-4o-mini-2024-07-18:acme:triage:old1 of job "
                                   "ftjob-1, finished 2025-02-01"), NULL), "%s", text);
}

Test(adoption, a_newer_finding_moves_the_deployment_and_resolves_its_notice_with_that_evidence)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, live("triage"), 1));
    player_find(p, "openai", OLD NEW);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("model"), "ft:gpt-4.1-mini-2025-04-14:acme:triage:new1");
    EQ_STR(of_triage("base"), "gpt-4.1-mini-2025-04-14");
    EQ_STR(of_triage("state"), "current");
    cr_expect(eq(int, live("triage"), 0));
    cr_expect(eq(int, player_messages(p, "ops", "notice.resolved"), 1));
    BW_CLEANUP(bw_json_freep) struct bw_json *notice =
        player_ask(p, "GET", "/v1/notices/1", "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(notice);
    cr_expect(ne(ptr, strstr(text, "finding ft:gpt-4.1-mini-2025-04-14:acme:triage:new1 of job "
                                   "ftjob-2, finished 2025-12-20 shows it on "
                                   "gpt-4.1-mini-2025-04-14"), NULL), "%s", text);
    const char *target = "/v1/findings/ft:gpt-4.1-mini-2025-04-14:acme:triage:new1";
    EQ_STR(player_field(p, target, "price_usd"), "46.5");
    EQ_STR(player_field(p, target, "deployment"), "triage");
    cr_expect(ne(str, (char *)player_field(p, target, "picked_at"), ""));
    cr_expect(eq(int, player_count(p, "/v1/findings"), 0), "the older one belongs to it too");
}

Test(adoption, what_a_training_was_charged_is_an_actual_cost_once)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/actuals"), 0), "nothing is known of the first one");
    player_find(p, "openai", OLD NEW);
    player_pass(p, 3 * BW_DAY_MS);
    player_configure(p, PLACES RULE);
    cr_expect(eq(int, player_count(p, "/v1/actuals?deployment=triage"), 1));
    EQ_STR(player_field(p, "/v1/actuals", "paid_usd"), "46.5");
    EQ_STR(player_field(p, "/v1/actuals", "on"), "2025-12-20");
    EQ_STR(player_field(p, "/v1/actuals", "covers"), "training");
}

Test(adoption, a_deployment_of_a_file_picks_among_findings_and_keeps_what_it_says)
{
    p = player_new_on_disk(
        PLACES "deployments:\n"
               "  - {name: triage, technique: fine-tuned, platform: openai, owner: web,"
               " model: {match: 'ft:*:acme:triage:*', pick: newest}, training: {rows: 7}}\n");
    player_list(p, "openai", BASES);
    EQ_STR(of_triage("state"), "unknown");
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("model"), "ft:gpt-4o-mini-2024-07-18:acme:triage:old1");
    EQ_STR(of_triage("state"), "stale");
    player_restart(p);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("base"), "gpt-4o-mini-2024-07-18");
    cr_expect(eq(int, live("triage"), 1));
    player_find(p, "openai", OLD NEW);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("base"), "gpt-4.1-mini-2025-04-14");
    EQ_STR(of_triage("owner"), "web");
    EQ_STR(of_triage("origin"), "file");
    cr_expect(eq(int, live("triage"), 0));
    cr_expect(eq(i64, player_sql(p, "SELECT json_extract(body, '$.training.rows') FROM deployment"),
                 7));
}

Test(adoption, names_and_owners_come_from_patterns_and_each_base_and_suffix_is_one)
{
    begin_with(PLACES "adopt:\n"
                      "  - {platform: openai, match: 'ft:*:acme:mail:*', pick: newest}\n"
                      "  - {platform: openai, match: 'ft:*:acme:*:*', name: '{2}-{1}',"
                      " owner: 'team-{suffix}'}\n");
    player_find(p, "openai", OLD NEW OTHER);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 3));
    EQ_STR(player_field(p, "/v1/deployments/mail@gpt-4o-mini-2024-07-18", "owner"), "");
    EQ_STR(player_field(p, "/v1/deployments/triage-gpt-4o-mini-2024-07-18", "owner"),
           "team-triage");
    EQ_STR(player_field(p, "/v1/deployments/triage-gpt-4.1-mini-2025-04-14", "state"), "current");
}

Test(adoption, a_rule_that_goes_takes_its_deployments_with_it)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, live("triage"), 1));
    player_configure(p, PLACES);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 0));
    cr_expect(eq(int, live("triage"), 0));
    cr_expect(eq(int, player_count(p, "/v1/findings"), 1));
    player_configure(p, PLACES RULE);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("state"), "stale");
    cr_expect(eq(i64, player_sql(p, "SELECT sum(members) FROM cohort"), 1));
}

Test(adoption, what_a_rule_adopted_is_not_removed_by_hand)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    BW_CLEANUP(bw_json_freep) struct bw_json *answer =
        player_ask(p, "DELETE", "/v1/deployments/triage", "");
    cr_expect(eq(int, p->status, 409));
    cr_expect(ne(ptr, strstr(bw_json_text(bw_json_get(answer, "detail"), ""), "change the rule"),
                 NULL));
}

/* Two accounts; the names in order of their scopes would give the first one to the second. */
#define ACCOUNT(name)                                                                              \
    "  - {name: " name ", plugin: openai, platform: openai, account: " name ","                     \
    " url: 'https://" name ".example/v1', every: 6h}\n"
#define ANYWHERE                                                                                   \
    "adopt: [{platform: openai, match: 'ft:*:acme:triage:*', pick: newest, name: triage}]\n"

Test(adoption, a_name_stays_with_its_account_when_another_one_comes_and_goes)
{
    p = player_new("sources:\n" ACCOUNT("zeta") ANYWHERE);
    player_list(p, "zeta", BASES);
    player_find(p, "zeta", OLD);
    player_list(p, "alpha", BASES);
    player_find(p, "alpha", NEW);
    player_pass(p, BW_HOUR_MS);
    EQ_STR(of_triage("scope"), "zeta");
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf(
        "/v1/notices/%s/waive", player_field(p, "/v1/notices?kind=stale&deployment=triage", "id"));
    player_do(p, "POST", target, "{\"until\":\"2026-06-01\",\"reason\":\"it is switched off\"}");

    player_configure(p, "sources:\n" ACCOUNT("alpha") ACCOUNT("zeta") ANYWHERE);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("scope"), "zeta");
    EQ_STR(of_triage("model"), "ft:gpt-4o-mini-2024-07-18:acme:triage:old1");
    EQ_STR(player_field(p, "/v1/notices?kind=stale&deployment=triage", "state"), "waived");
    EQ_STR(player_field(p, "/v1/deployments/triage%2Fopenai%2Falpha", "scope"), "alpha");

    player_configure(p, "sources:\n" ACCOUNT("alpha") ANYWHERE);
    player_pass(p, 3 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
    EQ_STR(player_field(p, "/v1/deployments/triage%2Fopenai%2Falpha", "scope"), "alpha");
}

Test(adoption, a_finding_that_leaves_the_list_takes_its_deployment_along_after_a_day)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    player_find(p, "openai", "");
    player_pass(p, 13 * BW_HOUR_MS);
    EQ_STR(player_field(p, "/v1/findings?state=gone", "deployment"), "triage");
    EQ_STR(of_triage("state"), "stale");
    player_pass(p, 24 * BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 0));
    cr_expect(eq(int, live("triage"), 0));
}

Test(adoption, a_list_that_is_not_whole_takes_nothing_away)
{
    begin_with(PLACES RULE);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    player_find(p, "openai", "");
    bw_replace(&player_source(p, "openai")->note, "listed 0 of 40 jobs");
    player_source(p, "openai")->partial = true;
    player_pass(p, 3 * BW_DAY_MS);
    EQ_STR(of_triage("state"), "stale");
    EQ_STR(player_field(p, "/v1/sources/openai", "findings"), "listed 0 of 40 jobs");
    EQ_STR(player_field(p, "/v1/sources/openai", "findings_state"), "partial");
}

Test(adoption, a_person_adopts_by_command)
{
    begin_with(PLACES);
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    const char *target = "/v1/findings/ft:gpt-4o-mini-2024-07-18:acme:triage:old1/adopt";
    player_do(p, "POST", target, "{}");
    cr_expect(eq(int, p->status, 400));
    BW_CLEANUP(bw_json_freep) struct bw_json *adopted =
        player_ask(p, "POST", target, "{\"name\":\"mine\",\"owner\":\"ml\"}");
    cr_expect(eq(int, p->status, 200));
    EQ_STR(bw_json_text(bw_json_get(adopted, "state"), ""), "stale");
    EQ_STR(player_field(p, "/v1/deployments/mine", "owner"), "ml");
    EQ_STR(player_field(p, "/v1/deployments/mine", "origin"), "api");
    cr_expect(eq(int, live("mine"), 1));
    cr_expect(eq(int, player_count(p, "/v1/findings"), 0));
    player_do(p, "POST", target, "{\"name\":\"again\"}");
    cr_expect(eq(int, p->status, 409));
    player_do(p, "DELETE", "/v1/deployments/mine", "");
    cr_expect(eq(int, p->status, 200));
    cr_expect(eq(int, player_count(p, "/v1/findings"), 1));
}

Test(adoption, files_and_the_api_come_before_discovery)
{
    begin_with(PLACES RULE "deployments:\n"
                           "  - {name: triage, technique: prompt, platform: openai, owner: web,"
                           " model: gpt-4.1-mini-2025-04-14}\n");
    player_find(p, "openai", OLD);
    player_pass(p, BW_DAY_MS);
    EQ_STR(of_triage("origin"), "file");
    EQ_STR(of_triage("model"), "gpt-4.1-mini-2025-04-14");
}

Test(adoption, a_name_in_the_files_and_the_api_is_an_error_that_names_both)
{
    begin_with(PLACES);
    player_do(
        p, "POST", "/v1/deployments",
        "{\"name\":\"triage\",\"technique\":\"prompt\",\"platform\":\"openai\","
        "\"model\":\"gpt-4.1-mini-2025-04-14\",\"owner\":\"api\"}");
    cr_expect(eq(int, p->status, 200));
    const char *both = PLACES "deployments:\n"
                              "  - {name: triage, technique: prompt, platform: openai, owner: file,"
                              " model: gpt-4.1-mini-2025-04-14}\n";
    player_configure(p, both);
    EQ_STR(of_triage("owner"), "api");
    BW_CLEANUP(bw_json_freep) struct bw_json *status = player_ask(p, "GET", "/v1/status", "");
    const char *error =
        bw_json_text(bw_json_get(bw_json_get(status, "configuration"), "error"), "");
    cr_expect(ne(ptr, strstr(error, "deployment 'triage' stands in the files of"), NULL), "%s",
              error);
    cr_expect(ne(ptr, strstr(error, "and was added through the API too"), NULL), "%s", error);
    player_do(p, "DELETE", "/v1/deployments/triage", "");
    EQ_STR(of_triage("owner"), "file");
    BW_CLEANUP(bw_json_freep) struct bw_json *after = player_ask(p, "GET", "/v1/status", "");
    cr_expect(bw_json_is_null(bw_json_get(bw_json_get(after, "configuration"), "error")));
}
