/* tests/support/recorded.h: a transport that answers a plugin from recorded bodies, in-process. */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H
#include <string.h>

#include "codec/entry_json.h"
#include "codec/finding_json.h"
#include "sdk/plugin.h"

struct recorded_page {
    const char *path; /* NULL: whatever is asked */
    int status;       /* 0: no answer comes, body says why */
    const char *body;
    size_t body_bytes;
    const char *header; /* "name: value"; NULL: none */
};

struct recorded {
    const struct recorded_page *pages;
    size_t page_count;
    bool in_order; /* the n-th fetch gets the n-th page, else the first whose path fits */
    const char *settings; /* of the source, a JSON object; NULL: {} */
    enum bw_auth auth;    /* as the last fetch asked for it, for the test to compare */
    char *auth_name;
    int fetches;
    size_t entries;
    int64_t fetches_max;  /* of an inventory; 0: the default */
    const char *memory;   /* of the inventory before, a JSON object; NULL: none */
    struct bw_str lines;  /* the entries or findings, one a line */
    struct bw_str notes;  /* of an inventory, one a line; "(partial) " before one that is */
    char *remembered;     /* by this inventory; NULL: nothing */
    enum bw_plugin_failure failure;
    struct bw_error err;
};

/* Would the daemon take the request? Errors: what bw_plugin_line_parse() has against it. */
static inline enum bw_err recorded_check(const struct bw_fetch *request, struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line taken = { 0 };
    bw_plugin_fetch_write(request, &line);
    return bw_plugin_line_parse(line.text, line.size - 1, &taken, err);
}

static inline enum bw_err recorded_fetch(void *context, const struct bw_fetch *request,
                                         struct bw_response *out, struct bw_error *err)
{
    struct recorded *recorded = context;
    enum bw_err rc = recorded_check(request, err);
    if (rc != BW_OK) {
        return rc;
    }
    recorded->fetches++;
    recorded->auth = request->auth;
    free(recorded->auth_name);
    recorded->auth_name = bw_xstrdup(request->auth_name);
    for (size_t i = 0; i < recorded->page_count; i++) {
        const struct recorded_page *page = &recorded->pages[i];
        bool turn = !recorded->in_order || (int)i == recorded->fetches - 1;
        bool fits = turn && (page->path == NULL || bw_str_equal(page->path, request->path));
        if (!fits) {
            continue;
        }
        *out = (struct bw_response){ .status = page->status };
        if (page->header != NULL) {
            BW_VEC_PUSH(&out->headers, bw_xstrdup(page->header));
        }
        if (page->status == 0) {
            out->error = bw_xstrdup(page->body);
            return BW_OK;
        }
        out->body = bw_xcalloc(page->body_bytes + 1, 1);
        out->body_bytes = page->body_bytes;
        for (size_t at = 0; at < page->body_bytes; at++) {
            out->body[at] = page->body[at];
        }
        return BW_OK;
    }
    *out = (struct bw_response){ .status = 404, .body = bw_xstrdup("") };
    return BW_OK;
}

static inline enum bw_err recorded_emit(void *context, const struct bw_entry *entry,
                                        struct bw_error *err)
{
    struct recorded *recorded = context;
    (void)err;
    recorded->entries++;
    struct bw_json_writer w = { .out = &recorded->lines };
    bw_entry_to_json(entry, &w, NULL);
    bw_str_append(&recorded->lines, "\n");
    return BW_OK;
}

static inline enum bw_err recorded_find(void *context, const struct bw_finding *finding,
                                        struct bw_error *err)
{
    struct recorded *recorded = context;
    (void)err;
    recorded->entries++;
    struct bw_json_writer w = { .out = &recorded->lines };
    bw_finding_to_json(finding, &w, NULL);
    bw_str_append(&recorded->lines, "\n");
    return BW_OK;
}

static inline enum bw_err recorded_note(void *context, const char *text, bool partial,
                                        struct bw_error *err)
{
    struct recorded *recorded = context;
    (void)err;
    bw_str_appendf(&recorded->notes, "%s%s\n", partial ? "(partial) " : "", text);
    return BW_OK;
}

static inline enum bw_err recorded_remember(void *context, const char *memory,
                                            struct bw_error *err)
{
    struct recorded *recorded = context;
    (void)err;
    bw_replace(&recorded->remembered, memory);
    return BW_OK;
}

typedef enum bw_err recorded_verb(const struct bw_plugin_descriptor *descriptor,
                                  struct bw_plugin *plugin);

/* Run bw_plugin_catalog() or bw_plugin_inventory() for a source of that platform; what came of it
 * is in recorded. */
static inline enum bw_err recorded_do(struct recorded *recorded, recorded_verb *verb,
                                      const struct bw_plugin_descriptor *descriptor,
                                      const char *platform)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *settings = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *memory = NULL;
    const char *text = recorded->settings != NULL ? recorded->settings : "{}";
    enum bw_err rc = bw_json_parse(text, strlen(text), &settings, &recorded->err);
    if (rc == BW_OK && recorded->memory != NULL) {
        rc = bw_json_parse(recorded->memory, strlen(recorded->memory), &memory, &recorded->err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_plugin_source source = {
        .name = "test", .platform = platform, .account = "", .region = "here", .settings = settings
    };
    const struct bw_transport transport = {
        .fetch = recorded_fetch, .emit = recorded_emit, .find = recorded_find,
        .note = recorded_note, .remember = recorded_remember, .context = recorded
    };
    struct bw_plugin plugin = { .source = &source, .transport = &transport,
                                .fetches_max = recorded->fetches_max, .remembered = memory };
    rc = verb(descriptor, &plugin);
    recorded->failure = plugin.failure;
    recorded->err = plugin.err;
    return rc;
}

static inline enum bw_err recorded_run(struct recorded *recorded,
                                       const struct bw_plugin_descriptor *descriptor,
                                       const char *platform)
{
    return recorded_do(recorded, bw_plugin_catalog, descriptor, platform);
}

static inline void recorded_clear(struct recorded *recorded)
{
    bw_str_clear(&recorded->lines);
    bw_str_clear(&recorded->notes);
    free(recorded->remembered);
    free(recorded->auth_name);
}
#endif
