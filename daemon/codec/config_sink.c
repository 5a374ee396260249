/* daemon/codec/config_sink.c: what the option table cannot say of sinks, and of triggers, which
 * are spoken to as sinks are: addresses, secrets, the time zone of their rhythm. */
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/config_reader.h"
#include "codec/template.h"
#include "codec/zoneinfo.h"

#define PEOPLE_PAUSE_MS (10 * BW_DAY_MS) /* the median owner hears three times a month at most */

/* People read cards, programs read notices. */
static enum bw_sink_group group_of(const struct bw_config_node *item)
{
    static const char *const people[] = { "slack", "discord", "teams", "email" };
    const struct bw_yaml *plugin = bw_yaml_get(item->yaml, "plugin");
    const char *name = plugin == NULL || plugin->text == NULL ? "" : plugin->text;
    for (size_t i = 0; i < BW_COUNT(people); i++) {
        if (strcmp(name, people[i]) == 0) {
            return BW_GROUP_OWNER;
        }
    }
    return BW_GROUP_NONE;
}

/* A url that stands in a secret, and the places that have one address for everybody. */
static void complete_sink(struct bw_config_reader *reader, struct bw_sink_settings *sink)
{
    static const char *const homes[][2] = {
        { "pagerduty", "https://events.pagerduty.com" },
        { "github-issue", "https://api.github.com" },
    };
    struct bw_secret_ref *secret = &sink->url_secret;
    if (secret->file != NULL || secret->argv.count > 0) {
        secret->kind = secret->file != NULL ? BW_SECRET_FILE : BW_SECRET_COMMAND;
        bw_replace(&secret->beside, reader->folder);
    }
    for (size_t i = 0; i < BW_COUNT(homes); i++) {
        bool here = strcmp(sink->plugin, homes[i][0]) == 0 && sink->url == NULL;
        if (here && secret->kind == BW_SECRET_NONE) {
            sink->url = bw_xstrdup(homes[i][1]);
        }
    }
}

/* A sink's zone is loaded once, whoever names it. */
static void load_zone(struct bw_config_reader *reader, const struct bw_config_node *item,
                      const char *name)
{
    struct bw_named_zone named = { 0 };
    struct bw_error err = { 0 };
    if (bw_settings_zone(reader->settings, name) != NULL) {
        return;
    }
    if (bw_zoneinfo_load(name, &named.zone, &err) != BW_OK) {
        const struct bw_config_node place = bw_config_member(item, "zone");
        bw_config_complain(reader, &place, "zone: %s", err.text);
        return;
    }
    named.name = bw_xstrdup(name);
    BW_VEC_PUSH(&reader->settings->zones, named);
}

/* An empty list would let everything pass, where it reads like nothing. */
static void check_filter(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    const struct bw_config_node only = bw_config_member(item, "only");
    const struct bw_yaml *first = only.yaml == item->yaml ? NULL : only.yaml->first;
    for (const struct bw_yaml *list = first; list != NULL; list = list->next) {
        if (list->kind == BW_YAML_LIST && list->first == NULL) {
            bw_config_complain(reader, &only, "only.%s is empty; name some, or leave it out",
                               list->key);
        }
    }
}

static void check_words(struct bw_config_reader *reader, const struct bw_config_node *item,
                        const struct bw_sink_settings *sink)
{
    const struct bw_config_node quiet = bw_config_member(item, "quiet");
    const struct bw_config_node template = bw_config_member(item, "template");
    struct bw_error err = { 0 };
    if (sink->rhythm.quiet_days == BW_ALL_DAYS) {
        bw_config_complain(reader, &quiet, "quiet.days: no day is left on which to speak");
    }
    if (sink->template != NULL && strcmp(sink->plugin, "webhook") != 0) {
        bw_config_complain(reader, &template, "template: only a webhook has one");
    } else if (sink->template != NULL && bw_template_check(sink->template, &err) != BW_OK) {
        bw_config_complain(reader, &template, "template: %s", err.text);
    }
    if (strstr(sink->options, "\"detail\":") != NULL) {
        const struct bw_config_node settings = bw_config_member(item, "settings");
        bw_config_complain(reader, &settings, "detail stands beside settings, not inside");
    }
    check_filter(reader, item);
    load_zone(reader, item, sink->rhythm.zone);
}

static void check_sink(struct bw_config_reader *reader, const struct bw_config_node *item,
                       const struct bw_sink_settings *sink)
{
    static const char *const web[] = { "https://", "http://", NULL };
    static const char *const mail[] = { "smtp://", "smtps://", NULL };
    bool webhook = strcmp(sink->plugin, "webhook") == 0;
    bool email = strcmp(sink->plugin, "email") == 0;
    if (sink->url != NULL) {
        bw_config_check_url(reader, item, sink->url, email ? mail : web);
    } else if (webhook && sink->url_secret.kind == BW_SECRET_NONE) {
        bw_config_complain(reader, item, "this webhook has no url; add url: https://HOST/PATH");
    } else if (sink->plugin[0] != '/' && sink->url_secret.kind == BW_SECRET_NONE) {
        bw_config_complain(reader, item, "this %s sink has no url; add url: %s", sink->plugin,
                           email ? "smtp://HOST:PORT" : "{file: NAME} or https://HOST/PATH");
    }
    check_words(reader, item, sink);
    if (webhook && sink->secret.kind == BW_SECRET_NONE) {
        bw_config_complain(reader, item,
                           "this webhook has no secret, so nobody could trust it; "
                           "add secret: {file: NAME}");
    }
    if (sink->old_secret.kind != BW_SECRET_NONE && sink->secret.kind == BW_SECRET_NONE) {
        bw_config_complain(reader, item, "old_secret is given without secret; call it secret");
    }
}

void bw_config_add_sink(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    struct bw_sink_settings sink = { 0 };
    size_t before = bw_config_complaints(reader);
    bw_config_defaults(&bw_sink_section, &sink);
    sink.group = group_of(item);
    sink.rhythm.digest = bw_yaml_get(item->yaml, "digest") != NULL;
    sink.rhythm.pause_ms =
        sink.group == BW_GROUP_OWNER && !sink.rhythm.digest ? PEOPLE_PAUSE_MS : 0;
    bw_config_read_item(reader, &bw_sink_section, item, &sink);
    if (bw_config_complaints(reader) == before) {
        complete_sink(reader, &sink);
        check_sink(reader, item, &sink);
    }
    if (bw_config_complaints(reader) != before) {
        bw_sink_settings_clear(&sink);
        return;
    }
    bw_config_claim(reader, "sink", sink.name, item);
    BW_VEC_PUSH(&reader->settings->sinks, sink);
}

void bw_config_add_trigger(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    static const char *const web[] = { "https://", "http://", NULL };
    static const char *const taken[] = { BW_STARTER_RUNNER, BW_STARTER_CI };
    struct bw_sink_settings trigger = { 0 };
    size_t before = bw_config_complaints(reader);
    bw_config_defaults(&bw_trigger_section, &trigger);
    bw_config_read_item(reader, &bw_trigger_section, item, &trigger);
    for (size_t i = 0; i < BW_COUNT(taken); i++) {
        if (bw_str_equal(trigger.name, taken[i])) {
            bw_config_complain(reader, item, "'%s' is no name for a trigger; choose another",
                               taken[i]);
        }
    }
    if (bw_config_complaints(reader) == before) {
        bw_config_check_url(reader, item, trigger.url, web);
    }
    if (bw_config_complaints(reader) != before) {
        bw_sink_settings_clear(&trigger);
        return;
    }
    bw_config_trim_slashes(trigger.url);
    bw_config_claim(reader, "trigger", trigger.name, item);
    BW_VEC_PUSH(&reader->settings->triggers, trigger);
}
