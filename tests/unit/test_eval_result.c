#include "codec/eval_result.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "codec/json.h"

static struct bw_eval_result got;
static struct bw_error err;
static const struct bw_eval_pointers PLAIN;

static void clear(void)
{
    bw_eval_result_clear(&got);
}

TestSuite(eval_result, .fini = clear);

static void ask_for(const char *model)
{
    bw_eval_result_clear(&got);
    got.model = bw_xstrdup(model);
}

static bool read_as(enum bw_eval_format format, const struct bw_eval_pointers *pointers,
                    const char *text)
{
    err.text[0] = '\0';
    return bw_eval_result_read(format, pointers, text, strlen(text), &got, &err) == BW_OK;
}

static char *data(const char *name)
{
    char path[400];
    char *text = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof(path), "%s/tests/data/evals/%s", getenv("BW_SOURCE"), name);
    cr_assert(eq(int, bw_file_read(path, 1 << 20, &text, &size, &err), BW_OK), "%s", path);
    return text;
}

static void expect_counts(int64_t cases, int64_t passed, int64_t failed, int64_t errors)
{
    cr_expect(eq(i64, got.cases, cases));
    cr_expect(eq(i64, got.passed, passed));
    cr_expect(eq(i64, got.failed, failed));
    cr_expect(eq(i64, got.errors, errors));
}

static void expect_refused(enum bw_eval_format format, const struct bw_eval_pointers *pointers,
                           const char *text, const char *says)
{
    ask_for("m");
    got.cases = 7;
    cr_expect(not(read_as(format, pointers, text)), "%s", text);
    cr_expect(ne(ptr, strstr(err.text, says), NULL), "'%s' said '%s'", text, err.text);
    cr_expect(eq(i64, got.cases, 7));
    cr_expect(eq(sz, got.models_seen.count, 0));
}

/* --- promptfoo --- */

Test(eval_result, promptfoo_files_give_their_entries)
{
    static const struct {
        const char *file;
        const char *model;
        const char *seen;
        int64_t passed, failed, errors;
    } files[] = {
        { "promptfoo-pass.json", "good-1", "openai:good-1", 2, 0, 0 },
        { "promptfoo-fail.json", "bad-1", "openai:bad-1", 0, 2, 0 },
        { "promptfoo-unauthorized.json", "s401", "openai:s401", 0, 0, 2 },
        { "promptfoo-pass.json", "another", "openai:good-1", 2, 0, 0 },
    };
    for (size_t i = 0; i < BW_COUNT(files); i++) {
        BW_CLEANUP(bw_freep) char *text = data(files[i].file);
        ask_for(files[i].model);
        cr_assert(read_as(BW_EVAL_PROMPTFOO, &PLAIN, text), "%s", err.text);
        expect_counts(2, files[i].passed, files[i].failed, files[i].errors);
        cr_assert(eq(sz, got.models_seen.count, 1));
        cr_expect(eq(str, got.models_seen.items[0], (char *)files[i].seen));
        cr_expect(epsilon_eq(dbl, got.mean_score, (double)files[i].passed / 2, 1e-9));
        cr_expect(isnan(got.cost_usd) != 0);
    }
}

#define FOO(entries) "{\"results\":{\"version\":3,\"results\":[" entries "]}}"
#define ENTRY(model, more) "{\"provider\":{\"id\":\"openai:chat:" model "\"}," more "}"
#define GOOD "\"success\":true,\"failureReason\":0,\"cost\":0.25"

Test(eval_result, promptfoo_entries_of_other_models_count_only_where_there_are_no_others)
{
    ask_for("m-2");
    cr_assert(read_as(BW_EVAL_PROMPTFOO, &PLAIN,
                      FOO(ENTRY("m-1", GOOD) "," ENTRY("m-2", GOOD) "," ENTRY("m-2", GOOD))));
    expect_counts(2, 2, 0, 0);
    cr_expect(eq(sz, got.models_seen.count, 1));
    cr_expect(epsilon_eq(dbl, got.cost_usd, 0.5, 1e-9));
    ask_for("m-3");
    cr_assert(read_as(BW_EVAL_PROMPTFOO, &PLAIN, FOO(ENTRY("m-1", GOOD) "," ENTRY("m-2", GOOD))));
    expect_counts(2, 2, 0, 0);
    cr_expect(eq(sz, got.models_seen.count, 2));
}

Test(eval_result, whatever_is_neither_clean_success_nor_failed_assertion_is_an_error)
{
    static const char *const entries[] = {
        "\"success\":false,\"failureReason\":2", "\"success\":true,\"failureReason\":2",
        "\"success\":false",                     "\"failureReason\":0",
        "\"success\":true",                      "\"success\":true,\"failureReason\":1",
        "\"success\":null,\"failureReason\":7",
    };
    for (size_t i = 0; i < BW_COUNT(entries); i++) {
        BW_CLEANUP(bw_freep)
        char *text = bw_xasprintf(FOO("{\"provider\":\"openai:m\",%s}"), entries[i]);
        ask_for("m");
        cr_assert(read_as(BW_EVAL_PROMPTFOO, &PLAIN, text), "%s", text);
        expect_counts(1, 0, 0, 1);
    }
}

Test(eval_result, promptfoo_files_without_entries_have_no_cases_and_others_are_refused)
{
    ask_for("m");
    cr_assert(read_as(BW_EVAL_PROMPTFOO, &PLAIN, FOO("")));
    expect_counts(0, 0, 0, 0);
    expect_refused(BW_EVAL_PROMPTFOO, &PLAIN, "", "not JSON");
    expect_refused(BW_EVAL_PROMPTFOO, &PLAIN, "{\"results\":{", "not JSON");
    expect_refused(BW_EVAL_PROMPTFOO, &PLAIN, "[]", "not a result of promptfoo");
    expect_refused(BW_EVAL_PROMPTFOO, &PLAIN, "{\"results\":{\"version\":2,\"results\":[]}}",
                   "not a result of promptfoo");
    expect_refused(BW_EVAL_PROMPTFOO, &PLAIN, "{\"results\":{\"version\":3,\"results\":{}}}",
                   "not a result of promptfoo");
}

/* --- JUnit --- */

Test(eval_result, junit_counts_cases_and_leaves_out_those_that_were_skipped)
{
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JUNIT, &PLAIN,
                      "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                      "<testsuites tests=\"7\"><testsuite tests=\"6\" failures=\"9\">"
                      "<properties><property name=\"model\" value=\"openai:m\"/>"
                      "<property name=\"other\" value=\"x\"/></properties>"
                      "<testcase name=\"a\"/>"
                      "<testcase name=\"b\"><system-out>ok</system-out></testcase>"
                      "<testcase name=\"c\"><failure message=\"no\">&lt;b&gt;</failure></testcase>"
                      "<testcase name=\"d\"><error/><failure/></testcase>"
                      "<testcase name=\"e\"><failure/><error/></testcase>"
                      "<testcase name=\"f\"><skipped/></testcase>"
                      "</testsuite><testsuite><testcase/></testsuite></testsuites>"),
              "%s", err.text);
    expect_counts(6, 3, 1, 2);
    cr_expect(eq(i64, got.skipped, 1));
    cr_assert(eq(sz, got.models_seen.count, 1));
    cr_expect(eq(str, got.models_seen.items[0], "openai:m"));
}

Test(eval_result, junit_cases_of_which_attributes_say_that_they_were_not_run_are_skipped)
{
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JUNIT, &PLAIN,
                      "<testsuites><testsuite tests=\"4\" disabled=\"1\">"
                      "<testcase name=\"a\" status=\"run\" result=\"completed\"/>"
                      "<testcase name=\"b\" status=\"notrun\" result=\"suppressed\"/>"
                      "<testcase name=\"c\" status=\"run\" result=\"skipped\"/>"
                      "<testcase name=\"d\" status=\"disabled\"/>"
                      "</testsuite></testsuites>"),
              "%s", err.text);
    expect_counts(1, 1, 0, 0);
    cr_expect(eq(i64, got.skipped, 3));
}

Test(eval_result, an_error_of_a_junit_suite_itself_is_an_error)
{
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JUNIT, &PLAIN,
                      "<testsuite errors=\"1\" tests=\"3\"><testcase/><testcase/>"
                      "<error message=\"collection failed\"/></testsuite>"),
              "%s", err.text);
    expect_counts(3, 2, 0, 1);
}

Test(eval_result, a_junit_suite_that_says_of_more_than_it_holds_is_refused)
{
    static const char NESTED[] = "<testsuites><testsuite><testcase/></testsuite>"
                                 "<testsuite tests=\"2\"><testcase/></testsuite></testsuites>";
    expect_refused(BW_EVAL_JUNIT, &PLAIN, "<testsuite tests=\"5\"><testcase/></testsuite>",
                   "a suite says tests=\"5\" and holds 1");
    expect_refused(BW_EVAL_JUNIT, &PLAIN,
                   "<testsuites tests=\"2\" errors=\"3\"><testsuite><testcase/><testcase/>"
                   "</testsuite></testsuites>",
                   "a suite says errors=\"3\" and holds 0");
    expect_refused(BW_EVAL_JUNIT, &PLAIN, NESTED, "a suite says tests=\"2\" and holds 1");
}

Test(eval_result, what_is_no_junit_report_is_refused)
{
    expect_refused(BW_EVAL_JUNIT, &PLAIN, "", "not XML");
    expect_refused(BW_EVAL_JUNIT, &PLAIN, "{}", "line 1, column 1: not XML");
    expect_refused(BW_EVAL_JUNIT, &PLAIN, "<html/>", "no <testsuite>");
    expect_refused(BW_EVAL_JUNIT, &PLAIN, "<testsuite><testcase/>", "not XML");
    expect_refused(BW_EVAL_JUNIT, &PLAIN,
                   "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuite>&e;&f;"
                   "</testsuite>",
                   "not XML");
}

Test(eval_result, entities_that_multiply_end_the_reading)
{
    struct bw_str text = { 0 };
    bw_str_append(&text, "<!DOCTYPE a [<!ENTITY e0 \"ten bytes.\">");
    for (int i = 1; i < 12; i++) {
        bw_str_appendf(&text, "<!ENTITY e%d \"", i);
        for (int n = 0; n < 8; n++) {
            bw_str_appendf(&text, "&e%d;", i - 1);
        }
        bw_str_append(&text, "\">");
    }
    bw_str_append(&text, "]><testsuite>&e11;</testsuite>");
    expect_refused(BW_EVAL_JUNIT, &PLAIN, text.text, "amplification");
    bw_str_clear(&text);
}

/* --- any JSON --- */

Test(eval_result, json_is_read_by_pointers)
{
    const struct bw_eval_pointers pointers = { .cases = "/n~1a/0/total", .passed = "/n~1a/0/ok",
                                               .errors = "/e~0r", .model = "/models",
                                               .mean_score = "/acc,none", .cost_usd = "/usd" };
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JSON, &pointers,
                      "{\"n/a\":[{\"total\":10,\"ok\":\"7\"}],\"e~r\":1,"
                      "\"models\":[\"m\",\"x\",\"m\"],\"acc,none\":0.75,\"usd\":1.5}"),
              "%s", err.text);
    expect_counts(10, 7, 2, 1);
    cr_expect(eq(sz, got.models_seen.count, 2));
    cr_expect(epsilon_eq(dbl, got.mean_score, 0.75, 1e-9));
    cr_expect(epsilon_eq(dbl, got.cost_usd, 1.5, 1e-9));
}

Test(eval_result, a_share_stands_in_for_the_count_that_passed)
{
    const struct bw_eval_pointers pointers = { .pass_rate = "/results/task/acc,none" };
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JSON, &pointers,
                      "{\"cases\":30,\"results\":{\"task\":{\"acc,none\":0.8333333333333334}}}"));
    expect_counts(30, 25, 5, 0);
}

Test(eval_result, without_pointers_it_is_our_own_result_document)
{
    ask_for("m");
    cr_assert(read_as(BW_EVAL_JSON, &PLAIN, "{\"cases\":3,\"passed\":3,\"model\":\"m\"}"));
    expect_counts(3, 3, 0, 0);
    cr_assert(read_as(BW_EVAL_JSON, &PLAIN, "{\"cases\":3,\"passed\":2}"));
    expect_counts(3, 2, 1, 0);
    cr_expect(eq(sz, got.models_seen.count, 0));
}

Test(eval_result, json_that_does_not_hold_what_is_pointed_at_is_refused)
{
    const struct bw_eval_pointers errors = { .errors = "/errors" };
    const struct bw_eval_pointers model = { .model = "/model" };
    const struct bw_eval_pointers rate = { .pass_rate = "/acc" };
    expect_refused(BW_EVAL_JSON, &PLAIN, "{}", "cases: there is no count at '/cases'");
    expect_refused(BW_EVAL_JSON, &PLAIN, "[3]", "cases");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":3}", "passed: there is no count");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":-1,\"passed\":0}", "cases");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":1e300,\"passed\":0}", "cases");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2.5,\"passed\":2}", "cases");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2,\"passed\":\"nan\"}", "passed");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2,\"passed\":3}", "do not add up");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2,\"passed\":2,\"errors\":1}", "add up");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2,\"passed\":2,\"errors\":\"x\"}", "errors");
    expect_refused(BW_EVAL_JSON, &PLAIN, "{\"cases\":2,\"passed\":2,\"model\":5}", "model");
    expect_refused(BW_EVAL_JSON, &errors, "{\"cases\":2,\"passed\":2}", "errors: there is no");
    expect_refused(BW_EVAL_JSON, &model, "{\"cases\":2,\"passed\":2}", "model: there is no");
    expect_refused(BW_EVAL_JSON, &model, "{\"cases\":2,\"passed\":2,\"model\":[\"m\",1]}", "model");
    expect_refused(BW_EVAL_JSON, &rate, "{\"cases\":2,\"acc\":1.01}", "pass_rate: there is no");
}

Test(eval_result, pointers_follow_rfc_6901)
{
    static const struct {
        const char *pointer;
        const char *found; /* NULL: nothing */
    } cases[] = {
        { "", "{\"a\":[1,{\"b\":2}],\"\":3,\"m~n\":8,\"c/d\":4,\"~1\":5}" },
        { "/a/0", "1" }, { "/a/1/b", "2" }, { "/", "3" }, { "/m~0n", "8" }, { "/c~1d", "4" },
        { "/~01", "5" }, { "a", NULL },     { "/a/2", NULL }, { "/a/00", NULL }, { "/a/-", NULL },
        { "/a/1/b/c", NULL }, { "/a/", NULL }, { "/x/y", NULL }, { "/a/99999999999", NULL },
    };
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(cases[0].found, strlen(cases[0].found), &root, &err), BW_OK));
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        const struct bw_json *value = bw_json_at(root, cases[i].pointer);
        BW_CLEANUP(bw_freep) char *text = value == NULL ? NULL : bw_json_print(value);
        cr_expect(bw_str_equal(text, cases[i].found), "'%s' found %s", cases[i].pointer, text);
    }
}

/* --- bytes from anywhere --- */

static uint64_t luck = 0x9e3779b97f4a7c15u;

static size_t random_below(size_t limit)
{
    luck ^= luck << 13;
    luck ^= luck >> 7;
    luck ^= luck << 17;
    return (size_t)(luck % limit);
}

/* Replace, cut, double or drop some bytes. */
static char *mutant(const char *text)
{
    static const char interesting[] = "{}[]\"<>&/:,0-9eE.\\ \x80\xff";
    size_t size = strlen(text);
    char *bytes = bw_xstrdup(text);
    for (size_t n = 1 + random_below(4); n > 0; n--) {
        size_t at = random_below(size);
        switch (random_below(3)) {
        case 0:
            bytes[at] = interesting[random_below(sizeof(interesting) - 1)];
            break;
        case 1:
            memmove(bytes + at, bytes + at + 1, size - at);
            size -= size > 1 ? 1 : 0;
            break;
        default:
            bytes[at] = bytes[random_below(size)];
            break;
        }
    }
    return bytes;
}

Test(eval_result, mutants_are_refused_or_give_counts_that_add_up)
{
    BW_CLEANUP(bw_freep) char *promptfoo = data("promptfoo-fail.json");
    const struct {
        enum bw_eval_format format;
        const char *text;
    } seeds[] = {
        { BW_EVAL_PROMPTFOO, promptfoo },
        { BW_EVAL_JUNIT, "<testsuites><testsuite><properties><property name=\"model\" value=\"m\"/>"
                         "</properties><testcase/><testcase><failure/></testcase><testcase><error/>"
                         "</testcase><testcase><skipped/></testcase></testsuite></testsuites>" },
        { BW_EVAL_JSON, "{\"cases\":30,\"passed\":25,\"errors\":2,\"model\":[\"m\",\"n\"],"
                        "\"mean_score\":0.5,\"cost_usd\":0.25}" },
    };
    for (size_t i = 0; i < BW_COUNT(seeds); i++) {
        int taken = 0;
        for (int n = 0; n < 3000; n++) {
            BW_CLEANUP(bw_freep) char *text = mutant(seeds[i].text);
            ask_for("m");
            if (read_as(seeds[i].format, &PLAIN, text)) {
                taken++;
                cr_assert(got.cases >= 0 && got.passed >= 0 && got.failed >= 0 && got.errors >= 0);
                cr_assert(eq(i64, got.cases, got.passed + got.failed + got.errors));
                cr_assert(le(sz, got.models_seen.count, BW_EVAL_MODELS_MAX));
            } else {
                cr_assert(ne(chr, err.text[0], '\0'));
            }
        }
        cr_expect(gt(int, taken, 0));
        cr_expect(lt(int, taken, 3000));
    }
}
