/* daemon/io/sender.h: one attempt at one delivery. The webhook is built in: Standard Webhooks 1.0.0
 * and CloudEvents 1.0 structured mode in one request. */
#ifndef BW_IO_SENDER_H
#define BW_IO_SENDER_H
#include "engine/event.h"
#include "io/http.h"

struct bw_sender;

/* result is owned by the callback. */
typedef void (*bw_sender_done)(void *context, struct bw_delivered *result);

/* Ownership: http is borrowed. */
struct bw_sender *bw_sender_new(struct bw_http *http, bw_sender_done done, void *context);

/* Sign and send; every call ends in exactly one done, never from inside the call (an unreadable
 * secret is a RETRY that says so). sink and deliver are borrowed for the call. */
void bw_sender_send(struct bw_sender *sender, const struct bw_sink_settings *sink,
                    const struct bw_deliver *deliver);
size_t bw_sender_in_flight(const struct bw_sender *sender);
void bw_sender_close(struct bw_sender *sender);
#endif
