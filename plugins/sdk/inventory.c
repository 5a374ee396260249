/* plugins/sdk/inventory.c: what an account holds, as far as the key and the budget let one see. */
#include <string.h>

#include "sdk/plugin.h"

static size_t first_of(const struct bw_plugin *plugin, const struct bw_names *ids);
static enum bw_err leave_off(struct bw_plugin *plugin, const struct bw_details *details,
                             size_t seen, const char *last);

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

enum bw_err bw_each_detail(struct bw_plugin *plugin, const struct bw_details *details)
{
    size_t count = details->ids->count;
    size_t first = first_of(plugin, details->ids);
    size_t seen = 0;
    while (seen < count && bw_fetches_left(plugin) >= details->cost) {
        enum bw_err rc =
            details->detail(plugin, (first + seen) % count, details->context);
        if (rc != BW_OK) {
            return rc;
        }
        seen++;
    }
    if (seen == count) {
        return BW_OK;
    }
    const char *last = seen == 0 ? NULL : details->ids->items[(first + seen - 1) % count];
    return leave_off(plugin, details, seen, last);
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

static enum bw_err leave_off(struct bw_plugin *plugin, const struct bw_details *details,
                             size_t seen, const char *last)
{
    if (last != NULL) {
        BW_CLEANUP(bw_str_clear) struct bw_str memory = { 0 };
        struct bw_json_writer w = { .out = &memory };
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "after", last);
        bw_json_object_end(&w);
        enum bw_err rc = bw_remember(plugin, memory.text);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return bw_note(plugin, false,
                   "details of %zu of %zu %s; the others come with later polls, sooner with a "
                   "greater fetches_per_poll",
                   seen, details->ids->count, details->what);
}
