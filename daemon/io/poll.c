/* daemon/io/poll.c: see poll.h.
 *
 *     NEW --> BEGUN --credential read--> REPEATING --all unchanged--> OVER
 *                                           |
 *                                        changed --> WAITING --turn--> RUNNING --done--> OVER
 *
 * Every way to OVER leads through finish(). */
#include "io/poll.h"

#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/str.h"
#include "io/plugin_host.h"
#include "io/source_request.h"

#define FILE_SCHEME "file://"

enum state { NEW, BEGUN, REPEATING, WAITING, RUNNING, OVER };

struct ask { /* a request of this poll */
    struct bw_poll *poll;
    struct bw_fetch fetch;
    struct bw_transfer *transfer; /* NULL: answered */
    int64_t wanted_by;            /* the plugin's fetch that waits for it; 0: none */
    bool used;                    /* the plugin has got the answer */
    struct bw_known *known;       /* what it answered last time; NULL: not asked before */
    struct bw_digest digest;      /* of the body of a 200 */
    struct bw_http_answer answer;
};

struct asks BW_VEC(struct ask *);

struct bw_poll {
    const struct bw_poll_host *host;
    struct bw_source_settings settings;
    char *program;
    uint64_t identity;
    struct bw_memory known; /* what is asked again: its own, since a reload may forget it */
    enum state state;
    bool is_file;
    struct bw_key_wait *key_wait; /* for the credential */
    char *secret;                 /* NULL: none */
    uv_timer_t timer; /* the start, then the deadline, which rests while WAITING */
    uint64_t left_ms;
    struct asks asks;
    struct bw_plugin_run *run;
    int64_t retry_after_ms;
};

static void on_begin(uv_timer_t *timer);
static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err);
static void repeat_known(struct bw_poll *poll);
static void read_file(struct bw_poll *poll);
static void decide(struct bw_poll *poll);
static bool is_unchanged(const struct ask *ask);
static void refresh(struct bw_poll *poll);
static struct ask *ask_new(struct bw_poll *poll, const struct bw_fetch *fetch,
                           struct bw_known *known);
static void ask_send(struct ask *ask, bool conditional);
static void ask_free(struct ask **ask);
static void on_answer(void *context, struct bw_http_answer *answer);
static void on_fetch(void *context, struct bw_fetch *fetch);
static struct ask *answered_before(struct bw_poll *poll, const struct bw_fetch *fetch);
static void feed(struct ask *ask);
static void on_listed(void *context, struct bw_entries *entries, const struct bw_error *err);
static void remember(struct bw_poll *poll);
static void on_deadline(uv_timer_t *timer);
static void fail(struct bw_poll *poll, const char *text);
static void finish(struct bw_poll *poll, enum bw_poll_outcome outcome, struct bw_entries *entries,
                   const char *error);
static void release(struct bw_poll *poll);
static void on_timer_closed(uv_handle_t *handle);

struct bw_poll *bw_poll_new(const struct bw_poll_host *host,
                            const struct bw_source_settings *settings)
{
    struct bw_poll *poll = bw_xcalloc(1, sizeof(*poll));
    poll->host = host;
    poll->settings = bw_source_settings_copy(settings);
    poll->program = settings->plugin[0] == '/'
                        ? bw_xstrdup(settings->plugin)
                        : bw_xasprintf("%s/%s", host->plugin_dir, settings->plugin);
    poll->is_file = bw_str_starts_with(settings->url, FILE_SCHEME);
    poll->identity = bw_poll_identity(settings, poll->program);
    (void)uv_timer_init(host->loop, &poll->timer);
    poll->timer.data = poll;
    return poll;
}

const char *bw_poll_source(const struct bw_poll *poll)
{
    return poll->settings.name;
}

void bw_poll_begin(struct bw_poll *poll)
{
    assert(poll->state == NEW);
    poll->state = BEGUN;
    (void)uv_timer_start(&poll->timer, on_begin, 0, 0);
}

void bw_poll_run_child(struct bw_poll *poll)
{
    assert(poll->state == WAITING);
    poll->state = RUNNING;
    (void)uv_timer_start(&poll->timer, on_deadline, poll->left_ms, 0);
    if (poll->settings.plugin[0] != '/' && strchr(poll->settings.plugin, '/') != NULL) {
        fail(poll, "the plugin is neither a name nor an absolute path");
        return;
    }
    const struct bw_plugin_opening opening = {
        .verb = "catalog",
        .name = poll->settings.name,
        .platform = poll->settings.platform,
        .account = poll->settings.account,
        .region = poll->settings.region,
        .settings = poll->settings.options,
    };
    const struct bw_plugin_events events = {
        .fetch = on_fetch, .done = on_listed, .context = poll
    };
    struct bw_error err = { 0 };
    if (bw_plugin_run_start(poll->host->loop, poll->program, poll->settings.name, &opening,
                            &events, &poll->run, &err) != BW_OK) {
        fail(poll, err.text);
    }
}

void bw_poll_close(struct bw_poll *poll)
{
    if (poll->state != OVER) {
        release(poll);
    }
}

static void on_begin(uv_timer_t *timer)
{
    struct bw_poll *poll = timer->data;
    (void)uv_timer_start(timer, on_deadline, (uint64_t)poll->settings.timeout_ms, 0);
    const struct bw_memory *known =
        bw_memories_find(poll->host->memories, poll->settings.name, poll->identity);
    if (known != NULL) {
        poll->known = bw_memory_copy(known);
    }
    if (poll->is_file) {
        read_file(poll);
    } else if (poll->settings.credential.kind == BW_SECRET_NONE) {
        repeat_known(poll);
    } else {
        poll->key_wait =
            bw_keyring_get(poll->host->keyring, &poll->settings.credential, on_key, poll);
    }
}

static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err)
{
    struct bw_poll *poll = context;
    poll->key_wait = NULL;
    if (secret == NULL) {
        fail(poll, err->text);
        return;
    }
    poll->secret = bw_xstrdup(secret->text);
    repeat_known(poll);
}

static void repeat_known(struct bw_poll *poll)
{
    poll->state = REPEATING;
    for (size_t i = 0; i < poll->known.count; i++) {
        ask_send(ask_new(poll, &poll->known.items[i].fetch, &poll->known.items[i]), true);
    }
    if (poll->known.count == 0) {
        decide(poll);
    }
}

/* A file stands for the answer to whatever the plugin asks first. */
static void read_file(struct bw_poll *poll)
{
    static char any[] = "/";
    static char get[] = "GET";
    const struct bw_fetch whatever = { .method = get, .path = any, .repeatable = true };
    const char *path = poll->settings.url + strlen(FILE_SCHEME);
    poll->state = REPEATING;
    struct ask *ask =
        ask_new(poll, &whatever, poll->known.count > 0 ? &poll->known.items[0] : NULL);
    struct bw_error err = { 0 };
    if (bw_file_read(path, (size_t)poll->settings.max_bytes, &ask->answer.body,
                     &ask->answer.body_bytes, &err) != BW_OK) {
        (void)bw_error_prefix(&err, "file '%s': ", path);
        fail(poll, err.text);
        return;
    }
    ask->answer.status = 200;
    ask->digest = bw_digest_of(ask->answer.body, ask->answer.body_bytes);
    decide(poll);
}

/* All that was known has been asked again: is there anything to look at? */
static void decide(struct bw_poll *poll)
{
    bool unchanged = poll->asks.count > 0;
    BW_VEC_EACH(struct ask *, ask, &poll->asks)
    {
        unchanged = unchanged && is_unchanged(*ask);
    }
    if (unchanged) {
        refresh(poll);
        finish(poll, BW_POLL_UNCHANGED, NULL, NULL);
        return;
    }
    poll->state = WAITING;
    poll->left_ms = uv_timer_get_due_in(&poll->timer);
    (void)uv_timer_stop(&poll->timer);
    poll->host->want_child(poll->host->context, poll);
}

static bool is_unchanged(const struct ask *ask)
{
    return ask->answer.code == BW_OK && ask->known != NULL &&
           ((ask->answer.status == 304 && bw_known_is_conditional(ask->known)) ||
            (ask->answer.status == 200 &&
             memcmp(&ask->digest, &ask->known->digest, sizeof(ask->digest)) == 0));
}

/* Keep the newest validators, unless a reload has forgotten the source meanwhile. */
static void refresh(struct bw_poll *poll)
{
    BW_VEC_EACH(struct ask *, ask, &poll->asks)
    {
        if ((*ask)->answer.status == 200) {
            bw_known_refresh((*ask)->known, &(*ask)->answer);
        }
    }
    if (bw_memories_find(poll->host->memories, poll->settings.name, poll->identity) != NULL) {
        bw_memories_set(poll->host->memories, &poll->known);
    }
}

static struct ask *ask_new(struct bw_poll *poll, const struct bw_fetch *fetch,
                           struct bw_known *known)
{
    struct ask *ask = bw_xcalloc(1, sizeof(*ask));
    ask->poll = poll;
    ask->fetch = bw_fetch_copy(fetch);
    ask->known = known;
    BW_VEC_PUSH(&poll->asks, ask);
    return ask;
}

static void ask_send(struct ask *ask, bool conditional)
{
    struct bw_poll *poll = ask->poll;
    struct bw_http_request request =
        bw_source_request(&poll->settings, &ask->fetch, poll->secret,
                          (int64_t)uv_timer_get_due_in(&poll->timer));
    if (conditional) {
        bw_known_condition(ask->known, &request);
    }
    ask->transfer = bw_http_start(poll->host->http, &request, on_answer, ask);
}

static void ask_free(struct ask **slot)
{
    struct ask *ask = *slot;
    if (ask->transfer != NULL) {
        bw_http_cancel(ask->transfer);
    }
    bw_fetch_clear(&ask->fetch);
    bw_http_answer_clear(&ask->answer);
    free(ask);
}

static void on_answer(void *context, struct bw_http_answer *answer)
{
    struct ask *ask = context;
    struct bw_poll *poll = ask->poll;
    ask->transfer = NULL;
    ask->answer = *answer;
    *answer = (struct bw_http_answer){ 0 };
    if (ask->answer.status == 200) {
        ask->digest = bw_digest_of(ask->answer.body, ask->answer.body_bytes);
    }
    bool later = ask->answer.status == 429 || ask->answer.status == 503;
    if (later && ask->answer.retry_after_ms > poll->retry_after_ms) {
        poll->retry_after_ms = ask->answer.retry_after_ms;
    }
    if (ask->wanted_by != 0) {
        feed(ask);
    }
    bool all = poll->state == REPEATING;
    BW_VEC_EACH(struct ask *, other, &poll->asks)
    {
        all = all && (*other)->transfer == NULL;
    }
    if (all) {
        decide(poll);
    }
}

static void on_fetch(void *context, struct bw_fetch *fetch)
{
    struct bw_poll *poll = context;
    struct bw_error err = { 0 };
    if (strcmp(fetch->method, "GET") != 0 && strcmp(fetch->method, "POST") != 0) {
        (void)bw_fail(&err, BW_ERR_PLUGIN, "a source is asked by GET or POST, not by %s",
                      fetch->method);
        bw_plugin_run_fail(poll->run, &err);
        return;
    }
    struct ask *ask = answered_before(poll, fetch);
    if (poll->is_file && ask == NULL) {
        (void)bw_fail(&err, BW_ERR_PLUGIN,
                      "a file answers one fetch of a poll, and the plugin asks for another: '%s'",
                      fetch->path);
        bw_plugin_run_fail(poll->run, &err);
        return;
    }
    bool have = ask != NULL && ask->answer.status != 304;
    if (ask == NULL) {
        ask = ask_new(poll, fetch, NULL);
    }
    ask->wanted_by = fetch->id;
    if (have) {
        ask->fetch.repeatable = poll->is_file || fetch->repeatable;
        feed(ask);
    } else {
        bw_http_answer_clear(&ask->answer);
        ask_send(ask, false);
    }
}

/* The same request, already repeated in this poll and not yet handed over; NULL. */
static struct ask *answered_before(struct bw_poll *poll, const struct bw_fetch *fetch)
{
    BW_VEC_EACH(struct ask *, ask, &poll->asks)
    {
        if ((*ask)->transfer == NULL && !(*ask)->used &&
            (poll->is_file || bw_fetch_same(&(*ask)->fetch, fetch))) {
            return *ask;
        }
    }
    return NULL;
}

/* Hand the answer over, with the headers that say something of the body. */
static void feed(struct ask *ask)
{
    static const char *const passed[] = { "content-type", "last-modified", "link", "retry-after" };
    struct bw_plugin_answer answer = {
        .id = ask->wanted_by,
        .status = ask->answer.code == BW_OK ? ask->answer.status : 0,
        .body_bytes = ask->answer.code == BW_OK ? ask->answer.body_bytes : 0,
        .error = ask->answer.code == BW_OK ? NULL : bw_xstrdup(ask->answer.error),
    };
    for (size_t i = 0; i < BW_COUNT(passed); i++) {
        const char *value = bw_http_header(&ask->answer, passed[i]);
        if (value != NULL) {
            BW_VEC_PUSH(&answer.headers, bw_xasprintf("%s: %s", passed[i], value));
        }
    }
    ask->wanted_by = 0;
    ask->used = true;
    bw_plugin_run_answer(ask->poll->run, &answer, BW_TAKE(ask->answer.body));
    ask->answer.body_bytes = 0;
    bw_plugin_answer_clear(&answer);
}

static void on_listed(void *context, struct bw_entries *entries, const struct bw_error *err)
{
    struct bw_poll *poll = context;
    poll->run = NULL;
    if (err != NULL) {
        fail(poll, err->text);
        return;
    }
    remember(poll);
    bw_entries_normalise(entries);
    finish(poll, BW_POLL_LISTED, entries, NULL);
}

/* Only where every answer can be asked for again can a later poll say "unchanged". */
static void remember(struct bw_poll *poll)
{
    struct bw_memory memory = {
        .source = bw_xstrdup(poll->settings.name), .identity = poll->identity
    };
    bool whole = true;
    BW_VEC_EACH(struct ask *, ask, &poll->asks)
    {
        if ((*ask)->used) {
            whole = whole && (*ask)->fetch.repeatable && (*ask)->answer.status == 200;
            bw_memory_add(&memory, &(*ask)->fetch, &(*ask)->answer, (*ask)->digest);
        }
    }
    if (whole) {
        bw_memories_set(poll->host->memories, &memory);
    } else {
        bw_memories_forget(poll->host->memories, poll->settings.name);
        bw_memory_clear(&memory);
    }
}

static void on_deadline(uv_timer_t *timer)
{
    struct bw_poll *poll = timer->data;
    bool asking = false;
    BW_VEC_EACH(struct ask *, ask, &poll->asks)
    {
        asking = asking || (*ask)->transfer != NULL;
    }
    const char *who = poll->key_wait != NULL ? "the credential was not read"
                      : asking               ? "no complete answer came"
                                             : "the plugin did not finish";
    char limit[BW_INSTANT_TEXT];
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf(
        "%s within %s", who, bw_duration_format(poll->settings.timeout_ms, limit));
    fail(poll, text);
}

static void fail(struct bw_poll *poll, const char *text)
{
    finish(poll, BW_POLL_FAILED, NULL, text);
}

static void finish(struct bw_poll *poll, enum bw_poll_outcome outcome, struct bw_entries *entries,
                   const char *error)
{
    struct bw_polled result = {
        .source = bw_xstrdup(poll->settings.name),
        .outcome = outcome,
        .entries = entries != NULL ? *entries : (struct bw_entries){ 0 },
        .error = error != NULL ? bw_str_without(error, poll->secret) : NULL,
        .retry_after_ms = outcome == BW_POLL_FAILED ? poll->retry_after_ms : 0,
    };
    release(poll);
    poll->host->done(poll->host->context, poll, &result);
}

/* Let go of all but the memory, which follows when the loop has let go of the timer. */
static void release(struct bw_poll *poll)
{
    poll->state = OVER;
    if (poll->key_wait != NULL) {
        bw_keyring_cancel(poll->key_wait);
        poll->key_wait = NULL;
    }
    BW_VEC_CLEAR(&poll->asks, ask_free);
    if (poll->run != NULL) {
        bw_plugin_run_close(poll->run);
        poll->run = NULL;
    }
    uv_close((uv_handle_t *)&poll->timer, on_timer_closed);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct bw_poll *poll = handle->data;
    const struct bw_poll_host *host = poll->host;
    if (poll->secret != NULL) {
        explicit_bzero(poll->secret, strlen(poll->secret));
    }
    free(poll->secret);
    bw_source_settings_clear(&poll->settings);
    bw_memory_clear(&poll->known);
    free(poll->program);
    free(poll);
    host->gone(host->context);
}
