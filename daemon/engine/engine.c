/* daemon/engine/engine.c: see engine.h. */
#include "engine/taking.h"

#include <string.h>

#include "base/log.h"

/* A step should stay below 50 ms: while it lasts, nobody is answered. */
const int64_t bw_step_bounds_us[BW_STEP_BOUNDS] = { 100,   1000,  5000,   10000,
                                                    25000, 50000, 100000, 1000000 };
#define STEP_NAMED_US 1000 /* in a log of debug */

static void polling_clear(struct bw_polling *polling)
{
    free(polling->name);
    free(polling->memory);
}

static void sending_clear(struct bw_sending *sending)
{
    bw_sink_clear(&sending->row);
    bw_ids_clear(&sending->in_flight);
    bw_ids_clear(&sending->alive);
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
    bw_price_book_free(engine->own_book);
    free(engine->misconfigured);
    free(engine->needs_restart);
    free(engine->instance);
    free(engine->about);
    bw_engine_drop_taking(engine);
    bw_event_clear(&engine->taken);
    bw_db_free(engine->aside);
    free(engine->asked.platform);
    free(engine->asked.scope);
    BW_VEC_CLEAR(&engine->polling, polling_clear);
    BW_VEC_CLEAR(&engine->sending, sending_clear);
    BW_VEC_CLEAR(&engine->waiters, bw_waiter_clear);
    BW_VEC_CLEAR(&engine->lessees, bw_lessee_clear);
    BW_VEC_CLEAR(&engine->grants, BW_VEC_PLAIN);
    bw_names_clear(&engine->offered);
    bw_ids_clear(&engine->triggering);
    BW_VEC_CLEAR(&engine->undone, bw_event_clear);
    BW_VEC_CLEAR(&engine->later, bw_event_clear);
    BW_VEC_CLEAR(&engine->imports, bw_import_clear);
    bw_configuring_clear(&engine->configuring);
    bw_commands_clear(&engine->replies);
    free(engine);
}

static enum bw_err handle(struct bw_engine *engine, struct bw_event *event, struct bw_error *err)
{
    switch (event->type) {
    case BW_EVENT_RULES:
        bw_engine_follow(engine, BW_TAKE(event->rules), BW_TAKE(event->book));
        return BW_OK;
    case BW_EVENT_CONFIGURE:
        bw_replace(&engine->needs_restart, event->needs_restart);
        return bw_engine_configure(engine, event->configure, err);
    case BW_EVENT_MISCONFIGURED:
        bw_replace(&engine->misconfigured, event->misconfigured);
        return BW_OK;
    case BW_EVENT_CLOCK_SET:
        return bw_engine_evals_clock_set(engine, err);
    case BW_EVENT_TIMER:
        return BW_OK;
    case BW_EVENT_POLLED:
        return bw_engine_ingest(engine, &event->polled, err);
    case BW_EVENT_DELIVERED:
        return bw_engine_delivered(engine, &event->delivered, err);
    case BW_EVENT_TRIGGERED:
        return bw_engine_triggered(engine, &event->delivered, err);
    case BW_EVENT_UNHEARD:
        return bw_engine_take_back(engine, event->unheard, err);
    case BW_EVENT_REQUEST:
        return bw_engine_request(engine, &event->request, err);
    }
    return BW_OK;
}

/* In this order: first what the world is by now, then what follows for cohorts, notices and
 * members, then eval jobs that are lost or may begin, then what is said of it all: reminders of what
 * has not been spoken of just now, what another look was awaited for, the cards that are complete,
 * and those to be written anew. */
static const struct {
    const char *name;
    enum bw_err (*work)(struct bw_engine *engine, bool *more, struct bw_error *err);
} CHORES[] = {
    { "placing", bw_engine_place_models }, { "configuring", bw_engine_configure_some },
    { "deriving", bw_engine_derive_some }, { "import", bw_engine_import_some },
    { "adopting", bw_engine_adopt_again }, { "merging", bw_engine_merge_some },
    { "judging", bw_engine_evaluate_due }, { "snoozes", bw_engine_end_snoozes },
    { "rising", bw_engine_raise_due },     { "fan-out", bw_engine_fan_out },
    { "evals", bw_engine_evals_due },      { "reminders", bw_engine_remind_due },
    { "looks", bw_engine_say_due },        { "cards", bw_engine_sum_up },
    { "rewriting", bw_engine_rewrite_cards },
};

/* What events have left to do, up to the first chore that has more than a piece of it. */
static enum bw_err carry_on(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && !*more && i < BW_COUNT(CHORES); i++) {
        engine->chore = CHORES[i].name;
        rc = CHORES[i].work(engine, more, err);
    }
    return rc;
}

/* Chores that keep their place in memory do not know what a transaction has lost. */
static void start_again(struct bw_engine *engine)
{
    if (engine->configuring.under_way) {
        bw_engine_configure_again(engine);
    }
    bw_engine_import_again(engine);
    engine->adopts_again = true;
}

static bool only_asks(const struct bw_event *event)
{
    return event->type == BW_EVENT_REQUEST && strcmp(event->request.method, "GET") == 0;
}

/* The next piece of a list; all of it when nobody could be answered from beside it. */
static enum bw_err take(struct bw_engine *engine, struct bw_event *event, bool whole,
                        struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (bool done = false; rc == BW_OK && !done;) {
        engine->taking->polled = event->type == BW_EVENT_POLLED ? &event->polled : NULL;
        rc = bw_engine_take_some(engine, &done, err);
        if (!done && engine->aside == NULL && !whole) {
            whole = bw_db_open_aside(engine->db, &engine->aside, NULL) != BW_OK;
        }
        done = done || !whole;
    }
    return rc;
}

static enum bw_err begin(struct bw_engine *engine, struct bw_event *event, struct bw_error *err)
{
    enum bw_err rc = bw_db_begin(engine->db, err);
    return rc == BW_OK ? handle(engine, event, err) : rc;
}

static void close_aside(struct bw_engine *engine)
{
    engine->open = false;
    bw_db_free(engine->aside);
    engine->aside = NULL;
}

/* One event as one transaction; *more: there is work left for another one. A list may leave it open,
 * for the next timer to go on with; whole: it may not. */
static enum bw_err perform(struct bw_engine *engine, struct bw_event *event, bool whole, bool *more,
                           struct bw_error *err)
{
    enum bw_err rc = engine->open ? BW_OK : begin(engine, event, err);
    if (rc == BW_OK && engine->taking != NULL && !only_asks(event)) {
        rc = take(engine, event, whole, err);
        engine->open = rc == BW_OK && engine->taking != NULL;
    }
    if (engine->open) {
        *more = true;
        return BW_OK;
    }
    if (event->type == BW_EVENT_REQUEST) {
        *more = true; /* it is answered first; the next event carries on */
    } else if (rc == BW_OK && engine->settings != NULL) {
        rc = carry_on(engine, more, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_commit(engine->db, err);
    }
    if (rc != BW_OK) {
        bw_db_rollback(engine->db);
        bw_commands_clear(&engine->replies);
        bw_engine_settle_lessees(engine, false);
        bw_engine_drop_taking(engine);
        close_aside(engine);
        start_again(engine);
        return rc;
    }
    close_aside(engine);
    bw_engine_settle_lessees(engine, true);
    bw_engine_note_arrival(engine, event);
    return BW_OK;
}

static bool brings_facts(const struct bw_event *event)
{
    return event->type != BW_EVENT_REQUEST && event->type != BW_EVENT_TIMER;
}

/* What an event brought is not lost with its transaction, for nobody would bring it again. What is
 * wrong in itself, and not for a failing database, is let go. */
static void keep(struct bw_engine *engine, struct bw_event *event, enum bw_err why)
{
    if (why != BW_ERR_STORE || !brings_facts(event)) {
        bw_engine_note_arrival(engine, event);
        bw_event_clear(event);
        return;
    }
    BW_VEC_PUSH(&engine->undone, *event);
    *event = (struct bw_event){ .type = BW_EVENT_TIMER };
}

static void redo(struct bw_engine *engine, bool *more)
{
    struct bw_event *events = BW_TAKE(engine->undone.items);
    size_t count = engine->undone.count;
    engine->undone.count = engine->undone.capacity = 0;
    for (size_t i = 0; i < count; i++) {
        struct bw_error failure = { 0 };
        bool left = false;
        events[i].now_ms = engine->now_ms;
        enum bw_err rc = perform(engine, &events[i], true, &left, &failure);
        if (rc == BW_OK) {
            bw_log(BW_LOG_NOTICE, "what the database could not take earlier is written now");
            *more = *more || left;
            bw_event_clear(&events[i]);
        } else {
            bw_log(BW_LOG_DEBUG, "what came earlier still cannot be written: %s", failure.text);
            keep(engine, &events[i], rc);
        }
    }
    free(events);
}

static void refuse(struct bw_engine *engine, const struct bw_event *event)
{
    bw_engine_forget_waiter(engine, event->request.id);
    bw_engine_forget_lessee(engine, event->request.id);
    bw_engine_refuse(engine, event->request.id, 503, "the database does not answer; see the log");
}

/* A newer configuration stands in for one that could not be written. */
static void forget_configurations(struct bw_engine *engine)
{
    for (size_t i = engine->undone.count; i-- > 0;) {
        if (engine->undone.items[i].type == BW_EVENT_CONFIGURE) {
            bw_event_clear(&engine->undone.items[i]);
        }
    }
}

static void hand_over_replies(struct bw_engine *engine, struct bw_commands *commands)
{
    BW_VEC_EACH(struct bw_command, reply, &engine->replies)
    {
        BW_VEC_PUSH(commands, *reply);
    }
    engine->replies.count = 0;
}

/* A question while a list is on its way in: the answer is what was before it. */
static enum bw_err answer_aside(struct bw_engine *engine, struct bw_event *event,
                                struct bw_error *err)
{
    struct bw_db *db = engine->db;
    engine->db = engine->aside;
    enum bw_err rc = begin(engine, event, err);
    bw_db_rollback(engine->aside);
    engine->db = db;
    if (rc != BW_OK) {
        bw_commands_clear(&engine->replies);
        refuse(engine, event);
    }
    return rc;
}

static void push_later(struct bw_engine *engine, struct bw_event *event)
{
    BW_VEC_PUSH(&engine->later, *event);
    *event = (struct bw_event){ .type = BW_EVENT_TIMER };
}

/* A timer goes on with the list that is on its way in, else with what has waited for its end. */
static void take_turn(struct bw_engine *engine, struct bw_event *event, bool *more)
{
    if (engine->open) {
        *event = engine->taken;
        engine->taken = (struct bw_event){ .type = BW_EVENT_TIMER };
    } else if (engine->taking == NULL && engine->later.count > 0) {
        *event = engine->later.items[0];
        memmove(engine->later.items, engine->later.items + 1,
                --engine->later.count * sizeof(*engine->later.items));
    } else if (engine->taking == NULL) {
        redo(engine, more);
    }
    event->now_ms = engine->now_ms;
}

static void name_step(struct bw_engine *engine, const struct bw_event *event)
{
    engine->chore = engine->taking == NULL ? "" : "taking a list";
    bw_replace(&engine->about, event->type == BW_EVENT_POLLED    ? event->polled.source
                               : event->type == BW_EVENT_REQUEST ? event->request.target
                                                                 : "");
}

/* An event that has its turn. */
static enum bw_err do_now(struct bw_engine *engine, struct bw_event *event, bool *more,
                          struct bw_error *err)
{
    if (event->type == BW_EVENT_CONFIGURE) {
        forget_configurations(engine);
    } else if (event->type == BW_EVENT_TIMER) {
        take_turn(engine, event, more);
    }
    name_step(engine, event);
    enum bw_err rc = perform(engine, event, false, more, err);
    if (engine->open) {
        engine->taken = *event;
        *event = (struct bw_event){ .type = BW_EVENT_TIMER };
    }
    *more = *more || engine->later.count > 0;
    return rc;
}

bool bw_engine_is_behind(const struct bw_engine *engine)
{
    return engine->open || engine->later.count > 0;
}

enum bw_err bw_engine_step(struct bw_engine *engine, struct bw_event *event,
                           struct bw_commands *commands, struct bw_error *err)
{
    bool more = false;
    bool waits = event->type != BW_EVENT_TIMER && !only_asks(event) &&
                 (engine->taking != NULL || engine->later.count > 0);
    enum bw_err rc = BW_OK;
    engine->now_ms = event->now_ms;
    engine->at_work_since_ms = engine->at_work ? engine->at_work_since_ms : engine->now_ms;
    bw_replace(&engine->asked.platform, NULL);
    if (waits) {
        push_later(engine, event);
        more = true;
    } else if (engine->open && only_asks(event)) {
        name_step(engine, event);
        rc = answer_aside(engine, event, err);
        bw_event_clear(event);
        more = true;
    } else {
        rc = do_now(engine, event, &more, err);
    }
    if (rc != BW_OK && event->type == BW_EVENT_REQUEST) {
        refuse(engine, event);
    }
    if (rc != BW_OK) {
        keep(engine, event, rc);
    } else if (!more) {
        rc = bw_engine_release_waiters(engine, err);
    }
    engine->at_work = more;
    hand_over_replies(engine, commands);
    if (engine->open) { /* what is due is seen when it is in */
        BW_VEC_PUSH(commands, ((struct bw_command){ .type = BW_COMMAND_WAKE,
                                                    .wake_ms = engine->now_ms }));
    } else {
        rc = bw_engine_schedule(engine, more, rc, commands, err);
    }
    bw_event_clear(event);
    return rc;
}

void bw_engine_note_step(struct bw_engine *engine, enum bw_event_type type, int64_t took_us)
{
    struct bw_step_times *times = &engine->steps[type];
    size_t at = 0;
    while (at < BW_STEP_BOUNDS && took_us > bw_step_bounds_us[at]) {
        at++;
    }
    times->counts[at]++;
    times->sum_us += took_us;
    times->longest_us = took_us > times->longest_us ? took_us : times->longest_us;
    if (took_us >= STEP_NAMED_US) {
        bw_log(BW_LOG_DEBUG, "engine: %lld us: %s %s; %s", (long long)took_us, bw_event_word(type),
               engine->about, engine->chore);
    }
}
