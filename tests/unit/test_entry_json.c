#include "codec/entry_json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static enum bw_err read_entry(const char *text, struct bw_entry *out, struct bw_error *err)
{
    struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, strlen(text), &root, err), BW_OK));
    enum bw_err rc = bw_entry_from_json(root, out, err);
    bw_json_free(root);
    return rc;
}

Test(entry_json, what_is_written_reads_back_the_same)
{
    const char *text =
        "{\"id\":\"gpt-5\",\"maker\":\"openai\",\"context_tokens\":400000,\"released\":\"2025-08-07T00:00:00Z\","
        "\"input\":[\"text\",\"image\"],\"output\":[\"text\"],\"prices\":{\"input\":1.25,\"output\":10},"
        "\"aliases\":[\"gpt-5-2025-08-07\"],\"dates\":[{\"clock\":\"inference\",\"firm\":false,"
        "\"at\":\"2027-01-01T00:00:00Z\",\"evidence\":\"page\"}],\"tunable\":false,\"life\":\"active\"}";
    struct bw_entry entry = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_entry(text, &entry, &err), BW_OK), "%s", err.text);
    struct bw_str out = { 0 };
    struct bw_json_writer w = { .out = &out };
    bw_entry_to_json(&entry, &w, NULL);
    cr_expect(eq(str, out.text, (char *)text));
    bw_str_clear(&out);
    bw_entry_clear(&entry);
}

Test(entry_json, names_the_member_that_is_wrong)
{
    const char *const cases[][2] = {
        { "{\"id\":7}", "id is not a string" },
        { "{}", "id is empty" },
        { "{\"id\":\"a\",\"context_tokens\":-1}", "context_tokens is not a count" },
        { "{\"id\":\"a\",\"prices\":{\"input\":\"cheap\"}}", "prices.input is not an amount of dollars" },
        { "{\"id\":\"a\",\"released\":\"soon\"}",
          "released: 'soon' is not a date; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ" },
        { "{\"id\":\"a\",\"life\":\"zombie\"}", "life is preview, active, deprecated, retired or unknown" },
        { "{\"id\":\"a\",\"dates\":[{\"clock\":\"inference\"}]}", "dates: at is missing" },
        { "{\"id\":\"a\",\"input\":\"text\"}", "input is not a list" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_entry entry = { 0 };
        struct bw_error err = { 0 };
        cr_expect(eq(int, read_entry(cases[i][0], &entry, &err), BW_ERR_INVALID));
        cr_expect(eq(str, err.text, (char *)cases[i][1]));
        cr_expect(eq(ptr, entry.id, NULL));
    }
}
