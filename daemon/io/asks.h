/* daemon/io/asks.h: the requests of one run of a plugin, and what they were answered. */
#ifndef BW_IO_ASKS_H
#define BW_IO_ASKS_H
#include "io/http.h"
#include "io/plugin_host.h"
#include "io/poll_memory.h"

struct bw_poll;

struct bw_ask {
    struct bw_poll *poll;
    struct bw_fetch fetch;
    struct bw_transfer *transfer; /* NULL: answered */
    int64_t wanted_by;            /* the plugin's fetch that waits for it; 0: none */
    bool used;                    /* the plugin has got the answer */
    bool conditional;             /* asked for what is new since the last time */
    bool denied;                  /* refused; it is sent again with another credential */
    bool sent_again;
    struct bw_known *known;       /* what it answered last time; NULL: not asked before */
    struct bw_digest digest;      /* of the body of a 200 */
    struct bw_http_answer answer;
};

struct bw_asks BW_VEC(struct bw_ask *);

/* The ask is the list's; fetch is copied, poll and known are borrowed. */
struct bw_ask *bw_asks_add(struct bw_asks *asks, struct bw_poll *poll, const struct bw_fetch *fetch,
                           struct bw_known *known);
void bw_asks_clear(struct bw_asks *asks); /* transfers under way are cancelled */

/* Take what came; a 200 gets its digest. */
void bw_ask_take(struct bw_ask *ask, struct bw_http_answer *answer);
/* Is anything still on its way? */
bool bw_asks_pend(const struct bw_asks *asks);
/* Is there an ask, and is every one answered as last time? */
bool bw_asks_unchanged(const struct bw_asks *asks);
/* The same request (NULL: any), answered and not yet handed over; NULL. */
struct bw_ask *bw_asks_find(const struct bw_asks *asks, const struct bw_fetch *fetch);
/* Hand the answer over, with the headers that say something of the body. */
void bw_ask_feed(struct bw_ask *ask, struct bw_plugin_run *run);
/* Remember what the plugin has got, if all of it can be asked for again; else nothing. */
void bw_asks_remember(const struct bw_asks *asks, struct bw_memory *memory);
#endif
