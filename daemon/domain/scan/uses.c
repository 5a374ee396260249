/* daemon/domain/scan/uses.c: how is a list of ids used elsewhere in its file? See rules.h. */
#include "domain/scan/rules.h"

#include <stdio.h>
#include <string.h>

enum {
    NEAR_BYTES = 64 * 1024, /* how far from the list its use is looked for */
    FORM_BYTES = 80,
    USED_NAME_MAX = 60,
};

static struct bw_slice text_near(const struct bw_scan_context *c)
{
    struct bw_slice text = c->file->text;
    size_t at = (size_t)(c->id.at - text.at);
    return bw_slice_of(text.at, at > NEAR_BYTES ? at - NEAR_BYTES : 0,
                       text.size - at > NEAR_BYTES ? at + NEAR_BYTES : text.size);
}

bool bw_scan_is_looped_over(const struct bw_scan_context *c, struct bw_slice bound)
{
    static const char *const FORMS[] = { " of %.*s)",  " in %.*s:",    " in %.*s)",
                                         " in %.*s {", "range %.*s {", " : %.*s)",
                                         " in $%.*s;", "{%.*s[@]}",    " in %.*s]" };
    struct bw_slice name = bw_scan_last_name(bound);
    struct bw_slice text = text_near(c);
    for (size_t i = 0; i < BW_COUNT(FORMS) && name.size > 0 && name.size < USED_NAME_MAX; i++) {
        char loop[FORM_BYTES];
        (void)snprintf(loop, sizeof(loop), FORMS[i], (int)name.size, name.at);
        const char *at = memmem(text.at, text.size, loop, strlen(loop));
        size_t line = at == NULL ? 0 : FORM_BYTES;
        while (line > 0 && at > text.at && at[-1] != '\n') {
            at--;
            line--;
        }
        if (at != NULL && bw_slice_contains((struct bw_slice){ at, FORM_BYTES - line }, "for")) {
            return true;
        }
    }
    return false;
}

/* `if m in NAME` and `m in NAME and ..`, not `for m in NAME` */
static bool is_in_condition(struct bw_slice text, struct bw_slice name)
{
    char form[FORM_BYTES];
    (void)snprintf(form, sizeof(form), " in %.*s", (int)name.size, name.at);
    const char *end = text.at + text.size;
    for (const char *at = text.at; at < end; at++) {
        at = memmem(at, (size_t)(end - at), form, strlen(form));
        if (at == NULL) {
            return false;
        }
        const char *line = at;
        while (line > text.at && line[-1] != '\n') {
            line--;
        }
        const char *next = at + strlen(form);
        bool whole = next == end || !bw_model_id_char(*next);
        if (whole && !bw_slice_contains(bw_slice_of(line, 0, (size_t)(at - line)), "for ")) {
            return true;
        }
    }
    return false;
}

bool bw_scan_is_asked(const struct bw_scan_context *c, struct bw_slice bound)
{
    static const char *const FORMS[] = { "%.*s.includes(", "%.*s.has(",      "%.*s.contains(",
                                         "%.*s.Contains(", "%.*s.include?(", "Contains(%.*s,",
                                         " not in %.*s" };
    struct bw_slice name = bw_scan_last_name(bound);
    struct bw_slice text = text_near(c);
    if (frame_of(c, 0)->open != '[' && !bw_slice_contains(frame_of(c, 0)->body, ",")) {
        return false; /* model = (fast ? "a" : "b") */
    }
    for (size_t i = 0; i < BW_COUNT(FORMS) && name.size > 1 && name.size < USED_NAME_MAX; i++) {
        char form[FORM_BYTES];
        (void)snprintf(form, sizeof(form), FORMS[i], (int)name.size, name.at);
        if (bw_slice_contains(text, form)) {
            return true;
        }
    }
    return name.size > 1 && name.size < USED_NAME_MAX && is_in_condition(text, name);
}
