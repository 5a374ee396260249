/* daemon/cli/cmd_listen.c: see cmd_listen.h. */
#include "cli/cmd_listen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"
#include "cli/hook_server.h"
#include "codec/json.h"
#include "codec/secret.h"

static const char USAGE[] =
    "usage: basewatch listen --secret FILE [--port N] [--bind ADDRESS] [--count N] [--json]\n"
    "  --secret FILE   holds whsec_..., as given to the sink\n"
    "  --port N        default 8787; 0 picks a free one\n"
    "  --bind ADDRESS  default 127.0.0.1\n"
    "  --count N       end after so many genuine messages\n"
    "  --json          print bodies as they came\n";

enum { DEFAULT_PORT = 8787, PORT_MAX = 65535, COUNT_MAX = 1000000000 };

struct listen {
    int64_t port;
    const char *address;
    const char *secret_file;
    int64_t count; /* 0: no end */
    bool json;
    bool help;
    struct bw_webhook_secret secret;
    struct bw_hook_server *server;
    int64_t seen;
};

static bool read_options(int argc, char **argv, struct listen *out, struct bw_error *err);
static enum bw_err run(struct listen *listen, struct bw_error *err);
static int on_request(void *context, const struct bw_hook_request *request);

int bw_cmd_listen(int argc, char **argv)
{
    struct listen listen = { .port = DEFAULT_PORT, .address = "127.0.0.1" };
    struct bw_error err = { 0 };
    if (!read_options(argc, argv, &listen, &err)) {
        (void)fprintf(stderr, "basewatch listen: %s\n%s", err.text, USAGE);
        return 2;
    }
    if (listen.help) {
        (void)fputs(USAGE, stdout);
        return 0;
    }
    enum bw_err rc = run(&listen, &err);
    bw_hook_server_free(listen.server);
    bw_webhook_secret_clear(&listen.secret);
    if (rc != BW_OK) {
        (void)fprintf(stderr, "basewatch listen: %s\n", err.text);
        return 1;
    }
    return 0;
}

/* --- options --- */

static bool number(const char *text, int64_t most, int64_t *out)
{
    return bw_str_number(text, out) && *out <= most;
}

static bool set_option(const char *name, const char *value, struct listen *out,
                       struct bw_error *err)
{
    bool good = true;
    if (strcmp(name, "--secret") == 0) {
        out->secret_file = value;
    } else if (strcmp(name, "--bind") == 0) {
        out->address = value;
    } else if (strcmp(name, "--port") == 0) {
        good = number(value, PORT_MAX, &out->port);
    } else if (strcmp(name, "--count") == 0) {
        good = number(value, COUNT_MAX, &out->count);
    } else {
        (void)bw_fail(err, BW_ERR_INVALID, "unknown option '%s'", name);
        return false;
    }
    if (!good) {
        (void)bw_fail(err, BW_ERR_INVALID, "%s: '%s' is not a number that fits", name, value);
    }
    return good;
}

static bool read_options(int argc, char **argv, struct listen *out, struct bw_error *err)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            out->json = true;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            out->help = true;
            return true;
        }
        const char *equals = strchr(argv[i], '=');
        BW_CLEANUP(bw_freep)
        char *name =
            equals == NULL ? bw_xstrdup(argv[i]) : bw_xstrndup(argv[i], (size_t)(equals - argv[i]));
        if (equals == NULL && i + 1 == argc) {
            (void)bw_fail(err, BW_ERR_INVALID, "'%s' is unknown or lacks a value", name);
            return false;
        }
        if (!set_option(name, equals == NULL ? argv[++i] : equals + 1, out, err)) {
            return false;
        }
    }
    if (out->secret_file == NULL) {
        (void)bw_fail(err, BW_ERR_INVALID, "--secret FILE is missing");
        return false;
    }
    return true;
}

/* --- listening --- */

static enum bw_err read_secret(struct listen *listen, struct bw_error *err)
{
    struct bw_secret_ref ref = { .kind = BW_SECRET_FILE,
                                 .file = (char *)listen->secret_file,
                                 .beside = "." };
    struct bw_secret text = { 0 };
    enum bw_err rc = bw_secret_read(&ref, &text, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (text.warning != NULL) {
        (void)fprintf(stderr, "warning: %s\n", text.warning);
    }
    rc = bw_webhook_secret_parse(text.text, text.size, &listen->secret, err);
    bw_secret_clear(&text);
    return rc == BW_OK ? BW_OK : bw_error_prefix(err, "secret file '%s': ", listen->secret_file);
}

static enum bw_err run(struct listen *listen, struct bw_error *err)
{
    enum bw_err rc = read_secret(listen, err);
    if (rc == BW_OK) {
        rc = bw_hook_server_new(listen->address, (int)listen->port, on_request, listen,
                                &listen->server, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    sigset_t stops;
    sigset_t before;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGINT);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &stops, &before);
    int stop_fd = signalfd(-1, &stops, SFD_CLOEXEC);
    if (stop_fd < 0) {
        return bw_fail(err, BW_ERR_IO, "signalfd: %s", strerror(errno));
    }
    bool six = strchr(listen->address, ':') != NULL;
    (void)fprintf(stderr, "listening on http://%s%s%s:%d/\n", six ? "[" : "", listen->address,
                  six ? "]" : "", bw_hook_server_port(listen->server));
    rc = bw_hook_server_run(listen->server, stop_fd, err);
    /* The signal that stopped us is still pending and must not kill us at the last moment. */
    const struct timespec no_wait = { 0 };
    while (sigtimedwait(&stops, NULL, &no_wait) > 0) {
    }
    (void)close(stop_fd);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* --- one message --- */

/* Text of others on our terminal: no control characters. */
static void append_clean(struct bw_str *line, const char *text)
{
    for (; *text != '\0'; text++) {
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f;
        bw_str_append_bytes(line, control ? " " : text, 1);
    }
}

static void print_line(const struct bw_json *message)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    const char *summary = bw_json_text(bw_json_get(bw_json_get(message, "data"), "summary"), NULL);
    append_clean(&line, bw_json_text(bw_json_get(message, "time"), "-"));
    bw_str_append(&line, "  ");
    append_clean(&line, bw_json_text(bw_json_get(message, "type"), "-"));
    bw_str_append(&line, "  ");
    append_clean(&line, bw_json_text(bw_json_get(message, "subject"), "-"));
    if (summary != NULL) {
        bw_str_append(&line, "  ");
        append_clean(&line, summary);
    }
    (void)puts(line.text);
}

static int on_request(void *context, const struct bw_hook_request *request)
{
    struct listen *listen = context;
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *message = NULL;
    if (bw_webhook_verify(&listen->secret, &request->headers, request->body, request->body_bytes,
                          bw_clock_now_ms() / 1000, &err) != BW_OK) {
        (void)fprintf(stderr, "refused: %s\n", err.text);
        return 401;
    }
    if (bw_json_parse(request->body, request->body_bytes, &message, &err) != BW_OK ||
        !bw_json_is_object(message)) {
        (void)fprintf(stderr, "refused: genuine, but the body is not a JSON object\n");
        return 400;
    }
    if (listen->json) {
        (void)puts(request->body);
    } else {
        print_line(message);
    }
    (void)fflush(stdout);
    if (++listen->seen == listen->count) {
        bw_hook_server_stop(listen->server);
    }
    return 204;
}
