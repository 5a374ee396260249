/* plugins/sdk/list.c: see list.h. */
#include "sdk/list.h"

#include <string.h>

#include "base/str.h"

struct reading {
    const struct bw_list *list;
    const struct bw_own_list *own; /* NULL: a catalog, which is read whole or not at all */
    char *path;                    /* of the next page; NULL: that was the last */
    int64_t rows;
    int64_t total; /* 0: not said */
};

static enum bw_err read_list(struct bw_plugin *plugin, struct reading *reading);
static enum bw_err read_page(struct bw_plugin *plugin, struct reading *reading);
static enum bw_err read_rows(struct bw_plugin *plugin, struct reading *reading,
                             const struct bw_json *page);
static char *path_after(struct bw_plugin *plugin, const struct bw_list *list,
                        const struct bw_json *page, const struct bw_response *response);
static enum bw_err note_refusal(struct bw_plugin *plugin, struct reading *reading, int status);
static enum bw_err note_rest(struct bw_plugin *plugin, struct reading *reading);

enum bw_err bw_list_read(struct bw_plugin *plugin, const struct bw_list *list)
{
    struct reading reading = { .list = list };
    return read_list(plugin, &reading);
}

enum bw_err bw_own_list_read(struct bw_plugin *plugin, const struct bw_own_list *own)
{
    struct reading reading = { .list = &own->list, .own = own };
    return read_list(plugin, &reading);
}

static enum bw_err read_list(struct bw_plugin *plugin, struct reading *reading)
{
    enum bw_err rc = BW_OK;
    int64_t keep = reading->own == NULL ? 0 : reading->own->keep;
    reading->path = bw_xstrdup(reading->list->request.path);
    while (rc == BW_OK && reading->path != NULL) {
        rc = reading->own != NULL && bw_fetches_left(plugin) <= keep ? note_rest(plugin, reading)
                                                                     : read_page(plugin, reading);
    }
    bw_freep(&reading->path);
    return rc;
}

/* Read the page at reading->path, and put the path of the one after it there. */
static enum bw_err read_page(struct bw_plugin *plugin, struct reading *reading)
{
    const struct bw_list *list = reading->list;
    struct bw_fetch request = list->request;
    request.path = reading->path;
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
    enum bw_err rc = bw_fetch(plugin, &request, &response);
    int status = response.status;
    if (rc == BW_OK && reading->own != NULL && reading->own->optional &&
        (status == 401 || status == 403 || status == 404 || status == 410)) {
        return note_refusal(plugin, reading, status);
    }
    if (rc == BW_OK) {
        rc = bw_response_json(plugin, &request, &response, &page);
    }
    if (rc == BW_OK) {
        rc = read_rows(plugin, reading, page);
    }
    if (rc != BW_OK) {
        return rc;
    }
    char *next = path_after(plugin, list, page, &response);
    bool circle = bw_str_equal(next, reading->path);
    free(reading->path);
    reading->path = next;
    return circle ? bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the page %s leads to itself", next)
                  : plugin->err.code;
}

static enum bw_err read_rows(struct bw_plugin *plugin, struct reading *reading,
                             const struct bw_json *page)
{
    const struct bw_list *list = reading->list;
    bool first = strcmp(reading->path, list->request.path) == 0;
    const struct bw_json *rows = list->rows == NULL ? page : bw_json_get(page, list->rows);
    plugin->may_be_empty = list->may_be_empty;
    if (list->sparse && bw_json_is_object(page) && rows == NULL) {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep) char *what =
        list->rows == NULL ? bw_xstrdup("list") : bw_xasprintf("list '%s'", list->rows);
    if (!bw_json_is_array(rows)) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the answer has no %s", what);
    }
    bool some = !list->sparse && !list->may_be_empty && reading->own == NULL;
    if (first && some && bw_json_size(rows) == 0) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the %s is empty", what);
    }
    if (reading->own != NULL && reading->own->total != NULL) {
        reading->total = bw_json_i64(bw_json_get(page, reading->own->total), reading->total);
    }
    for (const struct bw_json *row = bw_json_first(rows); row != NULL; row = bw_json_next(row)) {
        enum bw_err rc = list->row(plugin, row);
        if (rc != BW_OK) {
            return rc;
        }
        reading->rows++;
    }
    return BW_OK;
}

static char *path_after(struct bw_plugin *plugin, const struct bw_list *list,
                        const struct bw_json *page, const struct bw_response *response)
{
    if (list->next != NULL) {
        return list->next(plugin, list->request.path, page, response);
    }
    return list->token == NULL ? NULL
                               : bw_next_by_token(list->request.path, list->token_parameter,
                                                  bw_json_get(page, list->token));
}

static enum bw_err note_refusal(struct bw_plugin *plugin, struct reading *reading, int status)
{
    bw_replace(&reading->path, NULL);
    return bw_note(plugin, !reading->own->aside, "%s are not visible with this key (HTTP %d)",
                   reading->own->what, status);
}

/* The budget has ended before the list. */
static enum bw_err note_rest(struct bw_plugin *plugin, struct reading *reading)
{
    const char *what = reading->own->what;
    long long rows = reading->rows;
    BW_CLEANUP(bw_freep) char *listed =
        reading->total > 0 ? bw_xasprintf("%lld of %lld %s", rows, (long long)reading->total, what)
                           : bw_xasprintf("%lld %s, there are more", rows, what);
    bw_replace(&reading->path, NULL);
    return bw_note(plugin, !reading->own->aside,
                   "listed %s; raise fetches_per_poll to see the rest", listed);
}

char *bw_next_by_token(const char *path, const char *parameter, const struct bw_json *token)
{
    const char *text = bw_json_text(token, "");
    if (text[0] == '\0') {
        return NULL;
    }
    struct bw_str next = { 0 };
    bw_str_appendf(&next, "%s%c%s=", path, strchr(path, '?') == NULL ? '?' : '&', parameter);
    bw_str_append_url(&next, text);
    return bw_str_take(&next);
}

char *bw_next_by_last(struct bw_plugin *plugin, const char *path, const char *parameter,
                      const struct bw_json *page)
{
    if (!bw_json_bool(bw_json_get(page, "has_more"), false)) {
        return NULL;
    }
    const struct bw_json *last = bw_json_get(page, "last_id");
    const struct bw_json *row = bw_json_first(bw_json_get(page, "data"));
    for (; bw_json_is_null(last) && row != NULL; row = bw_json_next(row)) {
        last = bw_json_next(row) == NULL ? bw_json_get(row, "id") : last;
    }
    char *next = bw_next_by_token(path, parameter, last);
    if (next == NULL) {
        (void)bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "has_more without a last_id");
    }
    return next;
}

char *bw_next_by_address(const char *path, const char *address)
{
    const char *query = address == NULL ? NULL : strchr(address, '?');
    return query == NULL ? NULL : bw_xasprintf("%.*s%s", (int)strcspn(path, "?"), path, query);
}
