#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "support/canned_daemon.h"
#include "support/program.h"

static const char OVERDUE[] = "GET /v1/notices?state=open&severity=overdue";
static const char NONE[] = "{\"notices\":[]}";

/* A status with so many open notices, whose one source succeeded so long ago; negative: never. */
static char *status(int open, int64_t age_ms)
{
    char at[BW_INSTANT_TEXT];
    bw_instant_format(bw_clock_now_ms() - age_ms, at);
    const char *quote = age_ms < 0 ? "" : "\"";
    return bw_xasprintf("{\"deployments\":{\"total\":1,\"by_state\":{}},\"notices\":{\"open\":%d},"
                        "\"sources\":[{\"name\":\"o|p\",\"state\":\"ok\",\"last_success_at\":%s%s%s}]}",
                        open, quote, age_ms < 0 ? "null" : at, quote);
}

static void expect_of(char *answer, const char *overdue, const char *option, int code,
                      const char *first, const char *data)
{
    const struct canned_reply script[] = {
        { "GET /v1/status", answer },
        { OVERDUE, overdue },
        { NULL, NULL },
    };
    struct canned_daemon *server = canned_start(script);
    struct program_run run = RUN("check", (char *)option);
    cr_expect(eq(int, run.code, code));
    cr_expect(bw_str_starts_with(run.out, first), "%s", run.out);
    cr_expect(strstr(run.out, data) != NULL, "%s", run.out);
    cr_expect(eq(ptr, strchr(run.out, '\n'), run.out + strlen(run.out) - 1));
    cr_expect(eq(str, run.err, ""));
    program_run_clear(&run);
    canned_stop(server);
    free(answer);
}

static void expect(int open, int64_t age_ms, const char *overdue, const char *option, int code,
                   const char *first)
{
    expect_of(status(open, age_ms), overdue, option, code, first,
              age_ms < 0 ? " feed_age=U;86400;259200;0; overdue=" : "s;86400;259200;0; overdue=");
}

Test(cli_check, its_four_exits)
{
    expect(0, 0, NONE, NULL, 0, "BASEWATCH OK - 0 notices open | notices=0;0;;0; feed_age=");
    expect(1, 0, NONE, NULL, 1, "BASEWATCH WARNING - 1 notice open | notices=1;0;;0; feed_age=");
    expect(2, 0, NONE, "-w5", 0, "BASEWATCH OK - 2 notices open | notices=2;5;;0; feed_age=");
    expect(9, 0, NONE, "-c5", 2, "BASEWATCH CRITICAL - 9 notices open | notices=9;0;5;0; feed_age=");
    expect(0, -1, NONE, NULL, 3, "BASEWATCH UNKNOWN - 0 notices open, source o p has never answered | ");
}

Test(cli_check, one_overdue_notice_is_critical)
{
    expect(2, 0, "{\"notices\":[{\"deployment\":\"tri|age\",\"severity\":\"overdue\",\"state\":\"open\"},"
                 "{\"deployment\":\"b\",\"severity\":\"plan\",\"state\":\"open\"},"
                 "{\"deployment\":\"tri|age\",\"severity\":\"overdue\",\"state\":\"open\","
                 "\"inhibited\":true}]}",
           "-v", 2, "BASEWATCH CRITICAL - 2 notices open, 1 overdue (tri age) | notices=2;0;;0; ");
}

#define STATUS(error, unwatched, sources)                                                          \
    bw_xstrdup("{\"configuration\":{\"error\":" error "},\"unwatched\":" unwatched                    \
               ",\"notices\":{\"open\":0},\"sources\":[" sources "]}")
#define SOURCE "{\"name\":\"o\",\"last_success_at\":\"2999-01-01T00:00:00Z\"}"

Test(cli_check, a_daemon_that_watches_nothing_is_not_fine)
{
    expect_of(STATUS("null", "3", ""), NONE, NULL, 3,
              "BASEWATCH UNKNOWN - 0 notices open, no source is configured: nothing is watched | ",
              " feed_age=U;86400;259200;0; overdue=0;;0;0; unwatched=3;0;;0;\n");
    expect_of(STATUS("null", "2", SOURCE), NONE, NULL, 1,
              "BASEWATCH WARNING - 0 notices open, no source speaks of the platform of 2 "
              "deployments | ",
              " unwatched=2;0;;0;\n");
    expect_of(STATUS("\"line 3: a|b\"", "0", SOURCE), NONE, NULL, 1,
              "BASEWATCH WARNING - 0 notices open, the configuration is not in force: line 3: a b | ",
              " unwatched=0;0;;0;\n");
    expect_of(STATUS("null", "0", SOURCE), NONE, NULL, 0, "BASEWATCH OK - 0 notices open | ",
              " overdue=0;;0;0; unwatched=0;0;;0;\n");
}

Test(cli_check, old_news_first_warns_and_then_is_no_news)
{
    expect(0, 30 * BW_HOUR_MS, NONE, NULL, 1,
           "BASEWATCH WARNING - 0 notices open, a source has been silent for 30 hours | "
           "notices=0;0;;0; feed_age=108");
    expect(0, 80 * BW_HOUR_MS, NONE, NULL, 3,
           "BASEWATCH UNKNOWN - 0 notices open, a source has been silent for 80 hours | ");
}

Test(cli_check, whatever_fails_is_unknown_on_one_line)
{
    struct program_run run = RUN("check", "-H", "/nonexistent");
    cr_expect(eq(int, run.code, 3));
    cr_expect(bw_str_starts_with(run.out, "BASEWATCH UNKNOWN - no daemon answers at '/nonexistent'"));
    program_run_clear(&run);
    run = RUN("check", "-w", "5:1");
    cr_expect(eq(int, run.code, 3));
    cr_expect(eq(str, run.out, "BASEWATCH UNKNOWN - '5:1' is not a range: [@][start:]end\n"));
    program_run_clear(&run);
    run = RUN("check", "--wraning=1");
    cr_expect(eq(str, run.out,
                 "BASEWATCH UNKNOWN - unknown option '--wraning'; did you mean '--warning'?\n"));
    cr_expect(eq(str, run.err, ""));
    program_run_clear(&run);
}

Test(cli_check, a_hanging_daemon_is_unknown_in_time)
{
    const struct canned_reply script[] = { { "GET /v1/status", CANNED_HANG }, { NULL, NULL } };
    struct canned_daemon *server = canned_start(script);
    struct program_run run = RUN("check", "-t", "1");
    cr_expect(eq(int, run.code, 3));
    cr_expect(strstr(run.out, "has not answered within") != NULL);
    program_run_clear(&run);
    canned_stop(server);
}
