#include "codec/plugin_wire.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static enum bw_err read_line(const char *text, struct bw_plugin_line *out, struct bw_error *err)
{
    return bw_plugin_line_parse(text, strlen(text), out, err);
}

Test(plugin_wire, a_fetch_that_is_written_reads_back_the_same)
{
    char *headers[] = { "anthropic-version: 2023-06-01", "x-note: a: b" };
    const struct bw_fetch fetch = {
        .id = 7, .method = "POST", .path = "/models?limit=1&x=%20", .body = "{\"a\":1}",
        .headers = { .items = headers, .count = 2 },
        .auth = BW_AUTH_HEADER, .auth_name = "x-api-key", .repeatable = true,
    };
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_fetch_write(&fetch, &line);
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_line(line.text, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(int, got.kind, BW_LINE_FETCH));
    cr_expect(eq(i64, got.fetch.id, 7));
    cr_expect(bw_fetch_same(&got.fetch, &fetch));
    cr_expect(got.fetch.repeatable);
    bw_replace(&got.fetch.headers.items[1], "x-note: c");
    cr_expect(not(bw_fetch_same(&got.fetch, &fetch)));
}

Test(plugin_wire, bad_lines_name_what_is_wrong)
{
    static const char *const cases[][2] = {
        { "{}", "a line is an object with one member" },
        { "[]", "a line is an object with one member" },
        { "{\"fetch\":{},\"done\":{}}", "a line is an object with one member" },
        { "{\"fetch\":{\"path\":\"/x\"}}", "fetch: id is not a number from 1" },
        { "{\"fetch\":{\"id\":1}}", "fetch: path does not begin with '/'" },
        { "{\"fetch\":{\"id\":1,\"path\":\"@evil.example/\"}}", "fetch: path does not begin" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/a b\"}}", "holds a blank" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/a\\r\\nHost: x\"}}", "holds a blank" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\xc3\xa4\"}}", "outside ASCII" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"method\":\"DELETE\"}}", "method is not GET, POST" },
        { "{\"memory\":[1]}", "memory: is not an object" },
        { "{\"mail\":{\"id\":1,\"to\":[]}}", "mail: to is not a list" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"auth\":\"magic\"}}", "auth is none, bearer" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"auth\":\"header\"}}", "needs a plain auth_name" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"auth\":\"query\",\"auth_name\":\"a b\"}}",
          "needs a plain auth_name" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"headers\":{\"HOST\":\"x\"}}}", "the daemon's to set" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"headers\":{\"a\":\"b\\r\\nc: d\"}}}",
          "not an object of printable strings" },
        { "{\"fetch\":{\"id\":1,\"path\":\"/\",\"headers\":{\"a b\":\"c\"}}}",
          "not an object of printable strings" },
        { "{\"entry\":{\"id\":\"\"}}", "entry: id is empty" },
        { "{\"error\":{\"kind\":\"gloom\",\"text\":\"x\"}}", "error: needs a text, and kind is" },
        { "{\"finding\":{\"base\":\"gpt-9\"}}", "finding: id is empty" },
        { "{\"finding\":{\"id\":\"a\",\"rows\":-1}}", "finding: rows is not a count" },
        { "{\"finding\":{\"id\":\"a\",\"base\":7}}", "finding: base is not a string" },
        { "{\"finding\":{\"id\":\"a\",\"kind\":\"cake\"}}", "finding: kind is fine-tune or served" },
        { "{\"finding\":{\"id\":\"a\",\"price_usd\":\"much\"}}", "finding: price_usd is not an amount" },
        { "{\"finding\":{\"id\":\"a\",\"finished\":\"soon\"}}", "finding: finished: " },
        { "{\"note\":{\"partial\":true}}", "note: needs a text" },
        { "{\"error\":{\"kind\":\"auth\"}}", "error: needs a text" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_plugin_line got = { .kind = BW_LINE_DONE };
        struct bw_error err = { 0 };
        cr_expect(eq(int, read_line(cases[i][0], &got, &err), BW_ERR_INVALID), "%s", cases[i][0]);
        cr_expect(ne(ptr, strstr(err.text, cases[i][1]), NULL), "%s gives: %s", cases[i][0],
                  err.text);
        bw_plugin_line_clear(&got);
    }
}

Test(plugin_wire, an_answer_that_is_written_reads_back_the_same)
{
    char *headers[] = { "link: <x>; rel=\"next\"" };
    const struct bw_plugin_answer answer = {
        .id = 3, .status = 200, .headers = { .items = headers, .count = 1 }, .body_bytes = 12,
    };
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_answer_write(&answer, &line);
    BW_CLEANUP(bw_plugin_answer_clear) struct bw_plugin_answer got = { 0 };
    cr_assert(eq(int, bw_plugin_answer_parse(line.text, line.size, &got, NULL), BW_OK));
    cr_expect(eq(i64, got.id, 3));
    cr_expect(eq(sz, got.body_bytes, 12));
    cr_expect(eq(str, got.headers.items[0], "link: <x>; rel=\"next\""));
    cr_expect(eq(ptr, got.error, NULL));
}

Test(plugin_wire, the_opening_holds_the_settings_as_they_are)
{
    const struct bw_plugin_opening opening = {
        .verb = BW_VERB_CATALOG, .name = "s", .platform = "p", .account = "", .region = "eu",
        .settings = "{\"a\":[1]}",
    };
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_opening_write(&opening, &line);
    cr_expect(eq(str, line.text,
                 "{\"verb\":\"catalog\",\"protocol\":1,\"source\":{\"name\":\"s\",\"platform\":\"p\","
                 "\"account\":\"\",\"region\":\"eu\",\"settings\":{\"a\":[1]}},"
                 "\"fetches\":64,\"memory\":null}\n"));
}

Test(plugin_wire, the_opening_of_a_delivery_holds_message_and_memory)
{
    const struct bw_plugin_opening opening = {
        .verb = BW_VERB_DELIVER, .name = "ops", .settings = "{\"to\":1}", .message = "{\"id\":\"m\"}",
        .memory = "{\"number\":7}",
    };
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_opening_write(&opening, &line);
    cr_expect(eq(str, line.text,
                 "{\"verb\":\"deliver\",\"protocol\":1,\"sink\":{\"name\":\"ops\","
                 "\"settings\":{\"to\":1}},\"message\":{\"id\":\"m\"},"
                 "\"memory\":{\"number\":7}}\n"));
}

Test(plugin_wire, a_failed_delivery_says_when_to_try_again)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_error_write(BW_FAILURE_RETRY, "busy", 1500, &line);
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_line(line.text, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(int, got.failure, BW_FAILURE_RETRY));
    cr_expect(eq(i64, got.retry_after_ms, 1500));
}

Test(plugin_wire, a_finding_that_is_written_reads_back_the_same)
{
    const char *text =
        "{\"finding\":{\"id\":\"ft:gpt-9:acme:triage:1\",\"base\":\"gpt-9\",\"job\":\"ftjob-1\","
        "\"suffix\":\"triage\",\"method\":\"sft\",\"kind\":\"served\",\"status\":\"ready\","
        "\"created\":\"2030-01-14T00:00:00Z\",\"finished\":\"2030-01-15T00:00:00Z\","
        "\"trained_tokens\":1800000,\"epochs\":3,\"rows\":5000,\"price_usd\":0}}\n";
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_line(text, &got, &err), BW_OK), "%s", err.text);
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_finding_write(&got.finding, &line);
    cr_expect(eq(str, line.text, (char *)text));
}

Test(plugin_wire, a_finding_s_status_in_words_nobody_knows_is_not_said)
{
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_line("{\"finding\":{\"id\":\"a\",\"status\":\"MELTING\"}}", &got, &err),
                 BW_OK));
    cr_expect(eq(int, got.finding.status, BW_FINDING_UNKNOWN));
    cr_expect(eq(int, got.finding.kind, BW_FINDING_FINE_TUNE));
}

Test(plugin_wire, a_manifest_says_whether_there_is_an_inventory)
{
    static const char *const manifests[] = {
        "{\"manifest\":{\"name\":\"a\",\"protocol\":1,\"verbs\":[\"catalog\"]}}",
        "{\"manifest\":{\"name\":\"a\",\"protocol\":1,\"verbs\":[\"catalog\",\"inventory\"]}}",
    };
    for (size_t i = 0; i < BW_COUNT(manifests); i++) {
        BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
        struct bw_error err = { 0 };
        cr_assert(eq(int, read_line(manifests[i], &got, &err), BW_OK), "%s", err.text);
        cr_expect(eq(int, got.kind, BW_LINE_MANIFEST));
        cr_expect(eq(int, got.inventories, i == 1));
    }
}

Test(plugin_wire, a_note_says_whether_something_is_missing)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_note_write("listed 2 of 5 jobs", true, &line);
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line got = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_line(line.text, &got, &err), BW_OK), "%s", err.text);
    cr_expect(eq(int, got.kind, BW_LINE_NOTE));
    cr_expect(eq(str, got.text, "listed 2 of 5 jobs"));
    cr_expect(got.partial);
}
