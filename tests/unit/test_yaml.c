#include "codec/yaml.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct bw_error err;

static enum bw_err parse(const char *text, struct bw_yaml **out)
{
    return bw_yaml_parse("f.yaml", text, strlen(text), out, &err);
}

Test(yaml, keeps_the_place_of_every_value)
{
    struct bw_yaml *root = NULL;
    cr_assert(eq(int, parse("a: 1\nb:\n  - {name: x, url: \"http://h/\"}\n", &root), BW_OK));
    const struct bw_yaml *item = bw_yaml_get(root, "b")->first;
    cr_expect(eq(int, item->line, 3));
    cr_expect(eq(int, item->column, 5));
    cr_expect(eq(str, (char *)bw_yaml_text(bw_yaml_get(item, "url")), "http://h/"));
    cr_expect(eq(ptr, (void *)bw_yaml_text(bw_yaml_get(item, "nothing")), NULL));
    bw_yaml_free(root);
}

Test(yaml, refuses_duplicates_aliases_and_second_documents)
{
    const struct {
        const char *text;
        const char *says;
    } cases[] = {
        { "a: 1\na: 2\n", "f.yaml:2:1: error: key 'a' stands here twice; first at line 1" },
        { "a: &x 1\nb: *x\n", "f.yaml:2:4: error: anchors and aliases are not supported" },
        { "a: 1\n---\nb: 2\n", "f.yaml:3:1: error: a second document; keep one a file" },
        { "a: [1, 2\n", NULL },
        { "{[a]: 1}", "f.yaml:1:2: error: a key must be a word" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_yaml *root = NULL;
        cr_expect(eq(int, parse(cases[i].text, &root), BW_ERR_INVALID));
        cr_expect(eq(ptr, root, NULL));
        if (cases[i].says != NULL) {
            cr_expect(eq(str, err.text, (char *)cases[i].says));
        }
    }
}

Test(yaml, an_empty_file_is_an_empty_map)
{
    struct bw_yaml *root = NULL;
    cr_assert(eq(int, parse("# nothing\n", &root), BW_OK));
    cr_expect(eq(int, root->kind, BW_YAML_MAP));
    cr_expect(eq(ptr, root->first, NULL));
    bw_yaml_free(root);
}

Test(yaml, depth_is_bounded)
{
    char deep[200] = { 0 };
    memset(deep, '[', 100);
    memset(deep + 100, ']', 99);
    struct bw_yaml *root = NULL;
    cr_expect(eq(int, parse(deep, &root), BW_ERR_INVALID));
    cr_expect(eq(ptr, root, NULL));
}

Test(yaml, a_quoted_text_reads_back_byte_for_byte)
{
    static const char *const texts[] = {
        "", "plain", "a\r\n\tb\n", "\"\\x\" # : {", "\x01\x1b[0m\x7f", "\xc2\x85\xc2\x9f\xc2\xa0",
        "\xef\xbb\xbf!", "\xe2\x80\xa8\xe2\x80\xa9", "\xef\xbf\xbe", "\xc3\xbc \xf0\x9f\x98\x80",
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
        BW_CLEANUP(bw_yaml_freep) struct bw_yaml *root = NULL;
        bw_str_append(&text, "a: ");
        bw_yaml_quote(&text, texts[i]);
        cr_assert(strchr(text.text, '\n') == NULL);
        cr_assert(eq(int, parse(text.text, &root), BW_OK), "%s: %s", text.text, err.text);
        cr_expect(eq(str, (char *)bw_yaml_text(bw_yaml_get(root, "a")), (char *)texts[i]));
    }
}
