/* daemon/domain/scan_naming.c: is an id somebody's name for a deployment? See scan_rules.h. */
#include "domain/scan_rules.h"

#include <string.h>

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

static bool azure_client(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    struct bw_slice call = bw_scan_any_call(c);
    if (any(call, "|azure|") ||
        (frame_of(c, 0)->open == '(' && any(frame_of(c, 0)->head, "|azure|"))) {
        return true;
    }
    if (!signs->azure || bw_slice_contains(call, "OpenAI")) { /* says that it is another one */
        return false;
    }
    bool model = any(c->key, "|model|engine|deployment|") || call.size > 0;
    return is_azure_variable(c->file->text, receiver(call)) || (!signs->other_client && model);
}

/* LiteLLM: model_name is what callers say; so are the names its fallbacks list. */
static bool litellm_name(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    if (!signs->litellm) {
        return false;
    }
    bool bound = bw_slice_starts(c->key, "model_name") || bw_slice_starts(c->key, "modelName");
    if (bound || c->key.size > 0) {
        return bound;
    }
    BW_CLEANUP(bw_freep) char *text = bw_xstrndup(c->id.at, c->id.size);
    BW_CLEANUP(bw_freep) char *plain = bw_xasprintf("model_name: %s\n", text);
    BW_CLEANUP(bw_freep) char *quoted = bw_xasprintf("model_name: \"%s\"", text);
    return c->prefix.size == 0 &&
           (bw_slice_contains(c->file->text, plain) || bw_slice_contains(c->file->text, quoted));
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
    static const char *const PREFIXES[] = { "azure/", "azure:", "/deployments/",
                                            "azureopenai:", "azure_text/" };
    for (size_t i = 0; i < BW_COUNT(PREFIXES); i++) {
        if (bw_slice_contains(c->prefix, PREFIXES[i])) {
            return true;
        }
    }
    bool named = any(c->key, BW_DEPLOYED_WORDS) && !bw_scan_words_last(c->key, "|model|");
    bool parent = c->parent_count > 0 && bw_slice_starts(c->key, "name") &&
                  any(c->parents[0], BW_DEPLOYED_WORDS);
    return named || parent || bw_slice_starts(c->id, "azure/") || litellm_name(c, signs) ||
           azure_resource(c) || azure_client(c, signs);
}
