#include "codec/eval_report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "codec/token.h"

static struct bw_error err;

static enum bw_err read(const char *text, struct bw_eval_report *out)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    cr_assert(eq(int, (int)bw_json_parse(text, strlen(text), &json, &err), BW_OK), "%s", err.text);
    return bw_eval_report_from_json(json, out, &err);
}

Test(eval_report, what_is_written_reads_back)
{
    static const char runs[] =
        "[{\"role\":\"baseline\",\"model\":\"old\",\"cases\":20,\"passed\":18,\"failed\":2,"
        "\"errors\":0,\"skipped\":3,\"models_seen\":[\"openai:chat:old\"],\"mean_score\":0.9,\"cost_usd\":0.25,"
        "\"duration_ms\":1500,\"exit\":100},"
        "{\"role\":\"tuned\",\"model\":\"new\",\"cases\":20,\"passed\":20,\"failed\":0,"
        "\"errors\":0,\"skipped\":0,\"models_seen\":[],\"mean_score\":null,\"cost_usd\":null,\"duration_ms\":1,"
        "\"exit\":-1}]";
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    BW_CLEANUP(bw_freep)
    char *text = bw_xasprintf("{\"outcome\":\"finished\",\"pass_rate\":0.95,\"results\":%s}", runs);
    cr_assert(eq(int, (int)read(text, &report), BW_OK), "%s", err.text);
    cr_expect(eq(int, (int)report.outcome, BW_EVAL_FINISHED));
    cr_expect(eq(ptr, report.reason, NULL));
    cr_expect(eq(dbl, report.rule.pass_rate, 0.95));
    cr_expect(eq(dbl, report.rule.tolerance, BW_EVAL_RULE.tolerance));
    cr_assert(eq(sz, report.results.count, 2));
    bool unknown = isnan(report.results.items[1].cost_usd);
    cr_expect(unknown);
    struct bw_json_writer w = { .out = &out };
    bw_eval_results_to_json(&report.results, &w, NULL);
    cr_expect(eq(str, out.text, (char *)runs));
}

Test(eval_report, a_reason_becomes_one_line)
{
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { 0 };
    cr_assert(eq(int, (int)read("{\"outcome\":\"failed\",\"reason\":\"exit 1\\nboom\\u0007\"}",
                                &report), BW_OK));
    cr_expect(eq(str, report.reason, "exit 1 boom "));
}

Test(eval_report, what_makes_no_sense_is_named)
{
#define RUN(members) "{\"outcome\":\"finished\",\"results\":[{" members "}]}"
#define WHO "\"role\":\"baseline\",\"model\":\"m\","
    static const char *const cases[][2] = {
        { "{}", "outcome is not finished, timeout or failed" },
        { "{\"outcome\":\"won\"}", "outcome is not finished, timeout or failed" },
        { "{\"outcome\":\"finished\",\"results\":{}}", "results is not a list" },
        { "{\"outcome\":\"finished\",\"tolerance\":2}", "tolerance is not a share from 0 to 1" },
        { "{\"outcome\":\"finished\",\"pass_rate\":-1}", "pass_rate is not a share from 0 to 1" },
        { RUN("\"role\":\"judge\""), "results: role is not baseline, candidate or tuned" },
        { RUN("\"role\":\"baseline\""), "results: model is not a model id" },
        { RUN(WHO "\"cases\":-1"), "results: cases is not a count" },
        { RUN(WHO "\"passed\":0.5"), "results: passed is not a count" },
        { RUN(WHO "\"errors\":1e300"), "results: errors is not a count" },
        { RUN(WHO "\"models_seen\":[1]"),
          "results: models_seen is not a list of at most 16 model ids" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_eval_report report = { 0 };
        cr_expect(eq(int, (int)read(cases[i][0], &report), BW_ERR_INVALID), "%s", cases[i][0]);
        cr_expect(eq(str, err.text, (char *)cases[i][1]));
    }
}

Test(eval_report, a_token_fits_its_own_hash_alone)
{
    char hash[BW_TOKEN_HASH_TEXT];
    cr_expect(eq(str, (char *)bw_token_hash("abc", hash),
                 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    cr_expect(bw_token_fits("abc", hash));
    cr_expect(not(bw_token_fits("abd", hash)));
    cr_expect(not(bw_token_fits(NULL, hash)));
    cr_expect(not(bw_token_fits("abc", NULL)));
    cr_expect(not(bw_token_fits("abc", "")));
}
