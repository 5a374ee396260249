#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "support/canned_daemon.h"
#include "support/program.h"

static const struct canned_reply SCRIPT[] = {
    { "POST /v1/deployments", "{}" },
    { "POST /v1/deployments/import", "{}" },
    { "DELETE /v1/deployments/a%2Fb", "HTTP/1.1 204 No Content\r\n\r\n" },
    { "POST /v1/notices/7/ack", "{}" },
    { "POST /v1/notices/7/snooze", "{}" },
    { "POST /v1/notices/8/waive",
      "HTTP/1.1 409 Conflict\r\n\r\n{\"title\":\"Conflict\",\"detail\":\"notice 8 is resolved\"}" },
    { "POST /v1/sources/poll",
      "{\"sources\":[{\"name\":\"a\",\"state\":\"ok\",\"entries\":3,\"detail\":null},"
      "{\"name\":\"b\",\"state\":\"failing\",\"entries\":9,\"detail\":\"status 500\"}]}" },
    { "POST /v1/sources/a/accept", "{}" },
    { "POST /v1/sinks/ops/test", "{}" },
    { "POST /v1/deliveries/12/retry", "{}" },
    { "POST /v1/evals", "{}" },
    { "POST /v1/evals/3/cancel", "{}" },
    { "POST /v1/evals/4/token", "{\"job\":{\"id\":\"4\",\"token\":\"abc\"}}" },
    { NULL, NULL },
};

static struct canned_daemon *server;
static struct program_run run;

static void setup(void)
{
    server = canned_start(SCRIPT);
}

static void teardown(void)
{
    program_run_clear(&run);
    canned_stop(server);
}

static void again(struct program_run next)
{
    program_run_clear(&run);
    run = next;
}

static bool received(const char *text)
{
    return strstr(canned_received(server), text) != NULL;
}

TestSuite(cli_writes, .init = setup, .fini = teardown);

Test(cli_writes, add_sends_the_fields_of_the_configuration)
{
    run = RUN("deployments", "add", "--name", "help", "--technique=rag", "--platform", "openai",
              "--model", "gpt-4o", "--owner", "w\"eb");
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.out, ""));
    cr_expect(eq(str, run.err, "help: added\n"));
    cr_expect(received("POST /v1/deployments HTTP/1.0\r\n"));
    cr_expect(received("\r\n\r\n{\"name\":\"help\",\"technique\":\"rag\",\"platform\":\"openai\","
                       "\"model\":\"gpt-4o\",\"owner\":\"w\\\"eb\"}"));
}

Test(cli_writes, add_merges_a_document_with_options_and_place)
{
    char *path = bw_xasprintf("%s/code", canned_folder(server));
    cr_assert(mkdir(path, 0700) == 0);
    char *file = bw_xasprintf("%s/a.py", path);
    char *where = bw_xasprintf("%s:2", file);
    FILE *source = fopen(file, "w");
    fputs("import x\nmodel = \"gpt-4o\"\n", source);
    fclose(source);
    run = program_run("{\"name\":\"old\",\"training\":{\"rows\":5},\"at\":null}",
                      (char *const[]){ "basewatch", "deployments", "add", "--json", "-", "--name",
                                       "new", "--at", where, "--dry-run", NULL });
    char *want = bw_xasprintf("{\"training\":{\"rows\":5},\"name\":\"new\",\"at\":{\"file\":\"%s\",\"line\":2,"
                              "\"context\":\"import x\\nmodel = \\\"gpt-4o\\\"\\n\"}}\n", file);
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.out, want));
    cr_expect(eq(str, (char *)canned_received(server), ""));
    unlink(file);
    rmdir(path);
    free(want);
    free(where);
    free(file);
    free(path);
}

Test(cli_writes, add_refuses_what_it_cannot_send)
{
    run = RUN("deployments", "add", "--name", "x");
    cr_expect(eq(int, run.code, 2));
    cr_expect(bw_str_starts_with(run.err, "error: --technique TECHNIQUE is missing\nusage: "));
    again(program_run("[{}]", (char *const[]){ "basewatch", "deployments", "add", "--json", "-", NULL }));
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.err, "error: standard input: not a deployment object; a list is read by "
                               "'basewatch deployments import'\n"));
    again(program_run("{\"name\":\n", (char *const[]){ "basewatch", "deployments", "add", "--json", "-", NULL }));
    cr_expect(eq(int, run.code, 1));
    cr_expect(bw_str_starts_with(run.err, "error: standard input: line 1, column 9: not JSON"));
    cr_expect(eq(str, (char *)canned_received(server), ""));
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text++) {
        found++;
    }
    return found;
}

Test(cli_writes, import_sends_a_thousand_lines_at_a_time)
{
    struct bw_str lines = { 0 };
    for (int i = 0; i < 2500; i++) {
        bw_str_appendf(&lines, "{\"name\":\"d%d\"}\n%s", i, i % 100 == 0 ? "\n" : "");
    }
    lines.text[lines.size - 1] = '\0'; /* the last line has no end */
    run = program_run(lines.text,
                      (char *const[]){ "basewatch", "deployments", "import", "-", NULL });
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.err, "2500 deployments are imported\n"));
    cr_expect(eq(sz, count(canned_received(server), "POST /v1/deployments/import"), 3));
    cr_expect(eq(sz, count(canned_received(server), "{\"name\":\"d"), 2500));
    cr_expect(received("Content-Type: application/x-ndjson"));
    cr_expect(received("{\"name\":\"d999\"}\nPOST"));
    bw_str_clear(&lines);
}

Test(cli_writes, import_says_how_far_it_came)
{
    again(RUN("deployments", "import", "/nonexistent.ndjson"));
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.err, "error: /nonexistent.ndjson: No such file or directory\n"));
    setenv("BASEWATCH_SOCKET", "/nonexistent", 1);
    again(program_run("{}\n{}\n", (char *const[]){ "basewatch", "deployments", "import", "-", NULL }));
    cr_expect(eq(int, run.code, 1));
    cr_expect(bw_str_starts_with(run.err, "0 deployments are imported\nerror: standard input: lines 1 to 2: "
                                          "no daemon answers at '/nonexistent'"));
}

Test(cli_writes, names_are_encoded_in_paths)
{
    run = RUN("deployments", "remove", "a/b");
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.err, "a/b: removed\n"));
}

Test(cli_writes, notices_are_answered_with_a_reason)
{
    run = RUN("notices", "ack", "7", "--reason", "on it");
    cr_expect(eq(int, run.code, 0));
    cr_expect(received("\r\n\r\n{\"reason\":\"on it\"}"));
    again(RUN("notices", "snooze", "7", "--until", "2027-01-31", "--reason", "later"));
    cr_expect(eq(int, run.code, 0));
    cr_expect(received("{\"reason\":\"later\",\"until\":\"2027-01-31T00:00:00Z\"}"));
    again(RUN("notices", "waive", "8", "--reason", "no", "--until", "14d"));
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.err, "error: notice 8 is resolved\n"));
    again(RUN("notices", "ack", "7"));
    cr_expect(eq(int, run.code, 2));
    again(RUN("notices", "snooze", "7", "--reason", "x"));
    cr_expect(eq(str, run.err, "error: --until T is missing\n"
                               "usage: basewatch notices snooze ID --until T --reason TEXT\n"));
}

Test(cli_writes, a_poll_fails_when_one_source_did)
{
    run = RUN("sources", "poll", "b");
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.out, "NAME  STATE    ENTRIES  LAST-SUCCESS  DETAIL\n"
                               "a     ok             3  -             -\n"
                               "b     failing        9  -             status 500\n"));
    cr_expect(received("\r\n\r\n{\"name\":\"b\"}"));
    again(RUN("sources", "poll", "--json"));
    cr_expect(eq(int, run.code, 1));
    cr_expect(received("\r\n\r\n{}"));
    cr_expect(eq(sz, count(run.out, "\n"), 1));
}

Test(cli_writes, the_small_verbs_reach_their_targets)
{
    run = RUN("sources", "accept", "a");
    cr_expect(eq(int, run.code, 0));
    again(RUN("sinks", "test", "ops"));
    cr_expect(eq(int, run.code, 0));
    again(RUN("deliveries", "retry", "12"));
    cr_expect(eq(int, run.code, 0));
    again(RUN("deliveries", "retry", "13"));
    cr_expect(eq(int, run.code, 1));
}

Test(cli_writes, misuse_is_exit_2_with_a_hint)
{
    const struct {
        char *words[3];
        const char *err;
    } rows[] = {
        { { "statsu" }, "error: unknown command 'statsu'; did you mean 'status'?\n" },
        { { "deployments", "ad" },
          "error: unknown command 'deployments ad'; did you mean 'deployments add'?\n" },
        { { "status", "--jsn" }, "error: unknown option '--jsn'; did you mean '--json'?\n"
                                 "usage: basewatch status [--json]\n" },
        { { "status", "now" }, "error: unexpected argument 'now'\nusage: basewatch status [--json]\n" },
        { { "models", "show" }, "error: an argument is missing\nusage: basewatch models show ID [--json]\n" },
        { { "help", "sources", "pol" },
          "error: unknown command 'sources pol'; did you mean 'sources poll'?\n" },
        { { "--sockt=x" }, "error: unknown option '--sockt'; did you mean '--socket'?\n" },
        { { NULL }, "error: no command is named; see 'basewatch --help'\n" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        again(RUN(rows[i].words[0], rows[i].words[1], rows[i].words[2]));
        cr_expect(eq(int, run.code, 2));
        cr_expect(eq(str, run.out, ""));
        cr_expect(eq(str, run.err, (char *)rows[i].err));
    }
}

Test(cli_writes, help_and_version_go_to_stdout)
{
    run = RUN("--version");
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.out, "basewatch " BW_VERSION "\n"));
    again(RUN("help", "notices", "snooze"));
    cr_expect(eq(int, run.code, 0));
    cr_expect(bw_str_starts_with(run.out, "Usage: basewatch notices snooze ID --until T --reason TEXT\n"));
    again(RUN("sources", "poll", "--help"));
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.err, ""));
    again(RUN("--help"));
    cr_expect(strstr(run.out, "\n  deployments ") != NULL);
}

Test(cli_writes, the_socket_may_be_named_before_or_after_the_command)
{
    char *socket = bw_xstrdup(getenv("BASEWATCH_SOCKET"));
    setenv("BASEWATCH_SOCKET", "/nonexistent", 1);
    run = RUN("--socket", socket, "sinks", "test", "ops");
    cr_expect(eq(int, run.code, 0));
    again(RUN("sinks", "test", "ops", "--socket", socket));
    cr_expect(eq(int, run.code, 0));
    again(RUN("sinks", "test", "ops"));
    cr_expect(eq(int, run.code, 1));
    free(socket);
}

Test(cli_writes, an_eval_is_started_cancelled_and_given_away)
{
    run = RUN("evals", "start", "triage", "--tuned", "ft:new");
    cr_expect(eq(int, run.code, 0));
    cr_expect(eq(str, run.err, "triage: its eval is queued\n"));
    cr_expect(received("\r\n\r\n{\"deployment\":\"triage\",\"tuned\":\"ft:new\"}"));
    again(RUN("evals", "cancel", "3"));
    cr_expect(eq(int, run.code, 2));
    again(RUN("evals", "cancel", "3", "--reason", "too dear"));
    cr_expect(eq(int, run.code, 0));
    cr_expect(received("\r\n\r\n{\"reason\":\"too dear\"}"));
    again(RUN("evals", "token", "4"));
    cr_expect(eq(str, run.out, "abc\n"));
}
