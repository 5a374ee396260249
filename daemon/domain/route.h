/* daemon/domain/route.h: the ways to move a deployment to a newer model: train again where it is,
 * train elsewhere, train on own GPUs, prompt the newer model instead, or none of them. */
#ifndef BW_DOMAIN_ROUTE_H
#define BW_DOMAIN_ROUTE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/move.h"

enum bw_route {
    BW_ROUTE_SAME_PLATFORM,
    BW_ROUTE_OTHER_PLATFORM,
    BW_ROUTE_SELF_HOSTED,
    BW_ROUTE_PROMPT, /* the newer model as it is, without training */
    BW_ROUTE_NONE,
};

struct bw_route_option {
    enum bw_route route;
    char *platform;   /* where; NULL for self-hosted and none */
    bool feasible;
    bool same_base;   /* the model family stays, so template, tokenizer and safety work carry over */
    int64_t until_ms; /* first day on which it is closed; 0: no date known */
    char *why;        /* one sentence, with its source where there is one */
};

struct bw_route_options BW_VEC(struct bw_route_option);

/* Every route in the order of preference, those that policy, closed doors or missing prices rule out
 * too, each with its reason: same platform, other platforms, self-hosted, prompt, none (always
 * feasible). A deployment that is not tuned has prompt and none alone.
 * Ownership: *out is overwritten; clear it with bw_route_options_clear(). */
void bw_routes_list(const struct bw_move *move, struct bw_route_options *out);
void bw_route_options_clear(struct bw_route_options *options);

/* The first feasible one; with `training` true only routes that train count. NULL: none. */
const struct bw_route_option *bw_route_choose(const struct bw_route_options *options,
                                              bool training);
/* The option of that route and platform (NULL: the first of the route); NULL. */
const struct bw_route_option *bw_route_find(const struct bw_route_options *options,
                                            enum bw_route route, const char *platform);

const char *bw_route_word(enum bw_route route);
bool bw_route_parse(const char *word, enum bw_route *out);
#endif
