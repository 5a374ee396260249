/* daemon/domain/notice.c: see notice.h. */
#include "domain/notice.h"

#include "base/instant.h"
#include "base/words.h"

static const char *const KIND_WORDS[] = {
    [BW_NOTICE_STALE] = "stale",
    [BW_NOTICE_SWAP] = "swap",
    [BW_NOTICE_TRAINING_CLOSING] = "training-closing",
    [BW_NOTICE_DEPRECATED] = "deprecated",
    [BW_NOTICE_RETIRED] = "retired",
    [BW_NOTICE_BASE_UNLISTED] = "base-unlisted",
    [BW_NOTICE_ALIAS_MOVED] = "alias-moved",
    [BW_NOTICE_EMBEDDER_STALE] = "embedder-stale",
    [BW_NOTICE_DATE_CHANGED] = "date-changed",
    [BW_NOTICE_SOURCE_FAILING] = "source-failing",
    [BW_NOTICE_PRICE_STALE] = "price-stale",
    [BW_NOTICE_SINK_FAILING] = "sink-failing",
};
BW_DEFINE_WORDS(bw_notice_kind, KIND_WORDS)

static const char *const STATE_WORDS[] = {
    [BW_NOTICE_OPEN] = "open",
    [BW_NOTICE_ACKNOWLEDGED] = "acknowledged",
    [BW_NOTICE_IN_PROGRESS] = "in-progress",
    [BW_NOTICE_VERIFIED] = "verified",
    [BW_NOTICE_RESOLVED] = "resolved",
    [BW_NOTICE_SNOOZED] = "snoozed",
    [BW_NOTICE_WAIVED] = "waived",
    [BW_NOTICE_SUPERSEDED] = "superseded",
    [BW_NOTICE_CANCELLED] = "cancelled",
};
BW_DEFINE_WORDS(bw_notice_state, STATE_WORDS)

static const char *const SEVERITY_WORDS[] = {
    [BW_SEVERITY_INFO] = "info",
    [BW_SEVERITY_PLAN] = "plan",
    [BW_SEVERITY_ACT] = "act",
    [BW_SEVERITY_OVERDUE] = "overdue",
};
BW_DEFINE_WORDS(bw_severity, SEVERITY_WORDS)

#define TO(state) (1u << BW_NOTICE_##state)
#define SETTLED (TO(RESOLVED) | TO(SUPERSEDED) | TO(CANCELLED))

static const unsigned MOVES[] = {
    [BW_NOTICE_OPEN] = TO(ACKNOWLEDGED) | TO(IN_PROGRESS) | TO(VERIFIED) | TO(SNOOZED) |
                       TO(WAIVED) | SETTLED,
    [BW_NOTICE_ACKNOWLEDGED] =
        TO(IN_PROGRESS) | TO(VERIFIED) | TO(SNOOZED) | TO(WAIVED) | TO(OPEN) | SETTLED,
    [BW_NOTICE_IN_PROGRESS] = TO(VERIFIED) | TO(WAIVED) | TO(OPEN) | SETTLED,
    [BW_NOTICE_VERIFIED] = TO(IN_PROGRESS) | TO(WAIVED) | TO(OPEN) | SETTLED,
    [BW_NOTICE_SNOOZED] = TO(OPEN) | TO(ACKNOWLEDGED) | TO(WAIVED) | SETTLED,
    [BW_NOTICE_WAIVED] = TO(OPEN) | TO(VERIFIED) | SETTLED,
    [BW_NOTICE_RESOLVED] = TO(OPEN),
    [BW_NOTICE_SUPERSEDED] = TO(OPEN),
    [BW_NOTICE_CANCELLED] = TO(OPEN),
};

bool bw_notice_may_move(enum bw_notice_state from, enum bw_notice_state to)
{
    return (MOVES[from] & (1u << to)) != 0;
}

bool bw_notice_is_live(enum bw_notice_state state)
{
    return (SETTLED & (1u << state)) == 0;
}

bool bw_notice_is_put_off(enum bw_notice_state state)
{
    return state == BW_NOTICE_SNOOZED || state == BW_NOTICE_WAIVED;
}

enum bw_notice_about bw_notice_about(enum bw_notice_kind kind)
{
    return kind == BW_NOTICE_SOURCE_FAILING ? BW_ABOUT_SOURCE
           : kind == BW_NOTICE_SINK_FAILING ? BW_ABOUT_SINK
                                            : BW_ABOUT_DEPLOYMENT;
}

const char *bw_notice_matter(enum bw_notice_kind kind)
{
    switch (kind) {
    case BW_NOTICE_STALE:
    case BW_NOTICE_SWAP:
        return "succession";
    case BW_NOTICE_DEPRECATED:
    case BW_NOTICE_RETIRED:
        return "life";
    case BW_NOTICE_TRAINING_CLOSING:
    case BW_NOTICE_BASE_UNLISTED:
    case BW_NOTICE_ALIAS_MOVED:
    case BW_NOTICE_EMBEDDER_STALE:
    case BW_NOTICE_DATE_CHANGED:
    case BW_NOTICE_SOURCE_FAILING:
    case BW_NOTICE_PRICE_STALE:
    case BW_NOTICE_SINK_FAILING:
        return bw_notice_kind_word(kind);
    }
    return "";
}

bool bw_notice_offers(enum bw_notice_kind kind)
{
    return kind == BW_NOTICE_STALE || kind == BW_NOTICE_SWAP || kind == BW_NOTICE_EMBEDDER_STALE;
}

enum bw_severity bw_severity_of(int64_t deadline_ms, int64_t lead_ms, int64_t now_ms)
{
    if (deadline_ms == 0 || now_ms < deadline_ms - 2 * lead_ms) {
        return BW_SEVERITY_INFO;
    }
    return now_ms >= deadline_ms            ? BW_SEVERITY_OVERDUE
           : now_ms >= deadline_ms - lead_ms ? BW_SEVERITY_ACT
                                             : BW_SEVERITY_PLAN;
}

int64_t bw_severity_next_ms(int64_t deadline_ms, int64_t lead_ms, int64_t now_ms)
{
    if (deadline_ms == 0) {
        return 0;
    }
    for (int64_t steps = 2; steps >= 0; steps--) {
        if (now_ms < deadline_ms - steps * lead_ms) {
            return deadline_ms - steps * lead_ms;
        }
    }
    return 0;
}

int64_t bw_reminder_next_ms(int64_t deadline_ms, int64_t now_ms)
{
    static const int64_t days[] = { 90, 60, 30, 14, 7, 1, 0 };
    if (deadline_ms == 0) {
        return 0;
    }
    for (size_t i = 0; i < BW_COUNT(days); i++) {
        if (now_ms < deadline_ms - days[i] * BW_DAY_MS) {
            return deadline_ms - days[i] * BW_DAY_MS;
        }
    }
    int64_t weeks = (now_ms - deadline_ms) / (7 * BW_DAY_MS) + 1;
    return deadline_ms + weeks * 7 * BW_DAY_MS;
}
