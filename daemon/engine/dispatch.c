/* daemon/engine/dispatch.c: from notice to message to delivery, and what came of it. A message's
 * bytes are written once, in the transaction of the notice that it tells of; what waits for a card
 * is written when that leaves (cards.c). */
#include "engine/state.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "engine/message.h"
#include "engine/rows.h"
#include "store/sink_memory.h"

enum { PAST_PAUSES = 3 }; /* a deadline that is past is repeated by the next message, or then */

#define SOON_MS BW_DAY_MS /* before a deadline everything about it has been said */
#define SINK_FAILING_TOLD_MS BW_HOUR_MS /* a sink fails that long before anybody is told */

enum bw_err bw_engine_send(struct bw_engine *engine, const char *sink,
                           const struct bw_message *message, int64_t *delivery_id,
                           struct bw_error *err)
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
        .due_ms = message->due_ms,
        .created_ms = engine->now_ms,
    };
    enum bw_err rc = bw_outbox_insert(engine->db, &delivery, err);
    if (rc == BW_OK && message->notice != 0) {
        const char *what = bw_str_starts_with(message->type, "notice.")
                               ? message->type + strlen("notice.")
                               : message->type;
        rc = bw_told_insert(engine->db, delivery.id, message->notice, what, 0, err);
    }
    if (delivery_id != NULL) {
        *delivery_id = delivery.id;
    }
    return rc;
}

/* What it is about and how pressing, without models, dates and money. */
static struct bw_notice reduced(const struct bw_notice *notice, char **summary)
{
    *summary = bw_xasprintf("%s: %s", notice->subject, bw_notice_kind_word(notice->kind));
    return (struct bw_notice){
        .id = notice->id,
        .subject = notice->subject,
        .kind = notice->kind,
        .state = notice->state,
        .severity = notice->severity,
        .owner = notice->owner,
        .opened_ms = notice->opened_ms,
        .updated_ms = notice->updated_ms,
        .summary = *summary,
    };
}

enum bw_err bw_engine_notice_data(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                  const struct bw_notice *notice, char **data,
                                  struct bw_error *err)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    BW_CLEANUP(bw_freep) char *summary = NULL;
    const char *confidence = NULL;
    enum bw_err rc = bw_engine_notice_confidence(engine, notice, &confidence, err);
    const struct bw_notice brief = reduced(notice, &summary);
    bw_row_notice(&w, sink->detail == BW_DETAIL_MINIMAL ? &brief : notice, confidence);
    *data = bw_str_take(&text);
    return rc;
}

/* What nobody has in hand and has to be begun now is told at any hour; that it still is, on its
 * last day. */
static bool is_urgent(const struct bw_engine *engine, const struct bw_notice *notice,
                      const char *what)
{
    int64_t left_ms = notice->deadline_ms - engine->now_ms;
    bool again = strcmp(what, "reminder") == 0 && (left_ms > BW_DAY_MS || left_ms < 0);
    return notice->state == BW_NOTICE_OPEN && notice->severity >= BW_SEVERITY_ACT && !again;
}

/* How long what can wait gives way to what its reader has heard last. */
static int64_t pause_of(const struct bw_engine *engine, const struct bw_sink_settings *sink,
                        const struct bw_notice *notice, const char *what)
{
    bool past = strcmp(what, "reminder") == 0 && notice->deadline_ms <= engine->now_ms;
    return sink->rhythm.pause_ms * (past ? PAST_PAUSES : 1);
}

/* When it leaves: soon enough before a deadline, whatever the sink's rhythm is. */
static enum bw_err find_hour(struct bw_engine *engine, const struct bw_sink_settings *sink,
                             const struct bw_notice *notice, const char *what, bool on_card,
                             int64_t *due_ms, struct bw_error *err)
{
    bool foreseen = false;
    enum bw_err rc = bw_engine_saw_it_come(engine, sink, notice, &foreseen, err);
    bool urgent = !foreseen && is_urgent(engine, notice, what);
    int64_t pause_ms = on_card && !urgent ? pause_of(engine, sink, notice, what) : 0;
    int64_t from_ms = engine->now_ms;
    if (rc == BW_OK && pause_ms > 0) {
        int64_t heard_ms = 0;
        rc = bw_items_heard(engine->db, sink->name, notice->owner, &heard_ms, err);
        from_ms = heard_ms == 0 ? from_ms : heard_ms + pause_ms;
    }
    int64_t last_ms = notice->deadline_ms > engine->now_ms ? notice->deadline_ms - SOON_MS
                                                           : INT64_MAX;
    from_ms = from_ms < last_ms ? from_ms : last_ms;
    from_ms = from_ms > engine->now_ms ? from_ms : engine->now_ms;
    *due_ms = urgent ? from_ms : bw_settings_free_ms(engine->settings, sink, from_ms);
    return rc;
}

int64_t bw_engine_rank(const struct bw_notice *notice)
{
    return notice->kind == BW_NOTICE_PRICE_STALE ? 0 : 1 + (int64_t)notice->severity;
}

static enum bw_err tell(struct bw_engine *engine, const struct bw_sink_settings *sink,
                        const struct bw_notice *notice, const char *what, bool on_card,
                        struct bw_error *err)
{
    int64_t due_ms = 0;
    enum bw_err rc = find_hour(engine, sink, notice, what, on_card, &due_ms, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (on_card) {
        const struct bw_item item = { sink->name, notice->owner, notice->id,
                                      (char *)what, due_ms,       bw_engine_rank(notice) };
        return bw_items_insert(engine->db, &item, err);
    }
    BW_CLEANUP(bw_freep) char *data = NULL;
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("notice.%s", what);
    if (due_ms == engine->now_ms) {
        rc = bw_outbox_hurry(engine->db, sink->name, notice->id, due_ms, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_notice_data(engine, sink, notice, &data, err);
    }
    const struct bw_message message = { type, notice->subject, notice->id, data, due_ms };
    return rc == BW_OK ? bw_engine_send(engine, sink->name, &message, NULL, err) : rc;
}

/* Borrowed from the notice. */
static struct bw_sink_topic topic_of(const struct bw_notice *notice)
{
    enum bw_technique technique = BW_TECHNIQUE_PROMPT;
    bool known = bw_technique_parse(notice->technique, &technique);
    return (struct bw_sink_topic){ notice->owner,
                                   notice->platform,
                                   &notice->tags,
                                   known ? 1U << technique : 0,
                                   1U << notice->severity,
                                   1U << notice->kind };
}

bool bw_engine_wants(const struct bw_engine *engine, const struct bw_sink_settings *sink,
                     const struct bw_notice *notice)
{
    const struct bw_sink_topic topic = topic_of(notice);
    return bw_settings_routes(engine->settings, sink, &topic);
}

enum bw_err bw_engine_say(struct bw_engine *engine, const struct bw_notice *notice,
                          const char *what, const struct bw_move_notice *how,
                          struct bw_error *err)
{
    bool superseded = strcmp(what, "superseded") == 0;
    bool closing = superseded || strcmp(what, "resolved") == 0;
    /* People know. */
    bool for_programs = superseded || bw_engine_is_person(how->actor) || how->for_programs;
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        bool people = sink->group == BW_GROUP_OWNER;
        bool told = bw_engine_wants(engine, sink, notice);
        bool read = false;
        if (rc == BW_OK && closing) {
            rc = bw_told_knows(engine->db, sink->name, notice->id, &told, err);
        }
        if (rc == BW_OK && how->by_time) {
            rc = bw_engine_has_read(engine, sink, notice, &read, err);
        }
        if (rc == BW_OK && told && !read && !(people && for_programs)) {
            rc = tell(engine, sink, notice, what, people || how->summed_up, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_announce_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                      const char *subject, const char *what, const char *text,
                                      struct bw_error *err)
{
    const char *noun = bw_notice_about(kind) == BW_ABOUT_SINK ? "sink" : "source";
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("%s.%s", noun, what);
    BW_CLEANUP(bw_freep) char *brief = bw_xasprintf("%s %s: %s", noun, subject, what);
    const struct bw_sink_topic topic = { .owner = "",
                                         .severity = 1U << BW_SEVERITY_ACT,
                                         .kind = 1U << kind };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        bool itself = bw_notice_about(kind) == BW_ABOUT_SINK && strcmp(sink->name, subject) == 0;
        if (rc != BW_OK || itself || !bw_settings_routes(engine->settings, sink, &topic)) {
            continue;
        }
        BW_CLEANUP(bw_str_clear) struct bw_str data = { 0 };
        struct bw_json_writer w = { .out = &data };
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, noun, subject);
        bw_json_add_text(&w, "summary", sink->detail == BW_DETAIL_MINIMAL ? brief : text);
        bw_json_object_end(&w);
        const struct bw_message message = { type, subject, 0, data.text, engine->now_ms };
        rc = bw_engine_send(engine, sink->name, &message, NULL, err);
    }
    return rc;
}

/* {"summary", and the row of the job}. Ownership: the caller's. */
static char *eval_data(const struct bw_eval_job *job)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    bool tuned = job->tuned != NULL;
    const char *on = tuned ? job->tuned : job->candidate;
    BW_CLEANUP(bw_freep)
    char *summary =
        job->state == BW_JOB_FINISHED
            ? bw_xasprintf("%s on %s: %s: %s", job->deployment, on,
                           bw_eval_verdict_word(job->verdict), job->reason)
            : bw_xasprintf("%s: run the suite %s on %s%s%s and on %s; basewatch evals token %lld",
                           job->deployment, job->suite, job->baseline, tuned ? ", on " : "",
                           tuned ? job->candidate : "", on, (long long)job->id);
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
    const struct bw_message message = { "eval.requested", job->deployment, 0, data,
                                        engine->now_ms };
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        if (rc == BW_OK && is_webhook(sink)) {
            rc = bw_engine_send(engine, sink->name, &message, NULL, err);
        }
    }
    return rc;
}

enum bw_err bw_engine_announce_eval(struct bw_engine *engine, const struct bw_eval_job *job,
                                    const struct bw_notice *notice, bool moved,
                                    struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *data = eval_data(job);
    const struct bw_sink_topic topic = topic_of(notice);
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &engine->settings->sinks)
    {
        bool told = bw_settings_routes(engine->settings, sink, &topic) &&
                    (!moved || is_webhook(sink));
        if (rc == BW_OK && told) {
            bool minimal = sink->detail == BW_DETAIL_MINIMAL;
            const struct bw_message message = {
                "eval.finished", job->deployment, 0,
                minimal ? "{\"summary\":\"an eval has finished\"}" : data,
                bw_settings_free_ms(engine->settings, sink, engine->now_ms)
            };
            rc = bw_engine_send(engine, sink->name, &message, NULL, err);
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
                                                "happened\"}" };
    return bw_engine_send(engine, sink, &message, NULL, err);
}

static void settle(struct bw_engine *engine, struct bw_delivery *delivery,
                   enum bw_delivery_state state, const char *detail)
{
    delivery->state = state;
    delivery->settled_ms = engine->now_ms;
    bw_replace(&delivery->detail, detail);
}

/* ---- results ---- */

static void note_endpoint(struct bw_engine *engine, struct bw_sink *sink,
                          const struct bw_delivered *result)
{
    switch (result->outcome) {
    case BW_DELIVERY_DONE:
    case BW_DELIVERY_REFUSED: /* it answers: other messages may pass */
        sink->failures = 0;
        sink->failing_since_ms = 0;
        sink->paused_until_ms = 0;
        bw_replace(&sink->detail, result->outcome == BW_DELIVERY_DONE ? "" : result->error);
        break;
    case BW_DELIVERY_RETRY:
        sink->failing_since_ms = sink->failures == 0 ? engine->now_ms : sink->failing_since_ms;
        /* What was sent together fails together: once. */
        sink->failures += sink->paused_until_ms > engine->now_ms ? 0 : 1;
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

/* Who should hear it does, by another way than this one. */
static enum bw_err tell_operators(struct bw_engine *engine, const struct bw_sink *sink,
                                  enum bw_delivery_outcome outcome, struct bw_error *err)
{
    if (outcome == BW_DELIVERY_DONE) {
        return bw_engine_end_outage(engine, BW_NOTICE_SINK_FAILING, sink->name, "basewatch",
                                    "the sink takes messages again", err);
    }
    if (outcome == BW_DELIVERY_RETRY &&
        engine->now_ms - sink->failing_since_ms < SINK_FAILING_TOLD_MS) {
        return BW_OK;
    }
    return bw_engine_raise_outage(engine, BW_NOTICE_SINK_FAILING, sink->name, "", sink->detail,
                                  err);
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
        bool was_well = sending->row.detail[0] == '\0';
        note_endpoint(engine, &sending->row, result);
        if (!was_well || result->outcome != BW_DELIVERY_DONE) {
            rc = bw_sinks_save(engine->db, &sending->row, err);
            rc = rc == BW_OK ? tell_operators(engine, &sending->row, result->outcome, err) : rc;
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
