#include "codec/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct bw_json *parse(const char *text)
{
    struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, strlen(text), &root, NULL), BW_OK));
    return root;
}

Test(json, numbers_and_booleans_may_be_spelled_as_strings)
{
    struct bw_json *root = parse("{\"a\":\"128000\",\"b\":7.0,\"c\":\"true\",\"d\":\"x\",\"e\":\"9007199254740993\"}");
    cr_expect(eq(i64, bw_json_i64(bw_json_get(root, "a"), -1), 128000));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(root, "b"), -1), 7));
    cr_expect(bw_json_bool(bw_json_get(root, "c"), false));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(root, "d"), -1), -1));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(root, "e"), -1), INT64_C(9007199254740993)));
    bw_json_free(root);
}

Test(json, says_where_a_text_stops_being_json)
{
    struct bw_error err = { 0 };
    struct bw_json *root = NULL;
    const char *const bad[] = { "{\n\"a\": }", "", "{} x", "<html>", "{\"a\":1" };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        cr_expect(eq(int, bw_json_parse(bad[i], strlen(bad[i]), &root, &err), BW_ERR_INVALID));
    }
    cr_expect(eq(ptr, root, NULL));
    (void)!bw_json_parse(bad[0], strlen(bad[0]), &root, &err);
    cr_expect(eq(str, err.text, "line 2, column 6: not JSON"));
}

Test(json, writer_output_reads_back)
{
    struct bw_str out = { 0 };
    struct bw_json_writer w = { .out = &out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "text", "a\"\\\n\x01 \xc3\xbc \xff");
    bw_json_array_begin(&w, "list");
    bw_json_add_i64(&w, NULL, 1);
    bw_json_add_null(&w, NULL);
    bw_json_array_end(&w);
    bw_json_add_usd(&w, "usd", (struct bw_money){ -46500000 });
    bw_json_add_usd(&w, "cents", (struct bw_money){ 1 });
    bw_json_add_double(&w, "d", 0.1);
    bw_json_add_day(&w, "never", 0);
    bw_json_object_end(&w);
    cr_expect(eq(str, out.text, "{\"text\":\"a\\\"\\\\\\n\\u0001 \xc3\xbc \xef\xbf\xbd\",\"list\":[1,null],\"usd\":-46.5,"
                                "\"cents\":0.000001,\"d\":0.1,\"never\":null}"));
    struct bw_json *root = parse(out.text);
    cr_expect(eq(sz, bw_json_size(bw_json_get(root, "list")), 2));
    bw_json_free(root);
    bw_str_clear(&out);
}
