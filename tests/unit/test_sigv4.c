#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "codec/json.h"
#include "io/http.h"
#include "support/http_server.h"

/* AWS's own test suite for Signature Version 4 (2015): its published example key, region, service and
 * time. The host signed is example.amazonaws.com, wherever the request really goes. */
static const char KEY[] = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const char SIGNED[] =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=";

struct world {
    struct http_server *server;
    char authorization[512]; /* of the last request */
    bool done;
};

static void note_authorization(struct http_call *call, void *context)
{
    struct world *world = context;
    (void)http_call_header(call, "Authorization", world->authorization);
    http_send(call, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

static void on_done(void *context, struct bw_http_answer *answer)
{
    struct world *world = context;
    world->done = answer->code == BW_OK && answer->status == 204;
    bw_http_answer_clear(answer);
}

/* Sign GET target as the suite does; the Authorization header that arrived is in world. */
static void sign(struct world *world, const char *target)
{
    struct bw_error err = { 0 };
    struct bw_http *http = NULL;
    uv_loop_t loop;
    cr_assert(eq(int, uv_loop_init(&loop), 0));
    cr_assert(eq(int, bw_http_new(&loop, 1, 1, &http, &err), BW_OK));
    struct bw_http_request request = {
        .method = bw_xstrdup("GET"),
        .url = bw_xasprintf("%s%s", http_server_url(world->server), target),
        .userpwd = bw_xstrdup(KEY),
        .sigv4 = bw_xstrdup("aws:amz:us-east-1:service"),
        .timeout_ms = 10000,
        .max_bytes = 1024,
    };
    BW_VEC_PUSH(&request.headers, bw_xstrdup("Host: example.amazonaws.com"));
    BW_VEC_PUSH(&request.headers, bw_xstrdup("X-Amz-Date: 20150830T123600Z"));
    world->done = false;
    bw_http_start(http, &request, on_done, world);
    while (!world->done && uv_run(&loop, UV_RUN_ONCE) != 0) {
    }
    cr_expect(world->done, "%s: no answer", target);
    bw_http_close(http);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert(eq(int, uv_loop_close(&loop), 0));
}

Test(sigv4, signatures_are_those_of_the_test_suite)
{
    static const struct {
        const char *target;
        const char *signature;
    } cases[] = {
        { "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
        { "/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb" },
        { "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
          "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
    };
    struct world world = { 0 };
    world.server = http_server_start(note_authorization, &world);
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        sign(&world, cases[i].target);
        BW_CLEANUP(bw_freep) char *want = bw_xasprintf("%s%s", SIGNED, cases[i].signature);
        cr_expect(eq(str, world.authorization, want), "%s", cases[i].target);
    }
    http_server_stop(world.server);
}

/* A plain GET: no header besides the two, nothing that a client would rewrite or have to sort. */
static char *plain_target(const char *request)
{
    static const char head[] = " HTTP/1.1\nHost:example.amazonaws.com\nX-Amz-Date:20150830T123600Z";
    const char *end = strstr(request, head);
    if (strncmp(request, "GET ", 4) != 0 || end == NULL || end[strlen(head)] != '\0') {
        return NULL;
    }
    BW_CLEANUP(bw_freep) char *target = bw_xstrndup(request + 4, (size_t)(end - request - 4));
    bool plain = strstr(target, "//") == NULL && strstr(target, "/.") == NULL &&
                 strchr(target, '&') == NULL && strpbrk(target, " $") == NULL;
    for (const char *c = target; *c != '\0'; c++) {
        plain = plain && (unsigned char)*c < 0x80;
    }
    return plain ? BW_TAKE(target) : NULL;
}

Test(sigv4, signatures_are_those_of_the_whole_suite)
{
    if (getenv("BASEWATCH_REFERENCE") == NULL) {
        fputs("skipped: BASEWATCH_REFERENCE is not set, so the test suite was not read\n", stderr);
        return;
    }
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/providers/recorded/aws-sigv4/test_vectors.json",
                                                   getenv("BASEWATCH_REFERENCE"));
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    size_t size = 0;
    cr_assert(eq(int, bw_file_read(path, 1024 * 1024, &text, &size, NULL), BW_OK));
    cr_assert(eq(int, bw_json_parse(text, size, &root, NULL), BW_OK));
    struct world world = { 0 };
    world.server = http_server_start(note_authorization, &world);
    int signed_cases = 0;
    const struct bw_json *one = bw_json_first(bw_json_get(root, "cases"));
    for (; one != NULL; one = bw_json_next(one)) {
        const char *request = bw_json_text(bw_json_get(one, "req"), "");
        const char *want = bw_json_text(bw_json_get(one, "authz"), "");
        BW_CLEANUP(bw_freep) char *target = plain_target(request);
        if (target != NULL && bw_str_starts_with(want, SIGNED)) {
            sign(&world, target);
            cr_expect(bw_str_equal(world.authorization, want), "%s: %s, not %s", target,
                      world.authorization, want);
            signed_cases++;
        }
    }
    http_server_stop(world.server);
    cr_expect(signed_cases >= 5);
    fprintf(stderr, "signed %d plain requests of the suite\n", signed_cases);
}
