/* plugins/sdk/plugin.h: a plugin as straight-line code: fetch, read, emit. The conversation with the
 * daemon (schema/plugin-protocol.md) is done here, and so is what goes wrong with an answer.
 *
 * A verb returns at the first failure; whatever failed has been noted in the plugin by then, so it
 * only hands the code on. A verb that returns BW_OK has listed everything. */
#ifndef BW_PLUGIN_SDK_H
#define BW_PLUGIN_SDK_H
#include "base/error.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/plugin_wire.h"
#include "domain/entry.h"

struct bw_plugin;

struct bw_plugin_setting {
    const char *name;
    const char *type; /* string, number or boolean */
    const char *help; /* one line */
};

struct bw_plugin_descriptor {
    const char *name;
    const struct bw_plugin_setting *settings; /* ends with a NULL name; NULL: none */
    enum bw_err (*catalog)(struct bw_plugin *plugin); /* NULL: a verb it does not know */
};

/* The source as the daemon names it; texts are "" where there is nothing to say. */
struct bw_plugin_source {
    const char *name;
    const char *platform;
    const char *account;
    const char *region;
    const struct bw_json *settings; /* an object */
};

struct bw_response {
    int status; /* 0: no answer came, see error */
    struct bw_names headers; /* "name: value" */
    char *body; /* NUL-terminated as a courtesy */
    size_t body_bytes;
    char *error;
};
void bw_response_clear(struct bw_response *response);

/* Where fetches go and entries leave: the daemon's pipes, or a test's recorded bodies.
 * Errors of either end the verb. */
struct bw_transport {
    enum bw_err (*fetch)(void *context, const struct bw_fetch *request, struct bw_response *out,
                         struct bw_error *err);
    enum bw_err (*emit)(void *context, const struct bw_entry *entry, struct bw_error *err);
    void *context;
};

struct bw_plugin { /* one conversation; borrowed parts outlive it */
    const struct bw_plugin_source *source;
    const struct bw_transport *transport;
    void *memory; /* the plugin's own, for what one list tells about the next */
    int64_t fetches;
    size_t entries;
    enum bw_plugin_failure failure; /* meaningful once err.code is not BW_OK */
    struct bw_error err;
};

/* main() of a plugin: the whole conversation on stdin and stdout. Returns the exit status. */
int bw_plugin_main(const struct bw_plugin_descriptor *descriptor, int argc, char **argv);

/* Run the verb. Besides what it reports itself, a catalog without a single entry has failed. */
BW_MUST_CHECK enum bw_err bw_plugin_catalog(const struct bw_plugin_descriptor *descriptor,
                                            struct bw_plugin *plugin);

/* Ask for one answer, whatever its status. request->id is set here.
 * Ownership: *out is the caller's. */
BW_MUST_CHECK enum bw_err bw_fetch(struct bw_plugin *plugin, const struct bw_fetch *request,
                                   struct bw_response *out);

/* Ask for JSON: any other answer, and any status but 2xx, fails with kind and reason: a refused
 * credential is auth, 429 rate, 5xx server, a page or broken JSON format with its first words.
 * Ownership: *out is the caller's. */
BW_MUST_CHECK enum bw_err bw_fetch_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                                        struct bw_json **out);
/* The same of an answer that has come. */
BW_MUST_CHECK enum bw_err bw_response_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                                           const struct bw_response *response,
                                           struct bw_json **out);

/* List one model. Ownership: entry stays the caller's. */
BW_MUST_CHECK enum bw_err bw_emit_entry(struct bw_plugin *plugin, const struct bw_entry *entry);

/* Note a failure; the first one stays. Returns its code, BW_ERR_PLUGIN. */
enum bw_err bw_plugin_fail(struct bw_plugin *plugin, enum bw_plugin_failure failure,
                           const char *format, ...) BW_PRINTF(3, 4);
#endif
