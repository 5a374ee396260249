/* daemon/domain/eval_verdict.c: see eval_verdict.h. */
#include "domain/eval_verdict.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "base/words.h"

static const double Z95 = 1.959964; /* two-sided 95 % of the normal distribution */
static const double MUCH = 0.1;      /* a loss that a verdict should not miss */
static const double ROUNDING = 1e-9; /* 0.95 - 0.02 is not 0.93 in binary */

const struct bw_eval_rule BW_EVAL_RULE = { .pass_rate = 0, .tolerance = 0.02 };

static const char *const ROLE_WORDS[] = {
    [BW_EVAL_BASELINE] = "baseline",
    [BW_EVAL_CANDIDATE] = "candidate",
    [BW_EVAL_TUNED] = "tuned",
};
BW_DEFINE_WORDS(bw_eval_role, ROLE_WORDS)

static const char *const OUTCOME_WORDS[] = {
    [BW_EVAL_FINISHED] = "finished",
    [BW_EVAL_TIMED_OUT] = "timeout",
    [BW_EVAL_FAILED] = "failed",
};
BW_DEFINE_WORDS(bw_eval_outcome, OUTCOME_WORDS)

static const char *const VERDICT_WORDS[] = {
    [BW_EVAL_PASS] = "pass",
    [BW_EVAL_FAIL] = "fail",
    [BW_EVAL_INCONCLUSIVE] = "inconclusive",
    [BW_EVAL_TIMEOUT] = "timeout",
    [BW_EVAL_CANCELLED] = "cancelled",
};
BW_DEFINE_WORDS(bw_eval_verdict, VERDICT_WORDS)

struct runs { /* by role; NULL: not run */
    const struct bw_eval_result *of[BW_EVAL_ROLES];
};

struct interval {
    double low;
    double high;
};

static char *flaw_of(const struct bw_eval_result *run, struct bw_eval_rule rule);
static char *mismatch_of(const struct bw_eval_results *results);
static void compare(const struct bw_eval_result *run, const struct bw_eval_result *baseline,
                    struct bw_eval_judgement *out);
static void decide(const struct runs *runs, struct bw_eval_rule rule,
                   struct bw_eval_judgement *out);

void bw_eval_result_clear(struct bw_eval_result *result)
{
    free(result->model);
    bw_names_clear(&result->models_seen);
    *result = (struct bw_eval_result){ 0 };
}

void bw_eval_result_saw(struct bw_eval_result *result, const char *model)
{
    struct bw_names *seen = &result->models_seen;
    size_t size = bw_str_utf8_cut(model, BW_EVAL_MODEL_TEXT_MAX);
    const char *text = size == 0 ? "no model" : model;
    size = size == 0 ? strlen(text) : size;
    BW_VEC_EACH(char *, known, seen)
    {
        if (strlen(*known) == size && memcmp(*known, text, size) == 0) {
            return;
        }
    }
    if (seen->count < BW_EVAL_MODELS_MAX) {
        BW_VEC_PUSH(seen, bw_xstrndup(text, size));
    }
}

void bw_eval_results_clear(struct bw_eval_results *results)
{
    BW_VEC_CLEAR(results, bw_eval_result_clear);
}

void bw_eval_judgement_clear(struct bw_eval_judgement *judgement)
{
    free(judgement->reason);
    *judgement = (struct bw_eval_judgement){ 0 };
}

void bw_eval_judge(const struct bw_eval_results *results, struct bw_eval_rule rule,
                   struct bw_eval_judgement *out)
{
    struct runs runs = { 0 };
    *out = (struct bw_eval_judgement){ .verdict = BW_EVAL_INCONCLUSIVE };
    BW_VEC_EACH(struct bw_eval_result, run, results)
    {
        out->reason = runs.of[run->role] != NULL
                          ? bw_xasprintf("%s was run twice", bw_eval_role_word(run->role))
                          : flaw_of(run, rule);
        if (out->reason != NULL) {
            return;
        }
        runs.of[run->role] = run;
    }
    out->reason = mismatch_of(results);
    if (out->reason == NULL) {
        decide(&runs, rule, out);
    }
}

bool bw_eval_model_is(const char *asked, const char *seen)
{
    size_t asked_size = strlen(asked);
    size_t seen_size = strlen(seen);
    if (asked_size == 0 || asked_size > seen_size) {
        return false;
    }
    size_t prefix = seen_size - asked_size;
    return strcmp(seen + prefix, asked) == 0 &&
           (prefix == 0 || seen[prefix - 1] == ':' || seen[prefix - 1] == '/');
}

/* Why a run cannot be judged; NULL: it can. Ownership: the caller's. */
static char *flaw_of(const struct bw_eval_result *run, struct bw_eval_rule rule)
{
    const char *role = bw_eval_role_word(run->role);
    if (rule.must_name_model && run->models_seen.count == 0) {
        return bw_xasprintf("the result of %s names no model, which its suite has to", role);
    }
    BW_VEC_EACH(char *, seen, &run->models_seen)
    {
        if (!bw_eval_model_is(run->model, *seen)) {
            return bw_xasprintf("%s was to be '%s', but the result is of '%s'", role, run->model,
                                *seen);
        }
    }
    if (run->errors != 0) {
        return bw_xasprintf("%lld of %lld cases of %s ended in an error", (long long)run->errors,
                            (long long)run->cases, role);
    }
    if (run->cases <= 0) {
        return bw_xasprintf("no case of %s was run", role);
    }
    if (run->passed < 0 || run->failed < 0 || run->passed != run->cases - run->failed) {
        return bw_xasprintf("the counts of %s do not add up: %lld cases, %lld passed, %lld failed",
                            role, (long long)run->cases, (long long)run->passed,
                            (long long)run->failed);
    }
    return NULL;
}

/* Why the runs are not of the same cases; NULL: they may be. Ownership: the caller's. */
static char *mismatch_of(const struct bw_eval_results *results)
{
    BW_VEC_EACH(const struct bw_eval_result, run, results)
    {
        const struct bw_eval_result *first = &results->items[0];
        if (run->cases + run->skipped != first->cases + first->skipped) {
            return bw_xasprintf("%s had %lld cases and %s %lld: these are not the same cases",
                                bw_eval_role_word(first->role),
                                (long long)(first->cases + first->skipped),
                                bw_eval_role_word(run->role),
                                (long long)(run->cases + run->skipped));
        }
    }
    return NULL;
}

static double rate_of(const struct bw_eval_result *run)
{
    return (double)run->passed / (double)run->cases;
}

static void say_count(struct bw_str *text, const struct bw_eval_result *run, const char *verb)
{
    bw_str_appendf(text, "%s%s %lld of %lld cases", bw_eval_role_word(run->role), verb,
                   (long long)run->passed, (long long)run->cases);
}

static void say_difference(struct bw_str *text, const struct bw_eval_result *baseline,
                           const struct bw_eval_judgement *judgement)
{
    bw_str_append(text, ", ");
    say_count(text, baseline, "");
    bw_str_appendf(text, ": %+.1f points (95 %% interval %+.1f to %+.1f)",
                   100 * judgement->difference, 100 * judgement->low, 100 * judgement->high);
}

/* A suite that asks whatever model it likes says the same of both. */
static void say_unnamed(struct bw_str *text, const struct bw_eval_result *judged,
                        const struct bw_eval_result *baseline)
{
    if (judged->models_seen.count > 0) {
        return;
    }
    bool alike = baseline != NULL && baseline->models_seen.count == 0 &&
                 judged->passed == baseline->passed && judged->cases == baseline->cases;
    bw_str_append(text, alike ? "; no result names its model, and both are alike: make sure that "
                                "the suite asks $BASEWATCH_MODEL"
                              : "; the result names no model");
}

static void decide(const struct runs *runs, struct bw_eval_rule rule,
                   struct bw_eval_judgement *out)
{
    const struct bw_eval_result *baseline = runs->of[BW_EVAL_BASELINE];
    const struct bw_eval_result *candidate = runs->of[BW_EVAL_CANDIDATE];
    const struct bw_eval_result *tuned = runs->of[BW_EVAL_TUNED];
    const struct bw_eval_result *judged = tuned != NULL ? tuned : candidate;
    if (judged == NULL || (baseline == NULL && rule.pass_rate <= 0)) {
        out->reason = bw_xstrdup(judged == NULL ? "candidate was not run"
                                                : "there is neither a baseline to compare with "
                                                  "nor a pass rate to reach");
        return;
    }
    struct bw_str text = { 0 };
    say_count(&text, judged, " passed");
    if (baseline != NULL) {
        compare(judged, baseline, out);
        say_difference(&text, baseline, out);
    }
    bool reaches = rate_of(judged) >= rule.pass_rate - ROUNDING;
    bool holds = baseline == NULL || out->difference >= -rule.tolerance - ROUNDING;
    out->verdict = reaches && holds ? BW_EVAL_PASS : BW_EVAL_FAIL;
    if (!reaches) {
        bw_str_appendf(&text, "; %.4g %% were asked for", 100 * rule.pass_rate);
    }
    if (!holds) {
        bw_str_appendf(&text, "; a loss of %.4g points is allowed%s", 100 * rule.tolerance,
                       out->high > 0 ? ", though so few cases cannot tell this one from chance"
                                     : "");
    }
    if (out->verdict == BW_EVAL_PASS && out->low < -rule.tolerance - MUCH) {
        bw_str_append(&text, "; so few cases do not rule out a loss");
    }
    if (tuned != NULL && candidate != NULL) {
        bw_str_append(&text, "; ");
        say_count(&text, candidate, " passed");
    }
    if (judged->cases + judged->skipped < rule.cases) {
        bw_str_appendf(&text, "; its deployment says %lld cases", (long long)rule.cases);
    }
    say_unnamed(&text, judged, baseline);
    out->reason = bw_str_take(&text);
}

/* Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927):
 * the score interval of one share. */
static struct interval wilson(const struct bw_eval_result *run)
{
    double n = (double)run->cases;
    double z2 = Z95 * Z95;
    double middle = rate_of(run) + z2 / (2 * n);
    double half = Z95 * sqrt((rate_of(run) * (1 - rate_of(run)) + z2 / (4 * n)) / n);
    return (struct interval){ (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n) };
}

/* Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
 * Medicine 17 (1998), method 10. A result file gives counts, not pairs, and for pairs that agree
 * more often than by chance this interval is too wide rather than too narrow. */
static void compare(const struct bw_eval_result *run, const struct bw_eval_result *baseline,
                    struct bw_eval_judgement *out)
{
    struct interval ours = wilson(run);
    struct interval theirs = wilson(baseline);
    out->compared = true;
    out->difference = rate_of(run) - rate_of(baseline);
    out->low = out->difference - hypot(rate_of(run) - ours.low, theirs.high - rate_of(baseline));
    out->high = out->difference + hypot(ours.high - rate_of(run), rate_of(baseline) - theirs.low);
}
