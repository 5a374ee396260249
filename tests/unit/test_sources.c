#include "store/sources.h"

#include "base/instant.h"
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

TestSuite(sources, .init = begin, .fini = end);

static void configure(const char *name, int64_t every_ms, uint64_t hash, int64_t now_ms)
{
    OK(bw_sources_configure(db, name, BW_SOURCE_OWN, "openai", "eu", every_ms, hash, now_ms, &err));
}

static int64_t due(const char *name)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    OK(bw_sources_get(db, name, &source, &err));
    return source.due_ms;
}

static void set_due(const char *name, int64_t due_ms)
{
    BW_CLEANUP(bw_source_clear) struct bw_source source = { 0 };
    OK(bw_sources_get(db, name, &source, &err));
    source.due_ms = due_ms;
    OK(bw_sources_save(db, &source, &err));
}

Test(sources, every_field_reads_back)
{
    configure("a", 5, 1, 9);
    BW_CLEANUP(bw_source_clear) struct bw_source out = { 0 };
    BW_CLEANUP(bw_source_clear) struct bw_source in = { 0 };
    OK(bw_sources_get(db, "a", &out, &err));
    cr_expect(eq(int, (int)out.state, BW_SOURCE_NEW));
    cr_expect(eq(i64, out.due_ms, 9));
    out.state = BW_SOURCE_HELD;
    bw_replace(&out.detail, "why");
    OK(bw_sources_hold(db, "a", "[]", &err));
    int64_t *const numbers[] = { &out.entries,         &out.set_hash,   &out.failures,
                                 &out.failing_since_ms, &out.last_attempt_ms,
                                 &out.last_success_ms, &out.changed_ms, &out.due_ms,
                                 &out.baseline_ms,     &out.held_hash,  &out.held_since_ms };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        *numbers[i] = INT64_MIN + (int64_t)i;
    }
    OK(bw_sources_save(db, &out, &err));
    OK(bw_sources_get(db, "a", &in, &err));
    const int64_t read[] = { in.entries,         in.set_hash,   in.failures,
                             in.failing_since_ms, in.last_attempt_ms,
                             in.last_success_ms, in.changed_ms, in.due_ms,
                             in.baseline_ms,     in.held_hash,  in.held_since_ms };
    for (size_t i = 0; i < BW_COUNT(read); i++) {
        cr_expect(eq(i64, read[i], INT64_MIN + (int64_t)i), "number %zu", i);
    }
    cr_expect(eq(int, (int)in.state, BW_SOURCE_HELD));
    cr_expect(eq(str, in.detail, "why"));
    BW_CLEANUP(bw_freep) char *held = NULL;
    BW_CLEANUP(bw_freep) char *none = NULL;
    OK(bw_sources_held(db, "a", &held, &err));
    cr_expect(eq(str, held, "[]"));
    OK(bw_sources_hold(db, "a", NULL, &err));
    cr_expect(eq(int, (int)bw_sources_held(db, "a", &none, &err), BW_ERR_NOTFOUND));
    cr_expect(eq(str, in.platform, "openai"));
    cr_expect(eq(str, in.scope, "eu"));
}

Test(sources, one_that_is_no_longer_configured_is_not_there_until_it_is_again)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources list = { 0 };
    BW_CLEANUP(bw_source_clear) struct bw_source gone = { 0 };
    configure("b", 5, 1, 9);
    configure("a", 5, 1, 9);
    OK(bw_sources_deactivate(db, &err));
    configure("a", 5, 1, 9);
    OK(bw_sources_list(db, &list, &err));
    cr_assert(eq(sz, list.count, 1));
    cr_expect(eq(str, list.items[0].name, "a"));
    cr_expect(eq(int, (int)bw_sources_get(db, "b", &gone, &err), BW_ERR_NOTFOUND));
}

Test(sources, a_start_keeps_the_pace_and_a_shorter_one_counts_from_now)
{
    configure("a", 100, 1, 1000);
    set_due("a", 1090);
    OK(bw_sources_deactivate(db, &err));
    configure("a", 100, 1, 1010);
    cr_expect(eq(i64, due("a"), 1090));
    configure("a", 10, 1, 1010);
    cr_expect(eq(i64, due("a"), 1010));
}

Test(sources, other_settings_are_polled_at_once)
{
    configure("a", 100, 1, 1000);
    set_due("a", 1090);
    configure("a", 100, 2, 1010);
    cr_expect(eq(i64, due("a"), 1010));
}
