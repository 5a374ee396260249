/* daemon/engine/message.h: what a sink is told, as a CloudEvent, and the way into the outbox. */
#ifndef BW_ENGINE_MESSAGE_H
#define BW_ENGINE_MESSAGE_H
#include "engine/state.h"

enum { BW_MESSAGE_ID_TEXT = 40 };

struct bw_message { /* borrowed texts */
    const char *type; /* after io.basewatch. */
    const char *subject;
    int64_t notice;   /* 0: none */
    const char *data; /* JSON */
    int64_t due_ms;   /* 0: before what waits already */
};

/* Write the message for a sink, with what it tells of; delivery may be NULL. */
enum bw_err bw_engine_send(struct bw_engine *engine, const char *sink,
                           const struct bw_message *message, int64_t *delivery,
                           struct bw_error *err);
/* A notice as the sink may read it. Ownership: *data is the caller's. */
enum bw_err bw_engine_notice_data(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                  const struct bw_notice *notice, char **data,
                                  struct bw_error *err);

/* Returns out, BW_MESSAGE_ID_TEXT bytes. */
const char *bw_message_id(struct bw_engine *engine, const char *sink,
                          const struct bw_message *message, char *out);
/* The bytes of the message. Ownership: the caller's. */
char *bw_message_render(const struct bw_engine *engine, const struct bw_message *message,
                        const char *id);
#endif
