/* A year of a fleet: eight months of catalogs as they were, four more in which the platforms
 * announce ends, 200 deployments of 12 owners who answer, move or do nothing. What each owner hears
 * is counted and printed; nothing is said twice, no end comes unsaid. Needs BASEWATCH_REFERENCE;
 * BW_MONTHS_SEED plays another fleet, with other ends and other answers. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cli/backtest/history.h"
#include "domain/platform.h"
#include "store/db.h"
#include "support/player.h"

enum { OWNERS = 12, DEPLOYMENTS = 200, MONTHS = 12 };

static const char *const PLATFORMS[] = { "openai",    "anthropic", "google",     "azure",
                                         "amazon-bedrock", "mistral", "groq",    "togetherai",
                                         "fireworks-ai", "xai", "cohere",        "openrouter" };

struct fleet_member {
    size_t platform; /* of PLATFORMS */
    size_t owner;
    char *model;
    bool tuned;
    const char *technique;
};

struct end { /* of a model, as its platform announces it */
    size_t platform;
    char *model;
    int64_t said_ms;
    int64_t at_ms;
    int64_t moved_ms; /* when it becomes another one; 0: never */
    int64_t then_ms;  /* that one; 0: it is withdrawn */
};

/* Teams differ in size by an order of magnitude. */
static const size_t SHARES[OWNERS] = { 44, 33, 26, 21, 17, 14, 12, 10, 8, 6, 5, 4 };

static struct bw_history history;
static struct bw_entries catalogs[BW_COUNT(PLATFORMS)];
static struct fleet_member fleet[DEPLOYMENTS];
static struct { struct end *items; size_t count, capacity; } ends;
static struct player *p;
static uint64_t seed;
static int heard[OWNERS][MONTHS];
static int64_t unsaid; /* deadlines of which their owner has not read on the day before */

static uint64_t draw(uint64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % below;
}

static int64_t day(const char *text)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(text, &at_ms, NULL), BW_OK));
    return at_ms;
}

static int month_of(int64_t at_ms)
{
    char text[BW_INSTANT_TEXT];
    int year = 0;
    int month = 0;
    cr_assert(eq(int, sscanf(bw_instant_format_day(at_ms, text), "%d-%d", &year, &month), 2));
    return (year - 2025) * 12 + month - 7;
}

/* ---- what the platforms list ---- */

static size_t platform_named(const char *name)
{
    size_t at = 0;
    while (at < BW_COUNT(PLATFORMS) && strcmp(PLATFORMS[at], name) != 0) {
        at++;
    }
    return at;
}

/* Bring the catalogs forward to a day; true for those that changed. */
static void read_day(size_t *next, int64_t day_ms, bool *changed)
{
    for (; *next < history.days.count && history.days.items[*next].date_ms <= day_ms; (*next)++) {
        const struct bw_history_day *one = &history.days.items[*next];
        size_t platform = platform_named(history.platforms.items[one->platform]);
        if (platform < BW_COUNT(PLATFORMS)) {
            bw_history_apply(one, &catalogs[platform]);
            changed[platform] = true;
        }
    }
}

static void add_ends(size_t platform, int64_t now_ms, struct bw_entries *entries)
{
    for (size_t i = 0; i < ends.count; i++) {
        const struct end *end = &ends.items[i];
        bool moved = end->moved_ms != 0 && now_ms >= end->moved_ms;
        int64_t at_ms = moved ? end->then_ms : end->at_ms;
        BW_VEC_EACH(struct bw_entry, entry, entries)
        {
            if (end->platform == platform && now_ms >= end->said_ms && at_ms != 0 &&
                strcmp(entry->id, end->model) == 0) {
                const struct bw_date date = { .clock = BW_CLOCK_INFERENCE, .at_ms = at_ms };
                BW_VEC_PUSH(&entry->dates, date);
            }
        }
    }
}

static void show(size_t platform, int64_t now_ms)
{
    struct player_source *source = player_source(p, PLATFORMS[platform]);
    bw_entries_clear(&source->entries);
    BW_VEC_EACH(const struct bw_entry, entry, &catalogs[platform])
    {
        BW_VEC_PUSH(&source->entries, bw_entry_copy(entry));
    }
    add_ends(platform, now_ms, &source->entries);
    source->same = false;
}

/* ---- the fleet ---- */

/* One that a team would have built on: text, priced, and of a platform's first rank more often. */
static const char *choose_model(size_t platform)
{
    const struct bw_entries *list = &catalogs[platform];
    for (int tries = 0; tries < 1000; tries++) {
        const struct bw_entry *entry = &list->items[draw(list->count)];
        if (entry->price_output.known && entry->price_output.per_million.micros > 0 &&
            strstr(entry->id, "embed") == NULL) {
            return entry->id;
        }
    }
    return list->items[0].id;
}

/* One of the first `below` that has listed anything yet. */
static size_t choose_platform(size_t below)
{
    size_t platform = draw(below);
    while (catalogs[platform].count == 0) {
        platform = draw(below);
    }
    return platform;
}

/* A team uses few models, on few platforms. */
static void build_fleet(void)
{
    size_t next = 0;
    for (size_t owner = 0; owner < OWNERS; owner++) {
        size_t platforms[3] = { choose_platform(5), choose_platform(BW_COUNT(PLATFORMS)),
                                choose_platform(5) };
        char *models[6] = { 0 };
        size_t of[6] = { 0 };
        size_t kinds = 2 + draw(5);
        for (size_t i = 0; i < kinds; i++) {
            of[i] = platforms[draw(3)];
            models[i] = bw_xstrdup(choose_model(of[i]));
        }
        for (size_t i = 0; i < SHARES[owner]; i++, next++) {
            size_t kind = draw(kinds);
            bool tuned = strcmp(PLATFORMS[of[kind]], "openai") == 0 && draw(4) == 0;
            fleet[next] = (struct fleet_member){ of[kind], owner, bw_xstrdup(models[kind]), tuned,
                                                 tuned          ? "fine-tuned"
                                                 : draw(3) == 0 ? "rag"
                                                                : "prompt" };
        }
        for (size_t i = 0; i < kinds; i++) {
            free(models[i]);
        }
    }
    cr_assert(eq(sz, next, DEPLOYMENTS));
}

/* Ownership: the caller's. */
static char *configuration(void)
{
    struct bw_str yaml = { 0 };
    bw_str_append(&yaml, "sinks:\n"
                         "  - {name: chat, plugin: slack, url: 'https://chat.example/x'}\n"
                         "  - {name: hook, plugin: webhook, url: 'https://h.example/x', secret: "
                         "{file: k}}\n"
                         "sources:\n");
    for (size_t i = 0; i < BW_COUNT(PLATFORMS); i++) {
        bw_str_appendf(&yaml,
                       "  - {name: %s, plugin: openai, platform: %s, url: 'https://%s.example/v1',"
                       " every: 12h}\n",
                       PLATFORMS[i], bw_platform_canonical(PLATFORMS[i]), PLATFORMS[i]);
    }
    bw_str_append(&yaml, "deployments:\n");
    for (size_t i = 0; i < DEPLOYMENTS; i++) {
        const struct fleet_member *member = &fleet[i];
        bw_str_appendf(&yaml,
                       "  - {name: d%03zu, technique: %s, platform: %s, model: '%s%s%s',"
                       " owner: team%02zu}\n",
                       i, member->technique, bw_platform_canonical(PLATFORMS[member->platform]),
                       member->tuned ? "ft:" : "", member->model, member->tuned ? ":acme::x" : "",
                       member->owner);
    }
    return bw_str_take(&yaml);
}

/* Two in five of the models in use are announced to end, most with a quarter's notice. */
static void plan_ends(void)
{
    for (size_t i = 0; i < DEPLOYMENTS; i++) {
        bool known = false;
        for (size_t j = 0; j < ends.count; j++) {
            known = known || (ends.items[j].platform == fleet[i].platform &&
                              strcmp(ends.items[j].model, fleet[i].model) == 0);
        }
        if (known || draw(5) >= 2) {
            continue;
        }
        int64_t said_ms = day("2026-03-01") + (int64_t)draw(75) * BW_DAY_MS;
        struct end end = { fleet[i].platform, bw_xstrdup(fleet[i].model), said_ms,
                           said_ms + (int64_t)(30 + draw(90)) * BW_DAY_MS, 0, 0 };
        uint64_t fate = draw(8); /* an eighth each is withdrawn and put off */
        end.moved_ms = fate < 2 ? said_ms + 20 * BW_DAY_MS : 0;
        end.then_ms = fate == 1 ? end.at_ms + 60 * BW_DAY_MS : 0;
        BW_VEC_PUSH(&ends, end);
    }
}

/* ---- what people do ---- */

static void act(const char *id, const char *action, int64_t days)
{
    char until[BW_INSTANT_TEXT];
    (void)bw_instant_format(p->now_ms + days * BW_DAY_MS, until);
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s/%s", id, action);
    BW_CLEANUP(bw_freep) char *body =
        days == 0 ? bw_xstrdup("{\"reason\":\"so\"}")
                  : bw_xasprintf("{\"reason\":\"so\",\"until\":\"%s\"}", until);
    bw_json_free(player_ask(p, "POST", target, body));
}

/* Once a month: one in four takes a notice up, a few put one off, decide against or reopen one. */
static void answer_notices(void)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *list = player_ask(p, "GET", "/v1/notices", "");
    for (const struct bw_json *row = bw_json_first(bw_json_get(list, "notices")); row != NULL;
         row = bw_json_next(row)) {
        const char *id = bw_json_text(bw_json_get(row, "id"), "");
        const char *state = bw_json_text(bw_json_get(row, "state"), "");
        uint64_t fate = draw(100);
        if (strcmp(state, "open") == 0) {
            fate < 25   ? act(id, "ack", 0)
            : fate < 33 ? act(id, "snooze", 30)
            : fate < 38 ? act(id, "waive", 120)
            : fate < 43 ? act(id, "resolve", 0)
                        : (void)0;
        } else if (strcmp(state, "resolved") == 0 && fate < 3) {
            act(id, "reopen", 0);
        }
    }
}

/* Who has taken a notice up moves, half of the time, within the month. */
static void move_deployments(void)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *list =
        player_ask(p, "GET", "/v1/notices?state=acknowledged", "");
    bool any = false;
    for (const struct bw_json *row = bw_json_first(bw_json_get(list, "notices")); row != NULL;
         row = bw_json_next(row)) {
        const char *candidate = bw_json_text(bw_json_get(row, "candidate"), "");
        const char *name = bw_json_text(bw_json_get(row, "deployment"), "d000");
        if (candidate[0] != '\0' && draw(2) == 0) {
            bw_replace(&fleet[strtol(name + 1, NULL, 10)].model, candidate);
            any = true;
        }
    }
    if (any) {
        BW_CLEANUP(bw_freep) char *yaml = configuration();
        player_configure(p, yaml);
    }
}

/* ---- what was said ---- */

static const char *text_of(const struct bw_json *object, const char *name)
{
    return bw_json_text(bw_json_get(object, name), "");
}

static void count_messages(void)
{
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        const char *owner = text_of(bw_json_get(message->body, "data"), "owner");
        int month = month_of(message->at_ms);
        if (strcmp(message->sink, "chat") == 0 && bw_str_starts_with(owner, "team") &&
            month >= 0 && month < MONTHS) {
            heard[strtol(owner + 4, NULL, 10)][month]++;
        }
    }
}

static int64_t count_unsaid(void)
{
    static const char UNSAID_SQL[] =
        "SELECT count(*) FROM notice AS n WHERE live = 1 AND state NOT IN ('snoozed', 'waived')"
        " AND remind_ms > 0 AND deadline_ms > $1 AND deadline_ms <= $2 AND NOT EXISTS"
        " (SELECT 1 FROM told AS t JOIN delivery AS d ON d.id = t.delivery WHERE t.notice = n.id"
        " AND d.sink = 'chat' AND d.created_ms >= n.deadline_ms - $3)";
    struct bw_stmt *row = bw_db_query(p->db, UNSAID_SQL);
    int64_t count = 0;
    BW_BIND(row, 1, p->now_ms);
    BW_BIND(row, 2, p->now_ms + 10 * BW_HOUR_MS);
    BW_BIND(row, 3, 3 * BW_DAY_MS);
    cr_assert(eq(int, bw_stmt_one_i64(row, 0, &count, &p->err), BW_OK));
    return count;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is told of a notice through a sink, once a message or row of one: never more often than
 * something happened to it, and no reminder twice a day. */
static int said_twice(void)
{
    BW_CLEANUP(bw_names_clear) struct bw_names said = { 0 };
    int twice = 0;
    BW_VEC_EACH(const struct player_message, message, &p->messages)
    {
        const struct bw_json *data = bw_json_get(message->body, "data");
        const struct bw_json *rows = bw_json_get(data, "notices");
        const char *type = text_of(message->body, "type") + strlen("io.basewatch.notice.");
        const struct bw_json *row = rows == NULL ? data : bw_json_first(rows);
        for (; row != NULL; row = rows == NULL ? NULL : bw_json_next(row)) {
            char on[BW_INSTANT_TEXT];
            (void)bw_instant_format_day(message->at_ms, on);
            bool moment = rows == NULL && strcmp(type, "reminder") != 0;
            if (text_of(row, "id")[0] != '\0') {
                const char *what = rows == NULL ? type : text_of(row, "what");
                const char *when = moment ? text_of(row, "updated_at") : on;
                BW_VEC_PUSH(&said, bw_xasprintf("%s %s %s %s %s %s", message->sink,
                                                text_of(row, "id"), text_of(row, "state"),
                                                text_of(row, "severity"), what, when));
            }
        }
    }
    qsort(said.items, said.count, sizeof(*said.items), compare_texts);
    for (size_t i = 1; i < said.count; i++) {
        bool same = strcmp(said.items[i - 1], said.items[i]) == 0;
        twice += same;
        if (same) {
            printf("twice: %s\n", said.items[i]);
        }
    }
    return twice;
}

static int compare_counts(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Of an even number, the higher of the two in the middle. */
static int median(int *counts, size_t count)
{
    qsort(counts, count, sizeof(*counts), compare_counts);
    return counts[count / 2];
}

/* Prints the table; the highest median of a month is returned. */
static int print_heard(void)
{
    int totals[OWNERS] = { 0 };
    int worst_month = 0;
    printf("\nmessages per owner and month, from 2025-07 on\n");
    for (size_t owner = 0; owner < OWNERS; owner++) {
        int members = 0;
        for (size_t i = 0; i < DEPLOYMENTS; i++) {
            members += fleet[i].owner == owner;
        }
        printf("team%02zu (%2d)", owner, members);
        for (size_t month = 0; month < MONTHS; month++) {
            printf("%4d", heard[owner][month]);
            totals[owner] += heard[owner][month];
        }
        printf("  | %d\n", totals[owner]);
    }
    printf("median     ");
    for (size_t month = 0; month < MONTHS; month++) {
        int of_month[OWNERS];
        for (size_t owner = 0; owner < OWNERS; owner++) {
            of_month[owner] = heard[owner][month];
        }
        int middle = median(of_month, OWNERS);
        worst_month = middle > worst_month ? middle : worst_month;
        printf("%4d", middle);
    }
    int middle = median(totals, OWNERS);
    printf("  | %d, which is %.1f a month\n", middle, (double)middle / MONTHS);
    return worst_month;
}

static void end(void)
{
    player_free(p);
    bw_history_clear(&history);
    for (size_t i = 0; i < BW_COUNT(PLATFORMS); i++) {
        bw_entries_clear(&catalogs[i]);
    }
    for (size_t i = 0; i < DEPLOYMENTS; i++) {
        free(fleet[i].model);
    }
    for (size_t i = 0; i < ends.count; i++) {
        free(ends.items[i].model);
    }
    free(ends.items);
}

TestSuite(months, .fini = end);

static void play_day(size_t *next, int64_t day_ms)
{
    bool changed[BW_COUNT(PLATFORMS)] = { false };
    int64_t of_month = (day_ms - day("2025-07-01")) / BW_DAY_MS % 30;
    read_day(next, day_ms, changed);
    for (size_t i = 0; i < BW_COUNT(PLATFORMS); i++) {
        for (size_t j = 0; j < ends.count; j++) {
            const struct end *one = &ends.items[j];
            changed[i] = changed[i] || (one->platform == i && (one->said_ms == day_ms ||
                                                               one->moved_ms == day_ms));
        }
        if (changed[i]) {
            show(i, day_ms);
        }
    }
    player_until(p, day_ms + 15 * BW_HOUR_MS);
    unsaid += count_unsaid();
    of_month == 10 ? answer_notices() : of_month == 20 ? move_deployments() : (void)0;
    player_until(p, day_ms + BW_DAY_MS);
}

Test(months, the_median_owner_hears_three_times_a_month_at_most, .timeout = 280)
{
    const char *reference = getenv("BASEWATCH_REFERENCE");
    if (reference == NULL || reference[0] == '\0') {
        cr_skip("BASEWATCH_REFERENCE is not set: no catalogs to play");
    }
    BW_CLEANUP(bw_freep) char *folder = bw_xasprintf("%s/replay", reference);
    struct bw_error err = { 0 };
    bool changed[BW_COUNT(PLATFORMS)] = { false };
    size_t next = 0;
    bw_log_setup(BW_LOG_TEXT, BW_LOG_ERROR);
    const char *other = getenv("BW_MONTHS_SEED");
    seed = other == NULL ? 20260701 : strtoull(other, NULL, 10);
    cr_assert(eq(int, bw_history_read(folder, &history, &err), BW_OK), "%s", err.text);
    read_day(&next, day("2025-07-01"), changed);
    build_fleet();
    plan_ends();
    BW_CLEANUP(bw_freep) char *yaml = configuration();
    p = player_new_on("2025-07-01", yaml);
    for (size_t i = 0; i < BW_COUNT(PLATFORMS); i++) {
        show(i, p->now_ms);
    }
    for (int64_t at_ms = day("2025-07-01"); at_ms < day("2026-07-01"); at_ms += BW_DAY_MS) {
        play_day(&next, at_ms);
    }
    count_messages();
    int worst_month = print_heard();
#define COUNT(word) { word, "SELECT count(*) FROM notice_event WHERE event = '" word "'" }
    static const char *const events[][2] = {
        COUNT("opened"),     COUNT("acknowledged"), COUNT("snoozed"),   COUNT("waived"),
        COUNT("superseded"), COUNT("reopened"),     COUNT("cancelled"), COUNT("resolved"),
    };
    for (size_t i = 0; i < BW_COUNT(events); i++) {
        int64_t count = player_sql(p, events[i][1]);
        printf("%s %" PRId64 "%s", events[i][0], count, i + 1 < BW_COUNT(events) ? ", " : "\n");
        cr_expect(gt(i64, count, 0), "%s", events[i][0]);
    }
    cr_expect(eq(int, said_twice(), 0));
    cr_expect(eq(i64, unsaid, 0));
    cr_expect(le(int, worst_month, 3));
    (void)fflush(stdout);
}
