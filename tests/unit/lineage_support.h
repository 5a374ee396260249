/* tests/unit/lineage_support.h: the shipped conventions and short ways to ask them. */
#ifndef BW_TESTS_LINEAGE_SUPPORT_H
#define BW_TESTS_LINEAGE_SUPPORT_H
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "codec/lineage_file.h"

static struct bw_lineage_rules *rules;

static void load(void)
{
    struct bw_error err = { 0 };
    enum bw_err rc = bw_lineage_files_load(NULL, &rules, NULL, &err);
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
}

static void unload(void)
{
    bw_lineage_rules_free(rules);
}

__attribute__((unused)) static struct bw_judgement judge(const char *platform, const char *older,
                                                         const char *newer)
{
    struct bw_judgement out;
    bw_lineage_judge(rules, &(struct bw_model_facts){ .platform = platform, .id = older },
                     &(struct bw_model_facts){ .platform = platform, .id = newer }, &out);
    return out;
}

__attribute__((unused)) static const char *key(const char *platform, const char *id)
{
    static char texts[4][BW_LINEAGE_TEXT];
    static int turn;
    char *out = texts[turn++ % 4];
    return bw_lineage_key(rules, &(struct bw_model_facts){ .platform = platform, .id = id }, out,
                          BW_LINEAGE_TEXT);
}
#endif
