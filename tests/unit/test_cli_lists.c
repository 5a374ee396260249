#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "support/canned_daemon.h"
#include "support/program.h"

#define DEPLOYMENT(name, state)                                                                    \
    "{\"name\":\"" name "\",\"technique\":\"prompt\",\"platform\":\"openai\",\"model\":\"gpt-4o\"," \
    "\"state\":\"" state "\",\"candidate\":\"gpt-4.1\",\"owner\":\"web\",\"train_by\":null,"        \
    "\"serve_until\":\"2026-11-23T00:00:00Z\"}"

static const struct canned_reply SCRIPT[] = {
    { "GET /v1/status",
      "{\"schema\":\"basewatch/status/v1\",\"deployments\":{\"total\":3,\"by_state\":{\"current\":1,"
      "\"stale\":2,\"retired\":0}},\"notices\":{\"open\":2},\"sources\":[{\"name\":\"openai\","
      "\"state\":\"ok\",\"entries\":120,\"last_success_at\":\"2026-11-23T18:05:00Z\"},"
      "{\"name\":\"new\",\"state\":\"ok\",\"entries\":0,\"last_success_at\":null}]}" },
    { "GET /v1/deployments",
      "{\"schema\":\"basewatch/deployments/v1\",\"deployments\":[" DEPLOYMENT("a", "stale")
      "," DEPLOYMENT("b\\u001b]0;x\\u0007", "current") "],\"next\":\"b/2\"}" },
    { "GET /v1/deployments?after=b%2F2",
      "{\"schema\":\"basewatch/deployments/v1\",\"deployments\":[" DEPLOYMENT("c", "retired") "]}" },
    { "GET /v1/deployments?owner=a%26b&state=stale", "{\"deployments\":[]}" },
    { "GET /v1/models", "{\"models\":[{\"platform\":\"x\",\"id\":\"m\"}],\"next\":\"m\"}" },
    { "GET /v1/models?after=m", "{\"models\":[],\"next\":\"m\"}" },
    { "GET /v1/models?platform=none", "{\"model\":[]}" },
    { "GET /v1/notices",
      "{\"notices\":[{\"id\":\"7\",\"deployment\":\"triage\",\"owner\":\"ml\",\"kind\":\"stale\","
      "\"severity\":\"plan\",\"state\":\"open\",\"candidate\":\"gpt-4.1\",\"train_by\":\"2027-01-31\","
      "\"estimate\":{\"expected_usd\":2446.5}}]}" },
    { "GET /v1/notices/7", "{\"lines\":[\"triage is stale\",\"since \\u001b[1m today\"]}" },
    { "GET /v1/sources/a%2Fus-east-1", "{\"schema\":\"x\",\"name\":\"a/us-east-1\",\"entries\":5}" },
    { "GET /v1/deployments/triage/explain?at=2026-05-01", "{\"lines\":[\"because\"]}" },
    { "GET /v1/deployments/web/swap",
      "{\"swap\":{\"from\":\"a\",\"to\":\"b\",\"diff\":\"--- a/x\\n+++ b/x\\n@@ -1 +1 @@\\n-\\ta\\r\\n+\\tb\\r\\n\"},"
      "\"lines\":[\"a becomes b\"]}" },
    { "GET /v1/deployments/triage/swap", "{\"swap\":null,\"lines\":[\"a fine-tune is no swap\"]}" },
    { "GET /v1/deployments/triage/estimate?to=gpt-5",
      "{\"low_usd\":1510,\"expected_usd\":2446.5,\"high_usd\":4100,\"cash\":{\"low_usd\":10,"
      "\"expected_usd\":46.5,\"high_usd\":100},\"people\":{\"low_usd\":1500,\"expected_usd\":2400,"
      "\"high_usd\":4000},\"run_cost_delta_usd_per_month\":-12.5,\"terms\":[{\"name\":\"training\","
      "\"purse\":\"cash\",\"low_usd\":10,\"expected_usd\":46.5,\"high_usd\":100,\"inputs\":\"2M tokens\","
      "\"price\":{\"source\":\"price list\",\"as_of\":\"2026-01-10T00:00:00Z\",\"confidence\":\"primary\"}}],"
      "\"widest\":[\"data work\",{\"name\":\"evaluation\"}],\"guessed\":[\"refresh_share\"],"
      "\"route\":\"same platform\",\"platform\":\"openai\"}" },
    { "GET /v1/deployments/x/estimate", "{\"refused\":\"no price is known\"}" },
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

static void expect(const struct program_run *got, int code, const char *out, const char *err)
{
    cr_expect(eq(int, got->code, code));
    cr_expect(eq(str, got->out, (char *)out));
    cr_expect(eq(str, got->err, (char *)err));
}

TestSuite(cli_lists, .init = setup, .fini = teardown);

Test(cli_lists, status_fits_one_screen)
{
    run = RUN("status");
    expect(&run, 0,
           "deployments: 3 (1 current, 2 stale)\nopen notices: 2\n\n"
           "SOURCE  STATE  ENTRIES  LAST-SUCCESS\n"
           "openai  ok         120  2026-11-23 18:05\n"
           "new     ok           0  -\n",
           "");
}

Test(cli_lists, pages_are_joined_into_one_table)
{
    run = RUN("deployments");
    expect(&run, 0,
           "NAME           TECHNIQUE  PLATFORM  MODEL   STATE    CANDIDATE  OWNER  TRAIN-BY  SERVE-UNTIL\n"
           "a              prompt     openai    gpt-4o  stale    gpt-4.1    web    -         2026-11-23\n"
           "b\\x1b]0;x\\x07  prompt     openai    gpt-4o  current  gpt-4.1    web    -         2026-11-23\n"
           "c              prompt     openai    gpt-4o  retired  gpt-4.1    web    -         2026-11-23\n",
           "");
}

Test(cli_lists, pages_are_joined_into_one_document)
{
    run = RUN("deployments", "--json");
    cr_assert(eq(int, run.code, 0));
    struct bw_json *document = NULL;
    cr_assert(eq(int, bw_json_parse(run.out, strlen(run.out), &document, NULL), BW_OK));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(document, "schema"), ""),
                 "basewatch/deployments/v1"));
    cr_expect(eq(sz, bw_json_size(bw_json_get(document, "deployments")), 3));
    cr_expect(bw_json_is_null(bw_json_get(document, "next")));
    bw_json_free(document);
}

Test(cli_lists, filters_become_the_query)
{
    run = RUN("deployments", "--owner", "a&b", "--state=stale", "--no-header");
    expect(&run, 0, "", "");
}

Test(cli_lists, a_list_without_end_is_left)
{
    run = RUN("models");
    expect(&run, 1, "", "error: the daemon's list does not come to its end\n");
}

Test(cli_lists, an_answer_of_another_shape_is_refused)
{
    run = RUN("models", "--json", "--platform", "none");
    expect(&run, 1, "", "error: the daemon's answer has no list of models\n");
}

Test(cli_lists, notices_show_deadline_and_cost)
{
    run = RUN("notices");
    expect(&run, 0,
           "ID  DEPLOYMENT  OWNER  KIND   SEVERITY  STATE  CANDIDATE  DEADLINE         COST\n"
           "7   triage      ml     stale  plan      open   gpt-4.1    2027-01-31  $2,446.50\n",
           "");
}

Test(cli_lists, show_prints_lines_for_people)
{
    run = RUN("notices", "show", "7");
    expect(&run, 0, "triage is stale\nsince \\x1b[1m today\n", "");
}

Test(cli_lists, show_prints_members_where_there_are_no_lines)
{
    run = RUN("sources", "show", "a/us-east-1");
    expect(&run, 0, "name: a/us-east-1\nentries: 5\n", "");
}

Test(cli_lists, what_the_daemon_refuses_is_said_in_its_words)
{
    run = RUN("deployments", "show", "nobody");
    expect(&run, 1, "", "error: not in the script\n");
}

Test(cli_lists, explain_takes_a_day_and_refuses_what_is_none)
{
    run = RUN("explain", "triage", "--at", "2026-05-01");
    expect(&run, 0, "because\n", "");
    program_run_clear(&run);
    run = RUN("explain", "triage", "--at", "yesterday");
    cr_expect(eq(int, run.code, 2));
    cr_expect(strstr(run.err, "error: --at: 'yesterday' is not a date") != NULL);
}

Test(cli_lists, swap_prints_the_diff_alone_byte_for_byte)
{
    run = RUN("swap", "web");
    expect(&run, 0, "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\ta\r\n+\tb\r\n", "");
    program_run_clear(&run);
    run = RUN("swap", "triage");
    expect(&run, 0, "a fine-tune is no swap\n", "");
}

Test(cli_lists, estimate_is_a_table_with_its_terms)
{
    run = RUN("estimate", "triage", "--to", "gpt-5");
    expect(&run, 0,
           "USD           LOW   EXPECTED       HIGH\n"
           "cash       $10.00     $46.50    $100.00\n"
           "people  $1,500.00  $2,400.00  $4,000.00\n"
           "total   $1,510.00  $2,446.50  $4,100.00\n\n"
           "TERM      PURSE     LOW  EXPECTED     HIGH  INPUTS     FORMULA\n"
           "training  cash   $10.00    $46.50  $100.00  2M tokens  -\n\n"
           "route: same platform\nplatform: openai\nchange of the monthly bill: -$12.50\n"
           "widened most by: data work, evaluation\nguessed: refresh_share\n"
           "price of training: price list (2026-01-10, primary)\n",
           "");
    program_run_clear(&run);
    run = RUN("estimate", "x");
    expect(&run, 0, "no estimate: no price is known\n", "");
}

Test(cli_lists, a_terminal_gets_colours_and_no_longer_lines_than_fit)
{
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    char *argv[] = { "basewatch", "deployments", NULL };
    run = program_run_on_terminal(90, argv);
    cr_expect(eq(int, run.code, 0));
    cr_expect(strstr(run.out, "\033[1mNAME") != NULL);
    cr_expect(strstr(run.out, "\033[31mretired") != NULL);
    cr_expect(strstr(run.out, "\xe2\x80\xa6") != NULL);
    cr_expect(strstr(run.out, "\033]0;") == NULL);
    program_run_clear(&run);
    setenv("NO_COLOR", "1", 1);
    run = program_run_on_terminal(200, argv);
    cr_expect(strchr(run.out, '\033') == NULL);
    cr_expect(strstr(run.out, "\xe2\x80\xa6") == NULL);
}

Test(cli_lists, a_full_disk_is_a_failure)
{
    char *argv[] = { "/bin/sh", "-c", "$BW_BIN/basewatch status >/dev/full", NULL };
    run = program_run(NULL, argv);
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.err, "error: standard output: No space left on device\n"));
}

Test(cli_lists, a_reader_that_leaves_is_no_drama)
{
    char *argv[] = { "/bin/sh", "-c", "($BW_BIN/basewatch status; echo $? >&2) | true", NULL };
    run = program_run(NULL, argv);
    cr_expect(strstr(run.err, "error") == NULL, "%s", run.err);
}

Test(cli_lists, a_closed_stdout_is_a_failure_and_nothing_leaks_to_the_daemon)
{
    char *argv[] = { "/bin/sh", "-c", "$BW_BIN/basewatch status >&-", NULL };
    run = program_run(NULL, argv);
    cr_expect(eq(int, run.code, 1));
    cr_expect(eq(str, run.err, "error: standard output: Bad file descriptor\n"));
    cr_expect(strstr(canned_received(server), "deployments") == NULL);
}
