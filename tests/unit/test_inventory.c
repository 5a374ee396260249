#include "store/inventory.h"

#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;
static const struct bw_ends none;

static void begin(void)
{
    db = bw_test_db();
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(inventory, .init = begin, .fini = end);

/* Ownership: the caller's. */
static struct bw_deployment deployment(const char *name, const char *base)
{
    struct bw_deployment out = { .name = bw_xstrdup(name),
                                 .platform = bw_xstrdup("openai"),
                                 .model = bw_xstrdup(base),
                                 .owner = bw_xstrdup(name[0] == 'a' ? "web" : "ml"),
                                 .lead_days = -1,
                                 .training = { .refresh_share = -1.0 },
                                 .policy = bw_policy_default() };
    OK(bw_deployment_complete(&out, &err));
    return out;
}

/* The cohort it is in afterwards. */
static int64_t put(const char *name, const char *base, bool expect_changed)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = deployment(name, base);
    int64_t cohort = 0;
    bool empty = false;
    bool changed = false;
    OK(bw_cohorts_find(db, &row, false, "", &none, &cohort, &empty, &err));
    const struct bw_knowledge nothing = { 0 };
    OK(bw_inventory_put(db, &row, &nothing, cohort, 0, &changed, &err));
    cr_expect(eq(int, changed, expect_changed), "%s", name);
    return cohort;
}

static int64_t members(int64_t id)
{
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    OK(bw_cohorts_get(db, id, &cohort, &err));
    return cohort.members;
}

Test(inventory, members_are_counted_through_every_move)
{
    int64_t mini = put("a", "gpt-5-mini", true);
    cr_expect(eq(i64, put("b", "gpt-5-mini", true), mini));
    cr_expect(eq(i64, put("a", "gpt-5-mini", false), mini));
    cr_expect(eq(i64, members(mini), 2));
    int64_t big = put("a", "gpt-5", true);
    cr_expect(ne(i64, big, mini));
    cr_expect(eq(i64, members(mini), 1));
    cr_expect(eq(i64, members(big), 1));
    OK(bw_inventory_remove(db, "a", &err));
    cr_expect(eq(i64, members(big), 0));
    cr_expect(eq(int, (int)bw_inventory_remove(db, "a", &err), BW_ERR_NOTFOUND));
}

Test(inventory, an_empty_cohort_says_so)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = deployment("a", "gpt-5");
    int64_t first = 0;
    int64_t id = 0;
    bool empty = false;
    OK(bw_cohorts_find(db, &row, false, "", &none, &first, &empty, &err));
    cr_expect(empty);
    (void)put("a", "gpt-5", true);
    OK(bw_cohorts_find(db, &row, false, "", &none, &id, &empty, &err));
    cr_expect(not(empty));
    cr_expect(eq(i64, id, first));
    OK(bw_inventory_remove(db, "a", &err));
    OK(bw_cohorts_find(db, &row, false, "", &none, &id, &empty, &err));
    cr_expect(empty);
    cr_expect(eq(i64, id, first));
}

Test(inventory, scope_technique_and_policy_make_cohorts_apart)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment row = deployment("a", "gpt-5");
    int64_t ids[4] = { 0 };
    bool empty = false;
    OK(bw_cohorts_find(db, &row, false, "", &none, &ids[0], &empty, &err));
    OK(bw_cohorts_find(db, &row, false, "eu", &none, &ids[1], &empty, &err));
    row.technique = BW_TECHNIQUE_RAG;
    OK(bw_cohorts_find(db, &row, false, "", &none, &ids[2], &empty, &err));
    row.policy.min_age_ms = 1000;
    OK(bw_cohorts_find(db, &row, false, "", &none, &ids[3], &empty, &err));
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            cr_expect(ne(i64, ids[i], ids[j]), "%zu and %zu", i, j);
        }
    }
}

Test(inventory, what_is_judged_reads_back)
{
    int64_t id = put("a", "gpt-5", true);
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort in = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort out = { 0 };
    OK(bw_cohorts_get(db, id, &in, &err));
    in.state = BW_COHORT_RETIRING;
    in.since_ms = 1;
    in.train_by_ms = 2;
    in.serve_until_ms = 3;
    in.unlisted = true;
    in.due_ms = 4;
    bw_replace(&in.candidate, "c");
    bw_replace(&in.why, "w");
    OK(bw_cohorts_save(db, &in, &err));
    OK(bw_cohorts_get(db, id, &out, &err));
    cr_expect(not(bw_cohort_differs(&in, &out)));
    cr_expect(eq(i64, out.due_ms, 4));
    cr_expect(eq(str, out.why, "w"));
    int64_t next_ms = 0;
    OK(bw_cohorts_next_due(db, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 4));
    OK(bw_inventory_remove(db, "a", &err));
    OK(bw_cohorts_next_due(db, &next_ms, &err));
    cr_expect(eq(i64, next_ms, INT64_MAX), "nobody is there to be told");
    int64_t counts[BW_COHORT_RETIRED + 1] = { 0 };
    OK(bw_inventory_by_state(db, counts, &err));
    cr_expect(eq(i64, counts[BW_COHORT_RETIRING], 0));
}

Test(inventory, a_base_in_use_is_known_by_its_place)
{
    bool used = true;
    (void)put("a", "gpt-5", true);
    OK(bw_cohorts_have_base(db, "openai", "", "gpt-5", &used, &err));
    cr_expect(used);
    OK(bw_cohorts_have_base(db, "openai", "eu", "gpt-5", &used, &err));
    cr_expect(not(used));
    OK(bw_inventory_remove(db, "a", &err));
    OK(bw_cohorts_have_base(db, "openai", "", "gpt-5", &used, &err));
    cr_expect(not(used));
}

Test(inventory, a_fan_out_keeps_its_place_and_sums_up_until_something_else_joins_it)
{
    int64_t id = put("a", "gpt-5", true);
    BW_CLEANUP(bw_fan_clear) struct bw_fan fan = { 0 };
    BW_CLEANUP(bw_fan_clear) struct bw_fan again = { 0 };
    BW_CLEANUP(bw_fan_clear) struct bw_fan last = { 0 };
    OK(bw_fan_begin(db, id, true, &err));
    OK(bw_fan_advance(db, id, "m", &err));
    OK(bw_fan_next(db, &fan, &err));
    cr_expect(eq(str, fan.cursor, "m"));
    cr_expect(fan.baseline);
    OK(bw_fan_begin(db, id, false, &err));
    OK(bw_fan_begin(db, id, true, &err));
    OK(bw_fan_next(db, &again, &err));
    cr_expect(eq(str, again.cursor, ""), "from the start");
    cr_expect(not(again.baseline), "each matter is an event of its own");
    OK(bw_fan_advance(db, id, NULL, &err));
    cr_expect(eq(int, (int)bw_fan_next(db, &last, &err), BW_ERR_NOTFOUND));
    OK(bw_fan_begin(db, id, false, &err));
    OK(bw_fan_next(db, &last, &err));
    cr_expect(not(last.baseline));
}

Test(inventory, names_sort_byte_by_byte_and_page_by_owner)
{
    static const char *const names[] = { "b", "a2", "A", "a1", "\xc3\xa4" };
    for (size_t i = 0; i < BW_COUNT(names); i++) {
        (void)put(names[i], "gpt-5", true);
    }
    BW_CLEANUP(bw_members_clear) struct bw_members all = { 0 };
    BW_CLEANUP(bw_members_clear) struct bw_members mine = { 0 };
    OK(bw_inventory_page(db, NULL, "A", 3, &all, &err));
    cr_assert(eq(sz, all.count, 3));
    cr_expect(eq(str, all.items[0].deployment.name, "a1"));
    cr_expect(eq(str, all.items[2].deployment.name, "b"));
    OK(bw_inventory_page(db, "web", "", 9, &mine, &err));
    cr_expect(eq(sz, mine.count, 2));
}
