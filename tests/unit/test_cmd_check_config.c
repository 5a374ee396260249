#include "cli/cmd_check_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char path[96];

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-check-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)snprintf(path, sizeof(path), "%s/main.yaml", folder);
    cr_redirect_stdout();
    cr_redirect_stderr();
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(cmd_check_config, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
    char file_path[128];
    (void)snprintf(file_path, sizeof(file_path), "%s/%s", folder, name);
    FILE *file = fopen(file_path, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(ge(int, fputs(text, file), 0));
    cr_assert(eq(int, fclose(file), 0));
    cr_assert(eq(int, chmod(file_path, 0600), 0));
}

static int check(void)
{
    char *argv[] = { "check-config", path };
    int code = bw_cmd_check_config(2, argv);
    (void)fflush(stderr);
    return code;
}

static int explain(void)
{
    char *argv[] = { "check-config", "--explain", path };
    int code = bw_cmd_check_config(3, argv);
    (void)fflush(stderr);
    return code;
}

Test(cmd_check_config, counts_what_a_good_file_holds)
{
    char want[200];
    put("k", "secret\n");
    put("w", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    put("main.yaml", "sources: [{name: a, plugin: xai, url: 'https://h', credential: {file: k}}]\n"
                     "sinks: [{name: s, plugin: webhook, url: 'https://h', secret: {file: w}}]\n");
    cr_expect(eq(int, check(), 0));
    (void)snprintf(want, sizeof(want), "%s: ok, 1 sources, 1 sinks, 0 deployments\n", path);
    cr_assert_stdout_eq_str(want);
}

Test(cmd_check_config, tries_the_secrets_and_shows_none)
{
    put("w", "hunter2\n");
    put("main.yaml", "sources: [{name: a, plugin: xai, url: 'https://h', credential: {command: ['false']}}]\n"
                     "sinks: [{name: s, plugin: webhook, url: 'https://h', secret: {file: w}}]\n"
                     "triggers: [{name: t, plugin: github-actions, credential: {command: ['false']}}]\n");
    cr_expect(eq(int, check(), 1));
    cr_assert_stderr_eq_str(
        "error: source 'a': secret command 'false' failed with exit code 1; run it by hand to see why\n"
        "error: sink 's': a webhook secret begins with whsec_; make one with: echo whsec_$(openssl rand -base64 32)\n"
        "error: trigger 't': secret command 'false' failed with exit code 1; run it by hand to see why\n");
}

Test(cmd_check_config, names_every_problem)
{
    char want[400];
    put("main.yaml", "sorces: []\nstate_dir: x\n");
    cr_expect(eq(int, check(), 1));
    (void)snprintf(want, sizeof(want),
                   "%s:1:1: error: unknown key 'sorces' in this configuration; did you mean "
                   "'sources'?\n%s:2:12: error: state_dir: 'x' must begin with /\n", path, path);
    cr_assert_stderr_eq_str(want);
}

Test(cmd_check_config, explains_what_each_part_will_do_and_whom_it_calls)
{
    char want[1200];
    put("k", "secret\n");
    put("w", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    put("main.yaml",
        "sources:\n"
        "  - {name: oai, plugin: openai, url: 'https://api.openai.com/v1', credential: {file: k}}\n"
        "  - {name: local, plugin: openai, platform: acme, url: 'file:///srv/list.json', every: 30s}\n"
        "sinks: [{name: s, plugin: webhook, url: 'https://h.example:8443/hook/T0KEN?key=T0KEN',"
        " secret: {file: w}}]\n"
        "triggers: [{name: gh, plugin: github-actions, credential: {file: k}}]\n"
        "adopt: [{platform: openai, match: 'ft:*', name: x, owner: o, pick: newest}]\n"
        "deployments: [{name: d, technique: prompt, platform: openai, model: gpt-4o, owner: web,"
        " lead_days: 3}]\n");
    cr_expect(eq(int, explain(), 0));
    (void)snprintf(
        want, sizeof(want),
        "source oai: talks to https://api.openai.com every 6h; plugin openai; models of openai; "
        "credential from the file k\n"
        "source local: reads the file /srv/list.json and talks to nobody every 30s; plugin openai; "
        "models of acme\n"
        "sink s: talks to https://h.example:8443 when a notice opens, changes or ends; plugin webhook; "
        "secret from the file w\n"
        "trigger gh: talks to https://api.github.com to run a suite; plugin github-actions; "
        "credential from the file k\n"
        "adopt: the newest of findings on openai that fit ft:* become deployments called x for o\n"
        "deployment d: prompt on openai; successors of gpt-4o are looked for in oai; owner web; needs "
        "3 days before a deadline\n"
        "%s: ok, 2 sources, 1 sinks, 1 deployments\n",
        path);
    cr_assert_stdout_eq_str(want);
    cr_assert_stderr_eq_str("");
}

Test(cmd_check_config, explains_what_a_sink_hears_of_and_when)
{
    char want[1200];
    put("w", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    put("main.yaml",
        "sources: [{name: oai, plugin: openai, url: 'https://api.openai.com/v1'}]\n"
        "sinks:\n"
        "  - {name: all, plugin: webhook, url: 'https://h.example', secret: {file: w}}\n"
        "  - name: few\n"
        "    plugin: webhook\n"
        "    url: 'https://h.example'\n"
        "    secret: {file: w}\n"
        "    only: {owners: [web-*, ml], platforms: [openai], tags: [eu], severities: [act, overdue],\n"
        "           kinds: [stale, retired], techniques: [rag]}\n"
        "    group: owner\n"
        "    detail: minimal\n"
        "    digest: {at: '09:30', days: [mon, thu]}\n"
        "    quiet: {from: '22:00', to: '07:05', days: [sun]}\n"
        "    zone: UTC\n"
        "  - {name: rest, plugin: webhook, url: 'https://h.example', secret: {file: w}, catch_all: true, group: owner,"
        " pause: 2d}\n");
    cr_expect(eq(int, explain(), 0));
    (void)snprintf(
        want, sizeof(want),
        "source oai: talks to https://api.openai.com every 6h; plugin openai; models of openai\n"
        "sink all: talks to https://h.example when a notice opens, changes or ends; plugin webhook"
        "; secret from the file w\n"
        "sink few: talks to https://h.example when a notice opens, changes or ends; plugin webhook"
        "; secret from the file w; only owners web-*, ml; only platforms openai; only tags eu; only act, overdue"
        "; only notices of stale, retired; only deployments that are rag; one message an owner"
        "; without models, dates and money; what can wait gathered until 09:30 of mon, thu"
        "; quiet from 22:00 to 07:05; quiet on sun; by the clock of UTC\n"
        "sink rest: talks to https://h.example when a notice opens, changes or ends; plugin webhook"
        "; secret from the file w; only what no other sink wants; one message an owner"
        "; what can wait at most once in 2d an owner\n"
        "%s: ok, 1 sources, 3 sinks, 0 deployments\n",
        path);
    cr_assert_stdout_eq_str(want);
}

Test(cmd_check_config, warns_of_what_can_hardly_be_meant)
{
    put("main.yaml",
        "sources:\n"
        "  - {name: a, plugin: bedrock, url: 'https://{region}.b', account: prod, regions: [eu-1]}\n"
        "  - {name: feed, plugin: modelsdev, url: 'https://f', platform: xai}\n"
        "deployments:\n"
        "  - {name: d, technique: prompt, platform: openai, model: gpt-4o}\n"
        "  - {name: e, technique: prompt, platform: bedrock, model: m, region: eu-2}\n"
        "  - {name: f, technique: prompt, platform: bedrock, model: m, region: eu-1}\n"
        "  - {name: g, technique: prompt, platform: xai, model: m, account: prod}\n");
    cr_expect(eq(int, check(), 0));
    cr_assert_stderr_eq_str(
        "warning: deployment 'd': no source polls 'openai'; add one, or its state stays unknown\n"
        "warning: deployment 'e': no source polls 'bedrock', region eu-2; add one, or its state stays "
        "unknown\n"
        "warning: no sink is configured: notices are kept, and nobody is told\n");
}

#define ONLY(name, owner)                                                                          \
    "  - {name: " name ", plugin: slack, url: 'https://h', only: {owners: " owner "}}\n"
#define ROUTED                                                                                     \
    "sources:\n  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1'}\n"                             \
    "deployments:\n"                                                                               \
    "  - {name: a, technique: prompt, platform: openai, model: m, owner: web}\n"                   \
    "  - {name: b, technique: prompt, platform: openai, model: m, owner: ml}\n"

Test(cmd_check_config, warns_of_what_no_sink_hears_of)
{
    put("main.yaml", ROUTED "sinks:\n" ONLY("one", "[web]") ONLY("two", "[ops]"));
    cr_expect(eq(int, check(), 0));
    cr_assert_stderr_eq_str(
        "warning: no sink hears of sources and sinks that fail: each has `only`; add one with "
        "catch_all: true\n"
        "warning: deployment 'b' of owner 'ml': no sink hears of it; add one with catch_all: true\n");
}

Test(cmd_check_config, is_quiet_where_a_catch_all_hears_the_rest)
{
    put("main.yaml", ROUTED "sinks:\n" ONLY("one", "[web]")
                     "  - {name: rest, plugin: slack, url: 'https://h', catch_all: true}\n");
    cr_expect(eq(int, check(), 0));
    cr_assert_stderr_eq_str("");
}

Test(cmd_check_config, refuses_a_filter_that_names_nothing)
{
    put("main.yaml", ROUTED "sinks:\n" ONLY("one", "[]"));
    cr_expect(eq(int, check(), 1));
}

Test(cmd_check_config, warns_of_an_account_apart_from_the_bases_it_rests_on)
{
    put("main.yaml",
        "sources:\n"
        "  - {name: all, plugin: fireworks, url: 'https://f/v1/accounts/fireworks'}\n"
        "  - {name: good, plugin: fireworks, url: 'https://f/v1/accounts/acme'}\n"
        "  - {name: apart, plugin: fireworks, url: 'https://f/v1/accounts/acme', account: acme}\n"
        "  - {name: arm, plugin: azure-arm, url: 'https://m/subscriptions/S', account: acme,\n"
        "     regions: [eu, us], settings: {deployments: true}}\n"
        "  - {name: az, plugin: azure, url: 'https://a/openai/v1', account: acme, region: eu}\n"
        "  - {name: az2, plugin: azure, url: 'https://a/openai/v1', account: acme}\n");
    cr_expect(eq(int, check(), 0));
    cr_assert_stderr_eq_str(
        "warning: source 'apart': the bases of its fine-tunes are listed by the account fireworks; add "
        "a source whose url ends with /accounts/fireworks, with the same account and region or without "
        "both\n"
        "warning: source 'az2': no source of azure-arm has its account and region, so what one of them "
        "lists the other one does not know; give both the same, or neither any\n");
}

Test(cmd_check_config, warns_of_a_ci_that_nobody_tells)
{
    put("w", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    put("u", "https://hooks.slack.com/services/T/B/x\n");
#define CI_FLEET(sinks)                                                                            \
    "sources: [{name: a, plugin: xai, url: 'https://h'}]\nsinks: [" sinks "]\ndeployments:\n"      \
    "  - {name: d, technique: prompt, platform: xai, model: m, evals: {suite: s, trigger: ci}}\n"
    put("main.yaml", CI_FLEET("{name: c, plugin: slack, url: {file: u}}"));
    cr_expect(eq(int, check(), 0));
    put("main.yaml", CI_FLEET("{name: s, plugin: webhook, url: 'https://h', secret: {file: w}}"));
    cr_expect(eq(int, check(), 0));
    cr_assert_stderr_eq_str("warning: deployment 'd': evals.trigger is ci, and no webhook sink would "
                            "tell a CI of a job; add one\n");
}

Test(cmd_check_config, refuses_other_arguments)
{
    char *argv[] = { "check-config", "--wat" };
    cr_expect(eq(int, bw_cmd_check_config(2, argv), 2));
}
