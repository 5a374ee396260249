/* daemon/io/courier.h: one delivery carried by a plugin: the child converses, the daemon fetches or
 * mails for it, with the sink's secrets filled in on the way out. An eval job is carried to its
 * trigger in the same way. */
#ifndef BW_IO_COURIER_H
#define BW_IO_COURIER_H
#include <uv.h>

#include "codec/plugin_wire.h"
#include "engine/event.h"
#include "io/http.h"
#include "io/keyring.h"
#include "io/mailer.h"

struct bw_courier;

enum {
    BW_COURIER_TIMEOUT_MS = 60 * 1000,       /* the whole conversation */
    BW_COURIER_ANSWER_MAX = 8 * 1024 * 1024, /* bytes of one answer */
};

struct bw_courier_host { /* what couriers share; outlives each that is not closed */
    uv_loop_t *loop;
    enum bw_verb verb; /* DELIVER a message to a sink, or TRIGGER an eval job */
    struct bw_http *http;
    struct bw_mailer *mailer;
    struct bw_keyring *keyring;
    const char *plugin_dir;
    /* result is the callback's; the courier is gone when it returns. Never from inside a call. */
    void (*done)(void *context, struct bw_courier *courier, struct bw_delivered *result);
    void *context;
};

/* Ownership: host is borrowed, sink and deliver are copied. */
struct bw_courier *bw_courier_new(const struct bw_courier_host *host,
                                  const struct bw_sink_settings *sink,
                                  const struct bw_deliver *deliver);
void bw_courier_begin(struct bw_courier *courier);
void bw_courier_close(struct bw_courier *courier); /* at once; done is not called */
#endif
