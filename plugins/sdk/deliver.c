/* plugins/sdk/deliver.c: sending on behalf of a sink, and what an answer means for the delivery. */
#include <string.h>

#include "sdk/plugin.h"

enum { EXCERPT_MAX = 160 };

static int64_t asked_wait_ms(const struct bw_response *response);
static bool is_for_later(const struct bw_response *response);

enum bw_err bw_send(struct bw_plugin *plugin, const struct bw_fetch *request,
                    struct bw_response *out)
{
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    enum bw_err rc = bw_fetch(plugin, request, &response);
    if (rc == BW_OK) {
        rc = bw_answered(plugin, &response);
    }
    if (rc == BW_OK) {
        *out = response;
        response = (struct bw_response){ 0 };
    }
    return rc;
}

enum bw_err bw_answered(struct bw_plugin *plugin, const struct bw_response *response)
{
    int status = response->status;
    if (status >= 200 && status < 300) {
        return BW_OK;
    }
    if (status == 0) {
        return bw_plugin_fail(plugin, BW_FAILURE_RETRY, "%s",
                              response->error == NULL ? "no answer" : response->error);
    }
    bool later = is_for_later(response);
    plugin->retry_after_ms = later ? asked_wait_ms(response) : 0;
    size_t size = bw_str_utf8_cut(response->body, EXCERPT_MAX);
    return bw_plugin_fail(plugin,
                          later           ? BW_FAILURE_RETRY
                          : status == 410 ? BW_FAILURE_GONE
                                          : BW_FAILURE_FINAL,
                          "answered %d%s%.*s", status, size == 0 ? "" : ": ", (int)size,
                          response->body);
}

enum bw_err bw_send_for_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                             struct bw_json **out)
{
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    struct bw_error err = { 0 };
    enum bw_err rc = bw_send(plugin, request, &response);
    if (rc == BW_OK && bw_json_parse(response.body, response.body_bytes, out, &err) != BW_OK) {
        rc = bw_plugin_fail(plugin, BW_FAILURE_RETRY, "%s: %s", request->path, err.text);
    }
    return rc;
}

enum bw_err bw_send_json(struct bw_plugin *plugin, const char *path, const char *body)
{
    char *headers[] = { "Content-Type: application/json" };
    const struct bw_fetch request = {
        .method = "POST",
        .path = (char *)path,
        .headers = { .items = headers, .count = 1 },
        .body = (char *)body,
    };
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    return bw_send(plugin, &request, &response);
}

enum bw_err bw_send_mail(struct bw_plugin *plugin, const struct bw_mail *mail)
{
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    struct bw_error err = { 0 };
    struct bw_mail numbered = *mail;
    numbered.id = ++plugin->fetches;
    if (plugin->transport->mail(plugin->transport->context, &numbered, &response, &err) != BW_OK) {
        return bw_plugin_fail(plugin, BW_FAILURE_RETRY, "%s", err.text);
    }
    const char *why = response.error == NULL ? "the mail server did not answer" : response.error;
    if (response.status >= 200 && response.status < 300) {
        return BW_OK;
    }
    return bw_plugin_fail(plugin, response.status >= 500 ? BW_FAILURE_FINAL : BW_FAILURE_RETRY,
                          "%s", why);
}

enum bw_err bw_remember(struct bw_plugin *plugin, const char *memory)
{
    struct bw_error err = { 0 };
    return plugin->transport->remember(plugin->transport->context, memory, &err) == BW_OK
               ? BW_OK
               : bw_plugin_fail(plugin, BW_FAILURE_RETRY, "%s", err.text);
}

const char *bw_setting(const struct bw_plugin *plugin, const char *name, const char *fallback)
{
    return bw_json_text(bw_json_get(plugin->message->settings, name), fallback);
}

/* {"retry_after":1.5}, in seconds (Discord, 2026); the header Retry-After is the daemon's to see.
 */
static int64_t asked_wait_ms(const struct bw_response *response)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    if (bw_json_parse(response->body, response->body_bytes, &root, NULL) != BW_OK) {
        return 0;
    }
    double wait_sec = bw_json_double(bw_json_get(root, "retry_after"), 0.0);
    return wait_sec > 0.0 && wait_sec < 86400.0 ? (int64_t)(wait_sec * 1000.0) + 1 : 0;
}

/* GitHub says 403 for its rate limits too, and then when to come again, or that nothing is left
 * (REST API, "Rate limits", 2026). */
static bool is_for_later(const struct bw_response *response)
{
    int status = response->status;
    bool limited = false;
    BW_VEC_EACH(char *, header, &response->headers)
    {
        limited = limited || bw_str_starts_with(*header, "retry-after:") ||
                  strcmp(*header, "x-ratelimit-remaining: 0") == 0;
    }
    return status == 408 || status == 425 || status == 429 || status >= 500 ||
           (status == 403 && limited);
}
