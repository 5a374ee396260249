/* daemon/domain/replacement.c: see replacement.h. */
#include "domain/replacement.h"

#include <stddef.h>
#include <string.h>

static bool seen_before(const char *const *seen, unsigned count, const char *id)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(seen[i], id) == 0) {
            return true;
        }
    }
    return false;
}

struct bw_followed bw_replacement_follow(const char *id, bw_declared_find *find, void *context)
{
    struct bw_followed out = { .outcome = BW_FOLLOW_NONE };
    const char *seen[BW_FOLLOW_HOPS_MAX + 1];
    struct bw_declared at = { 0 };
    if (!find(context, id, &at) || at.replacement == NULL) {
        return out;
    }
    seen[0] = id;
    while (at.replacement != NULL) {
        struct bw_declared next = { 0 };
        bool known = find(context, at.replacement, &next);
        out.end = at.replacement;
        out.hops++;
        if (out.hops > BW_FOLLOW_HOPS_MAX || seen_before(seen, out.hops, out.end)) {
            out.outcome = BW_FOLLOW_CYCLE;
            return out;
        }
        if (known && at.released_ms != 0 && next.released_ms != 0 &&
            next.released_ms < at.released_ms) {
            out.outcome = BW_FOLLOW_OLDER;
            return out;
        }
        if (!known || !next.retired) {
            out.outcome = BW_FOLLOW_LIVE;
            return out;
        }
        seen[out.hops] = out.end;
        at = next;
    }
    out.outcome = BW_FOLLOW_DEAD_END;
    return out;
}
