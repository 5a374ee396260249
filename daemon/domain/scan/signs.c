/* daemon/domain/scan/signs.c: see signs.h. */
#include "domain/scan/signs.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "domain/scan/rules.h"

enum {
    SHORT_ID = 6,    /* bytes */
    KEY_BYTES = 120, /* how far behind a client its key is looked for */
};

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

static bool in_word(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_';
}

/* Is a name with the vendor's in it called, as in ChatOpenAI( or OpenAiChatModel.builder(), and is
 * it not Azure's? OpenAIClient( is, when it is given Azure's key. */
static bool makes_client(struct bw_slice text, const char *vendor)
{
    const char *end = text.at + text.size;
    size_t width = strlen(vendor);
    for (const char *at = text.at; at < end; at += width) {
        at = memmem(at, (size_t)(end - at), vendor, width);
        if (at == NULL) {
            return false;
        }
        const char *from = at;
        const char *to = at + width;
        while (from > text.at && in_word(from[-1])) {
            from--;
        }
        while (to < end && in_word(*to)) {
            to++;
        }
        struct bw_slice name = bw_slice_of(from, 0, (size_t)(to - from));
        struct bw_slice rest =
            bw_slice_of(to, 0, end - to < KEY_BYTES ? (size_t)(end - to) : KEY_BYTES);
        bool called = bw_slice_starts(rest, "(") || bw_slice_starts(rest, ".builder") ||
                      bw_slice_starts(rest, ".new");
        bool azure = bw_slice_contains(name, "Azure") ||
                     (bw_slice_ends(name, "Client") && bw_slice_contains(rest, "Azure"));
        if (called && !azure) {
            return true;
        }
    }
    return false;
}

/* Clients that are made, Azure's and others. */
static void find_clients(struct bw_slice text, struct bw_scan_signs *out)
{
    static const char *const AZURE[] = {
        "AzureOpenAI", "AzureChatOpenAI",     "AzureOpenAi",
        "AzureAIChat", "AzureChatCompletion", "AzureKeyCredential"
    };
    for (size_t i = 0; i < BW_COUNT(AZURE); i++) {
        out->azure = out->azure || bw_slice_contains(text, AZURE[i]);
    }
    bool api = bw_slice_contains(text, "api_type") || bw_slice_contains(text, "apiType") ||
               bw_slice_contains(text, "API_TYPE");
    out->azure = out->azure || api || bw_slice_contains(text, "createAzure");
    out->other_client = makes_client(text, "OpenAI") || makes_client(text, "OpenAi") ||
                        makes_client(text, "Anthropic") ||
                        bw_slice_contains(text, "new ChatClient(") ||
                        bw_slice_contains(text, "@ai-sdk/openai") ||
                        bw_slice_contains(text, "@ai-sdk/anthropic") ||
                        bw_slice_contains(text, "@ai-sdk/google") ||
                        bw_slice_contains(text, "api.openai.com");
}

bool bw_scan_is_answer(struct bw_slice text)
{
    return bw_slice_contains(text, "\"chat.completion") ||
           bw_slice_contains(text, "\"prompt_tokens\":") ||
           bw_slice_contains(text, "\"stop_reason\":");
}

struct bw_scan_signs bw_scan_signs_of(const struct bw_scan_file *file)
{
    struct bw_slice text = file->text;
    struct bw_slice path = { file->path, strlen(file->path) };
    bool json = file->syntax->language == BW_LANG_JSON;
    struct bw_scan_signs out = {
        .language_models = any(path, BW_SPEAKING_WORDS) || speaks(text),
        .litellm = bw_slice_contains(text, "litellm_params"),
        /* An exported flow may carry an answer with it. */
        .recorded = json && bw_scan_is_answer(text) && !bw_slice_contains(text, "\"nodes\":"),
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

/* What else has a model, and is called by a plain word. */
static const char THINGS[] =
    "|sensor|sensors|device|devices|hardware|vehicle|car|camera|printer|probe|drone|boat|vessel|"
    "detector|scanner|microphone|radar|lidar|browser|shell|theme|";

/* `SonarModel: "sonar"` */
static bool key_repeats(const struct bw_scan_context *c)
{
    char word[BW_SCAN_WORD_MAX];
    for (size_t at = 0; bw_scan_words_next(c->key, &at, word);) {
        if (strlen(word) == c->id.size && strncasecmp(word, c->id.at, c->id.size) == 0) {
            return true;
        }
    }
    return false;
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
        if (!c->frames[i].data && c->frames[i].open == '(' &&
            i == 0) { /* getenv("MODEL", ..), add_argument("--model", ..) */
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
    struct bw_slice line = bw_slice_trim(c->line);
    return bw_slice_starts(line, "case ") || bw_slice_starts(line, "when ") ||
           any(bw_scan_named_beside(c), BW_MODEL_WORDS);
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

/* `engine = brave`: a variable, where values stand in quotes. */
static bool is_name(const struct bw_scan_context *c)
{
    return !c->spot.in_string && !c->spot.comment &&
           (language_is(c, BW_LANG_PYTHON) || language_is(c, BW_LANG_SCRIPT) ||
            language_is(c, BW_LANG_C));
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
    if (is_name(c)) {
        return false;
    }
    if (!beside_model(c)) {
        return beside_others(c);
    }
    if (is_plain_word(c->id) && !is_whole_value(c)) {
        return false;
    }
    /* `sensor_model: sonar`, wherever it stands */
    if (is_plain_word(c->id) && (any(c->key, THINGS) || key_repeats(c))) {
        return false;
    }
    return speaks_for_itself(c->id) || signs->language_models || any(c->key, BW_SPEAKING_WORDS) ||
           bw_scan_names_vendor(c);
}
