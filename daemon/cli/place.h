/* daemon/cli/place.h: where a model id stands in the team's tree, with the lines around it, so that
 * the daemon can write an exact diff without ever reading the tree. */
#ifndef BW_CLI_PLACE_H
#define BW_CLI_PLACE_H
#include "domain/deployment.h"

enum {
    BW_PLACE_CONTEXT_MAX = 256 * 1024, /* bytes of all of them */
};

/* Capture FILE:LINE. Inside a git work tree `repo` is the name of its top folder and `file`
 * relative to it; elsewhere repo is NULL and file as given. Lines keep their ends, bytes untouched.
 * Ownership: *out is the caller's, to release with bw_place_clear().
 * Errors: BW_ERR_INVALID no FILE:LINE, no such line, not UTF-8; BW_ERR_IO; BW_ERR_TOOBIG. */
BW_MUST_CHECK enum bw_err bw_place_capture(const char *where, struct bw_place *out,
                                           struct bw_error *err);
void bw_place_clear(struct bw_place *place);

/* The top folder of the git work tree around a file or folder, links followed; outside of any the
 * folder itself. NULL: it does not exist, errno says why. Ownership: the caller's. */
char *bw_place_top(const char *path);
#endif
