/* daemon/app/main.c: basewatchd. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "base/log.h"
#include "codec/config.h"

static const char USAGE[] =
    "usage: basewatchd [--config FILE] [--state-dir DIR] [--socket PATH] [--check-config]\n"
    "                  [--log-format text|json] [--log-level info|debug] [--version]\n"
    "\n"
    "Watches model catalogs and tells the owners of deployments what has been superseded.\n"
    "FILE defaults to /etc/basewatch/basewatch.yaml; `basewatch --help` lists the queries.\n";

enum { OPT_CONFIG = 1, OPT_STATE_DIR, OPT_SOCKET, OPT_CHECK, OPT_LOG, OPT_LEVEL, OPT_VERSION, OPT_HELP };

static const struct option OPTIONS[] = {
    { "config", required_argument, NULL, OPT_CONFIG },
    { "state-dir", required_argument, NULL, OPT_STATE_DIR },
    { "socket", required_argument, NULL, OPT_SOCKET },
    { "check-config", no_argument, NULL, OPT_CHECK },
    { "log-format", required_argument, NULL, OPT_LOG },
    { "log-level", required_argument, NULL, OPT_LEVEL },
    { "version", no_argument, NULL, OPT_VERSION },
    { "help", no_argument, NULL, OPT_HELP },
    { NULL, 0, NULL, 0 },
};

static int check_config(const char *path)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    enum bw_err rc = bw_config_check(path, &settings, &problems);
    BW_VEC_EACH(char *, problem, &problems)
    {
        (void)fprintf(stderr, "%s\n", *problem);
    }
    if (rc == BW_OK) {
        (void)printf("%s: ok, %zu sources, %zu sinks, %zu deployments\n", path,
                     settings->sources.count, settings->sinks.count, settings->deployments.count);
    }
    return rc == BW_OK ? 0 : 1;
}

/* An option that is one of two words. False: it is neither, which has been said. */
static bool read_word(const char *option, const char *first, const char *second, bool *is_second)
{
    *is_second = strcmp(optarg, second) == 0;
    if (!*is_second && strcmp(optarg, first) != 0) {
        (void)fprintf(stderr, "basewatchd: --%s: '%s' is neither %s nor %s\n%s", option, optarg,
                      first, second, USAGE);
        return false;
    }
    return true;
}

/* Plugins stand beside the program in a build tree, and below libexec once installed. */
static char *find_plugins(void)
{
    char exe[4096];
    ssize_t size = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[size < 0 ? 0 : size] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash == NULL) {
        return bw_xstrdup("/usr/libexec/basewatch/plugins");
    }
    *slash = '\0';
    char *beside = bw_xasprintf("%s/plugins", exe);
    if (access(beside, X_OK) == 0) {
        return beside;
    }
    free(beside);
    return bw_xasprintf("%s/../libexec/basewatch/plugins", exe);
}

int main(int argc, char **argv)
{
    BW_CLEANUP(bw_freep) char *plugins = find_plugins();
    struct bw_app_options options = { .config = "/etc/basewatch/basewatch.yaml",
                                      .plugin_dir = plugins };
    enum bw_log_format format = bw_log_detect();
    bool check = false;
    bool json = false;
    bool debug = false;
    for (int option = 0; (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) {
        switch (option) {
        case OPT_CONFIG:
            options.config = optarg;
            break;
        case OPT_STATE_DIR:
            options.state_dir = optarg;
            break;
        case OPT_SOCKET:
            options.socket = optarg;
            break;
        case OPT_CHECK:
            check = true;
            break;
        case OPT_LOG:
            if (!read_word("log-format", "text", "json", &json)) {
                return 2;
            }
            format = json ? BW_LOG_JSON : BW_LOG_TEXT;
            break;
        case OPT_LEVEL:
            if (!read_word("log-level", "info", "debug", &debug)) {
                return 2;
            }
            break;
        case OPT_VERSION:
            (void)puts("basewatchd " BW_VERSION);
            return 0;
        case OPT_HELP:
            (void)fputs(USAGE, stdout);
            return 0;
        default:
            (void)fputs(USAGE, stderr);
            return 2;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "basewatchd: '%s' is no option\n%s", argv[optind], USAGE);
        return 2;
    }
    bw_log_setup(format, debug ? BW_LOG_DEBUG : BW_LOG_INFO);
    if (check) {
        return check_config(options.config);
    }
    struct bw_error err = { 0 };
    if (bw_app_run(&options, &err) != BW_OK) {
        bw_log(BW_LOG_ERROR, "%s", err.text);
        return 1;
    }
    return 0;
}
