#include "store/outbox.h"

#include "store/cards.h"
#include "store/notices.h"
#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;

static void begin(void)
{
    db = bw_test_db();
    OK(bw_sinks_configure(db, "ops", 1, &err));
    OK(bw_sinks_configure(db, "chat", 1, &err));
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(outbox, .init = begin, .fini = end);

static int64_t add_notice(const char *subject)
{
    struct bw_notice notice = { .subject = (char *)subject, .owner = "web", .platform = "openai",
                                .base = "b", .summary = "s" };
    OK(bw_notices_insert(db, &notice, &err));
    return notice.id;
}

static int64_t add(const char *sink, int64_t notice, int64_t due_ms)
{
    static int serial;
    BW_CLEANUP(bw_freep) char *id = bw_xasprintf("msg_%d", ++serial);
    struct bw_delivery delivery = { .sink = (char *)sink, .message_id = id, .type = "t",
                                    .subject = "s", .notice = notice, .body = "{}",
                                    .due_ms = due_ms, .created_ms = 1 };
    OK(bw_outbox_insert(db, &delivery, &err));
    if (notice != 0) {
        OK(bw_told_insert(db, delivery.id, notice, "opened", 1, &err));
    }
    return delivery.id;
}

static void settle(int64_t id, enum bw_delivery_state state)
{
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    OK(bw_outbox_get(db, id, &delivery, &err));
    delivery.state = state;
    delivery.attempts = 1;
    OK(bw_outbox_save(db, &delivery, &err));
}

/* The ids of what is due, as digits. */
static int64_t due_digits(const char *sink, int64_t now_ms, int64_t limit)
{
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries due = { 0 };
    int64_t digits = 0;
    OK(bw_outbox_due(db, sink, now_ms, limit, &due, &err));
    BW_VEC_EACH(const struct bw_delivery, delivery, &due)
    {
        digits = digits * 10 + delivery->id;
    }
    return digits;
}

Test(outbox, the_longest_due_goes_first_and_what_is_not_due_waits)
{
    (void)add("ops", 0, 30);
    (void)add("ops", 0, 10);
    (void)add("ops", 0, 10);
    (void)add("chat", 0, 10);
    (void)add("ops", 0, 99);
    cr_expect(eq(i64, due_digits("ops", 40, 9), 231));
    cr_expect(eq(i64, due_digits("ops", 40, 2), 23));
    int64_t next_ms = 0;
    OK(bw_outbox_next_due(db, "ops", 40, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 99));
    OK(bw_outbox_next_due(db, "ops", 99, &next_ms, &err));
    cr_expect(eq(i64, next_ms, INT64_MAX));
}

Test(outbox, messages_of_one_notice_keep_their_order)
{
    int64_t notice = add_notice("a");
    (void)add("ops", notice, 50);
    (void)add("ops", notice, 10);
    (void)add("chat", notice, 10);
    cr_expect(eq(i64, due_digits("ops", 20, 9), 0), "the first waits, so the second does");
    cr_expect(eq(i64, due_digits("chat", 20, 9), 3), "another sink is no matter");
    settle(1, BW_DELIVERY_FAILED);
    cr_expect(eq(i64, due_digits("ops", 20, 9), 2));
}

Test(outbox, a_card_waits_for_what_was_said_before_about_any_of_its_notices)
{
    int64_t first = add_notice("a");
    int64_t second = add_notice("b");
    (void)add("ops", first, 10);
    int64_t card = add("ops", 0, 10);
    OK(bw_told_insert(db, card, second, "reminder", 1, &err));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 12));
    OK(bw_told_insert(db, card, first, "reminder", 1, &err));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 1));
    bool rest = false;
    OK(bw_told_take_out(db, 1, first, &rest, &err));
    cr_expect(not(rest));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 12), "it says nothing of it any more");
}

Test(outbox, what_is_outdated_is_not_due_before_it_is_written_anew)
{
    BW_CLEANUP(bw_deliveries_clear) struct bw_deliveries outdated = { 0 };
    (void)add("ops", add_notice("a"), 10);
    OK(bw_outbox_outdate(db, 1, &err));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 0));
    OK(bw_outbox_outdated(db, 9, &outdated, &err));
    cr_assert(eq(sz, outdated.count, 1));
    bw_replace(&outdated.items[0].body, "{\"new\":1}");
    OK(bw_outbox_rewrite(db, &outdated.items[0], &err));
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    OK(bw_outbox_get(db, 1, &delivery, &err));
    cr_expect(eq(str, delivery.body, "{\"new\":1}"));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 1));
}

Test(outbox, what_waits_for_its_hour_is_hurried_with_the_notice_it_tells_of)
{
    int64_t notice = add_notice("a");
    (void)add("ops", notice, 100);
    (void)add("chat", notice, 100);
    OK(bw_outbox_hurry(db, "ops", notice, 10, &err));
    cr_expect(eq(i64, due_digits("ops", 20, 9), 1));
    cr_expect(eq(i64, due_digits("chat", 20, 9), 0));
}

static bool knows(const char *sink, int64_t notice)
{
    bool out = false;
    OK(bw_told_knows(db, sink, notice, &out, &err));
    return out;
}

Test(outbox, a_sink_knows_what_it_was_sent)
{
    int64_t sent = add_notice("a");
    int64_t taken_out = add_notice("b");
    bool rest = false;
    (void)add("ops", sent, 10);
    OK(bw_told_insert(db, 1, taken_out, "opened", 1, &err));
    cr_expect(knows("ops", sent));
    cr_expect(not(knows("chat", sent)));
    OK(bw_told_take_out(db, 1, taken_out, &rest, &err));
    cr_expect(rest);
    cr_expect(not(knows("ops", taken_out)));
    BW_CLEANUP(bw_delivery_clear) struct bw_delivery delivery = { 0 };
    OK(bw_outbox_get(db, 1, &delivery, &err));
    delivery.state = BW_DELIVERY_WITHDRAWN;
    OK(bw_outbox_save(db, &delivery, &err));
    cr_expect(not(knows("ops", sent)));
    settle(1, BW_DELIVERY_WITHDRAWN);
    cr_expect(knows("ops", sent), "the attempt may have told it");
}

static void wait_for(int64_t notice, const char *what, int64_t due_ms)
{
    const struct bw_item item = { "ops", "web", notice, (char *)what, due_ms, 1 };
    OK(bw_items_insert(db, &item, &err));
}

Test(outbox, what_happens_to_a_notice_that_waits_joins_it)
{
    BW_CLEANUP(bw_item_clear) struct bw_item next = { 0 };
    BW_CLEANUP(bw_tolds_clear) struct bw_tolds tolds = { 0 };
    int64_t waiting = add_notice("a");
    int64_t dropped = add_notice("b");
    int64_t later = add_notice("c");
    int64_t due_ms = 0;
    wait_for(waiting, "opened", 100);
    wait_for(waiting, "reminder", 10);
    wait_for(dropped, "opened", 10);
    wait_for(later, "opened", 50);
    OK(bw_items_forget(db, dropped, &err));
    OK(bw_items_next_due(db, 10, &due_ms, &err));
    cr_expect(eq(i64, due_ms, 50));
    OK(bw_items_next(db, 10, &next, &err));
    cr_expect(eq(str, next.owner, "web"));
    OK(bw_items_take(db, &next, 10, &tolds, &err));
    OK(bw_items_hear(db, &next, 10, &err));
    cr_assert(eq(sz, tolds.count, 2), "what is not due goes with what is");
    for (size_t i = 0; i < tolds.count; i++) {
        cr_expect(eq(str, tolds.items[i].what, "opened"));
    }
    OK(bw_items_heard(db, "ops", "web", &due_ms, &err));
    cr_expect(eq(i64, due_ms, 10));
    struct bw_item none = { 0 };
    cr_expect(eq(int, (int)bw_items_next(db, 10, &none, &err), BW_ERR_NOTFOUND));
}

Test(outbox, what_is_known_of_an_endpoint_does_not_hold_for_another)
{
    struct bw_sink failing = { .name = "ops", .failures = 3, .paused_until_ms = 9,
                               .disabled_ms = 8, .detail = "gone" };
    OK(bw_sinks_save(db, &failing, &err));
    for (uint64_t hash = 1; hash <= 2; hash++) {
        BW_CLEANUP(bw_sinks_clear) struct bw_sinks sinks = { 0 };
        OK(bw_sinks_deactivate(db, &err));
        OK(bw_sinks_configure(db, "ops", hash, &err));
        OK(bw_sinks_list(db, &sinks, &err));
        cr_assert(eq(sz, sinks.count, 1));
        cr_expect(eq(i64, sinks.items[0].failures, hash == 1 ? 3 : 0));
        cr_expect(eq(i64, sinks.items[0].disabled_ms, hash == 1 ? 8 : 0));
        cr_expect(eq(str, sinks.items[0].detail, hash == 1 ? "gone" : ""));
    }
}

Test(outbox, an_installation_has_a_name_of_its_own)
{
    BW_CLEANUP(bw_freep) char *mine = NULL;
    BW_CLEANUP(bw_freep) char *other = NULL;
    struct bw_db *second = bw_test_db();
    OK(bw_outbox_instance(db, &mine, &err));
    OK(bw_outbox_instance(second, &other, &err));
    cr_expect(ne(str, mine, other));
    bw_db_free(second);
}
