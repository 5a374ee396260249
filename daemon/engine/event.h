/* daemon/engine/event.h: what happens to the engine, and what it asks for. Both are owned messages:
 * they cross between the I/O thread and the engine thread whole. */
#ifndef BW_ENGINE_EVENT_H
#define BW_ENGINE_EVENT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "domain/entry.h"
#include "domain/finding.h"
#include "domain/lineage_rules.h"
#include "domain/prices.h"
#include "domain/settings.h"

enum bw_event_type {
    BW_EVENT_RULES,     /* before a reload's CONFIGURE: conventions and prices read again */
    BW_EVENT_CONFIGURE, /* start, and each reload */
    BW_EVENT_MISCONFIGURED, /* a reload was refused, the old configuration stays */
    BW_EVENT_CLOCK_SET, /* somebody has set the clock, or the machine was asleep: now_ms jumped */
    BW_EVENT_TIMER,     /* the instant asked for by BW_COMMAND_WAKE has come */
    BW_EVENT_POLLED,    /* exactly one for each BW_COMMAND_POLL */
    BW_EVENT_DELIVERED, /* results, exactly one for each BW_COMMAND_DELIVER */
    BW_EVENT_TRIGGERED, /* one result, exactly one for each BW_COMMAND_TRIGGER */
    BW_EVENT_UNHEARD,   /* the reply to a request found nobody left to read it */
    BW_EVENT_REQUEST,   /* somebody on the control socket asks */
};

enum bw_poll_outcome {
    BW_POLL_UNCHANGED, /* every answer 304 or the same bytes as last time */
    BW_POLL_LISTED,    /* a complete set of entries */
    BW_POLL_FAILED,
};

enum bw_discovery { /* what became of looking for findings, besides the catalog */
    BW_DISCOVERY_NONE,      /* the plugin has no inventory, or was not asked */
    BW_DISCOVERY_UNCHANGED, /* as BW_POLL_UNCHANGED */
    BW_DISCOVERY_LISTED,
    BW_DISCOVERY_REFUSED, /* the key may not see them */
    BW_DISCOVERY_FAILED,
};

struct bw_discovered {
    enum bw_discovery outcome;
    struct bw_findings findings; /* LISTED: normalised and checked */
    struct bw_names notes;       /* LISTED: what could not be seen */
    bool partial;                /* LISTED: what is not listed may exist all the same */
    char *memory;                /* LISTED: JSON, where the next one goes on; NULL: nothing */
    char *error;                 /* REFUSED, FAILED: one line, without secrets */
};
void bw_discovered_clear(struct bw_discovered *discovered);

struct bw_polled {
    char *source;
    enum bw_poll_outcome outcome;
    struct bw_entries entries; /* LISTED: normalised and checked */
    char *error;               /* FAILED: one line, without secrets */
    int64_t retry_after_ms;    /* FAILED: what the server asked for; 0: nothing */
    struct bw_discovered discovered;
};

void bw_polled_clear(struct bw_polled *polled);

enum bw_delivery_outcome {
    BW_DELIVERY_DONE,     /* 2xx */
    BW_DELIVERY_RETRY,    /* 5xx, 429, timeout, no connection */
    BW_DELIVERY_REFUSED,  /* any other answer: final */
    BW_DELIVERY_DISABLED, /* 410: the endpoint is gone */
};

struct bw_delivered {
    int64_t delivery_id;
    enum bw_delivery_outcome outcome;
    int status;             /* HTTP status, 0: no answer */
    char *error;            /* one line, without secrets; NULL when done */
    int64_t retry_after_ms; /* 0: not said */
    char *memory;           /* what the sink remembers of this matter now; NULL: as before */
};
struct bw_results BW_VEC(struct bw_delivered);

enum { BW_REQUEST_TOKEN_TEXT = 33 }; /* 128 random bits in hexadecimal, and a NUL */

struct bw_request {
    uint64_t id;  /* to answer with */
    char *method; /* GET, POST, DELETE ... */
    char *target; /* path and query, still percent-encoded: /v1/deployments?limit=5 */
    char *body;   /* "" when there is none */
    char *if_match;      /* the header of that name; NULL: none */
    char *if_none_match; /* the same */
    int64_t peer_uid;
    bool may_write;
    char token[BW_REQUEST_TOKEN_TEXT]; /* nobody can guess it: for what the engine may hand out */
};

void bw_request_clear(struct bw_request *request);

struct bw_event {
    enum bw_event_type type;
    int64_t now_ms;
    union {
        struct {
            struct bw_lineage_rules *rules; /* owned */
            struct bw_price_book *book;     /* owned; NULL: the prices stay */
        };
        struct {
            struct bw_settings *configure; /* owned */
            char *needs_restart; /* the options of it that do; NULL: none */
        };
        char *misconfigured;            /* why */
        struct bw_polled polled;
        struct bw_results delivered; /* also of a trigger; never empty */
        uint64_t unheard; /* the request's id */
        struct bw_request request;
    };
};

enum bw_command_type {
    BW_COMMAND_POLL,
    BW_COMMAND_DELIVER,
    BW_COMMAND_TRIGGER, /* start a run elsewhere, or look after it */
    BW_COMMAND_REPLY,
    BW_COMMAND_CONFIGURED, /* what BW_EVENT_CONFIGURE brought is in force */
    BW_COMMAND_WAKE,
};

struct bw_poll_request {
    char *source;
    char *memory; /* as its last inventory left it */
};

struct bw_deliver { /* or an eval job, for a trigger */
    int64_t delivery_id; /* the job's */
    char *sink;          /* the trigger's name */
    char *message_id;    /* msg_<ulid>: the same on every attempt; NULL for a job */
    char *body;          /* the bytes to send; stored once. The job as JSON */
    char *memory;        /* what the sink remembers of this matter; NULL: nothing */
};

enum { BW_ETAG_TEXT = 19 }; /* 64 bits in hexadecimal, quoted, and a NUL */

struct bw_reply {
    uint64_t id;
    int status;
    const char *content_type; /* static */
    char *body;
    char etag[BW_ETAG_TEXT]; /* of the body; "": it has none */
    char *allow;             /* 405: the methods there are; else NULL */
};

void bw_reply_clear(struct bw_reply *reply);

struct bw_command {
    enum bw_command_type type;
    union {
        struct bw_poll_request poll;
        struct bw_deliver deliver; /* also of a trigger */
        struct bw_reply reply;
        int64_t wake_ms; /* replaces the instant asked for before; INT64_MAX: none */
    };
};

struct bw_commands BW_VEC(struct bw_command);

/* An event of one result, which it takes over. */
struct bw_event bw_event_of_result(const struct bw_delivered *result, int64_t now_ms);
/* Take the results of next, which came after event and is of the same type, into event: what has
 * piled up while the engine worked costs it one transaction. */
void bw_event_join(struct bw_event *event, struct bw_event *next);
void bw_event_clear(struct bw_event *event);
/* "timer", "polled", ... Static text. */
const char *bw_event_word(enum bw_event_type type);
void bw_command_clear(struct bw_command *command);
void bw_commands_clear(struct bw_commands *commands);
#endif
