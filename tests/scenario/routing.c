#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

enum { DEPLOYMENTS = 50 };

#define HOOK(name, more)                                                                           \
    "  - {name: " name ", plugin: webhook, url: 'https://ops.example/" name "', secret: {file: k}"  \
    more "}\n"
#define CHAT(name, more)                                                                           \
    "  - {name: " name ", plugin: slack, url: 'https://chat.example/" name "'" more "}\n"

static struct player *p;

/* Half of the deployments are owner web's, half ml's; all on gpt-5-mini, known for a day. */
static void begin(const char *sinks)
{
    BW_CLEANUP(bw_str_clear) struct bw_str yaml = { 0 };
    bw_str_appendf(&yaml,
                   "sources:\n"
                   "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"
                   "sinks:\n%sdeployments:\n",
                   sinks);
    for (int i = 0; i < DEPLOYMENTS; i++) {
        bw_str_appendf(&yaml,
                       "  - {name: d%02d, technique: prompt, platform: openai, model: gpt-5-mini,"
                       " owner: %s, lead_days: 10}\n",
                       i, i % 2 == 0 ? "web" : "ml");
    }
    p = player_new(yaml.text);
    player_list(p, "openai", "gpt-5-mini\n");
    player_pass(p, BW_DAY_MS);
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(routing, .fini = end);

static void release(void)
{
    player_list(p, "openai", "gpt-5-mini\ngpt-5.1-mini\n");
    player_pass(p, 7 * BW_HOUR_MS);
}

static void retire(const char *day)
{
    BW_CLEANUP(bw_freep) char *list = bw_xasprintf(
        "{\"id\":\"gpt-5-mini\",\"dates\":[{\"clock\":\"inference\",\"at\":\"%s\",\"firm\":true}]}\n",
        day);
    player_list(p, "openai", list);
    player_pass(p, 7 * BW_HOUR_MS);
}

static int heard(const char *sink, const char *type)
{
    return player_messages(p, sink, type);
}

static const struct bw_json *data_of(const char *sink, const char *subject)
{
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        if (bw_str_equal(message->sink, sink) &&
            bw_str_equal(bw_json_text(bw_json_get(message->body, "subject"), ""), subject)) {
            return bw_json_get(message->body, "data");
        }
    }
    return NULL;
}

Test(routing, people_get_a_card_an_owner_and_programs_each_notice)
{
    begin(HOOK("hook", "") CHAT("chat", ""));
    release();
    cr_expect(eq(int, heard("hook", "notice.opened"), DEPLOYMENTS));
    cr_expect(eq(int, heard("chat", NULL), 2));
    const struct bw_json *card = data_of("chat", "web");
    cr_expect(eq(i64, bw_json_i64(bw_json_get(card, "count"), 0), DEPLOYMENTS / 2));
    cr_expect(eq(sz, bw_json_size(bw_json_get(card, "notices")), 20), "the worst are listed");
}

Test(routing, a_reminder_and_an_end_are_one_card_too)
{
    begin(CHAT("chat", ", pause: 0s"));
    retire("2026-03-15");
    player_forget_messages(p);
    player_pass(p, 20 * BW_DAY_MS); /* 60 days before */
    cr_expect(eq(int, heard("chat", "notice.reminder"), 2));
    player_forget_messages(p);
    player_list(p, "openai", "gpt-5-mini\n");
    player_pass(p, 7 * BW_HOUR_MS);
    cr_expect(eq(int, heard("chat", "notice.opened"), 2), "that the date was withdrawn");
    cr_expect(eq(int, heard("chat", NULL), 2));
}

Test(routing, who_wants_part_hears_of_that_part_and_the_rest_goes_to_the_catch_all)
{
    begin(HOOK("web", ", only: {owners: ['w*']}") HOOK("urgent", ", only: {severities: [act, overdue]}")
              HOOK("rest", ", catch_all: true"));
    release();
    cr_expect(eq(int, heard("web", NULL), DEPLOYMENTS / 2));
    cr_expect(eq(int, heard("urgent", NULL), 0));
    cr_expect(eq(int, heard("rest", NULL), DEPLOYMENTS / 2));
}

Test(routing, who_never_heard_of_a_notice_does_not_hear_of_its_end)
{
    begin(HOOK("all", "") HOOK("ends", ", only: {kinds: [deprecated, retired]}"));
    release();
    cr_expect(eq(int, heard("ends", NULL), 0));
    player_list(p, "openai", "gpt-5-mini\n");
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(int, heard("ends", NULL), 0));
    cr_expect(eq(int, heard("all", "notice.resolved"), DEPLOYMENTS));
}

Test(routing, a_source_that_fails_is_told_to_who_wants_that)
{
    begin(HOOK("ops", ", only: {kinds: [source-failing]}") HOOK("team", ", only: {owners: [web]}"));
    player_fail(p, "openai", "no route");
    player_pass(p, 2 * BW_DAY_MS);
    cr_expect(eq(int, heard("ops", "source.failing"), 1));
    cr_expect(eq(int, heard("team", NULL), 0));
}
