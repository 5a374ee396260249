/* daemon/io/poller.h: one poll of one source: repeat the known requests conditionally, and only
 * when something changed let the plugin look at it. */
#ifndef BW_IO_POLLER_H
#define BW_IO_POLLER_H
#include <uv.h>

#include "engine/event.h"
#include "io/http.h"
#include "io/keyring.h"

struct bw_poller;

/* result is owned by the callback. */
typedef void (*bw_poller_done)(void *context, struct bw_polled *result);

/* plugin_dir is where plugins named without a path live; it is copied.
 * Ownership: loop, http and keyring are borrowed, and closed after the poller. */
struct bw_poller *bw_poller_new(uv_loop_t *loop, struct bw_http *http, struct bw_keyring *keyring,
                                const char *plugin_dir, bw_poller_done done, void *context);

/* Poll. Every call ends in exactly one done, also for an unknown plugin or an unreadable
 * credential; a second call for a source that is being polled joins the first. settings is
 * borrowed for the call (what is needed is copied). At most 16 polls and 2 children run at once;
 * others wait. done never comes from inside this call. memory is what the last inventory left, NULL:
 * nothing. */
void bw_poller_poll(struct bw_poller *poller, const struct bw_source_settings *settings,
                    const char *memory);

/* Forget what is remembered of sources that are not in settings (after a reload). */
void bw_poller_retain(struct bw_poller *poller, const struct bw_settings *settings);

/* Kill children, close handles; freed in the last close callback. done is not called any more. */
void bw_poller_close(struct bw_poller *poller);
#endif
