/* daemon/engine/dispatch.c: from notice to message to delivery, and what came of it. A message's
 * bytes are written once, in the transaction of the notice that it tells of. */
#include "engine/state.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "engine/message.h"
#include "engine/rows.h"
#include "store/sink_memory.h"

enum { WORST_LISTED = 20 }; /* a card lists that many and says the count */

static enum bw_err send_to(struct bw_engine *engine, const char *sink,
                           const struct bw_message *message, struct bw_error *err)
{
    char id[BW_MESSAGE_ID_TEXT];
    bw_message_id(engine, sink, message, id);
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = {
        .sink = bw_xstrdup(sink),
        .message_id = bw_xstrdup(id),
        .type = bw_xasprintf("io.basewatch.%s", message->type),
        .subject = bw_xstrdup(message->subject),
        .notice = message->notice,
        .body = bw_message_render(engine, message, id),
        .due_ms = message->first ? 0 : engine->now_ms,
        .created_ms = engine->now_ms,
    };
    return bw_outbox_insert(engine->db, &delivery, err);
}

static char *notice_data(const struct bw_notice *notice)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    bw_row_notice(&w, notice);
    return bw_str_take(&data);
}

enum bw_err bw_engine_announce(struct bw_engine *engine, const struct bw_notice *notice,
                               const char *what, bool summed_up, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *data = notice_data(notice);
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("notice.%s", what);
    const struct bw_message message = { type, notice->subject, notice->id, data, false };
    const struct bw_sink_topic topic = { notice->owner, notice->platform, 1U << notice->severity,
                                         1U << notice->kind };
    bool closing = strcmp(what, "resolved") == 0 || strcmp(what, "superseded") == 0;
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        bool told = bw_settings_routes(engine->settings, sink, &topic);
        if (rc == BW_OK && closing) {
            rc = bw_outbox_knows(engine->db, sink->name, notice->id, &told, err);
        }
        const struct bw_card_key card = { sink->name, notice->owner, (char *)what };
        bool on_card = summed_up || sink->group == BW_GROUP_OWNER;
        if (rc == BW_OK && told) {
            rc = on_card ? bw_items_insert(engine->db, &card, notice->id, err)
                         : send_to(engine, sink->name, &message, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_announce_source(struct bw_engine *engine, const char *source,
                                      const char *what, const char *text, struct bw_error *err)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "source", source);
    bw_json_add_text(&w, "summary", text);
    bw_json_object_end(&w);
    BW_CLEANUP(bw_freep) char *json = bw_str_take(&data);
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("source.%s", what);
    const struct bw_message message = { type, source, 0, json, false };
    const struct bw_sink_topic topic = { "", NULL, 1U << BW_SEVERITY_ACT,
                                         1U << BW_NOTICE_SOURCE_FAILING };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        if (rc == BW_OK && bw_settings_routes(engine->settings, sink, &topic)) {
            rc = send_to(engine, sink->name, &message, err);
        }
    }
    return rc;
}

/* {"summary", and the row of the job}. Ownership: the caller's. */
static char *eval_data(const struct bw_eval_job *job)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    const char *on = job->tuned == NULL ? job->candidate : job->tuned;
    BW_CLEANUP(bw_freep)
    char *summary =
        job->state == BW_JOB_FINISHED
            ? bw_xasprintf("%s on %s: %s: %s", job->deployment, on,
                           bw_eval_verdict_word(job->verdict), job->reason)
            : bw_xasprintf("%s: run the suite %s on %s and on %s; basewatch evals token %lld",
                           job->deployment, job->suite, job->baseline, on, (long long)job->id);
    bw_row_eval(&w, job, summary);
    return bw_str_take(&data);
}

static bool is_webhook(const struct bw_sink_settings *sink)
{
    return strcmp(sink->plugin, "webhook") == 0;
}

enum bw_err bw_engine_announce_request(struct bw_engine *engine, const struct bw_eval_job *job,
                                       struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *data = eval_data(job);
    const struct bw_message message = { "eval.requested", job->deployment, 0, data, false };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        if (rc == BW_OK && is_webhook(sink)) {
            rc = send_to(engine, sink->name, &message, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_announce_eval(struct bw_engine *engine, const struct bw_eval_job *job,
                                    const struct bw_notice *notice, bool moved,
                                    struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *data = eval_data(job);
    const struct bw_message message = { "eval.finished", job->deployment, 0, data, false };
    const struct bw_sink_topic topic = { job->owner, notice->platform, 1U << notice->severity,
                                         1U << notice->kind };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        bool told = bw_settings_routes(engine->settings, sink, &topic) &&
                    (!moved || is_webhook(sink));
        if (rc == BW_OK && told) {
            rc = send_to(engine, sink->name, &message, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_announce_test(struct bw_engine *engine, const char *sink,
                                    struct bw_error *err)
{
    const struct bw_message message = { .type = "test",
                                     .subject = sink,
                                     .data = "{\"summary\":\"a test message; nothing has "
                                             "happened\"}",
                                     .first = true };
    return send_to(engine, sink, &message, err);
}

static void settle(struct bw_engine *engine, struct bw_delivery *delivery,
                   enum bw_delivery_state state, const char *detail)
{
    delivery->state = state;
    delivery->settled_ms = engine->now_ms;
    bw_replace(&delivery->detail, detail);
}

enum bw_err bw_engine_withdraw(struct bw_engine *engine, const struct bw_notice *notice,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries untried = { 0 };
    enum bw_err rc = bw_outbox_untried(engine->db, notice->id, &untried, err);
    BW_VEC_EACH(struct bw_delivery, delivery, &untried)
    {
        const struct bw_sending *sending = bw_engine_sending(engine, delivery->sink);
        if (rc != BW_OK ||
            (sending != NULL && bw_engine_is_in_flight(sending, delivery->id))) {
            continue; /* it may have arrived: the closing message follows it */
        }
        settle(engine, delivery, BW_DELIVERY_WITHDRAWN, "no longer true");
        rc = bw_outbox_save(engine->db, delivery, err);
    }
    return rc == BW_OK ? bw_items_forget(engine->db, notice->id, err) : rc;
}

/* ---- summaries ---- */

static int worst_first(const void *a, const void *b)
{
    const struct bw_notice *left = a;
    const struct bw_notice *right = b;
    return left->severity != right->severity ? (int)right->severity - (int)left->severity
                                             : strcmp(left->subject, right->subject);
}

static enum bw_err read_notices(struct bw_engine *engine, const struct bw_ids *ids,
                                struct bw_notices *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(int64_t, id, ids)
    {
        struct bw_notice notice = { 0 };
        if (rc == BW_OK) {
            rc = bw_notices_get(engine->db, *id, &notice, err);
        }
        if (rc == BW_OK) {
            BW_VEC_PUSH(out, notice);
        }
    }
    return rc;
}

static bool all_of_prices(const struct bw_notices *notices)
{
    BW_VEC_EACH(const struct bw_notice, notice, notices)
    {
        if (notice->kind != BW_NOTICE_PRICE_STALE) {
            return false;
        }
    }
    return true;
}

/* Ownership: the caller's. */
static char *summary_of(const struct bw_card_key *card, const struct bw_notices *notices)
{
    static const struct {
        const char *what;
        const char *before;
        const char *after;
    } phrases[] = {
        { "opened", "deployments of", "are behind a newer base" },
        { "updated", "notices of", "have changed" },
        { "reminder", "deadlines of", "come nearer" },
        { "resolved", "notices of", "are settled" },
        { "superseded", "notices of", "give way to newer ones" },
        { "old prices", "estimates of", "rest on prices past their shelf life" },
    };
    const char *what = all_of_prices(notices) ? "old prices" : card->what;
    const char *owner = card->owner[0] == '\0' ? "nobody in particular" : card->owner;
    size_t at = 0;
    while (at + 1 < BW_COUNT(phrases) && strcmp(what, phrases[at].what) != 0) {
        at++;
    }
    return bw_xasprintf("%zu %s %s %s", notices->count, phrases[at].before, owner, phrases[at].after);
}

static char *summary_data(const struct bw_card_key *card, const struct bw_notices *notices)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    BW_CLEANUP(bw_freep) char *summary = summary_of(card, notices);
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "summary", summary);
    bw_json_add_text(&w, "owner", card->owner);
    bw_json_add_i64(&w, "count", (int64_t)notices->count);
    bw_json_array_begin(&w, "notices");
    for (size_t i = 0; i < notices->count && i < WORST_LISTED; i++) {
        const struct bw_notice *notice = &notices->items[i];
        bw_json_object_begin(&w, NULL);
        bw_json_add_id(&w, "id", notice->id);
        bw_json_add_text(&w, "deployment", notice->subject);
        bw_json_add_text(&w, "kind", bw_notice_kind_word(notice->kind));
        bw_json_add_text(&w, "severity", bw_severity_word(notice->severity));
        bw_json_add_text(&w, "candidate", notice->candidate);
        bw_json_add_text(&w, "summary", notice->summary);
        bw_json_object_end(&w);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    return bw_str_take(&data);
}

static enum bw_err send_summary(struct bw_engine *engine, const struct bw_card_key *card,
                                struct bw_notices *notices, struct bw_error *err)
{
    qsort(notices->items, notices->count, sizeof(*notices->items), worst_first);
    bool single = notices->count == 1;
    BW_CLEANUP(bw_freep) char *data =
        single ? notice_data(&notices->items[0]) : summary_data(card, notices);
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("notice.%s", card->what);
    const struct bw_message message = {
        .type = type,
        .subject = single                    ? notices->items[0].subject
                   : card->owner[0] == '\0' ? "unowned"
                                             : card->owner,
        .notice = single ? notices->items[0].id : 0,
        .data = data,
    };
    return send_to(engine, card->sink, &message, err);
}

enum bw_err bw_engine_sum_up(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_card_key_clear) struct bw_card_key card = { 0 };
    BW_CLEANUP(bw_ids_clear) struct bw_ids ids = { 0 };
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    enum bw_err rc = bw_items_next(engine->db, &card, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    rc = bw_items_take(engine->db, &card, &ids, err);
    if (rc == BW_OK) {
        rc = read_notices(engine, &ids, &notices, err);
    }
    return rc == BW_OK ? send_summary(engine, &card, &notices, err) : rc;
}

/* ---- results ---- */

static void note_endpoint(struct bw_engine *engine, struct bw_sink *sink,
                          const struct bw_delivered *result)
{
    switch (result->outcome) {
    case BW_DELIVERY_DONE:
    case BW_DELIVERY_REFUSED: /* it answers: the message is at fault, not the endpoint */
        sink->failures = 0;
        sink->paused_until_ms = 0;
        bw_replace(&sink->detail, "");
        break;
    case BW_DELIVERY_RETRY:
        sink->failures++;
        sink->paused_until_ms =
            engine->now_ms + bw_delivery_circuit_ms(sink->failures, result->retry_after_ms);
        bw_replace(&sink->detail, result->error);
        break;
    case BW_DELIVERY_DISABLED:
        sink->disabled_ms = engine->now_ms;
        bw_replace(&sink->detail, "the endpoint answered 410 Gone; it gets nothing more until "
                                  "`basewatch sinks test` reaches it again");
        break;
    }
}

static void note_attempt(struct bw_engine *engine, struct bw_delivery *delivery,
                         const struct bw_delivered *result)
{
    delivery->attempts++;
    switch (result->outcome) {
    case BW_DELIVERY_DONE:
        settle(engine, delivery, BW_DELIVERY_DELIVERED, "");
        return;
    case BW_DELIVERY_REFUSED:
    case BW_DELIVERY_DISABLED:
        settle(engine, delivery, BW_DELIVERY_FAILED, result->error);
        break;
    case BW_DELIVERY_RETRY: {
        int64_t wait_ms = bw_delivery_wait_ms(delivery->attempts, result->retry_after_ms,
                                              (uint64_t)delivery->id);
        delivery->due_ms = engine->now_ms + wait_ms;
        bw_replace(&delivery->detail, result->error);
        if (wait_ms < 0) {
            settle(engine, delivery, BW_DELIVERY_FAILED, result->error);
        }
        break;
    }
    }
    bw_log(BW_LOG_WARNING, "sink '%s': message %s: attempt %" PRId64 ": %s; %s", delivery->sink,
           delivery->message_id, delivery->attempts, delivery->detail,
           delivery->state == BW_DELIVERY_FAILED ? "given up" : "sent again later");
}

static enum bw_err write_result(struct bw_engine *engine, const struct bw_delivered *result,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    enum bw_err rc = bw_outbox_get(engine->db, result->delivery_id, &delivery, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    struct bw_sending *sending = bw_engine_sending(engine, delivery.sink);
    note_attempt(engine, &delivery, result);
    rc = bw_outbox_save(engine->db, &delivery, err);
    if (rc == BW_OK && result->memory != NULL) {
        rc = bw_sink_memory_set(engine->db, &delivery, result->memory, engine->now_ms, err);
    }
    if (rc == BW_OK && sending != NULL) {
        bool was_well = sending->row.failures == 0 && sending->row.disabled_ms == 0;
        note_endpoint(engine, &sending->row, result);
        if (!was_well || result->outcome != BW_DELIVERY_DONE) {
            rc = bw_sinks_save(engine->db, &sending->row, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_delivered(struct bw_engine *engine, const struct bw_results *results,
                                struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_delivered, result, results)
    {
        rc = rc == BW_OK ? write_result(engine, result, err) : rc;
    }
    return rc;
}
