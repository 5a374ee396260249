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
    bool same_base;   /* the model family stays: template, tokenizer and safety work carry over */
    int64_t until_ms; /* first day on which it is closed; 0: no date known */
    char *why;        /* one sentence, with its source where there is one */
};

struct bw_route_options BW_VEC(struct bw_route_option);

/* Every route in the order of preference, those that policy or a closed door rule out too, each
 * with its reason: same platform, other platforms (the same base first, then an open model of like
 * size), self-hosted, prompt, none (always feasible). A deployment that is not tuned has prompt and
 * none alone. Feasible says that a job can be had, not that its price is known: the estimate tells.
 * Ownership: *out is overwritten; clear it with bw_route_options_clear(). */
void bw_routes_list(const struct bw_move *move, struct bw_route_options *out);
void bw_route_options_clear(struct bw_route_options *options);

/* The first feasible one; with `training` true only routes that train count. NULL: none. */
const struct bw_route_option *bw_route_choose(const struct bw_route_options *options,
                                              bool training);
/* May a new job train `entry` on `platform` by `method` (NULL: any) at that time? The book's word
 * and the entry's own: a training clock, a flag, its life. *until_ms: the first day on which it may
 * not; 0: no date known. */
bool bw_route_may_train(const struct bw_price_book *book, const char *platform,
                        const struct bw_entry *entry, const char *method, int64_t now_ms,
                        int64_t *until_ms);

const char *bw_route_word(enum bw_route route);
bool bw_route_parse(const char *word, enum bw_route *out);
#endif
