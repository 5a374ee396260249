/* daemon/cli/scan/register.c: see register.h. The file is edited as lines, so that what people
 * wrote keeps its comments and its order, and the new text is read as a configuration before it
 * takes the old one's place. */
#include "cli/scan/register.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cli/place.h"
#include "cli/rewrite.h"
#include "cli/text.h"
#include "codec/config.h"
#include "codec/json.h"
#include "codec/yaml.h"

#define MARK "# scan"

enum { SLUG_MAX = 160 };

struct planned { /* a deployment as it is to stand in the file */
    char *name;
    const char *platform;
    const char *model;
    bool rag;
    struct bw_place at;
    bool written;
};
struct plan BW_VEC(struct planned);

struct edit {
    struct plan *plan;
    const char *text;
    struct bw_str out;
    size_t list_end; /* in out: behind the last entry; 0: there is no list yet */
    size_t indent;   /* of the entries' dashes */
};

static enum bw_err make_plan(const struct bw_scan_result *result, const char *folder,
                             const char *path, struct plan *plan, struct bw_error *err);
static enum bw_err drop_known(struct plan *plan, const char *path, const char *text,
                              struct bw_error *err);
static enum bw_err edit_text(struct edit *edit, const char *path, struct bw_error *err);
static bw_rewrite_check check_file;

static void planned_clear(struct planned *planned)
{
    free(planned->name);
    bw_place_clear(&planned->at);
}

static void plan_clear(struct plan *plan)
{
    BW_VEC_CLEAR(plan, planned_clear);
}

static enum bw_err read_old(const char *path, char **text, struct bw_error *err)
{
    size_t size = 0;
    enum bw_err rc = bw_file_read(path, BW_CONFIG_FILE_BYTES_MAX, text, &size, err);
    if (rc == BW_ERR_NOTFOUND) {
        *text = bw_xstrdup("");
        return BW_OK;
    }
    if (rc == BW_OK && strlen(*text) != size) {
        return bw_fail(err, BW_ERR_INVALID, "%s: not text", path);
    }
    return rc == BW_OK ? BW_OK : bw_error_prefix(err, "%s: ", path);
}

enum bw_err bw_scan_register(const struct bw_scan_result *result, const char *folder,
                             const char *path, struct bw_error *err)
{
    BW_CLEANUP(plan_clear) struct plan plan = { 0 };
    BW_CLEANUP(bw_freep) char *text = NULL;
    enum bw_err rc = read_old(path, &text, err);
    if (rc == BW_OK) {
        rc = make_plan(result, folder, path, &plan, err);
    }
    if (rc == BW_OK && text[0] != '\0') {
        rc = drop_known(&plan, path, text, err);
    }
    struct edit edit = { .plan = &plan, .text = text };
    if (rc == BW_OK) {
        rc = edit_text(&edit, path, err);
    }
    if (rc == BW_OK && strcmp(edit.out.text, text) != 0) {
        rc = bw_rewrite(path, edit.out.text, edit.out.size, check_file, err);
    }
    bw_str_clear(&edit.out);
    return rc;
}

/* ---- what is to be registered ---- */

static void note(const struct bw_found *found, const char *why)
{
    BW_CLEANUP(bw_freep)
    char *line =
        bw_xasprintf("%s:%zu: %s is not registered: %s", found->file, found->line, found->id, why);
    bw_text_print(stderr, line);
}

/* `services/help/config.yaml`, `model` become services-help-config.yaml-model: no line and no model
 * in it, so that the name outlives a swap. */
static char *name_of(const struct bw_found *found)
{
    BW_CLEANUP(bw_freep) char *whole = bw_xasprintf("%s-%s", found->file, found->key);
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    bw_str_append(&out, "");
    for (const char *c = whole; *c != '\0'; c++) {
        bool plain = isalnum((unsigned char)*c) != 0 || *c == '.' || *c == '_';
        bool joint = out.size > 0 && out.text[out.size - 1] != '-';
        char byte = plain ? *c : '-';
        if (plain || joint) {
            bw_str_append_bytes(&out, &byte, 1);
        }
    }
    while (out.size > 0 && out.text[out.size - 1] == '-') {
        out.text[--out.size] = '\0';
    }
    if (out.size > SLUG_MAX) {
        uint64_t hash = bw_hash_text(BW_HASH_SEED, whole);
        return bw_xasprintf("%.*s-%08x", SLUG_MAX, out.text, (unsigned)hash);
    }
    return bw_str_take(&out);
}

static bool is_planned(const struct plan *plan, const char *name)
{
    BW_VEC_EACH(const struct planned, planned, plan)
    {
        if (strcmp(planned->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void make_name_unique(const struct plan *plan, char **name)
{
    BW_CLEANUP(bw_freep) char *first = bw_xstrdup(*name);
    for (unsigned i = 2; is_planned(plan, *name); i++) {
        free(*name);
        *name = bw_xasprintf("%s-%u", first, i);
    }
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one = { 0 };
    struct stat other = { 0 };
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static void plan_one(const struct bw_scan_result *result, const struct bw_found *found,
                     const char *file, struct plan *plan)
{
    const struct bw_scan_verdict *verdict = bw_found_verdict(result, found);
    if (!found->first) {
        note(found, "its line names it before");
        return;
    }
    if (verdict->platform == NULL) {
        note(found, "nothing tells the platform");
        return;
    }
    struct planned planned = { .platform = verdict->platform,
                               .model = found->id,
                               .rag = found->rag };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *where = bw_xasprintf("%s:%zu", file, found->line);
    if (bw_place_capture(where, &planned.at, &err) != BW_OK) {
        note(found, err.text);
        return;
    }
    if (planned.at.repo == NULL) {
        bw_replace(&planned.at.file, found->file);
    }
    planned.name = name_of(found);
    make_name_unique(plan, &planned.name);
    BW_VEC_PUSH(plan, planned);
}

static enum bw_err make_plan(const struct bw_scan_result *result, const char *folder,
                             const char *path, struct plan *plan, struct bw_error *err)
{
    BW_VEC_EACH(const struct bw_found, found, &result->found)
    {
        BW_CLEANUP(bw_freep) char *file = bw_xasprintf("%s/%s", folder, found->file);
        if (found->patchable && !is_same_file(file, path)) {
            plan_one(result, found, file, plan);
        }
    }
    if (plan->count > 10000) {
        return bw_fail(err, BW_ERR_TOOBIG, "%s: %zu places are more than a file may hold", path,
                       plan->count);
    }
    return BW_OK;
}

/* ---- what somebody wrote by hand ---- */

static bool is_marked(const char *line, size_t size)
{
    while (size > 0 && isspace((unsigned char)line[size - 1]) != 0) {
        size--;
    }
    size_t mark = strlen(MARK);
    return size > mark && memcmp(line + size - mark, MARK, mark) == 0;
}

/* The name on the first line of an entry of ours; NULL: not ours. Ownership: the caller's. */
static char *marked_name(const char *line, size_t size)
{
    BW_CLEANUP(bw_freep) char *text = bw_xstrndup(line, size);
    const char *quote = strchr(text, '"');
    const char *end = strrchr(text, '"');
    BW_CLEANUP(bw_json_freep) struct bw_json *name = NULL;
    if (!is_marked(line, size) || strstr(text, "- name: \"") == NULL || end == quote ||
        bw_json_parse(quote, (size_t)(end - quote) + 1, &name, NULL) != BW_OK) {
        return NULL;
    }
    return bw_xstrdup(bw_json_text(name, NULL));
}

static size_t line_size(const char *text)
{
    size_t size = strcspn(text, "\n");
    return size + (text[size] == '\n' ? 1 : 0);
}

static bool is_ours(const char *text, const char *name)
{
    for (; *text != '\0'; text += line_size(text)) {
        BW_CLEANUP(bw_freep) char *marked = marked_name(text, line_size(text));
        if (bw_str_equal(marked, name)) {
            return true;
        }
    }
    return false;
}

static bool speaks_of(const struct bw_deployment *deployment, const struct planned *planned)
{
    bool place =
        bw_str_equal(deployment->at.file, planned->at.file) &&
        deployment->at.line == planned->at.line &&
        (deployment->at.repo == NULL || bw_str_equal(deployment->at.repo, planned->at.repo));
    return place || strcmp(deployment->name, planned->name) == 0;
}

static enum bw_err drop_known(struct plan *plan, const char *path, const char *text,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments known = { 0 };
    enum bw_err rc = bw_config_read_deployments(path, &known, err);
    if (rc != BW_OK) {
        return rc;
    }
    BW_VEC_EACH(const struct bw_deployment, deployment, &known)
    {
        if (is_ours(text, deployment->name)) {
            continue;
        }
        size_t kept = 0;
        for (size_t i = 0; i < plan->count; i++) {
            if (speaks_of(deployment, &plan->items[i])) {
                planned_clear(&plan->items[i]);
            } else {
                plan->items[kept++] = plan->items[i];
            }
        }
        plan->count = kept;
    }
    return BW_OK;
}

/* ---- the edit ---- */

static void write_quoted(struct edit *edit, const char *key, const char *text)
{
    bw_str_appendf(&edit->out, "%*s%s: ", (int)edit->indent + 2, "", key);
    bw_yaml_quote(&edit->out, text);
    bw_str_append(&edit->out, "\n");
}

static void write_place(struct edit *edit, const struct bw_place *at)
{
    bw_str_appendf(&edit->out, "%*sat: {", (int)edit->indent + 2, "");
    if (at->repo != NULL) {
        bw_str_append(&edit->out, "repo: ");
        bw_yaml_quote(&edit->out, at->repo);
        bw_str_append(&edit->out, ", ");
    }
    bw_str_append(&edit->out, "file: ");
    bw_yaml_quote(&edit->out, at->file);
    bw_str_appendf(&edit->out, ", line: %" PRId64 ", context: ", at->line);
    bw_yaml_quote(&edit->out, at->context);
    bw_str_append(&edit->out, "}\n");
}

static void write_new(struct edit *edit, struct planned *planned)
{
    bw_str_appendf(&edit->out, "%*s- name: ", (int)edit->indent, "");
    bw_yaml_quote(&edit->out, planned->name);
    bw_str_append(&edit->out, " " MARK "\n");
    bw_str_appendf(&edit->out, "%*stechnique: %s\n", (int)edit->indent + 2, "",
                   bw_technique_word(planned->rag ? BW_TECHNIQUE_RAG : BW_TECHNIQUE_PROMPT));
    write_quoted(edit, "platform", planned->platform);
    write_quoted(edit, "model", planned->model);
    write_place(edit, &planned->at);
    planned->written = true;
}

static size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

static bool is_blank(const char *line)
{
    size_t indent = strspn(line, " \t\r");
    return line[indent] == '\n' || line[indent] == '\0' || line[indent] == '#';
}

/* An entry reaches to the last line that is indented deeper than its dash. */
static const char *entry_end(const char *entry)
{
    size_t indent = indent_of(entry);
    const char *end = entry + line_size(entry);
    for (const char *line = end; *line != '\0'; line += line_size(line)) {
        if (!is_blank(line) && indent_of(line) <= indent) {
            break;
        }
        end = is_blank(line) && indent_of(line) <= indent ? end : line + line_size(line);
    }
    return end;
}

static struct planned *planned_of(struct plan *plan, const char *name)
{
    BW_VEC_EACH(struct planned, planned, plan)
    {
        if (strcmp(planned->name, name) == 0) {
            return planned;
        }
    }
    return NULL;
}

/* Copy an entry of ours, its model and place rewritten where they stand. */
static void write_over(struct edit *edit, const char *entry, const char *end,
                       struct planned *planned)
{
    bool model = false;
    bool at = false;
    size_t key_indent = indent_of(entry) + 2;
    for (const char *line = entry; line < end;) {
        const char *key = line + indent_of(line);
        bool own = indent_of(line) == key_indent;
        const char *next = line + line_size(line);
        if (own && bw_str_starts_with(key, "model:")) {
            write_quoted(edit, "model", planned->model);
            model = true;
        } else if (own && bw_str_starts_with(key, "at:")) {
            write_place(edit, &planned->at);
            at = true;
            while (next < end && indent_of(next) > key_indent) {
                next += line_size(next);
            }
        } else {
            bw_str_append_bytes(&edit->out, line, (size_t)(next - line));
        }
        line = next;
    }
    if (!model) {
        write_quoted(edit, "model", planned->model);
    }
    if (!at) {
        write_place(edit, &planned->at);
    }
    planned->written = true;
}

static const char *copy_entry(struct edit *edit, const char *entry)
{
    const char *end = entry_end(entry);
    BW_CLEANUP(bw_freep) char *name = marked_name(entry, line_size(entry));
    edit->indent = indent_of(entry);
    struct planned *planned = name == NULL ? NULL : planned_of(edit->plan, name);
    if (name == NULL) {
        bw_str_append_bytes(&edit->out, entry, (size_t)(end - entry));
    } else if (planned != NULL) {
        write_over(edit, entry, end, planned);
    }
    edit->list_end = edit->out.size;
    return end;
}

static bool is_list_key(const char *line)
{
    static const char key[] = "deployments:";
    return bw_str_starts_with(line, key) && is_blank(line + sizeof(key) - 1);
}

static void end_last_line(struct bw_str *out)
{
    if (out->size > 0 && out->text[out->size - 1] != '\n') {
        bw_str_append(out, "\n");
    }
}

static void copy_all(struct edit *edit)
{
    bool inside = false;
    bool only = true; /* no line of the list has told its indentation */
    for (const char *line = edit->text; *line != '\0';) {
        bool dash =
            inside && line[indent_of(line)] == '-' && (only || indent_of(line) == edit->indent);
        if (dash) {
            only = false;
            line = copy_entry(edit, line);
            continue;
        }
        bool key = is_list_key(line);
        inside = key || (inside && (is_blank(line) || indent_of(line) > 0));
        bw_str_append_bytes(&edit->out, line, line_size(line));
        line += line_size(line);
        if (key) {
            edit->list_end = edit->out.size;
        }
    }
}

static enum bw_err edit_text(struct edit *edit, const char *path, struct bw_error *err)
{
    bw_str_append(&edit->out, "");
    edit->indent = 2;
    copy_all(edit);
    size_t fresh = 0;
    BW_VEC_EACH(const struct planned, planned, edit->plan)
    {
        fresh += planned->written ? 0 : 1;
    }
    if (fresh == 0) {
        return BW_OK;
    }
    if (edit->list_end == 0 && strstr(edit->text, "deployments") != NULL) {
        return bw_fail(err, BW_ERR_INVALID,
                       "%s: error: write 'deployments:' on a line of its own and each of them "
                       "below as '- name: ..'",
                       path);
    }
    if (edit->list_end == 0) {
        end_last_line(&edit->out);
        bw_str_append(&edit->out, "deployments:\n");
        edit->list_end = edit->out.size;
    }
    BW_CLEANUP(bw_freep) char *rest = bw_xstrdup(edit->out.text + edit->list_end);
    edit->out.size = edit->list_end;
    edit->out.text[edit->list_end] = '\0';
    end_last_line(&edit->out);
    BW_VEC_EACH(struct planned, planned, edit->plan)
    {
        if (!planned->written) {
            write_new(edit, planned);
        }
    }
    bw_str_append(&edit->out, rest);
    return BW_OK;
}

/* ---- writing ---- */

static enum bw_err check_file(const char *path, struct bw_error *err)
{
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments deployments = { 0 };
    return bw_config_read_deployments(path, &deployments, err);
}
