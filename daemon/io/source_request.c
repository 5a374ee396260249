/* daemon/io/source_request.c: see source_request.h. */
#include "io/source_request.h"

#include <string.h>

#include "base/str.h"

static void add_credential(struct bw_http_request *request, const struct bw_source_settings *source,
                           const struct bw_fetch *fetch, const char *secret);
static char *with_query(const char *url, const char *name, const char *value);

struct bw_http_request bw_source_request(const struct bw_source_settings *source,
                                         const struct bw_fetch *fetch, const char *secret,
                                         int64_t timeout_ms)
{
    struct bw_http_request request = {
        .method = bw_xstrdup(fetch->method),
        .url = bw_xasprintf("%s%s", source->url, fetch->path),
        .body = bw_xstrdup(fetch->body),
        .body_bytes = fetch->body == NULL ? 0 : strlen(fetch->body),
        .timeout_ms = timeout_ms,
        .max_bytes = source->max_bytes,
        .follow_in_origin = true,
    };
    BW_VEC_EACH(char *, header, &fetch->headers)
    {
        BW_VEC_PUSH(&request.headers, bw_xstrdup(*header));
    }
    if (secret != NULL) {
        add_credential(&request, source, fetch, secret);
    }
    return request;
}

static void add_credential(struct bw_http_request *request, const struct bw_source_settings *source,
                           const struct bw_fetch *fetch, const char *secret)
{
    switch (fetch->auth) {
    case BW_AUTH_NONE:
        break;
    case BW_AUTH_BEARER:
        BW_VEC_PUSH(&request->headers, bw_xasprintf("Authorization: Bearer %s", secret));
        break;
    case BW_AUTH_HEADER:
        BW_VEC_PUSH(&request->headers, bw_xasprintf("%s: %s", fetch->auth_name, secret));
        break;
    case BW_AUTH_QUERY: {
        char *url = with_query(request->url, fetch->auth_name, secret);
        free(request->url);
        request->url = url;
        break;
    }
    case BW_AUTH_BASIC:
        request->userpwd = bw_xstrdup(secret);
        break;
    case BW_AUTH_AWS_SIGV4:
        request->userpwd = bw_xstrdup(secret);
        request->sigv4 = bw_xasprintf("aws:amz:%s:%s", source->region, fetch->auth_name);
        break;
    }
}

static char *with_query(const char *url, const char *name, const char *value)
{
    struct bw_str out = { 0 };
    bw_str_appendf(&out, "%s%c%s=", url, strchr(url, '?') == NULL ? '?' : '&', name);
    bw_str_append_url(&out, value);
    return bw_str_take(&out);
}
