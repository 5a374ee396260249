/* daemon/engine/taking.h: a list on its way into the database. It is one transaction, since nobody
 * may see half of a list, and as many events as it needs, since nobody may wait for all of it:
 * meanwhile questions are answered from beside the transaction, and all else waits (engine.c).
 *
 *     STORING --rows--> REFRESHING --models of each scope--> TOUCHING --cohorts--> finish()
 *        any --failed--> rolled back, and the event that brought the list is kept */
#ifndef BW_ENGINE_TAKING_H
#define BW_ENGINE_TAKING_H
#include "engine/state.h"

struct bw_taking {
    /* What is taken; whoever begins fills these in. */
    struct bw_source source;
    struct bw_entries entries; /* the new set; none: what is stored is merged anew */
    bool borrows;              /* the entries are another's, which outlives this */
    bool anew;                 /* others speak of the platform than before */
    bool all;                  /* every cohort is touched in the end, whatever has changed */
    bool was_silent;           /* the source, before this list */
    uint64_t request;          /* that is answered in the end; 0: none */
    char *actor;
    /* What is left once everything is written. */
    enum bw_err (*finish)(struct bw_engine *engine, struct bw_taking *taking,
                          struct bw_error *err);
    struct bw_polled *polled; /* for finish(): the poll that brought it; NULL: none */
    /* Where it stands. */
    enum { BW_TAKING_STORING, BW_TAKING_REFRESHING, BW_TAKING_TOUCHING } phase;
    struct bw_change change;
    struct bw_seen_list seen; /* as it was stored */
    size_t seen_at;
    size_t entries_at;
    struct bw_names scopes; /* that the source's word bears on */
    bool leads;             /* it is the first word there */
    bool feeds_first; /* the first of them is "", of which only what feeds had said is looked at */
    size_t scope_at;
    size_t step_at; /* of what is done for one scope */
    struct bw_names ids;
    size_t ids_at;
    bool loaded;
    struct bw_strangers strangers;
};

/* Begin; takes the contents of *taking. The engine goes on with it before anything else. */
enum bw_err bw_engine_take(struct bw_engine *engine, struct bw_taking *taking,
                           struct bw_error *err);
/* One piece; *done: it was the last, and engine->taking is NULL again. */
enum bw_err bw_engine_take_some(struct bw_engine *engine, bool *done, struct bw_error *err);
/* What is under way is lost with its transaction. */
void bw_engine_drop_taking(struct bw_engine *engine);
#endif
