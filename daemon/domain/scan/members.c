/* daemon/domain/scan/members.c: the members of a map around an id. See rules.h. */
#include "domain/scan/rules.h"

#include <ctype.h>
#include <string.h>

/* What stands in a map itself, without the maps and lists inside. */
static struct bw_slice members_of_map(struct bw_slice map, char out[BW_SCAN_MEMBERS_BYTES])
{
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < map.size && size < BW_SCAN_MEMBERS_BYTES; i++) {
        depth += strchr("{[(", map.at[i]) != NULL ? 1 : 0;
        if (depth == 0) {
            out[size++] = map.at[i];
        }
        depth -= strchr("}])", map.at[i]) != NULL ? 1 : 0;
    }
    return (struct bw_slice){ out, size };
}

/* The column of the first key on the line that begins at `at`, behind dashes. */
static size_t key_column(struct bw_slice text, size_t at)
{
    size_t column = 0;
    while (at + column < text.size && strchr(" -", text.at[at + column]) != NULL) {
        column++;
    }
    return column;
}

/* The lines of YAML around the id's own, up and down, whose keys stand below one another. */
static struct bw_slice members_of_block(const struct bw_scan_context *c,
                                        char out[BW_SCAN_MEMBERS_BYTES])
{
    struct bw_slice text = c->file->text;
    size_t own = (size_t)(c->line.at - text.at);
    size_t column = key_column(text, own);
    size_t from = own;
    while (from > 0 && memchr(text.at + from, '-', column) == NULL) {
        size_t above = from - 1;
        while (above > 0 && text.at[above - 1] != '\n') {
            above--;
        }
        if (key_column(text, above) < column || own - above > BW_SCAN_MEMBERS_BYTES) {
            break;
        }
        from = above;
    }
    size_t size = 0;
    for (size_t at = from; at < text.size && size < BW_SCAN_MEMBERS_BYTES;) {
        const char *feed = memchr(text.at + at, '\n', text.size - at);
        size_t next = feed == NULL ? text.size : (size_t)(feed - text.at) + 1;
        size_t here = key_column(text, at);
        bool other = here < column || memchr(text.at + at, '-', here) != NULL;
        if (at > own && other) {
            break;
        }
        for (size_t i = at; here == column && i < next && size < BW_SCAN_MEMBERS_BYTES; i++) {
            out[size++] = text.at[i];
        }
        at = next;
    }
    return (struct bw_slice){ out, size };
}

struct bw_slice bw_scan_members(const struct bw_scan_context *c, size_t depth,
                                char out[BW_SCAN_MEMBERS_BYTES])
{
    const struct bw_scan_enclosing *map = frame_of(c, depth);
    if (map->open == '{' && map->data) {
        return members_of_map(map->body, out);
    }
    return language_is(c, BW_LANG_YAML) && depth == 0 ? members_of_block(c, out)
                                                      : (struct bw_slice){ out, 0 };
}

struct bw_slice bw_scan_named_beside(const struct bw_scan_context *c)
{
    struct bw_slice text = c->file->text;
    size_t to = (size_t)(c->line.at - text.at) + c->line.size;
    size_t from = (size_t)(c->line.at - text.at);
    for (int lines = 0; lines < 1 && from > 0; lines++) {
        from--;
        while (from > 0 && text.at[from - 1] != '\n') {
            from--;
        }
    }
    const struct bw_scan_enclosing *map = frame_of(c, 0);
    struct bw_slice around =
        map->open == '{' && map->body.size < 400 ? map->body : bw_slice_of(text.at, from, to);
    const char *name = around.size == 0 ? NULL : memmem(around.at, around.size, "name", 4);
    if (name == NULL) {
        name = around.size == 0 ? NULL : memmem(around.at, around.size, "Name", 4);
    }
    if (name == NULL) {
        return (struct bw_slice){ "", 0 };
    }
    struct bw_slice rest = bw_slice_of(name, 4, (size_t)(around.at + around.size - name));
    size_t at = 0;
    while (at < rest.size && isalnum((unsigned char)rest.at[at]) == 0) {
        at++;
    }
    size_t end = at;
    while (end < rest.size && isspace((unsigned char)rest.at[end]) == 0 &&
           strchr("\"',", rest.at[end]) == NULL) {
        end++;
    }
    return bw_slice_of(rest.at, at, end);
}

struct bw_slice bw_scan_subject(const struct bw_scan_context *c)
{
    if (bw_scan_words_last(c->key, "|value|")) {
        return bw_scan_named_beside(c);
    }
    bool given = c->key.size == 0 || any(c->key, "|default|fallback|");
    if (!given || bw_scan_direct_call(c).size == 0) {
        return (struct bw_slice){ "", 0 };
    }
    struct bw_slice before = frame_of(c, 0)->body;
    before.size = (size_t)(c->id.at - before.at);
    const char *comma = before.size == 0 ? NULL : memchr(before.at, ',', before.size);
    return bw_slice_of(before.at, 0, comma == NULL ? 0 : (size_t)(comma - before.at));
}
