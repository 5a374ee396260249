/* daemon/cli/scan/report.c: see report.h. */
#include "cli/scan/report.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "cli/table.h"
#include "codec/json.h"

static const struct bw_column COLUMNS[] = {
    { "WHERE", NULL, BW_CELL_TEXT },     { "ID", NULL, BW_CELL_TEXT },
    { "CLASS", NULL, BW_CELL_TEXT },     { "PATCH", NULL, BW_CELL_TEXT },
    { "STATUS", NULL, BW_CELL_STATE },   { "SINCE", NULL, BW_CELL_TEXT },
    { "CANDIDATE", NULL, BW_CELL_TEXT },
};

static const char *since_text(const struct bw_scan_verdict *verdict, char *out)
{
    return verdict->since_ms == 0 ? NULL : bw_instant_format_day(verdict->since_ms, out);
}

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

void bw_scan_print_table(const struct bw_scan_result *result, const struct bw_screen *screen)
{
    BW_CLEANUP(bw_table_clear) struct bw_table table = bw_table_of(COLUMNS, BW_COUNT(COLUMNS));
    BW_VEC_EACH(const struct bw_found, found, &result->found)
    {
        char day[BW_INSTANT_TEXT];
        const struct bw_scan_verdict *verdict = bw_found_verdict(result, found);
        BW_CLEANUP(bw_freep)
        char *where = bw_xasprintf("%s:%zu:%zu", found->file, found->line, found->column);
        bw_table_add(&table, where);
        bw_table_add(&table, found->id);
        bw_table_add(&table, bw_scan_class_word(found->class));
        bw_table_add(&table, found->patchable ? "yes" : "no");
        bw_table_add(&table, verdict->status);
        bw_table_add(&table, or_dash(since_text(verdict, day)));
        bw_table_add(&table, or_dash(verdict->candidate));
    }
    bw_table_print(&table, screen, stdout);
}

void bw_scan_print_json(const struct bw_scan_result *result)
{
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    struct bw_json_writer w = { .out = &out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "schema", "basewatch/scan/v1");
    bw_json_array_begin(&w, "hits");
    BW_VEC_EACH(const struct bw_found, found, &result->found)
    {
        const struct bw_scan_verdict *verdict = bw_found_verdict(result, found);
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "file", found->file);
        bw_json_add_i64(&w, "line", (int64_t)found->line);
        bw_json_add_i64(&w, "col", (int64_t)found->column);
        bw_json_add_text(&w, "id", found->id);
        bw_json_add_text(&w, "platform", verdict->platform);
        bw_json_add_text(&w, "class", bw_scan_class_word(found->class));
        bw_json_add_bool(&w, "patchable", found->patchable);
        bw_json_add_text(&w, "candidate", verdict->candidate);
        bw_json_add_text(&w, "status", verdict->status);
        bw_json_add_day(&w, "since", verdict->since_ms);
        bw_json_object_end(&w);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    (void)puts(out.text);
}

/* ---- SARIF ---- */

static const struct {
    const char *status; /* is the rule's id, too */
    const char *level;
    const char *what;
} RULES[] = {
    { "retired", "error", "The model is no longer served" },
    { "deprecated", "warning", "The model is going to be retired" },
    { "superseded", "note", "A newer model of the same line is out" },
    { "current", "none", "The model is current" },
};

static const char *level_of(const char *status)
{
    for (size_t i = 0; i < BW_COUNT(RULES); i++) {
        if (strcmp(RULES[i].status, status) == 0) {
            return RULES[i].level;
        }
    }
    return "none";
}

static void add_message(struct bw_json_writer *w, const char *name, const char *text)
{
    bw_json_object_begin(w, name);
    bw_json_add_text(w, "text", text);
    bw_json_object_end(w);
}

static void add_tool(struct bw_json_writer *w)
{
    bw_json_object_begin(w, "tool");
    bw_json_object_begin(w, "driver");
    bw_json_add_text(w, "name", "basewatch");
    bw_json_add_text(w, "version", BW_VERSION);
    bw_json_array_begin(w, "rules");
    for (size_t i = 0; i < BW_COUNT(RULES); i++) {
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "id", RULES[i].status);
        add_message(w, "shortDescription", RULES[i].what);
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
    bw_json_object_end(w);
    bw_json_object_end(w);
}

static char *sentence_on(const struct bw_found *found, const struct bw_scan_verdict *verdict)
{
    char day[BW_INSTANT_TEXT];
    const char *since = since_text(verdict, day);
    return bw_xasprintf("%s (%s) is %s%s%s%s%s", found->id, bw_scan_class_word(found->class),
                        verdict->status, since == NULL ? "" : " since ", since == NULL ? "" : since,
                        verdict->candidate == NULL ? "" : "; the newest is ",
                        verdict->candidate == NULL ? "" : verdict->candidate);
}

static void add_location(struct bw_json_writer *w, const struct bw_found *found)
{
    BW_CLEANUP(bw_str_clear) struct bw_str uri = { 0 };
    for (const char *part = found->file; *part != '\0';) { /* slashes stay */
        BW_CLEANUP(bw_freep) char *name = bw_xstrndup(part, strcspn(part, "/"));
        bw_str_append_url(&uri, name);
        part += strlen(name);
        if (*part == '/') {
            bw_str_append(&uri, "/");
            part++;
        }
    }
    bw_json_array_begin(w, "locations");
    bw_json_object_begin(w, NULL);
    bw_json_object_begin(w, "physicalLocation");
    bw_json_object_begin(w, "artifactLocation");
    bw_json_add_text(w, "uri", uri.text);
    bw_json_object_end(w);
    bw_json_object_begin(w, "region");
    bw_json_add_i64(w, "startLine", (int64_t)found->line);
    bw_json_add_i64(w, "startColumn", (int64_t)found->column);
    bw_json_add_i64(w, "endColumn", (int64_t)(found->column + strlen(found->id)));
    bw_json_object_end(w);
    bw_json_object_end(w);
    bw_json_object_end(w);
    bw_json_array_end(w);
}

void bw_scan_print_sarif(const struct bw_scan_result *result)
{
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    struct bw_json_writer w = { .out = &out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    bw_json_add_text(&w, "version", "2.1.0");
    bw_json_array_begin(&w, "runs");
    bw_json_object_begin(&w, NULL);
    add_tool(&w);
    bw_json_array_begin(&w, "results");
    BW_VEC_EACH(const struct bw_found, found, &result->found)
    {
        const struct bw_scan_verdict *verdict = bw_found_verdict(result, found);
        BW_CLEANUP(bw_freep) char *sentence = sentence_on(found, verdict);
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "ruleId", verdict->status);
        bw_json_add_text(&w, "level", level_of(verdict->status));
        add_message(&w, "message", sentence);
        add_location(&w, found);
        bw_json_object_end(&w);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    (void)puts(out.text);
}
