/* daemon/domain/scan_members.c: the members of a map around an id. See scan_rules.h. */
#include "domain/scan_rules.h"

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

struct bw_slice bw_scan_members(const struct bw_scan_context *c, char out[BW_SCAN_MEMBERS_BYTES])
{
    const struct bw_scan_enclosing *map = frame_of(c, 0);
    if (map->open == '{' && map->data) {
        return members_of_map(map->body, out);
    }
    return language_is(c, BW_LANG_YAML) ? members_of_block(c, out) : (struct bw_slice){ out, 0 };
}
