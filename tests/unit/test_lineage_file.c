#include "codec/lineage_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

Test(lineage_file, every_vector_of_the_shipped_conventions_holds)
{
    struct bw_error err = { 0 };
    struct bw_lineage_rules *rules = NULL;
    struct bw_lineage_vectors vectors = { 0 };
    enum bw_err rc = bw_lineage_files_load(NULL, &rules, &vectors, &err);
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
    cr_expect(gt(sz, vectors.count, 100));
    BW_VEC_EACH(const struct bw_lineage_vector, vector, &vectors)
    {
        struct bw_judgement got;
        cr_expect(bw_lineage_vector_holds(rules, vector, &got), "%s:%d: %s -> %s: %s", vector->file,
                  vector->line, vector->older, vector->newer, got.why);
    }
    bw_lineage_vectors_clear(&vectors);
    bw_lineage_rules_free(rules);
}

static void expect_error(const char *text, const char *message)
{
    struct bw_error err = { 0 };
    struct bw_lineage_rules *rules = bw_lineage_rules_new();
    enum bw_err rc = bw_lineage_file_read("f.yaml", text, strlen(text), rules, NULL, &err);
    cr_expect(eq(int, rc, BW_ERR_INVALID), "%s", text);
    cr_expect(eq(str, err.text, (char *)message));
    bw_lineage_rules_free(rules);
}

Test(lineage_file, complaints_name_the_place)
{
    expect_error("maker: {}", "f.yaml:1:1: error: unknown key 'maker'; did you mean 'makers'?");
    expect_error("makers:\n  acme:\n    families:\n      zeta: {tier: [a]}",
                 "f.yaml:4:14: error: unknown key 'tier'; did you mean 'tiers'?");
    expect_error("makers: {a: {families: {z: {unversioned: one}}}}",
                 "f.yaml:1:42: error: expected a version such as 4 or 4.1");
    expect_error("makers: {a: {names: [A]}}",
                 "f.yaml:1:22: error: 'A' is not in lower case without blanks");
    expect_error("makers: {a: {names: [x]}, b: {names: [x]}}",
                 "f.yaml:1:39: error: 'x' names another maker already");
    expect_error("makers: {a: {lines: {z: {releases: {\"2024-13\": 1}}}}}",
                 "f.yaml:1:48: error: expected a date such as \"2024-08\" or \"2024-08-06\"");
    expect_error("makers: {a: {families: {z: {sizes: {8b: [9-7]}}}}}",
                 "f.yaml:1:42: error: expected billions of parameters, 14 or \"7-9\"");
    expect_error("vectors: [{old: a, new: b}]",
                 "f.yaml:1:11: error: a vector needs old, new and is");
    expect_error(
        "vectors: [{old: a, new: b, is: better}]",
        "f.yaml:1:32: error: expected snapshot, minor, major, same, none, unordered or preview");
    expect_error("overrides: [{old: a}]", "f.yaml:1:13: error: an override needs old and new");
    expect_error("makers: []", "f.yaml:1:9: error: expected a map");
}

static void put(const char *directory, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    (void)fputs(text, file);
    (void)fclose(file);
}

Test(lineage_file, a_directory_replaces_files_by_name_and_adds_its_own)
{
    char directory[] = "/tmp/basewatch-lineages-XXXXXX";
    cr_assert(ne(ptr, mkdtemp(directory), NULL));
    put(directory, "zai.yaml", "makers: {zai: {names: [zai], families: {glm: {drop: [air]}}}}\n");
    put(directory, "acme.yaml",
        "makers: {mine: {names: [mine], families: {omega: }}}\n"
        "vectors: [{old: omega-1, new: omega-2, is: major}, {old: glm-4-air, new: glm-5, is: "
        "major}]\n");
    put(directory, "notes.txt", "not YAML: [");
    struct bw_error err = { 0 };
    struct bw_lineage_rules *rules = NULL;
    struct bw_lineage_vectors vectors = { 0 };
    enum bw_err rc = bw_lineage_files_load(directory, &rules, &vectors, &err);
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
    size_t own = 0;
    BW_VEC_EACH(const struct bw_lineage_vector, vector, &vectors)
    {
        cr_expect(not(bw_str_ends_with(vector->file, "zai.yaml")));
        own += bw_str_ends_with(vector->file, "acme.yaml");
        cr_expect(bw_lineage_vector_holds(rules, vector, NULL), "%s -> %s", vector->older,
                  vector->newer);
    }
    cr_expect(eq(sz, own, 2));
    bw_lineage_vectors_clear(&vectors);
    bw_lineage_rules_free(rules);
    const char *const names[] = { "zai.yaml", "acme.yaml", "notes.txt" };
    for (size_t i = 0; i < BW_COUNT(names); i++) {
        char path[256];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(directory);
}

Test(lineage_file, a_directory_that_is_not_there_is_said_so)
{
    struct bw_error err = { 0 };
    struct bw_lineage_rules *rules = NULL;
    cr_expect(eq(int, bw_lineage_files_load("/nowhere", &rules, NULL, &err), BW_ERR_IO));
    cr_expect(eq(str, err.text, "open directory '/nowhere': No such file or directory"));
    cr_expect(eq(ptr, rules, NULL));
}
