/* daemon/io/keyring.c: see keyring.h. */
#include "io/keyring.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <sys/queue.h>

#include "base/instant.h"
#include "base/log.h"
#include "base/str.h"
#include "codec/credential.h"

struct bw_key_wait {
    TAILQ_ENTRY(bw_key_wait) link;
    struct key *key;
    bw_key_ready ready;
    void *context;
};

struct key { /* what one command prints */
    LIST_ENTRY(key) link;
    struct bw_keyring *keyring;
    struct bw_secret_ref ref;
    uv_work_t work;
    bool running;
    enum bw_err rc; /* of the last run, written by its thread */
    struct bw_error err;
    struct bw_secret secret;
    int64_t keep_ms;        /* from the end of the run on */
    uint64_t keep_until_ms; /* of the loop's clock; 0: nothing kept */
    TAILQ_HEAD(, bw_key_wait) waits;
};

struct bw_keyring {
    uv_loop_t *loop;
    LIST_HEAD(, key) keys;
    struct bw_names warned; /* each warning is given once */
    bool closing;
};

static struct key *key_of(struct bw_keyring *keyring, const struct bw_secret_ref *ref);
static bool same_command(const struct bw_names *a, const struct bw_names *b);
static void key_free(struct key *key);
static void run_command(uv_work_t *work);
static void on_command_done(uv_work_t *work, int status);
static int64_t keep_ms(int64_t expires_ms, int64_t now_ms);
static void warn_once(struct bw_keyring *keyring, const char *warning);
static void free_when_idle(struct bw_keyring *keyring);

struct bw_keyring *bw_keyring_new(uv_loop_t *loop)
{
    struct bw_keyring *keyring = bw_xcalloc(1, sizeof(*keyring));
    keyring->loop = loop;
    LIST_INIT(&keyring->keys);
    return keyring;
}

struct bw_key_wait *bw_keyring_get(struct bw_keyring *keyring, const struct bw_secret_ref *ref,
                                   bw_key_ready ready, void *context)
{
    assert(!keyring->closing);
    if (ref->kind != BW_SECRET_COMMAND) {
        struct bw_error err = { 0 };
        BW_CLEANUP(bw_secret_clear) struct bw_secret secret = { 0 };
        bool got = bw_secret_read(ref, &secret, &err) == BW_OK;
        warn_once(keyring, secret.warning);
        ready(context, got ? &secret : NULL, &err);
        return NULL;
    }
    struct key *key = key_of(keyring, ref);
    if (!key->running && key->keep_until_ms > uv_now(keyring->loop)) {
        ready(context, &key->secret, &key->err);
        return NULL;
    }
    if (!key->running) {
        key->running = true;
        key->work.data = key;
        (void)uv_queue_work(keyring->loop, &key->work, run_command, on_command_done);
    }
    struct bw_key_wait *wait = bw_xcalloc(1, sizeof(*wait));
    *wait = (struct bw_key_wait){ .key = key, .ready = ready, .context = context };
    TAILQ_INSERT_TAIL(&key->waits, wait, link);
    return wait;
}

void bw_keyring_refuse(struct bw_keyring *keyring, const struct bw_secret_ref *ref,
                       const char *secret)
{
    struct key *key = ref->kind != BW_SECRET_COMMAND ? NULL : key_of(keyring, ref);
    if (key != NULL && !key->running && bw_str_equal(key->secret.text, secret)) {
        key->keep_until_ms = 0;
    }
}

void bw_keyring_cancel(struct bw_key_wait *wait)
{
    TAILQ_REMOVE(&wait->key->waits, wait, link);
    free(wait);
}

void bw_keyring_close(struct bw_keyring *keyring)
{
    keyring->closing = true;
    free_when_idle(keyring);
}

static struct key *key_of(struct bw_keyring *keyring, const struct bw_secret_ref *ref)
{
    struct key *key = NULL;
    LIST_FOREACH(key, &keyring->keys, link)
    {
        if (same_command(&key->ref.argv, &ref->argv)) {
            return key;
        }
    }
    key = bw_xcalloc(1, sizeof(*key));
    key->keyring = keyring;
    key->ref.kind = ref->kind;
    BW_VEC_EACH(char *, word, &ref->argv) {
        BW_VEC_PUSH(&key->ref.argv, bw_xstrdup(*word));
    }
    TAILQ_INIT(&key->waits);
    LIST_INSERT_HEAD(&keyring->keys, key, link);
    return key;
}

static bool same_command(const struct bw_names *a, const struct bw_names *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = bw_str_equal(a->items[i], b->items[i]);
    }
    return same;
}

static void key_free(struct key *key)
{
    LIST_REMOVE(key, link);
    bw_names_clear(&key->ref.argv);
    bw_secret_clear(&key->secret);
    free(key);
}

/* In a thread of the pool: nothing but the ref and the result may be touched. */
static void run_command(uv_work_t *work)
{
    struct key *key = work->data;
    bw_secret_clear(&key->secret);
    key->err = (struct bw_error){ 0 };
    key->rc = bw_secret_read(&key->ref, &key->secret, &key->err);
    if (key->rc != BW_OK) {
        return;
    }
    int64_t now_ms = bw_clock_now_ms();
    struct bw_credential said = bw_credential_read(key->secret.text, now_ms);
    key->keep_ms = keep_ms(said.expires_ms, now_ms);
    explicit_bzero(key->secret.text, key->secret.size);
    bw_replace(&key->secret.text, said.text);
    key->secret.size = strlen(said.text);
    bw_credential_clear(&said);
}

static int64_t keep_ms(int64_t expires_ms, int64_t now_ms)
{
    int64_t left_ms = expires_ms - BW_KEYRING_EARLY_MS - now_ms;
    return expires_ms == 0                  ? BW_KEYRING_KEEP_MS
           : left_ms > BW_KEYRING_MOST_MS ? BW_KEYRING_MOST_MS
           : left_ms > 0                  ? left_ms
                                          : 0;
}

static void on_command_done(uv_work_t *work, int status)
{
    (void)status;
    struct key *key = work->data;
    struct bw_keyring *keyring = key->keyring;
    key->running = false;
    bool got = key->rc == BW_OK;
    key->keep_until_ms = got ? uv_now(keyring->loop) + (uint64_t)key->keep_ms : 0;
    warn_once(keyring, key->secret.warning);
    /* Who asks again from inside, after a failure, begins a new run: the rest joins it. */
    while (!TAILQ_EMPTY(&key->waits) && !key->running) {
        struct bw_key_wait *wait = TAILQ_FIRST(&key->waits);
        bw_key_ready ready = wait->ready;
        void *context = wait->context;
        bw_keyring_cancel(wait);
        ready(context, got ? &key->secret : NULL, &key->err);
    }
    free_when_idle(keyring);
}

static void warn_once(struct bw_keyring *keyring, const char *warning)
{
    BW_VEC_EACH(char *, given, &keyring->warned) {
        if (bw_str_equal(*given, warning)) {
            return;
        }
    }
    if (warning != NULL) {
        bw_log(BW_LOG_WARNING, "%s", warning);
        BW_VEC_PUSH(&keyring->warned, bw_xstrdup(warning));
    }
}

static void free_when_idle(struct bw_keyring *keyring)
{
    if (!keyring->closing) {
        return;
    }
    struct key *key = LIST_FIRST(&keyring->keys);
    while (key != NULL) {
        struct key *next = LIST_NEXT(key, link);
        if (!key->running) {
            key_free(key);
        }
        key = next;
    }
    if (LIST_EMPTY(&keyring->keys)) {
        bw_names_clear(&keyring->warned);
        free(keyring);
    }
}
