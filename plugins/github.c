#include "github.h"

#include "base/mem.h"

struct bw_fetch bw_github_request(const char *method, const char *path, const char *body)
{
    static char *headers[] = { "Accept: application/vnd.github+json",
                               "X-GitHub-Api-Version: 2022-11-28",
                               "Content-Type: application/json" };
    return (struct bw_fetch){
        .method = (char *)method,
        .path = (char *)path,
        .headers = { .items = headers, .count = BW_COUNT(headers) },
        .body = (char *)body,
        .auth = BW_AUTH_BEARER,
    };
}
