/* daemon/domain/deployment.c: see deployment.h. */
#include "domain/deployment.h"

#include <string.h>

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
        deployment->evals.start,    deployment->evals.trigger,
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        free(texts[i]);
    }
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
    if (from == model && (end = strstr(model, ":ft-")) == NULL) {
        return bw_xstrdup(model); /* neither today's form nor the one before 2023-08 */
    }
    return end == NULL ? bw_xstrdup(from) : bw_xstrndup(from, (size_t)(end - from));
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
        { present(deployment->base), "base is missing; with match it must be said" },
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
