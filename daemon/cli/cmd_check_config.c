/* daemon/cli/cmd_check_config.c: see cmd_check_config.h. */
#include "cli/cmd_check_config.h"

#include <stdio.h>
#include <string.h>

#include "cli/explain_config.h"
#include "cli/text.h"
#include "codec/config.h"
#include "codec/config_secrets.h"
#include "codec/folder.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"

static const char DEFAULT_FILE[] = "/etc/basewatch/basewatch.yaml";
static const char USAGE[] =
    "usage: basewatch check-config [--explain] [FILE]  (default: /etc/basewatch/basewatch.yaml)\n"
    "       basewatch check-config --schema            JSON Schema for editors\n"
    "       basewatch check-config --options           what every option means\n"
    "\n"
    "--explain says what each part will do, and which host it talks to.\n";

/* The user's conventions and prices, which the daemon reads with the configuration. */
static bool check_folders(const char *config)
{
    BW_CLEANUP(bw_freep) char *lineages = bw_folder_beside(config, "lineages");
    BW_CLEANUP(bw_freep) char *prices = bw_folder_beside(config, "prices");
    BW_CLEANUP(bw_lineage_rules_freep) struct bw_lineage_rules *rules = NULL;
    BW_CLEANUP(bw_price_book_clear) struct bw_price_book book = { 0 };
    struct bw_error err = { 0 };
    enum bw_err rc = bw_lineage_files_load(lineages, &rules, NULL, &err);
    if (rc == BW_OK) {
        rc = bw_price_files_load(prices, &book, &err);
    }
    if (rc != BW_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
    }
    return rc == BW_OK;
}

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

static void print_problem(void *context, const char *whose, bool fatal, const char *problem)
{
    (void)context;
    (void)fprintf(stderr, "%s: %s: %s\n", fatal ? "error" : "warning", whose, problem);
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
    if (!bw_config_check_secrets(settings, false, print_problem, NULL) || !check_folders(path)) {
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
