/* daemon/io/sender.h: one attempt at one delivery. The webhook is built in: Standard Webhooks 1.0.0
 * and CloudEvents 1.0 structured mode in one request. Every other sink is a plugin's, carried by a
 * courier. */
#ifndef BW_IO_SENDER_H
#define BW_IO_SENDER_H
#include "engine/event.h"
#include "io/courier.h"
#include "io/http.h"
#include "io/keyring.h"
#include "io/mailer.h"

struct bw_sender;

/* result is owned by the callback. */
typedef void (*bw_sender_done)(void *context, struct bw_delivered *result);

enum {
    BW_SENDER_TIMEOUT_MS = 20 * 1000,
    BW_SENDER_ANSWER_MAX = 64 * 1024, /* more is not read; the status counts all the same */
    BW_SENDER_CHILDREN_MAX = 4,       /* couriers on their way; others wait in order */
};

/* Plugins are called with verb: DELIVER to sinks, TRIGGER to the triggers of eval jobs.
 * Ownership: all pointers are borrowed, plugin_dir is copied. */
struct bw_sender *bw_sender_new(uv_loop_t *loop, enum bw_verb verb, struct bw_http *http,
                                struct bw_mailer *mailer, struct bw_keyring *keyring,
                                const char *plugin_dir, bw_sender_done done, void *context);

/* Sign (with the old secret as well while there is one) and send; or let the sink's plugin do it.
 * Every call ends in exactly one done, never from inside the call. sink and deliver are borrowed
 * for the call. Outcome: 2xx is done, 410 disabled; 408, 429, 5xx, no answer and an unreadable
 * secret are a retry (retry_after_ms when 429, 502, 503 or 504 say so); the rest is refused: other
 * answers, a redirect, a URL that may not be called. With a plugin it is what the plugin says; one
 * that cannot be started, or fails without saying why, is a retry. */
void bw_sender_send(struct bw_sender *sender, const struct bw_sink_settings *sink,
                    const struct bw_deliver *deliver);
size_t bw_sender_in_flight(const struct bw_sender *sender);
void bw_sender_close(struct bw_sender *sender); /* at once; done is not called any more */
#endif
