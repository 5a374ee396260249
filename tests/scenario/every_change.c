/* tests/scenario/every_change.c: whatever the order in which sources, policies, rules, files and the
 * API have changed, every deployment stands where it stands for an engine that is given the last
 * configuration and inventory at once. BASEWATCH_SEEDS=N plays more histories. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "codec/lineage_file.h"
#include "support/player.h"

enum { NAMES = 8, CHANGES = 14, SEEDS = 4 };

/* ---- what may be configured ---- */

#define MAIN(name, more)                                                                           \
    "  - {name: " name ", plugin: openai, platform: openai, every: 6h,\n"                            \
    "     url: 'https://api.openai.com/v1'" more "}\n"
#define CLOUD(more)                                                                                \
    "  - {name: cloud, plugin: openai, platform: acme, every: 6h,\n"                                 \
    "     url: 'https://{region}.acme.example/v1'" more "}\n"

static const char *const MAINS[] = { MAIN("main", ""), MAIN("primary", ""),
                                     MAIN("main", ", account: prod"),
                                     MAIN("main", ", account: other"), "" };
static const char *const LABS[] = { "", MAIN("lab", ", account: lab") };
static const char *const CLOUDS[] = { "", CLOUD(", regions: [east, west]"),
                                      CLOUD(", regions: [west, east]"),
                                      CLOUD(", regions: [east, west], account: blue"),
                                      CLOUD(", regions: [east]") };
static const char *const ENDS[] = { "",
                                    "  - {name: ends, plugin: modeldeprecations, platform: openai,"
                                    " every: 6h, url: 'https://ends.example'}\n" };
static const char *const CATALOGS[] = { "",
                                        "  - {name: dev, plugin: modelsdev, platform: openai,"
                                        " every: 6h, url: 'https://dev.example'}\n" };
static const char *const POLICIES[] = { "",
                                        "policy: {models: {deny: ['gpt-5*']}}\n",
                                        "policy: {previews: true}\n",
                                        "policy: {kinds: [snapshot]}\n",
                                        "policy: {data_may_leave: true, min_age: 200d}\n" };
static const char *const ADOPTIONS[] = {
    "",
    "adopt:\n  - {platform: openai, match: 'ft:*:acme:triage:*', pick: newest, owner: support,"
    " name: n1}\n",
    "adopt:\n  - {platform: openai, match: 'ft:*:acme:mail:*', owner: mail}\n"
    "  - {platform: openai, match: 'ft:*', pick: newest, owner: '{suffix}', name: '{suffix}'}\n",
};
static const char *const OVERRIDES[] = {
    NULL,
    "overrides:\n  - {at: openai, old: gpt-4o-mini-2024-07-18, new: gpt-5-mini, is: successor}\n",
};

enum aspect {
    MAINS_AT, LABS_AT, CLOUDS_AT, ENDS_AT, CATALOGS_AT, POLICIES_AT, ADOPTIONS_AT, OVERRIDES_AT,
    ASPECTS
};
#define CHOICES(list) { list, BW_COUNT(list) }
static const struct {
    const char *const *texts;
    size_t count;
} CHOICE[ASPECTS] = {
    [MAINS_AT] = CHOICES(MAINS),         [LABS_AT] = CHOICES(LABS),
    [CLOUDS_AT] = CHOICES(CLOUDS),       [ENDS_AT] = CHOICES(ENDS),
    [CATALOGS_AT] = CHOICES(CATALOGS),   [POLICIES_AT] = CHOICES(POLICIES),
    [ADOPTIONS_AT] = CHOICES(ADOPTIONS), [OVERRIDES_AT] = CHOICES(OVERRIDES),
};

/* ---- what may be run ---- */

static const char *const RUNS[] = { /* technique, platform, model, place */
    "\"technique\":\"prompt\",\"platform\":\"openai\",\"model\":\"gpt-4o-mini-2024-07-18\"",
    "\"technique\":\"prompt\",\"platform\":\"openai\",\"model\":\"gpt-4.1-mini-2025-04-14\"",
    "\"technique\":\"prompt\",\"platform\":\"openai\",\"model\":\"gpt-4.1-mini-2025-04-14\","
    "\"account\":\"prod\"",
    "\"technique\":\"rag\",\"platform\":\"openai\",\"model\":\"gpt-4o-mini-2024-07-18\","
    "\"account\":\"lab\"",
    "\"technique\":\"rag\",\"platform\":\"acme\",\"model\":\"gpt-4o-mini-2024-07-18\","
    "\"embedding\":{\"platform\":\"openai\",\"model\":\"text-embedding-ada-002\","
    "\"corpus_tokens\":9000000}",
    "\"technique\":\"prompt\",\"platform\":\"acme\",\"model\":\"gpt-4o-mini-2024-07-18\","
    "\"region\":\"west\"",
    "\"technique\":\"fine-tuned\",\"platform\":\"openai\","
    "\"model\":\"ft:gpt-4o-mini-2024-07-18:acme:triage:old1\"",
    "\"technique\":\"fine-tuned\",\"platform\":\"openai\","
    "\"model\":\"ft:gpt-4.1-mini-2025-04-14:acme:mail:m1\",\"account\":\"lab\"",
    "\"technique\":\"fine-tuned\",\"platform\":\"openai\",\"match\":\"ft:*:triage:*\","
    "\"pick\":\"newest\"",
};
static const char PICKS_IN_A_FILE[] = /* which spells the last one otherwise */
    "\"technique\":\"fine-tuned\",\"platform\":\"openai\",\"model\":{\"match\":"
    "\"ft:*:triage:*\",\"pick\":\"newest\"}";
static const char *const OWN_POLICIES[] = {
    "",
    "",
    ",\"policy\":{\"models\":{\"deny\":[]}}",
    ",\"policy\":{\"previews\":false,\"kinds\":[\"snapshot\",\"minor\",\"major\"]}",
    ",\"policy\":{\"data_may_leave\":true,\"min_age\":\"0s\"}",
};

/* ---- what is there ---- */

#define MINIS                                                                                      \
    "{\"id\":\"gpt-4o-mini-2024-07-18\",\"released\":\"2024-07-18\"}\n"                            \
    "{\"id\":\"gpt-4.1-mini-2025-04-14\",\"released\":\"2025-04-14\"}\n"
#define MINI5 "{\"id\":\"gpt-5-mini\",\"released\":\"2025-08-07\"}\n"
#define MINI54 "{\"id\":\"gpt-5.4-mini\",\"released\":\"2025-12-10\"}\n"
#define EMBEDDERS                                                                                  \
    "{\"id\":\"text-embedding-ada-002\",\"released\":\"2022-12-15\"}\n"                            \
    "{\"id\":\"text-embedding-3-small\",\"released\":\"2024-01-25\"}\n"
#define TUNE(base, suffix, id, day)                                                                \
    "{\"id\":\"ft:" base ":acme:" suffix ":" id "\",\"base\":\"" base "\",\"suffix\":\"" suffix    \
    "\",\"status\":\"ready\",\"finished\":\"" day "\",\"trained_tokens\":9300000,\"epochs\":3}\n"
#define OLD TUNE("gpt-4o-mini-2024-07-18", "triage", "old1", "2025-02-01")
#define NEW TUNE("gpt-4.1-mini-2025-04-14", "triage", "new1", "2025-12-20")
#define MAIL TUNE("gpt-4.1-mini-2025-04-14", "mail", "m1", "2025-06-05")

static void describe_world(struct player *p)
{
    player_list(p, "main", MINIS MINI5 EMBEDDERS);
    player_list(p, "primary", MINIS MINI5 EMBEDDERS);
    player_list(p, "lab", MINIS MINI5 MINI54 EMBEDDERS);
    player_list(p, "cloud/east", MINIS MINI54);
    player_list(p, "cloud/west", MINIS);
    player_list(p, "ends", "{\"id\":\"gpt-4o-mini-2024-07-18\",\"life\":\"deprecated\",\"dates\":"
                           "[{\"clock\":\"inference\",\"firm\":true,\"at\":\"2026-09-30\"}]}\n");
    player_list(p, "dev", MINIS MINI5 MINI54 EMBEDDERS);
    player_find(p, "main", OLD NEW);
    player_find(p, "primary", OLD NEW);
    player_find(p, "lab", MAIL);
}

struct history {
    struct player *p;
    uint64_t dice;
    size_t choice[ASPECTS];
    char *files[NAMES]; /* what the files say of each name; NULL: nothing */
    char *api[NAMES];   /* likewise */
    struct bw_str story;
};

static size_t roll(struct history *h, size_t sides)
{
    h->dice = h->dice * 6364136223846793005U + 1442695040888963407U;
    return (size_t)((h->dice >> 33) % sides);
}

/* The lists of openai never all go: nothing would be known of it any more. */
static void choose(struct history *h, enum aspect aspect)
{
    h->choice[aspect] = roll(h, CHOICE[aspect].count);
    bool anything = MAINS[h->choice[MAINS_AT]][0] != '\0' || h->choice[LABS_AT] != 0 ||
                    h->choice[CATALOGS_AT] != 0;
    h->choice[MAINS_AT] = anything ? h->choice[MAINS_AT] : 0;
}

/* Ownership: the caller's. */
static char *said_of(struct history *h, size_t name, bool in_a_file)
{
    size_t runs = roll(h, BW_COUNT(RUNS));
    bool picks = in_a_file && runs == BW_COUNT(RUNS) - 1;
    return bw_xasprintf("{\"name\":\"n%zu\",\"owner\":\"team-%zu\",%s%s}", name, roll(h, 3),
                        picks ? PICKS_IN_A_FILE : RUNS[runs],
                        OWN_POLICIES[roll(h, BW_COUNT(OWN_POLICIES))]);
}

/* files: with the deployments and the rules that make some. Ownership: the caller's. */
static char *yaml_of(const struct history *h, bool files)
{
    struct bw_str yaml = { 0 };
    bw_str_append(&yaml, "sinks:\n  - {name: ops, plugin: webhook, url: 'https://ops.example/h',"
                         " secret: {file: k}}\nsources:\n");
    for (int aspect = MAINS_AT; aspect <= CATALOGS_AT; aspect++) {
        bw_str_append(&yaml, CHOICE[aspect].texts[h->choice[aspect]]);
    }
    bw_str_append(&yaml, POLICIES[h->choice[POLICIES_AT]]);
    if (files) {
        bw_str_append(&yaml, ADOPTIONS[h->choice[ADOPTIONS_AT]]);
        bw_str_append(&yaml, "deployments:\n");
    }
    bool any = false;
    for (size_t i = 0; files && i < NAMES; i++) {
        if (h->files[i] != NULL) {
            bw_str_appendf(&yaml, "  - %s\n", h->files[i]);
            any = true;
        }
    }
    if (files && !any) {
        yaml.size -= strlen("deployments:\n");
        yaml.text[yaml.size] = '\0';
    }
    return bw_str_take(&yaml);
}

/* ---- changes ---- */

static void take_rules(struct player *p, const char *overrides)
{
    struct bw_event fresh = { .type = BW_EVENT_RULES };
    cr_assert(bw_lineage_files_load(NULL, &fresh.rules, NULL, &p->err) == BW_OK);
    cr_assert(overrides == NULL || bw_lineage_file_read("own.yaml", overrides, strlen(overrides),
                                                        fresh.rules, NULL, &p->err) == BW_OK,
              "%s", p->err.text);
    player_step(p, &fresh);
}

/* Half of the reloads are cut short: the process dies in one of the steps that follow. */
static void reload(struct history *h)
{
    BW_CLEANUP(bw_freep) char *yaml = yaml_of(h, true);
    BW_VEC_EACH(struct player_source, source, &h->p->sources)
    {
        source->same = false; /* another address is asked anew */
    }
    take_rules(h->p, OVERRIDES[h->choice[OVERRIDES_AT]]);
    bool dies = roll(h, 2) == 0;
    h->p->crash_at = dies ? h->p->steps + 1 + (int64_t)roll(h, 5) : 0;
    player_configure(h->p, yaml);
    h->p->crash_at = 0;
    if (dies) { /* and began again by the rules that ship */
        take_rules(h->p, OVERRIDES[h->choice[OVERRIDES_AT]]);
        player_pass(h->p, BW_HOUR_MS / 10); /* a look that was waited for has died as well */
    }
    bw_str_appendf(&h->story, "reload%s:\n%s", dies ? " and die" : "", yaml);
}

static void change_configuration(struct history *h)
{
    for (size_t i = 0; i <= roll(h, 2); i++) {
        choose(h, (enum aspect)roll(h, ASPECTS));
    }
    for (size_t i = 0; i < roll(h, 3); i++) {
        size_t name = roll(h, NAMES);
        free(h->files[name]);
        h->files[name] = roll(h, 2) == 0 ? NULL : said_of(h, name, true);
    }
    reload(h);
}

static void add(struct history *h)
{
    size_t name = roll(h, NAMES);
    BW_CLEANUP(bw_freep) char *said = said_of(h, name, false);
    player_do(h->p, "POST", "/v1/deployments", said);
    bw_str_appendf(&h->story, "add: %d %s\n", h->p->status, said);
    if (h->p->status == 200) {
        bw_replace(&h->api[name], said);
    }
}

static void import(struct history *h)
{
    char *said[3] = { 0 };
    size_t first = roll(h, NAMES - BW_COUNT(said));
    struct bw_str body = { 0 };
    for (size_t i = 0; i < BW_COUNT(said); i++) {
        said[i] = said_of(h, first + i, false);
        bw_str_appendf(&body, "%s\n", said[i]);
    }
    player_do(h->p, "POST", "/v1/deployments/import", body.text);
    bw_str_appendf(&h->story, "import: %d %s", h->p->status, body.text);
    for (size_t i = 0; i < BW_COUNT(said); i++) {
        if (h->p->status == 200) {
            bw_replace(&h->api[first + i], said[i]);
        }
        free(said[i]);
    }
    bw_str_clear(&body);
}

static void take_back(struct history *h)
{
    size_t name = roll(h, NAMES);
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/deployments/n%zu", name);
    player_do(h->p, "DELETE", target, "");
    bw_str_appendf(&h->story, "remove: %d n%zu\n", h->p->status, name);
    if (h->p->status == 200) {
        bw_replace(&h->api[name], NULL);
    }
}

/* A person adopts the first finding that is new: the engine of one go hears it as it is stored. */
static void adopt(struct history *h)
{
    static const char BODY_SQL[] = "SELECT body FROM deployment WHERE name = $1";
    size_t name = roll(h, NAMES);
    BW_CLEANUP(bw_freep) char *called = bw_xasprintf("n%zu", name);
    BW_CLEANUP(bw_freep) char *body = bw_xasprintf("{\"name\":\"%s\"}", called);
    BW_CLEANUP(bw_freep) char *id = bw_xstrdup(player_field(h->p, "/v1/findings", "id"));
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/findings/%s/adopt", id);
    player_do(h->p, "POST", target, body);
    bw_str_appendf(&h->story, "adopt: %d %s as n%zu\n", h->p->status, id, name);
    if (h->p->status == 200) {
        BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(h->p->db, BODY_SQL);
        BW_BIND(row, 1, called);
        cr_assert(bw_stmt_step(row, &h->p->err) == BW_OK);
        bw_replace(&h->api[name], bw_stmt_text(row, 0));
    }
}

static void let_time_pass(struct history *h)
{
    player_pass(h->p, (int64_t)(1 + roll(h, 7)) * BW_HOUR_MS);
    bw_str_append(&h->story, "time passes\n");
}

/* ---- what has become of it ---- */

#define OFFER(of)                                                                                  \
    " coalesce(" of ".candidate, '-') || ' ' || coalesce(" of ".relation, '-') || ' ' ||"          \
    " coalesce(" of ".via, '-') || ' ' || coalesce(" of ".train_on, '-') || ' ' ||"                \
    " coalesce(" of ".route, '-') || ' ' || " of ".train_by_ms || ' ' || " of ".serve_until_ms"
/* Its own list, or where the platform has none, a feed. */
#define SPEAKS                                                                                     \
    " EXISTS (SELECT 1 FROM source AS s WHERE s.active = 1 AND s.platform = c.platform"            \
    " AND s.scope = c.scope AND (s.kind = 'own' OR NOT EXISTS (SELECT 1 FROM source AS o"          \
    " WHERE o.active = 1 AND o.platform = c.platform AND o.kind = 'own')))"

/* Where nobody speaks of a place any more, what was known of it stays: history. */
static const char STANDING_SQL[] =
    "SELECT d.name || ' ' || d.origin || ' ' || d.body || ' ' || coalesce(d.finding, '-') || ' in '"
    " || c.platform || '/' || c.scope || ' ' || c.base || ' ' || c.technique || ' ' || c.policy"
    " || CASE WHEN" SPEAKS " THEN ' is ' || c.lineage || ' ' || c.state || ' ' || c.unlisted || ' '"
    " ||" OFFER("c") " ELSE '' END || coalesce((SELECT ' embeds ' ||"
    " c.platform || '/' || c.scope || ' ' || c.base || CASE WHEN" SPEAKS " THEN ' ' || c.state"
    " || ' ' || coalesce(c.candidate, '-') ELSE '' END FROM cohort AS c WHERE c.id = d.embedder), '')"
    " FROM deployment AS d JOIN cohort AS c ON c.id = d.cohort ORDER BY d.name";
/* That a date has moved is history too. */
static const char NOTICES_SQL[] =
    "SELECT n.subject || ' ' || n.kind || ' ' || n.severity || ' ' || n.state || ' ' || n.summary"
    " || ' ' ||" OFFER("n") " || ' ' || n.scope || ' ' || n.technique"
    " || coalesce(n.estimate, '-') || coalesce(n.refused, '-')"
    " FROM notice AS n JOIN deployment AS d ON d.name = n.subject"
    " JOIN cohort AS c ON c.id = CASE n.kind WHEN 'embedder-stale' THEN d.embedder ELSE d.cohort END"
    " WHERE n.live = 1 AND n.kind <> 'date-changed' AND" SPEAKS " ORDER BY n.subject, n.kind";
/* Which of two deployments that call one finding it is said to be is history. */
static const char FINDINGS_SQL[] =
    "SELECT f.source || ' ' || f.model || ' ' || coalesce(f.root, '-') ||"
    " CASE WHEN f.deployment IS NULL THEN ' is new' ELSE ' is adopted' END"
    " FROM finding AS f JOIN source AS s ON s.name = f.source WHERE s.active = 1 ORDER BY 1";

/* Ownership: the caller's. */
static char *standing(struct player *p)
{
    static const char *const sql[] = { STANDING_SQL, NOTICES_SQL, FINDINGS_SQL };
    struct bw_str out = { 0 };
    for (size_t i = 0; i < BW_COUNT(sql); i++) {
        BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(p->db, sql[i]);
        enum bw_err rc = BW_OK;
        while ((rc = bw_stmt_step(row, &p->err)) == BW_OK) {
            bw_str_appendf(&out, "%s\n", bw_stmt_text(row, 0));
        }
        cr_assert(rc == BW_ERR_NOTFOUND, "%s", p->err.text);
    }
    bw_str_append(&out, "");
    return bw_str_take(&out);
}

/* The same in one go. The API was there first, as it was wherever it and the files speak of one. */
static struct player *begin_anew(const struct history *h)
{
    BW_CLEANUP(bw_freep) char *places = yaml_of(h, false);
    BW_CLEANUP(bw_freep) char *yaml = yaml_of(h, true);
    struct player *fresh = player_new("sources: []\n");
    describe_world(fresh);
    fresh->now_ms = h->p->now_ms;
    take_rules(fresh, OVERRIDES[h->choice[OVERRIDES_AT]]);
    player_configure(fresh, places);
    for (size_t i = 0; i < NAMES; i++) {
        if (h->api[i] != NULL) {
            player_do(fresh, "POST", "/v1/deployments", h->api[i]);
            cr_assert(fresh->status == 200, "%s", h->api[i]);
        }
    }
    player_configure(fresh, yaml);
    return fresh;
}

/* The first line in which they differ, of each. Ownership: the caller's. */
static char *difference(const char *a, const char *b)
{
    while (*a != '\0' && strcspn(a, "\n") == strcspn(b, "\n") &&
           strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    return bw_xasprintf("after all this:  %.*s\nin one go:       %.*s", (int)strcspn(a, "\n"), a,
                        (int)strcspn(b, "\n"), b);
}

static void compare(struct history *h, uint64_t seed)
{
    static const char COUNTS[] = "SELECT count(*) FROM cohort WHERE members <> (SELECT count(*) FROM"
                                 " deployment WHERE cohort = cohort.id OR embedder = cohort.id)";
    BW_CLEANUP(player_freep) struct player *fresh = begin_anew(h);
    BW_CLEANUP(bw_freep) char *is = standing(h->p);
    BW_CLEANUP(bw_freep) char *should = standing(fresh);
    BW_CLEANUP(bw_freep) char *where = difference(is, should);
    cr_assert(eq(i64, player_sql(h->p, COUNTS), 0));
    cr_assert(strcmp(is, should) == 0, "history %d:\n%s\n%s\n", (int)seed, h->story.text, where);
}

static void play(uint64_t seed)
{
    static void (*const CHANGE[])(struct history *) = {
        change_configuration, change_configuration, change_configuration, add, add, import,
        take_back, take_back, adopt, let_time_pass,
    };
    struct history h = { .dice = seed * 7919 };
    for (int aspect = 0; aspect < ASPECTS; aspect++) {
        choose(&h, (enum aspect)aspect);
    }
    h.p = player_new_on_disk("sources: []\n");
    describe_world(h.p);
    reload(&h);
    for (int i = 0; i < CHANGES; i++) {
        CHANGE[roll(&h, BW_COUNT(CHANGE))](&h);
        player_settle(h.p);
        compare(&h, seed);
    }
    for (size_t i = 0; i < NAMES; i++) {
        free(h.files[i]);
        free(h.api[i]);
    }
    bw_str_clear(&h.story);
    player_free(h.p);
}

Test(every_change, ends_where_one_go_would_have_led)
{
    const char *more = getenv("BASEWATCH_SEEDS");
    uint64_t seeds = more == NULL ? SEEDS : strtoull(more, NULL, 10);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        play(seed);
    }
}
