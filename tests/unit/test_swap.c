#include "domain/swap.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "domain/swap_breaks.h"

static char folder[64];

static void begin(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-swap-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    cr_assert(eq(int, chdir(folder), 0));
    cr_assert(eq(int, system("git init -q ."), 0));
}

static void end(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(swap, .init = begin, .fini = end);

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(eq(sz, fwrite(text, 1, strlen(text), file), strlen(text)));
    cr_assert(eq(int, fclose(file), 0));
}

/* What a client captures. Ownership: the caller's. */
static struct bw_place capture(const char *file, const char *text, int64_t line)
{
    struct bw_str context = { 0 };
    struct bw_place at = { .file = (char *)file, .line = line };
    int64_t number = 1;
    for (const char *c = text; *c != '\0'; number++) {
        size_t size = strcspn(c, "\n");
        size += c[size] == '\n';
        if (number >= line - BW_PLACE_CONTEXT && number <= line + BW_PLACE_CONTEXT) {
            bw_str_append_bytes(&context, c, size);
        }
        c += size;
    }
    at.context = bw_str_take(&context);
    return at;
}

/* The diff of that line of that file is what `git apply` makes `after` of `before` with. */
static void applies(const char *file, const char *before, int64_t line, const char *after)
{
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *diff = NULL;
    BW_CLEANUP(bw_freep) char *got = NULL;
    size_t size = 0;
    struct bw_place at = capture(file, before, line);
    cr_assert(eq(int, bw_swap_diff(&at, "gpt-5-mini", "gpt-5.4-mini", &diff, &err), BW_OK), "%s",
              err.text);
    free(at.context);
    put(file, before);
    put("swap.diff", diff);
    cr_assert(eq(int, system("git apply --check swap.diff && git apply swap.diff"), 0), "%s", diff);
    cr_assert(eq(int, bw_file_read(file, 1 << 20, &got, &size, &err), BW_OK));
    cr_expect(eq(str, got, (char *)after), "%s", diff);
}

Test(swap, a_line_in_the_middle)
{
    applies("a.yaml", "1\n2\n3\n4\nmodel: gpt-5-mini # the model\n6\n7\n8\n9\n", 5,
            "1\n2\n3\n4\nmodel: gpt-5.4-mini # the model\n6\n7\n8\n9\n");
}

Test(swap, the_first_and_the_last_line)
{
    applies("a", "gpt-5-mini\n2\n3\n4\n5\n", 1, "gpt-5.4-mini\n2\n3\n4\n5\n");
    applies("b", "1\n2\n3\n4\n5\ngpt-5-mini\n", 6, "1\n2\n3\n4\n5\ngpt-5.4-mini\n");
    applies("c", "gpt-5-mini\n", 1, "gpt-5.4-mini\n");
    applies("d", "1\ngpt-5-mini\n3\n", 2, "1\ngpt-5.4-mini\n3\n");
}

Test(swap, a_file_without_a_final_newline)
{
    applies("a", "gpt-5-mini", 1, "gpt-5.4-mini");
    applies("b", "1\n2\n3\n4\ngpt-5-mini", 5, "1\n2\n3\n4\ngpt-5.4-mini");
    applies("c", "1\n2\ngpt-5-mini\n4", 3, "1\n2\ngpt-5.4-mini\n4");
}

Test(swap, carriage_returns_stay)
{
    applies("a", "1\r\n2\r\nmodel: gpt-5-mini\r\n4\r\n", 3,
            "1\r\n2\r\nmodel: gpt-5.4-mini\r\n4\r\n");
    applies("b", "1\r\ngpt-5-mini", 2, "1\r\ngpt-5.4-mini");
}

Test(swap, blank_lines_tabs_and_foreign_bytes_stay)
{
    applies("a", "\n\n\tm = \"gpt-5-mini\"\t\xc3\xa4\xff \n\n\n", 3,
            "\n\n\tm = \"gpt-5.4-mini\"\t\xc3\xa4\xff \n\n\n");
}

Test(swap, a_folder_and_a_blank_in_the_name)
{
    cr_assert(eq(int, mkdir("my app", 0700), 0));
    applies("my app/the config.yaml", "x\ngpt-5-mini\n", 2, "x\ngpt-5.4-mini\n");
}

Test(swap, only_a_whole_id_is_replaced)
{
    applies("a", "gpt-5-mini-2025-08-07 x-gpt-5-mini gpt-5-mini.1 gpt-5-mini\n", 1,
            "gpt-5-mini-2025-08-07 x-gpt-5-mini gpt-5-mini.1 gpt-5.4-mini\n");
    applies("b", "openai/gpt-5-mini, or so\n", 1, "openai/gpt-5.4-mini, or so\n");
    applies("c", "We call gpt-5-mini.\n", 1, "We call gpt-5.4-mini.\n");
}

static enum bw_err refused(struct bw_place at)
{
    struct bw_error err = { 0 };
    char *diff = NULL;
    enum bw_err rc = bw_swap_diff(&at, "gpt-5-mini", "gpt-5.4-mini", &diff, &err);
    cr_expect(eq(ptr, diff, NULL));
    cr_expect(gt(sz, strlen(err.text), 10));
    return rc;
}

Test(swap, what_does_not_fit_is_refused)
{
    cr_expect(eq(int, refused((struct bw_place){ .file = "a", .line = 1 }), BW_ERR_NOTFOUND));
    cr_expect(eq(int, refused((struct bw_place){ .context = "gpt-5-mini\n" }), BW_ERR_NOTFOUND));
    cr_expect(eq(int, refused((struct bw_place){ .file = "a", .line = 4, .context = "o3\n" }),
                 BW_ERR_CONFLICT));
    cr_expect(eq(int,
                 refused((struct bw_place){ .file = "a", .line = 9, .context = "1\ngpt-5-mini\n" }),
                 BW_ERR_CONFLICT));
    cr_expect(eq(int,
                 refused((struct bw_place){ .file = "a", .line = 1, .context = "1\ngpt-5-mini\n" }),
                 BW_ERR_CONFLICT));
}

Test(swap, words_name_the_place_where_it_is_known)
{
    BW_CLEANUP(bw_freep)
    char *placed =
        bw_swap_words(&(struct bw_place){ .repo = "web", .file = "a.yaml", .line = 12 }, "A", "B");
    BW_CLEANUP(bw_freep) char *bare = bw_swap_words(&(struct bw_place){ 0 }, "A", "B");
    cr_expect(eq(str, placed, "in web:a.yaml, line 12, replace A by B"));
    cr_expect(eq(str, bare, "replace A by B"));
}

/* What becomes of the place's file when it has changed to `now`; NULL: it is refused. */
static char *applied(const char *registered, const char *now, int64_t line)
{
    struct bw_error err = { 0 };
    struct bw_str out = { 0 };
    struct bw_place at = capture("a", registered, line);
    enum bw_err rc = bw_swap_apply(&at, "gpt-5-mini", "gpt-5.4-mini", now, strlen(now), &out, &err);
    free(at.context);
    cr_expect(eq(int, rc == BW_OK ? BW_ERR_CONFLICT : rc, BW_ERR_CONFLICT), "%s", err.text);
    return rc == BW_OK ? bw_str_take(&out) : NULL;
}

Test(swap, the_change_is_made_where_the_lines_still_stand)
{
    static const char *const registered = "1\n2\n3\n4\r\nm: gpt-5-mini\r\n6\n7\n8\n9";
    BW_CLEANUP(bw_freep) char *same = applied(registered, registered, 5);
    cr_expect(eq(str, same, "1\n2\n3\n4\r\nm: gpt-5.4-mini\r\n6\n7\n8\n9"));
    BW_CLEANUP(bw_freep)
    char *far = applied(registered, "one\n2\n3\n4\r\nm: gpt-5-mini\r\n6\n7\n8\nnine\nten\n", 5);
    cr_expect(eq(str, far, "one\n2\n3\n4\r\nm: gpt-5.4-mini\r\n6\n7\n8\nnine\nten\n"));
    BW_CLEANUP(bw_freep) char *alone = applied("gpt-5-mini", "gpt-5-mini", 1);
    cr_expect(eq(str, alone, "gpt-5.4-mini"));
}

Test(swap, lines_that_have_changed_are_left_alone)
{
    static const char *const registered = "1\n2\n3\n4\nm: gpt-5-mini\n6\n7\n";
    const char *const now[] = {
        "1\n2\n3\n4\nm: gpt-5\n6\n7\n",          /* the line */
        "1\n2\n3\n4\nm: gpt-5-mini\n6\nseven\n", /* one beside it */
        "0\n1\n2\n3\n4\nm: gpt-5-mini\n6\n7\n",  /* moved */
        "1\n2\n3\n4\nm: gpt-5-mini\n6\n7\n8\n",  /* more where the file ended */
        "1\n2\n3\n4\nm: gpt-5-mini\n6\n7",       /* the last newline gone */
        "1\n2\n",
        "",
    };
    for (size_t i = 0; i < BW_COUNT(now); i++) {
        cr_expect(eq(ptr, applied(registered, now[i], 5), NULL), "%zu", i);
    }
}

static void expect_breaks(const struct bw_deployment *deployment, const struct bw_entry *from,
                          const struct bw_entry *to, const char *wanted)
{
    BW_CLEANUP(bw_sentences_clear) struct bw_sentences got = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_str_append(&text, "");
    bw_swap_breaks(deployment, from, to, &got);
    BW_VEC_EACH (char *const, sentence, &got) {
        bw_str_appendf(&text, "%s\n", *sentence);
    }
    cr_expect(eq(str, text.text, (char *)wanted));
}

Test(swap, what_the_facts_show_to_break_is_told)
{
    const struct bw_deployment chat = { .platform = "openai",
                                        .model = "gpt-5-mini",
                                        .base = "gpt-5-mini" };
    struct bw_entry from = { .id = "gpt-5-mini",
                             .input = BW_TEXT | BW_IMAGE,
                             .output = BW_TEXT,
                             .context_tokens = 400000,
                             .max_output_tokens = 128000,
                             .price_input = { true, { 250000 } },
                             .price_output = { true, { 2000000 } } };
    struct bw_entry to = { .id = "gpt-5.4-mini",
                           .input = BW_TEXT,
                           .output = BW_TEXT,
                           .context_tokens = 200000,
                           .max_output_tokens = 128000,
                           .price_input = { true, { 750000 } },
                           .price_output = { true, { 2000000 } } };
    expect_breaks(&chat, &from, &to,
                  "the context shrinks from 400000 to 200000 tokens\n"
                  "image input is gone\n"
                  "input rises from $0.25 to $0.75 per million tokens\n");
    expect_breaks(&chat, &to, &from, "");
    const struct bw_entry unsaid = { .id = "gpt-5.4-mini" };
    expect_breaks(&chat, &from, &unsaid, "");
}

Test(swap, the_name_of_a_deployment_is_told_from_a_model)
{
    const struct bw_entry from = { .id = "gpt-5-mini" };
    const struct bw_entry to = { .id = "gpt-5.4-mini" };
    struct bw_deployment chat = { .platform = "azure", .model = "prod-chat", .base = "gpt-5-mini" };
    expect_breaks(&chat, &from, &to,
                  "prod-chat is the name of a deployment: deploy gpt-5.4-mini first, and write "
                  "what that deployment is called\n");
    chat.model = "gpt-5-mini";
    expect_breaks(&chat, &from, &to, "");
}
