#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

static const char FLEET[] =
    "sources:\n"
    "  - {name: xai, plugin: xai, url: 'https://api.x.ai/v1', every: 6h}\n"
    "sinks:\n"
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
    "deployments:\n"
    "  - {name: app, technique: prompt, platform: xai, model: grok-3, owner: web}\n"
    "  - {name: floats, technique: prompt, platform: xai, model: grok-latest, owner: web}\n";
#define OTHERS "grok-2\ngrok-3-mini\n"

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
}

static void end(void)
{
    player_free(p);
}

TestSuite(lineage_facts, .init = begin, .fini = end);

static void list(const char *lines)
{
    player_list(p, "xai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static void expect_field(const char *target, const char *name, const char *value)
{
    cr_expect(eq(str, (char *)player_field(p, target, name), (char *)value), "%s %s", target, name);
}

static bool explained(const char *text)
{
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer = player_ask(p, "GET", "/v1/deployments/app/explain", "");
    const struct bw_json *line = bw_json_first(bw_json_get(answer, "lines"));
    for (; line != NULL; line = bw_json_next(line)) {
        if (strstr(bw_json_text(line, ""), text) != NULL) {
            return true;
        }
    }
    return false;
}

Test(lineage_facts, a_revised_replacement_is_told_with_its_dates_and_its_distance)
{
    list(OTHERS "{\"id\":\"grok-3\",\"replacement\":\"grok-2\",\"prices\":{\"input\":3}}\n");
    cr_expect(explained("declared replacement: grok-2, since 2026-01-01, by [\"xai\"]"));
    player_pass(p, 3 * BW_DAY_MS);
    list(OTHERS "{\"id\":\"grok-3\",\"replacement\":\"grok-3-mini\",\"prices\":{\"input\":3}}\n"
                "{\"id\":\"grok-4\",\"prices\":{\"input\":5}}\n");
    cr_expect(explained("declared replacement: grok-3-mini, since 2026-01-04"));
    cr_expect(explained("declared replacement: grok-2, since 2026-01-01 until 2026-01-04"));
    cr_expect(explained("that is another line: xai/grok-mini, not xai/grok"));
    expect_field("/v1/deployments/app", "candidate", "grok-3-mini");
    expect_field("/v1/deployments/app", "via", "declared");
    list(OTHERS "grok-3\n{\"id\":\"grok-4\",\"prices\":{\"input\":5}}\n");
    cr_expect(explained("declared replacement: grok-3-mini, since 2026-01-04 until 2026-01-"));
    expect_field("/v1/deployments/app", "candidate", "grok-4");
}

Test(lineage_facts, a_replacement_that_ends_leads_on_and_a_cycle_leads_nowhere)
{
    list("{\"id\":\"grok-3\",\"replacement\":\"grok-x\"}\n"
         "{\"id\":\"grok-x\",\"life\":\"retired\",\"replacement\":\"grok-y\"}\ngrok-y\n");
    expect_field("/v1/deployments/app", "candidate", "grok-y");
    list("{\"id\":\"grok-3\",\"replacement\":\"grok-x\"}\n"
         "{\"id\":\"grok-x\",\"life\":\"retired\",\"replacement\":\"grok-3\"}\ngrok-y\n");
    expect_field("/v1/deployments/app", "candidate", "");
    cr_expect(explained("it is not followed: the advice runs in a circle at grok-3"));
    list("{\"id\":\"grok-3\",\"replacement\":\"grok-x\",\"released\":\"2025-02-17\"}\n"
         "{\"id\":\"grok-x\",\"released\":\"2024-01-01\"}\ngrok-y\n");
    cr_expect(explained("it is not followed: grok-x is older than what it replaces"));
}

Test(lineage_facts, an_alias_that_moves_is_told_once_and_for_a_month)
{
    list(OTHERS "grok-3\n{\"id\":\"grok-4\",\"aliases\":[\"grok-latest\"]}\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=alias-moved"), 0));
    player_forget_messages(p);
    list(OTHERS "grok-3\ngrok-4\n{\"id\":\"grok-4.3\",\"aliases\":[\"grok-latest\"]}\n");
    cr_assert(eq(int, player_count(p, "/v1/notices?kind=alias-moved&state=live"), 1));
    expect_field("/v1/notices?kind=alias-moved", "deployment", "floats");
    expect_field("/v1/notices?kind=alias-moved", "summary",
                 "floats: what grok-latest stands for on xai has moved: grok-4 -> grok-4.3; run its "
                 "evals");
    player_pass(p, 10 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=alias-moved&state=live"), 1));
    player_pass(p, 25 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=alias-moved&state=live"), 0));
}

Test(lineage_facts, an_id_that_becomes_an_alias_has_been_replaced)
{
    list(OTHERS "grok-3\ngrok-4\n");
    list("grok-2\ngrok-3-mini\n{\"id\":\"grok-4.3\",\"aliases\":[\"grok-3\",\"grok-4\"]}\n");
    if (player_count(p, "/v1/notices?kind=source-failing&state=live") > 0) {
        bw_json_free(player_ask(p, "POST", "/v1/sources/xai/accept", ""));
        player_pass(p, BW_HOUR_MS);
    }
    expect_field("/v1/deployments/app", "candidate", "grok-4.3");
    expect_field("/v1/deployments/app", "via", "declared");
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=alias-moved&deployment=app"), 1));
}

Test(lineage_facts, a_line_that_falls_back_is_an_anomaly_and_no_release)
{
    list(OTHERS "grok-3\ngrok-4\n");
    int notices = player_count(p, "/v1/notices");
    expect_field("/v1/sources", "detail", "");
    list(OTHERS "grok-3\n");
    expect_field("/v1/sources", "detail", "newest of its line, and gone: grok-4");
    expect_field("/v1/deployments/app", "candidate", "");
    list(OTHERS "grok-3\ngrok-4\n");
    expect_field("/v1/sources", "detail", "");
    expect_field("/v1/deployments/app", "candidate", "grok-4");
    cr_expect(eq(int, player_count(p, "/v1/notices"), notices), "the old notice, not a second one");
}
