/* plugins/ollama.c: the models that an Ollama server has pulled. A tag may move; times there are of
 * files, so none is a release. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry);
static int64_t parameters_of(const char *size);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *id = bw_row_id(plugin, row, "name");
    if (id == NULL) {
        return plugin->err.code;
    }
    const struct bw_json *details = bw_json_get(row, "details");
    const char *parent = bw_json_text(bw_json_get(details, "parent_model"), "");
    bool file = parent[0] == '/' || strchr(parent, '\\') != NULL; /* a blob, not a model */
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xstrdup(id),
        .family = bw_row_text(details, "family"),
        .parent = bw_xstrdup(file || parent[0] == '\0' ? NULL : parent),
        .parameters = parameters_of(bw_json_text(bw_json_get(details, "parameter_size"), "")),
    };
    read_capabilities(bw_json_get(row, "capabilities"), &entry);
    return bw_emit_entry(plugin, &entry);
}

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry)
{
    if (bw_row_lists(capabilities, "embedding")) {
        entry->input = BW_TEXT;
        entry->output = BW_EMBEDDING;
    } else if (bw_row_lists(capabilities, "completion")) {
        entry->input = (unsigned)BW_TEXT |
                       (bw_row_lists(capabilities, "vision") ? (unsigned)BW_IMAGE : 0U);
        entry->output = BW_TEXT;
    }
}

/* "134.52M", "8B"; 0: not said. */
static int64_t parameters_of(const char *size)
{
    static const struct {
        char unit;
        double factor;
    } units[] = { { 'K', 1e3 }, { 'M', 1e6 }, { 'B', 1e9 }, { 'T', 1e12 } };
    char *end = NULL;
    double number = strtod(size, &end);
    for (size_t i = 0; i < BW_COUNT(units); i++) {
        if (end != size && end[0] == units[i].unit && end[1] == '\0' && number > 0 &&
            number < 1e6) {
            return (int64_t)(number * units[i].factor + 0.5);
        }
    }
    return 0;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/tags";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "models", .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_ollama = { .name = "ollama", .catalog = catalog };
