/* daemon/domain/scan/alias.c: is an id bound to a name that goes with it? See rules.h. */
#include "domain/scan/rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool separates(char c)
{
    return isalnum((unsigned char)c) == 0;
}

/* Is the word one or several parts of the id, joints left out: gpt4o in gpt-4o-mini? */
static bool is_part(const char *word, struct bw_slice id)
{
    for (size_t from = 0; from < id.size; from++) {
        if (from > 0 && !separates(id.at[from - 1])) {
            continue;
        }
        const char *rest = word;
        size_t at = from;
        while (*rest != '\0' && at < id.size &&
               (separates(id.at[at]) || tolower((unsigned char)id.at[at]) == *rest)) {
            rest += separates(id.at[at]) ? 0 : 1;
            at++;
        }
        if (*rest == '\0' && (at == id.size || separates(id.at[at]))) {
            return true;
        }
    }
    return false;
}

/* sonnet45 in claude-sonnet-4-5 */
static bool are_parts(const char *word, struct bw_slice id)
{
    char letters[BW_SCAN_WORD_MAX];
    size_t size = strcspn(word, "0123456789");
    (void)snprintf(letters, sizeof(letters), "%.*s", (int)size, word);
    return size > 0 && word[size] != '\0' && is_part(letters, id) && is_part(word + size, id);
}

/* GPT_4O = "gpt-4o", sonnet: "claude-sonnet-4-5": the name says the model again, so it cannot
 * stay when the model goes. A provider's or a task's name may. */
static bool echoes(struct bw_slice name, struct bw_slice id)
{
    static const char MORE[] = "|gpt|claude|gemini|mistral|llama|grok|deepseek|qwen|chat|code|"
                               "coder|vision|reasoning|thinking|search|instruct|audio|";
    char word[BW_SCAN_WORD_MAX];
    bool filled = any(name, "|model|name|id|");
    bool digit = false;
    bool letter = true; /* nothing but single ones, as in `m = ..` */
    size_t words = 0;
    for (size_t at = 0; bw_scan_words_next(name, &at, word);) {
        if (strcmp(word, "model") == 0 || strcmp(word, "name") == 0 || strcmp(word, "id") == 0) {
            continue;
        }
        if (word[0] == '\0' || !(is_part(word, id) || are_parts(word, id))) {
            return false;
        }
        letter = letter && word[1] == '\0';
        digit = digit || strpbrk(word, "0123456789") != NULL;
        words++;
    }
    bool more = words == 1 && any(name, MORE);
    return !letter && (digit || (!filled && !more));
}

/* Does one of the words say a part of the id? */
static bool echoes_one(struct bw_slice name, struct bw_slice id)
{
    char word[BW_SCAN_WORD_MAX];
    for (size_t at = 0; bw_scan_words_next(name, &at, word);) {
        if (word[0] != '\0' && is_part(word, id)) {
            return true;
        }
    }
    return false;
}

/* "gpt-4": "gpt-4o": the name is itself that of a model, which the id stands in for. */
static bool renames(struct bw_slice name, struct bw_slice id)
{
    size_t word = 0;
    while (word < name.size && isalpha((unsigned char)name.at[word]) != 0) {
        word++;
    }
    bool digit = false;
    for (size_t i = word; i < name.size; i++) {
        digit = digit || isdigit((unsigned char)name.at[i]) != 0;
    }
    bool joined = word >= 3 && word < name.size && strchr("-.@", name.at[word]) != NULL;
    bool quoted = name.at[name.size] == '"' || name.at[name.size] == '\'';
    bool same = word >= 3 && id.size >= word && memcmp(name.at, id.at, word) == 0;
    return digit && (same || (joined && quoted));
}

/* `case starts(m, "X"): return "X"`: a name is put straight. */
static bool is_canonical(const struct bw_scan_context *c)
{
    if (!bw_slice_ends(c->before, "return")) {
        return false;
    }
    struct bw_slice text = c->file->text;
    size_t line = (size_t)(c->line.at - text.at);
    size_t from = line > 0 ? line - 1 : 0;
    while (from > 0 && text.at[from - 1] != '\n' && line - from < 200) {
        from--;
    }
    struct bw_slice above = bw_slice_trim(bw_slice_of(text.at, from, line));
    return (bw_slice_starts(above, "case ") || bw_slice_starts(above, "if ") ||
            bw_slice_starts(above, "elif ")) &&
           memmem(above.at, above.size, c->id.at, c->id.size) != NULL;
}

/* "Claude Sonnet": X: no program calls it so. */
static bool is_title(const struct bw_scan_context *c)
{
    bool quoted = c->before.size > 3 && strchr("\"'", c->before.at[0]) != NULL &&
                  bw_slice_ends(c->before, ":") && frame_of(c, 0)->data;
    return quoted && bw_slice_contains(c->before, " ") && echoes_one(c->before, c->id);
}

bool bw_scan_is_alias(const struct bw_scan_context *c)
{
    if (is_canonical(c)) {
        return true;
    }
    if (c->key.size == 0 || any(c->key, "|default|")) {
        return false;
    }
    if (is_title(c)) {
        return true;
    }
    struct bw_slice first = bw_scan_first_name(c->before);
    bool typed = first.size < c->before.size && first.at[first.size] == ' '; /* Mini Model = */
    return echoes(c->key, c->id) || renames(c->key, c->id) || (typed && echoes(first, c->id));
}
