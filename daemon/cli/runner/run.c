/* daemon/cli/runner/run.c: see run.h. */
#include "cli/runner/run.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "base/str.h"
#include "codec/eval_result.h"
#include "codec/secret.h"

enum { SAID_MAX_BYTES = 200, OPEN_FOLDERS = 16 };

static enum bw_err make_folder(const struct bw_eval_suite *suite, struct bw_run *run,
                               struct bw_error *err);
static void remove_folder(struct bw_run *run);
static enum bw_err fill_environment(const struct bw_run_subject *subject,
                                    const struct bw_run *run, struct bw_names *out,
                                    struct bw_error *err);
static char *how_it_ended(const struct bw_guard_report *report);

static void wipe_names(struct bw_names *names)
{
    BW_VEC_EACH(char *, name, names)
    {
        explicit_bzero(*name, strlen(*name));
    }
    bw_names_clear(names);
}

enum bw_err bw_run_start(const struct bw_run_subject *subject, struct bw_run *out,
                         struct bw_error *err)
{
    const struct bw_eval_suite *suite = subject->suite;
    BW_CLEANUP(remove_folder) struct bw_run run = { .began_ms = bw_clock_monotonic_ms() };
    BW_CLEANUP(bw_names_clear) struct bw_names argv = { 0 };
    BW_CLEANUP(wipe_names) struct bw_names environment = { 0 };
    enum bw_err rc = make_folder(suite, &run, err);
    if (rc == BW_OK) {
        rc = fill_environment(subject, &run, &environment, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_eval_suite_argv(suite, subject->model, run.result, &argv);
    const struct bw_guard_order order = { .argv = &argv,
                                          .environment = &environment,
                                          .cwd = suite->cwd != NULL ? suite->cwd : run.folder,
                                          .timeout_ms = suite->timeout_ms };
    rc = bw_guard_start(&order, &run.guard, err);
    if (rc == BW_OK) {
        *out = run;
        run = (struct bw_run){ 0 };
    }
    return rc;
}

/* Why it did not leave a result; NULL: it was not kept from it. Ownership: the caller's. */
static char *fault_of(const struct bw_guard_report *report, const struct bw_eval_suite *suite)
{
    char limit[BW_INSTANT_TEXT];
    if (report->start_error != 0) {
        return bw_xasprintf("'%s' cannot be started: %s", suite->argv.items[0],
                            strerror(report->start_error));
    }
    return report->timed_out ? bw_xasprintf("it did not end within %s",
                                            bw_duration_format(suite->timeout_ms, limit))
           : report->stopped ? bw_xstrdup("the runner was stopped")
                             : NULL;
}

enum bw_eval_outcome bw_run_finish(struct bw_run *run, const struct bw_run_subject *subject,
                                   struct bw_eval_result *out, char **reason)
{
    BW_CLEANUP(remove_folder) struct bw_run ended = *run;
    struct bw_guard_report report = { 0 };
    struct bw_error err = { 0 };
    const struct bw_eval_suite *suite = subject->suite;
    *run = (struct bw_run){ 0 };
    enum bw_err rc = bw_guard_finish(&ended.guard, &report, &err);
    BW_CLEANUP(bw_freep) char *fault = rc == BW_OK ? fault_of(&report, suite) : NULL;
    *out = (struct bw_eval_result){
        .role = subject->role, .model = bw_xstrdup(subject->model), .mean_score = NAN,
        .cost_usd = NAN, .duration_ms = bw_clock_monotonic_ms() - ended.began_ms,
        .exit = WIFEXITED(report.status) ? WEXITSTATUS(report.status)
                                         : 128 + WTERMSIG(report.status),
    };
    if (rc == BW_OK && fault == NULL) {
        rc = bw_eval_result_read_file(suite->format, &suite->pointers, ended.result, out, &err);
        if (rc == BW_OK) {
            return BW_EVAL_FINISHED;
        }
        (void)bw_error_prefix(&err, "its result: ");
    }
    BW_CLEANUP(bw_freep) char *end = how_it_ended(&report);
    *reason = bw_xasprintf("%s: %s%s", bw_eval_role_word(subject->role),
                           fault != NULL ? fault : err.text, end);
    return report.timed_out ? BW_EVAL_TIMED_OUT : BW_EVAL_FAILED;
}

/* --- folders --- */

/* Harnesses choose their format by the name of the file. */
static enum bw_err make_folder(const struct bw_eval_suite *suite, struct bw_run *run,
                               struct bw_error *err)
{
    const char *place = getenv("TMPDIR");
    char *folder = bw_xasprintf("%s/basewatch-eval-XXXXXX", place == NULL ? "/tmp" : place);
    if (mkdtemp(folder) == NULL) {
        enum bw_err rc = bw_fail(err, BW_ERR_IO, "%s: %s", folder, strerror(errno));
        free(folder);
        return rc;
    }
    run->folder = folder;
    run->result = bw_xasprintf("%s/result.%s", folder,
                               suite->format == BW_EVAL_JUNIT ? "xml" : "json");
    return BW_OK;
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    (void)remove(path);
    return 0;
}

static void remove_folder(struct bw_run *run)
{
    if (run->folder != NULL) {
        (void)nftw(run->folder, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    }
    free(run->folder);
    free(run->result);
    *run = (struct bw_run){ 0 };
}

/* --- environment --- */

static void set(struct bw_names *out, const char *name, const char *text)
{
    size_t size = strlen(name);
    char *line = bw_xasprintf("%s=%s", name, text);
    BW_VEC_EACH(char *, known, out)
    {
        if (strncmp(*known, line, size + 1) == 0) {
            free(*known);
            *known = line;
            return;
        }
    }
    BW_VEC_PUSH(out, line);
}

static void inherit(struct bw_names *out, const char *name, const char *fallback)
{
    const char *ours = getenv(name);
    set(out, name, ours != NULL ? ours : fallback);
}

static enum bw_err set_variable(const struct bw_variable *variable, struct bw_names *out,
                                struct bw_error *err)
{
    if (variable->text != NULL) {
        set(out, variable->name, variable->text);
        return BW_OK;
    }
    struct bw_secret secret = { 0 };
    enum bw_err rc = bw_secret_read(&variable->secret, &secret, err);
    if (secret.warning != NULL) {
        bw_log(BW_LOG_WARNING, "%s", secret.warning);
    }
    if (rc == BW_OK) {
        set(out, variable->name, secret.text);
    }
    bw_secret_clear(&secret);
    return rc == BW_OK ? rc : bw_error_prefix(err, "%s: ", variable->name);
}

static enum bw_err fill_environment(const struct bw_run_subject *subject,
                                    const struct bw_run *run, struct bw_names *out,
                                    struct bw_error *err)
{
    inherit(out, "PATH", "/usr/local/bin:/usr/bin:/bin");
    inherit(out, "HOME", run->folder);
    inherit(out, "LANG", "C.UTF-8");
    BW_VEC_EACH(const struct bw_variable, variable, &subject->suite->environment)
    {
        enum bw_err rc = set_variable(variable, out, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    set(out, "BASEWATCH_MODEL", subject->model);
    set(out, "BASEWATCH_ROLE", bw_eval_role_word(subject->role));
    set(out, "BASEWATCH_RESULT", run->result);
    set(out, "BASEWATCH_NOTICE", subject->notice);
    return BW_OK;
}

/* --- what is said of it --- */

/* The last line that it printed, which mostly says what was wrong. */
static const char *last_line(char *tail)
{
    size_t size = strlen(tail);
    while (size > 0 && strchr(" \r\n\t", tail[size - 1]) != NULL) {
        tail[--size] = '\0';
    }
    const char *line = strrchr(tail, '\n');
    return line == NULL ? tail : line + 1;
}

static char *how_it_ended(const struct bw_guard_report *report)
{
    BW_CLEANUP(bw_freep) char *tail = bw_xstrdup(report->tail);
    const char *line = last_line(tail);
    struct bw_str text = { 0 };
    if (report->start_error == 0 && WIFEXITED(report->status)) {
        bw_str_appendf(&text, " (exit code %d)", WEXITSTATUS(report->status));
    } else if (report->start_error == 0) {
        bw_str_appendf(&text, " (signal %d)", WTERMSIG(report->status));
    }
    if (line[0] != '\0') {
        bw_str_appendf(&text, "; it said: %.*s", (int)bw_str_utf8_cut(line, SAID_MAX_BYTES), line);
    }
    return bw_str_take(&text);
}
