/* daemon/io/sender.c: see sender.h. An attempt asks for its keys, then for the transfer. */
#include "io/sender.h"

#include <string.h>
#include <sys/queue.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/webhook_sign.h"

enum { KEYS = 2 }; /* the present secret and the old one */

struct key_slot {
    struct attempt *attempt;
    struct bw_key_wait *wait;
    struct bw_webhook_secret secret; /* size 0: does not sign */
};

struct attempt {
    TAILQ_ENTRY(attempt) link;
    struct bw_sender *sender;
    char *sink;
    int64_t delivery_id;
    char *message_id;
    struct bw_http_request request; /* empty once it has started */
    struct key_slot keys[KEYS];
    int missing;         /* keys that have not come */
    struct bw_error err; /* why one could not be had */
    struct bw_transfer *transfer;
    bool failed; /* before it was sent: the outcome is known */
    enum bw_delivery_outcome outcome;
};

struct couriers BW_VEC(struct bw_courier *);

struct bw_sender {
    struct bw_http *http;
    struct bw_keyring *keyring;
    bw_sender_done done;
    void *context;
    size_t in_flight; /* attempts and couriers */
    struct bw_courier_host host;
    char *plugin_dir;
    struct couriers couriers; /* in order; the first few are on their way */
    size_t running;           /* of these */
    TAILQ_HEAD(, attempt) attempts;
};

static struct attempt *attempt_new(struct bw_sender *sender, const struct bw_sink_settings *sink,
                                   const struct bw_deliver *deliver);
static void attempt_free(struct attempt *attempt);
static void want_key(struct attempt *attempt, int index, const struct bw_secret_ref *ref);
static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err);
static void advance(struct attempt *attempt);
static void fail(struct attempt *attempt, enum bw_delivery_outcome outcome,
                 const struct bw_error *err);
static void sign(struct attempt *attempt);
static void on_answer(void *context, struct bw_http_answer *answer);
static enum bw_delivery_outcome judge(const struct bw_http_answer *answer);
static bool may_name_a_time(int status);
static void begin_couriers(struct bw_sender *sender);
static void on_carried(void *context, struct bw_courier *courier, struct bw_delivered *result);

struct bw_sender *bw_sender_new(uv_loop_t *loop, enum bw_verb verb, struct bw_http *http,
                                struct bw_mailer *mailer, struct bw_keyring *keyring,
                                const char *plugin_dir, bw_sender_done done, void *context)
{
    struct bw_sender *sender = bw_xcalloc(1, sizeof(*sender));
    sender->http = http;
    sender->keyring = keyring;
    sender->done = done;
    sender->context = context;
    TAILQ_INIT(&sender->attempts);
    sender->plugin_dir = bw_xstrdup(plugin_dir);
    sender->host = (struct bw_courier_host){
        .loop = loop,
        .verb = verb,
        .http = http,
        .mailer = mailer,
        .keyring = keyring,
        .plugin_dir = sender->plugin_dir,
        .done = on_carried,
        .context = sender,
    };
    return sender;
}

void bw_sender_send(struct bw_sender *sender, const struct bw_sink_settings *sink,
                    const struct bw_deliver *deliver)
{
    if (!bw_str_equal(sink->plugin, "webhook")) {
        BW_VEC_PUSH(&sender->couriers, bw_courier_new(&sender->host, sink, deliver));
        sender->in_flight++;
        begin_couriers(sender);
        return;
    }
    struct attempt *attempt = attempt_new(sender, sink, deliver);
    /* One more than there are, so that a key at hand does not start the transfer without the next.
     */
    attempt->missing = 1;
    want_key(attempt, 0, &sink->secret);
    want_key(attempt, 1, &sink->old_secret);
    attempt->missing--;
    advance(attempt);
}

size_t bw_sender_in_flight(const struct bw_sender *sender)
{
    return sender->in_flight;
}

void bw_sender_close(struct bw_sender *sender)
{
    while (!TAILQ_EMPTY(&sender->attempts)) {
        struct attempt *attempt = TAILQ_FIRST(&sender->attempts);
        for (int i = 0; i < KEYS; i++) {
            if (attempt->keys[i].wait != NULL) {
                bw_keyring_cancel(attempt->keys[i].wait);
            }
        }
        if (attempt->transfer != NULL) {
            bw_http_cancel(attempt->transfer);
        }
        attempt_free(attempt);
    }
    BW_VEC_EACH(struct bw_courier *, courier, &sender->couriers)
    {
        bw_courier_close(*courier);
    }
    BW_VEC_CLEAR(&sender->couriers, BW_VEC_PLAIN);
    free(sender->plugin_dir);
    free(sender);
}

static struct attempt *attempt_new(struct bw_sender *sender, const struct bw_sink_settings *sink,
                                   const struct bw_deliver *deliver)
{
    struct attempt *attempt = bw_xcalloc(1, sizeof(*attempt));
    attempt->sender = sender;
    attempt->sink = bw_xstrdup(sink->name);
    attempt->delivery_id = deliver->delivery_id;
    attempt->message_id = bw_xstrdup(deliver->message_id);
    attempt->request = (struct bw_http_request){
        .method = bw_xstrdup("POST"),
        .url = bw_xstrdup(sink->url == NULL ? "" : sink->url),
        .body = bw_xstrdup(deliver->body),
        .body_bytes = strlen(deliver->body),
        .timeout_ms = BW_SENDER_TIMEOUT_MS,
        .max_bytes = BW_SENDER_ANSWER_MAX,
        .allow_private = sink->allow_private,
    };
    for (int i = 0; i < KEYS; i++) {
        attempt->keys[i].attempt = attempt;
    }
    TAILQ_INSERT_TAIL(&sender->attempts, attempt, link);
    sender->in_flight++;
    return attempt;
}

static void attempt_free(struct attempt *attempt)
{
    TAILQ_REMOVE(&attempt->sender->attempts, attempt, link);
    attempt->sender->in_flight--;
    for (int i = 0; i < KEYS; i++) {
        bw_webhook_secret_clear(&attempt->keys[i].secret);
    }
    bw_http_request_clear(&attempt->request);
    free(attempt->sink);
    free(attempt->message_id);
    free(attempt);
}

static void want_key(struct attempt *attempt, int index, const struct bw_secret_ref *ref)
{
    if (ref->kind == BW_SECRET_NONE) {
        return;
    }
    struct key_slot *slot = &attempt->keys[index];
    attempt->missing++;
    slot->wait = bw_keyring_get(attempt->sender->keyring, ref, on_key, slot);
}

static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err)
{
    struct key_slot *slot = context;
    struct attempt *attempt = slot->attempt;
    slot->wait = NULL;
    attempt->missing--;
    if (secret == NULL) {
        attempt->err = *err;
    } else if (bw_webhook_secret_parse(secret->text, secret->size, &slot->secret, &attempt->err) !=
               BW_OK) {
        (void)bw_error_prefix(&attempt->err, "secret: ");
    }
    advance(attempt);
}

static void advance(struct attempt *attempt)
{
    if (attempt->missing > 0) {
        return;
    }
    if (attempt->err.code != BW_OK) {
        fail(attempt, BW_DELIVERY_RETRY, &attempt->err);
        return;
    }
    sign(attempt);
    attempt->transfer = bw_http_start(attempt->sender->http, &attempt->request, on_answer, attempt);
}

static void fail(struct attempt *attempt, enum bw_delivery_outcome outcome,
                 const struct bw_error *err)
{
    attempt->failed = true;
    attempt->outcome = outcome;
    attempt->transfer = bw_http_fail(attempt->sender->http, err, on_answer, attempt);
}

/* Standard Webhooks 1.0.0: the time is that of this attempt, and each key gives a signature. */
static void sign(struct attempt *attempt)
{
    struct bw_http_request *request = &attempt->request;
    int64_t now_sec = bw_clock_now_ms() / 1000;
    BW_CLEANUP(bw_str_clear) struct bw_str signatures = { 0 };
    for (int i = 0; i < KEYS; i++) {
        char signature[BW_WEBHOOK_SIGNATURE_TEXT];
        if (attempt->keys[i].secret.size > 0) {
            bw_str_appendf(&signatures, " %s",
                           bw_webhook_sign(&attempt->keys[i].secret, attempt->message_id, now_sec,
                                           request->body, request->body_bytes, signature));
        }
    }
    BW_VEC_PUSH(&request->headers,
                bw_xstrdup("Content-Type: application/cloudevents+json; charset=utf-8"));
    BW_VEC_PUSH(&request->headers, bw_xasprintf("webhook-id: %s", attempt->message_id));
    BW_VEC_PUSH(&request->headers, bw_xasprintf("webhook-timestamp: %lld", (long long)now_sec));
    if (signatures.size > 0) {
        BW_VEC_PUSH(&request->headers, bw_xasprintf("webhook-signature:%s", signatures.text));
    }
}

static void on_answer(void *context, struct bw_http_answer *answer)
{
    struct attempt *attempt = context;
    struct bw_sender *sender = attempt->sender;
    struct bw_delivered result = {
        .delivery_id = attempt->delivery_id,
        .outcome = attempt->failed ? attempt->outcome : judge(answer),
        .status = answer->status,
        .retry_after_ms = may_name_a_time(answer->status) ? answer->retry_after_ms : 0,
    };
    if (result.outcome != BW_DELIVERY_DONE && answer->code != BW_OK) {
        result.error = bw_xasprintf("sink '%s': %s", attempt->sink, answer->error);
    } else if (result.outcome != BW_DELIVERY_DONE) {
        result.error = bw_xasprintf("sink '%s': answered %d", attempt->sink, answer->status);
    }
    bw_http_answer_clear(answer);
    attempt_free(attempt);
    sender->done(sender->context, &result);
}

/* A status counts even when the body behind it was too large or cut: nothing in it matters. */
static enum bw_delivery_outcome judge(const struct bw_http_answer *answer)
{
    int status = answer->status;
    if (status == 0) {
        return answer->code == BW_ERR_INVALID || answer->code == BW_ERR_DENIED ? BW_DELIVERY_REFUSED
                                                                               : BW_DELIVERY_RETRY;
    }
    if (status >= 200 && status < 300) {
        return BW_DELIVERY_DONE;
    }
    if (status == 410) {
        return BW_DELIVERY_DISABLED;
    }
    return status == 408 || status == 429 || status >= 500 ? BW_DELIVERY_RETRY
                                                           : BW_DELIVERY_REFUSED;
}

static bool may_name_a_time(int status)
{
    return status == 429 || (status >= 502 && status <= 504);
}

static void begin_couriers(struct bw_sender *sender)
{
    while (sender->running < sender->couriers.count && sender->running < BW_SENDER_CHILDREN_MAX) {
        bw_courier_begin(sender->couriers.items[sender->running++]);
    }
}

static void on_carried(void *context, struct bw_courier *courier, struct bw_delivered *result)
{
    struct bw_sender *sender = context;
    size_t at = 0;
    while (sender->couriers.items[at] != courier) {
        at++;
    }
    sender->couriers.count--;
    memmove(&sender->couriers.items[at], &sender->couriers.items[at + 1],
            (sender->couriers.count - at) * sizeof(struct bw_courier *));
    sender->running--;
    sender->in_flight--;
    begin_couriers(sender);
    sender->done(sender->context, result);
}
