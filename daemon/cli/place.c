/* daemon/cli/place.c: see place.h. */
#include "cli/place.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

static enum bw_err split(const char *where, struct bw_place *place, struct bw_error *err);
static enum bw_err read_around(struct bw_place *place, FILE *file, struct bw_error *err);
static void locate(struct bw_place *place);

static void close_filep(FILE **file)
{
    if (*file != NULL) {
        (void)fclose(*file);
    }
}

enum bw_err bw_place_capture(const char *where, struct bw_place *out, struct bw_error *err)
{
    BW_CLEANUP(bw_place_clear) struct bw_place place = { 0 };
    enum bw_err rc = split(where, &place, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct stat st = { 0 };
    BW_CLEANUP(close_filep) FILE *file = fopen(place.file, "rbe");
    if (file == NULL || fstat(fileno(file), &st) != 0) {
        return bw_fail(err, BW_ERR_IO, "%s: %s", place.file, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return bw_fail(err, BW_ERR_IO, "%s: not a file", place.file);
    }
    rc = read_around(&place, file, err);
    if (rc != BW_OK) {
        return rc;
    }
    locate(&place);
    *out = place;
    place = (struct bw_place){ 0 };
    return BW_OK;
}

void bw_place_clear(struct bw_place *place)
{
    free(place->repo);
    free(place->file);
    free(place->context);
    *place = (struct bw_place){ 0 };
}

static enum bw_err split(const char *where, struct bw_place *place, struct bw_error *err)
{
    const char *colon = strrchr(where, ':');
    bool counted = colon != NULL && bw_str_number(colon + 1, &place->line);
    if (!counted || colon == where || place->line < 1 || place->line > INT32_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "'%.200s' is not FILE:LINE", where);
    }
    place->file = bw_xstrndup(where, (size_t)(colon - where));
    return BW_OK;
}

/* Keeps only the lines wanted, so a file of any size may be named. */
static enum bw_err read_around(struct bw_place *place, FILE *file, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str context = { 0 };
    int64_t line = 1; /* that the next byte belongs to */
    bool begun = false;
    for (int c = 0; line <= place->line + BW_PLACE_CONTEXT && (c = getc(file)) != EOF;) {
        begun = begun || line == place->line;
        if (line >= place->line - BW_PLACE_CONTEXT) {
            char byte = (char)c;
            bw_str_append_bytes(&context, &byte, 1);
        }
        if (context.size > BW_PLACE_CONTEXT_MAX) {
            return bw_fail(err, BW_ERR_TOOBIG, "%s:%" PRId64 ": the lines around it are too long",
                           place->file, place->line);
        }
        line += c == '\n' ? 1 : 0;
    }
    if (ferror(file) != 0) {
        return bw_fail(err, BW_ERR_IO, "%s: it cannot be read", place->file);
    }
    if (!begun) {
        return bw_fail(err, BW_ERR_INVALID, "%s has no line %" PRId64, place->file, place->line);
    }
    if (!bw_str_is_utf8(context.text, context.size)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "%s:%" PRId64 ": the lines around it are not UTF-8; convert the file with "
                       "iconv, or give no --at, and the change is told in words",
                       place->file, place->line);
    }
    place->context = bw_str_take(&context);
    return BW_OK;
}

/* The nearest folder that has a .git, from that of `full` upwards; NULL: none. */
static char *find_top(const char *full)
{
    BW_CLEANUP(bw_freep) char *top = bw_xstrdup(full);
    while (top[0] != '\0') {
        BW_CLEANUP(bw_freep) char *git = bw_xasprintf("%s/.git", top);
        if (access(git, F_OK) == 0) {
            return BW_TAKE(top);
        }
        *strrchr(top, '/') = '\0';
    }
    return NULL;
}

char *bw_place_top(const char *path)
{
    char *full = realpath(path, NULL);
    char *top = full == NULL ? NULL : find_top(full);
    if (top == NULL) {
        return full;
    }
    free(full);
    return top;
}

/* Name the file by its git work tree. */
static void locate(struct bw_place *place)
{
    BW_CLEANUP(bw_freep) char *full = realpath(place->file, NULL);
    BW_CLEANUP(bw_freep) char *top = full == NULL ? NULL : find_top(full);
    if (top != NULL) {
        place->repo = bw_xstrdup(strrchr(top, '/') + 1);
        bw_replace(&place->file, full + strlen(top) + 1);
    }
}
