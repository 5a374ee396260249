/* tests/support/player.c: see player.h. */
#include "support/player.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/config.h"
#include "codec/entry_json.h"
#include "codec/finding_json.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"

static const char NEW_YEAR[] = "2026-01-01";

enum { STEPS_AT_ONE_INSTANT_MAX = 20000 }; /* more is an engine that never comes to rest */

static void source_clear(struct player_source *source)
{
    free(source->name);
    free(source->error);
    bw_entries_clear(&source->entries);
    bw_findings_clear(&source->findings);
    free(source->note);
    free(source->memory);
    free(source->told);
}

static void sink_clear(struct player_sink *sink)
{
    free(sink->name);
}

static void message_clear(struct player_message *message)
{
    free(message->sink);
    free(message->id);
    bw_json_free(message->body);
}

static void reply_clear(struct player_reply *reply)
{
    bw_json_free(reply->body);
}

struct bw_settings *player_settings(const char *yaml)
{
    char path[] = "/tmp/basewatch-player-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    cr_assert(fd >= 0 && write(fd, yaml, strlen(yaml)) == (ssize_t)strlen(yaml) && close(fd) == 0);
    struct bw_settings *settings = NULL;
    struct bw_error err = { 0 };
    enum bw_err rc = bw_config_read(path, &settings, &err);
    (void)unlink(path);
    cr_assert(rc == BW_OK, "%s", err.text);
    return settings;
}

static void start(struct player *player)
{
    BW_CLEANUP(bw_freep) char *path = player->folder == NULL
                                          ? bw_xstrdup(":memory:")
                                          : bw_xasprintf("%s/basewatch.db", player->folder);
    cr_assert(bw_db_open(path, &player->db, &player->err) == BW_OK, "%s", player->err.text);
    cr_assert(bw_engine_new(player->db, player->rules, &player->book, &player->engine,
                            &player->err) == BW_OK, "%s", player->err.text);
    player->wake_ms = INT64_MAX;
    struct bw_event configure = { .type = BW_EVENT_CONFIGURE,
                                  .configure = bw_settings_share(player->settings) };
    player_step(player, &configure);
}

static struct player *player_begin(const char *day, const char *yaml, char *folder)
{
    struct player *player = bw_xcalloc(1, sizeof(*player));
    player->folder = folder;
    player->may_write = true;
    player->settings = player_settings(yaml);
    cr_assert(bw_instant_parse(day, &player->now_ms, NULL) == BW_OK);
    cr_assert(bw_lineage_files_load(NULL, &player->rules, NULL, &player->err) == BW_OK);
    cr_assert(bw_price_files_load(NULL, &player->book, &player->err) == BW_OK);
    start(player);
    return player;
}

struct player *player_new(const char *yaml)
{
    return player_begin(NEW_YEAR, yaml, NULL);
}

struct player *player_new_on(const char *day, const char *yaml)
{
    return player_begin(day, yaml, NULL);
}

struct player *player_new_on_disk(const char *yaml)
{
    bool in_memory = access("/dev/shm", W_OK) == 0; /* thousands of commits, quick ones */
    char *folder = bw_xasprintf("%s/basewatch-player-XXXXXX", in_memory ? "/dev/shm" : "/tmp");
    cr_assert(mkdtemp(folder) != NULL);
    return player_begin(NEW_YEAR, yaml, folder);
}

struct player *player_new_in(const char *yaml, char *folder)
{
    return player_begin(NEW_YEAR, yaml, folder);
}

static void stop(struct player *player)
{
    bw_engine_free(BW_TAKE(player->engine));
    bw_db_free(BW_TAKE(player->db));
    BW_VEC_CLEAR(&player->due, bw_event_clear);
    bw_names_clear(&player->polled);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = { "basewatch.db", "basewatch.db-wal", "basewatch.db-shm" };
    for (size_t i = 0; folder != NULL && i < BW_COUNT(names); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    if (folder != NULL) {
        (void)rmdir(folder);
    }
}

void player_free(struct player *player)
{
    if (player == NULL) {
        return;
    }
    stop(player);
    bw_settings_free(player->settings);
    bw_lineage_rules_free(player->rules);
    bw_price_book_clear(&player->book);
    BW_VEC_CLEAR(&player->sources, source_clear);
    BW_VEC_CLEAR(&player->sinks, sink_clear);
    BW_VEC_CLEAR(&player->messages, message_clear);
    BW_VEC_CLEAR(&player->replies, reply_clear);
    remove_folder(player->folder);
    free(player->folder);
    free(player);
}

void player_configure(struct player *player, const char *yaml)
{
    struct bw_settings *settings = player_settings(yaml);
    bw_settings_free(player->settings);
    player->settings = settings;
    struct bw_event configure = { .type = BW_EVENT_CONFIGURE,
                                  .configure = bw_settings_share(player->settings) };
    player_step(player, &configure);
    player_settle(player);
}

void player_restart(struct player *player)
{
    stop(player);
    start(player);
}

/* ---- the world around the engine ---- */

struct player_source *player_source(struct player *player, const char *name)
{
    BW_VEC_EACH(struct player_source, source, &player->sources)
    {
        if (strcmp(source->name, name) == 0) {
            return source;
        }
    }
    BW_VEC_PUSH(&player->sources, (struct player_source){ .name = bw_xstrdup(name) });
    return &player->sources.items[player->sources.count - 1];
}

struct player_sink *player_find_sink(struct player *player, const char *name)
{
    BW_VEC_EACH(struct player_sink, sink, &player->sinks)
    {
        if (strcmp(sink->name, name) == 0) {
            return sink;
        }
    }
    BW_VEC_PUSH(&player->sinks, (struct player_sink){ .name = bw_xstrdup(name) });
    return &player->sinks.items[player->sinks.count - 1];
}

void player_list(struct player *player, const char *name, const char *lines)
{
    struct player_source *source = player_source(player, name);
    bw_entries_clear(&source->entries);
    free(BW_TAKE(source->error));
    source->same = false;
    while (*lines != '\0') {
        size_t size = strcspn(lines, "\n");
        struct bw_entry entry = { 0 };
        if (size > 0 && lines[0] == '{') {
            BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
            struct bw_error err = { 0 };
            cr_assert(bw_json_parse(lines, size, &json, &err) == BW_OK, "%s", err.text);
            cr_assert(bw_entry_from_json(json, &entry, &err) == BW_OK, "%s", err.text);
        } else if (size > 0) {
            entry.id = bw_xstrndup(lines, size);
        }
        if (size > 0) {
            BW_VEC_PUSH(&source->entries, entry);
        }
        lines += size + (lines[size] == '\n');
    }
    bw_entries_normalise(&source->entries);
}

void player_fail(struct player *player, const char *name, const char *error)
{
    bw_replace(&player_source(player, name)->error, error);
}

void player_find(struct player *player, const char *name, const char *lines)
{
    struct player_source *source = player_source(player, name);
    bw_findings_clear(&source->findings);
    source->discovery = BW_DISCOVERY_LISTED;
    while (*lines != '\0') {
        size_t size = strcspn(lines, "\n");
        BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
        struct bw_finding finding = { 0 };
        struct bw_error err = { 0 };
        cr_assert(bw_json_parse(lines, size, &json, &err) == BW_OK, "%s", err.text);
        cr_assert(bw_finding_from_json(json, &finding, &err) == BW_OK, "%s", err.text);
        BW_VEC_PUSH(&source->findings, finding);
        lines += size + (lines[size] == '\n');
    }
    bw_findings_normalise(&source->findings);
}

void player_hide(struct player *player, const char *name, enum bw_discovery outcome,
                 const char *error)
{
    struct player_source *source = player_source(player, name);
    source->discovery = outcome;
    bw_replace(&source->note, error);
}

static void answer_discovery(const struct player_source *source, struct bw_discovered *out)
{
    out->outcome = source->discovery;
    if (source->discovery == BW_DISCOVERY_REFUSED || source->discovery == BW_DISCOVERY_FAILED) {
        out->error = bw_xstrdup(source->note);
    } else if (source->note != NULL) {
        BW_VEC_PUSH(&out->notes, bw_xstrdup(source->note));
        out->partial = source->partial;
    }
    out->memory = bw_xstrdup(source->memory);
    BW_VEC_EACH(const struct bw_finding, finding, &source->findings)
    {
        struct bw_finding copy = { .kind = finding->kind };
        bw_finding_merge(&copy, finding);
        BW_VEC_PUSH(&out->findings, copy);
    }
}

void player_sink(struct player *player, const char *name, enum bw_delivery_outcome outcome,
                 int64_t retry_after_ms)
{
    struct player_sink *sink = player_find_sink(player, name);
    sink->outcome = outcome;
    sink->retry_after_ms = retry_after_ms;
}

static void answer_poll(struct player *player, struct player_source *source)
{
    struct bw_event event = { .type = BW_EVENT_POLLED,
                              .polled = { .source = bw_xstrdup(source->name) } };
    source->polls++;
    if (source->error != NULL) {
        event.polled.outcome = BW_POLL_FAILED;
        event.polled.error = bw_xstrdup(source->error);
        event.polled.retry_after_ms = source->retry_after_ms;
    } else if (source->same) {
        event.polled.outcome = BW_POLL_UNCHANGED;
    } else {
        event.polled.outcome = BW_POLL_LISTED;
        BW_VEC_EACH(const struct bw_entry, entry, &source->entries)
        {
            BW_VEC_PUSH(&event.polled.entries, bw_entry_copy(entry));
        }
        source->same = true;
    }
    if (source->error == NULL) {
        answer_discovery(source, &event.polled.discovered);
    }
    player_step(player, &event);
}

static bool answer_polls(struct player *player)
{
    for (size_t i = 0; i < player->polled.count; i++) {
        struct player_source *source = player_source(player, player->polled.items[i]);
        if (!source->hangs) {
            free(player->polled.items[i]);
            player->polled.items[i] = player->polled.items[--player->polled.count];
            answer_poll(player, source);
            return true;
        }
    }
    return false;
}

static void take_delivery(struct player *player, const struct bw_deliver *delivery)
{
    struct player_sink *sink = player_find_sink(player, delivery->sink);
    struct player_message message = { .at_ms = player->now_ms,
                                      .sink = bw_xstrdup(delivery->sink),
                                      .id = bw_xstrdup(delivery->message_id),
                                      .outcome = sink->outcome };
    cr_assert(bw_json_parse(delivery->body, strlen(delivery->body), &message.body, &player->err) ==
                  BW_OK, "%s: %s", player->err.text, delivery->body);
    BW_VEC_PUSH(&player->messages, message);
    if (sink->silent) {
        return;
    }
    const struct bw_delivered result = {
        .delivery_id = delivery->delivery_id,
        .outcome = sink->outcome,
        .error = sink->outcome == BW_DELIVERY_DONE ? NULL : bw_xstrdup("the sink says no"),
        .retry_after_ms = sink->retry_after_ms,
    };
    BW_VEC_PUSH(&player->due, bw_event_of_result(&result, 0));
}

static void take_job(struct player *player, const struct bw_deliver *job)
{
    struct player_trigger *trigger = &player->trigger;
    const struct bw_delivered result = { .delivery_id = job->delivery_id,
                                         .outcome = trigger->outcome,
                                         .error = bw_xstrdup(trigger->error),
                                         .retry_after_ms = trigger->retry_after_ms,
                                         .memory = bw_xstrdup(trigger->memory) };
    trigger->calls++;
    if (!trigger->silent) {
        struct bw_event event = bw_event_of_result(&result, 0);
        event.type = BW_EVENT_TRIGGERED;
        BW_VEC_PUSH(&player->due, event);
    } else {
        free(result.error);
        free(result.memory);
    }
}

static void take_reply(struct player *player, const struct bw_reply *reply)
{
    struct player_reply answer = { .id = reply->id, .status = reply->status };
    cr_assert(player_reply(player, reply->id) == NULL, "request %d is answered twice",
              (int)reply->id);
    cr_assert(bw_json_parse(reply->body, strlen(reply->body), &answer.body, &player->err) == BW_OK,
              "%s: %s", player->err.text, reply->body);
    BW_VEC_PUSH(&player->replies, answer);
}

static void execute(struct player *player, const struct bw_command *command)
{
    switch (command->type) {
    case BW_COMMAND_POLL:
        bw_replace(&player_source(player, command->poll.source)->told, command->poll.memory);
        BW_VEC_PUSH(&player->polled, bw_xstrdup(command->poll.source));
        break;
    case BW_COMMAND_DELIVER:
        take_delivery(player, &command->deliver);
        break;
    case BW_COMMAND_TRIGGER:
        take_job(player, &command->deliver);
        break;
    case BW_COMMAND_REPLY:
        take_reply(player, &command->reply);
        break;
    case BW_COMMAND_CONFIGURED:
        break;
    case BW_COMMAND_WAKE:
        player->wake_ms = command->wake_ms;
        break;
    }
}

/* ---- time ---- */

void player_step(struct player *player, struct bw_event *event)
{
    struct bw_commands commands = { 0 };
    event->now_ms = player->now_ms;
    player->err = (struct bw_error){ 0 };
    player->last = bw_engine_step(player->engine, event, &commands, &player->err);
    cr_assert(player->last == BW_OK || player->may_fail, "%s", player->err.text);
    if (++player->steps == player->crash_at) {
        bw_commands_clear(&commands);
        player->now_ms++; /* no process starts in no time */
        player_restart(player);
        return;
    }
    BW_VEC_EACH(const struct bw_command, command, &commands)
    {
        execute(player, command);
    }
    bw_commands_clear(&commands);
}

static bool step_due(struct player *player)
{
    if (player->due.count > 0) {
        struct bw_event event = player->due.items[0];
        memmove(player->due.items, player->due.items + 1,
                --player->due.count * sizeof(*player->due.items));
        player_step(player, &event);
        return true;
    }
    if (answer_polls(player)) {
        return true;
    }
    if (player->wake_ms <= player->now_ms) {
        struct bw_event event = { .type = BW_EVENT_TIMER };
        player->wake_ms = INT64_MAX;
        player_step(player, &event);
        return true;
    }
    return false;
}

void player_jump(struct player *player, int64_t by_ms)
{
    struct bw_event event = { .type = BW_EVENT_CLOCK_SET };
    player->now_ms += by_ms;
    player_step(player, &event);
    player_settle(player);
}

void player_settle(struct player *player)
{
    int steps = 0;
    while (step_due(player)) {
        cr_assert(++steps < STEPS_AT_ONE_INSTANT_MAX, "the engine never comes to rest");
    }
}

void player_until(struct player *player, int64_t at_ms)
{
    player_settle(player);
    while (player->wake_ms <= at_ms) {
        player->now_ms = player->wake_ms;
        player_settle(player);
    }
    player->now_ms = at_ms;
}

void player_pass(struct player *player, int64_t duration_ms)
{
    player_until(player, player->now_ms + duration_ms);
}

/* ---- questions ---- */

void player_do(struct player *player, const char *method, const char *target, const char *body)
{
    bw_json_free(player_ask(player, method, target, body));
}

uint64_t player_send(struct player *player, const char *method, const char *target,
                     const char *body)
{
    uint64_t id = ++player->requests;
    struct bw_event event = { .type = BW_EVENT_REQUEST };
    event.request = (struct bw_request){
        .id = id,
        .method = bw_xstrdup(method),
        .target = bw_xstrdup(target),
        .body = bw_xstrdup(body),
        .peer_uid = 1000,
        .may_write = player->may_write,
    };
    (void)snprintf(event.request.token, sizeof(event.request.token), "token-%d", (int)id);
    player_step(player, &event);
    return id;
}

const struct player_reply *player_reply(const struct player *player, uint64_t id)
{
    BW_VEC_EACH(const struct player_reply, reply, &player->replies)
    {
        if (reply->id == id) {
            return reply;
        }
    }
    return NULL;
}

struct bw_json *player_ask(struct player *player, const char *method, const char *target,
                           const char *body)
{
    player_settle(player);
    uint64_t id = player_send(player, method, target, body);
    player_settle(player);
    BW_VEC_EACH(struct player_reply, reply, &player->replies)
    {
        if (reply->id == id) {
            player->status = reply->status;
            return BW_TAKE(reply->body);
        }
    }
    cr_assert_fail("%s %s has not been answered", method, target);
    return NULL;
}

/* The rows of a list stand under the name that its schema ends in. */
static const struct bw_json *rows_of(const struct bw_json *list)
{
    for (const struct bw_json *m = bw_json_first(list); m != NULL; m = bw_json_next(m)) {
        if (bw_json_is_array(m)) {
            return m;
        }
    }
    return NULL;
}

int player_count(struct player *player, const char *target)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *list = player_ask(player, "GET", target, "");
    cr_assert(player->status == 200, "%s: %d", target, player->status);
    return (int)bw_json_size(rows_of(list));
}

const char *player_field(struct player *player, const char *target, const char *name)
{
    static char text[1024];
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(player, "GET", target, "");
    const struct bw_json *rows = rows_of(answer);
    const struct bw_json *row = rows == NULL ? answer : bw_json_first(rows);
    if (row == NULL) {
        return "(none)";
    }
    BW_CLEANUP(bw_freep) char *printed = bw_json_print(bw_json_get(row, name));
    const char *value = bw_json_is_null(bw_json_get(row, name)) ? "" : printed;
    (void)snprintf(text, sizeof(text), "%s", bw_json_text(bw_json_get(row, name), value));
    return text;
}

int player_messages(const struct player *player, const char *sink, const char *type)
{
    int count = 0;
    BW_VEC_EACH(const struct player_message, message, &player->messages)
    {
        const char *said = bw_json_text(bw_json_get(message->body, "type"), "");
        count += (sink == NULL || strcmp(message->sink, sink) == 0) &&
                 (type == NULL || strcmp(said + strlen("io.basewatch."), type) == 0);
    }
    return count;
}

void player_forget_messages(struct player *player)
{
    BW_VEC_CLEAR(&player->messages, message_clear);
}

int64_t player_sql(struct player *player, const char *sql)
{
    int64_t value = 0;
    cr_assert(bw_stmt_one_i64(bw_db_query(player->db, sql), -1, &value, &player->err) == BW_OK,
              "%s", player->err.text);
    return value;
}
