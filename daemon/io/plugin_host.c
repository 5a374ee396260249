/* daemon/io/plugin_host.c: see plugin_host.h.
 *
 *     TALKING --exit--> ENDING --both pipes at their end--> OVER (done is called)
 *        |                ^
 *        +--failure-------+   the group is killed, what it still says is dropped
 */
#include "io/plugin_host.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "io/child.h"

enum {
    CHUNK_BYTES = 64 * 1024,
    BODIES_MAX = 256 * 1024 * 1024, /* bytes of all answers of one run */
};

/* The lines that a verb may say. */
#define LINE(kind) (1U << BW_LINE_##kind)
#define TALK (LINE(FETCH) | LINE(LOG) | LINE(ERROR) | LINE(DONE))
static const unsigned LINES[] = {
    [BW_VERB_MANIFEST] = LINE(MANIFEST) | LINE(LOG) | LINE(ERROR),
    [BW_VERB_CATALOG] = TALK | LINE(ENTRY),
    [BW_VERB_INVENTORY] = TALK | LINE(FINDING) | LINE(NOTE) | LINE(MEMORY),
    [BW_VERB_DELIVER] = TALK | LINE(MAIL) | LINE(MEMORY),
    [BW_VERB_TRIGGER] = TALK | LINE(MEMORY),
};

struct bw_plugin_run {
    char *label;
    enum bw_verb verb;
    struct bw_plugin_events events;
    struct bw_child child;
    uv_pipe_t in;
    uv_pipe_t out;
    uv_pipe_t err;
    uv_poll_t exit;
    int handles; /* not yet closed */
    bool closing;
    bool ended;   /* the child, reaped into status */
    int status;
    int at_end;   /* of its two pipes to us */
    bool complete; /* "done" was said */
    size_t out_bytes;
    size_t body_bytes;
    int64_t asks; /* fetches and mails */
    int64_t asks_max;
    int64_t last_ask;
    int logs;
    struct bw_str out_line; /* what has come of the next line */
    struct bw_str err_line;
    struct bw_str last_words; /* the last whole line on stderr */
    struct bw_plugin_said said;
    struct bw_error failure;
    char chunk[CHUNK_BYTES];
};

struct answer { /* on its way to the plugin */
    uv_write_t write;
    struct bw_str head;
    char *body;
};

static void open_handles(uv_loop_t *loop, struct bw_plugin_run *run);
static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out);
static void on_out(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf);
static void on_err(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf);
static void on_exit_seen(uv_poll_t *poll, int status, int events);
static void on_written(uv_write_t *write, int status);
static void on_closed(uv_handle_t *handle);
static void hear(struct bw_plugin_run *run, const char *line, size_t size);
static void list(struct bw_plugin_run *run, struct bw_plugin_line *heard);
static bool may_ask(struct bw_plugin_run *run, int64_t id);
static void say(struct bw_plugin_run *run, enum bw_log_level level, const char *text);
static void send_text(struct bw_plugin_run *run, struct answer *answer, size_t body_bytes,
                      bool has_body);
static void fail(struct bw_plugin_run *run, const char *format, ...) BW_PRINTF(2, 3);
static void advance(struct bw_plugin_run *run);
static void judge(struct bw_plugin_run *run);
static void close_handles(struct bw_plugin_run *run);

void bw_plugin_said_clear(struct bw_plugin_said *said)
{
    bw_entries_clear(&said->entries);
    bw_findings_clear(&said->findings);
    bw_names_clear(&said->notes);
    free(said->memory);
    *said = (struct bw_plugin_said){ 0 };
}

enum bw_err bw_plugin_run_start(uv_loop_t *loop, const char *program, const char *label,
                                const struct bw_plugin_opening *opening,
                                const struct bw_plugin_events *events, struct bw_plugin_run **out,
                                struct bw_error *err)
{
    struct bw_child child;
    enum bw_err rc = bw_child_start(program, &child, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_plugin_run *run = bw_xcalloc(1, sizeof(*run));
    run->verb = opening->verb;
    run->label = bw_xasprintf("%s '%s'", bw_verb_party(run->verb), label);
    run->asks_max = opening->fetches > 0 ? opening->fetches : BW_PLUGIN_FETCHES_MAX;
    run->events = *events;
    run->child = child;
    open_handles(loop, run);
    struct answer *first = bw_xcalloc(1, sizeof(*first));
    bw_plugin_opening_write(opening, &first->head);
    send_text(run, first, 0, false);
    *out = run;
    return BW_OK;
}

void bw_plugin_run_answer(struct bw_plugin_run *run, const struct bw_plugin_answer *answer,
                          char *body)
{
    struct answer *sent = bw_xcalloc(1, sizeof(*sent));
    sent->body = body;
    bw_plugin_answer_write(answer, &sent->head);
    run->body_bytes += answer->body_bytes;
    if (run->body_bytes > BODIES_MAX) {
        fail(run, "plugin has fetched more than %d MiB in one poll", BODIES_MAX / (1024 * 1024));
    }
    send_text(run, sent, answer->body_bytes, true);
}

void bw_plugin_run_fail(struct bw_plugin_run *run, const struct bw_error *err)
{
    fail(run, "%s", err->text);
}

void bw_plugin_run_close(struct bw_plugin_run *run)
{
    if (!run->ended) {
        bw_child_kill(&run->child);
        (void)bw_child_reap(&run->child);
        run->ended = true;
    }
    close_handles(run);
}

/* On descriptors that were just made, none of these calls can fail. */
static void open_handles(uv_loop_t *loop, struct bw_plugin_run *run)
{
    const struct {
        uv_pipe_t *pipe;
        int fd;
    } pipes[] = { { &run->in, run->child.in },
                  { &run->out, run->child.out },
                  { &run->err, run->child.err } };
    for (size_t i = 0; i < BW_COUNT(pipes); i++) {
        (void)uv_pipe_init(loop, pipes[i].pipe, 0);
        (void)uv_pipe_open(pipes[i].pipe, pipes[i].fd);
        pipes[i].pipe->data = run;
    }
    (void)uv_poll_init(loop, &run->exit, run->child.pidfd);
    run->exit.data = run;
    run->handles = 4;
    (void)uv_poll_start(&run->exit, UV_READABLE, on_exit_seen);
    (void)uv_read_start((uv_stream_t *)&run->out, on_room, on_out);
    (void)uv_read_start((uv_stream_t *)&run->err, on_room, on_err);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    struct bw_plugin_run *run = handle->data;
    *out = uv_buf_init(run->chunk, sizeof(run->chunk));
}

static void end_of(uv_stream_t *stream)
{
    struct bw_plugin_run *run = stream->data;
    (void)uv_read_stop(stream);
    run->at_end++;
    advance(run);
}

static void on_out(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct bw_plugin_run *run = stream->data;
    if (size < 0) {
        end_of(stream);
        return;
    }
    run->out_bytes += (size_t)size;
    if (run->out_bytes > BW_PLUGIN_OUTPUT_MAX) {
        fail(run, "plugin has written more than %d MiB", BW_PLUGIN_OUTPUT_MAX / (1024 * 1024));
    }
    const char *at = buf->base;
    const char *end = at + size;
    while (at < end && run->failure.code == BW_OK && !run->closing) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        bw_str_append_bytes(&run->out_line, at, (size_t)((newline != NULL ? newline : end) - at));
        if (run->out_line.size > BW_PLUGIN_LINE_MAX) {
            fail(run, "plugin has written a line of more than %d bytes", BW_PLUGIN_LINE_MAX);
        } else if (newline != NULL) {
            hear(run, run->out_line.text, run->out_line.size);
            bw_str_reset(&run->out_line);
        }
        at = newline != NULL ? newline + 1 : end;
    }
}

static void on_err(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct bw_plugin_run *run = stream->data;
    if (size < 0) {
        end_of(stream);
        return;
    }
    for (ssize_t i = 0; i < size; i++) {
        if (buf->base[i] != '\n') {
            if (run->err_line.size < BW_PLUGIN_LOG_BYTES_MAX) {
                bw_str_append_bytes(&run->err_line, buf->base + i, 1);
            }
        } else if (run->err_line.size > 0) {
            say(run, BW_LOG_NOTICE, run->err_line.text);
            bw_str_reset(&run->last_words);
            bw_str_append(&run->last_words, run->err_line.text);
            bw_str_reset(&run->err_line);
        }
    }
}

/* The leader is dead but not reaped, so its number still names the group and nothing else. */
static void on_exit_seen(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct bw_plugin_run *run = poll->data;
    (void)uv_poll_stop(poll);
    bw_child_kill(&run->child);
    run->status = bw_child_reap(&run->child);
    run->ended = true;
    advance(run);
}

static void hear(struct bw_plugin_run *run, const char *line, size_t size)
{
    BW_CLEANUP(bw_plugin_line_clear) struct bw_plugin_line heard = { .kind = BW_LINE_DONE };
    struct bw_error err = { 0 };
    if (run->complete) {
        fail(run, "plugin has written a line after 'done'");
        return;
    }
    if (bw_plugin_line_parse(line == NULL ? "" : line, size, &heard, &err) != BW_OK) {
        fail(run, "plugin has written a bad line: %s", err.text);
        return;
    }
    if ((LINES[run->verb] >> heard.kind & 1U) == 0) {
        fail(run, "plugin has written a line that its verb does not have");
        return;
    }
    switch (heard.kind) {
    case BW_LINE_FETCH:
        if (may_ask(run, heard.fetch.id)) {
            run->events.fetch(run->events.context, &heard.fetch);
        }
        break;
    case BW_LINE_ENTRY:
    case BW_LINE_FINDING:
        list(run, &heard);
        break;
    case BW_LINE_NOTE:
        BW_VEC_PUSH(&run->said.notes, BW_TAKE(heard.text));
        run->said.partial = run->said.partial || heard.partial;
        break;
    case BW_LINE_LOG:
        say(run, BW_LOG_INFO, heard.text);
        break;
    case BW_LINE_ERROR:
        if (run->events.failing != NULL) {
            run->events.failing(run->events.context, heard.failure, heard.retry_after_ms);
        }
        fail(run, "%s", heard.text);
        break;
    case BW_LINE_MAIL:
        if (may_ask(run, heard.mail.id)) {
            run->events.mail(run->events.context, &heard.mail);
        }
        break;
    case BW_LINE_MEMORY:
        if (run->events.memory != NULL) {
            run->events.memory(run->events.context, &heard.text);
        } else {
            bw_replace(&run->said.memory, heard.text);
        }
        break;
    case BW_LINE_MANIFEST:
        run->said.inventories = heard.inventories;
        run->complete = true;
        break;
    case BW_LINE_DONE:
        run->complete = true;
        break;
    }
}

/* Keep an entry or a finding. */
static void list(struct bw_plugin_run *run, struct bw_plugin_line *heard)
{
    if (run->said.entries.count == BW_ENTRIES_MAX || run->said.findings.count == BW_FINDINGS_MAX) {
        fail(run, "plugin has listed more than %d %s", BW_ENTRIES_MAX,
             heard->kind == BW_LINE_ENTRY ? "models" : "findings");
    } else if (heard->kind == BW_LINE_ENTRY) {
        BW_VEC_PUSH(&run->said.entries, heard->entry);
        heard->entry = (struct bw_entry){ 0 };
    } else {
        BW_VEC_PUSH(&run->said.findings, heard->finding);
        heard->finding = (struct bw_finding){ 0 };
    }
}

static bool may_ask(struct bw_plugin_run *run, int64_t id)
{
    if (++run->asks > run->asks_max) {
        fail(run, "plugin has asked for more than %lld fetches", (long long)run->asks_max);
    } else if (id <= run->last_ask) {
        fail(run, "plugin has used fetch id %lld twice, or not in rising order", (long long)id);
    }
    run->last_ask = id;
    return run->failure.code == BW_OK;
}

static void say(struct bw_plugin_run *run, enum bw_log_level level, const char *text)
{
    run->logs++;
    if (run->logs <= BW_PLUGIN_LOGS_MAX) {
        bw_log(level, "%s: plugin: %.*s%s", run->label, BW_PLUGIN_LOG_BYTES_MAX, text,
               run->logs == BW_PLUGIN_LOGS_MAX ? " (more is not shown)" : "");
    }
}

static void send_text(struct bw_plugin_run *run, struct answer *answer, size_t body_bytes,
                      bool has_body)
{
    static char newline[] = "\n";
    const uv_buf_t parts[] = {
        uv_buf_init(answer->head.text, (unsigned)answer->head.size),
        uv_buf_init(answer->body, (unsigned)body_bytes),
        uv_buf_init(newline, 1),
    };
    answer->write.data = answer;
    if (run->closing || run->ended ||
        uv_write(&answer->write, (uv_stream_t *)&run->in, parts, has_body ? 3 : 1, on_written) !=
            0) {
        on_written(&answer->write, UV_ECANCELED);
    }
}

/* A plugin that does not listen shows in how it ends. */
static void on_written(uv_write_t *write, int status)
{
    (void)status;
    struct answer *answer = write->data;
    bw_str_clear(&answer->head);
    free(answer->body);
    free(answer);
}

/* The first failure stays, and ends whatever the plugin has started. */
static void fail(struct bw_plugin_run *run, const char *format, ...)
{
    if (run->failure.code != BW_OK) {
        return;
    }
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *text = bw_xvasprintf(format, args);
    va_end(args);
    (void)bw_fail(&run->failure, BW_ERR_PLUGIN, "%s", text);
    if (!run->ended) {
        bw_child_kill(&run->child);
    }
}

static void advance(struct bw_plugin_run *run)
{
    if (!run->ended || run->at_end < 2 || run->closing) {
        return;
    }
    judge(run);
    struct bw_plugin_said said = run->said;
    run->said = (struct bw_plugin_said){ 0 };
    const struct bw_error *err = run->failure.code == BW_OK ? NULL : &run->failure;
    if (err != NULL) {
        bw_plugin_said_clear(&said);
    }
    close_handles(run); /* frees in a later turn of the loop */
    run->events.done(run->events.context, &said, err);
}

static void judge(struct bw_plugin_run *run)
{
    const char *words = run->last_words.size > 0 ? run->last_words.text : "";
    const char *colon = words[0] != '\0' ? ": " : "";
    if (run->failure.code != BW_OK) {
        return;
    }
    if (WIFSIGNALED(run->status)) {
        fail(run, "plugin was killed by signal %d (%s)%s%s", WTERMSIG(run->status),
             strsignal(WTERMSIG(run->status)), colon, words);
    } else if (WEXITSTATUS(run->status) != 0) {
        fail(run, "plugin has exited with status %d%s%s", WEXITSTATUS(run->status), colon, words);
    } else if (run->out_line.size > 0) {
        fail(run, "plugin's last line has no end");
    } else if (!run->complete) {
        fail(run, "plugin has ended without 'done'%s%s", colon, words);
    }
}

static void close_handles(struct bw_plugin_run *run)
{
    if (run->closing) {
        return;
    }
    run->closing = true;
    uv_close((uv_handle_t *)&run->in, on_closed);
    uv_close((uv_handle_t *)&run->out, on_closed);
    uv_close((uv_handle_t *)&run->err, on_closed);
    uv_close((uv_handle_t *)&run->exit, on_closed);
}

static void on_closed(uv_handle_t *handle)
{
    struct bw_plugin_run *run = handle->data;
    if (--run->handles > 0) {
        return;
    }
    (void)close(run->child.pidfd);
    bw_plugin_said_clear(&run->said);
    bw_str_clear(&run->out_line);
    bw_str_clear(&run->err_line);
    bw_str_clear(&run->last_words);
    free(run->label);
    free(run);
}
