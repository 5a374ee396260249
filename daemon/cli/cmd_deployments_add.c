/* daemon/cli/cmd_deployments_add.c: tell the daemon of one deployment. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/place.h"
#include "cli/text.h"
#include "domain/swap.h"

enum { DOCUMENT_MAX = 1024 * 1024, FIELDS = 10, MODEL = 5 };

struct options {
    struct bw_common common;
    const char *fields[FIELDS]; /* in the order of OPTIONS, whose names are the configuration's */
    const char *file;
    const char *at;
    bool dry_run;
};

#define FIELD(n, name, value, help)                                                                \
    {                                                                                              \
        name, value, help, offsetof(struct options, fields[n]), 0                                  \
    }

static const struct bw_option OPTIONS[] = {
    FIELD(0, "name", "NAME", "unique name"),
    FIELD(1, "technique", "TECHNIQUE", "prompt, rag, fine-tuned or fine-tuned+rag"),
    FIELD(2, "platform", "PLATFORM", "where it is served"),
    FIELD(3, "account", "ACCOUNT", "where the platform has several"),
    FIELD(4, "region", "REGION", "where the platform has several"),
    FIELD(MODEL, "model", "MODEL", "what is called"),
    FIELD(6, "match", "GLOB", "instead of --model: among what discovery finds"),
    FIELD(7, "pick", "newest", "which of those that match"),
    FIELD(8, "base", "MODEL", "what it was tuned from; default: from the ft: id, else --model"),
    FIELD(9, "owner", "OWNER", "who is told"),
    { "at", "FILE:LINE", "where the model id stands; the lines around are sent too",
      offsetof(struct options, at), 0 },
    { "json", "FILE", "a deployment object, `-` for standard input; options override",
      offsetof(struct options, file), 0 },
    { "dry-run", NULL, "print what would be sent", offsetof(struct options, dry_run), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

static int add(int argc, char **argv);
static enum bw_err read_document(const char *path, struct bw_json **out, struct bw_error *err);
static enum bw_err write_body(const struct options *values, const struct bw_json *document,
                              struct bw_str *body, struct bw_error *err);

const struct bw_cmd bw_deployments_add_cmd = {
    .name = "add",
    .run = add,
    .usage = "deployments add --name NAME --technique TECHNIQUE --platform PLATFORM --model MODEL "
             "[OPTION]...\ndeployments add --json FILE [OPTION]...",
    .help = "Add one deployment",
    .options = OPTIONS,
};

static enum bw_err check_required(const struct options *values, struct bw_error *err)
{
    for (size_t i = 0; i < 3 && values->file == NULL; i++) {
        if (values->fields[i] == NULL) {
            return bw_fail(err, BW_ERR_INVALID, "--%s %s is missing", OPTIONS[i].name,
                           OPTIONS[i].value);
        }
    }
    return BW_OK;
}

/* It is kept either way: its source may come later. */
static void doubt_platform(const char *name)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *row = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *list = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target("deployments", name, NULL);
    struct { const char **items; size_t count, capacity; } polled = { 0 };
    if (bw_ask_get(target.text, &row, NULL) != BW_OK ||
        bw_ask_get("/v1/sources", &list, NULL) != BW_OK) {
        return; /* it has been added, which is what was asked for */
    }
    const char *platform = bw_json_text(bw_json_get(row, "platform"), "");
    bool found = false;
    for (const struct bw_json *source = bw_json_first(bw_json_get(list, "sources"));
         source != NULL; source = bw_json_next(source)) {
        BW_VEC_PUSH(&polled, bw_json_text(bw_json_get(source, "platform"), ""));
        found = found || strcmp(polled.items[polled.count - 1], platform) == 0;
    }
    BW_VEC_PUSH(&polled, NULL);
    const char *near = found ? NULL : bw_str_nearest(platform, polled.items);
    BW_CLEANUP(bw_freep)
    char *hint = near == NULL ? bw_xstrdup("add one, or its state stays unknown")
                              : bw_xasprintf("did you mean '%s'?", near);
    BW_CLEANUP(bw_freep)
    char *line = bw_xasprintf("warning: no source polls '%s'; %s", platform, hint);
    if (!found) {
        bw_text_print(stderr, line);
    }
    free(polled.items);
}

static int add(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&bw_deployments_add_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (check_required(&values, &err) != BW_OK) {
        return bw_cmd_misused(&bw_deployments_add_cmd, &err);
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    if ((values.file != NULL && read_document(values.file, &document, &err) != BW_OK) ||
        write_body(&values, document, &body, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    if (values.dry_run) {
        (void)puts(body.text);
        return BW_EXIT_OK;
    }
    const char *name = values.fields[0] != NULL ? values.fields[0]
                                                : bw_json_text(bw_json_get(document, "name"), "?");
    const struct bw_client_request request = {
        .method = "POST",
        .target = "/v1/deployments",
        .body = body.text,
    };
    code = bw_ask_write(&request, name, "added");
    if (code == BW_EXIT_OK) {
        doubt_platform(name);
    }
    return code;
}

static enum bw_err read_all(FILE *file, const char *path, struct bw_str *out, struct bw_error *err)
{
    char some[8192];
    for (size_t got = 0; (got = fread(some, 1, sizeof(some), file)) > 0;) {
        bw_str_append_bytes(out, some, got);
        if (out->size > DOCUMENT_MAX) {
            return bw_fail(err, BW_ERR_TOOBIG,
                           "%s: larger than 1 MiB; several deployments are "
                           "read by 'basewatch deployments import'",
                           path);
        }
    }
    return ferror(file) == 0 ? BW_OK : bw_fail(err, BW_ERR_IO, "%s: it cannot be read", path);
}

static enum bw_err read_document(const char *path, struct bw_json **out, struct bw_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    FILE *file = standard ? stdin : fopen(path, "rbe");
    if (file == NULL) {
        return bw_fail(err, BW_ERR_IO, "%s: %s", name, strerror(errno));
    }
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_str_append(&text, "");
    enum bw_err rc = read_all(file, name, &text, err);
    if (!standard) {
        (void)fclose(file);
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    if (rc == BW_OK && bw_json_parse(text.text, text.size, &document, err) != BW_OK) {
        return bw_error_prefix(err, "%s: ", name);
    }
    if (rc == BW_OK && !bw_json_is_object(document)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "%s: not a deployment object; a list is read by "
                       "'basewatch deployments import'",
                       name);
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(document);
    }
    return rc;
}

/* The option that overrides a member of the document, or NULL. */
static const char *override_of(const struct options *values, const char *member)
{
    if (strcmp(member, "at") == 0) {
        return values->at;
    }
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(member, OPTIONS[i].name) == 0) {
            return values->fields[i];
        }
    }
    return NULL;
}

static void write_field(struct bw_json_writer *w, const char *name, const char *text)
{
    if (text != NULL) {
        bw_json_add_text(w, name, text);
    }
}

/* model NULL: whatever fits a pattern, so that no line can be held against it. */
static enum bw_err write_place(const char *where, const char *model, struct bw_json_writer *w,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_place_clear) struct bw_place place = { 0 };
    BW_CLEANUP(bw_freep) char *diff = NULL;
    enum bw_err rc = bw_place_capture(where, &place, err);
    if (rc == BW_OK && model != NULL) {
        rc = bw_swap_diff(&place, model, model, &diff, err); /* could it ever be one? */
    }
    if (rc != BW_OK) {
        return bw_error_prefix(err, "--at: ");
    }
    bw_json_object_begin(w, "at");
    write_field(w, "repo", place.repo);
    write_field(w, "file", place.file);
    bw_json_add_i64(w, "line", place.line);
    write_field(w, "context", place.context);
    bw_json_object_end(w);
    return BW_OK;
}

static enum bw_err write_body(const struct options *values, const struct bw_json *document,
                              struct bw_str *body, struct bw_error *err)
{
    struct bw_json_writer w = { .out = body };
    bw_json_object_begin(&w, NULL);
    for (const struct bw_json *member = bw_json_first(document); member != NULL;
         member = bw_json_next(member)) {
        if (override_of(values, bw_json_name(member)) == NULL) {
            BW_CLEANUP(bw_freep) char *text = bw_json_print(member);
            bw_json_add_raw(&w, bw_json_name(member), text);
        }
    }
    for (size_t i = 0; i < FIELDS; i++) {
        write_field(&w, OPTIONS[i].name, values->fields[i]);
    }
    const char *model = bw_json_text(bw_json_get(document, "model"), NULL);
    model = values->fields[MODEL] != NULL ? values->fields[MODEL] : model;
    enum bw_err rc = values->at != NULL ? write_place(values->at, model, &w, err) : BW_OK;
    bw_json_object_end(&w);
    return rc;
}
