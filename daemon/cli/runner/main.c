/* daemon/cli/runner/main.c: basewatch-runner, what `basewatch runner` becomes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "cli/cmd_runner.h"
#include "cli/runner/brood.h"
#include "cli/runner/job.h"
#include "codec/runner_config.h"

static const char DEFAULT_FOLDER[] = "/etc/basewatch/runner.d";

enum { HOST_NAME_MAX_BYTES = 64, PAUSE_MIN_MS = 1000, PAUSE_MAX_MS = 30 * 1000 };

struct runner {
    const char *folder;
    const char *name;
    struct bw_eval_suites suites;
    int signals; /* signalfd of those that we heed */
    int stops;   /* of those that end us alone: a reload waits until a job is done */
    bool stopping;
    int64_t pause_ms; /* after a failure; 0: the last answer was good */
    char *complaint;  /* said once while it stays the same */
};

static int serve(struct runner *runner);

static enum bw_err read_suites(const char *folder, struct bw_eval_suites *out)
{
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    enum bw_err rc = bw_runner_config_read(folder, out, &problems);
    BW_VEC_EACH(char *, problem, &problems)
    {
        (void)fprintf(stderr, "%s\n", *problem);
    }
    return rc;
}

static int check(const char *folder)
{
    BW_CLEANUP(bw_eval_suites_clear) struct bw_eval_suites suites = { 0 };
    if (read_suites(folder, &suites) != BW_OK) {
        return BW_EXIT_FAILED;
    }
    BW_VEC_EACH(const struct bw_eval_suite, suite, &suites)
    {
        char limit[BW_INSTANT_TEXT];
        (void)printf("%s:", suite->name);
        BW_VEC_EACH(char *, word, &suite->argv)
        {
            (void)printf(" %s", *word);
        }
        (void)printf(" (%s, at most %s a model)\n", bw_eval_format_word(suite->format),
                     bw_duration_format(suite->timeout_ms, limit));
    }
    (void)printf("%s: ok, %zu suites\n", folder, suites.count);
    return fflush(stdout) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
}

static int print_and_free(char *text)
{
    bool good = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    free(text);
    return good ? BW_EXIT_OK : BW_EXIT_FAILED;
}

int main(int argc, char **argv)
{
    char host[HOST_NAME_MAX_BYTES + 1] = "";
    struct bw_runner_call call = { .folder = DEFAULT_FOLDER, .name = host };
    int code = bw_cmd_begin(&bw_runner_cmd, &argc, argv, &call);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (call.options || call.schema) {
        return print_and_free(call.options ? bw_runner_config_help() : bw_runner_config_schema());
    }
    if (call.check) {
        return check(call.folder);
    }
    (void)gethostname(host, sizeof(host) - 1);
    struct runner runner = { .folder = call.folder, .name = call.name };
    bw_log_setup(bw_log_detect(), BW_LOG_INFO);
    code = read_suites(runner.folder, &runner.suites) == BW_OK ? serve(&runner) : BW_EXIT_FAILED;
    bw_eval_suites_clear(&runner.suites);
    free(runner.complaint);
    return code;
}

static void reload(struct runner *runner)
{
    struct bw_eval_suites fresh = { 0 };
    if (read_suites(runner->folder, &fresh) != BW_OK) {
        bw_log(BW_LOG_ERROR, "reload failed, keeping the suites that were read before");
        return;
    }
    bw_eval_suites_clear(&runner->suites);
    runner->suites = fresh;
    bw_log(BW_LOG_NOTICE, "holding %zu suites of '%s'", runner->suites.count, runner->folder);
}

static void take_signals(struct runner *runner)
{
    struct signalfd_siginfo signal;
    while (read(runner->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGHUP) {
            reload(runner);
        } else {
            runner->stopping = true;
        }
    }
}

/* Until then, or a signal; true: there is one. */
static bool pause_for(const struct runner *runner, int64_t pause_ms)
{
    struct pollfd poller = { .fd = runner->signals, .events = POLLIN };
    return poll(&poller, 1, (int)pause_ms) > 0;
}

static void complain(struct runner *runner, const char *text)
{
    if (runner->complaint == NULL || strcmp(runner->complaint, text) != 0) {
        bw_log(BW_LOG_WARNING, "no jobs for now, asking again and again: %s", text);
        bw_replace(&runner->complaint, text);
    }
    runner->pause_ms = runner->pause_ms == 0 ? PAUSE_MIN_MS : 2 * runner->pause_ms;
    runner->pause_ms = runner->pause_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : runner->pause_ms;
    (void)pause_for(runner, runner->pause_ms);
}

static void work(struct runner *runner)
{
    BW_CLEANUP(bw_order_clear) struct bw_order order = { 0 };
    struct bw_error err = { 0 };
    int64_t asked_ms = bw_clock_monotonic_ms();
    enum bw_err rc =
        bw_desk_lease(runner->name, &runner->suites, runner->signals, &order, &err);
    if (rc == BW_OK || rc == BW_ERR_NOTFOUND) {
        runner->pause_ms = 0;
        bw_replace(&runner->complaint, NULL);
    }
    if (rc == BW_OK) {
        bw_job_run(&order, bw_eval_suite_find(&runner->suites, order.suite), runner->stops);
    } else if (rc == BW_ERR_NOTFOUND) {
        if (bw_clock_monotonic_ms() - asked_ms < PAUSE_MIN_MS) {
            (void)pause_for(runner, PAUSE_MIN_MS); /* a daemon that does not let us wait */
        }
    } else if (!pause_for(runner, 0)) { /* else we were called away */
        complain(runner, err.text);
    }
}

static int serve(struct runner *runner)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    runner->stops = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    runner->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (runner->signals < 0 || runner->stops < 0) {
        bw_log(BW_LOG_ERROR, "signalfd: %s", strerror(errno));
        return BW_EXIT_FAILED;
    }
    bw_brood_adopt();
    bw_log(BW_LOG_NOTICE, "runner '%s' holds %zu suites of '%s'", runner->name,
           runner->suites.count, runner->folder);
    if (geteuid() == 0) {
        bw_log(BW_LOG_WARNING, "suites are run as root; the unit has a user for them");
    }
    while (!runner->stopping) {
        if (runner->suites.count == 0) {
            (void)pause_for(runner, -1);
        } else {
            work(runner);
        }
        take_signals(runner);
    }
    bw_log(BW_LOG_NOTICE, "stopped");
    (void)close(runner->signals);
    (void)close(runner->stops);
    return BW_EXIT_OK;
}
