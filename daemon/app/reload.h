/* daemon/app/reload.h: what SIGHUP brings: the configuration and what stands beside it, read whole
 * before any of it is in force. */
#ifndef BW_APP_RELOAD_H
#define BW_APP_RELOAD_H
#include "app/app.h"
#include "engine/event.h"

/* The files as they are now. A secret in a file that cannot be read is an error, as it is to
 * check-config.
 * Ownership: *settings is the caller's, and so is what rules, a BW_EVENT_RULES, is given.
 * Errors: those of bw_config_read(). */
BW_MUST_CHECK enum bw_err bw_reload_read(const char *config, struct bw_settings **settings,
                                         struct bw_event *rules, struct bw_error *err);

/* The options that are fixed at the start and now say something else ("control.socket, state_dir");
 * NULL: none. What the command line says is no matter of the file. Ownership: the caller's. */
char *bw_reload_needs_restart(const struct bw_app_options *options,
                              const struct bw_settings *started, const struct bw_settings *now);
#endif
