#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define MEMBERS(model)                                                                             \
    "deployments:\n"                                                                               \
    "  - {name: a, technique: prompt, platform: openai, model: " model ", owner: web}\n"           \
    "  - {name: b, technique: prompt, platform: openai, model: " model ", owner: web}\n"           \
    "  - {name: c, technique: rag, platform: openai, model: " model ", owner: search}\n"
#define OTHERS                                                                                     \
    "  - {name: big, technique: prompt, platform: openai, model: gpt-5, owner: web}\n"

static const char FLEET[] = PLACES MEMBERS("gpt-5-mini") OTHERS;
#define BEFORE "gpt-5\ngpt-5-mini\ngpt-4.1-nano-2025-04-14\n"

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "openai", BEFORE);
    player_pass(p, BW_DAY_MS);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(release, .init = begin, .fini = end);

static void list(const char *lines)
{
    player_list(p, "openai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static int live(void)
{
    return player_count(p, "/v1/notices?state=live");
}

static const char *state_of(const char *target)
{
    return player_field(p, target, "state");
}

#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

Test(release, each_member_of_the_line_gets_one_notice_and_one_message)
{
    cr_expect(eq(int, live(), 0));
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, live(), 3));
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "candidate"), "gpt-5.4-mini");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "kind"), "swap");
    EQ_STR(player_field(p, "/v1/notices?deployment=c", "kind"), "swap");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "via"), "line");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=big"), 0));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 3));
    player_pass(p, 10 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices"), 3));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 3));
}

Test(release, what_is_of_another_line_opens_nothing)
{
    list(BEFORE "gpt-5.4-nano\ngpt-image-2\ngpt-audio-mini\ngpt-realtime-mini\n"
                "gpt-4o-mini-transcribe\ntext-embedding-4-small\ntts-2\ngpt-5.4-pro\n"
                "gpt-6-mini-preview\nwhisper-2\no5-mini\nomni-moderation-2026-01-01\n");
    cr_expect(eq(int, live(), 0));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 0));
}

Test(release, a_still_newer_one_supersedes_the_notice)
{
    list(BEFORE "gpt-5.4-mini\n");
    player_forget_messages(p);
    list(BEFORE "gpt-5.4-mini\ngpt-6-mini\n");
    cr_expect(eq(int, live(), 3));
    cr_expect(eq(int, player_count(p, "/v1/notices"), 6));
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "candidate"), "gpt-6-mini");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=superseded", "candidate"),
           "gpt-5.4-mini");
    cr_expect(eq(int, player_messages(p, "ops", "notice.superseded"), 3));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 3));
}

Test(release, a_deployment_that_moved_resolves_its_notice)
{
    list(BEFORE "gpt-5.4-mini\n");
    player_forget_messages(p);
    player_configure(p, PLACES MEMBERS("gpt-5.4-mini") OTHERS);
    cr_expect(eq(int, live(), 0));
    EQ_STR(state_of("/v1/notices?deployment=a"), "resolved");
    EQ_STR(state_of("/v1/deployments/a"), "current");
    cr_expect(eq(int, player_messages(p, "ops", "notice.resolved"), 3));
    cr_expect(eq(int, player_messages(p, NULL, NULL), 3));
}

Test(release, a_deployment_that_moved_half_way_gets_a_notice_for_the_rest)
{
    list(BEFORE "gpt-5.2-mini\ngpt-5.4-mini\n");
    player_configure(p, PLACES MEMBERS("gpt-5.2-mini") OTHERS);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 2));
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=resolved", "base"), "gpt-5-mini");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "base"), "gpt-5.2-mini");
}

Test(release, a_candidate_withdrawn_cancels_and_listed_again_reopens)
{
    list(BEFORE "gpt-5.4-mini\n");
    list(BEFORE);
    cr_expect(eq(int, live(), 0));
    EQ_STR(state_of("/v1/notices?deployment=a"), "cancelled");
    EQ_STR(state_of("/v1/deployments/a"), "current");
    player_forget_messages(p);
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, live(), 3));
    cr_expect(eq(int, player_count(p, "/v1/notices"), 3), "the old ones live again");
    cr_expect(eq(int, player_messages(p, "ops", "notice.updated"), 3));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 0));
}

Test(release, what_a_person_resolved_stays_closed)
{
    list(BEFORE "gpt-5.4-mini\n");
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf(
        "/v1/notices/%s/resolve", player_field(p, "/v1/notices?deployment=a", "id"));
    bw_json_free(player_ask(p, "POST", target, "{\"reason\":\"not for us\"}"));
    cr_expect(eq(int, p->status, 200));
    list(BEFORE);
    list(BEFORE "gpt-5.4-mini\n");
    player_configure(p, FLEET);
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a&state=live"), 0));
    cr_expect(eq(int, live(), 2));
    list(BEFORE "gpt-5.4-mini\ngpt-6-mini\n");
    cr_expect(eq(int, live(), 3), "another candidate is another matter");
}

Test(release, a_deployment_removed_and_added_again_is_not_taken_for_resolved)
{
    list(BEFORE "gpt-5.4-mini\n");
    static const char late[] = "{\"name\":\"late\",\"technique\":\"prompt\",\"platform\":"
                               "\"openai\",\"model\":\"gpt-5-mini\",\"owner\":\"x\"}";
    bw_json_free(player_ask(p, "POST", "/v1/deployments", late));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=late&state=live"), 1));
    bw_json_free(player_ask(p, "DELETE", "/v1/deployments/late", ""));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=late&state=live"), 0));
    bw_json_free(player_ask(p, "POST", "/v1/deployments", late));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=late&state=live"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=late"), 1));
}

Test(release, a_cohort_that_was_empty_meanwhile_is_judged_again)
{
    static const char solo[] = "{\"name\":\"solo\",\"technique\":\"rag\",\"platform\":"
                               "\"openai\",\"model\":\"gpt-5\"}";
    bw_json_free(player_ask(p, "POST", "/v1/deployments", solo));
    EQ_STR(state_of("/v1/deployments/solo"), "current");
    bw_json_free(player_ask(p, "DELETE", "/v1/deployments/solo", ""));
    list(BEFORE "gpt-5.4\n");
    bw_json_free(player_ask(p, "POST", "/v1/deployments", solo));
    EQ_STR(state_of("/v1/deployments/solo"), "stale");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=solo"), 1));
}

Test(release, policy_decides_what_is_offered)
{
    player_configure(p, PLACES "policy: {models: {deny: ['gpt-5.4*']}}\n" MEMBERS("gpt-5-mini"));
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, live(), 0));
    player_configure(p, PLACES "policy: {kinds: [major]}\n" MEMBERS("gpt-5-mini"));
    cr_expect(eq(int, live(), 0));
    list(BEFORE "gpt-5.4-mini\ngpt-6-mini\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "candidate"), "gpt-6-mini");
}

Test(release, a_successor_that_ends_itself_is_offered_until_that_day)
{
    list(BEFORE "gpt-5.1-mini\n{\"id\":\"gpt-5.4-mini\",\"dates\":[{\"clock\":\"inference\","
                "\"at\":\"2026-02-01\",\"firm\":true}]}\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "candidate"), "gpt-5.4-mini");
    player_pass(p, 40 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/notices?deployment=a&state=live", "candidate"), "gpt-5.1-mini");
}

Test(release, min_age_waits_for_its_day_and_then_tells_by_itself)
{
    player_configure(p, PLACES "policy: {min_age: 30d}\n" MEMBERS("gpt-5-mini"));
    list(BEFORE "gpt-5.4-mini\n");
    player_pass(p, 29 * BW_DAY_MS);
    cr_expect(eq(int, live(), 0));
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(int, live(), 3));
}

Test(release, the_platforms_own_word_comes_before_the_line)
{
    list("gpt-5\ngpt-4.1-nano-2025-04-14\ngpt-5.4-mini\ngpt-5.4-nano\n"
         "{\"id\":\"gpt-5-mini\",\"replacement\":\"gpt-5.4-nano\"}\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "candidate"), "gpt-5.4-nano");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "via"), "declared");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "relation"), "declared");
}

Test(release, a_declared_replacement_counts_from_the_day_it_is_listed)
{
#define DECLARED "gpt-5\ngpt-4.1-nano-2025-04-14\n{\"id\":\"gpt-5-mini\",\"replacement\":\"o9\"}\n"
    list(DECLARED);
    cr_expect(eq(int, live(), 0));
    list(DECLARED "o9\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=a", "candidate"), "o9");
}

Test(release, names_that_differ_by_case_alone_are_two_deployments)
{
    player_configure(p, PLACES
                     "deployments:\n"
                     "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini}\n"
                     "  - {name: A, technique: prompt, platform: openai, model: gpt-5}\n");
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=a"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=A"), 0));
}

Test(release, a_deployment_picked_by_match_is_told_of_its_base)
{
    player_configure(p, PLACES
                     "deployments:\n"
                     "  - {name: m, technique: fine-tuned, platform: openai, base: gpt-5-mini,\n"
                     "     model: {match: 'ft:*:acme:*', pick: newest}}\n");
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=m"), 1));
    EQ_STR(player_field(p, "/v1/deployments/m", "model"), "");
    bw_json_free(player_ask(p, "GET", "/v1/deployments/m/explain", ""));
    cr_expect(eq(int, p->status, 200));
}

Test(release, a_deployment_named_like_its_source_is_not_taken_for_it)
{
    static const char twins[] = PLACES
        "deployments:\n"
        "  - {name: openai, technique: prompt, platform: openai, model: gpt-5-mini}\n";
    player_configure(p, twins);
    list(BEFORE "gpt-5.4-mini\n");
    player_list(p, "openai", "gpt-5\n"); /* held back: a notice about the source */
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 2));
    player_configure(p, twins);
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 2));
    list(BEFORE "gpt-5.4-mini\n");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live&kind=swap"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 1));
}
