/* plugins/mistral.c: Mistral's model list: OpenAI's rows with aliases, capabilities, and the day a
 * model retires. Every alias is a row as well; one id may come twice, and the first row counts. */
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "mistral_own.h"
#include "model_row.h"
#include "sdk/list.h"
#include "sdk/row.h"

static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry);

static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    /* `created` is the time of the request, on every row. */
    enum bw_err rc = bw_model_row_read(plugin, row, false, &entry);
    if (rc != BW_OK) {
        return rc;
    }
    if (strcmp(bw_json_text(bw_json_get(row, "type"), ""), "fine-tuned") == 0) {
        bw_replace(&entry.maker, NULL); /* owned_by is the workspace */
        bw_replace(&entry.parent, bw_json_text(bw_json_get(row, "root"), entry.parent));
    }
    int64_t retires_ms = bw_row_time(row, "deprecation");
    bw_entry_add_date(&entry, BW_CLOCK_INFERENCE, BW_CERTAINTY_FIRM, retires_ms,
                      "deprecation of the model list");
    entry.life = retires_ms != 0 ? BW_LIFE_DEPRECATED : entry.life;
    entry.replacement = bw_row_text(row, "deprecation_replacement_model");
    read_capabilities(bw_json_get(row, "capabilities"), &entry);
    return bw_emit_entry(plugin, &entry);
}

/* There is no capability for embedders: they have none of these. */
static void read_capabilities(const struct bw_json *capabilities, struct bw_entry *entry)
{
    if (!bw_json_is_object(capabilities)) {
        return;
    }
    static const char *const writes[] = { "completion_chat", "completion_fim", "ocr",
                                          "audio_transcription" };
    for (size_t i = 0; i < BW_COUNT(writes); i++) {
        if (bw_row_true(capabilities, writes[i])) {
            entry->output = BW_TEXT;
        }
    }
    if (bw_row_true(capabilities, "completion_chat")) {
        entry->input |= (unsigned)BW_TEXT;
    }
    if (bw_row_true(capabilities, "vision")) {
        entry->input |= (unsigned)BW_IMAGE;
    }
    if (bw_row_true(capabilities, "audio") || bw_row_true(capabilities, "audio_transcription")) {
        entry->input |= (unsigned)BW_AUDIO;
    }
    entry->tunable = bw_row_true(capabilities, "fine_tuning") ? BW_YES : BW_NO;
}

static enum bw_err catalog(struct bw_plugin *plugin)
{
    static char path[] = "/models";
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "data", .row = emit_row
    };
    return bw_list_read(plugin, &list);
}

const struct bw_plugin_descriptor bw_mistral = {
    .name = "mistral", .catalog = catalog, .inventory = bw_mistral_inventory
};
