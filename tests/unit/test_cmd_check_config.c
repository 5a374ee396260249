#include "cli/cmd_check_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char path[96];

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-check-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)snprintf(path, sizeof(path), "%s/main.yaml", folder);
    cr_redirect_stdout();
    cr_redirect_stderr();
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(cmd_check_config, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
    char file_path[128];
    (void)snprintf(file_path, sizeof(file_path), "%s/%s", folder, name);
    FILE *file = fopen(file_path, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(ge(int, fputs(text, file), 0));
    cr_assert(eq(int, fclose(file), 0));
    cr_assert(eq(int, chmod(file_path, 0600), 0));
}

static int check(void)
{
    char *argv[] = { "check-config", path };
    int code = bw_cmd_check_config(2, argv);
    (void)fflush(stderr);
    return code;
}

Test(cmd_check_config, counts_what_a_good_file_holds)
{
    char want[200];
    put("k", "secret\n");
    put("w", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    put("main.yaml", "sources: [{name: a, plugin: xai, url: 'https://h', credential: {file: k}}]\n"
                     "sinks: [{name: s, plugin: webhook, url: 'https://h', secret: {file: w}}]\n");
    cr_expect(eq(int, check(), 0));
    (void)snprintf(want, sizeof(want), "%s: ok, 1 sources, 1 sinks, 0 deployments\n", path);
    cr_assert_stdout_eq_str(want);
}

Test(cmd_check_config, tries_the_secrets_and_shows_none)
{
    put("w", "hunter2\n");
    put("main.yaml", "sources: [{name: a, plugin: xai, url: 'https://h', credential: {command: ['false']}}]\n"
                     "sinks: [{name: s, plugin: webhook, url: 'https://h', secret: {file: w}}]\n");
    cr_expect(eq(int, check(), 1));
    cr_assert_stderr_eq_str(
        "error: source 'a': secret command 'false' failed with exit code 1; run it by hand to see why\n"
        "error: sink 's': a webhook secret begins with whsec_; make one with: echo whsec_$(openssl rand -base64 32)\n");
}

Test(cmd_check_config, names_every_problem)
{
    char want[400];
    put("main.yaml", "sorces: []\nstate_dir: x\n");
    cr_expect(eq(int, check(), 1));
    (void)snprintf(want, sizeof(want),
                   "%s:1:1: error: unknown key 'sorces' in this configuration; did you mean "
                   "'sources'?\n%s:2:12: error: state_dir: 'x' must begin with /\n", path, path);
    cr_assert_stderr_eq_str(want);
}

Test(cmd_check_config, refuses_other_arguments)
{
    char *argv[] = { "check-config", "--wat" };
    cr_expect(eq(int, bw_cmd_check_config(2, argv), 2));
}
