/* tests/support/catalog_cases.h: every catalog plugin with bodies of its provider's shape, the requests
 * that must ask for them, and the entries or findings that must come of them. */
#ifndef TESTS_CATALOG_CASES_H
#define TESTS_CATALOG_CASES_H
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/file.h"
#include "catalogs.h"
#include "support/recorded.h"

enum { CASE_PAGES_MAX = 8, CASE_BODY_MAX = 8 * 1024 * 1024 };

struct catalog_case {
    const struct bw_plugin_descriptor *plugin;
    const char *platform;
    const char *settings; /* NULL: none */
    enum bw_auth auth;
    const char *auth_name;
    const char *entries; /* file below tests/data */
    const char *rows;    /* the member with one row an entry, "" the answer itself; NULL: neither */
    struct {
        const char *path;
        const char *body;   /* file below tests/data */
        const char *header; /* of the answer; NULL: none */
    } pages[CASE_PAGES_MAX];
};

/* Providers of whose answers recordings exist; tests/unit/test_catalog_recordings.c reads those. */
static const struct catalog_case RECORDED_SHAPES[] = {
    { &bw_openai, "openai", NULL, BW_AUTH_BEARER, NULL, "openai/openai.entries", "data",
      { { "/models", "openai/openai.body", NULL } } },
    { &bw_openai, "acme-vllm", NULL, BW_AUTH_BEARER, NULL, "openai/servers.entries", "data",
      { { "/models", "openai/servers.body", NULL } } },
    { &bw_xai, "xai", NULL, BW_AUTH_BEARER, NULL, "xai/models.entries", "data",
      { { "/models", "xai/models.body", NULL } } },
    { &bw_anthropic, "anthropic", NULL, BW_AUTH_HEADER, "x-api-key", "anthropic/pages.entries",
      "data",
      { { "/models?limit=1000", "anthropic/page1.body", NULL },
        { "/models?limit=1000&after_id=claude-small-9-20300115", "anthropic/page2.body", NULL } } },
    { &bw_gemini, "gemini", NULL, BW_AUTH_HEADER, "x-goog-api-key", "gemini/pages.entries",
      "models",
      { { "/models?pageSize=1000", "gemini/page1.body", NULL },
        { "/models?pageSize=1000&pageToken=Ch9tb2RlbHMvZ2VtaW5p%2FA%3D%3D", "gemini/page2.body",
          NULL } } },
    { &bw_mistral, "mistral", NULL, BW_AUTH_BEARER, NULL, "mistral/models.entries", "data",
      { { "/models", "mistral/models.body", NULL } } },
    { &bw_openrouter, "openrouter", NULL, BW_AUTH_BEARER, NULL, "openrouter/pages.entries", "data",
      { { "/models", "openrouter/page1.body", NULL },
        { "/models?offset=2&limit=2", "openrouter/page2.body", NULL } } },
    { &bw_azure, "azure", NULL, BW_AUTH_HEADER, "api-key", "azure/models.entries", "data",
      { { "/models", "azure/models.body", NULL } } },
    { &bw_azure, "azure", "{\"api_version\":\"2024-10-21\",\"entra\":true}", BW_AUTH_BEARER, NULL,
      "azure/models.entries", "data",
      { { "/models?api-version=2024-10-21", "azure/models.body", NULL } } },
    { &bw_bedrock, "bedrock", NULL, BW_AUTH_AWS_SIGV4, "bedrock", "bedrock/models.entries",
      "modelSummaries", { { "/foundation-models", "bedrock/models.body", NULL } } },
    { &bw_bedrock, "bedrock", "{\"api_key\":true}", BW_AUTH_BEARER, NULL, "bedrock/models.entries",
      "modelSummaries", { { "/foundation-models", "bedrock/models.body", NULL } } },
    { &bw_cohere, "cohere", NULL, BW_AUTH_BEARER, NULL, "cohere/pages.entries", "models",
      { { "/models?page_size=1000", "cohere/page1.body", NULL },
        { "/models?page_size=1000&page_token=eyJvZmZzZXQiOjIwfQ%3D%3D", "cohere/page2.body",
          NULL } } },
    { &bw_vertex, "vertex", NULL, BW_AUTH_BEARER, NULL, "vertex/pages.entries", "publisherModels",
      { { "/models", "vertex/page1.body", NULL },
        { "/models?pageToken=AbC%2B%2F%3D", "vertex/page2.body", NULL } } },
    { &bw_ollama, "ollama", NULL, BW_AUTH_BEARER, NULL, "ollama/tags.entries", "models",
      { { "/tags", "ollama/tags.body", NULL } } },
    { &bw_azure_arm, "azure", NULL, BW_AUTH_BEARER, NULL, "azure-arm/pages.entries", "value",
      { { "/models?api-version=2024-10-01", "azure-arm/page1.body", NULL },
        { "/models?api-version=2024-10-01&$skipToken=NDM=", "azure-arm/page2.body", NULL } } },
    { &bw_modelsdev, "vertex", NULL, BW_AUTH_NONE, NULL, "modelsdev/vertex.entries", NULL,
      { { "/api.json", "modelsdev/api.body", NULL } } },
    { &bw_modelsdev, "own-cloud", "{\"platform\":\"acme-cloud\"}", BW_AUTH_NONE, NULL,
      "modelsdev/setting.entries", NULL, { { "/api.json", "modelsdev/api.body", NULL } } },
    { &bw_modeldeprecations, "gemini", NULL, BW_AUTH_NONE, NULL, "modeldeprecations/gemini.entries",
      NULL, { { "/api/v1/models.json", "modeldeprecations/models.body", NULL } } },
    { &bw_deprecationsinfo, "bedrock", NULL, BW_AUTH_NONE, NULL, "deprecationsinfo/bedrock.entries",
      NULL, { { "/v1/deprecations.json", "deprecationsinfo/deprecations.body", NULL } } },
    { &bw_litellm_map, "azure", NULL, BW_AUTH_NONE, NULL, "litellm-map/azure.entries", NULL,
      { { "/model_prices_and_context_window.json", "litellm-map/map.body", NULL } } },
    { &bw_litellm_map, "vertex", NULL, BW_AUTH_NONE, NULL, "litellm-map/vertex.entries", NULL,
      { { "/model_prices_and_context_window.json", "litellm-map/map.body", NULL } } },
};

/* Providers that are known from their documentation alone. */
static const struct catalog_case SYNTHESISED_SHAPES[] = {
    { &bw_bedrock, "bedrock", "{\"profiles\":true}", BW_AUTH_AWS_SIGV4, "bedrock",
      "bedrock/profiles.entries", NULL,
      { { "/inference-profiles?maxResults=1000", "bedrock/profiles.body", NULL },
        { "/foundation-models", "bedrock/models.body", NULL } } },
    { &bw_together, "together", NULL, BW_AUTH_BEARER, NULL, "together/models.entries", "",
      { { "/models", "together/models.body", NULL } } },
    { &bw_fireworks, "fireworks", NULL, BW_AUTH_BEARER, NULL, "fireworks/pages.entries", "models",
      { { "/models?pageSize=200", "fireworks/page1.body", NULL },
        { "/models?pageSize=200&pageToken=CgJmMhIA", "fireworks/page2.body", NULL } } },
    { &bw_huggingface, "huggingface", "{\"query\":\"author=Acme\"}", BW_AUTH_BEARER, NULL,
      "huggingface/pages.entries", "",
      { { "/models?author=Acme&sort=createdAt&direction=-1&limit=1000&cardData=true",
          "huggingface/page1.body",
          "link: <https://huggingface.co/api/models?author=Acme&limit=1000&cursor=eyJ4>; "
          "rel=\"next\"" },
        { "/models?author=Acme&limit=1000&cursor=eyJ4", "huggingface/page2.body", NULL } } },
};

/* Inventories: lists that tell of each other have no rows to be counted. The shape of OpenAI's jobs is
 * recorded, and so are the rows of servers; their adapters, and all the others, are documented. */
static const struct catalog_case INVENTORIES[] = {
    { &bw_openai, "openai", "{\"count_rows\":true}", BW_AUTH_BEARER, NULL, "openai/own.findings", NULL,
      { { "/models", "openai/openai.body", NULL },
        { "/fine_tuning/jobs?limit=100", "openai/jobs1.body", NULL },
        { "/fine_tuning/jobs?limit=100&after=ftjob-3", "openai/jobs2.body", NULL },
        { "/files/file-4/content", "openai/training.body", NULL },
        { "/files/file-3/content", "openai/training.body", NULL } } },
    { &bw_openai, "acme-vllm", NULL, BW_AUTH_BEARER, NULL, "openai/servers.findings", NULL,
      { { "/models", "openai/servers.body", NULL },
        { "/model/info", "openai/info.body", NULL } } },
    { &bw_azure, "azure", "{\"api_version\":\"2024-10-21\"}", BW_AUTH_HEADER, "api-key",
      "azure/own.findings", NULL,
      { { "/models?api-version=2024-10-21", "azure/models.body", NULL },
        { "/fine_tuning/jobs?api-version=2024-10-21&limit=100", "azure/jobs1.body", NULL },
        { "/fine_tuning/jobs?api-version=2024-10-21&limit=100&after=ftjob-a2", "azure/jobs2.body",
          NULL } } },
    { &bw_azure_arm, "azure", "{\"deployments\":true}", BW_AUTH_BEARER, NULL,
      "azure-arm/own.findings", NULL,
      { { "/providers/Microsoft.CognitiveServices/accounts?api-version=2024-10-01",
          "azure-arm/accounts1.body", NULL },
        { "/providers/Microsoft.CognitiveServices/accounts?api-version=2024-10-01&$skiptoken=Mg",
          "azure-arm/accounts2.body", NULL },
        { "/resourceGroups/ml/providers/Microsoft.CognitiveServices/accounts/acme-east/deployments"
          "?api-version=2024-10-01", "azure-arm/deployments1.body", NULL },
        { "/resourceGroups/web/providers/Microsoft.CognitiveServices/accounts/acme-web/deployments"
          "?api-version=2024-10-01", "azure-arm/deployments2.body", NULL } } },
    { &bw_mistral, "mistral", NULL, BW_AUTH_BEARER, NULL, "mistral/own.findings", NULL,
      { { "/files?purpose=fine-tune&page_size=100", "mistral/files.body", NULL },
        { "/fine_tuning/jobs?page_size=100", "mistral/jobs1.body", NULL },
        { "/fine_tuning/jobs?page_size=100&page=1", "mistral/jobs2.body", NULL },
        { "/models", "mistral/models.body", NULL } } },
    { &bw_cohere, "cohere", NULL, BW_AUTH_BEARER, NULL, "cohere/own.findings", NULL,
      { { "/finetuning/finetuned-models?page_size=50", "cohere/tuned1.body", NULL },
        { "/finetuning/finetuned-models?page_size=50&page_token=bmV4dA%3D%3D", "cohere/tuned2.body",
          NULL } } },
    { &bw_together, "together", NULL, BW_AUTH_BEARER, NULL, "together/own.findings", NULL,
      { { "/fine-tunes", "together/jobs.body", NULL },
        { "/fine-tunes/ft-1", "together/detail.body", NULL } } },
    { &bw_fireworks, "fireworks", NULL, BW_AUTH_BEARER, NULL, "fireworks/own.findings", NULL,
      { { "/models?pageSize=200", "fireworks/own.body", NULL },
        { "/datasets?pageSize=200", "fireworks/datasets.body", NULL },
        { "/supervisedFineTuningJobs?pageSize=200", "fireworks/jobs1.body", NULL },
        { "/supervisedFineTuningJobs?pageSize=200&pageToken=CgM", "fireworks/jobs2.body", NULL },
        { "/dpoJobs?pageSize=200", "fireworks/none.body", NULL },
        { "/reinforcementFineTuningJobs?pageSize=200", "fireworks/none.body", NULL } } },
    { &bw_bedrock, "bedrock", NULL, BW_AUTH_AWS_SIGV4, "bedrock", "bedrock/own.findings", NULL,
      { { "/custom-models?maxResults=1000", "bedrock/custom1.body", NULL },
        { "/custom-models?maxResults=1000&nextToken=AAAA%2F%2B%3D", "bedrock/custom2.body", NULL },
        { "/model-customization-jobs?maxResults=1000", "bedrock/jobs.body", NULL },
        { "/model-customization/custom-model-deployments?maxResults=1000",
          "bedrock/deployments.body", NULL },
        { "/provisioned-model-throughputs?maxResults=1000", "bedrock/throughputs.body", NULL },
        { "/custom-models/support", "bedrock/detail.body", NULL } } },
    { &bw_vertex, "vertex", "{\"project\":\"acme\"}", BW_AUTH_BEARER, NULL, "vertex/own.findings", NULL,
      { { "/projects/acme/locations/here/tuningJobs", "vertex/jobs1.body", NULL },
        { "/projects/acme/locations/here/tuningJobs?pageToken=AFd9%2BM", "vertex/jobs2.body",
          NULL } } },
    { &bw_ollama, "ollama", NULL, BW_AUTH_BEARER, NULL, "ollama/own.findings", NULL,
      { { "/tags", "ollama/tags.body", NULL },
        { "/show", "ollama/plain.body", NULL },
        { "/show", "ollama/plain.body", NULL },
        { "/show", "ollama/derived.body", NULL },
        { "/show", "ollama/adapter.body", NULL } } },
    { &bw_huggingface, "huggingface", "{\"query\":\"author=Acme\"}", BW_AUTH_BEARER, NULL,
      "huggingface/own.findings", NULL,
      { { "/models?author=Acme&sort=createdAt&direction=-1&limit=1000&cardData=true",
          "huggingface/page1.body",
          "link: <https://huggingface.co/api/models?author=Acme&limit=1000&cursor=eyJ4>; "
          "rel=\"next\"" },
        { "/models?author=Acme&limit=1000&cursor=eyJ4", "huggingface/page2.body", NULL } } },
};

static inline char *catalog_slurp(const char *path, size_t *size)
{
    char *text = NULL;
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_file_read(path, CASE_BODY_MAX, &text, size, &err), BW_OK), "%s: %s", path,
              err.text);
    return text;
}

/* A file below tests/data. Ownership: the caller's. */
static inline char *catalog_data(const char *name, size_t *size)
{
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/tests/data/%s", getenv("BW_SOURCE"), name);
    return catalog_slurp(path, size);
}

struct catalog_run { /* a case with its bodies read */
    const struct catalog_case *of;
    struct recorded_page pages[CASE_PAGES_MAX];
    char *bodies[CASE_PAGES_MAX];
    size_t page_count;
    recorded_verb *verb;
};

static inline struct catalog_run catalog_load(const struct catalog_case *of, recorded_verb *verb)
{
    struct catalog_run run = { .of = of, .verb = verb };
    while (run.page_count < CASE_PAGES_MAX && of->pages[run.page_count].path != NULL) {
        size_t i = run.page_count++;
        run.pages[i] = (struct recorded_page){ .path = of->pages[i].path, .status = 200,
                                               .header = of->pages[i].header };
        run.bodies[i] = catalog_data(of->pages[i].body, &run.pages[i].body_bytes);
        run.pages[i].body = run.bodies[i];
    }
    return run;
}

static inline void catalog_unload(struct catalog_run *run)
{
    for (size_t i = 0; i < run->page_count; i++) {
        free(run->bodies[i]);
    }
}

/* Ownership: the result is the caller's, to release with recorded_clear(). */
static inline struct recorded catalog_play(const struct catalog_run *run)
{
    struct recorded got = { .pages = run->pages, .page_count = run->page_count,
                            .in_order = true, .settings = run->of->settings };
    enum bw_err rc = recorded_do(&got, run->verb, run->of->plugin, run->of->platform);
    cr_expect(eq(int, rc, got.err.code));
    return got;
}
#endif
