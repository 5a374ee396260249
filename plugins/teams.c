/* plugins/teams.c: Microsoft Teams, by a Workflows address, which is the secret: one adaptive
 * card 1.4 (adaptivecards.io, 2026). Connector addresses of old are no more. */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum { /* bytes; the whole message is to stay below 28 kB */
    TITLE_MAX = 300,
    TEXT_MAX = 3000,
    FACT_MAX = 300,
    LINES_MAX = 6000,
    DIFF_MAX = 3000,
};

static void add_block(struct bw_json_writer *w, const char *text, size_t max, const char *weight,
                      const char *font)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "TextBlock");
    bw_json_add_clipped(w, "text", text, max);
    if (weight != NULL) {
        bw_json_add_text(w, "weight", weight);
        bw_json_add_text(w, "size", "Medium");
    }
    if (font != NULL) {
        bw_json_add_text(w, "fontType", font);
    }
    bw_json_add_bool(w, "wrap", true);
    bw_json_object_end(w);
}

static void add_facts(struct bw_json_writer *w, const struct bw_card *card)
{
    if (card->facts.count == 0) {
        return;
    }
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", "FactSet");
    bw_json_array_begin(w, "facts");
    for (size_t i = 0; i < card->facts.count; i++) {
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "title", card->facts.items[i].name);
        bw_json_add_clipped(w, "value", card->facts.items[i].value, FACT_MAX);
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
    bw_json_object_end(w);
}

/* One paragraph a line: the card's Markdown knows lists. */
static void add_lines(struct bw_json_writer *w, const struct bw_card *card)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    BW_VEC_EACH(char *, line, &card->lines)
    {
        bw_str_appendf(&text, "- %s\r", *line);
    }
    if (card->lines.count > 0 && card->more > 0) {
        bw_str_appendf(&text, "- and %lld more", (long long)card->more);
    }
    add_block(w, text.text, LINES_MAX, NULL, NULL);
}

static void add_card(struct bw_json_writer *w, const struct bw_card *card)
{
    bw_json_object_begin(w, "content");
    bw_json_add_text(w, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    bw_json_add_text(w, "type", "AdaptiveCard");
    bw_json_add_text(w, "version", "1.4");
    bw_json_add_clipped(w, "fallbackText", card->title, TITLE_MAX);
    bw_json_array_begin(w, "body");
    add_block(w, card->title, TITLE_MAX, "Bolder", NULL);
    add_block(w, card->text, TEXT_MAX, NULL, NULL);
    add_facts(w, card);
    add_lines(w, card);
    add_block(w, card->diff, DIFF_MAX, NULL, "Monospace");
    add_block(w, card->hint, FACT_MAX, NULL, "Monospace");
    bw_json_array_end(w);
    if (card->link != NULL) {
        bw_json_array_begin(w, "actions");
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "type", "Action.OpenUrl");
        bw_json_add_text(w, "title", "Open");
        bw_json_add_text(w, "url", card->link);
        bw_json_object_end(w);
        bw_json_array_end(w);
    }
    bw_json_object_begin(w, "msteams");
    bw_json_add_text(w, "width", "Full");
    bw_json_object_end(w);
    bw_json_object_end(w);
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "type", "message");
    bw_json_array_begin(&w, "attachments");
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "contentType", "application/vnd.microsoft.card.adaptive");
    bw_json_add_null(&w, "contentUrl");
    add_card(&w, &card);
    bw_json_object_end(&w);
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    return bw_send_json(plugin, "", body.text);
}

static const struct bw_plugin_setting SETTINGS[] = { BW_SINK_SETTINGS, { 0 } };
const struct bw_plugin_descriptor bw_teams = {
    .name = "teams", .settings = SETTINGS, .deliver = deliver
};
