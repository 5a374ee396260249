/* daemon/domain/scan/context.c: see context.h. */
#include "domain/scan/context.h"

#include <ctype.h>
#include <string.h>

#include "domain/scan/key.h"
#include "domain/scan/words.h"

enum {
    NEAR_BYTES = 2000,          /* what is farther from the id on its line says nothing of it */
    BODY_BYTES = 4000,          /* the same for the brackets around */
    SECTION_BYTES = 256 * 1024, /* how far up a section's title is looked for */
    HEADING_LINES_MAX = 400,    /* the same for headings */
};

static void find_line(struct bw_scan_context *c, size_t at);
static void find_literal(struct bw_scan_context *c, size_t at, size_t end);
static void find_frames(struct bw_scan_context *c, const struct bw_scan_outline *outline);
static void find_parents(struct bw_scan_context *c, size_t at);

static size_t offset(const struct bw_scan_context *c, const char *at)
{
    return (size_t)(at - c->file->text.at);
}

static size_t minus(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

/* Begin and end of the line, or of the part of it that is near. */
static size_t line_begin(struct bw_slice text, size_t at)
{
    size_t least = minus(at, NEAR_BYTES);
    while (at > least && text.at[at - 1] != '\n') {
        at--;
    }
    return at;
}

static size_t line_end(struct bw_slice text, size_t at)
{
    size_t most = minus(text.size, at) < NEAR_BYTES ? text.size : at + NEAR_BYTES;
    const char *feed = at < most ? memchr(text.at + at, '\n', most - at) : NULL;
    size_t end = feed == NULL ? most : (size_t)(feed - text.at);
    return end > at && text.at[end - 1] == '\r' ? end - 1 : end;
}

void bw_scan_context_make(const struct bw_scan_file *file, const struct bw_scan_outline *outline,
                          const struct bw_id_match *match, const struct bw_scan_spot *spot,
                          struct bw_scan_context *out)
{
    *out = (struct bw_scan_context){ .file = file, .spot = *spot };
    out->id = bw_slice_of(file->text.at, match->at, match->at + match->size);
    find_line(out, match->at);
    find_literal(out, match->at, match->at + match->size);
    if (!spot->comment) {
        find_frames(out, outline);
        find_parents(out, match->at);
    }
    bw_scan_key_find(out);
}

struct bw_slice bw_scan_direct_call(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *call = &c->frames[0];
    bool direct = c->frame_count > 0 && call->open == '(' && !call->data && !call->parameters;
    return direct ? call->name : (struct bw_slice){ "", 0 };
}

struct bw_slice bw_scan_any_call(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count && (c->frames[i].data || c->frames[i].open == '('); i++) {
        if (c->frames[i].open == '(' && !c->frames[i].data) {
            return c->frames[i].parameters ? (struct bw_slice){ "", 0 } : c->frames[i].name;
        }
    }
    return (struct bw_slice){ "", 0 };
}

bool bw_scan_names_vendor(const struct bw_scan_context *c)
{
    static const char VENDORS[] =
        "|openai|azure|anthropic|google|vertex|vertexai|gemini|bedrock|amazon|mistral|mistralai|"
        "groq|xai|deepseek|cohere|perplexity|together|togetherai|fireworks|fireworksai|ollama|"
        "openrouter|huggingface|litellm|meta|llama|qwen|replicate|nvidia|cerebras|vercel|"
        "github|copilot|databricks|sambanova|moonshot|moonshotai|zai|minimax|googleai|genai|ai21|"
        "novita|deepinfra|hyperbolic|nebius|watsonx|cloudflare|lmstudio|oai|";
    struct bw_slice prefix = c->prefix;
    if (prefix.size == 0 || strchr(":/", prefix.at[prefix.size - 1]) == NULL) {
        return false;
    }
    for (size_t i = 0; i < prefix.size; i++) {
        if (isspace((unsigned char)prefix.at[i]) != 0) {
            return false;
        }
    }
    return bw_slice_contains(prefix, "x-ai") || bw_scan_words_any(prefix, VENDORS);
}

static void find_line(struct bw_scan_context *c, size_t at)
{
    size_t from = line_begin(c->file->text, at);
    c->line = bw_slice_of(c->file->text.at, from, line_end(c->file->text, at));
}

/* ---- the literal ---- */

/* What a value without quotes may hold: up to a blank, a comma, a quote, a bracket. */
static bool in_plain_value(char c)
{
    return c != '\0' && isspace((unsigned char)c) == 0 && strchr(",;\"'`()[]{}<>|=\\", c) == NULL;
}

static void find_plain_literal(struct bw_scan_context *c, size_t at, size_t end, size_t from,
                               size_t to)
{
    const char *text = c->file->text.at;
    size_t begin = at;
    while (begin > from && in_plain_value(text[begin - 1])) {
        begin--;
    }
    /* `key:value` is one word to us, yet `model:` is no prefix when a quote follows. */
    size_t stop = end;
    while (stop < to && in_plain_value(text[stop])) {
        stop++;
    }
    c->spot.literal_at = begin;
    c->spot.literal_end = stop;
}

/* YAML: `model: &default id`, `model: !!str id` */
static struct bw_slice without_anchor(const struct bw_scan_context *c, struct bw_slice before)
{
    size_t word = before.size;
    while (word > 0 && isspace((unsigned char)before.at[word - 1]) == 0) {
        word--;
    }
    bool anchor = c->file->syntax->language == BW_LANG_YAML && word < before.size &&
                  (before.at[word] == '&' || before.at[word] == '!');
    return anchor ? bw_slice_trim(bw_slice_of(before.at, 0, word)) : before;
}

static void find_literal(struct bw_scan_context *c, size_t at, size_t end)
{
    struct bw_slice text = c->file->text;
    size_t line_at = offset(c, c->line.at);
    size_t least = minus(at, NEAR_BYTES);
    size_t lead_at = c->spot.lead_at > least ? c->spot.lead_at : least;
    c->spot.literal_at = c->spot.literal_at > least ? c->spot.literal_at : least;
    if (!c->spot.in_string) {
        find_plain_literal(c, at, end, lead_at > line_at ? lead_at : line_at,
                           line_at + c->line.size);
    }
    c->lead = bw_slice_of(text.at, lead_at < at ? lead_at : at, at);
    while (c->spot.literal_at < at && strchr("\"'`", text.at[c->spot.literal_at]) != NULL) {
        c->spot.literal_at++; /* quotes inside quotes: :model="'id'" */
    }
    size_t literal_at = c->spot.literal_at < at ? c->spot.literal_at : at;
    size_t literal_end = c->spot.literal_end > end ? c->spot.literal_end : end;
    literal_end = literal_end - end < NEAR_BYTES ? literal_end : end + NEAR_BYTES;
    while (literal_end > end && strchr("\"'`", text.at[literal_end - 1]) != NULL) {
        literal_end--;
    }
    c->prefix = bw_slice_of(text.at, literal_at, at);
    c->suffix = bw_slice_of(text.at, end, literal_end);
    size_t before_end = literal_at;
    while (before_end > lead_at && strchr("\"'`\\", text.at[before_end - 1]) != NULL) {
        before_end--;
    }
    c->before = without_anchor(c, bw_slice_trim(bw_slice_of(text.at, lead_at, before_end)));
    size_t trail_at = literal_end;
    while (trail_at < text.size && strchr("\"'`\\", text.at[trail_at]) != NULL) {
        trail_at++;
    }
    c->trail = bw_slice_trim(bw_slice_of(text.at, trail_at, line_end(text, trail_at)));
}

/* ---- brackets ---- */

/* A block of statements follows a closing bracket, a name, `=>`; a map follows an operator. */
static bool holds_data(const struct bw_scan_context *c, char open, struct bw_slice head)
{
    enum bw_scan_language language = c->file->syntax->language;
    if (open == '{' && bw_slice_ends(head, "$")) { /* ${MODEL:-id} */
        return false;
    }
    if (open == '[' || language == BW_LANG_JSON || language == BW_LANG_TERRAFORM ||
        language == BW_LANG_YAML || language == BW_LANG_PYTHON || language == BW_LANG_SETTINGS) {
        return open != '(' || head.size == 0 || strchr("=:,([{", head.at[head.size - 1]) != NULL ||
               bw_slice_ends_with_word(head, "in") || bw_slice_ends_with_word(head, "return");
    }
    if (head.size == 0) {
        return true;
    }
    char last = head.at[head.size - 1];
    if (last == '?' && open == '(' && language == BW_LANG_HASH) { /* Ruby: include?( */
        return false;
    }
    if (bw_slice_ends(head, "=>")) {
        return language != BW_LANG_SCRIPT;
    }
    if (strchr("=:,([{|&?", last) != NULL || bw_slice_ends(head, "return") ||
        (open != '(' && bw_slice_ends(head, "default"))) {
        return true;
    }
    if (bw_slice_contains(head, "new ") || bw_slice_contains(head, "new()") ||
        bw_slice_contains(head, "new[")) {
        return open == '{';
    }
    /* Go: map[string]string{ and []Model{ are written without a blank. */
    const char *bracket = head.at + head.size;
    return open == '{' && *bracket == '{' && (bw_slice_contains(head, "]") || last == '>') &&
           last != ')';
}

/* `new Set<string>` without what stands in angles. */
static struct bw_slice without_generics(struct bw_slice head)
{
    if (!bw_slice_ends(head, ">") || bw_slice_ends(head, "=>") || bw_slice_ends(head, "->")) {
        return head;
    }
    size_t depth = 0;
    for (size_t at = head.size; at > 1; at--) {
        depth += head.at[at - 1] == '>' ? 1 : 0;
        depth -= head.at[at - 1] == '<' ? 1 : 0;
        if (depth == 0) {
            return bw_slice_of(head.at, 0, at - 1);
        }
    }
    return head;
}

static bool defines(struct bw_slice head)
{
    static const char *const WORDS[] = {
        "def ", "async def ", "func ", "function ", "fn ", "fun "
    };
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (bw_slice_starts(head, WORDS[i])) {
            return true;
        }
    }
    return false;
}

static struct bw_scan_enclosing enclosing_of(const struct bw_scan_context *c,
                                             const struct bw_scan_frame *frame)
{
    struct bw_slice text = c->file->text;
    size_t head_at = minus(frame->at, NEAR_BYTES);
    head_at = frame->head_at > head_at ? frame->head_at : head_at;
    struct bw_slice head = bw_slice_trim(bw_slice_of(text.at, head_at, frame->at));
    size_t id_at = (size_t)(c->id.at - text.at);
    size_t body_at = minus(id_at, BODY_BYTES);
    body_at = frame->at + 1 > body_at ? frame->at + 1 : body_at;
    size_t body_end = minus(frame->end, id_at) < BODY_BYTES ? frame->end : id_at + BODY_BYTES;
    size_t behind = frame->end < text.size ? frame->end + 1 : frame->end;
    struct bw_scan_enclosing out = {
        .open = frame->open,
        .head = head,
        .body = bw_slice_of(text.at, body_at, body_end),
        .tail = bw_slice_trim(bw_slice_of(text.at, behind, line_end(text, behind))),
    };
    out.parameters = frame->open == '(' && defines(head);
    out.data = holds_data(c, frame->open, head) || bw_slice_ends(head, "= dict");
    const char *equals = out.data && head.size > 0 ? memchr(head.at, '=', head.size) : NULL;
    bool attached = frame->open == '[' && head.size > 0 && bw_model_id_char(head.at[head.size - 1]);
    bool assigned = equals != NULL && equals[1] != '>' && equals[1] != '=' && !attached;
    out.name = assigned ? bw_scan_key_assigned(
                              bw_slice_trim(bw_slice_of(head.at, 0, (size_t)(equals - head.at))))
                        : bw_scan_last_name(without_generics(head));
    return out;
}

static void find_frames(struct bw_scan_context *c, const struct bw_scan_outline *outline)
{
    for (int i = c->spot.frame; i >= 0 && c->frame_count < BW_SCAN_FRAMES_MAX;
         i = outline->frames.items[i].parent) {
        c->frames[c->frame_count++] = enclosing_of(c, &outline->frames.items[i]);
    }
}

/* ---- headings ---- */

static size_t indent_of(struct bw_slice line)
{
    size_t indent = 0;
    while (indent < line.size && strchr(" \t", line.at[indent]) != NULL) {
        indent++;
    }
    return indent;
}

static bool is_item(struct bw_slice trimmed)
{
    return bw_slice_starts(trimmed, "- ") || (trimmed.size == 1 && trimmed.at[0] == '-');
}

/* The key of a list item stands two columns to the right of its dash. */
static size_t key_indent_of(struct bw_slice line)
{
    size_t indent = indent_of(line);
    while (is_item(bw_slice_of(line.at, indent, line.size))) {
        indent++;
        while (indent < line.size && line.at[indent] == ' ') {
            indent++;
        }
    }
    return indent;
}

/* Where the outermost bracket begins, or the id itself: that line's indentation counts. */
static size_t nesting_at(const struct bw_scan_context *c, size_t at)
{
    return c->frame_count == 0 ? at : offset(c, c->frames[c->frame_count - 1].head.at);
}

static void add_parent(struct bw_scan_context *c, struct bw_slice heading)
{
    if (c->parent_count < BW_SCAN_PARENTS_MAX) {
        c->parents[c->parent_count++] = heading;
    }
}

/* [tool.llm.models]: the section that the line stands in. */
static void find_section(struct bw_scan_context *c, size_t at)
{
    struct bw_slice text = c->file->text;
    size_t begin = line_begin(text, at);
    while (begin > minus(at, SECTION_BYTES)) {
        begin = line_begin(text, begin - 1);
        struct bw_slice line = bw_slice_trim(bw_slice_of(text.at, begin, line_end(text, begin)));
        if (bw_slice_starts(line, "[") && bw_slice_ends(line, "]")) {
            add_parent(c, line);
            return;
        }
    }
}

static void find_parents(struct bw_scan_context *c, size_t at)
{
    if (c->file->syntax->language == BW_LANG_SETTINGS) {
        find_section(c, at);
    }
    if (!c->file->syntax->indented) {
        return;
    }
    struct bw_slice text = c->file->text;
    size_t begin = line_begin(text, nesting_at(c, at));
    struct bw_slice line = bw_slice_of(text.at, begin, line_end(text, begin));
    size_t indent = indent_of(line);
    bool yaml = c->file->syntax->language == BW_LANG_YAML;
    bool item = yaml && is_item(bw_slice_of(line.at, indent, line.size));
    c->listed = item && bw_slice_ends(c->before, "-");
    for (size_t lines = 0; begin > 0 && indent + (item ? 1 : 0) > 0 &&
                           c->parent_count < BW_SCAN_PARENTS_MAX && lines < HEADING_LINES_MAX;
         lines++) {
        begin = line_begin(text, begin - 1);
        line = bw_slice_of(text.at, begin, line_end(text, begin));
        struct bw_slice words = bw_slice_trim(line);
        size_t own = indent_of(line);
        if (words.size == 0 || words.at[0] == '#' || (yaml && is_item(words) && own >= indent)) {
            continue;
        }
        /* A list may stand as deep as the key that holds it. */
        if (own < indent || (item && own == indent && !is_item(words))) {
            size_t key = yaml ? key_indent_of(line) : own;
            if (key < indent || item || key == own) {
                add_parent(c, bw_slice_trim(bw_slice_of(line.at, key, line.size)));
            }
            item = yaml && is_item(words);
            indent = own;
        }
    }
}
