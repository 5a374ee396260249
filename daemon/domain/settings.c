/* daemon/domain/settings.c: see settings.h. */
#include "domain/settings.h"

#include <string.h>

#include "base/str.h"
#include "base/words.h"

static const struct {
    const char *plugin;
    enum bw_source_kind kind;
} FEEDS[] = {
    { "deprecationsinfo", BW_SOURCE_LIFECYCLE },
    { "litellm-map", BW_SOURCE_LIFECYCLE },
    { "modeldeprecations", BW_SOURCE_LIFECYCLE },
    { "modelsdev", BW_SOURCE_CATALOG },
};

static const char *const KIND_WORDS[] = {
    [BW_SOURCE_OWN] = "own",
    [BW_SOURCE_LIFECYCLE] = "lifecycle",
    [BW_SOURCE_CATALOG] = "catalog",
};
BW_DEFINE_WORDS(bw_source_kind, KIND_WORDS)

enum bw_source_kind bw_source_settings_kind(const struct bw_source_settings *source)
{
    for (size_t i = 0; i < BW_COUNT(FEEDS); i++) {
        if (bw_str_equal(source->plugin, FEEDS[i].plugin)) {
            return FEEDS[i].kind;
        }
    }
    return BW_SOURCE_OWN;
}

void bw_secret_ref_clear(struct bw_secret_ref *secret)
{
    free(secret->file);
    free(secret->beside);
    bw_names_clear(&secret->argv);
}

static struct bw_names names_copy(const struct bw_names *names)
{
    struct bw_names copy = { 0 };
    BW_VEC_EACH(char *, name, names)
    {
        BW_VEC_PUSH(&copy, bw_xstrdup(*name));
    }
    return copy;
}

static struct bw_secret_ref secret_copy(const struct bw_secret_ref *secret)
{
    return (struct bw_secret_ref){ .kind = secret->kind,
                                   .file = bw_xstrdup(secret->file),
                                   .beside = bw_xstrdup(secret->beside),
                                   .argv = names_copy(&secret->argv) };
}

void bw_source_settings_clear(struct bw_source_settings *source)
{
    free(source->name);
    free(source->plugin);
    free(source->platform);
    free(source->account);
    free(source->region);
    free(source->url);
    free(source->options);
    bw_secret_ref_clear(&source->credential);
    *source = (struct bw_source_settings){ 0 };
}

struct bw_source_settings bw_source_settings_copy(const struct bw_source_settings *source)
{
    struct bw_source_settings copy = *source;
    copy.name = bw_xstrdup(source->name);
    copy.plugin = bw_xstrdup(source->plugin);
    copy.platform = bw_xstrdup(source->platform);
    copy.account = bw_xstrdup(source->account);
    copy.region = bw_xstrdup(source->region);
    copy.url = bw_xstrdup(source->url);
    copy.options = bw_xstrdup(source->options);
    copy.credential = secret_copy(&source->credential);
    return copy;
}

struct bw_sink_settings bw_sink_settings_copy(const struct bw_sink_settings *sink)
{
    struct bw_sink_settings copy = *sink;
    copy.name = bw_xstrdup(sink->name);
    copy.plugin = bw_xstrdup(sink->plugin);
    copy.url = bw_xstrdup(sink->url);
    copy.options = bw_xstrdup(sink->options);
    copy.url_secret = secret_copy(&sink->url_secret);
    copy.secret = secret_copy(&sink->secret);
    copy.old_secret = secret_copy(&sink->old_secret);
    copy.only.owners = names_copy(&sink->only.owners);
    copy.only.platforms = names_copy(&sink->only.platforms);
    return copy;
}

static uint64_t hash_secret(uint64_t hash, const struct bw_secret_ref *secret)
{
    hash = bw_hash_text(hash, secret->file);
    BW_VEC_EACH(char *, word, &secret->argv)
    {
        hash = bw_hash_text(hash, *word);
    }
    return hash;
}

uint64_t bw_source_settings_hash(const struct bw_source_settings *source)
{
    uint64_t hash = bw_hash_text(BW_HASH_SEED, source->plugin);
    hash = bw_hash_text(hash, source->platform);
    hash = bw_hash_text(hash, source->account);
    hash = bw_hash_text(hash, source->region);
    hash = bw_hash_text(hash, source->url);
    hash = bw_hash_text(hash, source->options);
    return hash_secret(hash, &source->credential);
}

uint64_t bw_sink_settings_hash(const struct bw_sink_settings *sink)
{
    uint64_t hash = bw_hash_text(BW_HASH_SEED, sink->plugin);
    hash = bw_hash_text(hash, sink->url);
    hash = bw_hash_text(hash, sink->options);
    hash = hash_secret(hash, &sink->url_secret);
    return hash_secret(hash, &sink->secret);
}

void bw_sink_settings_clear(struct bw_sink_settings *sink)
{
    free(sink->name);
    free(sink->plugin);
    free(sink->url);
    free(sink->options);
    bw_secret_ref_clear(&sink->url_secret);
    bw_secret_ref_clear(&sink->secret);
    bw_secret_ref_clear(&sink->old_secret);
    bw_names_clear(&sink->only.owners);
    bw_names_clear(&sink->only.platforms);
    *sink = (struct bw_sink_settings){ 0 };
}

void bw_adopt_rule_clear(struct bw_adopt_rule *rule)
{
    free(rule->platform);
    free(rule->account);
    free(rule->technique);
    free(rule->match);
    free(rule->pick);
    free(rule->owner);
    free(rule->name);
}

void bw_settings_clear(struct bw_settings *settings)
{
    free(settings->file);
    free(settings->state_dir);
    free(settings->socket);
    free(settings->read_group);
    free(settings->write_group);
    bw_secret_ref_clear(&settings->metrics_token);
    bw_policy_clear(&settings->policy);
    BW_VEC_CLEAR(&settings->sources, bw_source_settings_clear);
    BW_VEC_CLEAR(&settings->sinks, bw_sink_settings_clear);
    BW_VEC_CLEAR(&settings->triggers, bw_sink_settings_clear);
    BW_VEC_CLEAR(&settings->adopt, bw_adopt_rule_clear);
    bw_deployments_clear(&settings->deployments);
    *settings = (struct bw_settings){ 0 };
}

struct bw_settings *bw_settings_share(struct bw_settings *settings)
{
    (void)atomic_fetch_add(&settings->shares, 1);
    return settings;
}

void bw_settings_free(struct bw_settings *settings)
{
    if (settings == NULL || atomic_fetch_sub(&settings->shares, 1) > 0) {
        return;
    }
    bw_settings_clear(settings);
    free(settings);
}

const struct bw_source_settings *bw_settings_source(const struct bw_settings *settings,
                                                    const char *name)
{
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        if (strcmp(source->name, name) == 0) {
            return source;
        }
    }
    return NULL;
}

const struct bw_sink_settings *bw_settings_sink(const struct bw_settings *settings,
                                                const char *name)
{
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        if (strcmp(sink->name, name) == 0) {
            return sink;
        }
    }
    return NULL;
}

const struct bw_sink_settings *bw_settings_trigger(const struct bw_settings *settings,
                                                   const char *name)
{
    BW_VEC_EACH(const struct bw_sink_settings, trigger, &settings->triggers)
    {
        if (strcmp(trigger->name, name) == 0) {
            return trigger;
        }
    }
    return NULL;
}

static bool any_fits(const struct bw_names *patterns, const char *text)
{
    BW_VEC_EACH(char *, pattern, patterns)
    {
        if (bw_str_glob(*pattern, text == NULL ? "" : text)) {
            return true;
        }
    }
    return patterns->count == 0;
}

static bool wants(const struct bw_sink_filter *only, const struct bw_sink_topic *topic)
{
    return any_fits(&only->owners, topic->owner) && any_fits(&only->platforms, topic->platform) &&
           (only->severities == 0 || (only->severities & topic->severity) != 0) &&
           (only->kinds == 0 || (only->kinds & topic->kind) != 0);
}

bool bw_settings_routes(const struct bw_settings *settings, const struct bw_sink_settings *sink,
                        const struct bw_sink_topic *topic)
{
    bool taken = false;
    BW_VEC_EACH(const struct bw_sink_settings, other, &settings->sinks)
    {
        taken = taken || (!other->catch_all && wants(&other->only, topic));
    }
    return wants(&sink->only, topic) && !(sink->catch_all && taken);
}
