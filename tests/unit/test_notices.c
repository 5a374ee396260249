#include "store/notice_events.h"

#include <stdio.h>

#include "base/str.h"
#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;

static void begin(void)
{
    db = bw_test_db();
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(notices, .init = begin, .fini = end);

/* Ownership: the caller's. */
static struct bw_notice notice(const char *subject, enum bw_notice_kind kind, const char *candidate)
{
    return (struct bw_notice){ .subject = bw_xstrdup(subject),
                               .kind = kind,
                               .owner = bw_xstrdup("web"),
                               .platform = bw_xstrdup("openai"),
                               .base = bw_xstrdup("gpt-5-mini"),
                               .candidate = bw_xstrdup(candidate),
                               .opened_ms = 5,
                               .updated_ms = 6,
                               .summary = bw_xstrdup("it is so") };
}

static int64_t insert(const char *subject, enum bw_notice_kind kind, const char *candidate)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice row = notice(subject, kind, candidate);
    OK(bw_notices_insert(db, &row, &err));
    OK(bw_notices_log(db, &row, 5, "opened", NULL, "basewatch", "", &err));
    return row.id;
}

static void settle(int64_t id, enum bw_notice_state state, const char *actor)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice row = { 0 };
    OK(bw_notices_get(db, id, &row, &err));
    row.state = state;
    OK(bw_notices_save(db, &row, &err));
    OK(bw_notices_log(db, &row, 9, "settled", "open", actor, "why", &err));
}

Test(notices, every_field_reads_back)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice in = notice("a", BW_NOTICE_SWAP, "gpt-5.4-mini");
    BW_CLEANUP(bw_notice_clear) struct bw_notice out = { 0 };
    in.severity = BW_SEVERITY_ACT;
    in.relation = bw_xstrdup("minor");
    in.via = bw_xstrdup("line");
    in.train_on = bw_xstrdup("t");
    in.route = bw_xstrdup("r");
    in.estimate = bw_xstrdup("{}");
    in.refused = bw_xstrdup("no");
    in.swap = bw_xstrdup("{\"a\":1}");
    in.eval = bw_xstrdup("{\"b\":1}");
    in.until_ms = 11;
    in.rises_ms = 12;
    in.train_by_ms = 13;
    in.serve_until_ms = 14;
    OK(bw_notices_insert(db, &in, &err));
    OK(bw_notices_get(db, in.id, &out, &err));
    cr_expect(eq(int, (int)out.kind, BW_NOTICE_SWAP));
    cr_expect(eq(int, (int)out.severity, BW_SEVERITY_ACT));
    char *const texts[][2] = {
        { in.subject, out.subject },   { in.owner, out.owner },         { in.base, out.base },
        { in.platform, out.platform }, { in.candidate, out.candidate }, { in.via, out.via },
        { in.relation, out.relation }, { in.train_on, out.train_on },   { in.route, out.route },
        { in.summary, out.summary },   { in.estimate, out.estimate },   { in.refused, out.refused },
        { in.swap, out.swap },         { in.eval, out.eval },
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        cr_expect(bw_str_equal(texts[i][0], texts[i][1]), "text %zu", i);
    }
    const int64_t numbers[][2] = { { 5, out.opened_ms },  { 6, out.updated_ms },
                                   { 11, out.until_ms },  { 12, out.rises_ms },
                                   { 13, out.train_by_ms }, { 14, out.serve_until_ms } };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        cr_expect(eq(i64, numbers[i][0], numbers[i][1]), "number %zu", i);
    }
}

Test(notices, one_live_notice_a_matter)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice twin = notice("a", BW_NOTICE_STALE, "x");
    int64_t id = insert("a", BW_NOTICE_SWAP, "x");
    cr_expect(eq(int, (int)bw_notices_insert(db, &twin, &err), BW_ERR_EXISTS));
    (void)insert("a", BW_NOTICE_DEPRECATED, "x");
    (void)insert("b", BW_NOTICE_SWAP, "x");
    settle(id, BW_NOTICE_RESOLVED, "basewatch");
    OK(bw_notices_insert(db, &twin, &err));
    int64_t live = 0;
    OK(bw_notices_count_open(db, &live, &err));
    cr_expect(eq(i64, live, 3));
}

Test(notices, a_source_and_a_deployment_may_share_a_name)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices mine = { 0 };
    BW_CLEANUP(bw_notices_clear) struct bw_notices its = { 0 };
    (void)insert("openai", BW_NOTICE_SWAP, "x");
    (void)insert("openai", BW_NOTICE_SOURCE_FAILING, NULL);
    OK(bw_notices_live(db, "openai", BW_ABOUT_DEPLOYMENT, &mine, &err));
    OK(bw_notices_live(db, "openai", BW_ABOUT_SOURCE, &its, &err));
    cr_assert(eq(sz, mine.count, 1));
    cr_assert(eq(sz, its.count, 1));
    cr_expect(eq(int, (int)mine.items[0].kind, BW_NOTICE_SWAP));
    cr_expect(eq(int, (int)its.items[0].kind, BW_NOTICE_SOURCE_FAILING));
}

static enum bw_err settled(enum bw_notice_kind kind, const char *candidate, bool *by_person)
{
    BW_CLEANUP(bw_notice_clear) struct bw_notice like = notice("a", kind, candidate);
    BW_CLEANUP(bw_notice_clear) struct bw_notice found = { 0 };
    return bw_notices_settled(db, &like, &found, by_person, &err);
}

Test(notices, what_said_the_same_is_found_and_who_settled_it)
{
    bool by_person = false;
    settle(insert("a", BW_NOTICE_SWAP, "x"), BW_NOTICE_RESOLVED, "uid:7");
    settle(insert("a", BW_NOTICE_SWAP, "y"), BW_NOTICE_CANCELLED, "uid:7");
    settle(insert("a", BW_NOTICE_DEPRECATED, "x"), BW_NOTICE_RESOLVED, "basewatch");
    OK(settled(BW_NOTICE_SWAP, "x", &by_person));
    cr_expect(by_person);
    OK(settled(BW_NOTICE_SWAP, "y", &by_person));
    cr_expect(not(by_person), "only what is resolved has been decided on");
    cr_expect(eq(int, (int)settled(BW_NOTICE_SWAP, "z", &by_person), BW_ERR_NOTFOUND));
    OK(settled(BW_NOTICE_DEPRECATED, "z", &by_person));
    cr_expect(not(by_person));
    cr_expect(eq(int, (int)settled(BW_NOTICE_RETIRED, "x", &by_person), BW_ERR_NOTFOUND));
}

Test(notices, what_rises_is_taken_once)
{
    BW_CLEANUP(bw_names_clear) struct bw_names names = { 0 };
    BW_CLEANUP(bw_names_clear) struct bw_names again = { 0 };
    static const char *const subjects[] = { "c", "a", "b" };
    int64_t next_ms = 0;
    for (int64_t i = 0; i < 3; i++) {
        BW_CLEANUP(bw_notice_clear) struct bw_notice row =
            notice(subjects[i], BW_NOTICE_SWAP, "x");
        row.rises_ms = 10 * (i + 1);
        OK(bw_notices_insert(db, &row, &err));
    }
    OK(bw_notices_next_rise(db, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 10));
    OK(bw_notices_take_rising(db, 20, 9, &names, &err));
    cr_assert(eq(sz, names.count, 2));
    cr_expect(eq(str, names.items[0], "a"));
    OK(bw_notices_take_rising(db, 20, 9, &again, &err));
    cr_expect(eq(sz, again.count, 0));
    OK(bw_notices_next_rise(db, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 30));
}

Test(notices, pages_and_filters)
{
    for (int i = 0; i < 5; i++) {
        char subject[2] = { (char)('a' + i), '\0' };
        (void)insert(subject, i % 2 == 0 ? BW_NOTICE_SWAP : BW_NOTICE_DEPRECATED, "x");
    }
    BW_CLEANUP(bw_notices_clear) struct bw_notices page = { 0 };
    BW_CLEANUP(bw_notices_clear) struct bw_notices swaps = { 0 };
    struct bw_list_page second = { .after = 2, .limit = 2 };
    OK(bw_notices_page(db, &(struct bw_notice_filter){ 0 }, &second, &page, &err));
    cr_assert(eq(sz, page.count, 2));
    cr_expect(eq(i64, page.items[0].id, 3));
    cr_expect(eq(i64, second.next, 4));
    struct bw_list_page whole = { .limit = 9 };
    OK(bw_notices_page(db, &(struct bw_notice_filter){ .kind = "swap", .state = "live" }, &whole,
                       &swaps, &err));
    cr_expect(eq(sz, swaps.count, 3));
    cr_expect(eq(i64, whole.next, 0));
}

/* Read a list to its end; how many pages it took. */
static size_t read_all(const struct bw_notice_filter *filter, struct bw_notices *out)
{
    struct bw_list_page page = { .limit = 1000 };
    size_t pages = 0;
    do {
        OK(bw_notices_page(db, filter, &page, out, &err));
        page.after = page.next;
    } while (++pages < 100 && page.next != 0);
    return pages;
}

Test(notices, a_filter_that_finds_little_says_where_to_go_on)
{
    for (int i = 0; i < 10100; i++) {
        char subject[8];
        (void)snprintf(subject, sizeof(subject), "d%d", i);
        (void)insert(subject, i == 7000 ? BW_NOTICE_DEPRECATED : BW_NOTICE_SWAP, "x");
    }
    BW_CLEANUP(bw_notices_clear) struct bw_notices rare = { 0 };
    BW_CLEANUP(bw_notices_clear) struct bw_notices one = { 0 };
    cr_expect(eq(sz, read_all(&(struct bw_notice_filter){ .kind = "deprecated" }, &rare), 3));
    cr_assert(eq(sz, rare.count, 1));
    cr_expect(eq(str, rare.items[0].subject, "d7000"));
    cr_expect(eq(sz, read_all(&(struct bw_notice_filter){ .subject = "d7000" }, &one), 1));
    cr_expect(eq(sz, one.count, 1));
}

Test(notices, history_is_in_order)
{
    BW_CLEANUP(bw_notice_events_clear) struct bw_notice_events events = { 0 };
    int64_t id = insert("a", BW_NOTICE_SWAP, "x");
    settle(id, BW_NOTICE_RESOLVED, "uid:7");
    OK(bw_notices_history(db, id, &events, &err));
    cr_assert(eq(sz, events.count, 2));
    cr_expect(eq(ptr, events.items[0].from_state, NULL));
    cr_expect(eq(str, events.items[1].to_state, "resolved"));
    cr_expect(eq(str, events.items[1].actor, "uid:7"));
}
