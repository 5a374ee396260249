#include "cli/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char *harmless(const char *text)
{
    struct bw_str out = { 0 };
    bw_text_append(&out, text);
    return bw_str_take(&out);
}

Test(text, what_drives_a_terminal_is_spelled_out)
{
    const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        { "gpt-4o", "gpt-4o" },
        { "a\x1b]0;owned\x07z", "a\\x1b]0;owned\\x07z" },
        { "two\nlines\tand\rmore", "two\\nlines\\tand\\rmore" },
        { "del\x7f", "del\\x7f" },
        { "\xc2\x9b" "31m", "\\u009b31m" },            /* C1 CSI */
        { "\xe2\x80\xae" "abc", "\\u202eabc" },        /* right-to-left override */
        { "bad\xff\xc3", "bad\xef\xbf\xbd\xef\xbf\xbd" },
        { "gr\xc3\xbc\xc3\x9f\xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f\xf0\x9f\x98\x80" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        char *shown = harmless(rows[i].text);
        cr_expect(eq(str, shown, (char *)rows[i].shown));
        free(shown);
    }
}

Test(text, width_is_in_display_cells_whatever_the_locale)
{
    cr_expect(eq(sz, bw_text_width("abc"), 3));
    cr_expect(eq(sz, bw_text_width("\xc3\xbc"), 1));
    cr_expect(eq(sz, bw_text_width("u\xcc\x88"), 1));               /* combining */
    cr_expect(eq(sz, bw_text_width("\xe6\xa8\xa1\xe5\x9e\x8b"), 4)); /* two wide ones */
}

Test(text, fitting_never_cuts_a_character)
{
    cr_expect(eq(sz, bw_text_fit("abc", 2), 2));
    cr_expect(eq(sz, bw_text_fit("\xe6\xa8\xa1\xe5\x9e\x8b", 3), 3));
    cr_expect(eq(sz, bw_text_fit("\xe6\xa8\xa1", 1), 0));
    cr_expect(eq(sz, bw_text_fit("abc", 9), 3));
}
