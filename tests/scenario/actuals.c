#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/player.h"

static const char FLEET[] =
    "sources:\n"
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
    "rates: {person_day_usd: 800}\n"
    "deployments:\n"
    "  - name: triage\n"
    "    technique: fine-tuned\n"
    "    platform: openai\n"
    "    model: 'ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz'\n"
    "    owner: support\n"
    "    training: {rows: 5000, tokens_per_row: 620, epochs: 3, refresh_share: 0.2}\n"
    "    traffic: {calls_per_day: 200000, input_tokens: 450, output_tokens: 120,\n"
    "              prompted_input_tokens: 1900, cached_tokens: 1500}\n"
    "    evals: {suite: triage, cases: 200}\n"
    "  - {name: chat, technique: prompt, platform: openai, model: gpt-4o-mini-2024-07-18,\n"
    "     owner: web}\n";
#define LISTED "gpt-4o-mini-2024-07-18\ngpt-4.1-mini-2025-04-14\n"

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    p->may_write = true;
    player_list(p, "openai", LISTED);
    player_pass(p, 10 * BW_DAY_MS);
}

static void end(void)
{
    player_free(p);
}

TestSuite(actuals, .init = begin, .fini = end);

static int post(const char *name, const char *body)
{
    char target[64];
    (void)snprintf(target, sizeof(target), "/v1/deployments/%s/actuals", name);
    bw_json_free(player_ask(p, "POST", target, body));
    return p->status;
}

static double number(const struct bw_json *json, const char *outer, const char *name)
{
    return bw_json_double(bw_json_get(bw_json_get(json, outer), name), -1);
}

Test(actuals, a_paid_move_stands_beside_the_estimate_of_its_day_and_later_ones)
{
    cr_assert(eq(int, post("triage", "{\"usd\":\"6000\",\"on\":\"2026-01-09\"}"), 200));
    BW_CLEANUP(bw_json_freep) struct bw_json *list = player_ask(p, "GET", "/v1/actuals", "");
    const struct bw_json *row = bw_json_first(bw_json_get(list, "actuals"));
    double expected = number(row, "estimate", "expected_usd");
    cr_expect(gt(dbl, expected, 4000));
    cr_expect(epsilon_eq(dbl, bw_json_double(bw_json_get(row, "factor"), 0), 6000 / expected,
                         1e-9));
    BW_CLEANUP(bw_json_freep)
    struct bw_json *estimate = player_ask(p, "GET", "/v1/deployments/triage/estimate", "");
    cr_expect(eq(dbl, number(estimate, "so_far", "paid_usd"), 6000));
    cr_expect(epsilon_eq(dbl, number(estimate, "so_far", "factor"), 6000 / expected, 1e-9));
    /* 200,000 calls x 365 / 12 days at 0.000279 */
    cr_expect(eq(dbl, bw_json_double(bw_json_get(estimate, "running_usd_per_month"), 0), 1697.25));
}

Test(actuals, a_training_bill_is_held_against_one_run)
{
    cr_assert(eq(int, post("triage", "{\"usd\":\"46.5\",\"on\":\"2026-01-09\",\"covers\":"
                                     "\"training\"}"), 200));
    BW_CLEANUP(bw_json_freep) struct bw_json *list = player_ask(p, "GET", "/v1/actuals", "");
    const struct bw_json *row = bw_json_first(bw_json_get(list, "actuals"));
    cr_expect(eq(dbl, number(row, "estimate", "expected_usd"), 46.5));
    cr_expect(eq(dbl, bw_json_double(bw_json_get(row, "factor"), 0), 1));
}

Test(actuals, what_cannot_be_is_refused)
{
    cr_expect(eq(int, post("nobody", "{\"usd\":\"1\",\"on\":\"2026-01-09\"}"), 404));
    cr_expect(eq(int, post("chat", "{\"usd\":\"-1\",\"on\":\"2026-01-09\"}"), 400));
    cr_expect(eq(int, post("chat", "{\"usd\":\"a lot\",\"on\":\"2026-01-09\"}"), 400));
    cr_expect(eq(int, post("chat", "{\"usd\":\"1\",\"on\":\"2027-01-09\"}"), 400));
    cr_expect(eq(int, post("chat", "{\"on\":\"2026-01-09\"}"), 400));
    cr_expect(eq(int, player_count(p, "/v1/actuals"), 0));
}

Test(actuals, a_mistake_is_removed_and_lists_are_filtered)
{
    cr_assert(eq(int, post("triage", "{\"usd\":\"1\",\"on\":\"2026-01-09\"}"), 200));
    cr_assert(eq(int, post("chat", "{\"usd\":\"2\",\"on\":\"2026-01-09\"}"), 200));
    cr_expect(eq(int, player_count(p, "/v1/actuals?owner=web"), 1));
    cr_expect(eq(int, player_count(p, "/v1/actuals?deployment=triage"), 1));
    bw_json_free(player_ask(p, "DELETE", "/v1/actuals/1", ""));
    cr_expect(eq(int, p->status, 200));
    bw_json_free(player_ask(p, "DELETE", "/v1/actuals/1", ""));
    cr_expect(eq(int, p->status, 404));
    cr_expect(eq(int, player_count(p, "/v1/actuals"), 1));
}

/* ---- the treadmill ---- */

Test(actuals, a_year_of_keeping_up_counts_what_was_recorded)
{
    player_pass(p, 100 * BW_DAY_MS);
    player_list(p, "openai", LISTED "gpt-5-mini\n");
    player_pass(p, 60 * BW_DAY_MS);
    player_list(p, "openai", LISTED "gpt-5-mini\ngpt-5.4-mini\n");
    player_pass(p, 30 * BW_DAY_MS);
    cr_assert(eq(int, post("triage", "{\"usd\":\"6000\",\"on\":\"2026-03-09\"}"), 200));
    BW_CLEANUP(bw_json_freep)
    struct bw_json *all = player_ask(p, "GET", "/v1/treadmill?deployment=triage", "");
    const struct bw_json *row = bw_json_first(bw_json_get(all, "treadmill"));
    /* two were seen to come out; what the first list held had been there before */
    cr_expect(eq(i64, bw_json_i64(bw_json_get(row, "releases"), -1), 2));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(row, "moved"), -1), 1));
    /* the list was polled some hours later */
    cr_expect(eq(i64, bw_json_i64(bw_json_get(row, "days_behind"), -1), 89));
    cr_expect(eq(dbl, bw_json_double(bw_json_get(row, "moves_per_year"), -1), 2));
    double move = number(row, "tuned", "move_usd");
    cr_expect(gt(dbl, move, 4000));
    cr_expect(epsilon_eq(dbl, number(row, "tuned", "total_usd"),
                         2 * move + 3200 + number(row, "tuned", "calls_usd"), 1e-5));
    cr_expect(epsilon_eq(dbl, number(row, "prompted", "total_usd"),
                         2 * number(row, "prompted", "move_usd") + 1600 +
                             number(row, "prompted", "calls_usd"), 1e-5));
    cr_expect(eq(int, player_count(p, "/v1/treadmill?owner=web"), 1));
    cr_expect(eq(int, player_count(p, "/v1/treadmill"), 2));
}

Test(actuals, a_base_that_ends_is_a_forced_move)
{
    player_list(p, "openai",
                "{\"id\":\"gpt-4o-mini-2024-07-18\",\"released\":\"2024-07-18\",\"dates\":[{"
                "\"clock\":\"inference\",\"firm\":true,\"at\":\"2026-07-18\"}]}\n"
                "gpt-4.1-mini-2025-04-14\n");
    player_pass(p, BW_DAY_MS);
    const char *target = "/v1/treadmill?deployment=chat&from=2026-01-01&to=2026-12-31";
    cr_expect(eq(str, (char *)player_field(p, target, "forced"), (char *)"1"));
    bw_json_free(player_ask(p, "GET", "/v1/treadmill?from=2026-12-31&to=2026-01-01", ""));
    cr_expect(eq(int, p->status, 400));
}

/* ---- what was recorded of models ---- */

#define MINI(price) "{\"id\":\"gpt-5-mini\",\"prices\":{\"input\":" price ",\"output\":2}}\n"

Test(actuals, prices_that_change_are_kept_and_shown)
{
    player_list(p, "openai", LISTED MINI("0.25"));
    player_pass(p, BW_DAY_MS);
    player_list(p, "openai", LISTED MINI("0.2"));
    player_pass(p, BW_DAY_MS);
    BW_CLEANUP(bw_json_freep)
    struct bw_json *model = player_ask(p, "GET", "/v1/models/gpt-5-mini", "");
    const struct bw_json *changes = bw_json_get(model, "price_changes");
    cr_assert(eq(sz, bw_json_size(changes), 1));
    const struct bw_json *change = bw_json_first(changes);
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(change, "price"), ""), (char *)"input"));
    cr_expect(eq(dbl, bw_json_double(bw_json_get(change, "from_usd"), 0), 0.25));
    cr_expect(eq(dbl, bw_json_double(bw_json_get(change, "to_usd"), 0), 0.2));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(change, "on"), ""), (char *)"2026-01-12"));
}

Test(actuals, every_version_is_history_and_an_absence_is_a_gap)
{
    player_list(p, "openai", LISTED MINI("0.25"));
    player_pass(p, BW_DAY_MS);
    player_list(p, "openai", LISTED);
    player_pass(p, 3 * BW_DAY_MS);
    player_list(p, "openai", LISTED MINI("0.25"));
    player_pass(p, BW_DAY_MS);
    player_list(p, "openai", LISTED MINI("0.2"));
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/history"), 3));
    BW_CLEANUP(bw_json_freep) struct bw_json *all = player_ask(p, "GET", "/v1/history", "");
    const struct bw_json *last = NULL;
    for (const struct bw_json *row = bw_json_first(bw_json_get(all, "history")); row != NULL;
         row = bw_json_next(row)) {
        last = row;
    }
    const struct bw_json *versions = bw_json_get(last, "versions");
    cr_assert(eq(sz, bw_json_size(versions), 3));
    const struct bw_json *first = bw_json_first(versions);
    const struct bw_json *second = bw_json_next(first);
    cr_expect(ne(str, (char *)bw_json_text(bw_json_get(first, "until"), ""),
                 (char *)bw_json_text(bw_json_get(second, "from"), "")));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(second, "until"), ""),
                 (char *)bw_json_text(bw_json_get(bw_json_next(second), "from"), "-")));
    cr_expect(bw_json_is_null(bw_json_get(bw_json_next(second), "until")));
}
