/* daemon/domain/eval_suite.h: a suite as the runner's own files describe it: what is run, where,
 * for how long, and how its result file is read. */
#ifndef BW_DOMAIN_EVAL_SUITE_H
#define BW_DOMAIN_EVAL_SUITE_H
#include <stdint.h>

#include "domain/eval_verdict.h"
#include "domain/settings.h"

enum { BW_EVAL_SUITES_MAX = 1000 }; /* that one runner holds */

enum bw_eval_format {
    BW_EVAL_PROMPTFOO, /* its JSON, results.version 3 */
    BW_EVAL_JUNIT,     /* JUnit XML, as pytest and many others write it */
    BW_EVAL_JSON,      /* any JSON document, read by JSON Pointers */
};

/* JSON Pointers (RFC 6901) into a result; NULL: the member of that name at the top, which may be
 * absent but for cases and passed. */
struct bw_eval_pointers {
    char *cases;
    char *passed;     /* a count, or, in its place, */
    char *pass_rate;  /* a share from 0 to 1 */
    char *errors;
    char *skipped;    /* not among cases */
    char *model;      /* a text or a list of texts */
    char *mean_score;
    char *cost_usd;
};

struct bw_variable { /* of the environment */
    char *name;
    char *text; /* NULL: it is the secret */
    struct bw_secret_ref secret;
};

struct bw_variables BW_VEC(struct bw_variable);

struct bw_eval_suite {
    char *name;
    struct bw_names argv; /* run without a shell; {model} and {result} are filled in */
    char *cwd;
    int64_t timeout_ms; /* of one run */
    enum bw_eval_format format;
    struct bw_eval_pointers pointers;
    struct bw_variables environment;
    struct bw_eval_rule rule;
};

struct bw_eval_suites BW_VEC(struct bw_eval_suite);
void bw_eval_suite_clear(struct bw_eval_suite *suite);
void bw_eval_suites_clear(struct bw_eval_suites *suites);
/* NULL: there is none of that name. */
const struct bw_eval_suite *bw_eval_suite_find(const struct bw_eval_suites *suites,
                                               const char *name);

/* A model is no program: no shell reads it as a part of its script, the word after -c.
 * NULL, or the word of argv that lets one. */
const char *bw_eval_suite_scripted(const struct bw_eval_suite *suite);

/* The words to run: the suite's, with model and result in place of {model} and {result}, each
 * word staying one word. Ownership: *out, empty before, is the caller's. */
void bw_eval_suite_argv(const struct bw_eval_suite *suite, const char *model, const char *result,
                        struct bw_names *out);

const char *bw_eval_format_word(enum bw_eval_format format);
bool bw_eval_format_parse(const char *word, enum bw_eval_format *out);
#endif
