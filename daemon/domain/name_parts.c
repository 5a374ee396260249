/* daemon/domain/name_parts.c: see name_parts.h. The id is cut in place. */
#include "domain/name_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct cutter {
    const struct bw_lineage_rules *rules;
    char *text;
    struct bw_name_parts *out;
};

static bool clean(const char *id, char *text);
static char *read_path(struct cutter *cutter, char *text);
static void cut_tags(struct cutter *cutter, char *name);
static char *read_prefixes(struct cutter *cutter, char *name);
static void cut_revision(char *name);
static bool cut_tokens(struct cutter *cutter, char *name);

bool bw_name_parts_cut(const struct bw_lineage_rules *rules, const char *id,
                       char text[BW_ENTRY_ID_MAX + 1], struct bw_name_parts *out)
{
    out->count = 0;
    out->region = "";
    out->region_size = 0;
    out->vendor = -1;
    out->stranger = out->floating = out->tuned = out->copy = false;
    if (!clean(id, text)) {
        return false;
    }
    struct cutter cutter = { .rules = rules, .text = text, .out = out };
    char *name = read_path(&cutter, text);
    cut_tags(&cutter, name);
    name = read_prefixes(&cutter, name);
    cut_revision(name);
    return cut_tokens(&cutter, name);
}

bool bw_name_parts_whole(const struct bw_name_parts *parts, size_t at, size_t digits)
{
    if (at >= parts->count || parts->items[at].kind != BW_PART_NUMBER) {
        return false;
    }
    const struct bw_part *part = &parts->items[at];
    return memchr(part->at, '.', part->size) == NULL && (digits == 0 || part->size == digits);
}

int bw_part_number(const struct bw_part *part)
{
    int value = 0;
    for (size_t i = 0; i < part->size && i < 9; i++) {
        value = value * 10 + (part->at[i] - '0');
    }
    return value;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return c >= 'a' && c <= 'z';
}

static int hex_value(char c)
{
    return is_digit(c)            ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Lower case, percent-encoding undone, no blanks or control characters at either end. */
static bool clean(const char *id, char *text)
{
    size_t used = 0;
    while (*id != '\0') {
        char c = *id++;
        if (c == '%' && hex_value(id[0]) >= 0 && hex_value(id[1]) >= 0) {
            c = (char)(hex_value(id[0]) * 16 + hex_value(id[1]));
            id += 2;
        }
        if ((unsigned char)c <= ' ') {
            if (used == 0) {
                continue;
            }
            c = ' ';
        }
        if (used == BW_ENTRY_ID_MAX) {
            return false;
        }
        text[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    while (used > 0 && text[used - 1] == ' ') {
        used--;
    }
    text[used] = '\0';
    return used > 0;
}

static const struct bw_word_entry *find(const struct cutter *cutter, const char *word, size_t size)
{
    return bw_lineage_rules_find(cutter->rules, word, size);
}

static void read_namespace(struct cutter *cutter, const char *word, size_t size)
{
    while (size > 0 && (*word == '~' || *word == '@')) {
        cutter->out->floating |= *word == '~'; /* OpenRouter marks its own moving names so */
        word++;
        size--;
    }
    const struct bw_word_entry *entry = find(cutter, word, size);
    if (entry != NULL && (entry->kinds & BW_WORD_MAKER) != 0) {
        cutter->out->vendor = entry->maker;
    } else if (size > 0 && (entry == NULL || (entry->kinds & BW_WORD_HOST) == 0) &&
               strncmp(word, "arn:", 4) != 0) {
        cutter->out->stranger = true;
    }
}

/* Read "accounts/x/models/", "maker/" and "ft:base:org:name:id"; the model's name is left. */
static char *read_path(struct cutter *cutter, char *text)
{
    if (bw_str_starts_with(text, "ft:")) {
        text += 3;
        text[strcspn(text, ":")] = '\0';
        cutter->out->tuned = true;
    }
    char *legacy = strstr(text, ":ft-"); /* "davinci:ft-org-2023-01-22-15-44-27" */
    if (legacy != NULL) {
        *legacy = '\0';
        cutter->out->tuned = true;
    }
    for (char *slash = strchr(text, '/'); slash != NULL; slash = strchr(text, '/')) {
        read_namespace(cutter, text, (size_t)(slash - text));
        text = slash + 1;
    }
    return text;
}

/* Routers append ":free", ":exacto": the same model by another way. */
static void cut_tags(struct cutter *cutter, char *name)
{
    for (char *colon = strrchr(name, ':'); colon != NULL; colon = strrchr(name, ':')) {
        const struct bw_word_entry *entry = find(cutter, colon + 1, strlen(colon + 1));
        if (entry == NULL || (entry->kinds & BW_WORD_TAG) == 0) {
            return;
        }
        *colon = '\0';
        cutter->out->copy = true;
    }
}

static char *renamed(const struct cutter *cutter, char *name)
{
    const struct bw_word_entry *entry = find(cutter, name, strlen(name));
    if (entry == NULL || (entry->kinds & BW_WORD_RENAME) == 0) {
        return name;
    }
    size_t room = BW_ENTRY_ID_MAX + 1 - (size_t)(name - cutter->text);
    (void)snprintf(name, room, "%s", entry->rename);
    return name;
}

/* Bedrock's "eu.anthropic." */
static char *read_prefixes(struct cutter *cutter, char *name)
{
    char *dot = strchr(name, '.');
    const struct bw_word_entry *entry =
        dot == NULL ? NULL : find(cutter, name, (size_t)(dot - name));
    if (entry != NULL && (entry->kinds & BW_WORD_REGION) != 0) {
        cutter->out->region = name;
        cutter->out->region_size = (size_t)(dot - name);
        name = dot + 1;
    }
    name = renamed(cutter, name);
    dot = strchr(name, '.');
    entry = dot == NULL ? NULL : find(cutter, name, (size_t)(dot - name));
    if (entry != NULL && (entry->kinds & BW_WORD_MAKER) != 0) {
        cutter->out->vendor = entry->maker;
        name = dot + 1;
    }
    return renamed(cutter, name);
}

/* Bedrock ends ids with its own revision and a context size, "-v1:0" or "-v1:0:300k"; its "-v0:2"
 * is the maker's v0.2. */
static void cut_revision(char *name)
{
    for (char *dash = strchr(name, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        char *at = dash + 1 + (dash[1] == 'v');
        size_t digits = strspn(at, "0123456789");
        char *colon = at + digits;
        if (digits == 0 || *colon != ':' || !is_digit(colon[1])) {
            continue;
        }
        size_t rest = strspn(colon + 1, "0123456789");
        if (colon[1 + rest] != '\0' && colon[1 + rest] != ':') {
            continue;
        }
        if (digits == 1 && *at == '0') {
            *colon = '.';
            return;
        }
        *dash = '\0';
        return;
    }
}

static bool add_part(struct cutter *cutter, enum bw_part_kind kind, const char *at, const char *end,
                     bool glued, bool marked)
{
    struct bw_name_parts *out = cutter->out;
    if (out->count == BW_NAME_PARTS_MAX) {
        return false;
    }
    size_t size = (size_t)(end - at);
    struct bw_part *part = &out->items[out->count++];
    part->kind = kind;
    part->at = at;
    part->size = size;
    part->entry = kind == BW_PART_WORD ? find(cutter, at, size) : NULL;
    part->glued = glued;
    part->marked = marked;
    return true;
}

static const char *skip_number(const char *at, const char *end)
{
    while (at < end && (is_digit(*at) || (*at == '.' && at + 1 < end && is_digit(at[1])))) {
        at++;
    }
    return at;
}

static const char *skip_alpha(const char *at, const char *end)
{
    while (at < end && is_alpha(*at)) {
        at++;
    }
    return at;
}

/* A token that begins with a digit: number, size or number and word ("4o", "4.5v"). */
static bool cut_number(struct cutter *cutter, const char *at, const char *end, bool glued,
                       bool marked)
{
    const char *rest = skip_number(at, end);
    size_t left = (size_t)(end - rest);
    if (left == 0) {
        return add_part(cutter, BW_PART_NUMBER, at, end, glued, marked);
    }
    if (left == 1) {
        switch (*rest) {
        case 'b':
        case 't':
            return add_part(cutter, BW_PART_SIZE, at, end, glued, false);
        case 'm': /* 270m parameters, 1m of context */
            return add_part(cutter, rest - at > 1 ? BW_PART_SIZE : BW_PART_IGNORED, at, end, glued,
                            false);
        case 'k':
        case 'e':
            return add_part(cutter, BW_PART_IGNORED, at, end, glued, false);
        default:
            break;
        }
    }
    if (*rest == 'x' && rest + 1 < end && skip_number(rest + 1, end) == end - 1 && end[-1] == 'b') {
        return add_part(cutter, BW_PART_SIZE, at, end, glued, false);
    }
    if (skip_alpha(rest, end) != end) {
        return add_part(cutter, BW_PART_WORD, at, end, glued, false);
    }
    return add_part(cutter, BW_PART_NUMBER, at, rest, glued, marked) &&
           add_part(cutter, BW_PART_WORD, rest, end, true, false);
}

/* Fireworks writes the point as a letter: v3p1, k2p5. */
static void undo_point(char *at, const char *end)
{
    char *p = (char *)skip_alpha(at, end);
    char *point = (char *)skip_number(p, end);
    if (point > p && point + 1 < end && *point == 'p' && is_digit(point[1]) &&
        skip_alpha(skip_number(point + 1, end), end) == end) {
        *point = '.';
    }
}

static bool cut_token(struct cutter *cutter, char *at, const char *end)
{
    const struct bw_word_entry *entry = find(cutter, at, (size_t)(end - at));
    const unsigned whole = BW_WORD_PREVIEW | BW_WORD_FLOATING | BW_WORD_SERVING | BW_WORD_NOT_TEXT |
                           BW_WORD_MAKER | BW_WORD_FAMILY | BW_WORD_VARIANT | BW_WORD_TUNED;
    const char *digits = skip_alpha(at, end);
    if (digits == end || (entry != NULL && (entry->kinds & whole) != 0)) {
        return add_part(cutter, BW_PART_WORD, at, end, false, false);
    }
    undo_point(at, end);
    if (digits == at) {
        return is_digit(*at) ? cut_number(cutter, at, end, false, false)
                             : add_part(cutter, BW_PART_WORD, at, end, false, false);
    }
    if (!is_digit(*digits)) {
        return add_part(cutter, BW_PART_WORD, at, end, false, false);
    }
    bool single = digits == at + 1;
    if (single && *at == 'v') {
        return cut_number(cutter, digits, end, false, true);
    }
    if (single && (*at == 'a' || *at == 'e') && skip_number(digits, end) == end - 1 &&
        end[-1] == 'b') {
        return add_part(cutter, *at == 'e' ? BW_PART_SIZE : BW_PART_IGNORED, at, end, false, false);
    }
    if (skip_alpha(skip_number(digits, end), end) != end) {
        return add_part(cutter, BW_PART_WORD, at, end, false, false);
    }
    return add_part(cutter, BW_PART_WORD, at, digits, false, false) &&
           cut_number(cutter, digits, end, true, false);
}

static bool is_separator(const char *at, const char *begin)
{
    if (*at == '.') {
        return at == begin || !is_digit(at[-1]) || !is_digit(at[1]);
    }
    return strchr("-_ :@+,()/", *at) != NULL;
}

/* Quantisations are written with an underscore, q4_k_m: tried as one token first. */
static const char *token_end(const struct cutter *cutter, const char *at)
{
    const char *end = at;
    while (*end != '\0' && (*end == '_' || !is_separator(end, at))) {
        end++;
    }
    const char *underscore = memchr(at, '_', (size_t)(end - at));
    return underscore == NULL || find(cutter, at, (size_t)(end - at)) != NULL ? end : underscore;
}

static bool cut_tokens(struct cutter *cutter, char *name)
{
    char *at = name;
    while (*at != '\0') {
        char *end = at + (token_end(cutter, at) - at);
        if (end > at && !cut_token(cutter, at, end)) {
            return false;
        }
        at = end + (*end != '\0');
    }
    return cutter->out->count > 0;
}
