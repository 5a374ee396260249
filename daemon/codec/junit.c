/* daemon/codec/junit.c: see junit.h. Only what every dialect agrees on is counted: <testcase>, and
 * <failure>, <error>, <skipped> inside it. The sums in the attributes of suites are not trusted, but
 * one that is greater says that the file does not tell all. */
#include "codec/junit.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/str.h"

enum end { PASSED, FAILED, BROKEN, SKIPPED };

struct suite { /* that is open; counts are of the file up to its start */
    long long tests; /* as it says itself; 0: it does not */
    long long errors;
    int64_t cases_before;
    int64_t errors_before;
};

struct reader {
    struct bw_eval_result *out;
    struct { struct suite *items; size_t count, capacity; } suites;
    bool suite;   /* one has been seen */
    bool in_case;
    enum end end; /* of the case that is being read */
    char *lack;   /* what the first suite that says more than it holds says; NULL */
};

static void finish_case(struct reader *reader, enum end end)
{
    struct bw_eval_result *out = reader->out;
    out->cases += end == SKIPPED ? 0 : 1;
    out->skipped += end == SKIPPED ? 1 : 0;
    out->passed += end == PASSED ? 1 : 0;
    out->failed += end == FAILED ? 1 : 0;
    out->errors += end == BROKEN ? 1 : 0;
    reader->in_case = false;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2) {
        if (strcmp(attributes[0], name) == 0) {
            return attributes[1];
        }
    }
    return NULL;
}

static long long sum_of(const char **attributes, const char *name)
{
    const char *text = attribute(attributes, name);
    return text == NULL ? 0 : strtoll(text, NULL, 10);
}

static int64_t cases_of(const struct bw_eval_result *out)
{
    return out->cases + out->skipped;
}

static void begin_suite(struct reader *reader, const char **attributes)
{
    const struct suite suite = { .tests = sum_of(attributes, "tests"),
                                 .errors = sum_of(attributes, "errors"),
                                 .cases_before = cases_of(reader->out),
                                 .errors_before = reader->out->errors };
    BW_VEC_PUSH(&reader->suites, suite);
}

static void end_suite(struct reader *reader)
{
    const struct suite *suite = &reader->suites.items[--reader->suites.count];
    long long cases = cases_of(reader->out) - suite->cases_before;
    long long errors = reader->out->errors - suite->errors_before;
    if (reader->lack == NULL && (suite->tests > cases || suite->errors > errors)) {
        bool tests = suite->tests > cases;
        reader->lack = bw_xasprintf("a suite says %s=\"%lld\" and holds %lld",
                                    tests ? "tests" : "errors",
                                    tests ? suite->tests : suite->errors, tests ? cases : errors);
    }
}

/* GoogleTest and CTest say in attributes that a case was not run. */
static bool was_not_run(const char **attributes)
{
    const char *status = attribute(attributes, "status");
    return bw_str_equal(status, "notrun") || bw_str_equal(status, "disabled") ||
           bw_str_equal(attribute(attributes, "result"), "skipped");
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct reader *reader = context;
    const char *model = attribute(attributes, "value");
    bool failure = strcmp(name, "failure") == 0;
    bool error = strcmp(name, "error") == 0;
    if (strcmp(name, "testsuite") == 0 || strcmp(name, "testsuites") == 0) {
        reader->suite = reader->suite || strcmp(name, "testsuite") == 0;
        begin_suite(reader, attributes);
    } else if (strcmp(name, "testcase") == 0) {
        reader->in_case = true;
        reader->end = was_not_run(attributes) ? SKIPPED : PASSED;
    } else if (!reader->in_case && (failure || error)) {
        finish_case(reader, BROKEN); /* of the suite itself: it could not be collected, or set up */
    } else if (failure) {
        reader->end = reader->end == BROKEN ? BROKEN : FAILED;
    } else if (error) {
        reader->end = BROKEN;
    } else if (reader->in_case && strcmp(name, "skipped") == 0) {
        reader->end = reader->end == PASSED ? SKIPPED : reader->end;
    } else if (strcmp(name, "property") == 0 && model != NULL &&
               bw_str_equal(attribute(attributes, "name"), "model")) {
        bw_eval_result_saw(reader->out, model);
    }
}

static void on_end(void *context, const char *name)
{
    struct reader *reader = context;
    if (reader->in_case && strcmp(name, "testcase") == 0) {
        finish_case(reader, reader->end);
    } else if (strcmp(name, "testsuite") == 0 || strcmp(name, "testsuites") == 0) {
        end_suite(reader);
    }
}

enum bw_err bw_junit_read(const char *text, size_t size, struct bw_eval_result *out,
                          struct bw_error *err)
{
    struct reader reader = { .out = out };
    XML_Parser parser = XML_ParserCreate(NULL);
    enum bw_err rc = BW_OK;
    if (parser == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "no XML parser");
    }
    XML_SetUserData(parser, &reader);
    XML_SetElementHandler(parser, on_start, on_end);
    if (XML_Parse(parser, text, (int)size, 1) != XML_STATUS_OK) {
        rc = bw_fail(err, BW_ERR_INVALID, "line %lu, column %lu: not XML: %s",
                     XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser) + 1,
                     XML_ErrorString(XML_GetErrorCode(parser)));
    } else if (!reader.suite) {
        rc = bw_fail(err, BW_ERR_INVALID, "not a JUnit report: it has no <testsuite>");
    } else if (reader.lack != NULL) {
        rc = bw_fail(err, BW_ERR_INVALID, "%s: it does not tell all", reader.lack);
    }
    XML_ParserFree(parser);
    free(reader.lack);
    BW_VEC_CLEAR(&reader.suites, BW_VEC_PLAIN);
    return rc;
}
