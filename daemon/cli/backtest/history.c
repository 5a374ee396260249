/* daemon/cli/backtest/history.c: see history.h. */
#include "cli/backtest/history.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"
#include "codec/history_model.h"

static const char SUFFIX[] = ".jsonl";

static enum bw_err list_platforms(const char *folder, struct bw_names *out, struct bw_error *err);
static enum bw_err read_file(const char *path, size_t platform, struct bw_history *out,
                             struct bw_error *err);
static int compare_days(const void *a, const void *b);

static void day_clear(struct bw_history_day *day)
{
    bw_entries_clear(&day->listed);
    bw_names_clear(&day->removed);
}

void bw_history_clear(struct bw_history *history)
{
    bw_names_clear(&history->platforms);
    BW_VEC_CLEAR(&history->days, day_clear);
}

enum bw_err bw_history_read(const char *folder, struct bw_history *out, struct bw_error *err)
{
    BW_CLEANUP(bw_history_clear) struct bw_history history = { 0 };
    enum bw_err rc = list_platforms(folder, &history.platforms, err);
    for (size_t i = 0; rc == BW_OK && i < history.platforms.count; i++) {
        BW_CLEANUP(bw_freep)
        char *path = bw_xasprintf("%s/%s%s", folder, history.platforms.items[i], SUFFIX);
        rc = read_file(path, i, &history, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    qsort(history.days.items, history.days.count, sizeof(*history.days.items), compare_days);
    *out = history;
    history = (struct bw_history){ 0 };
    return BW_OK;
}

static struct bw_entry *find(const struct bw_entries *list, const char *id)
{
    BW_VEC_EACH(struct bw_entry, entry, list)
    {
        if (strcmp(entry->id, id) == 0) {
            return entry;
        }
    }
    return NULL;
}

static void remove_entry(struct bw_entries *list, const char *id)
{
    struct bw_entry *entry = find(list, id);
    if (entry != NULL) {
        bw_entry_clear(entry);
        *entry = list->items[--list->count];
    }
}

void bw_history_apply(const struct bw_history_day *day, struct bw_entries *list)
{
    if (day->full) {
        bw_entries_clear(list);
    }
    BW_VEC_EACH(char *, id, &day->removed)
    {
        remove_entry(list, *id);
    }
    BW_VEC_EACH(const struct bw_entry, entry, &day->listed)
    {
        remove_entry(list, entry->id);
        BW_VEC_PUSH(list, bw_entry_copy(entry));
    }
    bw_entries_normalise(list);
}

/* ---- the folder ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By date, then platform; lines of one day of one file keep their order. */
static int compare_days(const void *a, const void *b)
{
    const struct bw_history_day *x = a;
    const struct bw_history_day *y = b;
    return x->date_ms != y->date_ms ? (x->date_ms > y->date_ms) - (x->date_ms < y->date_ms)
                                    : (x->platform > y->platform) - (x->platform < y->platform);
}

static enum bw_err list_platforms(const char *folder, struct bw_names *out, struct bw_error *err)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return bw_fail(err, errno == ENOENT ? BW_ERR_NOTFOUND : BW_ERR_IO, "%s: %s", folder,
                       strerror(errno));
    }
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        const char *name = file->d_name;
        size_t size = strlen(name);
        if (name[0] != '.' && bw_str_ends_with(name, SUFFIX) &&
            !bw_str_starts_with(name, "events")) {
            BW_VEC_PUSH(out, bw_xstrndup(name, size - strlen(SUFFIX)));
        }
    }
    (void)closedir(dir);
    if (out->count == 0) {
        return bw_fail(err, BW_ERR_NOTFOUND, "%s: it holds no PLATFORM%s", folder, SUFFIX);
    }
    qsort(out->items, out->count, sizeof(*out->items), compare_names);
    return BW_OK;
}

/* ---- a file ---- */

static enum bw_err read_model(const struct bw_json *json, struct bw_entries *out,
                              struct bw_error *err)
{
    struct bw_entry entry = { 0 };
    enum bw_err rc = bw_history_model_read(json, &entry, err);
    if (rc == BW_OK) {
        BW_VEC_PUSH(out, entry);
    }
    return rc;
}

/* The models of a list; member: they stand in that member of each item, NULL: they are the items.
 */
static enum bw_err read_models(const struct bw_json *list, const char *member,
                               struct bw_entries *out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (const struct bw_json *item = bw_json_first(list); rc == BW_OK && item != NULL;
         item = bw_json_next(item)) {
        rc = read_model(member == NULL ? item : bw_json_get(item, member), out, err);
    }
    return rc;
}

static enum bw_err read_removed(const struct bw_json *list, struct bw_names *out,
                                struct bw_error *err)
{
    for (const struct bw_json *item = bw_json_first(list); item != NULL;
         item = bw_json_next(item)) {
        if (!bw_json_is_text(item)) {
            return bw_fail(err, BW_ERR_INVALID, "'removed' is no list of ids");
        }
        BW_VEC_PUSH(out, bw_xstrdup(bw_json_text(item, "")));
    }
    return BW_OK;
}

static enum bw_err read_day(const char *line, size_t size, struct bw_history_day *out,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    enum bw_err rc = bw_json_parse(line, size, &json, err);
    if (rc != BW_OK) {
        return rc;
    }
    const char *type = bw_json_text(bw_json_get(json, "type"), "");
    const char *date = bw_json_text(bw_json_get(json, "date"), "");
    out->full = strcmp(type, "full") == 0;
    if (!out->full && strcmp(type, "delta") != 0) {
        return bw_fail(err, BW_ERR_INVALID, "'type' must be \"full\" or \"delta\"");
    }
    if (strlen(date) != strlen("YYYY-MM-DD") ||
        bw_instant_parse(date, &out->date_ms, NULL) != BW_OK) {
        return bw_fail(err, BW_ERR_INVALID, "'date' must be a day, as in 2025-07-01");
    }
    if (out->full) {
        return read_models(bw_json_get(json, "models"), NULL, &out->listed, err);
    }
    rc = read_models(bw_json_get(json, "added"), NULL, &out->listed, err);
    if (rc == BW_OK) {
        rc = read_models(bw_json_get(json, "changed"), "model", &out->listed, err);
    }
    return rc == BW_OK ? read_removed(bw_json_get(json, "removed"), &out->removed, err) : rc;
}

static enum bw_err add_day(const char *line, size_t size, size_t platform, int64_t *last_ms,
                           struct bw_history *out, struct bw_error *err)
{
    struct bw_history_day day = { .platform = platform };
    enum bw_err rc = read_day(line, size, &day, err);
    if (rc == BW_OK && *last_ms == 0 && !day.full) {
        rc = bw_fail(err, BW_ERR_INVALID, "the first line must be the \"full\" list");
    } else if (rc == BW_OK && day.date_ms <= *last_ms) {
        rc = bw_fail(err, BW_ERR_INVALID, "its date is not after that of the line before");
    }
    if (rc != BW_OK) {
        day_clear(&day);
        return rc;
    }
    *last_ms = day.date_ms;
    BW_VEC_PUSH(&out->days, day);
    return BW_OK;
}

static enum bw_err read_file(const char *path, size_t platform, struct bw_history *out,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    int64_t last_ms = 0;
    enum bw_err rc = bw_file_read(path, BW_HISTORY_BYTES_MAX, &text, &size, err);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "%s ", path);
    }
    const char *end = text + size;
    unsigned number = 1;
    for (const char *line = text; line < end; number++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop == NULL ? end : stop;
        if (stop > line) {
            rc = add_day(line, (size_t)(stop - line), platform, &last_ms, out, err);
        }
        if (rc != BW_OK) {
            return bw_error_prefix(err, "%s:%u: error: ", path, number);
        }
        line = stop + 1;
    }
    return last_ms != 0 ? BW_OK : bw_fail(err, BW_ERR_INVALID, "%s:1: error: it is empty", path);
}
