/* plugins/sdk/fetch.c: asking the daemon for an answer, and saying what is wrong with one. */
#include <string.h>
#include <strings.h>

#include "sdk/plugin.h"

enum { EXCERPT_MAX = 120 };

static const char *method_of(const struct bw_fetch *request);
static enum bw_err fail_status(struct bw_plugin *plugin, const struct bw_fetch *request,
                               const struct bw_response *response);
static bool speaks_of_key(const char *message);
static char *message_of(const struct bw_response *response);
static char *excerpt(const char *text, size_t size);

void bw_response_clear(struct bw_response *response)
{
    free(response->body);
    free(response->error);
    bw_names_clear(&response->headers);
    *response = (struct bw_response){ 0 };
}

enum bw_err bw_fetch(struct bw_plugin *plugin, const struct bw_fetch *request,
                     struct bw_response *out)
{
    if (bw_fetches_left(plugin) <= 0) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT,
                              "%s %s: more than %lld requests in one poll; the list does not end, "
                              "or fetches_per_poll is too small",
                              method_of(request), request->path, (long long)plugin->fetches);
    }
    struct bw_fetch numbered = *request;
    numbered.id = ++plugin->fetches;
    struct bw_error err = { 0 };
    if (plugin->transport->fetch(plugin->transport->context, &numbered, out, &err) != BW_OK) {
        return bw_plugin_fail(plugin, BW_FAILURE_SERVER, "%s %s: %s", method_of(request),
                              request->path, err.text);
    }
    return BW_OK;
}

enum bw_err bw_fetch_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                          struct bw_json **out)
{
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    enum bw_err rc = bw_fetch(plugin, request, &response);
    return rc == BW_OK ? bw_response_json(plugin, request, &response, out) : rc;
}

enum bw_err bw_response_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                             const struct bw_response *response, struct bw_json **out)
{
    if (response->status < 200 || response->status > 299) {
        return fail_status(plugin, request, response);
    }
    struct bw_error why = { 0 };
    if (response->body_bytes > 0 &&
        bw_json_parse(response->body, response->body_bytes, out, &why) == BW_OK) {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep) char *words = excerpt(response->body, response->body_bytes);
    if (words[0] == '\0') {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "%s %s: the answer is empty",
                              method_of(request), request->path);
    }
    if (words[0] == '<') {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT,
                              "%s %s: the answer is a web page, not JSON: %s", method_of(request),
                              request->path, words);
    }
    return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "%s %s: the answer: %s: %s",
                          method_of(request), request->path, why.text, words);
}

static const char *method_of(const struct bw_fetch *request)
{
    return request->method != NULL ? request->method : "GET";
}

static enum bw_err fail_status(struct bw_plugin *plugin, const struct bw_fetch *request,
                               const struct bw_response *response)
{
    const char *method = method_of(request);
    int status = response->status;
    if (status == 0) {
        return bw_plugin_fail(plugin, BW_FAILURE_SERVER, "%s %s: %s", method, request->path,
                              response->error != NULL ? response->error : "no answer");
    }
    BW_CLEANUP(bw_freep) char *message = message_of(response);
    const char *colon = message[0] == '\0' ? "" : ": ";
    if (status == 401 || status == 403 || (status == 400 && speaks_of_key(message))) {
        return bw_plugin_fail(plugin, BW_FAILURE_AUTH,
                              "%s %s: HTTP %d, the credential was refused%s%s", method,
                              request->path, status, colon, message);
    }
    if (status == 429) {
        return bw_plugin_fail(plugin, BW_FAILURE_RATE, "%s %s: HTTP 429, asked too often%s%s",
                              method, request->path, colon, message);
    }
    if (status == 404) {
        return bw_plugin_fail(plugin, BW_FAILURE_SERVER,
                              "%s %s: HTTP 404, nothing is there; check the source's url%s%s",
                              method, request->path, colon, message);
    }
    return bw_plugin_fail(plugin, BW_FAILURE_SERVER, "%s %s: HTTP %d%s%s", method, request->path,
                          status, colon, message);
}

/* Some servers answer a bad key with 400 (seen at xAI in 2025 and at Gemini in 2026). */
static bool speaks_of_key(const char *message)
{
    static const char *const words[] = { "api key", "api_key", "api-key", "apikey", "credential" };
    for (size_t i = 0; i < BW_COUNT(words); i++) {
        if (strcasestr(message, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* What the server says in any of the usual shapes, else how its answer begins. */
static char *message_of(const struct bw_response *response)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    const char *text = NULL;
    if (bw_json_parse(response->body, response->body_bytes, &root, NULL) == BW_OK) {
        const struct bw_json *error = bw_json_get(root, "error");
        const struct bw_json *const places[] = {
            bw_json_get(error, "message"), error, bw_json_get(root, "message"),
            bw_json_get(root, "detail")
        };
        for (size_t i = 0; i < BW_COUNT(places) && text == NULL; i++) {
            text = bw_json_text(places[i], NULL);
        }
    }
    return text != NULL ? excerpt(text, strlen(text))
                        : excerpt(response->body, response->body_bytes);
}

/* The first words, on one line and in plain ASCII. Ownership: the caller's. */
static char *excerpt(const char *text, size_t size)
{
    struct bw_str out = { 0 };
    bool blank = false;
    size_t at = 0;
    for (; at < size && out.size < EXCERPT_MAX; at++) {
        unsigned char c = (unsigned char)text[at];
        if (c <= ' ') {
            blank = out.size > 0;
            continue;
        }
        bw_str_append(&out, blank ? " " : "");
        blank = false;
        bw_str_append_bytes(&out, c < 0x7f ? text + at : "?", 1);
    }
    bw_str_append(&out, at < size ? "..." : "");
    return bw_str_take(&out);
}
