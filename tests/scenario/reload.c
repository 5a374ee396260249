#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/player.h"

#define SOURCE(url, every)                                                                         \
    "sources: [{name: openai, plugin: openai, platform: openai, url: '" url "', every: " every "}]\n"
#define SINK(url)                                                                                  \
    "sinks: [{name: ops, plugin: webhook, url: '" url "', secret: {file: ops.whsec}}]\n"
#define FLEET                                                                                      \
    "deployments:\n"                                                                               \
    "  - {name: old, technique: prompt, platform: openai, model: gpt-4.1-mini, owner: web}\n"

static const char MODELS[] = "gpt-4.1-mini\ngpt-5-mini\n";

static struct player *running(const char *yaml)
{
    struct player *p = player_new_on_disk(yaml);
    player_list(p, "openai", MODELS);
    player_settle(p);
    return p;
}

static int polls(struct player *p)
{
    return player_source(p, "openai")->polls;
}

Test(reload, what_has_not_changed_is_not_polled_again)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "6h") FLEET);
    player_configure(p, SOURCE("https://a", "6h") FLEET);
    player_pass(p, BW_HOUR_MS);
    player_configure(p, SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(int, polls(p), 1));
    player_restart(p);
    player_settle(p);
    cr_expect(eq(int, polls(p), 1), "a start leaves the network alone");
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(int, polls(p), 2));
}

Test(reload, a_changed_source_is_polled_at_once_and_a_shorter_pause_counts_from_now)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "10d") FLEET);
    player_configure(p, SOURCE("https://b", "10d") FLEET);
    cr_expect(eq(int, polls(p), 2));
    player_configure(p, SOURCE("https://b", "1h") FLEET);
    player_pass(p, 2 * BW_HOUR_MS);
    cr_expect(gt(int, polls(p), 2));
}

Test(reload, deployments_come_and_go_with_their_notices)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 1));
    player_configure(p, SOURCE("https://a", "6h")
                     "deployments:\n"
                     "  - {name: new, technique: prompt, platform: openai, model: gpt-4.1-mini}\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live&deployment=old"), 0));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live&deployment=new"), 1));
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 1));
}

Test(reload, a_policy_takes_effect)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "6h") FLEET);
    player_configure(p, SOURCE("https://a", "6h") "policy: {models: {deny: ['gpt-5*']}}\n" FLEET);
    cr_expect(eq(str, (char *)player_field(p, "/v1/deployments/old", "state"), "current"));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 0));
}

Test(reload, what_is_on_its_way_to_a_sink_that_left_is_not_lost_and_not_repeated)
{
    BW_CLEANUP(player_freep) struct player *p =
        player_new_on_disk(SOURCE("https://a", "6h") SINK("https://h") FLEET);
    player_find_sink(p, "ops")->silent = true;
    player_list(p, "openai", MODELS);
    player_settle(p);
    cr_expect(eq(int, player_messages(p, "ops", NULL), 1));
    player_configure(p, SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(int, player_count(p, "/v1/sinks"), 0));
    cr_expect(eq(str, (char *)player_field(p, "/v1/deliveries", "state"), "pending"));
    player_configure(p, SOURCE("https://a", "6h") SINK("https://h") FLEET);
    cr_expect(eq(int, player_count(p, "/v1/sinks"), 1));
}

Test(reload, another_address_of_a_sink_is_not_judged_by_the_old_one)
{
    BW_CLEANUP(player_freep) struct player *p =
        player_new_on_disk(SOURCE("https://a", "6h") SINK("https://gone") FLEET);
    player_sink(p, "ops", BW_DELIVERY_DISABLED, 0);
    player_list(p, "openai", MODELS);
    player_settle(p);
    cr_expect(eq(str, (char *)player_field(p, "/v1/sinks", "state"), "disabled"));
    player_configure(p, SOURCE("https://a", "6h") SINK("https://gone") FLEET);
    cr_expect(eq(str, (char *)player_field(p, "/v1/sinks", "state"), "disabled"));
    player_configure(p, SOURCE("https://a", "6h") SINK("https://new") FLEET);
    cr_expect(eq(str, (char *)player_field(p, "/v1/sinks", "state"), "ok"));
}

static const char *configuration(struct player *p, const char *name)
{
    static struct bw_json *status;
    bw_json_freep(&status);
    status = player_ask(p, "GET", "/v1/status", "");
    return bw_json_text(bw_json_get(bw_json_get(status, "configuration"), name), "none");
}

Test(reload, status_tells_a_refused_one_until_the_next_good_one)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(str, (char *)configuration(p, "error"), "none"));
    cr_expect(eq(str, (char *)configuration(p, "loaded_at"), "2026-01-01T00:00:00Z"));
    player_pass(p, BW_HOUR_MS);
    struct bw_event refused = { .type = BW_EVENT_MISCONFIGURED,
                                .misconfigured = bw_xstrdup("main.yaml:1:1: error: no") };
    player_step(p, &refused);
    cr_expect(eq(str, (char *)configuration(p, "error"), "main.yaml:1:1: error: no"));
    cr_expect(eq(str, (char *)configuration(p, "loaded_at"), "2026-01-01T00:00:00Z"));
    player_configure(p, SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(str, (char *)configuration(p, "error"), "none"));
    cr_expect(eq(str, (char *)configuration(p, "loaded_at"), "2026-01-01T01:00:00Z"));
}

Test(reload, other_conventions_place_known_models_anew)
{
    BW_CLEANUP(player_freep) struct player *p = running(SOURCE("https://a", "6h") FLEET);
    cr_expect(eq(str, (char *)player_field(p, "/v1/deployments/old", "state"), "stale"));
    struct bw_lineage_rules *rules = bw_lineage_rules_new();
    struct bw_event fresh = { .type = BW_EVENT_RULES, .rules = rules };
    player_step(p, &fresh);
    player_settle(p);
    cr_expect(eq(str, (char *)player_field(p, "/v1/models", "lineage"), ""), "no rule places it");
    cr_expect(ne(str, (char *)player_field(p, "/v1/deployments/old", "state"), "stale"));
    player_restart(p);
    player_settle(p);
    cr_expect(eq(str, (char *)player_field(p, "/v1/deployments/old", "state"), "stale"),
              "the shipped ones are back");
    cr_expect(ne(str, (char *)player_field(p, "/v1/models", "lineage"), ""));
}
