/* daemon/engine/message.h: what a sink is told, as a CloudEvent. */
#ifndef BW_ENGINE_MESSAGE_H
#define BW_ENGINE_MESSAGE_H
#include "engine/state.h"

enum { BW_MESSAGE_ID_TEXT = 40 };

struct bw_message { /* borrowed texts */
    const char *type; /* after io.basewatch. */
    const char *subject;
    int64_t notice;   /* 0: none */
    const char *data; /* JSON */
    bool first;       /* before what waits already */
};

/* Returns out, BW_MESSAGE_ID_TEXT bytes. */
const char *bw_message_id(struct bw_engine *engine, const char *sink,
                          const struct bw_message *message, char *out);
/* The bytes of the message. Ownership: the caller's. */
char *bw_message_render(const struct bw_engine *engine, const struct bw_message *message,
                        const char *id);
#endif
