/* daemon/io/poller.c: see poller.h. */
#include "io/poller.h"

#include <string.h>

#include "base/log.h"
#include "io/poll.h"
#include "io/sandbox.h"

enum {
    CHILDREN_MAX = 2,
    BEGUN_MAX = 16, /* polls that may hold a body in memory; as many as transfers in flight */
};

struct polls BW_VEC(struct bw_poll *);

struct bw_poller {
    struct bw_poll_host host;
    char *plugin_dir;
    bw_poller_done done;
    void *context;
    struct bw_memories memories[BW_POLL_VERBS];
    struct polls active;  /* done has not been called for them */
    struct polls pending; /* of these, not begun, in order */
    struct polls waiting; /* of these, for a child, in order */
    struct bw_poll *running[CHILDREN_MAX];
    size_t alive; /* polls whose memory is not yet free */
    bool closing;
};

static void add(struct bw_poller *poller, struct bw_poll *poll);
static void on_want_child(void *context, struct bw_poll *poll);
static void on_done(void *context, struct bw_poll *poll, struct bw_polled *result);
static void on_gone(void *context);
static void begin_pending(struct bw_poller *poller);
static void run_waiting(struct bw_poller *poller);
static struct bw_poll **slot_of(struct bw_poller *poller, const struct bw_poll *poll);
static void take_out(struct polls *polls, const struct bw_poll *poll);
static void free_when_idle(struct bw_poller *poller);

struct bw_poller *bw_poller_new(uv_loop_t *loop, struct bw_http *http, struct bw_keyring *keyring,
                                const char *plugin_dir, bw_poller_done done, void *context)
{
    struct bw_poller *poller = bw_xcalloc(1, sizeof(*poller));
    poller->plugin_dir = bw_xstrdup(plugin_dir);
    poller->done = done;
    poller->context = context;
    poller->host = (struct bw_poll_host){
        .loop = loop,
        .http = http,
        .keyring = keyring,
        .plugin_dir = poller->plugin_dir,
        .memories = poller->memories,
        .want_child = on_want_child,
        .done = on_done,
        .gone = on_gone,
        .context = poller,
    };
    if (!bw_sandbox_confines_files()) {
        bw_log(BW_LOG_WARNING,
               "this kernel has no Landlock: a plugin can read what the daemon can read");
    }
    return poller;
}

void bw_poller_poll(struct bw_poller *poller, const struct bw_source_settings *settings,
                    const char *memory)
{
    BW_VEC_EACH(struct bw_poll *, poll, &poller->active)
    {
        if (strcmp(bw_poll_source(*poll), settings->name) == 0) {
            return;
        }
    }
    add(poller, bw_poll_new(&poller->host, settings, memory));
    begin_pending(poller);
}

void bw_poller_retain(struct bw_poller *poller, const struct bw_settings *settings)
{
    for (size_t i = 0; i < BW_POLL_VERBS; i++) {
        bw_memories_retain(&poller->memories[i], settings);
    }
}

void bw_poller_close(struct bw_poller *poller)
{
    poller->closing = true;
    BW_VEC_EACH(struct bw_poll *, poll, &poller->active)
    {
        bw_poll_close(*poll);
    }
    free_when_idle(poller);
}

static void add(struct bw_poller *poller, struct bw_poll *poll)
{
    poller->alive++;
    BW_VEC_PUSH(&poller->active, poll);
    BW_VEC_PUSH(&poller->pending, poll);
}

static void on_want_child(void *context, struct bw_poll *poll)
{
    struct bw_poller *poller = context;
    BW_VEC_PUSH(&poller->waiting, poll);
    run_waiting(poller);
}

static void on_done(void *context, struct bw_poll *poll, struct bw_polled *result)
{
    struct bw_poller *poller = context;
    struct bw_poll **slot = slot_of(poller, poll);
    if (slot != NULL) {
        *slot = NULL;
    }
    take_out(&poller->active, poll);
    struct bw_poll *next = poller->closing ? NULL : bw_poll_next(poll, result);
    if (next != NULL) {
        add(poller, next);
    } else {
        poller->done(poller->context, result);
    }
    if (!poller->closing) {
        begin_pending(poller);
        run_waiting(poller);
    }
}

static void on_gone(void *context)
{
    struct bw_poller *poller = context;
    poller->alive--;
    free_when_idle(poller);
}

static void begin_pending(struct bw_poller *poller)
{
    while (poller->pending.count > 0 &&
           poller->active.count - poller->pending.count < BEGUN_MAX) {
        struct bw_poll *poll = poller->pending.items[0];
        take_out(&poller->pending, poll);
        bw_poll_begin(poll);
    }
}

static void run_waiting(struct bw_poller *poller)
{
    struct bw_poll **slot = NULL;
    while (poller->waiting.count > 0 && (slot = slot_of(poller, NULL)) != NULL) {
        *slot = poller->waiting.items[0];
        take_out(&poller->waiting, *slot);
        bw_poll_run_child(*slot); /* may be over at once, and have emptied the slot */
    }
}

/* Where the poll runs; for NULL, a free place. NULL: nowhere. */
static struct bw_poll **slot_of(struct bw_poller *poller, const struct bw_poll *poll)
{
    for (size_t i = 0; i < BW_COUNT(poller->running); i++) {
        if (poller->running[i] == poll) {
            return &poller->running[i];
        }
    }
    return NULL;
}

static void take_out(struct polls *polls, const struct bw_poll *poll)
{
    for (size_t i = 0; i < polls->count; i++) {
        if (polls->items[i] == poll) {
            polls->count--;
            memmove(&polls->items[i], &polls->items[i + 1],
                    (polls->count - i) * sizeof(polls->items[0]));
            return;
        }
    }
}

static void free_when_idle(struct bw_poller *poller)
{
    if (!poller->closing || poller->alive > 0) {
        return;
    }
    for (size_t i = 0; i < BW_POLL_VERBS; i++) {
        bw_memories_clear(&poller->memories[i]);
    }
    BW_VEC_CLEAR(&poller->active, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&poller->pending, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&poller->waiting, BW_VEC_PLAIN);
    free(poller->plugin_dir);
    free(poller);
}
