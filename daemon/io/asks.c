/* daemon/io/asks.c: see asks.h. */
#include "io/asks.h"

#include <string.h>

static bool is_unchanged(const struct bw_ask *ask);
static void ask_free(struct bw_ask **slot);

struct bw_ask *bw_asks_add(struct bw_asks *asks, struct bw_poll *poll, const struct bw_fetch *fetch,
                           struct bw_known *known)
{
    struct bw_ask *ask = bw_xcalloc(1, sizeof(*ask));
    ask->poll = poll;
    ask->fetch = bw_fetch_copy(fetch);
    ask->known = known;
    BW_VEC_PUSH(asks, ask);
    return ask;
}

void bw_asks_clear(struct bw_asks *asks)
{
    BW_VEC_CLEAR(asks, ask_free);
}

void bw_ask_take(struct bw_ask *ask, struct bw_http_answer *answer)
{
    ask->transfer = NULL;
    ask->answer = *answer;
    *answer = (struct bw_http_answer){ 0 };
    if (ask->answer.status == 200) {
        ask->digest = bw_digest_of(ask->answer.body, ask->answer.body_bytes);
    }
}

bool bw_asks_pend(const struct bw_asks *asks)
{
    bool pend = false;
    BW_VEC_EACH(struct bw_ask *, ask, asks)
    {
        pend = pend || (*ask)->transfer != NULL || (*ask)->denied;
    }
    return pend;
}

bool bw_asks_unchanged(const struct bw_asks *asks)
{
    bool unchanged = asks->count > 0;
    BW_VEC_EACH(struct bw_ask *, ask, asks)
    {
        unchanged = unchanged && is_unchanged(*ask);
    }
    return unchanged;
}

struct bw_ask *bw_asks_find(const struct bw_asks *asks, const struct bw_fetch *fetch)
{
    BW_VEC_EACH(struct bw_ask *, ask, asks)
    {
        if ((*ask)->transfer == NULL && !(*ask)->denied && !(*ask)->used &&
            (fetch == NULL || bw_fetch_same(&(*ask)->fetch, fetch))) {
            return *ask;
        }
    }
    return NULL;
}

void bw_ask_feed(struct bw_ask *ask, struct bw_plugin_run *run)
{
    static const char *const passed[] = { "content-type", "last-modified", "link", "retry-after" };
    bool came = ask->answer.code == BW_OK;
    struct bw_plugin_answer answer = {
        .id = ask->wanted_by,
        .status = came ? ask->answer.status : 0,
        .body_bytes = came ? ask->answer.body_bytes : 0,
        .error = came ? NULL : bw_xstrdup(ask->answer.error),
    };
    for (size_t i = 0; i < BW_COUNT(passed); i++) {
        const char *value = bw_http_header(&ask->answer, passed[i]);
        if (value != NULL) {
            BW_VEC_PUSH(&answer.headers, bw_xasprintf("%s: %s", passed[i], value));
        }
    }
    ask->wanted_by = 0;
    ask->used = true;
    bw_plugin_run_answer(run, &answer, BW_TAKE(ask->answer.body));
    ask->answer.body_bytes = 0;
    bw_plugin_answer_clear(&answer);
}

void bw_asks_remember(const struct bw_asks *asks, struct bw_memory *memory)
{
    bool whole = true;
    BW_VEC_EACH(struct bw_ask *, ask, asks)
    {
        whole = whole && (!(*ask)->used ||
                          ((*ask)->fetch.repeatable && (*ask)->answer.status == 200));
    }
    BW_VEC_EACH(struct bw_ask *, ask, asks)
    {
        if (whole && (*ask)->used) {
            bw_memory_add(memory, &(*ask)->fetch, &(*ask)->answer, (*ask)->digest);
        }
    }
}

static bool is_unchanged(const struct bw_ask *ask)
{
    return ask->answer.code == BW_OK && ask->known != NULL &&
           ((ask->answer.status == 304 && bw_known_is_conditional(ask->known)) ||
            (ask->answer.status == 200 &&
             memcmp(&ask->digest, &ask->known->digest, sizeof(ask->digest)) == 0));
}

static void ask_free(struct bw_ask **slot)
{
    struct bw_ask *ask = *slot;
    if (ask->transfer != NULL) {
        bw_http_cancel(ask->transfer);
    }
    bw_fetch_clear(&ask->fetch);
    bw_http_answer_clear(&ask->answer);
    free(ask);
}
