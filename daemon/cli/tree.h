/* daemon/cli/tree.h: the files of a team's tree, in order, without those that git would ignore. */
#ifndef BW_CLI_TREE_H
#define BW_CLI_TREE_H
#include <stddef.h>

#include "base/error.h"

enum { BW_TREE_DEPTH_MAX = 64 };

/* Called for each file: path below the folder that was named, and its text (NUL-terminated). */
typedef void bw_tree_visit(void *context, const char *path, const char *text, size_t size);

struct bw_tree_counts {
    size_t files;
    size_t bytes;
    size_t skipped; /* binary, or too large */
};

/* Visit every text file of at most max_bytes below folder, by name. `.git` is left out, and what
 * .gitignore files say, those above the folder in the same work tree included; links are not
 * followed. What cannot be read is complained of on standard error and passed over.
 * Errors: BW_ERR_IO when the folder itself cannot be read. */
BW_MUST_CHECK enum bw_err bw_tree_walk(const char *folder, size_t max_bytes, bw_tree_visit *visit,
                                       void *context, struct bw_tree_counts *counts,
                                       struct bw_error *err);
#endif
