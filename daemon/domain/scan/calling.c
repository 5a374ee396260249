/* daemon/domain/scan/calling.c: is an id the whole of a value that is called? See rules.h. */
#include "domain/scan/rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LOOP_BYTES = 80 };

static const char ONE_MODEL[] = "|model|engine|llm|provider|chat|completion|generator|";
/* Text for people, names of things, addresses: never what is called. */
static const char TEXT_KEY[] =
    "|description|desc|help|title|label|placeholder|comment|note|notes|message|msg|text|prompt|"
    "content|example|examples|summary|tooltip|tag|tags|image|img|icon|path|file|filename|dir|"
    "folder|href|link|homepage|author|docs|doc|keywords|topic|caption|heading|hint|question|"
    "answer|story|changelog|query|epilog|usage|synopsis|attribution|citation|instructions|metadata|labels|annotations|headers|";
/* The same at the end of a name that says model: modelLabel. */
static const char LABEL_KEY[] = "|label|labels|description|tooltip|hint|help|icon|caption|";
static const char LOG_CALL[] =
    "|print|println|printf|eprintln|log|logger|info|debug|warn|warning|error|errorf|fatal|fatalf|"
    "panic|sprintf|exception|raise|throw|puts|echo|trace|critical|assert|fail|notify|"
    "deprecate|mention|toast|alert|track|increment|attribute|attributes|metric|label|labels|gauge|"
    "histogram|"
    "counter|tag|tags|cat|annotate|row|cell|import|require|header|headers|fprint|fprintln|fprintf|"
    "logf|"
    "infof|warnf|debugf|";

/* What a URL says before the model, or behind it, when it is called and not read about. */
static bool is_url_of_method(const struct bw_scan_context *c)
{
    static const char *const AFTER[] = {
        ":generateContent", ":streamGenerateContent", "/invoke",      "/converse", ":predict",
        ":rawPredict",      ":streamRawPredict",      "/completions", "/chat"
    };
    for (size_t i = 0; i < BW_COUNT(AFTER); i++) {
        if (bw_slice_starts(c->suffix, AFTER[i])) {
            return true;
        }
    }
    return false;
}

static bool is_url_of_call(const struct bw_scan_context *c)
{
    struct bw_slice url = c->prefix;
    return (bw_slice_contains(url, "://") || bw_slice_starts(url, "/")) &&
           (bw_slice_contains(url, "//api") || bw_slice_contains(url, "api.") ||
            bw_slice_contains(url, "googleapis") || bw_slice_contains(url, "amazonaws") ||
            bw_slice_contains(url, "localhost") || bw_slice_contains(url, "/models/") ||
            bw_slice_contains(url, "/model/") || bw_slice_contains(url, "model=")) &&
           !bw_slice_contains(url, "docs") && !bw_slice_contains(url, "//huggingface.co/");
}

/* taskModels, MODEL_FOR, modelByJob: its keys are tasks, whatever they are called. */
static bool maps_tasks(struct bw_slice name)
{
    return any(name, "|models|task|tasks|job|jobs|routes|") ||
           (any(name, "|model|") && any(name, "|for|by|per|"));
}

/* `--model X`, `"model": "X"` inside a longer text. */
static bool names_model_inside(const struct bw_scan_context *c)
{
    struct bw_slice prefix = c->prefix;
    bool vendor = bw_slice_ends(prefix, "/") || bw_slice_ends(prefix, ":");
    while (vendor && prefix.size > 0 && strchr(" =\"'", prefix.at[prefix.size - 1]) == NULL) {
        prefix.size--; /* vendor/X, vendor:kind:X */
    }
    struct bw_slice name = bw_scan_last_name(prefix);
    struct bw_slice gap =
        bw_slice_of(name.at, name.size, (size_t)(prefix.at + prefix.size - name.at));
    bool selector = name.at - prefix.at > 1 && name.at[-1] == '{' && bw_model_id_char(name.at[-2]);
    bool near = name.size > 0 && gap.size <= 8 && !selector; /* PromQL: calls{model="X"} */
    bool bound = prefix.size > 0 && strchr("=:\"' \\", prefix.at[prefix.size - 1]) != NULL;
    bool flag = bw_slice_starts(name, "-");
    bool quoted = bw_slice_contains(gap, ":") &&
                  (bw_slice_contains(gap, "\"") || bw_slice_contains(gap, "'"));
    if (near && quoted && maps_tasks(c->key)) { /* ROUTES: '{"reply": "X"}' */
        return true;
    }
    if (vendor && near && bw_slice_starts(name, "-") && !bw_slice_starts(name, "--")) {
        return true; /* -r openai:chat:X */
    }
    return near && bound && (flag || quoted || bw_slice_contains(gap, "=")) &&
           bw_scan_words_last(name, "|model|engine|m|id|llm|default|");
}

static bool has_blank(struct bw_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (isspace((unsigned char)text.at[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* MODELS="a b"; for m in $MODELS */
static bool is_looped_words(const struct bw_scan_context *c)
{
    char loop[LOOP_BYTES];
    (void)snprintf(loop, sizeof(loop), " in $%.*s;", (int)c->key.size, c->key.at);
    return language_is(c, BW_LANG_SHELL) && c->key.size > 0 && c->key.size < 60 &&
           bw_slice_contains(c->file->text, loop);
}

/* The whole of a value, but for the platform in front and a tag behind. */
static bool is_whole(const struct bw_scan_context *c)
{
    if (has_blank(c->prefix) || has_blank(c->suffix)) {
        return is_looped_words(c);
    }
    bool path = bw_slice_ends(c->before, "/") && !bw_slice_ends(c->before, "//");
    if (path || bw_slice_contains(c->suffix, "{")) { /* a path, a key */
        return false;
    }
    if (bw_slice_contains(c->prefix, "://")) { /* an address is called, or read about */
        return false;
    }
    if (c->prefix.size > 0 && !bw_scan_names_vendor(c)) {
        char last = c->prefix.at[c->prefix.size - 1];
        static const char HOLDERS[] = "|models|model|publishers|foundation|inference|profile|";
        bool folder = last == '/' && !any(c->prefix, HOLDERS);
        bool tag = last == ':' && bw_slice_contains(c->prefix, "/"); /* of an image */
        if (folder || tag || strchr("/:=,{-", last) == NULL) {
            return false;
        }
    }
    return c->suffix.size == 0 || strchr(":,}/", c->suffix.at[0]) != NULL;
}

/* `run: |`: what follows is shell. */
static bool in_script(const struct bw_scan_context *c)
{
    struct bw_slice head = c->parent_count > 0 ? c->parents[0] : (struct bw_slice){ "", 0 };
    return bw_slice_starts(head, "run:") || bw_slice_starts(head, "script:") ||
           bw_slice_starts(head, "bash:") || bw_slice_starts(head, "before_script:");
}

/* "{{ title_model | default('X') }}", "${{ inputs.model || 'X' }}", "${MODEL:-X}" */
static bool is_default_inside(const struct bw_scan_context *c)
{
    static const char *const FORMS[] = { "default(", "||", "??", ":-" };
    struct bw_slice left = c->prefix;
    while (left.size > 0 && strchr(" \"'\\", left.at[left.size - 1]) != NULL) {
        left.size--;
    }
    bool inside = bw_slice_contains(left, "{{") || bw_slice_contains(left, "${");
    for (size_t i = 0; i < BW_COUNT(FORMS) && inside; i++) {
        if (bw_slice_ends(left, FORMS[i])) {
            return true;
        }
    }
    /* {{ var("title_model", "X") }} */
    return inside && bw_slice_ends(left, ",") && any(left, BW_MODEL_WORDS);
}

/* In a line of shell or in plain YAML nothing marks where a value begins and ends. */
static bool is_prose(const struct bw_scan_context *c)
{
    if (c->spot.in_string) {
        return false;
    }
    bool plain =
        (language_is(c, BW_LANG_YAML) && !in_script(c)) || language_is(c, BW_LANG_SETTINGS);
    bool set = c->id.at > c->line.at && c->id.at[-1] == '='; /* MODEL=X command */
    if (set && language_is(c, BW_LANG_TERRAFORM)) { /* in a text that is written to a file */
        return false;
    }
    if (!plain && !language_is(c, BW_LANG_YAML) && !language_is(c, BW_LANG_SHELL) &&
        !language_is(c, BW_LANG_HASH)) {
        return true; /* code has its values in quotes */
    }
    if (bw_slice_ends(frame_of(c, 0)->head, "%w")) { /* Ruby's list of words */
        return false;
    }
    if (plain && frame_of(c, 0)->open == '(') { /* label: small (was X) */
        return !names_model_inside(c);
    }
    bool bound = c->key.size > 0 || c->listed || c->frame_count > 0;
    bool more = c->trail.size > 0 && strchr("#,]})\"';/", c->trail.at[0]) == NULL &&
                !bw_slice_starts(c->trail, "--") && c->trail.at[0] != '\\' &&
                c->trail.at[0] != '&' && c->trail.at[0] != '|';
    return plain && (!bound || more) && !set && !names_model_inside(c);
}

/* The heading `model:` over `name: x`, or the name beside `value: x`. */
static bool name_belongs_to_model(const struct bw_scan_context *c)
{
    if (any(frame_of(c, 0)->name, ONE_MODEL)) {
        return true;
    }
    char room[BW_SCAN_MEMBERS_BYTES];
    struct bw_slice members = bw_scan_members(c, 0, room);
    bool provided = any(members, "|provider|") && !any(members, "|model|models|");
    return provided || (c->parent_count > 0 && any(c->parents[0], ONE_MODEL));
}

static bool is_named_otherwise(const struct bw_scan_context *c)
{
    if (c->key.size == 0 || bw_scan_words_last(c->key, "|model|engine|llm|")) {
        return false;
    }
    if (any(c->key, "|cached|")) {
        return true;
    }
    if (bw_scan_words_last(c->key, "|value|") && any(frame_of(c, 0)->name, ONE_MODEL)) {
        return false; /* model: { mode: list, value: X } */
    }
    if (bw_scan_words_last(c->key, "|value|")) {
        struct bw_slice name = bw_scan_named_beside(c);
        if (name.size == c->id.size && memcmp(name.at, c->id.at, name.size) == 0) {
            return true; /* { name: "X", value: "X" } */
        }
        return name.size > 0 && (any(name, BW_LISTING_WORDS) || any(name, BW_DEPLOYED_WORDS) ||
                                 !(any(name, BW_MODEL_WORDS) || any(name, BW_SPEAKING_WORDS)));
    }
    if (bw_slice_ends(c->prefix, ":") && bw_scan_names_vendor(c)) {
        return false; /* text: openai:chat:X is no text */
    }
    if (c->key.size == 4 && bw_scan_words_last(c->key, "|name|") && c->prefix.size == 0) {
        return !name_belongs_to_model(c);
    }
    struct bw_slice map = frame_of(c, 0)->data  ? frame_of(c, 0)->name
                          : c->parent_count > 0 ? c->parents[0]
                                                : (struct bw_slice){ "", 0 };
    bool variable = language_is(c, BW_LANG_TERRAFORM) && bw_scan_words_last(map, "|default|");
    bool task = maps_tasks(variable ? frame_of(c, 1)->head : map);
    bool arm = bw_slice_ends(c->before, "=>") || bw_slice_ends(c->before, "->") ||
               bw_slice_ends_with_word(c->before, "to");
    bool quoted = strchr("\"'", c->key.at[c->key.size]) != NULL &&
                  !bw_slice_starts(bw_slice_trim(c->line), "case ");
    if (bw_scan_words_last(c->key, LABEL_KEY)) {
        return !task && !(arm && !quoted);
    }
    bool script = language_is(c, BW_LANG_JSON) && bw_slice_starts(map, "scripts");
    return any(c->key, TEXT_KEY) && !any(c->key, BW_MODEL_WORDS) && !task && !script &&
           !(arm && !quoted);
}

/* usage() { .. }, assert!(!streams("x")), ${MODEL:?take X} */
static bool in_told_block(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *inner = frame_of(c, 0);
    size_t until = inner->open == '{' ? (size_t)(c->id.at - inner->body.at) : 0;
    if (until > 0 && bw_slice_ends(inner->head, "$") &&
        bw_slice_contains(bw_slice_of(inner->body.at, 0, until), ":?")) {
        return true;
    }
    for (size_t i = 0; i < c->frame_count; i++) {
        const struct bw_scan_enclosing *frame = &c->frames[i];
        bool asserts = frame->open == '(' && any(bw_scan_last_part(frame->name), "|assert|");
        if (!frame->data && (asserts || bw_slice_ends(frame->head, "usage()"))) {
            return true;
        }
    }
    return false;
}

static bool is_told(const struct bw_scan_context *c)
{
    struct bw_slice line = bw_slice_trim(c->line);
    line = bw_slice_starts(line, "@") ? bw_slice_of(line.at, 1, line.size) : line;
    const char *run = memmem(line.at, line.size, "run: ", 5); /* - run: echo .. */
    line = language_is(c, BW_LANG_YAML) && run != NULL
               ? bw_slice_of(run, 5, (size_t)(line.at + line.size - run))
               : line;
    line = bw_slice_starts(line, "RUN ") ? bw_slice_of(line.at, 4, line.size) : line;
    bool kept = bw_slice_contains(line, ">") && bw_slice_contains(line, "="); /* >> $GITHUB_ENV */
    bool echo = (bw_slice_starts(line, "echo ") || bw_slice_starts(line, "printf ")) && !kept;
    bool label = language_is(c, BW_LANG_SHELL) && bw_slice_starts(line, "LABEL ");
    return echo || label || in_told_block(c) || any(bw_scan_last_part(bw_scan_any_call(c)), LOG_CALL) ||
           any(bw_scan_any_call(c),
               "|stderr|stdout|console|logger|logging|attribute|telemetry|analytics|posthog|"
               "zap|slog|attr|") ||
           bw_slice_starts(bw_slice_trim(c->lead), "Write-") ||
           (c->key.size == 0 &&
            (bw_slice_starts(line, "raise ") || bw_slice_starts(line, "throw ")));
}

static bool is_statement_of_sql(const struct bw_scan_context *c)
{
    bool calls = any(bw_scan_direct_call(c), BW_SPEAKING_WORDS "ai|cortex|complete|") ||
                 (any(c->key, BW_MODEL_WORDS) && bw_slice_contains(c->line, "CREATE MODEL"));
    return language_is(c, BW_LANG_SQL) && !calls && !bw_slice_contains(c->line, "DEFAULT") &&
           !bw_slice_contains(c->line, "default");
}

/* `vllm serve X`, `ollama run X` */
static bool follows_command(const struct bw_scan_context *c)
{
    struct bw_slice left = bw_slice_trim(c->lead);
    return (bw_slice_ends_with_word(left, "serve") || bw_slice_ends_with_word(left, "run") ||
            bw_slice_ends_with_word(left, "pull")) &&
           any(left, "|vllm|ollama|sglang|llm|tgi|lmdeploy|");
}

/* labels: { model: X }; a block of Terraform has a name of the team's own choice. */
static bool in_text_map(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *map = frame_of(c, 0);
    bool bound = map->head.size > 0 && strchr("=:(", map->head.at[map->head.size - 1]) != NULL;
    bool selector = language_is(c, BW_LANG_YAML) && map->open == '{' && map->head.size > 0 &&
                    bw_model_id_char(map->head.at[map->head.size - 1]) &&
                    map->head.at[map->head.size] == '{'; /* PromQL: calls{model="X"} */
    static const char BELOW[] = "|labels|annotations|metadata|tags|examples|example|";
    bool below = language_is(c, BW_LANG_YAML) && map->open == '\0' && c->parent_count > 0 &&
                 any(c->parents[0], BELOW);
    bool labels = map->open == '{' && map->head.size > 0 && map->head.at[map->head.size] == '{' &&
                  any(bw_scan_last_part(map->name), "|labels|attributes|");
    bool named = any(map->name, TEXT_KEY) && !bw_scan_words_last(map->name, "|model|models|");
    bool task = (c->parent_count > 0 && maps_tasks(c->parents[0])) ||
                maps_tasks(frame_of(c, 1)->name);
    return below || labels || selector || (bound && map->data && named && !task);
}

bool bw_scan_is_called(const struct bw_scan_context *c)
{
    if (follows_command(c)) {
        return true;
    }
    if (is_url_of_method(c)) {
        return true;
    }
    if (is_told(c) || is_prose(c) || is_named_otherwise(c) || is_statement_of_sql(c)) {
        return false;
    }
    if (in_text_map(c)) {
        return false;
    }
    return names_model_inside(c) || is_default_inside(c) || is_url_of_call(c) || is_whole(c);
}
