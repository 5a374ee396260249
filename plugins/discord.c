/* plugins/discord.c: Discord, by a channel's webhook whose address is the secret: one embed, and a
 * line that nobody is mentioned by (discord.com/developers, resources/webhook, 2026). */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum { /* bytes, which are never fewer than the characters that Discord counts */
    CONTENT_MAX = 2000,
    TITLE_MAX = 256,
    TEXT_MAX = 2800,        /* a description has 4096; all texts of an embed together 6000 */
    LINES_MAX = 4000,       /* of a list, which has no fields; that there are more comes after */
    FIELDS_MAX = 12,        /* 25 allowed */
    FIELD_MAX = 200,        /* 1024 allowed */
    FOOTER_MAX = 300,       /* 2048 allowed */
};

static int64_t color_of(const struct bw_card *card)
{
    static const struct {
        const char *severity;
        int64_t rgb;
    } colors[] = { { "info", 0x3498db }, { "plan", 0xf1c40f }, { "act", 0xe67e22 },
                   { "overdue", 0xe74c3c } };
    for (size_t i = 0; i < BW_COUNT(colors); i++) {
        if (strcmp(card->severity, colors[i].severity) == 0 && card->stage != BW_CARD_CLOSED) {
            return colors[i].rgb;
        }
    }
    return 0x2ecc71;
}

/* Ownership: the caller's. */
static char *description_of(const struct bw_card *card)
{
    struct bw_str out = { 0 };
    BW_CLEANUP(bw_freep) char *text = bw_clip(card->text, TEXT_MAX);
    size_t told = 0;
    bw_str_append(&out, text);
    while (told < card->lines.count && out.size + strlen(card->lines.items[told]) < LINES_MAX) {
        bw_str_appendf(&out, "- %s\n", card->lines.items[told++]);
    }
    int64_t more = card->more + (int64_t)(card->lines.count - told);
    if (more > 0) {
        bw_str_appendf(&out, "- and %lld more\n", (long long)more);
    }
    return bw_str_take(&out);
}

static void add_embed(struct bw_json_writer *w, const struct bw_card *card)
{
    BW_CLEANUP(bw_freep) char *description = description_of(card);
    bw_json_object_begin(w, NULL);
    bw_json_add_clipped(w, "title", card->title, TITLE_MAX);
    bw_json_add_text(w, "description", description);
    if (card->link != NULL) {
        bw_json_add_text(w, "url", card->link);
    }
    bw_json_add_i64(w, "color", color_of(card));
    bw_json_add_text(w, "timestamp", card->time);
    bw_json_array_begin(w, "fields");
    for (size_t i = 0; i < card->facts.count && i < FIELDS_MAX; i++) {
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "name", card->facts.items[i].name);
        bw_json_add_clipped(w, "value", card->facts.items[i].value, FIELD_MAX);
        bw_json_add_bool(w, "inline", true);
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
    if (card->hint[0] != '\0') {
        bw_json_object_begin(w, "footer");
        bw_json_add_clipped(w, "text", card->hint, FOOTER_MAX);
        bw_json_object_end(w);
    }
    bw_json_object_end(w);
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_clipped(&w, "content", card.title, CONTENT_MAX);
    bw_json_array_begin(&w, "embeds");
    add_embed(&w, &card);
    bw_json_array_end(&w);
    bw_json_object_begin(&w, "allowed_mentions");
    bw_json_array_begin(&w, "parse");
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    return bw_send_json(plugin, "?wait=true", body.text);
}

static const struct bw_plugin_setting SETTINGS[] = { BW_SINK_SETTINGS, { 0 } };
const struct bw_plugin_descriptor bw_discord = {
    .name = "discord", .settings = SETTINGS, .deliver = deliver
};
