/* daemon/engine/engine.h: the engine as a function: an event in, commands out. No clock, no random,
 * no socket inside: an event carries its time, so tests and backtests play years in seconds. */
#ifndef BW_ENGINE_ENGINE_H
#define BW_ENGINE_ENGINE_H
#include "base/error.h"
#include "domain/lineage_rules.h"
#include "domain/prices.h"
#include "engine/event.h"
#include "store/db.h"

struct bw_engine;

/* Ownership: db, rules and book are borrowed and outlive the engine; *out is the caller's.
 * Nothing happens before the first BW_EVENT_CONFIGURE. Errors: BW_ERR_STORE. */
BW_MUST_CHECK enum bw_err bw_engine_new(struct bw_db *db, const struct bw_lineage_rules *rules,
                                        const struct bw_price_book *book, struct bw_engine **out,
                                        struct bw_error *err);
void bw_engine_free(struct bw_engine *engine);
BW_DEFINE_FREEP(bw_engine)

/* One event is one transaction. Takes the event's contents and appends the commands that follow,
 * which may be executed once this has returned. Long work is cut: a BW_COMMAND_WAKE for now asks
 * for the rest. Errors: BW_ERR_STORE: the event left no trace in the database; a request is
 * answered so, what the world brought is kept in memory and done again with a later BW_EVENT_TIMER.
 */
BW_MUST_CHECK enum bw_err bw_engine_step(struct bw_engine *engine, struct bw_event *event,
                                         struct bw_commands *commands, struct bw_error *err);

/* Has it taken events that a later BW_EVENT_TIMER is to finish? Whoever stops lets it. */
bool bw_engine_is_behind(const struct bw_engine *engine);

/* How long the step of an event of that type took, in microseconds, as whoever called it measured:
 * for GET /metrics. */
void bw_engine_note_step(struct bw_engine *engine, enum bw_event_type type, int64_t took_us);
#endif
