/* daemon/codec/junit.h: the one door to XML: test reports in the form of JUnit. */
#ifndef BW_CODEC_JUNIT_H
#define BW_CODEC_JUNIT_H
#include "base/error.h"
#include "domain/eval_verdict.h"

/* Count the test cases of text[size] into *out; skipped ones were not run, and an error of a suite
 * itself is one more case that ended in it. Models are added from <property name="model"
 * value=".."/>. Errors: BW_ERR_INVALID with line and column, also for a document without
 * <testsuite>, and for a suite that says of more tests or errors than it holds. */
BW_MUST_CHECK enum bw_err bw_junit_read(const char *text, size_t size, struct bw_eval_result *out,
                                        struct bw_error *err);
#endif
