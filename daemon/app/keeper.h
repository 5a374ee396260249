/* daemon/app/keeper.h: the engine thread: it keeps the database, takes events from one queue and
 * puts commands into the other. A slow disk stops it and nothing else. */
#ifndef BW_APP_KEEPER_H
#define BW_APP_KEEPER_H
#include "base/error.h"
#include "domain/settings.h"
#include "io/queue.h"

struct bw_keeper;

/* Open the database below state_dir and start the thread, by the conventions and prices that ship
 * and those beside the configuration file.
 * Ownership: the queues (of struct bw_event and struct bw_command) are borrowed and outlive it.
 * Errors: BW_ERR_STORE, BW_ERR_NEWER, BW_ERR_IO, BW_ERR_INVALID (the user's lineages and prices). */
BW_MUST_CHECK enum bw_err bw_keeper_start(const char *state_dir, const char *config,
                                          struct bw_queue *events, struct bw_queue *commands,
                                          struct bw_keeper **out, struct bw_error *err);
/* Close the queue of events, wait until the thread has handled what is in it, and free all. */
void bw_keeper_stop(struct bw_keeper *keeper);
#endif
