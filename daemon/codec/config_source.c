/* daemon/codec/config_source.c: what the option table cannot say of sources, sinks and adoption
 * rules: urls, regions, platforms. */
#include <string.h>

#include "base/str.h"
#include "codec/config_reader.h"
#include "domain/adoption.h"
#include "domain/platform.h"

static const char REGION[] = "{region}";

static bool host_is_openai(const char *url);

/* The url with text in place of each {region}. */
static char *fill_region(const char *url, const char *region)
{
    struct bw_str out = { 0 };
    for (const char *at = url; *at != '\0';) {
        const char *hole = strstr(at, REGION);
        size_t plain = hole == NULL ? strlen(at) : (size_t)(hole - at);
        bw_str_append_bytes(&out, at, plain);
        at += plain;
        if (hole != NULL) {
            bw_str_append(&out, region);
            at += sizeof(REGION) - 1;
        }
    }
    return bw_str_take(&out);
}

static struct bw_config_node member(const struct bw_config_node *item, const char *key)
{
    const struct bw_yaml *yaml = bw_yaml_get(item->yaml, key);
    return (struct bw_config_node){ item->file, yaml == NULL ? item->yaml : yaml };
}

/* Messages do not quote the url: it may hold a token. schemes ends with NULL. */
static void check_url(struct bw_config_reader *reader, const struct bw_config_node *item,
                      const char *url, const char *const *schemes)
{
    const struct bw_config_node place = member(item, "url");
    const char *rest = NULL;
    for (; *schemes != NULL && rest == NULL; schemes++) {
        rest = bw_str_starts_with(url, *schemes) ? url + strlen(*schemes) : NULL;
    }
    if (rest == NULL || rest[0] == '\0' || strpbrk(url, " \"\\") != NULL) {
        bw_config_complain(reader, &place, "url: not an address; write https://HOST/PATH");
        return;
    }
    const char *at = memchr(rest, '@', strcspn(rest, "/?#"));
    if (at != NULL) {
        bw_config_complain(reader, &place,
                           "url: holds a user or password; name it as a secret instead");
    }
}

static void trim_slashes(char *url)
{
    for (size_t size = strlen(url); size > 0 && url[size - 1] == '/'; size--) {
        url[size - 1] = '\0';
    }
}

static void check_regions(struct bw_config_reader *reader, const struct bw_config_node *item,
                          const struct bw_source_item *said)
{
    const struct bw_config_node place = member(item, "url");
    bool hole = strstr(said->source.url, REGION) != NULL;
    bool one = said->source.region[0] != '\0';
    if (one && said->regions.count > 0) {
        bw_config_complain(reader, item, "give either region or regions");
    } else if (hole && !one && said->regions.count == 0) {
        bw_config_complain(reader, &place,
                           "url: nothing to put in place of {region}; add regions: [..]");
    } else if (!hole && said->regions.count > 0) {
        bw_config_complain(reader, &place,
                           "url: regions are given, but {region} stands nowhere in the url");
    }
}

static void complete_platform(struct bw_config_reader *reader, const struct bw_config_node *item,
                              struct bw_source_settings *source)
{
    if (source->platform != NULL) {
        return;
    }
    if (strcmp(source->plugin, "openai") == 0 && !host_is_openai(source->url)) {
        bw_config_complain(reader, item,
                           "this source has no platform; off api.openai.com say whose models "
                           "these are, e.g. platform: acme-vllm");
        return;
    }
    const char *slash = strrchr(source->plugin, '/');
    source->platform =
        bw_xstrdup(bw_platform_canonical(slash == NULL ? source->plugin : slash + 1));
}

/* A catalog kept in a file is somebody's listing of the plugin's own platform. */
static bool host_is_openai(const char *url)
{
    const char *host = strstr(url, "://") + 3;
    BW_CLEANUP(bw_freep) char *name = bw_xstrndup(host, strcspn(host, "/:?#"));
    return bw_str_starts_with(url, "file://") || strcmp(name, "api.openai.com") == 0 ||
           bw_str_ends_with(name, ".api.openai.com");
}

static void secret_copy(const struct bw_secret_ref *from, struct bw_secret_ref *to)
{
    *to = (struct bw_secret_ref){ .kind = from->kind,
                                  .file = bw_xstrdup(from->file),
                                  .beside = bw_xstrdup(from->beside) };
    BW_VEC_EACH(char *, word, &from->argv)
    {
        BW_VEC_PUSH(&to->argv, bw_xstrdup(*word));
    }
}

/* One source as it will be polled; region is "" where there is one. */
static void push_source(struct bw_config_reader *reader, const struct bw_config_node *item,
                        const struct bw_source_settings *said, const char *name, const char *region)
{
    struct bw_source_settings source = *said;
    source.name = bw_xstrdup(name);
    source.plugin = bw_xstrdup(said->plugin);
    source.platform = bw_xstrdup(said->platform);
    source.account = bw_xstrdup(said->account);
    source.region = bw_xstrdup(region);
    source.url = fill_region(said->url, region);
    source.options = bw_xstrdup(said->options);
    secret_copy(&said->credential, &source.credential);
    trim_slashes(source.url);
    bw_config_claim(reader, "source", name, item);
    BW_VEC_PUSH(&reader->settings->sources, source);
}

void bw_config_add_source(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    static const char *const schemes[] = { "https://", "http://", "file:///", NULL };
    struct bw_source_item said = { 0 };
    size_t before = bw_config_complaints(reader);
    bw_config_defaults(&bw_source_section, &said);
    bw_config_read_item(reader, &bw_source_section, item, &said);
    if (bw_config_complaints(reader) == before) {
        check_url(reader, item, said.source.url, schemes);
    }
    if (bw_config_complaints(reader) == before) {
        check_regions(reader, item, &said);
        complete_platform(reader, item, &said.source);
    }
    bool good = bw_config_complaints(reader) == before;
    BW_VEC_EACH(char *, region, &said.regions)
    {
        if (good) {
            BW_CLEANUP(bw_freep) char *name = bw_xasprintf("%s/%s", said.source.name, *region);
            push_source(reader, item, &said.source, name, *region);
        }
    }
    if (good && said.regions.count == 0) {
        push_source(reader, item, &said.source, said.source.name, said.source.region);
    }
    bw_source_settings_clear(&said.source);
    bw_names_clear(&said.regions);
}

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

static void check_sink(struct bw_config_reader *reader, const struct bw_config_node *item,
                       const struct bw_sink_settings *sink)
{
    static const char *const web[] = { "https://", "http://", NULL };
    static const char *const mail[] = { "smtp://", "smtps://", NULL };
    bool webhook = strcmp(sink->plugin, "webhook") == 0;
    bool email = strcmp(sink->plugin, "email") == 0;
    if (sink->url != NULL) {
        check_url(reader, item, sink->url, email ? mail : web);
    } else if (webhook) {
        bw_config_complain(reader, item, "this webhook has no url; add url: https://HOST/PATH");
    } else if (sink->plugin[0] != '/' && sink->url_secret.kind == BW_SECRET_NONE) {
        bw_config_complain(reader, item, "this %s sink has no url; add url: %s", sink->plugin,
                           email ? "smtp://HOST:PORT" : "{file: NAME} or https://HOST/PATH");
    }
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
        check_url(reader, item, trigger.url, web);
    }
    if (bw_config_complaints(reader) != before) {
        bw_sink_settings_clear(&trigger);
        return;
    }
    trim_slashes(trigger.url);
    bw_config_claim(reader, "trigger", trigger.name, item);
    BW_VEC_PUSH(&reader->settings->triggers, trigger);
}

static void check_patterns(struct bw_config_reader *reader, const struct bw_config_node *item,
                           const struct bw_adopt_rule *rule)
{
    const char *const patterns[] = { rule->name, rule->owner };
    for (size_t i = 0; i < BW_COUNT(patterns); i++) {
        const char *unknown = NULL;
        bool varies = patterns[i] != NULL && bw_adopt_varies(patterns[i], &unknown);
        if (unknown != NULL) {
            bw_config_complain(reader, item,
                               "%.40s means nothing; there are {1} to {9}, {suffix}, {base}, "
                               "{model}, {job}, {owner}, {name}, {account} and {region}",
                               unknown);
        } else if (patterns[i] == rule->name && rule->name != NULL && !varies &&
                   rule->pick == NULL) {
            bw_config_complain(reader, item, "a name fits one finding alone; add pick: newest");
        }
    }
}

void bw_config_add_adopt(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    struct bw_adopt_rule rule = { 0 };
    size_t before = bw_config_complaints(reader);
    bw_config_read_item(reader, &bw_adopt_section, item, &rule);
    if (bw_config_complaints(reader) == before) {
        check_patterns(reader, item, &rule);
    }
    if (bw_config_complaints(reader) != before) {
        bw_adopt_rule_clear(&rule);
        return;
    }
    BW_VEC_PUSH(&reader->settings->adopt, rule);
}
