#include "domain/model_ids.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"

static const char *const KNOWN[] = {
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-3.5-turbo",
    "claude-3-5-haiku-20241022",
    "a",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "openai/gpt-4o",
    "  spaced-1 ",
    "",
    "o1",
};

static struct bw_model_ids *ids;

static void setup(void)
{
    ids = bw_model_ids_new(KNOWN, BW_COUNT(KNOWN));
}

static void teardown(void)
{
    bw_model_ids_free(ids);
}

TestSuite(model_ids, .init = setup, .fini = teardown);

/* All that is found, separated by blanks. */
static char *found_in(const char *text)
{
    struct bw_str out = { 0 };
    struct bw_id_match match;
    for (size_t at = 0; bw_model_ids_next(ids, text, strlen(text), &at, &match);) {
        bw_str_append(&out, out.size > 0 ? " " : "");
        bw_str_append_bytes(&out, text + match.at, match.size);
    }
    return bw_str_take(&out);
}

Test(model_ids, the_longest_id_stands_alone)
{
    const struct {
        const char *text;
        const char *found;
    } rows[] = {
        { "gpt-4o", "gpt-4o" },
        { "gpt-4o-mini and gpt-4o", "gpt-4o-mini gpt-4o" },
        { "gpt-4o-mini-2099 gpt-4o_x gpt-4o.5 gpt-4o@1", "" },
        { "my-gpt-4o .gpt-4o _gpt-4o xgpt-4o", "" },
        { "We use gpt-4o. And gpt-4o... (gpt-4o)", "gpt-4o gpt-4o gpt-4o" },
        { "openai:chat:gpt-4o openrouter/openai/gpt-4o x/gpt-4o", "gpt-4o openai/gpt-4o gpt-4o" },
        { "gpt-4o:free gpt-4o/x gpt-4o=1", "gpt-4o gpt-4o gpt-4o" },
        { "${M:-gpt-4o} ${M-gpt-4o} ${M:=gpt-4o} :-gpt-4o $M-gpt-4o", "gpt-4o gpt-4o gpt-4o" },
        { "${LONG_NAME:-gpt-4o-mini}/x", "gpt-4o-mini" },
        { "a b a", "a a" },
        { "spaced-1", "spaced-1" },
        { "", "" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        BW_CLEANUP(bw_freep) char *found = found_in(rows[i].text);
        cr_expect(eq(str, found, (char *)rows[i].found), "in: %s", rows[i].text);
    }
}

Test(model_ids, one_model_has_several_spellings)
{
    static const char *const SPELLINGS[] = {
        "gpt-35-turbo",
        "claude-3-5-haiku@20241022",
        "anthropic.claude-3-5-haiku-20241022-v1:0",
        "us.anthropic.claude-3-5-haiku-20241022-v1:0",
        "eu.anthropic.claude-3-haiku-20240307-v1:0",
        "apac.anthropic.claude-3-haiku-20240307-v1:0",
    };
    for (size_t i = 0; i < BW_COUNT(SPELLINGS); i++) {
        BW_CLEANUP(bw_freep) char *found = found_in(SPELLINGS[i]);
        cr_expect(eq(str, found, (char *)SPELLINGS[i]));
    }
}

Test(model_ids, a_match_names_the_known_id)
{
    struct bw_id_match match;
    size_t at = 0;
    static const char text[] = "x = gpt-35-turbo";
    cr_assert(bw_model_ids_next(ids, text, strlen(text), &at, &match));
    cr_expect(eq(str, (char *)KNOWN[match.id], "gpt-3.5-turbo"));
    cr_expect(eq(sz, match.at, 4));
    cr_expect(eq(sz, at, strlen(text)));
}

Test(model_ids, none_are_found_when_none_are_known)
{
    BW_CLEANUP(bw_model_ids_freep) struct bw_model_ids *none = bw_model_ids_new(NULL, 0);
    struct bw_id_match match;
    size_t at = 0;
    cr_expect(not(bw_model_ids_next(none, "gpt-4o", 6, &at, &match)));
    cr_expect(eq(sz, at, 6));
}
