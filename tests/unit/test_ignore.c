/* The same tree, asked of ours and of git itself. */
#include "cli/ignore.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/tree.h"

static char folder[] = "/tmp/basewatch-ignore-XXXXXX";
static bool git;

static void write_file(const char *path, const char *text)
{
    BW_CLEANUP(bw_freep) char *parent = bw_xstrdup(path);
    for (char *slash = strchr(parent, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        BW_CLEANUP(bw_freep) char *make = bw_xasprintf("mkdir -p '%s'", parent);
        cr_assert(system(make) == 0);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s", path);
    fputs(text, file);
    fclose(file);
}

static void setup(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
    git = system("git init -q . 2>/dev/null") == 0;
}

static void teardown(void)
{
    cr_assert(chdir("/tmp") == 0);
    BW_CLEANUP(bw_freep) char *remove = bw_xasprintf("rm -rf %s", folder);
    cr_assert(system(remove) == 0);
}

TestSuite(ignore, .init = setup, .fini = teardown);

static void note_path(void *context, const char *path, const char *text, size_t size)
{
    (void)text;
    (void)size;
    struct bw_names *paths = context;
    BW_VEC_PUSH(paths, bw_xstrdup(path));
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *walked(const char *below)
{
    BW_CLEANUP(bw_names_clear) struct bw_names paths = { 0 };
    struct bw_tree_counts counts = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_tree_walk(below, 1 << 20, note_path, &paths, &counts, &err), BW_OK), "%s",
              err.text);
    struct bw_str out = { 0 };
    bw_str_append(&out, "");
    if (paths.count > 0) {
        qsort(paths.items, paths.count, sizeof(paths.items[0]), by_bytes);
    }
    BW_VEC_EACH(char *, path, &paths)
    {
        bw_str_appendf(&out, "%s\n", *path);
    }
    return bw_str_take(&out);
}

/* What git would add. */
static char *listed_by_git(const char *below)
{
    BW_CLEANUP(bw_freep)
    char *ask = bw_xasprintf("cd %s && git -c core.quotePath=off ls-files --others --cached "
                             "--exclude-standard | LC_ALL=C sort",
                             below);
    FILE *pipe = popen(ask, "r");
    struct bw_str out = { 0 };
    bw_str_append(&out, "");
    char line[512];
    while (fgets(line, sizeof(line), pipe) != NULL) {
        bw_str_append(&out, line);
    }
    cr_assert(pclose(pipe) == 0);
    return bw_str_take(&out);
}

static void expect_as_git(const char *below)
{
    BW_CLEANUP(bw_freep) char *ours = walked(below);
    BW_CLEANUP(bw_freep) char *theirs = listed_by_git(below);
    cr_expect(eq(str, ours, theirs));
}

static const char *const FILES[] = {
    "a.log",
    "a.txt",
    "b/a.log",
    "b/keep.log",
    "b/c/x.tmp",
    "b/c/y.txt",
    "build/out.js",
    "src/build/out.js",
    "src/app.js",
    "src/deep/er/file.js",
    "src/deep/er/file.min.js",
    "foo/bar",
    "foo/baz/bar",
    "doc/frotz/a",
    "a/doc/frotz/a",
    "x/abc",
    "x/a1c",
    "x/a-c",
    "x/a]c",
    "star/a*b",
    "star/aXb",
    "space /f",
    "trail ",
    "#hash",
    "!bang",
    "deep/one/two/three/z",
    "deep/z",
    "n1",
    "n9",
    "nx",
    "secret/env",
    "secret/keep/env",
    "mid/one/end",
    "mid/one/two/end",
    "mid/end",
    "cr.txt",
};

static const char *const RULES[] = {
    "*.log\n!keep.log\n",
    "build/\n",
    "/build\n",
    "src/**/file*.js\n",
    "**/bar\n",
    "foo/**\n!foo/bar\n",
    "doc/frotz\n",
    "frotz/\n",
    "x/a[0-9]c\nx/a[!a-z0-9]c\n",
    "star/a\\*b\n",
    "space\\ /\ntrail\\ \n",
    "\\#hash\n\\!bang\n",
    "# comment\n\n   \n*.tmp   \n",
    "deep/**/z\n",
    "n[1-8]\nn?\n!nx\n",
    "secret/*\n!secret/keep\n",
    "mid/*/end\n",
    "*\n!*/\n!*.js\n",
    "*\n!src\n",
    "cr.txt\r\n*.log\r\n",
    "a*c\n",
    "[\n*.tx[t\n",
    "foo/\n!foo/\n",
    "**\n!a.txt\n",
    "/*\n!/b\n/b/*\n!/b/c\n",
    "**/er/**\n",
    "x/**/abc\n",
    "*.txt\n!/a.txt\n",
    "//a.txt\n/\n!\n",
};

Test(ignore, patterns_mean_what_they_mean_to_git)
{
    if (!git) {
        cr_skip_test("git is not installed");
    }
    for (size_t i = 0; i < BW_COUNT(FILES); i++) {
        write_file(FILES[i], "text\n");
    }
    for (size_t i = 0; i < BW_COUNT(RULES); i++) {
        write_file(".gitignore", RULES[i]);
        BW_CLEANUP(bw_freep) char *ours = walked(".");
        BW_CLEANUP(bw_freep) char *theirs = listed_by_git(".");
        cr_expect(eq(str, ours, theirs), "with: %s", RULES[i]);
    }
}

Test(ignore, deeper_files_come_after_those_above)
{
    if (!git) {
        cr_skip_test("git is not installed");
    }
    write_file(".gitignore", "*.log\n/only-top\nout/\n");
    write_file("sub/.gitignore", "!x.log\n/y\n*.bak\n");
    write_file("sub/sub/.gitignore", "x.log\n!a.bak\n");
    write_file("sub/out/.gitignore", "!*\n");
    static const char *const files[] = { "x.log",     "only-top",      "sub/x.log",
                                         "sub/y",     "sub/only-top",  "sub/sub/x.log",
                                         "sub/sub/y", "sub/sub/a.bak", "sub/out/z",
                                         "sub/b.bak" };
    for (size_t i = 0; i < BW_COUNT(files); i++) {
        write_file(files[i], "text\n");
    }
    write_file(".git/info/exclude", "sub/sub/y\n");
    expect_as_git(".");
    expect_as_git("sub");
    expect_as_git("sub/sub");
}

Test(ignore, links_binaries_and_large_files_are_left_out)
{
    write_file("a.txt", "text\n");
    write_file("big.txt", "");
    cr_assert(truncate("big.txt", 2 << 20) == 0);
    FILE *file = fopen("binary", "wb");
    fwrite("a\0b", 1, 3, file);
    fclose(file);
    cr_assert(symlink("a.txt", "link") == 0 && symlink("/", "root") == 0);
    cr_assert(system("mkfifo pipe") == 0);
    BW_CLEANUP(bw_freep) char *ours = walked(".");
    cr_expect(eq(str, ours, "a.txt\n"));
}

Test(ignore, many_stars_take_no_time)
{
    BW_CLEANUP(bw_ignore_clear) struct bw_ignore ignore = { 0 };
    bw_ignore_add(&ignore, 0, "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n**/a/**/a/**/a/**/a/**/a/**/b\n");
    char path[4000];
    for (size_t i = 0; i < sizeof(path) - 1; i++) {
        path[i] = i % 2 == 0 || i < 250 ? 'a' : '/';
    }
    path[sizeof(path) - 1] = '\0';
    cr_expect(not(bw_ignore_leaves_out(&ignore, path, false)));
    memset(path, 'a', 250);
    path[250] = '\0';
    cr_expect(not(bw_ignore_leaves_out(&ignore, path, false)));
}
