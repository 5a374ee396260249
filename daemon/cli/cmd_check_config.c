/* daemon/cli/cmd_check_config.c: see cmd_check_config.h. */
#include "cli/cmd_check_config.h"

#include <stdio.h>
#include <string.h>

#include "cli/explain_config.h"
#include "cli/text.h"
#include "codec/config.h"
#include "codec/secret.h"
#include "codec/webhook_sign.h"

static const char DEFAULT_FILE[] = "/etc/basewatch/basewatch.yaml";
static const char USAGE[] =
    "usage: basewatch check-config [--explain] [FILE]  (default: /etc/basewatch/basewatch.yaml)\n"
    "       basewatch check-config --schema            JSON Schema for editors\n"
    "       basewatch check-config --options           what every option means\n"
    "\n"
    "--explain says what each part will do, and which host it talks to.\n";

static int check_file(const char *path, bool explain);
static int print_and_free(char *text);

int bw_cmd_check_config(int argc, char **argv)
{
    bool explain = argc > 1 && strcmp(argv[1], "--explain") == 0;
    if (explain) {
        argc--;
        argv++;
    }
    const char *word = argc > 1 ? argv[1] : DEFAULT_FILE;
    if (argc == 2 && strcmp(word, "--schema") == 0) {
        return print_and_free(bw_config_schema_json());
    }
    if (argc == 2 && strcmp(word, "--options") == 0) {
        return print_and_free(bw_config_help());
    }
    if (argc == 2 && strcmp(word, "--help") == 0) {
        (void)fputs(USAGE, stdout);
        return 0;
    }
    if (argc > 2 || word[0] == '-') {
        (void)fputs(USAGE, stderr);
        return 2;
    }
    return check_file(word, explain);
}

static int print_and_free(char *text)
{
    bool good = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    free(text);
    return good ? 0 : 1;
}

/* kind and name say whose secret it is; webhook: it signs, so it must be a key. */
static bool check_secret(const char *kind, const char *name, const struct bw_secret_ref *ref,
                         bool webhook)
{
    if (ref->kind == BW_SECRET_NONE) {
        return true;
    }
    struct bw_secret secret = { 0 };
    struct bw_webhook_secret key = { 0 };
    struct bw_error err = { 0 };
    enum bw_err rc = bw_secret_read(ref, &secret, &err);
    if (rc == BW_OK && webhook) {
        rc = bw_webhook_secret_parse(secret.text, secret.size, &key, &err);
    }
    if (secret.warning != NULL) {
        (void)fprintf(stderr, "warning: %s '%s': %s\n", kind, name, secret.warning);
    }
    if (rc != BW_OK) {
        (void)fprintf(stderr, "error: %s '%s': %s\n", kind, name, err.text);
    }
    bw_webhook_secret_clear(&key);
    bw_secret_clear(&secret);
    return rc == BW_OK;
}

static bool check_secrets(const struct bw_settings *settings)
{
    bool good = check_secret("control", "metrics", &settings->metrics_token, false);
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        good &= check_secret("source", source->name, &source->credential, false);
    }
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        bool webhook = strcmp(sink->plugin, "webhook") == 0;
        good &= check_secret("sink", sink->name, &sink->secret, webhook);
        good &= check_secret("sink", sink->name, &sink->old_secret, webhook);
    }
    BW_VEC_EACH(const struct bw_sink_settings, trigger, &settings->triggers)
    {
        good &= check_secret("trigger", trigger->name, &trigger->secret, false);
    }
    return good;
}

static void print_warnings(const struct bw_settings *settings)
{
    BW_CLEANUP(bw_names_clear) struct bw_names warnings = { 0 };
    bw_config_doubt(settings, &warnings);
    BW_VEC_EACH(char *, warning, &warnings)
    {
        (void)fprintf(stderr, "warning: %s\n", *warning);
    }
}

static void print_explanation(const struct bw_settings *settings)
{
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_config_explain(settings, &text);
    for (char *rest = text.text, *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;) {
        bw_text_print(stdout, line);
    }
}

static int check_file(const char *path, bool explain)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    BW_CLEANUP(bw_names_clear) struct bw_names problems = { 0 };
    if (bw_config_check(path, &settings, &problems) != BW_OK) {
        BW_VEC_EACH(char *, line, &problems)
        {
            (void)fprintf(stderr, "%s\n", *line);
        }
        return 1;
    }
    if (!check_secrets(settings)) {
        return 1;
    }
    print_warnings(settings);
    if (explain) {
        print_explanation(settings);
    }
    (void)printf("%s: ok, %zu sources, %zu sinks, %zu deployments\n", path, settings->sources.count,
                 settings->sinks.count, settings->deployments.count);
    return fflush(stdout) == 0 ? 0 : 1;
}
