/* plugins/sdk/row.c: see row.h. */
#include "sdk/row.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"

static void lower(char *text);
static int64_t time_of(const struct bw_json *value);

const char *bw_row_id(struct bw_plugin *plugin, const struct bw_json *row, const char *name)
{
    const char *id = bw_json_text(bw_json_get(row, name), NULL);
    if (id == NULL) {
        (void)bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "row %zu has no %s", plugin->entries + 1,
                             name);
    }
    return id;
}

bool bw_row_true(const struct bw_json *row, const char *name)
{
    return bw_json_bool(bw_json_get(row, name), false);
}

char *bw_row_text(const struct bw_json *row, const char *name)
{
    const char *text = bw_json_text(bw_json_get(row, name), "");
    return text[0] == '\0' ? NULL : bw_xstrdup(text);
}

char *bw_row_lower(const struct bw_json *row, const char *name)
{
    char *text = bw_row_text(row, name);
    if (text != NULL) {
        lower(text);
    }
    return text;
}

static void lower(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
}

char *bw_owner_of(const char *id)
{
    size_t size = strcspn(id, "/");
    if (size == 0 || id[size] != '/') {
        return NULL;
    }
    char *owner = bw_xstrndup(id, size);
    lower(owner);
    return owner;
}

int64_t bw_row_count(const struct bw_json *row, const char *name)
{
    int64_t count = bw_json_i64(bw_json_get(row, name), 0);
    return count > 0 ? count : 0;
}

int64_t bw_row_time(const struct bw_json *row, const char *name)
{
    const int64_t year_2090_ms = INT64_C(3786912000) * BW_SECOND_MS;
    int64_t at_ms = time_of(bw_json_get(row, name));
    return at_ms > 0 && at_ms < year_2090_ms ? at_ms : 0;
}

static int64_t time_of(const struct bw_json *value)
{
    int64_t at_ms = 0;
    if (bw_json_is_object(value)) {
        BW_CLEANUP(bw_freep) char *day =
            bw_xasprintf("%04d-%02d-%02d", (int)bw_json_i64(bw_json_get(value, "year"), 0),
                         (int)bw_json_i64(bw_json_get(value, "month"), 0),
                         (int)bw_json_i64(bw_json_get(value, "day"), 0));
        return bw_instant_parse(day, &at_ms, NULL) == BW_OK ? at_ms : 0;
    }
    if (bw_json_is_text(value)) {
        const char *text = bw_json_text(value, "");
        return bw_instant_parse(text, &at_ms, NULL) == BW_OK ? at_ms : 0;
    }
    int64_t seconds = bw_json_i64(value, 0);
    return seconds > 0 && seconds < INT64_MAX / BW_SECOND_MS ? seconds * BW_SECOND_MS : 0;
}

struct bw_price bw_row_price(const struct bw_json *row, const char *name, double tokens)
{
    const double absurd_usd = 1e9;
    double usd = bw_json_double(bw_json_get(row, name), NAN) * (1e6 / tokens);
    return usd >= 0 && usd < absurd_usd
               ? (struct bw_price){ true, bw_money_from_usd(usd) }
               : (struct bw_price){ 0 };
}

bool bw_row_lists(const struct bw_json *list, const char *word)
{
    const struct bw_json *item = bw_json_is_array(list) ? bw_json_first(list) : NULL;
    while (item != NULL && strcmp(bw_json_text(item, ""), word) != 0) {
        item = bw_json_next(item);
    }
    return item != NULL;
}

enum bw_life bw_life_of(const struct bw_life_name *names, const char *word)
{
    while (names->word != NULL && strcmp(names->word, word) != 0) {
        names++;
    }
    return names->life;
}

enum bw_finding_status bw_row_status(const struct bw_json *row, const char *name)
{
    static const char *const prefixes[] = { "job_state_", "status_" };
    static const struct {
        const char *words;
        enum bw_finding_status status;
    } names[] = {
        { " active completed inservice ready succeeded success ", BW_FINDING_READY },
        { " cancel_requested cancellation_requested cancelling compressing created creating"
          " deploying_api finetuning inprogress paused pending queued running started stopping"
          " updating uploading validated validating validating_files ", BW_FINDING_RUNNING },
        { " error expired failed failed_validation user_error ", BW_FINDING_FAILED },
        { " cancelled stopped ", BW_FINDING_CANCELLED },
    };
    BW_CLEANUP(bw_freep) char *said = bw_row_lower(row, name);
    const char *word = said == NULL ? "" : said;
    for (size_t i = 0; i < BW_COUNT(prefixes); i++) {
        word += bw_str_starts_with(word, prefixes[i]) ? strlen(prefixes[i]) : 0;
    }
    BW_CLEANUP(bw_freep) char *spaced = bw_xasprintf(" %s ", word);
    for (size_t i = 0; word[0] != '\0' && i < BW_COUNT(names); i++) {
        if (strstr(names[i].words, spaced) != NULL) {
            return names[i].status;
        }
    }
    return BW_FINDING_UNKNOWN;
}

const char *bw_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

char *bw_row_last_part(const struct bw_json *row, const char *name)
{
    const char *part = bw_last_part(bw_json_text(bw_json_get(row, name), ""));
    return part[0] == '\0' ? NULL : bw_xstrdup(part);
}

unsigned bw_modalities(const struct bw_json *list)
{
    static const struct {
        const char *word;
        enum bw_modality bit;
    } others[] = { { "speech", BW_AUDIO }, { "pdf", BW_FILE } };
    unsigned bits = 0;
    for (const struct bw_json *item = bw_json_first(list); item != NULL;
         item = bw_json_next(item)) {
        BW_CLEANUP(bw_freep) char *word = bw_xstrdup(bw_json_text(item, ""));
        lower(word);
        bits |= bw_modality_parse(word);
        for (size_t i = 0; i < BW_COUNT(others); i++) {
            bits |= strcmp(word, others[i].word) == 0 ? (unsigned)others[i].bit : 0U;
        }
    }
    return bits;
}

void bw_entry_add_date(struct bw_entry *entry, enum bw_clock clock, enum bw_certainty certainty,
                       int64_t at_ms, const char *evidence)
{
    int64_t day_ms = at_ms - at_ms % BW_DAY_MS;
    if (at_ms != 0 && entry->dates.count < BW_ENTRY_DATES_MAX) {
        BW_VEC_PUSH(&entry->dates,
                    (struct bw_date){ .clock = clock,
                                      .certainty = certainty,
                                      .at_ms = day_ms,
                                      .evidence = bw_xstrdup(evidence) });
    }
}

void bw_entry_add_alias(struct bw_entry *entry, const char *alias)
{
    bool known = alias[0] == '\0' || strcmp(alias, entry->id) == 0;
    BW_VEC_EACH(char *, other, &entry->aliases)
    {
        known = known || strcmp(alias, *other) == 0;
    }
    if (!known && entry->aliases.count < BW_ENTRY_ALIASES_MAX) {
        BW_VEC_PUSH(&entry->aliases, bw_xstrdup(alias));
    }
}
