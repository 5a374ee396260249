/* plugins/slack.c: Slack, by an incoming webhook whose address is the secret. Block Kit with a
 * plain fallback (docs.slack.dev, reference/block-kit, 2026). */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum { /* bytes, which are never fewer than the characters that Slack counts */
    HEADER_MAX = 150,
    TEXT_MAX = 2900,  /* 3000 allowed; the whole message is to stay below 10 kB */
    LINE_MAX = 400,   /* a card's line, escaped */
    LINES_MAX = 5000, /* all of them */
    FIELD_MAX = 300,  /* 2000 allowed */
    FIELDS_MAX = 10,
    LINK_MAX = 3000,
};

/* &, < and > alone are escaped; nothing is cut inside an escape or a character. */
static char *escaped(const char *text, size_t max)
{
    enum { LONGEST = 5, ELLIPSIS = 3 };
    struct bw_str out = { 0 };
    for (; *text != '\0'; text++) {
        bool starts = ((unsigned char)*text & 0xc0) != 0x80;
        if (starts && out.size + LONGEST + ELLIPSIS > max) {
            bw_str_append(&out, "\xe2\x80\xa6");
            break;
        }
        const char *escape = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                                            : NULL;
        bw_str_append_bytes(&out, escape != NULL ? escape : text,
                            escape != NULL ? strlen(escape) : 1);
    }
    return bw_str_take(&out);
}

static void add_text(struct bw_json_writer *w, const char *name, const char *type,
                     const char *text)
{
    bw_json_object_begin(w, name);
    bw_json_add_text(w, "type", type);
    bw_json_add_text(w, "text", text);
    bw_json_object_end(w);
}

/* safe: escaped already. */
static void add_section(struct bw_json_writer *w, const char *safe)
{
    if (safe[0] == '\0') {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "section");
    add_text(w, "text", "mrkdwn", safe);
    bw_json_object_end(w);
}

static void add_fields(struct bw_json_writer *w, const struct bw_card *card)
{
    if (card->facts.count == 0) {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "section");
    bw_json_array_begin(w, "fields");
    for (size_t i = 0; i < card->facts.count && i < FIELDS_MAX; i++) {
        BW_CLEANUP(bw_freep) char *value = escaped(card->facts.items[i].value, FIELD_MAX);
        BW_CLEANUP(bw_freep) char *field =
            bw_xasprintf("*%s*\n%s", card->facts.items[i].name, value);
        add_text(w, NULL, "mrkdwn", field);
    }
    bw_json_array_end(w);
    bw_json_object_end(w);
}

/* Sections of whole lines; what finds no room is counted. */
static void add_lines(struct bw_json_writer *w, const struct bw_card *card)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    size_t told = 0;
    size_t size = 0;
    for (; told < card->lines.count; told++) {
        BW_CLEANUP(bw_freep) char *safe = escaped(card->lines.items[told], LINE_MAX);
        size += strlen(safe);
        if (size > LINES_MAX) {
            break;
        }
        if (text.size + strlen(safe) > TEXT_MAX) {
            add_section(w, text.text);
            bw_str_reset(&text);
        }
        bw_str_appendf(&text, "\xe2\x80\xa2 %s\n", safe);
    }
    int64_t more = card->more + (int64_t)(card->lines.count - told);
    if (more > 0) {
        bw_str_appendf(&text, "and %lld more\n", (long long)more);
    }
    add_section(w, text.size == 0 ? "" : text.text);
}

static void add_button(struct bw_json_writer *w, const char *link)
{
    if (link == NULL || strlen(link) > LINK_MAX) {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "actions");
    bw_json_array_begin(w, "elements");
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "button");
    add_text(w, "text", "plain_text", "Open");
    bw_json_add_text(w, "url", link);
    bw_json_object_end(w);
    bw_json_array_end(w);
    bw_json_object_end(w);
}

static void add_context(struct bw_json_writer *w, const char *hint)
{
    BW_CLEANUP(bw_freep) char *safe = escaped(hint, FIELD_MAX);
    if (safe[0] == '\0') {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "context");
    bw_json_array_begin(w, "elements");
    add_text(w, NULL, "mrkdwn", safe);
    bw_json_array_end(w);
    bw_json_object_end(w);
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    BW_CLEANUP(bw_freep) char *header = bw_clip(card.title, HEADER_MAX);
    BW_CLEANUP(bw_freep) char *line =
        bw_xasprintf("%s%s%s", card.title, card.text[0] == '\0' ? "" : ": ", card.text);
    BW_CLEANUP(bw_freep) char *fallback = escaped(line, FIELD_MAX);
    BW_CLEANUP(bw_freep) char *text = escaped(card.text, TEXT_MAX);
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "text", fallback);
    bw_json_array_begin(&w, "blocks");
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "type", "header");
    add_text(&w, "text", "plain_text", header);
    bw_json_object_end(&w);
    add_section(&w, text);
    add_fields(&w, &card);
    add_lines(&w, &card);
    add_button(&w, card.link);
    add_context(&w, card.hint);
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    return bw_send_json(plugin, "", body.text);
}

static const struct bw_plugin_setting SETTINGS[] = { BW_SINK_SETTINGS, { 0 } };
const struct bw_plugin_descriptor bw_slack = {
    .name = "slack", .settings = SETTINGS, .deliver = deliver
};
