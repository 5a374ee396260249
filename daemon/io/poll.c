/* daemon/io/poll.c: see poll.h.
 *
 *     NEW --> BEGUN --credential read--> REPEATING --all unchanged--> OVER
 *                |                          |
 *                |                       changed --> WAITING --turn--> RUNNING --done--> OVER
 *                +--a manifest needs neither-----------^
 *
 * Every way to OVER leads through finish(). */
#include "io/poll.h"

#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/str.h"
#include "io/asks.h"
#include "io/plugin_host.h"
#include "io/source_request.h"

#define FILE_SCHEME "file://"

enum state { NEW, BEGUN, REPEATING, WAITING, RUNNING, OVER };

struct bw_poll {
    const struct bw_poll_host *host;
    struct bw_source_settings settings;
    enum bw_verb verb;
    struct bw_polled result; /* of the verbs before; finish() adds this one's */
    char *program;
    uint64_t identity;
    char *memory; /* where the inventory goes on */
    struct bw_memory known; /* what is asked again: its own, since a reload may forget it */
    enum state state;
    bool is_file;
    struct bw_key_wait *key_wait; /* for the credential */
    char *secret;                 /* NULL: none */
    uv_timer_t timer; /* the start, then the deadline, which rests while WAITING */
    uint64_t left_ms;
    struct bw_asks asks;
    struct bw_plugin_run *run;
    int64_t retry_after_ms;
    bool refused; /* the plugin says that the credential was */
};

static void on_begin(uv_timer_t *timer);
static void on_key(void *context, const struct bw_secret *secret, const struct bw_error *err);
static void repeat_known(struct bw_poll *poll);
static void read_file(struct bw_poll *poll);
static void decide(struct bw_poll *poll);
static void refresh(struct bw_poll *poll);
static void ask_send(struct bw_ask *ask, bool conditional);
static void on_answer(void *context, struct bw_http_answer *answer);
static void on_fetch(void *context, struct bw_fetch *fetch);
static void on_failing(void *context, enum bw_plugin_failure failure, int64_t retry_after_ms);
static void on_said(void *context, struct bw_plugin_said *said, const struct bw_error *err);
static void remember(struct bw_poll *poll, struct bw_plugin_said *said);
static void on_deadline(uv_timer_t *timer);
static void fail(struct bw_poll *poll, const char *text);
static void finish(struct bw_poll *poll, enum bw_poll_outcome outcome,
                   struct bw_plugin_said *said, const char *error);
static void add_catalog(struct bw_poll *poll, enum bw_poll_outcome outcome,
                        struct bw_plugin_said *said, char *error);
static void add_inventory(struct bw_poll *poll, enum bw_poll_outcome outcome,
                          struct bw_plugin_said *said, char *error);
static void release(struct bw_poll *poll);
static void on_timer_closed(uv_handle_t *handle);

struct bw_poll *bw_poll_new(const struct bw_poll_host *host,
                            const struct bw_source_settings *settings, const char *memory)
{
    struct bw_poll *poll = bw_xcalloc(1, sizeof(*poll));
    poll->memory = bw_xstrdup(memory);
    poll->host = host;
    poll->verb = BW_VERB_CATALOG;
    poll->result.source = bw_xstrdup(settings->name);
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

struct bw_poll *bw_poll_next(const struct bw_poll *before, struct bw_polled *result)
{
    const struct bw_memory *manifest = bw_memories_find(
        &before->host->memories[BW_VERB_MANIFEST], before->settings.name, before->identity);
    bool asks_manifest = before->verb == BW_VERB_CATALOG && manifest == NULL;
    bool has_inventory = manifest != NULL && manifest->inventories;
    if (before->is_file || before->verb == BW_VERB_INVENTORY || result->outcome == BW_POLL_FAILED ||
        (!asks_manifest && !has_inventory)) {
        return NULL;
    }
    struct bw_poll *poll = bw_poll_new(before->host, &before->settings, before->memory);
    poll->verb = asks_manifest ? BW_VERB_MANIFEST : BW_VERB_INVENTORY;
    bw_polled_clear(&poll->result);
    poll->result = *result;
    *result = (struct bw_polled){ 0 };
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
        .verb = poll->verb,
        .name = poll->settings.name,
        .platform = poll->settings.platform,
        .account = poll->settings.account,
        .region = poll->settings.region,
        .settings = poll->settings.options,
        .memory = poll->verb == BW_VERB_INVENTORY ? poll->memory : NULL,
        .fetches = poll->settings.fetches,
    };
    const struct bw_plugin_events events = {
        .fetch = on_fetch, .failing = on_failing, .done = on_said, .context = poll
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

static struct bw_memories *memories_of(const struct bw_poll *poll)
{
    return &poll->host->memories[poll->verb];
}

static void on_begin(uv_timer_t *timer)
{
    struct bw_poll *poll = timer->data;
    (void)uv_timer_start(timer, on_deadline, (uint64_t)poll->settings.timeout_ms, 0);
    const struct bw_memory *known =
        bw_memories_find(memories_of(poll), poll->settings.name, poll->identity);
    if (known != NULL) {
        poll->known = bw_memory_copy(known);
    }
    if (poll->verb == BW_VERB_MANIFEST) {
        decide(poll);
    } else if (poll->is_file) {
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
        ask_send(bw_asks_add(&poll->asks, poll, &poll->known.items[i].fetch,
                             &poll->known.items[i]),
                 true);
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
    struct bw_ask *ask = bw_asks_add(&poll->asks, poll, &whatever,
                                     poll->known.count > 0 ? &poll->known.items[0] : NULL);
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
    if (bw_asks_unchanged(&poll->asks)) {
        refresh(poll);
        finish(poll, BW_POLL_UNCHANGED, NULL, NULL);
        return;
    }
    poll->state = WAITING;
    poll->left_ms = uv_timer_get_due_in(&poll->timer);
    (void)uv_timer_stop(&poll->timer);
    poll->host->want_child(poll->host->context, poll);
}

/* Keep the newest validators, unless a reload has forgotten the source meanwhile. */
static void refresh(struct bw_poll *poll)
{
    BW_VEC_EACH(struct bw_ask *, ask, &poll->asks)
    {
        if ((*ask)->answer.status == 200) {
            bw_known_refresh((*ask)->known, &(*ask)->answer);
        }
    }
    if (bw_memories_find(memories_of(poll), poll->settings.name, poll->identity) != NULL) {
        bw_memories_set(memories_of(poll), &poll->known);
    }
}

static void ask_send(struct bw_ask *ask, bool conditional)
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

static void on_answer(void *context, struct bw_http_answer *answer)
{
    struct bw_ask *ask = context;
    struct bw_poll *poll = ask->poll;
    bw_ask_take(ask, answer);
    bool later = ask->answer.status == 429 || ask->answer.status == 503;
    if (later && ask->answer.retry_after_ms > poll->retry_after_ms) {
        poll->retry_after_ms = ask->answer.retry_after_ms;
    }
    if (ask->wanted_by != 0) {
        bw_ask_feed(ask, poll->run);
    }
    if (poll->state == REPEATING && !bw_asks_pend(&poll->asks)) {
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
    struct bw_ask *ask = bw_asks_find(&poll->asks, poll->is_file ? NULL : fetch);
    if (poll->is_file && ask == NULL) {
        (void)bw_fail(&err, BW_ERR_PLUGIN,
                      "a file answers one fetch of a poll, and the plugin asks for another: '%s'",
                      fetch->path);
        bw_plugin_run_fail(poll->run, &err);
        return;
    }
    bool have = ask != NULL && ask->answer.status != 304;
    if (ask == NULL) {
        ask = bw_asks_add(&poll->asks, poll, fetch, NULL);
    }
    ask->wanted_by = fetch->id;
    if (have) {
        ask->fetch.repeatable = poll->is_file || fetch->repeatable;
        bw_ask_feed(ask, poll->run);
    } else {
        bw_http_answer_clear(&ask->answer);
        ask_send(ask, false);
    }
}

static void on_failing(void *context, enum bw_plugin_failure failure, int64_t retry_after_ms)
{
    struct bw_poll *poll = context;
    (void)retry_after_ms; /* the answer's own word is better */
    poll->refused = failure == BW_FAILURE_AUTH;
}

static void on_said(void *context, struct bw_plugin_said *said, const struct bw_error *err)
{
    struct bw_poll *poll = context;
    poll->run = NULL;
    bool manifest = poll->verb == BW_VERB_MANIFEST; /* one that cannot tell has no inventory */
    if (err != NULL && !manifest) {
        fail(poll, err->text);
        return;
    }
    remember(poll, said);
    bw_entries_normalise(&said->entries);
    bw_findings_normalise(&said->findings);
    finish(poll, BW_POLL_LISTED, said, NULL);
    bw_plugin_said_clear(said);
}

/* Only where every answer can be asked for again can a later poll say "unchanged"; and a run that
 * left something for the next one wants to go on. */
static void remember(struct bw_poll *poll, struct bw_plugin_said *said)
{
    struct bw_memory memory = {
        .source = bw_xstrdup(poll->settings.name),
        .identity = poll->identity,
        .inventories = said->inventories,
    };
    if (said->memory == NULL) {
        bw_asks_remember(&poll->asks, &memory);
    }
    bw_memories_set(memories_of(poll), &memory);
}

static void on_deadline(uv_timer_t *timer)
{
    struct bw_poll *poll = timer->data;
    bool asking = bw_asks_pend(&poll->asks);
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

static void finish(struct bw_poll *poll, enum bw_poll_outcome outcome,
                   struct bw_plugin_said *said, const char *error)
{
    char *text = error != NULL ? bw_str_without(error, poll->secret) : NULL;
    if (poll->verb == BW_VERB_CATALOG) {
        add_catalog(poll, outcome, said, text);
    } else if (poll->verb == BW_VERB_INVENTORY) {
        add_inventory(poll, outcome, said, text);
    } else {
        free(text);
    }
    struct bw_polled result = poll->result;
    poll->result = (struct bw_polled){ 0 };
    release(poll);
    poll->host->done(poll->host->context, poll, &result);
}

static void add_catalog(struct bw_poll *poll, enum bw_poll_outcome outcome,
                        struct bw_plugin_said *said, char *error)
{
    poll->result.outcome = outcome;
    poll->result.error = error;
    poll->result.retry_after_ms = outcome == BW_POLL_FAILED ? poll->retry_after_ms : 0;
    if (said != NULL) {
        poll->result.entries = said->entries;
        said->entries = (struct bw_entries){ 0 };
    }
}

static void add_inventory(struct bw_poll *poll, enum bw_poll_outcome outcome,
                          struct bw_plugin_said *said, char *error)
{
    static const enum bw_discovery outcomes[] = {
        [BW_POLL_UNCHANGED] = BW_DISCOVERY_UNCHANGED,
        [BW_POLL_LISTED] = BW_DISCOVERY_LISTED,
        [BW_POLL_FAILED] = BW_DISCOVERY_FAILED,
    };
    struct bw_discovered *discovered = &poll->result.discovered;
    discovered->outcome = poll->refused ? BW_DISCOVERY_REFUSED : outcomes[outcome];
    discovered->error = error;
    if (said != NULL) {
        discovered->findings = said->findings;
        discovered->notes = said->notes;
        discovered->partial = said->partial;
        discovered->memory = BW_TAKE(said->memory);
        said->findings = (struct bw_findings){ 0 };
        said->notes = (struct bw_names){ 0 };
    }
}

/* Let go of all but the memory, which follows when the loop has let go of the timer. */
static void release(struct bw_poll *poll)
{
    poll->state = OVER;
    if (poll->key_wait != NULL) {
        bw_keyring_cancel(poll->key_wait);
        poll->key_wait = NULL;
    }
    bw_asks_clear(&poll->asks);
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
    bw_polled_clear(&poll->result);
    free(poll->program);
    free(poll->memory);
    free(poll);
    host->gone(host->context);
}
