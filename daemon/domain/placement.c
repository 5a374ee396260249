/* daemon/domain/placement.c: see placement.h. */
#include "domain/placement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

static void settle_year(const struct bw_line *line, const struct bw_model_facts *facts,
                        struct bw_placement *out);
static void settle_release(const struct bw_line *line, struct bw_placement *out);
static void settle_phase(const struct bw_line *line, struct bw_placement *out);

/* "openai/gpt-mini"; returns the part after the maker. */
static const char *write_line(const struct bw_lineage_rules *rules, struct bw_placement *out)
{
    const char *maker = rules->makers.items[out->name.maker].name;
    size_t used = strlen(maker);
    memcpy(out->line, maker, used);
    out->line[used++] = '/';
    char *rest = out->line + used;
    bw_model_name_line(rules, &out->name, rest, sizeof(out->line) - used);
    if (rest[0] == '\0') {
        memcpy(rest, maker, used);
    }
    return rest;
}

void bw_placement_of(const struct bw_lineage_rules *rules, const struct bw_model_facts *facts,
                     struct bw_placement *out)
{
    bw_model_name_parse(rules, facts->platform, facts->id, &out->name);
    const struct bw_model_name *name = &out->name;
    out->family = NULL;
    out->line[0] = '\0';
    out->version = name->version;
    out->phase = name->preview ? BW_PHASE_PREVIEW : BW_PHASE_RELEASE;
    out->stamp = name->stamp;
    out->yearless = name->yearless;
    out->text = !name->not_text && (facts->output == 0 || (facts->output & BW_TEXT) != 0);
    if (!name->readable || name->maker < 0) {
        return;
    }
    const struct bw_line *line = bw_lineage_rules_line(rules, name->maker, write_line(rules, out));
    if (name->family >= 0) {
        out->family = &rules->families.items[name->family];
    }
    settle_year(line, facts, out);
    if (line != NULL) {
        settle_release(line, out);
    }
    if (out->version == 0 && !name->floating) {
        bool own = line != NULL && line->unversioned != 0;
        out->version = own ? line->unversioned : out->family != NULL ? out->family->unversioned : 0;
    }
    if (line != NULL) {
        settle_phase(line, out);
    }
}

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int bw_placement_order(const struct bw_placement *a, const struct bw_placement *b)
{
    int order = strcmp(a->line, b->line);
    if (order == 0 && a->version != b->version) {
        order = a->version < b->version ? -1 : 1;
    }
    order = order != 0 ? order : order_i64(a->phase, b->phase);
    order = order != 0 ? order : order_i64(a->stamp, b->stamp);
    return order != 0 ? order : order_i64(a->name.size_millions, b->name.size_millions);
}

/* As its maker writes it: 4o, not the 4.0.2 that stands for it in comparisons. */
const char *bw_placement_version(const struct bw_placement *placement, char *out)
{
    bool decimal = placement->family != NULL && placement->family->decimal;
    (void)bw_version_format(placement->version, decimal, out);
    if (placement->family == NULL) {
        return out;
    }
    BW_VEC_EACH(const struct bw_version_word, written, &placement->family->written)
    {
        bool letters = strpbrk(written->word, "abcdefghijklmnopqrstuvwxyz") != NULL;
        if (letters && written->version == placement->version &&
            strlen(written->word) < BW_VERSION_TEXT) {
            return strcpy(out, written->word);
        }
    }
    return out;
}

const char *bw_placement_stamp(const struct bw_placement *placement, char *out)
{
    int stamp = (int)placement->stamp;
    if (stamp == 0) {
        return strcpy(out, "undated");
    }
    if (placement->yearless) {
        (void)snprintf(out, BW_PLACEMENT_TEXT, "%02d-%02d", stamp / 100, stamp % 100);
    } else if (stamp < 1000) {
        (void)snprintf(out, BW_PLACEMENT_TEXT, "%03d", stamp);
    } else {
        (void)snprintf(out, BW_PLACEMENT_TEXT, stamp % 100 == 0 ? "%04d-%02d" : "%04d-%02d-%02d",
                       stamp / 10000, stamp / 100 % 100, stamp % 100);
    }
    return out;
}

bool bw_placement_moves(const struct bw_placement *placement)
{
    return placement->version == 0 &&
           (placement->name.floating || (placement->stamp == 0 && !placement->name.preview));
}

/* Days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
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

static const struct bw_release *release_of(const struct bw_release *items, size_t count,
                                           bw_version version)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].version == version) {
            return &items[i];
        }
    }
    return NULL;
}

/* Give a month-day stamp its year: a line may say in which month the stamps of a version begin, so
 * that 0125 comes after 1106; else the release date decides, however roughly it is right. */
static void settle_year(const struct bw_line *line, const struct bw_model_facts *facts,
                        struct bw_placement *out)
{
    if (!out->yearless) {
        return;
    }
    const struct bw_release *begin =
        line == NULL ? NULL : release_of(line->stamps.items, line->stamps.count, out->version);
    int64_t year = 0;
    if (begin != NULL) {
        year = begin->stamp / 10000 + (out->stamp / 100 < begin->stamp / 100 % 100);
    } else if (facts->released_ms > 0) {
        year = nearest_year(out->stamp, facts->released_ms);
    }
    if (year > 0) {
        out->stamp += year * 10000;
        out->yearless = false;
    }
}

/* Where dates are the versions, the release at or before a date says its version, and a version its
 * date. */
static void settle_release(const struct bw_line *line, struct bw_placement *out)
{
    const struct bw_release *found = NULL;
    if (line->releases.count == 0) {
        return;
    }
    if (out->version != 0 && out->stamp == 0) {
        found = release_of(line->releases.items, line->releases.count, out->version);
    } else if (out->version == 0 && out->stamp == 0 && !out->name.floating &&
               out->name.undated_first) {
        found = &line->releases.items[0];
    } else if (out->version == 0 && out->stamp > 9999) {
        for (size_t i = 0; i < line->releases.count; i++) {
            const struct bw_release *release = &line->releases.items[i];
            found = release->stamp / 100 <= out->stamp / 100 ? release : found;
        }
    }
    if (found != NULL) {
        out->version = found->version;
        out->stamp = out->stamp == 0 ? found->stamp : out->stamp;
    }
}

static void settle_phase(const struct bw_line *line, struct bw_placement *out)
{
    const struct bw_release *general =
        release_of(line->general.items, line->general.count, out->version);
    if (out->phase == BW_PHASE_PREVIEW && general != NULL && out->stamp > general->stamp) {
        out->phase = BW_PHASE_LATER_PREVIEW;
    }
}
