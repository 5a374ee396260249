/* plugins/sdk/plugin.c: the conversation on stdin and stdout. */
#include "sdk/plugin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/str.h"

enum { BODY_MAX = 256 * 1024 * 1024 };

static enum bw_err read_line(char **out, struct bw_error *err);
static enum bw_err pipe_fetch(void *context, const struct bw_fetch *request,
                              struct bw_response *out, struct bw_error *err);
static enum bw_err pipe_emit(void *context, const struct bw_entry *entry, struct bw_error *err);
static enum bw_err send_text(struct bw_str *text, struct bw_error *err);
static void write_manifest(const struct bw_plugin_descriptor *descriptor, struct bw_str *out);
static enum bw_err pipe_find(void *context, const struct bw_finding *finding, struct bw_error *err);
static enum bw_err pipe_note(void *context, const char *text, bool partial, struct bw_error *err);
static enum bw_err write_line(const struct bw_str *line, struct bw_error *err);

typedef enum bw_err list_verb(const struct bw_plugin_descriptor *descriptor,
                              struct bw_plugin *plugin);
static enum bw_err list(const struct bw_plugin_descriptor *descriptor, list_verb *verb,
                        const struct bw_json *opening, struct bw_str *out);
static enum bw_err carry(enum bw_verb verb, enum bw_err (*run)(struct bw_plugin *plugin),
                         const struct bw_json *opening, struct bw_str *out);
static enum bw_err conclude(struct bw_plugin *plugin, enum bw_err rc, struct bw_str *out);

static enum bw_err pipe_mail(void *context, const struct bw_mail *mail, struct bw_response *out,
                             struct bw_error *err);
static enum bw_err pipe_remember(void *context, const char *memory, struct bw_error *err);
static enum bw_err ask(struct bw_str *line, int64_t id, struct bw_response *out,
                       struct bw_error *err);

static const struct bw_transport PIPES = {
    .fetch = pipe_fetch,
    .emit = pipe_emit,
    .find = pipe_find,
    .note = pipe_note,
    .mail = pipe_mail,
    .remember = pipe_remember,
};

int bw_plugin_main(const struct bw_plugin_descriptor *descriptor, int argc, char **argv)
{
    if (argc > 1 || isatty(STDIN_FILENO)) {
        (void)fprintf(stderr, "%s: a plugin of basewatch; it speaks the plugin protocol on stdin\n",
                      argv[0]);
        return 64; /* EX_USAGE */
    }
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *line = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *opening = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    enum bw_err rc = read_line(&line, &err);
    if (rc == BW_OK) {
        rc = bw_json_parse(line, strlen(line), &opening, &err);
    }
    const char *word = bw_json_text(bw_json_get(opening, "verb"), "");
    enum bw_verb verb = BW_VERB_MANIFEST;
    bool known = bw_verb_parse(word, &verb);
    if (rc != BW_OK) {
        bw_plugin_error_write(BW_FAILURE_FORMAT, err.text, 0, &out);
    } else if (known && verb == BW_VERB_MANIFEST) {
        write_manifest(descriptor, &out);
    } else if (verb == BW_VERB_CATALOG && descriptor->catalog != NULL) {
        rc = list(descriptor, bw_plugin_catalog, opening, &out);
    } else if (verb == BW_VERB_INVENTORY && descriptor->inventory != NULL) {
        rc = list(descriptor, bw_plugin_inventory, opening, &out);
    } else if (verb == BW_VERB_DELIVER && descriptor->deliver != NULL) {
        rc = carry(verb, descriptor->deliver, opening, &out);
    } else if (verb == BW_VERB_TRIGGER && descriptor->trigger != NULL) {
        rc = carry(verb, descriptor->trigger, opening, &out);
    } else {
        rc = bw_fail(&err, BW_ERR_INVALID, "verb '%s' is not known", word);
        bw_plugin_error_write(BW_FAILURE_FORMAT, err.text, 0, &out);
    }
    enum bw_err sent = send_text(&out, &err);
    return rc == BW_OK && sent == BW_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

enum bw_err bw_plugin_catalog(const struct bw_plugin_descriptor *descriptor,
                              struct bw_plugin *plugin)
{
    enum bw_err rc = descriptor->catalog(plugin);
    if (rc == BW_OK && plugin->entries == 0 && !plugin->may_be_empty) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "no model was listed");
    }
    return rc;
}

enum bw_err bw_plugin_inventory(const struct bw_plugin_descriptor *descriptor,
                                struct bw_plugin *plugin)
{
    return descriptor->inventory(plugin);
}

enum bw_err bw_emit_entry(struct bw_plugin *plugin, const struct bw_entry *entry)
{
    struct bw_error err = { 0 };
    if (plugin->entries == BW_ENTRIES_MAX) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "more than %d models", BW_ENTRIES_MAX);
    }
    if (bw_entry_check(entry, &err) != BW_OK ||
        plugin->transport->emit(plugin->transport->context, entry, &err) != BW_OK) {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "row %zu: %s", plugin->entries + 1,
                              err.text);
    }
    plugin->entries++;
    return BW_OK;
}

enum bw_err bw_plugin_fail(struct bw_plugin *plugin, enum bw_plugin_failure failure,
                           const char *format, ...)
{
    if (plugin->err.code == BW_OK) {
        va_list args;
        va_start(args, format);
        BW_CLEANUP(bw_freep) char *text = bw_xvasprintf(format, args);
        va_end(args);
        plugin->failure = failure;
        return bw_fail(&plugin->err, BW_ERR_PLUGIN, "%s", text);
    }
    return plugin->err.code;
}

static enum bw_err list(const struct bw_plugin_descriptor *descriptor, list_verb *verb,
                        const struct bw_json *opening, struct bw_str *out)
{
    const struct bw_json *memory = bw_json_get(opening, "memory");
    const struct bw_json *named = bw_json_get(opening, "source");
    const struct bw_plugin_source source = {
        .name = bw_json_text(bw_json_get(named, "name"), ""),
        .platform = bw_json_text(bw_json_get(named, "platform"), descriptor->name),
        .account = bw_json_text(bw_json_get(named, "account"), ""),
        .region = bw_json_text(bw_json_get(named, "region"), ""),
        .settings = bw_json_get(named, "settings"),
    };
    struct bw_plugin plugin = {
        .source = &source,
        .transport = &PIPES,
        .fetches_max = bw_json_i64(bw_json_get(opening, "fetches"), 0),
        .remembered = bw_json_is_object(memory) ? memory : NULL,
    };
    return conclude(&plugin, verb(descriptor, &plugin), out);
}

static enum bw_err carry(enum bw_verb verb, enum bw_err (*run)(struct bw_plugin *plugin),
                         const struct bw_json *opening, struct bw_str *out)
{
    const struct bw_json *sink = bw_json_get(opening, bw_verb_party(verb));
    const struct bw_json *memory = bw_json_get(opening, "memory");
    const struct bw_plugin_message message = {
        .sink = bw_json_text(bw_json_get(sink, "name"), ""),
        .settings = bw_json_get(sink, "settings"),
        .event = bw_json_get(opening, "message"),
        .memory = bw_json_is_object(memory) ? memory : NULL,
    };
    struct bw_plugin plugin = { .message = &message, .transport = &PIPES };
    return conclude(&plugin, run(&plugin), out);
}

static enum bw_err conclude(struct bw_plugin *plugin, enum bw_err rc, struct bw_str *out)
{
    if (rc == BW_OK) {
        bw_plugin_done_write(out);
    } else {
        bw_plugin_error_write(plugin->failure, plugin->err.text, plugin->retry_after_ms, out);
    }
    return rc;
}

static enum bw_err read_line(char **out, struct bw_error *err)
{
    size_t capacity = 0;
    ssize_t size = getline(out, &capacity, stdin);
    if (size <= 0) {
        return bw_fail(err, BW_ERR_IO, "the daemon has closed the conversation");
    }
    return BW_OK;
}

static enum bw_err pipe_fetch(void *context, const struct bw_fetch *request,
                              struct bw_response *out, struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_fetch_write(request, &line);
    return ask(&line, request->id, out, err);
}

static enum bw_err pipe_mail(void *context, const struct bw_mail *mail, struct bw_response *out,
                             struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_mail_write(mail, &line);
    return ask(&line, mail->id, out, err);
}

static enum bw_err pipe_remember(void *context, const char *memory, struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_memory_write(memory, &line);
    return send_text(&line, err);
}

static enum bw_err ask(struct bw_str *question, int64_t id, struct bw_response *out,
                       struct bw_error *err)
{
    enum bw_err rc = send_text(question, err);
    if (rc != BW_OK) {
        return rc;
    }
    BW_CLEANUP(bw_freep) char *line = NULL;
    BW_CLEANUP(bw_plugin_answer_clear) struct bw_plugin_answer answer = { 0 };
    rc = read_line(&line, err);
    if (rc == BW_OK) {
        rc = bw_plugin_answer_parse(line, strlen(line), &answer, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    if (answer.id != id || answer.body_bytes > BODY_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "the daemon's answer is not the one asked for");
    }
    BW_CLEANUP(bw_freep) char *body = bw_xcalloc(answer.body_bytes + 1, 1);
    if (fread(body, 1, answer.body_bytes, stdin) != answer.body_bytes || getc(stdin) != '\n') {
        return bw_fail(err, BW_ERR_IO, "the daemon's answer is cut short");
    }
    *out = (struct bw_response){
        .status = answer.status,
        .headers = answer.headers,
        .body = BW_TAKE(body),
        .body_bytes = answer.body_bytes,
        .error = BW_TAKE(answer.error),
    };
    answer.headers = (struct bw_names){ 0 };
    return BW_OK;
}

static enum bw_err pipe_emit(void *context, const struct bw_entry *entry, struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_entry_write(entry, &line);
    return write_line(&line, err);
}

static enum bw_err pipe_find(void *context, const struct bw_finding *finding, struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_finding_write(finding, &line);
    return write_line(&line, err);
}

static enum bw_err pipe_note(void *context, const char *text, bool partial, struct bw_error *err)
{
    (void)context;
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_plugin_note_write(text, partial, &line);
    return write_line(&line, err);
}

/* Not flushed: nobody waits for it. */
static enum bw_err write_line(const struct bw_str *line, struct bw_error *err)
{
    return fwrite(line->text, 1, line->size, stdout) == line->size
               ? BW_OK
               : bw_fail(err, BW_ERR_IO, "write to the daemon: %s", strerror(errno));
}

static enum bw_err send_text(struct bw_str *text, struct bw_error *err)
{
    if (fwrite(text->text, 1, text->size, stdout) != text->size || fflush(stdout) != 0) {
        return bw_fail(err, BW_ERR_IO, "write to the daemon: %s", strerror(errno));
    }
    return BW_OK;
}

static void write_manifest(const struct bw_plugin_descriptor *descriptor, struct bw_str *out)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_object_begin(&w, "manifest");
    bw_json_add_text(&w, "name", descriptor->name);
    bw_json_add_i64(&w, "protocol", BW_PLUGIN_PROTOCOL);
    bw_json_array_begin(&w, "verbs");
    if (descriptor->catalog != NULL) {
        bw_json_add_text(&w, NULL, "catalog");
    }
    if (descriptor->inventory != NULL) {
        bw_json_add_text(&w, NULL, "inventory");
    }
    if (descriptor->deliver != NULL) {
        bw_json_add_text(&w, NULL, "deliver");
    }
    if (descriptor->trigger != NULL) {
        bw_json_add_text(&w, NULL, "trigger");
    }
    bw_json_array_end(&w);
    bw_json_array_begin(&w, "settings");
    const struct bw_plugin_setting *setting = descriptor->settings;
    for (; setting != NULL && setting->name != NULL; setting++) {
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "name", setting->name);
        bw_json_add_text(&w, "type", setting->type);
        bw_json_add_text(&w, "help", setting->help);
        bw_json_object_end(&w);
    }
    bw_json_array_end(&w);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

#if defined(BW_SANITIZED)
/* A sandboxed plugin may not ptrace itself, which the leak checker of a sanitized build would. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif
