/* plugins/sdk/inventory.c: what an account holds, as far as the key and the budget let one see. */
#include <stdio.h>
#include <string.h>

#include "sdk/plugin.h"

enum {
    MARK_SIZE = 8, /* digits that stand for a detail which has been seen */
    MARKS_MAX = BW_PLUGIN_MEMORY_MAX - 2 * BW_ENTRY_ID_MAX, /* beside where a run has ended */
};

struct run { /* of the details of one inventory */
    const struct bw_details *details;
    const char *known;   /* marks of what earlier runs have seen */
    struct bw_str marks; /* what the next one need not ask for */
    const char *last;    /* the last one that was asked for; NULL: none */
    size_t seen;         /* by this run or an earlier one */
};

static size_t first_of(const struct bw_plugin *plugin, const struct bw_names *ids);
static enum bw_err see(struct bw_plugin *plugin, struct run *run, size_t at);
static enum bw_err leave_off(struct bw_plugin *plugin, const struct run *run);

enum bw_err bw_emit_finding(struct bw_plugin *plugin, const struct bw_finding *finding)
{
    struct bw_error err = { 0 };
    if (plugin->entries == BW_FINDINGS_MAX) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "more than %d findings", BW_FINDINGS_MAX);
    }
    if (bw_finding_check(finding, &err) != BW_OK ||
        plugin->transport->find(plugin->transport->context, finding, &err) != BW_OK) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "finding %zu: %s", plugin->entries + 1,
                              err.text);
    }
    plugin->entries++;
    return BW_OK;
}

int64_t bw_fetches_left(const struct bw_plugin *plugin)
{
    int64_t max = plugin->fetches_max > 0 ? plugin->fetches_max : BW_PLUGIN_FETCHES_MAX;
    return max - plugin->fetches;
}

enum bw_err bw_note(struct bw_plugin *plugin, bool partial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *text = bw_xvasprintf(format, args);
    va_end(args);
    struct bw_error err = { 0 };
    if (plugin->transport->note(plugin->transport->context, text, partial, &err) != BW_OK) {
        return bw_plugin_fail(plugin, BW_FAILURE_SERVER, "%s", err.text);
    }
    return BW_OK;
}

bool bw_detail_is_hidden(struct bw_plugin *plugin, int status)
{
    bool hidden = status == 403 || status == 404 || status == 410;
    plugin->hidden += hidden;
    return hidden;
}

enum bw_err bw_fetch_detail(struct bw_plugin *plugin, const struct bw_fetch *request,
                            struct bw_json **out)
{
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    enum bw_err rc = bw_fetch(plugin, request, &response);
    return rc != BW_OK || bw_detail_is_hidden(plugin, response.status)
               ? rc
               : bw_response_json(plugin, request, &response, out);
}

enum bw_err bw_each_detail(struct bw_plugin *plugin, const struct bw_details *details)
{
    size_t count = details->ids->count;
    size_t first = first_of(plugin, details->ids);
    struct run run = {
        .details = details,
        .known = bw_json_text(bw_json_get(plugin->remembered, "seen"), ""),
    };
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < count; i++) {
        rc = see(plugin, &run, (first + i) % count);
    }
    if (rc == BW_OK && (run.seen < count || run.marks.size > 0)) {
        rc = leave_off(plugin, &run);
    }
    if (rc == BW_OK && plugin->hidden > 0) {
        rc = bw_note(plugin, false, "details of %zu %s are not visible with this key",
                     plugin->hidden, details->what);
    }
    bw_str_clear(&run.marks);
    return rc;
}

static bool is_marked(const char *marks, const char *mark)
{
    size_t size = strlen(marks);
    for (size_t at = 0; at + MARK_SIZE <= size; at += MARK_SIZE) {
        if (strncmp(marks + at, mark, MARK_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

/* Unless it has been seen for good, or the budget has ended. */
static enum bw_err see(struct bw_plugin *plugin, struct run *run, size_t at)
{
    const struct bw_details *details = run->details;
    const char *id = details->ids->items[at];
    char mark[MARK_SIZE + 1];
    (void)snprintf(mark, sizeof(mark), "%08x", (unsigned)bw_hash_text(BW_HASH_SEED, id));
    bool marked = details->settled && is_marked(run->known, mark);
    size_t hidden = plugin->hidden;
    if (!marked && bw_fetches_left(plugin) < details->cost) {
        return BW_OK;
    }
    enum bw_err rc = marked ? BW_OK : details->detail(plugin, at, details->context);
    run->seen++;
    run->last = marked ? run->last : id;
    bool seen = details->settled && plugin->hidden == hidden;
    if (seen && run->marks.size + MARK_SIZE <= MARKS_MAX) {
        bw_str_append(&run->marks, mark);
    }
    return rc;
}

/* After the one at which the last run ended; the beginning, when that one is not there any more. */
static size_t first_of(const struct bw_plugin *plugin, const struct bw_names *ids)
{
    const char *after = bw_json_text(bw_json_get(plugin->remembered, "after"), NULL);
    for (size_t i = 0; after != NULL && i < ids->count; i++) {
        if (strcmp(ids->items[i], after) == 0) {
            return (i + 1) % ids->count;
        }
    }
    return 0;
}

/* Where the next run goes on, and what it need not ask for. */
static enum bw_err leave_off(struct bw_plugin *plugin, const struct run *run)
{
    size_t count = run->details->ids->count;
    bool cut = run->seen < count && run->last != NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str memory = { 0 };
    struct bw_json_writer w = { .out = &memory };
    bw_json_object_begin(&w, NULL);
    if (cut) {
        bw_json_add_text(&w, "after", run->last);
    }
    if (run->marks.size > 0) {
        bw_json_add_text(&w, "seen", run->marks.text);
    }
    bw_json_object_end(&w);
    enum bw_err rc = cut || run->marks.size > 0 ? bw_remember(plugin, memory.text) : BW_OK;
    return rc != BW_OK || run->seen == count
               ? rc
               : bw_note(plugin, false,
                         "details of %zu of %zu %s; the others come with later polls, sooner with "
                         "a greater fetches_per_poll",
                         run->seen, count, run->details->what);
}
