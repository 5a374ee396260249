/* daemon/engine/write_commands.c: the commands that change something. Each is one transaction, and
 * what it refuses leaves nothing behind. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/call.h"
#include "engine/rows.h"

static const struct {
    const char *word;
    enum bw_notice_state to;
    bool ends;  /* takes --until */
    const char *event;
} ACTIONS[] = {
    { "ack", BW_NOTICE_ACKNOWLEDGED, false, "acknowledged" },
    { "snooze", BW_NOTICE_SNOOZED, true, "snoozed" },
    { "waive", BW_NOTICE_WAIVED, true, "waived" },
    { "resolve", BW_NOTICE_RESOLVED, false, "resolved" },
    { "reopen", BW_NOTICE_OPEN, false, "reopened" },
};

static enum bw_err read_until(struct bw_call *call, bool needed, int64_t *out_ms,
                              struct bw_error *err)
{
    const char *until = bw_json_text(bw_json_get(call->json, "until"), NULL);
    if (until != NULL && !needed) {
        return bw_fail(err, BW_ERR_INVALID, "until is for snooze and waive");
    }
    if (until == NULL) {
        return needed ? bw_fail(err, BW_ERR_INVALID, "until is missing: say when it ends") : BW_OK;
    }
    enum bw_err rc = bw_instant_parse(until, out_ms, err);
    if (rc == BW_OK && *out_ms <= call->engine->now_ms) {
        rc = bw_fail(err, BW_ERR_INVALID, "until '%s' has passed already", until);
    }
    return rc;
}

enum bw_err bw_api_notice_move(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice notice = { 0 };
    BW_CLEANUP(bw_freep) char *actor = bw_call_actor(call);
    size_t action = 0;
    while (action < BW_COUNT(ACTIONS) && strcmp(ACTIONS[action].word, call->args[1]) != 0) {
        action++;
    }
    if (action == BW_COUNT(ACTIONS)) {
        return bw_fail(err, BW_ERR_NOTFOUND,
                       "a notice can be: ack, snooze, waive, resolve, reopen");
    }
    struct bw_move_notice how = { .to = ACTIONS[action].to,
                                  .event = ACTIONS[action].event,
                                  .actor = actor };
    enum bw_err rc = read_until(call, ACTIONS[action].ends, &how.until_ms, err);
    how.reason = bw_json_text(bw_json_get(call->json, "reason"), "");
    if (rc == BW_OK && how.reason[0] == '\0') {
        rc = bw_fail(err, BW_ERR_INVALID, "reason is missing: say why");
    }
    if (rc == BW_OK) {
        rc = bw_notices_get(call->engine->db, call->id, &notice, err);
    }
    if (rc == BW_OK && how.to == BW_NOTICE_OPEN) {
        rc = bw_engine_renew(call->engine, &notice, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_move(call->engine, &notice, &how, err);
    }
    if (rc == BW_OK) {
        rc = bw_call_notice(call, &notice, err);
    }
    return rc;
}

/* ---- sources ---- */

enum bw_err bw_api_poll(struct bw_call *call, struct bw_error *err)
{
    const char *name = bw_json_text(bw_json_get(call->json, "name"), NULL);
    BW_CLEANUP(bw_waiter_clear) struct bw_waiter waiter = { .request = call->request->id };
    BW_VEC_EACH(struct bw_polling, polling, &call->engine->polling)
    {
        if (name == NULL || strcmp(polling->name, name) == 0) {
            const struct bw_awaited awaited = { bw_xstrdup(polling->name),
                                                polling->in_flight ? 2 : 1 };
            polling->due_ms = call->engine->now_ms;
            BW_VEC_PUSH(&waiter.waiting, awaited);
        }
    }
    if (waiter.waiting.count == 0) {
        return bw_fail(err, BW_ERR_NOTFOUND,
                       name == NULL ? "no source is configured" : "no source is called '%.200s'",
                       name);
    }
    bw_engine_wait(call->engine, &waiter);
    call->answered_later = true;
    return BW_OK;
}

enum bw_err bw_api_accept(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *actor = bw_call_actor(call);
    call->answered_later = true;
    return bw_engine_accept(call->engine, call->args[0], actor, call->request->id, err);
}

/* ---- sinks ---- */

enum bw_err bw_api_sink_test(struct bw_call *call, struct bw_error *err)
{
    struct bw_sending *sending = bw_engine_sending(call->engine, call->args[0]);
    if (sending == NULL) {
        return bw_fail(err, BW_ERR_NOTFOUND, "no sink is called '%.200s'", call->args[0]);
    }
    enum bw_err rc = bw_engine_announce_test(call->engine, call->args[0], err);
    if (sending->row.disabled_ms != 0) {
        sending->row.failures = 1; /* the test goes alone, what waits follows when it arrives */
    }
    sending->row.disabled_ms = 0;
    sending->row.paused_until_ms = 0;
    if (rc == BW_OK) {
        rc = bw_sinks_save(call->engine->db, &sending->row, err);
    }
    if (rc == BW_OK) {
        bw_call_begin(call, "sink");
        bw_json_add_text(&call->w, "name", call->args[0]);
        bw_json_array_begin(&call->w, "lines");
        bw_call_line(call, "a test message is on its way to %s; see basewatch deliveries",
                     call->args[0]);
        bw_json_array_end(&call->w);
        bw_call_end(call);
    }
    return rc;
}

/* Who asks for an attempt does not wait for the end of a pause, as with `sinks test`. */
static enum bw_err make_way(struct bw_engine *engine, const char *sink, struct bw_error *err)
{
    struct bw_sending *sending = bw_engine_sending(engine, sink);
    if (sending == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT, "sink '%s' is no longer configured", sink);
    }
    if (sending->row.disabled_ms != 0) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "sink '%s' is disabled: %s", sink, sending->row.detail);
    }
    sending->row.paused_until_ms = 0;
    return bw_sinks_save(engine->db, &sending->row, err);
}

enum bw_err bw_api_delivery_retry(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    enum bw_err rc = bw_outbox_get(call->engine->db, call->id, &delivery, err);
    if (rc == BW_OK &&
        (delivery.state == BW_DELIVERY_DELIVERED || delivery.state == BW_DELIVERY_WITHDRAWN)) {
        return bw_fail(err, BW_ERR_CONFLICT, "delivery %s %s", call->args[0],
                       delivery.state == BW_DELIVERY_DELIVERED ? "has arrived already"
                                                               : "was withdrawn: it says what is "
                                                                 "no longer true");
    }
    if (rc == BW_OK) {
        rc = make_way(call->engine, delivery.sink, err);
    }
    if (rc == BW_OK) {
        delivery.state = BW_DELIVERY_PENDING;
        delivery.attempts = 0;
        delivery.due_ms = call->engine->now_ms;
        delivery.settled_ms = 0;
        rc = bw_outbox_save(call->engine->db, &delivery, err);
    }
    if (rc == BW_OK) {
        bw_row_delivery(&call->w, &delivery);
    }
    return rc;
}
