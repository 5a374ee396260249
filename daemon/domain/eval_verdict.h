/* daemon/domain/eval_verdict.h: what the runs of a suite on two or three models say together. */
#ifndef BW_DOMAIN_EVAL_VERDICT_H
#define BW_DOMAIN_EVAL_VERDICT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

enum bw_eval_role {
    BW_EVAL_BASELINE,  /* what is deployed: the base, or the old fine-tune */
    BW_EVAL_CANDIDATE, /* the newer base, prompted */
    BW_EVAL_TUNED,     /* the fine-tune of the newer base, once it exists */
    BW_EVAL_ROLES,
};

/* How the suite ended; only of a finished one are the results judged. */
enum bw_eval_outcome {
    BW_EVAL_FINISHED,
    BW_EVAL_TIMED_OUT,
    BW_EVAL_FAILED, /* it could not be run, or left no result */
};

enum bw_eval_verdict {
    BW_EVAL_PASS,
    BW_EVAL_FAIL,
    BW_EVAL_INCONCLUSIVE,
    BW_EVAL_TIMEOUT,
    BW_EVAL_CANCELLED, /* said by whoever cancels, never by the rule below */
};

/* One run of the suite, as its result file tells it. */
struct bw_eval_result {
    enum bw_eval_role role;
    char *model; /* the one asked for */
    int64_t cases;
    int64_t passed;
    int64_t failed;
    int64_t errors;                /* cases without an answer to judge */
    int64_t skipped;               /* cases of the suite that were not run; not among cases */
    struct bw_names models_seen;   /* in the result file, with the harness's prefixes; empty: it
                                      names none */
    double mean_score;             /* NAN: unknown */
    double cost_usd;               /* NAN: unknown */
    int64_t duration_ms;
    int exit;                      /* of the suite's program; recorded, never decisive */
};

struct bw_eval_results BW_VEC(struct bw_eval_result);
void bw_eval_result_clear(struct bw_eval_result *result);
/* Note that the result is of this model, each once; of so many only that they are many counts. */
enum { BW_EVAL_MODELS_MAX = 16, BW_EVAL_MODEL_TEXT_MAX = 256 };
void bw_eval_result_saw(struct bw_eval_result *result, const char *model);
void bw_eval_results_clear(struct bw_eval_results *results);

/* What a team asks of a suite. */
struct bw_eval_rule {
    double pass_rate; /* share of the cases that must pass, 0 to 1; 0: none asked for */
    double tolerance; /* share by which the pass rate may fall below the baseline's, 0 to 1 */
    int64_t cases;    /* that the deployment says its suite has; 0: it does not say */
    bool must_name_model; /* a result that does not say which model answered proves nothing */
};
/* No pass rate; two points, since equal models differ by that much on a few hundred cases. */
extern const struct bw_eval_rule BW_EVAL_RULE;

struct bw_eval_judgement {
    enum bw_eval_verdict verdict;
    bool compared;     /* the difference means something: both were run */
    double difference; /* pass rate of what is judged minus the baseline's, -1 to 1 */
    double low;        /* 95 % interval of the difference */
    double high;
    char *reason;      /* one sentence for people, with the counts */
};

/* Judge the runs of a finished suite. The tuned model is judged where it was run, else the
 * candidate: it passes when it reaches the pass rate and does not fall below the baseline by more
 * than the tolerance. Without a baseline the pass rate alone decides. Inconclusive: a run without
 * cases, with errors, with counts that do not add up or with another model than the one asked for;
 * runs of suites that differ in size; a role that was run twice; nothing to compare with. The
 * reason says when no result names its model, and when fewer cases were run than expected.
 * Ownership: results are borrowed; *out is overwritten; clear it with bw_eval_judgement_clear(). */
void bw_eval_judge(const struct bw_eval_results *results, struct bw_eval_rule rule,
                   struct bw_eval_judgement *out);
void bw_eval_judgement_clear(struct bw_eval_judgement *judgement);

/* Is `seen` the model asked for? Harnesses put their provider before it: "openai:chat:gpt-4.1". */
bool bw_eval_model_is(const char *asked, const char *seen);

const char *bw_eval_role_word(enum bw_eval_role role);
bool bw_eval_role_parse(const char *word, enum bw_eval_role *out);
const char *bw_eval_outcome_word(enum bw_eval_outcome outcome);
bool bw_eval_outcome_parse(const char *word, enum bw_eval_outcome *out);
const char *bw_eval_verdict_word(enum bw_eval_verdict verdict);
bool bw_eval_verdict_parse(const char *word, enum bw_eval_verdict *out);
#endif
