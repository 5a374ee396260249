/* daemon/cli/text.c: see text.h. */
#include "cli/text.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

static size_t decode(const char *text, wchar_t *out);
static bool drives_terminal(wchar_t c);
static size_t cells_of(wchar_t c);

void bw_text_append(struct bw_str *out, const char *text)
{
    while (*text != '\0') {
        wchar_t c = 0;
        size_t size = decode(text, &c);
        if (size == 0) {
            bw_str_append(out, "\xef\xbf\xbd");
            size = 1;
        } else if (!drives_terminal(c)) {
            bw_str_append_bytes(out, text, size);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            bw_str_append(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
        } else {
            bw_str_appendf(out, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
        }
        text += size;
    }
}

void bw_text_print(FILE *out, const char *text)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_text_append(&line, text);
    bw_str_append(&line, "\n");
    (void)fwrite(line.text, 1, line.size, out);
}

size_t bw_text_width(const char *text)
{
    size_t cells = 0;
    for (size_t size = 0; *text != '\0'; text += size) {
        wchar_t c = 0;
        size = decode(text, &c);
        cells += cells_of(c);
        size += size == 0 ? 1 : 0;
    }
    return cells;
}

size_t bw_text_fit(const char *text, size_t cells)
{
    const char *at = text;
    while (*at != '\0') {
        wchar_t c = 0;
        size_t size = decode(at, &c);
        size_t wide = cells_of(c);
        if (wide > cells) {
            break;
        }
        cells -= wide;
        at += size == 0 ? 1 : size;
    }
    return (size_t)(at - text);
}

/* The length of the well-formed sequence at text, which is not empty, or 0. */
static size_t decode(const char *text, wchar_t *out)
{
    size_t left = strnlen(text, 4);
    for (size_t size = 1; size <= left; size++) {
        if (!bw_str_is_utf8(text, size)) {
            continue;
        }
        static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
        wchar_t c = (unsigned char)text[0] & lead_bits[size];
        for (size_t i = 1; i < size; i++) {
            c = c << 6 | ((unsigned char)text[i] & 0x3f);
        }
        *out = c;
        return size;
    }
    return 0;
}

static bool drives_terminal(wchar_t c)
{
    static const struct {
        wchar_t first;
        wchar_t last;
    } ranges[] = {
        { 0x00, 0x1f },       { 0x7f, 0x9f },                         /* C0, DEL and C1 */
        { 0x200e, 0x200f },   { 0x202a, 0x202e }, { 0x2066, 0x2069 }, /* writing direction */
        { 0x2028, 0x2029 },   { 0xfeff, 0xfeff },                     /* line ends, byte order */
        { 0xe0000, 0xe007f },                                         /* invisible tags */
    };
    for (size_t i = 0; i < BW_COUNT(ranges); i++) {
        if (c >= ranges[i].first && c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static size_t cells_of(wchar_t c)
{
    if (c < 0x80) {
        return 1;
    }
    /* Output is UTF-8 whatever $LANG says, and a start without such text loads no locale. */
    static locale_t utf8 = (locale_t)0;
    if (utf8 == (locale_t)0) {
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        if (utf8 == (locale_t)0) {
            return 1;
        }
        (void)uselocale(utf8);
    }
    int cells = wcwidth(c);
    return cells < 0 ? 1 : (size_t)cells;
}
