#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "codec/config.h"
#include "codec/json.h"
#include "domain/swap.h"
#include "support/canned_daemon.h"
#include "support/program.h"

static char folder[] = "/tmp/basewatch-scan-XXXXXX";
static struct program_run run;

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s", path);
    fputs(text, file);
    fclose(file);
}

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    cr_assert(eq(int, bw_file_read(path, 1 << 20, &text, &size, NULL), BW_OK), "%s", path);
    return text;
}

static const char HISTORY[] =
    "{\"type\":\"full\",\"date\":\"2025-07-01\",\"provider\":\"openai\",\"models\":["
    "{\"id\":\"gpt-4\",\"release_date\":\"2023-03-14\",\"status\":\"deprecated\"},"
    "{\"id\":\"gpt-4o-mini\",\"release_date\":\"2024-07-18\"},"
    "{\"id\":\"gpt-3.5-turbo\",\"release_date\":\"2023-03-01\"}]}\n"
    "{\"type\":\"delta\",\"date\":\"2025-08-01\",\"provider\":\"openai\",\"added\":["
    "{\"id\":\"gpt-4.1-mini\",\"release_date\":\"2025-04-14\"}],"
    "\"removed\":[\"gpt-3.5-turbo\"],\"changed\":[]}\n"
    "{\"type\":\"full\",\"date\":\"2025-07-01\",\"provider\":\"amazon-bedrock\",\"models\":["
    "{\"id\":\"anthropic.claude-3-haiku-20240307-v1:0\",\"release_date\":\"2024-03-07\"},"
    "{\"id\":\"anthropic.claude-haiku-4-5-20251001-v1:0\",\"release_date\":\"2025-10-15\"}]}\n";

static void setup(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
    setenv("BASEWATCH_SOCKET", "/nonexistent/control.sock", 1);
    mkdir("tree", 0700);
    mkdir("tree/conf", 0700);
    write_file("catalog.jsonl", HISTORY);
    write_file("tree/conf/app.yaml", "a: 1\r\nllm:\r\n  model: gpt-4o-mini # cheap\r\nb: 2\r\n");
    write_file("tree/ask.py",
               "import openai\nr = ask(model=\"gpt-3.5-turbo\", retriever=retriever)\n"
               "x = boto(modelId=\"us.anthropic.claude-3-haiku-20240307-v1:0\")");
    write_file("tree/README.md", "We use gpt-4o-mini.\n");
}

static void teardown(void)
{
    program_run_clear(&run);
    cr_assert(chdir("/tmp") == 0);
    BW_CLEANUP(bw_freep) char *remove = bw_xasprintf("rm -rf %s", folder);
    cr_assert(system(remove) == 0);
}

TestSuite(cmd_scan, .init = setup, .fini = teardown);

static void again(char *const *argv)
{
    program_run_clear(&run);
    run = program_run(NULL, argv);
}

#define SCAN(...) again((char *const[]){ "basewatch", "scan", __VA_ARGS__, NULL })

Test(cmd_scan, a_table_says_what_is_outdated)
{
    SCAN("tree", "--catalog", "catalog.jsonl", "--no-header");
    cr_expect(eq(int, run.code, 0));
    cr_expect(
        eq(str, run.out,
           "README.md:1:8       gpt-4o-mini                                doc         no     "
           "superseded  2025-04-14  gpt-4.1-mini\n"
           "ask.py:2:16         gpt-3.5-turbo                              deployment  yes    "
           "retired     2025-08-01  -\n"
           "ask.py:3:19         us.anthropic.claude-3-haiku-20240307-v1:0  deployment  yes    "
           "superseded  2025-10-15  us.anthropic.claude-haiku-4-5-20251001-v1:0\n"
           "conf/app.yaml:3:10  gpt-4o-mini                                deployment  yes    "
           "superseded  2025-04-14  gpt-4.1-mini\n"));
}

Test(cmd_scan, json_has_one_row_a_hit)
{
    SCAN("tree/conf", "--catalog", "catalog.jsonl", "--json");
    cr_expect(eq(str, run.out,
                 "{\"schema\":\"basewatch/scan/v1\",\"hits\":[{\"file\":\"app.yaml\",\"line\":3,"
                 "\"col\":10,\"id\":\"gpt-4o-mini\",\"platform\":\"openai\",\"class\":"
                 "\"deployment\",\"patchable\":true,\"candidate\":\"gpt-4.1-mini\",\"status\":"
                 "\"superseded\",\"since\":\"2025-04-14\"}]}\n"));
}

Test(cmd_scan, sarif_names_rule_level_and_place)
{
    SCAN("tree", "--catalog", "catalog.jsonl", "--sarif", "--outdated");
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    cr_assert(eq(int, bw_json_parse(run.out, strlen(run.out), &document, NULL), BW_OK));
    const struct bw_json *results =
        bw_json_get(bw_json_first(bw_json_get(document, "runs")), "results");
    cr_assert(eq(sz, bw_json_size(results), 4));
    const struct bw_json *second = bw_json_next(bw_json_first(results));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(second, "ruleId"), ""), "retired"));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(second, "level"), ""), "error"));
}

Test(cmd_scan, exit_codes_serve_a_pipeline)
{
    SCAN("tree", "--catalog", "catalog.jsonl", "--exit-code");
    cr_expect(eq(int, run.code, 1));
    write_file("plain.txt", "# none of ours\nsome-other-model-1\n");
    SCAN("tree", "--catalog", "plain.txt", "--exit-code");
    cr_expect(eq(int, run.code, 0));
    SCAN("absent", "--catalog", "plain.txt", "--exit-code");
    cr_expect(eq(int, run.code, 2));
    cr_expect(eq(str, run.err, "error: absent: No such file or directory\n"));
    SCAN("tree", "--catalog", "absent.txt", "--exit-code");
    cr_expect(eq(int, run.code, 2));
    write_file("bad.jsonl", "{\"models\":[]}\n{\"models\":\n");
    SCAN("tree", "--catalog", "bad.jsonl");
    cr_expect(eq(int, run.code, 1));
    cr_expect(strncmp(run.err, "error: bad.jsonl:2: error: ", 27) == 0, "%s", run.err);
    SCAN("tree", "--catlog", "x");
    cr_expect(eq(int, run.code, 2));
    SCAN("tree", "--sarif", "--json");
    cr_expect(eq(int, run.code, 2));
    cr_expect(ne(ptr, strstr(run.err, "give either --json or --sarif"), NULL), "%s", run.err);
}

Test(cmd_scan, without_daemon_or_catalog_the_shipped_ids_are_looked_for)
{
    SCAN("tree", "--json");
    cr_expect(eq(int, run.code, 0));
    cr_expect(strstr(run.err, "this program ships with") != NULL);
    cr_expect(strstr(run.out, "\"id\":\"gpt-4o-mini\"") != NULL, "%s", run.out);
}

Test(cmd_scan, the_daemon_knows_the_ids)
{
    static const struct canned_reply script[] = {
        { "GET /v1/models", "{\"models\":[{\"platform\":\"openai\",\"id\":\"gpt-4o-mini\","
                            "\"status\":\"deprecated\"}],"
                            "\"next\":\"2\"}" },
        { "GET /v1/models?after=2", "{\"models\":[{\"platform\":\"openai\",\"id\":\"gpt-4.1-mini\","
                                    "\"status\":\"active\"}]}" },
        { NULL, NULL },
    };
    struct canned_daemon *server = canned_start(script);
    SCAN("tree/conf", "--no-header");
    cr_expect(eq(str, run.out,
                 "app.yaml:3:10  gpt-4o-mini  deployment  yes    deprecated  -      "
                 "gpt-4.1-mini\n"));
    cr_expect(eq(str, run.err, ""));
    canned_stop(server);
}

/* ---- registering ---- */

static struct bw_deployments registered(void)
{
    struct bw_deployments out = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_config_read_deployments("watch.yaml", &out, &err), BW_OK), "%s", err.text);
    return out;
}

Test(cmd_scan, registering_twice_changes_nothing)
{
    SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
    cr_assert(eq(int, run.code, 0), "%s", run.err);
    BW_CLEANUP(bw_freep) char *first = read_file("watch.yaml");
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments got = registered();
    cr_assert(eq(sz, got.count, 3));
    cr_expect(eq(str, got.items[0].name, "ask.py-model"));
    cr_expect(eq(int, got.items[0].technique, BW_TECHNIQUE_RAG));
    cr_expect(eq(str, got.items[1].platform, "bedrock"));
    cr_expect(eq(str, got.items[2].name, "conf-app.yaml-model"));
    cr_expect(eq(str, got.items[2].at.file, "conf/app.yaml"));
    cr_expect(eq(i64, got.items[2].at.line, 3));
    cr_expect(eq(str, got.items[2].at.context,
                 "a: 1\r\nllm:\r\n  model: gpt-4o-mini # cheap\r\nb: 2\r\n"));
    SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
    BW_CLEANUP(bw_freep) char *second = read_file("watch.yaml");
    cr_expect(eq(str, first, second));
}

Test(cmd_scan, registered_lines_follow_the_tree_and_others_stay)
{
    write_file("watch.yaml", "# ours\ndeployments:\n  - name: by-hand   # keep me\n"
                             "    technique: prompt\n    platform: openai\n    model: gpt-4\n"
                             "    at: {file: ask.py, line: 3}\n\n# the end\n");
    SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
    cr_assert(eq(int, run.code, 0), "%s", run.err);
    BW_CLEANUP(bw_freep) char *text = read_file("watch.yaml");
    cr_expect(strncmp(text, "# ours\ndeployments:\n  - name: by-hand   # keep me\n", 49) == 0);
    cr_expect(strstr(text, "# the end\n") != NULL);
    cr_expect(strstr(text, "ask.py-modelid") == NULL); /* its line is registered by hand */

    /* Somebody adds an owner; the line moves and the model is swapped; another place goes. */
    BW_CLEANUP(bw_str_clear) struct bw_str edited = { 0 };
    const char *mark = strstr(text, "    platform: \"openai\"\n    model: \"gpt-4o-mini\"");
    cr_assert(mark != NULL, "%s", text);
    bw_str_append_bytes(&edited, text, (size_t)(mark - text));
    bw_str_append(&edited, "    owner: web\n");
    bw_str_append(&edited, mark);
    write_file("watch.yaml", edited.text);
    write_file("tree/conf/app.yaml", "a: 1\nb: 2\nllm:\n  model: gpt-4.1-mini\n");
    write_file("tree/ask.py", "pass\n");
    SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
    cr_assert(eq(int, run.code, 0), "%s", run.err);
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments got = registered();
    cr_assert(eq(sz, got.count, 2));
    cr_expect(eq(str, got.items[0].name, "by-hand"));
    cr_expect(eq(str, got.items[1].model, "gpt-4.1-mini"));
    cr_expect(eq(str, got.items[1].owner, "web"));
    cr_expect(eq(i64, got.items[1].at.line, 4));

    write_file("tree/conf/app.yaml", "a: 1\n");
    SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
    cr_assert(eq(int, run.code, 0), "%s", run.err);
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments left = registered();
    cr_expect(eq(sz, left.count, 1));
}

Test(cmd_scan, a_file_that_is_wrong_stays_as_it_is)
{
    static const char *const texts[] = { "deployments: [\n", "deployments: []\n", "sources: []\n",
                                         "deployments:\n  - {name: x, nonsense: 1}\n" };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        write_file("watch.yaml", texts[i]);
        SCAN("tree", "--catalog", "catalog.jsonl", "--register", "watch.yaml");
        cr_expect(eq(int, run.code, 1), "%s", texts[i]);
        BW_CLEANUP(bw_freep) char *text = read_file("watch.yaml");
        cr_expect(eq(str, text, (char *)texts[i]));
        cr_expect(access("watch.yaml.new", F_OK) != 0);
    }
}

/* ---- from a registered place to a changed line ---- */

static size_t hits_in(const char *json, const char *id)
{
    BW_CLEANUP(bw_freep) char *wanted = bw_xasprintf("\"id\":\"%s\"", id);
    size_t count = 0;
    for (const char *at = strstr(json, wanted); at != NULL; at = strstr(at + 1, wanted)) {
        count++;
    }
    return count;
}

static void apply(const struct bw_deployment *deployment, const char *to)
{
    BW_CLEANUP(bw_freep) char *diff = NULL;
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_swap_diff(&deployment->at, deployment->model, to, &diff, &err), BW_OK),
              "%s", err.text);
    write_file("../change.diff", diff);
    cr_assert(system("git apply --check ../change.diff && git apply ../change.diff") == 0, "%s",
              diff);
}

Test(cmd_scan, each_registered_place_is_swapped_and_nothing_else)
{
    cr_assert(chdir("tree") == 0);
    if (system("git init -q . 2>/dev/null") != 0) {
        cr_skip_test("git is not installed");
    }
    write_file("run.sh", "M=\"${MODEL:-gpt-4o-mini}\"\nask --model gpt-4o-mini # gpt-4o-mini");
    SCAN(".", "--catalog", "../catalog.jsonl", "--register", "../watch.yaml");
    cr_assert(eq(int, run.code, 0), "%s", run.err);
    cr_assert(chdir("..") == 0);
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments got = registered();
    cr_assert(chdir("tree") == 0);
    cr_assert(eq(sz, got.count, 5));
    write_file("../ids.txt", "gpt-4o-mini\ngpt-3.5-turbo\nanthropic.claude-3-haiku-20240307-v1:0\n"
                             "new-model-1\n");
    for (size_t i = 0; i < got.count; i++) {
        SCAN(".", "--catalog", "../ids.txt", "--json");
        size_t before = hits_in(run.out, got.items[i].model);
        apply(&got.items[i], "new-model-1");
        SCAN(".", "--catalog", "../ids.txt", "--json");
        cr_expect(eq(sz, hits_in(run.out, got.items[i].model), before - 1));
        cr_expect(eq(sz, hits_in(run.out, "new-model-1"), 1));
        BW_CLEANUP(bw_freep)
        char *place = bw_xasprintf("\"file\":\"%s\",\"line\":%d,", got.items[i].at.file,
                                   (int)got.items[i].at.line);
        const char *hit = strstr(run.out, "\"id\":\"new-model-1\"");
        const char *at = strstr(run.out, place);
        cr_expect(at != NULL && hit != NULL && at < hit);
        cr_assert(system("git apply -R ../change.diff") == 0);
    }
}
