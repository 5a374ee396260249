/* daemon/cli/ignore.h: which files of a tree its .gitignore files leave out, as gitignore(5) says:
 * the last pattern that fits decides, a deeper file's come after those above it. */
#ifndef BW_CLI_IGNORE_H
#define BW_CLI_IGNORE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct bw_ignore_rule {
    char *pattern;
    size_t base; /* bytes of the folder it speaks of, its slash included: paths are cut there */
    bool negated;
    bool folders_only;
    bool anchored; /* fits the whole path below base, not a name anywhere */
};

struct bw_ignore BW_VEC(struct bw_ignore_rule); /* a zeroed one ignores nothing */

void bw_ignore_clear(struct bw_ignore *ignore);

/* Add the patterns of a file that stands in the folder whose path, with its final slash, has that
 * many bytes ("" for the top). */
void bw_ignore_add(struct bw_ignore *ignore, size_t base, const char *text);

/* Forget what was added last, down to count rules. */
void bw_ignore_cut(struct bw_ignore *ignore, size_t count);

/* Is path left out? Its folders are taken to be walked, so none of them is. */
bool bw_ignore_leaves_out(const struct bw_ignore *ignore, const char *path, bool folder);
#endif
