/* plugins/alertmanager.c: Prometheus Alertmanager, API v2: an alert that fires while a matter is
 * open. An alert without an end is forgotten after five minutes, and an Alertmanager that restarts
 * knows none: so each ends an hour from now, and the daemon sends what is open every five minutes
 * (io.basewatch.notice.live). An hour without us is no reason to call anything resolved. */
#include <ctype.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "card.h"
#include "sinks.h"

enum {
    TEXT_MAX = 1000,
    LABEL_MAX = 200,
    POST_BYTES = 20 * 1024, /* before its last alert: with escapes it stays a plugin's line */
};
#define LIVES_MS BW_HOUR_MS

static const char *severity_of(const char *severity)
{
    return strcmp(severity, "overdue") == 0                                     ? "critical"
           : strcmp(severity, "act") == 0 || strcmp(severity, "plan") == 0 ? "warning"
                                                                           : "info";
}

/* base-unlisted becomes BasewatchBaseUnlisted. Ownership: the caller's. */
static char *alert_name(const char *kind)
{
    struct bw_str out = { 0 };
    bool capital = true;
    bw_str_append(&out, "Basewatch");
    for (; *kind != '\0'; kind++) {
        char c = capital ? (char)toupper((unsigned char)*kind) : *kind;
        capital = *kind == '-' || *kind == '.';
        bw_str_append_bytes(&out, &c, capital ? 0 : 1);
    }
    return bw_str_take(&out);
}

static const char *text_of(const struct bw_json *object, const char *name)
{
    return bw_json_text(bw_json_get(object, name), "");
}

static void add_label(struct bw_json_writer *w, const char *name, const char *value)
{
    if (value[0] != '\0') {
        bw_json_add_clipped(w, name, value, LABEL_MAX);
    }
}

struct alert {
    const struct bw_json *row; /* what it is about */
    const char *kind;
    const char *severity; /* Alertmanager's word */
    const char *summary;
    const char *link; /* NULL: none */
    int64_t ends_ms;
};

/* An alert is known by its labels. Kind and severity change in a notice's life, so what they were
 * is remembered, and ended when they change. */
static void add_alert(struct bw_json_writer *w, const struct alert *alert)
{
    static const char *const copied[] = { "deployment", "owner", "platform" };
    BW_CLEANUP(bw_freep) char *name = alert_name(alert->kind);
    bw_json_object_begin(w, NULL);
    bw_json_object_begin(w, "labels");
    bw_json_add_text(w, "alertname", name);
    const char *outage = text_of(alert->row, "source")[0] != '\0' ? "source"
                         : text_of(alert->row, "sink")[0] != '\0' ? "sink"
                                                                   : NULL;
    for (size_t i = 0; i < BW_COUNT(copied) && outage == NULL; i++) {
        add_label(w, copied[i], text_of(alert->row, copied[i]));
    }
    add_label(w, outage == NULL ? "notice" : outage,
              text_of(alert->row, outage == NULL ? "id" : outage));
    bw_json_add_text(w, "severity", alert->severity);
    bw_json_object_end(w);
    bw_json_object_begin(w, "annotations");
    bw_json_add_clipped(w, "summary", alert->summary, TEXT_MAX);
    bw_json_add_clipped(w, "description", text_of(alert->row, "summary"), TEXT_MAX);
    bw_json_object_end(w);
    const char *opened = text_of(alert->row, "opened_at");
    if (opened[0] != '\0') {
        bw_json_add_text(w, "startsAt", opened);
    }
    bw_json_add_time(w, "endsAt", alert->ends_ms);
    if (alert->link != NULL) {
        bw_json_add_text(w, "generatorURL", alert->link);
    }
    bw_json_object_end(w);
}

static enum bw_err post(struct bw_plugin *plugin, const char *body)
{
    char *headers[] = { "Content-Type: application/json" };
    const struct bw_fetch request = {
        .method = "POST",
        .path = "/api/v2/alerts",
        .headers = { .items = headers, .count = 1 },
        .body = (char *)body,
        .auth = strcmp(bw_setting(plugin, "auth", "basic"), "bearer") == 0 ? BW_AUTH_BEARER
                                                                           : BW_AUTH_BASIC,
    };
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    return bw_send(plugin, &request, &response);
}

/* Everything that is open, again. */
static enum bw_err deliver_live(struct bw_plugin *plugin, const struct bw_card *card,
                                int64_t now_ms)
{
    enum bw_err rc = BW_OK;
    const struct bw_json *row = bw_json_first(bw_json_get(card->data, "notices"));
    while (rc == BW_OK && row != NULL) {
        BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
        struct bw_json_writer w = { .out = &body };
        bw_json_array_begin(&w, NULL);
        for (; row != NULL && body.size < POST_BYTES; row = bw_json_next(row)) {
            const struct alert alert = { row, text_of(row, "kind"),
                                         severity_of(text_of(row, "severity")),
                                         text_of(row, "summary"), NULL, now_ms + LIVES_MS };
            add_alert(&w, &alert);
        }
        bw_json_array_end(&w);
        rc = post(plugin, body.text);
    }
    return rc;
}

static enum bw_err remember(struct bw_plugin *plugin, const struct alert *alert)
{
    BW_CLEANUP(bw_str_clear) struct bw_str memory = { 0 };
    struct bw_json_writer w = { .out = &memory };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "kind", alert->kind);
    bw_json_add_text(&w, "severity", alert->severity);
    bw_json_object_end(&w);
    return bw_remember(plugin, memory.text);
}

/* One matter: its alert as it is now, and the end of the one that it was. */
static enum bw_err deliver_one(struct bw_plugin *plugin, const struct bw_card *card,
                               int64_t now_ms)
{
    const char *kind = text_of(card->data, "kind");
    bool closes = card->stage == BW_CARD_CLOSED;
    struct alert alert = { card->data, kind[0] != '\0' ? kind : card->type,
                           severity_of(card->severity), card->title, card->link,
                           closes ? now_ms : now_ms + LIVES_MS };
    alert.kind = bw_str_starts_with(card->type, "source.") ? "source-failing"
                 : bw_str_starts_with(card->type, "sink.") ? "sink-failing"
                                                           : alert.kind;
    struct alert old = alert;
    old.kind = bw_json_text(bw_json_get(plugin->message->memory, "kind"), alert.kind);
    old.severity = bw_json_text(bw_json_get(plugin->message->memory, "severity"), alert.severity);
    old.ends_ms = now_ms;
    bool differs =
        !bw_str_equal(old.kind, alert.kind) || !bw_str_equal(old.severity, alert.severity);
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_array_begin(&w, NULL);
    if (differs) {
        add_alert(&w, &old);
    }
    if (!differs || !closes) {
        add_alert(&w, &alert);
    }
    bw_json_array_end(&w);
    enum bw_err rc = post(plugin, body.text);
    return rc == BW_OK && !closes ? remember(plugin, &alert) : rc;
}

static enum bw_err deliver(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_card_clear) struct bw_card card = bw_card_of(plugin);
    int64_t now_ms = bw_clock_now_ms();
    if (strcmp(card.type, "notice.live") == 0) {
        return deliver_live(plugin, &card, now_ms);
    }
    if (card.stage == BW_CARD_LIST) {
        return BW_OK; /* each of them comes with the next notice.live */
    }
    return deliver_one(plugin, &card, now_ms);
}

static const struct bw_plugin_setting SETTINGS[] = {
    { "auth", "string", "basic (default): the secret is user:password; bearer: it is a token" },
    BW_SINK_SETTINGS,
    { 0 },
};
const struct bw_plugin_descriptor bw_alertmanager = {
    .name = "alertmanager", .settings = SETTINGS, .deliver = deliver
};
