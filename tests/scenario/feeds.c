#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/player.h"

#define OWN "  - {name: api, plugin: mistral, url: 'https://api.mistral.ai/v1', every: 6h}\n"
#define REGIONS                                                                                    \
    "  - {name: api, plugin: mistral, url: 'https://{region}.example/v1', every: 6h,\n"            \
    "     account: prod, regions: [east, west]}\n"
#define FEEDS                                                                                      \
    "  - {name: ends, plugin: modeldeprecations, platform: mistral, url: 'https://ends.example',\n" \
    "     every: 1d}\n"                                                                            \
    "  - {name: catalog, plugin: modelsdev, platform: mistral, url: 'https://dev.example',\n"      \
    "     every: 1d}\n"
#define SINKS                                                                                      \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: ops.whsec}}\n"
#define DEPLOYMENTS                                                                                \
    "deployments:\n"                                                                               \
    "  - {name: app, technique: prompt, platform: mistral, model: mistral-small-2501, owner: web}\n"

static const char BOTH[] = "sources:\n" FEEDS OWN SINKS DEPLOYMENTS;
static const char FEEDS_ALONE[] = "sources:\n" FEEDS SINKS DEPLOYMENTS;
static const char ELSEWHERE[] = "sources:\n" FEEDS REGIONS SINKS DEPLOYMENTS;

static const char ENDS[] =
    "{\"id\":\"mistral-small-2501\",\"life\":\"deprecated\",\"dates\":[{\"clock\":\"inference\","
    "\"firm\":true,\"at\":\"2026-09-30\",\"evidence\":\"https://docs.example/ends\"}]}\n";
static const char CATALOG[] =
    "{\"id\":\"mistral-small-2501\",\"life\":\"active\",\"prices\":{\"input\":9,\"output\":9}}\n"
    "{\"id\":\"mistral-small-2506\",\"released\":\"2025-06-20\",\"prices\":{\"input\":0.1}}\n";

static const char *field(struct player *p, const char *target, const char *name)
{
    return player_field(p, target, name);
}

static void list_feeds(struct player *p)
{
    player_list(p, "ends", ENDS);
    player_list(p, "catalog", CATALOG);
}

Test(feeds, what_a_platform_does_not_list_is_no_candidate_whatever_feeds_say)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(BOTH);
    list_feeds(p);
    player_list(p, "api", "mistral-small-2501\n");
    player_settle(p);
    cr_expect(eq(int, player_count(p, "/v1/models?platform=mistral"), 1));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "candidate"), ""));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "serve_until"), "2026-09-30"));

    player_list(p, "api", "mistral-small-2501\nmistral-small-2506\n");
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "candidate"), "mistral-small-2506"));
}

Test(feeds, a_lifecycle_feed_goes_before_a_catalog_and_the_platform_before_both)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(BOTH);
    list_feeds(p);
    player_list(p, "api", "{\"id\":\"mistral-small-2501\",\"prices\":{\"input\":0.2}}\n");
    player_settle(p);
    cr_expect(eq(int, player_sql(p, "SELECT count(*) FROM model WHERE body LIKE '%\"input\":0.2%'"
                                    " AND body LIKE '%\"output\":9%' AND body LIKE '%deprecated%'"
                                    " AND sources = '[\"api\",\"ends\",\"catalog\"]'"),
                 1));
}

Test(feeds, their_word_counts_where_there_is_no_list)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(FEEDS_ALONE);
    list_feeds(p);
    player_settle(p);
    cr_expect(eq(int, player_count(p, "/v1/models?platform=mistral"), 2));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "candidate"), "mistral-small-2506"));

    player_configure(p, BOTH);
    player_list(p, "api", "mistral-small-2501\n");
    player_pass(p, BW_DAY_MS);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "candidate"), ""));
}

Test(feeds, a_feed_speaks_of_every_region)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(ELSEWHERE);
    player_list(p, "api/east", "mistral-small-2501\n");
    player_list(p, "api/west", "mistral-small-2501\nmistral-small-2506\n");
    list_feeds(p);
    player_settle(p);
    cr_expect(eq(int, player_sql(p, "SELECT count(*) FROM model WHERE body LIKE '%2026-09-30%'"), 2));
    cr_expect(eq(int, player_sql(p, "SELECT count(*) FROM model WHERE gone_ms = 0"), 3));
    cr_expect(eq(int, player_sql(p, "SELECT count(*) FROM model WHERE scope = ''"), 0));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "serve_until"), "2026-09-30"));

    player_list(p, "ends", "{\"id\":\"mistral-small-2501\",\"dates\":[{\"clock\":\"inference\","
                           "\"firm\":true,\"at\":\"2026-10-31\"}]}\n");
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "serve_until"), "2026-10-31"));
}

Test(feeds, their_polls_do_not_make_a_base_unlisted)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(BOTH);
    list_feeds(p);
    player_list(p, "api", "mistral-small-2501\nmistral-small-2506\nmistral-large-2411\n");
    player_settle(p);
    player_list(p, "api", "mistral-small-2501\nmistral-small-2506\n");
    player_pass(p, 7 * BW_HOUR_MS);
    player_fail(p, "api", "no answer");
    int64_t missed = player_sql(p, "SELECT missing_polls FROM model WHERE id = 'mistral-large-2411'");
    player_pass(p, 10 * BW_DAY_MS);
    cr_expect(eq(i64, player_sql(p, "SELECT missing_polls FROM model WHERE id = 'mistral-large-2411'"),
                 missed));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "confidence"), "unconfirmed"));
}

Test(feeds, one_that_drops_a_base_in_use_is_believed_where_the_platform_lists_it)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(BOTH);
    player_list(p, "ends", "mistral-small-2501\nmistral-one\nmistral-two\n");
    player_list(p, "catalog", CATALOG);
    player_list(p, "api", "mistral-small-2501\n");
    player_settle(p);
    player_list(p, "ends", "mistral-one\nmistral-two\n");
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(str, (char *)field(p, "/v1/sources/ends", "state"), "ok"));
    cr_expect(eq(str, (char *)field(p, "/v1/sources/ends", "kind"), "lifecycle"));
    cr_expect(eq(int, player_sql(p, "SELECT count(*) FROM model WHERE gone_ms = 0 AND sources ="
                                    " '[\"api\",\"catalog\"]'"),
                 1));
}

Test(feeds, a_successor_that_may_end_some_day_after_a_passed_one_is_offered)
{
    BW_CLEANUP(player_freep) struct player *p = player_new(BOTH);
    player_list(p, "ends", "{\"id\":\"mistral-small-2506\",\"dates\":[{\"clock\":\"inference\","
                           "\"firm\":false,\"at\":\"2025-12-31\"}]}\n");
    player_list(p, "catalog", CATALOG);
    player_list(p, "api", "mistral-small-2501\nmistral-small-2506\n");
    player_settle(p);
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "candidate"), "mistral-small-2506"));
}

/* modeldeprecations.dev calls Amazon's models by their short names. */
static const char SPELT[] =
    "sources:\n"
    "  - {name: api, plugin: bedrock, url: 'https://bedrock.example', every: 6h}\n"
    "  - {name: ends, plugin: modeldeprecations, platform: bedrock, url: 'https://ends.example',\n"
    "     every: 6h}\n"
    "deployments:\n"
    "  - {name: app, technique: prompt, platform: bedrock, model: 'amazon.nova-lite-v1:0'}\n"
    "  - {name: other, technique: prompt, platform: bedrock, model: 'amazon.nova-pro-v1:0'}\n";
#define ENDS_SHORT                                                                                 \
    "{\"id\":\"nova-lite\",\"life\":\"deprecated\",\"dates\":[{\"clock\":\"inference\","               \
    "\"firm\":true,\"at\":\"2026-09-30\"}]}\n"

static void expect_ends(struct player *p, const char *day)
{
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/app", "serve_until"), (char *)day));
    cr_expect(eq(str, (char *)field(p, "/v1/deployments/other", "serve_until"), ""));
}

Test(feeds, a_model_is_known_by_the_name_that_a_feed_has_for_it)
{
    for (int first = 0; first < 2; first++) { /* whichever of the two comes first */
        BW_CLEANUP(player_freep) struct player *p = player_new(SPELT);
        const char *sources[] = { "ends", "api" };
        const char *lists[] = { ENDS_SHORT, "amazon.nova-lite-v1:0\namazon.nova-pro-v1:0\n" };
        for (int i = 0; i < 2; i++) {
            player_list(p, sources[i ^ first], lists[i ^ first]);
            player_pass(p, 7 * BW_HOUR_MS);
        }
        expect_ends(p, "2026-09-30");
        player_list(p, "ends", "nova-micro\n");
        player_pass(p, 7 * BW_HOUR_MS);
        expect_ends(p, "");
    }
}
