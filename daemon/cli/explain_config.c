/* daemon/cli/explain_config.c: see explain_config.h. */
#include "cli/explain_config.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/instant.h"
#include "cli/explain_sink.h"
#include "base/str.h"
#include "domain/eval_job.h"

/* scheme://host:port, without a user's name and password. */
static void append_origin(struct bw_str *out, const char *url)
{
    const char *host = strstr(url, "://");
    host = host == NULL ? url : host + 3;
    size_t size = strcspn(host, "/?#");
    const char *user_end = memrchr(host, '@', size);
    bw_str_append_bytes(out, url, (size_t)(host - url));
    if (user_end != NULL) {
        size -= (size_t)(user_end + 1 - host);
        host = user_end + 1;
    }
    bw_str_append_bytes(out, host, size);
}

static void append_where(struct bw_str *out, const char *url)
{
    if (url == NULL) {
        bw_str_append(out, "talks to an address that is no part of this file");
    } else if (strncmp(url, "file://", 7) == 0) {
        bw_str_appendf(out, "reads the file %s and talks to nobody", url + 7);
    } else {
        bw_str_append(out, "talks to ");
        append_origin(out, url);
    }
}

static void append_secret(struct bw_str *out, const char *what, const struct bw_secret_ref *ref)
{
    switch (ref->kind) {
    case BW_SECRET_NONE:
        break;
    case BW_SECRET_FILE:
        bw_str_appendf(out, "; %s from the file %s", what, ref->file);
        break;
    case BW_SECRET_COMMAND:
        bw_str_appendf(out, "; %s printed by %s", what, ref->argv.items[0]);
        break;
    }
}

static void explain_source(const struct bw_source_settings *source, struct bw_str *out)
{
    char every[BW_INSTANT_TEXT];
    bw_str_appendf(out, "source %s: ", source->name);
    append_where(out, source->url);
    bw_str_appendf(out, " every %s; plugin %s; models of %s",
                   bw_duration_format(source->every_ms, every), source->plugin, source->platform);
    if (source->account[0] != '\0') {
        bw_str_appendf(out, ", account %s", source->account);
    }
    if (source->region[0] != '\0') {
        bw_str_appendf(out, ", region %s", source->region);
    }
    append_secret(out, "credential", &source->credential);
    bw_str_append(out, "\n");
}

static void explain_sink(const struct bw_sink_settings *sink, struct bw_str *out)
{
    bw_str_appendf(out, "sink %s: ", sink->name);
    if (sink->url != NULL) {
        append_where(out, sink->url);
    } else {
        bw_str_append(out, "talks");
    }
    bw_str_appendf(out, " when a notice opens, changes or ends; plugin %s", sink->plugin);
    append_secret(out, "url", &sink->url_secret);
    append_secret(out, "address", &sink->url_secret);
    append_secret(out, "secret", &sink->secret);
    append_secret(out, "old secret", &sink->old_secret);
    bw_explain_sink(sink, out);
    bw_str_append(out, "\n");
}

static void explain_trigger(const struct bw_sink_settings *trigger, struct bw_str *out)
{
    bw_str_appendf(out, "trigger %s: ", trigger->name);
    append_where(out, trigger->url);
    bw_str_appendf(out, " to run a suite; plugin %s", trigger->plugin);
    append_secret(out, "credential", &trigger->secret);
    bw_str_append(out, "\n");
}

static void explain_rule(const struct bw_adopt_rule *rule, struct bw_str *out)
{
    bw_str_appendf(out, "adopt: %sfindings on %s that fit %s",
                   rule->pick == NULL ? "" : "the newest of ", rule->platform, rule->match);
    if (rule->account != NULL) {
        bw_str_appendf(out, ", of accounts that fit %s,", rule->account);
    }
    bw_str_appendf(out, " become deployments called %s",
                   rule->name != NULL   ? rule->name
                   : rule->pick != NULL ? "{suffix}@{base}"
                                        : "{model}");
    if (rule->technique != NULL) {
        bw_str_appendf(out, ", %s", rule->technique);
    }
    if (rule->owner != NULL) {
        bw_str_appendf(out, " for %s", rule->owner);
    }
    bw_str_append(out, "\n");
}

/* A feed that names no account or region speaks of all. */
static bool fits(const char *wanted, const char *polled, bool feed)
{
    return wanted[0] == '\0' || strcmp(wanted, polled) == 0 || (feed && polled[0] == '\0');
}

static bool polls(const struct bw_source_settings *source, const struct bw_deployment *deployment)
{
    bool feed = bw_source_settings_kind(source) != BW_SOURCE_OWN;
    return strcmp(source->platform, deployment->platform) == 0 &&
           fits(deployment->account, source->account, feed) &&
           fits(deployment->region, source->region, feed);
}

static const struct bw_source_settings *source_of(const struct bw_settings *settings,
                                                  const struct bw_deployment *deployment)
{
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        if (polls(source, deployment)) {
            return source;
        }
    }
    return NULL;
}

static void explain_deployment(const struct bw_settings *settings,
                               const struct bw_deployment *deployment, struct bw_str *out)
{
    const struct bw_source_settings *source = source_of(settings, deployment);
    bw_str_appendf(out, "deployment %s: %s on %s; successors of %s", deployment->name,
                   bw_technique_word(deployment->technique), deployment->platform,
                   deployment->base == NULL ? deployment->match : deployment->base);
    if (source == NULL) {
        bw_str_append(out, " are looked for nowhere");
    } else {
        bw_str_appendf(out, " are looked for in %s", source->name);
    }
    if (deployment->owner[0] != '\0') {
        bw_str_appendf(out, "; owner %s", deployment->owner);
    }
    if (deployment->lead_days >= 0) {
        bw_str_appendf(out, "; needs %" PRId64 " days before a deadline", deployment->lead_days);
    }
    bw_str_append(out, "\n");
}

void bw_config_explain(const struct bw_settings *settings, struct bw_str *out)
{
    if (settings->metrics_port != 0) {
        bw_str_appendf(out, "metrics: listens on 127.0.0.1:%" PRId64, settings->metrics_port);
        append_secret(out, "token", &settings->metrics_token);
        bw_str_append(out, "\n");
    }
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        explain_source(source, out);
    }
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        explain_sink(sink, out);
    }
    BW_VEC_EACH(const struct bw_sink_settings, trigger, &settings->triggers)
    {
        explain_trigger(trigger, out);
    }
    BW_VEC_EACH(const struct bw_adopt_rule, rule, &settings->adopt)
    {
        explain_rule(rule, out);
    }
    BW_VEC_EACH(const struct bw_deployment, deployment, &settings->deployments)
    {
        explain_deployment(settings, deployment, out);
    }
}

static bool has_webhook(const struct bw_settings *settings)
{
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        if (strcmp(sink->plugin, "webhook") == 0) {
            return true;
        }
    }
    return false;
}

static bool somebody_hears(const struct bw_settings *settings, const struct bw_sink_topic *topic)
{
    bool heard = false;
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        heard = heard || bw_settings_routes(settings, sink, topic);
    }
    return heard;
}

/* Every kind and severity counts as one that some sink may want. */
static void doubt_routes(const struct bw_settings *settings, struct bw_names *warnings)
{
    const struct bw_sink_topic outage = { .owner = "",
                                          .severity = 1U << BW_SEVERITY_ACT,
                                          .kind = 1U << BW_NOTICE_SINK_FAILING };
    if (!somebody_hears(settings, &outage)) {
        BW_VEC_PUSH(warnings, bw_xstrdup("no sink hears of sources and sinks that fail: each has "
                                         "`only`; add one with catch_all: true"));
    }
    const char *told_of = NULL; /* deployments of one owner often stand together */
    BW_VEC_EACH(const struct bw_deployment, deployment, &settings->deployments)
    {
        const struct bw_sink_topic topic = { .owner = deployment->owner,
                                             .platform = deployment->platform,
                                             .tags = &deployment->tags,
                                             .technique = 1U << deployment->technique,
                                             .severity = UINT_MAX,
                                             .kind = UINT_MAX };
        if (!bw_str_equal(told_of, deployment->owner) && !somebody_hears(settings, &topic)) {
            told_of = deployment->owner;
            BW_VEC_PUSH(warnings, bw_xasprintf("deployment '%s' of owner '%s': no sink hears of "
                                               "it; add one with catch_all: true",
                                               deployment->name, deployment->owner));
        }
    }
}

/* Is there a source of that plugin for the same platform (and scope) whose url ends so? */
static bool has_source(const struct bw_settings *settings, const struct bw_source_settings *of,
                       const char *plugin, const char *end, bool same_scope)
{
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        bool there = !same_scope || (strcmp(source->account, of->account) == 0 &&
                                     strcmp(source->region, of->region) == 0);
        if (there && strcmp(source->plugin, plugin) == 0 &&
            strcmp(source->platform, of->platform) == 0 && bw_str_ends_with(source->url, end)) {
            return true;
        }
    }
    return false;
}

/* What an account has rests on bases that another source lists; they meet in one scope. */
static void doubt_source(const struct bw_settings *settings,
                         const struct bw_source_settings *source, struct bw_names *warnings)
{
    static const char everybody[] = "/accounts/fireworks";
    if (strcmp(source->plugin, "fireworks") == 0 && !bw_str_ends_with(source->url, everybody) &&
        !has_source(settings, source, "fireworks", everybody, true)) {
        BW_VEC_PUSH(warnings,
                    bw_xasprintf("source '%s': the bases of its fine-tunes are listed by the account "
                                 "fireworks; add a source whose url ends with %s, with the same "
                                 "account and region or without both",
                                 source->name, everybody));
    }
    if (strcmp(source->plugin, "azure") == 0 &&
        has_source(settings, source, "azure-arm", "", false) &&
        !has_source(settings, source, "azure-arm", "", true)) {
        BW_VEC_PUSH(warnings,
                    bw_xasprintf("source '%s': no source of azure-arm has its account and region, so "
                                 "what one of them lists the other one does not know; give both the "
                                 "same, or neither any",
                                 source->name));
    }
}

void bw_config_doubt(const struct bw_settings *settings, struct bw_names *warnings)
{
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        doubt_source(settings, source, warnings);
    }
    BW_VEC_EACH(const struct bw_deployment, deployment, &settings->deployments)
    {
        if (source_of(settings, deployment) == NULL) {
            BW_VEC_PUSH(warnings,
                        bw_xasprintf(
                            "deployment '%s': no source polls '%s'%s%s%s%s; add one, or its "
                            "state stays unknown",
                            deployment->name, deployment->platform,
                            deployment->account[0] == '\0' ? "" : ", account ", deployment->account,
                            deployment->region[0] == '\0' ? "" : ", region ", deployment->region));
        }
        if (bw_str_equal(deployment->evals.trigger, BW_STARTER_CI) && !has_webhook(settings)) {
            BW_VEC_PUSH(warnings,
                        bw_xasprintf("deployment '%s': evals.trigger is ci, and no webhook sink "
                                     "would tell a CI of a job; add one", deployment->name));
        }
    }
    if (settings->sinks.count == 0 && settings->deployments.count > 0) {
        BW_VEC_PUSH(warnings,
                    bw_xstrdup("no sink is configured: notices are kept, and nobody is told"));
    } else if (settings->sinks.count > 0) {
        doubt_routes(settings, warnings);
    }
}
