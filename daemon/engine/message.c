/* daemon/engine/message.c: see message.h. */
#include "engine/message.h"

#include <stdio.h>

#include "base/str.h"
#include "codec/json.h"

/* msg_ and a ULID: 48 bits of time, 80 of a hash over what makes the message the one it is. It is
 * made once; the outbox keeps it for every attempt. */
const char *bw_message_id(struct bw_engine *engine, const char *sink,
                          const struct bw_message *message, char *out)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32 */
    uint64_t high = bw_hash_text(BW_HASH_SEED, engine->instance);
    high = bw_hash_text(bw_hash_text(high, sink), message->type);
    high = bw_hash_text(bw_hash_text(high, message->subject), message->data);
    high ^= (uint64_t)message->notice * UINT64_C(0x9e3779b97f4a7c15) + ++engine->messages;
    uint64_t low = bw_hash(&high, sizeof(high));
    uint64_t time_ms = (uint64_t)engine->now_ms;
    char ulid[27] = { 0 };
    for (int i = 9; i >= 0; i--, time_ms >>= 5) {
        ulid[i] = digits[time_ms & 31];
    }
    for (int i = 25; i >= 10; i--) {
        ulid[i] = digits[(i >= 18 ? low : high) & 31];
        low >>= i >= 18 ? 5 : 0;
        high >>= i >= 18 ? 0 : 5;
    }
    (void)snprintf(out, BW_MESSAGE_ID_TEXT, "msg_%s", ulid);
    return out;
}

/* CloudEvents 1.0, structured mode, with the `timestamp` that Standard Webhooks wants. */
char *bw_message_render(const struct bw_engine *engine, const struct bw_message *message,
                        const char *id)
{
    struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    BW_CLEANUP(bw_freep) char *source = bw_xasprintf("urn:basewatch:%s", engine->instance);
    BW_CLEANUP(bw_freep) char *type = bw_xasprintf("io.basewatch.%s", message->type);
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "specversion", "1.0");
    bw_json_add_text(&w, "id", id);
    bw_json_add_text(&w, "source", source);
    bw_json_add_text(&w, "type", type);
    bw_json_add_text(&w, "subject", message->subject);
    bw_json_add_time(&w, "time", engine->now_ms);
    bw_json_add_time(&w, "timestamp", engine->now_ms);
    bw_json_add_text(&w, "datacontenttype", "application/json");
    bw_json_add_raw(&w, "data", message->data);
    bw_json_object_end(&w);
    return bw_str_take(&body);
}
