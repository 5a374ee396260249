/* `basewatch lineage` as a user calls it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/str.h"
#include "codec/json.h"

/* Run `basewatch lineage ARGUMENTS` with input on stdin; both outputs go to *out. Exit status. */
static int run(const char *arguments, const char *input, struct bw_str *out)
{
    BW_CLEANUP(bw_freep) char *command = bw_xasprintf(
        "printf '%%s' '%s' | \"$BW_BIN/basewatch\" lineage %s 2>&1", input, arguments);
    FILE *pipe = popen(command, "r");
    char bytes[4096];
    cr_assert(ne(ptr, pipe, NULL));
    bw_str_append(out, "");
    for (size_t got = fread(bytes, 1, sizeof(bytes), pipe); got > 0;
         got = fread(bytes, 1, sizeof(bytes), pipe)) {
        bw_str_append_bytes(out, bytes, got);
    }
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(cmd_lineage, batch_answers_in_order_and_echoes_the_platform)
{
    static const char INPUT[] =
        "{\"platform\":\"amazon-bedrock\",\"old\":{\"id\":\"amazon.nova-lite-v1:0\"},"
        "\"new\":{\"id\":\"amazon.nova-2-lite-v1:0\",\"released\":\"2025-12-02\",\"cost_in\":0.3,"
        "\"output\":[\"text\"]}}\n"
        "\n"
        "{\"platform\":\"x\",\"old\":{\"id\":\"acme/a-1\"},\"new\":{\"id\":\"acme/a-2\"}}\n";
    struct bw_str out = { 0 };
    cr_expect(eq(int, run("relate --batch", INPUT, &out), 0));
    char *second = strchr(out.text, '\n');
    cr_assert(ne(ptr, second, NULL));
    struct bw_json *answer = NULL;
    size_t size = (size_t)(second - out.text);
    cr_assert(eq(int, bw_json_parse(out.text, size, &answer, NULL), BW_OK));
    cr_expect(bw_json_bool(bw_json_get(answer, "successor"), false));
    const struct {
        const char *name;
        char *value;
    } rows[] = {
        { "platform", "amazon-bedrock" },
        { "relation", "major" },
        { "via", "line" },
        { "lineage", "amazon/nova-lite" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        const char *got = bw_json_text(bw_json_get(answer, rows[i].name), "");
        cr_expect(eq(str, (char *)got, rows[i].value));
    }
    bw_json_free(answer);
    cr_expect(ne(ptr, strstr(second, "\"relation\":\"unordered\""), NULL));
    bw_str_clear(&out);
}

Test(cmd_lineage, a_bad_question_is_named_and_ends_the_batch)
{
    static const char INPUT[] = "{\"old\":{\"id\":\"a\"},\"new\":{\"id\":\"b\"}}\n{\"old\":{}}\n";
    struct bw_str out = { 0 };
    cr_expect(eq(int, run("relate --batch", INPUT, &out), 2));
    cr_expect(ne(ptr, strstr(out.text, "question 2: old.id and new.id are needed"), NULL));
    bw_str_clear(&out);
}

Test(cmd_lineage, check_passes_on_what_ships)
{
    struct bw_str out = { 0 };
    cr_expect(eq(int, run("check", "", &out), 0));
    cr_expect(ne(ptr, strstr(out.text, ", 0 wrong"), NULL));
    bw_str_clear(&out);
}

Test(cmd_lineage, a_call_it_does_not_understand_is_answered_with_the_usage)
{
    const char *const calls[] = { "", "relate one", "relate --batch one", "guess", "show --json" };
    for (size_t i = 0; i < BW_COUNT(calls); i++) {
        struct bw_str out = { 0 };
        cr_expect(eq(int, run(calls[i], "", &out), 2), "%s", calls[i]);
        cr_expect(ne(ptr, strstr(out.text, "usage: basewatch lineage"), NULL));
        bw_str_clear(&out);
    }
}

Test(cmd_lineage, show_says_how_a_name_was_read)
{
    struct bw_str out = { 0 };
    cr_expect(eq(int, run("show codestral-2501 --json", "", &out), 0));
    cr_expect(ne(ptr, strstr(out.text, "\"lineage\":\"mistral/codestral\""), NULL));
    cr_expect(ne(ptr, strstr(out.text, "\"version\":\"1.1\""), NULL));
    cr_expect(ne(ptr, strstr(out.text, "\"snapshot\":\"2025-01\""), NULL));
    bw_str_clear(&out);
}

Test(cmd_lineage, overrides_beside_the_configuration_come_first)
{
    char folder[] = "/tmp/basewatch-lineage-XXXXXX";
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    BW_CLEANUP(bw_freep) char *prepare = bw_xasprintf(
        "mkdir %s/lineages && printf 'overrides:\\n  - {old: gpt-4.1, new: gpt-5.4-nano, is: "
        "successor}\\n' > %s/lineages/own.yaml",
        folder, folder);
    cr_assert(eq(int, system(prepare), 0));
    BW_CLEANUP(bw_freep) char *arguments =
        bw_xasprintf("relate gpt-4.1 gpt-5.4-nano --config %s/basewatch.yaml", folder);
    struct bw_str out = { 0 };
    cr_expect(eq(int, run(arguments, "", &out), 0));
    cr_expect(eq(int, strncmp(out.text, "successor: ", 11), 0));
    bw_str_reset(&out);
    cr_expect(eq(int, run("relate gpt-4.1 gpt-5.4-nano", "", &out), 0));
    cr_expect(eq(int, strncmp(out.text, "no successor", 12), 0));
    bw_str_clear(&out);
    BW_CLEANUP(bw_freep) char *clean = bw_xasprintf("rm -r %s", folder);
    cr_expect(eq(int, system(clean), 0));
}
