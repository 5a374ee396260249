/* daemon/io/source_request.c: see source_request.h. */
#include "io/source_request.h"

#include <string.h>

#include "base/str.h"
#include "codec/json.h"

static const char PLACEHOLDER[] = "{{secret:secret}}";

typedef void append_secret(struct bw_str *out, const char *secret);

static void add_credential(struct bw_http_request *request, const char *region,
                           const struct bw_fetch *fetch, const char *secret);
static char *filled(const char *text, const char *secret, append_secret *append);
static void append_in_json(struct bw_str *out, const char *secret);
static void add_aws_key(struct bw_http_request *request, const char *credential);
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
        add_credential(&request, source->region, fetch, secret);
    }
    return request;
}

struct bw_http_request bw_sink_request(const struct bw_sink_settings *sink, const char *url,
                                       const struct bw_fetch *fetch, const char *secret,
                                       int64_t timeout_ms, int64_t max_bytes)
{
    BW_CLEANUP(bw_freep) char *path = filled(fetch->path, secret, bw_str_append_url);
    bool adds = path[0] == '?' && strchr(url, '?') != NULL; /* to the query that is there */
    struct bw_http_request request = {
        .method = bw_xstrdup(fetch->method),
        .url = bw_xasprintf("%s%s%s", url, adds ? "&" : "", path + (adds ? 1 : 0)),
        .body = fetch->body == NULL ? NULL : filled(fetch->body, secret, append_in_json),
        .timeout_ms = timeout_ms,
        .max_bytes = max_bytes,
        .allow_private = sink->allow_private,
    };
    request.body_bytes = request.body == NULL ? 0 : strlen(request.body);
    BW_VEC_EACH(char *, header, &fetch->headers)
    {
        BW_VEC_PUSH(&request.headers, filled(*header, secret, bw_str_append));
    }
    if (secret != NULL) {
        add_credential(&request, "", fetch, secret);
    }
    return request;
}

/* Without a secret the placeholder stays, and the far end refuses it. */
static char *filled(const char *text, const char *secret, append_secret *append)
{
    struct bw_str out = { 0 };
    const char *hole = NULL;
    while (secret != NULL && (hole = strstr(text, PLACEHOLDER)) != NULL) {
        bw_str_append_bytes(&out, text, (size_t)(hole - text));
        append(&out, secret);
        text = hole + sizeof(PLACEHOLDER) - 1;
    }
    bw_str_append(&out, text);
    return bw_str_take(&out);
}

static void append_in_json(struct bw_str *out, const char *secret)
{
    BW_CLEANUP(bw_str_clear) struct bw_str quoted = { 0 };
    bw_json_quote(&quoted, secret);
    bw_str_append_bytes(out, quoted.text + 1, quoted.size - 2);
}

static void add_credential(struct bw_http_request *request, const char *region,
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
        add_aws_key(request, secret);
        request->sigv4 = bw_xasprintf("aws:amz:%s:%s", region, fetch->auth_name);
        break;
    }
}

/* key:secret, and :token after them where the key is a temporary one; the token is signed with the
 * other headers (IAM User Guide, "Elements of an AWS API request signature"). */
static void add_aws_key(struct bw_http_request *request, const char *credential)
{
    const char *colon = strchr(credential, ':');
    const char *token = colon == NULL ? NULL : strchr(colon + 1, ':');
    size_t size = token == NULL ? strlen(credential) : (size_t)(token - credential);
    request->userpwd = bw_xstrndup(credential, size);
    if (token != NULL) {
        BW_VEC_PUSH(&request->headers, bw_xasprintf("X-Amz-Security-Token: %s", token + 1));
    }
}

static char *with_query(const char *url, const char *name, const char *value)
{
    struct bw_str out = { 0 };
    bw_str_appendf(&out, "%s%c%s=", url, strchr(url, '?') == NULL ? '?' : '&', name);
    bw_str_append_url(&out, value);
    return bw_str_take(&out);
}
