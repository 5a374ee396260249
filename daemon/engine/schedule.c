/* daemon/engine/schedule.c: what is due: polls, deliveries, and the instant to be woken. */
#include "engine/state.h"

#include <string.h>

#include "store/sink_memory.h"
#include "store/unsaid.h"

struct bw_polling *bw_engine_polling(struct bw_engine *engine, const char *source)
{
    BW_VEC_EACH(struct bw_polling, polling, &engine->polling)
    {
        if (strcmp(polling->name, source) == 0) {
            return polling;
        }
    }
    return NULL;
}

struct bw_sending *bw_engine_sending(struct bw_engine *engine, const char *sink)
{
    BW_VEC_EACH(struct bw_sending, sending, &engine->sending)
    {
        if (strcmp(sending->row.name, sink) == 0) {
            return sending;
        }
    }
    return NULL;
}

static void earlier(int64_t *wake_ms, int64_t at_ms)
{
    *wake_ms = at_ms < *wake_ms ? at_ms : *wake_ms;
}

static void poll_due(struct bw_engine *engine, int64_t *wake_ms, struct bw_commands *commands)
{
    BW_VEC_EACH(struct bw_polling, polling, &engine->polling)
    {
        if (polling->in_flight) {
            continue;
        }
        if (polling->due_ms > engine->now_ms) {
            earlier(wake_ms, polling->due_ms);
            continue;
        }
        struct bw_command poll = { .type = BW_COMMAND_POLL,
                                   .poll = { bw_xstrdup(polling->name),
                                             bw_xstrdup(polling->memory) } };
        polling->in_flight = true;
        BW_VEC_PUSH(commands, poll);
    }
}

bool bw_engine_is_in_flight(const struct bw_sending *sending, int64_t id)
{
    BW_VEC_EACH(const int64_t, flying, &sending->in_flight)
    {
        if (*flying == id) {
            return true;
        }
    }
    return false;
}

static enum bw_err send(struct bw_engine *engine, struct bw_sending *sending,
                        struct bw_delivery *delivery, struct bw_commands *commands,
                        struct bw_error *err)
{
    struct bw_command command = { .type = BW_COMMAND_DELIVER };
    char *memory = NULL;
    enum bw_err rc = bw_sink_memory_get(engine->db, delivery, &memory, err);
    if (rc != BW_OK) {
        return rc;
    }
    command.deliver = (struct bw_deliver){
        .delivery_id = delivery->id,
        .sink = BW_TAKE(delivery->sink),
        .message_id = BW_TAKE(delivery->message_id),
        .body = BW_TAKE(delivery->body),
        .memory = memory,
    };
    BW_VEC_PUSH(&sending->in_flight, delivery->id);
    BW_VEC_PUSH(commands, command);
    return BW_OK;
}

/* An endpoint that fails gets one probe at a time, when its pause has ended, and so does one that has
 * not answered of late: nobody knows how it is. */
static enum bw_err send_due(struct bw_engine *engine, struct bw_sending *sending,
                            int64_t *wake_ms, struct bw_commands *commands, struct bw_error *err)
{
    bool well = sending->row.failures == 0 &&
                engine->now_ms - sending->answered_ms <= BW_ANSWER_LASTS_MS;
    size_t room = well ? BW_SINK_IN_FLIGHT_MAX : 1;
    if (sending->row.disabled_ms != 0 || sending->in_flight.count >= room ||
        sending->alive.count > 0 || sending->telling) {
        return BW_OK;
    }
    if (sending->row.paused_until_ms > engine->now_ms) {
        earlier(wake_ms, sending->row.paused_until_ms);
        return BW_OK;
    }
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries due = { 0 };
    enum bw_err rc = bw_outbox_due(engine->db, sending->row.name, engine->now_ms,
                                   2 * BW_SINK_IN_FLIGHT_MAX, &due, err);
    BW_VEC_EACH(struct bw_delivery, delivery, &due)
    {
        if (rc == BW_OK && sending->in_flight.count < room &&
            !bw_engine_is_in_flight(sending, delivery->id)) {
            rc = send(engine, sending, delivery, commands, err);
        }
    }
    int64_t next_ms = INT64_MAX;
    if (rc == BW_OK) {
        rc = bw_outbox_next_due(engine->db, sending->row.name, engine->now_ms, &next_ms, err);
    }
    earlier(wake_ms, next_ms);
    return rc;
}

static enum bw_err next_by_time(struct bw_engine *engine, int64_t *wake_ms, struct bw_error *err)
{
    static enum bw_err (*const asked[])(struct bw_db *, int64_t *, struct bw_error *) = {
        bw_cohorts_next_due, bw_notices_next_end, bw_notices_next_rise, bw_notices_next_reminder,
    };
    static enum bw_err (*const asked_now[])(struct bw_db *, int64_t, int64_t *,
                                            struct bw_error *) = {
        bw_items_next_due, bw_unsaid_next,
    };
    int64_t next_ms = INT64_MAX;
    enum bw_err rc = bw_engine_evals_next_due(engine, &next_ms, err);
    earlier(wake_ms, next_ms);
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(asked); i++) {
        rc = asked[i](engine->db, &next_ms, err);
        earlier(wake_ms, next_ms);
    }
    for (size_t i = 0; rc == BW_OK && i < BW_COUNT(asked_now); i++) {
        rc = asked_now[i](engine->db, engine->now_ms, &next_ms, err);
        earlier(wake_ms, next_ms);
    }
    return rc;
}

enum bw_err bw_engine_schedule(struct bw_engine *engine, bool more, enum bw_err so_far,
                               struct bw_commands *commands, struct bw_error *err)
{
    int64_t wake_ms = more ? engine->now_ms : INT64_MAX;
    int64_t redo_ms = engine->now_ms + BW_REDO_MS;
    enum bw_err rc = so_far;
    poll_due(engine, &wake_ms, commands);
    BW_VEC_EACH(struct bw_sending, sending, &engine->sending)
    {
        if (rc == BW_OK) {
            rc = send_due(engine, sending, &wake_ms, commands, err);
        }
        if (rc == BW_OK) {
            rc = bw_engine_keep_alive(engine, sending, &wake_ms, commands, err);
        }
    }
    if (rc == BW_OK) {
        rc = bw_engine_look_after(engine, commands, err);
    }
    if (rc == BW_OK) {
        rc = next_by_time(engine, &wake_ms, err);
    }
    if (engine->undone.count > 0) {
        earlier(&wake_ms, redo_ms);
    }
    struct bw_command wake = { .type = BW_COMMAND_WAKE,
                               .wake_ms = rc == BW_OK ? wake_ms : redo_ms };
    BW_VEC_PUSH(commands, wake);
    return rc;
}

static void note_polled(struct bw_engine *engine, const char *name, enum bw_poll_outcome outcome)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    struct bw_polling *polling = bw_engine_polling(engine, name);
    bool again = bw_engine_note_poll(engine, name, false);
    if (polling == NULL) {
        return;
    }
    /* What could not be written, or could not be read again, is tried after a minute. */
    bool known = bw_sources_get(engine->db, name, &source, NULL) == BW_OK;
    polling->in_flight = false;
    polling->looks = false;
    bw_replace(&polling->memory, known ? source.memory : polling->memory);
    polling->polls[outcome]++;
    polling->due_ms = again                                     ? engine->now_ms
                      : known && source.due_ms > engine->now_ms ? source.due_ms
                                                                : engine->now_ms + BW_MINUTE_MS;
}

static bool take_out(struct bw_ids *ids, int64_t which)
{
    BW_VEC_EACH(int64_t, id, ids)
    {
        if (*id == which) {
            *id = ids->items[--ids->count];
            return true;
        }
    }
    return false;
}

static void note_delivered(struct bw_engine *engine, const struct bw_delivered *result)
{
    BW_VEC_EACH(struct bw_sending, sending, &engine->sending)
    {
        bool alive = take_out(&sending->alive, result->delivery_id);
        if (alive || take_out(&sending->in_flight, result->delivery_id)) {
            /* What it does not take now it is told when the next ones are due. */
            sending->telling = sending->telling && (!alive || result->outcome == BW_DELIVERY_DONE);
            sending->attempts[result->outcome]++;
            if (result->outcome == BW_DELIVERY_DONE || result->outcome == BW_DELIVERY_REFUSED) {
                sending->answered_ms = engine->now_ms;
            }
            return;
        }
    }
}

void bw_engine_note_arrival(struct bw_engine *engine, const struct bw_event *event)
{
    if (event->type == BW_EVENT_POLLED) {
        note_polled(engine, event->polled.source, event->polled.outcome);
    } else if (event->type == BW_EVENT_DELIVERED) {
        BW_VEC_EACH(const struct bw_delivered, result, &event->delivered)
        {
            note_delivered(engine, result);
        }
    } else if (event->type == BW_EVENT_TRIGGERED) {
        (void)take_out(&engine->triggering, event->delivered.items[0].delivery_id);
    }
}
