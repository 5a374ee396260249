/* plugins/card.h: a message of basewatch as people read it, before a sink gives it its own form. */
#ifndef BW_PLUGINS_CARD_H
#define BW_PLUGINS_CARD_H
#include "sdk/plugin.h"

enum bw_card_stage {
    BW_CARD_OPEN,   /* something is to be done */
    BW_CARD_TAKEN,  /* somebody has it in hand, or has put it off */
    BW_CARD_CLOSED, /* it is over, or was decided against */
    BW_CARD_LIST,   /* several notices of one owner at once */
    BW_CARD_NOTE,   /* information; nothing is open after it */
};

struct bw_fact {
    const char *name; /* static */
    char *value;
};

struct bw_card { /* texts without an owner are the event's, and live as long as it does */
    enum bw_card_stage stage;
    char *key;   /* of the matter, the same in all its messages: basewatch/INSTANCE/notice/17 */
    char *title; /* one line */
    char *text;  /* a sentence or two; "": the title has said it */
    struct { struct bw_fact *items; size_t count, capacity; } facts;
    struct bw_names lines; /* LIST: the worst, one a line */
    int64_t more;          /* LIST: how many beyond these */
    char *hint;            /* what to type next; "" */
    char *link;            /* NULL: there is none */
    char *diff;            /* the swap as a diff; NULL */
    const char *severity;  /* info, plan, act or overdue */
    const char *type;      /* notice.opened, source.failing, test ... */
    char *subject;
    const char *time; /* RFC 3339 */
    const char *source; /* urn:basewatch:INSTANCE */
    const char *instance;
    const struct bw_json *data;
};

/* Read the message. The sink's setting `link` is a template with {notice}, {deployment} and
 * {owner}. Ownership: a zeroed card may be cleared. */
struct bw_card bw_card_of(const struct bw_plugin *plugin);
void bw_card_clear(struct bw_card *card);

/* The card in plain text: text, facts, lines, hint, link. Ownership: the caller's. */
char *bw_card_plain(const struct bw_card *card);

/* At most max bytes of text, cut between characters and with a final "…" when cut.
 * Ownership: the caller's. */
char *bw_clip(const char *text, size_t max);
/* The same as a member of an object. */
void bw_json_add_clipped(struct bw_json_writer *w, const char *name, const char *text, size_t max);
#endif
