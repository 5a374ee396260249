/* daemon/engine/engine.c: see engine.h. */
#include "engine/state.h"

#include <string.h>

#define RETRY_MS (5 * BW_SECOND_MS) /* after the database has failed */

static void polling_clear(struct bw_polling *polling)
{
    free(polling->name);
}

static void sending_clear(struct bw_sending *sending)
{
    bw_sink_clear(&sending->row);
    bw_ids_clear(&sending->in_flight);
}

static void waiter_clear(struct bw_waiter *waiter)
{
    bw_names_clear(&waiter->waiting);
    bw_names_clear(&waiter->polled);
}

enum bw_err bw_engine_new(struct bw_db *db, const struct bw_lineage_rules *rules,
                          const struct bw_price_book *book, struct bw_engine **out,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_engine_freep) struct bw_engine *engine = bw_xcalloc(1, sizeof(*engine));
    engine->db = db;
    engine->rules = rules;
    engine->book = book;
    enum bw_err rc = bw_outbox_instance(db, &engine->instance, err);
    if (rc == BW_OK) {
        *out = BW_TAKE(engine);
    }
    return rc;
}

void bw_engine_free(struct bw_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    bw_settings_free(engine->settings);
    bw_lineage_rules_free(engine->own_rules);
    free(engine->misconfigured);
    free(engine->instance);
    BW_VEC_CLEAR(&engine->polling, polling_clear);
    BW_VEC_CLEAR(&engine->sending, sending_clear);
    BW_VEC_CLEAR(&engine->waiters, waiter_clear);
    bw_commands_clear(&engine->replies);
    free(engine);
}

static enum bw_err handle(struct bw_engine *engine, struct bw_event *event, struct bw_error *err)
{
    switch (event->type) {
    case BW_EVENT_RULES:
        return bw_engine_follow(engine, BW_TAKE(event->rules), err);
    case BW_EVENT_CONFIGURE:
        return bw_engine_configure(engine, BW_TAKE(event->configure), err);
    case BW_EVENT_MISCONFIGURED:
        bw_replace(&engine->misconfigured, event->misconfigured);
        return BW_OK;
    case BW_EVENT_TIMER:
        return BW_OK;
    case BW_EVENT_POLLED:
        return bw_engine_ingest(engine, &event->polled, err);
    case BW_EVENT_DELIVERED:
        return bw_engine_delivered(engine, &event->delivered, err);
    case BW_EVENT_REQUEST:
        return bw_engine_request(engine, &event->request, err);
    }
    return BW_OK;
}

/* What an event may have left to do: cohorts and notices that time has changed, then one chunk of
 * fan-out, then the summaries that are complete. */
static enum bw_err carry_on(struct bw_engine *engine, const struct bw_event *event, bool *more,
                            struct bw_error *err)
{
    enum bw_err rc = bw_engine_evaluate_due(engine, err);
    if (rc == BW_OK) {
        rc = bw_engine_end_snoozes(engine, err);
    }
    if (rc == BW_OK && event->type != BW_EVENT_REQUEST) {
        rc = bw_engine_fan_out(engine, more, err);
    } else {
        *more = true; /* a request is answered first; the next event carries on */
    }
    if (rc == BW_OK && !*more) {
        rc = bw_engine_sum_up(engine, err);
    }
    return rc == BW_OK && !*more ? bw_engine_release_waiters(engine, err) : rc;
}

static void hand_over_replies(struct bw_engine *engine, struct bw_commands *commands)
{
    BW_VEC_EACH(struct bw_command, reply, &engine->replies)
    {
        BW_VEC_PUSH(commands, *reply);
    }
    engine->replies.count = 0;
}

static enum bw_err give_up(struct bw_engine *engine, const struct bw_event *event,
                           struct bw_commands *commands, enum bw_err rc)
{
    bw_db_rollback(engine->db);
    bw_commands_clear(&engine->replies);
    if (event->type == BW_EVENT_REQUEST) {
        bw_engine_refuse(engine, event->request.id, 503, "the database does not answer; see the log");
        hand_over_replies(engine, commands);
    }
    int64_t retry_ms = event->now_ms + RETRY_MS;
    struct bw_polling *polling =
        event->type == BW_EVENT_POLLED ? bw_engine_polling(engine, event->polled.source) : NULL;
    if (polling != NULL) {
        polling->due_ms = retry_ms;
        polling->afresh = true;
    }
    struct bw_command retry = { .type = BW_COMMAND_WAKE, .wake_ms = retry_ms };
    BW_VEC_PUSH(commands, retry);
    return rc;
}

/* A result counts as arrived even if it could not be written: it is asked for again. */
static void note_arrival(struct bw_engine *engine, const struct bw_event *event)
{
    if (event->type == BW_EVENT_POLLED) {
        struct bw_polling *polling = bw_engine_polling(engine, event->polled.source);
        if (polling != NULL) {
            polling->in_flight = false;
            polling->polls[event->polled.outcome]++;
        }
    } else if (event->type == BW_EVENT_DELIVERED) {
        BW_VEC_EACH(struct bw_sending, sending, &engine->sending)
        {
            BW_VEC_EACH(int64_t, id, &sending->in_flight)
            {
                if (*id == event->delivered.delivery_id) {
                    sending->attempts[event->delivered.outcome]++;
                    *id = sending->in_flight.items[--sending->in_flight.count];
                    return;
                }
            }
        }
    }
}

enum bw_err bw_engine_step(struct bw_engine *engine, struct bw_event *event,
                           struct bw_commands *commands, struct bw_error *err)
{
    bool more = false;
    engine->now_ms = event->now_ms;
    note_arrival(engine, event);
    enum bw_err rc = bw_db_begin(engine->db, err);
    if (rc == BW_OK) {
        rc = handle(engine, event, err);
    }
    if (rc == BW_OK && engine->settings != NULL) {
        rc = carry_on(engine, event, &more, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_commit(engine->db, err);
    }
    if (rc != BW_OK) {
        rc = give_up(engine, event, commands, rc);
    } else {
        hand_over_replies(engine, commands);
        rc = bw_engine_schedule(engine, more, commands, err);
    }
    bw_event_clear(event);
    return rc;
}
