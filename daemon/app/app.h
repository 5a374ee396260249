/* daemon/app/app.h: the daemon: the I/O loop, the keeper of the engine, and two queues between. */
#ifndef BW_APP_APP_H
#define BW_APP_APP_H
#include "base/error.h"

struct bw_app_options {
    const char *config;     /* main configuration file */
    const char *state_dir;  /* NULL: as configured, else $STATE_DIRECTORY */
    const char *socket;     /* NULL: as configured, else $RUNTIME_DIRECTORY/control.sock */
    const char *plugin_dir; /* where plugins named without a path live */
};

/* Run until SIGTERM or SIGINT; SIGHUP reads the configuration again. Errors: whatever kept it from
 * starting, in one sentence. */
BW_MUST_CHECK enum bw_err bw_app_run(const struct bw_app_options *options, struct bw_error *err);
#endif
