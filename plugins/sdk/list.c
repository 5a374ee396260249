/* plugins/sdk/list.c: see list.h. */
#include "sdk/list.h"

#include <string.h>

#include "base/str.h"

static enum bw_err read_page(struct bw_plugin *plugin, const struct bw_list *list, char **path);
static enum bw_err read_rows(struct bw_plugin *plugin, const struct bw_list *list,
                             const struct bw_json *page, bool first);

enum bw_err bw_list_read(struct bw_plugin *plugin, const struct bw_list *list)
{
    BW_CLEANUP(bw_freep) char *path = bw_xstrdup(list->request.path);
    while (path != NULL) {
        enum bw_err rc = read_page(plugin, list, &path);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

/* Read the page at *path, and put the path of the one after it there. */
static enum bw_err read_page(struct bw_plugin *plugin, const struct bw_list *list, char **path)
{
    struct bw_fetch request = list->request;
    request.path = *path;
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
    enum bw_err rc = bw_fetch(plugin, &request, &response);
    if (rc == BW_OK) {
        rc = bw_response_json(plugin, &request, &response, &page);
    }
    if (rc == BW_OK) {
        rc = read_rows(plugin, list, page, strcmp(*path, list->request.path) == 0);
    }
    if (rc != BW_OK) {
        return rc;
    }
    char *next = list->next == NULL ? NULL
                                    : list->next(plugin, list->request.path, page, &response);
    bool circle = bw_str_equal(next, *path);
    free(*path);
    *path = next;
    return circle ? bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the page %s leads to itself", next)
                  : plugin->err.code;
}

static enum bw_err read_rows(struct bw_plugin *plugin, const struct bw_list *list,
                             const struct bw_json *page, bool first)
{
    const struct bw_json *rows = list->rows == NULL ? page : bw_json_get(page, list->rows);
    if (list->sparse && bw_json_is_object(page) && rows == NULL) {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep) char *what =
        list->rows == NULL ? bw_xstrdup("list") : bw_xasprintf("list '%s'", list->rows);
    if (!bw_json_is_array(rows)) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the answer has no %s", what);
    }
    if (first && !list->sparse && bw_json_size(rows) == 0) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the %s is empty", what);
    }
    for (const struct bw_json *row = bw_json_first(rows); row != NULL; row = bw_json_next(row)) {
        enum bw_err rc = list->row(plugin, row);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
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

char *bw_next_by_address(const char *path, const char *address)
{
    const char *query = address == NULL ? NULL : strchr(address, '?');
    return query == NULL ? NULL : bw_xasprintf("%.*s%s", (int)strcspn(path, "?"), path, query);
}
