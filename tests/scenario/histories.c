#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/catalog_cases.h"
#include "support/player.h"

/* What providers really listed, day by day, through their plugins into the engine: files of a
 * folder below providers/recorded. */
struct history {
    const char *folder;
    const char *prefix;
    const char *suffix;
    const struct bw_plugin_descriptor *plugin;
};

static const struct history HISTORIES[] = {
    { "openai/history", "models_", ".json", &bw_openai },
    { "anthropic/history", "models_", ".json", &bw_anthropic },
    { "gemini/history", "models_", ".json", &bw_gemini },
    { "xai/history", "models_", ".json", &bw_xai },
    { "openrouter", "models_", ".json", &bw_openrouter },
    { "bedrock", "foundation-models_", "_us-west-2.json", &bw_bedrock },
};

enum { DAY_SIZE = 10 }; /* YYYY-MM-DD */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The days of a history in their order. Ownership: the caller's. */
static struct bw_names days_of(const struct history *history)
{
    struct bw_names days = { 0 };
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/providers/recorded/%s",
                                                   getenv("BASEWATCH_REFERENCE"), history->folder);
    DIR *dir = opendir(path);
    cr_assert(ne(ptr, dir, NULL), "%s", path);
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        size_t before = strlen(history->prefix);
        bool ours = bw_str_starts_with(file->d_name, history->prefix) &&
                    strlen(file->d_name) > before + DAY_SIZE &&
                    strcmp(file->d_name + before + DAY_SIZE, history->suffix) == 0;
        if (ours) {
            BW_VEC_PUSH(&days, bw_xstrndup(file->d_name + before, DAY_SIZE));
        }
    }
    closedir(dir);
    cr_assert(days.count > 4, "%s: %zu days", history->folder, days.count);
    qsort(days.items, days.count, sizeof(*days.items), by_name);
    return days;
}

/* What the plugin lists on that day, one entry a line. Ownership: the caller's. */
static char *list_of(const struct history *history, const char *day)
{
    BW_CLEANUP(bw_freep) char *path =
        bw_xasprintf("%s/providers/recorded/%s/%s%s%s", getenv("BASEWATCH_REFERENCE"),
                     history->folder, history->prefix, day, history->suffix);
    struct recorded_page page = { .status = 200 };
    BW_CLEANUP(bw_freep) char *body = catalog_slurp(path, &page.body_bytes);
    page.body = body;
    BW_CLEANUP(recorded_clear) struct recorded got = { .pages = &page, .page_count = 1 };
    cr_assert(eq(int, recorded_run(&got, history->plugin, history->plugin->name), BW_OK), "%s: %s",
              path, got.err.text);
    return bw_str_take(&got.lines);
}

/* A prompt on every model of the first day. Ownership: the caller's. */
static struct player *player_of(const struct history *history, const char *day, const char *lines)
{
    BW_CLEANUP(bw_str_clear) struct bw_str yaml = { 0 };
    const char *name = history->plugin->name;
    bw_str_appendf(&yaml, "sources: [{name: it, plugin: %s, platform: %s, every: 6h,"
                          " url: 'https://api.example/v1'}]\n"
                          "deployments:\n", name, name);
    for (const char *line = strstr(lines, "{\"id\":\""); line != NULL;
         line = strstr(line, "\n{\"id\":\"")) {
        line = strchr(line, ':') + 2;
        int size = (int)strcspn(line, "\"");
        bw_str_appendf(&yaml, "  - {name: 'on %.*s', technique: prompt, platform: %s,"
                              " model: '%.*s'}\n", size, line, name, size, line);
    }
    return player_new_on(day, yaml.text);
}

/* `models` has just those of the list; the others are gone. */
static void expect_models(struct player *player, const char *day, const char *lines)
{
    player_list(player, "as it should be", lines);
    const struct bw_entries *want = &player_source(player, "as it should be")->entries;
    BW_CLEANUP(bw_json_freep) struct bw_json *models = player_ask(player, "GET", "/v1/models", "");
    const struct bw_json *row = bw_json_first(bw_json_get(models, "models"));
    size_t here = 0;
    for (; row != NULL; row = bw_json_next(row)) {
        const char *id = bw_json_text(bw_json_get(row, "id"), "");
        bool gone = strcmp(bw_json_text(bw_json_get(row, "status"), ""), "gone") == 0;
        cr_expect(gone || bw_entries_find(want, id) != NULL, "%s: %s is still there", day, id);
        here += !gone;
    }
    cr_expect(eq(sz, here, want->count), "%s", day);
}

/* The day's list comes; a fall that is held back is let through by command. Says whether it was. */
static bool show(struct player *player, const char *day, const char *lines)
{
    int64_t at_ms = 0;
    cr_assert(eq(int, bw_instant_parse(day, &at_ms, NULL), BW_OK));
    player_until(player, at_ms);
    player_list(player, "it", lines);
    player_pass(player, 7 * BW_HOUR_MS);
    bool held = strcmp(player_field(player, "/v1/sources/it", "state"), "held") == 0;
    if (held) {
        cr_expect(eq(int, player_count(player, "/v1/notices?kind=source-failing&state=live"), 1));
        bw_json_free(player_ask(player, "POST", "/v1/sources/it/accept", ""));
        cr_expect(eq(int, player->status, 200));
    }
    cr_expect(eq(str, (char *)player_field(player, "/v1/sources/it", "state"), "ok"), "%s", day);
    cr_expect(eq(int, player_count(player, "/v1/notices?kind=source-failing&state=live"), 0));
    return held;
}

static void play(const struct history *history, void (*look)(struct player *, const char *day))
{
    BW_CLEANUP(bw_names_clear) struct bw_names days = days_of(history);
    BW_CLEANUP(player_freep) struct player *player = NULL;
    int held = 0;
    BW_VEC_EACH(char *, day, &days)
    {
        BW_CLEANUP(bw_freep) char *lines = list_of(history, *day);
        if (player == NULL) {
            player = player_of(history, *day, lines);
        }
        held += show(player, *day, lines);
        expect_models(player, *day, lines);
        if (look != NULL) {
            look(player, *day);
        }
    }
    player_pass(player, 3 * BW_DAY_MS);
    fprintf(stderr, "%s: %zu lists, %d of them held back\n", history->plugin->name, days.count,
            held);
    cr_expect(held > 0 && held < (int)days.count, "%s: %d held", history->plugin->name, held);
}

static bool skipped(void)
{
    if (getenv("BASEWATCH_REFERENCE") == NULL) {
        fputs("skipped: BASEWATCH_REFERENCE is not set, so no history was played\n", stderr);
        return true;
    }
    return false;
}

Test(histories, additions_and_removals_of_every_provider_are_followed)
{
    for (size_t i = 0; i < BW_COUNT(HISTORIES) && !skipped(); i++) {
        play(&HISTORIES[i], NULL);
    }
}

/* From 2026-01-28 to 01-30 Gemini did not list two embedding models; on 02-09 they left. */
static void expect_no_retirement(struct player *player, const char *day)
{
    static const char *const models[] = { "embedding-001", "text-embedding-004" };
    for (size_t i = 0; i < BW_COUNT(models) && strcmp(day, "2026-02-09") < 0; i++) {
        BW_CLEANUP(bw_freep) char *all =
            bw_xasprintf("/v1/notices?deployment=on%%20%s", models[i]);
        BW_CLEANUP(bw_freep) char *unlisted = bw_xasprintf("%s&kind=base-unlisted", all);
        BW_CLEANUP(bw_freep) char *live = bw_xasprintf("%s&state=live", all);
        int told = player_count(player, unlisted);
        cr_expect(eq(int, player_count(player, all), told), "%s: not base-unlisted alone", day);
        cr_expect(told <= 1 && told == (strcmp(day, "2026-01-30") >= 0), "%s: %d", day, told);
        cr_expect(eq(int, player_count(player, live), 0), "%s: %s is still told of", day,
                  models[i]);
    }
}

Test(histories, two_days_of_absence_at_gemini_are_no_retirement)
{
    for (size_t i = 0; i < BW_COUNT(HISTORIES) && !skipped(); i++) {
        if (HISTORIES[i].plugin == &bw_gemini) {
            play(&HISTORIES[i], expect_no_retirement);
        }
    }
}
