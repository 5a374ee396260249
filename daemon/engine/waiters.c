/* daemon/engine/waiters.c: requests that wait for polls (`sources poll`): each is answered once its
 * sources have been polled and what followed is committed. */
#include <string.h>

#include "base/str.h"
#include "engine/rows.h"

static void awaited_clear(struct bw_awaited *awaited)
{
    free(awaited->source);
}

void bw_waiter_clear(struct bw_waiter *waiter)
{
    BW_VEC_CLEAR(&waiter->waiting, awaited_clear);
    bw_names_clear(&waiter->polled);
}

void bw_engine_wait(struct bw_engine *engine, struct bw_waiter *waiter)
{
    BW_VEC_PUSH(&engine->waiters, *waiter);
    *waiter = (struct bw_waiter){ 0 };
}

static void drop(struct bw_engine *engine, size_t at)
{
    bw_waiter_clear(&engine->waiters.items[at]);
    engine->waiters.items[at] = engine->waiters.items[--engine->waiters.count];
}

void bw_engine_forget_waiter(struct bw_engine *engine, uint64_t request)
{
    for (size_t i = engine->waiters.count; i-- > 0;) {
        if (engine->waiters.items[i].request == request) {
            drop(engine, i);
        }
    }
}

/* True: this waiter waits for the next poll of the source. */
static bool note_one(struct bw_waiter *waiter, const char *source, bool for_good)
{
    BW_VEC_EACH(struct bw_awaited, awaited, &waiter->waiting)
    {
        if (strcmp(awaited->source, source) != 0) {
            continue;
        }
        if (!for_good && --awaited->polls > 0) {
            return true;
        }
        BW_VEC_PUSH(&waiter->polled, awaited->source);
        *awaited = waiter->waiting.items[--waiter->waiting.count];
        return false;
    }
    return false;
}

bool bw_engine_note_poll(struct bw_engine *engine, const char *source, bool for_good)
{
    bool again = false;
    BW_VEC_EACH(struct bw_waiter, waiter, &engine->waiters)
    {
        again = note_one(waiter, source, for_good) || again;
    }
    return again;
}

static enum bw_err answer(struct bw_engine *engine, const struct bw_waiter *waiter,
                          struct bw_error *err)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    enum bw_err rc = BW_OK;
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "schema", "basewatch/sources/v1");
    bw_json_array_begin(&w, "sources");
    BW_VEC_EACH(char *, name, &waiter->polled)
    {
        BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
        if (rc == BW_OK) {
            rc = bw_sources_get(engine->db, *name, &source, err);
        }
        if (rc == BW_OK) {
            bw_row_source(&w, &source);
        }
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    if (rc == BW_OK) {
        bw_engine_reply(engine, waiter->request, 200, bw_str_take(&body));
    }
    bw_str_clear(&body);
    return rc;
}

enum bw_err bw_engine_release_waiters(struct bw_engine *engine, struct bw_error *err)
{
    BW_VEC_EACH(const struct bw_polling, polling, &engine->polling)
    {
        if (polling->looks) {
            return BW_OK; /* what follows is not known yet */
        }
    }
    for (size_t i = engine->waiters.count; i-- > 0;) {
        if (engine->waiters.items[i].waiting.count > 0) {
            continue;
        }
        enum bw_err rc = answer(engine, &engine->waiters.items[i], err);
        if (rc != BW_OK) {
            return rc; /* it is answered another time */
        }
        drop(engine, i);
    }
    return BW_OK;
}
