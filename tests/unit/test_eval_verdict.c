#include "domain/eval_verdict.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#define BASE "gpt-4o-2024-08-06"
#define NEXT "gpt-4.1-2025-04-14"

static struct bw_eval_results results;
static struct bw_eval_judgement got;

/* Add a run, as a harness would report it that names the provider. */
static struct bw_eval_result *ran(enum bw_eval_role role, int64_t cases, int64_t passed)
{
    const char *model = role == BW_EVAL_BASELINE ? BASE : NEXT;
    struct bw_eval_result run = { .role = role, .model = bw_xstrdup(model), .cases = cases,
                                  .passed = passed, .failed = cases - passed };
    BW_VEC_PUSH(&run.models_seen, bw_xasprintf("openai:chat:%s", model));
    BW_VEC_PUSH(&results, run);
    return &results.items[results.count - 1];
}

static enum bw_eval_verdict judge(struct bw_eval_rule rule)
{
    bw_eval_judgement_clear(&got);
    bw_eval_judge(&results, rule, &got);
    cr_assert(ne(ptr, got.reason, NULL));
    return got.verdict;
}

static void clear(void)
{
    bw_eval_results_clear(&results);
    bw_eval_judgement_clear(&got);
}

TestSuite(eval_verdict, .fini = clear);

#define EXPECT(word, rule)                                                                         \
    cr_expect(eq(str, (char *)bw_eval_verdict_word(judge(rule)), word), "%s", got.reason)
#define SAYS(part) cr_expect(ne(ptr, strstr(got.reason, part), NULL), "%s", got.reason)

Test(eval_verdict, the_verdict_is_the_difference_to_the_baseline)
{
    static const struct {
        int64_t baseline;
        int64_t candidate;
        const char *verdict;
    } cases[] = {
        { 190, 195, "pass" }, { 190, 190, "pass" }, { 190, 186, "pass" },
        { 190, 185, "fail" }, { 190, 0, "fail" },   { 0, 0, "pass" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        ran(BW_EVAL_BASELINE, 200, cases[i].baseline);
        ran(BW_EVAL_CANDIDATE, 200, cases[i].candidate);
        EXPECT((char *)cases[i].verdict, BW_EVAL_RULE);
        cr_expect(got.compared);
        cr_expect(epsilon_eq(dbl, got.difference,
                             (double)(cases[i].candidate - cases[i].baseline) / 200, 1e-12));
        cr_expect(le(dbl, got.low, got.difference));
        cr_expect(ge(dbl, got.high, got.difference));
        clear();
    }
}

Test(eval_verdict, a_pass_rate_is_asked_for_on_top)
{
    ran(BW_EVAL_BASELINE, 100, 70);
    ran(BW_EVAL_CANDIDATE, 100, 80);
    EXPECT("pass", ((struct bw_eval_rule){ .pass_rate = 0.8 }));
    EXPECT("fail", ((struct bw_eval_rule){ .pass_rate = 0.81 }));
    SAYS("81 % were asked for");
}

Test(eval_verdict, without_a_baseline_the_pass_rate_decides_and_without_both_nothing_does)
{
    ran(BW_EVAL_CANDIDATE, 3, 3);
    EXPECT("pass", ((struct bw_eval_rule){ .pass_rate = 1 }));
    cr_expect(not(got.compared));
    EXPECT("inconclusive", BW_EVAL_RULE);
    SAYS("neither a baseline");
}

Test(eval_verdict, the_interval_is_newcombes_hybrid_score)
{
    /* The first worked example of Newcombe's table II: 56/70 against 48/80, method 10. */
    ran(BW_EVAL_CANDIDATE, 70, 56)->skipped = 10;
    ran(BW_EVAL_BASELINE, 80, 48);
    judge(BW_EVAL_RULE);
    cr_expect(epsilon_eq(dbl, got.difference, 0.2, 1e-12));
    cr_expect(epsilon_eq(dbl, got.low, 0.0524, 5e-5));
    cr_expect(epsilon_eq(dbl, got.high, 0.3339, 5e-5));
}

Test(eval_verdict, a_loss_that_chance_explains_is_called_so)
{
    ran(BW_EVAL_BASELINE, 3, 3);
    ran(BW_EVAL_CANDIDATE, 3, 2);
    EXPECT("fail", BW_EVAL_RULE);
    SAYS("cannot tell this one from chance");
    clear();
    ran(BW_EVAL_BASELINE, 3, 3);
    ran(BW_EVAL_CANDIDATE, 3, 0);
    EXPECT("fail", BW_EVAL_RULE);
    cr_expect(eq(ptr, strstr(got.reason, "chance"), NULL));
}

Test(eval_verdict, a_pass_that_shows_little_says_so)
{
    ran(BW_EVAL_BASELINE, 3, 3);
    ran(BW_EVAL_CANDIDATE, 3, 3);
    EXPECT("pass", BW_EVAL_RULE);
    SAYS("; so few cases do not rule out a loss");
    clear();
    ran(BW_EVAL_BASELINE, 200, 190);
    ran(BW_EVAL_CANDIDATE, 200, 190);
    EXPECT("pass", BW_EVAL_RULE);
    cr_expect(eq(ptr, strstr(got.reason, "rule out"), NULL));
}

Test(eval_verdict, no_cases_errors_and_odd_counts_of_either_run_are_inconclusive)
{
    static const struct {
        int64_t cases, passed, failed, errors;
        const char *why;
    } flaws[] = {
        { 0, 0, 0, 0, "no case of" },         { 10, 9, 0, 1, "ended in an error" },
        { 0, 0, 0, 4, "ended in an error" },  { 10, 9, 2, 0, "do not add up" },
        { 10, 11, -1, 0, "do not add up" },   { -3, -3, 0, 0, "no case of" },
        { 10, -1, 11, 0, "do not add up" },
    };
    for (int role = 0; role < BW_EVAL_ROLES; role++) {
        for (size_t i = 0; i < BW_COUNT(flaws); i++) {
            for (int other = 0; other < BW_EVAL_ROLES; other++) {
                struct bw_eval_result *run = ran((enum bw_eval_role)other, 10, 10);
                if (other == role) {
                    run->cases = flaws[i].cases;
                    run->passed = flaws[i].passed;
                    run->failed = flaws[i].failed;
                    run->errors = flaws[i].errors;
                }
            }
            EXPECT("inconclusive", ((struct bw_eval_rule){ .pass_rate = 0.5 }));
            SAYS(flaws[i].why);
            SAYS(bw_eval_role_word((enum bw_eval_role)role));
            clear();
        }
    }
}

Test(eval_verdict, another_model_than_the_one_asked_for_is_inconclusive)
{
    ran(BW_EVAL_BASELINE, 10, 10);
    struct bw_eval_result *run = ran(BW_EVAL_CANDIDATE, 10, 10);
    BW_VEC_PUSH(&run->models_seen, bw_xstrdup("openai:chat:" BASE));
    EXPECT("inconclusive", BW_EVAL_RULE);
    SAYS("candidate was to be '" NEXT "', but the result is of 'openai:chat:" BASE "'");
}

Test(eval_verdict, a_file_that_names_no_model_is_taken_at_its_counts)
{
    bw_names_clear(&ran(BW_EVAL_BASELINE, 10, 10)->models_seen);
    bw_names_clear(&ran(BW_EVAL_CANDIDATE, 10, 10)->models_seen);
    EXPECT("pass", BW_EVAL_RULE);
}

Test(eval_verdict, a_role_run_twice_or_nothing_run_is_inconclusive)
{
    EXPECT("inconclusive", BW_EVAL_RULE);
    ran(BW_EVAL_BASELINE, 10, 10);
    EXPECT("inconclusive", BW_EVAL_RULE);
    SAYS("candidate was not run");
    ran(BW_EVAL_CANDIDATE, 10, 10);
    ran(BW_EVAL_CANDIDATE, 10, 10);
    EXPECT("inconclusive", BW_EVAL_RULE);
    SAYS("candidate was run twice");
}

Test(eval_verdict, of_three_numbers_the_new_tune_is_judged_and_the_prompted_model_is_named)
{
    ran(BW_EVAL_BASELINE, 200, 180);
    ran(BW_EVAL_CANDIDATE, 200, 120);
    EXPECT("fail", BW_EVAL_RULE);
    ran(BW_EVAL_TUNED, 200, 190);
    EXPECT("pass", BW_EVAL_RULE);
    SAYS("tuned passed 190 of 200 cases, baseline 180 of 200 cases: +5.0 points");
    SAYS("candidate passed 120 of 200 cases");
}

Test(eval_verdict, a_harness_may_put_its_provider_before_the_model_and_nothing_else)
{
    static const struct {
        const char *asked;
        const char *seen;
        bool same;
    } cases[] = {
        { "gpt-4.1", "gpt-4.1", true },
        { "gpt-4.1", "openai:gpt-4.1", true },
        { "gpt-4.1", "openai:chat:gpt-4.1", true },
        { "gpt-4.1", "openrouter:openai/gpt-4.1", true },
        { "ft:gpt-4.1:acme:triage:9xYz", "openai:chat:ft:gpt-4.1:acme:triage:9xYz", true },
        { "gpt-4.1", "openai:chat:gpt-4.1-mini", false },
        { "gpt-4.1", "openai:chat:my-gpt-4.1", false },
        { "gpt-4.1", "openai:chat:{{env.MODEL}}", false },
        { "gpt-4.1", "GPT-4.1", false },
        { "gpt-4.1", "", false },
        { "", "openai:", false },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        bool same = bw_eval_model_is(cases[i].asked, cases[i].seen);
        cr_expect(eq(int, same, cases[i].same), "'%s' seen as '%s'", cases[i].asked,
                  cases[i].seen);
    }
}

Test(eval_verdict, words_read_back)
{
    for (int i = 0; i <= BW_EVAL_CANCELLED; i++) {
        enum bw_eval_verdict read = BW_EVAL_PASS;
        cr_expect(bw_eval_verdict_parse(bw_eval_verdict_word(i), &read));
        cr_expect(eq(int, (int)read, i));
    }
    for (int i = 0; i < BW_EVAL_ROLES; i++) {
        enum bw_eval_role read = BW_EVAL_BASELINE;
        cr_expect(bw_eval_role_parse(bw_eval_role_word(i), &read));
        cr_expect(eq(int, (int)read, i));
    }
    enum bw_eval_outcome outcome = BW_EVAL_FAILED;
    cr_expect(not(bw_eval_outcome_parse("passed", &outcome)));
    cr_expect(bw_eval_outcome_parse("timeout", &outcome));
    cr_expect(eq(int, (int)outcome, BW_EVAL_TIMED_OUT));
}

Test(eval_verdict, runs_of_suites_that_differ_in_size_prove_nothing)
{
    ran(BW_EVAL_BASELINE, 120, 100);
    ran(BW_EVAL_CANDIDATE, 3, 3);
    EXPECT("inconclusive", BW_EVAL_RULE);
    SAYS("baseline had 120 cases and candidate 3");
    EXPECT("inconclusive", ((struct bw_eval_rule){ .pass_rate = 0.8 }));
    clear();
    ran(BW_EVAL_BASELINE, 100, 90);
    ran(BW_EVAL_CANDIDATE, 98, 90)->skipped = 2;
    EXPECT("pass", BW_EVAL_RULE);
    ran(BW_EVAL_TUNED, 100, 95);
    EXPECT("pass", BW_EVAL_RULE);
    clear();
    ran(BW_EVAL_BASELINE, 100, 90);
    ran(BW_EVAL_CANDIDATE, 50, 45);
    ran(BW_EVAL_TUNED, 100, 95);
    EXPECT("inconclusive", BW_EVAL_RULE);
}

Test(eval_verdict, a_result_that_names_no_model_says_so_and_may_be_asked_to)
{
    bw_names_clear(&ran(BW_EVAL_BASELINE, 100, 90)->models_seen);
    bw_names_clear(&ran(BW_EVAL_CANDIDATE, 100, 90)->models_seen);
    EXPECT("pass", BW_EVAL_RULE);
    SAYS("no result names its model, and both are alike");
    EXPECT("inconclusive", ((struct bw_eval_rule){ .must_name_model = true }));
    SAYS("the result of baseline names no model");
    clear();
    bw_names_clear(&ran(BW_EVAL_BASELINE, 100, 90)->models_seen);
    bw_names_clear(&ran(BW_EVAL_CANDIDATE, 100, 91)->models_seen);
    EXPECT("pass", BW_EVAL_RULE);
    SAYS("; the result names no model");
    clear();
    ran(BW_EVAL_BASELINE, 100, 90);
    ran(BW_EVAL_CANDIDATE, 100, 90);
    EXPECT("pass", ((struct bw_eval_rule){ .tolerance = 0, .must_name_model = true }));
    cr_expect(eq(ptr, strstr(got.reason, "names"), NULL), "%s", got.reason);
}

Test(eval_verdict, fewer_cases_than_the_deployment_says_are_mentioned)
{
    ran(BW_EVAL_BASELINE, 100, 90);
    ran(BW_EVAL_CANDIDATE, 99, 90)->skipped = 1;
    EXPECT("pass", ((struct bw_eval_rule){ .tolerance = 0, .cases = 200 }));
    SAYS("; its deployment says 200 cases");
    EXPECT("pass", ((struct bw_eval_rule){ .tolerance = 0, .cases = 100 }));
    cr_expect(eq(ptr, strstr(got.reason, "says"), NULL), "%s", got.reason);
}
