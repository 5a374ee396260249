/* daemon/engine/state.h: what the rooms of the engine share. Everything here can be built anew from
 * the database and the next BW_EVENT_CONFIGURE. */
#ifndef BW_ENGINE_STATE_H
#define BW_ENGINE_STATE_H
#include <stdint.h>

#include "base/instant.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "store/cards.h"
#include "store/catalog.h"
#include "store/evals.h"
#include "store/inventory.h"
#include "store/lineage_facts.h"
#include "store/notice_events.h"
#include "store/outbox.h"
#include "store/sources.h"

enum { BW_STEP_BOUNDS = 8 };
extern const int64_t bw_step_bounds_us[BW_STEP_BOUNDS];

struct bw_polling { /* a configured source, as the scheduler sees it */
    char *name;
    int64_t due_ms;
    bool in_flight;
    bool looks; /* the next one has been asked for by look.c */
    char *memory; /* where its inventory goes on; NULL: at the beginning */
    int64_t polls[BW_POLL_FAILED + 1]; /* by outcome, since the start */
};

struct bw_sending { /* a configured sink, as the scheduler sees it */
    struct bw_sink row;
    struct bw_ids in_flight; /* delivery ids */
    struct bw_ids alive;     /* messages of alive.c under way */
    int64_t alive_ms;        /* when the next of these are due */
    bool telling;            /* not all that is open has been told yet */
    int64_t alive_after;     /* the last notice that has */
    int64_t answered_ms;     /* it took, or refused, a message; 0: not since the start */
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

struct bw_configuring { /* deployments of the settings that the database does not have yet */
    bool under_way;
    size_t next;            /* the first that has not been put */
    struct bw_names names;  /* all of them, sorted; borrowed from the settings */
    char *removed_to;       /* of those stored, up to which all that are not among them are gone */
};

struct bw_import { /* a request that brings many deployments */
    uint64_t request;
    char *body;    /* a deployment a line */
    bool writing;  /* every line has been read */
    size_t at;     /* into body */
    int64_t line;
    int64_t count; /* of deployments */
};

struct bw_step_times { /* of the steps of one type of event, since the start */
    int64_t counts[BW_STEP_BOUNDS + 1]; /* by the first of bw_step_bounds_us that held it; the rest */
    int64_t sum_us;
    int64_t longest_us;
};

struct bw_lessee { /* a runner that waits for a job */
    uint64_t request;
    char *runner;
    struct bw_names suites;
    char *token; /* for the job that it may get */
    int64_t until_ms;
    bool answered; /* in the transaction under way */
};

struct bw_grant { /* a lease of which its runner has not shown yet that it heard of it */
    uint64_t request;
    int64_t job;
};

struct bw_taking; /* taking.h */

struct bw_engine {
    struct bw_db *db;
    const struct bw_lineage_rules *rules;
    const struct bw_price_book *book;
    struct bw_lineage_rules *own_rules; /* what `rules` is since they were read again; else NULL */
    struct bw_price_book *own_book;     /* likewise */
    struct bw_settings *settings; /* owned; NULL before the first configuration */
    int64_t configured_ms;
    uint64_t derived_from; /* a hash of what of the settings the stored deployments follow */
    char *misconfigured; /* why the last reload was refused; NULL: it was not */
    char *needs_restart; /* the options in force only after one; NULL: none */
    char *instance;
    struct { struct bw_polling *items; size_t count, capacity; } polling;
    struct { struct bw_sending *items; size_t count, capacity; } sending;
    struct { struct bw_waiter *items; size_t count, capacity; } waiters;
    struct { struct bw_lessee *items; size_t count, capacity; } lessees;
    struct { struct bw_grant *items; size_t count, capacity; } grants;
    struct bw_names offered; /* suites that runners have held since the start */
    struct bw_ids triggering; /* eval jobs whose trigger plugin is at work */
    struct { struct bw_event *items; size_t count, capacity; } undone; /* the database failed */
    struct bw_configuring configuring;
    bool adopts_again; /* something is no deployment's any more that a rule, or a pattern, may want */
    struct { struct bw_import *items; size_t count, capacity; } imports; /* one after the other */
    struct bw_step_times steps[BW_EVENT_REQUEST + 1];
    struct bw_taking *taking; /* a list on its way into the database; NULL: none */
    bool open;                /* its transaction */
    struct bw_event taken;    /* the event that it is a part of */
    struct bw_db *aside;      /* what whoever asks meanwhile is answered from; NULL: not needed */
    struct { struct bw_event *items; size_t count, capacity; } later; /* what came meanwhile */
    char *about;       /* the last step: its source, or the request's target; "": neither */
    const char *chore; /* and the last of the chores that it did; static */
    uint64_t messages; /* written so far: keeps the ids of two that say the same apart */
    bool at_work;             /* the last event has left something to do */
    int64_t at_work_since_ms; /* what is done in one go is looked at once */
    /* of the event being handled */
    int64_t now_ms;
    struct { /* what was asked last of confidence: notices come in runs; platform NULL: nothing */
        char *platform;
        char *scope;
        enum bw_confidence confidence;
        bool unlooked; /* another look at its fine-tunes was asked for, and has not come */
    } asked;
    struct bw_commands replies; /* kept back until the transaction is committed */
};

enum {
    BW_SINK_IN_FLIGHT_MAX = 8, /* to one endpoint at once */
    /* What a transaction takes of long work, so that none lasts 50 ms. */
    BW_PUT_CHUNK = 200,        /* deployments that come in */
    BW_DERIVED_CHUNK = 100,    /* those that are put elsewhere, with their notices */
    BW_JUDGED_CHUNK = 50,      /* cohorts */
    BW_FAN_CHUNK = 100,        /* members of a changed cohort */
    BW_DUE_CHUNK = 50,         /* notices that time changed */
    BW_ANSWER_LASTS_MS = 10000, /* so long an endpoint that answered is taken to be well */
    BW_REDO_MS = 5000,         /* after a failure of the database */
};

/* scope.c: the account and region that a source sees, "" where there is one of each. */
char *bw_scope_of(const char *account, const char *region);
/* The scope that facts about a place come from: that of the first of the platform's own lists that
 * agrees with the account and region named, else what they say themselves. Where there is no list
 * but a feed, it is the feed's, wherever the deployment is. Ownership: the caller's. */
char *bw_scope_at(const struct bw_settings *settings, const char *platform, const char *account,
                  const char *region);
/* Name no more of a place than leads to it, so that it stays the same under another name. */
void bw_scope_shorten(const struct bw_settings *settings, const char *platform, char **account,
                      char **region);

/* Chores: what events leave to do, a piece a transaction. Each does one piece, and sets *more when
 * another may wait; engine.c knows their order. */

/* placing.c: judge by these rules, and price by this book (NULL: as before), from now on. Models are
 * placed anew, before anything else, when the rules are not those that placed them. Takes both. */
void bw_engine_follow(struct bw_engine *engine, struct bw_lineage_rules *rules,
                      struct bw_price_book *book);
enum bw_err bw_engine_place_models(struct bw_engine *engine, bool *more, struct bw_error *err);

/* inventory.c: bring the database in line with the settings, of which the engine keeps a share. */
enum bw_err bw_engine_configure(struct bw_engine *engine, struct bw_settings *settings,
                                struct bw_error *err);
enum bw_err bw_engine_configure_some(struct bw_engine *engine, bool *more, struct bw_error *err);
void bw_engine_configure_again(struct bw_engine *engine); /* from the first deployment */
void bw_configuring_clear(struct bw_configuring *configuring);
/* Store one deployment and tell what it should hear of; *changed false: nothing was new. */
enum bw_err bw_engine_put_deployment(struct bw_engine *engine,
                                     const struct bw_deployment *deployment, bool *changed,
                                     struct bw_error *err);
/* May somebody add one of that name? Errors: BW_ERR_CONFLICT when it stands in the configuration. */
enum bw_err bw_engine_may_add(struct bw_engine *engine, const char *name, struct bw_error *err);
enum bw_err bw_engine_remove_deployment(struct bw_engine *engine, const char *name,
                                        const char *actor, struct bw_error *err);
/* What the API has taken back no longer goes before the files, nor before the rules of `adopt:`. */
enum bw_err bw_engine_fall_back(struct bw_engine *engine, const char *name, struct bw_error *err);

/* deriving.c: a chore: what is stored of deployments meets settings that say otherwise. */
uint64_t bw_engine_derived_from(const struct bw_settings *settings);
enum bw_err bw_engine_derive_some(struct bw_engine *engine, bool *more, struct bw_error *err);

/* write_deployments.c: the imports that have been asked for. */
enum bw_err bw_engine_import_some(struct bw_engine *engine, bool *more, struct bw_error *err);
void bw_engine_import_again(struct bw_engine *engine);
void bw_import_clear(struct bw_import *import);

/* change.c: a new set meets what was known. */
struct bw_change { /* owned, to release with bw_change_clear() */
    struct bw_names listed; /* ids that are new or different */
    struct bw_names left;
    struct bw_names lineages; /* of either, as far as they can be placed */
    struct bw_names redated;  /* models with another firm day than before */
};
void bw_change_clear(struct bw_change *change);
/* A chore: one source of a platform of which others speak than before, once all of them have spoken.
 * Until then the word of those that left stays. */
enum bw_err bw_engine_merge_some(struct bw_engine *engine, bool *more, struct bw_error *err);
/* spellings.c: feeds spell some models otherwise than their platform does. */
struct bw_stranger { /* an id that feeds alone have */
    uint64_t key;    /* as bw_model_key() */
    char *id;
};
struct bw_strangers BW_VEC(struct bw_stranger);
void bw_strangers_clear(struct bw_strangers *strangers);
/* Of a scope that has a list of its own; else none. Ownership: *out is the caller's. */
enum bw_err bw_engine_strangers(struct bw_engine *engine, const char *platform, const char *scope,
                                struct bw_strangers *out, struct bw_error *err);
/* Those that mean the model. Ownership: *out is the caller's. */
void bw_strangers_of(const struct bw_engine *engine, const struct bw_strangers *strangers,
                     const char *platform, const char *id, struct bw_names *out);
/* What all sources say of a model, as bw_catalog_merge(). strangers NULL: they are looked for. */
enum bw_err bw_engine_merge(struct bw_engine *engine, const char *platform, const char *scope,
                            const char *id, const struct bw_strangers *strangers,
                            struct bw_entry *entry, char **sources, struct bw_error *err);
/* Add the models of the scope that some of the ids mean, and that are not among them. */
enum bw_err bw_engine_meant(struct bw_engine *engine, const char *platform, const char *scope,
                            const struct bw_names *ids, struct bw_names *out,
                            struct bw_error *err);

/* What all sources say of one model now; *change gets its lineages. */
enum bw_err bw_engine_refresh_model(struct bw_engine *engine, const char *platform,
                                    const char *scope, const char *id,
                                    const struct bw_strangers *strangers,
                                    struct bw_change *change, struct bw_error *err);
/* Add the scopes that the source's word bears on; *leads: it is the first word there. */
enum bw_err bw_engine_scopes(struct bw_engine *engine, const struct bw_source *source,
                             struct bw_names *out, bool *leads, struct bw_error *err);
/* Have the cohorts of a scope judged again that the change touches: from the *at-th name on, as many
 * as *left allows. *done: that was the last. */
enum bw_err bw_engine_touch_some(struct bw_engine *engine, const struct bw_source *source,
                                 const char *scope, const struct bw_change *change, size_t *at,
                                 int64_t *left, bool *done, struct bw_error *err);
/* All that the source's word bears on. */
enum bw_err bw_engine_touch_all(struct bw_engine *engine, const struct bw_source *source,
                                struct bw_error *err);
/* Is the source's word the first one in its scopes? A feed's is where there is no own list. */
enum bw_err bw_engine_leads(struct bw_engine *engine, const struct bw_source *source, bool *leads,
                            struct bw_error *err);

/* ingest.c: what a poll brought. */
enum bw_err bw_engine_ingest(struct bw_engine *engine, struct bw_polled *polled,
                             struct bw_error *err);
/* Let a held set through; the request is answered when it is in. */
enum bw_err bw_engine_accept(struct bw_engine *engine, const char *source, const char *actor,
                             uint64_t request, struct bw_error *err);

/* guards.c: why a set should not be believed yet; *why, the caller's, stays NULL when it may pass.
 */
enum bw_err bw_engine_object(struct bw_engine *engine, const struct bw_source *source,
                             const struct bw_entries *entries, char **why, struct bw_error *err);

/* findings.c: what discovery brought, beside the catalog. */
enum bw_err bw_engine_discover(struct bw_engine *engine, struct bw_source *source,
                               struct bw_polled *polled, struct bw_error *err);

/* adoption.c: deployments by the rules of `adopt:`; removes those that no rule makes any more. */
enum bw_err bw_engine_adopt(struct bw_engine *engine, struct bw_error *err);
/* A chore: the same, and what picks among findings, where that may make a difference. */
enum bw_err bw_engine_adopt_again(struct bw_engine *engine, bool *more, struct bw_error *err);
/* Put again, with what is known now, the deployments that pick among findings or call one of these
 * models. */
enum bw_err bw_engine_relearn(struct bw_engine *engine, const struct bw_names *changed,
                              struct bw_error *err);
/* The same for those that call one of these models alone. */
enum bw_err bw_engine_relearn_calling(struct bw_engine *engine, const char *platform,
                                      const struct bw_names *models, struct bw_error *err);
/* The finding that a deployment calls, which is marked as its own. *out is the caller's; its
 * finding.id stays NULL when there is none. */
enum bw_err bw_engine_know(struct bw_engine *engine, const struct bw_deployment *said,
                           const char *scope, struct bw_knowledge *out, struct bw_error *err);
/* What a finding would be as a deployment. It borrows from both. */
struct bw_found;
struct bw_deployment bw_engine_deployment_of(const struct bw_engine *engine,
                                             const struct bw_found *found);

/* lineage_facts.c: what a model declares and is called, and how far a lineage has come. */
enum bw_err bw_engine_note_model(struct bw_engine *engine, const struct bw_model *model,
                                 struct bw_error *err);
enum bw_err bw_engine_note_lineage(struct bw_engine *engine, const char *platform,
                                   const char *scope, const char *lineage, struct bw_error *err);

/* cohorts.c: judge a cohort and write the answer. */
enum bw_err bw_engine_evaluate(struct bw_engine *engine, int64_t cohort, bool *differs,
                               struct bw_error *err);
/* The judgement alone, at engine->now_ms, into *cohort; nothing is written. */
enum bw_err bw_engine_judge(struct bw_engine *engine, struct bw_cohort *cohort,
                            struct bw_error *err);
/* What is said of the tunes of its base beside the base itself: their own rows, then what feeds list
 * under BW_TUNES_OF and the base, as openai's page of deprecations does. Fills *out, the caller's. */
#define BW_TUNES_OF "ft-"
enum bw_err bw_engine_tuned_word(struct bw_engine *engine, const struct bw_cohort *cohort,
                                 struct bw_entry *out, struct bw_error *err);
/* A chore: those that are due; the fan-out of the ones that differ begins. */
enum bw_err bw_engine_evaluate_due(struct bw_engine *engine, bool *more, struct bw_error *err);
/* How well what a platform and scope say is known now. */
enum bw_err bw_engine_confidence(struct bw_engine *engine, const char *platform,
                                 const char *scope, enum bw_confidence *out,
                                 struct bw_error *err);
/* The same for what a live notice says of a deployment; NULL for any other. Static text. */
enum bw_err bw_engine_notice_confidence(struct bw_engine *engine, const struct bw_notice *notice,
                                        const char **out, struct bw_error *err);

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
/* What is known of a deployment, as a notice with no more than that. Ownership: the caller's. */
struct bw_notice bw_engine_notice_of(const struct bw_cohort *cohort,
                                     const struct bw_deployment *deployment,
                                     enum bw_notice_kind kind);
/* Take into a notice that opens again what it would say now, if that is said at all. */
enum bw_err bw_engine_renew(struct bw_engine *engine, struct bw_notice *notice,
                            struct bw_error *err);
/* Reconcile those with a deadline that presses more by now: one chunk, as above. */
enum bw_err bw_engine_raise_due(struct bw_engine *engine, bool *more, struct bw_error *err);

/* pressing.c: severity, deadline and reminder of a notice, whose summary says by when to begin;
 * estimate NULL: none is known. */
struct bw_estimate;
void bw_engine_press(const struct bw_engine *engine, const struct bw_deployment *deployment,
                     const struct bw_estimate *estimate, int64_t deadline_ms,
                     struct bw_notice *notice);

/* embedding.c: what is to be said of the embedding model of a deployment (embedder->id 0: it has
 * none). *wanted false: nothing, and *out is not written. */
enum bw_err bw_engine_want_embedder(struct bw_engine *engine, const struct bw_cohort *embedder,
                                    const struct bw_deployment *deployment, struct bw_notice *out,
                                    bool *wanted, struct bw_error *err);

/* dates.c: after is the judgement that follows on before: note what has become of its dates. */
void bw_engine_note_redated(const struct bw_engine *engine, const struct bw_cohort *before,
                            struct bw_cohort *after);
/* A date of its base that live notices tell, or that the cohort had, and that has moved: true, and
 * *out, the caller's, says so. *told: by a live notice. */
bool bw_engine_want_moved_date(const struct bw_engine *engine, const struct bw_cohort *cohort,
                               const struct bw_deployment *deployment,
                               const struct bw_notices *live, enum bw_severity severity,
                               struct bw_notice *out, bool *told);
/* Does it tell of such a move that is news still? */
bool bw_engine_is_news(const struct bw_engine *engine, const struct bw_notice *notice,
                       const struct bw_cohort *cohort);

/* lives.c: every move of a notice, with its log and its messages. */
struct bw_move_notice {
    enum bw_notice_state to; /* of a new one: open, or acknowledged already */
    const char *event; /* as logged: opened, updated, resolved, ... */
    const char *actor;
    const char *reason;
    int64_t until_ms;
    bool summed_up; /* its message waits for the owner's summary */
    bool for_programs; /* people hear of it in another message */
    bool by_time;   /* it is only that the deadline comes nearer */
    bool handed_over; /* to another owner: logged also when it is silent */
    bool silent;    /* no message */
};
enum bw_err bw_engine_open(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err);
/* What wanted says was said before, and is so again: that notice lives once more, as far as no
 * person has closed or put it off. *done false: it was never said. */
enum bw_err bw_engine_revive(struct bw_engine *engine, struct bw_notice *wanted, bool inhibited,
                             bool *done, struct bw_error *err);
enum bw_err bw_engine_update(struct bw_engine *engine, struct bw_notice *notice,
                             const struct bw_move_notice *how, struct bw_error *err);
enum bw_err bw_engine_move(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err);
/* Settle whatever is live about a deployment, or about a source or sink, whose end outages.c tells.
 */
enum bw_err bw_engine_settle(struct bw_engine *engine, const char *subject,
                             enum bw_notice_about about, enum bw_notice_state to,
                             const char *actor, const char *reason, struct bw_error *err);
/* One chunk; *more is set when another may wait. */
enum bw_err bw_engine_end_snoozes(struct bw_engine *engine, bool *more, struct bw_error *err);

/* Was it somebody, and not basewatch itself? */
bool bw_engine_is_person(const char *actor);
/* Write the notice and what has happened, and tell nobody. */
enum bw_err bw_engine_note(struct bw_engine *engine, struct bw_notice *notice,
                           const struct bw_move_notice *how, struct bw_error *err);

/* evals.c: eval jobs and the notices they answer. */
struct bw_eval_wish { /* all borrowed */
    const struct bw_deployment *deployment;
    const struct bw_cohort *cohort;
    struct bw_notice *notice; /* gets what the job says; NULL: none asks */
    const char *candidate;
    const char *tuned; /* NULL: there is none */
    bool by_hand;
};
/* Ownership: *out is the caller's, also after a failure. Errors: BW_ERR_REFUSED with the reason;
 * BW_ERR_EXISTS when the deployment has an unfinished one. */
enum bw_err bw_engine_open_eval(struct bw_engine *engine, const struct bw_eval_wish *wish,
                                struct bw_eval_job *out, struct bw_error *err);
/* Somebody asks for what is queued already: it waits for no budget, and runs the tune as well.
 * Errors: BW_ERR_CONFLICT when there is nothing to hurry, BW_ERR_REFUSED. */
enum bw_err bw_engine_hurry_eval(struct bw_engine *engine, const struct bw_eval_wish *wish,
                                 struct bw_eval_job *job, struct bw_error *err);
/* A notice has come into its state: open what the policy wants, cancel what nobody waits for. */
enum bw_err bw_engine_follow_notice(struct bw_engine *engine, struct bw_notice *notice,
                                    struct bw_error *err);
/* The deployment has changed: so does its queued job, and what its notices want by now is opened. */
enum bw_err bw_engine_follow_deployment(struct bw_engine *engine,
                                        const struct bw_deployment *deployment,
                                        struct bw_error *err);
/* Cancel what a deployment has unfinished. */
enum bw_err bw_engine_abandon_eval(struct bw_engine *engine, const char *deployment,
                                   const char *reason, struct bw_error *err);
/* Write a job, and what its notice says of it. */
enum bw_err bw_engine_save_eval(struct bw_engine *engine, const struct bw_eval_job *job,
                                struct bw_error *err);
/* The end of a job that is not finished, its message, and the move of its notice. */
enum bw_err bw_engine_end_eval(struct bw_engine *engine, struct bw_eval_job *job,
                               enum bw_eval_verdict verdict, const char *reason,
                               struct bw_error *err);
struct bw_eval_report;
/* The end of a job as whoever ran it reports it. */
enum bw_err bw_engine_report_eval(struct bw_engine *engine, struct bw_eval_job *job,
                                  const struct bw_eval_report *report, struct bw_error *err);

/* eval_queue.c: which job runs when, and for how long it may be silent. */
/* Would it break the month's budget? Then it waits for the next; job is changed, not written. */
enum bw_err bw_engine_hold_back(struct bw_engine *engine, struct bw_eval_job *job, bool *held,
                                struct bw_error *err);
/* A queued job runs from now on, by whom is borrowed. */
enum bw_err bw_engine_begin_eval(struct bw_engine *engine, struct bw_eval_job *job,
                                 const char *runner, int64_t lease_ms, struct bw_error *err);
/* The next job for a starter within the limits, not yet begun. suites NULL: of any.
 * Errors: BW_ERR_NOTFOUND. */
enum bw_err bw_engine_next_eval(struct bw_engine *engine, const char *starter,
                                const struct bw_names *suites, struct bw_eval_job *out,
                                struct bw_error *err);
/* One chunk of what time has done: leases that ended, runs to be started elsewhere, runners whose
 * wait is over. */
enum bw_err bw_engine_evals_due(struct bw_engine *engine, bool *more, struct bw_error *err);
/* After a start or a reload. */
enum bw_err bw_engine_evals_resume(struct bw_engine *engine, bool started, struct bw_error *err);
/* Leases are instants; what was left of them when the clock jumped is not known. */
enum bw_err bw_engine_evals_clock_set(struct bw_engine *engine, struct bw_error *err);
enum bw_err bw_engine_evals_next_due(struct bw_engine *engine, int64_t *out_ms,
                                     struct bw_error *err);

/* eval_lease.c: runners that take jobs. */
/* Takes the contents; answered at once if there is a job, else when there is, or its time is over.
 */
enum bw_err bw_engine_serve_lessee(struct bw_engine *engine, struct bw_lessee *lessee,
                                   struct bw_error *err);
enum bw_err bw_engine_serve_lessees(struct bw_engine *engine, struct bw_error *err);
/* What was answered has been committed, or not. */
void bw_engine_settle_lessees(struct bw_engine *engine, bool committed);
/* The runner of a job has spoken. */
void bw_engine_note_runner(struct bw_engine *engine, int64_t job);
/* The answer to a request reached nobody: what it leased waits again. */
enum bw_err bw_engine_take_back(struct bw_engine *engine, uint64_t request, struct bw_error *err);
void bw_engine_forget_lessee(struct bw_engine *engine, uint64_t request);
void bw_lessee_clear(struct bw_lessee *lessee);

/* eval_trigger.c: runs elsewhere, looked after by a trigger's plugin. */
/* What is to be started or looked after now, as commands; reads only. */
enum bw_err bw_engine_look_after(struct bw_engine *engine, struct bw_commands *commands,
                                 struct bw_error *err);
enum bw_err bw_engine_triggered(struct bw_engine *engine, const struct bw_results *results,
                                struct bw_error *err);

/* reminders.c: of deadlines that come nearer. */
enum bw_err bw_engine_remind_due(struct bw_engine *engine, bool *more, struct bw_error *err);

/* look.c: discovery looks again before people hear of a fine-tune. */
/* Is another look at its fine-tunes to be tried again soon? */
bool bw_engine_awaits_look(const struct bw_engine *engine, const struct bw_source *source);
/* *waits: nobody has looked since, and this is said once somebody has. */
enum bw_err bw_engine_look_first(struct bw_engine *engine, const struct bw_notice *notice,
                                 const char *what, const struct bw_move_notice *how, bool *waits,
                                 struct bw_error *err);
/* Say it at once, or then. */
enum bw_err bw_engine_announce(struct bw_engine *engine, const struct bw_notice *notice,
                               const char *what, const struct bw_move_notice *how,
                               struct bw_error *err);
/* One chunk of what waits no longer. */
enum bw_err bw_engine_say_due(struct bw_engine *engine, bool *more, struct bw_error *err);

/* dispatch.c: messages out, results in. */
enum bw_err bw_engine_say(struct bw_engine *engine, const struct bw_notice *notice,
                          const char *what, const struct bw_move_notice *how,
                          struct bw_error *err);
enum bw_err bw_engine_announce_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                      const char *subject, const char *what, const char *text,
                                      struct bw_error *err);
/* moved: its notice says it as well, where people read. */
enum bw_err bw_engine_announce_eval(struct bw_engine *engine, const struct bw_eval_job *job,
                                    const struct bw_notice *notice, bool moved,
                                    struct bw_error *err);
/* To webhooks alone: a CI is to run it. */
enum bw_err bw_engine_announce_request(struct bw_engine *engine, const struct bw_eval_job *job,
                                       struct bw_error *err);
enum bw_err bw_engine_announce_test(struct bw_engine *engine, const char *sink,
                                    struct bw_error *err);
enum bw_err bw_engine_delivered(struct bw_engine *engine, const struct bw_results *results,
                                struct bw_error *err);

/* How far up it stands on a card: old prices last, and 0 means nothing else. What a rank
 * holds is its severity, then its kind. */
int64_t bw_engine_rank(const struct bw_notice *notice);
enum bw_notice_kind bw_engine_rank_kind(int64_t rank);
bool bw_engine_rank_is_of(int64_t rank, enum bw_severity severity);
/* May the sink hear of the notice? */
bool bw_engine_wants(const struct bw_engine *engine, const struct bw_sink_settings *sink,
                     const struct bw_notice *notice);

/* ahead.c: what people are told before its day. */
/* Its deadline comes nearer: have they read of that not long ago? */
enum bw_err bw_engine_has_read(struct bw_engine *engine, const struct bw_sink_settings *sink,
                               const struct bw_notice *notice, bool *out, struct bw_error *err);
/* Its deadline has passed: have they read in its last days that it would? */
enum bw_err bw_engine_saw_it_come(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                  const struct bw_notice *notice, bool *out, struct bw_error *err);
/* Before the card of an owner is written: what else it should tell becomes items of it. */
enum bw_err bw_engine_take_along(struct bw_engine *engine, const struct bw_sink_settings *sink,
                                 const char *owner, struct bw_error *err);

/* cards.c: one message about several notices. */
/* Write one that has come due. */
enum bw_err bw_engine_sum_up(struct bw_engine *engine, bool *more, struct bw_error *err);
/* A notice is settled, or another one speaks for it: nothing that waits tells of it. */
enum bw_err bw_engine_withdraw(struct bw_engine *engine, const struct bw_notice *notice,
                               struct bw_error *err);
/* What waits and told of such a one is written anew: one chunk, as above. */
enum bw_err bw_engine_rewrite_cards(struct bw_engine *engine, bool *more, struct bw_error *err);

/* outages.c: what the operators hear of sources and sinks: once while it lasts, and its end. */
enum bw_err bw_engine_raise_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                   const char *subject, const char *platform, const char *why,
                                   struct bw_error *err);
enum bw_err bw_engine_end_outage(struct bw_engine *engine, enum bw_notice_kind kind,
                                 const char *subject, const char *actor, const char *words,
                                 struct bw_error *err);
/* Those of what is no longer configured are no matter any more. */
enum bw_err bw_engine_forget_outages(struct bw_engine *engine, enum bw_notice_kind kind,
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
