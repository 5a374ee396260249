/* Forms that model ids stand in, in tests/data/scan: files one after another, `=== path`
 * before each. Two columns before each line say what must be made of the ids on it, one character
 * an id, the last one for all others: `+` may be patched, `-` may not; `.` is no model id. */
#include "domain/scan/scan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

struct lines BW_VEC(char *);

struct score {
    int right;
    int wrong;
    int missed;
};

static struct bw_model_ids *ids;
static struct lines known; /* point into known_text */
static char *known_text;

static char *read_data(const char *name)
{
    BW_CLEANUP(bw_freep)
    char *path = bw_xasprintf("%s/tests/data/scan/%s", getenv("BW_SOURCE"), name);
    char *text = NULL;
    size_t size = 0;
    cr_assert(eq(int, bw_file_read(path, 1 << 20, &text, &size, NULL), BW_OK), "%s", path);
    return text;
}

static void setup(void)
{
    known_text = read_data("ids.txt");
    for (char *line = strtok(known_text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (line[0] != '#') {
            BW_VEC_PUSH(&known, line);
        }
    }
    ids = bw_model_ids_new((const char *const *)known.items, known.count);
}

static void teardown(void)
{
    bw_model_ids_free(ids);
    BW_VEC_CLEAR(&known, BW_VEC_PLAIN);
    free(known_text);
}

TestSuite(scan, .init = setup, .fini = teardown);

static double share(int part, int rest)
{
    return part + rest == 0 ? 1 : (double)part / (part + rest);
}

static void print_score(const char *what, const struct score *score)
{
    printf("%s: %d right, %d wrong, %d missed; precision %.4f, recall %.4f\n", what, score->right,
           score->wrong, score->missed, share(score->right, score->wrong),
           share(score->right, score->missed));
}

/* What must be made of the n-th id of a line. */
static char wanted(const char *marks, size_t n)
{
    return n > 0 && marks[1] != ' ' ? marks[1] : marks[0];
}

static void judge_hit(const char *path, const struct bw_scan_hit *hit, char want,
                      struct score *patches)
{
    if (hit->patchable != (want == '+')) {
        printf("%s:%zu:%zu: %s\n", path, hit->line, hit->column, bw_scan_class_word(hit->class));
    }
    patches->right += hit->patchable && want == '+' ? 1 : 0;
    patches->wrong += hit->patchable && want != '+' ? 1 : 0;
    patches->missed += !hit->patchable && want == '+' ? 1 : 0;
}

static void judge_file(const char *path, const struct lines *marks, const struct bw_str *text,
                       struct score *findings, struct score *patches)
{
    struct bw_scan_hits hits = { 0 };
    bw_scan_text(ids, path, text->text, text->size, &hits);
    size_t at = 0;
    for (size_t line = 1; line <= marks->count; line++) {
        const char *mark = marks->items[line - 1];
        size_t n = 0;
        for (; at < hits.count && hits.items[at].line == line; at++, n++) {
            bool known_here = mark[0] == '+' || mark[0] == '-';
            findings->right += known_here ? 1 : 0;
            findings->wrong += known_here ? 0 : 1;
            judge_hit(path, &hits.items[at], wanted(mark, n), patches);
        }
        if (n == 0 && (mark[0] == '+' || mark[0] == '-')) {
            printf("%s:%zu: missed\n", path, line);
            findings->missed++;
            patches->missed += mark[0] == '+' ? 1 : 0;
        }
    }
    BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
}

static void judge_forms(char *forms, struct score *findings, struct score *patches)
{
    struct lines marks = { 0 };
    struct bw_str text = { 0 };
    const char *path = NULL;
    for (char *line = strtok(forms, "\n");; line = strtok(NULL, "\n")) {
        if (line != NULL && strncmp(line, "=== ", 4) != 0) {
            BW_VEC_PUSH(&marks, line);
            bw_str_appendf(&text, "%s\n", strlen(line) > 2 ? line + 2 : "");
            continue;
        }
        if (path != NULL) {
            judge_file(path, &marks, &text, findings, patches);
        }
        if (line == NULL) {
            break;
        }
        path = line + 4;
        marks.count = 0;
        bw_str_reset(&text);
    }
    BW_VEC_CLEAR(&marks, BW_VEC_PLAIN);
    bw_str_clear(&text);
}

static void expect_told_apart(const char *name)
{
    BW_CLEANUP(bw_freep) char *forms = read_data(name);
    struct score findings = { 0 };
    struct score patches = { 0 };
    judge_forms(forms, &findings, &patches);
    print_score("findings", &findings);
    print_score("may be patched", &patches);
    cr_expect(findings.right >= 40);
    cr_expect(share(findings.right, findings.wrong) >= 0.99);
    cr_expect(share(findings.right, findings.missed) >= 0.97);
    cr_expect(share(patches.right, patches.wrong) >= 0.97);
    cr_expect(share(patches.right, patches.missed) >= 0.93);
}

Test(scan, forms_are_told_apart)
{
    expect_told_apart("forms.txt");
}

Test(scan, forms_of_whole_trees_are_told_apart)
{
    expect_told_apart("trees.txt");
}

/* Deterministic, so that a failure can be repeated. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void mutate(char *text, size_t size, uint32_t *state)
{
    static const char BYTES[] = "\"'`{}[]()<>#/*\\\n\r\t :;,=-|&?.\0\xff$";
    for (int i = 0; i < 40; i++) {
        size_t at = next_random(state) % size;
        size_t span = next_random(state) % 60;
        span = at + span < size ? span : size - at;
        if (next_random(state) % 4 == 0) {
            memmove(text + at, text + next_random(state) % (size - span + 1), span);
        } else {
            text[at] = BYTES[next_random(state) % sizeof(BYTES)];
        }
    }
}

Test(scan, damaged_files_do_no_harm)
{
    static const char *const PATHS[] = { "a.py",   "a.ts",    "a.go",    "a.rs", "a.java", "a.yaml",
                                         "a.json", "a.ipynb", "a.toml",  "a.sh", "a.tf",   "a.sql",
                                         "a.html", "a.rb",    "a.bicep", "a",    ".env" };
    BW_CLEANUP(bw_freep) char *forms = read_data("forms.txt");
    size_t size = strlen(forms);
    uint32_t state = 7;
    size_t seen = 0;
    for (size_t round = 0; round < 340; round++) {
        /* Its own allocation, so that one byte too far is noticed. */
        size_t from = next_random(&state) % (size - 1);
        size_t used = 1 + next_random(&state) % (size - from);
        BW_CLEANUP(bw_freep) char *text = bw_xmemdup(forms + from, used);
        mutate(text, used, &state);
        struct bw_scan_hits hits = { 0 };
        bw_scan_text(ids, PATHS[round % BW_COUNT(PATHS)], text, used, &hits);
        BW_VEC_EACH(const struct bw_scan_hit, hit, &hits)
        {
            cr_assert(hit->at + hit->size <= used);
            cr_assert(bw_model_id_alone(text, used, hit->at, hit->size));
        }
        seen += hits.count;
        BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
    }
    cr_expect(seen > 1000);
}

Test(scan, deep_brackets_take_linear_time)
{
    size_t size = 2 * 1024 * 1024;
    BW_CLEANUP(bw_freep) char *text = bw_xcalloc(size + 32, 1);
    memset(text, '(', size / 2);
    memset(text + size / 2, ']', size / 2);
    memcpy(text + size, "model=\"gpt-4o-mini\"", 19);
    struct bw_scan_hits hits = { 0 };
    bw_scan_text(ids, "a.py", text, size + 19, &hits);
    cr_expect(eq(sz, hits.count, 1));
    BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
}

Test(scan, a_hit_says_where)
{
    static const char text[] = "first\r\n  model: openai:chat:gpt-4o-mini\r\n";
    struct bw_scan_hits hits = { 0 };
    bw_scan_text(ids, "conf/a.yaml", text, sizeof(text) - 1, &hits);
    cr_assert(eq(sz, hits.count, 1));
    cr_expect(eq(sz, hits.items[0].line, 2));
    cr_expect(eq(sz, hits.items[0].column, 22));
    cr_expect(eq(sz, hits.items[0].size, strlen("gpt-4o-mini")));
    cr_expect(hits.items[0].patchable);
    BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
}

Test(scan, each_class_has_its_word)
{
    const struct {
        const char *path;
        const char *text;
        const char *class;
    } rows[] = {
        { "a.py", "m = ask(model=\"gpt-4o-mini\")", "deployment" },
        { "a.py", "m = ask(model=\"claude-3-5-sonnet-latest\")", "alias-deployment" },
        { "a.py", "m = ask(model=\"ft:gpt-4o-mini-2024-07-18:acme::9x\")", "fine-tune" },
        { "a.py", "e = embed(model=\"text-embedding-3-small\")", "embedding" },
        { "a.py", "e = tiktoken.encoding_for_model(\"gpt-4o-mini\")", "tokenizer" },
        { "a.py", "c = AzureOpenAI(azure_deployment=\"gpt-4o-mini\")", "deployment-name" },
        { "a.py", "if model == \"gpt-4o-mini\":", "comparison" },
        { "a.py", "ALLOWED_MODELS = [\"gpt-4o-mini\"]", "catalog" },
        { "a.py", "# gpt-4o-mini", "comment" },
        { "README.md", "gpt-4o-mini", "doc" },
        { "tests/a.py", "ask(model=\"gpt-4o-mini\")", "fixture" },
        { "yarn.lock", "gpt-4o-mini", "lock" },
        { "vendor/a.go", "\"gpt-4o-mini\"", "vendored" },
        { "dist/a.js", "\"gpt-4o-mini\"", "generated" },
        { "a.py", "print(\"gpt-4o-mini\")", "other" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        struct bw_scan_hits hits = { 0 };
        bw_scan_text(ids, rows[i].path, rows[i].text, strlen(rows[i].text), &hits);
        cr_assert(eq(sz, hits.count, 1), "%s", rows[i].text);
        cr_expect(eq(str, (char *)bw_scan_class_word(hits.items[0].class), (char *)rows[i].class));
        cr_expect(eq(int, hits.items[0].patchable, i <= 1));
        BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
    }
}
