/* plugins/github_issue.c: one GitHub issue a matter: opened, kept up to date, closed; a marker in
 * its text finds it again when its number is forgotten. The sink's secret is a token that may write
 * issues (docs.github.com/rest/issues, version 2022-11-28). */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "github.h"
#include "sinks.h"

enum { TITLE_MAX = 200, BODY_MAX = 30000, PAGE_ROWS = 100, PAGES_MAX = 10 };

struct issue {
    struct bw_plugin *plugin;
    const struct bw_card *card;
    const char *repo;
    const char *label;
    char *marker;
    int64_t number; /* 0: there is none */
};

static enum bw_err ask_json(const struct issue *issue, const char *method, const char *path,
                            const char *body, struct bw_json **out)
{
    const struct bw_fetch request = bw_github_request(method, path, body);
    return bw_send_for_json(issue->plugin, &request, out);
}

/* Listing by label sees an issue at once; the search API may take minutes. */
static enum bw_err find(struct issue *issue)
{
    issue->number = bw_json_i64(bw_json_get(issue->plugin->message->memory, "number"), 0);
    size_t rows = PAGE_ROWS;
    for (int page = 1; issue->number == 0 && rows == PAGE_ROWS && page <= PAGES_MAX; page++) {
        BW_CLEANUP(bw_json_freep) struct bw_json *list = NULL;
        BW_CLEANUP(bw_freep)
        char *path = bw_xasprintf("/repos/%s/issues?state=all&labels=%s&per_page=%d&page=%d",
                                  issue->repo, issue->label, PAGE_ROWS, page);
        enum bw_err rc = ask_json(issue, "GET", path, NULL, &list);
        if (rc != BW_OK) {
            return rc;
        }
        rows = bw_json_size(list);
        for (const struct bw_json *row = bw_json_first(list); row != NULL;
             row = bw_json_next(row)) {
            if (strstr(bw_json_text(bw_json_get(row, "body"), ""), issue->marker) != NULL) {
                issue->number = bw_json_i64(bw_json_get(row, "number"), 0);
                break;
            }
        }
    }
    return BW_OK;
}

static enum bw_err remember(const struct issue *issue, const char *said)
{
    BW_CLEANUP(bw_str_clear) struct bw_str memory = { 0 };
    struct bw_json_writer w = { .out = &memory };
    bw_json_object_begin(&w, NULL);
    bw_json_add_i64(&w, "number", issue->number);
    bw_json_add_text(&w, "said", said);
    bw_json_object_end(&w);
    return bw_remember(issue->plugin, memory.text);
}

/* What both a new issue and an old one say. */
static void add_content(struct bw_json_writer *w, const struct issue *issue)
{
    BW_CLEANUP(bw_freep) char *plain = bw_card_plain(issue->card);
    BW_CLEANUP(bw_freep) char *clipped = bw_clip(plain, BODY_MAX);
    BW_CLEANUP(bw_freep)
    char *body = bw_xasprintf("````text\n%s````\n\n%s\n", clipped, issue->marker);
    bw_json_add_clipped(w, "title", issue->card->title, TITLE_MAX);
    bw_json_add_text(w, "body", body);
}

static enum bw_err create(struct issue *issue, const char *message_id)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *made = NULL;
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("/repos/%s/issues", issue->repo);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    add_content(&w, issue);
    bw_json_array_begin(&w, "labels");
    bw_json_add_text(&w, NULL, issue->label);
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    enum bw_err rc = ask_json(issue, "POST", path, body.text, &made);
    if (rc != BW_OK) {
        return rc;
    }
    issue->number = bw_json_i64(bw_json_get(made, "number"), 0);
    return remember(issue, message_id);
}

/* *gone: it is not there any more, or was moved away. */
static enum bw_err update(const struct issue *issue, bool *gone)
{
    bool open = issue->card->stage != BW_CARD_CLOSED && issue->card->stage != BW_CARD_NOTE;
    bool done = strcmp(bw_json_text(bw_json_get(issue->card->data, "state"), ""), "resolved") == 0;
    BW_CLEANUP(bw_freep)
    char *path = bw_xasprintf("/repos/%s/issues/%lld", issue->repo, (long long)issue->number);
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    add_content(&w, issue);
    bw_json_add_text(&w, "state", open ? "open" : "closed");
    if (!open) {
        bw_json_add_text(&w, "state_reason", done ? "completed" : "not_planned");
    }
    bw_json_object_end(&w);
    const struct bw_fetch request = bw_github_request("PATCH", path, body.text);
    enum bw_err rc = bw_fetch(issue->plugin, &request, &response);
    *gone =
        rc == BW_OK && (response.status == 301 || response.status == 404 || response.status == 410);
    return rc != BW_OK || *gone ? rc : bw_answered(issue->plugin, &response);
}

/* Nobody is told of an edited text, so what is new is said again; once, also when tried twice. */
static enum bw_err comment(struct issue *issue, const char *message_id)
{
    const struct bw_json *memory = issue->plugin->message->memory;
    bool said = bw_str_equal(bw_json_text(bw_json_get(memory, "said"), NULL), message_id);
    if (said || issue->card->stage == BW_CARD_NOTE) {
        return remember(issue, message_id);
    }
    BW_CLEANUP(bw_freep)
    char *path =
        bw_xasprintf("/repos/%s/issues/%lld/comments", issue->repo, (long long)issue->number);
    BW_CLEANUP(bw_json_freep) struct bw_json *made = NULL;
    BW_CLEANUP(bw_freep)
    char *text = bw_xasprintf("%s%s%s", issue->card->title,
                              issue->card->text[0] == '\0' ? "" : "\n\n", issue->card->text);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_clipped(&w, "body", text, BODY_MAX);
    bw_json_object_end(&w);
    enum bw_err rc = ask_json(issue, "POST", path, body.text, &made);
    return rc == BW_OK ? remember(issue, message_id) : rc;
}

static enum bw_err converse(struct issue *issue)
{
    const char *id = bw_json_text(bw_json_get(issue->plugin->message->event, "id"), "");
    bool gone = false;
    enum bw_err rc = find(issue);
    if (rc == BW_OK && issue->number > 0) {
        rc = update(issue, &gone);
    }
    bool none = gone || issue->number == 0;
    if (rc != BW_OK || (none && issue->card->stage == BW_CARD_CLOSED)) {
        return rc;
    }
    rc = none ? create(issue, id) : comment(issue, id);
    bool close = rc == BW_OK && none && issue->card->stage == BW_CARD_NOTE;
    return close ? update(issue, &gone) : rc;
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    struct issue issue = {
        .plugin = plugin,
        .card = &card,
        .repo = bw_setting(plugin, "repo", ""),
        .label = bw_setting(plugin, "label", "basewatch"),
        .marker = bw_xasprintf("<!-- %s -->", card.key),
    };
    const char *name = strchr(issue.repo, '/');
    bool clean = name != NULL && name != issue.repo && name[1] != '\0' &&
                 strpbrk(name + 1, "/?#% ") == NULL && strpbrk(issue.label, "?#&% ,") == NULL;
    enum bw_err rc = clean ? converse(&issue)
                           : bw_plugin_fail(plugin, BW_FAILURE_FINAL,
                                            "settings: give repo: OWNER/NAME, and label: one word");
    free(issue.marker);
    return rc;
}

static const struct bw_plugin_setting SETTINGS[] = {
    { "repo", "string", "OWNER/NAME of the repository" },
    { "label", "string", "the label that its issues carry; default: basewatch" },
    BW_SINK_SETTINGS,
    { 0 },
};
const struct bw_plugin_descriptor bw_github_issue = { .name = "github-issue",
                                                      .settings = SETTINGS,
                                                      .deliver = deliver };
