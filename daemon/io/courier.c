/* daemon/io/courier.c: see courier.h.
 *
 *     NEW --> BEGUN --address and secret read--> RUNNING --child ended--> OVER
 *
 * Every way to OVER leads through finish(). */
#include "io/courier.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "codec/json.h"
#include "io/plugin_host.h"
#include "io/source_request.h"

struct key_slot {
    struct bw_courier *courier;
    struct bw_key_wait *wait;
    char *text; /* NULL: there is none */
};

struct ask { /* a fetch or a mail under way */
    struct bw_courier *courier;
    int64_t id; /* the plugin's */
    bool elsewhere; /* a redirect is followed, once */
    struct bw_transfer *transfer;
    struct bw_mail_job *job;
};

struct asks BW_VEC(struct ask *);

struct bw_courier {
    const struct bw_courier_host *host;
    struct bw_sink_settings sink;
    int64_t delivery_id;
    char *message_id;
    char *message;
    char *memory;     /* as it was */
    char *remembered; /* as the plugin said; NULL: nothing new */
    uv_timer_t timer; /* the start, then the deadline */
    struct key_slot url;
    struct key_slot secret;
    int missing; /* of the two */
    bool begun;
    struct asks asks;
    struct bw_plugin_run *run;
    int status; /* the last answer's */
    int64_t retry_after_ms;
    enum bw_delivery_outcome failing; /* what the plugin's error comes to */
};

static void on_begin(uv_timer_t *timer);
static void want(struct key_slot *slot, const struct bw_secret_ref *ref, const char *plain);
static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err);
static void run_child(struct bw_courier *courier);
static struct ask *ask_new(struct bw_courier *courier, int64_t id);
static void ask_free(struct ask **slot);
static void on_fetch(void *context, struct bw_fetch *fetch);
/* What a plugin may need to know; the rest could hold what is not its business. */
static const char *const TOLD_HEADERS[] = { "content-type", "retry-after",
                                            "x-ratelimit-remaining" };

static void on_answer(void *context, struct bw_http_answer *answer);
static void on_mail(void *context, struct bw_mail *mail);
static void on_mailed(void *context, int status, const char *error);
static char *instance_of(const char *message);
static void feed(struct ask *ask, const struct bw_plugin_answer *answer, char *body);
static void on_memory(void *context, char **memory);
static void on_failing(void *context, enum bw_plugin_failure failure, int64_t retry_after_ms);
static void on_done(void *context, struct bw_plugin_said *said, const struct bw_error *err);
static void on_deadline(uv_timer_t *timer);
static void finish(struct bw_courier *courier, enum bw_delivery_outcome outcome, const char *why);
static char *without_secrets(const struct bw_courier *courier, const char *why);
static void wipe(char **text);
static void on_timer_closed(uv_handle_t *handle);

struct bw_courier *bw_courier_new(const struct bw_courier_host *host,
                                  const struct bw_sink_settings *sink,
                                  const struct bw_deliver *deliver)
{
    struct bw_courier *courier = bw_xcalloc(1, sizeof(*courier));
    courier->host = host;
    courier->sink = bw_sink_settings_copy(sink);
    courier->delivery_id = deliver->delivery_id;
    courier->message_id = bw_xstrdup(deliver->message_id);
    courier->message = bw_xstrdup(deliver->body);
    courier->memory = bw_xstrdup(deliver->memory);
    courier->failing = BW_DELIVERY_RETRY;
    courier->url.courier = courier;
    courier->secret.courier = courier;
    (void)uv_timer_init(host->loop, &courier->timer);
    courier->timer.data = courier;
    return courier;
}

void bw_courier_begin(struct bw_courier *courier)
{
    assert(!courier->begun);
    courier->begun = true;
    (void)uv_timer_start(&courier->timer, on_begin, 0, 0);
}

void bw_courier_close(struct bw_courier *courier)
{
    struct key_slot *const slots[] = { &courier->url, &courier->secret };
    for (size_t i = 0; i < BW_COUNT(slots); i++) {
        if (slots[i]->wait != NULL) {
            bw_keyring_cancel(slots[i]->wait);
        }
    }
    BW_VEC_CLEAR(&courier->asks, ask_free);
    if (courier->run != NULL) {
        bw_plugin_run_close(courier->run);
    }
    uv_close((uv_handle_t *)&courier->timer, on_timer_closed);
}

static void on_begin(uv_timer_t *timer)
{
    struct bw_courier *courier = timer->data;
    (void)uv_timer_start(timer, on_deadline, BW_COURIER_TIMEOUT_MS, 0);
    courier->missing = 2; /* counted down by each, so that the second starts the child */
    want(&courier->url, &courier->sink.url_secret, courier->sink.url);
    if (courier->missing > 0) {
        want(&courier->secret, &courier->sink.secret, NULL);
    }
}

static void want(struct key_slot *slot, const struct bw_secret_ref *ref, const char *plain)
{
    if (ref->kind != BW_SECRET_NONE) {
        slot->wait = bw_keyring_get(slot->courier->host->keyring, ref, on_key, slot);
        return;
    }
    slot->text = bw_xstrdup(plain);
    if (--slot->courier->missing == 0) {
        run_child(slot->courier);
    }
}

static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err)
{
    struct key_slot *slot = context;
    struct bw_courier *courier = slot->courier;
    slot->wait = NULL;
    if (secret == NULL) {
        courier->missing = 0;
        finish(courier, BW_DELIVERY_RETRY, err->text);
        return;
    }
    slot->text = bw_xstrdup(secret->text);
    if (--courier->missing == 0) {
        run_child(courier);
    }
}

static void run_child(struct bw_courier *courier)
{
    const char *plugin = courier->sink.plugin;
    BW_CLEANUP(bw_freep) char *program =
        plugin[0] == '/' ? bw_xstrdup(plugin)
                         : bw_xasprintf("%s/%s", courier->host->plugin_dir, plugin);
    const struct bw_plugin_opening opening = {
        .verb = courier->host->verb,
        .name = courier->sink.name,
        .settings = courier->sink.options,
        .message = courier->message,
        .memory = courier->memory,
    };
    const struct bw_plugin_events events = {
        .fetch = on_fetch,
        .mail = on_mail,
        .memory = on_memory,
        .failing = on_failing,
        .done = on_done,
        .context = courier,
    };
    struct bw_error err = { 0 };
    if (bw_plugin_run_start(courier->host->loop, program, courier->sink.name, &opening, &events,
                            &courier->run, &err) != BW_OK) {
        finish(courier, BW_DELIVERY_RETRY, err.text);
    }
}

static struct ask *ask_new(struct bw_courier *courier, int64_t id)
{
    struct ask *ask = bw_xcalloc(1, sizeof(*ask));
    ask->courier = courier;
    ask->id = id;
    BW_VEC_PUSH(&courier->asks, ask);
    return ask;
}

static void ask_free(struct ask **slot)
{
    struct ask *ask = *slot;
    if (ask->transfer != NULL) {
        bw_http_cancel(ask->transfer);
    }
    if (ask->job != NULL) {
        bw_mailer_cancel(ask->job);
    }
    free(ask);
}

static void on_fetch(void *context, struct bw_fetch *fetch)
{
    struct bw_courier *courier = context;
    struct ask *ask = ask_new(courier, fetch->id);
    if (courier->url.text == NULL) {
        struct bw_error err = { 0 };
        (void)bw_fail(&err, BW_ERR_INVALID, "this sink has no url to fetch from");
        ask->transfer = bw_http_fail(courier->host->http, &err, on_answer, ask);
        return;
    }
    struct bw_http_request request = bw_sink_request(
        &courier->sink, courier->url.text, fetch, courier->secret.text,
        (int64_t)uv_timer_get_due_in(&courier->timer), BW_COURIER_ANSWER_MAX);
    ask->elsewhere = fetch->elsewhere && courier->host->verb == BW_VERB_TRIGGER;
    ask->transfer = bw_http_start(courier->host->http, &request, on_answer, ask);
}

/* What an answer sends to elsewhere is got from there, as a stranger would: without the credential
 * and without anything that the plugin said. A server that is asked by TLS cannot lead out of it. */
static bool go_elsewhere(struct ask *ask, const struct bw_http_answer *answer)
{
    struct bw_courier *courier = ask->courier;
    const char *target = bw_http_header(answer, "location");
    bool plain = bw_str_starts_with(courier->url.text, "http://");
    if (!ask->elsewhere || answer->code != BW_OK || answer->status != 302 || target == NULL ||
        !(bw_str_starts_with(target, "https://") ||
          (plain && bw_str_starts_with(target, "http://")))) {
        return false;
    }
    struct bw_http_request request = {
        .method = bw_xstrdup("GET"),
        .url = bw_xstrdup(target),
        .timeout_ms = (int64_t)uv_timer_get_due_in(&courier->timer),
        .max_bytes = BW_COURIER_ANSWER_MAX,
        .allow_private = courier->sink.allow_private,
    };
    ask->elsewhere = false;
    ask->transfer = bw_http_start(courier->host->http, &request, on_answer, ask);
    return true;
}

static void on_answer(void *context, struct bw_http_answer *answer)
{
    struct ask *ask = context;
    struct bw_courier *courier = ask->courier;
    ask->transfer = NULL;
    if (go_elsewhere(ask, answer)) {
        bw_http_answer_clear(answer);
        return;
    }
    bool came = answer->code == BW_OK;
    courier->status = answer->status;
    if (answer->retry_after_ms > courier->retry_after_ms) {
        courier->retry_after_ms = answer->retry_after_ms;
    }
    struct bw_plugin_answer told = {
        .id = ask->id,
        .status = came ? answer->status : 0,
        .body_bytes = came ? answer->body_bytes : 0,
        .error = came ? NULL : bw_xstrdup(answer->error),
    };
    for (size_t i = 0; came && i < BW_COUNT(TOLD_HEADERS); i++) {
        const char *value = bw_http_header(answer, TOLD_HEADERS[i]);
        if (value != NULL) {
            BW_VEC_PUSH(&told.headers, bw_xasprintf("%s: %s", TOLD_HEADERS[i], value));
        }
    }
    feed(ask, &told, BW_TAKE(answer->body));
    bw_plugin_answer_clear(&told);
    bw_http_answer_clear(answer);
}

static void on_mail(void *context, struct bw_mail *mail)
{
    struct bw_courier *courier = context;
    const char *url = courier->url.text == NULL ? "" : courier->url.text;
    if (!bw_str_starts_with(url, "smtp://") && !bw_str_starts_with(url, "smtps://")) {
        struct bw_error err = { 0 };
        (void)bw_fail(&err, BW_ERR_INVALID,
                      "this sink's url is no mail server; write smtp://HOST:PORT");
        courier->failing = BW_DELIVERY_REFUSED;
        bw_plugin_run_fail(courier->run, &err);
        return;
    }
    BW_CLEANUP(bw_freep) char *instance = instance_of(courier->message);
    const struct bw_mail_order order = {
        .url = url,
        .userpwd = courier->secret.text,
        .mail = mail,
        .message_id = courier->message_id,
        .instance = instance,
        .timeout_ms = (int64_t)uv_timer_get_due_in(&courier->timer),
    };
    struct ask *ask = ask_new(courier, mail->id);
    ask->job = bw_mailer_send(courier->host->mailer, &order, on_mailed, ask);
}

/* The last part of the event's source, urn:basewatch:INSTANCE. */
static char *instance_of(const char *message)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    const char *source = "";
    if (bw_json_parse(message, strlen(message), &root, NULL) == BW_OK) {
        source = bw_json_text(bw_json_get(root, "source"), "");
    }
    const char *colon = strrchr(source, ':');
    return bw_xstrdup(colon == NULL ? "basewatch" : colon + 1);
}

static void on_mailed(void *context, int status, const char *error)
{
    struct ask *ask = context;
    ask->job = NULL;
    ask->courier->status = status;
    struct bw_plugin_answer told = { .id = ask->id, .status = status, .error = bw_xstrdup(error) };
    feed(ask, &told, NULL);
    bw_plugin_answer_clear(&told);
}

/* Hand an answer over; the ask is gone. */
static void feed(struct ask *ask, const struct bw_plugin_answer *answer, char *body)
{
    struct bw_courier *courier = ask->courier;
    BW_VEC_EACH(struct ask *, held, &courier->asks)
    {
        if (*held == ask) {
            *held = courier->asks.items[--courier->asks.count];
            break;
        }
    }
    free(ask);
    bw_plugin_run_answer(courier->run, answer, body);
}

static void on_memory(void *context, char **memory)
{
    struct bw_courier *courier = context;
    free(courier->remembered);
    courier->remembered = BW_TAKE(*memory);
}

static void on_failing(void *context, enum bw_plugin_failure failure, int64_t retry_after_ms)
{
    struct bw_courier *courier = context;
    if (retry_after_ms > courier->retry_after_ms) {
        courier->retry_after_ms = retry_after_ms;
    }
    switch (failure) {
    case BW_FAILURE_RATE:
    case BW_FAILURE_SERVER:
    case BW_FAILURE_RETRY:
        courier->failing = BW_DELIVERY_RETRY;
        break;
    case BW_FAILURE_AUTH:
    case BW_FAILURE_FORMAT:
    case BW_FAILURE_FINAL:
        courier->failing = BW_DELIVERY_REFUSED;
        break;
    case BW_FAILURE_GONE:
        courier->failing = BW_DELIVERY_DISABLED;
        break;
    }
}

static void on_done(void *context, struct bw_plugin_said *said, const struct bw_error *err)
{
    struct bw_courier *courier = context;
    courier->run = NULL;
    bw_plugin_said_clear(said);
    finish(courier, err == NULL ? BW_DELIVERY_DONE : courier->failing,
           err == NULL ? NULL : err->text);
}

static void on_deadline(uv_timer_t *timer)
{
    struct bw_courier *courier = timer->data;
    const char *why = courier->run == NULL        ? "its secrets were not read within 60s"
                      : courier->asks.count > 0 ? "no complete answer came within 60s"
                                                : "the plugin did not finish within 60s";
    finish(courier, BW_DELIVERY_RETRY, why);
}

/* Also as a server may show what it was given: the inside of a JSON string. */
static char *without_secrets(const struct bw_courier *courier, const char *why)
{
    BW_CLEANUP(bw_str_clear) struct bw_str quoted = { 0 };
    BW_CLEANUP(bw_freep) char *clean = bw_str_without(why, courier->secret.text);
    if (courier->secret.text != NULL && courier->secret.text[0] != '\0') {
        bw_json_quote(&quoted, courier->secret.text);
        quoted.text[quoted.size - 1] = '\0';
        char *cleaner = bw_str_without(clean, quoted.text + 1);
        free(clean);
        clean = cleaner;
    }
    bool secret_url = courier->sink.url_secret.kind != BW_SECRET_NONE;
    return bw_str_without(clean, secret_url ? courier->url.text : NULL);
}

/* What was remembered counts even after a failure: a half-done step is found again. */
static void finish(struct bw_courier *courier, enum bw_delivery_outcome outcome, const char *why)
{
    struct bw_delivered result = {
        .delivery_id = courier->delivery_id,
        .outcome = outcome,
        .status = courier->status,
        .retry_after_ms = outcome == BW_DELIVERY_RETRY ? courier->retry_after_ms : 0,
        .memory = BW_TAKE(courier->remembered),
    };
    if (outcome != BW_DELIVERY_DONE) {
        BW_CLEANUP(bw_freep) char *clean = without_secrets(courier, why);
        result.error = bw_xasprintf("%s '%s': %s", bw_verb_party(courier->host->verb),
                                    courier->sink.name, clean);
    }
    const struct bw_courier_host *host = courier->host;
    bw_courier_close(courier);
    host->done(host->context, courier, &result);
}

static void wipe(char **text)
{
    if (*text != NULL) {
        explicit_bzero(*text, strlen(*text));
    }
    free(*text);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct bw_courier *courier = handle->data;
    wipe(&courier->url.text);
    wipe(&courier->secret.text);
    bw_sink_settings_clear(&courier->sink);
    free(courier->message_id);
    free(courier->message);
    free(courier->memory);
    free(courier->remembered);
    free(courier);
}
