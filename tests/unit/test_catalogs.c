#include <string.h>

#include "support/catalog_cases.h"

static void expect_golden(const struct catalog_case *of, recorded_verb *verb)
{
    BW_CLEANUP(catalog_unload) struct catalog_run run = catalog_load(of, verb);
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *want = catalog_data(of->entries, &size);
    BW_CLEANUP(recorded_clear) struct recorded got = catalog_play(&run);
    cr_assert(eq(int, got.err.code, BW_OK), "%s: %s", of->entries, got.err.text);
    cr_expect(eq(str, got.lines.text, want), "%s", of->entries);
    cr_expect(eq(sz, (size_t)got.fetches, run.page_count), "%s", of->entries);
    cr_expect(eq(int, (int)got.auth, (int)of->auth), "%s", of->entries);
    cr_expect(bw_str_equal(got.auth_name, of->auth_name), "%s", of->entries);

    run.pages[run.page_count - 1].status = 500; /* half a catalog is none */
    BW_CLEANUP(recorded_clear) struct recorded half = catalog_play(&run);
    cr_expect(eq(int, half.err.code, BW_ERR_PLUGIN), "%s", of->entries);
    cr_expect(eq(int, half.failure, BW_FAILURE_SERVER), "%s", of->entries);
}

Test(catalogs, rows_on_every_page_become_the_entries_written_beside_them)
{
    for (size_t i = 0; i < BW_COUNT(RECORDED_SHAPES); i++) {
        expect_golden(&RECORDED_SHAPES[i], bw_plugin_catalog);
    }
}

Test(catalogs, rows_synthesised_from_documentation_become_the_entries_written_beside_them)
{
    for (size_t i = 0; i < BW_COUNT(SYNTHESISED_SHAPES); i++) {
        expect_golden(&SYNTHESISED_SHAPES[i], bw_plugin_catalog);
    }
}

Test(catalogs, inventories_synthesised_from_documentation_become_the_findings_written_beside_them)
{
    for (size_t i = 0; i < BW_COUNT(INVENTORIES); i++) {
        expect_golden(&INVENTORIES[i], bw_plugin_inventory);
    }
}

static void expect_failure(const struct bw_plugin_descriptor *plugin, int status, const char *body,
                           enum bw_plugin_failure failure, const char *says)
{
    const struct recorded_page page = { NULL, status, body, strlen(body), NULL };
    BW_CLEANUP(recorded_clear) struct recorded got = {
        .pages = &page, .page_count = 1, .settings = "{\"query\":\"author=Acme\"}"
    };
    cr_expect(eq(int, recorded_run(&got, plugin, plugin->name), BW_ERR_PLUGIN), "%s", body);
    cr_expect(eq(int, got.failure, failure), "%d: %s", status, got.err.text);
    cr_expect(ne(ptr, strstr(got.err.text, says), NULL), "'%s' is not in: %s", says, got.err.text);
}

Test(catalogs, a_server_that_never_ends_its_list_is_left)
{
    expect_failure(&bw_anthropic, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}",
                   BW_FAILURE_FORMAT, "the page /models?limit=1000&after_id=a leads to itself");
    expect_failure(&bw_anthropic, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true}",
                   BW_FAILURE_FORMAT, "the page /models?limit=1000&after_id=a leads to itself");
    static const struct recorded_page cycle[] = {
        { "/models?limit=1000&after_id=a", 200,
          "{\"data\":[{\"id\":\"b\"}],\"has_more\":true,\"last_id\":\"b\"}", 0, NULL },
        { NULL, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}", 0, NULL },
    };
    struct recorded_page pages[2];
    for (size_t i = 0; i < 2; i++) {
        pages[i] = cycle[i];
        pages[i].body_bytes = strlen(pages[i].body);
    }
    BW_CLEANUP(recorded_clear) struct recorded got = { .pages = pages, .page_count = 2 };
    cr_expect(eq(int, recorded_run(&got, &bw_anthropic, "anthropic"), BW_ERR_PLUGIN));
    cr_expect(eq(str, got.err.text, "GET /models?limit=1000&after_id=b: more than 64 requests in one "
                                    "poll; the list does not end, or "
                                    "fetches_per_poll is too small"));
    expect_failure(&bw_openai, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true}",
                   BW_FAILURE_FORMAT, "more pages");
    expect_failure(&bw_gemini, 200, "{\"models\":[{\"name\":\"a\"}],\"nextPageToken\":\"x\"}",
                   BW_FAILURE_FORMAT, "the page /models?pageSize=1000&pageToken=x leads to itself");
    expect_failure(&bw_azure_arm, 200,
                   "{\"value\":[],\"nextLink\":\"https://elsewhere.example/?api-version=2024-10-01\"}",
                   BW_FAILURE_FORMAT, "the list 'value' is empty");
    expect_failure(&bw_openrouter, 200,
                   "{\"data\":[{\"id\":\"a\"}],\"links\":{\"next\":\"https://elsewhere.example/x?a=1\"}}",
                   BW_FAILURE_FORMAT, "the page /models?a=1 leads to itself");
}

Test(catalogs, an_answer_that_is_no_list_says_so)
{
    const struct bw_plugin_descriptor *const plugins[] = { &bw_openai,  &bw_anthropic,  &bw_xai,
                                                           &bw_mistral, &bw_openrouter, &bw_azure };
    for (size_t i = 0; i < BW_COUNT(plugins); i++) {
        const struct bw_plugin_descriptor *p = plugins[i];
        expect_failure(p, 200, "{\"data\":[]}", BW_FAILURE_FORMAT, "the list 'data' is empty");
        expect_failure(p, 200, "{\"object\":\"list\"}", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "{\"data\":{\"id\":\"x\"}}", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "[]", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "{\"data\":[{\"id\":\"a\"},{}]}", BW_FAILURE_FORMAT, "row 2 has no id");
        expect_failure(p, 200, "{\"data\":[{\"id\":\"\"}]}", BW_FAILURE_FORMAT, "row 1: id is empty");
    }
    expect_failure(&bw_together, 200, "{\"data\":[]}", BW_FAILURE_FORMAT, "the answer has no list");
    expect_failure(&bw_together, 200, "[]", BW_FAILURE_FORMAT, "the list is empty");
    expect_failure(&bw_gemini, 200, "{}", BW_FAILURE_FORMAT, "no model was listed");
    expect_failure(&bw_gemini, 200, "[]", BW_FAILURE_FORMAT, "has no list 'models'");
    expect_failure(&bw_bedrock, 200, "{\"modelSummaries\":[{\"modelName\":\"x\"}]}", BW_FAILURE_FORMAT,
                   "row 1 has no modelId");
    expect_failure(&bw_azure_arm, 200, "{\"value\":[{\"model\":{\"name\":\"x\"}}]}", BW_FAILURE_FORMAT,
                   "row 1 has no version");
    expect_failure(&bw_modelsdev, 200, "{\"modelsdev\":{\"name\":\"x\"}}", BW_FAILURE_FORMAT,
                   "'modelsdev' has no models");
    expect_failure(&bw_modelsdev, 200, "{\"modelsdev\":{\"models\":{\"x\":1}}}", BW_FAILURE_FORMAT,
                   "row 1 has no id");
}

Test(catalogs, any_plugin_says_why_there_is_no_list)
{
    const struct bw_plugin_descriptor *const plugins[] = {
        &bw_anthropic,   &bw_azure,        &bw_azure_arm,         &bw_bedrock,    &bw_cohere,
        &bw_fireworks,   &bw_gemini,       &bw_huggingface,       &bw_litellm_map, &bw_mistral,
        &bw_modelsdev,   &bw_ollama,       &bw_modeldeprecations, &bw_openai,     &bw_openrouter,
        &bw_deprecationsinfo, &bw_together, &bw_vertex,           &bw_xai,
    };
    for (size_t i = 0; i < BW_COUNT(plugins); i++) {
        const struct bw_plugin_descriptor *p = plugins[i];
        expect_failure(p, 200, "", BW_FAILURE_FORMAT, "the answer is empty");
        expect_failure(p, 200, "<!DOCTYPE html>\n<html><h1>Sign in</h1>", BW_FAILURE_FORMAT,
                       "a web page, not JSON: <!DOCTYPE html> <html><h1>Sign in</h1>");
        expect_failure(p, 200, "{\"data\":[{\"id\"", BW_FAILURE_FORMAT, "not JSON");
        expect_failure(p, 401, "{\"error\":{\"message\":\"no such key\"}}", BW_FAILURE_AUTH,
                       "HTTP 401, the credential was refused: no such key");
        expect_failure(p, 403, "", BW_FAILURE_AUTH, "HTTP 403, the credential was refused");
        expect_failure(p, 400, "{\"code\":\"x\",\"error\":\"Incorrect API key provided\"}",
                       BW_FAILURE_AUTH, "Incorrect API key provided");
        expect_failure(p, 400, "{\"message\":\"bad page\"}", BW_FAILURE_SERVER, "HTTP 400: bad page");
        expect_failure(p, 404, "", BW_FAILURE_SERVER, "check the source's url");
        expect_failure(p, 429, "{\"detail\":\"slow down\"}", BW_FAILURE_RATE, "slow down");
        expect_failure(p, 502, "<html>\xff bad gateway", BW_FAILURE_SERVER, "<html>? bad gateway");
        expect_failure(p, 0, "could not connect", BW_FAILURE_SERVER, "could not connect");
    }
}

static struct recorded inventory_of(const struct catalog_case *of, int status, const char *body)
{
    const struct recorded_page page = { NULL, status, body, strlen(body), NULL };
    struct recorded got = { .pages = &page, .page_count = 1, .settings = of->settings };
    enum bw_err rc = recorded_do(&got, bw_plugin_inventory, of->plugin, of->platform);
    cr_expect(eq(int, rc, got.err.code));
    return got;
}

Test(catalogs, any_inventory_says_why_there_is_none)
{
    for (size_t i = 0; i < BW_COUNT(INVENTORIES); i++) {
        const struct catalog_case *of = &INVENTORIES[i];
        static const struct {
            int status;
            const char *body;
            enum bw_plugin_failure failure;
        } cases[] = {
            { 200, "", BW_FAILURE_FORMAT },   { 200, "<html>Sign in", BW_FAILURE_FORMAT },
            { 200, "{\"x\"", BW_FAILURE_FORMAT }, { 500, "{}", BW_FAILURE_SERVER },
            { 429, "{}", BW_FAILURE_RATE },   { 0, "no connection", BW_FAILURE_SERVER },
            { 400, "{\"error\":{\"message\":\"API key not valid\"}}", BW_FAILURE_AUTH },
        };
        for (size_t j = 0; j < BW_COUNT(cases); j++) {
            BW_CLEANUP(recorded_clear) struct recorded got =
                inventory_of(of, cases[j].status, cases[j].body);
            cr_expect(eq(int, got.err.code, BW_ERR_PLUGIN), "%s: %s", of->entries, cases[j].body);
            cr_expect(eq(int, got.failure, cases[j].failure), "%s: %s", of->entries, got.err.text);
        }
        BW_CLEANUP(recorded_clear) struct recorded refused = inventory_of(of, 403, "{}");
        bool noted = refused.err.code == BW_OK && strstr(refused.notes.text, "(partial) ") != NULL;
        cr_expect(noted || refused.failure == BW_FAILURE_AUTH, "%s", of->entries);
        cr_expect(eq(sz, refused.entries, 0));
    }
}

Test(catalogs, a_feed_without_a_word_on_the_platform_says_so)
{
    expect_failure(&bw_modelsdev, 200, "{\"acme\":{\"models\":{}}}", BW_FAILURE_FORMAT,
                   "the feed says nothing of platform 'modelsdev'");
    expect_failure(&bw_litellm_map, 200, "{}", BW_FAILURE_FORMAT, "says nothing of platform");
    expect_failure(&bw_modeldeprecations, 200,
                   "{\"models\":[{\"provider\":\"acme\",\"model\":\"x\"}]}", BW_FAILURE_FORMAT,
                   "says nothing of platform");
    expect_failure(&bw_deprecationsinfo, 200, "[{\"provider\":\"Acme\",\"model_id\":\"x\"}]",
                   BW_FAILURE_FORMAT, "says nothing of platform");
}

Test(catalogs, the_hub_is_not_read_without_a_filter)
{
    BW_CLEANUP(recorded_clear) struct recorded got = { 0 };
    cr_expect(eq(int, recorded_run(&got, &bw_huggingface, "huggingface"), BW_ERR_PLUGIN));
    cr_expect(ne(ptr, strstr(got.err.text, "settings: {query: author=Qwen}"), NULL));
    cr_expect(eq(int, got.fetches, 0));
}
