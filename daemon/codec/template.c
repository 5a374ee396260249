/* daemon/codec/template.c: see template.h. */
#include "codec/template.h"

#include <string.h>

#include "base/str.h"

static const char PATH[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

struct hole { /* in the template */
    const char *begin;
    const char *path;
    size_t path_bytes;
    const char *end; /* beyond it; NULL: it does not end */
    bool raw;
};

/* The next hole at or after text; false: there is none. */
static bool find_hole(const char *text, struct hole *out)
{
    const char *begin = strstr(text, "{{");
    if (begin == NULL) {
        return false;
    }
    bool raw = begin[2] == '{';
    const char *close = raw ? "}}}" : "}}";
    const char *path = begin + strlen(close);
    size_t size = strspn(path, PATH);
    bool ends = size > 0 && strncmp(path + size, close, strlen(close)) == 0;
    *out = (struct hole){ begin, path, size, ends ? path + size + strlen(close) : NULL, raw };
    return true;
}

enum bw_err bw_template_check(const char *template, struct bw_error *err)
{
    struct hole hole = { 0 };
    for (const char *at = template; find_hole(at, &hole); at = hole.end) {
        if (hole.end == NULL) {
            return bw_fail(err, BW_ERR_INVALID,
                           "'%.20s' is no hole; write {{data.summary}} inside quotes, or "
                           "{{{data}}} for a JSON value",
                           hole.begin);
        }
    }
    return BW_OK;
}

static const struct bw_json *member(const struct bw_json *json, const char *name)
{
    if (!bw_json_is_array(json)) {
        return bw_json_get(json, name);
    }
    const struct bw_json *row = bw_json_first(json);
    for (long number = strtol(name, NULL, 10); row != NULL && number > 0; number--) {
        row = bw_json_next(row);
    }
    return row;
}

static void fill(struct bw_str *out, const struct hole *hole, const struct bw_json *event)
{
    BW_CLEANUP(bw_freep) char *path = bw_xstrndup(hole->path, hole->path_bytes);
    const struct bw_json *value = event;
    char *rest = path;
    for (char *name = strsep(&rest, "."); name != NULL; name = strsep(&rest, ".")) {
        value = member(value, name);
    }
    BW_CLEANUP(bw_freep) char *printed =
        bw_json_is_null(value) ? NULL : bw_json_print(value);
    if (hole->raw) {
        bw_str_append(out, printed == NULL ? "null" : printed);
    } else if (printed != NULL && bw_json_is_text(value)) {
        bw_str_append_bytes(out, printed + 1, strlen(printed) - 2); /* without its quotes */
    } else if (printed != NULL) {
        bw_str_append(out, printed);
    }
}

char *bw_template_fill(const char *template, const struct bw_json *event)
{
    struct bw_str out = { 0 };
    struct hole hole = { 0 };
    const char *at = template;
    while (find_hole(at, &hole)) {
        bw_str_append_bytes(&out, at, (size_t)(hole.begin - at));
        fill(&out, &hole, event);
        at = hole.end;
    }
    bw_str_append(&out, at);
    return bw_str_take(&out);
}
