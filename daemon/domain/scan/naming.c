/* daemon/domain/scan/naming.c: is an id somebody's name for a deployment? See rules.h. */
#include "domain/scan/rules.h"

#include <string.h>

/* Files that make no client: what they say of Azure they say section by section. */
static bool is_settings(const struct bw_scan_context *c)
{
    return language_is(c, BW_LANG_JSON) || language_is(c, BW_LANG_YAML) ||
           language_is(c, BW_LANG_SETTINGS) || language_is(c, BW_LANG_TERRAFORM);
}

/* client in `await client.chat.completions.create(`. */
static struct bw_slice receiver(struct bw_slice call)
{
    static const char *const PARTS[] = { ".chat",       ".completions", ".responses",    ".beta",
                                         ".embeddings", ".images",      ".GetChatClient" };
    for (size_t i = 0; i < BW_COUNT(PARTS); i++) {
        const char *at =
            call.size == 0 ? NULL : memmem(call.at, call.size, PARTS[i], strlen(PARTS[i]));
        if (at != NULL) {
            return bw_scan_last_part(bw_slice_of(call.at, 0, (size_t)(at - call.at)));
        }
    }
    return (struct bw_slice){ "", 0 };
}

/* Is there a line that names both the variable and Azure? */
static bool is_azure_variable(struct bw_slice text, struct bw_slice name)
{
    const char *end = text.at + text.size;
    for (const char *at = text.at; name.size > 0 && at < end;) {
        at = memmem(at, (size_t)(end - at), "Azure", 5);
        if (at == NULL) {
            return false;
        }
        const char *line = at;
        while (line > text.at && line[-1] != '\n') {
            line--;
        }
        struct bw_slice left = bw_slice_of(line, 0, (size_t)(at - line));
        const char *found = left.size == 0 ? NULL : memmem(left.at, left.size, name.at, name.size);
        if (found != NULL && (bw_slice_contains(left, "=") || bw_slice_contains(left, "as "))) {
            return found == line || !bw_model_id_char(found[-1]) || found[-1] == '.';
        }
        at += 5;
    }
    return false;
}

/* `provider: azure` beside the id, or a section of that name: the model goes by the deployment's
 * name, unless that is said as well. */
static bool in_azure_section(const struct bw_scan_context *c)
{
    char room[BW_SCAN_MEMBERS_BYTES];
    struct bw_slice members = bw_scan_members(c, 1, room);
    bool azure = any(members, "|azure|") && any(members, "|provider|");
    members = bw_scan_members(c, 0, room);
    azure = azure || any(members, "|azure|");
    for (size_t i = 0; i < c->frame_count && is_settings(c); i++) {
        azure = azure || any(c->frames[i].name, "|azure|");
    }
    for (size_t i = 0; i < c->parent_count && is_settings(c); i++) {
        azure = azure || any(c->parents[i], "|azure|");
    }
    return azure && bw_scan_words_last(c->key, "|model|name|engine|modelname|") &&
           !any(members, BW_DEPLOYED_WORDS);
}

static bool azure_client(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    struct bw_slice call = bw_scan_any_call(c);
    if (any(call, "|azure|") ||
        (frame_of(c, 0)->open == '(' && any(frame_of(c, 0)->head, "|azure|"))) {
        return true;
    }
    if (!signs->azure || is_settings(c) || bw_slice_contains(call, "OpenAI") ||
        bw_slice_contains(call, "OpenAi")) { /* says that it is another one */
        return false;
    }
    bool model = any(c->key, "|model|engine|deployment|") || call.size > 0;
    return is_azure_variable(c->file->text, receiver(call)) || (!signs->other_client && model);
}

/* Does the text say `model_name: id` somewhere, as YAML, JSON or Python do? */
static bool is_model_name(struct bw_slice text, struct bw_slice id)
{
    const char *end = text.at + text.size;
    for (const char *at = text.at; at < end; at += id.size) {
        at = memmem(at, (size_t)(end - at), id.at, id.size);
        if (at == NULL) {
            return false;
        }
        struct bw_slice before = bw_slice_of(text.at, 0, (size_t)(at - text.at));
        while (before.size > 0 && strchr("\"' :=", before.at[before.size - 1]) != NULL) {
            before.size--;
        }
        if (bw_slice_ends(before, "model_name") &&
            bw_model_id_alone(text.at, text.size, (size_t)(at - text.at), id.size)) {
            return true;
        }
    }
    return false;
}

static bool in_fallbacks(const struct bw_scan_context *c)
{
    static const char FALLBACKS[] = "|fallbacks|fallback|";
    bool out = false;
    for (size_t i = 0; i < c->frame_count; i++) {
        out = out || any(c->frames[i].head, FALLBACKS);
    }
    for (size_t i = 0; i < c->parent_count; i++) {
        out = out || any(c->parents[i], FALLBACKS);
    }
    return out;
}

/* LiteLLM: model_name is what callers say; so are the names its fallbacks list. */
static bool litellm_name(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    if (!signs->litellm) {
        return false;
    }
    bool bound = bw_slice_starts(c->key, "model_name") || bw_slice_starts(c->key, "modelName");
    if (bound || (c->key.size > 0 && !any(bw_scan_any_call(c), "|router|"))) {
        return bound;
    }
    if (is_settings(c) && c->prefix.size == 0 && c->key.size == 0 && in_fallbacks(c)) {
        return true;
    }
    bool item = c->listed || frame_of(c, 0)->open == '[' || c->key.size > 0;
    return item && c->prefix.size == 0 && is_model_name(c->file->text, c->id);
}

/* azurerm_cognitive_deployment { name = "x"  model { name = "x" } }, and the same in Bicep. */
static bool azure_resource(const struct bw_scan_context *c)
{
    if (!bw_slice_starts(c->key, "name") || any(frame_of(c, 0)->head, "|model|")) {
        return false;
    }
    return any(frame_of(c, 0)->head, "|deployment|deployments|") ||
           any(frame_of(c, 1)->head, "|deployment|deployments|");
}

bool bw_scan_is_deployment_name(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    if (any(frame_of(c, 0)->name, "|model|") && frame_of(c, 0)->data &&
        bw_slice_starts(c->key, "name")) {
        return false; /* model: { name: X }, whatever it is deployed as */
    }
    static const char *const PREFIXES[] = { "azure/", "azure:", "/deployments/",
                                            "azureopenai:", "azure_text/" };
    for (size_t i = 0; i < BW_COUNT(PREFIXES); i++) {
        if (bw_slice_contains(c->prefix, PREFIXES[i])) {
            return true;
        }
    }
    const struct bw_scan_enclosing *map = frame_of(c, 0);
    bool mapped = map->data && map->open == '{' && any(map->name, BW_DEPLOYED_WORDS) &&
                  !any(c->key, "|model|");
    struct bw_slice subject =
        c->key.size > 0 && !any(c->key, "|default|value|") ? c->key : bw_scan_subject(c);
    bool named = any(subject, BW_DEPLOYED_WORDS) && !bw_scan_words_last(subject, "|model|");
    bool parent = c->parent_count > 0 && bw_slice_starts(c->key, "name") &&
                  any(c->parents[0], BW_DEPLOYED_WORDS);
    return named || mapped || parent || bw_slice_starts(c->id, "azure/") ||
           litellm_name(c, signs) || azure_resource(c) || in_azure_section(c) ||
           azure_client(c, signs);
}
