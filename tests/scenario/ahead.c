/* What people are told ahead of its day: that is not said twice, and no end comes unsaid. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/str.h"
#include "support/player.h"

#define FLEET(more)                                                                                \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: chat, plugin: slack, url: 'https://chat.example/x'" more "}\n"                     \
    "  - {name: hook, plugin: webhook, url: 'https://ops.example/x', secret: {file: k}}\n"         \
    "deployments:\n"                                                                               \
    "  - {name: a, technique: prompt, platform: openai, model: gpt-5-mini, owner: web,\n"          \
    "     lead_days: 10}\n"                                                                        \
    "  - {name: b, technique: prompt, platform: openai, model: gpt-4.1-nano, owner: web,\n"        \
    "     lead_days: 10}\n"
#define ENDS(day)                                                                                  \
    ",\"dates\":[{\"clock\":\"inference\",\"at\":\"" day "\",\"firm\":true}]"
#define LIST(a, b) "{\"id\":\"gpt-5-mini\"" a "}\n{\"id\":\"gpt-4.1-nano\"" b "}\no3\n"
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))

static struct player *p;

static int64_t day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

static void begin(const char *yaml)
{
    p = player_new_on_disk(yaml);
    player_list(p, "openai", LIST("", ""));
    player_until(p, day("2026-01-10"));
    player_list(p, "openai", LIST(ENDS("2026-06-01"), ENDS("2026-06-06")));
    player_until(p, day("2026-04-20"));
    player_forget_messages(p);
}

static void end(void)
{
    player_free(p);
}

TestSuite(ahead, .fini = end);

static const char *text_of(const struct bw_json *object, const char *name)
{
    return bw_json_text(bw_json_get(object, name), "");
}

static void append_row(struct bw_str *out, const struct bw_json *row, const char *what)
{
    bw_str_appendf(out, " %s %s %s", text_of(row, "deployment"), what, text_of(row, "severity"));
}

/* What the chat has heard, a line a message. Ownership: the caller's. */
static char *heard(void)
{
    struct bw_str out = { 0 };
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        char on[BW_INSTANT_TEXT];
        const struct bw_json *data = bw_json_get(message->body, "data");
        const struct bw_json *row = bw_json_first(bw_json_get(data, "notices"));
        if (strcmp(message->sink, "chat") != 0 || message->outcome != BW_DELIVERY_DONE) {
            continue;
        }
        bw_str_append(&out, bw_instant_format_day(message->at_ms, on));
        if (row == NULL) {
            append_row(&out, data,
                       text_of(message->body, "type") + strlen("io.basewatch.notice."));
        }
        for (; row != NULL; row = bw_json_next(row)) {
            append_row(&out, row, text_of(row, "what"));
        }
        bw_str_append(&out, "\n");
    }
    return bw_str_take(&out);
}

Test(ahead, a_message_takes_along_what_comes_within_the_pause_and_that_is_not_told_again)
{
    begin(FLEET(""));
    player_until(p, day("2026-08-01"));
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-02 a reminder info b reminder info\n"
                 "2026-05-17 a reminder plan b updated plan\n"
                 "2026-05-30 a reminder act b reminder act\n"
                 "2026-06-05 a updated overdue b reminder act\n"
                 "2026-06-15 a reminder overdue b reminder overdue\n"
                 "2026-07-15 a reminder overdue b reminder overdue\n");
    cr_expect(eq(int, player_messages(p, "hook", "notice.reminder"), 24), "each on its day");
}

Test(ahead, the_day_on_which_to_begin_is_read_before_it_comes)
{
    const struct bw_json *rows = NULL;
    begin(FLEET(""));
    player_until(p, day("2026-05-18"));
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        bool chat = strcmp(message->sink, "chat") == 0;
        rows = chat ? bw_json_get(bw_json_get(message->body, "data"), "notices") : rows;
    }
    EQ_STR(text_of(bw_json_first(rows), "summary"),
           "a: its base gpt-5-mini is deprecated; its base answers until 2026-06-01;"
           " to be begun by 2026-05-22");
}

/* Down for thirteen hours, up for a moment: by and by at every hour of the day. */
Test(ahead, nothing_is_missed_by_a_downtime_at_any_hour, .timeout = 120)
{
    begin(FLEET(""));
    for (int64_t at_ms = p->now_ms; at_ms < day("2026-07-20"); at_ms += 13 * BW_HOUR_MS) {
        p->now_ms = at_ms;
        player_restart(p);
        player_settle(p);
    }
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-02 a reminder info b reminder info\n"
                 "2026-05-17 a reminder plan b updated plan\n"
                 "2026-05-27 b updated act\n"
                 "2026-05-31 a reminder act\n"
                 "2026-06-05 a updated overdue b reminder act\n"
                 "2026-06-15 a reminder overdue b reminder overdue\n"
                 "2026-07-15 a reminder overdue b reminder overdue\n");
}

Test(ahead, what_never_arrived_was_not_read)
{
    begin(FLEET(""));
    player_sink(p, "chat", BW_DELIVERY_REFUSED, 0);
    player_until(p, day("2026-05-18"));
    player_sink(p, "chat", BW_DELIVERY_DONE, 0);
    player_until(p, day("2026-06-02"));
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-22 a updated act b updated plan\n"
                 "2026-05-31 a reminder act\n");
}

Test(ahead, an_end_that_moves_is_told_anew)
{
    begin(FLEET(""));
    player_until(p, day("2026-05-18"));
    player_forget_messages(p);
    player_list(p, "openai", LIST(ENDS("2026-05-29"), ENDS("2026-06-06")));
    player_until(p, day("2026-06-02"));
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-19 a updated act a opened act\n"
                 "2026-05-28 a reminder act b reminder act\n");
}

Test(ahead, without_a_pause_everything_is_told_on_its_day)
{
    begin(FLEET(", pause: 0s"));
    player_until(p, day("2026-06-02"));
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-02 a reminder info\n"
                 "2026-05-07 b reminder info\n"
                 "2026-05-12 a updated plan\n"
                 "2026-05-17 b updated plan\n"
                 "2026-05-18 a reminder plan\n"
                 "2026-05-22 a updated act\n"
                 "2026-05-23 b reminder plan\n"
                 "2026-05-25 a reminder act\n"
                 "2026-05-27 b updated act\n"
                 "2026-05-30 b reminder act\n"
                 "2026-05-31 a reminder act\n"
                 "2026-06-01 a updated overdue\n");
}

Test(ahead, a_sink_without_dates_reads_nothing_ahead)
{
    begin(FLEET(", detail: minimal"));
    player_until(p, day("2026-06-02"));
    BW_CLEANUP(bw_freep) char *said = heard();
    EQ_STR(said, "2026-05-02 a reminder info\n"
                 "2026-05-12 a updated plan b reminder info\n"
                 "2026-05-22 a updated act b updated plan\n"
                 "2026-05-27 a reminder act b updated act\n"
                 "2026-05-31 a reminder act b reminder act\n"
                 "2026-06-01 a updated overdue\n");
}
