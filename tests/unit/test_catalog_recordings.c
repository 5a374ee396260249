#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/catalog_cases.h"

/* All bodies of a folder whose name begins with prefix; says how many there were. */
static int run_folder(const char *folder, const char *prefix,
                      const struct bw_plugin_descriptor *plugin, const char *platform)
{
    BW_CLEANUP(bw_freep) char *path =
        bw_xasprintf("%s/providers/recorded/%s", getenv("BASEWATCH_REFERENCE"), folder);
    DIR *dir = opendir(path);
    cr_assert(ne(ptr, dir, NULL), "%s", path);
    int bodies = 0;
    size_t released = 0;
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        if (!bw_str_starts_with(file->d_name, prefix)) {
            continue;
        }
        BW_CLEANUP(bw_freep) char *name = bw_xasprintf("%s/%s", path, file->d_name);
        struct recorded_page page = { .status = 200 };
        BW_CLEANUP(bw_freep) char *body = slurp(name, &page.body_bytes);
        page.body = body;
        BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
        cr_expect(eq(int, recorded_run(&got, plugin, platform), BW_OK), "%s: %s", name,
                  got.err.text);
        BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
        cr_assert(eq(int, bw_json_parse(body, page.body_bytes, &root, NULL), BW_OK));
        cr_expect(eq(sz, got.entries, bw_json_size(bw_json_get(root, "data"))), "%s", name);
        released += got.lines.text != NULL && strstr(got.lines.text, "\"released\"") != NULL;
        bodies++;
    }
    closedir(dir);
    bool dated = bw_str_equal(platform, plugin->name);
    cr_expect(eq(sz, released, dated ? (size_t)bodies : 0), "%s: releases", folder);
    return bodies;
}

Test(catalogs, recorded_bodies_of_the_providers_are_read_whole)
{
    if (getenv("BASEWATCH_REFERENCE") == NULL) {
        fputs("skipped: BASEWATCH_REFERENCE is not set, so no recorded body was read\n", stderr);
        return;
    }
    int bodies = run_folder("openai", "models_", &bw_openai, "openai") +
                 run_folder("openai/history", "models_", &bw_openai, "openai") +
                 run_folder("anthropic", "models_", &bw_anthropic, "anthropic") +
                 run_folder("anthropic/history", "models_", &bw_anthropic, "anthropic") +
                 run_folder("xai", "models_", &bw_xai, "xai") +
                 run_folder("xai/history", "models_", &bw_xai, "xai") +
                 run_folder("groq", "models_", &bw_openai, "groq") +
                 run_folder("deepseek", "models_", &bw_openai, "deepseek") +
                 run_folder("openai-compatible", "vllm_v1_models", &bw_openai, "acme") +
                 run_folder("openai-compatible", "llamacpp_v1_models", &bw_openai, "acme") +
                 run_folder("openai-compatible", "litellm_proxy_v1_models", &bw_openai, "acme");
    cr_expect(bodies > 50, "only %d bodies", bodies);
    fprintf(stderr, "read %d recorded bodies\n", bodies);
}

Test(catalogs, recorded_refusals_have_their_kind)
{
    if (getenv("BASEWATCH_REFERENCE") == NULL) {
        fputs("skipped: BASEWATCH_REFERENCE is not set, so no recorded refusal was read\n", stderr);
        return;
    }
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/providers/recorded/errors/error_cases.json",
                                                   getenv("BASEWATCH_REFERENCE"));
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *text = slurp(path, &size);
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, size, &root, NULL), BW_OK));
    int auth = 0;
    for (const struct bw_json *one = bw_json_first(root); one != NULL; one = bw_json_next(one)) {
        int status = (int)bw_json_i64(bw_json_get(one, "http_status"), 0);
        const char *body = bw_json_text(bw_json_get(one, "body_text"), "");
        bool key = status == 401 || status == 403 ||
                   (status == 400 && strcasestr(body, "api key") != NULL);
        auth += key;
        expect_failure(&bw_openai, status, body,
                       key             ? BW_FAILURE_AUTH
                       : status == 429 ? BW_FAILURE_RATE
                                       : BW_FAILURE_SERVER,
                       "GET /models: HTTP ");
    }
    cr_expect(auth > 10);
}
