#include "io/source_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct bw_http_request request_for(enum bw_auth auth, char *name, const char *secret)
{
    const struct bw_source_settings source = {
        .url = "https://api.example/v1", .region = "eu-west-1", .max_bytes = 1000
    };
    const struct bw_fetch fetch = {
        .id = 1, .method = "GET", .path = "/models?limit=2", .auth = auth, .auth_name = name
    };
    return bw_source_request(&source, &fetch, secret, 5000);
}

Test(source_request, the_credential_goes_where_the_plugin_said)
{
    static const struct {
        enum bw_auth auth;
        char *name;
        const char *url;
        const char *header;
        const char *userpwd;
        const char *sigv4;
    } cases[] = {
        { BW_AUTH_NONE, NULL, "https://api.example/v1/models?limit=2", NULL, NULL, NULL },
        { BW_AUTH_BEARER, NULL, "https://api.example/v1/models?limit=2",
          "Authorization: Bearer k:s &", NULL, NULL },
        { BW_AUTH_HEADER, "x-api-key", "https://api.example/v1/models?limit=2", "x-api-key: k:s &",
          NULL, NULL },
        { BW_AUTH_QUERY, "key", "https://api.example/v1/models?limit=2&key=k%3As%20%26", NULL, NULL,
          NULL },
        { BW_AUTH_BASIC, NULL, "https://api.example/v1/models?limit=2", NULL, "k:s &", NULL },
        { BW_AUTH_AWS_SIGV4, "bedrock", "https://api.example/v1/models?limit=2", NULL, "k:s &",
          "aws:amz:eu-west-1:bedrock" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_http_request_clear) struct bw_http_request got =
            request_for(cases[i].auth, cases[i].name, "k:s &");
        cr_expect(eq(str, got.url, (char *)cases[i].url));
        cr_expect(eq(sz, got.headers.count, cases[i].header != NULL));
        cr_expect(bw_str_equal(got.headers.count > 0 ? got.headers.items[0] : NULL,
                               cases[i].header));
        cr_expect(bw_str_equal(got.userpwd, cases[i].userpwd));
        cr_expect(bw_str_equal(got.sigv4, cases[i].sigv4));
        cr_expect(got.follow_in_origin && !got.allow_private);
    }
}

Test(source_request, the_token_of_a_temporary_key_is_a_header_that_is_signed)
{
    BW_CLEANUP(bw_http_request_clear) struct bw_http_request got =
        request_for(BW_AUTH_AWS_SIGV4, "bedrock", "key:secret/x:to:ken");
    cr_expect(eq(str, got.userpwd, "key:secret/x"));
    cr_assert(eq(sz, got.headers.count, 1));
    cr_expect(eq(str, got.headers.items[0], "X-Amz-Security-Token: to:ken"));
}

Test(source_request, a_source_without_a_credential_sends_none)
{
    BW_CLEANUP(bw_http_request_clear) struct bw_http_request got =
        request_for(BW_AUTH_BEARER, NULL, NULL);
    cr_expect(eq(sz, got.headers.count, 0));
    cr_expect(eq(ptr, got.userpwd, NULL));
}
