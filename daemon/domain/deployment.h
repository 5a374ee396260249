/* daemon/domain/deployment.h: what a team runs, and by which rules it wants to be told.
 * Field names and meanings are those of the `deployments:` list of the configuration. */
#ifndef BW_DOMAIN_DEPLOYMENT_H
#define BW_DOMAIN_DEPLOYMENT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/money.h"
#include "base/vec.h"
#include "domain/finding.h"

enum bw_technique {
    BW_TECHNIQUE_PROMPT,
    BW_TECHNIQUE_RAG,
    BW_TECHNIQUE_FINE_TUNED,
    BW_TECHNIQUE_FINE_TUNED_RAG,
};

enum bw_kind { /* bits: the kinds of succession a team wants to hear of */
    BW_KIND_SNAPSHOT = 1 << 0,
    BW_KIND_MINOR = 1 << 1,
    BW_KIND_MAJOR = 1 << 2,
    BW_KIND_ALL = BW_KIND_SNAPSHOT | BW_KIND_MINOR | BW_KIND_MAJOR,
};

struct bw_globs { /* an empty allow list allows everything */
    struct bw_names allow;
    struct bw_names deny;
};

struct bw_policy {
    bool previews;        /* offer a preview to a base that is generally available */
    bool data_may_leave;  /* training data may go to another platform */
    int64_t min_age_ms;   /* a candidate must have been out that long */
    unsigned kinds;       /* enum bw_kind bits */
    struct bw_globs models;
    struct bw_globs platforms;
    struct bw_globs regions;
    unsigned own; /* bits: what of it the deployment says itself, as codec/deployment_json.h counts;
                     the rest is the fleet's. The same policy, whoever says it. */
};

/* Numbers that were not given are 0, texts NULL, unless said otherwise. */
struct bw_training {
    int64_t rows;
    int64_t tokens_per_row;
    int64_t epochs;
    char *method;         /* sft, dpo, rft; self-hosted also full, lora, qlora, dora */
    double refresh_share; /* of the rows, per retrain; negative: not given */
    int64_t parameters;   /* self-hosted */
    char *gpu;
    int64_t gpus;
    enum { BW_PACKED_UNKNOWN, BW_PACKED_NO, BW_PACKED_YES } packed;
    int64_t trained_tokens; /* as billed by the platform, when discovery knows it */
    int64_t run_ms;         /* a run, as billed: for training that is billed by the hour */
};

struct bw_traffic {
    int64_t calls_per_day;
    int64_t input_tokens;
    int64_t output_tokens;
    int64_t prompted_input_tokens; /* input when the base is prompted instead of tuned */
    int64_t cached_tokens;         /* of the prompted input, the cached prefix */
};

struct bw_evals {
    char *suite;
    int64_t cases;
    char *start;   /* automatic, acknowledged, off; NULL: as the fleet */
    char *trigger; /* who runs it: a trigger's name, runner, ci; NULL: runner */
};

struct bw_worth_facts {
    int64_t clean_examples;
    int64_t stable_since_ms;
    struct bw_names tried; /* prompt, few-shot, rag */
    char *purpose;         /* behaviour | knowledge */
};

struct bw_embedding {
    char *platform;
    char *model;
    int64_t corpus_tokens;
};

enum { BW_PLACE_CONTEXT = 3 }; /* lines kept before and after the one that holds the model id */

/* Where the model id stands in the team's tree. */
struct bw_place {
    char *repo;
    char *file;
    int64_t line;   /* from 1; 0: no place known */
    char *context;  /* that line and BW_PLACE_CONTEXT lines on both sides, as far as the file has
                       them, with their ends, bytes  untouched; NULL: not captured */
};

enum bw_origin { /* who said it; lower wins */
    BW_ORIGIN_FILE,
    BW_ORIGIN_API,
    BW_ORIGIN_ADOPTED,
};

struct bw_deployment {
    char *name;
    enum bw_technique technique;
    enum bw_origin origin;
    char *platform;
    char *account; /* "" where there is one */
    char *region;  /* "" where there is one */
    char *model;   /* what is called; NULL when `match` picks it */
    char *match;   /* glob over findings, NULL: none */
    char *pick;    /* newest */
    char *base;    /* never NULL once checked: from the ft: id, else `model`; "" until discovery
                      finds what `match` fits */
    char *owner;   /* "" when nobody is named */
    struct bw_names tags; /* words of the team's own, to route by */
    struct bw_training training;
    struct bw_traffic traffic;
    struct bw_evals evals;
    struct bw_worth_facts worth;
    struct bw_embedding embedding;
    struct bw_place at;
    int64_t lead_days; /* -1: 2 x expected person-days + 10 */
    struct bw_policy policy;
    char *evidence; /* the finding that fills what is not said here, in words; NULL: none */
    char *chain;    /* by which steps it rests on its base, when there are several; NULL: one */
    char *learned;  /* the numbers that came from it, in words; NULL: none */
};

struct bw_deployments BW_VEC(struct bw_deployment);

void bw_policy_clear(struct bw_policy *policy);
struct bw_policy bw_policy_copy(const struct bw_policy *policy); /* deep */
struct bw_policy bw_policy_default(void);
void bw_deployment_clear(struct bw_deployment *deployment);
void bw_deployments_clear(struct bw_deployments *deployments);

/* Fill `base` when it is missing, and check that the whole is coherent: a name, a platform, a model
 * or a match, sizes not negative. Errors: BW_ERR_INVALID, the sentence names the field. */
BW_MUST_CHECK enum bw_err bw_deployment_complete(struct bw_deployment *deployment,
                                                 struct bw_error *err);

/* What discovery knows of a deployment. */
struct bw_knowledge {
    struct bw_finding finding; /* id NULL: nothing is known */
    char *root;                /* the base it rests on in the end; NULL: not known */
    char *chain;               /* by which steps, when there are several; NULL: one */
};
void bw_knowledge_clear(struct bw_knowledge *knowledge);

/* The base by what is said and known: a root that was found counts where a pattern picks the model,
 * and where nobody has said another base than the id itself tells. Borrows from both. */
const char *bw_deployment_base(const struct bw_deployment *said,
                               const struct bw_knowledge *known);
/* Fill what is not said from what is known: the picked model, the base, numbers of the training. */
void bw_deployment_learn(struct bw_deployment *deployment, const struct bw_knowledge *known);

/* The base of a fine-tuned id (OpenAI's ft:BASE:ORG:SUFFIX:ID, Azure's BASE.ft-JOB), or the id
 * itself.
 * Ownership: the result is the caller's. */
char *bw_base_of_model(const char *model);

/* Where it embeds: its own platform when it names no other. */
const char *bw_embedding_platform(const struct bw_deployment *deployment);

bool bw_technique_is_tuned(enum bw_technique technique);
bool bw_globs_permit(const struct bw_globs *globs, const char *name);

/* Same policy, same value: part of a cohort's identity. */
uint64_t bw_policy_hash(const struct bw_policy *policy);

const char *bw_technique_word(enum bw_technique technique);
bool bw_technique_parse(const char *word, enum bw_technique *out);
const char *bw_origin_word(enum bw_origin origin);
bool bw_origin_parse(const char *word, enum bw_origin *out);
#endif
