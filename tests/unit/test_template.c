#include "codec/template.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char EVENT[] =
    "{\"type\":\"io.basewatch.test\",\"data\":{\"summary\":\"say \\\"hi\\\"\\n\\u00e9\",\"count\":3,"
    "\"none\":null,\"rows\":[{\"id\":\"7\"},{\"id\":\"8\"}]}}";

static void expect(const char *template, const char *want)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *event = NULL;
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_json_parse(EVENT, strlen(EVENT), &event, &err), BW_OK));
    cr_assert(eq(int, bw_template_check(template, &err), BW_OK), "%s", err.text);
    BW_CLEANUP(bw_freep) char *filled = bw_template_fill(template, event);
    cr_expect(eq(str, filled, (char *)want));
}

Test(template, a_text_stands_inside_quotes_as_json_would_have_it)
{
    expect("{\"text\":\"*{{type}}*: {{data.summary}}\"}",
           "{\"text\":\"*io.basewatch.test*: say \\\"hi\\\"\\n\xc3\xa9\"}");
}

Test(template, three_braces_give_the_value_itself)
{
    expect("{\"n\":{{{data.count}}},\"rows\":{{{data.rows}}}}",
           "{\"n\":3,\"rows\":[{\"id\":\"7\"},{\"id\":\"8\"}]}");
    expect("{\"a\":{\"b\":{{{data.summary}}}}}", "{\"a\":{\"b\":\"say \\\"hi\\\"\\n\xc3\xa9\"}}");
}

Test(template, numbers_are_words_and_what_is_not_there_is_nothing)
{
    expect("{{data.count}}|{{data.none}}|{{data.gone.deeper}}|{{{data.gone}}}", "3|||null");
    expect("{{data.rows.1.id}}{{data.rows.2.id}}", "8");
    expect("no hole {at} all", "no hole {at} all");
}

Test(template, a_hole_that_does_not_end_is_refused)
{
    static const char *const wrong[] = { "{{data.summary}", "{{}}", "{{ type }}", "{{{data}}",
                                         "ok {{type}} then {{" };
    for (size_t i = 0; i < BW_COUNT(wrong); i++) {
        struct bw_error err = { 0 };
        cr_expect(eq(int, bw_template_check(wrong[i], &err), BW_ERR_INVALID), "%s", wrong[i]);
    }
}
