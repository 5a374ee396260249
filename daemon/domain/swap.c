/* daemon/domain/swap.c: see swap.h. */
#include "domain/swap.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "domain/model_ids.h"

struct spot {
    const char *line; /* among the captured ones */
    size_t size;
    const char *hit; /* the id in it */
};

static const char *find_whole(const char *line, size_t size, const char *id)
{
    size_t width = strlen(id);
    for (size_t i = 0; i + width <= size; i++) {
        if (memcmp(line + i, id, width) == 0 && bw_model_id_alone(line, size, i, width)) {
            return line + i;
        }
    }
    return NULL;
}

/* The size of the line that begins at text, its end included. */
static size_t line_size(const char *text)
{
    const char *end = strchr(text, '\n');
    return end == NULL ? strlen(text) : (size_t)(end - text) + 1;
}

static void add_line(struct bw_str *out, char sign, const char *line, size_t size)
{
    bw_str_append_bytes(out, &sign, 1);
    bw_str_append_bytes(out, line, size);
    if (size == 0 || line[size - 1] != '\n') {
        bw_str_append(out, "\n\\ No newline at end of file\n");
    }
}

static int64_t count_lines(const char *text)
{
    int64_t lines = 0;
    for (; *text != '\0'; text += line_size(text)) {
        lines++;
    }
    return lines;
}

static int64_t lines_before(const struct bw_place *at)
{
    return at->line > BW_PLACE_CONTEXT ? BW_PLACE_CONTEXT : at->line - 1;
}

/* The registered line among the captured ones, and the id in it. */
static enum bw_err find_spot(const struct bw_place *at, const char *from, struct spot *out,
                             struct bw_error *err)
{
    if (at->context == NULL || at->file == NULL || at->line < 1) {
        return bw_fail(err, BW_ERR_NOTFOUND, "the lines around the model id were not captured");
    }
    const char *line = at->context;
    for (int64_t i = lines_before(at); i > 0 && *line != '\0'; i--) {
        line += line_size(line);
    }
    size_t size = line_size(line);
    const char *hit = find_whole(line, size, from);
    if (hit == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT, "%s:%" PRId64 " as captured does not hold '%s'",
                       at->file, at->line, from);
    }
    *out = (struct spot){ .line = line, .size = size, .hit = hit };
    return BW_OK;
}

/* text[size] with `to` where `from` stands at hit. */
static void replace_at(const char *text, size_t size, const char *hit, const char *from,
                       const char *to, struct bw_str *out)
{
    const char *rest = hit + strlen(from);
    bw_str_append_bytes(out, text, (size_t)(hit - text));
    bw_str_append(out, to);
    bw_str_append_bytes(out, rest, (size_t)(text + size - rest));
}

enum bw_err bw_swap_diff(const struct bw_place *at, const char *from, const char *to, char **diff,
                         struct bw_error *err)
{
    struct spot spot;
    enum bw_err rc = find_spot(at, from, &spot, err);
    if (rc != BW_OK) {
        return rc;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str changed = { 0 };
    replace_at(spot.line, spot.size, spot.hit, from, to, &changed);

    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    int64_t first = at->line - lines_before(at);
    int64_t lines = count_lines(at->context);
    const char *tab = strchr(at->file, ' ') == NULL ? "" : "\t"; /* ends a name with blanks */
    bw_str_appendf(&out, "--- a/%s%s\n+++ b/%s%s\n", at->file, tab, at->file, tab);
    bw_str_appendf(&out, "@@ -%" PRId64 ",%" PRId64 " +%" PRId64 ",%" PRId64 " @@\n", first, lines,
                   first, lines);
    for (const char *c = at->context; *c != '\0'; c += line_size(c)) {
        if (c == spot.line) {
            add_line(&out, '-', spot.line, spot.size);
            add_line(&out, '+', changed.text, changed.size);
        } else {
            add_line(&out, ' ', c, line_size(c));
        }
    }
    *diff = bw_str_take(&out);
    return BW_OK;
}

/* Where the captured lines stand in the text, if they still do; else NULL. Fewer than usual behind
 * the place mean that the file ended there. */
static const char *find_captured(const struct bw_place *at, const char *text, size_t size)
{
    const char *end = text + size;
    const char *first = text;
    for (int64_t line = 1; line < at->line - lines_before(at); line++) {
        const char *feed = memchr(first, '\n', (size_t)(end - first));
        if (feed == NULL) {
            return NULL;
        }
        first = feed + 1;
    }
    size_t width = strlen(at->context);
    bool ended = count_lines(at->context) < lines_before(at) + 1 + BW_PLACE_CONTEXT;
    bool same = (size_t)(end - first) >= width && memcmp(first, at->context, width) == 0;
    return same && (!ended || first + width == end) ? first : NULL;
}

enum bw_err bw_swap_apply(const struct bw_place *at, const char *from, const char *to,
                          const char *text, size_t size, struct bw_str *out, struct bw_error *err)
{
    struct spot spot;
    enum bw_err rc = find_spot(at, from, &spot, err);
    if (rc != BW_OK) {
        return rc;
    }
    const char *captured = find_captured(at, text, size);
    if (captured == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "%s:%" PRId64 ": its lines have changed since they were registered; "
                       "register the place again",
                       at->file, at->line);
    }
    *out = (struct bw_str){ 0 };
    replace_at(text, size, captured + (spot.hit - at->context), from, to, out);
    return BW_OK;
}

char *bw_swap_words(const struct bw_place *at, const char *from, const char *to)
{
    struct bw_str out = { 0 };
    if (at->file != NULL) {
        bw_str_appendf(&out, "in %s%s%s, line %" PRId64 ", ", at->repo == NULL ? "" : at->repo,
                       at->repo == NULL ? "" : ":", at->file, at->line);
    }
    bw_str_appendf(&out, "replace %s by %s", from, to);
    return bw_str_take(&out);
}
