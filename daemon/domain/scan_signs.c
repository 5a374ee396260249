/* daemon/domain/scan_signs.c: see scan_signs.h. */
#include "domain/scan_signs.h"

#include <ctype.h>
#include <string.h>

#include "domain/scan_rules.h"

enum { SHORT_ID = 6 }; /* bytes */

static size_t count_of(struct bw_slice text, const char *what)
{
    size_t count = 0;
    size_t width = strlen(what);
    const char *end = text.at + text.size;
    for (const char *at = text.at; text.size > 0 && at < end; count++) {
        at = memmem(at, (size_t)(end - at), what, width);
        if (at == NULL) {
            break;
        }
        at += width;
    }
    return count;
}

static bool speaks(struct bw_slice text)
{
    static const char *const SIGNS[] = {
        "openai",
        "OpenAI",
        "OPENAI",
        "anthropic",
        "Anthropic",
        "ANTHROPIC",
        "claude",
        "gpt-",
        "gemini",
        "LLM",
        "llm",
        "perplexity",
        "Perplexity",
        "PERPLEXITY",
        "langchain",
        "mistral",
        "bedrock",
        "openrouter",
        "groq",
        "ollama",
        "max_tokens",
        "maxTokens",
        "chat.completions",
        "chat/completions",
        "system_prompt",
        "systemPrompt",
        "ChatCompletion",
        "promptfoo",
    };
    for (size_t i = 0; i < BW_COUNT(SIGNS); i++) {
        if (bw_slice_contains(text, SIGNS[i])) {
            return true;
        }
    }
    return false;
}

/* Clients that are made, Azure's and others. */
static void find_clients(struct bw_slice text, struct bw_scan_signs *out)
{
    static const char *const AZURE[] = { "AzureOpenAI", "AzureChatOpenAI", "AzureOpenAi",
                                         "AzureAIChat", "AzureChatCompletion" };
    size_t azure = 0;
    for (size_t i = 0; i < BW_COUNT(AZURE); i++) {
        azure += count_of(text, AZURE[i]);
    }
    bool api = bw_slice_contains(text, "api_type") || bw_slice_contains(text, "apiType") ||
               bw_slice_contains(text, "API_TYPE");
    size_t clients = count_of(text, "OpenAI(") + count_of(text, "OpenAi(");
    size_t azure_clients = count_of(text, "AzureOpenAI(") + count_of(text, "AzureChatOpenAI(");
    out->azure = azure > 0 || api || bw_slice_contains(text, "createAzure");
    out->other_client = clients > azure_clients || bw_slice_contains(text, "Anthropic(") ||
                        bw_slice_contains(text, "new ChatClient(");
}

struct bw_scan_signs bw_scan_signs_of(const struct bw_scan_file *file)
{
    struct bw_slice text = file->text;
    struct bw_slice path = { file->path, strlen(file->path) };
    bool json = file->syntax->language == BW_LANG_JSON;
    struct bw_scan_signs out = {
        .language_models = any(path, BW_SPEAKING_WORDS) || speaks(text),
        .litellm = bw_slice_contains(text, "litellm_params"),
        .recorded = json && (bw_slice_contains(text, "\"chat.completion") ||
                             bw_slice_contains(text, "\"prompt_tokens\":") ||
                             bw_slice_contains(text, "\"stop_reason\":")),
    };
    if (bw_slice_contains(text, "Azure") || bw_slice_contains(text, "azure")) {
        find_clients(text, &out);
    }
    return out;
}

/* ---- does it count? ---- */

static bool is_plain_word(struct bw_slice id)
{
    for (size_t i = 0; i < id.size; i++) {
        if (isalpha((unsigned char)id.at[i]) == 0) {
            return false;
        }
    }
    return true;
}

/* gpt-5, grok-4, glm-5: a word and a number, which nothing but a model is called. */
static bool speaks_for_itself(struct bw_slice id)
{
    const char *dash = memchr(id.at, '-', id.size);
    return dash != NULL && dash - id.at >= 3 && any(id, "|gpt|grok|glm|phi|qwen|qwq|claude|kimi|");
}

/* The name that is bound or compared, the call, the map or list around, the heading above. */
static bool beside_model(const struct bw_scan_context *c)
{
    struct bw_slice name = bw_scan_last_name(c->before);
    if (any(c->key, BW_MODEL_WORDS) || any(name, BW_MODEL_WORDS) || bw_scan_names_vendor(c)) {
        return true;
    }
    if (c->spot.comment || c->file->place == BW_SCAN_DOC || language_is(c, BW_LANG_TEXT)) {
        return false;
    }
    if (any(c->before, BW_MODEL_WORDS) || any(bw_scan_direct_call(c), BW_CLIENT_WORDS)) {
        return true;
    }
    for (size_t i = 0; i < 2 && i < c->frame_count; i++) {
        if (any(c->frames[i].name, BW_MODEL_WORDS)) {
            return true;
        }
        if (!c->frames[i].data && i == 0) { /* getenv("MODEL", ..), add_argument("--model", ..) */
            struct bw_slice body = c->frames[i].body;
            return any(bw_slice_of(body.at, 0, (size_t)(c->id.at - body.at)), BW_MODEL_WORDS);
        }
    }
    bool word = is_plain_word(c->id) && !c->listed; /* `mode: auto` below `llm:` */
    for (size_t i = 0; i < 2 && i < c->parent_count && !word; i++) {
        if (any(c->parents[i], BW_MODEL_WORDS)) {
            return true;
        }
    }
    return bw_slice_starts(bw_slice_trim(c->line), "case ");
}

/* In quotes of its own, in a list or map where something that needs no proof stands as well. */
static bool beside_others(const struct bw_scan_context *c)
{
    bool whole = c->spot.in_string && c->prefix.size == 0 && c->suffix.size == 0;
    return whole && frame_of(c, 0)->data && speaks_for_itself(c->id) &&
           (count_of(frame_of(c, 0)->body, "gpt-") + count_of(frame_of(c, 0)->body, "claude-") +
            count_of(frame_of(c, 0)->body, "gemini-") + count_of(frame_of(c, 0)->body, "grok-")) >
               1;
}

/* `model: sonar`, and not `our model hears the sonar of ships`. */
static bool is_whole_value(const struct bw_scan_context *c)
{
    if (c->prefix.size > 0 && !bw_scan_names_vendor(c)) {
        return false;
    }
    bool ends = c->trail.size == 0 || strchr("#,;)]}'\"/|&:.", c->trail.at[0]) != NULL;
    return c->spot.in_string ? c->suffix.size == 0
                             : ends && (c->key.size > 0 || c->listed || c->frame_count > 0);
}

bool bw_scan_counts(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    if (c->id.size > SHORT_ID && !is_plain_word(c->id)) {
        return true;
    }
    if (!beside_model(c)) {
        return beside_others(c);
    }
    if (is_plain_word(c->id) && !is_whole_value(c)) {
        return false;
    }
    /* `sensor_model: sonar` */
    return speaks_for_itself(c->id) || signs->language_models || any(c->key, BW_SPEAKING_WORDS) ||
           bw_scan_names_vendor(c);
}
