/* daemon/domain/lineage.c: see lineage.h. */
#include "domain/lineage.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "domain/model_name.h"

static const char *const RELATION_WORDS[] = {
    [BW_RELATION_NONE] = "none",           [BW_RELATION_SAME] = "same",
    [BW_RELATION_SNAPSHOT] = "snapshot",   [BW_RELATION_MINOR] = "minor",
    [BW_RELATION_MAJOR] = "major",         [BW_RELATION_UNORDERED] = "unordered",
    [BW_RELATION_DECLARED] = "declared",
};

static const char *const VIA_WORDS[] = {
    [BW_VIA_NONE] = "none",
    [BW_VIA_OVERRIDE] = "override",
    [BW_VIA_DECLARED] = "declared",
    [BW_VIA_LINE] = "line",
};

struct placed { /* a model in its line */
    struct bw_model_name name;
    const struct bw_family *family; /* NULL: none */
    char line[BW_LINEAGE_TEXT];
    bw_version version; /* by name, by release date or by convention; 0: unknown */
    int64_t stamp;      /* YYYYMMDD, or a revision; 0: none */
    bool yearless;      /* stamp is MMDD still */
};

static void place(const struct bw_lineage_rules *rules, const struct bw_model_facts *facts,
                  struct placed *out);

static const char *const NOT_TEXT = "does not generate text";

static void say(struct bw_judgement *out, enum bw_relation relation, const char *format, ...)
    BW_PRINTF(3, 4);

static void say(struct bw_judgement *out, enum bw_relation relation, const char *format, ...)
{
    out->relation = relation;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(out->why, sizeof(out->why), format, args);
    va_end(args);
}

static const struct bw_override *find_override(const struct bw_lineage_rules *rules,
                                               const struct bw_model_facts *older,
                                               const struct bw_model_facts *newer)
{
    BW_VEC_EACH(const struct bw_override, override, &rules->overrides)
    {
        if (strcmp(override->from, older->id) == 0 && strcmp(override->to, newer->id) == 0 &&
            (override->platform == NULL || bw_str_equal(override->platform, older->platform))) {
            return override;
        }
    }
    return NULL;
}

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The one order of a line: version, then preview before release, then snapshot. */
static int order(const struct placed *a, const struct placed *b)
{
    if (a->version != b->version) {
        return a->version < b->version ? -1 : 1;
    }
    if (a->name.preview != b->name.preview) {
        return a->name.preview ? -1 : 1;
    }
    int by_stamp = order_i64(a->stamp, b->stamp);
    return by_stamp != 0 ? by_stamp : order_i64(a->name.size_millions, b->name.size_millions);
}

static bool moves(const struct placed *placed)
{
    return placed->version == 0 && (placed->name.floating || placed->stamp == 0);
}

static bool counts_as_major(const struct bw_family *family, bw_version from, bw_version to)
{
    if (bw_version_major(from) != bw_version_major(to)) {
        return true;
    }
    if (family != NULL) {
        BW_VEC_EACH(const struct bw_version_word, major, &family->majors)
        {
            if (from < major->version && major->version <= to) {
                return true;
            }
        }
    }
    return false;
}

/* "released 2025-04-14 -> 2026-03-17", as far as it is known. */
static const char *say_dates(const struct bw_model_facts *older, const struct bw_model_facts *newer,
                             char *out, size_t size)
{
    char from[BW_INSTANT_TEXT];
    char to[BW_INSTANT_TEXT];
    out[0] = '\0';
    if (older->released_ms != 0 && newer->released_ms != 0) {
        (void)snprintf(out, size, ", released %s -> %s",
                       bw_instant_format_day(older->released_ms, from),
                       bw_instant_format_day(newer->released_ms, to));
    }
    return out;
}

static void say_stamp(const struct placed *placed, char *out, size_t size)
{
    int64_t stamp = placed->stamp;
    if (stamp == 0) {
        (void)snprintf(out, size, "undated");
    } else if (stamp < 1000 && !placed->yearless) {
        (void)snprintf(out, size, "%03d", (int)stamp);
    } else if (placed->yearless) {
        (void)snprintf(out, size, "%04d", (int)stamp);
    } else if (stamp % 100 == 0) {
        (void)snprintf(out, size, "%04d-%02d", (int)(stamp / 10000), (int)(stamp / 100 % 100));
    } else {
        (void)snprintf(out, size, "%04d-%02d-%02d", (int)(stamp / 10000), (int)(stamp / 100 % 100),
                       (int)(stamp % 100));
    }
}

/* Two stamps that may well be one day: equal, or a month and a day of it. */
static bool same_stamp(int64_t a, int64_t b)
{
    return a == b || (a / 100 == b / 100 && (a % 100 == 0 || b % 100 == 0) && a > 9999);
}

static void judge_snapshots(const struct placed *a, const struct placed *b,
                            const struct bw_model_facts *newer, struct bw_judgement *out)
{
    char from[BW_INSTANT_TEXT];
    char to[BW_INSTANT_TEXT];
    say_stamp(a, from, sizeof(from));
    say_stamp(b, to, sizeof(to));
    bool first_undated = a->name.undated_first;
    if (a->name.preview && !b->name.preview) {
        say(out, BW_RELATION_SNAPSHOT, "same line %s, the release of the same version", a->line);
        out->successor = true;
        return;
    }
    if (!a->name.preview && b->name.preview) {
        say(out, BW_RELATION_NONE, "'%s' is a preview of the version already released", newer->id);
        return;
    }
    if (a->name.size_millions != b->name.size_millions && a->name.size.size > 0 &&
        a->name.size_millions != 0 && b->name.size_millions != 0) {
        say(out, BW_RELATION_NONE, "another size of the same version");
        return;
    }
    if (same_stamp(a->stamp, b->stamp)) {
        say(out, BW_RELATION_SAME, "two names of one model, %s", a->line);
        return;
    }
    if ((a->stamp == 0 || b->stamp == 0) &&
        !(first_undated && !a->name.floating && !b->name.floating)) {
        say(out, BW_RELATION_SAME, "one of the two names is the alias of the version's snapshots");
        return;
    }
    if (a->yearless || b->yearless) {
        say(out, BW_RELATION_UNORDERED, "the year of a snapshot is not known: %s -> %s", from, to);
        return;
    }
    if (a->stamp > b->stamp) {
        say(out, BW_RELATION_NONE, "'%s' is the older snapshot: %s -> %s", newer->id, from, to);
        return;
    }
    bool minor = a->family != NULL && a->family->dated_minor && a->stamp != 0;
    say(out, minor ? BW_RELATION_MINOR : BW_RELATION_SNAPSHOT,
        "same line %s, snapshot %s -> %s", a->line, from, to);
    out->successor = true;
}

static void judge_versions(const struct placed *a, const struct placed *b,
                           const struct bw_model_facts *older, const struct bw_model_facts *newer,
                           struct bw_judgement *out)
{
    char from[BW_VERSION_TEXT];
    char to[BW_VERSION_TEXT];
    char dates[2 * BW_INSTANT_TEXT + 16];
    bw_version_format(a->version, from);
    bw_version_format(b->version, to);
    if (a->version > b->version) {
        say(out, BW_RELATION_NONE, "'%s' is older: version %s, not above %s", newer->id, to, from);
        return;
    }
    enum bw_relation step = counts_as_major(a->family, a->version, b->version) ? BW_RELATION_MAJOR
                                                                               : BW_RELATION_MINOR;
    say(out, step, "same line %s (%s), %s -> %s%s%s", a->line,
        a->family != NULL ? "curated" : "by name", from, to,
        say_dates(older, newer, dates, sizeof(dates)),
        !a->name.preview && b->name.preview ? ", but only as a preview" : "");
    out->preview_only = !a->name.preview && b->name.preview;
    out->successor = !out->preview_only;
}

static bool same_region(const struct placed *a, const struct placed *b)
{
    return a->name.region.size == 0 || b->name.region.size == 0 ||
           (a->name.region.size == b->name.region.size &&
            memcmp(a->name.region.at, b->name.region.at, a->name.region.size) == 0);
}

static bool is_text(const struct placed *placed, const struct bw_model_facts *facts)
{
    return !placed->name.not_text && (facts->output == 0 || (facts->output & BW_TEXT) != 0);
}

static void judge_placed(const struct placed *a, const struct placed *b,
                         const struct bw_model_facts *older, const struct bw_model_facts *newer,
                         struct bw_judgement *out)
{
    if (a->line[0] == '\0' || b->line[0] == '\0') {
        say(out, BW_RELATION_UNORDERED, "'%s' cannot be placed: its maker is not known",
            a->line[0] == '\0' ? older->id : newer->id);
        return;
    }
    if (!is_text(a, older) || !is_text(b, newer)) {
        say(out, BW_RELATION_NONE, "'%s' %s", is_text(a, older) ? newer->id : older->id, NOT_TEXT);
        return;
    }
    if (strcmp(a->line, b->line) != 0) {
        say(out, BW_RELATION_NONE, "another line: %s, not %s", b->line, a->line);
        return;
    }
    if (b->name.tuned) {
        say(out, BW_RELATION_NONE, "'%s' is a fine-tune", newer->id);
        return;
    }
    if (!same_region(a, b)) {
        say(out, BW_RELATION_NONE, "another region: data would leave '%.*s'",
            (int)a->name.region.size, a->name.region.at);
        return;
    }
    if (a->version == b->version) {
        judge_snapshots(a, b, newer, out);
    } else if (moves(a) || moves(b)) {
        say(out, BW_RELATION_UNORDERED, "'%s' names no version of %s",
            moves(a) ? older->id : newer->id, a->line);
    } else if (a->version == 0 || b->version == 0) {
        say(out, BW_RELATION_UNORDERED, "only one of the two names says its version");
    } else {
        judge_versions(a, b, older, newer, out);
    }
}

void bw_lineage_judge(const struct bw_lineage_rules *rules, const struct bw_model_facts *older,
                      const struct bw_model_facts *newer, struct bw_judgement *out)
{
    out->successor = out->preview_only = false;
    out->via = BW_VIA_NONE;
    struct placed a;
    struct placed b;
    place(rules, older, &a);
    place(rules, newer, &b);
    (void)snprintf(out->lineage, sizeof(out->lineage), "%s", a.line);
    const struct bw_override *override = find_override(rules, older, newer);
    if (strcmp(older->id, newer->id) == 0) {
        say(out, BW_RELATION_SAME, "the same id");
        return;
    }
    judge_placed(&a, &b, older, newer, out);
    if (override != NULL) {
        enum bw_relation relation = override->successor && !out->successor ? BW_RELATION_DECLARED
                                    : override->successor                  ? out->relation
                                                                           : BW_RELATION_NONE;
        say(out, relation, "the configuration says that '%s' %s '%s'", newer->id,
            override->successor ? "follows" : "never follows", older->id);
        out->successor = override->successor;
        out->preview_only = false;
        out->via = BW_VIA_OVERRIDE;
    } else if (out->successor || out->preview_only) {
        out->via = BW_VIA_LINE;
    }
}

const char *bw_lineage_key(const struct bw_lineage_rules *rules, const struct bw_model_facts *model,
                           char *out, size_t size)
{
    struct placed placed;
    place(rules, model, &placed);
    (void)snprintf(out, size, "%s", placed.line);
    return out;
}

int bw_lineage_compare(const struct bw_lineage_rules *rules, const struct bw_model_facts *a,
                       const struct bw_model_facts *b)
{
    struct placed left;
    struct placed right;
    place(rules, a, &left);
    place(rules, b, &right);
    int by_line = strcmp(left.line, right.line);
    return by_line != 0 ? by_line : order(&left, &right);
}

bool bw_lineage_is_preview(const struct bw_lineage_rules *rules, const struct bw_model_facts *model)
{
    struct placed placed;
    place(rules, model, &placed);
    return placed.name.preview || model->life == BW_LIFE_PREVIEW;
}

bool bw_lineage_is_text(const struct bw_lineage_rules *rules, const struct bw_model_facts *model)
{
    struct placed placed;
    place(rules, model, &placed);
    return is_text(&placed, model);
}

enum bw_spelling bw_lineage_spelling(const struct bw_lineage_rules *rules,
                                     const struct bw_model_facts *model)
{
    struct bw_model_name name;
    bw_model_name_parse(rules, model->platform, model->id, &name);
    return name.stamp != 0 && !name.floating ? BW_SPELLING_PINNED : BW_SPELLING_ALIAS;
}

bool bw_lineage_is_floating(const struct bw_lineage_rules *rules, const struct bw_model_facts *model)
{
    struct placed placed;
    place(rules, model, &placed);
    return placed.version == 0 && placed.name.floating;
}

const char *bw_relation_word(enum bw_relation relation)
{
    return RELATION_WORDS[relation];
}

bool bw_relation_parse(const char *word, enum bw_relation *out)
{
    for (unsigned i = 0; word != NULL && i < BW_COUNT(RELATION_WORDS); i++) {
        if (strcmp(word, RELATION_WORDS[i]) == 0) {
            *out = (enum bw_relation)i;
            return true;
        }
    }
    return false;
}

const char *bw_via_word(enum bw_via via)
{
    return VIA_WORDS[via];
}

/* Day number of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible date algorithms"). */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The year in which the stamp MMDD lies nearest to the release. */
static int64_t nearest_year(int64_t stamp, int64_t released_ms)
{
    char text[BW_INSTANT_TEXT];
    int64_t released = released_ms / BW_DAY_MS;
    int64_t year = strtol(bw_instant_format_day(released_ms, text), NULL, 10);
    int64_t best = year;
    int64_t least = INT64_MAX;
    for (int64_t guess = year - 1; guess <= year + 1; guess++) {
        int64_t away = llabs(day_number(guess, stamp / 100, stamp % 100) - released);
        if (away < least) {
            least = away;
            best = guess;
        }
    }
    return best;
}

/* Give a month-day stamp its year: a line may say in which month the stamps of a version begin, so
 * that 0125 comes after 1106; else the release date decides, however roughly it is right. */
static void settle_year(const struct bw_line *line, const struct bw_model_facts *facts,
                        struct placed *out)
{
    if (!out->yearless) {
        return;
    }
    if (line != NULL) {
        BW_VEC_EACH(const struct bw_release, begin, &line->stamps)
        {
            if (begin->version == out->version) {
                int64_t year = begin->stamp / 10000;
                bool next_year = out->stamp / 100 < begin->stamp / 100 % 100;
                out->stamp += (year + next_year) * 10000;
                out->yearless = false;
                return;
            }
        }
    }
    if (facts->released_ms > 0) {
        out->stamp += nearest_year(out->stamp, facts->released_ms) * 10000;
        out->yearless = false;
    }
}

/* Where dates are the versions, the release at or before a date says its version, and a version its
 * date. */
static void settle_release(const struct bw_line *line, struct placed *out)
{
    const struct bw_release *found = NULL;
    if (out->version == 0 && out->stamp == 0 && !out->name.floating &&
        out->name.undated_first) {
        found = &line->releases.items[0];
    }
    BW_VEC_EACH(const struct bw_release, release, &line->releases)
    {
        if (out->version != 0 && out->stamp == 0 && release->version == out->version) {
            found = release;
            break;
        }
        if (out->version == 0 && out->stamp > 9999 && release->stamp / 100 <= out->stamp / 100) {
            found = release;
        }
    }
    if (found != NULL) {
        out->version = found->version;
        out->stamp = out->stamp == 0 ? found->stamp : out->stamp;
    }
}

static void place(const struct bw_lineage_rules *rules, const struct bw_model_facts *facts,
                  struct placed *out)
{
    bw_model_name_parse(rules, facts->platform, facts->id, &out->name);
    const struct bw_model_name *name = &out->name;
    out->line[0] = '\0';
    out->family = NULL;
    out->version = name->version;
    out->stamp = name->stamp;
    out->yearless = name->yearless;
    if (!name->readable || name->maker < 0) {
        return;
    }
    const char *maker = rules->makers.items[name->maker].name;
    size_t used = strlen(maker);
    memcpy(out->line, maker, used);
    out->line[used++] = '/';
    bw_model_name_line(rules, name, out->line + used, sizeof(out->line) - used);
    const struct bw_line *line = bw_lineage_rules_line(rules, name->maker, out->line + used);
    if (name->family >= 0) {
        out->family = &rules->families.items[name->family];
    }
    settle_year(line, facts, out);
    if (line != NULL && line->releases.count > 0) {
        settle_release(line, out);
    }
    if (out->version == 0 && line != NULL) {
        out->version = line->unversioned;
    }
    if (out->version == 0 && out->family != NULL) {
        out->version = out->family->unversioned;
    }
}

static bool seen_before(const char *const *seen, unsigned count, const char *id)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(seen[i], id) == 0) {
            return true;
        }
    }
    return false;
}

struct bw_followed bw_lineage_follow(const char *id, bw_declared_find *find, void *context)
{
    struct bw_followed out = { .outcome = BW_FOLLOW_NONE };
    const char *seen[BW_FOLLOW_HOPS_MAX + 1];
    struct bw_declared at = { 0 };
    if (!find(context, id, &at) || at.replacement == NULL) {
        return out;
    }
    seen[0] = id;
    while (at.replacement != NULL) {
        struct bw_declared next = { 0 };
        bool known = find(context, at.replacement, &next);
        out.end = at.replacement;
        out.hops++;
        if (out.hops > BW_FOLLOW_HOPS_MAX || seen_before(seen, out.hops, out.end)) {
            out.outcome = BW_FOLLOW_CYCLE;
            return out;
        }
        if (known && at.released_ms != 0 && next.released_ms != 0 &&
            next.released_ms < at.released_ms) {
            out.outcome = BW_FOLLOW_OLDER;
            return out;
        }
        if (!known || !next.retired) {
            out.outcome = BW_FOLLOW_LIVE;
            return out;
        }
        seen[out.hops] = out.end;
        at = next;
    }
    out.outcome = BW_FOLLOW_DEAD_END;
    return out;
}
