#include "base/str.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(str, appending_grows_and_taking_empties)
{
    struct bw_str str = { 0 };
    for (int i = 0; i < 100; i++) {
        bw_str_appendf(&str, "%d,", i);
    }
    cr_expect(eq(sz, str.size, 290));
    char *text = bw_str_take(&str);
    cr_expect(bw_str_ends_with(text, ",98,99,"));
    cr_expect(eq(sz, str.size, 0));
    free(text);
}

Test(str, a_number_is_digits_alone)
{
    static const char *const bad[] = { "", "7x", " 7", "7 ", "+7", "-7", "0x7", "7.0",
                                       "9223372036854775808" };
    int64_t number = -1;
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        cr_expect(not(bw_str_number(bad[i], &number)), "%s", bad[i]);
    }
    cr_expect(eq(i64, number, -1));
    cr_expect(bw_str_number("9223372036854775807", &number));
    cr_expect(eq(i64, number, INT64_MAX));
    cr_expect(bw_str_number("007", &number));
    cr_expect(eq(i64, number, 7));
}

Test(str, glob_matches_whole_texts_only)
{
    cr_expect(bw_str_glob("ft:*:acme:triage:*", "ft:gpt-4o-mini:acme:triage:9xYz"));
    cr_expect(bw_str_glob("*:free", "meta/llama:free"));
    cr_expect(bw_str_glob("a?c", "abc"));
    cr_expect(not(bw_str_glob("*:free", "meta/llama:free2")));
    cr_expect(not(bw_str_glob("abc", "ab")));
    cr_expect(bw_str_glob("*", ""));
}

Test(str, nearest_word_is_a_slip_away_or_none)
{
    const char *const words[] = { "sources", "sinks", "deployments", NULL };
    cr_expect(eq(str, (char *)bw_str_nearest("deploymnets", words), "deployments"));
    cr_expect(eq(str, (char *)bw_str_nearest("source", words), "sources"));
    cr_expect(eq(ptr, (void *)bw_str_nearest("telemetry", words), NULL));
}

Test(str, utf8_refuses_overlong_forms_surrogates_and_nul)
{
    cr_expect(bw_str_is_utf8("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", 11));
    cr_expect(not(bw_str_is_utf8("\xc0\x80", 2)));
    cr_expect(not(bw_str_is_utf8("\xed\xa0\x80", 3)));
    cr_expect(not(bw_str_is_utf8("a\0b", 3)));
    cr_expect(not(bw_str_is_utf8("\xe2\x82", 2)));
}

Test(str, a_part_of_a_url_is_percent_encoded)
{
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    bw_str_append_url(&out, "Az09-._~ /?&=\xc3\xa4%");
    cr_expect(eq(str, out.text, "Az09-._~%20%2F%3F%26%3D%C3%A4%25"));
}

Test(str, a_secret_is_hidden_also_where_the_text_was_cut_inside_of_it)
{
    static const struct {
        const char *text;
        const char *clean;
    } cases[] = {
        { "you sent s3cret! and s3cret!", "you sent [credential] and [credential]" },
        { "you sent s3cr", "you sent [credential]" },
        { "s3cret! or s3cret", "[credential] or [credential]" },
        { "s3c", "s3c" },
        { "", "" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_freep) char *clean = bw_str_without(cases[i].text, "s3cret!");
        cr_expect(eq(str, clean, (char *)cases[i].clean), "%s", cases[i].text);
    }
    BW_CLEANUP(bw_freep) char *same = bw_str_without("plain", NULL);
    cr_expect(eq(str, same, "plain"));
}
