/* plugins/email.c: a mail in text and HTML, which the daemon hands to the sink's SMTP server. */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum { SUBJECT_MAX = 200 };

static void append_escaped(struct bw_str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *escape = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        bw_str_append_bytes(out, escape != NULL ? escape : text,
                            escape != NULL ? strlen(escape) : 1);
    }
}

static void append_element(struct bw_str *out, const char *open, const char *text,
                           const char *close)
{
    if (text != NULL && text[0] != '\0') {
        bw_str_append(out, open);
        append_escaped(out, text);
        bw_str_append(out, close);
    }
}

static void append_facts(struct bw_str *out, const struct bw_card *card)
{
    if (card->facts.count == 0) {
        return;
    }
    bw_str_append(out, "<table>\n");
    for (size_t i = 0; i < card->facts.count; i++) {
        append_element(out, "<tr><th align=\"left\">", card->facts.items[i].name, "</th>");
        append_element(out, "<td>", card->facts.items[i].value, "</td></tr>\n");
    }
    bw_str_append(out, "</table>\n");
}

static void append_lines(struct bw_str *out, const struct bw_card *card)
{
    if (card->lines.count == 0) {
        return;
    }
    bw_str_append(out, "<ul>\n");
    BW_VEC_EACH(char *, line, &card->lines)
    {
        append_element(out, "<li>", *line, "</li>\n");
    }
    if (card->more > 0) {
        bw_str_appendf(out, "<li>and %lld more</li>\n", (long long)card->more);
    }
    bw_str_append(out, "</ul>\n");
}

/* Ownership: the caller's. */
static char *html_of(const struct bw_card *card)
{
    struct bw_str out = { 0 };
    bw_str_append(&out, "<!DOCTYPE html>\n<html><body>\n");
    append_element(&out, "<h2>", card->title, "</h2>\n");
    append_element(&out, "<p>", card->text, "</p>\n");
    append_facts(&out, card);
    append_lines(&out, card);
    append_element(&out, "<pre>", card->diff, "</pre>\n");
    append_element(&out, "<p><code>", card->hint, "</code></p>\n");
    if (card->link != NULL) {
        append_element(&out, "<p><a href=\"", card->link, "\">Open</a></p>\n");
    }
    bw_str_append(&out, "</body></html>\n");
    return bw_str_take(&out);
}

/* `to` is one address or a list of them. Ownership of the items stays with the settings. */
static void read_recipients(const struct bw_json *to, struct bw_names *out)
{
    if (bw_json_is_text(to)) {
        BW_VEC_PUSH(out, (char *)bw_json_text(to, ""));
    }
    for (const struct bw_json *one = bw_json_first(to); one != NULL; one = bw_json_next(one)) {
        BW_VEC_PUSH(out, (char *)bw_json_text(one, ""));
    }
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    struct bw_names to = { 0 };
    read_recipients(bw_json_get(plugin->message->settings, "to"), &to);
    const char *from = bw_setting(plugin, "from", NULL);
    if (from == NULL || to.count == 0) {
        free(to.items);
        return bw_plugin_fail(plugin, BW_FAILURE_FINAL,
                              "settings: an email sink needs from and to, e.g. "
                              "{from: basewatch@example.org, to: [ml@example.org]}");
    }
    BW_CLEANUP(bw_freep) char *title = bw_clip(card.title, SUBJECT_MAX);
    BW_CLEANUP(bw_freep) char *subject = bw_xasprintf("[basewatch] %s", title);
    BW_CLEANUP(bw_freep) char *text = bw_card_plain(&card);
    BW_CLEANUP(bw_freep) char *html = html_of(&card);
    const struct bw_mail mail = {
        .from = (char *)from,
        .to = to,
        .subject = subject,
        .text = text[0] == '\0' ? title : text,
        .html = html,
        .plain = strcmp(bw_setting(plugin, "tls", "required"), "optional") == 0,
    };
    enum bw_err rc = bw_send_mail(plugin, &mail);
    free(to.items);
    return rc;
}

static const struct bw_plugin_setting SETTINGS[] = {
    { "from", "string", "the address it is sent from" },
    { "to", "string", "the address it is sent to, or a list of them" },
    { "tls", "string", "required, or optional: without it where the server offers none" },
    BW_SINK_SETTINGS,
    { 0 },
};
const struct bw_plugin_descriptor bw_email = {
    .name = "email", .settings = SETTINGS, .deliver = deliver
};
