/* daemon/app/keeper.c: see keeper.h. */
#include "app/keeper.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/instant.h"
#include "base/log.h"
#include "codec/folder.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"
#include "engine/engine.h"

struct bw_keeper {
    struct bw_queue *events;
    struct bw_queue *commands;
    struct bw_lineage_rules *rules;
    struct bw_price_book book;
    struct bw_db *db;
    struct bw_engine *engine;
    int lock_fd;
    size_t outdated; /* events that were waiting when the last timer was done */
    pthread_t thread;
};

static void keeper_free(struct bw_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    bw_engine_free(keeper->engine);
    bw_db_free(keeper->db);
    bw_lineage_rules_free(keeper->rules);
    bw_price_book_clear(&keeper->book);
    if (keeper->lock_fd >= 0) {
        (void)close(keeper->lock_fd);
    }
    free(keeper);
}
static void keeper_freep(struct bw_keeper **keeper)
{
    keeper_free(*keeper);
}

static void step(struct bw_keeper *keeper, struct bw_event *event)
{
    struct bw_commands commands = { 0 };
    struct bw_error err = { 0 };
    enum bw_event_type type = event->type; /* the step clears it */
    int64_t begun_us = bw_clock_monotonic_us();
    if (bw_engine_step(keeper->engine, event, &commands, &err) != BW_OK) {
        bw_log(BW_LOG_ERROR, "%s; the event is tried again later", err.text);
    }
    if (type == BW_EVENT_TIMER) { /* counted before its answer can bring the next one */
        keeper->outdated = bw_queue_count(keeper->events);
    }
    for (size_t i = 0; i < commands.count; i++) {
        bw_queue_push(keeper->commands, &commands.items[i]);
    }
    free(commands.items);
    bw_engine_note_step(keeper->engine, type, bw_clock_monotonic_us() - begun_us);
}

/* The next event. Each step says when to be woken, which stands in for what was said before; while
 * long work asks to be woken at once, every request in between would bring one more timer into the
 * round, for the next request to wait for. A timer is left out that one has been done since. */
static bool take(struct bw_keeper *keeper, bool waits, struct bw_event *event)
{
    while (waits ? bw_queue_pop(keeper->events, event) : bw_queue_try_pop(keeper->events, event)) {
        bool outdated = keeper->outdated > 0;
        keeper->outdated -= outdated ? 1 : 0;
        if (!outdated || event->type != BW_EVENT_TIMER) {
            return true;
        }
    }
    return false;
}

/* Lists are large, and between them there is nothing to do for hours: what they took is given back. */
static void rest(struct bw_keeper *keeper)
{
    bw_db_rest(keeper->db);
    (void)malloc_trim(0);
}

/* Results of deliveries that wait together are one event: a commit costs more than they do. */
static void *run(void *context)
{
    struct bw_keeper *keeper = context;
    struct bw_event event = { 0 };
    struct bw_event next = { 0 };
    bool have = take(keeper, true, &event);
    bool polled = false;
    while (have) {
        bool follows = false;
        while (event.type == BW_EVENT_DELIVERED &&
               (follows = take(keeper, false, &next)) &&
               next.type == BW_EVENT_DELIVERED) {
            bw_event_join(&event, &next);
            follows = false;
        }
        polled = polled || event.type == BW_EVENT_POLLED;
        step(keeper, &event);
        follows = follows || take(keeper, false, &next);
        if (polled && !follows) {
            rest(keeper);
            polled = false;
        }
        event = next;
        have = follows || take(keeper, true, &event);
    }
    while (bw_engine_is_behind(keeper->engine)) {
        event = (struct bw_event){ .type = BW_EVENT_TIMER, .now_ms = bw_clock_now_ms() };
        step(keeper, &event);
    }
    return NULL;
}

/* Two daemons on one database would both deliver; the lock goes with the process. */
static enum bw_err take_lock(struct bw_keeper *keeper, const char *state_dir, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/basewatch.lock", state_dir);
    keeper->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (keeper->lock_fd < 0) {
        return bw_fail(err, BW_ERR_IO, "state_dir '%s': %s; it must exist and be ours to write",
                       state_dir, strerror(errno));
    }
    if (flock(keeper->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return bw_fail(err, BW_ERR_EXISTS, "state_dir '%s' is in use by another basewatchd",
                       state_dir);
    }
    return BW_OK;
}

static void tell_upgrade(const struct bw_db *db)
{
    int before = bw_db_came_with(db);
    int now = bw_db_schema_version();
    if (before > 0 && before < now) {
        bw_log(BW_LOG_NOTICE, "the database of schema version %d is one of version %d now; an "
               "older basewatch refuses it", before, now);
    }
}

static enum bw_err open_all(struct bw_keeper *keeper, const char *state_dir,
                            const char *config, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/basewatch.db", state_dir);
    BW_CLEANUP(bw_freep) char *lineages = bw_folder_beside(config, "lineages");
    BW_CLEANUP(bw_freep) char *prices = bw_folder_beside(config, "prices");
    enum bw_err rc = take_lock(keeper, state_dir, err);
    if (rc == BW_OK) {
        rc = bw_lineage_files_load(lineages, &keeper->rules, NULL, err);
    }
    if (rc == BW_OK) {
        rc = bw_price_files_load(prices, &keeper->book, err);
    }
    if (rc == BW_OK) {
        rc = bw_db_open(path, &keeper->db, err);
    }
    if (rc == BW_OK) {
        tell_upgrade(keeper->db);
    }
    return rc == BW_OK ? bw_engine_new(keeper->db, keeper->rules, &keeper->book, &keeper->engine,
                                       err)
                       : rc;
}

enum bw_err bw_keeper_start(const char *state_dir, const char *config,
                            struct bw_queue *events, struct bw_queue *commands,
                            struct bw_keeper **out, struct bw_error *err)
{
    BW_CLEANUP(keeper_freep) struct bw_keeper *keeper = bw_xcalloc(1, sizeof(*keeper));
    keeper->events = events;
    keeper->commands = commands;
    keeper->lock_fd = -1;
    enum bw_err rc = open_all(keeper, state_dir, config, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (pthread_create(&keeper->thread, NULL, run, keeper) != 0) {
        return bw_fail(err, BW_ERR_IO, "start a thread: %s", strerror(errno));
    }
    *out = BW_TAKE(keeper);
    return BW_OK;
}

void bw_keeper_stop(struct bw_keeper *keeper)
{
    bw_queue_close(keeper->events);
    (void)pthread_join(keeper->thread, NULL);
    keeper_free(keeper);
}
