/* daemon/codec/config_source.c: what the option table cannot say of sources and adoption rules:
 * urls, regions, platforms. */
#include <string.h>

#include "base/str.h"
#include "codec/config_reader.h"
#include "codec/json.h"
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

/* With deployments: true the plugin names the region in its paths, below one url for all. */
static bool asks_by_region(const struct bw_source_settings *source)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *options = NULL;
    return strcmp(source->plugin, "azure-arm") == 0 && source->options != NULL &&
           bw_json_parse(source->options, strlen(source->options), &options, NULL) == BW_OK &&
           bw_json_bool(bw_json_get(options, "deployments"), false);
}

static void check_regions(struct bw_config_reader *reader, const struct bw_config_node *item,
                          const struct bw_source_item *said)
{
    const struct bw_config_node place = bw_config_member(item, "url");
    bool by_region = asks_by_region(&said->source);
    bool hole = strstr(said->source.url, REGION) != NULL;
    bool one = said->source.region[0] != '\0';
    if (one && said->regions.count > 0) {
        bw_config_complain(reader, item, "give either region or regions");
    } else if (hole && !one && said->regions.count == 0) {
        bw_config_complain(reader, &place,
                           "url: nothing to put in place of {region}; add regions: [..]");
    } else if (by_region && !one && said->regions.count == 0) {
        bw_config_complain(reader, item,
                           "with deployments: true azure-arm asks for the models of a region; add "
                           "region: westeurope, or regions: [..]");
    } else if (!hole && !by_region && said->regions.count > 0) {
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
    bw_config_trim_slashes(source.url);
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
        bw_config_check_url(reader, item, said.source.url, schemes);
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
