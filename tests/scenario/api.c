#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define PLACES                                                                                     \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "  - {name: xai, plugin: xai, url: 'https://api.x.ai/v1', every: 6h}\n"                        \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
static const char FLEET[] = PLACES
    "rates: {person_day_usd: 800}\n"
    "deployments:\n"
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini, owner: web,\n"
    "     at: {repo: web, file: app.yaml, line: 3}}\n"
    "  - name: tuned\n"
    "    technique: fine-tuned\n"
    "    platform: openai\n"
    "    owner: ml\n"
    "    model: 'ft:gpt-4.1-mini-2025-04-14:acme:triage:9xYz'\n"
    "    training: {rows: 5000, tokens_per_row: 620, epochs: 3, method: sft, refresh_share: 0.2}\n"
    "    traffic: {calls_per_day: 200000, input_tokens: 450, output_tokens: 120,\n"
    "              prompted_input_tokens: 1900, cached_tokens: 1500}\n"
    "    evals: {suite: triage, cases: 200}\n"
    "    worth: {clean_examples: 5000, stable_since: 2025-01-10, tried: [prompt], purpose: behaviour}\n";
static const char MODELS[] =
    "gpt-4.1-mini-2025-04-14\n"
    "{\"id\":\"gpt-5-mini\",\"prices\":{\"input\":0.25,\"output\":2}}\n"
    "{\"id\":\"gpt-5.4-mini\",\"prices\":{\"input\":0.3,\"output\":2.5}}\no3\n";
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;
static struct bw_json *answer;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "openai", MODELS);
    player_list(p, "xai", "grok-4\n");
    player_pass(p, BW_HOUR_MS);
}

static void end(void)
{
    bw_json_free(answer);
    answer = NULL;
    player_free(p);
}

TestSuite(api, .init = begin, .fini = end);

static const struct bw_json *ask(const char *method, const char *target, const char *body)
{
    bw_json_free(answer);
    answer = player_ask(p, method, target, body);
    return answer;
}

static const char *text(const struct bw_json *value, const char *name)
{
    return bw_json_text(bw_json_get(value, name), "");
}

/* It is refused so, with a sentence that holds `says`, as problem+json. */
static void refused(int status, const char *method, const char *target, const char *body,
                    const char *says)
{
    const struct bw_json *problem = ask(method, target, body);
    cr_expect(eq(int, p->status, status), "%s %s: %s", method, target, text(problem, "detail"));
    cr_expect(ne(ptr, strstr(text(problem, "detail"), says), NULL), "%s %s: %s", method, target,
              text(problem, "detail"));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(problem, "status"), 0), status));
    cr_expect(gt(sz, strlen(text(problem, "title")), 0));
}

Test(api, lists_have_one_shape_and_their_rows_the_fixed_names)
{
    static const struct {
        const char *kind;
        const char *names; /* of a row, in words */
    } lists[] = {
        { "deployments", "name technique platform model base owner state confidence candidate "
                         "relation via train_on train_by serve_until" },
        { "notices", "id deployment owner kind state severity candidate relation via train_on "
                     "route opened_at train_by serve_until estimate estimate_refused swap" },
        { "sources", "name platform state entries last_success_at" },
        { "models", "platform scope id maker lineage first_seen_at status sources" },
        { "deliveries", "id sink message_id type state attempts" },
        { "sinks", "name state" },
    };
    for (size_t i = 0; i < BW_COUNT(lists); i++) {
        char target[40];
        char schema[60];
        (void)snprintf(target, sizeof(target), "/v1/%s", lists[i].kind);
        (void)snprintf(schema, sizeof(schema), "basewatch/%s/v1", lists[i].kind);
        const struct bw_json *list = ask("GET", target, "");
        cr_assert(eq(int, p->status, 200), "%s", target);
        EQ_STR(text(list, "schema"), schema);
        const struct bw_json *row = bw_json_first(bw_json_get(list, lists[i].kind));
        cr_assert(ne(ptr, (void *)row, NULL), "%s has no row", target);
        char names[256];
        (void)snprintf(names, sizeof(names), "%s", lists[i].names);
        for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
            cr_expect(ne(ptr, (void *)bw_json_get(row, name), NULL), "%s: no %s", target, name);
        }
    }
    cr_expect(eq(int, player_count(p, "/v1/findings"), 0));
}

Test(api, status_sums_up)
{
    const struct bw_json *status = ask("GET", "/v1/status", "");
    EQ_STR(text(status, "schema"), "basewatch/status/v1");
    const struct bw_json *deployments = bw_json_get(status, "deployments");
    cr_expect(eq(i64, bw_json_i64(bw_json_get(deployments, "total"), 0), 2));
    int64_t sum = 0;
    const struct bw_json *by_state = bw_json_get(deployments, "by_state");
    for (const struct bw_json *s = bw_json_first(by_state); s != NULL; s = bw_json_next(s)) {
        sum += bw_json_i64(s, 0);
    }
    cr_expect(eq(i64, sum, 2));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(bw_json_get(status, "notices"), "open"), 0), 2));
    cr_expect(eq(sz, bw_json_size(bw_json_get(status, "sources")), 2));
}

Test(api, each_thing_is_shown_by_its_name)
{
    EQ_STR(text(ask("GET", "/v1/deployments/a", ""), "name"), "a");
    EQ_STR(text(ask("GET", "/v1/sources/xai", ""), "platform"), "xai");
    EQ_STR(text(ask("GET", "/v1/models/grok-4?platform=xai", ""), "id"), "grok-4");
    EQ_STR(text(ask("GET", "/v1/models/%67rok-4", ""), "id"), "grok-4");
    EQ_STR(text(ask("GET", "/v1/deliveries/1", ""), "id"), "1");
    const struct bw_json *notice = ask("GET", "/v1/notices/1", "");
    EQ_STR(text(notice, "schema"), "basewatch/notice/v1");
    cr_expect(gt(sz, bw_json_size(bw_json_get(notice, "lines")), 2));
}

Test(api, what_is_not_there_is_a_404_and_names_it)
{
    refused(404, "GET", "/v1/deployments/nobody", "", "no deployment is called 'nobody'");
    refused(404, "GET", "/v1/deployments/nobody/explain", "", "nobody");
    refused(404, "GET", "/v1/sources/nobody", "", "no source is called 'nobody'");
    refused(404, "GET", "/v1/notices/99", "", "there is no notice 99");
    refused(404, "GET", "/v1/deliveries/99", "", "there is no delivery 99");
    refused(404, "GET", "/v1/models/nobody", "", "no source has ever listed 'nobody'");
    refused(404, "GET", "/v1/models/grok-4?platform=openai", "", "grok-4");
    refused(404, "POST", "/v1/sinks/nobody/test", "", "no sink is called 'nobody'");
    refused(404, "POST", "/v1/sources/poll", "{\"name\":\"nobody\"}", "nobody");
    refused(404, "DELETE", "/v1/deployments/nobody", "", "nobody");
    refused(404, "POST", "/v1/notices/1/frobnicate", "{}", "ack, snooze, waive, resolve, reopen");
    refused(404, "GET", "/v2/status", "", "no such path");
    refused(404, "GET", "/v1/deployments/", "", "no such path");
    refused(404, "GET", "/v1/deployments/a/b/c/d/e/f", "", "no such path");
    refused(404, "GET", "", "", "no such path");
    refused(405, "DELETE", "/v1/status", "", "no such method");
    refused(405, "PUT", "/v1/deployments/a", "", "no such method");
}

Test(api, only_who_may_write_changes_anything)
{
    p->may_write = false;
    refused(403, "POST", "/v1/deployments", "{}", "write group");
    refused(403, "DELETE", "/v1/deployments/a", "", "write group");
    refused(403, "POST", "/v1/notices/1/ack", "{\"reason\":\"x\"}", "write group");
    refused(403, "POST", "/v1/sources/poll", "", "write group");
    (void)ask("GET", "/v1/status", "");
    cr_expect(eq(int, p->status, 200));
}

Test(api, a_body_that_is_none_is_refused_with_its_place)
{
    refused(400, "POST", "/v1/deployments", "{\"name\":", "line 1");
    refused(400, "POST", "/v1/deployments", "[1]", "not a JSON object");
    refused(400, "POST", "/v1/deployments", "{\"nmae\":\"x\"}", "nmae is not a field");
    refused(400, "POST", "/v1/deployments", "{\"name\":\"x\",\"technique\":\"magic\"}", "technique");
    refused(400, "POST", "/v1/deployments", "{\"name\":\"x\",\"platform\":\"openai\"}", "model");
    refused(400, "POST", "/v1/deployments",
            "{\"name\":\"x\",\"platform\":\"openai\",\"model\":\"m\",\"policy\":{\"previews\":3}}",
            "previews");
    refused(400, "POST", "/v1/deployments",
            "{\"name\":\"x\",\"platform\":\"openai\",\"model\":\"m\",\"policy\":[]}", "policy");
    refused(400, "POST", "/v1/notices/1/snooze", "{\"reason\":\"x\"}", "until is missing");
    refused(400, "POST", "/v1/notices/1/snooze", "{\"until\":\"2025-01-01\",\"reason\":\"x\"}",
            "has passed");
    refused(400, "POST", "/v1/notices/1/snooze", "{\"until\":\"soon\",\"reason\":\"x\"}", "soon");
    refused(400, "POST", "/v1/notices/1/ack", "{}", "reason is missing");
    refused(400, "POST", "/v1/notices/1/ack", "{\"until\":\"2027-01-01\",\"reason\":\"x\"}", "until");
    refused(400, "GET", "/v1/deployments/a/explain?at=yesterday", "", "at: ");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2));
}

Test(api, what_the_configuration_says_is_changed_there)
{
    refused(409, "POST", "/v1/deployments",
            "{\"name\":\"a\",\"platform\":\"openai\",\"model\":\"o3\"}", "stands in the configuration");
    refused(409, "DELETE", "/v1/deployments/a", "", "stands in the configuration");
}

Test(api, a_deployment_comes_and_goes)
{
    static const char row[] = "{\"name\":\"x y/z\",\"technique\":\"rag\",\"platform\":\"openai\","
                              "\"model\":\"gpt-5-mini\",\"owner\":\"me\"}";
    EQ_STR(text(ask("POST", "/v1/deployments", row), "owner"), "me");
    (void)ask("POST", "/v1/deployments", row);
    cr_expect(eq(int, p->status, 200), "the same again is fine");
    cr_expect(eq(int, player_count(p, "/v1/deployments?owner=me"), 1));
    EQ_STR(text(ask("GET", "/v1/deployments/x%20y%2Fz", ""), "name"), "x y/z");
    player_configure(p, FLEET);
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 3), "a reload keeps it");
    EQ_STR(text(ask("DELETE", "/v1/deployments/x%20y%2Fz", ""), "removed"), "x y/z");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2));
}

Test(api, an_import_is_all_or_nothing_and_names_the_line)
{
#define ROW(name) "{\"name\":\"" name "\",\"platform\":\"openai\",\"model\":\"gpt-5-mini\"}\n"
    refused(400, "POST", "/v1/deployments/import", ROW("i1") "\n" ROW("i2") "{\"name\":\"i3\"}\n",
            "line 4: ");
    refused(400, "POST", "/v1/deployments/import", ROW("i1") "not json\n", "line 2: ");
    refused(409, "POST", "/v1/deployments/import", ROW("i1") ROW("a"), "line 2: ");
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 2));
    cr_expect(eq(int, player_count(p, "/v1/notices"), 2));
    const struct bw_json *done =
        ask("POST", "/v1/deployments/import", ROW("i1") "  \r\n" ROW("i2") ROW("i3"));
    cr_expect(eq(i64, bw_json_i64(bw_json_get(done, "imported"), 0), 3));
    cr_expect(eq(int, player_count(p, "/v1/deployments"), 5));
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 5));
    (void)ask("POST", "/v1/deployments/import", "");
    cr_expect(eq(int, p->status, 200));
}

/* All rows of a list, page by page. */
static int follow(const char *kind, const char *extra, int limit)
{
    BW_CLEANUP(bw_freep) char *next = bw_xstrdup("");
    int rows = 0;
    for (int pages = 0; next != NULL && pages < 100; pages++) {
        BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
        bw_str_appendf(&target, "/v1/%s?limit=%d%s&after=", kind, limit, extra);
        bw_str_append_url(&target, next);
        const struct bw_json *list = ask("GET", target.text, "");
        int here = (int)bw_json_size(bw_json_get(list, kind));
        cr_expect(le(int, here, limit));
        rows += here;
        free(next);
        next = bw_xstrdup(bw_json_text(bw_json_get(list, "next"), NULL));
    }
    return rows;
}

Test(api, pages_follow_each_other_without_loss)
{
    BW_CLEANUP(bw_str_clear) struct bw_str rows = { 0 };
    for (int i = 0; i < 25; i++) {
        bw_str_appendf(&rows, "{\"name\":\"n/%02d &=\",\"platform\":\"openai\",\"technique\":"
                              "\"prompt\",\"model\":\"gpt-5-mini\",\"owner\":\"o%d\"}\n", i, i % 2);
    }
    (void)ask("POST", "/v1/deployments/import", rows.text);
    cr_expect(eq(int, follow("deployments", "", 7), 27));
    cr_expect(eq(int, follow("deployments", "&owner=o1", 5), 12));
    cr_expect(eq(int, follow("deployments", "&state=stale&technique=prompt", 4), 26));
    cr_expect(eq(int, follow("notices", "&state=live", 6), 27));
    cr_expect(eq(int, follow("models", "", 2), 5));
    cr_expect(eq(int, follow("models", "&platform=xai", 1), 1));
    cr_expect(eq(int, follow("deliveries", "", 1), player_count(p, "/v1/deliveries")));
}

Test(api, what_is_no_number_is_not_taken_for_one)
{
    static const char reason[] = "{\"reason\":\"x\"}";
    refused(404, "POST", "/v1/notices/1abc/ack", reason, "'1abc' is not a number, as ids are");
    refused(404, "GET", "/v1/notices/+1", "", "'+1' is not a number");
    refused(404, "GET", "/v1/deliveries/x", "", "'x' is not a number");
    refused(404, "POST", "/v1/deliveries/1x/retry", "", "'1x' is not a number");
    refused(404, "GET", "/v1/evals/99999999999999999999", "", "is not a number");
    refused(404, "DELETE", "/v1/actuals/%201", "", "' 1' is not a number");
    refused(400, "GET", "/v1/deployments?limit=-3", "", "limit: '-3' is not a number from 1 to");
    refused(400, "GET", "/v1/models?limit=abc", "", "limit: 'abc' is not a number from 1 to 1000");
    refused(400, "GET", "/v1/models?limit=1001", "", "limit: '1001' is not a number from 1 to");
    refused(400, "GET", "/v1/notices?after=xyz", "", "after: 'xyz' is not a number, as ids are");
    refused(400, "GET", "/v1/deployments/chat/swap?at=soon", "", "at: ");
    EQ_STR(player_field(p, "/v1/notices", "state"), "open");
}

Test(api, what_is_not_known_is_refused_with_what_is)
{
    refused(400, "GET", "/v1/notices?state=opne", "",
            "state: 'opne' is none of: live, open, acknowledged, in-progress");
    refused(400, "GET", "/v1/notices?kind=stal", "", "kind: 'stal' is none of: stale, swap");
    refused(400, "GET", "/v1/deployments?technique=ragg", "", "none of: prompt, rag, fine-tuned");
    refused(400, "GET", "/v1/deliveries?state=lost", "", "none of: pending, delivered, failed");
    refused(400, "GET", "/v1/evals?verdict=good", "", "verdict: 'good' is none of: pass, fail");
    refused(400, "GET", "/v1/notices?ower=web", "", "ower: not known here; known: owner, state");
    refused(400, "GET", "/v1/status?limit=5", "", "limit: not known here; known: none");
}

Test(api, a_member_of_a_body_is_of_its_kind)
{
    refused(400, "POST", "/v1/sources/poll", "{\"name\":5}", "name: 5 is not a text");
    refused(400, "POST", "/v1/sources/poll", "{\"nmae\":\"main\"}", "nmae: not known here; known: name");
    refused(400, "POST", "/v1/sources/poll", "[]", "the body is not a JSON object");
    refused(400, "POST", "/v1/notices/1/snooze", "{\"reason\":\"x\",\"until\":{}}", "until: {}");
    refused(400, "POST", "/v1/evals/lease", "{\"suites\":\"all\"}", "suites: \"all\" is not a list");
    refused(400, "POST", "/v1/evals/lease", "{\"wait_seconds\":[]}", "[] is not a number");
    refused(400, "POST", "/v1/evals/1/report", "{\"must_name_model\":3}", "3 is not true or false");
}

Test(api, events_are_filtered_by_what_they_are_about)
{
    int all = player_count(p, "/v1/events");
    player_pass(p, BW_HOUR_MS);
    int64_t since_ms = p->now_ms;
    (void)ask("POST", "/v1/notices/1/ack", "{\"reason\":\"seen\"}");
    cr_expect(eq(int, player_count(p, "/v1/events"), all + 1));
    cr_expect(eq(int, player_count(p, "/v1/events?notice=1"), 2));
    cr_expect(eq(int, player_count(p, "/v1/events?notice=99"), 0));
    cr_expect(eq(int, player_count(p, "/v1/events?actor=uid:1000"), 1));
    cr_expect(eq(int, player_count(p, "/v1/events?owner=web"), 2));
    cr_expect(eq(int, player_count(p, "/v1/events?kind=stale"), 1));
    BW_CLEANUP(bw_freep)
    char *about = bw_xasprintf("/v1/events?deployment=%s",
                               player_field(p, "/v1/notices", "deployment"));
    cr_expect(eq(int, player_count(p, about), 2));
    char at[BW_INSTANT_TEXT];
    BW_CLEANUP(bw_freep)
    char *late = bw_xasprintf("/v1/events?since=%s", bw_instant_format(since_ms, at));
    cr_expect(eq(int, player_count(p, late), 1));
    cr_expect(eq(int, follow("events", "", 1), all + 1));
    cr_expect(eq(int, follow("events", "&notice=1", 1), 2));
}

Test(api, models_are_filtered_and_a_lineage_tells_its_history)
{
    player_pass(p, BW_HOUR_MS);
    player_list(p, "openai", "gpt-4.1-mini-2025-04-14\ngpt-5-mini\ngpt-5.4-mini\no3\na-new-one\n");
    (void)ask("POST", "/v1/sources/poll", "");
    BW_CLEANUP(bw_freep)
    char *lineage = bw_xstrdup(player_field(p, "/v1/models?platform=openai&status=listed", "lineage"));
    BW_CLEANUP(bw_freep) char *of_it = bw_xasprintf("&lineage=%s", lineage);
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/models?limit=1000%s", of_it);
    const struct bw_json *list = bw_json_get(ask("GET", target, ""), "models");
    char last[BW_INSTANT_TEXT] = "";
    int members = (int)bw_json_size(list);
    cr_assert(gt(int, members, 1));
    for (const struct bw_json *row = bw_json_first(list); row != NULL; row = bw_json_next(row)) {
        EQ_STR(text(row, "lineage"), lineage);
        cr_expect(le(int, strcmp(last, text(row, "first_seen_at")), 0));
        (void)snprintf(last, sizeof(last), "%s", text(row, "first_seen_at"));
    }
    cr_expect(eq(int, follow("models", of_it, 1), members));
    cr_expect(eq(int, player_count(p, "/v1/models?lineage=nobodys"), 0));
    cr_expect(eq(int, player_count(p, "/v1/models?platform=xai&maker=openai"), 0));
    cr_expect(eq(int, player_count(p, "/v1/models?maker=nobody"), 0));
    cr_expect(gt(int, player_count(p, "/v1/models?status=gone") +
                          player_count(p, "/v1/models?status=listed"), 0));
}

Test(api, notices_are_filtered)
{
    cr_expect(eq(int, player_count(p, "/v1/notices?owner=web"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=stale"), 1));
    cr_expect(eq(int, player_count(p, "/v1/notices?severity=overdue"), 0));
    cr_expect(eq(int, player_count(p, "/v1/notices?platform=openai&state=open"), 2));
    cr_expect(eq(int, player_count(p, "/v1/notices?owner="), 0));
}

Test(api, a_notice_moves_as_its_life_allows_and_remembers_who_did_it)
{
    EQ_STR(text(ask("POST", "/v1/notices/1/ack", "{\"reason\":\"seen\"}"), "state"), "acknowledged");
    EQ_STR(text(ask("POST", "/v1/notices/1/resolve", "{\"reason\":\"done\"}"), "state"), "resolved");
    refused(409, "POST", "/v1/notices/1/ack", "{\"reason\":\"x\"}", "is resolved and cannot become");
    EQ_STR(text(ask("POST", "/v1/notices/1/reopen", "{\"reason\":\"no\"}"), "state"), "open");
    const struct bw_json *shown = ask("GET", "/v1/notices/1", "");
    BW_CLEANUP(bw_freep) char *printed = bw_json_print(bw_json_get(shown, "lines"));
    cr_expect(ne(ptr, strstr(printed, "acknowledged by uid:1000: seen"), NULL), "%s", printed);
    cr_expect(ne(ptr, strstr(printed, "resolved by uid:1000: done"), NULL), "%s", printed);
}

Test(api, an_old_notice_does_not_come_back_beside_its_heir)
{
    player_list(p, "openai", "gpt-4.1-mini-2025-04-14\ngpt-5-mini\ngpt-5.4-mini\ngpt-6-mini\no3\n");
    (void)ask("POST", "/v1/sources/poll", "");
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf(
        "/v1/notices/%s/reopen", player_field(p, "/v1/notices?state=superseded", "id"));
    refused(409, "POST", target, "{\"reason\":\"x\"}", "newer one about the same matter");
}

Test(api, explain_tells_why)
{
    const struct bw_json *why = ask("GET", "/v1/deployments/a/explain", "");
    EQ_STR(text(why, "schema"), "basewatch/explain/v1");
    EQ_STR(text(why, "state"), "stale");
    EQ_STR(text(why, "candidate"), "gpt-5.4-mini");
    EQ_STR(text(why, "via"), "line");
    cr_expect(gt(sz, strlen(text(why, "why")), 10));
    cr_expect(ge(sz, bw_json_size(bw_json_get(why, "lines")), 4));
    why = ask("GET", "/v1/deployments/tuned/explain", "");
    cr_expect(gt(sz, bw_json_size(bw_json_get(why, "routes")), 2));
}

Test(api, explain_at_another_day_changes_nothing)
{
    player_list(p, "openai",
                "gpt-4.1-mini-2025-04-14\n{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":"
                "\"inference\",\"at\":\"2026-08-01\",\"firm\":true}]}\ngpt-5.4-mini\no3\n");
    (void)ask("POST", "/v1/sources/poll", "");
    EQ_STR(text(ask("GET", "/v1/deployments/a/explain?at=2026-08-02", ""), "state"), "retired");
    EQ_STR(text(ask("GET", "/v1/deployments/a/explain", ""), "state"), "retiring");
    EQ_STR(text(ask("GET", "/v1/deployments/a", ""), "state"), "retiring");
}

Test(api, estimate_prices_the_candidate_or_says_why_not)
{
    const struct bw_json *price = ask("GET", "/v1/deployments/tuned/estimate", "");
    cr_expect(eq(int, p->status, 200));
    EQ_STR(text(price, "schema"), "basewatch/estimate/v1");
    EQ_STR(text(price, "deployment"), "tuned");
    cr_expect(ne(ptr, (void *)bw_json_get(price, "not_retraining"), NULL));
    (void)ask("GET", "/v1/deployments/a/estimate?to=o3", "");
    cr_expect(eq(int, p->status, 200));
    refused(404, "GET", "/v1/deployments/a/estimate?to=o99", "", "never listed 'o99'");
}

Test(api, swap_gives_the_words_and_refuses_a_fine_tune)
{
    const struct bw_json *swap = ask("GET", "/v1/deployments/a/swap", "");
    EQ_STR(text(bw_json_get(swap, "swap"), "from"), "gpt-5-mini");
    EQ_STR(text(bw_json_get(swap, "swap"), "to"), "gpt-5.4-mini");
    cr_expect(ne(ptr, strstr(bw_json_text(bw_json_first(bw_json_get(swap, "lines")), ""),
                             "web:app.yaml, line 3"), NULL));
    refused(409, "GET", "/v1/deployments/tuned/swap", "", "fine-tuned");
    refused(409, "GET", "/v1/deployments/a/worth", "", "not fine-tuned");
    const struct bw_json *worth = ask("GET", "/v1/deployments/tuned/worth", "");
    EQ_STR(text(worth, "schema"), "basewatch/worth/v1");
}

Test(api, a_swap_with_its_lines_carries_the_diff)
{
    (void)ask("POST", "/v1/deployments",
              "{\"name\":\"d\",\"platform\":\"openai\",\"technique\":\"prompt\",\"model\":"
              "\"gpt-5-mini\",\"at\":{\"file\":\"a.yaml\",\"line\":2,"
              "\"context\":\"x: 1\\nmodel: gpt-5-mini\\n\"}}");
    cr_assert(eq(int, p->status, 200));
    const struct bw_json *swap = ask("GET", "/v1/deployments/d/swap", "");
    EQ_STR(text(bw_json_get(swap, "swap"), "diff"),
           "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n x: 1\n-model: gpt-5-mini\n"
           "+model: gpt-5.4-mini\n");
}

/* ---- sources poll ---- */

Test(api, a_poll_is_answered_when_all_that_follows_is_committed)
{
    player_list(p, "openai", "gpt-4.1-mini-2025-04-14\ngpt-5-mini\ngpt-5.4-mini\ngpt-6-mini\no3\n");
    uint64_t id = player_send(p, "POST", "/v1/sources/poll", "");
    cr_expect(eq(ptr, (void *)player_reply(p, id), NULL));
    player_settle(p);
    const struct player_reply *reply = player_reply(p, id);
    cr_assert(ne(ptr, (void *)reply, NULL));
    cr_expect(eq(sz, bw_json_size(bw_json_get(reply->body, "sources")), 2));
    EQ_STR(text(reply->body, "schema"), "basewatch/sources/v1");
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 2));
}

Test(api, a_poll_that_fails_or_brings_nothing_new_is_answered_too)
{
    const struct bw_json *polled = ask("POST", "/v1/sources/poll", "{\"name\":\"openai\"}");
    EQ_STR(text(bw_json_first(bw_json_get(polled, "sources")), "state"), "ok");
    player_fail(p, "openai", "it is down");
    polled = ask("POST", "/v1/sources/poll", "{\"name\":\"openai\"}");
    EQ_STR(text(bw_json_first(bw_json_get(polled, "sources")), "state"), "failing");
    EQ_STR(text(bw_json_first(bw_json_get(polled, "sources")), "detail"), "it is down");
}

Test(api, a_poll_asked_for_during_another_waits_for_one_of_its_own)
{
    player_source(p, "openai")->hangs = true;
    int before = player_source(p, "openai")->polls;
    uint64_t first = player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"openai\"}");
    player_settle(p);
    uint64_t second = player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"openai\"}");
    player_settle(p);
    cr_expect(eq(ptr, (void *)player_reply(p, first), NULL));
    player_source(p, "openai")->hangs = false;
    player_settle(p);
    cr_expect(ne(ptr, (void *)player_reply(p, first), NULL));
    cr_expect(ne(ptr, (void *)player_reply(p, second), NULL));
    cr_expect(eq(int, player_source(p, "openai")->polls, before + 2));
    player_pass(p, BW_HOUR_MS);
    cr_expect(eq(int, player_source(p, "openai")->polls, before + 2));
}

Test(api, two_polls_at_once_are_both_answered)
{
    uint64_t first = player_send(p, "POST", "/v1/sources/poll", "");
    uint64_t second = player_send(p, "POST", "/v1/sources/poll", "{\"name\":\"xai\"}");
    player_settle(p);
    cr_expect(ne(ptr, (void *)player_reply(p, first), NULL));
    cr_expect(ne(ptr, (void *)player_reply(p, second), NULL));
}

Test(api, a_poll_of_a_source_that_is_reloaded_away_is_answered)
{
    player_source(p, "openai")->hangs = true;
    uint64_t id = player_send(p, "POST", "/v1/sources/poll", "");
    player_settle(p);
    player_configure(p, "sources:\n  - {name: xai, plugin: xai, url: 'https://api.x.ai/v1'}\n");
    cr_expect(ne(ptr, (void *)player_reply(p, id), NULL));
    player_source(p, "openai")->hangs = false;
    player_settle(p);
    cr_expect(eq(int, player_count(p, "/v1/sources"), 1));
}

Test(api, before_the_first_configuration_it_says_so)
{
    struct bw_engine *engine = NULL;
    struct bw_db *db = NULL;
    struct bw_commands commands = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, bw_db_open(":memory:", &db, &err), BW_OK));
    cr_assert(eq(int, bw_engine_new(db, p->rules, &p->book, &engine, &err), BW_OK));
    struct bw_event event = { .type = BW_EVENT_REQUEST, .now_ms = 1 };
    event.request = (struct bw_request){ .id = 7,
                                         .method = bw_xstrdup("GET"),
                                         .target = bw_xstrdup("/v1/status"),
                                         .body = bw_xstrdup("") };
    cr_expect(eq(int, bw_engine_step(engine, &event, &commands, &err), BW_OK));
    cr_assert(ge(sz, commands.count, 1));
    cr_expect(eq(int, (int)commands.items[0].type, BW_COMMAND_REPLY));
    cr_expect(eq(int, commands.items[0].reply.status, 503));
    cr_expect(eq(str, (char *)commands.items[0].reply.content_type, "application/problem+json"));
    bw_commands_clear(&commands);
    bw_engine_free(engine);
    bw_db_free(db);
}
