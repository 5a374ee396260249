/* daemon/codec/plugin_wire.c: see plugin_wire.h. */
#include "codec/plugin_wire.h"

#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/words.h"
#include "codec/entry_json.h"
#include "codec/finding_json.h"
#include "codec/json.h"

static const char *const VERB_WORDS[] = {
    [BW_VERB_MANIFEST] = "manifest",
    [BW_VERB_CATALOG] = "catalog",
    [BW_VERB_INVENTORY] = "inventory",
    [BW_VERB_DELIVER] = "deliver",
    [BW_VERB_TRIGGER] = "trigger",
};

static const char *const AUTH_WORDS[] = {
    [BW_AUTH_NONE] = "none",   [BW_AUTH_BEARER] = "bearer", [BW_AUTH_HEADER] = "header",
    [BW_AUTH_QUERY] = "query", [BW_AUTH_BASIC] = "basic",   [BW_AUTH_AWS_SIGV4] = "aws-sigv4",
};

static const char *const FAILURE_WORDS[] = {
    [BW_FAILURE_AUTH] = "auth",
    [BW_FAILURE_RATE] = "rate",
    [BW_FAILURE_SERVER] = "server",
    [BW_FAILURE_FORMAT] = "format",
    [BW_FAILURE_RETRY] = "retry",
    [BW_FAILURE_FINAL] = "final",
    [BW_FAILURE_GONE] = "gone",
};

static const char *const LINE_WORDS[] = {
    [BW_LINE_FETCH] = "fetch", [BW_LINE_ENTRY] = "entry", [BW_LINE_LOG] = "log",
    [BW_LINE_ERROR] = "error", [BW_LINE_DONE] = "done",   [BW_LINE_MAIL] = "mail",
    [BW_LINE_MEMORY] = "memory", [BW_LINE_FINDING] = "finding", [BW_LINE_NOTE] = "note",
    [BW_LINE_MANIFEST] = "manifest",
};

static const char *const METHODS[] = { "GET", "POST", "PUT", "PATCH" };

/* Headers that are the daemon's: framing, credentials and conditions. */
static const char *const RESERVED_HEADERS[] = {
    "authorization", "connection",        "content-length",    "cookie",
    "expect",        "host",              "if-modified-since", "if-none-match",
    "range",         "transfer-encoding", "upgrade",
};

static enum bw_err read_fetch(const struct bw_json *json, struct bw_fetch *fetch,
                              struct bw_error *err);
static enum bw_err read_headers(const struct bw_json *json, struct bw_fetch *fetch,
                                struct bw_error *err);
static enum bw_err read_auth(const struct bw_json *json, struct bw_fetch *fetch,
                             struct bw_error *err);
static enum bw_err read_error(const struct bw_json *json, struct bw_plugin_line *line,
                              struct bw_error *err);
static enum bw_err read_note(const struct bw_json *json, struct bw_plugin_line *line,
                             struct bw_error *err);
static bool lists_inventory(const struct bw_json *verbs);
static enum bw_err read_memory(const struct bw_json *json, char **memory, struct bw_error *err);
static bool is_method(const char *text);
static bool is_token(const char *text);
static bool is_value(const char *text);
static bool is_path(const char *text);
static void add_headers(struct bw_json_writer *w, const struct bw_names *headers);

enum bw_err bw_plugin_line_parse(const char *text, size_t size, struct bw_plugin_line *out,
                                 struct bw_error *err)
{
    if (size > BW_PLUGIN_LINE_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "a line is longer than %d bytes", BW_PLUGIN_LINE_MAX);
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = bw_json_parse(text, size, &root, err);
    if (rc != BW_OK) {
        return rc;
    }
    unsigned kind = 0;
    const struct bw_json *first = bw_json_first(root);
    if (!bw_json_is_object(root) || bw_json_size(root) != 1 ||
        !bw_words_find(LINE_WORDS, BW_COUNT(LINE_WORDS), bw_json_name(first), &kind)) {
        return bw_fail(
            err, BW_ERR_INVALID,
            "a line is an object with one member: fetch, entry, finding, note, mail, memory, log, "
            "error, done or manifest");
    }
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line line = {
        .kind = (enum bw_plugin_line_kind)kind
    };
    switch (line.kind) {
    case BW_LINE_FETCH:
        rc = read_fetch(first, &line.fetch, err);
        break;
    case BW_LINE_ENTRY:
        rc = bw_entry_from_json(first, &line.entry, err);
        break;
    case BW_LINE_LOG:
        line.text = bw_xstrdup(bw_json_text(first, ""));
        break;
    case BW_LINE_ERROR:
        rc = read_error(first, &line, err);
        break;
    case BW_LINE_MAIL:
        rc = bw_mail_from_json(first, &line.mail, err);
        break;
    case BW_LINE_MEMORY:
        rc = read_memory(first, &line.text, err);
        break;
    case BW_LINE_FINDING:
        rc = bw_finding_from_json(first, &line.finding, err);
        break;
    case BW_LINE_NOTE:
        rc = read_note(first, &line, err);
        break;
    case BW_LINE_MANIFEST:
        line.inventories = lists_inventory(bw_json_get(first, "verbs"));
        break;
    case BW_LINE_DONE:
        break;
    }
    if (rc != BW_OK) {
        return bw_error_prefix(err, "%s: ", LINE_WORDS[kind]);
    }
    *out = line;
    line = (struct bw_plugin_line){ .kind = BW_LINE_DONE };
    return BW_OK;
}

void bw_plugin_line_clear(struct bw_plugin_line *line)
{
    bw_fetch_clear(&line->fetch);
    bw_entry_clear(&line->entry);
    bw_mail_clear(&line->mail);
    bw_finding_clear(&line->finding);
    free(line->text);
    *line = (struct bw_plugin_line){ .kind = BW_LINE_DONE };
}

void bw_fetch_clear(struct bw_fetch *fetch)
{
    free(fetch->method);
    free(fetch->path);
    free(fetch->body);
    free(fetch->auth_name);
    bw_names_clear(&fetch->headers);
    *fetch = (struct bw_fetch){ 0 };
}

struct bw_fetch bw_fetch_copy(const struct bw_fetch *fetch)
{
    struct bw_fetch copy = *fetch;
    copy.method = bw_xstrdup(fetch->method);
    copy.path = bw_xstrdup(fetch->path);
    copy.body = bw_xstrdup(fetch->body);
    copy.auth_name = bw_xstrdup(fetch->auth_name);
    copy.headers = (struct bw_names){ 0 };
    BW_VEC_EACH(char *, header, &fetch->headers)
    {
        BW_VEC_PUSH(&copy.headers, bw_xstrdup(*header));
    }
    return copy;
}

bool bw_fetch_same(const struct bw_fetch *a, const struct bw_fetch *b)
{
    bool same = bw_str_equal(a->method, b->method) && bw_str_equal(a->path, b->path) &&
                bw_str_equal(a->body, b->body) && a->auth == b->auth &&
                bw_str_equal(a->auth_name, b->auth_name) &&
                a->headers.count == b->headers.count;
    for (size_t i = 0; same && i < a->headers.count; i++) {
        same = strcmp(a->headers.items[i], b->headers.items[i]) == 0;
    }
    return same;
}

void bw_plugin_fetch_write(const struct bw_fetch *fetch, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_object_begin(&w, "fetch");
    bw_json_add_i64(&w, "id", fetch->id);
    bw_json_add_text(&w, "method", fetch->method != NULL ? fetch->method : "GET");
    bw_json_add_text(&w, "path", fetch->path);
    add_headers(&w, &fetch->headers);
    if (fetch->body != NULL) {
        bw_json_add_text(&w, "body", fetch->body);
    }
    bw_json_add_text(&w, "auth", bw_auth_word(fetch->auth));
    if (fetch->auth_name != NULL) {
        bw_json_add_text(&w, "auth_name", fetch->auth_name);
    }
    bw_json_add_bool(&w, "elsewhere", fetch->elsewhere);
    bw_json_add_bool(&w, "repeatable", fetch->repeatable);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_entry_write(const struct bw_entry *entry, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_entry_to_json(entry, &w, "entry");
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_finding_write(const struct bw_finding *finding, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_finding_to_json(finding, &w, "finding");
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_note_write(const char *text, bool partial, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_object_begin(&w, "note");
    bw_json_add_text(&w, "text", text);
    bw_json_add_bool(&w, "partial", partial);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_error_write(enum bw_plugin_failure failure, const char *text,
                           int64_t retry_after_ms, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_object_begin(&w, "error");
    bw_json_add_text(&w, "kind", bw_plugin_failure_word(failure));
    bw_json_add_text(&w, "text", text);
    if (retry_after_ms > 0) {
        bw_json_add_i64(&w, "retry_after_ms", retry_after_ms);
    }
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_mail_write(const struct bw_mail *mail, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_mail_to_json(mail, &w, "mail");
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_memory_write(const char *memory, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_raw(&w, "memory", memory);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_done_write(struct bw_str *out)
{
    bw_str_append(out, "{\"done\":{}}\n");
}

void bw_plugin_opening_write(const struct bw_plugin_opening *opening, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "verb", bw_verb_word(opening->verb));
    bw_json_add_i64(&w, "protocol", BW_PLUGIN_PROTOCOL);
    const char *party = bw_verb_party(opening->verb);
    bool delivers = strcmp(party, "source") != 0;
    bw_json_object_begin(&w, party);
    bw_json_add_text(&w, "name", opening->name);
    if (!delivers) {
        bw_json_add_text(&w, "platform", opening->platform);
        bw_json_add_text(&w, "account", opening->account);
        bw_json_add_text(&w, "region", opening->region);
    }
    bw_json_add_raw(&w, "settings", opening->settings != NULL ? opening->settings : "{}");
    bw_json_object_end(&w);
    if (delivers) {
        bw_json_add_raw(&w, "message", opening->message);
    } else {
        bw_json_add_i64(&w, "fetches",
                        opening->fetches > 0 ? opening->fetches : BW_PLUGIN_FETCHES_MAX);
    }
    bw_json_add_raw(&w, "memory", opening->memory);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

void bw_plugin_answer_write(const struct bw_plugin_answer *answer, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_i64(&w, "id", answer->id);
    bw_json_add_i64(&w, "status", answer->status);
    if (answer->error != NULL) {
        bw_json_add_text(&w, "error", answer->error);
    }
    add_headers(&w, &answer->headers);
    bw_json_add_i64(&w, "bytes", (int64_t)answer->body_bytes);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

enum bw_err bw_plugin_answer_parse(const char *text, size_t size, struct bw_plugin_answer *out,
                                   struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    enum bw_err rc = bw_json_parse(text, size, &root, err);
    if (rc != BW_OK) {
        return rc;
    }
    int64_t status = bw_json_i64(bw_json_get(root, "status"), -1);
    int64_t bytes = bw_json_i64(bw_json_get(root, "bytes"), -1);
    if (status < 0 || status > 999 || bytes < 0) {
        return bw_fail(err, BW_ERR_INVALID, "an answer has no status or no bytes");
    }
    struct bw_plugin_answer answer = {
        .id = bw_json_i64(bw_json_get(root, "id"), 0),
        .status = (int)status,
        .body_bytes = (size_t)bytes,
        .error = bw_xstrdup(bw_json_text(bw_json_get(root, "error"), NULL)),
    };
    const struct bw_json *header = bw_json_first(bw_json_get(root, "headers"));
    for (; header != NULL; header = bw_json_next(header)) {
        BW_VEC_PUSH(&answer.headers,
                    bw_xasprintf("%s: %s", bw_json_name(header), bw_json_text(header, "")));
    }
    *out = answer;
    return BW_OK;
}

void bw_plugin_answer_clear(struct bw_plugin_answer *answer)
{
    free(answer->error);
    bw_names_clear(&answer->headers);
    *answer = (struct bw_plugin_answer){ 0 };
}

static enum bw_err read_fetch(const struct bw_json *json, struct bw_fetch *fetch,
                              struct bw_error *err)
{
    fetch->id = bw_json_i64(bw_json_get(json, "id"), 0);
    fetch->method = bw_xstrdup(bw_json_text(bw_json_get(json, "method"), "GET"));
    fetch->path = bw_xstrdup(bw_json_text(bw_json_get(json, "path"), NULL));
    fetch->body = bw_xstrdup(bw_json_text(bw_json_get(json, "body"), NULL));
    fetch->elsewhere = bw_json_bool(bw_json_get(json, "elsewhere"), false);
    fetch->repeatable = bw_json_bool(bw_json_get(json, "repeatable"), false);
    if (fetch->id <= 0) {
        return bw_fail(err, BW_ERR_INVALID, "id is not a number from 1");
    }
    if (!is_method(fetch->method)) {
        return bw_fail(err, BW_ERR_INVALID, "method is not GET, POST, PUT or PATCH");
    }
    if (fetch->path == NULL || !is_path(fetch->path)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "path does not begin with '/' or '?', or holds a blank, '#', '\\' or a byte "
                       "outside ASCII");
    }
    enum bw_err rc = read_headers(json, fetch, err);
    return rc != BW_OK ? rc : read_auth(json, fetch, err);
}

static enum bw_err read_headers(const struct bw_json *json, struct bw_fetch *fetch,
                                struct bw_error *err)
{
    const struct bw_json *headers = bw_json_get(json, "headers");
    if (bw_json_size(headers) > BW_PLUGIN_HEADERS_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "more than %d headers", BW_PLUGIN_HEADERS_MAX);
    }
    const struct bw_json *header = bw_json_first(headers);
    for (; header != NULL; header = bw_json_next(header)) {
        const char *name = bw_json_name(header);
        const char *value = bw_json_text(header, NULL);
        if (name == NULL || !is_token(name) || value == NULL || !is_value(value)) {
            return bw_fail(err, BW_ERR_INVALID, "headers is not an object of printable strings");
        }
        for (size_t i = 0; i < BW_COUNT(RESERVED_HEADERS); i++) {
            if (strcasecmp(name, RESERVED_HEADERS[i]) == 0) {
                return bw_fail(err, BW_ERR_INVALID, "header '%s' is the daemon's to set", name);
            }
        }
        BW_VEC_PUSH(&fetch->headers, bw_xasprintf("%s: %s", name, value));
    }
    return BW_OK;
}

static enum bw_err read_auth(const struct bw_json *json, struct bw_fetch *fetch,
                             struct bw_error *err)
{
    if (!bw_auth_parse(bw_json_text(bw_json_get(json, "auth"), "none"), &fetch->auth)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "auth is none, bearer, header, query, basic or aws-sigv4");
    }
    fetch->auth_name = bw_xstrdup(bw_json_text(bw_json_get(json, "auth_name"), NULL));
    bool named = fetch->auth == BW_AUTH_HEADER || fetch->auth == BW_AUTH_QUERY ||
                 fetch->auth == BW_AUTH_AWS_SIGV4;
    if (named && (fetch->auth_name == NULL || !is_token(fetch->auth_name))) {
        return bw_fail(err, BW_ERR_INVALID, "auth '%s' needs a plain auth_name",
                       bw_auth_word(fetch->auth));
    }
    return BW_OK;
}

static enum bw_err read_error(const struct bw_json *json, struct bw_plugin_line *line,
                              struct bw_error *err)
{
    const char *text = bw_json_text(bw_json_get(json, "text"), "");
    if (text[0] == '\0' ||
        !bw_plugin_failure_parse(bw_json_text(bw_json_get(json, "kind"), NULL), &line->failure)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "needs a text, and kind is auth, rate, server, format, retry, final or "
                       "gone");
    }
    int64_t wait_ms = bw_json_i64(bw_json_get(json, "retry_after_ms"), 0);
    line->retry_after_ms = wait_ms < 0 ? 0 : wait_ms < BW_DAY_MS ? wait_ms : BW_DAY_MS;
    line->text = bw_xstrdup(text);
    return BW_OK;
}

static enum bw_err read_note(const struct bw_json *json, struct bw_plugin_line *line,
                             struct bw_error *err)
{
    const char *text = bw_json_text(bw_json_get(json, "text"), "");
    line->text = bw_xstrdup(text);
    line->partial = bw_json_bool(bw_json_get(json, "partial"), false);
    return text[0] == '\0' ? bw_fail(err, BW_ERR_INVALID, "needs a text") : BW_OK;
}

static bool lists_inventory(const struct bw_json *verbs)
{
    const struct bw_json *verb = bw_json_first(verbs);
    while (verb != NULL && strcmp(bw_json_text(verb, ""), "inventory") != 0) {
        verb = bw_json_next(verb);
    }
    return verb != NULL;
}

static enum bw_err read_memory(const struct bw_json *json, char **memory, struct bw_error *err)
{
    *memory = bw_json_print(json);
    if (!bw_json_is_object(json) || strlen(*memory) > BW_PLUGIN_MEMORY_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "is not an object of at most %d bytes",
                       BW_PLUGIN_MEMORY_MAX);
    }
    return BW_OK;
}

static bool is_method(const char *text)
{
    unsigned at = 0;
    return bw_words_find(METHODS, BW_COUNT(METHODS), text, &at);
}

/* RFC 9110, 5.6.2: what a field name may be made of. */
static bool is_token(const char *text)
{
    static const char TOKEN[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return text[0] != '\0' && text[strspn(text, TOKEN)] == '\0';
}

static bool is_value(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_path(const char *text)
{
    if (text[0] != '/' && text[0] != '?' && text[0] != '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text >= 0x7f || *text == '#' || *text == '\\') {
            return false;
        }
    }
    return true;
}

/* "Name: value" becomes the member "Name". */
static void add_headers(struct bw_json_writer *w, const struct bw_names *headers)
{
    if (headers->count == 0) {
        return;
    }
    bw_json_object_begin(w, "headers");
    BW_VEC_EACH(char *, header, headers)
    {
        const char *colon = strstr(*header, ": ");
        if (colon != NULL) {
            BW_CLEANUP(bw_freep) char *name = bw_xstrndup(*header, (size_t)(colon - *header));
            bw_json_add_text(w, name, colon + 2);
        }
    }
    bw_json_object_end(w);
}

BW_DEFINE_WORDS(bw_verb, VERB_WORDS)

const char *bw_verb_party(enum bw_verb verb)
{
    return verb == BW_VERB_DELIVER ? "sink" : verb == BW_VERB_TRIGGER ? "trigger" : "source";
}
BW_DEFINE_WORDS(bw_auth, AUTH_WORDS)
BW_DEFINE_WORDS(bw_plugin_failure, FAILURE_WORDS)
