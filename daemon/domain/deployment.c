/* daemon/domain/deployment.c: see deployment.h. */
#include "domain/deployment.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/words.h"
#include "domain/eval_job.h"
#include "domain/platform.h"

static const char *const TECHNIQUE_WORDS[] = {
    [BW_TECHNIQUE_PROMPT] = "prompt",
    [BW_TECHNIQUE_RAG] = "rag",
    [BW_TECHNIQUE_FINE_TUNED] = "fine-tuned",
    [BW_TECHNIQUE_FINE_TUNED_RAG] = "fine-tuned+rag",
};

static const char *const ORIGIN_WORDS[] = {
    [BW_ORIGIN_FILE] = "file",
    [BW_ORIGIN_API] = "api",
    [BW_ORIGIN_ADOPTED] = "adopted",
};

static void globs_clear(struct bw_globs *globs)
{
    bw_names_clear(&globs->allow);
    bw_names_clear(&globs->deny);
}

void bw_policy_clear(struct bw_policy *policy)
{
    globs_clear(&policy->models);
    globs_clear(&policy->platforms);
    globs_clear(&policy->regions);
}

static struct bw_names names_copy(const struct bw_names *names)
{
    struct bw_names copy = { 0 };
    BW_VEC_EACH(char *, name, names)
    {
        BW_VEC_PUSH(&copy, bw_xstrdup(*name));
    }
    return copy;
}

static struct bw_globs globs_copy(const struct bw_globs *globs)
{
    return (struct bw_globs){ names_copy(&globs->allow), names_copy(&globs->deny) };
}

struct bw_policy bw_policy_copy(const struct bw_policy *policy)
{
    struct bw_policy copy = *policy;
    copy.models = globs_copy(&policy->models);
    copy.platforms = globs_copy(&policy->platforms);
    copy.regions = globs_copy(&policy->regions);
    return copy;
}

struct bw_policy bw_policy_default(void)
{
    return (struct bw_policy){ .kinds = BW_KIND_ALL };
}

void bw_deployment_clear(struct bw_deployment *deployment)
{
    char *const texts[] = {
        deployment->name,           deployment->platform,           deployment->account,
        deployment->region,         deployment->model,              deployment->match,
        deployment->pick,           deployment->base,               deployment->owner,
        deployment->training.method, deployment->training.gpu,      deployment->evals.suite,
        deployment->worth.purpose,  deployment->embedding.platform, deployment->embedding.model,
        deployment->at.repo,        deployment->at.file,            deployment->at.context,
        deployment->evidence,       deployment->learned,            deployment->chain,
        deployment->evals.start,    deployment->evals.trigger,
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        free(texts[i]);
    }
    bw_names_clear(&deployment->tags);
    bw_names_clear(&deployment->worth.tried);
    bw_policy_clear(&deployment->policy);
    *deployment = (struct bw_deployment){ 0 };
}

void bw_deployments_clear(struct bw_deployments *deployments)
{
    BW_VEC_CLEAR(deployments, bw_deployment_clear);
}

char *bw_base_of_model(const char *model)
{
    const char *from = bw_str_starts_with(model, "ft:") ? model + 3 : model;
    const char *end = from == model ? NULL : strchr(from, ':');
    if (from == model) { /* as before 2023-08, or Azure's BASE.ft-JOB */
        end = strstr(model, ":ft-");
        end = end == NULL ? strstr(model, ".ft-") : end;
    }
    return end == NULL || end == from ? bw_xstrdup(from)
                                      : bw_xstrndup(from, (size_t)(end - from));
}

void bw_knowledge_clear(struct bw_knowledge *knowledge)
{
    bw_finding_clear(&knowledge->finding);
    free(knowledge->root);
    free(knowledge->chain);
    *knowledge = (struct bw_knowledge){ 0 };
}

const char *bw_deployment_calls(const struct bw_deployment *deployment)
{
    return deployment->model == NULL ? deployment->base : deployment->model;
}

const char *bw_deployment_base(const struct bw_deployment *said, const struct bw_knowledge *known)
{
    if (known->root == NULL) {
        return said->base;
    }
    BW_CLEANUP(bw_freep) char *told = said->match != NULL ? NULL : bw_base_of_model(said->model);
    return told == NULL || strcmp(said->base, told) == 0 ? known->root : said->base;
}

static bool is_method(const char *word)
{
    static const char *const words[] = { "sft", "dpo", "rft", "full", "lora", "qlora", "dora" };
    unsigned at = 0;
    return bw_words_find(words, BW_COUNT(words), word, &at);
}

/* "finding ft:gpt-9:acme::1 of job ftjob-1, finished 2026-11-20". Ownership: the caller's. */
static char *evidence_of(const struct bw_finding *finding)
{
    struct bw_str text = { 0 };
    char day[BW_INSTANT_TEXT];
    bw_str_appendf(&text, "finding %s", finding->id);
    if (finding->job != NULL) {
        bw_str_appendf(&text, " of job %s", finding->job);
    }
    if (finding->finished_ms != 0) {
        bw_str_appendf(&text, ", finished %s", bw_instant_format_day(finding->finished_ms, day));
    }
    return bw_str_take(&text);
}

static void learn_number(int64_t *into, int64_t known, const char *what, struct bw_str *learned)
{
    if (*into == 0 && known > 0) {
        *into = known;
        bw_str_appendf(learned, "%s%s", learned->size == 0 ? "" : ", ", what);
    }
}

void bw_deployment_learn(struct bw_deployment *deployment, const struct bw_knowledge *known)
{
    const struct bw_finding *finding = &known->finding;
    struct bw_training *training = &deployment->training;
    if (finding->id == NULL) {
        return;
    }
    bw_replace(&deployment->base, bw_deployment_base(deployment, known));
    if (deployment->match != NULL) {
        bw_replace(&deployment->model, finding->id);
    }
    free(deployment->evidence);
    deployment->evidence = evidence_of(finding);
    bw_replace(&deployment->chain, known->chain);
    struct bw_str learned = { 0 };
    learn_number(&training->rows, finding->rows, "rows", &learned);
    learn_number(&training->epochs, finding->epochs, "epochs", &learned);
    learn_number(&training->trained_tokens, finding->trained_tokens, "trained tokens", &learned);
    if (training->method == NULL && is_method(finding->method)) {
        training->method = bw_xstrdup(finding->method);
        bw_str_appendf(&learned, "%smethod", learned.size == 0 ? "" : ", ");
    }
    free(deployment->learned);
    deployment->learned = learned.size == 0 ? NULL : bw_str_take(&learned);
}

static enum bw_err need(bool given, const char *what, const struct bw_deployment *deployment,
                        struct bw_error *err)
{
    if (given) {
        return BW_OK;
    }
    return bw_fail(err, BW_ERR_INVALID, "deployment '%s': %s",
                   deployment->name == NULL ? "?" : deployment->name, what);
}

static bool present(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void complete_texts(struct bw_deployment *deployment)
{
    if (deployment->base == NULL && present(deployment->model)) {
        deployment->base = bw_base_of_model(deployment->model);
    } else if (deployment->base == NULL && present(deployment->match)) {
        /* ft:gpt-9:acme:* tells; what ft:*:acme:* fits, discovery has to say. */
        BW_CLEANUP(bw_freep) char *told = bw_base_of_model(deployment->match);
        deployment->base = bw_xstrdup(strpbrk(told, "*?") == NULL ? told : "");
    }
    char **const platforms[] = { &deployment->platform, &deployment->embedding.platform };
    for (size_t i = 0; i < BW_COUNT(platforms); i++) {
        if (*platforms[i] != NULL) {
            bw_replace(platforms[i], bw_platform_canonical(*platforms[i]));
        }
    }
    char **const empty[] = { &deployment->account, &deployment->region, &deployment->owner };
    for (size_t i = 0; i < BW_COUNT(empty); i++) {
        if (*empty[i] == NULL) {
            *empty[i] = bw_xstrdup("");
        }
    }
}

enum bw_err bw_deployment_complete(struct bw_deployment *deployment, struct bw_error *err)
{
    complete_texts(deployment);
    const struct bw_training *training = &deployment->training;
    const struct bw_traffic *traffic = &deployment->traffic;
    const struct bw_evals *evals = &deployment->evals;
    const struct {
        bool given;
        const char *what;
    } needs[] = {
        { present(deployment->name), "name is missing" },
        { present(deployment->platform), "platform is missing" },
        { present(deployment->model) != present(deployment->match),
          "give either model or match (with pick: newest)" },
        { present(deployment->base) || present(deployment->match), "base is missing" },
        { training->rows >= 0 && training->tokens_per_row >= 0 && training->epochs >= 0 &&
              training->parameters >= 0 && training->gpus >= 0,
          "training: numbers must not be negative" },
        { training->refresh_share <= 1.0, "training: refresh_share is a share from 0 to 1" },
        { traffic->calls_per_day >= 0 && traffic->input_tokens >= 0 &&
              traffic->output_tokens >= 0 && traffic->prompted_input_tokens >= 0 &&
              traffic->cached_tokens >= 0,
          "traffic: numbers must not be negative" },
        { evals->start == NULL || bw_eval_start_parse(evals->start, &(enum bw_eval_start){ 0 }),
          "evals: start is automatic, acknowledged or off" },
    };
    for (size_t i = 0; i < BW_COUNT(needs); i++) {
        enum bw_err rc = need(needs[i].given, needs[i].what, deployment, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

const char *bw_embedding_platform(const struct bw_deployment *deployment)
{
    return deployment->embedding.platform == NULL ? deployment->platform
                                                  : deployment->embedding.platform;
}

bool bw_technique_is_tuned(enum bw_technique technique)
{
    return technique == BW_TECHNIQUE_FINE_TUNED || technique == BW_TECHNIQUE_FINE_TUNED_RAG;
}

static bool any_matches(const struct bw_names *globs, const char *name)
{
    BW_VEC_EACH(char *, glob, globs)
    {
        if (bw_str_glob(*glob, name)) {
            return true;
        }
    }
    return false;
}

bool bw_globs_permit(const struct bw_globs *globs, const char *name)
{
    return (globs->allow.count == 0 || any_matches(&globs->allow, name)) &&
           !any_matches(&globs->deny, name);
}

static uint64_t names_hash(uint64_t seed, const struct bw_names *names)
{
    BW_VEC_EACH(char *, name, names)
    {
        seed = bw_hash_text(seed, *name);
    }
    return bw_hash_text(seed, NULL);
}

uint64_t bw_policy_hash(const struct bw_policy *policy)
{
    uint64_t hash = BW_HASH_SEED;
    const int64_t numbers[] = { policy->previews, policy->data_may_leave, policy->min_age_ms,
                                policy->kinds };
    hash ^= bw_hash(numbers, sizeof(numbers));
    const struct bw_globs *const globs[] = { &policy->models, &policy->platforms,
                                             &policy->regions };
    for (size_t i = 0; i < BW_COUNT(globs); i++) {
        hash = names_hash(names_hash(hash, &globs[i]->allow), &globs[i]->deny);
    }
    return hash;
}

BW_DEFINE_WORDS(bw_technique, TECHNIQUE_WORDS)
BW_DEFINE_WORDS(bw_origin, ORIGIN_WORDS)
