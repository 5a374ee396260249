#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/player.h"

/* The price of training here is of 2026-10-07, that of a label of the same year. */
static const char FLEET[] =
    "sources:\n"
    "  - {name: fireworks, plugin: fireworks, account: acme, url: 'https://api.fireworks.ai/v1',\n"
    "     every: 30d}\n"
    "sinks:\n"
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
    "deployments:\n"
    "  - {name: triage, technique: fine-tuned, platform: fireworks, model: ft-triage,\n"
    "     base: qwen3-8b, owner: web, training: {rows: 5000, tokens_per_row: 600}}\n"
    "  - {name: routing, technique: fine-tuned, platform: fireworks, model: ft-routing,\n"
    "     base: qwen3-8b, owner: web, training: {rows: 900, tokens_per_row: 600}}\n";
#define LIVE "/v1/notices?state=live&kind=price-stale"

Test(old_prices, a_price_past_its_shelf_life_is_told_once_an_owner)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FLEET);
    player_list(p, "fireworks", "qwen3-8b\nqwen3.5-8b\n");
    player_pass(p, 300 * BW_DAY_MS);
    cr_assert(eq(int, player_count(p, "/v1/notices?state=live&kind=stale"), 2));
    cr_expect(eq(int, player_count(p, LIVE), 0));
    player_forget_messages(p);
    player_pass(p, 365 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, LIVE), 2));
    cr_expect(eq(str, (char *)player_field(p, LIVE, "severity"), (char *)"info"));
    cr_assert(eq(int, player_messages(p, "ops", NULL), 1));
    const struct bw_json *data = bw_json_get(p->messages.items[0].body, "data");
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(data, "summary"), ""),
                 (char *)"2 estimates of web rest on prices past their shelf life"));
}

Test(old_prices, other_prices_make_every_estimate_again)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FLEET);
    player_list(p, "fireworks", "qwen3-8b\nqwen3.5-8b\n");
    player_pass(p, 700 * BW_DAY_MS);
    cr_assert(eq(int, player_count(p, LIVE), 2));
    BW_VEC_EACH(struct bw_fact, fact, &p->book.facts)
    {
        fact->as_of_ms = p->now_ms;
    }
    player_configure(p, FLEET);
    player_settle(p);
    cr_expect(eq(int, player_count(p, LIVE), 0));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live&kind=stale"), 2));
}
