/* tests/support/player.h: plays events to the real engine over a real database, a month of polls in a
 * second: it answers polls with what the scenario says each source lists, takes the deliveries, asks
 * the API, and follows the engine's own alarm. Anything but success of a step fails the test, unless
 * the scenario says otherwise. */
#ifndef BW_SUPPORT_PLAYER_H
#define BW_SUPPORT_PLAYER_H
#include "base/instant.h"
#include "codec/json.h"
#include "engine/engine.h"

struct player_source { /* what it answers from now on */
    char *name;
    struct bw_entries entries;
    char *error; /* NULL: it lists the entries */
    int64_t retry_after_ms;
    bool same;  /* it has answered exactly so before */
    enum bw_discovery discovery; /* NONE: it has no inventory */
    struct bw_findings findings;
    char *note; /* what it cannot see, NULL: nothing */
    bool partial;
    char *memory; /* what its inventory leaves for the next one; NULL: nothing */
    char *told;   /* what the last poll was told of that */
    bool hangs; /* its answers wait until this is false again */
    int polls;
};

struct player_sink { /* how it answers from now on */
    char *name;
    enum bw_delivery_outcome outcome;
    int64_t retry_after_ms;
    bool silent; /* it takes what comes and its answers never arrive */
};

struct player_trigger { /* what the plugins of triggers say from now on; texts are borrowed */
    enum bw_delivery_outcome outcome;
    const char *error;
    const char *memory; /* JSON; {"report":..} ends a job */
    int64_t retry_after_ms;
    bool silent; /* the answer never arrives */
    int calls;
};

struct player_message { /* as a sink received it */
    int64_t at_ms;
    char *sink;
    char *id;
    struct bw_json *body;
    enum bw_delivery_outcome outcome;
};

struct player_reply {
    uint64_t id;
    int status;
    struct bw_json *body;
};

struct player {
    char *folder; /* of the database, removed with the player; NULL: it is in memory */
    struct bw_db *db;
    struct bw_lineage_rules *rules;
    struct bw_price_book book;
    struct bw_engine *engine;
    struct bw_settings *settings; /* our share, for a restart */
    int64_t now_ms;
    int64_t wake_ms;
    int64_t steps;
    int64_t crash_at; /* the process dies right after this step's commit; 0: never */
    bool may_fail;    /* the database is expected to fail */
    enum bw_err last; /* of the last step */
    struct bw_error err;
    uint64_t requests;
    bool may_write; /* of the requests to come */
    struct bw_names polled;             /* sources that owe an answer */
    struct BW_VEC(struct bw_event) due; /* other answers on their way to the engine */
    struct BW_VEC(struct player_source) sources;
    struct BW_VEC(struct player_sink) sinks;
    struct player_trigger trigger;
    struct BW_VEC(struct player_message) messages;
    struct BW_VEC(struct player_reply) replies;
    int status; /* of the last reply given out by player_ask() */
};

/* Begin on 2026-01-01 with that configuration (YAML), the database in memory, or in a file that
 * outlives a restart. Ownership: the caller's. */
struct player *player_new(const char *yaml);
struct player *player_new_on_disk(const char *yaml);
/* Begin with the basewatch.db of that folder, which goes with the player. Takes folder. */
struct player *player_new_in(const char *yaml, char *folder);
/* In memory, but on another day (YYYY-MM-DD). */
struct player *player_new_on(const char *day, const char *yaml);
void player_free(struct player *player);
BW_DEFINE_FREEP(player)

/* The settings that a configuration file of that text gives. Ownership: the caller's. */
struct bw_settings *player_settings(const char *yaml);
/* A reload. */
void player_configure(struct player *player, const char *yaml);
/* The process dies, with whatever was on its way; a new one opens the same file. */
void player_restart(struct player *player);

/* What a source lists from now on: ids, or entries as JSON objects; one a line. */
void player_list(struct player *player, const char *source, const char *lines);
void player_fail(struct player *player, const char *source, const char *error);
/* What its inventory holds from now on: findings as JSON objects, one a line. */
void player_find(struct player *player, const char *source, const char *lines);
/* Its inventory says no from now on: REFUSED, or FAILED. */
void player_hide(struct player *player, const char *source, enum bw_discovery outcome,
                 const char *error);
struct player_source *player_source(struct player *player, const char *source);
void player_sink(struct player *player, const char *sink, enum bw_delivery_outcome outcome,
                 int64_t retry_after_ms);
struct player_sink *player_find_sink(struct player *player, const char *sink);

/* Let the time come, with all that happens until then. */
void player_until(struct player *player, int64_t at_ms);
void player_pass(struct player *player, int64_t duration_ms);
/* Somebody sets the clock. */
void player_jump(struct player *player, int64_t by_ms);
/* Hand one event to the engine now. Takes its contents. */
void player_step(struct player *player, struct bw_event *event);
/* Answers on their way arrive, until there is nothing more to do at this instant. */
void player_settle(struct player *player);

/* The answer to a request, which settles first. Ownership: the caller's; player->status is the
 * status. Fails the test when no answer has come. */
struct bw_json *player_ask(struct player *player, const char *method, const char *target,
                           const char *body);
/* The same, where the status says it all. */
void player_do(struct player *player, const char *method, const char *target, const char *body);
/* Send it and do not wait; player_reply() tells. */
uint64_t player_send(struct player *player, const char *method, const char *target,
                     const char *body);
const struct player_reply *player_reply(const struct player *player, uint64_t id);

/* How many rows GET target lists. */
int player_count(struct player *player, const char *target);
/* The member called name of the first row that target lists, or of the object it shows; "" for null,
 * "(none)" without a row. Good until the next call. */
const char *player_field(struct player *player, const char *target, const char *name);
/* The messages of a type ("notice.opened"; NULL: any) that have been sent to a sink (NULL: any). */
int player_messages(const struct player *player, const char *sink, const char *type);
void player_forget_messages(struct player *player);
/* One number from SQL. */
int64_t player_sql(struct player *player, const char *sql);
#endif
