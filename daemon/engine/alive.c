/* daemon/engine/alive.c: some sinks hold what they were told in memory alone, and only for a while:
 * an Alertmanager that restarts knows no alert. They are told all that is open, again and again.
 * Such a message is made of what is true now, so it is neither stored nor tried twice; and nothing
 * else is under way beside it, or what it says could arrive after the end of a notice. */
#include <string.h>

#include "base/str.h"
#include "engine/message.h"
#include "engine/rows.h"
#include "store/unsaid.h"

enum { ROWS_MAX = 200 }; /* notices in one message */
#define AGAIN_MS (5 * BW_MINUTE_MS)

static bool forgets(const struct bw_engine *engine, const struct bw_sending *sending)
{
    const struct bw_sink_settings *sink =
        engine->settings == NULL ? NULL : bw_settings_sink(engine->settings, sending->row.name);
    return sink != NULL && strcmp(sink->plugin, "alertmanager") == 0;
}

static enum bw_err tell(struct bw_engine *engine, struct bw_sending *sending,
                        const struct bw_notices *notices, struct bw_commands *commands,
                        struct bw_error *err)
{
    const struct bw_sink_settings *sink = bw_settings_sink(engine->settings, sending->row.name);

    BW_CLEANUP(bw_str_clear) struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    size_t count = 0;
    bw_json_object_begin(&w, NULL);
    bw_json_array_begin(&w, "notices");
    BW_VEC_EACH(const struct bw_notice, notice, notices)
    {
        BW_CLEANUP(bw_freep) char *row = NULL;
        bool unsaid = false;
        enum bw_err rc = bw_unsaid_has(engine->db, notice->id, true, &unsaid, err);
        if (rc == BW_OK && (unsaid || bw_notice_is_put_off(notice->state))) {
            continue;
        }
        rc = rc == BW_OK ? bw_engine_notice_data(engine, sink, notice, &row, err) : rc;
        if (rc != BW_OK) {
            return rc;
        }
        bw_json_add_raw(&w, NULL, row);
        count++;
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    if (count == 0) {
        return BW_OK;
    }
    char id[BW_MESSAGE_ID_TEXT];
    const struct bw_message message = { "notice.live", sending->row.name, 0, data.text, 0 };
    struct bw_command command = { .type = BW_COMMAND_DELIVER };
    command.deliver = (struct bw_deliver){
        .delivery_id = -1 - (int64_t)engine->messages, /* no row of the outbox has such a number */
        .sink = bw_xstrdup(sending->row.name),
        .message_id = bw_xstrdup(bw_message_id(engine, sending->row.name, &message, id)),
        .body = bw_message_render(engine, &message, id),
    };
    BW_VEC_PUSH(&sending->alive, command.deliver.delivery_id);
    BW_VEC_PUSH(commands, command);
    return BW_OK;
}

/* The next of the messages that tell all that is open, one at a time: a hundred thousand notices
 * are many bytes. */
static enum bw_err tell_next(struct bw_engine *engine, struct bw_sending *sending,
                             struct bw_commands *commands, struct bw_error *err)
{
    static const struct bw_notice_filter live = { .state = "live" };
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    struct bw_list_page page = { .after = sending->alive_after, .limit = ROWS_MAX };
    enum bw_err rc = bw_notices_page(engine->db, &live, &page, &notices, err);
    if (rc == BW_OK) {
        rc = tell(engine, sending, &notices, commands, err);
    }
    sending->alive_after = page.next;
    sending->telling = page.next != 0;
    return rc;
}

enum bw_err bw_engine_keep_alive(struct bw_engine *engine, struct bw_sending *sending,
                                 int64_t *wake_ms, struct bw_commands *commands,
                                 struct bw_error *err)
{
    if (!forgets(engine, sending)) {
        return BW_OK;
    }
    enum bw_err rc = BW_OK;
    if (!sending->telling && sending->alive_ms <= engine->now_ms && sending->alive.count == 0 &&
        sending->in_flight.count == 0) {
        sending->telling = true;
        sending->alive_ms = engine->now_ms + AGAIN_MS;
    }
    if (sending->telling && sending->alive.count == 0) {
        rc = tell_next(engine, sending, commands, err);
    }
    if (sending->telling && sending->alive.count == 0) { /* all of these were asleep */
        *wake_ms = engine->now_ms;
    } else if (!sending->telling && sending->alive_ms > engine->now_ms &&
               sending->alive_ms < *wake_ms) {
        *wake_ms = sending->alive_ms;
    }
    return rc;
}
