/* daemon/io/poll.h: one verb of one poll of one source, from its credential to what it lists. A poll
 * is its catalog, then, where the plugin's manifest says so, its inventory. */
#ifndef BW_IO_POLL_H
#define BW_IO_POLL_H
#include <uv.h>

#include "engine/event.h"
#include "io/http.h"
#include "io/keyring.h"
#include "io/poll_memory.h"

struct bw_poll;

/* What a poll needs of its poller; outlives it. No callback comes from inside bw_poll_begin(). */
struct bw_poll_host {
    uv_loop_t *loop;
    struct bw_http *http;
    struct bw_keyring *keyring;
    const char *plugin_dir;
    struct bw_memories *memories; /* one for each verb of a source */
    void (*want_child)(void *context, struct bw_poll *poll); /* call bw_poll_run_child() in turn */
    void (*done)(void *context, struct bw_poll *poll, struct bw_polled *result); /* once */
    void (*gone)(void *context); /* its memory is free; nothing of it is left */
    void *context;
};

enum { BW_POLL_VERBS = BW_VERB_INVENTORY + 1 };

/* memory: for its inventory, as the last one left it; NULL: nothing.
 * Ownership: settings and memory are copied. */
struct bw_poll *bw_poll_new(const struct bw_poll_host *host,
                            const struct bw_source_settings *settings, const char *memory);
/* What the source is asked next, once `before` is done with this result, which the new poll takes
 * over and completes; NULL: that was all. */
struct bw_poll *bw_poll_next(const struct bw_poll *before, struct bw_polled *result);
const char *bw_poll_source(const struct bw_poll *poll);
void bw_poll_begin(struct bw_poll *poll);     /* once */
void bw_poll_run_child(struct bw_poll *poll); /* once it has asked for it */

/* End without done; gone still comes. */
void bw_poll_close(struct bw_poll *poll);
#endif
