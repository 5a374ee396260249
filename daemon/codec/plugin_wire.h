/* daemon/codec/plugin_wire.h: what the daemon and a plugin say to each other, one JSON object a
 * line (schema/plugin-protocol.md). Both ends read and write it here, so they cannot drift apart.
 */
#ifndef BW_CODEC_PLUGIN_WIRE_H
#define BW_CODEC_PLUGIN_WIRE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "codec/mail.h"
#include "domain/entry.h"
#include "domain/finding.h"

enum {
    BW_PLUGIN_PROTOCOL = 1,
    BW_PLUGIN_LINE_MAX = 64 * 1024, /* bytes of a line, without its end */
    BW_PLUGIN_FETCHES_MAX = 64,     /* of one run, unless its opening says otherwise */
    BW_PLUGIN_HEADERS_MAX = 16,     /* of one fetch */
    BW_PLUGIN_MEMORY_MAX = 32768,   /* bytes of what is remembered for the next run */
};

enum bw_verb { /* what a plugin is asked for */
    BW_VERB_MANIFEST,
    BW_VERB_CATALOG,
    BW_VERB_INVENTORY,
    BW_VERB_DELIVER,
    BW_VERB_TRIGGER, /* spoken as a delivery is, but without mail */
};

enum bw_auth { /* how the credential travels; the plugin never sees it */
    BW_AUTH_NONE,
    BW_AUTH_BEARER,
    BW_AUTH_HEADER,    /* in the header called auth_name */
    BW_AUTH_QUERY,     /* in the query parameter called auth_name */
    BW_AUTH_BASIC,     /* the credential is user:password */
    BW_AUTH_AWS_SIGV4, /* the credential is key:secret; auth_name is the service */
};

enum bw_plugin_failure {
    BW_FAILURE_AUTH,   /* the credential was refused */
    BW_FAILURE_RATE,   /* asked too often */
    BW_FAILURE_SERVER, /* no answer, or the server's own error */
    BW_FAILURE_FORMAT, /* an answer that cannot be understood */
    /* what a delivery comes to */
    BW_FAILURE_RETRY,  /* try again later */
    BW_FAILURE_FINAL,  /* this message will never be taken */
    BW_FAILURE_GONE,   /* the place itself is no more: nothing will be taken */
};

/* One request, to the url of the source or sink with path appended. Texts are owned, NULL: not
 * said. */
struct bw_fetch {
    int64_t id;
    char *method; /* upper case */
    char *path;   /* "" or begins with '/' or '?'; may carry a query */
    struct bw_names headers; /* "Name: value" */
    char *body;
    enum bw_auth auth;
    char *auth_name;
    bool elsewhere;  /* of a trigger: an answer that sends elsewhere is followed there, once */
    bool repeatable; /* same answer, same entries: may be asked conditionally next time */
};

enum bw_plugin_line_kind {
    BW_LINE_FETCH,
    BW_LINE_ENTRY,
    BW_LINE_LOG,
    BW_LINE_ERROR,
    BW_LINE_DONE,
    BW_LINE_MAIL,
    BW_LINE_MEMORY,
    BW_LINE_FINDING,
    BW_LINE_NOTE,
    BW_LINE_MANIFEST,
};

struct bw_plugin_line {
    enum bw_plugin_line_kind kind;
    struct bw_fetch fetch;
    struct bw_entry entry;
    struct bw_mail mail;
    struct bw_finding finding;
    enum bw_plugin_failure failure; /* ERROR */
    int64_t retry_after_ms;         /* ERROR; 0: not said */
    bool partial;                   /* NOTE: what is not listed may exist all the same */
    bool inventories;               /* MANIFEST: it has the verb `inventory` */
    char *text;                     /* LOG, NOTE and ERROR; MEMORY: a JSON object */
};

/* Read a plugin's line. Ownership: *out is the caller's, to release with bw_plugin_line_clear().
 * Errors: BW_ERR_INVALID and BW_ERR_TOOBIG name what is wrong. */
BW_MUST_CHECK enum bw_err bw_plugin_line_parse(const char *text, size_t size,
                                               struct bw_plugin_line *out, struct bw_error *err);
void bw_plugin_line_clear(struct bw_plugin_line *line);
void bw_fetch_clear(struct bw_fetch *fetch);
struct bw_fetch bw_fetch_copy(const struct bw_fetch *fetch); /* deep */
/* The same request, whatever its id. */
bool bw_fetch_same(const struct bw_fetch *a, const struct bw_fetch *b);

/* Append one line, its end included. */
void bw_plugin_fetch_write(const struct bw_fetch *fetch, struct bw_str *out);
void bw_plugin_entry_write(const struct bw_entry *entry, struct bw_str *out);
void bw_plugin_finding_write(const struct bw_finding *finding, struct bw_str *out);
void bw_plugin_note_write(const char *text, bool partial, struct bw_str *out);
void bw_plugin_error_write(enum bw_plugin_failure failure, const char *text,
                           int64_t retry_after_ms, struct bw_str *out);
void bw_plugin_mail_write(const struct bw_mail *mail, struct bw_str *out);
void bw_plugin_memory_write(const char *memory, struct bw_str *out); /* a JSON object */
void bw_plugin_done_write(struct bw_str *out);

/* The first line to a plugin. */
struct bw_plugin_opening {
    enum bw_verb verb;
    const char *name; /* of the source or sink */
    const char *platform;
    const char *account;
    const char *region;
    const char *settings; /* a JSON object, NULL: {} */
    const char *message;  /* what to deliver, JSON */
    const char *memory;   /* what was remembered, a JSON object; NULL: nothing */
    int64_t fetches;      /* that it may ask for; 0: BW_PLUGIN_FETCHES_MAX */
};
void bw_plugin_opening_write(const struct bw_plugin_opening *opening, struct bw_str *out);

/* The line before the body of an answer; `body_bytes` bytes and one line end follow it. */
struct bw_plugin_answer {
    int64_t id;
    int status;              /* 0: no answer came, see error */
    struct bw_names headers; /* "name: value", names in lower case */
    size_t body_bytes;
    char *error;
};
void bw_plugin_answer_write(const struct bw_plugin_answer *answer, struct bw_str *out);
BW_MUST_CHECK enum bw_err bw_plugin_answer_parse(const char *text, size_t size,
                                                 struct bw_plugin_answer *out,
                                                 struct bw_error *err);
void bw_plugin_answer_clear(struct bw_plugin_answer *answer);

const char *bw_verb_word(enum bw_verb verb);
bool bw_verb_parse(const char *word, enum bw_verb *out);
/* Who is spoken for: source, sink or trigger. Static text. */
const char *bw_verb_party(enum bw_verb verb);
const char *bw_auth_word(enum bw_auth auth);
bool bw_auth_parse(const char *word, enum bw_auth *out);
const char *bw_plugin_failure_word(enum bw_plugin_failure failure);
bool bw_plugin_failure_parse(const char *word, enum bw_plugin_failure *out);
#endif
