/* daemon/codec/junit.c: see junit.h. Only what every dialect agrees on is looked at: <testcase>,
 * and <failure>, <error>, <skipped> inside it. Sums in the attributes of suites are not trusted. */
#include "codec/junit.h"

#include <string.h>

#include <expat.h>

#include "base/str.h"

enum end { PASSED, FAILED, BROKEN, SKIPPED };

struct reader {
    struct bw_eval_result *out;
    bool suite;   /* one has been seen */
    bool in_case;
    enum end end; /* of the case that is being read */
};

static void finish_case(struct reader *reader)
{
    struct bw_eval_result *out = reader->out;
    out->cases += reader->end == SKIPPED ? 0 : 1;
    out->passed += reader->end == PASSED ? 1 : 0;
    out->failed += reader->end == FAILED ? 1 : 0;
    out->errors += reader->end == BROKEN ? 1 : 0;
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

static void on_start(void *context, const char *name, const char **attributes)
{
    struct reader *reader = context;
    const char *model = attribute(attributes, "value");
    if (strcmp(name, "testsuite") == 0) {
        reader->suite = true;
    } else if (strcmp(name, "testcase") == 0) {
        reader->in_case = true;
        reader->end = PASSED;
    } else if (reader->in_case && strcmp(name, "failure") == 0) {
        reader->end = reader->end == BROKEN ? BROKEN : FAILED;
    } else if (reader->in_case && strcmp(name, "error") == 0) {
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
        finish_case(reader);
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
    }
    XML_ParserFree(parser);
    return rc;
}
