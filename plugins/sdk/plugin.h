/* plugins/sdk/plugin.h: a plugin as straight-line code: fetch, read, emit; or read, send, remember.
 * The conversation with the daemon (schema/plugin-protocol.md) is done here, and so is what goes
 * wrong with an answer.
 *
 * A verb returns at the first failure; whatever failed has been noted in the plugin by then, so it
 * only hands the code on. A verb that returns BW_OK has listed, or delivered, everything. */
#ifndef BW_PLUGIN_SDK_H
#define BW_PLUGIN_SDK_H
#include "base/error.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/plugin_wire.h"
#include "domain/entry.h"
#include "domain/finding.h"

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
    enum bw_err (*inventory)(struct bw_plugin *plugin); /* likewise */
    enum bw_err (*deliver)(struct bw_plugin *plugin);   /* likewise */
    enum bw_err (*trigger)(struct bw_plugin *plugin);   /* likewise; speaks as a delivery does */
};

/* The source as the daemon names it; texts are "" where there is nothing to say. */
struct bw_plugin_source {
    const char *name;
    const char *platform;
    const char *account;
    const char *region;
    const struct bw_json *settings; /* an object */
};

/* What a sink is to deliver, or a trigger to have run. */
struct bw_plugin_message {
    const char *sink;
    const struct bw_json *settings; /* an object */
    const struct bw_json *event;    /* the CloudEvent; of a trigger {"job": ..} */
    const struct bw_json *memory;   /* what was remembered of its matter; NULL: nothing */
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
    enum bw_err (*find)(void *context, const struct bw_finding *finding, struct bw_error *err);
    enum bw_err (*note)(void *context, const char *text, bool partial, struct bw_error *err);
    enum bw_err (*mail)(void *context, const struct bw_mail *mail, struct bw_response *out,
                        struct bw_error *err);
    enum bw_err (*remember)(void *context, const char *memory, struct bw_error *err);
    void *context;
};

struct bw_plugin { /* one conversation; borrowed parts outlive it */
    const struct bw_plugin_source *source;   /* of a catalog or an inventory */
    const struct bw_plugin_message *message; /* of a delivery */
    const struct bw_transport *transport;
    void *memory;    /* the plugin's own, for what one list tells about the next */
    int64_t fetches; /* and mails */
    int64_t fetches_max; /* 0: BW_PLUGIN_FETCHES_MAX */
    size_t hidden; /* details that were asked for and could not be seen */
    const struct bw_json *remembered; /* of the inventory before this one; NULL: nothing */
    bool may_be_empty; /* the catalog: there is nothing yet, and that is an answer */
    size_t entries; /* and findings */
    enum bw_plugin_failure failure; /* meaningful once err.code is not BW_OK */
    int64_t retry_after_ms;         /* 0: not said */
    struct bw_error err;
};

/* main() of a plugin: the whole conversation on stdin and stdout. Returns the exit status. */
int bw_plugin_main(const struct bw_plugin_descriptor *descriptor, int argc, char **argv);

/* Run the verb. Besides what it reports itself, a catalog without a single entry has failed, unless
 * it may be empty. */
BW_MUST_CHECK enum bw_err bw_plugin_catalog(const struct bw_plugin_descriptor *descriptor,
                                            struct bw_plugin *plugin);
/* The same of an inventory, which may be empty. */
BW_MUST_CHECK enum bw_err bw_plugin_inventory(const struct bw_plugin_descriptor *descriptor,
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

/* ---- inventories (inventory.c) ---- */

/* Say what was found. Ownership: finding stays the caller's. */
BW_MUST_CHECK enum bw_err bw_emit_finding(struct bw_plugin *plugin,
                                          const struct bw_finding *finding);

/* How many more answers this run may ask for. */
int64_t bw_fetches_left(const struct bw_plugin *plugin);

/* Say what could not be seen. After one that is partial, a finding that is not listed may exist all
 * the same; else (sizes of files that the key may not read) the list is whole. */
BW_MUST_CHECK enum bw_err bw_note(struct bw_plugin *plugin, bool partial, const char *format, ...)
    BW_PRINTF(3, 4);

/* Call detail() for each of the things, while the budget lasts: `cost` fetches at most for one. The
 * next run begins after the last of them, so that each gets its turn, and a note says so; another
 * tells how many are hidden from the key. What was said of a finding before is kept meanwhile. Once
 * a run, for it uses the memory. A failure of detail() ends it. */
struct bw_details {
    const char *what;           /* "jobs" */
    bool settled;               /* they do not change: what has been seen is not asked for again */
    const struct bw_names *ids; /* in an order that the next run keeps */
    int64_t cost;
    enum bw_err (*detail)(struct bw_plugin *plugin, size_t at, void *context);
    void *context;
};
BW_MUST_CHECK enum bw_err bw_each_detail(struct bw_plugin *plugin,
                                         const struct bw_details *details);
/* For detail(): as bw_fetch_json(), but what is refused or has gone meanwhile (HTTP 403, 404, 410)
 * is counted, and *out stays NULL. */
BW_MUST_CHECK enum bw_err bw_fetch_detail(struct bw_plugin *plugin, const struct bw_fetch *request,
                                          struct bw_json **out);
/* Could an answer with that status not be seen by this key? Then it is counted. */
bool bw_detail_is_hidden(struct bw_plugin *plugin, int status);

/* ---- deliveries (deliver.c) ---- */

/* Send a request and take 2xx alone: 408, 425, 429, 5xx and no answer fail as retry (with the wait
 * that a body's `retry_after` asks for, in seconds), 410 as gone, all else as final.
 * Ownership: *out is the caller's, after success alone. */
BW_MUST_CHECK enum bw_err bw_send(struct bw_plugin *plugin, const struct bw_fetch *request,
                                  struct bw_response *out);
/* The same judgement of an answer that has come by bw_fetch(). */
BW_MUST_CHECK enum bw_err bw_answered(struct bw_plugin *plugin, const struct bw_response *response);
/* bw_send(), and the JSON that is answered; anything else is a retry. Ownership: *out is the
 * caller's. */
BW_MUST_CHECK enum bw_err bw_send_for_json(struct bw_plugin *plugin, const struct bw_fetch *request,
                                           struct bw_json **out);
/* POST a JSON body to path without a credential; what is answered does not matter. */
BW_MUST_CHECK enum bw_err bw_send_json(struct bw_plugin *plugin, const char *path,
                                       const char *body);
/* Send a mail; a 4xx reply and none fail as retry, 5xx as final. mail->id is set here. */
BW_MUST_CHECK enum bw_err bw_send_mail(struct bw_plugin *plugin, const struct bw_mail *mail);
/* Remember a JSON object for the next message of this matter, or the next inventory of this source,
 * in place of what was. */
BW_MUST_CHECK enum bw_err bw_remember(struct bw_plugin *plugin, const char *memory);
/* A setting of the sink as text; fallback where it is missing. */
const char *bw_setting(const struct bw_plugin *plugin, const char *name, const char *fallback);

/* Note a failure; the first one stays. Returns its code, BW_ERR_PLUGIN. */
enum bw_err bw_plugin_fail(struct bw_plugin *plugin, enum bw_plugin_failure failure,
                           const char *format, ...) BW_PRINTF(3, 4);
#endif
