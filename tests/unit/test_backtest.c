#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/json.h"
#include "support/program.h"

static char *folder;      /* of the recorded catalogs */
static char *deployments; /* the inventory */
static char *scratch;     /* a folder of our own */
static struct program_run run;

static void setup(void)
{
    folder = bw_xasprintf("%s/tests/data/history/catalogs", getenv("BW_SOURCE"));
    deployments = bw_xasprintf("%s/tests/data/history/deployments.yaml", getenv("BW_SOURCE"));
    scratch = bw_xstrdup("/tmp/basewatch-backtest-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(scratch), NULL));
}

static void teardown(void)
{
    BW_CLEANUP(bw_freep) char *catalog = bw_xasprintf("%s/openai.jsonl", scratch);
    (void)unlink(catalog);
    (void)rmdir(scratch);
    program_run_clear(&run);
    free(folder);
    free(deployments);
    free(scratch);
}

TestSuite(backtest, .init = setup, .fini = teardown);

static void write_catalog(const char *text)
{
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/openai.jsonl", scratch);
    FILE *file = fopen(path, "we");
    cr_assert(ne(ptr, file, NULL));
    (void)fputs(text, file);
    (void)fclose(file);
}

/* The fields that the cases are about, a line an event. */
static char *events(const char *lines)
{
    static const char *const fields[] = { "at",    "event",     "deployment", "platform",
                                          "model", "candidate", "relation",   "kind" };
    struct bw_str out = { 0 };
    bw_str_append(&out, "");
    while (*lines != '\0') {
        BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
        size_t size = strcspn(lines, "\n");
        cr_assert(eq(int, bw_json_parse(lines, size, &json, NULL), BW_OK));
        for (size_t i = 0; i < BW_COUNT(fields); i++) {
            bw_str_appendf(&out, "%s%s", i == 0 ? "" : " ",
                           bw_json_text(bw_json_get(json, fields[i]), "-"));
        }
        bw_str_append(&out, "\n");
        lines += size + 1;
    }
    return bw_str_take(&out);
}

static void expect_events(const char *wanted)
{
    cr_expect(eq(str, run.err, ""));
    cr_expect(eq(int, run.code, 0));
    BW_CLEANUP(bw_freep) char *got = events(run.out);
    cr_expect(eq(str, got, (char *)wanted));
}

Test(backtest, says_each_thing_once_on_its_day)
{
    run = RUN("backtest", "--history", folder, "--deployments", deployments, "--format", "jsonl");
    expect_events(
        "2025-03-03 opened helpdesk openai gpt-4o-mini gpt-4.1-mini minor swap\n"
        "2025-03-09 opened digest google gemini-2.5-pro-preview-05-06 gemini-2.5-pro snapshot swap\n"
        "2025-03-10 opened triage openai gpt-4o-2024-08-06 gpt-5 major stale\n"
        "2025-03-22 opened triage openai gpt-4o-2024-08-06 - - base-unlisted\n"
        "2025-03-22 opened helpdesk openai gpt-4o-mini - - base-unlisted\n"
        "2025-04-02 superseded helpdesk openai gpt-4o-mini gpt-4.1-mini minor swap\n"
        "2025-04-02 opened helpdesk openai gpt-4o-mini gpt-5-mini major swap\n");
}

Test(backtest, the_lists_of_the_first_day_asked_for_are_the_baseline)
{
    run = RUN("backtest", "--history", folder, "--deployments", deployments, "--format=jsonl",
              "--from", "2025-03-11", "--to", "2025-03-19");
    expect_events(
        "2025-03-11 opened digest google gemini-2.5-pro-preview-05-06 gemini-2.5-pro snapshot swap\n"
        "2025-03-11 opened triage openai gpt-4o-2024-08-06 gpt-5 major stale\n"
        "2025-03-11 opened helpdesk openai gpt-4o-mini gpt-4.1-mini minor swap\n");
}

Test(backtest, the_page_tells_months_and_totals)
{
    static const char *const wanted[] = {
        "What basewatch would have said from 2025-03-03 to 2025-04-02\n",
        "3 deployments (1 fine-tuned) of 2 owners on 2 platforms.",
        "\n2025-03\n  09  google: gemini-2.5-pro\n      supersedes gemini-2.5-pro-preview-05-06\n"
        "      1 deployment of web: $",
        "\n  22  openai: gpt-4o-2024-08-06 is no longer listed\n      1 deployment (1 fine-tuned) of "
        "support\n",
        "\n2025-04\n  02  openai: gpt-5-mini\n",
        "\n  Each move as it was told:       4 moves,  $",
        "\n  One move each, at the end:      3 moves,  $",
        "1 list looked damaged",
    };
    run = RUN("backtest", "--history", folder, "--deployments", deployments);
    cr_expect(eq(int, run.code, 0));
    for (size_t i = 0; i < BW_COUNT(wanted); i++) {
        cr_expect(ne(ptr, strstr(run.out, wanted[i]), NULL), "missing: %s\nin: %s", wanted[i],
                  run.out);
    }
}

static void expect_complaint(int code, const char *end)
{
    cr_expect(eq(int, run.code, code));
    cr_expect(eq(str, run.out, ""));
    cr_expect(ne(ptr, strstr(run.err, end), NULL), "said: %s", run.err);
    cr_expect(eq(ptr, strchr(run.err, '\n'), strrchr(run.err, '\n')), "said: %s", run.err);
}

Test(backtest, a_bad_line_is_named)
{
    static const struct {
        const char *text;
        const char *complaint;
    } cases[] = {
        { "", "/openai.jsonl:1: error: it is empty" },
        { "{\"type\":\"full\"", "/openai.jsonl:1: error: " },
        { "{\"type\":\"full\",\"date\":\"2025-02-30\",\"models\":[]}\n",
          "/openai.jsonl:1: error: 'date' must be a day" },
        { "{\"type\":\"delta\",\"date\":\"2025-03-01\"}\n",
          "/openai.jsonl:1: error: the first line must be the \"full\" list" },
        { "{\"type\":\"full\",\"date\":\"2025-03-02\",\"models\":[{\"id\":\"a\"}]}\n\n"
          "{\"type\":\"delta\",\"date\":\"2025-03-01\"}\n",
          "/openai.jsonl:3: error: its date is not after that of the line before" },
        { "{\"type\":\"full\",\"date\":\"2025-03-02\",\"models\":[{\"name\":\"a\"}]}\n",
          "/openai.jsonl:1: error: a model without an id" },
        { "{\"type\":\"full\",\"date\":\"2025-03-02\",\"models\":[{\"id\":\"\"}]}\n",
          "/openai.jsonl:1: error: " },
        { "{\"type\":\"full\",\"date\":\"2025-03-02\"}\n"
          "{\"type\":\"delta\",\"date\":\"2025-03-03\",\"removed\":[7]}\n",
          "/openai.jsonl:2: error: 'removed' is no list of ids" },
        { "[]\n", "/openai.jsonl:1: error: 'type' must be" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        write_catalog(cases[i].text);
        program_run_clear(&run);
        run = RUN("backtest", "--history", scratch, "--deployments", deployments);
        expect_complaint(1, cases[i].complaint);
    }
}

Test(backtest, a_platform_without_history_is_named_with_its_place)
{
    write_catalog("{\"type\":\"full\",\"date\":\"2025-03-02\",\"models\":[{\"id\":\"a\"}]}\n");
    run = RUN("backtest", "--history", scratch, "--deployments", deployments);
    expect_complaint(1, "deployments.yaml:9:46: error: there is no history of platform 'google'");
}

Test(backtest, a_folder_without_catalogs_is_no_history)
{
    run = RUN("backtest", "--history", scratch, "--deployments", deployments);
    expect_complaint(1, ": it holds no PLATFORM.jsonl");
    program_run_clear(&run);
    run = RUN("backtest", "--history", "/nowhere/at/all", "--deployments", deployments);
    expect_complaint(1, "/nowhere/at/all: No such file or directory");
}

Test(backtest, a_wrong_call_is_a_matter_of_usage)
{
    run = RUN("backtest", "--history", folder);
    cr_expect(eq(int, run.code, 2));
    program_run_clear(&run);
    run = RUN("backtest", "--history", folder, "--deployments", deployments, "--format", "xml");
    cr_expect(eq(int, run.code, 2));
    program_run_clear(&run);
    run = RUN("backtest", "--history", folder, "--deployments", deployments, "--from", "2026-01-01");
    expect_complaint(1, "--from is after the last day that was recorded");
}
