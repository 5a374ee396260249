/* plugins/github.h: what every call of GitHub's REST API has in common
 * (https://docs.github.com/en/rest, version 2022-11-28). */
#ifndef BW_PLUGINS_GITHUB_H
#define BW_PLUGINS_GITHUB_H
#include "sdk/plugin.h"

/* Ownership: borrows path and body, which may be NULL. */
struct bw_fetch bw_github_request(const char *method, const char *path, const char *body);
#endif
