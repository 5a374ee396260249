#include "domain/finding_chain.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char *parent(void *context, const char *model)
{
    (void)context;
    return strcmp(model, "adapter") == 0 ? "tall-9" : NULL;
}

static void expect_chain(const struct bw_finding *findings, size_t count, const char *root,
                         const char *path)
{
    const struct bw_finding *all[8] = { 0 };
    for (size_t i = 0; i < count; i++) {
        all[i] = &findings[i];
    }
    struct bw_finding_set set = { 0 };
    bw_finding_set_init(&set, all, count);
    const struct bw_chain_world world = { &set, parent, NULL };
    BW_CLEANUP(bw_chain_clear) struct bw_chain chain = { 0 };
    bw_chain_follow(&world, &findings[0], &chain);
    cr_expect(eq(int, chain.root == NULL, root == NULL), "%s", chain.root);
    cr_expect(eq(int, chain.path == NULL, path == NULL), "%s", chain.path);
    if (root != NULL && chain.root != NULL) {
        cr_expect(eq(str, chain.root, (char *)root));
    }
    if (path != NULL && chain.path != NULL) {
        cr_expect(eq(str, chain.path, (char *)path));
    }
    bw_finding_set_clear(&set);
}

static char A[] = "a", B[] = "b", TALL[] = "tall-9", ADAPTER[] = "adapter", JOB[] = "job-b";
static char OLD[] = "ft:tall-9:acme::1";

Test(finding_chain, one_step_needs_no_words)
{
    const struct bw_finding direct[] = { { .id = A, .base = TALL } };
    expect_chain(direct, 1, "tall-9", NULL);
}

Test(finding_chain, a_parent_is_found_by_its_id_and_by_its_job)
{
    const struct bw_finding by_id[] = { { .id = A, .parent = B }, { .id = B, .base = TALL } };
    expect_chain(by_id, 2, "tall-9", "a -> b -> tall-9");
    const struct bw_finding by_job[] = { { .id = A, .parent = JOB },
                                         { .id = B, .job = JOB, .base = TALL } };
    expect_chain(by_job, 2, "tall-9", "a -> b -> tall-9");
}

Test(finding_chain, a_parent_that_is_not_there_is_passed_over_where_the_base_is_known)
{
    const struct bw_finding lost[] = { { .id = A, .parent = B, .base = TALL } };
    expect_chain(lost, 1, "tall-9", NULL);
}

Test(finding_chain, an_id_that_names_its_base_and_a_catalog_that_does_lead_on)
{
    const struct bw_finding told[] = { { .id = A, .base = OLD } };
    expect_chain(told, 1, "tall-9", "a -> ft:tall-9:acme::1 -> tall-9");
    const struct bw_finding listed[] = { { .id = A, .base = ADAPTER } };
    expect_chain(listed, 1, "tall-9", "a -> adapter -> tall-9");
}

Test(finding_chain, what_runs_in_a_circle_or_is_not_said_has_no_root)
{
    const struct bw_finding ring[] = { { .id = A, .parent = B }, { .id = B, .parent = A } };
    expect_chain(ring, 2, NULL, "a -> b");
    const struct bw_finding itself[] = { { .id = A, .parent = A } };
    expect_chain(itself, 1, NULL, "a");
    const struct bw_finding its_job[] = { { .id = A, .job = JOB, .parent = JOB } };
    expect_chain(its_job, 1, NULL, "a");
    const struct bw_finding into_one[] = { { .id = A, .parent = B }, { .id = B, .parent = B } };
    expect_chain(into_one, 2, NULL, "a -> b");
    const struct bw_finding bare[] = { { .id = A } };
    expect_chain(bare, 1, NULL, "a");
}

Test(finding_chain, what_is_served_under_its_own_name_is_its_own_root)
{
    const struct bw_finding served[] = { { .id = TALL, .kind = BW_FINDING_SERVED, .serves = TALL } };
    expect_chain(served, 1, "tall-9", NULL);
}
