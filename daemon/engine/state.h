/* daemon/engine/state.h: what the rooms of the engine share. Everything here can be built anew from
 * the database and the next BW_EVENT_CONFIGURE. */
#ifndef BW_ENGINE_STATE_H
#define BW_ENGINE_STATE_H
#include <stdint.h>

#include "base/instant.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "store/catalog.h"
#include "store/inventory.h"
#include "store/lineage_facts.h"
#include "store/notices.h"
#include "store/outbox.h"
#include "store/sources.h"

struct bw_polling { /* a configured source, as the scheduler sees it */
    char *name;
    int64_t due_ms;
    bool in_flight;
    int64_t polls[BW_POLL_FAILED + 1]; /* by outcome, since the start */
};

struct bw_sending { /* a configured sink, as the scheduler sees it */
    struct bw_sink row;
    struct bw_ids in_flight; /* delivery ids */
    struct bw_ids alive;     /* messages of alive.c under way */
    int64_t alive_ms;        /* when the next of these are due */
    int64_t attempts[BW_DELIVERY_DISABLED + 1]; /* by outcome, since the start */
};

struct bw_awaited {
    char *source;
    int polls; /* to finish before its word counts: one that was under way already does not */
};

struct bw_waiter { /* a request that is answered once sources have been polled and fanned out */
    uint64_t request;
    struct { struct bw_awaited *items; size_t count, capacity; } waiting;
    struct bw_names polled;
};

struct bw_engine {
    struct bw_db *db;
    const struct bw_lineage_rules *rules;
    const struct bw_price_book *book;
    struct bw_lineage_rules *own_rules; /* what `rules` is since they were read again; else NULL */
    struct bw_price_book *own_book;     /* likewise */
    struct bw_settings *settings; /* owned; NULL before the first configuration */
    int64_t configured_ms;
    char *misconfigured; /* why the last reload was refused; NULL: it was not */
    char *instance;
    struct { struct bw_polling *items; size_t count, capacity; } polling;
    struct { struct bw_sending *items; size_t count, capacity; } sending;
    struct { struct bw_waiter *items; size_t count, capacity; } waiters;
    struct { struct bw_event *items; size_t count, capacity; } undone; /* the database failed */
    uint64_t messages; /* written so far: keeps the ids of two that say the same apart */
    /* of the event being handled */
    int64_t now_ms;
    struct bw_commands replies; /* kept back until the transaction is committed */
};

enum {
    BW_SINK_IN_FLIGHT_MAX = 8, /* to one endpoint at once */
    BW_FAN_CHUNK = 200,        /* members a transaction */
    BW_DUE_CHUNK = 100,        /* cohorts or notices that time changed, a transaction */
    BW_REDO_MS = 5000,         /* after a failure of the database */
};

/* scope.c: the account and region that a source sees, "" where there is one of each. */
char *bw_scope_of(const char *account, const char *region);

/* placing.c: judge by these rules, and price by this book (NULL: as before), from now on. Models are
 * placed anew when the rules are not those that placed them. Takes both. */
enum bw_err bw_engine_follow(struct bw_engine *engine, struct bw_lineage_rules *rules,
                             struct bw_price_book *book, struct bw_error *err);
enum bw_err bw_engine_place_models(struct bw_engine *engine, struct bw_error *err);

/* inventory.c: bring the database in line with the settings, of which the engine keeps a share. */
enum bw_err bw_engine_configure(struct bw_engine *engine, struct bw_settings *settings,
                                struct bw_error *err);
/* Store one deployment and ask for its fan-out; *changed false: nothing was new. */
enum bw_err bw_engine_put_deployment(struct bw_engine *engine,
                                     const struct bw_deployment *deployment, bool *changed,
                                     struct bw_error *err);
enum bw_err bw_engine_remove_deployment(struct bw_engine *engine, const char *name,
                                        const char *actor, struct bw_error *err);

/* change.c: a new set meets what was known. */
struct bw_change { /* owned, to release with bw_change_clear() */
    struct bw_names listed; /* ids that are new or different */
    struct bw_names left;
    struct bw_names lineages; /* of either, as far as they can be placed */
};
void bw_change_clear(struct bw_change *change);
enum bw_err bw_engine_change(struct bw_engine *engine, const struct bw_source *source,
                             const struct bw_entries *entries, struct bw_change *change,
                             struct bw_error *err);
/* Judge the cohorts again that the change touches. NULL: everything may have changed. */
enum bw_err bw_engine_touch(struct bw_engine *engine, const struct bw_source *source,
                            const struct bw_change *change, struct bw_error *err);
/* Is the source's word the first one in its scopes? A feed's is where there is no own list. */
enum bw_err bw_engine_leads(struct bw_engine *engine, const struct bw_source *source, bool *leads,
                            struct bw_error *err);

/* ingest.c: what a poll brought. */
enum bw_err bw_engine_ingest(struct bw_engine *engine, struct bw_polled *polled,
                             struct bw_error *err);
/* Let a held set through. */
enum bw_err bw_engine_accept(struct bw_engine *engine, const char *source, const char *actor,
                             struct bw_error *err);

/* guards.c: why a set should not be believed yet; *why, the caller's, stays NULL when it may pass.
 */
enum bw_err bw_engine_object(struct bw_engine *engine, const struct bw_source *source,
                             const struct bw_entries *entries, char **why, struct bw_error *err);

/* lineage_facts.c: what a model declares and is called, and how far a lineage has come. */
enum bw_err bw_engine_note_model(struct bw_engine *engine, const struct bw_model *model,
                                 struct bw_error *err);
enum bw_err bw_engine_note_lineage(struct bw_engine *engine, const char *platform,
                                   const char *scope, const char *lineage, struct bw_error *err);

/* cohorts.c: judge a cohort again and begin its fan-out when its answer differs. */
enum bw_err bw_engine_evaluate(struct bw_engine *engine, int64_t cohort, bool baseline,
                               struct bw_error *err);
/* The judgement alone, at engine->now_ms, into *cohort; nothing is written. */
enum bw_err bw_engine_judge(struct bw_engine *engine, struct bw_cohort *cohort,
                            struct bw_error *err);
/* One chunk; *more is set when another may wait. */
enum bw_err bw_engine_evaluate_due(struct bw_engine *engine, bool *more, struct bw_error *err);
/* How well what a platform and scope say is known now. */
enum bw_err bw_engine_confidence(struct bw_engine *engine, const char *platform,
                                 const char *scope, enum bw_confidence *out,
                                 struct bw_error *err);

/* fanout.c: the cohorts that bear on one deployment, read again only when they are others than
 * those in *standing, which begins zeroed and is to be cleared. */
struct bw_standing {
    struct bw_cohort cohort;
    struct bw_cohort embedder; /* of its embedding model; id 0: it has none */
};
void bw_standing_clear(struct bw_standing *standing);
enum bw_err bw_engine_stand(struct bw_engine *engine, const struct bw_member *member,
                            struct bw_standing *standing, struct bw_error *err);
/* One chunk of the members of changed cohorts. *more: another chunk waits. */
enum bw_err bw_engine_fan_out(struct bw_engine *engine, bool *more, struct bw_error *err);

/* matters.c: what one deployment should hear of, and the notices that say it. */
enum bw_err bw_engine_reconcile(struct bw_engine *engine, const struct bw_standing *standing,
                                const struct bw_deployment *deployment, bool summed_up,
                                struct bw_error *err);
/* Severity, deadline and reminder of a notice; estimate NULL: none is known. */
struct bw_estimate;
void bw_engine_press(const struct bw_engine *engine, const struct bw_deployment *deployment,
                     const struct bw_estimate *estimate, int64_t deadline_ms,
                     struct bw_notice *notice);
/* The same for deployments with a deadline that presses more by now: one chunk, as above. */
enum bw_err bw_engine_raise_due(struct bw_engine *engine, bool *more, struct bw_error *err);

/* embedding.c: what is to be said of the embedding model of a deployment (embedder->id 0: it has
 * none). *wanted false: nothing, and *out is not written. */
enum bw_err bw_engine_want_embedder(struct bw_engine *engine, const struct bw_cohort *embedder,
                                    const struct bw_deployment *deployment, struct bw_notice *out,
                                    bool *wanted, struct bw_error *err);

/* lives.c: every move of a notice, with its log and its messages. */
struct bw_move_notice {
    enum bw_notice_state to; /* of a new one: open, or acknowledged already */
    const char *event; /* as logged: opened, updated, resolved, ... */
    const char *actor;
    const char *reason;
    int64_t until_ms;
    bool summed_up; /* its message waits for the owner's summary */
    bool silent;    /* no message */
};
enum bw_err bw_engine_open(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err);
enum bw_err bw_engine_update(struct bw_engine *engine, struct bw_notice *notice,
                             const struct bw_move_notice *how, struct bw_error *err);
enum bw_err bw_engine_move(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err);
/* Settle whatever is live about a deployment, or about a source, whose settling is told apart. */
enum bw_err bw_engine_settle(struct bw_engine *engine, const char *subject, bool of_source,
                             enum bw_notice_state to, const char *actor, const char *reason,
                             struct bw_error *err);
/* One chunk; *more is set when another may wait. */
enum bw_err bw_engine_end_snoozes(struct bw_engine *engine, bool *more, struct bw_error *err);

/* reminders.c: of deadlines that come nearer. */
enum bw_err bw_engine_remind_due(struct bw_engine *engine, bool *more, struct bw_error *err);

/* dispatch.c: messages out, results in. */
enum bw_err bw_engine_announce(struct bw_engine *engine, const struct bw_notice *notice,
                               const char *what, bool summed_up, struct bw_error *err);
enum bw_err bw_engine_announce_source(struct bw_engine *engine, const char *source,
                                      const char *what, const char *text, struct bw_error *err);
enum bw_err bw_engine_announce_test(struct bw_engine *engine, const char *sink,
                                    struct bw_error *err);
enum bw_err bw_engine_withdraw(struct bw_engine *engine, const struct bw_notice *notice,
                               struct bw_error *err);
enum bw_err bw_engine_sum_up(struct bw_engine *engine, struct bw_error *err);
enum bw_err bw_engine_delivered(struct bw_engine *engine, const struct bw_results *results,
                                struct bw_error *err);

/* schedule.c: what is due, as commands; reads only. */
/* A poll or a delivery is under way no more. */
void bw_engine_note_arrival(struct bw_engine *engine, const struct bw_event *event);
/* more: there is work to do at once; so_far: how the event ended, which is returned unless this
 * fails first. A failing database is asked again after BW_REDO_MS. */
enum bw_err bw_engine_schedule(struct bw_engine *engine, bool more, enum bw_err so_far,
                               struct bw_commands *commands, struct bw_error *err);
struct bw_polling *bw_engine_polling(struct bw_engine *engine, const char *source);
struct bw_sending *bw_engine_sending(struct bw_engine *engine, const char *sink);
bool bw_engine_is_in_flight(const struct bw_sending *sending, int64_t delivery);

/* alive.c: what is open, told again to a sink that forgets; reads only. */
enum bw_err bw_engine_keep_alive(struct bw_engine *engine, struct bw_sending *sending,
                                 int64_t *wake_ms, struct bw_commands *commands,
                                 struct bw_error *err);

/* api.c: a request of the control socket. Failures become replies, save those of the store. */
enum bw_err bw_engine_request(struct bw_engine *engine, const struct bw_request *request,
                              struct bw_error *err);
void bw_engine_reply(struct bw_engine *engine, uint64_t request, int status, char *body);
void bw_engine_refuse(struct bw_engine *engine, uint64_t request, int status, const char *detail);

/* waiters.c: requests that wait for polls; in memory alone. */
void bw_engine_wait(struct bw_engine *engine, struct bw_waiter *waiter); /* takes the contents */
void bw_engine_forget_waiter(struct bw_engine *engine, uint64_t request);
/* A poll of source has finished (for good: it is no longer configured). True: somebody waits for
 * the next one. */
bool bw_engine_note_poll(struct bw_engine *engine, const char *source, bool for_good);
/* Answer those whose sources have all been polled; for when nothing is left to fan out. */
enum bw_err bw_engine_release_waiters(struct bw_engine *engine, struct bw_error *err);
void bw_waiter_clear(struct bw_waiter *waiter);
#endif
