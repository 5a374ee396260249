#include "domain/eval_job.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(eval_job, only_one_that_runs_may_go_back)
{
    for (int from = 0; from <= BW_JOB_FINISHED; from++) {
        for (int to = 0; to <= BW_JOB_FINISHED; to++) {
            bool back = from == BW_JOB_RUNNING && to == BW_JOB_QUEUED;
            cr_expect(eq(int, bw_job_may_move((enum bw_job_state)from, (enum bw_job_state)to),
                         to > from || back), "%d to %d", from, to);
        }
    }
}

Test(eval_job, the_policy_says_when_a_notice_opens_one)
{
    cr_expect(bw_eval_opens(BW_START_AUTOMATIC, BW_NOTICE_OPEN));
    cr_expect(bw_eval_opens(BW_START_AUTOMATIC, BW_NOTICE_ACKNOWLEDGED));
    cr_expect(bw_eval_opens(BW_START_ACKNOWLEDGED, BW_NOTICE_ACKNOWLEDGED));
    cr_expect(not(bw_eval_opens(BW_START_ACKNOWLEDGED, BW_NOTICE_OPEN)));
    for (int state = 0; state <= BW_NOTICE_CANCELLED; state++) {
        cr_expect(not(bw_eval_opens(BW_START_OFF, (enum bw_notice_state)state)));
    }
}

Test(eval_job, only_pass_and_fail_move_a_notice)
{
    static const struct {
        enum bw_eval_verdict verdict;
        enum bw_notice_state from, to;
    } cases[] = {
        { BW_EVAL_PASS, BW_NOTICE_OPEN, BW_NOTICE_VERIFIED },
        { BW_EVAL_PASS, BW_NOTICE_ACKNOWLEDGED, BW_NOTICE_VERIFIED },
        { BW_EVAL_PASS, BW_NOTICE_SNOOZED, BW_NOTICE_SNOOZED },
        { BW_EVAL_PASS, BW_NOTICE_WAIVED, BW_NOTICE_VERIFIED },
        { BW_EVAL_PASS, BW_NOTICE_RESOLVED, BW_NOTICE_RESOLVED },
        { BW_EVAL_FAIL, BW_NOTICE_OPEN, BW_NOTICE_WAIVED },
        { BW_EVAL_FAIL, BW_NOTICE_VERIFIED, BW_NOTICE_WAIVED },
        { BW_EVAL_FAIL, BW_NOTICE_SUPERSEDED, BW_NOTICE_SUPERSEDED },
        { BW_EVAL_INCONCLUSIVE, BW_NOTICE_OPEN, BW_NOTICE_OPEN },
        { BW_EVAL_TIMEOUT, BW_NOTICE_ACKNOWLEDGED, BW_NOTICE_ACKNOWLEDGED },
        { BW_EVAL_CANCELLED, BW_NOTICE_OPEN, BW_NOTICE_OPEN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect(eq(int, (int)bw_eval_consequence(cases[i].verdict, BW_NOTICE_SWAP,
                                                   BW_EVAL_CANDIDATE, cases[i].from),
                     (int)cases[i].to), "%zu", i);
    }
}

Test(eval_job, a_fine_tune_is_failed_by_its_new_tune_alone)
{
    static const struct {
        enum bw_eval_verdict verdict;
        enum bw_eval_role judged;
        enum bw_notice_state to;
    } cases[] = {
        { BW_EVAL_FAIL, BW_EVAL_CANDIDATE, BW_NOTICE_ACKNOWLEDGED },
        { BW_EVAL_PASS, BW_EVAL_CANDIDATE, BW_NOTICE_VERIFIED },
        { BW_EVAL_FAIL, BW_EVAL_TUNED, BW_NOTICE_WAIVED },
        { BW_EVAL_PASS, BW_EVAL_TUNED, BW_NOTICE_VERIFIED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect(eq(int, (int)bw_eval_consequence(cases[i].verdict, BW_NOTICE_STALE,
                                                   cases[i].judged, BW_NOTICE_ACKNOWLEDGED),
                     (int)cases[i].to), "%zu", i);
    }
}

Test(eval_job, what_could_be_an_option_is_no_model)
{
    static const char *const plain[] = {
        "gpt-5", "ft:gpt-4o:acme::9x", "meta/llama@v1", "openai/gpt-oss-120b:free", "~x/y~latest",
        "arn:aws:bedrock:us-east-1:123456789012:custom-model/anthropic.claude-3-haiku:1:200k/a1+b=",
        "projects/p/locations/europe-west4/endpoints/12", "a,b",
    };
    static const char *const odd[] = {
        "", "-c", "--output=/etc/x", "a b", "a\nb", "a\tb", "gpt-é", "x;touch${IFS}y", "$(id)",
        "`id`", "a|b", "a&b", "a>b", "a<b", "'a'", "\"a\"", "a\\b", "a*", "a?", "[a]", "{a}", "#a",
        "!a", "a%b", "(a)", "a^b", "\x7f",
    };
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        cr_expect(bw_eval_model_is_plain(plain[i]), "%s", plain[i]);
    }
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        cr_expect(not(bw_eval_model_is_plain(odd[i])), "%s", odd[i]);
    }
}
