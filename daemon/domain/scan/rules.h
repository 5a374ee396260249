/* daemon/domain/scan/rules.h: the questions that settle what an id is there for, one file each, and
 * what they share. Internal to the scanner. */
#ifndef BW_DOMAIN_SCAN_RULES_H
#define BW_DOMAIN_SCAN_RULES_H
#include <stdbool.h>

#include "domain/scan/context.h"
#include "domain/scan/signs.h"
#include "domain/scan/words.h"

enum { BW_SCAN_MEMBERS_BYTES = 600 };

/* In the order they are asked; each presumes that the ones before it said no. */
bool bw_scan_is_compared(const struct bw_scan_context *context);
bool bw_scan_is_deployment_name(const struct bw_scan_context *context,
                                const struct bw_scan_signs *signs);
bool bw_scan_is_alias(const struct bw_scan_context *context); /* a part of the next */
bool bw_scan_is_listed(const struct bw_scan_context *context);
bool bw_scan_is_called(const struct bw_scan_context *context);

/* What stands beside the id in its map, or in one so many brackets further out, without the maps
 * and lists inside: at most so many bytes.
 * Ownership: it points into out. */
struct bw_slice bw_scan_members(const struct bw_scan_context *context, size_t depth,
                                char out[BW_SCAN_MEMBERS_BYTES]);

/* - name: OPENAI_MODEL
 *   value: gpt-4o          what `value` is the value of; empty: not said */
struct bw_slice bw_scan_named_beside(const struct bw_scan_context *context);

/* Does the file loop over what is bound to the name, `for m in MODELS:`, `for (const m of models)`;
 * does it ask whether something is in it, `if m in MODELS`, MODELS.includes(m)? */
bool bw_scan_is_looped_over(const struct bw_scan_context *context, struct bw_slice bound);
bool bw_scan_is_asked(const struct bw_scan_context *context, struct bw_slice bound);

/* What a default value is the default of, or a `value` the value of: the first argument of the
 * call, getenv("EMBED_MODEL", id), or the name beside it; empty: not said. */
struct bw_slice bw_scan_subject(const struct bw_scan_context *context);

/* Words of names (words.h). What holds a model: */
#define BW_MODEL_WORDS "|model|models|engine|engines|deployment|deployments|llm|llms|"
/* ... what makes one, openai("o1"); */
#define BW_CLIENT_WORDS                                                                            \
    "|openai|anthropic|perplexity|google|groq|mistral|bedrock|azure|xai|deepseek|openrouter|chat|"
/* ... what is about language models; */
#define BW_SPEAKING_WORDS                                                                          \
    "|llm|llms|gpt|openai|anthropic|claude|gemini|perplexity|pplx|mistral|bedrock|openrouter|"     \
    "groq|ollama|langchain|litellm|chatgpt|completions|agent|agents|chatbot|rag|"
/* ... a map or list of what there is, even where the id is the value of `model:` inside; */
#define BW_LISTING_WORDS                                                                           \
    "|allowed|allowlist|whitelist|supported|available|choices|pricing|prices|price|costs|catalog|" \
    "catalogue|registry|aliases|deprecated|deprecations|blocklist|denylist|blacklist|retired|"     \
    "blocked|banned|forbidden|permitted|excluded|allow|deny|"
/* ... what makes a set or list of its arguments; */
#define BW_SET_WORDS                                                                               \
    "|set|frozenset|hashset|list|tuple|of|aslist|freeze|array|vec|enum|setof|listof|arrayof|seq|"
/* ... and what the team calls a deployment. */
#define BW_DEPLOYED_WORDS "|deployment|deployments|deploymentname|deploymentid|served|"

static inline bool any(struct bw_slice text, const char *list)
{
    return bw_scan_words_any(text, list);
}

static inline bool language_is(const struct bw_scan_context *context,
                               enum bw_scan_language language)
{
    return context->file->syntax->language == language;
}

/* The brackets around, innermost first; an empty one beyond the outermost. */
static inline const struct bw_scan_enclosing *frame_of(const struct bw_scan_context *context,
                                                       size_t at)
{
    static const struct bw_scan_enclosing none = {
        .head = { "", 0 }, .name = { "", 0 }, .body = { "", 0 }, .tail = { "", 0 }
    };
    return at < context->frame_count ? &context->frames[at] : &none;
}
#endif
