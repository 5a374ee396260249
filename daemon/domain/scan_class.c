/* daemon/domain/scan_class.c: see scan_class.h. The rules are asked in order and the first that
 * fits speaks; what none of them claims is a deployment if it is the whole of a value. */
#include "domain/scan_class.h"

#include <ctype.h>
#include <string.h>

#include "base/words.h"
#include "domain/scan_words.h"

enum { SHORT_ID = 6, MEMBERS_BYTES = 600 };

static const char *const CLASS_WORDS[] = {
    [BW_SCAN_DEPLOYMENT] = "deployment",
    [BW_SCAN_ALIAS_DEPLOYMENT] = "alias-deployment",
    [BW_SCAN_FINE_TUNE] = "fine-tune",
    [BW_SCAN_EMBEDDING] = "embedding",
    [BW_SCAN_TOKENIZER] = "tokenizer",
    [BW_SCAN_DEPLOYMENT_NAME] = "deployment-name",
    [BW_SCAN_COMPARISON] = "comparison",
    [BW_SCAN_CATALOG] = "catalog",
    [BW_SCAN_COMMENT] = "comment",
    [BW_SCAN_IN_DOC] = "doc",
    [BW_SCAN_IN_FIXTURE] = "fixture",
    [BW_SCAN_IN_LOCK] = "lock",
    [BW_SCAN_IN_VENDORED] = "vendored",
    [BW_SCAN_IN_GENERATED] = "generated",
    [BW_SCAN_OTHER] = "other",
};

/* ---- words ---- */

static const char MODEL[] = "|model|models|engine|engines|deployment|deployments|llm|llms|";
static const char ONE_MODEL[] = "|model|engine|llm|provider|chat|completion|generator|";
static const char SPEAKING[] =
    "|llm|llms|gpt|openai|anthropic|claude|gemini|perplexity|pplx|mistral|bedrock|openrouter|"
    "groq|ollama|langchain|litellm|chatgpt|completions|agent|agents|chatbot|rag|";
/* A list or map of this name says what exists or is permitted. */
static const char CATALOG[] =
    "|allowed|allow|allowlist|whitelist|whitelisted|permitted|supported|supports|unsupported|"
    "available|valid|known|choices|choice|options|option|pricing|prices|price|cost|costs|rates|"
    "catalog|catalogue|registry|aliases|alias|deprecated|deprecations|blocked|block|blocklist|"
    "denied|deny|denylist|blacklist|banned|forbidden|retired|sunset|legacy|enum|literal|"
    "capabilities|capability|features|limits|limit|windows|window|context|contexts|dropdown|"
    "select|selectable|picker|menu|renames|renamed|replacements|replacement|upgrades|"
    "successors|metadata|specs|info|infos|details|encodings|multimodal|vision|reasoning|"
    "thinking|compatible|eligible|recognized|recognised|approved|labels|names|display|tokens|"
    "budgets|quotas|quota|tiktoken|resource|resources|accepted|values|oneof|";
/* The same where the id is the value of `model:` inside: only what cannot mean anything else. */
static const char CATALOG_OF_MAPS[] =
    "|allowed|allowlist|whitelist|supported|available|choices|pricing|prices|price|costs|catalog|"
    "catalogue|registry|aliases|deprecated|deprecations|blocklist|denylist|blacklist|retired|";
/* A list of this name is run, one after the other or each. */
static const char RUN[] =
    "|fallback|fallbacks|chain|chains|cascade|priority|priorities|order|candidates|candidate|"
    "matrix|ensemble|judges|panel|eval|evals|evaluation|benchmark|benchmarks|bench|rotation|"
    "pool|backups|backup|providers|contenders|compare|comparison|sweep|grid|route|routes|"
    "routing|tiers|tasks|task|default|defaults|judge|";
static const char RUN_SECTION[] =
    "|matrix|eval|evals|evaluation|benchmark|benchmarks|fallback|fallbacks|sweep|compare|";
static const char PLURAL[] = "|models|engines|llms|ids|list|modelids|";
/* Text for people, names of things, addresses: never what is called. */
static const char TEXT_KEY[] =
    "|description|desc|help|title|label|placeholder|comment|note|notes|message|msg|text|prompt|"
    "content|example|examples|summary|tooltip|tag|tags|image|img|icon|path|file|filename|dir|"
    "folder|href|link|homepage|author|docs|doc|keywords|topic|caption|heading|hint|question|"
    "answer|story|changelog|attribution|citation|instructions|";
static const char NAMING[] = "|name|id|slug|value|key|code|displayname|";
static const char LOG_CALL[] =
    "|print|println|printf|eprintln|log|logger|info|debug|warn|warning|error|errorf|fatal|fatalf|"
    "panic|sprintf|exception|raise|throw|puts|echo|trace|critical|assert|fail|notify|"
    "deprecate|mention|toast|alert|track|increment|gauge|histogram|counter|";
static const char COMPARE_CALL[] =
    "|startswith|starts|endswith|ends|includes|contains|has|prefix|suffix|equals|equal|"
    "equalsignorecase|matches|match|matching|indexof|index|compare|strcmp|strncmp|strcasecmp|eq|"
    "ne|fold|regex|regexp|fullmatch|search|test|expect|tobe|toequal|like|is|supports|count|"
    "isin|instanceof|filter|replace|be|";
static const char LOOKUP_CALL[] =
    "|price|pricing|cost|costs|context|window|limit|limits|capabilities|supports|info|"
    "metadata|register|registers|alias|deprecate|deprecated|validate|put|choice|literal|enum|"
    "spec|card|descriptor|entry|definition|";
/* Calls that offer a list to choose from, or take a set apart. */
static const char OFFER_CALL[] =
    "|choice|choices|option|options|enum|select|selectbox|radio|dropdown|multiselect|oneof|";
static const char TOKENIZER[] =
    "|tokenizer|tokenizers|tokenize|tokenise|tokeniser|tiktoken|encoding|encoder|encode|"
    "bpe|detokenize|";
static const char EMBEDDER[] =
    "|embed|embeds|embedding|embeddings|embedder|embedders|embedcontent|vectorizer|vectorize|";
static const char EMBEDDER_ID[] =
    "|embed|embedding|embeddings|bge|gte|e5|voyage|nomic|minilm|mxbai|";
static const char TUNING[] = "|finetune|finetuning|finetuned|sft|lora|qlora|tuning|";
static const char DEPLOYED[] = "|deployment|deployments|deploymentname|deploymentid|served|";

static bool any(struct bw_slice text, const char *list)
{
    return bw_scan_words_any(text, list);
}

static bool is_language(const struct bw_scan_context *c, enum bw_scan_language language)
{
    return c->file->syntax->language == language;
}

static const struct bw_scan_enclosing *frame(const struct bw_scan_context *c, size_t at)
{
    static const struct bw_scan_enclosing none = { .head = { "", 0 }, .name = { "", 0 },
                                                   .body = { "", 0 }, .tail = { "", 0 } };
    return at < c->frame_count ? &c->frames[at] : &none;
}

/* The brackets of a call, when they are the innermost: f("id"), f(model="id"). */
static struct bw_slice direct_call(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *call = frame(c, 0);
    return call->open == '(' && !call->data ? call->name : (struct bw_slice){ "", 0 };
}

/* The innermost call around, whatever lists and maps lie between. */
static struct bw_slice any_call(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count && (c->frames[i].data || c->frames[i].open == '(');
         i++) {
        if (c->frames[i].open == '(' && !c->frames[i].data) {
            return c->frames[i].name;
        }
    }
    return (struct bw_slice){ "", 0 };
}

static struct bw_slice last_part(struct bw_slice name)
{
    size_t from = name.size;
    while (from > 0 && name.at[from - 1] != '.') {
        from--;
    }
    return bw_slice_of(name.at, from, name.size);
}

/* ---- the file ---- */

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
        "openai",  "OpenAI",  "OPENAI",  "anthropic", "Anthropic",  "ANTHROPIC", "claude",
        "gpt-",    "gemini",  "LLM",     "llm",       "perplexity", "Perplexity", "PERPLEXITY",
        "langchain", "mistral", "bedrock", "openrouter", "groq", "ollama", "max_tokens",
        "maxTokens", "chat.completions", "chat/completions", "system_prompt", "systemPrompt",
        "ChatCompletion", "promptfoo",
    };
    for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
        if (bw_slice_contains(text, SIGNS[i])) {
            return true;
        }
    }
    return false;
}

struct bw_scan_signs bw_scan_signs_of(const struct bw_scan_file *file)
{
    struct bw_slice text = file->text;
    size_t azure = count_of(text, "AzureOpenAI") + count_of(text, "AzureChatOpenAI") +
                   count_of(text, "AzureOpenAi") + count_of(text, "createAzure") +
                   count_of(text, "AzureAIChat") + count_of(text, "AzureChatCompletion");
    size_t clients = count_of(text, "OpenAI(") + count_of(text, "OpenAi(");
    size_t azure_clients = count_of(text, "AzureOpenAI(") + count_of(text, "AzureChatOpenAI(");
    bool api = (bw_slice_contains(text, "api_type") || bw_slice_contains(text, "apiType") ||
                bw_slice_contains(text, "API_TYPE")) &&
               bw_slice_contains(text, "azure");
    const char *path = file->path;
    struct bw_slice name = { path, strlen(path) };
    return (struct bw_scan_signs){
        .language_models = speaks(text) || any(name, SPEAKING),
        .azure = azure > 0 || api,
        .other_client = clients > azure_clients || bw_slice_contains(text, "Anthropic(") ||
                        bw_slice_contains(text, "new ChatClient("),
        .litellm = bw_slice_contains(text, "litellm_params"),
        .recorded = bw_slice_contains(text, "\"chat.completion") ||
                    bw_slice_contains(text, "\"prompt_tokens\":") ||
                    bw_slice_contains(text, "\"stop_reason\":"),
    };
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
    return dash != NULL && dash - id.at >= 3 &&
           any(id, "|gpt|grok|glm|phi|qwen|qwq|claude|kimi|");
}

/* "openai:chat:", "vendor/", and nothing else before the id. */
static bool names_vendor(const struct bw_scan_context *c)
{
    static const char VENDORS[] =
        "|openai|azure|anthropic|google|vertex|vertexai|gemini|bedrock|amazon|mistral|mistralai|"
        "groq|xai|x|deepseek|cohere|perplexity|together|togetherai|fireworks|fireworksai|ollama|"
        "openrouter|huggingface|litellm|meta|llama|qwen|replicate|nvidia|cerebras|vercel|"
        "github|copilot|databricks|sambanova|moonshot|moonshotai|zai|minimax|";
    struct bw_slice prefix = c->prefix;
    if (prefix.size == 0 || strchr(":/", prefix.at[prefix.size - 1]) == NULL) {
        return false;
    }
    for (size_t i = 0; i < prefix.size; i++) {
        if (isspace((unsigned char)prefix.at[i]) != 0) {
            return false;
        }
    }
    return any(prefix, VENDORS);
}

/* The name that is bound or compared, the call, the map or list around, the heading above. */
static bool beside_model(const struct bw_scan_context *c)
{
    struct bw_slice name = bw_scan_last_name(c->before);
    if (any(c->key, MODEL) || any(name, MODEL) || names_vendor(c)) {
        return true;
    }
    if (c->spot.comment || c->file->place == BW_SCAN_DOC) {
        return false;
    }
    if (any(c->before, MODEL)) {
        return true;
    }
    for (size_t i = 0; i < 2 && i < c->frame_count; i++) {
        if (any(c->frames[i].name, MODEL)) {
            return true;
        }
        if (!c->frames[i].data && i == 0) { /* getenv("MODEL", ..), add_argument("--model", ..) */
            struct bw_slice body = c->frames[i].body;
            return any(bw_slice_of(body.at, 0, (size_t)(c->id.at - body.at)), MODEL);
        }
    }
    for (size_t i = 0; i < 2 && i < c->parent_count; i++) {
        if (any(c->parents[i], MODEL)) {
            return true;
        }
    }
    return bw_slice_starts(bw_slice_trim(c->line), "case ");
}

/* In quotes of its own, in a list or map where something that needs no proof stands as well. */
static bool beside_others(const struct bw_scan_context *c)
{
    bool whole = c->spot.in_string && c->prefix.size == 0 && c->suffix.size == 0;
    return whole && frame(c, 0)->data && speaks_for_itself(c->id) &&
           (count_of(frame(c, 0)->body, "gpt-") + count_of(frame(c, 0)->body, "claude-") +
            count_of(frame(c, 0)->body, "gemini-") + count_of(frame(c, 0)->body, "grok-")) > 1;
}

bool bw_scan_counts(const struct bw_scan_context *c, const struct bw_scan_signs *signs)
{
    if (c->id.size > SHORT_ID && !is_plain_word(c->id)) {
        return true;
    }
    if (!beside_model(c)) {
        return beside_others(c);
    }
    /* `sensor_model: sonar` */
    return speaks_for_itself(c->id) || signs->language_models || any(c->key, SPEAKING) ||
           names_vendor(c);
}

/* ---- the rules ---- */

static bool is_comparison(const struct bw_scan_context *c);
static bool is_deployment_name(const struct bw_scan_context *c,
                               const struct bw_scan_signs *signs);
static bool is_catalog(const struct bw_scan_context *c);
static bool is_called(const struct bw_scan_context *c);

static bool by_place(const struct bw_scan_context *c, enum bw_scan_class *out)
{
    static const enum bw_scan_class CLASSES[] = {
        [BW_SCAN_DOC] = BW_SCAN_IN_DOC,           [BW_SCAN_FIXTURE] = BW_SCAN_IN_FIXTURE,
        [BW_SCAN_LOCK] = BW_SCAN_IN_LOCK,         [BW_SCAN_VENDORED] = BW_SCAN_IN_VENDORED,
        [BW_SCAN_GENERATED] = BW_SCAN_IN_GENERATED, [BW_SCAN_HISTORY] = BW_SCAN_OTHER,
        [BW_SCAN_LIST] = BW_SCAN_CATALOG,         [BW_SCAN_CODE] = BW_SCAN_DEPLOYMENT,
    };
    *out = CLASSES[c->file->place];
    return c->file->place != BW_SCAN_CODE;
}

/* In a notebook: prose, what a cell printed, a comment in a line of code. */
static bool in_notebook_text(const struct bw_scan_context *c, enum bw_scan_class *out)
{
    if (!is_language(c, BW_LANG_NOTEBOOK)) {
        return false;
    }
    struct bw_slice text = c->file->text;
    const char *kind = NULL;
    size_t seen = (size_t)(c->id.at - text.at);
    for (size_t at = 0; at < seen;) {
        const char *next = memmem(text.at + at, seen - at, "\"cell_type\"", 11);
        if (next == NULL) {
            break;
        }
        kind = next + 11;
        at = (size_t)(kind - text.at);
    }
    struct bw_slice rest = kind == NULL ? (struct bw_slice){ "", 0 }
                                        : bw_slice_of(kind, 0, 16 < c->id.at - kind ? 16 : 0);
    if (!bw_slice_contains(rest, "\"code\"") || !any(frame(c, 0)->name, "|source|")) {
        *out = bw_slice_contains(rest, "\"code\"") ? BW_SCAN_OTHER : BW_SCAN_IN_DOC;
        return true;
    }
    *out = BW_SCAN_COMMENT;
    return bw_slice_contains(c->lead, "# ") || bw_slice_starts(bw_slice_trim(c->lead), "#");
}

static bool is_tokenizer(const struct bw_scan_context *c)
{
    return any(c->key, TOKENIZER) || any(any_call(c), TOKENIZER) ||
           any(last_part(any_call(c)), "|counttokens|gettokenizer|") ||
           (any(any_call(c), "|count|") && any(any_call(c), "|tokens|"));
}

static bool is_embedding(const struct bw_scan_context *c)
{
    bool near_parent = c->parent_count > 0 && any(c->parents[0], EMBEDDER);
    bool near_frame = frame(c, 0)->data && any(frame(c, 0)->name, EMBEDDER);
    return any(c->id, EMBEDDER_ID) || any(c->key, EMBEDDER) || near_parent || near_frame ||
           any(any_call(c), EMBEDDER);
}

static bool is_fine_tune(const struct bw_scan_context *c)
{
    struct bw_slice call = any_call(c);
    bool job = bw_slice_contains(call, "fine_tuning") || bw_slice_contains(call, "fineTuning") ||
               any(call, TUNING);
    return bw_slice_ends(c->prefix, "ft:") || bw_slice_contains(c->prefix, "ft:") || job ||
           any(c->key, TUNING) || (any(c->key, "|base|") && any(c->key, "|model|"));
}

/* An id that says "latest" is moved by its platform. */
static bool moves(struct bw_slice id)
{
    return bw_scan_words_last(id, "|latest|");
}

enum bw_scan_class bw_scan_classify(const struct bw_scan_context *c,
                                    const struct bw_scan_signs *signs)
{
    enum bw_scan_class class = BW_SCAN_OTHER;
    if (by_place(c, &class) || in_notebook_text(c, &class)) {
        return class;
    }
    if (c->spot.comment) {
        return BW_SCAN_COMMENT;
    }
    if (c->spot.docstring) {
        return BW_SCAN_IN_DOC;
    }
    if (signs->recorded && is_language(c, BW_LANG_JSON)) {
        return BW_SCAN_IN_FIXTURE;
    }
    if (is_tokenizer(c)) {
        return BW_SCAN_TOKENIZER;
    }
    if (is_comparison(c)) {
        return BW_SCAN_COMPARISON;
    }
    if (is_embedding(c)) {
        return BW_SCAN_EMBEDDING;
    }
    if (is_fine_tune(c)) {
        return BW_SCAN_FINE_TUNE;
    }
    if (is_deployment_name(c, signs)) {
        return BW_SCAN_DEPLOYMENT_NAME;
    }
    if (is_catalog(c)) {
        return BW_SCAN_CATALOG;
    }
    if (!is_called(c)) {
        return BW_SCAN_OTHER;
    }
    return moves(c->id) ? BW_SCAN_ALIAS_DEPLOYMENT : BW_SCAN_DEPLOYMENT;
}

/* ---- comparisons ---- */

static bool ends_with_word(struct bw_slice text, const char *word)
{
    size_t size = strlen(word);
    return bw_slice_ends(text, word) &&
           (text.size == size ||
            (isalnum((unsigned char)text.at[text.size - size - 1]) == 0 &&
             strchr("_-.$", text.at[text.size - size - 1]) == NULL));
}

/* `for m in` runs them all; `any(m in name for m in` asks for each. */
static bool loops(struct bw_slice before)
{
    const char *loop = bw_slice_starts(before, "for ")
                           ? before.at
                           : memmem(before.at, before.size, " for ", 5);
    struct bw_slice asked = bw_slice_of(before.at, 0, loop == NULL ? 0 : (size_t)(loop - before.at));
    return loop != NULL && !bw_slice_contains(asked, " in ") && !bw_slice_contains(asked, "==") &&
           !any(asked, COMPARE_CALL);
}

static bool compares_before(struct bw_slice before)
{
    static const char *const OPERATORS[] = { "==", "!=", "=~", "~=", "<>", "!~" };
    static const char *const WORDS[] = { "in", "is", "not", "eq", "ne", "case", "when", "like",
                                         "LIKE", "IN", "startswith", "contains" };
    for (size_t i = 0; i < BW_COUNT(OPERATORS); i++) {
        if (bw_slice_ends(before, OPERATORS[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        if (ends_with_word(before, WORDS[i])) {
            return !loops(before);
        }
    }
    return false;
}

static bool compares_after(struct bw_slice trail)
{
    static const char *const FORMS[] = { "==", "!=", "in ", "not in ", ".equals", ".includes",
                                         ".startsWith", ".test(", ".contains", ".match",
                                         ".eq(", ".toEqual", ".toBe", ".indexOf", ".compare",
                                         ".some(", ".has(" };
    for (size_t i = 0; i < BW_COUNT(FORMS); i++) {
        if (bw_slice_starts(trail, FORMS[i])) {
            return true;
        }
    }
    return false;
}

/* `case "a", "b":`, `when "a"`, `"a" => ..` of a match: the id is before what it leads to. */
static bool is_case_label(const struct bw_scan_context *c)
{
    struct bw_slice line = bw_slice_trim(c->line);
    if (!bw_slice_starts(line, "case ") && !bw_slice_starts(line, "when ")) {
        return false;
    }
    struct bw_slice left = bw_slice_of(line.at, 0, (size_t)(c->id.at - line.at));
    return !bw_slice_contains(left, "->") && !bw_slice_contains(left, "=>") &&
           !bw_slice_contains(left, "\":") && !bw_slice_contains(left, "return") &&
           !bw_slice_contains(left, "then") && !bw_slice_contains(left, "':") &&
           !bw_slice_contains(left, ": ");
}

/* `[ "$MODEL" = "x" ]`, `gpt-4*)` */
static bool shell_compares(const struct bw_scan_context *c)
{
    bool script = is_language(c, BW_LANG_SHELL) || is_language(c, BW_LANG_YAML);
    if (!script) {
        return false;
    }
    struct bw_slice line = bw_slice_trim(c->line);
    struct bw_slice left = bw_slice_of(line.at, 0, (size_t)(c->id.at - line.at));
    bool bracket = (bw_slice_contains(left, "[ ") || bw_slice_contains(left, "[[ ") ||
                    bw_slice_contains(left, "test ")) &&
                   (bw_slice_ends(c->before, " =") || bw_slice_ends(c->before, "=="));
    bool label = is_language(c, BW_LANG_SHELL) && bw_slice_contains(c->trail, ")") &&
                 !bw_slice_contains(line, "(") && !bw_slice_contains(left, "=");
    return bracket || label || bw_slice_starts(line, "if: ") ||
           bw_slice_contains(left, "{{ if") || bw_slice_contains(left, "{{- if") ||
           bw_slice_contains(left, "{% if");
}

static bool list_is_compared(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count && i < 2; i++) {
        const struct bw_scan_enclosing *list = &c->frames[i];
        if (list->open == '(' && !list->data && !ends_with_word(list->head, "in")) {
            return i > 0 && any(last_part(list->name), COMPARE_CALL); /* contains([..], x) */
        }
        if (compares_before(list->head) || compares_after(list->tail)) {
            return true;
        }
    }
    return false;
}

static bool is_comparison(const struct bw_scan_context *c)
{
    struct bw_slice call = last_part(direct_call(c));
    bool asks = any(call, COMPARE_CALL) && c->key.size == 0;
    bool where = is_language(c, BW_LANG_SQL) && (bw_slice_contains(c->lead, "WHERE") ||
                                                 bw_slice_contains(c->lead, "where"));
    return compares_before(c->before) || compares_after(c->trail) || asks || is_case_label(c) ||
           shell_compares(c) || list_is_compared(c) || where;
}

/* ---- names of deployments ---- */

/* client in `await client.chat.completions.create(`. */
static struct bw_slice receiver(struct bw_slice call)
{
    static const char *const PARTS[] = { ".chat", ".completions", ".responses", ".beta",
                                         ".embeddings", ".images", ".GetChatClient" };
    for (size_t i = 0; i < BW_COUNT(PARTS); i++) {
        const char *at = call.size == 0 ? NULL
                                        : memmem(call.at, call.size, PARTS[i], strlen(PARTS[i]));
        if (at != NULL) {
            return last_part(bw_slice_of(call.at, 0, (size_t)(at - call.at)));
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
    struct bw_slice call = any_call(c);
    if (any(call, "|azure|") || (frame(c, 0)->open == '(' && any(frame(c, 0)->head, "|azure|"))) {
        return true;
    }
    if (!signs->azure) {
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
    if (bound || bw_slice_starts(c->key, "model")) {
        return bound;
    }
    BW_CLEANUP(bw_freep) char *text = bw_xstrndup(c->id.at, c->id.size);
    BW_CLEANUP(bw_freep) char *plain = bw_xasprintf("model_name: %s\n", text);
    BW_CLEANUP(bw_freep) char *quoted = bw_xasprintf("model_name: \"%s\"", text);
    return c->prefix.size == 0 && (bw_slice_contains(c->file->text, plain) ||
                                   bw_slice_contains(c->file->text, quoted));
}

/* azurerm_cognitive_deployment { name = "x"  model { name = "x" } }, and the same in Bicep. */
static bool azure_resource(const struct bw_scan_context *c)
{
    if (!bw_slice_starts(c->key, "name") || any(frame(c, 0)->head, "|model|")) {
        return false;
    }
    return any(frame(c, 0)->head, "|deployment|deployments|") ||
           any(frame(c, 1)->head, "|deployment|deployments|");
}

static bool is_deployment_name(const struct bw_scan_context *c,
                               const struct bw_scan_signs *signs)
{
    static const char *const PREFIXES[] = { "azure/", "azure:", "/deployments/", "azureopenai:",
                                            "azure_text/" };
    for (size_t i = 0; i < BW_COUNT(PREFIXES); i++) {
        if (bw_slice_contains(c->prefix, PREFIXES[i])) {
            return true;
        }
    }
    bool named = any(c->key, DEPLOYED) && !bw_scan_words_last(c->key, "|model|");
    bool parent = c->parent_count > 0 && bw_slice_starts(c->key, "name") &&
                  any(c->parents[0], DEPLOYED);
    return named || parent || bw_slice_starts(c->id, "azure/") || litellm_name(c, signs) ||
           azure_resource(c) || azure_client(c, signs);
}

/* ---- catalogs ---- */

static void squeeze(struct bw_slice text, char out[128])
{
    size_t size = 0;
    for (size_t i = 0; i < text.size && size < 127; i++) {
        if (isalnum((unsigned char)text.at[i]) != 0) {
            out[size++] = (char)tolower((unsigned char)text.at[i]);
        }
    }
    out[size] = '\0';
}

/* GPT_4O = "gpt-4o", sonnet: "claude-sonnet-4-5": the name says the model again, so it cannot
 * stay when the model goes. */
static bool echoes(struct bw_slice name, struct bw_slice id)
{
    char whole[128];
    char word[BW_SCAN_WORD_MAX];
    squeeze(id, whole);
    bool filled = any(name, "|model|name|id|");
    bool digit = false;
    size_t words = 0;
    for (size_t at = 0; bw_scan_words_next(name, &at, word);) {
        if (strcmp(word, "model") == 0 || strcmp(word, "name") == 0 || strcmp(word, "id") == 0) {
            continue;
        }
        if (word[0] == '\0' || strstr(whole, word) == NULL) {
            return false;
        }
        digit = digit || strpbrk(word, "0123456789") != NULL;
        words++;
    }
    bool provider = words == 1 && any(name, "|gpt|claude|gemini|mistral|llama|grok|deepseek|qwen|");
    return words > 0 && (digit || (!filled && !provider));
}

/* "gpt-4": "gpt-4o": one model stands for another. */
static bool renames(struct bw_slice name, struct bw_slice id)
{
    size_t word = 0;
    while (word < name.size && word < id.size && name.at[word] == id.at[word] &&
           isalpha((unsigned char)name.at[word]) != 0) {
        word++;
    }
    bool digit = false;
    for (size_t i = word; i < name.size; i++) {
        digit = digit || isdigit((unsigned char)name.at[i]) != 0;
    }
    return word >= 3 && digit;
}

/* The id is itself the key of a map. */
static bool is_key(const struct bw_scan_context *c)
{
    struct bw_slice trail = c->trail;
    if (is_language(c, BW_LANG_YAML) || is_language(c, BW_LANG_SETTINGS)) {
        struct bw_slice suffix = c->spot.in_string ? trail : c->suffix;
        bool colon = bw_slice_starts(suffix, ":") && (suffix.size == 1 || suffix.at[1] == ' ');
        return colon || (bw_slice_starts(trail, "=") && c->key.size == 0);
    }
    bool branch = bw_slice_contains(c->before, "? ") || bw_slice_ends(c->before, "?");
    bool colon = bw_slice_starts(trail, ":") && !bw_slice_starts(trail, "::") && !branch;
    bool arrow = bw_slice_starts(trail, "=>") || bw_slice_starts(trail, "->");
    bool subscript = bw_slice_starts(trail, "]") && frame(c, 0)->open == '[' &&
                     frame(c, 0)->name.size > 0 && !frame(c, 0)->data;
    return ((colon || arrow) && c->key.size == 0) || subscript;
}

/* PRICES["x"], Map.of("x", 1), prices.put("x", ..) */
static bool is_first_argument(const struct bw_scan_context *c)
{
    struct bw_slice body = frame(c, 0)->body;
    struct bw_slice left = bw_slice_of(body.at, 0, (size_t)(c->id.at - body.at));
    return frame(c, 0)->open == '(' && !bw_slice_contains(left, ",");
}

static bool is_lookup(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *list = frame(c, 0);
    bool attached = list->open == '[' && list->name.size > 0 && list->head.size > 0 &&
                    isalnum((unsigned char)list->head.at[list->head.size - 1]) != 0 &&
                    list->head.at[list->head.size] == '[';
    bool alone = bw_slice_starts(c->trail, "]") && c->before.size == 0;
    bool type = any(list->name, "|literal|");
    bool map = is_first_argument(c) && bw_slice_ends(direct_call(c), "Map.of");
    return map || (attached && (alone || type)) || any(last_part(direct_call(c)), LOOKUP_CALL);
}

/* "a" | "b" in a type */
static bool is_type(const struct bw_scan_context *c)
{
    bool left = bw_slice_ends(c->before, "|") && !bw_slice_ends(c->before, "||");
    bool right = bw_slice_starts(c->trail, "|") && !bw_slice_starts(c->trail, "||");
    return !is_language(c, BW_LANG_YAML) && !is_language(c, BW_LANG_SHELL) && (left || right);
}

static bool in_enum(const struct bw_scan_context *c)
{
    bool class = c->parent_count > 0 && any(c->parents[0], "|class|") &&
                 any(c->parents[0], "|enum|choices|strenum|");
    for (size_t i = 0; i < 2 && i < c->frame_count; i++) {
        struct bw_slice head = c->frames[i].head;
        class = class || bw_slice_contains(head, "enum ");
    }
    return class;
}

/* The name of the list that the id is an item of; false when it is in none. */
static bool list_name(const struct bw_scan_context *c, struct bw_slice *name)
{
    if (c->listed && c->parent_count > 0) {
        *name = c->parents[0];
        return true;
    }
    if (c->key.size > 0) {
        return false;
    }
    for (size_t i = 0; i < c->frame_count && i < 4; i++) {
        const struct bw_scan_enclosing *list = &c->frames[i];
        bool set = list->open == '(' && !list->data &&
                   any(list->name, "|set|frozenset|list|tuple|of|aslist|freeze|array|vec|enum|");
        if (!list->data && !set) {
            return i > 0;
        }
        *name = list->head;
        if (bw_scan_last_name(list->head).size > 0 && !set) {
            return true;
        }
    }
    return name->size > 0;
}

/* Of `ALLOWED: list[str] = os.environ or` the part that names: before the operator. */
static struct bw_slice bound_part(struct bw_slice head)
{
    const char *equals = head.size == 0 ? NULL : memchr(head.at, '=', head.size);
    return equals == NULL ? head : bw_slice_of(head.at, 0, (size_t)(equals - head.at));
}

static bool path_says_run(const struct bw_scan_context *c)
{
    struct bw_slice path = { c->file->path, strlen(c->file->path) };
    return any(path, "|eval|evals|evaluation|benchmark|benchmarks|bench|promptfoo|promptfooconfig|"
                     "matrix|workflows|");
}

static bool listed_in_catalog(const struct bw_scan_context *c)
{
    struct bw_slice name = { "", 0 };
    if (frame(c, 0)->open == '[' && frame(c, 1)->open == '(' && any(frame(c, 1)->name, OFFER_CALL)) {
        return true;
    }
    if (!list_name(c, &name)) {
        return false;
    }
    struct bw_slice bound = bound_part(name);
    if (any(bound, RUN) || bw_slice_starts(bw_slice_trim(name), "for ") ||
        (c->parent_count > 1 && any(c->parents[1], RUN_SECTION))) {
        return any(bound, "|allowed|supported|available|valid|choices|deprecated|pricing|");
    }
    return any(bound, CATALOG) || (bw_scan_words_last(bound, PLURAL) && !path_says_run(c));
}

/* What stands in a map itself, without the maps and lists inside. */
static struct bw_slice members_of_map(struct bw_slice map, char out[MEMBERS_BYTES])
{
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < map.size && size < MEMBERS_BYTES; i++) {
        depth += strchr("{[(", map.at[i]) != NULL ? 1 : 0;
        if (depth == 0) {
            out[size++] = map.at[i];
        }
        depth -= strchr("}])", map.at[i]) != NULL ? 1 : 0;
    }
    return (struct bw_slice){ out, size };
}

/* The column of the first key on the line that begins at `at`, behind dashes. */
static size_t key_column(struct bw_slice text, size_t at)
{
    size_t column = 0;
    while (at + column < text.size && strchr(" -", text.at[at + column]) != NULL) {
        column++;
    }
    return column;
}

/* The lines of YAML around the id's own, up and down, whose keys stand below one another. */
static struct bw_slice members_of_block(const struct bw_scan_context *c, char out[MEMBERS_BYTES])
{
    struct bw_slice text = c->file->text;
    size_t own = (size_t)(c->line.at - text.at);
    size_t column = key_column(text, own);
    size_t from = own;
    while (from > 0 && memchr(text.at + from, '-', column) == NULL) {
        size_t above = from - 1;
        while (above > 0 && text.at[above - 1] != '\n') {
            above--;
        }
        if (key_column(text, above) < column || own - above > MEMBERS_BYTES) {
            break;
        }
        from = above;
    }
    size_t size = 0;
    for (size_t at = from; at < text.size && size < MEMBERS_BYTES;) {
        const char *feed = memchr(text.at + at, '\n', text.size - at);
        size_t next = feed == NULL ? text.size : (size_t)(feed - text.at) + 1;
        size_t here = key_column(text, at);
        bool other = here < column || memchr(text.at + at, '-', here) != NULL;
        if (at > own && other) {
            break;
        }
        for (size_t i = at; here == column && i < next && size < MEMBERS_BYTES; i++) {
            out[size++] = text.at[i];
        }
        at = next;
    }
    return (struct bw_slice){ out, size };
}

static struct bw_slice members(const struct bw_scan_context *c, char out[MEMBERS_BYTES])
{
    const struct bw_scan_enclosing *map = frame(c, 0);
    if (map->open == '{' && map->data) {
        return members_of_map(map->body, out);
    }
    return is_language(c, BW_LANG_YAML) ? members_of_block(c, out) : (struct bw_slice){ out, 0 };
}

/* { id: "x", label: "X", price: 1 }: a row about a model. */
static bool is_row(const struct bw_scan_context *c)
{
    static const char *const SIGNS[] = { "price", "Price", "cost",  "Cost", "ontext_window",
                                         "ontextWindow", "label:", "\"label\"", "ontext_length",
                                         "ontextLength", "displayName", "display_name" };
    if (!any(c->key, "|id|name|slug|value|model|")) {
        return false;
    }
    char room[MEMBERS_BYTES];
    struct bw_slice map = members(c, room);
    for (size_t i = 0; i < BW_COUNT(SIGNS); i++) {
        if (bw_slice_contains(map, SIGNS[i])) {
            return true;
        }
    }
    return false;
}

static bool in_catalog_map(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < 3 && i < c->frame_count && c->frames[i].data; i++) {
        if (any(bound_part(c->frames[i].head), CATALOG_OF_MAPS)) {
            return true;
        }
    }
    for (size_t i = 0; i < 2 && i < c->parent_count && !is_language(c, BW_LANG_PYTHON); i++) {
        if (any(c->parents[i], CATALOG_OF_MAPS)) {
            return true;
        }
    }
    return false;
}

/* <option value="x">, { name: "x" } in a list of models */
static bool is_choice(const struct bw_scan_context *c)
{
    bool option = bw_slice_contains(c->line, "<option") || bw_slice_contains(c->line, "<Option") ||
                  bw_slice_contains(c->line, "SelectItem") ||
                  bw_slice_contains(c->line, "Select.Item") ||
                  bw_slice_contains(c->line, "MenuItem");
    bool named = any(c->key, NAMING) && c->key.size <= 5 && c->prefix.size == 0;
    struct bw_slice outer = frame(c, 1)->data && frame(c, 1)->open == '[' ? frame(c, 1)->head
                            : c->parent_count > 0                         ? c->parents[0]
                                                                          : (struct bw_slice){ "", 0 };
    return option ||
           (named && any(bound_part(outer), "|models|options|choices|llms|catalog|entries|"));
}

static bool is_catalog(const struct bw_scan_context *c)
{
    bool bound = c->key.size > 0;
    bool alias = bound && !any(c->key, "|default|") && !any(bound_part(frame(c, 0)->head), RUN) &&
                 (echoes(c->key, c->id) || renames(c->key, c->id));
    bool listed_value = bound && any(c->key, CATALOG_OF_MAPS) && !any(c->key, "|fallback|");
    bool plural = bound && bw_scan_words_last(c->key, PLURAL) && !any(c->key, RUN) &&
                  memchr(c->line.at, ',', c->line.size) != NULL && frame(c, 0)->open != '(';
    return is_key(c) || is_lookup(c) || is_type(c) || in_enum(c) || alias || listed_value ||
           plural || is_row(c) || in_catalog_map(c) || is_choice(c) || listed_in_catalog(c);
}

/* ---- is it what is called? ---- */

/* What a URL says before the model, or behind it, when it is called and not read about. */
static bool is_url_of_call(const struct bw_scan_context *c)
{
    static const char *const AFTER[] = { ":generateContent", ":streamGenerateContent", "/invoke",
                                         "/converse", ":predict", ":rawPredict",
                                         ":streamRawPredict", "/completions", "/chat" };
    for (size_t i = 0; i < BW_COUNT(AFTER); i++) {
        if (bw_slice_starts(c->suffix, AFTER[i])) {
            return true;
        }
    }
    struct bw_slice url = c->prefix;
    return (bw_slice_contains(url, "://") || bw_slice_starts(url, "/")) &&
           (bw_slice_contains(url, "//api") || bw_slice_contains(url, "api.") ||
            bw_slice_contains(url, "googleapis") || bw_slice_contains(url, "amazonaws") ||
            bw_slice_contains(url, "localhost") || bw_slice_contains(url, "/models/") ||
            bw_slice_contains(url, "/model/") || bw_slice_contains(url, "model=")) &&
           !bw_slice_contains(url, "docs") && !bw_slice_contains(url, "//huggingface.co/");
}

/* `--model X`, `"model": "X"` inside a longer text. */
static bool names_model_inside(const struct bw_scan_context *c)
{
    struct bw_slice prefix = c->prefix;
    if (bw_slice_ends(prefix, "/")) { /* vendor/X */
        do {
            prefix.size--;
        } while (prefix.size > 0 && bw_model_id_char(prefix.at[prefix.size - 1]));
    }
    struct bw_slice name = bw_scan_last_name(prefix);
    struct bw_slice gap = bw_slice_of(name.at, name.size,
                                      (size_t)(prefix.at + prefix.size - name.at));
    bool near = name.size > 0 && gap.size <= 8;
    bool bound = prefix.size > 0 && strchr("=:\"' \\", prefix.at[prefix.size - 1]) != NULL;
    bool operator = bw_slice_starts(name, "-") || bw_slice_contains(gap, ":") ||
                    bw_slice_contains(gap, "=");
    return near && bound && operator && bw_scan_words_last(name, "|model|engine|m|id|llm|");
}

static bool has_blank(struct bw_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (isspace((unsigned char)text.at[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* The whole of a value, but for the platform in front and a tag behind. */
static bool is_whole(const struct bw_scan_context *c)
{
    if (has_blank(c->prefix) || has_blank(c->suffix)) {
        return false;
    }
    if (bw_slice_contains(c->prefix, "://")) { /* an address is called, or read about */
        return false;
    }
    if (c->prefix.size > 0 && !names_vendor(c)) {
        char last = c->prefix.at[c->prefix.size - 1];
        static const char HOLDERS[] = "|models|model|publishers|foundation|inference|profile|";
        bool path = last == '/' && !any(c->prefix, HOLDERS);
        if (path || strchr("/:=,{-", last) == NULL) {
            return false;
        }
    }
    return c->suffix.size == 0 || strchr(":,}/", c->suffix.at[0]) != NULL;
}

/* In a line of shell or in plain YAML nothing marks where a value begins and ends. */
static bool is_prose(const struct bw_scan_context *c)
{
    if (c->spot.in_string) {
        return false;
    }
    bool plain = is_language(c, BW_LANG_YAML) || is_language(c, BW_LANG_SETTINGS);
    if (!plain && !is_language(c, BW_LANG_SHELL) && !is_language(c, BW_LANG_HASH)) {
        return true; /* code has its values in quotes */
    }
    bool bound = c->key.size > 0 || c->listed || c->frame_count > 0;
    bool more = c->trail.size > 0 && strchr("#,]})\"';/", c->trail.at[0]) == NULL &&
                !bw_slice_starts(c->trail, "--") && c->trail.at[0] != '\\' &&
                c->trail.at[0] != '&' && c->trail.at[0] != '|';
    return plain && (!bound || more) && !names_model_inside(c);
}

/* The heading `model:` over `name: x`, or the name beside `value: x`. */
static bool name_belongs_to_model(const struct bw_scan_context *c)
{
    if (any(frame(c, 0)->name, ONE_MODEL)) {
        return true;
    }
    return c->parent_count > 0 && any(c->parents[0], ONE_MODEL);
}

/* - name: OPENAI_MODEL
 *   value: gpt-4o          what `value` is the value of; empty: not said */
static struct bw_slice named_beside(const struct bw_scan_context *c)
{
    struct bw_slice text = c->file->text;
    size_t to = (size_t)(c->line.at - text.at) + c->line.size;
    size_t from = (size_t)(c->line.at - text.at);
    for (int lines = 0; lines < 1 && from > 0; lines++) {
        from--;
        while (from > 0 && text.at[from - 1] != '\n') {
            from--;
        }
    }
    const struct bw_scan_enclosing *map = frame(c, 0);
    struct bw_slice around = map->open == '{' && map->body.size < 400 ? map->body
                                                                      : bw_slice_of(text.at, from, to);
    const char *name = around.size == 0 ? NULL : memmem(around.at, around.size, "name", 4);
    if (name == NULL) {
        name = around.size == 0 ? NULL : memmem(around.at, around.size, "Name", 4);
    }
    if (name == NULL) {
        return (struct bw_slice){ "", 0 };
    }
    struct bw_slice rest = bw_slice_of(name, 4, (size_t)(around.at + around.size - name));
    size_t at = 0;
    while (at < rest.size && isalnum((unsigned char)rest.at[at]) == 0) {
        at++;
    }
    size_t end = at;
    while (end < rest.size && bw_model_id_char(rest.at[end])) {
        end++;
    }
    return bw_slice_of(rest.at, at, end);
}

static bool is_named_otherwise(const struct bw_scan_context *c)
{
    if (c->key.size == 0 || bw_scan_words_last(c->key, "|model|engine|llm|")) {
        return false;
    }
    if (bw_scan_words_last(c->key, "|value|")) {
        struct bw_slice name = named_beside(c);
        return name.size > 0 && (any(name, CATALOG_OF_MAPS) || any(name, DEPLOYED) ||
                                 !(any(name, MODEL) || any(name, SPEAKING)));
    }
    if (bw_scan_words_last(c->key, "|name|") && !any(c->key, MODEL) && c->prefix.size == 0) {
        return !name_belongs_to_model(c);
    }
    return any(c->key, TEXT_KEY) && !any(c->key, MODEL);
}

static bool is_told(const struct bw_scan_context *c)
{
    struct bw_slice line = bw_slice_trim(c->line);
    bool echo = bw_slice_starts(line, "echo ") && !bw_slice_contains(line, ">");
    return echo || any(last_part(any_call(c)), LOG_CALL) || bw_slice_starts(line, "raise ") ||
           bw_slice_starts(line, "throw ");
}

static bool is_statement_of_sql(const struct bw_scan_context *c)
{
    return is_language(c, BW_LANG_SQL) && !bw_slice_contains(c->line, "DEFAULT") &&
           !bw_slice_contains(c->line, "default");
}

/* `vllm serve X`, `ollama run X` */
static bool follows_command(const struct bw_scan_context *c)
{
    struct bw_slice left = bw_slice_trim(c->lead);
    return (ends_with_word(left, "serve") || ends_with_word(left, "run") ||
            ends_with_word(left, "pull")) &&
           any(left, "|vllm|ollama|sglang|llm|tgi|lmdeploy|");
}

static bool is_called(const struct bw_scan_context *c)
{
    if (follows_command(c)) {
        return true;
    }
    if (is_told(c) || is_prose(c) || is_named_otherwise(c) || is_statement_of_sql(c)) {
        return false;
    }
    if (frame(c, 0)->data && any(frame(c, 0)->name, TEXT_KEY)) {
        return false;
    }
    return names_model_inside(c) || is_url_of_call(c) || is_whole(c);
}

const char *bw_scan_class_word(enum bw_scan_class class)
{
    return CLASS_WORDS[class];
}
