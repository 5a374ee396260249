#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/player.h"

static const char FLEET[] =
    "sources:\n"
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
    "sinks:\n"
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: ops.whsec}}\n"
    "deployments:\n"
    "  - {name: new, technique: prompt, platform: openai, model: gpt-5.4-mini, owner: web}\n"
    "  - {name: old-1, technique: prompt, platform: openai, model: gpt-4.1-mini, owner: web}\n"
    "  - {name: old-2, technique: rag, platform: openai, model: gpt-5-mini, owner: web}\n"
    "  - {name: tuned, technique: fine-tuned, platform: openai, owner: ml,\n"
    "     model: 'ft:gpt-4.1-mini-2025-04-14:acme:triage:9xYz'}\n";
static const char MODELS[] = "gpt-4.1-mini\ngpt-4.1-mini-2025-04-14\ngpt-5-mini\n"
                             "gpt-5-mini-2025-08-07\ngpt-5.4-mini\ngpt-5.4-mini-2026-03-17\n";

Test(baseline, those_behind_get_notices_and_each_owner_one_message)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FLEET);
    player_list(p, "openai", MODELS);
    player_settle(p);
    cr_expect(eq(int, player_source(p, "openai")->polls, 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 3));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=new"), 0));
    cr_expect(eq(str, (char *)player_field(p, "/v1/deployments/new", "state"), "current"));
    cr_expect(eq(str, (char *)player_field(p, "/v1/deployments/old-1", "candidate"), "gpt-5.4-mini"));
    cr_expect(eq(str, (char *)player_field(p, "/v1/notices?deployment=tuned", "candidate"),
                 "gpt-5.4-mini-2026-03-17"));
    cr_expect(eq(str, (char *)player_field(p, "/v1/notices?deployment=tuned", "kind"), "stale"));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 2), "one message an owner");
    cr_expect(eq(int, player_messages(p, NULL, NULL), 2));
}

Test(baseline, a_second_poll_says_nothing)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FLEET);
    player_list(p, "openai", MODELS);
    player_settle(p);
    player_forget_messages(p);
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(int, player_source(p, "openai")->polls, 2));
    player_list(p, "openai", MODELS);
    player_pass(p, 30 * BW_DAY_MS);
    cr_expect(gt(int, player_source(p, "openai")->polls, 100));
    cr_expect(eq(int, player_count(p, "/v1/notices"), 3));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
}

Test(baseline, a_restart_and_a_reload_say_nothing)
{
    BW_CLEANUP(player_freep) struct player *p = player_new_on_disk(FLEET);
    player_list(p, "openai", MODELS);
    player_settle(p);
    player_forget_messages(p);
    player_restart(p);
    player_settle(p);
    player_configure(p, FLEET);
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices"), 3));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
}

Test(baseline, of_a_deployment_added_later_its_owner_hears_at_once)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FLEET);
    player_list(p, "openai", MODELS);
    player_settle(p);
    player_forget_messages(p);
    BW_CLEANUP(bw_json_freep) struct bw_json *added = player_ask(
        p, "POST", "/v1/deployments",
        "{\"name\":\"late\",\"technique\":\"prompt\",\"platform\":\"openai\","
        "\"model\":\"gpt-4.1-mini\",\"owner\":\"ops\"}");
    cr_expect(eq(int, p->status, 200));
    cr_expect(eq(str, (char *)bw_json_text(bw_json_get(added, "state"), ""), "stale"));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=late"), 1));
}
