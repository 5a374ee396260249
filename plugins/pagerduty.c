/* plugins/pagerduty.c: PagerDuty, Events API v2: one incident a matter, by dedup_key. The sink's
 * secret is the integration's routing key (developer.pagerduty.com, events-api-v2, 2026). */
#include <string.h>

#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum { KEY_MAX = 255, SUMMARY_MAX = 1024, VALUE_MAX = 2000 };

static const char ROUTING_KEY[] = "{{secret:secret}}";

static const char *severity_of(const struct bw_card *card)
{
    return strcmp(card->severity, "overdue") == 0 ? "critical"
           : strcmp(card->severity, "act") == 0   ? "error"
           : strcmp(card->severity, "plan") == 0  ? "warning"
                                                  : "info";
}

static void add_details(struct bw_json_writer *w, const struct bw_card *card)
{
    bw_json_object_begin(w, "custom_details");
    if (card->text[0] != '\0') {
        bw_json_add_clipped(w, "what", card->text, VALUE_MAX);
    }
    for (size_t i = 0; i < card->facts.count; i++) {
        bw_json_add_clipped(w, card->facts.items[i].name, card->facts.items[i].value, VALUE_MAX);
    }
    bw_json_add_text(w, "next", card->hint);
    bw_json_object_end(w);
}

static void add_payload(struct bw_json_writer *w, const struct bw_card *card, bool is_change)
{
    bw_json_object_begin(w, "payload");
    bw_json_add_clipped(w, "summary", card->title, SUMMARY_MAX);
    bw_json_add_text(w, "source", card->source);
    bw_json_add_text(w, "timestamp", card->time);
    if (!is_change) {
        bw_json_add_text(w, "severity", severity_of(card));
        bw_json_add_text(w, "component", card->subject);
    }
    add_details(w, card);
    bw_json_object_end(w);
}

static void add_links(struct bw_json_writer *w, const struct bw_card *card)
{
    if (card->link == NULL) {
        return;
    }
    bw_json_array_begin(w, "links");
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "href", card->link);
    bw_json_add_text(w, "text", "Open");
    bw_json_object_end(w);
    bw_json_array_end(w);
}

/* A list and a note say that something is, and nobody has to be woken for it: a change event. */
static enum bw_err send_change(struct bw_plugin *plugin, const struct bw_card *card)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "routing_key", ROUTING_KEY);
    add_payload(&w, card, true);
    add_links(&w, card);
    bw_json_object_end(&w);
    return bw_send_json(plugin, "/v2/change/enqueue", body.text);
}

static enum bw_err send_event(struct bw_plugin *plugin, const struct bw_card *card,
                              const char *action)
{
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "routing_key", ROUTING_KEY);
    bw_json_add_text(&w, "event_action", action);
    bw_json_add_clipped(&w, "dedup_key", card->key, KEY_MAX);
    if (strcmp(action, "trigger") == 0) {
        bw_json_add_text(&w, "client", "basewatch");
        add_payload(&w, card, false);
        add_links(&w, card);
    }
    bw_json_object_end(&w);
    return bw_send_json(plugin, "/v2/enqueue", body.text);
}

/* Does it know the key as an open incident? */
static enum bw_err remember(struct bw_plugin *plugin, bool triggered)
{
    return bw_remember(plugin, triggered ? "{\"triggered\":true}" : "{\"triggered\":false}");
}

static enum bw_err trigger(struct bw_plugin *plugin, const struct bw_card *card)
{
    enum bw_err rc = send_event(plugin, card, "trigger");
    return rc == BW_OK ? remember(plugin, true) : rc;
}

/* An incident that PagerDuty has not heard of cannot be acknowledged: such an event is dropped. */
static enum bw_err acknowledge(struct bw_plugin *plugin, const struct bw_card *card)
{
    bool triggered = bw_json_bool(bw_json_get(plugin->message->memory, "triggered"), false);
    enum bw_err rc = triggered ? BW_OK : trigger(plugin, card);
    return rc == BW_OK ? send_event(plugin, card, "acknowledge") : rc;
}

static enum bw_err resolve(struct bw_plugin *plugin, const struct bw_card *card)
{
    enum bw_err rc = send_event(plugin, card, "resolve");
    return rc == BW_OK ? remember(plugin, false) : rc;
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    switch (card.stage) {
    case BW_CARD_OPEN:
        return trigger(plugin, &card);
    case BW_CARD_TAKEN:
        return acknowledge(plugin, &card);
    case BW_CARD_CLOSED:
        return resolve(plugin, &card);
    case BW_CARD_LIST:
    case BW_CARD_NOTE:
        return send_change(plugin, &card);
    }
    return BW_OK;
}

static const struct bw_plugin_setting SETTINGS[] = { BW_SINK_SETTINGS, { 0 } };
const struct bw_plugin_descriptor bw_pagerduty = {
    .name = "pagerduty", .settings = SETTINGS, .deliver = deliver
};
