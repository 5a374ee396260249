#include "codec/config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"

static char folder[64];
static char main_file[96];
static struct bw_error err;
static struct bw_settings *settings;

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-config-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)snprintf(main_file, sizeof(main_file), "%s/main.yaml", folder);
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
    bw_settings_free(settings);
    settings = NULL;
}

TestSuite(config, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/conf.d", folder);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/deployments.d", folder);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(ge(int, fputs(text, file), 0));
    cr_assert(eq(int, fclose(file), 0));
}

static void read_good(const char *text)
{
    put("main.yaml", text);
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_OK), "%s", err.text);
}

/* The complaint, without the folder in front. */
static const char *complaint(const char *text)
{
    static char said[480];
    put("main.yaml", text);
    err.text[0] = '\0';
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_ERR_INVALID), "%s", text);
    cr_expect(eq(ptr, settings, NULL));
    (void)snprintf(said, sizeof(said), "%s", err.text + strlen(folder) + 1);
    return said;
}

static void expect(const char *text, const char *says)
{
    cr_expect(eq(str, (char *)complaint(text), (char *)says), "%s", text);
}

#define SOURCE "name: a, plugin: mistral, url: 'https://h/v1'"

Test(config, the_shipped_example_reads_as_documented)
{
    char path[400];
    (void)snprintf(path, sizeof(path), "%s/etc/basewatch.yaml", getenv("BW_SOURCE"));
    cr_assert(eq(int, bw_config_read(path, &settings, &err), BW_OK), "%s", err.text);
    cr_expect(eq(sz, settings->sources.count, 1));
    cr_expect(eq(i64, settings->sources.items[0].every_ms, 6 * BW_HOUR_MS));
    cr_expect(eq(i64, settings->person_day.micros, 800000000));
    cr_assert(eq(sz, settings->deployments.count, 2));
    const struct bw_deployment *triage = &settings->deployments.items[0];
    cr_expect(eq(int, (int)triage->technique, BW_TECHNIQUE_FINE_TUNED));
    cr_expect(eq(i64, triage->training.rows, 5000));
    cr_expect(eq(dbl, triage->training.refresh_share, 0.2));
    cr_expect(eq(i64, triage->traffic.cached_tokens, 1500));
    cr_expect(eq(sz, triage->worth.tried.count, 3));
    cr_expect(eq(i64, triage->worth.stable_since_ms, INT64_C(1768003200000)));
    cr_expect(eq(i64, triage->lead_days, 30));
    const struct bw_deployment *help = &settings->deployments.items[1];
    cr_expect(eq(i64, help->policy.min_age_ms, 30 * BW_DAY_MS));
    cr_expect(eq(str, help->policy.models.deny.items[0], "*:free"));
    cr_expect(eq(i64, help->embedding.corpus_tokens, 90000000));
    cr_expect(eq(i64, help->at.line, 12));
    cr_expect(eq(str, help->base, "claude-sonnet-4-5-20250929"));
    cr_expect(eq(i64, help->lead_days, -1));
}

Test(config, the_committed_schema_is_what_the_table_gives)
{
    char path[400];
    BW_CLEANUP(bw_freep) char *committed = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof(path), "%s/schema/config.schema.json", getenv("BW_SOURCE"));
    cr_assert(eq(int, bw_file_read(path, 1 << 20, &committed, &size, &err), BW_OK), "%s", err.text);
    BW_CLEANUP(bw_freep) char *generated = bw_config_schema_json();
    cr_expect(eq(str, committed, generated),
              "run: basewatch check-config --schema > schema/config.schema.json");
    BW_CLEANUP(bw_freep) char *help = bw_config_help();
    cr_expect(ne(ptr, strstr(help, "sources[].every\n    how often it is polled\n    (a duration "
                                   "like 30s, 6h or 10d, 1s to 30d; default 6h)"), NULL));
}

Test(config, what_is_not_said_has_its_default)
{
    read_good("sources: [{" SOURCE "}]\nsinks:\nadopt: []\n");
    const struct bw_source_settings *source = &settings->sources.items[0];
    cr_expect(eq(str, source->platform, "mistral"));
    cr_expect(eq(str, source->account, ""));
    cr_expect(eq(str, source->region, ""));
    cr_expect(eq(str, source->options, "{}"));
    cr_expect(eq(i64, source->every_ms, 6 * BW_HOUR_MS));
    cr_expect(eq(i64, source->timeout_ms, BW_MINUTE_MS));
    cr_expect(eq(i64, source->max_bytes, 16 << 20));
    cr_expect(eq(int, (int)source->credential.kind, BW_SECRET_NONE));
    cr_expect(eq(uint, settings->policy.kinds, BW_KIND_ALL));
    cr_expect(eq(ptr, settings->state_dir, NULL));
    cr_expect(eq(i64, settings->person_day.micros, 0));
}

Test(config, evals_and_triggers_are_read)
{
    read_good("evals: {start: automatic, budget_usd_per_month: 12.5, lease: 90s}\n"
              "triggers:\n"
              " - {name: gh, plugin: github-actions, credential: {file: t},\n"
              "    settings: {repository: acme/evals, workflow: evals.yml, ref: main}}\n"
              "deployments:\n"
              " - {name: d, technique: rag, platform: p, model: m,\n"
              "    evals: {suite: s, start: off, trigger: gh}}\n");
    cr_expect(eq(int, (int)settings->evals.start, BW_START_AUTOMATIC));
    cr_expect(eq(i64, settings->evals.running, 2));
    cr_expect(eq(i64, settings->evals.budget.micros, 12500000));
    cr_expect(eq(i64, settings->evals.lease_ms, 90 * BW_SECOND_MS));
    cr_expect(eq(i64, settings->evals.ci_timeout_ms, 6 * BW_HOUR_MS));
    const struct bw_sink_settings *trigger = bw_settings_trigger(settings, "gh");
    cr_assert(ne(ptr, (void *)trigger, NULL));
    cr_expect(eq(str, trigger->url, "https://api.github.com"));
    cr_expect(eq(int, (int)trigger->secret.kind, BW_SECRET_FILE));
    cr_expect(eq(str, settings->deployments.items[0].evals.start, "off"));
    cr_expect(eq(str, settings->deployments.items[0].evals.trigger, "gh"));
}

Test(config, regions_become_sources)
{
    read_good("sources:\n - {name: b, plugin: bedrock, regions: [us-east-1, eu-west-1], every: 1s,\n"
              "    url: 'https://bedrock.{region}.amazonaws.com/', credential: {file: k},\n"
              "    settings: {n: 12, s: '12', f: 0.5, z: 012, t: true, l: [a, ~], m: {x: y}}}\n");
    cr_assert(eq(sz, settings->sources.count, 2));
    const struct bw_source_settings *second = &settings->sources.items[1];
    cr_expect(eq(str, second->name, "b/eu-west-1"));
    cr_expect(eq(str, second->region, "eu-west-1"));
    cr_expect(eq(str, second->url, "https://bedrock.eu-west-1.amazonaws.com"));
    cr_expect(eq(str, second->credential.file, "k"));
    cr_expect(eq(str, second->credential.beside, folder));
    cr_expect(eq(str, second->options, "{\"n\":12,\"s\":\"12\",\"f\":0.5,\"z\":\"012\",\"t\":true,"
                                       "\"l\":[\"a\",null],\"m\":{\"x\":\"y\"}}"));
}

Test(config, a_platform_has_one_name)
{
    read_good("sources:\n - {name: a, plugin: azure-arm, url: 'https://m/'}\n"
              " - {name: o, plugin: openai, url: 'https://eu.api.openai.com/v1'}\n"
              " - {name: f, plugin: openai, url: 'file:///srv/catalog.json'}\n"
              " - {name: x, plugin: /opt/acme, url: 'https://m/', platform: amazon-bedrock}\n"
              "deployments: [{name: d, technique: prompt, platform: google, model: m}]\n");
    cr_expect(eq(str, settings->sources.items[0].platform, "azure"));
    cr_expect(eq(str, settings->sources.items[1].platform, "openai"));
    cr_expect(eq(str, settings->sources.items[2].platform, "openai"));
    cr_expect(eq(str, settings->sources.items[3].platform, "bedrock"));
    cr_expect(eq(str, settings->deployments.items[0].platform, "gemini"));
}

Test(config, a_policy_overrides_the_fleets_field_by_field)
{
    put("conf.d/policy.yaml", "policy: {min_age: 2d, models: {deny: [b]}}\n");
    read_good("deployments:\n - {name: d, technique: prompt, platform: p, model: m,\n"
              "    policy: {previews: true, kinds: [major], models: {allow: [c]}}}\n"
              " - {name: e, technique: prompt, platform: p, model: {match: 'ft:*', pick: newest}, base: b}\n"
              "policy: {data_may_leave: true, models: {deny: [a]}}\n");
    const struct bw_policy *own = &settings->deployments.items[0].policy;
    cr_expect(own->previews && own->data_may_leave);
    cr_expect(eq(i64, own->min_age_ms, 2 * BW_DAY_MS));
    cr_expect(eq(uint, own->kinds, BW_KIND_MAJOR));
    cr_assert(eq(sz, own->models.deny.count, 2));
    cr_expect(eq(str, own->models.deny.items[1], "b"));
    cr_expect(eq(str, own->models.allow.items[0], "c"));
    const struct bw_deployment *matched = &settings->deployments.items[1];
    cr_expect(not(matched->policy.previews));
    cr_expect(eq(uint, matched->policy.kinds, BW_KIND_ALL));
    cr_expect(eq(str, matched->match, "ft:*"));
    cr_expect(eq(ptr, matched->model, NULL));
}

Test(config, files_beside_it_join_in_lexical_order)
{
    put("conf.d/20.yaml", "sources: [{name: late, plugin: xai, url: 'https://h'}]\n");
    put("conf.d/10.yaml", "sources: [{name: early, plugin: xai, url: 'https://h'}]\n");
    put("conf.d/.hidden.yaml", "nonsense: true\n");
    put("conf.d/30.yaml.bak", "nonsense: true\n");
    put("deployments.d/web.yaml",
        "deployments: [{name: w, technique: rag, platform: p, model: m}]\n");
    read_good("sources: [{" SOURCE "}]\n");
    cr_expect(eq(str, settings->sources.items[1].name, "early"));
    cr_expect(eq(str, settings->sources.items[2].name, "late"));
    cr_expect(eq(str, settings->deployments.items[0].name, "w"));
}

Test(config, a_scalar_given_twice_names_both_places)
{
    put("conf.d/a.yaml", "state_dir: /b\n");
    put("main.yaml", "# first\nstate_dir: /a\n");
    char want[300];
    (void)snprintf(want, sizeof(want),
                   "%s/conf.d/a.yaml:1:1: error: state_dir is given twice; first at %s:2:1", folder,
                   main_file);
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, want));
}

Test(config, a_name_given_twice_names_both_places)
{
    put("deployments.d/a.yaml",
        "deployments:\n  - {name: d, technique: prompt, platform: p, model: m}\n");
    put("main.yaml", "deployments:\n  - {name: d, technique: prompt, platform: p, model: m}\n");
    char want[300];
    (void)snprintf(want, sizeof(want),
                   "%s/deployments.d/a.yaml:2:5: error: deployment 'd' stands here twice; first at "
                   "%s:2:5", folder, main_file);
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, want));
}

Test(config, mistakes_are_named_with_their_place_and_a_hint)
{
    static const char *const cases[][2] = {
        { "souces: []", "main.yaml:1:1: error: unknown key 'souces' in this configuration; did you mean 'sources'?" },
        { "sources: [{" SOURCE ", evry: 6h}]",
          "main.yaml:1:59: error: unknown key 'evry' in this source; did you mean 'every'?" },
        { "sources: [{" SOURCE ", every: 6}]",
          "main.yaml:1:66: error: every: '6' is not a duration; write a number and ms, s, m, h, d or w" },
        { "sources: [{" SOURCE ", every: 500ms}]",
          "main.yaml:1:66: error: every: '500ms' is out of range; allowed: 1s to 30d" },
        { "sources: [{" SOURCE ", max_bytes: 1KB}]",
          "main.yaml:1:70: error: max_bytes: '1KB' is not a size like 64KiB or 16MiB" },
        { "sources: [{name: a, plugin: opnai, url: 'https://h'}]",
          "main.yaml:1:29: error: plugin: 'opnai' is unknown; did you mean 'openai'?" },
        { "sources: [{name: a, plugin: openai, url: 'https://h/v1'}]",
          "main.yaml:1:11: error: this source has no platform; off api.openai.com say whose models "
          "these are, e.g. platform: acme-vllm" },
        { "sources: [{name: a, plugin: openai, url: 'https://api.openai.com.evil.example/v1'}]",
          "main.yaml:1:11: error: this source has no platform; off api.openai.com say whose models "
          "these are, e.g. platform: acme-vllm" },
        { "sources: [{" SOURCE ", regions: [x]}]",
          "main.yaml:1:43: error: url: regions are given, but {region} stands nowhere in the url" },
        { "sources: [{name: a, plugin: bedrock, url: 'https://{region}.h'}]",
          "main.yaml:1:43: error: url: nothing to put in place of {region}; add regions: [..]" },
        { "sources: [{name: a, plugin: azure-arm, url: 'https://h', settings: {deployments: true}}]",
          "main.yaml:1:11: error: with deployments: true azure-arm asks for the models of a region; "
          "add region: westeurope, or regions: [..]" },
        { "sources: [{name: a, plugin: bedrock, url: 'https://{region}.h', regions: [x, x]}]",
          NULL },
        { "sources: [{name: a, plugin: xai, url: 'https://u:hunter2@h'}]",
          "main.yaml:1:39: error: url: holds a user or password; name it as a secret instead" },
        { "sources: [{name: a, plugin: xai, url: 'ftp://h'}]",
          "main.yaml:1:39: error: url: not an address; write https://HOST/PATH" },
        { "sources: [{" SOURCE ", credential: hunter2}]",
          "main.yaml:1:71: error: credential names where the secret is; write {file: NAME} or "
          "{command: [PROGRAM, ARGUMENT...]}" },
        { "sources: [{" SOURCE ", credential: {hunter2}}]",
          "main.yaml:1:71: error: credential names where the secret is; write {file: NAME} or "
          "{command: [PROGRAM, ARGUMENT...]}" },
        { "sources: [{plugin: xai, url: 'https://h'}]",
          "main.yaml:1:11: error: this source has no name; add name: "
          "(its name, once in the whole configuration)" },
        { "sources: {" SOURCE "}",
          "main.yaml:1:10: error: sources must be a list; write [a, b] or `- a` lines" },
        { "sources:\n -\n", "main.yaml:2:3: error: this source has no name; add name: "
          "(its name, once in the whole configuration)" },
        { "sources: [a]", "main.yaml:1:11: error: a source is a map; write `key: value` lines" },
        { "sinks: [{name: s, plugin: webhook, secret: {file: k}}]",
          "main.yaml:1:9: error: this webhook has no url; add url: https://HOST/PATH" },
        { "sinks: [{name: s, plugin: webhook, url: 'https://h'}]",
          "main.yaml:1:9: error: this webhook has no secret, so nobody could trust it; "
          "add secret: {file: NAME}" },
        { "sinks: [{name: s, plugin: slack, url: 'https://h', quiet: {days: [mon, tue, wed, thu, "
          "fri, sat, sun]}}]",
          "main.yaml:1:59: error: quiet.days: no day is left on which to speak" },
        { "sinks: [{name: s, plugin: slack, url: 'https://h', digest: {at: 9}}]",
          "main.yaml:1:65: error: at: '9' is not a time of day like 09:00" },
        { "sinks: [{name: s, plugin: slack, url: 'https://h', template: x}]",
          "main.yaml:1:62: error: template: only a webhook has one" },
        { "sinks: [{name: s, plugin: slack, url: 'https://h', settings: {detail: minimal}}]",
          "main.yaml:1:62: error: detail stands beside settings, not inside" },
        { "state_dir: var/lib", "main.yaml:1:12: error: state_dir: 'var/lib' must begin with /" },
        { "state_dir:", "main.yaml:1:11: error: state_dir: no value; give one or leave the key out" },
        { "policy: {previews: yes}", "main.yaml:1:20: error: previews: 'yes' is not true or false" },
        { "policy: {kinds: [huge]}",
          "main.yaml:1:18: error: kinds: 'huge' is unknown; known: snapshot, minor, major" },
        { "rates: {person_day_usd: cheap}",
          "main.yaml:1:25: error: person_day_usd: 'cheap' is not an amount of dollars with at most "
          "six decimals" },
        { "rates: {person_day_usd: -1}",
          "main.yaml:1:25: error: person_day_usd: '-1' is negative" },
        { "triggers: [{name: ci, plugin: github-actions}]",
          "main.yaml:1:12: error: 'ci' is no name for a trigger; choose another" },
        { "deployments: [{name: d, technique: rag, platform: p, model: m, evals: {trigger: gh}}]",
          "main.yaml:1:15: error: evals.trigger: there is no trigger 'gh'; name one of `triggers:`, "
          "runner or ci" },
        { "adopt: [{platform: openai, match: x, name: n}]",
          "main.yaml:1:9: error: a name fits one finding alone; add pick: newest" },
        { "deployments: [{name: d, technique: finetuned, platform: p, model: m}]",
          "main.yaml:1:36: error: technique: 'finetuned' is unknown; did you mean 'fine-tuned'?" },
        { "deployments: [{name: d, technique: rag, platform: p, model: m, training: {rows: 1_000}}]",
          "main.yaml:1:81: error: rows: '1_000' is not a whole number" },
        { "deployments: [{name: d, technique: rag, platform: p, model: m, training: {refresh_share: 20}}]",
          "main.yaml:1:90: error: refresh_share: '20' is not a share from 0 to 1" },
        { "adopt: [{platform: openai, match: 'ft:*', name: '{sufix}-{1}'}]",
          "main.yaml:1:9: error: {sufix}-{1} means nothing; there are {1} to {9}, {suffix}, {base}, "
          "{model}, {job}, {owner}, {name}, {account} and {region}" },
        { "deployments: [{name: d, technique: rag, platform: p, model: m, worth: {stable_since: 2026-02-30}}]",
          NULL },
        { "a: 1\na: 2", "main.yaml:2:1: error: key 'a' stands here twice; first at line 1" },
        { "- a", "main.yaml:1:1: error: a configuration is a map; write `key: value` lines" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        const char *said = complaint(cases[i][0]);
        if (cases[i][1] != NULL) {
            cr_expect(eq(str, (char *)said, (char *)cases[i][1]));
        }
        cr_expect(eq(ptr, strstr(said, "hunter2"), NULL));
    }
}

Test(config, a_deployments_file_holds_nothing_else)
{
    put("deployments.d/a.yaml", "sources: []\n");
    put("main.yaml", "# all in conf.d\n");
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_ERR_INVALID));
    cr_expect(ne(ptr, strstr(err.text, "a.yaml:1:1: error: only `deployments:` may stand in this "
                                       "file; the rest belongs to the main file or conf.d"), NULL));
}

Test(config, an_empty_file_was_cut_off)
{
    put("deployments.d/a.yaml", "");
    put("main.yaml", "# all in conf.d\n");
    cr_assert(eq(int, bw_config_read(main_file, &settings, &err), BW_ERR_INVALID));
    cr_expect(ne(ptr, strstr(err.text, "a.yaml:1:1: error: the file is empty"), NULL));
}

Test(config, all_problems_are_reported_in_order)
{
    put("main.yaml", "x: 1\ndeployments: [{}]\nstate_dir: x\n");
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    cr_assert(eq(int, bw_config_check(main_file, &settings, &problems), BW_ERR_INVALID));
    cr_assert(eq(sz, problems.count, 6));
    cr_expect(ne(ptr, strstr(problems.items[0], "main.yaml:1:1: "), NULL));
    cr_expect(ne(ptr, strstr(problems.items[1], "main.yaml:2:15: "), NULL));
    cr_expect(ne(ptr, strstr(problems.items[5], "main.yaml:3:12: "), NULL));
}

Test(config, problems_end_at_twenty)
{
    struct bw_str text = { 0 };
    for (int i = 0; i < 25; i++) {
        bw_str_appendf(&text, "x%d: 1\n", i);
    }
    put("main.yaml", text.text);
    bw_str_clear(&text);
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    cr_assert(eq(int, bw_config_check(main_file, &settings, &problems), BW_ERR_INVALID));
    cr_assert(eq(sz, problems.count, 21));
    cr_expect(eq(str, problems.items[20], "and 5 more"));
}

static char *inventory(int count)
{
    struct bw_str text = { 0 };
    bw_str_append(&text, "deployments:\n");
    for (int i = 0; i < count; i++) {
        bw_str_appendf(&text, "- {name: d%d, technique: prompt, platform: openai, model: gpt-5}\n", i);
    }
    return bw_str_take(&text);
}

Test(config, an_inventory_ends_at_ten_thousand)
{
    BW_CLEANUP(bw_freep) char *full = inventory(10000);
    read_good(full);
    cr_expect(eq(sz, settings->deployments.count, 10000));
    bw_settings_freep(&settings);
    settings = NULL;
    BW_CLEANUP(bw_freep) char *over = inventory(10001);
    expect(over, "main.yaml:10002:3: error: more than 10000 deployments; import them instead: "
                 "basewatch deployments import FILE.ndjson");
}

Test(config, a_file_of_deployments_is_read_alone)
{
    struct bw_deployments deployments = { 0 };
    put("conf.d/bad.yaml", "nonsense: 1\n");
    put("main.yaml", "deployments: [{name: d0, technique: prompt, platform: \"google-vertex\", "
                     "model: \"gemini-2.0-flash\", owner: test}]\n");
    cr_assert(eq(int, bw_config_read_deployments(main_file, &deployments, &err), BW_OK), "%s",
              err.text);
    cr_assert(eq(sz, deployments.count, 1));
    cr_expect(eq(str, deployments.items[0].platform, "vertex"));
    cr_expect(eq(uint, deployments.items[0].policy.kinds, BW_KIND_ALL));
    bw_deployments_clear(&deployments);
    put("main.yaml", "policy: {}\n");
    cr_expect(eq(int, bw_config_read_deployments(main_file, &deployments, &err), BW_ERR_INVALID));
    cr_expect(eq(int, bw_config_read_deployments("/none.yaml", &deployments, &err), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, "/none.yaml:1:1: error: cannot be read: No such file or directory"));
}

/* Cut and damaged files are refused or read; nothing else may happen. */
Test(config, damage_is_harmless)
{
    char path[400];
    char *text = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof(path), "%s/etc/basewatch.yaml", getenv("BW_SOURCE"));
    cr_assert(eq(int, bw_file_read(path, 1 << 20, &text, &size, &err), BW_OK));
    for (size_t i = 0; i < size; i += 7) {
        char kept = text[i];
        text[i] = "{}[]:-\n\t'\"#~"[i % 12];
        put("main.yaml", text);
        if (bw_config_read(main_file, &settings, &err) != BW_OK) {
            cr_expect(ne(ptr, strstr(err.text, ": error: "), NULL), "%s", err.text);
        }
        bw_settings_freep(&settings);
        settings = NULL;
        text[i] = kept;
    }
    free(text);
}
