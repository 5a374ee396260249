/* daemon/io/plugin_host.h: one run of one plugin: a sandboxed child, its protocol and its caps.
 * What it asks for is somebody else's to fetch. */
#ifndef BW_IO_PLUGIN_HOST_H
#define BW_IO_PLUGIN_HOST_H
#include <uv.h>

#include "base/error.h"
#include "codec/plugin_wire.h"
#include "domain/entry.h"

struct bw_plugin_run;

enum {
    BW_PLUGIN_OUTPUT_MAX = 64 * 1024 * 1024, /* bytes of one run */
    BW_PLUGIN_LOGS_MAX = 20,                 /* lines of one run that reach the log */
    BW_PLUGIN_LOG_BYTES_MAX = 300,           /* of such a line */
};

/* What a run has said besides its questions. */
struct bw_plugin_said {
    struct bw_entries entries;
    struct bw_findings findings;
    struct bw_names notes; /* what an inventory could not see */
    bool partial;          /* and then more may exist than was found */
    char *memory;          /* of an inventory, a JSON object; NULL: nothing new */
    bool inventories;      /* the plugin has the verb `inventory` */
};
void bw_plugin_said_clear(struct bw_plugin_said *said);

/* Neither callback comes from inside a function of this header. */
struct bw_plugin_events {
    /* Answer with bw_plugin_run_answer(). fetch is borrowed for the call, but its texts may be
     * taken. */
    void (*fetch)(void *context, struct bw_fetch *fetch);
    /* What only a delivery may say; NULL in a source's run. A mail is answered as a fetch is; the
     * texts of mail and memory may be taken. */
    void (*mail)(void *context, struct bw_mail *mail);
    void (*memory)(void *context, char **memory);
    /* The plugin says why it fails; done follows. NULL: nobody asks. */
    void (*failing)(void *context, enum bw_plugin_failure failure, int64_t retry_after_ms);
    /* The run is over and, when this returns, gone. err is NULL after a complete set, else it says
     * what the plugin did in one line and nothing else has been said; what has is the callback's. */
    void (*done)(void *context, struct bw_plugin_said *said, const struct bw_error *err);
    void *context;
};

/* Start the program, an absolute path. label names the source or sink in log lines.
 * Ownership: loop is borrowed, texts are copied. Errors: BW_ERR_PLUGIN when it cannot be started.
 */
BW_MUST_CHECK enum bw_err bw_plugin_run_start(uv_loop_t *loop, const char *program,
                                              const char *label,
                                              const struct bw_plugin_opening *opening,
                                              const struct bw_plugin_events *events,
                                              struct bw_plugin_run **out, struct bw_error *err);

/* Answer a fetch; takes the body, which may be NULL with 0 bytes. */
void bw_plugin_run_answer(struct bw_plugin_run *run, const struct bw_plugin_answer *answer,
                          char *body);

/* End it: everything it has started is killed. done still comes, with what is said in err. */
void bw_plugin_run_fail(struct bw_plugin_run *run, const struct bw_error *err);

/* End it; done is not called any more. Freed in the last close callback. */
void bw_plugin_run_close(struct bw_plugin_run *run);
#endif
