/* daemon/domain/scan/notebook.c: see notebook.h. */
#include "domain/scan/notebook.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static const char CELL[] = "\"cell_type\"";
static const char SOURCE[] = "\"source\"";

struct copier {
    const char *text;
    size_t size;
    size_t at;
    char *out;
    bool quoted; /* inside a string of the code, as far as double quotes tell */
};

/* Between two offsets; `to` when it is not there. */
static size_t find(const struct copier *copier, size_t from, size_t to, const char *what)
{
    const char *at = memmem(copier->text + from, to - from, what, strlen(what));
    return at == NULL ? to : (size_t)(at - copier->text);
}

static bool passes(struct copier *copier, char wanted)
{
    size_t at = copier->at;
    while (at < copier->size && isspace((unsigned char)copier->text[at]) != 0) {
        at++;
    }
    bool here = at < copier->size && copier->text[at] == wanted;
    copier->at = here ? at + 1 : copier->at;
    return here;
}

/* A run of \" is worth half its bytes: quotes stay beside what they enclose, blanks outside. */
static void copy_quotes(struct copier *copier)
{
    size_t from = copier->at;
    while (copier->at + 1 < copier->size && copier->text[copier->at] == '\\' &&
           copier->text[copier->at + 1] == '"') {
        copier->at += 2;
    }
    size_t quotes = (copier->at - from) / 2;
    memset(copier->out + from + (copier->quoted ? 0 : quotes), '"', quotes);
    copier->quoted = quotes % 2 == 1 ? !copier->quoted : copier->quoted;
}

static void copy_escape(struct copier *copier)
{
    char escaped = copier->at + 1 < copier->size ? copier->text[copier->at + 1] : '\0';
    if (escaped == '"') {
        copy_quotes(copier);
        return;
    }
    if (escaped == 'n' || escaped == '\\') {
        copier->out[copier->at + 1] = escaped == 'n' ? '\n' : '\\';
    }
    copier->quoted = copier->quoted && escaped != 'n';
    copier->at += 2;
}

/* What stands in a JSON string, whose opening quote has been passed. */
static void copy_string(struct copier *copier)
{
    while (copier->at < copier->size && copier->text[copier->at] != '"') {
        if (copier->text[copier->at] == '\\') {
            copy_escape(copier);
        } else {
            copier->out[copier->at] = copier->text[copier->at];
            copier->at++;
        }
    }
    copier->at++;
}

/* A string, or a list of strings. */
static void copy_source(struct copier *copier)
{
    if (!passes(copier, ':')) {
        return;
    }
    copier->quoted = false;
    bool list = passes(copier, '[');
    while (passes(copier, '"')) {
        copy_string(copier);
        if (!list || !passes(copier, ',')) {
            return;
        }
    }
}

static bool is_code(struct copier *copier, size_t cell)
{
    copier->at = cell + strlen(CELL);
    return passes(copier, ':') && passes(copier, '"') && copier->size - copier->at > 4 &&
           memcmp(copier->text + copier->at, "code", 4) == 0;
}

/* The keys of a cell are sorted: its source comes last, behind what it printed. */
static void copy_cell(struct copier *copier, size_t cell, size_t next)
{
    size_t last = next;
    for (size_t at = find(copier, cell, next, SOURCE); at < next;) {
        last = at;
        at = find(copier, at + 1, next, SOURCE);
    }
    if (last < next) {
        copier->at = last + strlen(SOURCE);
        copy_source(copier);
    }
}

char *bw_scan_notebook_code(const char *text, size_t size)
{
    struct copier copier = { .text = text, .size = size, .out = bw_xmemdup(text, size) };
    for (size_t i = 0; i < size; i++) {
        copier.out[i] = text[i] == '\n' ? text[i] : ' ';
    }
    for (size_t cell = find(&copier, 0, size, CELL); cell < size;) {
        size_t next = find(&copier, cell + 1, size, CELL);
        if (is_code(&copier, cell)) {
            copy_cell(&copier, cell, next);
        }
        cell = next;
    }
    return copier.out;
}
