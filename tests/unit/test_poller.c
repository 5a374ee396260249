#include "io/poller.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"
#include "io/sandbox.h"
#include "support/http_server.h"

enum { PAGES = 4, POLLS_MAX = 32 };

struct page { /* what the server says under a path; guarded by nothing: set between polls */
    const char *path;
    const char *status; /* NULL: 200 OK */
    const char *headers;
    const char *body;
    const char *etag; /* answered with 304 when the request carries it */
};

struct world {
    uv_loop_t loop;
    uv_timer_t guard;
    struct bw_http *http;
    struct bw_keyring *keyring;
    struct http_server *server;
    struct bw_poller *poller;
    struct page pages[PAGES];
    char last_head[16 * 1024]; /* of the last request */
    int wait_ms;               /* before each answer */
    int meet;                  /* no answer before so many calls were open at once */
    struct bw_polled results[POLLS_MAX];
    int done;
    int wanted; /* stop the loop when so many are done */
    char folder[64];
};

static struct world w;

static void on_guard(uv_timer_t *guard)
{
    (void)guard;
    fputs("the test takes too long\n", stderr);
    abort();
}

static void serve(struct http_call *call, void *context)
{
    (void)context;
    char tag[512];
    (void)snprintf(w.last_head, sizeof(w.last_head), "%s", call->head);
    for (int i = 0; i < 3000 && http_server_peak(w.server) < w.meet; i++) {
        http_wait(call, 10);
    }
    http_wait(call, w.wait_ms);
    for (int i = 0; i < PAGES; i++) {
        const struct page *page = &w.pages[i];
        char start[256];
        (void)snprintf(start, sizeof(start), "GET %s", page->path == NULL ? "" : page->path);
        if (page->path == NULL || !http_call_is(call, start)) {
            continue;
        }
        if (page->etag != NULL &&
            strcmp(http_call_header(call, "If-None-Match", tag), page->etag) == 0) {
            http_send(call, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
            return;
        }
        char head[1024];
        (void)snprintf(head, sizeof(head),
                       "HTTP/1.1 %s\r\nConnection: close\r\n%s%s%s%sContent-Length: %zu\r\n\r\n",
                       page->status != NULL ? page->status : "200 OK",
                       page->etag != NULL ? "ETag: " : "", page->etag != NULL ? page->etag : "",
                       page->etag != NULL ? "\r\n" : "",
                       page->headers != NULL ? page->headers : "", strlen(page->body));
        http_send(call, head);
        http_send(call, page->body);
        return;
    }
    http_send(call, "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

static void on_done(void *context, struct bw_polled *result)
{
    cr_assert(eq(ptr, context, &w));
    w.results[w.done++] = *result;
    if (w.done == w.wanted) {
        uv_stop(&w.loop);
    }
}

static void begin(void)
{
    struct bw_error err = { 0 };
    cr_assert(eq(int, uv_loop_init(&w.loop), 0));
    uv_timer_init(&w.loop, &w.guard);
    uv_timer_start(&w.guard, on_guard, 240000, 0);
    uv_unref((uv_handle_t *)&w.guard);
    cr_assert(eq(int, bw_http_new(&w.loop, 16, 8, &w.http, &err), BW_OK));
    w.server = http_server_start(serve, NULL);
    BW_CLEANUP(bw_freep) char *plugins = bw_xasprintf("%s/plugins", getenv("BW_BIN"));
    w.keyring = bw_keyring_new(&w.loop);
    w.poller = bw_poller_new(&w.loop, w.http, w.keyring, plugins, on_done, &w);
    (void)snprintf(w.folder, sizeof(w.folder), "/tmp/bw-poller-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(w.folder), NULL));
}

/* Every handle is closed and every byte free: uv_loop_close() and the leak checker say so. */
static void end(void)
{
    for (int i = 0; i < w.done; i++) {
        struct bw_event event = { .type = BW_EVENT_POLLED, .polled = w.results[i] };
        bw_event_clear(&event);
    }
    bw_poller_close(w.poller);
    uv_close((uv_handle_t *)&w.guard, NULL);
    uv_run(&w.loop, UV_RUN_NOWAIT);
    bw_keyring_close(w.keyring);
    bw_http_close(w.http);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    cr_assert(eq(int, uv_loop_close(&w.loop), 0));
    http_server_stop(w.server);
    BW_CLEANUP(bw_freep) char *remove = bw_xasprintf("rm -rf %s", w.folder);
    cr_assert(eq(int, system(remove), 0));
}

TestSuite(poller, .init = begin, .fini = end);

static char *in_folder(const char *name, const char *text)
{
    char *path = bw_xasprintf("%s/%s", w.folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    fputs(text, file);
    fclose(file);
    return path;
}

static struct bw_source_settings source_of(const char *name, const char *plugin, const char *url)
{
    bool own = strchr(plugin, '.') != NULL && plugin[0] != '/' && strchr(plugin, '/') == NULL;
    return (struct bw_source_settings){
        .name = bw_xstrdup(name),
        .plugin = own ? bw_xasprintf("%s/tests/data/plugins/%s", getenv("BW_SOURCE"), plugin)
                      : bw_xstrdup(plugin),
        .platform = bw_xstrdup("acme"),
        .account = bw_xstrdup(""),
        .region = bw_xstrdup(""),
        .url = bw_xstrdup(url != NULL ? url : http_server_url(w.server)),
        .options = bw_xstrdup("{}"),
        .timeout_ms = 120000, /* for a machine that does much else */
        .max_bytes = 1024 * 1024,
    };
}

static const struct bw_polled *run(int polls)
{
    w.wanted = w.done + polls;
    if (polls > 0) {
        uv_run(&w.loop, UV_RUN_DEFAULT);
    }
    return &w.results[w.done - 1];
}

static const struct bw_polled *poll_after(struct bw_source_settings *source, const char *memory)
{
    bw_poller_poll(w.poller, source, memory);
    return run(1);
}

static const struct bw_polled *poll_once(struct bw_source_settings *source)
{
    return poll_after(source, NULL);
}

static bool lists(const struct bw_polled *polled, const char *id)
{
    return bw_entries_find(&polled->entries, id) != NULL;
}

/* How many run `sleep` as long as this process's plugins do: others test beside us. */
static int sleeping(void)
{
    char command[256];
    (void)snprintf(command, sizeof(command), "ps -eo args | grep -c '^sleep 6%ld$'",
                   (long)getpid());
    FILE *pipe = popen(command, "r");
    int count = -1;
    cr_assert(eq(int, fscanf(pipe, "%d", &count), 1));
    pclose(pipe);
    return count;
}

static bool all_sleepers_end(void)
{
    int left = sleeping();
    for (int i = 0; i < 500 && left > 0; i++) { /* what was killed may take its time to go */
        (void)usleep(20000);
        left = sleeping();
    }
    return left == 0;
}

/* A plugin of ours whose `sleep 61234` is this process's alone. */
static struct bw_source_settings sleeper(const char *plugin)
{
    struct bw_source_settings source = source_of(plugin, plugin, NULL);
    BW_CLEANUP(bw_freep) char *script = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str own = { 0 };
    size_t size = 0;
    cr_assert(eq(int, bw_file_read(source.plugin, 65536, &script, &size, NULL), BW_OK));
    const char *rest = script;
    for (const char *at = strstr(rest, "61234"); at != NULL; at = strstr(rest, "61234")) {
        bw_str_appendf(&own, "%.*s6%ld", (int)(at - rest), rest, (long)getpid());
        rest = at + 5;
    }
    bw_str_append(&own, rest);
    free(source.plugin);
    source.plugin = in_folder(plugin, own.text);
    cr_assert(eq(int, chmod(source.plugin, 0755), 0));
    return source;
}

static char *two_pages(void)
{
    w.pages[0] = (struct page){ .path = "/list?page=1", .etag = "W/\"v 1\"",
                                .body = "{\"models\":[\"b\",\"a\"],\"next\":\"/list?page=2\"}" };
    w.pages[1] = (struct page){ .path = "/list?page=2", .etag = "\"p2\"",
                                .body = "{\"models\":[\"c\"]}" };
    return in_folder("key", "hunter2-secret\n");
}

static struct bw_source_settings two_page_source(char *key)
{
    struct bw_source_settings source = source_of("pages", "good.py", NULL);
    bw_replace(&source.options, "{\"maker\":\"acme\"}");
    source.credential.kind = BW_SECRET_FILE;
    source.credential.file = key;
    return source;
}

Test(poller, a_plugin_in_python_lists_two_pages)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        two_page_source(two_pages());
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(eq(sz, got->entries.count, 3));
    cr_expect(eq(str, got->entries.items[0].id, "a"));
    cr_expect(eq(str, got->entries.items[2].maker, "acme"));
    cr_expect(ne(ptr, strstr(w.last_head, "\r\nAuthorization: Bearer hunter2-secret\r\n"), NULL));
    cr_expect(eq(int, http_server_calls(w.server), 2));
}

Test(poller, a_plugin_in_sh_reads_a_body_of_exact_length)
{
    w.pages[0] = (struct page){ .path = "/ids.txt", .body = "one\ntwo\n" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("sh", "good.sh", NULL);
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(eq(sz, got->entries.count, 2));
    cr_expect(lists(got, "two"));
}

Test(poller, unchanged_answers_start_no_child)
{
    char *key = two_pages();
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source = two_page_source(key);
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *script = NULL;
    cr_assert(eq(int, bw_file_read(source.plugin, 65536, &script, &size, NULL), BW_OK));
    free(source.plugin);
    source.plugin = in_folder("copy.py", script);
    cr_assert(eq(int, chmod(source.plugin, 0755), 0));
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);

    cr_assert(eq(int, chmod(source.plugin, 0644), 0)); /* a start would now fail */
    got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_UNCHANGED), "%s", got->error);
    cr_expect(eq(int, http_server_calls(w.server), 4));
    cr_expect(eq(ptr, strstr(w.last_head, "If-Modified-Since"), NULL));
    cr_expect(ne(ptr, strstr(w.last_head, "Authorization: Bearer hunter2-secret"), NULL));

    w.pages[0].etag = "\"v2\""; /* the same bytes under another tag, which is what to ask with next */
    w.pages[1].etag = "\"v2\"";
    for (int i = 0; i < 2; i++) {
        got = poll_once(&source);
        cr_assert(eq(int, got->outcome, BW_POLL_UNCHANGED), "%s", got->error);
    }
    cr_expect(ne(ptr, strstr(w.last_head, "If-None-Match: \"v2\"\r\n"), NULL));

    w.pages[0].etag = NULL; /* 200 with the same bytes, and no validators from now on */
    w.pages[1].etag = NULL;
    got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_UNCHANGED), "%s", got->error);

    const struct bw_settings none = { 0 };
    bw_poller_retain(w.poller, &none); /* forgotten: there is nothing to compare with */
    got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(ne(ptr, strstr(got->error, "exec: Permission denied"), NULL), "%s", got->error);
}

Test(poller, a_date_is_sent_back_as_the_server_wrote_it)
{
    w.pages[0] = (struct page){ .path = "/ids.txt", .body = "one\n",
                                .headers = "Last-Modified: Tue, 05 May 2026  1:02:03 GMT\r\n" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("sh", "good.sh", NULL);
    cr_assert(eq(int, poll_once(&source)->outcome, BW_POLL_LISTED));
    cr_assert(eq(int, poll_once(&source)->outcome, BW_POLL_UNCHANGED));
    cr_expect(ne(ptr, strstr(w.last_head, "If-Modified-Since: Tue, 05 May 2026  1:02:03 GMT\r\n"),
                 NULL), "%s", w.last_head);
}

Test(poller, what_was_fetched_is_fed_and_what_was_304_is_fetched_whole)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        two_page_source(two_pages());
    cr_assert(eq(int, poll_once(&source)->outcome, BW_POLL_LISTED));
    w.pages[0].etag = "\"v2\"";
    w.pages[0].body = "{\"models\":[\"new\"],\"next\":\"/list?page=2\"}";
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(lists(got, "new"));
    cr_expect(lists(got, "c"));
    cr_expect(eq(int, http_server_calls(w.server), 2 + 3)); /* page 1, page 2 as 304, page 2 */

    w.pages[0].body = "{\"models\":[\"newer\"]}";
    w.pages[0].etag = NULL;
    got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(eq(sz, got->entries.count, 1));
    cr_expect(eq(int, http_server_calls(w.server), 5 + 2)); /* page 1 was not fetched twice */
    cr_expect(eq(int, poll_once(&source)->outcome, BW_POLL_UNCHANGED));
    cr_expect(eq(int, http_server_calls(w.server), 7 + 1)); /* page 2 is not part of it any more */
}

Test(poller, each_bad_plugin_costs_one_poll_and_one_line)
{
    static const struct {
        const char *plugin;
        const char *says;
    } cases[] = {
        { "bad-line.sh", "plugin has written a bad line: entry: id is not a string" },
        { "not-json.sh", "plugin has written a bad line: line 1, column 1: not JSON" },
        { "exit-status.sh", "plugin has exited with status 3: config missing" },
        { "no-done.sh", "plugin has ended without 'done'" },
        { "after-done.sh", "plugin has written a line after 'done'" },
        { "crash.sh", "plugin was killed by signal" },
        { "flood-out.sh", "plugin has written more than 64 MiB" },
        { "flood-line.sh", "plugin has written a line of more than 65536 bytes" },
        { "fetches.sh", "plugin has asked for more than 64 fetches" },
        { "twice.sh", "plugin has used fetch id 1 twice, or not in rising order" },
        { "elsewhere.sh", "plugin has written a bad line: fetch: path does not begin with '/'" },
        { "cut-short.sh", "plugin's last line has no end" },
        { "/nowhere/at/all", "cannot start '/nowhere/at/all': exec: No such file or directory" },
        { "no-such-plugin", "exec: No such file or directory" },
        { "a/b", "the plugin is neither a name nor an absolute path" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
            source_of(cases[i].plugin, cases[i].plugin, NULL);
        const struct bw_polled *got = poll_once(&source);
        cr_expect(eq(int, got->outcome, BW_POLL_FAILED), "%s", cases[i].plugin);
        cr_assert(ne(ptr, got->error, NULL), "%s", cases[i].plugin);
        cr_expect(ne(ptr, strstr(got->error, cases[i].says), NULL), "%s: %s", cases[i].plugin,
                  got->error);
        cr_expect(eq(ptr, strchr(got->error, '\n'), NULL));
        cr_expect(eq(sz, got->entries.count, 0));
    }
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings noisy =
        source_of("noisy", "flood-err.sh", NULL);
    cr_expect(eq(int, poll_once(&noisy)->outcome, BW_POLL_LISTED));
}

Test(poller, a_hanging_plugin_ends_at_the_deadline_with_all_it_started)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings hang = sleeper("hang.sh");
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings fork = sleeper("fork.sh");
    hang.timeout_ms = 400;
    const struct bw_polled *got = poll_once(&hang);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(eq(str, got->error, "the plugin did not finish within 400ms"));
    cr_expect(eq(int, poll_once(&fork)->outcome, BW_POLL_LISTED));
    cr_expect(all_sleepers_end());
}

Test(poller, a_silent_server_ends_at_the_deadline)
{
    w.wait_ms = 5000;
    w.pages[0] = (struct page){ .path = "/ids.txt", .body = "one\n" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("sh", "good.sh", NULL);
    source.timeout_ms = 500;
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(eq(int, w.done, 1));
}

Test(poller, the_credential_is_in_no_error)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("expired", "says-why.sh", NULL);
    source.credential.kind = BW_SECRET_FILE;
    source.credential.file = in_folder("key", "topsecret-credential\n");
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(str, got->error, "the key [credential] has expired"));
    bw_replace(&source.credential.file, "/nowhere/key");
    got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(ne(ptr, strstr(got->error, "/nowhere/key"), NULL), "%s", got->error);
}

Test(poller, a_credential_from_a_slow_command_does_not_stop_the_others)
{
    w.pages[0] = (struct page){ .path = "/models", .body = "{\"data\":[{\"id\":\"m\"}]}" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings slow =
        source_of("slow", "openai", NULL);
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings quick =
        source_of("quick", "openai", NULL);
    slow.credential.kind = BW_SECRET_COMMAND;
    BW_VEC_PUSH(&slow.credential.argv, bw_xstrdup("/bin/sh"));
    BW_VEC_PUSH(&slow.credential.argv, bw_xstrdup("-c"));
    BW_VEC_PUSH(&slow.credential.argv,
                bw_xasprintf("while [ ! -e %s/open ]; do sleep 0.05; done; echo from-a-vault",
                             w.folder));
    bw_poller_poll(w.poller, &slow, NULL);
    bw_poller_poll(w.poller, &quick, NULL);
    cr_expect(eq(str, run(1)->source, "quick"));
    free(in_folder("open", ""));
    const struct bw_polled *got = run(1);
    cr_expect(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(ne(ptr, strstr(w.last_head, "Bearer from-a-vault"), NULL), "%s", w.last_head);
    slow.timeout_ms = 300;
    bw_replace(&slow.credential.argv.items[2], "sleep 60; echo from-a-vault");
    got = poll_once(&slow);
    cr_expect(eq(str, got->error, "the credential was not read within 300ms"));
}

Test(poller, a_file_answers_the_first_fetch_alone)
{
    BW_CLEANUP(bw_freep) char *file = in_folder("catalog.json", "{\"models\":[\"a\"]}");
    BW_CLEANUP(bw_freep) char *url = bw_xasprintf("file://%s", file);
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("file", "good.py", url);
    cr_assert(eq(int, poll_once(&source)->outcome, BW_POLL_LISTED));
    cr_expect(lists(run(0), "a"));
    cr_expect(eq(int, poll_once(&source)->outcome, BW_POLL_UNCHANGED));

    free(in_folder("catalog.json", "{\"models\":[\"a\"],\"next\":\"/more\"}"));
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(eq(str, got->error, "a file answers one fetch of a poll, and the plugin asks for "
                                  "another: '/more'"));
    free(in_folder("catalog.json", "{\"models\":[\"a\"]}"));
    cr_expect(eq(int, poll_once(&source)->outcome, BW_POLL_UNCHANGED)); /* as at the last good poll */

    cr_assert(eq(int, unlink(file), 0));
    got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(ne(ptr, strstr(got->error, file), NULL), "%s", got->error);
}

Test(poller, a_plugin_named_without_a_path_lives_in_the_plugin_folder)
{
    w.pages[0] = (struct page){ .path = "/models", .status = "503 Service Unavailable",
                                .headers = "Retry-After: 120\r\n", .body = "{\"error\":\"busy\"}" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("openai", "openai", NULL);
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_FAILED));
    cr_expect(eq(str, got->error, "GET /models: HTTP 503: busy"));
    cr_expect(eq(i64, got->retry_after_ms, 120000));

    w.pages[0] = (struct page){ .path = "/models", .body = "{\"data\":[{\"id\":\"m\"}]}" };
    got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(eq(i64, got->retry_after_ms, 0));
    cr_expect(lists(got, "m"));
    cr_expect(eq(int, poll_once(&source)->outcome, BW_POLL_UNCHANGED));
}

Test(poller, a_second_call_joins_and_no_more_than_two_children_run)
{
    w.pages[0] = (struct page){ .path = "/ids.txt", .body = "one\n" };
    w.meet = 2;
    w.wait_ms = 150; /* for a third to show itself */
    for (int i = 0; i < 6; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "s%d", i);
        BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
            source_of(name, "good.sh", NULL);
        bw_poller_poll(w.poller, &source, NULL);
        bw_poller_poll(w.poller, &source, NULL);
    }
    cr_assert(eq(int, w.done, 0)); /* never from inside the call */
    run(6);
    for (int i = 0; i < 6; i++) {
        cr_expect(eq(int, w.results[i].outcome, BW_POLL_LISTED), "%s", w.results[i].error);
    }
    cr_expect(eq(int, http_server_peak(w.server), 2));
    cr_expect(eq(int, http_server_calls(w.server), 6));
}

Test(poller, closing_kills_what_runs_without_another_word)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings hang = sleeper("hang.sh");
    bw_poller_poll(w.poller, &hang, NULL);
    for (int i = 0; i < 2000 && sleeping() == 0; i++) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
        (void)usleep(10000);
    }
    cr_assert(eq(int, sleeping(), 1));
    bw_poller_close(w.poller);
    uv_run(&w.loop, UV_RUN_NOWAIT);
    cr_expect(eq(int, w.done, 0));
    cr_expect(all_sleepers_end());
    w.poller = bw_poller_new(&w.loop, w.http, w.keyring, "/nowhere", on_done, &w); /* for end() */
}

Test(poller, a_plugin_reaches_neither_network_nor_files_nor_processes)
{
    BW_CLEANUP(bw_freep) char *secret = in_folder("secret", "do not read");
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("curious", "curious.py", NULL);
    free(source.options);
    source.options = bw_xasprintf("{\"port\":\"%s\",\"secret\":\"%s\"}",
                                  strrchr(http_server_url(w.server), ':') + 1, secret);
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    static const char *const always[] = {
        "network:PermissionError", "unix:PermissionError",   "write:PermissionError",
        "mkdir:PermissionError",   "unlink:PermissionError", "chmod:PermissionError",
        "kill:PermissionError",    "setsid:PermissionError", "descriptors:OSError",
        "cwd:/",
    };
    static const char *const with_landlock[] = {
        "passwd:PermissionError", "secret:PermissionError", "folder:PermissionError",
        "home:PermissionError",
#if !defined(BW_SANITIZED) /* a sanitized plugin may read /proc */
        "environ:PermissionError",
#endif
    };
    BW_VEC_EACH(struct bw_entry, entry, &got->entries)
    {
        cr_expect(strncmp(entry->id, "env:", 4) != 0 || strstr(entry->id, "PATH") != NULL);
        cr_expect(eq(ptr, strstr(entry->id, "BW_"), NULL), "%s", entry->id);
    }
    for (size_t i = 0; i < BW_COUNT(always); i++) {
        cr_expect(lists(got, always[i]), "%s", always[i]);
    }
    if (!bw_sandbox_confines_files()) {
        fputs("SKIPPED: this kernel has no Landlock, so files were not checked\n", stderr);
        return;
    }
    for (size_t i = 0; i < BW_COUNT(with_landlock); i++) {
        cr_expect(lists(got, with_landlock[i]), "%s", with_landlock[i]);
    }
}

/* ---- what an account holds ---- */

static struct bw_source_settings account_with(const char *jobs)
{
    w.pages[0] = (struct page){ .path = "/ids.txt", .etag = "\"i\"", .body = "tall-9\n" };
    w.pages[1] = (struct page){ .path = "/jobs.txt", .etag = "\"j\"", .body = jobs };
    return source_of("account", "inventory.sh", NULL);
}

Test(poller, the_inventory_follows_the_catalog_and_says_what_it_could_not_see)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        account_with("job-2\njob-1\nnote\n");
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(lists(got, "tall-9"));
    cr_assert(eq(int, got->discovered.outcome, BW_DISCOVERY_LISTED), "%s", got->discovered.error);
    cr_assert(eq(sz, got->discovered.findings.count, 2));
    cr_expect(eq(str, got->discovered.findings.items[0].id, "job-1"));
    cr_expect(eq(str, got->discovered.findings.items[0].base, "tall-9"));
    cr_assert(eq(sz, got->discovered.notes.count, 1));
    cr_expect(eq(str, got->discovered.notes.items[0], "listed 1 of 2 jobs"));
    cr_expect(got->discovered.partial);
}

Test(poller, an_unchanged_inventory_starts_no_child_and_the_manifest_is_asked_once)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source = account_with("job-1\n");
    size_t size = 0;
    BW_CLEANUP(bw_freep) char *script = NULL;
    cr_assert(eq(int, bw_file_read(source.plugin, 65536, &script, &size, NULL), BW_OK));
    free(source.plugin);
    source.plugin = in_folder("copy.sh", script);
    cr_assert(eq(int, chmod(source.plugin, 0755), 0));
    cr_assert(eq(int, poll_once(&source)->discovered.outcome, BW_DISCOVERY_LISTED));
    cr_assert(eq(int, chmod(source.plugin, 0644), 0)); /* a start would now fail */
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(int, got->outcome, BW_POLL_UNCHANGED), "%s", got->error);
    cr_expect(eq(int, got->discovered.outcome, BW_DISCOVERY_UNCHANGED), "%s",
              got->discovered.error);
}

Test(poller, a_plugin_without_an_inventory_is_not_asked_for_one)
{
    w.pages[0] = (struct page){ .path = "/ids.txt", .body = "one\n" };
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        source_of("sh", "good.sh", NULL);
    const struct bw_polled *got = poll_once(&source);
    cr_assert(eq(int, got->outcome, BW_POLL_LISTED), "%s", got->error);
    cr_expect(eq(int, got->discovered.outcome, BW_DISCOVERY_NONE));
    cr_expect(eq(int, http_server_calls(w.server), 1));
}

Test(poller, an_inventory_that_fails_costs_no_catalog)
{
    static const struct {
        const char *jobs;
        const char *status;
        enum bw_discovery outcome;
        const char *says;
    } cases[] = {
        { "job-1\ncrash\n", NULL, BW_DISCOVERY_FAILED, "exit" },
        { "job-1\nshort\n", NULL, BW_DISCOVERY_FAILED, "done" },
        { "job-1\ncut\n", NULL, BW_DISCOVERY_FAILED, "last line has no end" },
        { "{}", "403 Forbidden", BW_DISCOVERY_REFUSED, "HTTP 403" },
        { "entry\n", NULL, BW_DISCOVERY_FAILED, "a line that its verb does not have" },
        { "again\n", NULL, BW_DISCOVERY_FAILED, "more than 1 fetches" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
            account_with(cases[i].jobs);
        w.pages[1].status = cases[i].status;
        w.pages[1].etag = NULL;
        source.fetches = 1;
        const struct bw_polled *got = poll_once(&source);
        cr_expect(ne(int, got->outcome, BW_POLL_FAILED), "%s", cases[i].jobs);
        cr_expect(eq(int, got->discovered.outcome, cases[i].outcome), "%s", cases[i].jobs);
        cr_expect(eq(sz, got->discovered.findings.count, 0), "%s", cases[i].jobs);
        cr_assert(ne(ptr, got->discovered.error, NULL));
        cr_expect(ne(ptr, strstr(got->discovered.error, cases[i].says), NULL), "%s",
                  got->discovered.error);
    }
}

Test(poller, what_an_inventory_remembers_is_told_to_the_next_one_alone)
{
    BW_CLEANUP(bw_source_settings_clear) struct bw_source_settings source =
        account_with("job-1\nremember\n");
    const struct bw_polled *got = poll_once(&source);
    cr_expect(eq(sz, got->discovered.findings.count, 1));
    BW_CLEANUP(bw_freep) char *memory = bw_xstrdup(got->discovered.memory);
    cr_assert(ne(ptr, memory, NULL));
    cr_expect(eq(str, memory, "{\"after\":\"job-1\"}"));
    w.pages[1].body = "job-1\n";
    w.pages[1].etag = NULL;
    got = poll_after(&source, memory);
    cr_expect(eq(ptr, got->discovered.memory, NULL));
    cr_assert(eq(sz, got->discovered.findings.count, 2));
    cr_expect(eq(str, got->discovered.findings.items[1].id, "resumed"));
    w.pages[1].body = "job-1\njob-2\n";
    got = poll_once(&source);
    cr_assert(eq(sz, got->discovered.findings.count, 2));
    cr_expect(eq(str, got->discovered.findings.items[1].id, "job-2"));
}
