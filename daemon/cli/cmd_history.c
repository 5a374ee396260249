/* daemon/cli/cmd_history.c: what the daemon has recorded of the catalogs, as files that `backtest`
 * and `scan --catalog` read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/instant.h"
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/history_days.h"

struct options {
    struct bw_common common;
    const char *platform;
};

struct recorded { /* of one platform, all scopes together */
    char *platform;
    struct bw_listings listings;
};

struct export {
    struct BW_VEC(struct recorded) platforms; /* in order of their names */
};

static int export(int argc, char **argv);

static const struct bw_option OPTIONS[] = {
    { "platform", "PLATFORM", "only that one", offsetof(struct options, platform), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static const struct bw_cmd EXPORT = {
    .name = "export",
    .run = export,
    .usage = "history export DIR [--platform PLATFORM]",
    .help = "Write the recorded catalogs into DIR, a PLATFORM.jsonl each",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

const struct bw_cmd bw_history_cmd = {
    .name = "history",
    .usage = "history export DIR [--platform PLATFORM]",
    .help = "Hand out what was recorded of the catalogs, for backtest and scan --catalog",
    .subcommands = (const struct bw_cmd *const[]){ &EXPORT, NULL },
};

static void recorded_clear(struct recorded *recorded)
{
    free(recorded->platform);
    bw_listings_clear(&recorded->listings);
}

static void export_clear(struct export *export)
{
    BW_VEC_CLEAR(&export->platforms, recorded_clear);
}

static int64_t day_of(const struct bw_json *time, int64_t fallback_ms)
{
    int64_t at_ms = 0;
    const char *text = bw_json_text(time, NULL);
    return text != NULL && bw_instant_parse(text, &at_ms, NULL) == BW_OK ? at_ms - at_ms % BW_DAY_MS
                                                                         : fallback_ms;
}

static void note(void *context, const struct bw_json *row)
{
    struct export *export = context;
    const char *platform = bw_json_text(bw_json_get(row, "platform"), "");
    size_t count = export->platforms.count;
    if (count == 0 || strcmp(export->platforms.items[count - 1].platform, platform) != 0) {
        BW_VEC_PUSH(&export->platforms, (struct recorded){ .platform = bw_xstrdup(platform) });
        count++;
    }
    const struct bw_json *version = bw_json_first(bw_json_get(row, "versions"));
    for (; version != NULL; version = bw_json_next(version)) {
        const struct bw_listing listing = {
            .id = bw_xstrdup(bw_json_text(bw_json_get(row, "id"), "")),
            .model = bw_json_print(bw_json_get(version, "model")),
            .from_ms = day_of(bw_json_get(version, "from"), 0),
            .until_ms = day_of(bw_json_get(version, "until"), INT64_MAX),
        };
        BW_VEC_PUSH(&export->platforms.items[count - 1].listings, listing);
    }
}

/* A file that is there is somebody's record. */
static enum bw_err write_file(const char *path, const struct bw_str *text, struct bw_error *err)
{
    FILE *file = fopen(path, "wxe");
    bool written = file != NULL && fwrite(text->text, 1, text->size, file) == text->size;
    int failure = errno;
    written = (file == NULL || fclose(file) == 0) && written;
    return written ? BW_OK
                   : bw_fail(err, failure == EEXIST ? BW_ERR_EXISTS : BW_ERR_IO, "%s: %s", path,
                             strerror(failure));
}

static enum bw_err write_all(const char *folder, struct export *export, struct bw_error *err)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return bw_fail(err, BW_ERR_IO, "%s: %s", folder, strerror(errno));
    }
    BW_VEC_EACH(struct recorded, recorded, &export->platforms)
    {
        BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s.jsonl", folder, recorded->platform);
        bw_history_days_append(&text, recorded->platform, &recorded->listings);
        enum bw_err rc = text.size == 0 ? BW_OK : write_file(path, &text, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static int export(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&EXPORT, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(export_clear) struct export export = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
    struct bw_error err = { 0 };
    bw_str_append(&target, "/v1/history");
    bw_client_add_query(&target, "platform", values.platform);
    enum bw_err rc = bw_ask_rows("history", target.text, note, &export, &err);
    if (rc == BW_OK && export.platforms.count == 0) {
        rc = bw_fail(&err, BW_ERR_NOTFOUND, "nothing has been recorded yet");
    }
    if (rc == BW_OK) {
        rc = write_all(argv[1], &export, &err);
    }
    if (rc != BW_OK) {
        return bw_cmd_failed(&err);
    }
    (void)fprintf(stderr, "%s: %zu platform%s written\n", argv[1], export.platforms.count,
                  export.platforms.count == 1 ? "" : "s");
    return BW_EXIT_OK;
}
