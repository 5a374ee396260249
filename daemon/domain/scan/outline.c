/* daemon/domain/scan/outline.c: see outline.h. */
#include "domain/scan/outline.h"

#include <ctype.h>
#include <string.h>

enum {
    DEPTH_MAX = 200,  /* deeper brackets are passed over: no hand wrote them */
    BLANKS_MAX = 200, /* that are looked over for the next or the last word */
};

struct lexer {
    const struct bw_scan_syntax *syntax;
    const char *text;
    size_t size;
    size_t at;
    size_t statement_at; /* begin of the present element outside all brackets */
    size_t comment_at;   /* the last comment: from here to there */
    size_t comment_end;
    int top;             /* innermost open frame, -1: none */
    int depth;
    int angles; /* open ones of a type in this element: Map<A, B> */
    const struct bw_id_matches *matches;
    struct bw_scan_outline *out;
};

static void step(struct lexer *lexer);

static bool sees(const struct lexer *lexer, const char *what)
{
    size_t size = strlen(what);
    return lexer->size - lexer->at >= size && memcmp(lexer->text + lexer->at, what, size) == 0;
}

static size_t *item_of(struct lexer *lexer)
{
    return lexer->top < 0 ? &lexer->statement_at : &lexer->out->frames.items[lexer->top].item_at;
}

static size_t next_id(const struct lexer *lexer)
{
    size_t noted = lexer->out->spots.count;
    return noted < lexer->matches->count ? lexer->matches->items[noted].at : lexer->size;
}

/* All ids before `until` that have no spot yet stand in a place like this one. */
static void note(struct lexer *lexer, size_t until, struct bw_scan_spot spot)
{
    spot.frame = lexer->top;
    while (next_id(lexer) < until) {
        BW_VEC_PUSH(&lexer->out->spots, spot);
    }
}

void bw_scan_outline_make(const struct bw_scan_syntax *syntax, const char *text, size_t size,
                          const struct bw_id_matches *matches, struct bw_scan_outline *out)
{
    *out = (struct bw_scan_outline){ 0 };
    struct lexer lexer = {
        .syntax = syntax, .text = text, .size = size, .top = -1, .matches = matches, .out = out
    };
    while (lexer.at < size && out->spots.count < matches->count) {
        step(&lexer);
    }
    /* Frames that were open at the last id are worth their ends. */
    while (lexer.at < size && lexer.top >= 0) {
        step(&lexer);
    }
    note(&lexer, size, (struct bw_scan_spot){ .lead_at = *item_of(&lexer) });
    BW_VEC_EACH(struct bw_scan_frame, frame, &out->frames)
    {
        frame->end = frame->end == 0 ? size : frame->end;
    }
}

void bw_scan_outline_clear(struct bw_scan_outline *outline)
{
    BW_VEC_CLEAR(&outline->frames, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&outline->spots, BW_VEC_PLAIN);
}

static size_t find(const struct lexer *lexer, size_t from, const char *what)
{
    const char *found = from >= lexer->size
                            ? NULL
                            : memmem(lexer->text + from, lexer->size - from, what, strlen(what));
    return found == NULL ? lexer->size : (size_t)(found - lexer->text);
}

/* ---- comments ---- */

static void skip_comment(struct lexer *lexer, const char *open, const char *close)
{
    size_t end = find(lexer, lexer->at + strlen(open), close);
    size_t line = lexer->at;
    /* In a block each line speaks for itself. */
    while (line < end && next_id(lexer) < end) {
        const char *feed = memchr(lexer->text + line, '\n', end - line);
        size_t next = feed == NULL ? end : (size_t)(feed - lexer->text) + 1;
        note(lexer, next, (struct bw_scan_spot){ .lead_at = line, .comment = true });
        line = next;
    }
    bool line_stays = close[0] == '\n';
    lexer->comment_at = lexer->at;
    lexer->at = end == lexer->size ? end : end + (line_stays ? 0 : strlen(close));
    lexer->comment_end = lexer->at;
}

/* `#` is a comment at the begin of a line or behind a blank; `//` is none in a URL. */
static bool comment_begins(const struct lexer *lexer)
{
    const struct bw_scan_syntax *syntax = lexer->syntax;
    if (syntax->comment == NULL || !sees(lexer, syntax->comment)) {
        bool slashes = syntax->language == BW_LANG_TERRAFORM && sees(lexer, "//");
        bool semicolon = syntax->language == BW_LANG_SETTINGS && sees(lexer, ";") &&
                         (lexer->at == 0 || lexer->text[lexer->at - 1] == '\n');
        return slashes || semicolon;
    }
    char before = lexer->at == 0 ? '\n' : lexer->text[lexer->at - 1];
    return syntax->comment[0] == '#' && syntax->lines ? isspace((unsigned char)before) != 0
                                                      : before != ':' && before != '\\';
}

static bool comment(struct lexer *lexer)
{
    if (lexer->syntax->block_comments && sees(lexer, "/*")) {
        skip_comment(lexer, "/*", "*/");
    } else if (lexer->syntax->markup_comments && sees(lexer, "<!--")) {
        skip_comment(lexer, "<!--", "-->");
    } else if (lexer->syntax->language == BW_LANG_HASH && sees(lexer, "=begin") &&
               (lexer->at == 0 || lexer->text[lexer->at - 1] == '\n')) {
        skip_comment(lexer, "=begin", "\n=end"); /* Ruby */
    } else if (comment_begins(lexer)) {
        skip_comment(lexer, "#", "\n");
    } else {
        return false;
    }
    return true;
}

/* ---- strings ---- */

static bool blank(const struct lexer *lexer, size_t from, size_t to)
{
    while (from < to && isspace((unsigned char)lexer->text[from]) != 0) {
        from++;
    }
    return from >= to;
}

/* Where the string that begins with the quotes at lexer->at ends: at its closing quotes, or at the
 * end of the line when it may not go on. */
static size_t string_end(const struct lexer *lexer, char quote, size_t quotes)
{
    bool over_lines = quotes == 3 || quote == '`';
    for (size_t at = lexer->at + quotes; at < lexer->size; at++) {
        char c = lexer->text[at];
        if (c == '\\') {
            at++;
        } else if (c == '\n' && !over_lines) {
            return at;
        } else if (c == quote &&
                   (quotes == 1 || (at + 2 < lexer->size && lexer->text[at + 1] == quote &&
                                    lexer->text[at + 2] == quote))) {
            return at;
        }
    }
    return lexer->size;
}

/* An apostrophe inside a word is no quote; the prefixes of strings (f'..', rb'..') are no word. */
static bool quote_begins(const struct lexer *lexer)
{
    char c = lexer->text[lexer->at];
    if (c != '"' && c != '\'' && (c != '`' || !lexer->syntax->backticks)) {
        return false;
    }
    if (c != '\'') {
        return true;
    }
    if (lexer->syntax->characters) { /* a quote character would else begin a string */
        const char *text = lexer->text + lexer->at;
        size_t left = lexer->size - lexer->at;
        return (left > 2 && text[2] == '\'') || (left > 3 && text[1] == '\\' && text[3] == '\'');
    }
    size_t word = lexer->at;
    while (word > 0 && isalnum((unsigned char)lexer->text[word - 1]) != 0) {
        word--;
    }
    bool prefix = lexer->syntax->language == BW_LANG_PYTHON && lexer->at - word <= 2;
    return word == lexer->at || prefix;
}

static bool string(struct lexer *lexer)
{
    if (!quote_begins(lexer)) {
        return false;
    }
    char quote = lexer->text[lexer->at];
    bool triple = lexer->syntax->triple_quotes && lexer->size - lexer->at >= 3 &&
                  lexer->text[lexer->at + 1] == quote && lexer->text[lexer->at + 2] == quote;
    size_t quotes = triple ? 3 : 1;
    size_t end = string_end(lexer, quote, quotes);
    size_t item = *item_of(lexer);
    bool is_statement = lexer->top < 0 || lexer->out->frames.items[lexer->top].block;
    note(lexer, end,
         (struct bw_scan_spot){
             .lead_at = item,
             .in_string = true,
             .literal_at = lexer->at + quotes,
             .literal_end = end,
             .docstring = triple && is_statement && blank(lexer, item, lexer->at),
         });
    bool closed = end < lexer->size && lexer->text[end] == quote;
    lexer->at = closed ? end + quotes : end;
    return true;
}

/* ---- brackets and elements ---- */

/* Go: `var (`, `const (` hold declarations, one a line. */
static bool groups(const struct lexer *lexer)
{
    return lexer->at >= 6 && (memcmp(lexer->text + lexer->at - 6, "const ", 6) == 0 ||
                              memcmp(lexer->text + lexer->at - 5, "\nvar ", 5) == 0);
}

static void open_frame(struct lexer *lexer, char c)
{
    if (lexer->depth == DEPTH_MAX) {
        return;
    }
    lexer->depth++;
    struct bw_scan_frame frame = {
        .open = c,
        .block = c == '{' || (c == '(' && groups(lexer)),
        .head_at = *item_of(lexer),
        .at = lexer->at,
        .item_at = lexer->at + 1,
        .parent = lexer->top,
    };
    lexer->top = (int)lexer->out->frames.count;
    BW_VEC_PUSH(&lexer->out->frames, frame);
}

/* A bracket that closes nothing is passed over; those it closes beside its own were never meant. */
static void close_frame(struct lexer *lexer, char c)
{
    char open = c == ')' ? '(' : c == ']' ? '[' : '{';
    struct bw_scan_frame *frames = lexer->out->frames.items;
    int own = lexer->top;
    while (own >= 0 && frames[own].open != open) {
        own = frames[own].parent;
    }
    if (own < 0) {
        return;
    }
    for (int last = frames[own].parent; lexer->top != last;
         lexer->top = frames[lexer->top].parent) {
        frames[lexer->top].end = lexer->at;
        lexer->depth--;
    }
    if (open == '{' && (lexer->top < 0 || frames[lexer->top].open == '{') &&
        !lexer->syntax->lines) {
        *item_of(lexer) = lexer->at + 1;
    }
}

/* Does the statement go on behind this line end? */
static bool goes_on(const struct lexer *lexer)
{
    bool commented = lexer->comment_end == lexer->at && lexer->at > 0;
    size_t last = commented ? lexer->comment_at : lexer->at;
    size_t least = last > BLANKS_MAX ? last - BLANKS_MAX : 0;
    while (last > least && strchr(" \t\r", lexer->text[last - 1]) != NULL) {
        last--;
    }
    char before = last == 0 ? '\n' : lexer->text[last - 1];
    if (before == '\\') {
        return true;
    }
    if (lexer->syntax->lines) {
        return false;
    }
    size_t next = lexer->at;
    size_t most = lexer->size - next > BLANKS_MAX ? next + BLANKS_MAX : lexer->size;
    while (next < most && isspace((unsigned char)lexer->text[next]) != 0) {
        next++;
    }
    char after = next == most ? '\0' : lexer->text[next];
    bool colon = lexer->syntax->language != BW_LANG_PYTHON && before == ':';
    bool brace = lexer->syntax->language == BW_LANG_C && after == '{'; /* on a line of its own */
    return colon || brace || strchr("=?|&+(.", before) != NULL ||
           (after != '\0' && !lexer->syntax->indented && strchr("?:.|&", after) != NULL);
}

static void end_line(struct lexer *lexer)
{
    bool listing = lexer->top >= 0 && !lexer->out->frames.items[lexer->top].block;
    if (!listing && !goes_on(lexer)) {
        *item_of(lexer) = lexer->at + 1;
    }
}

/* All that may mean something to some language; what is none of it is passed over in runs. */
static const bool STOPS[256] = {
    ['\n'] = true, ['('] = true, [')'] = true, ['['] = true, [']'] = true,  ['{'] = true,
    ['}'] = true,  [','] = true, [';'] = true, ['"'] = true, ['\''] = true, ['`'] = true,
    ['/'] = true,  ['#'] = true, ['-'] = true, ['<'] = true, ['>'] = true,  ['='] = true,
};

static bool parts_elements(const struct lexer *lexer)
{
    return lexer->angles == 0 && (!lexer->syntax->lines || lexer->top >= 0);
}

/* Map<A, B>: a `<` that touches a name opens a type; the line ends what was none. */
static void count_angle(struct lexer *lexer, char c)
{
    bool typed = lexer->syntax->language == BW_LANG_C || lexer->syntax->language == BW_LANG_SCRIPT;
    if (c == '\n' || c == ';' || !typed) {
        lexer->angles = 0;
    } else if (c == '<' && lexer->at > 0 &&
               isalnum((unsigned char)lexer->text[lexer->at - 1]) != 0) {
        lexer->angles++;
    } else if (c == '>' && lexer->angles > 0) {
        lexer->angles--;
    }
}

static void step(struct lexer *lexer)
{
    size_t run = lexer->at;
    while (run < lexer->size && !STOPS[(unsigned char)lexer->text[run]]) {
        run++;
    }
    note(lexer, run, (struct bw_scan_spot){ .lead_at = *item_of(lexer) });
    lexer->at = run;
    if (run == lexer->size) {
        return;
    }
    char c = lexer->text[lexer->at];
    if (comment(lexer) || string(lexer)) {
        return;
    }
    note(lexer, lexer->at + 1, (struct bw_scan_spot){ .lead_at = *item_of(lexer) });
    if (c == '\n') {
        end_line(lexer);
    } else if (c == '(' || c == '[' || c == '{') {
        open_frame(lexer, c);
    } else if (c == ')' || c == ']' || c == '}') {
        close_frame(lexer, c);
    } else if ((c == ',' && parts_elements(lexer)) || c == ';') {
        *item_of(lexer) = lexer->at + 1;
    }
    count_angle(lexer, c);
    lexer->at++;
}
