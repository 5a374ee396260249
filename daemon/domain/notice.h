/* daemon/domain/notice.h: one matter for one deployment (or source), and the life it may have. */
#ifndef BW_DOMAIN_NOTICE_H
#define BW_DOMAIN_NOTICE_H
#include <stdbool.h>
#include <stdint.h>

enum bw_notice_kind {
    BW_NOTICE_STALE, /* fine-tunes */
    BW_NOTICE_SWAP,  /* prompt, rag */
    BW_NOTICE_TRAINING_CLOSING,
    BW_NOTICE_DEPRECATED,
    BW_NOTICE_RETIRED,
    BW_NOTICE_BASE_UNLISTED,
    BW_NOTICE_ALIAS_MOVED,
    BW_NOTICE_EMBEDDER_STALE,
    BW_NOTICE_DATE_CHANGED,
    BW_NOTICE_SOURCE_FAILING,
    BW_NOTICE_PRICE_STALE,
    BW_NOTICE_SINK_FAILING,
};

enum bw_notice_about { /* whose name the subject is */
    BW_ABOUT_DEPLOYMENT,
    BW_ABOUT_SOURCE,
    BW_ABOUT_SINK,
};
enum bw_notice_about bw_notice_about(enum bw_notice_kind kind);

/*              .--> acknowledged --> in-progress --> verified --.
 *   open ------+--> snoozed / waived --(ends)--> open           +--> resolved
 *              '--> superseded / cancelled                      '
 * An eval that passes verifies what is open, acknowledged, in progress or waived; one that fails
 * waives it.
 * What comes back (a candidate withdrawn and listed again) opens the old notice, not a second one.
 * The allowed moves are a table (notice.c). */
enum bw_notice_state {
    BW_NOTICE_OPEN,
    BW_NOTICE_ACKNOWLEDGED,
    BW_NOTICE_IN_PROGRESS,
    BW_NOTICE_VERIFIED,
    BW_NOTICE_RESOLVED,
    BW_NOTICE_SNOOZED,
    BW_NOTICE_WAIVED,
    BW_NOTICE_SUPERSEDED,
    BW_NOTICE_CANCELLED,
};

enum bw_severity {
    BW_SEVERITY_INFO,
    BW_SEVERITY_PLAN,
    BW_SEVERITY_ACT,
    BW_SEVERITY_OVERDUE,
};

bool bw_notice_may_move(enum bw_notice_state from, enum bw_notice_state to);
/* Not settled: at most one live notice a subject and matter. */
bool bw_notice_is_live(enum bw_notice_state state);
/* Somebody has decided that nothing is to be heard of it for a while. */
bool bw_notice_is_put_off(enum bw_notice_state state);

/* What kinds share a matter: stale and swap are one ("succession"), deprecated and retired one
 * ("life"). Static text. */
const char *bw_notice_matter(enum bw_notice_kind kind);

/* Its candidate is what it is about: with another one it is another notice. */
bool bw_notice_offers(enum bw_notice_kind kind);

/* Severity from the deadline minus the lead time, not from the days left: overdue after the
 * deadline, act once the work must have begun, plan within as much again, else info.
 * deadline_ms 0: there is none. */
enum bw_severity bw_severity_of(int64_t deadline_ms, int64_t lead_ms, int64_t now_ms);
/* The next instant after now_ms at which bw_severity_of() changes; 0: never. */
int64_t bw_severity_next_ms(int64_t deadline_ms, int64_t lead_ms, int64_t now_ms);

/* The next instant after now_ms at which a deadline is spoken of again: 90, 60, 30, 14, 7, 1 and 0
 * days before it, then every week. What lies behind is not made up for. deadline_ms 0: never, 0. */
int64_t bw_reminder_next_ms(int64_t deadline_ms, int64_t now_ms);

const char *bw_notice_kind_word(enum bw_notice_kind kind);
bool bw_notice_kind_parse(const char *word, enum bw_notice_kind *out);
const char *bw_notice_state_word(enum bw_notice_state state);
bool bw_notice_state_parse(const char *word, enum bw_notice_state *out);
const char *bw_severity_word(enum bw_severity severity);
bool bw_severity_parse(const char *word, enum bw_severity *out);
#endif
