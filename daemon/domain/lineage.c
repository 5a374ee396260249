/* daemon/domain/lineage.c: see lineage.h. */
#include "domain/lineage.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"

static const char *const RELATION_WORDS[] = {
    [BW_RELATION_NONE] = "none",         [BW_RELATION_SAME] = "same",
    [BW_RELATION_SNAPSHOT] = "snapshot", [BW_RELATION_MINOR] = "minor",
    [BW_RELATION_MAJOR] = "major",       [BW_RELATION_UNORDERED] = "unordered",
    [BW_RELATION_DECLARED] = "declared",
};

static const char *const VIA_WORDS[] = {
    [BW_VIA_NONE] = "none",
    [BW_VIA_OVERRIDE] = "override",
    [BW_VIA_DECLARED] = "declared",
    [BW_VIA_LINE] = "line",
};

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

/* Two stamps that may well be one day: equal, or a month and a day of it. */
static bool same_stamp(int64_t a, int64_t b)
{
    return a == b || (a / 100 == b / 100 && (a % 100 == 0 || b % 100 == 0) && a > 9999);
}

static void judge_phases(const struct bw_placement *a, const struct bw_placement *b,
                         const struct bw_model_facts *newer, struct bw_judgement *out)
{
    if (a->phase > b->phase) {
        say(out, BW_RELATION_NONE, "'%s' is an earlier phase of the same version", newer->id);
        return;
    }
    out->preview_only = a->phase == BW_PHASE_RELEASE;
    out->successor = !out->preview_only;
    say(out, BW_RELATION_SNAPSHOT, "same line %s, %s of the same version", a->line,
        b->phase == BW_PHASE_RELEASE ? "the release" : "a later preview");
}

static void judge_snapshots(const struct bw_placement *a, const struct bw_placement *b,
                            const struct bw_model_facts *newer, struct bw_judgement *out)
{
    char from[BW_PLACEMENT_TEXT];
    char to[BW_PLACEMENT_TEXT];
    bw_placement_stamp(a, from);
    bw_placement_stamp(b, to);
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
        !(a->name.undated_first && !a->name.floating && !b->name.floating)) {
        say(out, BW_RELATION_SAME, "one of the two names is the alias of the version's snapshots");
        return;
    }
    if ((a->yearless || b->yearless) && a->stamp != 0 && b->stamp != 0) {
        say(out, BW_RELATION_UNORDERED, "the year of a snapshot is not known: %s -> %s", from, to);
        return;
    }
    if (a->stamp > b->stamp) {
        say(out, BW_RELATION_NONE, "'%s' is the older snapshot: %s -> %s", newer->id, from, to);
        return;
    }
    bool minor = a->family != NULL && a->family->dated_minor && a->stamp != 0;
    say(out, minor ? BW_RELATION_MINOR : BW_RELATION_SNAPSHOT, "same line %s, snapshot %s -> %s",
        a->line, from, to);
    out->successor = true;
}

static void judge_versions(const struct bw_placement *a, const struct bw_placement *b,
                           const struct bw_model_facts *older, const struct bw_model_facts *newer,
                           struct bw_judgement *out)
{
    char from[BW_PLACEMENT_TEXT];
    char to[BW_PLACEMENT_TEXT];
    char dates[2 * BW_INSTANT_TEXT + 16];
    bw_placement_version(a, from);
    bw_placement_version(b, to);
    if (a->version > b->version) {
        say(out, BW_RELATION_NONE, "'%s' is older: version %s, not above %s", newer->id, to, from);
        return;
    }
    enum bw_relation step =
        counts_as_major(a->family, a->version, b->version) ? BW_RELATION_MAJOR : BW_RELATION_MINOR;
    say(out, step, "same line %s (%s), %s -> %s%s%s", a->line,
        a->family != NULL ? "curated" : "by name", from, to,
        say_dates(older, newer, dates, sizeof(dates)),
        !a->name.preview && b->name.preview ? ", but only as a preview" : "");
    out->preview_only = !a->name.preview && b->name.preview;
    out->successor = !out->preview_only;
}

static bool same_region(const struct bw_placement *a, const struct bw_placement *b)
{
    return a->name.region.size == 0 || b->name.region.size == 0 ||
           (a->name.region.size == b->name.region.size &&
            memcmp(a->name.region.at, b->name.region.at, a->name.region.size) == 0);
}

static void judge_pair(const struct bw_placement *a, const struct bw_placement *b,
                       const struct bw_model_facts *older, const struct bw_model_facts *newer,
                       struct bw_judgement *out)
{
    if (a->line[0] == '\0' || b->line[0] == '\0') {
        say(out, BW_RELATION_UNORDERED, "'%s' cannot be placed: its maker is not known",
            a->line[0] == '\0' ? older->id : newer->id);
        return;
    }
    if (!older->embeds && (!a->text || !b->text)) {
        say(out, BW_RELATION_NONE, "'%s' does not generate text", a->text ? newer->id : older->id);
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
    if (a->version == b->version && a->phase != b->phase) {
        judge_phases(a, b, newer, out);
    } else if (a->version == b->version) {
        judge_snapshots(a, b, newer, out);
    } else if (a->version == 0 && a->name.preview && b->version != 0 && !b->name.preview) {
        say(out, BW_RELATION_MAJOR, "same line %s, a release after a preview without version",
            a->line);
        out->successor = true;
    } else if (bw_placement_moves(a) || bw_placement_moves(b)) {
        say(out, BW_RELATION_UNORDERED, "'%s' names no version of %s",
            bw_placement_moves(a) ? older->id : newer->id, a->line);
    } else if (a->version == 0 || b->version == 0) {
        say(out, BW_RELATION_UNORDERED, "only one of the two names says its version");
    } else {
        judge_versions(a, b, older, newer, out);
    }
}

void bw_lineage_judge(const struct bw_lineage_rules *rules, const struct bw_model_facts *older,
                      const struct bw_model_facts *newer, struct bw_judgement *out)
{
    struct bw_placement a;
    struct bw_placement b;
    bw_placement_of(rules, older, &a);
    bw_placement_of(rules, newer, &b);
    bw_lineage_judge_placed(rules, older, &a, newer, &b, out);
}

void bw_lineage_judge_placed(const struct bw_lineage_rules *rules,
                             const struct bw_model_facts *older,
                             const struct bw_placement *older_place,
                             const struct bw_model_facts *newer,
                             const struct bw_placement *newer_place, struct bw_judgement *out)
{
    out->successor = out->preview_only = false;
    out->via = BW_VIA_NONE;
    (void)snprintf(out->lineage, sizeof(out->lineage), "%s", older_place->line);
    const struct bw_override *override = find_override(rules, older, newer);
    if (strcmp(older->id, newer->id) == 0) {
        say(out, BW_RELATION_SAME, "the same id");
        return;
    }
    judge_pair(older_place, newer_place, older, newer, out);
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
    struct bw_placement placed;
    bw_placement_of(rules, model, &placed);
    (void)snprintf(out, size, "%s", placed.line);
    return out;
}

int bw_lineage_compare(const struct bw_lineage_rules *rules, const struct bw_model_facts *a,
                       const struct bw_model_facts *b)
{
    struct bw_placement left;
    struct bw_placement right;
    bw_placement_of(rules, a, &left);
    bw_placement_of(rules, b, &right);
    return bw_placement_order(&left, &right);
}

bool bw_lineage_is_preview(const struct bw_lineage_rules *rules, const struct bw_model_facts *model)
{
    struct bw_placement placed;
    bw_placement_of(rules, model, &placed);
    return placed.name.preview || model->life == BW_LIFE_PREVIEW;
}

enum bw_spelling bw_lineage_spelling(const struct bw_lineage_rules *rules,
                                     const struct bw_model_facts *model)
{
    struct bw_model_name name;
    bw_model_name_parse(rules, model->platform, model->id, &name);
    return name.stamp != 0 && !name.floating ? BW_SPELLING_PINNED : BW_SPELLING_ALIAS;
}

bool bw_lineage_is_floating(const struct bw_lineage_rules *rules,
                            const struct bw_model_facts *model)
{
    struct bw_placement placed;
    bw_placement_of(rules, model, &placed);
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
