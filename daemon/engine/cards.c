/* daemon/engine/cards.c: one message about several notices of an owner. Of many, it gathers some at a
 * time; it is written when all are there, and anew when some are settled before it could leave. */
#include <string.h>

#include "base/str.h"
#include "codec/json.h"
#include "engine/message.h"
#include "engine/rows.h"
#include "store/unsaid.h"

enum {
    WORST_LISTED = 20, /* a card lists that many and says the count */
    GATHERED_AT_ONCE = 500,
    WRITTEN_AT_ONCE = 4,
};

struct line {
    struct bw_notice notice;
    char *what;
    const char *confidence;
};

struct card { /* about the notices of one owner, for one sink */
    const struct bw_sink_settings *sink;
    const char *owner; /* borrowed from a line */
    struct { struct line *items; size_t count, capacity; } lines; /* the worst, which come first */
    struct bw_told_counts counts;                                 /* of all */
    size_t total;
    bool of_prices; /* all are */
    char *type;
    char *data;
};

static const struct {
    const char *what;
    const char *before; /* all of a card are that */
    const char *after;
    const char *some; /* some of a mixed one are */
} PHRASES[] = {
    { "opened", "deployments of", "are behind a newer base", "new" },
    { "updated", "notices of", "have changed", "changed" },
    { "reminder", "deadlines of", "come nearer", "come nearer" },
    { "resolved", "notices of", "are settled", "settled" },
};
static const char OLD_PRICES[] = "%zu estimates of %s rest on prices past their shelf life";

static void line_clear(struct line *line)
{
    bw_notice_clear(&line->notice);
    free(line->what);
}

static void card_clear(struct card *card)
{
    BW_VEC_CLEAR(&card->lines, line_clear);
    bw_told_counts_clear(&card->counts);
    free(card->type);
    free(card->data);
}

static int worst_first(const void *a, const void *b)
{
    const struct bw_notice *left = &((const struct line *)a)->notice;
    const struct bw_notice *right = &((const struct line *)b)->notice;
    int order = left->severity != right->severity ? (int)right->severity - (int)left->severity
                                                  : strcmp(left->subject, right->subject);
    return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

static enum bw_err read_lines(struct bw_engine *engine, int64_t delivery, struct card *card,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_tolds_clear) struct bw_tolds worst = { 0 };
    enum bw_err rc = bw_told_worst(engine->db, delivery, WORST_LISTED, &worst, err);
    BW_VEC_EACH(struct bw_told, told, &worst)
    {
        struct line line = { 0 };
        if (rc == BW_OK) {
            rc = bw_notices_get(engine->db, told->notice, &line.notice, err);
        }
        if (rc == BW_OK) {
            line.what = BW_TAKE(told->what);
            rc = bw_engine_notice_confidence(engine, &line.notice, &line.confidence, err);
            BW_VEC_PUSH(&card->lines, line);
        }
    }
    if (rc == BW_OK && card->lines.count > 0) {
        qsort(card->lines.items, card->lines.count, sizeof(*card->lines.items), worst_first);
        card->owner = card->lines.items[0].notice.owner;
        card->of_prices = worst.items[0].rank == 0 &&
                          card->lines.items[0].notice.kind == BW_NOTICE_PRICE_STALE;
    }
    return rc;
}

static enum bw_err read_card(struct bw_engine *engine, int64_t delivery, struct card *card,
                             struct bw_error *err)
{
    enum bw_err rc = bw_told_count(engine->db, delivery, &card->counts, err);
    BW_VEC_EACH(const struct bw_told_count, count, &card->counts)
    {
        card->total += (size_t)count->count;
    }
    return rc == BW_OK ? read_lines(engine, delivery, card, err) : rc;
}

static size_t count_of(const struct card *card, const char *what)
{
    BW_VEC_EACH(const struct bw_told_count, count, &card->counts)
    {
        if (strcmp(count->what, what) == 0) {
            return (size_t)count->count;
        }
    }
    return 0;
}

/* Ownership: the caller's. */
static char *summary_of(const struct card *card)
{
    const char *owner = card->owner[0] == '\0' ? "nobody in particular" : card->owner;
    struct bw_str text = { 0 };
    if (card->of_prices) {
        return bw_xasprintf(OLD_PRICES, card->total, owner);
    }
    for (size_t i = 0; i < BW_COUNT(PHRASES); i++) {
        size_t count = count_of(card, PHRASES[i].what);
        if (count == card->total) {
            return bw_xasprintf("%zu %s %s %s", count, PHRASES[i].before, owner, PHRASES[i].after);
        }
        if (count > 0) {
            bw_str_appendf(&text, "%s %zu %s", text.size == 0 ? "" : ",", count, PHRASES[i].some);
        }
    }
    BW_CLEANUP(bw_freep) char *some = bw_str_take(&text);
    return bw_xasprintf("%zu notices of %s:%s", card->total, owner, some);
}

static void add_line(struct bw_json_writer *w, const struct card *card, const struct line *line)
{
    const struct bw_notice *notice = &line->notice;
    bool full = card->sink->detail == BW_DETAIL_FULL;
    BW_CLEANUP(bw_freep) char *text =
        full ? bw_notice_text(notice)
             : bw_xasprintf("%s: %s", notice->subject, bw_notice_kind_word(notice->kind));
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "id", notice->id);
    bw_json_add_text(w, "deployment", notice->subject);
    bw_json_add_text(w, "what", line->what);
    bw_json_add_text(w, "kind", bw_notice_kind_word(notice->kind));
    bw_json_add_text(w, "severity", bw_severity_word(notice->severity));
    bw_json_add_text(w, "confidence", line->confidence);
    bw_json_add_text(w, "candidate", full ? notice->candidate : NULL);
    bw_json_add_text(w, "summary", text);
    bw_json_object_end(w);
}

static char *data_of(const struct card *card)
{
    struct bw_str data = { 0 };
    struct bw_json_writer w = { .out = &data };
    BW_CLEANUP(bw_freep) char *summary = summary_of(card);
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "summary", summary);
    bw_json_add_text(&w, "owner", card->owner);
    bw_json_add_i64(&w, "count", (int64_t)card->total);
    bw_json_array_begin(&w, "notices");
    BW_VEC_EACH(const struct line, line, &card->lines)
    {
        add_line(&w, card, line);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    return bw_str_take(&data);
}

/* The message that the card is now; a single notice is told as it would be alone. */
static enum bw_err describe(struct bw_engine *engine, struct card *card, struct bw_message *out,
                            struct bw_error *err)
{
    const struct line *first = &card->lines.items[0];
    bool single = card->total == 1;
    card->type = bw_xasprintf("notice.%s", card->counts.count > 1 ? "digest" : first->what);
    enum bw_err rc = BW_OK;
    if (single) {
        rc = bw_engine_notice_data(engine, card->sink, &first->notice, &card->data, err);
    } else {
        card->data = data_of(card);
    }
    *out = (struct bw_message){
        .type = card->type,
        .subject = single                     ? first->notice.subject
                   : card->owner[0] == '\0' ? "unowned"
                                              : card->owner,
        .notice = single ? first->notice.id : 0,
        .data = card->data,
        .due_ms = engine->now_ms,
    };
    return rc;
}

/* The message that becomes the card; it is written when all is gathered that it is about. */
static enum bw_err open_card(struct bw_engine *engine, const struct bw_sink_settings *sink,
                             const struct bw_item *item, int64_t *delivery, struct bw_error *err)
{
    const struct bw_message message = { "notice.digest", item->owner, 0, "{}", engine->now_ms };
    enum bw_err rc = bw_outbox_gathering(engine->db, item->sink, item->owner, delivery, err);
    if (rc != BW_OK || *delivery != 0) {
        return rc;
    }
    rc = bw_engine_take_along(engine, sink, item->owner, err);
    if (rc == BW_OK) {
        rc = bw_engine_send(engine, item->sink, &message, delivery, err);
    }
    return rc == BW_OK ? bw_outbox_gather(engine->db, *delivery, err) : rc;
}

static enum bw_err gather(struct bw_engine *engine, const struct bw_item *item,
                          struct bw_error *err)
{
    BW_CLEANUP(bw_tolds_clear) struct bw_tolds tolds = { 0 };
    int64_t delivery = 0;
    const struct bw_sink_settings *sink = bw_settings_sink(engine->settings, item->sink);
    bool wanted = sink != NULL;
    enum bw_err rc = wanted ? open_card(engine, sink, item, &delivery, err) : BW_OK;
    if (rc == BW_OK) {
        rc = bw_items_take(engine->db, item, GATHERED_AT_ONCE, &tolds, err);
    }
    for (size_t i = 0; rc == BW_OK && wanted && i < tolds.count; i++) {
        const struct bw_told *told = &tolds.items[i];
        rc = bw_told_insert(engine->db, delivery, told->notice, told->what, told->rank, err);
    }
    if (rc != BW_OK || !wanted || tolds.count == GATHERED_AT_ONCE) {
        return rc;
    }
    rc = bw_items_hear(engine->db, item, engine->now_ms, err);
    return rc == BW_OK ? bw_outbox_gathered(engine->db, delivery, err) : rc;
}

enum bw_err bw_engine_sum_up(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_item_clear) struct bw_item item = { 0 };
    enum bw_err rc = bw_items_next(engine->db, engine->now_ms, &item, err);
    if (rc == BW_ERR_NOTFOUND) { /* the last of a card may have been withdrawn */
        return bw_outbox_gathered(engine->db, 0, err);
    }
    *more = rc == BW_OK;
    return rc == BW_OK ? gather(engine, &item, err) : rc;
}

/* ---- what is no longer true ---- */

static enum bw_err take_out(struct bw_engine *engine, struct bw_delivery *delivery,
                            int64_t notice, struct bw_error *err)
{
    bool rest = false;
    enum bw_err rc = bw_told_take_out(engine->db, delivery->id, notice, &rest, err);
    if (rc != BW_OK || rest) {
        return rc == BW_OK ? bw_outbox_outdate(engine->db, delivery->id, err) : rc;
    }
    delivery->state = BW_DELIVERY_WITHDRAWN;
    delivery->settled_ms = engine->now_ms;
    bw_replace(&delivery->detail, "no longer true");
    return bw_outbox_save(engine->db, delivery, err);
}

/* A program has to hear the end of what an attempt may have told it; people are spared both. */
static bool may_change(struct bw_engine *engine, const struct bw_delivery *delivery)
{
    const struct bw_sending *sending = bw_engine_sending(engine, delivery->sink);
    const struct bw_sink_settings *sink = bw_settings_sink(engine->settings, delivery->sink);
    bool in_flight = sending != NULL && bw_engine_is_in_flight(sending, delivery->id);
    bool people = sink != NULL && sink->group == BW_GROUP_OWNER;
    return !in_flight && (delivery->attempts == 0 || people);
}

enum bw_err bw_engine_withdraw(struct bw_engine *engine, const struct bw_notice *notice,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_ids_clear) struct bw_ids pending = { 0 };
    enum bw_err rc = bw_told_pending(engine->db, notice->id, &pending, err);
    BW_VEC_EACH(int64_t, id, &pending)
    {
        BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
        if (rc == BW_OK) {
            rc = bw_outbox_get(engine->db, *id, &delivery, err);
        }
        if (rc == BW_OK && may_change(engine, &delivery)) {
            rc = take_out(engine, &delivery, notice->id, err);
        }
    }
    rc = rc == BW_OK ? bw_unsaid_forget(engine->db, notice->id, err) : rc;
    return rc == BW_OK ? bw_items_forget(engine->db, notice->id, err) : rc;
}

static enum bw_err rewrite(struct bw_engine *engine, struct bw_delivery *delivery,
                           struct bw_error *err)
{
    BW_CLEANUP(card_clear) struct card card = {
        .sink = bw_settings_sink(engine->settings, delivery->sink)
    };
    struct bw_message message = { 0 };
    enum bw_err rc = read_card(engine, delivery->id, &card, err);
    bool needed = delivery->state == BW_DELIVERY_PENDING && card.total > 0 && card.sink != NULL;
    if (rc != BW_OK || !needed) {
        return rc == BW_OK ? bw_outbox_rewrite(engine->db, delivery, err) : rc;
    }
    rc = describe(engine, &card, &message, err);
    BW_VEC_EACH(const struct line, line, &card.lines)
    {
        rc = rc == BW_OK ? bw_told_note_read(engine->db, delivery->id, line->notice.id, err) : rc;
    }
    if (rc != BW_OK) {
        return rc;
    }
    free(delivery->type);
    delivery->type = bw_xasprintf("io.basewatch.%s", message.type);
    bw_replace(&delivery->subject, message.subject);
    delivery->notice = message.notice;
    free(delivery->body);
    delivery->body = bw_message_render(engine, &message, delivery->message_id);
    return bw_outbox_rewrite(engine->db, delivery, err);
}

enum bw_err bw_engine_rewrite_cards(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries outdated = { 0 };
    enum bw_err rc = bw_outbox_outdated(engine->db, WRITTEN_AT_ONCE, &outdated, err);
    *more = *more || outdated.count == WRITTEN_AT_ONCE;
    BW_VEC_EACH(struct bw_delivery, delivery, &outdated)
    {
        rc = rc == BW_OK ? rewrite(engine, delivery, err) : rc;
    }
    return rc;
}
