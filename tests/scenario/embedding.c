#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "  - {name: anthropic, plugin: anthropic, url: 'https://api.anthropic.com/v1', every: 6h}\n"   \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
#define HELP(embedding)                                                                            \
    "deployments:\n"                                                                               \
    "  - {name: help, technique: rag, platform: anthropic, model: claude-sonnet-4-5-20250929,\n"   \
    "     owner: web, evals: {suite: help, cases: 120}" embedding "}\n"
#define EMBEDDING                                                                                  \
    ", embedding: {platform: openai, model: text-embedding-3-large, corpus_tokens: 90000000}"

static const char FLEET[] = PLACES HELP(EMBEDDING);
#define OPENAI "gpt-5\ntext-embedding-3-large\ntext-embedding-3-small\n"
#define LIVE "/v1/notices?state=live&kind=embedder-stale"

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "openai", OPENAI);
    player_list(p, "anthropic", "claude-sonnet-4-5-20250929\n");
    player_pass(p, BW_DAY_MS);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(embedding, .init = begin, .fini = end);

static void list(const char *lines)
{
    player_list(p, "openai", lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

#define EQ_FIELD(target, name, text)                                                               \
    cr_expect(eq(str, (char *)player_field(p, target, name), (char *)(text)))

Test(embedding, a_superseded_embedding_model_is_priced_by_its_corpus_and_never_a_swap)
{
    cr_expect(eq(int, player_count(p, "/v1/notices"), 0));
    list(OPENAI "text-embedding-4-large\n");
    cr_assert(eq(int, player_count(p, "/v1/notices"), 1));
    EQ_FIELD(LIVE, "deployment", "help");
    EQ_FIELD(LIVE, "platform", "openai");
    EQ_FIELD(LIVE, "base", "text-embedding-3-large");
    EQ_FIELD(LIVE, "candidate", "text-embedding-4-large");
    EQ_FIELD(LIVE, "relation", "major");
    EQ_FIELD(LIVE, "severity", "info");
    EQ_FIELD(LIVE, "swap", "");
    BW_CLEANUP(bw_json_freep) struct bw_json *all = player_ask(p, "GET", LIVE, "");
    const struct bw_json *row = bw_json_first(bw_json_get(all, "notices"));
    const struct bw_json *cash = bw_json_get(bw_json_get(row, "estimate"), "cash");
    /* 90M tokens at half the price of the present model, which stands in: 90 * 0.13 / 2 */
    cr_expect(eq(dbl, bw_json_double(bw_json_get(cash, "low_usd"), 0), 5.85));
    cr_expect(eq(int, player_messages(p, "ops", "notice.opened"), 1));
    EQ_FIELD("/v1/deployments/help", "state", "current");
}

Test(embedding, the_deadline_of_the_embedding_model_presses_by_itself)
{
    list("{\"id\":\"text-embedding-3-large\",\"dates\":[{\"clock\":\"inference\",\"firm\":true,"
         "\"at\":\"2026-03-01\"}]}\ngpt-5\ntext-embedding-3-small\n");
    EQ_FIELD(LIVE, "severity", "info");
    EQ_FIELD(LIVE, "serve_until", "2026-03-01");
    EQ_FIELD(LIVE, "estimate_refused", "no embedding model that follows is known");
    player_pass(p, 50 * BW_DAY_MS);
    EQ_FIELD(LIVE, "severity", "act");
    player_pass(p, 20 * BW_DAY_MS);
    EQ_FIELD(LIVE, "severity", "overdue");
    EQ_FIELD("/v1/deployments/help", "state", "current");
}

Test(embedding, a_newer_one_supersedes_the_notice_and_a_move_resolves_it)
{
    list(OPENAI "text-embedding-4-large\n");
    list(OPENAI "text-embedding-4-large\ntext-embedding-5-large\n");
    cr_expect(eq(int, player_count(p, LIVE), 1));
    EQ_FIELD(LIVE, "candidate", "text-embedding-5-large");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=superseded"), 1));
    player_configure(p, PLACES HELP(", embedding: {platform: openai, model: "
                                    "text-embedding-5-large, corpus_tokens: 90000000}"));
    player_settle(p);
    cr_expect(eq(int, player_count(p, LIVE), 0));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=resolved"), 1));
}

Test(embedding, without_an_embedding_model_there_is_nothing_to_say)
{
    list(OPENAI "text-embedding-4-large\n");
    player_configure(p, PLACES HELP(""));
    player_settle(p);
    cr_expect(eq(int, player_count(p, LIVE), 0));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=cancelled"), 1));
    list(OPENAI "text-embedding-4-large\ntext-embedding-5-large\n");
    cr_expect(eq(int, player_count(p, LIVE), 0));
    cr_expect(eq(i64, player_sql(p, "SELECT sum(members) FROM cohort WHERE technique = 'embedding'"),
                 0));
}

Test(embedding, a_cohort_of_embedders_counts_no_deployment_twice)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *status = player_ask(p, "GET", "/v1/status", "");
    const struct bw_json *deployments = bw_json_get(status, "deployments");
    cr_expect(eq(i64, bw_json_i64(bw_json_get(deployments, "total"), -1), 1));
    cr_expect(eq(i64, player_sql(p, "SELECT count(*) FROM cohort"), 2));
}

Test(embedding, silence_of_its_platform_takes_nothing_back)
{
    list(OPENAI "text-embedding-4-large\n");
    player_fail(p, "openai", "no answer");
    player_pass(p, 10 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, LIVE), 1));
}
