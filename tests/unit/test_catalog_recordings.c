#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "support/catalog_cases.h"

/* Bodies as providers served them: all files of a folder below providers/recorded that begin so. */
struct recording {
    const char *folder;
    const char *prefix;
    const struct bw_plugin_descriptor *plugin;
    const char *platform;
    const char *rows; /* the member with one row an entry, "" the answer itself */
    const char *says; /* what at least one of the bodies must tell, NULL: nothing special */
};

static const struct recording SERVED[] = {
    { "openai", "models_", &bw_openai, "openai", "data", "\"released\"" },
    { "openai/history", "models_", &bw_openai, "openai", "data", "\"released\"" },
    { "anthropic", "models_", &bw_anthropic, "anthropic", "data", "\"released\"" },
    { "anthropic/history", "models_", &bw_anthropic, "anthropic", "data", "\"context_tokens\"" },
    { "xai", "models_", &bw_xai, "xai", "data", "\"released\"" },
    { "xai/history", "models_", &bw_xai, "xai", "data", "\"released\"" },
    { "groq", "models_", &bw_openai, "groq", "data", "\"context_tokens\"" },
    { "deepseek", "models_", &bw_openai, "deepseek", "data", NULL },
    { "openai-compatible", "vllm_v1_models_2", &bw_openai, "acme", "data", "\"context_tokens\"" },
    { "openai-compatible", "llamacpp_v1_models", &bw_openai, "acme", "data", "\"parameters\"" },
    { "gemini", "models_", &bw_gemini, "gemini", "models", "\"tunable\":true" },
    { "gemini/history", "models_", &bw_gemini, "gemini", "models", "\"output\":[\"embedding\"]" },
    { "mistral", "models_2", &bw_mistral, "mistral", "data",
      "\"replacement\":\"mistral-small-latest\"" },
    { "openrouter", "models_", &bw_openrouter, "openrouter", "data", "\"clock\":\"inference\"" },
    { "azure", "openai_v1_models", &bw_azure, "azure", "data", "\"clock\":\"training\"" },
    { "azure", "arm_models", &bw_azure_arm, "azure", "", "\"tunable\":true" },
    { "bedrock", "foundation-models_2", &bw_bedrock, "bedrock", "modelSummaries",
      "\"life\":\"deprecated\"" },
    { "cohere", "models_2", &bw_cohere, "cohere", "models", "\"output\":[\"embedding\"]" },
    { "vertex", "publishers_google", &bw_vertex, "vertex", "publisherModels",
      "\"life\":\"preview\"" },
    { "huggingface", "models_trending", &bw_huggingface, "huggingface", "", "\"released\"" },
    { "ollama", "tags_", &bw_ollama, "ollama", "models", "\"parameters\":134520000" },
};

/* Bodies that somebody made from a specification or printed as an example in it. */
static const struct recording SYNTHESISED[] = {
    { "openai-compatible", "litellm_proxy_v1_models", &bw_openai, "acme", "data", NULL },
    { "openai-compatible", "vllm_v1_models_lora", &bw_openai, "acme", "data", "\"parent\"" },
    { "mistral", "models_with", &bw_mistral, "mistral", "data", "\"parent\":\"open-mistral-7b\"" },
    { "azure", "openai_models", &bw_azure, "azure", "data", "\"parent\":\"curie\"" },
    { "azure", "arm_location_models", &bw_azure_arm, "azure", "value", "\"clock\":\"training\"" },
    { "bedrock", "foundation-models_lifecycle", &bw_bedrock, "bedrock", "modelSummaries",
      "\"at\":\"2026-10-14T00:00:00Z\"" },
    { "cohere", "models_page1", &bw_cohere, "cohere", "models", "\"life\":\"active\"" },
    { "together", "models_", &bw_together, "together", "", "\"prices\":{\"input\":0.88" },
    { "fireworks", "models_", &bw_fireworks, "fireworks", "models",
      "\"at\":\"2026-08-28T00:00:00Z\"" },
    { "huggingface", "models_filter_base_model_finetune_page1", &bw_huggingface, "huggingface", "",
      "\"parent\":\"Qwen/Qwen3-8B\"" },
};

static char *reference(const char *below)
{
    return bw_xasprintf("%s/providers/recorded/%s", getenv("BASEWATCH_REFERENCE"), below);
}

static bool skipped(const char *what)
{
    if (getenv("BASEWATCH_REFERENCE") == NULL) {
        fprintf(stderr, "skipped: BASEWATCH_REFERENCE is not set, so no %s was read\n", what);
        return true;
    }
    return false;
}

/* The entries of one body, as the first page of a list that ends after it. Says whether they tell
 * what the recording should. */
static bool run_body(const struct recording *of, const char *name)
{
    struct recorded_page pages[2] = { { .status = 200 }, { .status = 200 } };
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *text = catalog_slurp(name, &size);
    /* The command line tool of Azure prints the rows alone. */
    bool bare = of->rows[0] == '\0' && of->plugin == &bw_azure_arm;
    BW_CLEANUP(bw_freep) char *body =
        bare ? bw_xasprintf("{\"value\":%s}", text) : bw_xstrdup(text);
    BW_CLEANUP(bw_freep) char *end =
        of->rows[0] == '\0' ? bw_xstrdup("[]") : bw_xasprintf("{\"%s\":[]}", of->rows);
    pages[0].body = body;
    pages[0].body_bytes = strlen(body);
    pages[1].body = end;
    pages[1].body_bytes = strlen(end);
    BW_CLEANUP(recorded_clear) struct recorded got = {
        .pages = pages, .page_count = BW_COUNT(pages), .in_order = true,
        .settings = "{\"query\":\"sort=trendingScore\"}"
    };
    cr_expect(eq(int, recorded_run(&got, of->plugin, of->platform), BW_OK), "%s: %s", name,
              got.err.text);
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, size, &root, NULL), BW_OK));
    const struct bw_json *rows = of->rows[0] == '\0' ? root : bw_json_get(root, of->rows);
    cr_expect(eq(sz, got.entries, bw_json_size(rows)), "%s", name);
    bool dated = got.lines.text != NULL && strstr(got.lines.text, "\"released\"") != NULL;
    bool request_time = of->plugin == &bw_mistral ||
                        (of->plugin == &bw_openai && strcmp(of->platform, "openai") != 0);
    cr_expect(not(dated && request_time), "%s: the time of the request passed for a release", name);
    return of->says == NULL || strstr(got.lines.text, of->says) != NULL;
}

static int run_folder(const struct recording *of)
{
    BW_CLEANUP(bw_freep) char *path = reference(of->folder);
    DIR *dir = opendir(path);
    cr_assert(ne(ptr, dir, NULL), "%s", path);
    int bodies = 0;
    bool said = false;
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        if (bw_str_starts_with(file->d_name, of->prefix)) {
            BW_CLEANUP(bw_freep) char *name = bw_xasprintf("%s/%s", path, file->d_name);
            said = run_body(of, name) || said;
            bodies++;
        }
    }
    closedir(dir);
    cr_expect(bodies > 0, "%s/%s*: no body", of->folder, of->prefix);
    cr_expect(said, "%s/%s*: nothing says %s", of->folder, of->prefix, of->says);
    return bodies;
}

Test(catalog_recordings, bodies_of_the_providers_are_read_whole)
{
    if (skipped("recorded body")) {
        return;
    }
    int bodies = 0;
    for (size_t i = 0; i < BW_COUNT(SERVED); i++) {
        bodies += run_folder(&SERVED[i]);
    }
    fprintf(stderr, "read %d recorded bodies\n", bodies);
}

Test(catalog_recordings, bodies_synthesised_from_documentation_are_read_whole)
{
    if (skipped("synthesised body")) {
        return;
    }
    int bodies = 0;
    for (size_t i = 0; i < BW_COUNT(SYNTHESISED); i++) {
        bodies += run_folder(&SYNTHESISED[i]);
    }
    fprintf(stderr, "read %d synthesised bodies\n", bodies);
}

/* Run a feed's body for a platform; gives the entries. */
static struct recorded run_feed(const struct bw_plugin_descriptor *plugin, const char *platform,
                                const char *file)
{
    BW_CLEANUP(bw_freep) char *name = reference(file);
    struct recorded_page page = { .status = 200 };
    BW_CLEANUP(bw_freep) char *body = catalog_slurp(name, &page.body_bytes);
    page.body = body;
    struct recorded got = { .pages = &page, .page_count = 1 };
    cr_expect(eq(int, recorded_run(&got, plugin, platform), BW_OK), "%s: %s", file, got.err.text);
    return got;
}

static size_t rows_with(const char *file, const char *list, const char *provider)
{
    BW_CLEANUP(bw_freep) char *name = reference(file);
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *body = catalog_slurp(name, &size);
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(body, size, &root, NULL), BW_OK));
    const struct bw_json *row = bw_json_first(list == NULL ? root : bw_json_get(root, list));
    size_t rows = 0;
    for (; row != NULL; row = bw_json_next(row)) {
        rows += strcmp(bw_json_text(bw_json_get(row, "provider"), ""), provider) == 0;
    }
    return rows;
}

Test(catalog_recordings, feeds_give_each_platform_its_rows)
{
    if (skipped("feed")) {
        return;
    }
    static const struct {
        const struct bw_plugin_descriptor *plugin;
        const char *platform;
        const char *file;
        const char *list; /* NULL: the body is the list */
        const char *provider;
        const char *says;
    } feeds[] = {
        { &bw_modeldeprecations, "gemini", "modeldeprecations-dev/models_built_2026-08-21.json",
          "models", "google", "\"replacement\"" },
        { &bw_modeldeprecations, "anthropic", "modeldeprecations-dev/models_built_2026-08-21.json",
          "models", "anthropic", "\"firm\":false" },
        { &bw_deprecationsinfo, "bedrock", "deprecations-info/deprecations_2026-07-24.json", NULL,
          "AWS Bedrock", "docs.aws.amazon.com" },
        { &bw_deprecationsinfo, "gemini", "deprecations-info/deprecations_2025-11-23.json", NULL,
          "Google", "\"clock\":\"inference\"" },
    };
    for (size_t i = 0; i < BW_COUNT(feeds); i++) {
        BW_CLEANUP(recorded_clear) struct recorded got =
            run_feed(feeds[i].plugin, feeds[i].platform, feeds[i].file);
        size_t rows = rows_with(feeds[i].file, feeds[i].list, feeds[i].provider);
        cr_expect(rows > 0 && got.entries == rows, "%s: %zu of %zu", feeds[i].file, got.entries,
                  rows);
        cr_expect(ne(ptr, strstr(got.lines.text, feeds[i].says), NULL), "%s", feeds[i].file);
    }
}

Test(catalog_recordings, feeds_keyed_by_model_give_each_platform_its_rows)
{
    if (skipped("feed")) {
        return;
    }
    static const char dev[] = "modelsdev/api_2026-02-10.json";
    static const char map[] = "litellm/model_prices_2026-03-15.json";
    BW_CLEANUP(bw_freep) char *name = reference(dev);
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *body = catalog_slurp(name, &size);
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(body, size, &root, NULL), BW_OK));
    size_t vertex = bw_json_size(bw_json_get(bw_json_get(root, "google-vertex"), "models")) +
                    bw_json_size(bw_json_get(bw_json_get(root, "google-vertex-anthropic"), "models"));
    BW_CLEANUP(recorded_clear) struct recorded got = run_feed(&bw_modelsdev, "vertex", dev);
    cr_expect(vertex > 20 && got.entries == vertex, "%zu of %zu", got.entries, vertex);
    cr_expect(ne(ptr, strstr(got.lines.text, "\"prices\""), NULL));

    /* 22 rows of Azure have a date, 12 of them for a region or a kind of deployment. */
    BW_CLEANUP(recorded_clear) struct recorded azure = run_feed(&bw_litellm_map, "azure", map);
    cr_expect(eq(sz, azure.entries, 10));
    BW_CLEANUP(recorded_clear) struct recorded gemini = run_feed(&bw_litellm_map, "gemini", map);
    cr_expect(eq(sz, gemini.entries, 8));
}

/* Answers to the requests of an inventory, in their order; "" is a list with nothing in it. */
struct own {
    const struct bw_plugin_descriptor *plugin;
    const char *platform;
    const char *settings;
    const char *bodies[6];
    size_t findings;
    const char *says;
};

static const struct own OWN_SERVED[] = {
    { &bw_openai, "openai", NULL, { "", "openai/fine_tuning_jobs_2023-11-14.json", "" }, 20,
      "\"trained_tokens\":5070,\"epochs\":10" },
    { &bw_openai, "openai", NULL, { "", "openai/fine_tuning_jobs_2023-09_limit2.json" }, 1,
      "\"status\":\"ready\"" },
    { &bw_openai, "openai", NULL, { "openai/models_2023-11-14_with_legacy_finetunes.json", "" }, 0,
      "\"base\":\"ada\"" },
    { &bw_openai, "acme", NULL, { "openai-compatible/vllm_v1_models_2026-08.json" }, 1,
      "\"kind\":\"served\"" },
    { &bw_openai, "acme", NULL, { "openai-compatible/llamacpp_v1_models_2026-10-06.json" }, 1,
      "\"kind\":\"served\"" },
};

static const struct own OWN_SYNTHESISED[] = {
    { &bw_openai, "openai", NULL,
      { "", "openai/fine_tuning_jobs_page1_of_2_synth.json",
        "openai/fine_tuning_jobs_page2_of_2_synth.json" }, 4, "\"method\":\"rft\"" },
    { &bw_openai, "acme", NULL, { "openai-compatible/vllm_v1_models_lora_synth.json" }, 2,
      "\"base\":\"meta-llama/Llama-3.2-3B-Instruct\"" },
    { &bw_openai, "acme", NULL,
      { "openai-compatible/litellm_proxy_v1_models_synth.json",
        "openai-compatible/litellm_proxy_model_info_example.json" }, 1, "\"serves\":\"gpt-4\"" },
    { &bw_azure, "azure", NULL,
      { "azure/openai_models_2024-10-21_example.json", "azure/fine_tuning_jobs_page1_synth.json",
        "azure/fine_tuning_jobs_2024-10-21_example.json" }, 3, "\"trained_tokens\":2342" },
    { &bw_mistral, "mistral", NULL,
      { "", "mistral/fine_tuning_jobs_page0_of_2_synth.json",
        "mistral/fine_tuning_jobs_page1_of_2_synth.json", "mistral/models_with_finetuned_synth.json" },
      4, "\"price_usd\":4" },
    { &bw_cohere, "cohere", NULL, { "cohere/finetuned-models_example.json" }, 2, "\"epochs\":1" },
    { &bw_fireworks, "fireworks", NULL,
      { "fireworks/models_own_account_synth.json", "fireworks/datasets_synth.json",
        "fireworks/supervisedFineTuningJobs_synth.json", "", "" }, 3, "\"rows\":4521" },
    { &bw_bedrock, "bedrock", NULL,
      { "bedrock/custom-models_page1_synth.json", "bedrock/custom-models_page2_synth.json",
        "bedrock/model-customization-jobs_synth.json",
        "bedrock/custom-model-deployments_synth.json", "", "bedrock/custom-model_detail_synth.json" },
      5, "\"epochs\":2" },
    { &bw_vertex, "vertex", "{\"project\":\"acme\"}",
      { "vertex/tuningJobs_page1_synth.json", "vertex/tuningJobs_page2_synth.json" }, 3,
      "\"trained_tokens\":3249380" },
    { &bw_huggingface, "huggingface", "{\"query\":\"author=acme\"}",
      { "huggingface/models_filter_base_model_finetune_page1_synth.json" }, 2,
      "\"base\":\"Qwen/Qwen3-8B\"" },
};

static void run_own(const struct own *of)
{
    struct recorded_page pages[BW_COUNT(of->bodies)] = { { .status = 0 } };
    char *bodies[BW_COUNT(of->bodies)] = { NULL };
    struct recorded got = { .pages = pages, .in_order = true, .settings = of->settings };
    for (size_t i = 0; i < BW_COUNT(of->bodies) && of->bodies[i] != NULL; i++) {
        bool none = of->bodies[i][0] == '\0';
        BW_CLEANUP(bw_freep) char *name = none ? NULL : reference(of->bodies[i]);
        bodies[i] = none ? bw_xstrdup("{\"data\":[]}") : catalog_slurp(name, &(size_t){ 0 });
        pages[i] = (struct recorded_page){ NULL, 200, bodies[i], strlen(bodies[i]), NULL };
        got.page_count++;
    }
    enum bw_err rc = recorded_do(&got, bw_plugin_inventory, of->plugin, of->platform);
    cr_expect(eq(int, rc, BW_OK), "%s: %s", of->bodies[0], got.err.text);
    cr_expect(eq(sz, (size_t)got.fetches, got.page_count), "%s", of->bodies[0]);
    cr_expect(of->findings == 0 || got.entries == of->findings, "%s: %zu", of->bodies[0],
              got.entries);
    cr_expect(got.lines.text != NULL && strstr(got.lines.text, of->says) != NULL, "%s: %s",
              of->bodies[0], got.lines.text);
    recorded_clear(&got);
    for (size_t i = 0; i < BW_COUNT(bodies); i++) {
        free(bodies[i]);
    }
}

Test(catalog_recordings, what_accounts_have_is_found_in_bodies_of_the_providers)
{
    for (size_t i = 0; i < BW_COUNT(OWN_SERVED) && !skipped("recorded inventory"); i++) {
        run_own(&OWN_SERVED[i]);
    }
}

Test(catalog_recordings, what_accounts_have_is_found_in_bodies_synthesised_from_documentation)
{
    for (size_t i = 0; i < BW_COUNT(OWN_SYNTHESISED) && !skipped("synthesised inventory"); i++) {
        run_own(&OWN_SYNTHESISED[i]);
    }
}

/* The plugin of the provider that refused; of those that speak OpenAI's API, that one. */
static const struct bw_plugin_descriptor *refused_at(const char *provider)
{
    static const struct bw_plugin_descriptor *const plugins[] = {
        &bw_anthropic, &bw_azure, &bw_bedrock, &bw_cohere, &bw_gemini, &bw_mistral,
        &bw_openrouter, &bw_vertex, &bw_xai,
    };
    for (size_t i = 0; i < BW_COUNT(plugins); i++) {
        if (strcmp(plugins[i]->name, provider) == 0) {
            return plugins[i];
        }
    }
    return bw_str_starts_with(provider, "ollama") ? &bw_ollama : &bw_openai;
}

Test(catalog_recordings, refusals_have_their_kind)
{
    if (skipped("recorded refusal")) {
        return;
    }
    BW_CLEANUP(bw_freep) char *path = reference("errors/error_cases.json");
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *text = catalog_slurp(path, &size);
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, size, &root, NULL), BW_OK));
    int auth = 0;
    for (const struct bw_json *one = bw_json_first(root); one != NULL; one = bw_json_next(one)) {
        int status = (int)bw_json_i64(bw_json_get(one, "http_status"), 0);
        const char *body = bw_json_text(bw_json_get(one, "body_text"), "");
        bool key = status == 401 || status == 403 ||
                   (status == 400 && strcasestr(body, "api key") != NULL);
        auth += key;
        const struct recorded_page page = { NULL, status, body, strlen(body), NULL };
        BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
        const struct bw_plugin_descriptor *plugin =
            refused_at(bw_json_text(bw_json_get(one, "provider"), ""));
        cr_expect(eq(int, recorded_run(&got, plugin, plugin->name), BW_ERR_PLUGIN), "%s", body);
        enum bw_plugin_failure failure = key             ? BW_FAILURE_AUTH
                                         : status == 429 ? BW_FAILURE_RATE
                                                         : BW_FAILURE_SERVER;
        cr_expect(eq(int, got.failure, failure), "%d: %s", status, got.err.text);
        cr_expect(ne(ptr, strstr(got.err.text, ": HTTP "), NULL), "%s", got.err.text);
    }
    cr_expect(auth > 10);
}
