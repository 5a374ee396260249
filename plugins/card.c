/* plugins/card.c: see card.h. */
#include "card.h"

#include <string.h>

#include "base/str.h"

enum { /* bytes: a plugin's line, escapes and all, has 64 KiB */
    NAME_MAX = 200,
    TITLE_MAX = 500,
    LINE_MAX = 200,
    VALUE_MAX = 400,
    TEXT_MAX = 4000,
    DIFF_MAX = 8000,
    LINK_MAX = 2000,
};

static const struct {
    const char *kind;
    const char *phrase;
} PHRASES[] = {
    { "stale", "its base has been superseded" },
    { "swap", "a newer model has replaced its own" },
    { "training-closing", "training on its base ends soon" },
    { "deprecated", "its base is deprecated" },
    { "retired", "its base has been retired" },
    { "base-unlisted", "its base is no longer listed" },
    { "alias-moved", "its alias means another model now" },
    { "embedder-stale", "its embedding model has been superseded" },
    { "date-changed", "a date has moved" },
    { "price-stale", "its prices need a look" },
};

static const char *text_of(const struct bw_json *object, const char *name);
static char *key_of(const struct bw_card *card, const char *kind, const char *which);
static void read_notice(struct bw_card *card);
static char *hint_of(const struct bw_card *card, const char *id);
static void read_outage(struct bw_card *card, const char *noun);
static enum bw_card_stage stage_of(const char *type, const char *state);
static char *title_of(const struct bw_card *card, enum bw_card_stage stage);
static void add_fact(struct bw_card *card, const char *name, const char *value);
static void add_facts(struct bw_card *card);
static void add_money(struct bw_card *card);
static void read_list(struct bw_card *card, const struct bw_json *notices);
static char *link_of(const struct bw_card *card, const char *template);

struct bw_card bw_card_of(const struct bw_plugin *plugin)
{
    const struct bw_json *event = plugin->message->event;
    const char *type = text_of(event, "type");
    struct bw_card card = {
        .type = bw_str_starts_with(type, "io.basewatch.") ? type + strlen("io.basewatch.") : type,
        .subject = bw_clip(text_of(event, "subject"), NAME_MAX),
        .time = text_of(event, "time"),
        .source = text_of(event, "source"),
        .data = bw_json_get(event, "data"),
        .severity = "info",
        .text = bw_clip(text_of(bw_json_get(event, "data"), "summary"), TEXT_MAX),
        .hint = bw_xstrdup(""),
    };
    const char *colon = strrchr(card.source, ':');
    card.instance = colon == NULL ? card.source : colon + 1;
    const struct bw_json *notices = bw_json_get(card.data, "notices");
    if (bw_json_is_array(notices)) {
        read_list(&card, notices);
    } else if (bw_str_starts_with(card.type, "notice.")) {
        read_notice(&card);
    } else if (bw_str_starts_with(card.type, "source.")) {
        read_outage(&card, "source");
    } else if (bw_str_starts_with(card.type, "sink.")) {
        read_outage(&card, "sink");
    } else if (strcmp(card.type, "eval.finished") == 0) {
        card.stage = BW_CARD_NOTE;
        card.key = key_of(&card, "eval", card.subject);
        card.title = bw_xasprintf("%s: eval: %s", card.subject, text_of(card.data, "verdict"));
        free(card.hint);
        card.hint = bw_xasprintf("basewatch evals show %s", text_of(card.data, "id"));
    } else {
        bool test = strcmp(card.type, "test") == 0;
        card.stage = BW_CARD_NOTE;
        card.key = key_of(&card, card.type, card.subject);
        card.title = test ? bw_xstrdup("A test message of basewatch")
                          : bw_xasprintf("%s: %s", card.subject, card.type);
    }
    card.link = link_of(&card, bw_setting(plugin, "link", NULL));
    return card;
}

void bw_card_clear(struct bw_card *card)
{
    for (size_t i = 0; i < card->facts.count; i++) {
        free(card->facts.items[i].value);
    }
    free(card->facts.items);
    bw_names_clear(&card->lines);
    free(card->key);
    free(card->subject);
    free(card->title);
    free(card->text);
    free(card->hint);
    free(card->link);
    free(card->diff);
    *card = (struct bw_card){ 0 };
}

char *bw_card_plain(const struct bw_card *card)
{
    struct bw_str out = { 0 };
    if (card->text[0] != '\0') {
        bw_str_appendf(&out, "%s\n\n", card->text);
    }
    for (size_t i = 0; i < card->facts.count; i++) {
        bw_str_appendf(&out, "%s: %s\n", card->facts.items[i].name, card->facts.items[i].value);
    }
    BW_VEC_EACH(char *, line, &card->lines)
    {
        bw_str_appendf(&out, "- %s\n", *line);
    }
    if (card->lines.count > 0 && card->more > 0) {
        bw_str_appendf(&out, "- and %lld more\n", (long long)card->more);
    }
    if (card->diff != NULL) {
        bw_str_appendf(&out, "\n%s", card->diff);
    }
    if (card->hint[0] != '\0') {
        bw_str_appendf(&out, "\nMore: %s\n", card->hint);
    }
    if (card->link != NULL) {
        bw_str_appendf(&out, "%s\n", card->link);
    }
    return bw_str_take(&out);
}

char *bw_clip(const char *text, size_t max)
{
    static const char ELLIPSIS[] = "\xe2\x80\xa6";
    const size_t mark = sizeof(ELLIPSIS) - 1;
    if (strnlen(text, max + 1) <= max || max < mark) {
        return bw_xstrndup(text, bw_str_utf8_cut(text, max));
    }
    size_t size = bw_str_utf8_cut(text, max - mark);
    return bw_xasprintf("%.*s%s", (int)size, text, ELLIPSIS);
}

void bw_json_add_clipped(struct bw_json_writer *w, const char *name, const char *text, size_t max)
{
    BW_CLEANUP(bw_freep) char *clipped = bw_clip(text, max);
    bw_json_add_text(w, name, clipped);
}

static const char *text_of(const struct bw_json *object, const char *name)
{
    return bw_json_text(bw_json_get(object, name), "");
}

/* Two installations may share one channel, so their numbers alone would meet. */
static char *key_of(const struct bw_card *card, const char *kind, const char *which)
{
    return bw_xasprintf("basewatch/%s/%s/%s", card->instance, kind, which);
}

static void read_outage(struct bw_card *card, const char *noun)
{
    bool failing = bw_str_ends_with(card->type, ".failing");
    card->stage = failing ? BW_CARD_OPEN : BW_CARD_CLOSED;
    card->severity = "act";
    card->key = key_of(card, noun, card->subject);
    card->title = bw_xasprintf("%s %s %s", noun[1] == 'o' ? "Source" : "Sink", card->subject,
                               failing ? "is failing" : "has recovered");
    free(card->hint);
    card->hint = bw_xasprintf("basewatch %ss show %s", noun, card->subject);
}

static void read_notice(struct bw_card *card)
{
    const char *id = text_of(card->data, "id");
    card->severity = text_of(card->data, "severity");
    card->stage = stage_of(card->type, text_of(card->data, "state"));
    card->key = key_of(card, "notice", id);
    card->title = title_of(card, card->stage);
    const char *diff = text_of(bw_json_get(card->data, "swap"), "diff");
    card->diff = diff[0] == '\0' ? NULL : bw_clip(diff, DIFF_MAX);
    free(card->hint);
    card->hint = hint_of(card, id);
    add_facts(card);
}

/* What somebody has taken up is not to be taken up again. */
static char *hint_of(const struct bw_card *card, const char *id)
{
    bool verified = strcmp(text_of(card->data, "state"), "verified") == 0;
    if (card->stage == BW_CARD_OPEN) {
        return bw_xasprintf("basewatch explain %s; basewatch notices ack %s --reason TEXT",
                            card->subject, id);
    }
    return verified && bw_json_is_object(bw_json_get(card->data, "swap"))
               ? bw_xasprintf("basewatch swap %s", card->subject)
               : bw_xasprintf("basewatch notices show %s", id);
}

/* The state has the last word: a notice that was waived tells of it in an update. */
static enum bw_card_stage stage_of(const char *type, const char *state)
{
    static const char *const closed[] = { "resolved", "superseded", "cancelled", "waived" };
    static const char *const taken[] = { "acknowledged", "in-progress", "verified", "snoozed" };
    for (size_t i = 0; i < BW_COUNT(closed); i++) {
        if (strcmp(state, closed[i]) == 0) {
            return BW_CARD_CLOSED;
        }
    }
    for (size_t i = 0; i < BW_COUNT(taken); i++) {
        if (strcmp(state, taken[i]) == 0) {
            return BW_CARD_TAKEN;
        }
    }
    bool over = strcmp(type, "notice.resolved") == 0 || strcmp(type, "notice.superseded") == 0;
    return over ? BW_CARD_CLOSED : BW_CARD_OPEN;
}

static char *title_of(const struct bw_card *card, enum bw_card_stage stage)
{
    const char *kind = text_of(card->data, "kind");
    const char *state = text_of(card->data, "state");
    const char *phrase = kind;
    for (size_t i = 0; i < BW_COUNT(PHRASES); i++) {
        phrase = strcmp(kind, PHRASES[i].kind) == 0 ? PHRASES[i].phrase : phrase;
    }
    if (stage == BW_CARD_OPEN) {
        const char *again = strcmp(card->type, "notice.reminder") == 0  ? "Reminder: "
                            : strcmp(card->type, "notice.updated") == 0 ? "Update: "
                                                                        : "";
        return bw_xasprintf("%s%s: %s", again, card->subject, phrase);
    }
    return bw_xasprintf("[%s] %s: %s", state, card->subject, phrase);
}

static void add_fact(struct bw_card *card, const char *name, const char *value)
{
    if (value[0] != '\0') {
        struct bw_fact fact = { name, bw_clip(value, VALUE_MAX) };
        BW_VEC_PUSH(&card->facts, fact);
    }
}

static void add_facts(struct bw_card *card)
{
    static const struct {
        const char *name;
        const char *member;
    } facts[] = {
        { "Severity", "severity" },     { "Owner", "owner" },
        { "Train by", "train_by" },     { "Served until", "serve_until" },
        { "Platform", "platform" },     { "Base", "base" },
        { "Newer model", "candidate" }, { "Retrain on", "train_on" },
        { "Until", "until" },
    };
    for (size_t i = 0; i < BW_COUNT(facts); i++) {
        add_fact(card, facts[i].name, text_of(card->data, facts[i].member));
    }
    const char *confidence = text_of(card->data, "confidence");
    if (strcmp(confidence, "confirmed") != 0) {
        add_fact(card, "Confidence", confidence); /* its source fails at present */
    }
    const struct bw_json *eval = bw_json_get(card->data, "eval");
    BW_CLEANUP(bw_freep) char *answer = bw_xasprintf("%s: %s", text_of(eval, "verdict"),
                                                     text_of(eval, "reason"));
    add_fact(card, "Eval", text_of(eval, "verdict")[0] == '\0' ? "" : answer);
    add_money(card);
    add_fact(card, "No estimate", text_of(card->data, "estimate_refused"));
}

static void add_money(struct bw_card *card)
{
    const struct bw_json *estimate = bw_json_get(card->data, "estimate");
    if (!bw_json_is_object(estimate)) {
        return;
    }
    BW_CLEANUP(bw_freep) char *cost =
        bw_xasprintf("$%.0f (from $%.0f to $%.0f)",
                     bw_json_double(bw_json_get(estimate, "expected_usd"), 0.0),
                     bw_json_double(bw_json_get(estimate, "low_usd"), 0.0),
                     bw_json_double(bw_json_get(estimate, "high_usd"), 0.0));
    add_fact(card, "Cost of the move", cost);
    const struct bw_json *delta = bw_json_get(estimate, "run_cost_delta_usd_per_month");
    if (!bw_json_is_null(delta)) {
        BW_CLEANUP(bw_freep) char *bill =
            bw_xasprintf("%+.0f USD a month", bw_json_double(delta, 0.0));
        add_fact(card, "Running bill", bill);
    }
}

/* What has happened, where a list is of more than one kind of news. */
static const char *mark_of(const char *what)
{
    static const char *const marks[][2] = {
        { "opened", "new: " },
        { "updated", "changed: " },
        { "reminder", "reminder: " },
        { "resolved", "settled: " },
    };
    for (size_t i = 0; i < BW_COUNT(marks); i++) {
        if (strcmp(what, marks[i][0]) == 0) {
            return marks[i][1];
        }
    }
    return "";
}

static void read_list(struct bw_card *card, const struct bw_json *notices)
{
    bool mixed = strcmp(card->type, "notice.digest") == 0;
    card->stage = BW_CARD_LIST;
    card->key = key_of(card, "owner", card->subject);
    card->title = bw_clip(card->text, TITLE_MAX);
    const struct bw_json *notice = bw_json_first(notices);
    card->severity = notice == NULL ? "info" : text_of(notice, "severity");
    for (; notice != NULL; notice = bw_json_next(notice)) {
        bool unsure = strcmp(text_of(notice, "confidence"), "unconfirmed") == 0;
        BW_CLEANUP(bw_freep) char *line =
            bw_xasprintf("%s%s%s", mixed ? mark_of(text_of(notice, "what")) : "",
                         unsure ? "unconfirmed: " : "", text_of(notice, "summary"));
        BW_VEC_PUSH(&card->lines, bw_clip(line, LINE_MAX));
    }
    int64_t count = bw_json_i64(bw_json_get(card->data, "count"), 0);
    card->more = count > (int64_t)card->lines.count ? count - (int64_t)card->lines.count : 0;
    free(card->hint);
    card->hint = bw_xasprintf("basewatch notices --owner %s", card->subject);
}

/* NULL also when a name would make it longer than any service takes. */
static char *link_of(const struct bw_card *card, const char *template)
{
    static const char *const names[] = { "{notice}", "{deployment}", "{owner}" };
    const char *const values[] = { text_of(card->data, "id"), card->subject,
                                   text_of(card->data, "owner") };
    if (template == NULL) {
        return NULL;
    }
    struct bw_str out = { 0 };
    while (*template != '\0') {
        size_t size = 1;
        size_t which = 0;
        while (which < BW_COUNT(names) && !bw_str_starts_with(template, names[which])) {
            which++;
        }
        if (which < BW_COUNT(names)) {
            bw_str_append_url(&out, values[which]);
            size = strlen(names[which]);
        } else {
            bw_str_append_bytes(&out, template, 1);
        }
        template += size;
    }
    if (out.size > LINK_MAX) {
        bw_str_clear(&out);
        return NULL;
    }
    return bw_str_take(&out);
}
