#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: api, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"               \
    "  - {name: info, plugin: deprecationsinfo, platform: openai, url: 'https://info.example',\n"  \
    "     every: 6h}\n"                                                                            \
    "  - {name: page, plugin: modeldeprecations, platform: openai, url: 'https://page.example',\n" \
    "     every: 6h}\n"                                                                            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"
static const char FLEET[] = SOURCES
    "deployments:\n"
    "  - {name: app, technique: prompt, platform: openai, model: gpt-4.1-2025-04-14}\n"
    "  - {name: one, technique: fine-tuned, platform: openai,\n"
    "     model: 'ft:gpt-4.1-2025-04-14:acme:one:1'}\n"
    "  - {name: two, technique: fine-tuned, platform: openai,\n"
    "     model: 'ft:gpt-4.1-2025-04-14:acme:two:2'}\n";

#define BASE "gpt-4.1-2025-04-14"
#define TUNE "ft:gpt-4.1-2025-04-14:acme:one:1"
#define DATED(id, clock, day, firm)                                                                \
    "{\"id\":\"" id "\",\"dates\":[{\"clock\":\"" clock "\",\"at\":\"" day "\",\"firm\":" firm "," \
    "\"evidence\":\"https://docs.example/" day "\"}]}\n"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static void begin(void)
{
    p = player_new(FLEET);
    player_list(p, "api", BASE "\ngpt-5\n");
    player_list(p, "info", "gpt-5\n");
    player_list(p, "page", "gpt-5\n");
    player_settle(p);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(dates, .init = begin, .fini = end);

static void list(const char *source, const char *lines)
{
    player_list(p, source, lines);
    player_pass(p, 7 * BW_HOUR_MS);
}

static const char *serve_until(const char *name)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/deployments/%s", name);
    return player_field(p, target, "serve_until");
}

static void expect_ends(const char *app, const char *one, const char *two)
{
    EQ_STR(serve_until("app"), app);
    EQ_STR(serve_until("one"), one);
    EQ_STR(serve_until("two"), two);
}

/* "source at counts" of each date that target shows, one a line. */
static char *dates_of(const char *target)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *shown = player_ask(p, "GET", target, "");
    struct bw_str text = { 0 };
    bw_str_append(&text, "");
    for (const struct bw_json *date = bw_json_first(bw_json_get(shown, "dates")); date != NULL;
         date = bw_json_next(date)) {
        bw_str_appendf(&text, "%s %s %s%s%s\n", bw_json_text(bw_json_get(date, "source"), "-"),
                       bw_json_text(bw_json_get(date, "model"), "-"),
                       bw_json_bool(bw_json_get(date, "firm"), false) ? "" : "not before ",
                       bw_json_text(bw_json_get(date, "at"), "-"),
                       bw_json_bool(bw_json_get(date, "counts"), false) ? " counts" : "");
    }
    return text.text;
}

static void expect_dates(const char *target, const char *expected)
{
    BW_CLEANUP(bw_freep) char *got = dates_of(target);
    EQ_STR(got, expected);
}

static void expect_line(const char *target, const char *part)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *shown = player_ask(p, "GET", target, "");
    BW_CLEANUP(bw_freep) char *text = bw_json_print(bw_json_get(shown, "lines"));
    cr_expect(ne(ptr, strstr(text, part), NULL), "%s is not in %s", part, text);
}

Test(dates, tunes_end_with_their_base_unless_more_is_said_of_them)
{
    list("api", DATED(BASE, "inference", "2027-03-01", "true") "gpt-5\n");
    expect_ends("2027-03-01", "2027-03-01", "2027-03-01");

    list("page", DATED("ft-" BASE, "inference", "2026-10-23", "true") "gpt-5\n");
    expect_ends("2027-03-01", "2026-10-23", "2026-10-23");
    expect_dates("/v1/deployments/two/explain", "page ft-" BASE " 2026-10-23 counts\n"
                                                "api " BASE " 2027-03-01\n");

    list("api", DATED(BASE, "inference", "2027-03-01", "true")
                    DATED(TUNE, "inference", "2026-09-09", "true") "gpt-5\n");
    expect_ends("2027-03-01", "2026-09-09", "2026-10-23");
    expect_line("/v1/deployments/one/explain", "end of " TUNE ": 2026-09-09, says api");

    list("page", "gpt-5\n");
    list("api", DATED(BASE, "inference", "2027-03-01", "true") TUNE "\ngpt-5\n");
    expect_ends("2027-03-01", "2027-03-01", "2027-03-01");
}

Test(dates, a_fine_tune_is_retired_when_its_own_day_has_come)
{
    list("page", DATED("ft-" BASE, "inference", "2026-02-01", "true") "gpt-5\n");
    player_until(p, p->now_ms + 40 * BW_DAY_MS);
    EQ_STR(player_field(p, "/v1/deployments/one", "state"), "retired");
    cr_expect(eq(int, player_count(p, "/v1/notices?deployment=app&kind=retired"), 0));
}

Test(dates, each_source_is_heard_and_the_platform_comes_first)
{
    list("info", DATED(BASE, "inference", "2027-06-30", "true") "gpt-5\n");
    list("page", DATED(BASE, "inference", "2027-05-01", "false") "gpt-5\n");
    expect_dates("/v1/models/" BASE, "info " BASE " 2027-06-30 counts\n"
                                     "page " BASE " not before 2027-05-01\n");
    list("api", DATED(BASE, "inference", "2027-04-04", "true") "gpt-5\n");
    EQ_STR(serve_until("app"), "2027-04-04");
    expect_dates("/v1/models/" BASE, "api " BASE " 2027-04-04 counts\n"
                                     "info " BASE " 2027-06-30\n"
                                     "page " BASE " not before 2027-05-01\n");
    expect_line("/v1/deployments/app/explain",
                "end of " BASE ": 2027-06-30, says info (https://docs.example/2027-06-30) since "
                "2026-01-01; it does not count: it contradicts api, whose word comes first");
    expect_line("/v1/deployments/app/explain", "it counts: the platform's own word");
}

Test(dates, a_source_is_quoted_from_when_it_first_named_the_day)
{
    list("page", DATED(BASE, "inference", "2027-05-01", "true") "gpt-5\n");
    player_pass(p, 10 * BW_DAY_MS);
    list("page", "{\"id\":\"" BASE "\",\"life\":\"deprecated\",\"dates\":[{\"clock\":\"inference\","
                 "\"at\":\"2027-05-01\",\"firm\":true},{\"clock\":\"announced\","
                 "\"at\":\"2026-01-05\",\"firm\":true}]}\ngpt-5\n");
    expect_line("/v1/deployments/app/explain", "2027-05-01, says page since 2026-01-01");
    expect_line("/v1/deployments/app/explain", "2026-01-05, says page since 2026-01-11");
}

Test(dates, a_model_ends_on_a_firm_day_alone)
{
    list("api", DATED(BASE, "inference", "2027-05-01", "false") "gpt-5\n");
    EQ_STR(player_field(p, "/v1/models?platform=openai", "serve_until"), "");
    EQ_STR(player_field(p, "/v1/models?platform=openai", "not_sooner_than"), "2027-05-01");
    list("api", DATED(BASE, "inference", "2027-06-01", "true") "gpt-5\n");
    EQ_STR(player_field(p, "/v1/models?platform=openai", "serve_until"), "2027-06-01");
    EQ_STR(player_field(p, "/v1/models?platform=openai", "not_sooner_than"), "");
}

/* Who has closed what told of a day hears that it is another now. */
Test(dates, a_day_that_moves_is_told_though_no_notice_lives_that_named_it)
{
    list("api", DATED(BASE, "inference", "2027-03-01", "true") "gpt-5\n");
    BW_CLEANUP(bw_json_freep) struct bw_json *live =
        player_ask(p, "GET", "/v1/notices?state=live", "");
    for (const struct bw_json *row = bw_json_first(bw_json_get(live, "notices")); row != NULL;
         row = bw_json_next(row)) {
        BW_CLEANUP(bw_freep) char *target =
            bw_xasprintf("/v1/notices/%s/resolve", bw_json_text(bw_json_get(row, "id"), ""));
        player_do(p, "POST", target, "{\"reason\":\"we know\"}");
    }
    cr_expect(eq(int, player_count(p, "/v1/notices?state=live"), 0));
    player_forget_messages(p);
    list("api", BASE "\ngpt-5\n");
    EQ_STR(player_field(p, "/v1/notices?deployment=app&kind=date-changed&state=live", "summary"),
           "app: openai has moved a date: the end of its base: is open again, not 2027-03-01");
    player_pass(p, 31 * BW_DAY_MS);
    cr_expect(eq(int, player_count(p, "/v1/notices?kind=date-changed&state=live"), 0));
}
