#include "catalogs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "support/recorded.h"

enum { MUTATIONS = 500, BODY_MAX = 8 * 1024 * 1024 };

static char *slurp(const char *path, size_t *size)
{
    char *text = NULL;
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_file_read(path, BODY_MAX, &text, size, &err), BW_OK), "%s: %s", path,
              err.text);
    return text;
}

static char *data(const char *name, size_t *size)
{
    BW_CLEANUP(bw_freep) char *path =
        bw_xasprintf("%s/tests/data/%s", getenv("BW_SOURCE"), name);
    return slurp(path, size);
}

static void expect_golden(const struct recorded *got, const char *name)
{
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *want = data(name, &size);
    cr_expect(eq(str, got->lines.text, want), "%s", name);
}

Test(catalogs, rows_become_the_entries_written_beside_them)
{
    const struct {
        const struct bw_plugin_descriptor *plugin;
        const char *platform;
        const char *body;
        const char *entries;
    } cases[] = {
        { &bw_openai, "openai", "openai/openai.body", "openai/openai.entries" },
        { &bw_openai, "acme-vllm", "openai/servers.body", "openai/servers.entries" },
        { &bw_xai, "xai", "xai/models.body", "xai/models.entries" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct recorded_page page = { .path = "/models", .status = 200 };
        BW_CLEANUP(bw_freep) char *body = data(cases[i].body, &page.body_bytes);
        page.body = body;
        BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
        cr_assert(eq(int, recorded_run(&got, cases[i].plugin, cases[i].platform), BW_OK), "%s",
                  got.err.text);
        expect_golden(&got, cases[i].entries);
    }
}

static const char SECOND[] = "/models?limit=1000&after_id=claude-small-9-20300115";

Test(catalogs, anthropic_follows_the_cursor_to_the_last_page)
{
    struct recorded_page pages[] = {
        { .path = "/models?limit=1000", .status = 200 }, { .path = SECOND, .status = 200 }
    };
    BW_CLEANUP(bw_freep) char *first = data("anthropic/page1.body", &pages[0].body_bytes);
    BW_CLEANUP(bw_freep) char *second = data("anthropic/page2.body", &pages[1].body_bytes);
    pages[0].body = first;
    pages[1].body = second;
    BW_CLEANUP(recorded_clear) struct recorded got = { .pages = pages, .page_count = 2 };
    cr_assert(eq(int, recorded_run(&got, &bw_anthropic, "anthropic"), BW_OK), "%s", got.err.text);
    cr_expect(eq(int, got.fetches, 2));
    expect_golden(&got, "anthropic/pages.entries");

    pages[1].status = 500; /* half a catalog is none */
    BW_CLEANUP(recorded_clear) struct recorded half = { .pages = pages, .page_count = 2 };
    cr_expect(eq(int, recorded_run(&half, &bw_anthropic, "anthropic"), BW_ERR_PLUGIN));
    cr_expect(eq(int, half.failure, BW_FAILURE_SERVER));
}

static void expect_failure(const struct bw_plugin_descriptor *plugin, int status, const char *body,
                           enum bw_plugin_failure failure, const char *says)
{
    const struct recorded_page page = { NULL, status, body, strlen(body) };
    BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
    cr_expect(eq(int, recorded_run(&got, plugin, plugin->name), BW_ERR_PLUGIN), "%s", body);
    cr_expect(eq(int, got.failure, failure), "%d: %s", status, got.err.text);
    cr_expect(ne(ptr, strstr(got.err.text, says), NULL), "'%s' is not in: %s", says, got.err.text);
}

Test(catalogs, a_server_that_never_ends_its_list_is_left)
{
    expect_failure(&bw_anthropic, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}",
                   BW_FAILURE_FORMAT, "the page /models?limit=1000&after_id=a leads to itself");
    expect_failure(&bw_anthropic, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true}",
                   BW_FAILURE_FORMAT, "has_more without a last_id");
    static const struct recorded_page cycle[] = {
        { "/models?limit=1000&after_id=a", 200,
          "{\"data\":[{\"id\":\"b\"}],\"has_more\":true,\"last_id\":\"b\"}", 50 },
        { NULL, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}", 50 },
    };
    struct recorded_page pages[2];
    for (size_t i = 0; i < 2; i++) {
        pages[i] = cycle[i];
        pages[i].body_bytes = strlen(pages[i].body);
    }
    BW_CLEANUP(recorded_clear) struct recorded got = { .pages = pages, .page_count = 2 };
    cr_expect(eq(int, recorded_run(&got, &bw_anthropic, "anthropic"), BW_ERR_PLUGIN));
    cr_expect(eq(str, got.err.text, "GET /models?limit=1000&after_id=b: more than 64 requests in one poll; the list does not "
                              "end"));
    expect_failure(&bw_openai, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":true}",
                   BW_FAILURE_FORMAT, "more pages");
}

Test(catalogs, an_answer_that_is_no_list_says_so)
{
    const struct bw_plugin_descriptor *const plugins[] = { &bw_openai, &bw_anthropic, &bw_xai };
    for (size_t i = 0; i < BW_COUNT(plugins); i++) {
        const struct bw_plugin_descriptor *p = plugins[i];
        expect_failure(p, 200, "{\"data\":[]}", BW_FAILURE_FORMAT, "the list 'data' is empty");
        expect_failure(p, 200, "{\"object\":\"list\"}", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "{\"data\":{\"id\":\"x\"}}", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "[]", BW_FAILURE_FORMAT, "has no list 'data'");
        expect_failure(p, 200, "{\"data\":[{\"id\":\"a\"},{}]}", BW_FAILURE_FORMAT, "row 2 has no id");
        expect_failure(p, 200, "{\"data\":[{\"id\":\"\"}]}", BW_FAILURE_FORMAT, "row 1: id is empty");
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

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Flip, cut, drop, double or swap; several times for every third body. */
static void mutate(char *body, size_t *size, size_t room, uint64_t *state)
{
    static const char *const bits[] = { "null", "-1", "{}", "[]", "\"\"", "1e999", "true", "\\u0000",
                                        "}", "]", "\xff" };
    size_t rounds = 1 + (next_random(state) % 3 == 0 ? next_random(state) % 5 : 0);
    for (size_t i = 0; i < rounds && *size > 1; i++) {
        size_t at = next_random(state) % *size;
        size_t span = 1 + next_random(state) % 40;
        span = span > *size - at ? *size - at : span;
        const char *bit = bits[next_random(state) % BW_COUNT(bits)];
        size_t bit_size = strlen(bit);
        switch (next_random(state) % 5) {
        case 0:
            body[at] = (char)(next_random(state) & 0xff);
            break;
        case 1:
            *size = at;
            break;
        case 2:
            memmove(body + at, body + at + span, *size - at - span);
            *size -= span;
            break;
        case 3:
            if (*size + span <= room) {
                memmove(body + at + span, body + at, *size - at);
                *size += span;
            }
            break;
        default:
            if (at + bit_size <= *size) {
                memcpy(body + at, bit, bit_size);
            }
            break;
        }
    }
}

static void expect_mutants_to_do_no_harm(const struct bw_plugin_descriptor *plugin, const char *name)
{
    size_t original_size = 0;
    BW_CLEANUP(bw_freep) char *original = data(name, &original_size);
    size_t room = original_size + 1024;
    BW_CLEANUP(bw_freep) char *body = bw_xcalloc(room + 1, 1);
    uint64_t state = 20261124;
    int good = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        struct recorded_page page = { .status = 200, .body = body, .body_bytes = original_size };
        memcpy(body, original, original_size);
        mutate(body, &page.body_bytes, room, &state);
        BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
        if (recorded_run(&got, plugin, plugin->name) != BW_OK) {
            cr_expect(strlen(got.err.text) > 0 && strchr(got.err.text, '\n') == NULL);
            continue;
        }
        good++;
        BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
        cr_assert(eq(int, bw_json_parse(body, page.body_bytes, &root, NULL), BW_OK));
        cr_expect(eq(sz, got.entries, bw_json_size(bw_json_get(root, "data"))),
                  "%s, mutation %d: a part passed for the whole", name, i);
    }
    cr_expect(good > 0 && good < MUTATIONS, "%s: %d mutants were accepted", name, good);
}

Test(catalogs, mutated_bodies_never_crash_and_never_pass_in_part)
{
    expect_mutants_to_do_no_harm(&bw_openai, "openai/openai.body");
    expect_mutants_to_do_no_harm(&bw_openai, "openai/servers.body");
    expect_mutants_to_do_no_harm(&bw_anthropic, "anthropic/page2.body");
    expect_mutants_to_do_no_harm(&bw_xai, "xai/models.body");
}

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
